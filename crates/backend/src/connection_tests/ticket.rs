//! The ticket that carries the result of a form's test through the browser to the save that follows. A mark binds it to
//! the actor, to the time, and to everything that was tested. It contains nothing secret.

use super::repository;
use crate::{
    context::Ctx,
    keyring::{IntegrityError, Keyring, Location, ValueField},
    notices,
    random::hex,
    work::Work,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use data_encoding::HEXLOWER;
use domain::{
    connection_test::{Refs, TestCause, TestReport, TestSettings},
    secret::{Credential, CredentialUpdate, SecretKind},
    sensitive::Sensitive,
    time::Timestamp,
};
use std::time::Duration;
use uuid::Uuid;

/// The lifetime of a ticket.
const LIFE: Duration = Duration::from_mins(15);

/// The purpose for which the key of the marks is derived.
const PURPOSE: &str = "result of a test";

/// The longest text that can be a ticket, in bytes.
const MAX_BYTES: usize = 1_024;

/// The value that was tested.
#[derive(Clone, Copy)]
pub(crate) enum TestedValue<'a> {
    /// The value in the form.
    Typed(&'a Sensitive),
    /// The stored value of this row, in this version.
    Stored(Uuid, i64),
    /// The pending pair of this row, sealed in this version.
    Pending(Uuid, i64),
    /// The earlier value of this row, in this version, with the account that belongs to it.
    Earlier(Uuid, i64),
}

/// Everything that the result of a test depends on, as far as the portal determines it.
#[derive(Clone, Copy)]
pub(crate) struct WhatWasTested<'a> {
    kind: SecretKind,
    /// Registry host and username.
    account: Option<(&'a str, &'a str)>,
    value: TestedValue<'a>,
    settings: &'a TestSettings,
}

impl<'a> WhatWasTested<'a> {
    /// Returns what is tested with a credential that is typed as a whole.
    pub(crate) fn new(credential: &'a Credential, settings: &'a TestSettings) -> Self {
        match credential {
            Credential::GitDataset { private_key } => Self {
                kind: SecretKind::GitDataset,
                account: None,
                value: TestedValue::Typed(private_key.value()),
                settings,
            },
            Credential::ImagePull { host, username, password } => Self {
                kind: SecretKind::ImagePull,
                account: Some((host.as_str(), username.as_str())),
                value: TestedValue::Typed(password.value()),
                settings,
            },
        }
    }

    /// Returns what is tested with a change of a stored secret; without a typed value, `stored` is the stored one.
    pub(crate) fn of_update(
        credential: &'a CredentialUpdate,
        settings: &'a TestSettings,
        stored: Option<(Uuid, i64)>,
    ) -> Option<Self> {
        let (kind, account, typed) = match credential {
            CredentialUpdate::GitDataset { private_key } => (
                SecretKind::GitDataset,
                None,
                private_key.as_ref().map(domain::secret::PrivateKeyText::value),
            ),
            CredentialUpdate::ImagePull { host, username, password } => (
                SecretKind::ImagePull,
                Some((host.as_str(), username.as_str())),
                password.as_ref().map(domain::secret::Password::value),
            ),
        };
        let value = match (typed, stored) {
            (Some(typed), _) => TestedValue::Typed(typed),
            (None, Some((row, version))) => TestedValue::Stored(row, version),
            (None, None) => return None,
        };
        Some(Self { kind, account, value, settings })
    }

    /// Returns what is tested with the pending pair, sealed at this place.
    pub(crate) fn pending(place: Location, settings: &'a TestSettings) -> Self {
        Self {
            kind: SecretKind::GitDataset,
            account: None,
            value: TestedValue::Pending(place.secret, place.version),
            settings,
        }
    }

    /// Returns what is tested with an earlier value, sealed at this place.
    pub(crate) fn version(place: Location, settings: &'a TestSettings) -> Self {
        let value = TestedValue::Earlier(place.secret, place.version);
        let kind = match place.field {
            ValueField::RegistryPassword => SecretKind::ImagePull,
            _ => SecretKind::GitDataset,
        };
        Self { kind, account: None, value, settings }
    }

    /// Calls `work` with the parts over which a mark is made.
    fn with_parts<R>(&self, ctx: &Ctx, said: &[&[u8]], work: impl FnOnce(&[&[u8]]) -> R) -> R {
        let (host, username) = self.account.unwrap_or_default();
        let stored = match self.value {
            TestedValue::Typed(_) => Vec::new(),
            TestedValue::Stored(row, version) => [row.as_bytes().as_slice(), &version.to_be_bytes()].concat(),
            TestedValue::Pending(row, version) => {
                [row.as_bytes().as_slice(), &version.to_be_bytes(), b"pending"].concat()
            }
            TestedValue::Earlier(row, version) => {
                [row.as_bytes().as_slice(), &version.to_be_bytes(), b"earlier"].concat()
            }
        };
        let typed = match self.value {
            TestedValue::Typed(text) => text.expose(),
            TestedValue::Stored(..) | TestedValue::Pending(..) | TestedValue::Earlier(..) => "",
        };
        let mut parts = said.to_vec();
        parts.extend_from_slice(&[
            ctx.actor.kind().as_bytes(),
            ctx.actor.name().as_bytes(),
            self.kind.as_str().as_bytes(),
            host.as_bytes(),
            username.as_bytes(),
            &stored,
            typed.as_bytes(),
            self.settings.target().unwrap_or_default().as_bytes(),
            self.settings.known_hosts.as_str().as_bytes(),
        ]);
        work(&parts)
    }
}

/// Returns the ticket for a test that the actor has just made.
pub(super) fn issue(
    keyring: &Keyring,
    kek_id: &str,
    ctx: &Ctx,
    tested: &WhatWasTested<'_>,
    report: &TestReport,
) -> Result<String, IntegrityError> {
    let at = ctx.now.micros().to_string();
    let cause = report.cause.as_str();
    let (count, branch) = match &report.refs {
        Some(Refs { branch, count, exact, headless }) => (
            format!("{}{}{count}", if *headless { "!" } else { "" }, if *exact { "" } else { "+" }),
            branch.as_ref().map(|branch| URL_SAFE_NO_PAD.encode(branch)).unwrap_or_default(),
        ),
        None => (String::new(), String::new()),
    };
    let said = [at.as_str(), cause, &count, &branch];
    let said_bytes = said.map(str::as_bytes);
    let mark = tested.with_parts(ctx, &said_bytes, |parts| keyring.mark(kek_id, PURPOSE, parts))?;
    Ok(format!("{kek_id}~{}~{}", said.join("~"), hex(&mark)))
}

/// The contents of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TestedBefore {
    at: Timestamp,
    report: TestReport,
}

impl TestedBefore {
    /// Parses a ticket; `None` if it is invalid, expired, another actor's, or for anything else than this.
    pub(crate) fn read(
        keyring: &Keyring,
        ctx: &Ctx,
        ticket: &str,
        tested: &WhatWasTested<'_>,
    ) -> Option<Self> {
        if ticket.len() > MAX_BYTES {
            return None;
        }
        let parts: Vec<&str> = ticket.split('~').collect();
        let &[kek_id, at, cause, count, branch, mark] = parts.as_slice() else { return None };
        let said = [at, cause, count, branch].map(str::as_bytes);
        let mark = HEXLOWER.decode(mark.as_bytes()).ok()?;
        if !tested.with_parts(ctx, &said, |parts| keyring.is_mark(kek_id, PURPOSE, parts, &mark)) {
            return None;
        }
        let at = Timestamp::from_micros(at.parse().ok()?);
        // Another server's clock may be slightly ahead.
        if ctx.now > at + LIFE || at > ctx.now + LIFE {
            return None;
        }
        let refs = match count {
            "" => None,
            count => Some(Refs {
                branch: match branch {
                    "" => None,
                    branch => Some(String::from_utf8(URL_SAFE_NO_PAD.decode(branch).ok()?).ok()?),
                },
                count: count.trim_start_matches(['!', '+']).parse().ok()?,
                exact: !count.contains('+'),
                headless: count.starts_with('!'),
            }),
        };
        let report = TestReport { refs, ..TestReport::new(TestCause::parse(cause)?) };
        Some(Self { at, report })
    }

    /// Returns the cause that the test returned.
    pub(crate) fn cause(&self) -> TestCause {
        self.report.cause
    }

    /// Stores the result as the state of the saved row in this version.
    pub(crate) async fn keep(
        &self,
        work: &mut Work,
        ctx: &Ctx,
        secret: Uuid,
        version: i64,
    ) -> Result<(), sqlx::Error> {
        let tested = Ctx { now: self.at, ..ctx.clone() };
        repository::keep(work, &tested, secret, version, &self.report).await?;
        notices::after_test(work, ctx, secret).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        context::{Actor, UserActor},
        keyring::Kek,
    };
    use domain::{
        access::Role,
        connection_test::{ImageReference, KnownHosts, Repository},
        secret::{Password, PrivateKeyText, RegistryHost, Username},
    };

    const SECRET: &str = "SENTINEL correct horse";

    fn ring() -> (Keyring, String) {
        let kek = Kek::generate().unwrap();
        let id = kek.id();
        (Keyring::new(vec![kek]), id)
    }

    fn ctx(name: &str, minute: i64) -> Ctx {
        let user = UserActor {
            id: Uuid::from_u128(7),
            name: name.to_owned(),
            role: Role::Editor,
            session: Uuid::from_u128(8),
            language: None,
        };
        let now = Timestamp::from_micros(1_800_000_000_000_000 + minute * 60_000_000);
        Ctx { actor: Actor::User(user), request_id: "r".to_owned(), address: None, now }
    }

    fn account(host: &str, username: &str, password: &str) -> Credential {
        Credential::ImagePull {
            host: RegistryHost::parse(host).unwrap().host,
            username: Username::parse(username).unwrap(),
            password: Password::parse(Sensitive::new(password)).unwrap(),
        }
    }

    fn image(text: &str) -> TestSettings {
        TestSettings { image: Some(ImageReference::parse(text, None).unwrap()), ..TestSettings::default() }
    }

    #[test]
    fn ticket_is_valid_for_its_contents_and_actor_for_15_minutes() {
        let (ring, kek) = ring();
        let (credential, settings) = (account("ghcr.io", "robot", SECRET), image("group/app:1"));
        let tested = WhatWasTested::new(&credential, &settings);
        let report = TestReport::new(TestCause::ImageFound);
        let ticket = issue(&ring, &kek, &ctx("ana", 0), &tested, &report).unwrap();
        assert!(!ticket.contains("SENTINEL") && !ticket.contains("robot"), "{ticket}");
        let read = |who: &Ctx, ticket: &str, credential: &Credential, settings: &TestSettings| {
            TestedBefore::read(&ring, who, ticket, &WhatWasTested::new(credential, settings))
        };
        let good = read(&ctx("ana", 15), &ticket, &credential, &settings).unwrap();
        assert_eq!((good.at, good.report), (ctx("ana", 0).now, report));
        assert_eq!(read(&ctx("ben", 1), &ticket, &credential, &settings), None, "another person");
        assert_eq!(read(&ctx("ana", 16), &ticket, &credential, &settings), None, "expired");
        for other in [
            account("ghcr.io", "robot", "another"),
            account("ghcr.io", "robot2", SECRET),
            account("quay.io", "robot", SECRET),
        ] {
            assert_eq!(read(&ctx("ana", 1), &ticket, &other, &settings), None, "another account");
        }
        for other in [image("group/app:2"), TestSettings::default()] {
            assert_eq!(read(&ctx("ana", 1), &ticket, &credential, &other), None, "another image");
        }
        for spoilt in [
            ticket.replace("image-found", "registry-open"),
            ticket.replace("image-found", "wrong-password"),
            ticket.replacen('~', "~1", 1),
            ticket[..ticket.len() - 2].to_owned(),
            format!("{ticket}00"),
            ticket.replace(&kek, "0000000000000000"),
            String::new(),
            "~~~~~".to_owned(),
            "~".repeat(5_000),
        ] {
            assert_eq!(read(&ctx("ana", 1), &spoilt, &credential, &settings), None, "{spoilt}");
        }
        let elsewhere = TestedBefore::read(&self::ring().0, &ctx("ana", 1), &ticket, &tested);
        assert_eq!(elsewhere, None, "a key encryption key of another portal");
    }

    #[test]
    fn ticket_of_stored_key_is_bound_to_version_and_carries_refs() {
        let (ring, kek) = ring();
        let hosts = |text: &str| KnownHosts::parse(text, "").unwrap();
        let line = "h ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh";
        let settings = TestSettings {
            repository: Some(Repository::parse("git@h:group/app.git").unwrap()),
            known_hosts: hosts(line),
            image: None,
        };
        let blank = CredentialUpdate::GitDataset { private_key: None };
        let row = Uuid::from_u128(1);
        let at = |version| WhatWasTested::of_update(&blank, &settings, Some((row, version))).unwrap();
        let refs =
            Some(Refs { branch: Some("größe~1".to_owned()), count: 20_000, exact: false, headless: false });
        let report = TestReport { refs, ..TestReport::new(TestCause::RepositoryRead) };
        let ticket = issue(&ring, &kek, &ctx("ana", 0), &at(3), &report).unwrap();
        let read = |tested: &WhatWasTested<'_>| TestedBefore::read(&ring, &ctx("ana", 1), &ticket, tested);
        assert_eq!(read(&at(3)).unwrap().report, report);
        let headless = Some(Refs { branch: None, count: 2, exact: true, headless: true });
        let headless = TestReport { refs: headless, ..report };
        let ticket_of_headless = issue(&ring, &kek, &ctx("ana", 0), &at(3), &headless).unwrap();
        let found = TestedBefore::read(&ring, &ctx("ana", 1), &ticket_of_headless, &at(3)).unwrap();
        assert_eq!(found.report, headless);
        assert_eq!(read(&at(4)), None, "another version of the value");
        let other = TestSettings { known_hosts: KnownHosts::default(), ..settings.clone() };
        assert_eq!(
            read(&WhatWasTested::of_update(&blank, &other, Some((row, 3))).unwrap()),
            None,
            "no hosts"
        );
        let pem = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
        if let Ok(key) = PrivateKeyText::parse(&Sensitive::new(pem)) {
            let typed = CredentialUpdate::GitDataset { private_key: Some(key) };
            assert_eq!(read(&WhatWasTested::of_update(&typed, &settings, Some((row, 3))).unwrap()), None);
        }
        assert!(WhatWasTested::of_update(&blank, &settings, None).is_none());
    }
}
