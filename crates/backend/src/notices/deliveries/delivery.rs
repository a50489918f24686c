//! A delivery as it is shown, and the ones that are asked for.

use crate::notices::notice::Notice;
use domain::{
    notice::{DeliveryCause, DeliveryState},
    time::Timestamp,
};
use uuid::Uuid;

/// A delivery as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The id.
    pub id: Uuid,
    /// The notice.
    pub notice: Notice,
    /// The channel, with its name; `None` for mail.
    pub channel: Option<(Uuid, String)>,
    /// The person who gets it by mail.
    pub person: Option<String>,
    /// The state.
    pub state: DeliveryState,
    /// The number of attempts.
    pub attempts: u32,
    /// The time of the last attempt.
    pub tried_at: Option<Timestamp>,
    /// The time of the next attempt, if one is to be made.
    pub next_at: Option<Timestamp>,
    /// The reason why the last attempt failed.
    pub cause: Option<DeliveryCause>,
    /// The status of the last answer.
    pub status: Option<u16>,
    /// The time at which the delivery was made.
    pub created_at: Timestamp,
    /// The time at which the recipient got it.
    pub delivered_at: Option<Timestamp>,
}

/// The deliveries that are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryQuery {
    /// Only those in this state.
    pub state: Option<DeliveryState>,
    /// Only those to this channel.
    pub channel: Option<Uuid>,
    /// Only those before this one, by time and id.
    pub after: Option<(Timestamp, Uuid)>,
}
