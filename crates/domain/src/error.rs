//! The errors that outsiders see. A closed set: it carries codes and the names
//! of fields, and never what was submitted.

use crate::{
    check::TargetProblem,
    secret::{
        DisplayNameProblem, HostProblem, KeyProblem, NameProblem, PasswordProblem, SecretId, UsernameProblem,
    },
    time::Timestamp,
    usage::UsageProblem,
};
use serde::{Deserialize, Serialize};

/// A field of the form, in its order.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Field {
    /// The Kubernetes name without its prefix.
    Name,
    /// The name that people see.
    DisplayName,
    /// Git dataset or image pull.
    Type,
    /// The private key.
    Secret,
    /// The passphrase that protects a key until it is stored.
    Passphrase,
    /// The repository that the key opens.
    Repository,
    /// The keys of hosts that are trusted.
    KnownHosts,
    /// The address of the registry.
    RegistryHost,
    /// The account there.
    Username,
    /// Its password or token.
    Password,
    /// The image that the account pulls.
    Image,
    /// The branch of a dataset.
    Branch,
    /// The secret that an image or a dataset is pulled with.
    PullSecret,
    /// The name, typed once more before something is done that cannot be undone.
    Confirmation,
}

impl From<Field> for String {
    fn from(field: Field) -> Self {
        field.key().to_owned()
    }
}

impl TryFrom<String> for Field {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::ALL.into_iter().find(|field| field.key() == text).ok_or("not a field of the form")
    }
}

impl Field {
    /// Every variant.
    pub const ALL: [Self; 14] = [
        Self::Name,
        Self::DisplayName,
        Self::Type,
        Self::Secret,
        Self::Passphrase,
        Self::Repository,
        Self::KnownHosts,
        Self::RegistryHost,
        Self::Username,
        Self::Password,
        Self::Image,
        Self::Branch,
        Self::PullSecret,
        Self::Confirmation,
    ];

    /// Its name in forms, and its id in pages.
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::DisplayName => "display_name",
            Self::Type => "type",
            Self::Secret => "secret",
            Self::Passphrase => "passphrase",
            Self::Repository => "repository",
            Self::KnownHosts => "known_hosts",
            Self::RegistryHost => "registry_host",
            Self::Username => "username",
            Self::Password => "password",
            Self::Image => "image",
            Self::Branch => "branch",
            Self::PullSecret => "pull_secret",
            Self::Confirmation => "confirmation",
        }
    }

    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::DisplayName => "Display Name",
            Self::Type => "Type",
            Self::Secret => "Secret",
            Self::Passphrase => "Passphrase",
            Self::Repository => "Repository to try",
            Self::KnownHosts => "Known hosts",
            Self::RegistryHost => "Registry Host",
            Self::Username => "Username",
            Self::Password => "Password",
            Self::Image => "Image to try",
            Self::Branch => "Branch",
            Self::PullSecret => "Pull secret",
            Self::Confirmation => "Name of the secret",
        }
    }
}

/// A problem with a field. Sent as a short text: the parsers that would be derived for ten kinds of problem
/// weigh ten times as much in the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Problem {
    /// The name breaks the rule of names.
    Name(NameProblem),
    /// Another secret of the same type has the name.
    NameTaken(SecretId),
    /// The display name is not one.
    DisplayName(DisplayNameProblem),
    /// No such type.
    Type,
    /// The private key is not usable.
    Key(KeyProblem),
    /// The registry host is not one.
    Host(HostProblem),
    /// The username is not one.
    Username(UsernameProblem),
    /// The password is not one.
    Password(PasswordProblem),
    /// The target of a test cannot be parsed.
    Target(TargetProblem),
    /// An image or a dataset is not one, or a secret is in use.
    Usage(UsageProblem),
}

impl Problem {
    /// Returns what is wrong with this input and what to do. Never contains a value.
    pub fn message(&self) -> String {
        match self {
            Self::Name(problem) => problem.message(),
            Self::NameTaken(id) => {
                format!("There is a {} secret of this name already. Choose another name.", id.kind.label())
            }
            Self::DisplayName(problem) => problem.message(),
            Self::Type => "Choose Git Dataset or Image Pull.".to_owned(),
            Self::Key(problem) => problem.message().to_owned(),
            Self::Host(problem) => problem.message(),
            Self::Username(problem) => problem.message(),
            Self::Password(problem) => problem.message(),
            Self::Target(problem) => problem.message(),
            Self::Usage(problem) => problem.message(),
        }
    }
}

impl From<Problem> for String {
    fn from(problem: Problem) -> Self {
        fn place<T: PartialEq>(all: &[T], problem: &T) -> Option<usize> {
            all.iter().position(|known| known == problem)
        }
        let (kind, place) = match problem {
            Problem::Name(NameProblem::Missing) => ("name", Some(0)),
            Problem::Name(NameProblem::Start) => ("name", Some(1)),
            Problem::Name(NameProblem::End) => ("name", Some(2)),
            Problem::Name(NameProblem::Label) => ("name", Some(3)),
            Problem::Name(NameProblem::TooLong(chars)) => return format!("name-long:{chars}"),
            Problem::Name(NameProblem::UpperCase(c)) => return format!("name-upper:{c}"),
            Problem::Name(NameProblem::Character(c)) => return format!("name-character:{c}"),
            Problem::NameTaken(id) => return format!("taken:{id}"),
            Problem::DisplayName(DisplayNameProblem::Control) => ("display", Some(0)),
            Problem::DisplayName(DisplayNameProblem::Direction) => ("display", Some(1)),
            Problem::DisplayName(DisplayNameProblem::TooLong(chars)) => {
                return format!("display-long:{chars}");
            }
            Problem::Type => ("type", Some(0)),
            Problem::Key(problem) => ("key", place(&KeyProblem::ALL, &problem)),
            Problem::Host(problem) => ("host", place(&HostProblem::ALL, &problem)),
            Problem::Username(problem) => ("username", place(&UsernameProblem::ALL, &problem)),
            Problem::Password(problem) => ("password", place(&PasswordProblem::ALL, &problem)),
            Problem::Target(TargetProblem::KnownHostsLine(line)) => return format!("hosts-line:{line}"),
            Problem::Target(TargetProblem::KnownHostsPort(line)) => return format!("hosts-port:{line}"),
            Problem::Target(TargetProblem::RepositoryUserHas(c)) => return format!("git-user:{c}"),
            Problem::Target(TargetProblem::RepositoryHostHas(c)) => return format!("git-host:{c}"),
            Problem::Target(problem) => ("target", place(&TargetProblem::ALL, &problem)),
            Problem::Usage(problem) => ("usage", place(&UsageProblem::ALL, &problem)),
        };
        format!("{kind}:{}", place.unwrap_or_default())
    }
}

impl TryFrom<String> for Problem {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        fn at<T: Copy>(all: &[T], place: Option<usize>, problem: fn(T) -> Problem) -> Option<Problem> {
            all.get(place?).copied().map(problem)
        }
        let read = || {
            let (kind, rest) = text.split_once(':')?;
            let place = rest.parse().ok();
            let chars = rest.parse().ok();
            let character = rest.chars().next();
            match kind {
                "name" => {
                    let all =
                        [NameProblem::Missing, NameProblem::Start, NameProblem::End, NameProblem::Label];
                    at(&all, place, Self::Name)
                }
                "name-long" => Some(Self::Name(NameProblem::TooLong(chars?))),
                "name-upper" => Some(Self::Name(NameProblem::UpperCase(character?))),
                "name-character" => Some(Self::Name(NameProblem::Character(character?))),
                "taken" => SecretId::parse(rest).map(Self::NameTaken),
                "display" => at(
                    &[DisplayNameProblem::Control, DisplayNameProblem::Direction],
                    place,
                    Self::DisplayName,
                ),
                "display-long" => Some(Self::DisplayName(DisplayNameProblem::TooLong(chars?))),
                "type" => Some(Self::Type),
                "key" => at(&KeyProblem::ALL, place, Self::Key),
                "host" => at(&HostProblem::ALL, place, Self::Host),
                "username" => at(&UsernameProblem::ALL, place, Self::Username),
                "password" => at(&PasswordProblem::ALL, place, Self::Password),
                "target" => at(&TargetProblem::ALL, place, Self::Target),
                "git-user" => Some(Self::Target(TargetProblem::RepositoryUserHas(character?))),
                "git-host" => Some(Self::Target(TargetProblem::RepositoryHostHas(character?))),
                "hosts-line" => Some(Self::Target(TargetProblem::KnownHostsLine(rest.parse().ok()?))),
                "hosts-port" => Some(Self::Target(TargetProblem::KnownHostsPort(rest.parse().ok()?))),
                "usage" => at(&UsageProblem::ALL, place, Self::Usage),
                _ => None,
            }
        };
        read().ok_or("not a problem that we know")
    }
}

/// A field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The place.
    pub field: Field,
    /// The problem.
    pub problem: Problem,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// Fields need another look.
    #[error("invalid input")]
    Invalid(Vec<FieldError>),
    /// No such secret.
    #[error("not found")]
    NotFound,
    /// Another version is stored than the one the change began with.
    #[error("changed in the meantime")]
    Changed(Change),
    /// Another secret holds the same key, or the same account at the same registry. It is saved only on request.
    #[error("another secret holds the same")]
    Twin(SecretId),
    /// The key encryption key is not the one that the stored values were sealed with.
    #[error("sealed")]
    Sealed,
    /// The database does not answer in time.
    #[error("unavailable")]
    Unavailable,
    /// Whoever asks has tested connections too often of late, and may again in so many seconds.
    #[error("too many tests")]
    TooManyTests(u32),
    /// The request cannot be parsed.
    #[error("bad request")]
    BadRequest,
    /// Nobody is signed in, or no longer.
    #[error("not signed in")]
    NotSignedIn,
    /// The actor may not do this.
    #[error("forbidden")]
    Forbidden,
    /// Something that should not happen; the log has it under this reference.
    #[error("internal error {0}")]
    Internal(String),
}

/// A change that somebody else made in between.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The name of who did it.
    pub by: String,
    /// The moment.
    pub at: Timestamp,
    /// The server's clock.
    pub now: Timestamp,
    /// The version that is stored.
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problem_from_text_returns_every_problem() {
        let mut all = vec![
            Problem::NameTaken(SecretId::parse("image-a.b").unwrap()),
            Problem::Type,
            Problem::DisplayName(DisplayNameProblem::Control),
            Problem::DisplayName(DisplayNameProblem::Direction),
            Problem::DisplayName(DisplayNameProblem::TooLong(201)),
        ];
        all.extend(
            [
                NameProblem::Missing,
                NameProblem::Start,
                NameProblem::End,
                NameProblem::Label,
                NameProblem::TooLong(239),
                NameProblem::UpperCase('É'),
                NameProblem::Character(':'),
                NameProblem::Character('\0'),
            ]
            .map(Problem::Name),
        );
        all.extend(KeyProblem::ALL.map(Problem::Key));
        all.extend(HostProblem::ALL.map(Problem::Host));
        all.extend(UsernameProblem::ALL.map(Problem::Username));
        all.extend(PasswordProblem::ALL.map(Problem::Password));
        all.extend(TargetProblem::ALL.map(Problem::Target));
        all.extend(
            [
                TargetProblem::KnownHostsLine(12),
                TargetProblem::KnownHostsPort(u32::MAX),
                TargetProblem::RepositoryUserHas(':'),
                TargetProblem::RepositoryHostHas('ü'),
            ]
            .map(Problem::Target),
        );
        all.extend(UsageProblem::ALL.map(Problem::Usage));
        for field in Field::ALL {
            for problem in &all {
                let error = FieldError { field, problem: problem.clone() };
                let wire = serde_json::to_string(&error).unwrap();
                assert_eq!(serde_json::from_str::<FieldError>(&wire).unwrap(), error, "{wire}");
            }
        }
        assert!(serde_json::from_str::<Problem>("\"SENTINEL\"").is_err());
    }
}
