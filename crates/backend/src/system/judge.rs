//! From facts to findings: pure functions.

use super::{
    facts::{
        KeyFact, NetworkFacts, Outside, PrivateFacts, ProviderSettings, RequestFacts, ServerFact,
        SettingSource, SettingsFacts, StoredKeyFacts, Surroundings,
    },
    finding::{Check, Finding, Unlooked},
};
use crate::single_sign_on::ProviderTrouble;
use domain::connection_test::TestCause;

/// The claims that are read beside the one with groups.
const CLAIMS: [&str; 5] = ["sub", "preferred_username", "email", "auth_time", "sid"];

/// The room in bytes below which the disk is low, and full.
const LOW: u64 = 1 << 30;
const FULL: u64 = 64 << 20;

/// The status with which the portal rejects a host that it does not answer for.
const OTHER_HOST: u16 = 421;

/// Returns the finding about a check that could not be made.
pub(super) fn not_looked(check: Check, because: Unlooked) -> Finding {
    Finding::NotLooked { check, because }
}

/// Judges the program and its settings.
pub(super) fn program(around: &Surroundings) -> Vec<Finding> {
    let mut found = vec![server(&around.server)];
    found.extend(settings(&around.settings));
    if let Some(disk) = &around.disk {
        let (free, folder) = (size(disk.free), disk.folder.clone());
        found.push(match disk.free {
            ..FULL => Finding::DiskFull { free, folder },
            FULL..LOW => Finding::DiskLow { free, folder },
            LOW.. => Finding::DiskEnough { free, folder },
        });
    }
    found
}

fn server(server: &ServerFact) -> Finding {
    match server.clone() {
        ServerFact::Ready { version, command } if version != command => {
            Finding::ServerOtherVersion { server: version, command }
        }
        ServerFact::This { version } | ServerFact::Ready { version, .. } => Finding::ServerReady { version },
        ServerFact::NotReady { said } => Finding::ServerNotReady { said },
        ServerFact::Down { address } => Finding::ServerDown { address },
    }
}

fn settings(settings: &SettingsFacts) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(why) = &settings.wrong {
        found.push(Finding::SettingsWrong { why: why.clone() });
    } else if settings.unknown.is_empty() {
        let set = settings.all.iter().filter(|setting| setting.source != SettingSource::Default);
        found.push(Finding::SettingsKnown { count: set.count() });
    }
    if !settings.unknown.is_empty() {
        found.push(Finding::SettingsUnknown { names: settings.unknown.join(", ") });
    }
    found.push(match (&settings.file_unreadable, &settings.file) {
        (Some(why), _) => Finding::FileUnreadable { why: why.clone() },
        (None, Some(path)) => Finding::FileRead { path: path.clone() },
        (None, None) => Finding::FileNone,
    });
    found
}

/// Returns a size in the largest unit of which there is at least one.
fn size(bytes: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20)];
    let of = |(unit, shift): (&str, u32)| (bytes >> shift > 0).then(|| format!("{} {unit}", bytes >> shift));
    units.into_iter().find_map(of).unwrap_or_else(|| format!("{} KiB", bytes >> 10))
}

/// Judges the private PostgreSQL by its folder.
pub(super) fn private(facts: &PrivateFacts) -> Finding {
    let folder = facts.folder.clone();
    if facts.denied {
        return Finding::PrivateDenied { folder };
    }
    let Some(version) = facts.version.clone() else { return Finding::PrivateNone { folder } };
    if facts.mode & 0o077 != 0 {
        return Finding::PrivateExposed { folder, mode: format!("{:o}", facts.mode & 0o777) };
    }
    match &facts.unusable {
        _ if facts.runs => Finding::PrivateRuns { version, folder },
        Some(why) => Finding::PrivateUnusable { why: why.clone() },
        None => Finding::PrivateStopped { version, folder },
    }
}

/// Judges the key, by its file and by the database; or by the reason why the latter cannot be asked.
pub(super) fn key(key: &KeyFact, stored: Result<&StoredKeyFacts, Unlooked>) -> Vec<Finding> {
    let (at_hand, here) = match key.clone() {
        KeyFact::AtHand { count, place } => (true, Finding::KeyAtHand { count, place }),
        // The server makes no second key for a database that knows one.
        KeyFact::Unmade { place } if stored.is_ok_and(|stored| stored.is_known) => {
            (false, Finding::KeyGone { place })
        }
        KeyFact::Unmade { place } => (false, Finding::KeyUnmade { place }),
        KeyFact::Missing { why } => (false, Finding::KeyMissing { why }),
    };
    let stored = match stored {
        Ok(stored) => stored,
        Err(because) => {
            return vec![here, not_looked(Check::KeyCheck, because), not_looked(Check::KeyBackup, because)];
        }
    };
    let check = if !stored.is_known {
        Finding::KeyUnused
    } else if !at_hand {
        not_looked(Check::KeyCheck, Unlooked::NoKey)
    } else if !stored.opens {
        Finding::KeyWrong
    } else if !stored.lost.is_empty() {
        let values = stored.lost.iter().map(|(_, values)| values).sum();
        let keys: Vec<&str> = stored.lost.iter().map(|(id, _)| id.as_str()).collect();
        Finding::KeyValuesLost { values, keys: keys.join(", ") }
    } else {
        Finding::KeyRight
    };
    let backup = match &stored.confirmed {
        Some((at, _)) if stored.newest.is_some_and(|newest| newest > *at) => {
            Finding::BackupOutdated { at: *at }
        }
        Some((at, by)) => Finding::BackupConfirmed { at: *at, by: by.clone() },
        None => Finding::BackupUnconfirmed,
    };
    vec![here, check, backup]
}

/// Judges how browsers reach the portal.
pub(super) fn network(
    facts: &NetworkFacts,
    request: Option<&RequestFacts>,
    outside: &Outside,
) -> Vec<Finding> {
    let address = facts.listens.clone();
    let public = match &facts.public {
        Some(public) if public.starts_with("https://") => Finding::PublicHttps { address: public.clone() },
        Some(public) if facts.is_local => Finding::PublicLocal { address: public.clone() },
        Some(public) => Finding::PublicPlain { address: public.clone() },
        None if facts.is_local => Finding::PublicLocal { address },
        None => Finding::PublicUnset { address },
    };
    let is_https = matches!(public, Finding::PublicHttps { .. });
    let networks = facts.trusted.join(", ");
    let proxies = match facts.trusted.is_empty() {
        true if is_https => Finding::ProxiesUnnamed,
        true => Finding::ProxiesNone,
        false if facts.trusts_anybody => Finding::ProxiesAnybody { networks },
        false => Finding::ProxiesNamed { networks },
    };
    let forwarded = request.map_or(not_looked(Check::Forwarded, Unlooked::OnlyOnPage), forwarded);
    let mut found = vec![public, proxies, forwarded];
    found.extend(reachability(facts.public.as_deref(), is_https, outside));
    found
}

fn forwarded(request: &RequestFacts) -> Finding {
    let RequestFacts { peer, client, is_trusted, is_forwarded } = request.clone();
    match (is_trusted, is_forwarded) {
        (true, true) => Finding::ForwardedTrusted { proxy: peer, client },
        (true, false) => Finding::ForwardedSilent { proxy: peer },
        (false, true) => Finding::ForwardedIgnored { proxy: peer },
        (false, false) => Finding::ForwardedNone { client },
    }
}

fn reachability(public: Option<&str>, is_https: bool, outside: &Outside) -> [Finding; 2] {
    let neither = |because| [not_looked(Check::Reachability, because), not_looked(Check::Hsts, because)];
    let Some(address) = public.map(str::to_owned) else { return neither(Unlooked::NoPublicAddress) };
    let answer = match &outside.public {
        Some(Ok(answer)) if outside.asked => answer,
        Some(Err(TestCause::AddressNotAllowed)) => return neither(Unlooked::AddressNotAllowed),
        Some(Err(cause)) => {
            return [
                Finding::ReachableNot { address, cause: *cause },
                not_looked(Check::Hsts, Unlooked::NoAnswer),
            ];
        }
        _ => return neither(Unlooked::NotAsked),
    };
    let hsts = match (is_https, answer.has_hsts) {
        (false, _) => not_looked(Check::Hsts, Unlooked::NoHttps),
        (true, _) if !answer.is_ours => not_looked(Check::Hsts, Unlooked::NoAnswer),
        (true, true) => Finding::HstsSent,
        (true, false) => Finding::HstsMissing,
    };
    let reached = match answer.status {
        OTHER_HOST if answer.is_ours => Finding::ReachableRejected { address },
        _ if answer.is_ours => Finding::ReachableHere { address },
        status => Finding::ReachableOther { address, status },
    };
    [reached, hsts]
}

/// Judges the provider.
pub(super) fn sign_on(provider: Option<&ProviderSettings>, outside: &Outside) -> Vec<Finding> {
    let Some(ProviderSettings { issuer, groups_claim }) = provider.cloned() else {
        return vec![Finding::SignOnOff];
    };
    let others = |because| [not_looked(Check::SignOnKeys, because), not_looked(Check::SignOnClaims, because)];
    let facts = match &outside.provider {
        Some(Ok(facts)) => facts,
        Some(Err(trouble)) => {
            let mut found = vec![match trouble.clone() {
                ProviderTrouble::Unreachable(why) => Finding::SignOnUnreachable { issuer, why },
                ProviderTrouble::Wrong(why) => Finding::SignOnWrong { issuer, why },
            }];
            found.extend(others(Unlooked::NoProvider));
            return found;
        }
        None => {
            let mut found = vec![not_looked(Check::SignOn, Unlooked::NotAsked)];
            found.extend(others(Unlooked::NotAsked));
            return found;
        }
    };
    let keys = match facts.keys {
        0 => Finding::SignOnKeysNone,
        count => Finding::SignOnKeysUsable { count },
    };
    // Of a path, providers list the first part.
    let top = groups_claim.split('.').next().unwrap_or_default();
    let read = CLAIMS.into_iter().chain([groups_claim.as_str()]);
    let claims = match &facts.claims {
        None => Finding::ClaimsUnlisted { claims: read.collect::<Vec<_>>().join(", ") },
        Some(listed) => {
            let has = |claim: &str| listed.iter().any(|listed| listed == claim);
            let there = read.filter(|claim| has(claim) || *claim == groups_claim && has(top));
            let claims = there.collect::<Vec<_>>().join(", ");
            if has(top) || has(&groups_claim) {
                Finding::ClaimsListed { claims }
            } else {
                Finding::ClaimsWithoutGroups { groups: groups_claim.clone(), claims }
            }
        }
    };
    vec![Finding::SignOnAnswers { issuer }, keys, claims]
}

#[cfg(test)]
mod tests {
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
        let ready =
            |version: &str| ServerFact::Ready { version: version.to_owned(), command: "2".to_owned() };
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
            (facts(None, true, &[]), ["public-address-local", "proxies-none"]),
            (facts(None, false, &[]), ["public-address-unset", "proxies-none"]),
            (facts(Some("http://a.example"), false, &[]), ["public-address-plain", "proxies-none"]),
            (facts(Some("http://127.0.0.1:3"), true, &[]), ["public-address-local", "proxies-none"]),
        ] {
            assert_eq!(codes(&network(&facts, None, &Outside::default()))[..2], expected);
        }
        let request =
            |is_trusted, is_forwarded| RequestFacts { is_trusted, is_forwarded, ..RequestFacts::default() };
        for (request, code) in [
            (Some(request(true, true)), "forwarded-trusted"),
            (Some(request(true, false)), "forwarded-silent"),
            (Some(request(false, true)), "forwarded-ignored"),
            (Some(request(false, false)), "forwarded-none"),
            (None, "only-on-page"),
        ] {
            let found = network(&facts(None, true, &[]), request.as_ref(), &Outside::default());
            assert_eq!(found[2].code(), code);
        }
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
            let outside = Outside { asked: public.is_some(), public, provider: None };
            assert_eq!(codes(&reachability(Some("https://a.example"), true, &outside)), expected);
        }
        let outside = Outside { asked: true, public: answer(200, true, false), provider: None };
        assert_eq!(
            codes(&reachability(Some("http://a"), false, &outside)),
            ["reachability-here", "no-https"]
        );
        assert_eq!(codes(&reachability(None, false, &outside)), ["no-public-address"; 2]);
    }

    #[test]
    fn sign_on_looks_at_keys_and_the_claims_that_would_be_read() {
        let judged = |groups_claim: &str, provider| {
            let settings =
                ProviderSettings { issuer: "https://a".to_owned(), groups_claim: groups_claim.to_owned() };
            sign_on(Some(&settings), &Outside { asked: true, public: None, provider })
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
}
