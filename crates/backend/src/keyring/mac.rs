//! Message authentication codes over rows: whoever writes to the database without the key cannot make a row that grants
//! anything, or change one. HMAC-SHA-256 (RFC 2104) under a key for each purpose, derived by HKDF (RFC 5869) from a key
//! encryption key.

use super::{Kek, envelope::KEY_BYTES};
use aws_lc_rs::{
    hkdf::{HKDF_SHA256, Salt},
    hmac::{self, HMAC_SHA256},
};
use std::fmt;

/// The length of a key's id, which precedes each code.
pub(super) const ID_BYTES: usize = 8;

/// The salt that binds the derived keys to this product.
const SALT: &[u8] = b"latchkey message authentication";

/// The purpose of a code. Each has a key of its own, so that no code is valid for another purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The identity and role of a user.
    User,
    /// The user of a session, and its end.
    Session,
    /// The rights of an API token.
    ApiToken,
    /// The user of a one-time link.
    Link,
    /// The type, the name and the host that a sealed value belongs to.
    Secret,
    /// The host, the account and the key that an earlier value belongs to.
    SecretVersion,
    /// An audit record, and by its hash every one before it.
    AuditRecord,
    /// The last audit record, after which no other comes.
    AuditHead,
    /// The checksums of a backup.
    Backup,
    /// The addresses that a person is written to.
    MailAddress,
    /// A link that ends a person's mails.
    Unsubscribe,
}

impl Purpose {
    const ALL: [Self; 11] = [
        Self::User,
        Self::Session,
        Self::ApiToken,
        Self::Link,
        Self::Secret,
        Self::SecretVersion,
        Self::AuditRecord,
        Self::AuditHead,
        Self::Backup,
        Self::MailAddress,
        Self::Unsubscribe,
    ];

    /// Returns the label from which its key is derived. If the encoding under a purpose changes, the label must change, too.
    fn label(self) -> &'static str {
        match self {
            Self::User => "user, version 1",
            Self::Session => "session, version 1",
            Self::ApiToken => "API token, version 1",
            Self::Link => "one-time link, version 1",
            Self::Secret => "secret, version 1",
            Self::SecretVersion => "version of a secret, version 1",
            Self::AuditRecord => "audit record, version 1",
            Self::AuditHead => "audit head, version 1",
            Self::Backup => "backup, version 1",
            Self::MailAddress => "mail address, version 1",
            Self::Unsubscribe => "end of mails, version 1",
        }
    }
}

/// The message of a code: parts in their order, each after its length, so that no two rows give the same bytes.
pub(crate) struct Message {
    pub(super) purpose: Purpose,
    pub(super) bytes: Vec<u8>,
}

impl Message {
    pub(crate) fn new(purpose: Purpose) -> Self {
        Self { purpose, bytes: Vec::with_capacity(256) }
    }

    pub(crate) fn bytes(mut self, part: &[u8]) -> Self {
        self.bytes.push(1);
        self.bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        self.bytes.extend_from_slice(part);
        self
    }

    pub(crate) fn text(self, part: &str) -> Self {
        self.bytes(part.as_bytes())
    }

    /// Adds a part that may be missing, which is not the same as an empty one.
    pub(crate) fn maybe<P: AsRef<[u8]>>(mut self, part: Option<P>) -> Self {
        if let Some(part) = part {
            self.bytes(part.as_ref())
        } else {
            self.bytes.push(0);
            self
        }
    }

    pub(crate) fn number(self, part: i64) -> Self {
        self.bytes(&part.to_be_bytes())
    }

    pub(crate) fn maybe_number(self, part: Option<i64>) -> Self {
        self.maybe(part.map(i64::to_be_bytes))
    }

    /// Adds several texts, after their number.
    pub(crate) fn maybe_list(self, part: Option<&[String]>) -> Self {
        let Some(texts) = part else { return self.maybe(None::<&[u8]>) };
        let number = i64::try_from(texts.len()).unwrap_or(i64::MAX);
        texts.iter().fold(self.number(number), |message, text| message.text(text))
    }
}

/// The reason why a row is not what the portal wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Doubt {
    /// The row has no code.
    #[error("the row has no authentication code")]
    Missing,
    /// The code names a key that is not at hand, or that is retired.
    #[error("the row's authentication code is of a key that is not at hand, or retired")]
    OtherKey,
    /// The code is for other contents.
    #[error("the row is not what the portal wrote")]
    Wrong,
}

/// The keys derived from one key encryption key, one for each purpose.
#[derive(Clone)]
pub(super) struct MacKeys(Vec<hmac::Key>);

impl MacKeys {
    /// Derives the keys. `None` if the library fails, for which it has no reason.
    pub(super) fn derive(kek: &Kek) -> Option<Self> {
        let bytes: &[u8; KEY_BYTES] = kek.bytes();
        let extracted = Salt::new(HKDF_SHA256, SALT).extract(bytes);
        let derive = |purpose: Purpose| {
            let info = [purpose.label().as_bytes()];
            extracted.expand(&info, HMAC_SHA256).ok().map(hmac::Key::from)
        };
        Purpose::ALL.into_iter().map(derive).collect::<Option<Vec<_>>>().map(Self)
    }

    pub(super) fn of(&self, purpose: Purpose) -> Option<&hmac::Key> {
        let place = Purpose::ALL.into_iter().position(|known| known == purpose)?;
        self.0.get(place)
    }
}

impl fmt::Debug for MacKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MacKeys([REDACTED])")
    }
}

/// Returns the id of the key that a code names, whether or not that key exists.
pub(crate) fn key_id(mac: &[u8]) -> Option<String> {
    mac.split_at_checked(ID_BYTES).map(|(id, _)| crate::random::hex(id))
}

pub(super) fn id_bytes(id: &str) -> Option<[u8; ID_BYTES]> {
    u64::from_str_radix(id, 16).ok().map(u64::to_be_bytes).filter(|_| id.len() == ID_BYTES * 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::{Kek, Keyring};
    use proptest::prelude::*;

    fn keyring() -> (Keyring, String) {
        let kek = Kek::generate().unwrap();
        let id = kek.id();
        (Keyring::new(vec![kek]), id)
    }

    fn user(name: &str) -> Message {
        Message::new(Purpose::User).text(name)
    }

    #[test]
    fn vouches_accepts_mac_only_for_its_message_purpose_and_key() {
        let (keyring, id) = keyring();
        let mac = keyring.mac(&id, &user("ana")).unwrap();
        assert_eq!((mac.len(), crate::random::hex(&mac[..ID_BYTES])), (40, id.clone()));
        assert_eq!(keyring.vouches(&user("ana"), Some(&mac)), Ok(()));
        assert_eq!(keyring.vouches(&user("eve"), Some(&mac)), Err(Doubt::Wrong));
        for purpose in Purpose::ALL.into_iter().filter(|purpose| *purpose != Purpose::User) {
            let message = Message::new(purpose).text("ana");
            assert_eq!(keyring.vouches(&message, Some(&mac)), Err(Doubt::Wrong), "{purpose:?}");
        }
        assert_eq!(keyring.vouches(&user("ana"), None), Err(Doubt::Missing));
        for end in 0..mac.len() {
            assert!(keyring.vouches(&user("ana"), Some(&mac[..end])).is_err(), "cut at {end}");
            let mut changed = mac.clone();
            changed[end] ^= 1;
            assert!(keyring.vouches(&user("ana"), Some(&changed)).is_err(), "changed at {end}");
        }
        let (other, other_id) = self::keyring();
        assert_eq!(other.vouches(&user("ana"), Some(&mac)), Err(Doubt::OtherKey));
        let theirs = other.mac(&other_id, &user("ana")).unwrap();
        let relabelled = [&mac[..ID_BYTES], &theirs[ID_BYTES..]].concat();
        assert_eq!(keyring.vouches(&user("ana"), Some(&relabelled)), Err(Doubt::Wrong));
        assert!(keyring.mac(&other_id, &user("ana")).is_err());
        assert_eq!(format!("{keyring:?}").matches("[REDACTED]").count(), 2, "{keyring:?}");
    }

    #[test]
    fn message_encodes_no_two_rows_alike() {
        let list = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let of = || Message::new(Purpose::ApiToken);
        let all = [
            of().text("ab").text("c"),
            of().text("a").text("bc"),
            of().text("abc"),
            of().text("abc").text(""),
            of().text("abc").maybe(None::<&str>),
            of().maybe(Some("abc")).maybe(Some("x")),
            of().text("abc").maybe_list(Some(&list(&[]))),
            of().text("abc").maybe_list(Some(&list(&["a", "b"]))),
            of().text("abc").maybe_list(Some(&list(&["ab"]))),
            of().text("abc").maybe_list(Some(&list(&["a"]))).text("b"),
            of().number(1),
            of().number(-1),
            of().maybe_number(None),
        ];
        for (place, message) in all.iter().enumerate() {
            assert!(all[..place].iter().all(|other| other.bytes != message.bytes), "number {place}");
        }
    }

    proptest! {
        #[test]
        fn message_separates_parts_wherever_they_are_cut(text in "[ab]{0,8}", one in 0usize..9, other in 0usize..9) {
            let (one, other) = (one.min(text.len()), other.min(text.len()));
            let cut = |at: usize| Message::new(Purpose::User).text(&text[..at]).text(&text[at..]).bytes;
            prop_assert_eq!(cut(one) == cut(other), one == other);
        }
    }
}
