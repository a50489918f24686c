//! Selects that need no button.

use super::dom;
use leptos::{ev, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlSelectElement};

/// Wherever this stands in a page, its selects submit their form as soon as another choice is made.
#[island]
pub fn SubmitOnChange() -> impl IntoView {
    Effect::new(|_| {
        window_event_listener(ev::change, |event| {
            let select = dom::target(&event).and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            if let Some(form) = select.and_then(|select| select.form()) {
                // Fails only for a form that is not in the document.
                drop(form.request_submit());
            }
        });
    });
}
