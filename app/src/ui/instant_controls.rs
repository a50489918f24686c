//! Controls that need no button.

use super::dom;
use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{HtmlInputElement, HtmlSelectElement},
};

/// Enhances a page: its selects submit their form as soon as another choice is made, and the box in a table's
/// heading controls all boxes under it, which are counted in the status line after the table.
#[island]
pub fn InstantControls() -> impl IntoView {
    Effect::new(|_| {
        window_event_listener(ev::change, |event| {
            let Some(target) = dom::target(&event) else { return };
            if let Some(form) = target.dyn_ref::<HtmlSelectElement>().and_then(HtmlSelectElement::form) {
                // Fails only for a form that is not in the document.
                drop(form.request_submit());
            } else if let Ok(Some(table)) = target.closest("table") {
                let inputs = table.get_elements_by_tag_name("input");
                let boxes = || {
                    (0..inputs.length()).filter_map(|at| inputs.item(at)?.dyn_into::<HtmlInputElement>().ok())
                };
                // The first box is that of the heading.
                let Some(all) = boxes().next() else { return };
                if target == **all {
                    boxes().for_each(|each| each.set_checked(all.checked()));
                } else {
                    all.set_checked(boxes().skip(1).all(|each| each.checked()));
                }
                let count = boxes().skip(1).filter(HtmlInputElement::checked).count();
                if let Ok(Some(counted)) = document().query_selector("[role=status] > span:first-child") {
                    counted.set_text_content(Some(&count.to_string()));
                }
            }
        });
    });
}
