//! SSH private keys, read, checked and made. Reading takes what `domain` let pass; what comes out is a text that OpenSSH
//! itself can use, and what may be known of the key by everybody.
//!
//! The forms are taken apart here, down to the numbers, and the key is put together from them with `ssh-key`: its own
//! readers refuse one P-256 key in 256 (a leading zero byte) and misread as many Ed25519 keys in `PuTTY`'s form.

mod agent;
mod codepage;
mod der;
mod material;
mod openssh;
mod pbe;
mod pem;
mod putty;

pub use agent::{AgentError, add_to_agent};

use crate::random;
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use domain::{
    error::Error,
    secret::{KeyAlgorithm, KeyFacts, KeyProblem, NewKeyKind, PrivateKeyText},
    sensitive::Sensitive,
};
use ssh_key::{HashAlg, LineEnding, PrivateKey, private::KeypairData};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// As many keys at once: each may take a core for seconds, and up to 64 MiB.
const AT_ONCE: usize = 2;

/// How long to wait for one's turn.
const PATIENCE: Duration = Duration::from_secs(8);

/// A key that was read: what is stored, and what is shown.
#[derive(Clone, Debug)]
pub(crate) struct ReadKey {
    /// As OpenSSH can use it: no passphrase, LF line ends, a final newline; Ed25519 always in OpenSSH's own form.
    pub(crate) text: PrivateKeyText,
    pub(crate) facts: KeyFacts,
}

/// Reads and makes keys, a few at a time and off the threads that answer. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct KeyReader {
    turns: Arc<Semaphore>,
}

/// Why a key was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotRead {
    /// Something is wrong with the key.
    Problem(KeyProblem),
    /// It is not the key's fault.
    Failed(Error),
}

impl KeyReader {
    pub(crate) fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Reads a key, trying its passphrase where it has one.
    pub(crate) async fn read(&self, pasted: &PrivateKeyText) -> Result<ReadKey, NotRead> {
        let pasted = pasted.clone();
        self.in_turn(move || read(&pasted)).await?.map_err(NotRead::Problem)
    }

    /// Makes a pair.
    pub(crate) async fn generate(&self, kind: NewKeyKind, comment: String) -> Result<ReadKey, NotRead> {
        self.in_turn(move || generate(kind, &comment))
            .await?
            .map_err(|Failure| NotRead::Problem(KeyProblem::ReaderFailed))
    }

    /// Does work that may take a core for seconds, a few at a time and off the threads that answer.
    pub(crate) async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotRead> {
        let busy = || NotRead::Failed(Error::Unavailable);
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|error| {
            // A fault of ours, and of this key alone: the database answers, and others can be read.
            tracing::error!(panicked = error.is_panic(), "reading a key failed");
            NotRead::Problem(KeyProblem::ReaderFailed)
        })
    }
}

/// Reads a key on this thread.
pub(crate) fn read(pasted: &PrivateKeyText) -> Result<ReadKey, KeyProblem> {
    let (text, passphrase) = (pasted.value(), pasted.passphrase());
    let Form { key, usable } = if text.expose().starts_with(putty::START) {
        putty::read(text.expose(), passphrase)?
    } else {
        pem::read(text.expose(), passphrase)?
    };
    let facts = facts(&key)?;
    // A comment that cannot be shown as it is stands in the way of OpenSSH, too: a NUL ends it there.
    let usable = usable && comment(&key).as_bytes() == key.comment().as_bytes();
    let text = if usable { text.clone() } else { write(&key)? };
    // Without the passphrase. What was written is held to the same rules as what was pasted.
    Ok(ReadKey { text: PrivateKeyText::parse(&text)?, facts })
}

/// The key of a text that is stored, for whoever logs in with it.
///
/// Errors: it was stored before keys were read, and is none that can be.
pub(crate) fn load(stored: &PrivateKeyText) -> Result<PrivateKey, KeyProblem> {
    let text = stored.value().expose();
    let empty = Sensitive::default();
    let form =
        if text.starts_with(putty::START) { putty::read(text, &empty) } else { pem::read(text, &empty) };
    form.map(|form| form.key)
}

/// What a form holds, and whether OpenSSH can use it as it is.
struct Form {
    key: PrivateKey,
    usable: bool,
}

impl Form {
    fn new(key: KeypairData, comment: &[u8], usable: bool) -> Result<Self, KeyProblem> {
        let key = PrivateKey::new(key, comment).map_err(|_| KeyProblem::Damaged)?;
        Ok(Self { key, usable })
    }

    /// Refuses a key whose halves do not belong together.
    fn with_public(self, stated: &[u8]) -> Result<Self, KeyProblem> {
        let derived = self.key.public_key().to_bytes().map_err(|_| KeyProblem::Damaged)?;
        if derived == stated { Ok(self) } else { Err(KeyProblem::HalvesDiffer) }
    }
}

/// OpenSSH's own form (PROTOCOL.key).
fn write(key: &PrivateKey) -> Result<Sensitive, KeyProblem> {
    // The comment travels along only as it may be shown.
    let mut key = key.clone();
    key.set_comment(comment(&key).as_bytes());
    let text = key.to_openssh(LineEnding::LF).map_err(|_| KeyProblem::Damaged)?;
    Ok(Sensitive::new(text.as_str()))
}

fn comment(key: &PrivateKey) -> String {
    KeyFacts::clean_comment(&String::from_utf8_lossy(key.comment().as_bytes()))
}

fn facts(key: &PrivateKey) -> Result<KeyFacts, KeyProblem> {
    let algorithm = KeyAlgorithm::parse(key.algorithm().as_str()).ok_or(KeyProblem::Unsupported)?;
    let bits = match (algorithm, key.key_data()) {
        (KeyAlgorithm::Rsa, KeypairData::Rsa(pair)) => pair.key_size(),
        (KeyAlgorithm::EcdsaP384, _) => 384,
        (KeyAlgorithm::EcdsaP521, _) => 521,
        _ => 256,
    };
    let line = key.public_key().to_openssh().map_err(|_| KeyProblem::Damaged)?;
    let public_key = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
    Ok(KeyFacts { algorithm, bits, fingerprint, comment: comment(key), public_key })
}

/// No randomness, or a generator that failed its own tests.
struct Failure;

fn generate(kind: NewKeyKind, comment: &str) -> Result<ReadKey, Failure> {
    let pair = match kind {
        NewKeyKind::Ed25519 => {
            let seed = zeroize::Zeroizing::new(random::bytes::<32>().map_err(|_| Failure)?);
            material::ed25519(seed.as_slice())
        }
        // A generator that others have tested; `rsa`'s own takes ten times as long.
        NewKeyKind::Rsa4096 => {
            let pair = KeyPair::generate(KeySize::Rsa4096).map_err(|_| Failure)?;
            let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| Failure)?;
            der::pkcs8(der.as_ref()).map(|(pair, _)| pair)
        }
    };
    let form = pair.and_then(|pair| Form::new(pair, comment.as_bytes(), false)).map_err(|_| Failure)?;
    let text = write(&form.key).and_then(|text| PrivateKeyText::parse(&text)).map_err(|_| Failure)?;
    let facts = facts(&form.key).map_err(|_| Failure)?;
    Ok(ReadKey { text, facts })
}

#[cfg(test)]
mod tests;
