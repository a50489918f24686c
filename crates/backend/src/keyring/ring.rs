//! The keys at hand: they seal, open and vouch.

use super::{
    Kek,
    envelope::{
        ALGORITHM, KEY_BYTES, Location, NONCE_BYTES, SealedValue, aad, check_aad, open_under, seal_under,
    },
    mac::{Doubt, ID_BYTES, MacKeys, Message, Purpose, id_bytes},
    repository::CheckRow,
};
use crate::{error::IntegrityError, random};
use aws_lc_rs::hmac;
use domain::sensitive::Sensitive;
use zeroize::Zeroizing;

/// The text that was sealed to recognize the right key, before rows carried MACs.
const OLD_CHECK_TEXT: &[u8] = b"latchkey key encryption key";

/// The text that is sealed to recognize the right key. It also says that every row that grants anything carries a MAC: only a
/// holder of the key can say so, so that nobody else gets rows without a MAC taken over a second time.
const CHECK_TEXT: &[u8] = b"latchkey key encryption key, rows carry MACs";

/// The key encryption keys at hand. The database says which of them is active, so that all servers agree.
#[derive(Debug)]
pub(crate) struct Keyring {
    pub(super) keys: Vec<Entry>,
    /// The ids of those that were retired when the process started: they vouch for nothing.
    pub(super) retired: Vec<String>,
}

/// A key at hand, with the keys derived from it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: String,
    kek: Kek,
    macs: Option<MacKeys>,
}

/// The meaning of a key's check value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    /// The key is right, and the rows of the database carry no MACs yet.
    Unvouched,
    /// The key is right.
    Vouched,
}

impl Keyring {
    pub(crate) fn new(keys: Vec<Kek>) -> Self {
        let mut named: Vec<Entry> = Vec::new();
        for kek in keys {
            let id = kek.id();
            if named.iter().all(|known| known.id != id) {
                let macs = MacKeys::derive(&kek);
                named.push(Entry { id, kek, macs });
            }
        }
        Self { keys: named, retired: Vec::new() }
    }

    /// Returns the keys themselves, for another ring with them.
    #[cfg(test)]
    pub(crate) fn keks(&self) -> Vec<Kek> {
        self.keys.iter().map(|entry| entry.kek.clone()).collect()
    }

    /// Returns the ids of the keys at hand.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|entry| entry.id.as_str())
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.key(id).is_ok()
    }

    fn is_retired(&self, id: &str) -> bool {
        self.retired.iter().any(|retired| retired == id)
    }

    pub(super) fn key(&self, id: &str) -> Result<&Kek, IntegrityError> {
        self.keys.iter().find(|entry| entry.id == id).map(|entry| &entry.kek).ok_or(IntegrityError)
    }

    /// Returns the row by which the key is recognized later.
    pub(super) fn check_row(&self, id: &str) -> Result<CheckRow, sqlx::Error> {
        self.check_row_of(id, CHECK_TEXT)
    }

    fn check_row_of(&self, id: &str, text: &[u8]) -> Result<CheckRow, sqlx::Error> {
        let sealed = self.key(id).and_then(|kek| seal_under(kek.bytes(), &check_aad(id), text));
        let (check_nonce, check_ciphertext) = sealed.map_err(|error| sqlx::Error::Encode(error.into()))?;
        Ok(CheckRow { id: id.to_owned(), active: false, check_nonce, check_ciphertext })
    }

    /// Returns the meaning of a check value, or `None` if it is another key's.
    pub(super) fn check(&self, row: &CheckRow) -> Option<Checked> {
        let opened = self.key(&row.id).and_then(|kek| {
            open_under(kek.bytes(), &check_aad(&row.id), &row.check_nonce, &row.check_ciphertext)
        });
        match opened.ok()?.as_slice() {
            CHECK_TEXT => Some(Checked::Vouched),
            OLD_CHECK_TEXT => Some(Checked::Unvouched),
            _ => None,
        }
    }

    /// Returns whether the key with this id is at hand and made this check value.
    pub(crate) fn recognizes(&self, id: &str, check_nonce: &[u8], check_ciphertext: &[u8]) -> bool {
        let (check_nonce, check_ciphertext) = (check_nonce.to_vec(), check_ciphertext.to_vec());
        self.check(&CheckRow { id: id.to_owned(), active: false, check_nonce, check_ciphertext }).is_some()
    }

    /// Returns a check value from before rows carried MACs.
    #[cfg(test)]
    pub(crate) fn old_check_row(&self, id: &str) -> CheckRow {
        self.check_row_of(id, OLD_CHECK_TEXT).unwrap()
    }

    /// Seals a value for its place, under a fresh data key and this key encryption key.
    pub(crate) fn seal(
        &self,
        kek_id: &str,
        place: Location,
        value: &Sensitive,
    ) -> Result<SealedValue, IntegrityError> {
        let kek = self.key(kek_id)?;
        let data_key = Zeroizing::new(random::bytes::<KEY_BYTES>().map_err(|_| IntegrityError)?);
        let (nonce, ciphertext) =
            seal_under(&data_key, &aad("data", place, kek_id), value.expose().as_bytes())?;
        let (wrap_nonce, wrapped) =
            seal_under(kek.bytes(), &aad("wrap", place, kek_id), data_key.as_slice())?;
        Ok(SealedValue {
            algorithm: ALGORITHM.to_owned(),
            kek_id: kek_id.to_owned(),
            wrapped_key: [wrap_nonce, wrapped].concat(),
            nonce,
            ciphertext,
        })
    }

    /// Opens a value that was sealed for this place.
    pub(crate) fn open(&self, place: Location, sealed: &SealedValue) -> Result<Sensitive, IntegrityError> {
        if sealed.algorithm != ALGORITHM {
            return Err(IntegrityError);
        }
        let kek = self.key(&sealed.kek_id)?;
        let (wrap_nonce, wrapped) = sealed.wrapped_key.split_at_checked(NONCE_BYTES).ok_or(IntegrityError)?;
        let data_key = open_under(kek.bytes(), &aad("wrap", place, &sealed.kek_id), wrap_nonce, wrapped)?;
        let data_key =
            Zeroizing::new(<[u8; KEY_BYTES]>::try_from(data_key.as_slice()).map_err(|_| IntegrityError)?);
        let text =
            open_under(&data_key, &aad("data", place, &sealed.kek_id), &sealed.nonce, &sealed.ciphertext)?;
        let text = std::str::from_utf8(&text).map_err(|_| IntegrityError)?;
        Ok(Sensitive::new(text))
    }

    /// Opens a value in its place and seals it for another, under this key encryption key. The value does not leave the keyring.
    pub(crate) fn reseal(
        &self,
        (from, sealed): (Location, &SealedValue),
        (to, kek_id): (Location, &str),
    ) -> Result<SealedValue, IntegrityError> {
        self.open(from, sealed).and_then(|value| self.seal(kek_id, to, &value))
    }

    /// Returns the code that vouches for the message: the id of the key, and HMAC-SHA-256 under a key derived from it.
    ///
    /// Errors: the key is not at hand.
    pub(crate) fn mac(&self, kek_id: &str, message: &Message) -> Result<Vec<u8>, IntegrityError> {
        let key = self.mac_key(kek_id, message.purpose).ok_or(IntegrityError)?;
        let mut mac = id_bytes(kek_id).ok_or(IntegrityError)?.to_vec();
        mac.extend_from_slice(hmac::sign(key, &message.bytes).as_ref());
        Ok(mac)
    }

    /// Verifies, in constant time, that a holder of the key made the code for this message.
    pub(crate) fn vouches(&self, message: &Message, mac: Option<&[u8]>) -> Result<(), Doubt> {
        let (id, tag) = mac.ok_or(Doubt::Missing)?.split_at_checked(ID_BYTES).ok_or(Doubt::Wrong)?;
        let id = crate::random::hex(id);
        if self.is_retired(&id) {
            return Err(Doubt::OtherKey);
        }
        let key = self.mac_key(&id, message.purpose).ok_or(Doubt::OtherKey)?;
        hmac::verify(key, &message.bytes, tag).map_err(|_| Doubt::Wrong)
    }

    fn mac_key(&self, kek_id: &str, purpose: Purpose) -> Option<&hmac::Key> {
        let entry = self.keys.iter().find(|entry| entry.id == kek_id)?;
        entry.macs.as_ref()?.of(purpose)
    }
}
