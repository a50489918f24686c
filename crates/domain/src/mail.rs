//! Mail to people: their addresses, and when they are written to.

use crate::access::AccessProblem;
use std::fmt;

/// The longest address, and the longest part before the @, in bytes (RFC 5321, 4.5.3.1).
const MAX_ADDRESS: usize = 254;
const MAX_LOCAL: usize = 64;

/// The characters besides letters and digits that may stand before the @ (RFC 5322, `atext`).
const ATEXT: &[u8] = b"!#$%&'*+-/=?^_`{|}~";

/// The address of a person's mailbox, in ASCII and without quotation marks: `ana@example.org`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAddress(String);

impl MailAddress {
    /// Parses an address; ignores white space around it. The part after the @ is converted to lower case.
    ///
    /// Errors: `MailAddress`.
    pub fn parse(text: &str) -> Result<Self, AccessProblem> {
        let wrong = AccessProblem::MailAddress;
        let (local, host) = text.trim().rsplit_once('@').ok_or(wrong)?;
        let is_atom = |atom: &str| {
            !atom.is_empty() && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || ATEXT.contains(&byte))
        };
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if local.len() > MAX_LOCAL
            || local.len() + 1 + host.len() > MAX_ADDRESS
            || !local.split('.').all(is_atom)
            || !host.split('.').all(is_label)
            || host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        {
            return Err(wrong);
        }
        Ok(Self(format!("{local}@{}", host.to_ascii_lowercase())))
    }

    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

coded_enum! {
    /// How often a person is written to. The code is stored and sent.
    pub enum MailCadence: as_str {
        /// Whenever something happens.
        AtOnce = "at-once";
        /// Once a day, if something has happened.
        Daily = "daily";
        /// Once a week, if something has happened.
        Weekly = "weekly";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_address_parse_accepts_plain_addresses_alone() {
        for (typed, address) in [
            (" Ana@Example.ORG ", "Ana@example.org"),
            ("a.b+latchkey@mail.example", "a.b+latchkey@mail.example"),
            ("root@localhost", "root@localhost"),
            ("o'neil@example.org", "o'neil@example.org"),
        ] {
            assert_eq!(MailAddress::parse(typed).unwrap().as_str(), address);
        }
        let (long, longer) = ("a".repeat(65), "b.".repeat(126));
        for typed in [
            "",
            "ana",
            "@example.org",
            "ana@",
            "a b@example.org",
            "a..b@example.org",
            ".a@example.org",
            "\"a b\"@example.org",
            "a@b@example.org",
            "ana@example..org",
            "ana@-example.org",
            "ana@exa_mple.org",
            "ana@[127.0.0.1]",
            "ana@127.0.0.1",
            "ana@example.org\r\nBcc: eve@example.org",
            "ana@example.org,eve@example.org",
            "Ana <ana@example.org>",
            "añá@example.org",
            "ana@exämple.org",
            &format!("{long}@example.org"),
            &format!("a@{longer}org"),
        ] {
            assert_eq!(MailAddress::parse(typed), Err(AccessProblem::MailAddress), "{typed:?}");
        }
    }
}
