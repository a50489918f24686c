//! A delivery that this server holds.

use crate::notices::notice::Notice;
use domain::notice::ChannelPreset;
use uuid::Uuid;

/// A delivery that this server holds.
#[derive(Clone, Debug)]
pub struct HeldDelivery {
    pub(in crate::notices) id: Uuid,
    pub(in crate::notices) holder: Uuid,
    pub(in crate::notices) notice: Notice,
    pub(in crate::notices) recipient: Recipient,
    /// The place in the schedule of attempts.
    pub(in crate::notices) step: i32,
}

/// The recipient of a delivery. Each kind has an arm in `NoticeService::attempt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::notices) enum Recipient {
    /// A channel, by its row, with its preset.
    Channel(Uuid, ChannelPreset),
}
