//! Parses `PuTTY`'s own form, versions 2 and 3 (its manual, appendix C).

use super::{
    codepage,
    digits::{from_hex, not_base64},
    form::Form,
    material::{self, Curve, RsaNumbers},
    openssh::string,
};
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::{
    digest::{SHA1_FOR_LEGACY_USE_ONLY, digest},
    hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY, HMAC_SHA256},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{secret::SshKeyProblem, sensitive::Sensitive};
use ssh_key::{Cipher, private::KeypairData};
use zeroize::Zeroizing;

/// The beginning of such a file.
pub(super) const START: &str = "PuTTY-User-Key-File-";

/// The most memory that Argon2 may use, in KiB, and the most that it may process in all passes. `PuTTYgen`
/// itself uses 8 MiB, and as many passes as fit into a tenth of a second.
const MAX_MEMORY: u32 = 64 << 10;
const MAX_PASSES: u64 = 4 << 20;

/// The prefix of the MAC key of version 2.
const OLD_MAC_KEY: &[u8] = b"putty-private-key-file-mac-key";

/// A file split into its parts.
struct File<'a> {
    version: u8,
    algorithm: &'a str,
    encryption: &'a str,
    comment: &'a str,
    public: Vec<u8>,
    private: Zeroizing<Vec<u8>>,
    mac: Vec<u8>,
    /// The lines with a single value.
    values: Vec<(&'a str, &'a str)>,
}

/// Parses a key whose `text` has passed the rules of `domain`.
pub(super) fn read(text: &str, passphrase: &Sensitive) -> Result<Form, SshKeyProblem> {
    let mut file = File::parse(text)?;
    match file.encryption {
        "none" => {
            // The MAC key of an unprotected file is public, and detects accidents only.
            let mac = if file.version == 2 { old_mac_key(b"") } else { Zeroizing::default() };
            if !file.is_sealed_by(&mac) {
                return Err(SshKeyProblem::Checksum);
            }
        }
        "aes256-cbc" => file.open(passphrase)?,
        _ => return Err(SshKeyProblem::UnknownProtection),
    }
    let (key, _) = pair(file.algorithm, &file.public, &file.private)?;
    Form::new(key, file.comment.as_bytes(), false)?.with_public(&file.public)
}

/// The keys that are derived from the passphrase.
struct Keys {
    cipher: Zeroizing<Vec<u8>>,
    iv: [u8; 16],
    mac: Zeroizing<Vec<u8>>,
}

impl<'a> File<'a> {
    fn parse(text: &'a str) -> Result<Self, SshKeyProblem> {
        let mut lines = text.lines();
        let first = lines.next().and_then(|line| line.strip_prefix(START)).ok_or(SshKeyProblem::NotAKey)?;
        let (version, algorithm) = first.split_once(": ").ok_or(SshKeyProblem::Damaged)?;
        let version = match version {
            "2" => 2,
            "3" => 3,
            _ => return Err(SshKeyProblem::OldPutty),
        };
        let (mut public, mut private, mut values) = (None, None, Vec::new());
        while let Some(line) = lines.next() {
            let (name, value) = line.split_once(':').ok_or(SshKeyProblem::Damaged)?;
            let value = value.strip_prefix(' ').unwrap_or(value);
            let Some(which) = name.strip_suffix("-Lines") else {
                values.push((name, value));
                continue;
            };
            let count: usize = value.trim().parse().map_err(|_| SshKeyProblem::Damaged)?;
            let mut digits = Zeroizing::new(String::with_capacity(text.len()));
            for _ in 0..count {
                digits.push_str(lines.next().ok_or(SshKeyProblem::Truncated)?.trim_end());
            }
            let bytes = STANDARD.decode(digits.as_bytes()).map_err(|error| not_base64(&error));
            let bytes = Zeroizing::new(bytes?);
            match which {
                "Public" => public = Some(bytes.to_vec()),
                "Private" => private = Some(bytes),
                _ => return Err(SshKeyProblem::Damaged),
            }
        }
        let value = |wanted: &str| values.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
        let mac = value("Private-MAC").and_then(|mac| from_hex(mac.trim())).ok_or(SshKeyProblem::Damaged)?;
        Ok(Self {
            version,
            algorithm: algorithm.trim_end(),
            encryption: value("Encryption").ok_or(SshKeyProblem::Damaged)?.trim_end(),
            comment: value("Comment").unwrap_or_default(),
            public: public.ok_or(SshKeyProblem::Truncated)?,
            private: private.ok_or(SshKeyProblem::Truncated)?,
            mac,
            values,
        })
    }

    /// Decrypts the private part. `PuTTYgen` on Windows takes a passphrase in the code page of the system,
    /// which is CP1252 in most of Europe and the Americas.
    fn open(&mut self, passphrase: &Sensitive) -> Result<(), SshKeyProblem> {
        let windows = codepage::encode(passphrase.expose());
        let windows = windows.as_ref().map(|bytes| bytes.as_slice());
        let as_typed = passphrase.expose().as_bytes();
        let spellings = [Some(as_typed), windows.filter(|bytes| *bytes != as_typed)];
        let sealed = self.private.clone();
        for passphrase in spellings.into_iter().flatten() {
            let keys = if self.version == 2 { old_keys(passphrase) } else { self.keys(passphrase)? };
            let opened = Cipher::Aes256Cbc.decrypt(&keys.cipher, &keys.iv, &mut self.private, None);
            opened.map_err(|_| SshKeyProblem::Damaged)?;
            if self.is_sealed_by(&keys.mac) {
                return Ok(());
            }
            self.private.clone_from(&sealed);
        }
        Err(SshKeyProblem::WrongPassphrase)
    }

    fn value(&self, wanted: &str) -> Option<&'a str> {
        self.values.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.trim_end())
    }

    /// Derives the keys of version 3, all by Argon2.
    fn keys(&self, passphrase: &[u8]) -> Result<Keys, SshKeyProblem> {
        let algorithm = match self.value("Key-Derivation") {
            Some("Argon2id") => Algorithm::Argon2id,
            Some("Argon2i") => Algorithm::Argon2i,
            Some("Argon2d") => Algorithm::Argon2d,
            _ => return Err(SshKeyProblem::UnknownProtection),
        };
        let number = |name: &str| -> Result<u32, SshKeyProblem> {
            self.value(name).and_then(|value| value.parse().ok()).ok_or(SshKeyProblem::Damaged)
        };
        let (memory, passes, lanes) =
            (number("Argon2-Memory")?, number("Argon2-Passes")?, number("Argon2-Parallelism")?);
        if memory > MAX_MEMORY || u64::from(memory) * u64::from(passes) > MAX_PASSES {
            return Err(SshKeyProblem::TooProtected);
        }
        let salt = self.value("Argon2-Salt").and_then(from_hex).ok_or(SshKeyProblem::Damaged)?;
        let parameters = Params::new(memory, passes, lanes, None).map_err(|_| SshKeyProblem::Damaged)?;
        let mut derived = Zeroizing::new([0; 80]);
        Argon2::new(algorithm, Version::V0x13, parameters)
            .hash_password_into(passphrase, &salt, derived.as_mut_slice())
            .map_err(|_| SshKeyProblem::UnknownProtection)?;
        let (cipher, rest) = derived.split_at(32);
        let (iv, mac) = rest.split_at(16);
        Ok(Keys {
            cipher: Zeroizing::new(cipher.to_vec()),
            iv: iv.try_into().map_err(|_| SshKeyProblem::Damaged)?,
            mac: Zeroizing::new(mac.to_vec()),
        })
    }

    /// Returns whether the MAC matches. It covers the bytes of the comment, which on Windows are in the
    /// system's code page, although the text is UTF-8 by now.
    fn is_sealed_by(&self, key: &[u8]) -> bool {
        let windows = codepage::encode(self.comment);
        self.is_sealed(key, self.comment.as_bytes())
            || windows.is_some_and(|comment| self.is_sealed(key, &comment))
            || self.lost_bytes().any(|comment| self.is_sealed(key, &comment))
    }

    /// Returns the possible comments if one or two of its bytes were not UTF-8 and were lost when the file
    /// was read.
    fn lost_bytes(&self) -> impl Iterator<Item = Vec<u8>> + use<'a> {
        const LOST: char = char::REPLACEMENT_CHARACTER;
        let parts: Vec<&str> = self.comment.split(LOST).collect();
        let lost = parts.len() - 1;
        let each = move |index: usize| if index < lost && lost <= 2 { 0x80..=0xff_u8 } else { 0..=0 };
        let none = !(1..=2).contains(&lost);
        let all = each(0).flat_map(move |first| each(1).map(move |second| [first, second]));
        all.filter(move |_| !none).map(move |bytes| {
            let mut comment = Vec::with_capacity(256);
            for (index, part) in parts.iter().enumerate() {
                comment.extend_from_slice(part.as_bytes());
                comment.extend(bytes.get(index).filter(|_| index < lost));
            }
            comment
        })
    }

    fn is_sealed(&self, key: &[u8], comment: &[u8]) -> bool {
        let mut sealed = Zeroizing::new(Vec::with_capacity(self.public.len() + self.private.len() + 1_024));
        let parts: [&[u8]; 5] =
            [self.algorithm.as_bytes(), self.encryption.as_bytes(), comment, &self.public, &self.private];
        for part in parts {
            sealed.extend_from_slice(&u32::try_from(part.len()).unwrap_or_default().to_be_bytes());
            sealed.extend_from_slice(part);
        }
        let hash = if self.version == 2 { HMAC_SHA1_FOR_LEGACY_USE_ONLY } else { HMAC_SHA256 };
        hmac::verify(&hmac::Key::new(hash, key), &sealed, &self.mac).is_ok()
    }
}

/// Derives the keys of version 2, all by SHA-1.
fn old_keys(passphrase: &[u8]) -> Keys {
    let mut cipher = Zeroizing::new(Vec::with_capacity(40));
    for count in 0..2_u32 {
        let input = Zeroizing::new([&count.to_be_bytes(), passphrase].concat());
        cipher.extend_from_slice(digest(&SHA1_FOR_LEGACY_USE_ONLY, &input).as_ref());
    }
    cipher.truncate(32);
    Keys { cipher, iv: [0; 16], mac: old_mac_key(passphrase) }
}

fn old_mac_key(passphrase: &[u8]) -> Zeroizing<Vec<u8>> {
    let input = Zeroizing::new([OLD_MAC_KEY, passphrase].concat());
    Zeroizing::new(digest(&SHA1_FOR_LEGACY_USE_ONLY, &input).as_ref().to_vec())
}

fn pair(algorithm: &str, public: &[u8], private: &[u8]) -> Result<(KeypairData, bool), SshKeyProblem> {
    let sound = |key| (key, true);
    let (mut public, mut private) = (public, private);
    if string(&mut public)?.as_slice() != algorithm.as_bytes() {
        return Err(SshKeyProblem::Damaged);
    }
    match algorithm {
        "ssh-ed25519" => {
            // A little-endian number: zeros at its end are omitted.
            let number = string(&mut private)?;
            let mut seed = Zeroizing::new([0; 32]);
            seed.get_mut(..number.len()).ok_or(SshKeyProblem::Damaged)?.copy_from_slice(&number);
            material::ed25519(seed.as_slice()).map(sound)
        }
        "ssh-rsa" => {
            let (public_exponent, modulus) = (string(&mut public)?, string(&mut public)?);
            let private_exponent = string(&mut private)?;
            let (p, q, inverse) = (string(&mut private)?, string(&mut private)?, string(&mut private)?);
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
        "ecdsa-sha2-nistp256" | "ecdsa-sha2-nistp384" | "ecdsa-sha2-nistp521" => {
            let curve = Curve::named(&string(&mut public)?).ok_or(SshKeyProblem::Damaged)?;
            material::ecdsa(curve, &string(&mut private)?).map(sound)
        }
        "ssh-dss" => Err(SshKeyProblem::Dsa),
        name if name.starts_with("sk-") => Err(SshKeyProblem::HardwareKey),
        _ => Err(SshKeyProblem::Unsupported),
    }
}
