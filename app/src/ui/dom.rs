//! The few direct calls of the browser.

use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{self, Element, HtmlElement},
};

/// Moves the focus to the element with this id, if there is one.
pub fn focus(id: &str) {
    if let Some(element) =
        document().get_element_by_id(id).and_then(|found| found.dyn_into::<HtmlElement>().ok())
    {
        // An element that cannot take the focus leaves it where it is.
        drop(element.focus());
    }
}

/// Puts this text into the element with this id.
pub fn say(id: &str, text: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element.set_text_content(Some(text));
    }
}

/// Shows the problem beside a control that the server has rendered, or removes it.
pub fn mark(id: &str, message: Option<String>) {
    let Some(control) = document().get_element_by_id(id) else { return };
    let error_id = format!("{id}-error");
    if let Some(said) = document().get_element_by_id(&error_id) {
        said.remove();
    }
    let hint_id = format!("{id}-hint");
    let Some(message) = message else {
        drop(control.remove_attribute("aria-invalid"));
        drop(control.set_attribute("aria-describedby", &hint_id));
        return;
    };
    drop(control.set_attribute("aria-invalid", "true"));
    drop(control.set_attribute("aria-describedby", &format!("{hint_id} {error_id}")));
    let error = format!("<p class=error id={error_id}><i class='icon i-alert'></i><span></span></p>");
    drop(control.insert_adjacent_html("afterend", &error));
    if let Some(place) = control.next_element_sibling().and_then(|error| error.last_element_child()) {
        place.set_text_content(Some(&message));
    }
    if let Ok(Some(folded)) = control.closest("details") {
        drop(folded.set_attribute("open", ""));
    }
}

/// Returns whether a click asks for a new tab or window, which is left to the browser.
pub fn opens_elsewhere(event: &web_sys::MouseEvent) -> bool {
    event.button() != 0 || event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key()
}

/// Returns whether a form is submitted by a button with a name.
pub fn has_named_submitter(event: &web_sys::SubmitEvent) -> bool {
    event.submitter().is_some_and(|button| button.has_attribute("name"))
}

/// Returns the element where an event began.
pub fn target(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
