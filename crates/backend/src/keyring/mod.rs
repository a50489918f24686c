//! Envelope encryption: each value is sealed under its own data key, and that key under the key encryption key. Plaintext
//! exists only here and in `Sensitive`.

mod envelope;
pub(crate) mod guarded;
mod kek;
pub(crate) mod mac;
mod mark;
pub(crate) mod repository;
mod ring;
mod service;
mod takeover;
mod unlock;
mod witness;

pub(crate) use crate::error::{IntegrityError, NoKey};
pub(crate) use envelope::{Location, SealedValue, ValueField, digest_id};
pub use kek::{Kek, KekError};
pub(crate) use ring::Keyring;
pub use service::{KekService, KekStatus, Rewrapped, RotationError};
pub(crate) use witness::{Doubted, Witness};

#[cfg(test)]
mod tests;
