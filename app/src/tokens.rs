//! The Tokens pages: list, add, revoke.

pub mod pages;
pub mod post;

use backend::Stopped;

/// The address of the list.
pub const TOKENS: &str = "/tokens";

/// Returns a first request with a token, which is in no argument, because others on the machine could see those.
pub fn first_request(origin: &str) -> String {
    include_str!("tokens/request.sh").trim_end().replace("https://latchkey.example", origin)
}

/// Returns why a token is rejected at the moment, and what would have it accepted again.
pub fn stopped_words(stopped: Stopped) -> &'static str {
    match stopped {
        Stopped::Disabled => t!(scope_stopped_disabled),
        Stopped::Suspended => t!(scope_stopped_suspended),
        Stopped::NotSeen => t!(scope_stopped_not_seen),
    }
}
