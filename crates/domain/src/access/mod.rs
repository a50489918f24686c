//! Access: names, passwords, roles and tokens, and the problems with them.

pub mod limits;
mod password;
mod problem;
mod role;
mod scope;
mod token;
mod user_name;

pub use password::NewPassword;
pub use problem::{AccessProblem, SignOnProblem};
pub use role::Role;
pub use scope::TokenScope;
pub use token::{Expiry, NewToken, Restriction, TokenDraft, TokenName};
pub use user_name::UserName;
