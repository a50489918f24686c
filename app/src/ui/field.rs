//! A form's field: label above, hint under the label, control, error under the control, all associated.

use super::{icon::icon, rendered::rendered};
use crate::island_texts::IslandText;
use leptos::{either::Either, prelude::*, wasm_bindgen::JsCast, web_sys};

/// The texts of a field.
#[derive(Clone, Copy)]
pub struct FieldText {
    /// The id of the control, and its name in the form.
    pub id: &'static str,
    pub label: &'static str,
    /// The mark beside the label: "required", "optional".
    pub mark: &'static str,
    pub hint: &'static str,
}

impl FieldText {
    fn hint_id(&self) -> String {
        format!("{}-hint", self.id)
    }

    fn error_id(&self) -> String {
        format!("{}-error", self.id)
    }

    /// Returns the ids that describe the control: its hint, and its error if there is one.
    pub fn described_by(&self, wrong: bool) -> Option<String> {
        match (self.hint.is_empty(), wrong) {
            (true, false) => None,
            (true, true) => Some(self.error_id()),
            (false, false) => Some(self.hint_id()),
            (false, true) => Some(format!("{} {}", self.hint_id(), self.error_id())),
        }
    }
}

/// A remedy for an error, offered beside it.
#[derive(Clone)]
pub enum Remedy {
    /// Another page to go to.
    Link { address: String, words: String },
    /// Another text to put in.
    Instead(String),
}

/// Renders label, hint and error around a control.
pub fn field_frame(
    text: FieldText,
    // The problem of the control's content.
    error: Signal<Option<String>>,
    remedy: Option<RemedySlot>,
    control: impl IntoView,
) -> impl IntoView {
    let error_id = text.error_id();
    let message = move || {
        error.get().map(|message| {
            view! {
                <p class="error" id=error_id.clone()>
                    {icon!("alert")}
                    <span>{message} {remedy.map(RemedySlot::view)}</span>
                </p>
            }
        })
    };
    rendered(view! {
        <div class="field" class:invalid=move || error.read().is_some()>
            <div class="label-line">
                <label for=text.id>{text.label}</label>
                // Screen readers get it from `aria-required`.
                <span aria-hidden="true">{text.mark}</span>
            </div>
            {(!text.hint.is_empty())
                .then(|| {
                    view! {
                        <p class="hint" id=text.hint_id()>
                            {text.hint}
                        </p>
                    }
                })}
            {control}
            {message}
        </div>
    })
}

/// The place of a field's remedy.
#[derive(Clone, Copy)]
pub struct RemedySlot {
    /// The remedy, if there is one.
    pub remedy: Signal<Option<Remedy>>,
    /// Called with the text to put in.
    pub replace: Callback<String>,
}

impl RemedySlot {
    fn view(self) -> impl IntoView {
        let Self { remedy, replace } = self;
        move || {
            remedy.get().map(|remedy| match remedy {
                Remedy::Link { address, words } => Either::Left(view! { " " <a href=address>{words}</a> }),
                Remedy::Instead(text) => {
                    let (before, after) = IslandText::secret_form_use.around();
                    let words = [before.as_str(), &text, &after].concat();
                    Either::Right(view! {
                        " "
                        <button type="button" class="link needs-script" on:click=move |_| replace.run(text.clone())>
                            {words}
                        </button>
                    })
                }
            })
        }
    }
}

/// A line of text.
#[allow(clippy::fn_params_excessive_bools, reason = "each is an attribute of its own")]
#[component]
pub fn TextField(
    text: FieldText,
    /// The content when the page opens. Later input stays in the browser.
    value: String,
    error: Signal<Option<String>>,
    /// Called with the text at each change.
    #[prop(optional, into)]
    typing: Option<Callback<String>>,
    /// Called with the text when the field is left.
    #[prop(optional, into)]
    left: Option<Callback<String>>,
    #[prop(optional)] remedy: Option<RemedySlot>,
    #[prop(optional)] mono: bool,
    #[prop(optional)] locked: bool,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
    #[prop(optional)] node_ref: NodeRef<leptos::html::Input>,
) -> impl IntoView {
    let id = text.id;
    let described = text;
    let input = view! {
            <input
                node_ref=node_ref
                type="text"
                id=id
                name=(!locked).then_some(id)
                value=value
                class:mono=mono
                readonly=locked
                aria-required=required.then_some("true")
                aria-invalid=move || error.read().is_some().then_some("true")
                aria-describedby=move || described.described_by(error.read().is_some())
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                autofocus=autofocus
                on:input=move |event| {
                    if let Some(typing) = typing {
                        typing.run(event_target_value(&event));
                    }
                }
                on:blur=move |event| {
                    if let Some(left) = left
                        && !leads_to_control(&event)
                    {
                        left.run(event_target_value(&event));
                    }
                }
            />
    };
    field_frame(text, error, remedy, input)
}

/// Returns whether a field was left for a button or link. A message at that moment would move the button away
/// from under the pointer, and the click would be lost; the button validates by itself.
fn leads_to_control(event: &web_sys::FocusEvent) -> bool {
    event
        .related_target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|element| element.matches("a, button").unwrap_or(false))
}

/// A password: never filled in, hidden until shown on request.
#[component]
pub fn PasswordField(
    text: FieldText,
    placeholder: &'static str,
    error: Signal<Option<String>>,
    /// Called at each change.
    changed: Callback<()>,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let id = text.id;
    let described = text;
    let shown = RwSignal::new(false);
    let control = view! {
            <div class="with-button">
                <input
                    type=move || if shown.get() { "text" } else { "password" }
                    id=id
                    name=id
                    class="mono"
                    placeholder=placeholder
                    aria-required=required.then_some("true")
                    aria-invalid=move || error.read().is_some().then_some("true")
                    aria-describedby=move || described.described_by(error.read().is_some())
                    autocomplete="new-password"
                    spellcheck="false"
                    autofocus=autofocus
                    on:input=move |_| changed.run(())
                />
                <button
                    type="button"
                    class="needs-script"
                    aria-pressed=move || shown.get().to_string()
                    aria-controls=id
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {icon!("eye")}
                    {move || if shown.get() { IslandText::secret_form_hide.get() } else { IslandText::secret_form_show.get() }}
                </button>
            </div>
    };
    field_frame(text, error, None, control)
}

/// Several lines that hold a value: never filled in; also from a file, which the browser reads.
#[component]
pub fn ValueArea(
    text: FieldText,
    placeholder: &'static str,
    /// The number of lines that are shown.
    rows: u8,
    error: Signal<Option<String>>,
    /// Called with the text at each change, such as pasting or choosing a file.
    #[prop(into)]
    changed: Callback<String>,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let id = text.id;
    let described = text;
    let area = NodeRef::<leptos::html::Textarea>::new();
    let unreadable = RwSignal::new(false);
    let read_file = move |event: web_sys::Event| {
        let input = event_target::<web_sys::HtmlInputElement>(&event);
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        leptos::task::spawn_local(async move {
            let text = match wasm_bindgen_futures::JsFuture::from(file.text()).await {
                Ok(text) => text.as_string(),
                Err(_) => None,
            };
            unreadable.set(text.is_none());
            if let (Some(area), Some(text)) = (area.get_untracked(), text) {
                area.set_value(&text);
                changed.run(text);
            }
            // So that choosing the same file again is a change.
            input.set_value("");
        });
    };
    // Text that was pasted before hydration is validated as soon as possible.
    Effect::new(move |_| {
        if let Some(text) = area.get().map(|area| area.value())
            && !text.is_empty()
        {
            changed.run(text);
        }
    });
    let control = view! {
            <textarea
                node_ref=area
                id=id
                name=id
                class="mono"
                rows=rows
                placeholder=placeholder
                aria-required=required.then_some("true")
                aria-invalid=move || error.read().is_some().then_some("true")
                aria-describedby=move || described.described_by(error.read().is_some())
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                wrap="off"
                autofocus=autofocus
                on:input=move |event| changed.run(event_target_value(&event))
            ></textarea>
            <div class="needs-script from-file">
                <label class="button" for=format!("{id}-file")>
                    {icon!("file")}
                    {fixed!(secret_form_browse)}
                </label>
                <input type="file" id=format!("{id}-file") class="unseen" on:change=read_file/>
                <span class="hint">{fixed!(secret_form_browse_hint)}</span>
                <span class="error" role="alert">
                    {move || {
                        unreadable.get().then(|| IslandText::secret_form_unreadable.get())
                    }}
                </span>
            </div>
    };
    field_frame(text, error, None, control)
}
