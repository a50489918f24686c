//! Everything that can go wrong, as far as anybody outside is told. A closed set: it carries codes and the names
//! of fields, and never what was submitted.

use crate::{
    secret::{
        DisplayNameProblem, HostProblem, KeyProblem, NameProblem, PasswordProblem, SecretId, UsernameProblem,
    },
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A field of the form, in its order.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Field {
    /// The Kubernetes name without its prefix.
    Name,
    /// What people see.
    DisplayName,
    /// Git dataset or image pull.
    Type,
    /// The private key.
    Secret,
    /// Where the registry is.
    RegistryHost,
    /// The account there.
    Username,
    /// Its password or token.
    Password,
}

impl Field {
    /// Its name in forms, and its id in pages.
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::DisplayName => "display_name",
            Self::Type => "type",
            Self::Secret => "secret",
            Self::RegistryHost => "registry_host",
            Self::Username => "username",
            Self::Password => "password",
        }
    }

    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::DisplayName => "Display Name",
            Self::Type => "Type",
            Self::Secret => "Secret",
            Self::RegistryHost => "Registry Host",
            Self::Username => "Username",
            Self::Password => "Password",
        }
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl Problem {
    /// What is wrong with this input, and what to do. Never contains a value.
    pub fn message(&self) -> String {
        match self {
            Self::Name(problem) => problem.message(),
            Self::NameTaken(id) => {
                format!("There is a {} secret of this name already. Choose another name.", id.kind.label())
            }
            Self::DisplayName(problem) => problem.message(),
            Self::Type => "Choose Git Dataset or Image Pull.".to_owned(),
            Self::Key(problem) => problem.message(),
            Self::Host(problem) => problem.message(),
            Self::Username(problem) => problem.message(),
            Self::Password(problem) => problem.message(),
        }
    }
}

/// A field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Where.
    pub field: Field,
    /// What.
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
    /// The key encryption key is not the one that the stored values were sealed with.
    #[error("sealed")]
    Sealed,
    /// The database does not answer in time.
    #[error("unavailable")]
    Unavailable,
    /// The request is none that we know.
    #[error("bad request")]
    BadRequest,
    /// The actor may not do this.
    #[error("forbidden")]
    Forbidden,
    /// Something that should not happen; the log has it under this reference.
    #[error("internal error {0}")]
    Internal(String),
}

/// Who was quicker, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// By whom.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The server's clock.
    pub now: Timestamp,
    /// The version that is stored.
    pub version: i64,
}
