//! The fields of a secret's form, and their problems.

use super::{input::Typed, secret_address, server_markup::ServerMarkup};
use crate::ui::{
    dom,
    field::{FieldText, PasswordField, Remedy, RemedySlot, TextField, ValueArea},
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

/// The problems of the fields, in the order of the form.
#[derive(Clone, Copy)]
pub struct Problems(RwSignal<Vec<FieldError>>);

impl Problems {
    pub fn new(problems: Vec<FieldError>) -> Self {
        Self(RwSignal::new(problems))
    }

    pub fn all(self) -> Vec<FieldError> {
        self.0.get()
    }

    /// Replaces all problems, after an answer of the server.
    pub fn replace(self, problems: Vec<FieldError>) {
        self.0.set(problems);
    }

    /// Replaces the problem of one field, after an early check in the browser.
    pub fn note(self, field: Field, problem: Option<Problem>) {
        let same = |known: &Vec<FieldError>| {
            known.iter().find(|error| error.field == field).map(|error| error.problem.clone())
        };
        if self.0.with_untracked(same) != problem {
            self.0.update(|known| {
                known.retain(|error| error.field != field);
                if let Some(problem) = problem {
                    let place = known.iter().position(|error| error.field as u8 > field as u8);
                    known.insert(place.unwrap_or(known.len()), FieldError { field, problem });
                }
            });
        }
    }

    fn of(self, field: Field) -> Option<Problem> {
        self.0
            .with(|known| known.iter().find(|error| error.field == field).map(|error| error.problem.clone()))
    }

    fn message(self, field: Field) -> Signal<Option<String>> {
        Signal::derive(move || self.of(field).map(|problem| problem.island_message()))
    }

    /// Shows problems beside the fields that the server has rendered under the form.
    pub fn mark_under_form(self) {
        for field in [Field::Repository, Field::KnownHosts, Field::Image] {
            dom::mark(field.name(), self.of(field).map(|problem| problem.island_message()));
        }
    }

    /// Returns the field that takes the focus after a rejection.
    pub fn first(self) -> Option<Field> {
        self.0.with_untracked(|known| known.first().map(|error| error.field))
    }
}

/// Links to the fields that need another look; the first part of a rejected form.
#[component]
pub fn ProblemSummary(problems: Problems) -> impl IntoView {
    let links = move || {
        let link = |error: FieldError| {
            view! {
                <li>
                    <a href=format!("#{}", error.field.name())>{error.problem.island_message()}</a>
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
        Problem::NameTaken(id) => Some(Remedy::Link { address: secret_address(&id), words: "Open it" }),
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
                label: Field::Name.label(),
                mark: if locked { "" } else { "required" },
                hint: if locked {
                    "Can’t be changed."
                } else {
                    "Lowercase letters, digits, hyphens and dots. You can’t change it later."
                },
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
                label: Field::DisplayName.label(),
                mark: "optional",
                hint: "Shown in lists. Leave empty to use the name.",
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
                        label: Field::Secret.label(),
                        mark: if stored { "optional" } else { "required" },
                        hint: if stored {
                            "A private key is stored. Leave this empty to keep it."
                        } else {
                            "The private key: the file without .pub. It is encrypted on arrival and never shown again."
                        },
                    }
                    placeholder=if stored { "Paste a secret to replace it" } else { "-----BEGIN OPENSSH PRIVATE KEY-----" }
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
                            label: Field::Passphrase.label(),
                            mark: "required",
                            hint: SshKeyProblem::Passphrase.message(),
                        }
                        placeholder=""
                        error=problems.message(Field::Passphrase)
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
                    label: Field::RegistryHost.label(),
                    mark: "required",
                    hint: "The host in your image names, for example ghcr.io or registry.example.com:5000. With a path, such as quay.io/team, only for images below it.",
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
                            view! { "Will be saved as " <code>{host}</code> ", the form Docker and Kubernetes expect." }
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
                label: Field::Username.label(),
                mark: "required",
                hint: "Usually a deploy token or robot account.",
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
                label: Field::Password.label(),
                mark: if stored { "optional" } else { "required" },
                hint: if stored {
                    "A password is stored. Leave this empty to keep it."
                } else {
                    "The token or password, exactly as issued. It is encrypted on arrival and never shown again."
                },
            }
            placeholder=if stored { "Type a password to replace it" } else { "" }
            error=problems.message(Field::Password)
            required=!stored
            autofocus={autofocus == Some(Field::Password)}
        />
        <div
            class="field"
            hidden=move || !matches!(problems.of(Field::Password), Some(Problem::Password(PasswordProblem::End(_))))
        >
            <select name="password_ends" aria-label="The ends of the password" autocomplete="off">
                <option value="" selected=true>"Choose"</option>
                <option value="without">"Remove it"</option>
                <option value="keep">"Keep it"</option>
            </select>
        </div>
    }
}
