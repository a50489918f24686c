//! The fields of a secret's form, and their problems.

use super::{input::Typed, secret_address, server_markup::ServerMarkup};
use crate::{
    island_texts::{self, IslandText},
    ui::{
        dom,
        field::{FieldText, PasswordField, Remedy, RemedySlot, TextField, ValueArea},
    },
};
use domain::{
    error::{Field, FieldError, Problem},
    secret::{
        DisplayName, NameProblem, PasswordProblem, PrivateKeyText, RegistryHost, SecretName, SshKeyProblem,
        Username,
    },
    sensitive::Sensitive,
};
use leptos::prelude::*;

/// The problems of the fields with their messages, in the order of the form.
#[derive(Clone, Copy)]
pub struct Problems(RwSignal<Vec<(FieldError, String)>>);

impl Problems {
    pub fn new(problems: Vec<(FieldError, String)>) -> Self {
        Self(RwSignal::new(problems))
    }

    pub fn all(self) -> Vec<(FieldError, String)> {
        self.0.get()
    }

    /// Replaces all problems, after an answer of the server.
    pub fn replace(self, problems: Vec<(FieldError, String)>) {
        self.0.set(problems);
    }

    /// Replaces the problem of one field, after an early check in the browser.
    pub fn note(self, field: Field, problem: Option<Problem>) {
        let same = |known: &Vec<(FieldError, String)>| {
            known.iter().find(|(error, _)| error.field == field).map(|(error, _)| error.problem.clone())
        };
        if self.0.with_untracked(same) != problem {
            self.0.update(|known| {
                known.retain(|(error, _)| error.field != field);
                if let Some(problem) = problem {
                    let place = known.iter().position(|(error, _)| error.field as u8 > field as u8);
                    let said = island_texts::problem(&problem);
                    known.insert(place.unwrap_or(known.len()), (FieldError { field, problem }, said));
                }
            });
        }
    }

    /// Returns the problem of a field with its message.
    fn found(self, field: Field) -> Option<(FieldError, String)> {
        self.0.with(|known| known.iter().find(|(error, _)| error.field == field).cloned())
    }

    fn of(self, field: Field) -> Option<Problem> {
        self.found(field).map(|(error, _)| error.problem)
    }

    fn message(self, field: Field) -> Signal<Option<String>> {
        Signal::derive(move || self.found(field).map(|(_, said)| said))
    }

    /// Shows problems beside the fields that the server has rendered under the form.
    pub fn mark_under_form(self) {
        let by_server =
            [Field::Repository, Field::KnownHosts, Field::Image, Field::ExpiresAt, Field::RenewEveryDays];
        for field in by_server {
            dom::mark(field.name(), self.found(field).map(|(_, said)| said));
        }
    }

    /// Returns the field that takes the focus after a rejection.
    pub fn first(self) -> Option<Field> {
        self.0.with_untracked(|known| known.first().map(|(error, _)| error.field))
    }
}

/// Returns the label of a field, which stays as the server has rendered it.
#[cfg(feature = "ssr")]
fn label(field: Field) -> &'static str {
    crate::texts::field(field)
}

/// Returns the label of a field, which stays as the server has rendered it.
#[cfg(not(feature = "ssr"))]
fn label(_field: Field) -> &'static str {
    " "
}

/// Links to the fields that need another look; the first part of a rejected form.
#[component]
pub fn ProblemSummary(problems: Problems) -> impl IntoView {
    let links = move || {
        let link = |(error, said): (FieldError, String)| {
            view! {
                <li>
                    <a href=format!("#{}", error.field.name())>{said}</a>
                </li>
            }
        };
        problems.all().into_iter().map(link).collect_view()
    };
    view! { <ul>{links}</ul> }
}

/// Name and display name.
#[component]
pub fn NameFields(
    typed: Typed,
    problems: Problems,
    /// Whether the name is shown and cannot be changed, as on Edit.
    locked: bool,
    autofocus: Option<Field>,
) -> impl IntoView {
    let name_input = NodeRef::<leptos::html::Input>::new();
    let typed_name = RwSignal::new(typed.name.clone());
    let check = move |text: &str, finished: bool| {
        typed_name.set(text.to_owned());
        let problem = match SecretName::parse(text) {
            Ok(_) => None,
            // Half a name is not wrong yet.
            Err(NameProblem::End | NameProblem::Missing) if !finished => None,
            Err(problem) => Some(Problem::Name(problem)),
        };
        problems.note(Field::Name, problem);
    };
    // Text that was typed before hydration is validated as soon as possible.
    Effect::new(move |_| {
        if let Some(input) = name_input.get()
            && !locked
            && !input.value().is_empty()
            && input.value() != input.default_value()
        {
            check(&input.value(), false);
        }
    });
    let remedy = move || match problems.of(Field::Name)? {
        Problem::NameTaken(id) => {
            Some(Remedy::Link { address: secret_address(&id), words: IslandText::secret_form_open.get() })
        }
        _ => SecretName::suggest(&typed_name.get()).map(|name| Remedy::Instead(name.as_str().to_owned())),
    };
    let replace = move |text: String| {
        if let Some(input) = name_input.get_untracked() {
            input.set_value(&text);
            check(&text, true);
            drop(input.focus());
        }
    };
    view! {
        <TextField
            text=FieldText {
                id: Field::Name.name(),
                label: label(Field::Name),
                mark: if locked { "" } else { fixed!(form_required) },
                hint: fixed!(locked, secret_form_locked, secret_form_name_hint),
            }
            value=typed.name
            error=problems.message(Field::Name)
            typing=Callback::new(move |text: String| check(&text, false))
            left=Callback::new(move |text: String| {
                // A field that only had the focus is not validated.
                if !text.is_empty() && !locked {
                    check(&text, true);
                }
            })
            remedy=RemedySlot { remedy: Signal::derive(remedy), replace: Callback::new(replace) }
            mono=true
            locked
            required=!locked
            autofocus={autofocus == Some(Field::Name)}
            node_ref=name_input
        />
        {display_name(typed.display_name, problems, autofocus)}
    }
}

/// Renders the display name.
fn display_name(value: String, problems: Problems, autofocus: Option<Field>) -> impl IntoView {
    let check = move |text: String| {
        problems.note(Field::DisplayName, DisplayName::parse(&text).err().map(Problem::DisplayName));
    };
    view! {
        <TextField
            text=FieldText {
                id: Field::DisplayName.name(),
                label: label(Field::DisplayName),
                mark: fixed!(form_optional),
                hint: fixed!(secret_form_display_name_hint),
            }
            value
            error=problems.message(Field::DisplayName)
            left=Callback::new(check)
            autofocus={autofocus == Some(Field::DisplayName)}
        />
    }
}

/// The fields of a Git dataset.
#[component]
pub fn GitDatasetFields(
    problems: Problems,
    stored: bool,
    /// The ways in which the key comes; empty for a stored secret.
    ways: ServerMarkup,
    help: ServerMarkup,
    autofocus: Option<Field>,
) -> impl IntoView {
    // Whether the typed key needs a passphrase; without JavaScript the rejected form says so.
    let protected = RwSignal::new(false);
    let check = move |text: String| {
        let problem = match PrivateKeyText::parse(&Sensitive::new(text)) {
            Ok(_) | Err(SshKeyProblem::Missing) => None,
            Err(problem) => Some(problem),
        };
        protected.set(problem == Some(SshKeyProblem::Passphrase));
        problems.note(Field::Passphrase, None);
        problems.note(Field::Secret, problem.filter(|known| !known.is_about_passphrase()).map(Problem::Key));
    };
    let idle = move || !protected.get() && problems.of(Field::Passphrase).is_none();
    view! {
        <div class="for-git-dataset">
            <div class="part" inner_html=ways.0></div>
            <div class="typed-key">
                <ValueArea
                    text=FieldText {
                        id: Field::Secret.name(),
                        label: label(Field::Secret),
                        mark: fixed!(stored, form_optional, form_required),
                        hint: fixed!(stored, secret_form_key_stored, secret_form_key_hint),
                    }
                    placeholder=fixed!(stored, secret_form_key_replace, secret_form_key_begin)
                    rows=if stored { 3 } else { 8 }
                    error=problems.message(Field::Secret)
                    changed=Callback::new(check)
                    required=!stored
                    autofocus={autofocus == Some(Field::Secret)}
                />
                <div hidden=idle>
                    <PasswordField
                        text=FieldText {
                            id: Field::Passphrase.name(),
                            label: label(Field::Passphrase),
                            mark: fixed!(form_required),
                            hint: fixed!(problem_key_passphrase),
                        }
                        placeholder=""
                        error=problems.message(Field::Passphrase)
                        changed=Callback::new(move |()| problems.note(Field::Passphrase, None))
                        autofocus={autofocus == Some(Field::Passphrase)}
                    />
                </div>
                <div class="help-here" inner_html=help.0></div>
            </div>
        </div>
    }
}

/// The fields of a registry credential.
#[component]
pub fn ImagePullFields(
    typed: Typed,
    problems: Problems,
    stored: bool,
    help: ServerMarkup,
    autofocus: Option<Field>,
) -> impl IntoView {
    // Where the password is to be rotated, it is asked for. The browser's half need not know.
    #[cfg(feature = "ssr")]
    let (stored, autofocus) =
        if typed.rotates() { (false, autofocus.or(Some(Field::Password))) } else { (stored, autofocus) };
    let corrected = RwSignal::new(None::<String>);
    let check_host = move |text: String| {
        if text.is_empty() {
            return;
        }
        match RegistryHost::parse(&text) {
            Ok(normalized) => {
                problems.note(Field::RegistryHost, None);
                corrected
                    .set((!normalized.corrections.is_empty()).then(|| normalized.host.as_str().to_owned()));
            }
            Err(problem) => {
                problems.note(Field::RegistryHost, Some(Problem::Host(problem)));
                corrected.set(None);
            }
        }
    };
    let host_input = NodeRef::<leptos::html::Input>::new();
    let filled_in = StoredValue::new(String::new());
    // The chosen registry's host, unless another was typed.
    let choose = move |event: leptos::web_sys::Event| {
        let host = event_target_value(&event);
        if let Some(input) = host_input.get_untracked()
            && filled_in.with_value(|before| input.value() == *before)
        {
            input.set_value(&host);
            filled_in.set_value(host);
            problems.note(Field::RegistryHost, None);
            corrected.set(None);
        }
    };
    view! {
        <div class="for-image-pull">
            <div class="help-here" inner_html=help.0 on:change=choose></div>
            <TextField
                text=FieldText {
                    id: Field::RegistryHost.name(),
                    label: label(Field::RegistryHost),
                    mark: fixed!(form_required),
                    hint: fixed!(secret_form_host_hint),
                }
                value=typed.registry_host
                error=problems.message(Field::RegistryHost)
                left=Callback::new(check_host)
                mono=true
                required=true
                node_ref=host_input
                autofocus={autofocus == Some(Field::RegistryHost)}
            />
            <p class="correction" role="status">
                {move || {
                    corrected
                        .get()
                        .map(|host| {
                            let (before, after) = IslandText::secret_form_corrected.around();
                            view! { {before} <code>{host}</code> {after} }
                        })
                }}
            </p>
            {username(typed.username, problems, autofocus)}
            {password(problems, stored, autofocus)}
        </div>
    }
}

/// Renders the name of the account.
fn username(value: String, problems: Problems, autofocus: Option<Field>) -> impl IntoView {
    let check = move |text: String| {
        if !text.is_empty() {
            problems.note(Field::Username, Username::parse(&text).err().map(Problem::Username));
        }
    };
    view! {
        <TextField
            text=FieldText {
                id: Field::Username.name(),
                label: label(Field::Username),
                mark: fixed!(form_required),
                hint: fixed!(secret_form_username_hint),
            }
            value
            error=problems.message(Field::Username)
            left=Callback::new(check)
            mono=true
            required=true
            autofocus={autofocus == Some(Field::Username)}
        />
    }
}

/// Renders the password, and the choice for invisible characters at its ends.
fn password(problems: Problems, stored: bool, autofocus: Option<Field>) -> impl IntoView {
    view! {
        <PasswordField
            text=FieldText {
                id: Field::Password.name(),
                label: label(Field::Password),
                mark: fixed!(stored, form_optional, form_required),
                hint: fixed!(stored, secret_form_password_stored, secret_form_password_hint),
            }
            placeholder=if stored { fixed!(secret_form_password_replace) } else { "" }
            error=problems.message(Field::Password)
            changed=Callback::new(move |()| problems.note(Field::Password, None))
            required=!stored
            autofocus={autofocus == Some(Field::Password)}
        />
        <div
            class="field"
            hidden=move || !matches!(problems.of(Field::Password), Some(Problem::Password(PasswordProblem::End(_))))
        >
            <select name="password_ends" aria-label=fixed!(secret_form_password_ends) autocomplete="off">
                <option value="" selected=true>{fixed!(secret_form_password_ends_choose)}</option>
                <option value="without">{fixed!(secret_form_password_ends_without)}</option>
                <option value="keep">{fixed!(secret_form_password_ends_keep)}</option>
            </select>
        </div>
    }
}
