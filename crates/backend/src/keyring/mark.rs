//! Marks that only a holder of the key encryption key can make, for data that leaves the server and comes back.

use super::{Keyring, envelope::joined};
use crate::error::IntegrityError;
use aws_lc_rs::{
    hkdf::{HKDF_SHA256, Salt},
    hmac::{self, HMAC_SHA256},
};

impl Keyring {
    /// Returns the HMAC-SHA256 (RFC 2104) of these parts, under a key that HKDF (RFC 5869) derives from this key encryption
    /// key for this purpose only.
    pub(crate) fn mark(
        &self,
        kek_id: &str,
        purpose: &str,
        parts: &[&[u8]],
    ) -> Result<Vec<u8>, IntegrityError> {
        let key = self.mark_key(kek_id, purpose)?;
        Ok(hmac::sign(&key, &joined(parts)).as_ref().to_vec())
    }

    /// Returns whether this is the mark of these parts, in constant time.
    pub(crate) fn is_mark(&self, kek_id: &str, purpose: &str, parts: &[&[u8]], mark: &[u8]) -> bool {
        self.mark_key(kek_id, purpose).is_ok_and(|key| hmac::verify(&key, &joined(parts), mark).is_ok())
    }

    fn mark_key(&self, kek_id: &str, purpose: &str) -> Result<hmac::Key, IntegrityError> {
        let kek = self.key(kek_id)?;
        let derived = Salt::new(HKDF_SHA256, b"latchkey mark").extract(kek.bytes());
        let info = [purpose.as_bytes()];
        derived.expand(&info, HMAC_SHA256).map(hmac::Key::from).map_err(|_| IntegrityError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::Kek;

    #[test]
    fn mark_differs_by_key_purpose_and_parts() {
        let (one, two) = (Kek::generate().unwrap(), Kek::generate().unwrap());
        let ids = [one.id(), two.id()];
        let ring = Keyring::new(vec![one, two]);
        let parts: &[&[u8]] = &[b"a", b"bc"];
        let mark = ring.mark(&ids[0], "tests", parts).unwrap();
        assert_eq!(mark.len(), 32);
        assert!(ring.is_mark(&ids[0], "tests", parts, &mark));
        assert!(!ring.is_mark(&ids[1], "tests", parts, &mark), "another key");
        assert!(!ring.is_mark(&ids[0], "test", parts, &mark), "another purpose");
        assert!(!ring.is_mark(&ids[0], "tests", &[b"ab", b"c"], &mark), "other parts");
        assert!(!ring.is_mark(&ids[0], "tests", parts, &mark[..31]), "cut short");
        assert!(!ring.is_mark("0000000000000000", "tests", parts, &mark), "a key that is not at hand");
    }
}
