//! The newest changes of all, as the Overview shows them.

pub(crate) mod repository;

#[cfg(test)]
use super::AuditAction;
use domain::time::Timestamp;

/// Changes that whoever sees secrets, images and datasets may see, beside `history::CHANGES` of a secret.
#[cfg(test)]
pub(super) const OF_USAGES: [AuditAction; 4] = [
    AuditAction::UsageAdded,
    AuditAction::UsageChanged,
    AuditAction::UsageDeleted,
    AuditAction::SecretsSeeded,
];

/// Changes of people, tokens and keys, for those who may read the audit log.
#[cfg(test)]
pub(super) const OF_ACCESS: [AuditAction; 12] = [
    AuditAction::UserAdded,
    AuditAction::UserRoleChanged,
    AuditAction::UserDisabled,
    AuditAction::UserEnabled,
    AuditAction::PasswordLinkMade,
    AuditAction::TokenCreated,
    AuditAction::TokenRevoked,
    AuditAction::KeyAdded,
    AuditAction::KeyActivated,
    AuditAction::KeyRetired,
    AuditAction::KeyBackedUp,
    AuditAction::StepsDismissed,
];

/// A change of the recent past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentChange {
    /// The time of the change.
    pub at: Timestamp,
    /// `user`, `token`, `system` or `anonymous`.
    pub actor_kind: String,
    /// The name of the actor.
    pub actor: String,
    /// The code of an `AuditAction`.
    pub action: String,
    /// The object of the change.
    pub object: String,
    /// The names of the changed fields.
    pub fields: Vec<String>,
    /// The name of the API token that was changed, whose id is the object.
    pub called: Option<String>,
}
