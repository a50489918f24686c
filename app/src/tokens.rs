//! The Tokens pages: list, add, revoke.

pub mod pages;
pub mod post;

use backend::Stopped;

/// The address of the list.
pub const TOKENS: &str = "/tokens";

/// Returns why a token is rejected at the moment, and what would have it accepted again.
pub fn stopped_words(stopped: Stopped) -> &'static str {
    match stopped {
        Stopped::Disabled => "Refused: its person is disabled.",
        Stopped::Suspended => {
            "Refused until its person signs in again: the place where they sign in has signed them out."
        }
        Stopped::NotSeen => "Refused until its person signs in again: they have not done so for too long.",
    }
}
