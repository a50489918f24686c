//! Testing a form without leaving it. The result is HTML of the server's: the browser needs to know nothing of causes
//! and their words, and nothing that was typed is lost.

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

/// Wherever this stands in a page, the button that says in `data-test` that it tests the form shows the answer in its
/// place; until then what `data-test` says. Where the answer leads to another page, that is gone to. Without JavaScript the
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
            // Before the answer is removed: a host that was approved in it is part of the form.
            let fields = fields();
            show(&button.get_attribute("data-test").unwrap_or_default());
            leptos::task::spawn_local(async move {
                match ask(&address, fields).await {
                    Some(html) => show(&html),
                    None => show("The portal did not answer. Try again in a minute."),
                }
                // Below the button, the answer may be out of sight; but whoever went on to another control stays there.
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

/// The form as it stands.
fn fields() -> Option<JsValue> {
    let form = document().get_element_by_id(FORM)?.dyn_into::<HtmlFormElement>().ok()?;
    let fields = FormData::new_with_form(&form).ok()?;
    // With a file in it.
    if form.enctype().starts_with("multipart") {
        return Some(fields.into());
    }
    // A form's fields are pairs, which is what this is made of.
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
