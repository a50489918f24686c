//! The Overview: what needs attention, what changed lately, and the last 30 days in numbers. Its parts are written as text,
//! because everybody opens this page first, and a page costs what its bytes cost.

mod attention;
mod changes;
pub mod pages;
mod plots;
pub mod post;
mod steps;

/// The address of the Overview.
pub const OVERVIEW: &str = "/";

/// The address where an administrator confirms that the key file is backed up.
pub const KEY_BACKED_UP: &str = "/overview/key-backed-up";

/// The address where an administrator dismisses the steps of setting up.
pub const DISMISS_STEPS: &str = "/overview/dismiss-steps";
