//! People: who may sign in, with which password, and in which role.

mod name_key;
mod password;
pub(crate) mod repository;
mod service;

pub use repository::UserSummary;
pub use service::{AddedUser, FirstAdmin, PasswordReset, UserPage, UserService};

pub(crate) use name_key::name_key;
pub(crate) use password::Passwords;

#[cfg(test)]
mod tests;
