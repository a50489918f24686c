//! Who may do what: names, passwords, roles, tokens, and what can be wrong with them.

mod password;
mod problem;
mod role;
mod token;
mod user_name;

pub use password::NewPassword;
pub use problem::{AccessError, AccessField, AccessProblem, SignOnProblem};
pub use role::Role;
pub use token::{Expiry, NewToken, Restriction, TokenDraft, TokenName, TokenScope};
pub use user_name::UserName;
