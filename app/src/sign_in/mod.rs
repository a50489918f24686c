//! Signing in and out, and choosing a password by a link.

pub mod pages;
pub mod post;
pub mod session;
pub mod single_sign_on;

/// Where one signs in.
pub const SIGN_IN: &str = "/sign-in";

/// Where signing in at a provider begins.
pub const SIGN_ON: &str = "/sign-in/single-sign-on";

/// Where the provider sends the browser back to; it is registered there.
pub const SIGN_ON_RETURN: &str = "/sign-in/single-sign-on/return";

/// Where the provider itself tells that it has signed somebody out (back-channel logout); it is registered there.
pub const SIGN_ON_LOGOUT: &str = "/sign-in/single-sign-on/logout";
