//! What a record's hash is over: the hash of the record before it, and every field of its own.

use aws_lc_rs::digest::{Context, SHA256};

/// SHA-256.
pub(super) const HASH_BYTES: usize = 32;

/// The fields of a record, as they are hashed.
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
    /// Joined by commas.
    pub(super) fields: &'a str,
}

impl Link<'_> {
    /// SHA-256 over the hash before and then, for each field, its length in bytes, a colon, its text and a line feed, or
    /// a hyphen and a line feed where there is none. The migration that brought the chain writes the same in SQL.
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
