//! Notices: events that people want to hear of, the channels and rules, and the deliveries. Nothing here can hold a value.

mod delivery;
mod draft;
mod event;
mod problem;

pub use delivery::{ChannelPreset, ChannelState, DeliveryCause, DeliveryState};
pub use draft::{ChannelDraft, MAIL, RuleDraft, RuleScope, channel_name, channel_preset};
pub use event::{NoticeEvent, SubjectKind};
pub use problem::NoticeProblem;

/// The numbers of days before an end at which a notice says so.
pub const THRESHOLDS: [u16; 4] = [30, 14, 7, 1];
