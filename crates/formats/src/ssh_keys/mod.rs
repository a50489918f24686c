//! Parses, checks and generates SSH private keys. The input has passed the rules of `domain`; the output is a
//! text that OpenSSH can use, and the public facts of the key.
//!
//! Each form is parsed here down to the numbers, and the key is built from them with `ssh-key`, because its
//! own parsers reject one P-256 key in 256 (a leading zero byte) and misread as many Ed25519 keys in
//! `PuTTY`'s form.

mod codepage;
mod der;
mod digits;
mod form;
mod material;
mod openssh;
mod pbe;
mod pem;
mod putty;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use domain::{
    secret::{NewSshKeyKind, PrivateKeyText, SshKeyAlgorithm, SshKeyFacts, SshKeyProblem},
    sensitive::Sensitive,
};
use form::Form;
use ssh_key::{HashAlg, LineEnding, PrivateKey, private::KeypairData};

/// A parsed key: the text to store, and the facts to show.
#[derive(Clone, Debug)]
pub struct ReadKey {
    /// The key as OpenSSH can use it: no passphrase, LF line ends, a final newline; Ed25519 always in
    /// OpenSSH's own form.
    pub text: PrivateKeyText,
    /// The public facts of the key.
    pub facts: SshKeyFacts,
}

/// Parses a key on the current thread, with its passphrase if it has one.
///
/// Errors: what is wrong with the key.
pub fn read(pasted: &PrivateKeyText) -> Result<ReadKey, SshKeyProblem> {
    let (text, passphrase) = (pasted.value(), pasted.passphrase());
    let Form { key, usable } = if text.expose().starts_with(putty::START) {
        putty::read(text.expose(), passphrase)?
    } else {
        pem::read(text.expose(), passphrase)?
    };
    let facts = facts(&key)?;
    // OpenSSH cannot read a comment that cannot be shown unchanged, because a NUL ends it there.
    let usable = usable && comment(&key).as_bytes() == key.comment().as_bytes();
    let text = if usable { text.clone() } else { write(&key)? };
    // Without the passphrase. The written text has to pass the same rules as the pasted one.
    Ok(ReadKey { text: PrivateKeyText::parse(&text)?, facts })
}

/// Returns the key of a stored text, to log in with.
///
/// Errors: the text was stored before keys were parsed, and cannot be parsed.
pub fn load(stored: &PrivateKeyText) -> Result<PrivateKey, SshKeyProblem> {
    let text = stored.value().expose();
    let empty = Sensitive::default();
    let form =
        if text.starts_with(putty::START) { putty::read(text, &empty) } else { pem::read(text, &empty) };
    form.map(|form| form.key)
}

/// Writes OpenSSH's own form (PROTOCOL.key).
fn write(key: &PrivateKey) -> Result<Sensitive, SshKeyProblem> {
    // The comment is kept as it may be shown.
    let mut key = key.clone();
    key.set_comment(comment(&key).as_bytes());
    let text = key.to_openssh(LineEnding::LF).map_err(|_| SshKeyProblem::Damaged)?;
    Ok(Sensitive::new(text.as_str()))
}

fn comment(key: &PrivateKey) -> String {
    SshKeyFacts::clean_comment(&String::from_utf8_lossy(key.comment().as_bytes()))
}

/// Returns the public facts of a key.
///
/// Errors: the key is of a kind that is not supported.
pub fn facts(key: &PrivateKey) -> Result<SshKeyFacts, SshKeyProblem> {
    let algorithm = SshKeyAlgorithm::parse(key.algorithm().as_str()).ok_or(SshKeyProblem::Unsupported)?;
    let bits = match (algorithm, key.key_data()) {
        (SshKeyAlgorithm::Rsa, KeypairData::Rsa(pair)) => pair.key_size(),
        (SshKeyAlgorithm::EcdsaP384, _) => 384,
        (SshKeyAlgorithm::EcdsaP521, _) => 521,
        _ => 256,
    };
    let line = key.public_key().to_openssh().map_err(|_| SshKeyProblem::Damaged)?;
    let public_key = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
    Ok(SshKeyFacts { algorithm, bits, fingerprint, comment: comment(key), public_key })
}

/// Generates a pair; an Ed25519 pair from the 256 random bits of `seed`.
///
/// Errors: `ReaderFailed`, if a generator failed its own tests.
pub fn generate(kind: NewSshKeyKind, comment: &str, seed: &[u8; 32]) -> Result<ReadKey, SshKeyProblem> {
    generate_pair(kind, seed)
        .and_then(|pair| Form::new(pair, comment.as_bytes(), false))
        .and_then(|Form { key, .. }| {
            Ok(ReadKey { text: PrivateKeyText::parse(&write(&key)?)?, facts: facts(&key)? })
        })
        .map_err(|_| SshKeyProblem::ReaderFailed)
}

fn generate_pair(kind: NewSshKeyKind, seed: &[u8; 32]) -> Result<KeypairData, SshKeyProblem> {
    match kind {
        NewSshKeyKind::Ed25519 => material::ed25519(seed),
        // A generator that others have tested; `rsa`'s own takes ten times as long.
        NewSshKeyKind::Rsa4096 => {
            let pair = KeyPair::generate(KeySize::Rsa4096).map_err(|_| SshKeyProblem::ReaderFailed)?;
            let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| SshKeyProblem::ReaderFailed)?;
            der::pkcs8(der.as_ref()).map(|(pair, _)| pair)
        }
    }
}

#[cfg(test)]
mod tests;
