//! The few things asked of the browser directly.

use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{self, Element, HtmlElement},
};

/// Moves the focus to the element with this id, where there is one.
pub fn focus(id: &str) {
    if let Some(element) =
        document().get_element_by_id(id).and_then(|found| found.dyn_into::<HtmlElement>().ok())
    {
        // An element that cannot take the focus leaves it where it is.
        drop(element.focus());
    }
}

/// Whether a click asks for a new tab or window, which is the browser's business.
pub fn opens_elsewhere(event: &web_sys::MouseEvent) -> bool {
    event.button() != 0 || event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key()
}

/// Whether a form is sent by a button that has a name.
pub fn has_named_submitter(event: &web_sys::SubmitEvent) -> bool {
    event.submitter().is_some_and(|button| button.has_attribute("name"))
}

/// The element an event began at.
pub fn target(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
