//! Bytes that are written as digits.

use base64::DecodeError;
use domain::secret::SshKeyProblem;

/// Returns the problem of a text that is not base64.
pub(super) fn not_base64(error: &DecodeError) -> SshKeyProblem {
    match error {
        DecodeError::InvalidByte(..) => SshKeyProblem::StrayCharacter,
        _ => SshKeyProblem::UnevenBase64,
    }
}

/// Returns the bytes of pairs of hexadecimal digits.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
