//! On whose behalf something is done.

use domain::{error::Error, time::Timestamp};
use std::net::IpAddr;

/// Goes first into every method of a service.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Who asks.
    pub actor: Actor,
    /// Under which the log and the audit records name the request.
    pub request_id: String,
    /// From where, where that is known.
    pub address: Option<IpAddr>,
    /// When the request came in.
    pub now: Timestamp,
}

impl Ctx {
    /// For what the server does by itself.
    pub fn system(name: &'static str, now: Timestamp) -> Self {
        Self { actor: Actor::System(name), request_id: name.to_owned(), address: None, now }
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// There is no sign-in yet.
    Unknown,
    /// A task of the server's own.
    System(&'static str),
}

impl Actor {
    /// As it is stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown => "unknown",
            Self::System(name) => name,
        }
    }

    /// As people read it.
    pub(crate) fn shown(stored: &str) -> String {
        if stored == Self::Unknown.as_str() { "someone" } else { stored }.to_owned()
    }
}

/// What is asked for, as far as rights go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See secrets, without values.
    ReadSecrets,
    /// Add, change and delete secrets.
    WriteSecrets,
    /// Take a value out.
    ReadValues,
}

/// Lets the action pass or not. Until there is sign-in, the server listens on loopback alone, and whoever is
/// there may do everything.
#[expect(clippy::unnecessary_wraps, reason = "the one place where roles will refuse")]
pub(crate) fn authorize(_ctx: &Ctx, _action: Action) -> Result<(), Error> {
    Ok(())
}
