//! The page System: whether all is well with the portal's surroundings. `latchkey doctor` shares its messages.

pub mod message;
pub mod pages;
pub mod post;

/// The address of the page; posting to it also makes the slow checks.
pub const SYSTEM: &str = "/system";

/// The query of a form that returns to this page.
pub const FROM_SYSTEM: &str = "from=system";
