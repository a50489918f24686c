//! Asks before a form with changes is left: by a link, by going back, by closing the page. The browser asks,
//! in its own words.

use leptos::{
    ev, html,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{HtmlFormElement, HtmlInputElement, HtmlOptionElement, HtmlSelectElement, HtmlTextAreaElement},
};

/// Watches the form. `released` ends that after saving. `typed_before` says that the form came back from the
/// server with what was typed, so it counts as changed.
pub fn watch(form: NodeRef<html::Form>, released: RwSignal<bool>, typed_before: bool) {
    Effect::new(move |_| {
        window_event_listener(ev::beforeunload, move |event| {
            let changed = |form| typed_before || differs(&form);
            if !released.get_untracked() && form.get_untracked().is_some_and(changed) {
                event.prevent_default();
            }
        });
    });
}

/// Returns whether any field differs from the page as sent.
fn differs(form: &HtmlFormElement) -> bool {
    let elements = form.elements();
    (0..elements.length()).filter_map(|index| elements.item(index)).any(|element| {
        if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
            !matches!(input.type_().as_str(), "hidden" | "file") && input.value() != input.default_value()
        } else if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
            Ok(area.value()) != area.default_value()
        } else if let Some(select) = element.dyn_ref::<HtmlSelectElement>() {
            let options = select.options();
            (0..options.length())
                .filter_map(|index| options.item(index)?.dyn_into::<HtmlOptionElement>().ok())
                .any(|option| option.selected() != option.default_selected())
        } else {
            false
        }
    })
}
