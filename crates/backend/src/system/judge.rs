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
    found.push(match (&settings.file_unreadable, &settings.file, &settings.file_exposed) {
        (Some(why), ..) => Finding::FileUnreadable { why: why.clone() },
        (None, Some(path), Some(mode)) => Finding::FileExposed { path: path.clone(), mode: mode.clone() },
        (None, Some(path), None) => Finding::FileRead { path: path.clone() },
        (None, None, _) => Finding::FileNone,
    });
    found
}

/// Returns a size in the largest unit of which there is at least one.
pub(super) fn size(bytes: u64) -> String {
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

/// Judges how browsers reach the portal. An address of this machine alone is of no use to others, if there are any.
pub(super) fn network(
    facts: &NetworkFacts,
    has_others: bool,
    request: Option<&RequestFacts>,
    outside: &Outside,
) -> Vec<Finding> {
    let address = facts.listens.clone();
    let public = match &facts.public {
        Some(public) if public.starts_with("https://") => Finding::PublicHttps { address: public.clone() },
        Some(public) if facts.is_local => Finding::PublicLocal { address: public.clone() },
        Some(public) => Finding::PublicPlain { address: public.clone() },
        None if facts.is_local && has_others => Finding::PublicNotForOthers { address },
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
        Some(Err(TestCause::AddressNotAllowed | TestCause::AddressForbidden)) => {
            return neither(Unlooked::AddressNotAllowed);
        }
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

/// Judges the mail server, by its settings, by its name and by the result of asking it.
pub(super) fn mail(wrong: Option<&str>, server: Option<String>, outside: &Outside) -> Finding {
    if let Some(why) = wrong {
        return Finding::MailWrong { why: why.to_owned() };
    }
    match (server, outside.mail) {
        (None, _) => Finding::MailOff,
        (Some(_), None) => not_looked(Check::Mail, Unlooked::NotAsked),
        (Some(server), Some(Ok(()))) => Finding::MailReady { server },
        (Some(server), Some(Err(failure))) => Finding::MailFailed { server, failure },
    }
}

#[cfg(test)]
mod tests;
