//! The versions of a secret's value, as pages show them. Nothing here can hold a value.

use crate::{connection_test::TestCause, time::Timestamp};

crate::coded_enum! {
    /// The reason why a version of a value was stored. The code is stored and never changes.
    pub enum VersionReason: code {
        /// The secret was added.
        Added = "added";
        /// A person changed the value.
        Edited = "edited";
        /// An API token changed the value.
        Api = "api";
        /// The portal generated the key with the secret.
        Generated = "generated";
        /// The pending key pair replaced the key in use.
        Switched = "switched";
        /// The secret was imported.
        Imported = "imported";
        /// An earlier version came back into use.
        RolledBack = "rolled-back";
        /// A version of the portal stored it that kept no reasons.
        Unknown = "unknown";
    }
}

crate::coded_enum! {
    /// The state of a version's value.
    pub enum VersionState: code {
        /// The value in use.
        Current = "current";
        /// An earlier value that can be rolled back to.
        Kept = "kept";
        /// An earlier value that was deleted because newer ones took its place.
        Removed = "removed";
        /// An earlier value that somebody destroyed.
        Destroyed = "destroyed";
    }
}

crate::coded_enum! {
    /// When the connection is tested in a rollback.
    pub enum RollbackTest: code {
        /// Before: if the earlier value does not work, it does not come back into use.
        Before = "before";
        /// After the earlier value came back into use.
        After = "after";
        /// Not at all.
        No = "no";
    }
}

/// A version of a secret's value: facts that are no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretVersion {
    /// The number, from 1; goes up by one with each new value.
    pub number: i64,
    /// The state of the value.
    pub state: VersionState,
    /// The time at which it was stored.
    pub stored_at: Timestamp,
    /// The name of the actor who stored it; `None` if an older version of the portal stored it.
    pub stored_by: Option<String>,
    /// The reason why it was stored.
    pub reason: VersionReason,
    /// The version that a rollback took the value of.
    pub rolled_back_from: Option<i64>,
    /// The registry host that it is or was used with; only for image-pull secrets.
    pub registry_host: Option<String>,
    /// The username that it is or was used with; only for image-pull secrets.
    pub username: Option<String>,
    /// The fingerprint of the key, if known; only for Git datasets.
    pub fingerprint: Option<String>,
    /// The result and the time of its last test, if it was tested.
    pub test: Option<(TestCause, Timestamp)>,
    /// The end of the value, if it has one and that is known.
    pub expires_at: Option<Timestamp>,
    /// The time at which its value was destroyed, and the name of the actor who did so.
    pub destroyed: Option<(Timestamp, String)>,
}

/// A page of the versions of a secret's value, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionPage {
    /// The versions.
    pub items: Vec<SecretVersion>,
    /// The number before which the next page begins; `None` on the last.
    pub next: Option<i64>,
    /// The server's time.
    pub now: Timestamp,
}
