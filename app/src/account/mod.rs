//! The account page: password, sessions, tokens and theme.

pub mod language;
pub mod pages;
pub mod post;
pub mod proof;

/// The address of the account page.
pub const ACCOUNT: &str = "/account";
