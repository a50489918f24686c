//! Notices: events are written in the transaction that makes them true, rules make deliveries of them, and one of the servers
//! sends each. A notice has the names of things and times, and never a value.

mod attempt;
pub(crate) mod channels;
mod deliveries;
mod due;
mod message;
mod notice;
mod outbox;
mod portal;
mod raise;
mod render;
pub(crate) mod repository;
mod rules;
mod service;
mod subject;
mod transitions;
mod webhook;

pub use channels::{ChannelSummary, ChannelTested, SavedChannel};
pub use deliveries::{Delivery, DeliveryPage, DeliveryQuery};
pub use notice::{Notice, NoticeFacts};
pub use outbox::HeldDelivery;
pub(crate) use raise::sign_in_locked;
pub use rules::NoticeRule;
pub use service::{NoticeConfig, NoticeService};
pub(crate) use transitions::after_test;

#[cfg(test)]
mod tests;
