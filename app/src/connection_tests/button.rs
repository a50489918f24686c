//! Testing a form without leaving it. The result is HTML of the server, so the browser needs neither causes
//! nor their messages, and nothing typed is lost.

use crate::ui::dom;
use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{FormData, HtmlFormElement, RequestInit, Response, UrlSearchParams},
};
use wasm_bindgen_futures::JsFuture;

/// The id of the form that is tested.
pub const FORM: &str = "secret-form";

/// The id of the place for the result.
pub const ANSWER: &str = "check-answer";

/// Enhances a page whose button with `data-test` tests the form: shows the result in its place, and until
/// then the text of `data-test`. If the answer is a redirect, the browser follows it. Without JavaScript the
/// answer is a page.
#[island]
pub fn EnhanceTest() -> impl IntoView {
    let busy = StoredValue::new(false);
    Effect::new(move |_| {
        window_event_listener(ev::click, move |event| {
            let button =
                dom::target(&event).and_then(|target| target.closest("button[data-test]").ok().flatten());
            let Some(button) = button else { return };
            let Some(address) = button.get_attribute("formaction") else { return };
            event.prevent_default();
            if busy.get_value() {
                return;
            }
            busy.set_value(true);
            // Before the result is removed: a host that was approved in it is part of the form.
            let fields = fields();
            show(&button.get_attribute("data-test").unwrap_or_default());
            leptos::task::spawn_local(async move {
                match ask(&address, fields).await {
                    Some(html) => show(&html),
                    None => show("The portal did not answer. Try again in a minute."),
                }
                // Scrolls to the result, which may be out of sight below the button, unless the focus is on
                // another control by now.
                if !matches!(document().query_selector(":focus:not([data-test])"), Ok(Some(_))) {
                    dom::focus(ANSWER);
                }
                busy.set_value(false);
            });
        });
    });
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

async fn ask(address: &str, fields: Option<JsValue>) -> Option<String> {
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_body(&fields?);
    let answer = JsFuture::from(window().fetch_with_str_and_init(address, &request)).await.ok()?;
    let answer = answer.dyn_into::<Response>().ok()?;
    if answer.redirected() {
        // Done: the next page shows the result.
        drop(location().set_href(&answer.url()));
        return Some(String::new());
    }
    JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}
