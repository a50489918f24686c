//! What was typed, and the secret or the change that it becomes.

use super::{
    DisplayName, KeyProblem, NewKeyKind, Password, PasswordEnd, PasswordProblem, PrivateKeyText,
    RegistryHost, SecretKind, SecretName, Username,
};
use crate::{
    check::{CheckSettings, ImageReference, KnownHosts, Repository, TargetProblem, names_hub_otherwise},
    error::{Field, FieldError, Problem},
    sensitive::Sensitive,
};

/// The fields of the form, as typed.
#[derive(Clone, Debug, Default)]
pub struct SecretDraft {
    /// Field "Name".
    pub name: String,
    /// Field "Display Name".
    pub display_name: String,
    /// Field "Type", in `SecretKind::as_str`'s form.
    pub kind: String,
    /// Field "Secret".
    pub secret: Sensitive,
    /// Field "Passphrase": of the key in "Secret", where it has one.
    pub passphrase: Sensitive,
    /// Field "Registry Host".
    pub registry_host: String,
    /// Field "Username".
    pub username: String,
    /// Field "Password".
    pub password: Sensitive,
    /// What becomes of what cannot be seen at the ends of the password: `keep` or `without`; where it is empty, that is
    /// asked.
    pub password_ends: String,
    /// Not empty where it is to be saved although another secret holds the same.
    pub knowingly: String,
    /// Field "Repository to try".
    pub repository: String,
    /// Field "Known hosts".
    pub known_hosts: String,
    /// Lines of the same form, approved after a test.
    pub approved_hosts: String,
    /// Field "Image to try".
    pub image: String,
}

/// A secret that may be stored.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// Unique within its kind.
    pub name: SecretName,
    /// `None`: the name stands in for it.
    pub display_name: Option<DisplayName>,
    /// What it pulls with.
    pub credential: Credential,
    /// Whether it is to be added although another secret holds the same key or account.
    pub knowingly: bool,
    /// On what it is tried.
    pub settings: CheckSettings,
}

/// A secret whose key the portal is to make.
#[derive(Clone, Debug)]
pub struct GeneratedSecret {
    /// Unique among Git datasets.
    pub name: SecretName,
    /// `None`: the name stands in for it.
    pub display_name: Option<DisplayName>,
    /// What kind of pair.
    pub key: NewKeyKind,
    /// On what it is tried.
    pub settings: CheckSettings,
}

/// What a secret pulls with.
#[derive(Clone, Debug)]
pub enum Credential {
    /// For Git over SSH.
    GitDataset {
        /// The sealed value.
        private_key: PrivateKeyText,
    },
    /// For an image registry.
    ImagePull {
        /// Where.
        host: RegistryHost,
        /// As whom.
        username: Username,
        /// The sealed value.
        password: Password,
    },
}

impl Credential {
    /// The kind that this credential is of.
    pub fn kind(&self) -> SecretKind {
        match self {
            Self::GitDataset { .. } => SecretKind::GitDataset,
            Self::ImagePull { .. } => SecretKind::ImagePull,
        }
    }
}

/// A change that may be stored.
#[derive(Clone, Debug)]
pub struct SecretUpdate {
    /// `None`: the name stands in for it.
    pub display_name: Option<DisplayName>,
    /// What becomes of the credential.
    pub credential: CredentialUpdate,
    /// Whether it is to be saved although another secret holds the same key or account.
    pub knowingly: bool,
    /// On what it is tried.
    pub settings: CheckSettings,
}

/// A change of what a secret pulls with. `None` keeps the stored value.
#[derive(Clone, Debug)]
pub enum CredentialUpdate {
    /// For Git over SSH.
    GitDataset {
        /// A new key, if any.
        private_key: Option<PrivateKeyText>,
    },
    /// For an image registry.
    ImagePull {
        /// Where.
        host: RegistryHost,
        /// As whom.
        username: Username,
        /// A new password, if any.
        password: Option<Password>,
    },
}

/// Gathers what is wrong, so that all of it is said at once.
#[derive(Default)]
struct Wrong(Vec<FieldError>);

impl Wrong {
    fn take<T, P>(&mut self, field: Field, result: Result<T, P>, problem: fn(P) -> Problem) -> Option<T> {
        result.map_err(|error| self.0.push(FieldError { field, problem: problem(error) })).ok()
    }

    /// The password, with or without what cannot be seen at its ends.
    fn take_password(&mut self, draft: &mut SecretDraft) -> Option<Password> {
        let typed = std::mem::take(&mut draft.password);
        let password = match (PasswordEnd::of(typed.expose()), draft.password_ends.as_str()) {
            (None, _) | (Some(_), "keep") => Password::parse(typed),
            (Some(_), "without") => Password::parse(Sensitive::new(PasswordEnd::without(typed.expose()))),
            (Some(end), _) => Err(PasswordProblem::End(end)),
        };
        self.take(Field::Password, password, Problem::Password)
    }

    /// The key with its passphrase: what is wrong with either is said beside it.
    fn take_key(&mut self, draft: &SecretDraft) -> Option<PrivateKeyText> {
        let key = PrivateKeyText::parse_with(&draft.secret, draft.passphrase.clone());
        key.map_err(|problem| self.0.push(FieldError::of_key(problem))).ok()
    }
}

impl FieldError {
    /// A problem with a key, beside the field in which it can be put right.
    pub fn of_key(problem: KeyProblem) -> Self {
        let field = if problem.is_about_passphrase() { Field::Passphrase } else { Field::Secret };
        Self { field, problem: Problem::Key(problem) }
    }
}

impl GeneratedSecret {
    /// Reads the Add form where a key is to be made; what stands in the fields of a key is passed over.
    pub fn parse(draft: &SecretDraft, key: NewKeyKind) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Wrong::default();
        let name = wrong.take(Field::Name, SecretName::parse(&draft.name), Problem::Name);
        let display_name =
            wrong.take(Field::DisplayName, DisplayName::parse(&draft.display_name), Problem::DisplayName);
        let settings = read_settings(&mut wrong, SecretKind::GitDataset, draft);
        match (name, display_name, settings) {
            (Some(name), Some(display_name), Some(settings)) => {
                Ok(Self { name, display_name, key, settings })
            }
            _ => Err(wrong.0),
        }
    }
}

impl NewSecret {
    /// Reads the Add form; all that is wrong is returned at once, in the order of the form. Fields of the other
    /// kind are passed over.
    pub fn parse(mut draft: SecretDraft) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Wrong::default();
        let knowingly = !draft.knowingly.is_empty();
        let name = wrong.take(Field::Name, SecretName::parse(&draft.name), Problem::Name);
        let display_name =
            wrong.take(Field::DisplayName, DisplayName::parse(&draft.display_name), Problem::DisplayName);
        let kind = wrong.take(Field::Type, SecretKind::parse(&draft.kind).ok_or(()), |()| Problem::Type);
        let credential = kind.and_then(|kind| match kind {
            SecretKind::GitDataset => Some(Credential::GitDataset { private_key: wrong.take_key(&draft)? }),
            SecretKind::ImagePull => {
                let (host, username) = read_account(&mut wrong, &draft);
                let password = wrong.take_password(&mut draft);
                Some(Credential::ImagePull { host: host?, username: username?, password: password? })
            }
        });
        let settings = kind.and_then(|kind| read_settings(&mut wrong, kind, &draft));
        match (name, display_name, credential, settings) {
            (Some(name), Some(display_name), Some(credential), Some(settings)) => {
                Ok(Self { name, display_name, credential, knowingly, settings })
            }
            _ => Err(wrong.0),
        }
    }
}

impl SecretUpdate {
    /// Reads the Edit form of a secret of this kind. A blank value keeps the stored one: for a password that is
    /// the empty text, for a key white space too. Name and type are passed over: they never change.
    pub fn parse(kind: SecretKind, mut draft: SecretDraft) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Wrong::default();
        let knowingly = !draft.knowingly.is_empty();
        let display_name =
            wrong.take(Field::DisplayName, DisplayName::parse(&draft.display_name), Problem::DisplayName);
        let credential = match kind {
            SecretKind::GitDataset if draft.secret.expose().trim().is_empty() => {
                Some(CredentialUpdate::GitDataset { private_key: None })
            }
            SecretKind::GitDataset => {
                let key = wrong.take_key(&draft);
                key.map(|key| CredentialUpdate::GitDataset { private_key: Some(key) })
            }
            SecretKind::ImagePull => {
                let (host, username) = read_account(&mut wrong, &draft);
                let password = if draft.password.is_empty() {
                    Some(None)
                } else {
                    wrong.take_password(&mut draft).map(Some)
                };
                match (host, username, password) {
                    (Some(host), Some(username), Some(password)) => {
                        Some(CredentialUpdate::ImagePull { host, username, password })
                    }
                    _ => None,
                }
            }
        };
        let settings = read_settings(&mut wrong, kind, &draft);
        match (display_name, credential, settings) {
            (Some(display_name), Some(credential), Some(settings)) => {
                Ok(Self { display_name, credential, knowingly, settings })
            }
            _ => Err(wrong.0),
        }
    }
}

/// What a test of a connection tries, straight from a form.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Without a value, the stored one is tried.
    pub credential: CredentialUpdate,
    /// On what it is tried.
    pub settings: CheckSettings,
}

impl Trial {
    /// Reads what of a form a test needs. Without a stored value, one has to be typed.
    pub fn parse(kind: SecretKind, draft: SecretDraft, stored: bool) -> Result<Self, Vec<FieldError>> {
        // What it is called is of no account here.
        let draft = SecretDraft { display_name: String::new(), ..draft };
        let SecretUpdate { credential, settings, .. } = SecretUpdate::parse(kind, draft)?;
        let missing = match &credential {
            CredentialUpdate::GitDataset { private_key: None } => {
                FieldError { field: Field::Secret, problem: Problem::Key(KeyProblem::Missing) }
            }
            CredentialUpdate::ImagePull { password: None, .. } => {
                FieldError { field: Field::Password, problem: Problem::Password(PasswordProblem::Missing) }
            }
            _ => return Ok(Self { credential, settings }),
        };
        if stored { Ok(Self { credential, settings }) } else { Err(vec![missing]) }
    }
}

fn read_account(wrong: &mut Wrong, draft: &SecretDraft) -> (Option<RegistryHost>, Option<Username>) {
    let host = RegistryHost::parse(&draft.registry_host).map(|normalized| normalized.host);
    let host = wrong.take(Field::RegistryHost, host, Problem::Host);
    let username = wrong.take(Field::Username, Username::parse(&draft.username), Problem::Username);
    (host, username)
}

/// What a secret of this kind is tried on.
fn read_settings(wrong: &mut Wrong, kind: SecretKind, draft: &SecretDraft) -> Option<CheckSettings> {
    // Nothing about these fields has to be said while somebody types: the browser leaves their rules to the server.
    if cfg!(target_arch = "wasm32") {
        return Some(CheckSettings::default());
    }
    let mut settings = CheckSettings::default();
    let target = Problem::Target;
    match kind {
        SecretKind::GitDataset => {
            let blank = draft.repository.trim().is_empty();
            let repository =
                (!blank).then(|| wrong.take(Field::Repository, Repository::parse(&draft.repository), target));
            let known_hosts = KnownHosts::parse(&draft.known_hosts, &draft.approved_hosts);
            settings.known_hosts = wrong.take(Field::KnownHosts, known_hosts, target)?;
            settings.repository = repository.map_or(Some(None), |repository| repository.map(Some))?;
        }
        SecretKind::ImagePull if !draft.image.trim().is_empty() => {
            let registry = RegistryHost::parse(&draft.registry_host).ok().map(|normalized| normalized.host);
            let image = if names_hub_otherwise(&draft.image) {
                Err(TargetProblem::ImageHubOtherwise)
            } else {
                ImageReference::parse(&draft.image, registry.as_ref())
            };
            settings.image = Some(wrong.take(Field::Image, image, target)?);
        }
        SecretKind::ImagePull => {}
    }
    Some(settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{HostProblem, NameProblem, UsernameProblem};

    fn draft(kind: SecretKind) -> SecretDraft {
        SecretDraft {
            name: "a".to_owned(),
            kind: kind.as_str().to_owned(),
            registry_host: "GHCR.io".to_owned(),
            username: "robot".to_owned(),
            password: Sensitive::new("pw"),
            ..SecretDraft::default()
        }
    }

    #[test]
    fn everything_wrong_is_said_at_once_in_the_order_of_the_form() {
        let image = SecretDraft { kind: "image-pull".to_owned(), ..SecretDraft::default() };
        let problems: Vec<_> =
            NewSecret::parse(image).unwrap_err().into_iter().map(|error| error.problem).collect();
        assert_eq!(
            problems,
            [
                Problem::Name(NameProblem::Missing),
                Problem::Host(HostProblem::Missing),
                Problem::Username(UsernameProblem::Missing),
                Problem::Password(PasswordProblem::Missing)
            ]
        );
        let git = SecretDraft { kind: "git-dataset".to_owned(), ..draft(SecretKind::GitDataset) };
        assert_eq!(NewSecret::parse(git).unwrap_err()[0].problem, Problem::Key(KeyProblem::Missing));
        let none = SecretDraft { kind: "SENTINEL".to_owned(), ..draft(SecretKind::GitDataset) };
        let wrong = NewSecret::parse(none).unwrap_err();
        assert_eq!(wrong[0].problem, Problem::Type);
        assert!(!format!("{wrong:?}").contains("SENTINEL"));
    }

    #[test]
    fn blank_keeps_the_stored_value() {
        let image = SecretDraft { password: Sensitive::default(), ..draft(SecretKind::ImagePull) };
        let update = SecretUpdate::parse(SecretKind::ImagePull, image).unwrap();
        let CredentialUpdate::ImagePull { host, password: None, .. } = update.credential else {
            panic!("the password is to be kept");
        };
        assert_eq!(host.as_str(), "ghcr.io");
        let git = SecretDraft { secret: Sensitive::new(" \r\n"), ..draft(SecretKind::GitDataset) };
        let update = SecretUpdate::parse(SecretKind::GitDataset, git).unwrap();
        assert!(matches!(update.credential, CredentialUpdate::GitDataset { private_key: None }));
    }

    #[test]
    fn what_cannot_be_seen_at_the_ends_of_a_password_is_asked_about() {
        for (typed, ends, stored) in [
            ("pw\n", "", Err(PasswordEnd::LineBreak)),
            (" pw", "anything else", Err(PasswordEnd::Blank)),
            ("pw\n", "keep", Ok("pw\n")),
            ("pw\n", "without", Ok("pw")),
            ("pw", "", Ok("pw")),
        ] {
            let draft = SecretDraft {
                password: Sensitive::new(typed),
                password_ends: ends.to_owned(),
                ..draft(SecretKind::ImagePull)
            };
            let found = NewSecret::parse(draft.clone()).map(|secret| match secret.credential {
                Credential::ImagePull { password, .. } => password.value().expose().to_owned(),
                Credential::GitDataset { .. } => String::new(),
            });
            let expected = stored.map(str::to_owned).map_err(|end| {
                vec![FieldError {
                    field: Field::Password,
                    problem: Problem::Password(PasswordProblem::End(end)),
                }]
            });
            assert_eq!(found, expected, "{typed:?} {ends}");
            assert_eq!(
                SecretUpdate::parse(SecretKind::ImagePull, draft).is_ok(),
                stored.is_ok(),
                "{typed:?} {ends}"
            );
        }
    }

    #[test]
    fn what_it_is_tried_on_is_read_for_its_kind_alone() {
        let both = SecretDraft {
            repository: "git@host:a".to_owned(),
            image: "ghcr.io/group/app".to_owned(),
            ..draft(SecretKind::ImagePull)
        };
        let image = SecretUpdate::parse(SecretKind::ImagePull, both.clone()).unwrap();
        assert_eq!(image.settings.target(), Some("group/app"));
        let git = SecretUpdate::parse(SecretKind::GitDataset, both).unwrap();
        assert_eq!(git.settings.target(), Some("git@host:a"));
        let wrong = SecretDraft {
            kind: "git-dataset".to_owned(),
            repository: "https://host/a".to_owned(),
            known_hosts: "x".to_owned(),
            image: "A A".to_owned(),
            ..SecretDraft::default()
        };
        let fields: Vec<_> = NewSecret::parse(wrong).unwrap_err().iter().map(|error| error.field).collect();
        assert_eq!(fields, [Field::Name, Field::Secret, Field::Repository, Field::KnownHosts]);
    }

    #[test]
    fn a_draft_shows_no_value() {
        let shown = format!("{:?}", NewSecret::parse(draft(SecretKind::ImagePull)).unwrap());
        assert!(!shown.contains("pw"), "{shown}");
    }
}
