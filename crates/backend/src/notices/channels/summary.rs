//! A channel as it is shown.

use crate::revision::Revision;
use domain::{
    notice::{ChannelPreset, ChannelState},
    time::Timestamp,
};
use uuid::Uuid;

/// A channel as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelSummary {
    /// The id.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// The form of its messages.
    pub preset: ChannelPreset,
    /// The host of its address; the address itself is not shown.
    pub host: String,
    /// Whether it sends.
    pub state: ChannelState,
    /// Until when its receiver wants nothing.
    pub hold_until: Option<Timestamp>,
    /// Whether its last attempt failed.
    pub failing: bool,
    /// Until when the signing secret before the newest one signs as well.
    pub rotating_until: Option<Timestamp>,
    /// The number of deliveries that wait.
    pub waiting: i64,
    /// The version, from 1, which each change adds to.
    pub version: i64,
    /// The time of its last change.
    pub updated_at: Timestamp,
    /// The name of the actor who made that.
    pub updated_by: String,
}

impl ChannelSummary {
    /// Returns the state that a change can name.
    pub fn revision(&self) -> Revision {
        Revision { row: self.id, version: self.version }
    }
}
