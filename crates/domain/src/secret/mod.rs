//! A secret: a credential with which a platform pulls a Git dataset or a container image.

mod account;
mod dates;
mod draft;
mod git_key;
mod id;
mod kind;
mod name;
mod namespace;
mod origins;
mod preset;
mod registry;
mod selection;
mod shape;
mod view;

pub use account::{Password, PasswordEnd, PasswordProblem, Username, UsernameProblem};
pub use dates::{Dates, DatesProblem, DatesState, MAX_RENEWAL_DAYS, NewDates, SOON_DAYS, TypedExpiry};
pub use draft::{
    ConnectionTest, Credential, CredentialUpdate, GeneratedSecret, NewSecret, SecretDraft, SecretUpdate,
};
pub use git_key::{NewSshKeyKind, PrivateKeyText, SshKeyAlgorithm, SshKeyFacts, SshKeyProblem};
pub use id::SecretId;
pub use kind::SecretKind;
pub use name::{DisplayName, DisplayNameProblem, NameProblem, SecretName};
pub use namespace::Namespace;
pub use origins::{Origins, is_kubernetes_name};
pub use preset::{RegistryPreset, short_life};
pub(crate) use registry::host_and_port;
pub use registry::{HostCorrection, HostProblem, NormalizedHost, RegistryHost};
pub use selection::Selection;
pub use shape::ExportFormat;
pub use view::{PendingKey, SecretDetails, SecretSummary, StoredSshKey};
