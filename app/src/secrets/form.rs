//! The form that serves Add and Edit.

use super::{
    api::{create_secret, update_secret},
    form_fields::{
        GitDatasetFields, ImagePullFields, LockedType, NameFields, ProblemSummary, Problems, TypeSelect,
    },
    holds_the_same,
    input::{RejectedForm, SecretEdit, SecretInput, Typed},
    secret_address,
    server_markup::FormHelp,
};
use crate::{
    error::ApiError,
    ui::{ago::Ago, alert::Alert, dom, leave_guard},
};
use domain::{
    error::{Change, Error, Field, FieldError},
    secret::{NewSecret, SecretId, SecretKind, SecretUpdate},
    sensitive::Sensitive,
};
use leptos::{
    either::{EitherOf3, EitherOf4},
    ev::SubmitEvent,
    html,
    prelude::*,
    web_sys::FormData,
};
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
    /// The inline help.
    help: FormHelp,
) -> impl IntoView {
    let form = NodeRef::<html::Form>::new();
    let released = RwSignal::new(false);
    leave_guard::watch(form, released, rejected.is_some());

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
    view! {
        <div id=REJECTION tabindex="-1">
            <Failure failure problems value_dropped form/>
        </div>
        <form
            method="post"
            action=address
            id="secret-form"
            class="secret-form"
            class:adding=!editing
            node_ref=form
            on:submit=move |event| open.submit(&purpose, &event)
            novalidate
            autocomplete="off"
            aria-busy=move || open.pending().then_some("true")
        >
            <input type="hidden" name="submission" value=typed.submission.clone()/>
            <input type="hidden" name="version" value=typed.version.clone()/>
            <NameFields typed=typed.clone() problems locked=editing autofocus/>
            {fields_of(kind, typed, problems, help, autofocus)}
            <div class="actions">
                <p class="not-saved">{move || failure.with(|error| error.as_ref().map(ApiError::in_a_line))}</p>
                <a class="button" href=cancel>
                    "Cancel"
                </a>
                <button class="primary" aria-disabled=move || open.pending().then_some("true")>
                    {move || if open.pending() { "Saving…" } else { "Confirm" }}
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
    /// Whether the form may be left without a question.
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
        // A button with a name asks for something that only the server does, such as a new key.
        if dom::has_named_submitter(event) {
            self.released.set(true);
            return;
        }
        event.prevent_default();
        let Some(element) = self.form.get_untracked() else { return };
        if untrack(|| self.pending()) {
            return;
        }
        let input = read(&element);
        let wrong = purpose.check(&input);
        if wrong.is_empty() {
            self.save.dispatch(input);
        } else {
            self.problems.replace(wrong.clone());
            self.show_failure(ApiError::Rejected(Error::Invalid(wrong)));
        }
    }
}

/// Returns the content of the form at first, why it was rejected, and whether a value must be typed again.
fn at_first(rejected: Option<RejectedForm>, stored: Typed, editing: bool) -> (Typed, Option<ApiError>, bool) {
    match rejected {
        Some(RejectedForm { typed, error, value_dropped }) => {
            // The form cannot change the name and type of a stored secret.
            let typed = if editing { Typed { name: stored.name, kind: stored.kind, ..typed } } else { typed };
            (typed, error.map(ApiError::Rejected), value_dropped)
        }
        None => (stored, None, false),
    }
}

/// Renders the fields of this type of a stored secret; on Add those of all types, of which the style sheet
/// shows the chosen one's.
fn fields_of(
    kind: Option<SecretKind>,
    typed: Typed,
    problems: Problems,
    help: FormHelp,
    autofocus: Option<Field>,
) -> impl IntoView {
    match kind {
        None => EitherOf3::A(view! {
            <TypeSelect chosen=typed.kind.clone() problems/>
            <div class="for-git-dataset">
                <GitDatasetFields problems stored=false help=help.keys autofocus/>
            </div>
            <div class="for-image-pull">
                <ImagePullFields typed problems stored=false help=help.registries autofocus/>
            </div>
        }),
        Some(SecretKind::GitDataset) => EitherOf3::B(view! {
            <LockedType kind=SecretKind::GitDataset/>
            <GitDatasetFields problems stored=true help=help.keys autofocus/>
        }),
        Some(SecretKind::ImagePull) => EitherOf3::C(view! {
            <LockedType kind=SecretKind::ImagePull/>
            <ImagePullFields typed problems stored=true help=help.registries autofocus/>
        }),
    }
}

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
            view! { <p>"Values are not sent back to the browser: the secret or password must be typed again."</p> }
        })
    };
    move || {
        failure.get().map(|error| match error {
            ApiError::Rejected(Error::Invalid(_)) => EitherOf4::A(view! {
                <Alert title="There is a problem">
                    <ProblemSummary problems/>
                    {retype()}
                </Alert>
            }),
            ApiError::Rejected(Error::Changed(change)) => {
                EitherOf4::B(view! { <Conflict change form retyped=retype()/> })
            }
            ApiError::Rejected(Error::Duplicate(duplicate)) => {
                EitherOf4::C(view! { <Duplicate duplicate retyped=retype()/> })
            }
            other => EitherOf4::D(view! {
                <Alert title="Not saved">
                    <p>{other.message()}</p>
                    {(other == ApiError::Rejected(Error::NotSignedIn))
                        .then(|| {
                            view! {
                                <p>
                                    <a href="/sign-in" target="_blank" rel="noopener">
                                        "Sign in in another tab"
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
fn Conflict(change: Change, form: NodeRef<html::Form>, retyped: impl IntoView + 'static) -> impl IntoView {
    let Change { by, at, now, version } = change;
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
        <Alert title="This secret was changed in the meantime">
            <p>
                "It was changed " <Ago at now/> " by " {by}
                ". What you typed is still here. Reload to see the secret as it is now, or overwrite it with what stands below."
            </p>
            {retyped}
            <div class="choices">
                <a class="button" href="">
                    "Reload"
                </a>
                <button
                    class="danger"
                    form="secret-form"
                    name="overwrite"
                    value=version.to_string()
                    on:click=overwrite
                >
                    "Overwrite"
                </button>
            </div>
        </Alert>
    }
}

/// The alert about a duplicate, with a box to tick and no button, because Enter would press a button here.
#[component]
fn Duplicate(duplicate: SecretId, retyped: impl IntoView + 'static) -> impl IntoView {
    let what = holds_the_same(duplicate.kind);
    let name = duplicate.name.as_str().to_owned();
    view! {
        <Alert title="This is stored already">
            <p>"The secret " <a href=secret_address(&duplicate)>{name}</a> {what}</p>
            {retyped}
            <label class="tick">
                <input type="checkbox" name="allow_duplicate" form="secret-form"/>
                "Save it all the same when I press Confirm"
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

fn field_errors(error: Option<&ApiError>) -> Vec<FieldError> {
    match error {
        Some(ApiError::Rejected(Error::Invalid(errors))) => errors.clone(),
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
        tested: text("tested"),
        submission: text("submission"),
        version: text("version"),
        overwrite: String::new(),
        allow_duplicate: text("allow_duplicate"),
        generate: String::new(),
    }
}
