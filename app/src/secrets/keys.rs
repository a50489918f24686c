//! The SSH key of a secret: the public half, where to register it, and a new pair. The server renders all of
//! it, as plain forms and links.

pub mod page;
pub mod post;
pub mod question;
pub mod section;

use super::page_of;
use domain::{connection_test::TestReport, error::Error, secret::SecretId};

/// The answer to a form on the page of a key.
#[derive(Clone, Debug)]
pub enum KeyAnswer {
    /// The reason why the request was not done.
    NotDone(Error),
    /// The result of the test that was asked for.
    Tested(NewKeyTested),
}

/// The parameter with the ticket of a test of the new key just before; a made-up address has no valid ticket.
const TESTED: &str = "tested";

/// The result of a test of the pending key, and the ticket that keeps it if the pair is then taken into use.
/// Until then it is not stored, because the status of a secret is that of the key in use.
#[derive(Clone, Debug)]
pub struct NewKeyTested {
    /// The result of the test.
    pub report: TestReport,
    /// The ticket.
    pub ticket: String,
}

/// Returns the message that nothing was done because another pair is pending.
pub fn replaced() -> String {
    t!(key_replaced).to_owned()
}

/// Returns the address of the page of a secret's key, with the list in the query of the current page.
pub fn key_address(id: &SecretId, query: &str) -> String {
    page_of(id, "key", query)
}
