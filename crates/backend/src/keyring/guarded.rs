//! Rows with a MAC, as their tables provide them for renewal.

use super::mac::Message;

/// A row, by its primary key, with the message of its MAC.
pub(crate) struct Guarded<K> {
    pub(crate) key: K,
    pub(crate) message: Message,
    pub(crate) mac: Option<Vec<u8>>,
}

/// The rows whose MACs are to be renewed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stale<'a> {
    /// Rows without a MAC, as an older version left them. To be asked for once in the life of a database.
    Unvouched,
    /// Rows with a MAC of any other key than this.
    OtherKeyThan(&'a str),
}

impl<'a> Stale<'a> {
    /// Returns `$1` of the condition for those rows, which each table's statement has:
    /// `($1::text IS NULL AND mac IS NULL) OR substr(mac, 1, 8) <> decode($1, 'hex')`. Never both: a row without a MAC gets none
    /// because of its key.
    pub(crate) fn bound(self) -> Option<&'a str> {
        match self {
            Self::Unvouched => None,
            Self::OtherKeyThan(active) => Some(active),
        }
    }
}

/// The new MACs of rows, by their keys.
pub(crate) type NewMacs<K> = Vec<(K, Option<Vec<u8>>)>;
