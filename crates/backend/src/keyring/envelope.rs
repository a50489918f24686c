//! A sealed value, and the place it belongs to.

use crate::error::IntegrityError;
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey},
    digest::{SHA256, digest},
};
use domain::secret::SecretKind;
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

/// The algorithms that a row names: AES-256-GCM for the value and for the wrapped key (NIST SP 800-38D).
pub(crate) const ALGORITHM: &str = "AES-256-GCM/AES-256-GCM";

pub(super) const KEY_BYTES: usize = 32;
pub(super) const NONCE_BYTES: usize = 12;

/// The place of a sealed value. The value is bound to this place, and cannot be opened anywhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) secret: Uuid,
    pub(crate) field: ValueField,
    /// The version of the value, from 1.
    pub(crate) version: i64,
}

/// The field of a secret that holds a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueField {
    SshPrivateKey,
    /// The private key of the pending pair.
    PendingSshPrivateKey,
    RegistryPassword,
    /// The address of a channel of notices: `secret` is the channel's id.
    ChannelUrl,
    /// A secret by which notices to a channel are signed: `secret` is the channel's id.
    ChannelSigningSecret,
    /// Either kind of value from an import that is not saved yet: `secret` is the import's id, `version` the entry's number.
    Imported,
}

impl ValueField {
    /// Returns the field that holds the value of a secret of this type.
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
            Self::ChannelUrl => "channel-url",
            Self::ChannelSigningSecret => "channel-signing-secret",
            Self::Imported => "imported",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::SshPrivateKey, Self::PendingSshPrivateKey, Self::RegistryPassword]
            .into_iter()
            .find(|field| field.as_str() == text)
    }

    /// Parses the field of a channel.
    pub(crate) fn of_channel(text: &str) -> Option<Self> {
        [Self::ChannelUrl, Self::ChannelSigningSecret].into_iter().find(|field| field.as_str() == text)
    }
}

/// A sealed value as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SealedValue {
    pub(crate) algorithm: String,
    pub(crate) kek_id: String,
    /// Nonce (12 bytes), then the data key sealed under the KEK (32 bytes and a tag of 16).
    pub(crate) wrapped_key: Vec<u8>,
    /// The nonce, 12 bytes.
    pub(crate) nonce: Vec<u8>,
    /// The value sealed under the data key, with its tag of 16 bytes.
    pub(crate) ciphertext: Vec<u8>,
}

pub(super) fn check_aad(id: &str) -> Vec<u8> {
    joined(&[b"check", b"key_encryption_keys", id.as_bytes()])
}

pub(super) fn seal_under(
    key: &[u8; KEY_BYTES],
    aad: &[u8],
    plain: &[u8],
) -> Result<(Vec<u8>, Vec<u8>), IntegrityError> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).map_err(|_| IntegrityError)?;
    // With capacity for the tag from the start, so that growing leaves no copy of the plaintext behind.
    let mut text = Vec::with_capacity(plain.len() + AES_256_GCM.tag_len());
    text.extend_from_slice(plain);
    if let Ok(nonce) = key.seal_in_place_append_tag(Aad::from(aad), &mut text) {
        Ok((nonce.as_ref().to_vec(), text))
    } else {
        text.zeroize();
        Err(IntegrityError)
    }
}

pub(super) fn open_under(
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

/// Returns the associated data that binds a ciphertext to its purpose and place. Each part follows its length, so that no two
/// places give the same bytes.
pub(super) fn aad(purpose: &str, place: Location, kek_id: &str) -> Vec<u8> {
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

/// Returns an id derived from these parts; other parts give another id.
pub(crate) fn digest_id(parts: &[&[u8]]) -> Uuid {
    let hash = digest(&SHA256, &joined(parts));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

pub(super) fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}
