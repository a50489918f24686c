//! Mail to people: the server that takes it, what is sent, and when.

mod config;
mod failure;
mod letter;
mod schedule;
mod stream;
mod transport;

pub use config::{MailConfig, MailFrom, SmtpServer};
pub use failure::MailFailure;
pub use letter::Letter;
pub use schedule::{Schedule, Zone};
pub(crate) use transport::Mailer;

#[cfg(test)]
mod tests;
