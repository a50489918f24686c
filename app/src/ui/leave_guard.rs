//! Asks before a form with changes is left: by a link, by going back, by closing the page. The browser asks,
//! in its own words.

use super::dom;
use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Event, HtmlFormElement, HtmlInputElement, HtmlTextAreaElement},
};

/// The attribute of a form that came back from the server with what was typed, so that it counts as changed.
pub const TYPED: &str = "data-typed";

/// The attribute of a form that may be left without a question, because it was saved.
const SAVED: &str = "data-saved";

/// Watches the form with this id.
pub fn watch(id: &'static str) {
    window_event_listener(ev::beforeunload, move |event| {
        let asks = |form: &HtmlFormElement| {
            !form.has_attribute(SAVED) && (form.has_attribute(TYPED) || differs(form))
        };
        if form(id).is_some_and(|form| asks(&form)) {
            event.prevent_default();
        }
    });
    // Sent by the browser itself.
    window_event_listener(ev::submit, move |event| {
        let event: &Event = &event;
        let is_of_this_form = dom::target(event).is_some_and(|sent| sent.id() == id);
        if is_of_this_form && !event.default_prevented() {
            release(id);
        }
    });
}

/// Lets the form with this id be left without a question.
pub fn release(id: &str) {
    if let Some(form) = form(id) {
        // Fails only for a malformed attribute name.
        drop(form.set_attribute(SAVED, ""));
    }
}

fn form(id: &str) -> Option<HtmlFormElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Returns whether any field differs from the page as sent.
fn differs(form: &HtmlFormElement) -> bool {
    let elements = form.elements();
    (0..elements.length()).filter_map(|index| elements.item(index)).any(|element| {
        if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
            match input.type_().as_str() {
                "hidden" | "file" => false,
                // Their value is no input: without an attribute it is `on`, and the default is empty.
                "checkbox" | "radio" => input.checked() != input.default_checked(),
                _ => input.value() != input.default_value(),
            }
        } else if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
            Ok(area.value()) != area.default_value()
        } else {
            // A choice from a list only says how another field is read.
            false
        }
    })
}
