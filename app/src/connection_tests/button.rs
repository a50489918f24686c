//! Testing a form without leaving it. The result is HTML of the server, so the browser needs neither causes
//! nor their messages, and nothing typed is lost.

use crate::ui::{dom, leave_guard};
use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{
        AbortController, AbortSignal, Element, FormData, HtmlFormElement, RequestInit, Response,
        UrlSearchParams,
    },
};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen_futures::JsFuture;

/// The id of the form that is tested.
pub const FORM: &str = "secret-form";

/// The id of the place for the result.
pub const ANSWER: &str = "check-answer";

/// Enhances a page with a form: asks before changes are lost. A button with `data-test` tests it: shows the result in its place, and until
/// then the markup of `data-test`, in which a button with `data-stop` ends the wait and leaves its text. If the
/// answer is a redirect, the browser follows it. Without JavaScript the answer is a page.
#[island]
pub fn EnhanceTest() -> impl IntoView {
    Effect::new(move |_| {
        leave_guard::watch(FORM);
        let running = Rc::new(RefCell::new(None::<Running>));
        window_event_listener(ev::click, move |event| {
            let button = dom::target(&event)
                .and_then(|target| target.closest("[data-test],[data-stop]").ok().flatten());
            let Some(button) = button else { return };
            if let Some(text) = button.get_attribute("data-stop") {
                end(&running, &text);
                return;
            }
            let Some(address) = button.get_attribute("formaction") else { return };
            event.prevent_default();
            if running.borrow().is_some() {
                return;
            }
            let Ok(stop) = AbortController::new() else { return };
            // Before the result is removed: a host that was approved in it is part of the form.
            let fields = fields();
            show(&button.get_attribute("data-test").unwrap_or_default());
            // It stays in the tab order, unlike a button that is disabled.
            drop(button.set_attribute("aria-disabled", "true"));
            drop(button.set_attribute("aria-busy", "true"));
            running.replace(Some(Running { stop: stop.clone(), button }));
            let running = running.clone();
            leptos::task::spawn_local(async move {
                let html = ask(&address, fields, &stop.signal()).await;
                // Otherwise it was stopped, and says so already.
                if running.borrow().as_ref().is_some_and(|running| running.stop == stop) {
                    end(&running, &html.or_else(failed).unwrap_or_default());
                }
            });
        });
    });
}

/// A test whose result is not there yet.
struct Running {
    stop: AbortController,
    button: Element,
}

/// Ends the test and shows this in the place of its result.
fn end(running: &RefCell<Option<Running>>, html: &str) {
    let Some(Running { stop, button }) = running.take() else { return };
    // Does nothing to a request that was answered.
    stop.abort();
    drop(button.remove_attribute("aria-disabled"));
    drop(button.remove_attribute("aria-busy"));
    // Scrolls to the result, which may be out of sight, unless the focus is on another control by now.
    let elsewhere = document().query_selector(":focus:not([data-test],[data-stop])");
    show(html);
    if !matches!(elsewhere, Ok(Some(_))) {
        dom::focus(ANSWER);
    }
}

/// Returns the text for a test without an answer, which waits at the place of the result.
fn failed() -> Option<String> {
    document().get_element_by_id(ANSWER)?.get_attribute("data-failed")
}

fn show(html: &str) {
    if let Some(place) = document().get_element_by_id(ANSWER) {
        place.set_inner_html(html);
    }
}

/// Returns the content of the form.
fn fields() -> Option<JsValue> {
    let form = document().get_element_by_id(FORM)?.dyn_into::<HtmlFormElement>().ok()?;
    let fields = FormData::new_with_form(&form).ok()?;
    // The form has a file.
    if form.enctype().starts_with("multipart") {
        return Some(fields.into());
    }
    // The fields of a form are pairs, from which this is made.
    UrlSearchParams::new_with_str_sequence_sequence(&fields).ok().map(JsValue::from)
}

async fn ask(address: &str, fields: Option<JsValue>, signal: &AbortSignal) -> Option<String> {
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_body(&fields?);
    request.set_signal(Some(signal));
    let answer = JsFuture::from(window().fetch_with_str_and_init(address, &request)).await.ok()?;
    let answer = answer.dyn_into::<Response>().ok()?;
    if answer.redirected() {
        // Done: the next page shows the result.
        leave_guard::release(FORM);
        drop(location().set_href(&answer.url()));
        return Some(String::new());
    }
    JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}
