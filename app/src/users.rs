//! The Users pages: list, add, and one user.

pub mod pages;
pub mod post;
pub mod question;

use crate::ssr;
use backend::UserSummary;
use domain::{percent, sensitive::Sensitive};

/// The address of the list.
pub const USERS: &str = "/users";

/// Returns the address of one user's page.
pub fn user_address(name: &str) -> String {
    format!("{USERS}/{}", percent::encode(name))
}

/// The answer to a form that makes a link, with the user whom it is for.
#[derive(Clone, Debug)]
pub struct MadeLink {
    /// The name of the user.
    pub name: String,
    /// The whole address, which is shown once; `None` if the same form had been sent before.
    pub address: Option<Sensitive>,
    /// Whether the form added the user.
    pub added: bool,
}

/// Returns whether the user is the caller.
pub fn is_oneself(user: &UserSummary) -> bool {
    ssr::user().is_some_and(|who| who.name == user.name)
}
