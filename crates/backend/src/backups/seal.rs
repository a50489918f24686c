//! The seal of a backup: a MAC by the key encryption key over the checksums of its parts. Restoring runs what is in the file as
//! the owner of the database, so a file that somebody made without the key is rejected before that.

use crate::{
    error::IntegrityError,
    keyring::{
        Kek, Keyring,
        mac::{Message, Purpose},
    },
};
use data_encoding::HEXLOWER;

/// Whether the holder of a key at hand made a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealVerdict {
    /// A key at hand sealed these checksums.
    Vouched,
    /// The key is not at hand.
    OtherKey,
    /// The seal is of something else.
    Wrong,
}

fn message(sums: &[u8]) -> Message {
    Message::new(Purpose::Backup).bytes(sums)
}

/// Returns the seal over the checksums of a backup, in hexadecimal digits.
///
/// Errors: the key with this id is not among these.
pub fn seal(keys: &[Kek], id: &str, sums: &[u8]) -> Option<String> {
    let sealed: Result<Vec<u8>, IntegrityError> = Keyring::new(keys.to_vec()).mac(id, &message(sums));
    sealed.ok().map(|code| HEXLOWER.encode(&code))
}

/// Verifies the seal over the checksums of a backup.
pub fn verify_seal(keys: &[Kek], seal: &str, sums: &[u8]) -> SealVerdict {
    use crate::keyring::mac::Doubt;
    let Ok(code) = HEXLOWER.decode(seal.trim().as_bytes()) else { return SealVerdict::Wrong };
    match Keyring::new(keys.to_vec()).vouches(&message(sums), Some(&code)) {
        Ok(()) => SealVerdict::Vouched,
        Err(Doubt::OtherKey) => SealVerdict::OtherKey,
        Err(_) => SealVerdict::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verify_seal_accepts_only_what_a_key_at_hand_sealed() {
        let (ours, other) = (Kek::generate().unwrap(), Kek::generate().unwrap());
        let keys = [other.clone(), ours.clone()];
        let sealed = seal(&keys, &ours.id(), b"sums").unwrap();
        assert_eq!(verify_seal(&keys, &format!("{sealed}\n"), b"sums"), SealVerdict::Vouched);
        assert_eq!(verify_seal(&keys, &sealed, b"sumt"), SealVerdict::Wrong);
        assert_eq!(verify_seal(&[other], &sealed, b"sums"), SealVerdict::OtherKey);
        assert_eq!(verify_seal(&keys, "no seal", b"sums"), SealVerdict::Wrong);
        assert_eq!(seal(&keys, "0000000000000000", b"sums"), None);
    }
}
