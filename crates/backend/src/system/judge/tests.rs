//! Each judgement, from facts to findings.

use super::*;
use crate::{
    single_sign_on::ProviderFacts,
    system::{CheckState, DiskFact, SettingFact, facts::PublicAnswer},
};
use domain::time::Timestamp;

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(Finding::code).collect()
}

fn around(settings: SettingsFacts, server: ServerFact, free: u64) -> Surroundings {
    Surroundings {
        now: Timestamp::from_micros(0),
        settings,
        server,
        disk: Some(DiskFact { folder: "/data".to_owned(), free }),
        private: None,
        key: KeyFact::Unmade { place: "/data/key".to_owned() },
        network: NetworkFacts::default(),
        request: None,
        pool: 16,
        pooler: false,
        unproven: false,
    }
}

#[test]
fn program_judges_server_settings_and_disk() {
    let ready = |version: &str| ServerFact::Ready { version: version.to_owned(), command: "2".to_owned() };
    let setting =
        |source| SettingFact { name: "LATCHKEY_LOG".to_owned(), source, value: None, is_secret: false };
    let well = SettingsFacts {
        all: vec![setting(SettingSource::File), setting(SettingSource::Default)],
        file: Some("/etc/a".to_owned()),
        ..SettingsFacts::default()
    };
    let found = program(&around(well, ready("2"), 5 << 30));
    assert_eq!(codes(&found), ["server-ready", "settings-known", "settings-file-read", "disk-enough"]);
    assert_eq!(found[1], Finding::SettingsKnown { count: 1 });
    assert_eq!(found[3], Finding::DiskEnough { free: "5 GiB".to_owned(), folder: "/data".to_owned() });
    let bad = SettingsFacts {
        unknown: vec!["LATCHKEY_X".to_owned(), "LATCHKEY_Y".to_owned()],
        wrong: Some("no".to_owned()),
        file_unreadable: Some("line 3".to_owned()),
        ..SettingsFacts::default()
    };
    let found = program(&around(bad, ready("1"), 100 << 20));
    let expected = [
        "server-other-version",
        "settings-wrong",
        "settings-unknown",
        "settings-file-unreadable",
        "disk-low",
    ];
    assert_eq!(codes(&found), expected);
    assert_eq!(found[2], Finding::SettingsUnknown { names: "LATCHKEY_X, LATCHKEY_Y".to_owned() });
    let exposed = SettingsFacts {
        file: Some("/etc/a".to_owned()),
        file_exposed: Some("644".to_owned()),
        ..SettingsFacts::default()
    };
    let found = program(&around(exposed, ready("2"), 5 << 30));
    assert_eq!(codes(&found)[2], "settings-file-exposed");
    let down = ServerFact::Down { address: "127.0.0.1:1".to_owned() };
    let found = program(&around(SettingsFacts::default(), down, 1 << 20));
    assert_eq!(codes(&found), ["server-down", "settings-known", "settings-file-none", "disk-full"]);
    assert_eq!(size(900 << 10), "900 KiB");
}

#[test]
fn private_judges_permissions_before_programs() {
    let folder = PrivateFacts { folder: "/data/postgres".to_owned(), ..PrivateFacts::default() };
    let stopped = PrivateFacts { version: Some("15".to_owned()), mode: 0o700, ..folder.clone() };
    let unusable = PrivateFacts { unusable: Some("none".to_owned()), ..stopped.clone() };
    let exposed = PrivateFacts { mode: 0o750, ..unusable.clone() };
    let running = PrivateFacts { runs: true, ..stopped.clone() };
    let denied = PrivateFacts { denied: true, ..folder.clone() };
    for (facts, code) in [
        (folder, "private-none"),
        (stopped, "private-stopped"),
        (unusable, "private-unusable"),
        (exposed, "private-exposed"),
        (running, "private-runs"),
        (denied, "private-denied"),
    ] {
        assert_eq!(private(&facts).code(), code);
    }
}

#[test]
fn key_is_judged_with_its_check_value_and_its_backup() {
    let at = Timestamp::from_micros;
    let here = KeyFact::AtHand { count: 1, place: "key".to_owned() };
    let unmade = KeyFact::Unmade { place: "key".to_owned() };
    let missing = KeyFact::Missing { why: "no".to_owned() };
    let fresh = StoredKeyFacts::default();
    let right = StoredKeyFacts {
        is_known: true,
        opens: true,
        newest: Some(at(1)),
        confirmed: Some((at(2), "ana".to_owned())),
        ..fresh.clone()
    };
    let wrong = StoredKeyFacts { opens: false, confirmed: None, ..right.clone() };
    let lost = StoredKeyFacts {
        lost: vec![("a".to_owned(), 2), ("b".to_owned(), 3)],
        newest: Some(at(3)),
        ..right.clone()
    };
    for (fact, stored, expected) in [
        (&here, Ok(&right), ["key-at-hand", "key-right", "key-backup-confirmed"]),
        (&here, Ok(&wrong), ["key-at-hand", "key-wrong", "key-backup-unconfirmed"]),
        (&here, Ok(&lost), ["key-at-hand", "key-values-lost", "key-backup-outdated"]),
        (&unmade, Ok(&fresh), ["key-unmade", "key-unused", "key-backup-unconfirmed"]),
        (&unmade, Ok(&right), ["key-gone", "no-key", "key-backup-confirmed"]),
        (&missing, Ok(&right), ["key-missing", "no-key", "key-backup-confirmed"]),
        (&here, Err(Unlooked::DatabaseAway), ["key-at-hand", "no-database", "no-database"]),
        (&unmade, Err(Unlooked::OtherSchema), ["key-unmade", "other-schema", "other-schema"]),
    ] {
        assert_eq!(codes(&key(fact, stored)), expected);
    }
    let found = key(&here, Ok(&lost));
    assert_eq!(found[1], Finding::KeyValuesLost { values: 5, keys: "a, b".to_owned() });
}

fn facts(public: Option<&str>, is_local: bool, trusted: &[&str]) -> NetworkFacts {
    NetworkFacts {
        public: public.map(str::to_owned),
        listens: "0.0.0.0:3000".to_owned(),
        is_local,
        trusted: trusted.iter().map(|network| (*network).to_owned()).collect(),
        trusts_anybody: trusted.contains(&"0.0.0.0/0"),
    }
}

#[test]
fn network_judges_addresses_proxies_and_the_request() {
    let https = Some("https://a.example");
    for (facts, expected) in [
        (facts(https, true, &["10.0.0.1"]), ["public-address-https", "proxies-named"]),
        (facts(https, true, &[]), ["public-address-https", "proxies-unnamed"]),
        (facts(https, true, &["0.0.0.0/0"]), ["public-address-https", "proxies-anybody"]),
        (facts(None, true, &[]), ["public-address-not-for-others", "proxies-none"]),
        (facts(None, false, &[]), ["public-address-unset", "proxies-none"]),
        (facts(Some("http://a.example"), false, &[]), ["public-address-plain", "proxies-none"]),
        (facts(Some("http://127.0.0.1:3"), true, &[]), ["public-address-local", "proxies-none"]),
    ] {
        assert_eq!(codes(&network(&facts, true, None, &Outside::default()))[..2], expected);
    }
    // One person alone may well stay on this machine.
    let alone = network(&facts(None, true, &[]), false, None, &Outside::default());
    assert_eq!(alone[0].code(), "public-address-local");
    let request =
        |is_trusted, is_forwarded| RequestFacts { is_trusted, is_forwarded, ..RequestFacts::default() };
    for (request, code) in [
        (Some(request(true, true)), "forwarded-trusted"),
        (Some(request(true, false)), "forwarded-silent"),
        (Some(request(false, true)), "forwarded-ignored"),
        (Some(request(false, false)), "forwarded-none"),
        (None, "only-on-page"),
    ] {
        let found = network(&facts(None, true, &[]), false, request.as_ref(), &Outside::default());
        assert_eq!(found[2].code(), code);
    }
}

#[test]
fn mail_is_not_well_where_its_settings_cannot_be_used() {
    let wrong = mail(Some("LATCHKEY_SMTP_URL: no"), None, &Outside::default());
    assert_eq!(wrong, Finding::MailWrong { why: "LATCHKEY_SMTP_URL: no".to_owned() });
    assert_eq!(wrong.state(), CheckState::Broken);
    assert_eq!(mail(None, None, &Outside::default()), Finding::MailOff);
}

#[test]
fn reachability_tells_the_portal_from_others_and_from_silence() {
    let answer = |status, is_ours, has_hsts| Some(Ok(PublicAnswer { status, is_ours, has_hsts }));
    for (public, expected) in [
        (answer(200, true, true), ["reachability-here", "hsts-sent"]),
        (answer(200, true, false), ["reachability-here", "hsts-missing"]),
        (answer(421, true, true), ["reachability-rejected", "hsts-sent"]),
        (answer(404, false, true), ["reachability-other", "no-answer"]),
        (Some(Err(TestCause::TimedOut)), ["reachability-not", "no-answer"]),
        (Some(Err(TestCause::AddressNotAllowed)), ["address-not-allowed"; 2]),
        (None, ["not-asked"; 2]),
    ] {
        let outside = Outside { asked: public.is_some(), public, ..Outside::default() };
        assert_eq!(codes(&reachability(Some("https://a.example"), true, &outside)), expected);
    }
    let outside = Outside { asked: true, public: answer(200, true, false), ..Outside::default() };
    assert_eq!(codes(&reachability(Some("http://a"), false, &outside)), ["reachability-here", "no-https"]);
    assert_eq!(codes(&reachability(None, false, &outside)), ["no-public-address"; 2]);
}

#[test]
fn sign_on_looks_at_keys_and_the_claims_that_would_be_read() {
    let judged = |groups_claim: &str, provider| {
        let settings =
            ProviderSettings { issuer: "https://a".to_owned(), groups_claim: groups_claim.to_owned() };
        sign_on(Some(&settings), &Outside { asked: true, provider, ..Outside::default() })
    };
    let listed = |claims: &[&str]| {
        let claims = Some(claims.iter().map(|claim| (*claim).to_owned()).collect());
        Some(Ok(ProviderFacts { keys: 2, claims }))
    };
    assert_eq!(codes(&sign_on(None, &Outside::default())), ["single-sign-on-off"]);
    assert_eq!(codes(&judged("groups", None)), ["not-asked"; 3]);
    let well = judged("realm_access.roles", listed(&["sub", "realm_access", "other"]));
    assert_eq!(well[1], Finding::SignOnKeysUsable { count: 2 });
    assert_eq!(well[2], Finding::ClaimsListed { claims: "sub, realm_access.roles".to_owned() });
    let without = judged("groups", listed(&["sub", "email"]));
    let expected =
        Finding::ClaimsWithoutGroups { groups: "groups".to_owned(), claims: "sub, email".to_owned() };
    assert_eq!(without[2], expected);
    let silent = judged("groups", Some(Ok(ProviderFacts { keys: 0, claims: None })));
    assert_eq!(codes(&silent)[1..], ["single-sign-on-keys-none", "single-sign-on-claims-unlisted"]);
    let away = judged("groups", Some(Err(ProviderTrouble::Unreachable("late".to_owned()))));
    assert_eq!(codes(&away), ["single-sign-on-unreachable", "no-provider", "no-provider"]);
    assert_eq!(away[0].state(), CheckState::Broken);
    let wrong = judged("groups", Some(Err(ProviderTrouble::Wrong("issuer".to_owned()))));
    assert_eq!(wrong[0].code(), "single-sign-on-wrong");
}
