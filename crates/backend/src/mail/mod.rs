//! Mail to people: where they are written to, about what and when, what is sent, and the server that takes it.

mod choice;
mod config;
mod failure;
mod letter;
mod link;
mod outbox;
mod person;
pub(crate) mod recipients;
pub(crate) mod repository;
mod schedule;
mod service;
mod stream;
mod transport;

pub use choice::{DroppedAddress, MailChoice, MailChoiceChange, MailChoiceDraft};
pub use config::{MailConfig, MailFrom, SmtpServer};
pub use failure::MailFailure;
pub use letter::Letter;
pub use outbox::{HeldMail, TakenMail};
pub use person::{Addressee, Reader, may_hear_of};
pub use schedule::{Schedule, Zone};
pub use service::{MailService, OwnMail};

pub(crate) use transport::Mailer;

#[cfg(test)]
mod tests;
