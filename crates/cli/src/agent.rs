//! Adding a key to a running SSH agent, by the agent's protocol (draft-ietf-sshm-ssh-agent). russh's client sends no comment,
//! by which people tell keys apart.

use domain::secret::{PrivateKeyText, SshKeyProblem};
use formats::ssh_keys::{facts, load};
use ssh_key::encoding::{self, Encode};
use std::{
    io::{self, Read, Write},
    num::NonZeroU32,
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};
use zeroize::Zeroizing;

const ADD_IDENTITY: u8 = 17;
const ADD_ID_CONSTRAINED: u8 = 25;
const CONSTRAIN_LIFETIME: u8 = 1;
const SUCCESS: u8 = 6;

/// The longest wait for an answer, because an agent may ask its user first.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);

/// The reason why a key is not in the agent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AgentError {
    /// The key cannot be used.
    #[error("{}", .0.message())]
    Key(SshKeyProblem),
    /// The key has no form that an agent reads.
    #[error("the key cannot be written for an agent")]
    Encoding(#[from] encoding::Error),
    /// There is no agent, or it went away.
    #[error("the agent does not answer: {0}")]
    Io(#[from] io::Error),
    /// The agent refused the key.
    #[error("the agent does not take the key")]
    Refused,
}

/// Adds a key to the agent at this socket, for `lifetime` seconds or until it is removed, and returns the key's
/// fingerprint. The key goes from memory to memory.
///
/// Errors: as in [`AgentError`].
pub(crate) fn add_to_agent(
    socket: &Path,
    key: &PrivateKeyText,
    comment: &str,
    lifetime: Option<NonZeroU32>,
) -> Result<String, AgentError> {
    let key = load(key).map_err(AgentError::Key)?;
    let fingerprint = facts(&key).map_err(AgentError::Key)?.fingerprint;
    let pair = key.key_data();
    // Allocated at full size, because a buffer that grows leaves copies behind.
    let mut message = Zeroizing::new(Vec::with_capacity(pair.encoded_len()? + comment.len() + 16));
    message.push(if lifetime.is_some() { ADD_ID_CONSTRAINED } else { ADD_IDENTITY });
    pair.encode(&mut *message)?;
    comment.encode(&mut *message)?;
    if let Some(seconds) = lifetime {
        message.push(CONSTRAIN_LIFETIME);
        seconds.get().encode(&mut *message)?;
    }
    let length = u32::try_from(message.len()).map_err(|_| AgentError::Refused)?;
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
    stream.write_all(&length.to_be_bytes())?;
    stream.write_all(&message)?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer)?;
    if answer == [0, 0, 0, 1, SUCCESS] { Ok(fingerprint) } else { Err(AgentError::Refused) }
}
