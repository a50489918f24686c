//! The account page: password, sessions, tokens and theme.

mod device;
pub mod language;
pub mod pages;
pub mod post;
pub mod proof;

/// The address of the account page.
pub const ACCOUNT: &str = "/account";

/// The address that ends all other sessions, after a confirmation.
pub const END_OTHERS: &str = "/account/sessions/end-others";
