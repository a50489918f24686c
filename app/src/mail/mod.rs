//! Mail to people: the mails themselves, the page on which each person chooses, and the pages of the links in mails.

mod events;
pub mod letters;
pub mod links;
pub mod pages;
pub mod post;
mod reminder;

use domain::secret::SecretId;

/// The address of a person's own choice.
pub const OWN_NOTIFICATIONS: &str = "/account/notifications";

/// Returns the address at which a person chooses to be reminded of the dates of this secret.
pub fn reminder_address(id: &SecretId) -> String {
    format!("{OWN_NOTIFICATIONS}?{}={id}", reminder::PARAM)
}

/// The address of the form that asks to confirm a mail address.
pub const ADDRESS: &str = "/account/notifications/address";

/// The address of the form that forgets it.
pub const FORGET: &str = "/account/notifications/forget";

/// The address of the form that sends a test.
pub const TEST: &str = "/account/notifications/test";

/// The address of links that confirm a mail address.
pub const CONFIRM: &str = "/mail/confirm";

/// The address of links that end mails.
pub const UNSUBSCRIBE: &str = "/mail/unsubscribe";
