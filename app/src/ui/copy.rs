//! A text to copy, and a text that is shown once.

use domain::sensitive::Sensitive;
use leptos::prelude::*;

/// A button that copies the text of the element with this id, which the frame's script does. If the browser has no
/// clipboard, as over plain HTTP, the text is selected instead.
#[component]
pub fn CopyButton(
    /// The id of the element whose text is copied.
    target: String,
    /// The rest of the button's name for screen readers, if a page has several.
    #[prop(optional)]
    what: Option<&'static str>,
) -> impl IntoView {
    view! {
        <button type="button" class="needs-script" data-copy=target data-copied=t!(page_copied)>
            {t!(page_copy)}
            {what.map(|what| view! { <span class="unseen">" " {what}</span> })}
        </button>
    }
}

/// A text that is shown only once.
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
