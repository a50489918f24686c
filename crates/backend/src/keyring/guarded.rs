//! Rows that carry a code, as the tables that have them hand them over to be vouched for anew.

use super::mac::Message;

/// A row with what vouches for it, by its primary key.
pub(crate) struct Guarded<K> {
    pub(crate) key: K,
    pub(crate) message: Message,
    pub(crate) mac: Option<Vec<u8>>,
}

/// Which rows are to be given a code.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stale<'a> {
    /// Those without one, as an older version left them. To be asked once in the life of a database.
    Unvouched,
    /// Those with one of another key than this.
    OtherKeyThan(&'a str),
}

impl<'a> Stale<'a> {
    /// Which rows those are, where `$1` is `bound`. Never both: a row without a code is not given one because of its key.
    pub(crate) const SQL: &'static str =
        "(($1::text IS NULL AND mac IS NULL) OR substr(mac, 1, 8) <> decode($1, 'hex'))";

    pub(crate) fn bound(self) -> Option<&'a str> {
        match self {
            Self::Unvouched => None,
            Self::OtherKeyThan(active) => Some(active),
        }
    }
}

/// Rows by their keys, each with its new code.
pub(crate) type NewMacs<K> = Vec<(K, Option<Vec<u8>>)>;
