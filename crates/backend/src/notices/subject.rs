//! A notice that is to be raised, and the thing that it is about.

use super::notice::NoticeFacts;
use domain::{
    notice::{NoticeEvent, SubjectKind},
    secret::SecretId,
    time::Timestamp,
};
use uuid::Uuid;

/// The thing that a notice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A secret, by its row.
    Secret(Uuid, SecretId),
    /// An API token, by its id, with its name.
    Token { id: String, name: String },
    /// A name under which people sign in.
    SignIn(String),
    /// The portal itself.
    Portal,
    /// A channel, by its row, with its name.
    Channel(Uuid, String),
}

impl Subject {
    pub(super) fn kind(&self) -> SubjectKind {
        match self {
            Self::Secret(..) => SubjectKind::Secret,
            Self::Token { .. } => SubjectKind::Token,
            Self::SignIn(_) => SubjectKind::SignIn,
            Self::Portal => SubjectKind::Portal,
            Self::Channel(..) => SubjectKind::Channel,
        }
    }

    /// Returns the text that identifies the subject for good.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Secret(row, _) | Self::Channel(row, _) => row.to_string(),
            Self::Token { id, .. } => id.clone(),
            Self::SignIn(name) => name.clone(),
            Self::Portal => "portal".to_owned(),
        }
    }

    /// Returns the name that is shown.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Secret(_, id) => id.to_string(),
            Self::Token { name, .. } | Self::SignIn(name) | Self::Channel(_, name) => name.clone(),
            Self::Portal => String::new(),
        }
    }

    pub(super) fn secret(&self) -> Option<&SecretId> {
        match self {
            Self::Secret(_, id) => Some(id),
            _ => None,
        }
    }
}

/// A notice that is to be raised, once for each event, subject, threshold and time that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewNotice {
    pub(crate) event: NoticeEvent,
    pub(crate) subject: Subject,
    /// In how many days something ends, as a threshold; 0 for events without days.
    pub(crate) threshold: u16,
    /// The time that it is about: the end of a validity, the first of several failures.
    pub(crate) about: Timestamp,
    pub(crate) facts: NoticeFacts,
}

impl NewNotice {
    /// Returns a notice of an event without days.
    pub(crate) fn new(event: NoticeEvent, subject: Subject, about: Timestamp) -> Self {
        Self { event, subject, threshold: 0, about, facts: NoticeFacts::default() }
    }
}
