//! The account page: password, sessions, tokens and theme.

pub mod pages;
pub mod post;
pub mod proof;

/// The address of one's own account.
pub const ACCOUNT: &str = "/account";
