//! Parses OpenSSH's own form (its PROTOCOL.key).

use super::{
    der::public_point,
    form::Form,
    material::{self, Curve, RsaNumbers},
};
use domain::{secret::SshKeyProblem, sensitive::Sensitive};
use ssh_key::{
    Cipher, Kdf,
    encoding::{self, Decode, Reader},
    private::KeypairData,
};
use zeroize::Zeroizing;

/// The most rounds: 16 or 24 are usual; so many take some three seconds.
const MAX_ROUNDS: u32 = 300;

/// The longest padding, whose bytes count from one. OpenSSH itself checks only the counting; `puttygen` and
/// Python's `cryptography` pad by more than a block.
const MAX_PADDING: usize = 255;

/// The size of the tags that some ciphers append.
const TAG_BYTES: usize = 16;

/// Parses the content between the fences; `regular` says whether every reader accepts the lines as they are.
pub(super) fn read(bytes: &[u8], passphrase: &Sensitive, regular: bool) -> Result<Form, SshKeyProblem> {
    let mut reader = bytes.strip_prefix(b"openssh-key-v1\0").ok_or(SshKeyProblem::OtherForm)?;
    let cipher = string(&mut reader)?;
    let cipher: Cipher = std::str::from_utf8(&cipher)
        .ok()
        .and_then(|name| name.parse().ok())
        .ok_or(SshKeyProblem::UnknownCipher)?;
    let kdf = Kdf::decode(&mut reader).map_err(|_| SshKeyProblem::UnknownProtection)?;
    match u32::decode(&mut reader).map_err(damaged)? {
        1 => {}
        0 => return Err(SshKeyProblem::Damaged),
        _ => return Err(SshKeyProblem::TwoKeys),
    }
    let public = string(&mut reader)?;
    let mut private = string(&mut reader)?;
    let protected = cipher.is_some();
    let wrong = if protected { SshKeyProblem::WrongPassphrase } else { SshKeyProblem::CheckNumbers };
    if protected {
        let tag = cipher.has_tag().then(|| <[u8; TAG_BYTES]>::try_from(reader)).transpose();
        let tag = tag.map_err(|_| SshKeyProblem::Truncated)?.map(Into::into);
        match &kdf {
            Kdf::Bcrypt { rounds, .. } if *rounds > MAX_ROUNDS => return Err(SshKeyProblem::TooProtected),
            Kdf::Bcrypt { .. } => {}
            _ => return Err(SshKeyProblem::UnknownProtection),
        }
        let (key, iv) = kdf
            .derive_key_and_iv(cipher, passphrase.expose())
            .map_err(|_| SshKeyProblem::UnknownProtection)?;
        cipher.decrypt(&key, &iv, &mut private, tag).map_err(|_| wrong)?;
    } else if kdf.is_some() || !reader.is_empty() {
        return Err(SshKeyProblem::Damaged);
    }
    let mut reader = private.as_slice();
    let checks = (u32::decode(&mut reader), u32::decode(&mut reader));
    if !matches!(checks, (Ok(one), Ok(two)) if one == two) {
        return Err(wrong);
    }
    let (key, sound) = pair(&mut reader)?;
    let comment = string(&mut reader)?;
    // The padding counts from one.
    let filled = reader.len() <= MAX_PADDING && reader.iter().zip(1_u8..).all(|(byte, count)| *byte == count);
    if !filled || !private.len().is_multiple_of(cipher.block_size()) {
        return Err(SshKeyProblem::Padding);
    }
    let tight = reader.len() < cipher.block_size();
    Form::new(key, &comment, !protected && sound && tight && regular)?.with_public(&public)
}

/// Parses the pair, and returns whether its numbers are in the usual form.
fn pair(reader: &mut &[u8]) -> Result<(KeypairData, bool), SshKeyProblem> {
    let algorithm = string(reader)?;
    let sound = |key| (key, true);
    match algorithm.as_slice() {
        b"ssh-ed25519" => {
            let public = string(reader)?;
            let both = string(reader)?;
            match both.split_at_checked(32) {
                Some((seed, again)) if again == public.as_slice() => material::ed25519(seed).map(sound),
                Some((_, again)) if again.len() == public.len() => Err(SshKeyProblem::HalvesDiffer),
                _ => Err(SshKeyProblem::Damaged),
            }
        }
        b"ssh-rsa" => {
            let (modulus, public_exponent) = (string(reader)?, string(reader)?);
            let (private_exponent, inverse) = (string(reader)?, string(reader)?);
            let (p, q) = (string(reader)?, string(reader)?);
            material::rsa(&RsaNumbers {
                modulus: &modulus,
                public_exponent: &public_exponent,
                private_exponent: &private_exponent,
                p: &p,
                q: &q,
                inverse: &inverse,
                exponents: None,
            })
        }
        b"ecdsa-sha2-nistp256" | b"ecdsa-sha2-nistp384" | b"ecdsa-sha2-nistp521" => {
            let curve = Curve::named(&string(reader)?).ok_or(SshKeyProblem::Damaged)?;
            let point = string(reader)?;
            let pair = material::ecdsa(curve, &string(reader)?)?;
            if point.as_slice() == public_point(&pair).as_slice() {
                Ok(sound(pair))
            } else {
                Err(SshKeyProblem::HalvesDiffer)
            }
        }
        b"ssh-dss" => Err(SshKeyProblem::Dsa),
        name if name.starts_with(b"sk-") => Err(SshKeyProblem::HardwareKey),
        _ => Err(SshKeyProblem::Unsupported),
    }
}

/// Reads bytes after their length (RFC 4251, 5); numbers have the same form.
pub(super) fn string(reader: &mut &[u8]) -> Result<Zeroizing<Vec<u8>>, SshKeyProblem> {
    // Checked before memory is allocated: so many bytes have to be there.
    Reader::read_prefixed(reader, |reader| {
        let mut bytes = Zeroizing::new(vec![0; reader.remaining_len()]);
        reader.read(&mut bytes)?;
        Ok::<_, encoding::Error>(bytes)
    })
    .map_err(damaged)
}

fn damaged(_: encoding::Error) -> SshKeyProblem {
    SshKeyProblem::Damaged
}
