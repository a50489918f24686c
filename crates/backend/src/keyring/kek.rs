//! The key encryption key.

use super::envelope::KEY_BYTES;
use crate::random;
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::sensitive::Sensitive;
use std::fmt;
use zeroize::Zeroizing;

/// A key of 256 bits, written as base64. Whoever has it and a copy of the database has every value.
#[derive(Clone)]
pub struct Kek(Zeroizing<[u8; KEY_BYTES]>);

/// The reason why a text is not a key. Never carries the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KekError {
    /// The text is not base64 (RFC 4648, section 4).
    #[error("it is not base64. Make one with: openssl rand -base64 32")]
    NotBase64,
    /// The key does not have 32 bytes.
    #[error("it has {0} bytes, and 32 are needed. Make one with: openssl rand -base64 32")]
    Length(usize),
    /// All bytes are zero: a placeholder.
    #[error("it is all zeros. Make one with: openssl rand -base64 32")]
    Zero,
    /// The system returned no random bytes.
    #[error("the system gave no random bytes")]
    NoRandomness,
}

impl Kek {
    /// Parses a key; ignores white space around it.
    pub fn parse(text: &Sensitive) -> Result<Self, KekError> {
        let bytes = Zeroizing::new(STANDARD.decode(text.expose().trim()).map_err(|_| KekError::NotBase64)?);
        let key = <[u8; KEY_BYTES]>::try_from(bytes.as_slice()).map_err(|_| KekError::Length(bytes.len()))?;
        if key == [0; KEY_BYTES] {
            return Err(KekError::Zero);
        }
        Ok(Self(Zeroizing::new(key)))
    }

    /// Parses the keys of a ring, separated by white space or commas.
    pub fn parse_ring(text: &Sensitive) -> Result<Vec<Self>, KekError> {
        let parts =
            text.expose().split(|c: char| c.is_whitespace() || c == ',').filter(|part| !part.is_empty());
        let keys = parts.map(|part| Self::parse(&Sensitive::new(part))).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(KekError::Length(0)) } else { Ok(keys) }
    }

    /// Generates a key.
    pub fn generate() -> Result<Self, KekError> {
        random::bytes()
            .map(|key| Self(Zeroizing::new(key)))
            .map_err(|random::NoRandomness| KekError::NoRandomness)
    }

    /// Returns the key as text, for its file.
    pub fn to_text(&self) -> Sensitive {
        Sensitive::new(STANDARD.encode(self.0.as_slice()))
    }

    /// Returns 16 hexadecimal digits by which rows name their key. They reveal nothing of its 256 random bits.
    pub fn id(&self) -> String {
        let labelled = Zeroizing::new([b"latchkey key id\0".as_slice(), self.0.as_slice()].concat());
        let hash = digest(&SHA256, &labelled);
        random::hex(hash.as_ref().get(..8).unwrap_or_default())
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl fmt::Debug for Kek {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Kek([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Kek, KekError> {
        Kek::parse(&Sensitive::new(text))
    }

    #[test]
    fn parse_accepts_only_32_bytes_that_are_not_all_zero() {
        let good = STANDARD.encode([7; 32]);
        assert_eq!(*parse(&format!(" {good}\n")).unwrap().0, [7; 32]);
        assert_eq!(parse("").unwrap_err(), KekError::Length(0));
        assert_eq!(parse("not base64!").unwrap_err(), KekError::NotBase64);
        assert_eq!(parse(&STANDARD.encode([7; 31])).unwrap_err(), KekError::Length(31));
        assert_eq!(parse(&STANDARD.encode([7; 33])).unwrap_err(), KekError::Length(33));
        assert_eq!(parse(&STANDARD.encode([0; 32])).unwrap_err(), KekError::Zero);
    }

    #[test]
    fn generate_round_trips_and_debug_hides_the_key() {
        let key = Kek::generate().unwrap();
        let again = Kek::parse(&key.to_text()).unwrap();
        assert_eq!(again.id(), key.id());
        assert_ne!(Kek::generate().unwrap().id(), key.id());
        assert_eq!(format!("{key:?}"), "Kek([REDACTED])");
        assert_eq!(key.id().len(), 16);
    }
}
