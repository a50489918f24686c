//! Problems with a field, and the codes by which they are sent.

use crate::{
    access::AccessProblem,
    connection_test::TargetProblem,
    secret::{
        DatesProblem, DisplayNameProblem, HostProblem, NameProblem, PasswordProblem, SecretId, SecretKind,
        SshKeyProblem, UsernameProblem,
    },
    usage::UsageProblem,
};
use serde::{Deserialize, Serialize};

/// A problem with a field. Sent as its code, a short text of words, because derived parsers for ten kinds of problem weigh
/// ten times as much in the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Problem {
    /// The name violates the rule of names.
    Name(NameProblem),
    /// Another secret of the same type has the name.
    NameTaken(SecretId),
    /// Another row that was chosen in an import has the name.
    SameName,
    /// The display name is invalid.
    DisplayName(DisplayNameProblem),
    /// There is no such type.
    Type,
    /// The private key is not usable.
    Key(SshKeyProblem),
    /// The registry host is invalid.
    Host(HostProblem),
    /// The username is invalid.
    Username(UsernameProblem),
    /// The password is invalid.
    Password(PasswordProblem),
    /// The target of a test cannot be parsed.
    Target(TargetProblem),
    /// A date of a secret is invalid.
    Dates(DatesProblem),
    /// An image or a dataset is invalid, or a secret is in use.
    Usage(UsageProblem),
    /// A field about people or tokens has a problem. Only the server renders those forms, so nobody parses its code.
    Access(AccessProblem),
    /// There is no such secret; the other one was probably meant. Only the server renders the form that names secrets.
    NoSecret(SecretId, Option<SecretId>),
    /// The text is no id, and this secret was probably meant. Only the server renders that form.
    SecretMeant(SecretId),
    /// The problem comes from another version of the portal, and its code is unknown here.
    Unknown,
}

impl Problem {
    /// Returns the message of a problem with the form of a secret, in English: what is wrong and what to do, and never a value.
    /// The command line shows it; pages and the API have theirs, and those of other forms, from the catalogue of `app`.
    pub fn message(&self) -> String {
        match self {
            Self::Name(problem) => problem.message(),
            Self::NameTaken(id) => {
                let article = if id.kind == SecretKind::GitDataset { "A" } else { "An" };
                format!("{article} {} secret with this name already exists.", id.kind.label())
            }
            Self::SameName => "Another row has this name. Choose another one here or there.".to_owned(),
            Self::DisplayName(problem) => problem.message(),
            Self::Type => "Choose Git Dataset or Image Pull.".to_owned(),
            Self::Key(problem) => problem.message().to_owned(),
            Self::Host(problem) => problem.message().to_owned(),
            Self::Username(problem) => problem.message().to_owned(),
            Self::Password(problem) => problem.message().to_owned(),
            Self::Target(problem) => problem.message(),
            Self::Dates(problem) => problem.message().to_owned(),
            Self::Usage(_) | Self::Access(_) | Self::NoSecret(..) | Self::SecretMeant(_) | Self::Unknown => {
                "The portal doesn't accept this. Load the page again and retry.".to_owned()
            }
        }
    }

    /// Returns the code: words that stay the same, and the parameters of the message.
    pub fn code(&self) -> String {
        let (kind, word) = match self {
            Self::Name(NameProblem::TooLong(chars)) => return format!("name-long:{chars}"),
            Self::Name(NameProblem::UpperCase(c)) => return format!("name-upper:{c}"),
            Self::Name(NameProblem::Character(c)) => return format!("name-character:{c}"),
            Self::Name(problem) => ("name", problem.code()),
            Self::NameTaken(id) => return format!("taken:{id}"),
            Self::SameName => ("name", "same"),
            Self::DisplayName(DisplayNameProblem::TooLong(chars)) => {
                return format!("display-long:{chars}");
            }
            Self::DisplayName(problem) => ("display", problem.code()),
            Self::Type => ("type", "none"),
            Self::Key(problem) => ("key", problem.code()),
            Self::Host(problem) => ("host", problem.code()),
            Self::Username(problem) => ("username", problem.code()),
            Self::Password(problem) => ("password", problem.code()),
            Self::Target(TargetProblem::KnownHostsLine(line)) => return format!("hosts-line:{line}"),
            Self::Target(TargetProblem::KnownHostsPort(line)) => return format!("hosts-port:{line}"),
            Self::Target(TargetProblem::RepositoryUserHas(c)) => return format!("git-user:{c}"),
            Self::Target(TargetProblem::RepositoryHostHas(c)) => return format!("git-host:{c}"),
            Self::Target(problem) => ("target", problem.code()),
            Self::Dates(problem) => ("dates", problem.code()),
            Self::Usage(problem) => ("usage", problem.code()),
            Self::Access(problem) => ("access", problem.code()),
            Self::NoSecret(..) => ("access", "no-secret"),
            Self::SecretMeant(_) => ("access", "secret-meant"),
            Self::Unknown => ("unknown", ""),
        };
        format!("{kind}:{word}")
    }

    /// Parses a code. Returns `Unknown` for the code of another version, as in a rolling update.
    pub fn parse(code: &str) -> Self {
        let known = || {
            let (kind, rest) = code.split_once(':')?;
            let number = rest.parse();
            let character = rest.chars().next();
            Some(match kind {
                "name" if rest == "same" => Self::SameName,
                "name" => Self::Name(NameProblem::parse(rest)?),
                "name-long" => Self::Name(NameProblem::TooLong(number.ok()?)),
                "name-upper" => Self::Name(NameProblem::UpperCase(character?)),
                "name-character" => Self::Name(NameProblem::Character(character?)),
                "taken" => Self::NameTaken(SecretId::parse(rest)?),
                "display" => Self::DisplayName(DisplayNameProblem::parse(rest)?),
                "display-long" => Self::DisplayName(DisplayNameProblem::TooLong(number.ok()?)),
                "type" => Self::Type,
                "key" => Self::Key(SshKeyProblem::parse(rest)?),
                "host" => Self::Host(HostProblem::parse(rest)?),
                "username" => Self::Username(UsernameProblem::parse(rest)?),
                "password" => Self::Password(PasswordProblem::parse(rest)?),
                "target" => Self::Target(TargetProblem::parse(rest)?),
                "git-user" => Self::Target(TargetProblem::RepositoryUserHas(character?)),
                "git-host" => Self::Target(TargetProblem::RepositoryHostHas(character?)),
                "hosts-line" => Self::Target(TargetProblem::KnownHostsLine(number.ok()?)),
                "hosts-port" => Self::Target(TargetProblem::KnownHostsPort(number.ok()?)),
                "dates" => Self::Dates(DatesProblem::parse(rest)?),
                "usage" => Self::Usage(UsageProblem::parse(rest)?),
                _ => return None,
            })
        };
        known().unwrap_or(Self::Unknown)
    }
}

impl From<Problem> for String {
    fn from(problem: Problem) -> Self {
        problem.code()
    }
}

impl From<String> for Problem {
    fn from(code: String) -> Self {
        Self::parse(&code)
    }
}

impl From<NameProblem> for Problem {
    fn from(problem: NameProblem) -> Self {
        Self::Name(problem)
    }
}

impl From<SshKeyProblem> for Problem {
    fn from(problem: SshKeyProblem) -> Self {
        Self::Key(problem)
    }
}

impl From<PasswordProblem> for Problem {
    fn from(problem: PasswordProblem) -> Self {
        Self::Password(problem)
    }
}

impl From<TargetProblem> for Problem {
    fn from(problem: TargetProblem) -> Self {
        Self::Target(problem)
    }
}

impl From<DatesProblem> for Problem {
    fn from(problem: DatesProblem) -> Self {
        Self::Dates(problem)
    }
}

impl From<UsageProblem> for Problem {
    fn from(problem: UsageProblem) -> Self {
        Self::Usage(problem)
    }
}

impl From<AccessProblem> for Problem {
    fn from(problem: AccessProblem) -> Self {
        Self::Access(problem)
    }
}
