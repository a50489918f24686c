//! PBE-SHA1-3DES (RFC 7292, appendices B and C), with which Java and old OpenSSL protect PKCS#8 keys.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use domain::{secret::SshKeyProblem, sensitive::Sensitive};
use ssh_key::Cipher;
use zeroize::Zeroizing;

/// The schemes 1.2.840.113549.1.12.1.3, with three keys, and .4, with two keys of which the first is used
/// twice.
const THREE_KEYS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x03];
const TWO_KEYS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x04];

/// The most rounds: 2,048 are usual; so many take about a second.
const MAX_ROUNDS: u32 = 2_000_000;

/// The sizes of a block and of a digest of SHA-1, in bytes.
const BLOCK: usize = 64;
const HASH: usize = 20;

/// Removes one DER element with this tag from the front, and returns its content.
pub(super) fn element<'a>(der: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let (&[found, first], mut rest) = der.split_first_chunk::<2>()?;
    let mut length = usize::from(first);
    if first >= 0x80 {
        let (bytes, after) =
            rest.split_at_checked(usize::from(first & 0x7f)).filter(|(bytes, _)| bytes.len() <= 4)?;
        length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        rest = after;
    }
    let (inside, after) = rest.split_at_checked(length)?;
    (found == tag).then(|| {
        *der = after;
        inside
    })
}

/// Decrypts `EncryptedPrivateKeyInfo`; `None` if another scheme protects it.
pub(super) fn decrypt(
    der: &[u8],
    passphrase: &Sensitive,
) -> Result<Option<Zeroizing<Vec<u8>>>, SshKeyProblem> {
    let Some((name, salt, rounds, sealed)) = parts(der) else { return Ok(None) };
    let two = name == TWO_KEYS;
    if name != THREE_KEYS && !two {
        return Ok(None);
    }
    if rounds > MAX_ROUNDS {
        return Err(SshKeyProblem::TooProtected);
    }
    // Encoded as OpenSSL and Java do: UTF-16, with a zero at the end.
    let password: Zeroizing<Vec<u8>> =
        Zeroizing::new(passphrase.expose().encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect());
    let mut key = derived(1, &password, salt, rounds, if two { 16 } else { 24 });
    if two {
        key.extend_from_within(..8);
    }
    let iv = derived(2, &password, salt, rounds, 8);
    let mut bytes = Zeroizing::new(sealed.to_vec());
    Cipher::TdesCbc.decrypt(&key, &iv, &mut bytes, None).map_err(|_| SshKeyProblem::Damaged)?;
    let padding = usize::from(bytes.last().copied().unwrap_or_default());
    let length = bytes.len().checked_sub(padding).filter(|_| (1..=8).contains(&padding));
    match length {
        Some(length) if bytes[length..].iter().all(|byte| usize::from(*byte) == padding) => {
            bytes.truncate(length);
            Ok(Some(bytes))
        }
        _ => Err(SshKeyProblem::WrongPassphrase),
    }
}

/// The scheme, the salt, the rounds, and the protected bytes.
type Parts<'a> = (&'a [u8], &'a [u8], u32, &'a [u8]);

fn parts(mut der: &[u8]) -> Option<Parts<'_>> {
    let mut all = element(&mut der, 0x30)?;
    let mut algorithm = element(&mut all, 0x30)?;
    let name = element(&mut algorithm, 0x06)?;
    let mut parameters = element(&mut algorithm, 0x30)?;
    let salt = element(&mut parameters, 0x04)?;
    let rounds = element(&mut parameters, 0x02)?;
    let sealed = element(&mut all, 0x04)?;
    let rounds =
        rounds.iter().try_fold(0_u32, |sum, byte| sum.checked_mul(256)?.checked_add(u32::from(*byte)));
    Some((name, salt, rounds.unwrap_or(u32::MAX), sealed))
}

/// Derives bytes as in RFC 7292, B.2, with SHA-1.
fn derived(id: u8, password: &[u8], salt: &[u8], rounds: u32, length: usize) -> Zeroizing<Vec<u8>> {
    let repeated = |bytes: &[u8]| {
        let size = bytes.len().div_ceil(BLOCK) * BLOCK;
        bytes.iter().copied().cycle().take(size).collect::<Vec<u8>>()
    };
    let mut input = Zeroizing::new([repeated(salt), repeated(password)].concat());
    let mut key = Zeroizing::new(Vec::with_capacity(length + HASH));
    while key.len() < length {
        let begun = Zeroizing::new([&[id; BLOCK][..], &input].concat());
        let mut hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &begun);
        for _ in 1..rounds {
            hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, hash.as_ref());
        }
        key.extend_from_slice(hash.as_ref());
        // Each block of the input grows by the repeated hash and by one.
        for block in input.chunks_exact_mut(BLOCK) {
            let mut carry = 1_u16;
            for (index, byte) in block.iter_mut().enumerate().rev() {
                let sum = u16::from(*byte) + u16::from(hash.as_ref()[index % HASH]) + carry;
                let [high, low] = sum.to_be_bytes();
                (*byte, carry) = (low, u16::from(high));
            }
        }
    }
    key.truncate(length);
    key
}
