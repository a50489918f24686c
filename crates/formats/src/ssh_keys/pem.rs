//! Parses keys between `BEGIN` and `END` lines.

use super::{
    der,
    digits::{from_hex, not_base64},
    form::Form,
    openssh,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{secret::SshKeyProblem, sensitive::Sensitive};
use md5::{Digest, Md5};
use ssh_key::Cipher;
use zeroize::Zeroizing;

/// The longest line that OpenSSL, with which OpenSSH reads all forms but its own, is sure to read.
const LONGEST_LINE: usize = 76;

/// Returns whether every reader accepts these lines: base64 alone, and all but the last of one length.
fn is_regular(body: &str) -> bool {
    let width = body.lines().next().map_or(0, str::len);
    let mut lines = body.lines().peekable();
    let mut good = true;
    while let Some(line) = lines.next() {
        good &= !line.contains([' ', '\t'])
            && (line.len() == width || lines.peek().is_none() && line.len() < width);
    }
    good
}

type Read = fn(&[u8]) -> Result<der::Pair, SshKeyProblem>;

/// Parses a key whose `text` has passed the rules of `domain`.
pub(super) fn read(text: &str, passphrase: &Sensitive) -> Result<Form, SshKeyProblem> {
    let rest = text.strip_prefix("-----BEGIN ").ok_or(SshKeyProblem::NotAKey)?;
    let (label, rest) = rest.split_once("-----\n").ok_or(SshKeyProblem::Damaged)?;
    let (inside, _) = rest.split_once("-----END ").ok_or(SshKeyProblem::Truncated)?;
    let (headers, body) = match inside.split_once("\n\n") {
        Some((headers, body)) => (Some(headers), body),
        None => (None, inside),
    };
    let mut digits = Zeroizing::new(String::with_capacity(body.len()));
    digits.extend(body.chars().filter(|c| !c.is_ascii_whitespace()));
    let regular = is_regular(body);
    let mut bytes = Zeroizing::new(STANDARD.decode(digits.as_bytes()).map_err(|error| not_base64(&error))?);
    let protected = headers.is_some();
    if let Some(headers) = headers {
        decrypt(headers, passphrase, &mut bytes)?;
    }
    if label == "OPENSSH PRIVATE KEY" {
        return openssh::read(&bytes, passphrase, regular);
    }
    let whole = bytes.len();
    let length = der::length(&bytes).unwrap_or(whole);
    bytes.truncate(length);
    let exact = bytes.len() == whole;
    let (own, others): (Read, _) = match label {
        "RSA PRIVATE KEY" => (der::pkcs1, [der::pkcs8 as Read, der::sec1]),
        "EC PRIVATE KEY" => (der::sec1, [der::pkcs8 as Read, der::pkcs1]),
        "PRIVATE KEY" => (der::pkcs8, [der::pkcs1 as Read, der::sec1]),
        "ENCRYPTED PRIVATE KEY" => {
            return Form::new(der::encrypted_pkcs8(&bytes, passphrase)?.0, b"", false);
        }
        _ => return Err(SshKeyProblem::NotAKey),
    };
    let key = match own(&bytes) {
        // Some makers write one form under the label of another, and OpenSSL goes by the content.
        Err(SshKeyProblem::Damaged) => {
            let mut read = others.iter().map(|read| read(&bytes));
            // The parser of the right form says what is wrong with the key.
            let other = read.find(|read| !matches!(read, Err(SshKeyProblem::Damaged)));
            other.unwrap_or(Err(SshKeyProblem::Damaged)).map(|(key, _)| (key, false))
        }
        key => key,
    };
    let (key, sound) = match key {
        // A wrong passphrase now and then gives bytes that look padded.
        Err(problem) if protected && problem.is_no_form() => return Err(SshKeyProblem::WrongPassphrase),
        Err(SshKeyProblem::Damaged) if !exact => return Err(SshKeyProblem::Longer),
        key => key?,
    };
    let short_lines = body.lines().all(|line| line.len() <= LONGEST_LINE);
    let usable = !protected && exact && short_lines && regular && sound && der::is_for_openssh(&key);
    Form::new(key, b"", usable)
}

/// Decrypts old PEM files (RFC 1421 headers), with the key that OpenSSL's `EVP_BytesToKey` derives by MD5 in
/// one round.
fn decrypt(headers: &str, passphrase: &Sensitive, bytes: &mut Vec<u8>) -> Result<(), SshKeyProblem> {
    let info = headers.lines().find_map(|line| line.strip_prefix("DEK-Info:"));
    let (name, iv) = info.and_then(|info| info.trim().split_once(',')).ok_or(SshKeyProblem::Damaged)?;
    let cipher = match name {
        "AES-128-CBC" => Cipher::Aes128Cbc,
        "AES-192-CBC" => Cipher::Aes192Cbc,
        "AES-256-CBC" => Cipher::Aes256Cbc,
        "DES-EDE3-CBC" => Cipher::TdesCbc,
        _ => return Err(SshKeyProblem::UnknownProtection),
    };
    let (key_size, iv_size) = cipher.key_and_iv_size().ok_or(SshKeyProblem::UnknownProtection)?;
    let iv = from_hex(iv).filter(|iv| iv.len() == iv_size).ok_or(SshKeyProblem::Damaged)?;
    let mut key = Zeroizing::new(Vec::with_capacity(48));
    while key.len() < key_size {
        let mut hash = Md5::new();
        hash.update(key.len().checked_sub(16).map_or(&[][..], |start| &key[start..]));
        hash.update(passphrase.expose().as_bytes());
        hash.update(&iv[..8]);
        key.extend_from_slice(&hash.finalize());
    }
    // Not a whole number of blocks: something was cut off.
    cipher.decrypt(&key[..key_size], &iv, bytes, None).map_err(|_| SshKeyProblem::Damaged)?;
    let padding = usize::from(bytes.last().copied().unwrap_or_default());
    let length = bytes.len().checked_sub(padding).filter(|_| (1..=iv_size).contains(&padding));
    match length {
        Some(length) if bytes[length..].iter().all(|byte| usize::from(*byte) == padding) => {
            bytes.truncate(length);
            Ok(())
        }
        _ => Err(SshKeyProblem::WrongPassphrase),
    }
}
