//! The form that serves Add and Edit.

use super::{
    api::{create_secret, update_secret},
    form_fields::{GitDatasetFields, ImagePullFields, NameFields, ProblemSummary, Problems},
    input::{RejectedForm, SecretEdit, SecretInput, Typed},
    secret_address,
    server_markup::FormParts,
};
use crate::{
    connection_tests::button::FORM,
    error::ApiError,
    island_texts::{self, IslandText},
    ui::{alert::Alert, dom, leave_guard},
};
use domain::{
    error::{Error, Field, FieldError},
    secret::{NewSecret, SecretId, SecretKind, SecretUpdate},
    sensitive::Sensitive,
};
use leptos::{either::EitherOf4, ev::SubmitEvent, html, prelude::*, web_sys::FormData};
use serde::{Deserialize, Serialize};

/// The purpose of the form.
#[derive(Clone, Serialize, Deserialize)]
pub enum Purpose {
    /// A new secret. The submission marks this form, so that sending it twice saves once.
    Add { submission: String },
    /// A stored secret, with the content of the form at first. Without anything else, because the page shows
    /// the rest without a script.
    Edit { id: SecretId, stored: Box<Typed> },
}

impl Purpose {
    /// Returns the content of the form at first.
    fn stored(&self) -> Typed {
        match self {
            Self::Add { submission } => Typed { submission: submission.clone(), ..Typed::default() },
            Self::Edit { stored, .. } => (**stored).clone(),
        }
    }

    /// Returns the problems by the rules of `domain`, before the server is asked.
    fn check(&self, input: &SecretInput) -> Vec<FieldError> {
        match self {
            Self::Add { .. } => NewSecret::problems_while_typing(input.draft()),
            Self::Edit { id, .. } => SecretUpdate::problems_while_typing(id.kind, input.draft()),
        }
        .unwrap_or_default()
    }
}

/// The form of Add and Edit.
#[island]
pub fn SecretForm(
    purpose: Purpose,
    /// The plain form that this page answers, if it was rejected.
    rejected: Option<RejectedForm>,
    /// The address that the form is sent to.
    address: String,
    /// The address of Cancel, and of the page after the form was saved.
    cancel: String,
    /// The parts that the server has rendered.
    parts: FormParts,
) -> impl IntoView {
    let form = NodeRef::<html::Form>::new();
    let released = RwSignal::new(false);
    let typed_before = rejected.is_some().then_some("");
    let stored = purpose.stored();
    let kind = SecretKind::parse(&stored.kind);
    let (typed, error, value_dropped) = at_first(rejected, stored, kind.is_some());
    let problems = Problems::new(field_errors(error.as_ref()));
    let autofocus = problems.first();
    let failure = RwSignal::new(error);
    let next = StoredValue::new(cancel.clone());
    let open = OpenForm { form, problems, failure, released, next, save: save_action(purpose.clone()) };
    Effect::new(move |_| open.show_answer());
    Effect::new(move |_| problems.mark_under_form());

    let editing = matches!(purpose, Purpose::Edit { .. });
    let FormParts { kind: type_part, ways, keys, registries, target, test } = parts;
    view! {
        <div id=REJECTION tabindex="-1">
            <Failure failure problems value_dropped form/>
        </div>
        <form
            method="post"
            action=address
            id=FORM
            data-typed=typed_before
            class="secret-form"
            class:editing=editing
            node_ref=form
            on:submit=move |event| open.submit(&purpose, &event)
            novalidate
            autocomplete="off"
            aria-busy=move || open.pending().then_some("true")
        >
            // Pressed by Enter, as the first button of the form.
            <button class="unseen" tabindex="-1" aria-hidden="true">
                {fixed!(secret_form_confirm)}
            </button>
            <input type="hidden" name="submission" value=typed.submission.clone()/>
            <input type="hidden" name="version" value=typed.version.clone()/>
            <div class="part" inner_html=type_part.0></div>
            <NameFields typed=typed.clone() problems locked=editing autofocus/>
            {(kind != Some(SecretKind::ImagePull))
                .then(|| view! { <GitDatasetFields problems stored=editing ways help=keys autofocus/> })}
            {(kind != Some(SecretKind::GitDataset))
                .then(|| view! { <ImagePullFields typed problems stored=editing help=registries autofocus/> })}
            <div class="part" inner_html=target.0></div>
            <div class="actions">
                <p class="not-saved">{move || failure.with(|error| error.as_ref().map(ApiError::in_a_line))}</p>
                <div class="part" inner_html=test.0></div>
                <a class="button" href=cancel>
                    {fixed!(secret_form_cancel)}
                </a>
                <button class="primary" aria-disabled=move || open.pending().then_some("true")>
                    {move || {
                        let pending = open.pending();
                        if pending { IslandText::secret_form_saving } else { IslandText::secret_form_confirm }.get()
                    }}
                </button>
            </div>
        </form>
    }
}

/// The state of an open form.
#[derive(Clone, Copy)]
struct OpenForm {
    form: NodeRef<html::Form>,
    problems: Problems,
    failure: RwSignal<Option<ApiError>>,
    /// Whether the form was sent by the browser, or saved, so that the next page is loading.
    released: RwSignal<bool>,
    /// The address of the page after the form was saved.
    next: StoredValue<String>,
    save: Action<SecretInput, Result<(), ApiError>>,
}

impl OpenForm {
    /// Returns whether the form is being saved; or is saved, and the next page is loading.
    fn pending(self) -> bool {
        self.save.pending().get() || self.released.get()
    }

    /// Goes to the next page once the secret is saved, or shows why it is not.
    fn show_answer(self) {
        match self.save.value().get() {
            Some(Ok(())) => {
                self.released.set(true);
                leave_guard::release(FORM);
                drop(window().location().assign(&self.next.get_value()));
            }
            Some(Err(error)) => {
                self.problems.replace(field_errors(Some(&error)));
                self.show_failure(error);
            }
            None => {}
        }
    }

    fn show_failure(self, error: ApiError) {
        self.failure.set(Some(error));
        // The errors are in the page after this run.
        request_animation_frame(move || show_rejection(self.problems));
    }

    fn submit(self, purpose: &Purpose, event: &SubmitEvent) {
        let Some(element) = self.form.get_untracked() else { return };
        // The browser itself sends a form that only the server can handle, such as one that asks for a key.
        if dom::has_named_submitter(event) || element.matches(MAKES_KEY).unwrap_or(false) {
            self.released.set(true);
            return;
        }
        event.prevent_default();
        if untrack(|| self.pending()) {
            return;
        }
        let input = read(&element);
        let wrong = purpose.check(&input);
        if wrong.is_empty() {
            self.save.dispatch(input);
        } else {
            let said: Vec<String> = [IslandText::error_fields.get()]
                .into_iter()
                .chain(wrong.iter().map(|error| island_texts::problem(&error.problem)))
                .collect();
            let error = ApiError::Rejected(Error::Invalid(wrong), said);
            self.problems.replace(field_errors(Some(&error)));
            self.show_failure(error);
        }
    }
}

/// Returns the content of the form at first, why it was rejected, and whether a value must be typed again.
fn at_first(rejected: Option<RejectedForm>, stored: Typed, editing: bool) -> (Typed, Option<ApiError>, bool) {
    match rejected {
        Some(RejectedForm { typed, error, value_dropped }) => {
            // The form cannot change the name and type of a stored secret.
            let typed = if editing { Typed { name: stored.name, kind: stored.kind, ..typed } } else { typed };
            (typed, error, value_dropped)
        }
        None => (stored, None, false),
    }
}

/// Matches the form while it asks for a key to be generated.
const MAKES_KEY: &str = ":has(#way-generate:checked):has(#type-git-dataset:checked)";

/// The id of the place above the form for the reason why it was not saved.
const REJECTION: &str = "refusal";

/// Scrolls to the reason why the form was not saved: the first invalid field, or the alert above the form.
fn show_rejection(problems: Problems) {
    dom::focus(problems.first().map_or(REJECTION, Field::name));
}

/// The reason why the form was not saved, above it.
#[component]
fn Failure(
    failure: RwSignal<Option<ApiError>>,
    problems: Problems,
    value_dropped: bool,
    form: NodeRef<html::Form>,
) -> impl IntoView {
    let retype = move || {
        value_dropped.then(|| {
            view! { <p>{IslandText::secret_form_value_dropped.get()}</p> }
        })
    };
    move || {
        failure.get().map(|error| match error {
            ApiError::Rejected(Error::Invalid(_), _) => EitherOf4::A(view! {
                <Alert title=IslandText::form_check_fields.get()>
                    <ProblemSummary problems/>
                    {retype()}
                </Alert>
            }),
            ApiError::Changed { version, title, html } => {
                EitherOf4::B(view! { <Conflict version title html form retyped=retype()/> })
            }
            ApiError::Rejected(Error::Duplicate(duplicate), _) => {
                EitherOf4::C(view! { <Duplicate duplicate retyped=retype()/> })
            }
            other => EitherOf4::D(view! {
                <Alert title=IslandText::secret_form_not_saved.get()>
                    <p>{other.message()}</p>
                    {matches!(other, ApiError::Rejected(Error::NotSignedIn, _))
                        .then(|| {
                            view! {
                                <p>
                                    <a href="/sign-in" target="_blank" rel="noopener">
                                        {IslandText::secret_form_sign_in.get()}
                                    </a>
                                </p>
                            }
                        })}
                    {retype()}
                </Alert>
            }),
        })
    }
}

/// The alert for the second of two people who edit at once.
#[component]
fn Conflict(
    version: i64,
    title: String,
    html: String,
    form: NodeRef<html::Form>,
    retyped: impl IntoView + 'static,
) -> impl IntoView {
    let overwrite = move |event: leptos::web_sys::MouseEvent| {
        let Some(form) = form.get_untracked() else { return };
        event.prevent_default();
        let field = form.query_selector("input[name=version]").ok().flatten();
        if let Some(field) = field {
            drop(field.set_attribute("value", &version.to_string()));
            drop(form.request_submit());
        }
    };
    view! {
        <Alert title>
            <p inner_html=html></p>
            <p>{IslandText::conflict_hint.get()}</p>
            {retyped}
            <div class="choices">
                <a class="button" href="">
                    {IslandText::secret_form_reload.get()}
                </a>
                <button
                    class="danger"
                    form="secret-form"
                    name="overwrite"
                    value=version.to_string()
                    on:click=overwrite
                >
                    {IslandText::secret_form_overwrite.get()}
                </button>
            </div>
        </Alert>
    }
}

/// The alert about a duplicate, with a box to tick and no button, because Enter would press a button here.
#[component]
fn Duplicate(duplicate: SecretId, retyped: impl IntoView + 'static) -> impl IntoView {
    let (title, same) = match duplicate.kind {
        SecretKind::GitDataset => (IslandText::secret_form_duplicate_key, IslandText::secret_form_same_key),
        SecretKind::ImagePull => {
            (IslandText::secret_form_duplicate_account, IslandText::secret_form_same_account)
        }
    };
    let (before, after) = same.around();
    let name = duplicate.name.as_str().to_owned();
    view! {
        <Alert title=title.get()>
            <p>{before} <a href=secret_address(&duplicate)>{name}</a> {after}</p>
            {retyped}
            <label class="tick">
                <input type="checkbox" name="allow_duplicate" form="secret-form"/>
                {IslandText::secret_form_save_anyway.get()}
            </label>
        </Alert>
    }
}

fn save_action(purpose: Purpose) -> Action<SecretInput, Result<(), ApiError>> {
    Action::new(move |input: &SecretInput| {
        let (purpose, form) = (purpose.clone(), input.clone());
        async move {
            match purpose {
                Purpose::Add { .. } => create_secret(form).await,
                Purpose::Edit { id, .. } => update_secret(SecretEdit { id, form }).await,
            }
        }
    })
}

/// Returns the invalid fields, each with its message.
fn field_errors(error: Option<&ApiError>) -> Vec<(FieldError, String)> {
    match error {
        // The first message is that of the error as a whole.
        Some(ApiError::Rejected(Error::Invalid(errors), said)) => {
            errors.iter().cloned().zip(said.iter().skip(1).cloned()).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the content of the form now.
fn read(form: &leptos::web_sys::HtmlFormElement) -> SecretInput {
    let Ok(data) = FormData::new_with_form(form) else { return SecretInput::default() };
    let text = |name: &str| data.get(name).as_string().unwrap_or_default();
    SecretInput {
        name: text("name"),
        display_name: text("display_name"),
        kind: text("type"),
        secret: Sensitive::new(text("secret")),
        passphrase: Sensitive::new(text("passphrase")),
        registry_host: text("registry_host"),
        registry: text("registry"),
        username: text("username"),
        password: Sensitive::new(text("password")),
        password_ends: text("password_ends"),
        repository: text("repository"),
        known_hosts: text("known_hosts"),
        approved_hosts: text("approved_hosts"),
        image: text("image"),
        expires_at: text("expires_at"),
        expires_zone: text("expires_zone"),
        renew_every_days: text("renew_every_days"),
        stop_when_expired: text("stop_when_expired"),
        tested: text("tested"),
        submission: text("submission"),
        version: text("version"),
        overwrite: String::new(),
        allow_duplicate: text("allow_duplicate"),
        way: String::new(),
        generate: String::new(),
    }
}
