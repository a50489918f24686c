//! Envelope encryption: each value is sealed under a data key of its own, and that key under the key encryption
//! key. Plaintext exists in here and in `Sensitive`, and nowhere else.

mod kek;
pub(crate) mod mac;
mod mark;
pub(crate) mod repository;
mod service;
pub(crate) mod takeover;

pub use kek::{Kek, KekError};
pub use service::{KeyError, KeyService, KeyStatus, Rewrapped};

pub(crate) use crate::error::{IntegrityError, NoKey};

use crate::{db::Db, random};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey},
    digest::{SHA256, digest},
};
use domain::{secret::SecretKind, sensitive::Sensitive, time::Timestamp};
use mac::MacKeys;
use repository::CheckRow;
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

/// What a row says of how it was sealed: AES-256-GCM for the value and for the wrapped key (NIST SP 800-38D).
pub(crate) const ALGORITHM: &str = "AES-256-GCM/AES-256-GCM";

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;

/// What was sealed to tell a right key from a wrong one, before rows carried MACs.
const OLD_CHECK_TEXT: &[u8] = b"latchkey key encryption key";

/// What is sealed to tell a right key from a wrong one. It also says that every row that grants anything carries a MAC: only
/// who has the key can say so, so nobody else has rows without one taken over a second time.
const CHECK_TEXT: &[u8] = b"latchkey key encryption key, rows carry MACs";

/// Where a sealed value belongs. It is bound to this place: anywhere else it cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) secret: Uuid,
    pub(crate) field: ValueField,
    /// The version of the value; 1 is the first.
    pub(crate) version: i64,
}

/// Which value of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueField {
    SshPrivateKey,
    /// Of the pair that waits to take its place.
    PendingSshPrivateKey,
    RegistryPassword,
    /// Either of the two, found in a file and not yet saved: `secret` is the import's id, `version` the entry's number.
    Imported,
}

impl ValueField {
    /// Returns the field in which the value of a secret of this kind stands.
    pub(crate) fn of(kind: SecretKind) -> Self {
        match kind {
            SecretKind::GitDataset => Self::SshPrivateKey,
            SecretKind::ImagePull => Self::RegistryPassword,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SshPrivateKey => "ssh-private-key",
            Self::PendingSshPrivateKey => "pending-ssh-private-key",
            Self::RegistryPassword => "registry-password",
            Self::Imported => "imported",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::SshPrivateKey, Self::PendingSshPrivateKey, Self::RegistryPassword]
            .into_iter()
            .find(|field| field.as_str() == text)
    }
}

/// As it lies in the database.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct SealedValue {
    pub(crate) algorithm: String,
    pub(crate) kek_id: String,
    /// Nonce (12 bytes), then the data key sealed under the KEK (32 bytes and a tag of 16).
    pub(crate) wrapped_key: Vec<u8>,
    /// 12 bytes.
    pub(crate) nonce: Vec<u8>,
    /// The value sealed under the data key, with its tag of 16 bytes.
    pub(crate) ciphertext: Vec<u8>,
}

/// The key encryption keys at hand. Which of them seals is for the database to say, so that all servers agree.
#[derive(Debug)]
pub(crate) struct Keyring {
    keys: Vec<Entry>,
    /// The ids of those whose time was over when the process started: nothing is vouched for by them.
    retired: Vec<String>,
}

/// A key at hand, with what is derived from it.
#[derive(Debug)]
struct Entry {
    id: String,
    kek: Kek,
    macs: Option<MacKeys>,
}

/// What the check value of a key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Checked {
    /// It is the key, of a database whose rows carry no MACs yet.
    Unvouched,
    /// It is the key.
    Vouched,
}

impl Keyring {
    /// Tries the keys on the database's check values, and makes the first the active one where there is none yet; of
    /// servers that start at once, one does. `None` where the active key is not at hand.
    pub(crate) async fn unlock(db: &Db, keys: Vec<Kek>, now: Timestamp) -> Result<Option<Self>, sqlx::Error> {
        let mut keyring = Self::new(keys);
        let Some(first) = keyring.keys.first() else { return Ok(None) };
        let fresh = keyring.check_row(&first.id)?;
        let mut work = db.begin().await?;
        let (known, is_new) = repository::known_or_insert(&mut work, fresh, now).await?;
        keyring.retired = repository::retired(&mut work).await?;
        let waiting = repository::count_by_key(&mut work).await?;
        let active = known.iter().find(|row| row.active && keyring.check(row).is_some());
        if let Some(active) = active {
            takeover::run(&mut work, &keyring, &known, &active.id, is_new, now).await?;
        }
        let open = active.is_some();
        work.commit().await?;
        for (id, count) in waiting {
            if !keyring.has(&id) {
                tracing::error!(
                    key = id,
                    count,
                    "values are sealed under a key that is not at hand: they cannot be opened. Add it to the key file"
                );
            }
        }
        Ok(open.then_some(keyring))
    }

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

    /// The keys themselves, for another one like it.
    #[cfg(test)]
    pub(crate) fn keks(&self) -> Vec<Kek> {
        self.keys.iter().map(|entry| entry.kek.clone()).collect()
    }

    /// The ids of the keys at hand.
    fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|entry| entry.id.as_str())
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.key(id).is_ok()
    }

    fn is_retired(&self, id: &str) -> bool {
        self.retired.iter().any(|retired| retired == id)
    }

    fn key(&self, id: &str) -> Result<&Kek, IntegrityError> {
        self.keys.iter().find(|entry| entry.id == id).map(|entry| &entry.kek).ok_or(IntegrityError)
    }

    /// What is stored to know the key again.
    fn check_row(&self, id: &str) -> Result<CheckRow, sqlx::Error> {
        self.check_row_of(id, CHECK_TEXT)
    }

    fn check_row_of(&self, id: &str, text: &[u8]) -> Result<CheckRow, sqlx::Error> {
        let sealed = self.key(id).and_then(|kek| seal_under(kek.bytes(), &check_aad(id), text));
        let (check_nonce, check_ciphertext) = sealed.map_err(|error| sqlx::Error::Encode(error.into()))?;
        Ok(CheckRow { id: id.to_owned(), active: false, check_nonce, check_ciphertext })
    }

    /// What the check value says, or `None` where it is of another key.
    fn check(&self, row: &CheckRow) -> Option<Checked> {
        let opened = self.key(&row.id).and_then(|kek| {
            open_under(kek.bytes(), &check_aad(&row.id), &row.check_nonce, &row.check_ciphertext)
        });
        match opened.ok()?.as_slice() {
            CHECK_TEXT => Some(Checked::Vouched),
            OLD_CHECK_TEXT => Some(Checked::Unvouched),
            _ => None,
        }
    }

    /// A check value as it was before rows carried MACs.
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

    /// Opens what was sealed for this place.
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
}

fn check_aad(id: &str) -> Vec<u8> {
    joined(&[b"check", b"key_encryption_keys", id.as_bytes()])
}

fn seal_under(key: &[u8; KEY_BYTES], aad: &[u8], plain: &[u8]) -> Result<(Vec<u8>, Vec<u8>), IntegrityError> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).map_err(|_| IntegrityError)?;
    // Room for the tag from the start, so that no copy of the plaintext is left behind by growing.
    let mut text = Vec::with_capacity(plain.len() + AES_256_GCM.tag_len());
    text.extend_from_slice(plain);
    if let Ok(nonce) = key.seal_in_place_append_tag(Aad::from(aad), &mut text) {
        Ok((nonce.as_ref().to_vec(), text))
    } else {
        text.zeroize();
        Err(IntegrityError)
    }
}

fn open_under(
    key: &[u8; KEY_BYTES],
    aad: &[u8],
    nonce: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, IntegrityError> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).map_err(|_| IntegrityError)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| IntegrityError)?;
    let mut text = Zeroizing::new(ciphertext.to_vec());
    let length = key.open_in_place(nonce, Aad::from(aad), &mut text).map_err(|_| IntegrityError)?.len();
    text.truncate(length);
    Ok(text)
}

/// Binds a ciphertext to its purpose and place. Each part stands behind its length, so that no two places give
/// the same bytes.
fn aad(purpose: &str, place: Location, kek_id: &str) -> Vec<u8> {
    let version = place.version.to_be_bytes();
    joined(&[
        purpose.as_bytes(),
        b"secret_values",
        place.secret.as_bytes(),
        place.field.as_str().as_bytes(),
        &version,
        kek_id.as_bytes(),
    ])
}

/// An id that follows from these parts: of others, another one.
pub(crate) fn digest_id(parts: &[&[u8]]) -> Uuid {
    let hash = digest(&SHA256, &joined(parts));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

#[cfg(test)]
mod tests;
