//! The hash of a record, over the hash of the record before it and every field of its own.

use aws_lc_rs::digest::{Context, SHA256};

/// The length of a SHA-256 hash.
pub(super) const HASH_BYTES: usize = 32;

/// The fields of a record, in the form that is hashed.
pub(super) struct Link<'a> {
    pub(super) id: i64,
    /// Microseconds since 1970.
    pub(super) at: i64,
    pub(super) actor_kind: &'a str,
    pub(super) actor: &'a str,
    pub(super) credential: Option<&'a str>,
    pub(super) address: Option<&'a str>,
    pub(super) request_id: &'a str,
    pub(super) action: &'a str,
    pub(super) object: &'a str,
    pub(super) outcome: &'a str,
    /// The names of the changed fields, joined by commas.
    pub(super) fields: &'a str,
}

impl Link<'_> {
    /// Returns SHA-256 over the previous hash and then, for each field, its length in bytes, a colon, its text and a
    /// line feed, or a hyphen and a line feed if it has no value. The migration that introduced the chain computes the
    /// same in SQL.
    pub(super) fn hash(&self, previous: &[u8]) -> Vec<u8> {
        let (id, at) = (self.id.to_string(), self.at.to_string());
        let mut context = Context::new(&SHA256);
        context.update(previous);
        for part in [
            Some(id.as_str()),
            Some(&at),
            Some(self.actor_kind),
            Some(self.actor),
            self.credential,
            self.address,
            Some(self.request_id),
            Some(self.action),
            Some(self.object),
            Some(self.outcome),
            Some(self.fields),
        ] {
            match part {
                Some(text) => context.update(format!("{}:{text}\n", text.len()).as_bytes()),
                None => context.update(b"-\n"),
            }
        }
        context.finish().as_ref().to_vec()
    }
}
