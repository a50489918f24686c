//! The pages Notifications: channels, rules, deliveries.

pub mod channel;
pub mod deliveries;
pub(crate) mod event_groups;
mod labels;
pub mod pages;
pub mod post;
pub mod rule;

use crate::{
    failure::{Noun, Subject},
    ui::crumbs,
};
use domain::notice::DeliveryState;
use leptos::prelude::*;
use uuid::Uuid;

/// The address of the page.
pub const NOTIFICATIONS: &str = "/notifications";

/// The address of the form that adds a channel.
const NEW_CHANNEL: &str = "/notifications/channels/new";

/// The address of the list of deliveries.
pub const DELIVERIES: &str = "/notifications/deliveries";

fn subject() -> Subject {
    Subject { heading: t!(notices_heading), noun: Noun::Notice, list: NOTIFICATIONS }
}

fn channel_address(id: Uuid) -> String {
    format!("{NOTIFICATIONS}/channels/{id}")
}

fn rule_address(id: Uuid) -> String {
    format!("{NOTIFICATIONS}/rules/{id}")
}

/// Returns the address of the form that adds a rule, for this channel if there is one.
fn new_rule_address(channel: Option<Uuid>) -> String {
    let channel = channel.map(|channel| format!("?channel={channel}")).unwrap_or_default();
    format!("{NOTIFICATIONS}/rules/new{channel}")
}

/// Returns the address of the list of a channel's deliveries, or of those in this state.
fn deliveries_of(channel: Uuid, state: Option<DeliveryState>) -> String {
    format!("{DELIVERIES}?state={}&channel={channel}", state.map_or("", DeliveryState::code))
}

/// Renders the way back to the page.
fn crumbs() -> impl IntoView {
    crumbs::crumbs(NOTIFICATIONS.to_owned(), t!(notices_heading).to_owned())
}
