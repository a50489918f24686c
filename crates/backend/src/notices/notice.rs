//! A notice as it is stored.

use domain::{
    notice::{NoticeEvent, SubjectKind},
    secret::SecretId,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Further facts of a notice, none of them secret. Unknown ones, of another version, are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoticeFacts {
    /// The name that people gave a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The code of the cause of a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The number of failures in a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failures: Option<i64>,
    /// The owner of an API token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The end of what began at `Notice::about`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// A notice as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The id, which stays the same in every attempt to deliver it.
    pub id: Uuid,
    /// The event.
    pub event: NoticeEvent,
    /// The kind of thing that it is about.
    pub subject_kind: SubjectKind,
    /// The stable id of the thing: of the row of a secret, or of a token.
    pub subject: String,
    /// The name of the thing, such as the id of a secret; empty for the portal itself.
    pub name: String,
    /// The secret that it is about, if it is about one.
    pub secret: Option<SecretId>,
    /// In how many days something ends, as a threshold; 0 for events without days.
    pub threshold: u16,
    /// The time that it is about: the end of a validity, the first of several failures.
    pub about: Timestamp,
    /// Further facts.
    pub facts: NoticeFacts,
    /// The time of the event.
    pub at: Timestamp,
}

impl Notice {
    /// Returns the path of the portal's page about the subject.
    pub fn path(&self) -> String {
        match (&self.secret, self.subject_kind) {
            (Some(id), _) => format!("/secrets/{id}"),
            (None, SubjectKind::Token) => "/tokens".to_owned(),
            (None, SubjectKind::SignIn) => "/audit?action=account+locked".to_owned(),
            (None, SubjectKind::Channel) => "/notifications".to_owned(),
            (None, SubjectKind::Secret | SubjectKind::Portal) => "/system".to_owned(),
        }
    }
}
