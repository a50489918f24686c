//! Signing in and out, and choosing a password by a link.

pub mod pages;
pub mod post;
pub mod session;
pub mod single_sign_on;

/// The address of the sign-in page.
pub const SIGN_IN: &str = "/sign-in";

/// The address where a sign-in at a provider begins.
pub const SIGN_ON: &str = "/sign-in/single-sign-on";

/// The address that the provider sends the browser back to; it is registered there.
pub const SIGN_ON_RETURN: &str = "/sign-in/single-sign-on/return";

/// The address of the back-channel logout, which is registered at the provider.
pub const SIGN_ON_LOGOUT: &str = "/sign-in/single-sign-on/logout";
