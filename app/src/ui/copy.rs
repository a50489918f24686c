//! A text to copy, and a text that is shown once.

#[cfg(feature = "ssr")]
use domain::sensitive::Sensitive;
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};

/// A button that copies the text of the element with this id, which is not in the island's own properties. If
/// the browser has no clipboard, as over plain HTTP, the text is selected instead.
#[island]
pub fn CopyButton(
    /// The id of the input whose text is copied.
    target: String,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let input = document()
            .get_element_by_id(&target)
            .and_then(|element| element.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(input) = input else { return };
        input.select();
        let clipboard = js_sys::Reflect::get(
            &js_sys::Reflect::get(&window(), &"navigator".into()).unwrap_or_default(),
            &"clipboard".into(),
        )
        .ok();
        let write = clipboard.filter(|clipboard| !clipboard.is_undefined()).and_then(|clipboard| {
            let write = js_sys::Reflect::get(&clipboard, &"writeText".into()).ok()?;
            let write = write.dyn_into::<js_sys::Function>().ok()?;
            write.call1(&clipboard, &input.value().into()).ok()?.dyn_into::<js_sys::Promise>().ok()
        });
        if let Some(write) = write {
            leptos::task::spawn_local(async move {
                copied.set(wasm_bindgen_futures::JsFuture::from(write).await.is_ok());
            });
        }
    };
    view! {
        <button type="button" class="needs-script" on:click=copy>
            {move || if copied.get() { "Copied" } else { "Copy" }}
        </button>
    }
}

/// A text that is shown only once.
#[cfg(feature = "ssr")]
#[component]
pub fn Once<'a>(id: &'static str, label: &'static str, text: &'a Sensitive) -> impl IntoView + use<> {
    view! {
        <div class="field">
            <div class="label-line">
                <label for=id>{label}</label>
            </div>
            <div class="with-button">
                <input type="text" id=id class="mono" readonly value=text.expose().to_owned() autocomplete="off"/>
                <CopyButton target=id.to_owned()/>
            </div>
        </div>
    }
}
