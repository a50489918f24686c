//! Public facts of a stored key: the public half, and what is derived from it.

use serde::{Deserialize, Serialize};

coded_enum! {
    /// The algorithm of a key.
    #[derive(Serialize, Deserialize)]
    pub enum SshKeyAlgorithm: as_str, label {
        /// Ed25519 (RFC 8709).
        Ed25519 = "ssh-ed25519", "Ed25519";
        /// RSA (RFC 4253, 6.6).
        Rsa = "ssh-rsa", "RSA";
        /// ECDSA on P-256 (RFC 5656).
        EcdsaP256 = "ecdsa-sha2-nistp256", "ECDSA";
        /// ECDSA on P-384.
        EcdsaP384 = "ecdsa-sha2-nistp384", "ECDSA";
        /// ECDSA on P-521.
        EcdsaP521 = "ecdsa-sha2-nistp521", "ECDSA";
    }
}

/// The public facts of a key. Derived when the key is stored, never from the value at display time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SshKeyFacts {
    /// The algorithm.
    pub algorithm: SshKeyAlgorithm,
    /// The size, as `ssh-keygen -lf` prints it.
    pub bits: u32,
    /// The fingerprint as `ssh-keygen -lf` prints it: `SHA256:` and base64 without padding.
    pub fingerprint: String,
    /// The comment, often empty.
    pub comment: String,
    /// The public key in base64, without algorithm and comment.
    pub public_key: String,
}

impl SshKeyFacts {
    /// The maximum length of a comment, in characters.
    pub const MAX_COMMENT_CHARS: usize = 200;

    /// Returns algorithm and size: "Ed25519, 256 bits".
    pub fn kind(&self) -> String {
        format!("{}, {} bits", self.algorithm.label(), self.bits)
    }

    /// Returns the public key as a line of `authorized_keys`, which is the form of deploy keys.
    pub fn public_line(&self) -> String {
        let line = format!("{} {}", self.algorithm.as_str(), self.public_key);
        if self.comment.is_empty() { line } else { format!("{line} {}", self.comment) }
    }

    /// Returns a comment that can be shown: no control characters, no direction overrides, not too long.
    pub fn clean_comment(comment: &str) -> String {
        let hidden = |c: char| {
            c.is_control()
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        let shown: String = comment.chars().filter(|c| !hidden(*c)).take(Self::MAX_COMMENT_CHARS).collect();
        shown.trim().to_owned()
    }
}

coded_enum! {
    /// The kind of key pair that the portal generates.
    pub enum NewSshKeyKind: as_str {
        /// Ed25519, which every current server accepts.
        Ed25519 = "ed25519";
        /// RSA with 4096 bits, for servers from before 2014.
        Rsa4096 = "rsa-4096";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_line_ends_in_the_comment_if_any() {
        let facts = SshKeyFacts {
            algorithm: SshKeyAlgorithm::Ed25519,
            bits: 256,
            fingerprint: "SHA256:x".to_owned(),
            comment: String::new(),
            public_key: "AAAA".to_owned(),
        };
        assert_eq!(facts.public_line(), "ssh-ed25519 AAAA");
        assert_eq!(facts.kind(), "Ed25519, 256 bits");
        let commented = SshKeyFacts { comment: "me@here".to_owned(), ..facts };
        assert_eq!(commented.public_line(), "ssh-ed25519 AAAA me@here");
    }

    #[test]
    fn clean_comment_keeps_visible_characters_and_bounds_the_length() {
        assert_eq!(SshKeyFacts::clean_comment(" ana@host\r\n\u{202e}x\0 "), "ana@hostx");
        assert_eq!(SshKeyFacts::clean_comment(&"é".repeat(300)).chars().count(), 200);
    }

    #[test]
    fn algorithm_parse_returns_what_was_formatted() {
        for algorithm in SshKeyAlgorithm::ALL {
            assert_eq!(SshKeyAlgorithm::parse(algorithm.as_str()), Some(algorithm));
        }
        for kind in NewSshKeyKind::ALL {
            assert_eq!(NewSshKeyKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(NewSshKeyKind::parse("dsa"), None);
    }
}
