//! The pages Notifications: channels, rules, deliveries.

pub mod channel;
pub mod deliveries;
mod labels;
pub mod pages;
pub mod post;
pub mod rule;

use crate::failure::{Noun, Subject};

/// The address of the page.
pub const NOTIFICATIONS: &str = "/notifications";

/// The address of the list of deliveries.
pub const DELIVERIES: &str = "/notifications/deliveries";

fn subject() -> Subject {
    Subject { heading: t!(notices_heading), noun: Noun::Notice, list: NOTIFICATIONS }
}

fn channel_address(id: uuid::Uuid) -> String {
    format!("{NOTIFICATIONS}/channels/{id}")
}

fn rule_address(id: uuid::Uuid) -> String {
    format!("{NOTIFICATIONS}/rules/{id}")
}
