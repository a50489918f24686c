//! The parts of the frame around a page that respond at once: the choice of a theme, notices, and buttons that copy.
//! The server renders them, and the browser has none of their texts.

use super::dom;
use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::Element,
};
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;

/// The cookie with the theme.
pub const COOKIE: &str = "latchkey_theme";

/// The lifetime of the cookie: a year, in seconds.
pub const COOKIE_MAX_AGE: u32 = 31_536_000;

/// The id of the live region with the notices.
pub const REGION: &str = "notices";

/// The number of seconds that a notice stays while nobody points at it.
const SHOWN_FOR: u8 = 6;

/// The same of a notice that offers to undo something.
const SHOWN_WITH_UNDO: u8 = 20;

/// The script of the frame, once in a page.
#[island]
pub fn EnhanceFrame() -> impl IntoView {
    Effect::new(|_| {
        window_event_listener(ev::click, |event| {
            let button = dom::target(&event).and_then(|target| target.closest("button").ok().flatten());
            let Some(button) = button else { return };
            if button.get_attribute("name").as_deref() == Some("theme") {
                event.prevent_default();
                choose(&button);
            } else if let Some(id) = button.get_attribute("data-copy") {
                copy(button, &id);
            } else if button.matches(".notice > button").unwrap_or(false) {
                say("");
            }
        });
        let said = document().get_element_by_id(REGION).map(|region| region.inner_html());
        if let Some(said) = said.filter(|said| !said.is_empty()) {
            // Screen readers announce what is added to a live region, not its first content.
            say("");
            let with_undo = said.contains("<form");
            request_animation_frame(move || say(&said));
            // Whoever may undo something needs time to see what happened.
            clear_after(if with_undo { SHOWN_WITH_UNDO } else { SHOWN_FOR });
        }
    });
}

fn say(html: &str) {
    if let Some(region) = document().get_element_by_id(REGION) {
        region.set_inner_html(html);
    }
}

/// Empties the region after so many seconds without pointer or focus on it.
fn clear_after(seconds: u8) {
    let look = move || {
        let region = document().get_element_by_id(REGION);
        let held = region.is_some_and(|region| region.matches(":hover, :focus-within").unwrap_or(false));
        match if held { SHOWN_FOR } else { seconds.saturating_sub(1) } {
            0 => say(""),
            left => clear_after(left),
        }
    };
    set_timeout(look, Duration::from_secs(1));
}

/// Copies the text of the element with this id, and selects it, which is all that happens if the browser has no clipboard.
fn copy(button: Element, id: &str) {
    let Some(element) = document().get_element_by_id(id) else { return };
    let text = get(&element, "value").as_string().or_else(|| element.text_content()).unwrap_or_default();
    if call(&element, "select", &JsValue::UNDEFINED).is_none() {
        let selection = call(&window(), "getSelection", &JsValue::UNDEFINED).unwrap_or_default();
        drop(call(&selection, "selectAllChildren", &element));
    }
    let clipboard = get(&get(&window(), "navigator"), "clipboard");
    let written = call(&clipboard, "writeText", &text.into());
    let Some(written) = written.and_then(|written| written.dyn_into::<js_sys::Promise>().ok()) else {
        return;
    };
    leptos::task::spawn_local(async move {
        if JsFuture::from(written).await.is_ok() {
            button.set_text_content(button.get_attribute("data-copied").as_deref());
        }
    });
}

/// Returns a property, or undefined.
fn get(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &name.into()).unwrap_or_default()
}

/// Calls a method; `None` if there is none.
fn call(object: &JsValue, name: &str, argument: &JsValue) -> Option<JsValue> {
    get(object, name).dyn_into::<js_sys::Function>().ok()?.call1(object, argument).ok()
}

/// Shows the theme of this button without a reload, and has the server remember it.
fn choose(button: &Element) {
    let theme = button.get_attribute("value").unwrap_or_default();
    if let Some(root) = document().document_element() {
        // Fails only for a malformed attribute name, here and below.
        drop(root.set_attribute("data-theme", &theme));
    }
    // Only the server knows whether cookies are bound to TLS.
    let form = button.parent_element();
    let bound = |name| form.as_ref().and_then(|form| form.get_attribute(name)).unwrap_or_default();
    let (prefix, suffix) = (bound("data-prefix"), bound("data-suffix"));
    let cookie = format!("{prefix}{COOKIE}={theme}; Path=/; Max-Age={COOKIE_MAX_AGE}; SameSite=Lax{suffix}");
    drop(js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into()));
    let Some(choices) = form.map(|form| form.children()) else { return };
    for choice in (0..choices.length()).filter_map(|index| choices.item(index)) {
        if choice.has_attribute("aria-pressed") {
            let pressed = if choice == *button { "true" } else { "false" };
            drop(choice.set_attribute("aria-pressed", pressed));
        }
    }
}
