//! Browsers in which somebody has signed in: they are recognized when the session has ended, so that what was typed meanwhile
//! can wait in the browser, for the same person only.

use super::service::NewSession;
use crate::{keyring::Kek, random};
use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    hkdf::{HKDF_SHA256, Salt},
    hmac::{self, HMAC_SHA256},
};
use domain::{
    access::{Role, UserName},
    sensitive::Sensitive,
};
use std::{fmt, sync::Arc};
use uuid::Uuid;

/// The salt that binds the derived keys to this use.
const SALT: &[u8] = b"latchkey browsers, version 1";

/// The keys that recognize marks and texts that the portal gave to a browser. Nothing of these is stored: they carry an
/// HMAC-SHA-256 (RFC 2104) under a key derived by HKDF (RFC 5869) from each key encryption key, so that all servers agree.
/// Cheap to clone.
#[derive(Clone)]
pub struct Browsers(Arc<[hmac::Key]>);

impl fmt::Debug for Browsers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Browsers([REDACTED])")
    }
}

/// A browser in which this user was the last to sign in.
#[derive(Clone, Debug)]
pub struct Browser {
    user: Uuid,
    mark: Sensitive,
}

impl Browser {
    /// Returns whether it was this user.
    pub fn is_of(&self, user: Uuid) -> bool {
        self.user == user
    }

    /// Returns the name and role with which the person signed in that the text of a mark names. Unverified, because this is
    /// asked while nothing can be verified: for showing alone, to the browser that sent the mark.
    pub fn shown_person(mark: &Sensitive) -> Option<(String, Role)> {
        let (text, _) = mark.expose().rsplit_once('.')?;
        let (role, name) = text.splitn(3, '.').nth(2)?.split_once('.')?;
        Some((UserName::parse(name).ok()?.as_str().to_owned(), Role::parse(role)?))
    }

    /// Returns the mark by which the browser is recognized.
    pub fn mark(&self) -> &Sensitive {
        &self.mark
    }
}

impl Browsers {
    pub(crate) fn new(keys: &[Kek]) -> Self {
        let derive = |kek: &Kek| {
            let extracted = Salt::new(HKDF_SHA256, SALT).extract(kek.to_text().expose().as_bytes());
            extracted.expand(&[], HMAC_SHA256).ok().map(hmac::Key::from)
        };
        Self(keys.iter().filter_map(derive).collect())
    }

    /// Returns the browser in which this user signs in now: the known one, if it was the same user in the same role. `None`
    /// without a key.
    pub fn admit(&self, session: &NewSession, known: Option<Browser>) -> Option<Browser> {
        let NewSession { user, person, .. } = session;
        let user = *user;
        let is_same = |known: &Browser| {
            known.is_of(user) && Browser::shown_person(known.mark()).as_ref() == Some(person)
        };
        if let Some(known) = known.filter(is_same) {
            return Some(known);
        }
        let nonce = random::hex(&random::bytes::<16>().ok()?);
        let (name, role) = person;
        let text = format!("{}.{nonce}.{}.{name}", user.simple(), role.as_str());
        let code = self.codes("mark", &[&text]).next()?;
        Some(Browser { user, mark: Sensitive::new(format!("{text}.{code}")) })
    }

    /// Returns the browser with this mark; `None` if the portal has not issued it.
    pub fn recognize(&self, mark: &Sensitive) -> Option<Browser> {
        let (text, code) = mark.expose().rsplit_once('.')?;
        let user = text.split('.').next()?.parse().ok()?;
        self.is_own("mark", &[text], code).then(|| Browser { user, mark: mark.clone() })
    }

    /// Returns the code with which this browser returns the text to the page at this path.
    pub fn seal(&self, browser: &Browser, path: &str, text: &str) -> Option<String> {
        self.codes("text", &[browser.mark.expose(), path, text]).next()
    }

    /// Returns whether `seal` got this text, in the same browser, for the same path.
    pub fn is_sealed(&self, browser: &Browser, path: &str, text: &str, code: &str) -> bool {
        self.is_own("text", &[browser.mark.expose(), path, text], code)
    }

    fn is_own(&self, purpose: &str, parts: &[&str], code: &str) -> bool {
        self.codes(purpose, parts).any(|own| verify_slices_are_equal(own.as_bytes(), code.as_bytes()).is_ok())
    }

    /// Returns the code under each key, over each part after its length, so that no two lists of parts give the same bytes.
    fn codes(&self, purpose: &str, parts: &[&str]) -> impl Iterator<Item = String> {
        let mut bytes = Vec::new();
        for part in [purpose].iter().chain(parts) {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        self.0.iter().map(move |key| random::hex(hmac::sign(key, &bytes).as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn recognize_accepts_only_issued_marks() {
        let (old, new) = (Kek::generate().unwrap(), Kek::generate().unwrap());
        let browsers = Browsers::new(std::slice::from_ref(&old));
        let session = |id, name: &str, role| NewSession {
            user: Uuid::from_u128(id),
            person: (name.to_owned(), role),
            token: Sensitive::default(),
            absolute: Duration::from_secs(1),
        };
        let (ana_in, eve_in) = (session(1, "ana.b@x", Role::Editor), session(2, "eve", Role::Editor));
        let (ana, eve) = (ana_in.user, eve_in.user);
        let first = browsers.admit(&ana_in, None).unwrap();
        let mark = first.mark().expose().to_owned();
        assert!(browsers.recognize(first.mark()).unwrap().is_of(ana));
        // The same person keeps it, another person gets another.
        assert_eq!(browsers.admit(&ana_in, Some(first.clone())).unwrap().mark().expose(), mark);
        assert_eq!(Browser::shown_person(first.mark()), Some(("ana.b@x".to_owned(), Role::Editor)));
        let promoted = browsers.admit(&session(1, "ana.b@x", Role::Admin), Some(first.clone())).unwrap();
        assert_eq!(Browser::shown_person(promoted.mark()), Some(("ana.b@x".to_owned(), Role::Admin)));
        // As older versions wrote it, and as somebody may have changed it.
        for text in ["", "a.b.c", "a.b.editor.ana<script>.c", "a.b.king.ana.c"] {
            assert_eq!(Browser::shown_person(&Sensitive::new(text)), None, "{text}");
        }
        let other = browsers.admit(&eve_in, Some(first.clone())).unwrap();
        assert!(other.is_of(eve) && other.mark().expose() != mark);
        for forged in [
            String::new(),
            "garbage".to_owned(),
            mark.replacen(&ana.simple().to_string(), &eve.simple().to_string(), 1),
            mark[..mark.len() - 1].to_owned(),
            format!("{mark}0"),
        ] {
            assert!(browsers.recognize(&Sensitive::new(forged.clone())).is_none(), "{forged}");
        }
        // By a server with a further key, and not by a server with only another key.
        assert!(Browsers::new(&[new.clone(), old]).recognize(first.mark()).is_some());
        assert!(Browsers::new(&[new]).recognize(first.mark()).is_none());
        assert!(Browsers::new(&[]).admit(&ana_in, None).is_none());

        let code = browsers.seal(&first, "/secrets/new", "name=a").unwrap();
        assert!(browsers.is_sealed(&first, "/secrets/new", "name=a", &code));
        assert!(!browsers.is_sealed(&other, "/secrets/new", "name=a", &code));
        assert!(!browsers.is_sealed(&first, "/secrets/image-a/edit", "name=a", &code));
        assert!(!browsers.is_sealed(&first, "/secrets/new", "name=b", &code));
        assert_eq!(format!("{browsers:?}"), "Browsers([REDACTED])");
    }
}
