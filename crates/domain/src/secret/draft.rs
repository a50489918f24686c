//! Drafts of secrets, and the secrets or changes that they become.

use super::{
    DisplayName, NewDates, NewSshKeyKind, Password, PasswordEnd, PasswordProblem, PrivateKeyText,
    RegistryHost, SecretKind, SecretName, SshKeyProblem, TypedExpiry, Username,
};
use crate::{
    connection_test::{
        ImageReference, KnownHosts, Repository, TargetProblem, TestSettings, names_hub_otherwise,
    },
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
    pub private_key: Sensitive,
    /// Field "Passphrase": of the key in "Secret", if it has one.
    pub passphrase: Sensitive,
    /// Field "Registry Host".
    pub registry_host: String,
    /// Field "Username".
    pub username: String,
    /// Field "Password".
    pub password: Sensitive,
    /// The decision on invisible characters at the ends of the password: `keep` or `without`; if it is empty, the form asks.
    pub password_ends: String,
    /// Not empty if the secret is saved although a duplicate exists.
    pub allow_duplicate: String,
    /// Field "Test repository".
    pub repository: String,
    /// Field "Known hosts".
    pub known_hosts: String,
    /// Lines in the same form, approved after a test.
    pub approved_hosts: String,
    /// Field "Test image".
    pub image: String,
    /// Field "Expires": a day, or a time.
    pub expires_at: String,
    /// The zone of the day: its minutes east of UTC; empty for UTC.
    pub expires_zone: String,
    /// Field "Renew every": a number of days.
    pub renew_every_days: String,
    /// Not empty if the value is not handed out any more once it is expired.
    pub stop_when_expired: String,
}

/// A secret that may be stored.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// The name, unique within its type.
    pub name: SecretName,
    /// The display name; `None` if the name stands in for it.
    pub display_name: Option<DisplayName>,
    /// The credential.
    pub credential: Credential,
    /// Whether the secret is added although a duplicate exists.
    pub allow_duplicate: bool,
    /// The settings of its tests.
    pub settings: TestSettings,
    /// The dates of its value.
    pub dates: NewDates,
}

/// A secret whose key the portal generates.
#[derive(Clone, Debug)]
pub struct GeneratedSecret {
    /// The name, unique among Git datasets.
    pub name: SecretName,
    /// The display name; `None` if the name stands in for it.
    pub display_name: Option<DisplayName>,
    /// The kind of key pair.
    pub key: NewSshKeyKind,
    /// The settings of its tests.
    pub settings: TestSettings,
    /// The dates of its value.
    pub dates: NewDates,
}

/// The credential of a secret.
#[derive(Clone, Debug)]
pub enum Credential {
    /// For Git over SSH.
    GitDataset {
        /// The sealed value.
        private_key: PrivateKeyText,
    },
    /// For an image registry.
    ImagePull {
        /// The registry host.
        host: RegistryHost,
        /// The username at the registry.
        username: Username,
        /// The sealed value.
        password: Password,
    },
}

impl Credential {
    /// Returns the type of secret that has this credential.
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
    /// The display name; `None` if the name stands in for it.
    pub display_name: Option<DisplayName>,
    /// The change of the credential.
    pub credential: CredentialUpdate,
    /// Whether the secret is saved although a duplicate exists.
    pub allow_duplicate: bool,
    /// The settings of its tests.
    pub settings: TestSettings,
    /// The dates of its value.
    pub dates: NewDates,
}

/// A change of a secret's credential. `None` keeps the stored value.
#[derive(Clone, Debug)]
pub enum CredentialUpdate {
    /// For Git over SSH.
    GitDataset {
        /// A new key, if any.
        private_key: Option<PrivateKeyText>,
    },
    /// For an image registry.
    ImagePull {
        /// The registry host.
        host: RegistryHost,
        /// The username at the registry.
        username: Username,
        /// A new password, if any.
        password: Option<Password>,
    },
}

/// The collected problems, so that all are reported at once.
#[derive(Default)]
struct Wrong(Vec<FieldError>);

impl Wrong {
    fn take<T, P>(&mut self, field: Field, result: Result<T, P>, problem: fn(P) -> Problem) -> Option<T> {
        result.map_err(|error| self.0.push(FieldError { field, problem: problem(error) })).ok()
    }

    /// Parses the password, with or without invisible characters at its ends.
    fn take_password(&mut self, draft: &mut SecretDraft) -> Option<Password> {
        let typed = std::mem::take(&mut draft.password);
        let password = match (PasswordEnd::of(typed.expose()), draft.password_ends.as_str()) {
            (None, _) | (Some(_), "keep") => Password::parse(typed),
            (Some(_), "without") => Password::parse(Sensitive::new(PasswordEnd::without(typed.expose()))),
            (Some(end), _) => Err(PasswordProblem::End(end)),
        };
        self.take(Field::Password, password, Problem::Password)
    }

    /// Parses the key with its passphrase; problems are reported beside either.
    fn take_key(&mut self, draft: &SecretDraft) -> Option<PrivateKeyText> {
        let key = PrivateKeyText::parse_with(&draft.private_key, draft.passphrase.clone());
        key.map_err(|problem| self.0.push(FieldError::of_key(problem))).ok()
    }
}

impl FieldError {
    /// Returns a problem with a key, beside the field in which it can be corrected.
    pub fn of_key(problem: SshKeyProblem) -> Self {
        let field = if problem.is_about_passphrase() { Field::Passphrase } else { Field::Secret };
        Self { field, problem: Problem::Key(problem) }
    }
}

impl GeneratedSecret {
    /// Parses the Add form with a key that the portal generates; ignores the fields of a key.
    pub fn parse(draft: &SecretDraft, key: NewSshKeyKind) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Wrong::default();
        let name = wrong.take(Field::Name, SecretName::parse(&draft.name), Problem::Name);
        let display_name =
            wrong.take(Field::DisplayName, DisplayName::parse(&draft.display_name), Problem::DisplayName);
        let settings = read_settings(Rules::All, &mut wrong, SecretKind::GitDataset, draft);
        let dates = read_dates(Rules::All, &mut wrong, draft);
        match (name, display_name, settings, dates) {
            (Some(name), Some(display_name), Some(settings), Some(dates)) => {
                Ok(Self { name, display_name, key, settings, dates })
            }
            _ => Err(wrong.0),
        }
    }
}

/// The rules of a form that are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rules {
    /// Every rule: the server's decision.
    All,
    /// The rules whose problems are shown while somebody types: all but those of a connection test's settings, which the
    /// browser leaves to the server.
    WhileTyping,
}

impl NewSecret {
    /// Parses the Add form. Returns all problems at once, in the order of the form; ignores the fields of the other type.
    pub fn parse(draft: SecretDraft) -> Result<Self, Vec<FieldError>> {
        Self::parse_by(Rules::All, draft)
    }

    /// Returns the problems of the Add form that are shown while somebody types.
    pub fn problems_while_typing(draft: SecretDraft) -> Option<Vec<FieldError>> {
        Self::parse_by(Rules::WhileTyping, draft).err()
    }

    #[inline]
    fn parse_by(rules: Rules, mut draft: SecretDraft) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Wrong::default();
        let allow_duplicate = !draft.allow_duplicate.is_empty();
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
        let settings = kind.and_then(|kind| read_settings(rules, &mut wrong, kind, &draft));
        let dates = read_dates(rules, &mut wrong, &draft);
        match (name, display_name, credential, settings, dates) {
            (Some(name), Some(display_name), Some(credential), Some(settings), Some(dates)) => {
                Ok(Self { name, display_name, credential, allow_duplicate, settings, dates })
            }
            _ => Err(wrong.0),
        }
    }
}

impl SecretUpdate {
    /// Parses the Edit form of a secret of this type. A blank value keeps the stored one: for a password that is the empty
    /// text, for a key white space too. Ignores name and type, which never change.
    pub fn parse(kind: SecretKind, draft: SecretDraft) -> Result<Self, Vec<FieldError>> {
        Self::parse_by(Rules::All, kind, draft)
    }

    /// Returns the problems of the Edit form that are shown while somebody types.
    pub fn problems_while_typing(kind: SecretKind, draft: SecretDraft) -> Option<Vec<FieldError>> {
        Self::parse_by(Rules::WhileTyping, kind, draft).err()
    }

    #[inline]
    fn parse_by(rules: Rules, kind: SecretKind, mut draft: SecretDraft) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Wrong::default();
        let allow_duplicate = !draft.allow_duplicate.is_empty();
        let display_name =
            wrong.take(Field::DisplayName, DisplayName::parse(&draft.display_name), Problem::DisplayName);
        let credential = match kind {
            SecretKind::GitDataset if draft.private_key.expose().trim().is_empty() => {
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
        let settings = read_settings(rules, &mut wrong, kind, &draft);
        let dates = read_dates(rules, &mut wrong, &draft);
        match (display_name, credential, settings, dates) {
            (Some(display_name), Some(credential), Some(settings), Some(dates)) => {
                Ok(Self { display_name, credential, allow_duplicate, settings, dates })
            }
            _ => Err(wrong.0),
        }
    }
}

/// A connection test, as a form asks for it.
#[derive(Clone, Debug)]
pub struct ConnectionTest {
    /// The credential; without a value, the stored one is tested.
    pub credential: CredentialUpdate,
    /// The settings of its tests.
    pub settings: TestSettings,
}

impl ConnectionTest {
    /// Parses the fields that a test needs. Without a stored value, a value must be typed.
    pub fn parse(kind: SecretKind, draft: SecretDraft, stored: bool) -> Result<Self, Vec<FieldError>> {
        // The display name and the dates do not matter here.
        let draft = SecretDraft {
            display_name: String::new(),
            expires_at: String::new(),
            renew_every_days: String::new(),
            ..draft
        };
        let SecretUpdate { credential, settings, .. } = SecretUpdate::parse(kind, draft)?;
        let missing = match &credential {
            CredentialUpdate::GitDataset { private_key: None } => {
                FieldError { field: Field::Secret, problem: Problem::Key(SshKeyProblem::Missing) }
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

/// Parses the settings of a connection test that this type of secret has.
#[inline]
fn read_settings(
    rules: Rules,
    wrong: &mut Wrong,
    kind: SecretKind,
    draft: &SecretDraft,
) -> Option<TestSettings> {
    if rules == Rules::WhileTyping {
        return Some(TestSettings::default());
    }
    let mut settings = TestSettings::default();
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

/// Parses the dates. The browser leaves them to the server.
#[inline]
fn read_dates(rules: Rules, wrong: &mut Wrong, draft: &SecretDraft) -> Option<NewDates> {
    if rules == Rules::WhileTyping {
        return Some(NewDates::default());
    }
    let expiry = TypedExpiry::parse(&draft.expires_at, &draft.expires_zone);
    let expiry = wrong.take(Field::ExpiresAt, expiry, Problem::Dates);
    let days = NewDates::parse_days(&draft.renew_every_days);
    let renew_every_days = wrong.take(Field::RenewEveryDays, days, Problem::Dates)?;
    let stop_when_expired = !draft.stop_when_expired.is_empty();
    Some(NewDates { expiry: expiry?, renew_every_days, stop_when_expired })
}

#[cfg(test)]
mod tests;
