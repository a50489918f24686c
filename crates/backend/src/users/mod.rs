//! People: who may sign in, with which password, and in which role.

mod first_admin;
pub(crate) mod links;
mod name_key;
mod password;
pub(crate) mod repository;
mod service;

pub use first_admin::FirstAdmin;
pub use links::PasswordReset;
pub use repository::UserSummary;
pub use service::{AddedUser, UserPage, UserService};

pub(crate) use name_key::name_key;
pub(crate) use password::Passwords;

#[cfg(test)]
mod tests;
