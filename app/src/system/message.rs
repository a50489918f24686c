//! The messages of checks and their findings, in the language of the request; English outside of one, as on the command line.
//! Between backticks stand commands, settings and names.

use crate::{messages, texts};
use backend::{BackupProblem, Check, CheckArea, CheckState, Finding, SettingSource, Unlooked, quoted_name};
use domain::time::Timestamp;

/// The message of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The fact that was found.
    pub seen: String,
    /// The advice, if something can be done.
    pub advice: Option<String>,
}

fn seen(seen: impl Into<String>) -> Message {
    Message { seen: seen.into(), advice: None }
}

fn both(seen: impl Into<String>, advice: impl Into<String>) -> Message {
    Message { seen: seen.into(), advice: Some(advice.into()) }
}

/// Returns the name of a state.
pub fn state(state: CheckState) -> &'static str {
    match state {
        CheckState::Well => t!(system_state_well),
        CheckState::Note => t!(system_state_note),
        CheckState::NotLooked => t!(system_state_not_looked),
        CheckState::Look => t!(system_state_look),
        CheckState::Broken => t!(system_state_broken),
    }
}

/// Returns the name of an area.
pub fn area(area: CheckArea) -> &'static str {
    match area {
        CheckArea::Program => t!(system_area_program),
        CheckArea::Database => t!(system_area_database),
        CheckArea::Key => t!(system_area_key),
        CheckArea::Network => t!(system_area_network),
        CheckArea::SignOn => t!(system_area_sign_on),
        CheckArea::Mail => t!(system_area_mail),
    }
}

/// Returns the name of a check.
pub fn check(check: Check) -> &'static str {
    match check {
        Check::Server => t!(system_check_server),
        Check::Settings => t!(system_check_settings),
        Check::SettingsFile => t!(system_check_settings_file),
        Check::Disk => t!(system_check_disk),
        Check::PrivatePostgres => t!(system_check_private),
        Check::Connection => t!(system_check_connection),
        Check::Version => t!(system_check_version),
        Check::Encoding => t!(system_check_encoding),
        Check::Rights => t!(system_check_rights),
        Check::Extensions => t!(system_check_extensions),
        Check::Schema => t!(system_check_schema),
        Check::Pool => t!(system_check_pool),
        Check::Clock => t!(system_check_clock),
        Check::DatabaseTls => t!(system_check_tls),
        Check::LastBackup => t!(system_check_last_backup),
        Check::Key => t!(system_check_key),
        Check::KeyCheck => t!(system_check_key_check),
        Check::KeyBackup => t!(system_check_key_backup),
        Check::PublicAddress => t!(system_check_public),
        Check::Proxies => t!(system_check_proxies),
        Check::Forwarded => t!(system_check_forwarded),
        Check::Reachability => t!(system_check_reachability),
        Check::Hsts => t!(system_check_hsts),
        Check::SignOn => t!(system_check_sign_on),
        Check::SignOnKeys => t!(system_check_sign_on_keys),
        Check::SignOnClaims => t!(system_check_sign_on_claims),
        Check::Mail => t!(system_check_mail),
    }
}

/// Returns the name of the place from which a setting came.
pub fn source(source: SettingSource) -> &'static str {
    match source {
        SettingSource::Flag => t!(system_source_flag),
        SettingSource::Environment => t!(system_source_environment),
        SettingSource::File => t!(system_source_file),
        SettingSource::Default => t!(system_source_default),
    }
}

fn reason(because: Unlooked) -> &'static str {
    match because {
        Unlooked::NotStarted => t!(system_unlooked_not_started),
        Unlooked::DatabaseAway => t!(system_unlooked_database),
        Unlooked::OtherSchema => t!(system_unlooked_schema),
        Unlooked::NoKey => t!(system_unlooked_key),
        Unlooked::OnlyOnPage => t!(system_unlooked_page),
        Unlooked::NotAsked => t!(system_unlooked_asked),
        Unlooked::NoPublicAddress => t!(system_unlooked_public),
        Unlooked::NoHttps => t!(system_unlooked_https),
        Unlooked::AddressNotAllowed => t!(system_unlooked_address),
        Unlooked::NoAnswer => t!(system_unlooked_answer),
        Unlooked::NoProvider => t!(system_unlooked_provider),
    }
}

/// Returns why a backup failed, and what helps; and the last one that did not.
fn failed(problem: BackupProblem, good: Option<Timestamp>) -> (&'static str, String) {
    let why = match problem {
        BackupProblem::Tools => t!(system_backup_problem_tools),
        BackupProblem::File => t!(system_backup_problem_file),
        BackupProblem::Dump => t!(system_backup_problem_dump),
        BackupProblem::Database => t!(system_backup_problem_database),
        BackupProblem::NoScratch => t!(system_backup_problem_no_scratch),
        BackupProblem::Unproven => t!(system_backup_problem_unproven),
    };
    let good = match good {
        Some(at) => t!(system_last_backup_good, at: texts::exact(at)),
        None => t!(system_last_backup_no_good).to_owned(),
    };
    (why, good)
}

/// Returns the message of a finding.
#[expect(clippy::too_many_lines, reason = "a table")]
pub fn message(finding: &Finding) -> Message {
    match finding {
        Finding::NotLooked { because, .. } => seen(t!(system_not_checked, reason: reason(*because))),
        Finding::ServerReady { version } => seen(t!(system_server_ready, version)),
        Finding::ServerNotReady { said } => {
            both(t!(system_server_not_ready, said), t!(system_server_not_ready_do))
        }
        Finding::ServerOtherVersion { server, command } => {
            both(t!(system_server_other_version, server, command), t!(system_server_other_version_do))
        }
        Finding::ServerDown { address } => both(t!(system_server_down, address), t!(system_server_down_do)),
        Finding::SettingsKnown { count } => seen(t!(system_settings_known, count: *count)),
        Finding::SettingsUnknown { names } => {
            both(t!(system_settings_unknown, names), t!(system_settings_unknown_do))
        }
        Finding::SettingsWrong { why } => both(t!(system_settings_wrong, why), t!(system_settings_wrong_do)),
        Finding::FileRead { path } => seen(t!(system_file_read, path)),
        Finding::FileExposed { path, mode } => {
            both(t!(system_file_exposed, path, mode), t!(system_file_exposed_do))
        }
        Finding::FileNone => seen(t!(system_file_none)),
        Finding::FileUnreadable { why } => {
            both(t!(system_file_unreadable, why), t!(system_file_unreadable_do))
        }
        Finding::DiskEnough { free, folder } => seen(t!(system_disk_enough, free, folder)),
        Finding::DiskLow { free, folder } => both(t!(system_disk_low, free, folder), t!(system_disk_low_do)),
        Finding::DiskFull { free, folder } => {
            both(t!(system_disk_full, free, folder), t!(system_disk_full_do))
        }
        Finding::PrivateRuns { version, folder } => seen(t!(system_private_runs, version, folder)),
        Finding::PrivateStopped { version, folder } => {
            both(t!(system_private_stopped, version, folder), t!(system_private_stopped_do))
        }
        Finding::PrivateNone { folder } => both(t!(system_private_none, folder), t!(system_private_none_do)),
        Finding::PrivateExposed { folder, mode } => {
            both(t!(system_private_exposed, folder, mode), t!(system_private_exposed_do))
        }
        Finding::PrivateDenied { folder } => {
            both(t!(system_private_denied, folder), t!(system_private_denied_do))
        }
        Finding::PrivateUnusable { why } => {
            both(t!(system_private_unusable, why), t!(system_private_unusable_do))
        }
        Finding::ConnectionMade { database } => seen(t!(system_connection_made, database)),
        Finding::ConnectionReadOnly { database } => {
            both(t!(system_connection_read_only, database), t!(system_connection_read_only_do))
        }
        Finding::ConnectionFailed { why } => {
            both(t!(system_connection_failed, why), t!(system_connection_failed_do))
        }
        Finding::VersionSupported { version } => seen(t!(system_version_supported, version)),
        Finding::VersionEnded { version } => {
            both(t!(system_version_ended, version), t!(system_version_ended_do))
        }
        Finding::VersionTooOld { version } => {
            both(t!(system_version_too_old, version), t!(system_version_too_old_do))
        }
        Finding::EncodingRight => seen(t!(system_encoding_right)),
        Finding::EncodingOther { encoding } => {
            both(t!(system_encoding_other, encoding), t!(system_encoding_other_do))
        }
        Finding::RightsEnough { role } => seen(t!(system_rights_enough, role)),
        Finding::RightsSuperuser { role } => {
            both(t!(system_rights_superuser, role), t!(system_rights_superuser_do))
        }
        Finding::RightsNoSchema { role } => {
            let in_sql = &quoted_name(role);
            both(t!(system_rights_no_schema, role), t!(system_rights_no_schema_do, role: in_sql))
        }
        Finding::RightsNoMigrations { role, schema } => {
            let advice = t!(
                system_rights_no_migrations_do,
                schema: &quoted_name(schema),
                role: &quoted_name(role)
            );
            both(t!(system_rights_no_migrations, role), advice)
        }
        // The names of the tables are in SQL's form already.
        Finding::RightsLacking { role, tables } => {
            let advice = t!(system_rights_lacking_do, tables, role: &quoted_name(role));
            both(t!(system_rights_lacking, role, tables), advice)
        }
        Finding::RightsNoCreate { role, schema } => {
            let advice =
                t!(system_rights_no_create_do, schema: &quoted_name(schema), role: &quoted_name(role));
            both(t!(system_rights_no_create, role, schema), advice)
        }
        Finding::RightsForeign { role, table, owner } => {
            let advice = t!(system_rights_foreign_do, owner: &quoted_name(owner), role: &quoted_name(role));
            both(t!(system_rights_foreign, table, owner), advice)
        }
        Finding::ExtensionsThere => seen(t!(system_extensions_there)),
        Finding::ExtensionsAddable => seen(t!(system_extensions_addable)),
        Finding::ExtensionsNotInstalled => {
            both(t!(system_extensions_not_installed), t!(system_extensions_not_installed_do))
        }
        Finding::ExtensionsNotAllowed { role, database } => {
            both(t!(system_extensions_not_allowed, role), t!(system_extensions_not_allowed_do, database))
        }
        Finding::SchemaCurrent { count, newest } => {
            seen(t!(system_schema_current, count: *count, newest: *newest))
        }
        Finding::SchemaEmpty => both(t!(system_schema_empty), t!(system_schema_empty_do)),
        Finding::SchemaPending { count, first } => {
            both(t!(system_schema_pending, count: *count, first: *first), t!(system_schema_pending_do))
        }
        Finding::SchemaNewer { found, known } => {
            both(t!(system_schema_newer, found: *found, known: *known), t!(system_schema_newer_do))
        }
        Finding::SchemaDiffers { version } => {
            both(t!(system_schema_differs, version: *version), t!(system_schema_differs_do))
        }
        Finding::PoolFits { pool, limit } => seen(t!(system_pool_fits, pool: *pool, limit: *limit)),
        Finding::PoolTight { pool, limit } => {
            both(t!(system_pool_tight, pool: *pool, limit: *limit), t!(system_pool_tight_do))
        }
        Finding::PoolTooLarge { pool, limit } => {
            both(t!(system_pool_too_large, pool: *pool, limit: *limit), t!(system_pool_too_large_do))
        }
        Finding::PoolBehindPooler { pool } => seen(t!(system_pool_behind_pooler, pool: *pool)),
        Finding::ClockAgrees => seen(t!(system_clock_agrees)),
        Finding::ClockDiffers { seconds } => {
            both(t!(system_clock_differs, seconds: *seconds), t!(system_clock_differs_do))
        }
        Finding::TlsLocal => seen(t!(system_tls_local)),
        Finding::TlsProven { version } => seen(t!(system_tls_proven, version)),
        Finding::TlsUnproven { version } => {
            both(t!(system_tls_unproven, version), t!(system_tls_unproven_do))
        }
        Finding::TlsOff => both(t!(system_tls_off), t!(system_tls_off_do)),
        Finding::LastBackupVerified { at, size } => {
            seen(t!(system_last_backup_verified, at: texts::exact(*at), size))
        }
        Finding::LastBackupMade { at, size } => {
            seen(t!(system_last_backup_made, at: texts::exact(*at), size))
        }
        Finding::LastBackupOld { at } => {
            both(t!(system_last_backup_old, at: texts::exact(*at)), t!(system_last_backup_do))
        }
        Finding::LastBackupUnproven { at, problem, good } => {
            let (why, good) = failed(*problem, *good);
            let seen = t!(system_last_backup_unproven, at: texts::exact(*at), why, good);
            both(seen, t!(system_last_backup_again_do))
        }
        Finding::LastBackupFailed { at, problem, good } => {
            let (why, good) = failed(*problem, *good);
            let seen = t!(system_last_backup_failed, at: texts::exact(*at), why, good);
            both(seen, t!(system_last_backup_again_do))
        }
        Finding::LastBackupNever => both(t!(system_last_backup_never), t!(system_last_backup_do)),
        Finding::LastBackupUnknown => both(t!(system_last_backup_unknown), t!(system_last_backup_unknown_do)),
        Finding::KeyAtHand { count, place } => seen(t!(system_key_at_hand, count: *count, place)),
        Finding::KeyUnmade { place } => both(t!(system_key_unmade, place), t!(system_key_unmade_do)),
        Finding::KeyGone { place } => both(t!(system_key_gone, place), t!(system_key_gone_do)),
        Finding::KeyMissing { why } => both(t!(system_key_missing, why), t!(system_key_missing_do)),
        Finding::KeyRight => seen(t!(system_key_right)),
        Finding::KeyUnused => seen(t!(system_key_unused)),
        Finding::KeyWrong => both(t!(system_key_wrong), t!(system_key_wrong_do)),
        Finding::KeyValuesLost { values, keys } => {
            both(t!(system_key_values_lost, values: *values, keys), t!(system_key_values_lost_do))
        }
        Finding::BackupConfirmed { at, by } => seen(t!(system_backup_confirmed, by, at: texts::exact(*at))),
        Finding::BackupOutdated { at } => {
            both(t!(system_backup_outdated, at: texts::exact(*at)), t!(system_backup_outdated_do))
        }
        Finding::BackupUnconfirmed => both(t!(system_backup_unconfirmed), t!(system_backup_unconfirmed_do)),
        Finding::PublicHttps { address } => seen(t!(system_public_https, address)),
        Finding::PublicLocal { address } => seen(t!(system_public_local, address)),
        Finding::PublicNotForOthers { address } => {
            both(t!(system_public_not_for_others, address), t!(system_public_not_for_others_do))
        }
        Finding::PublicPlain { address } => {
            both(t!(system_public_plain, address), t!(system_public_plain_do))
        }
        Finding::PublicUnset { address } => {
            both(t!(system_public_unset, address), t!(system_public_unset_do))
        }
        Finding::ProxiesNone => seen(t!(system_proxies_none)),
        Finding::ProxiesNamed { networks } => seen(t!(system_proxies_named, networks)),
        Finding::ProxiesUnnamed => both(t!(system_proxies_unnamed), t!(system_proxies_unnamed_do)),
        Finding::ProxiesAnybody { networks } => {
            both(t!(system_proxies_anybody, networks), t!(system_proxies_anybody_do))
        }
        Finding::ForwardedTrusted { proxy, client } => seen(t!(system_forwarded_trusted, client, proxy)),
        Finding::ForwardedNone { client } => seen(t!(system_forwarded_none, client)),
        Finding::ForwardedSilent { proxy } => {
            both(t!(system_forwarded_silent, proxy), t!(system_forwarded_silent_do))
        }
        Finding::ForwardedIgnored { proxy } => {
            both(t!(system_forwarded_ignored, proxy), t!(system_forwarded_ignored_do))
        }
        Finding::ReachableHere { address } => seen(t!(system_reachable_here, address)),
        Finding::ReachableRejected { address } => {
            both(t!(system_reachable_rejected, address), t!(system_reachable_rejected_do))
        }
        Finding::ReachableOther { address, status } => {
            both(t!(system_reachable_other, address, status: *status), t!(system_reachable_other_do))
        }
        Finding::ReachableNot { address, cause } => both(
            t!(system_reachable_not, address, cause: messages::cause(*cause)),
            t!(system_reachable_not_do),
        ),
        Finding::HstsSent => seen(t!(system_hsts_sent)),
        Finding::HstsMissing => both(t!(system_hsts_missing), t!(system_hsts_missing_do)),
        Finding::SignOnOff => seen(t!(system_sign_on_off)),
        Finding::SignOnAnswers { issuer } => seen(t!(system_sign_on_answers, issuer)),
        Finding::SignOnUnreachable { issuer, why } => {
            both(t!(system_sign_on_unreachable, issuer, why), t!(system_sign_on_unreachable_do))
        }
        Finding::SignOnWrong { issuer, why } => {
            both(t!(system_sign_on_wrong, issuer, why), t!(system_sign_on_wrong_do))
        }
        Finding::SignOnKeysUsable { count } => seen(t!(system_sign_on_keys_usable, count: *count)),
        Finding::SignOnKeysNone => both(t!(system_sign_on_keys_none), t!(system_sign_on_keys_none_do)),
        Finding::ClaimsListed { claims } => seen(t!(system_claims_listed, claims)),
        Finding::ClaimsWithoutGroups { groups, claims } => {
            both(t!(system_claims_without_groups, groups, claims), t!(system_claims_without_groups_do))
        }
        Finding::ClaimsUnlisted { claims } => seen(t!(system_claims_unlisted, claims)),
        Finding::MailOff => seen(t!(system_mail_off)),
        Finding::MailWrong { why } => both(t!(system_mail_wrong, why), t!(system_settings_wrong_do)),
        Finding::MailReady { server } => seen(t!(system_mail_ready, server)),
        Finding::MailFailed { server, failure } => both(
            t!(system_mail_failed, server, why: messages::mail_failure(*failure)),
            t!(system_mail_failed_do),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language;
    use domain::language::Language;
    use std::collections::BTreeSet;

    fn pending() -> Finding {
        Finding::SchemaPending { count: 2, first: 190 }
    }

    #[test]
    fn message_says_what_was_seen_and_what_to_do() {
        let Message { seen, advice } = message(&pending());
        assert_eq!(seen, "2 migrations are pending. The first is 190.");
        assert!(advice.unwrap().starts_with("Run `latchkey migrate`"));
        let unlooked = message(&Finding::NotLooked { check: Check::Schema, because: Unlooked::DatabaseAway });
        assert_eq!(unlooked, super::seen("Not checked. The database can't be reached."));
        let well = message(&Finding::EncodingRight);
        assert_eq!((well.seen.as_str(), well.advice), ("UTF8.", None));
    }

    #[test]
    fn message_says_why_a_backup_failed_and_which_one_can_be_used() {
        let at = Timestamp::from_micros(0);
        let failed = |problem, good| message(&Finding::LastBackupFailed { at, problem, good });
        let never = failed(BackupProblem::Dump, None);
        assert_eq!(
            never.seen,
            "The backup of 1 January 1970, 00:00 UTC failed. `pg_dump` failed. There is no good backup."
        );
        assert!(never.advice.unwrap().contains("`latchkey backup --verify FILE`"));
        let since = failed(BackupProblem::Dump, Some(at)).seen;
        assert!(since.ends_with("The last good one was made on 1 January 1970, 00:00 UTC."), "{since}");
        let said: BTreeSet<_> = BackupProblem::ALL.map(|problem| failed(problem, None).seen).into();
        assert_eq!(said.len(), BackupProblem::ALL.len());
    }

    #[test]
    fn advice_is_sql_for_every_name() {
        let (role, schema) = ("o\"dd".to_owned(), "My schema".to_owned());
        let advice = |finding: &Finding| message(finding).advice.unwrap();
        let no_tables = Finding::RightsNoMigrations { role: role.clone(), schema: schema.clone() };
        assert!(
            advice(&no_tables).contains(r#"ALL TABLES IN SCHEMA "My schema" TO "o""dd"`"#),
            "{}",
            advice(&no_tables)
        );
        let foreign =
            Finding::RightsForeign { role: role.clone(), table: "t".to_owned(), owner: schema.clone() };
        assert!(advice(&foreign).contains(r#"GRANT "My schema" TO "o""dd"`"#), "{}", advice(&foreign));
        let lacking = Finding::RightsLacking { role: role.clone(), tables: "public.\"T\"".to_owned() };
        assert!(advice(&lacking).contains(r#"ON public."T" TO "o""dd"`"#), "{}", advice(&lacking));
        for finding in
            [Finding::RightsNoSchema { role: role.clone() }, Finding::RightsNoCreate { role, schema }]
        {
            assert!(advice(&finding).contains(r#"TO "o""dd"`"#), "{}", advice(&finding));
        }
    }

    #[tokio::test]
    async fn message_is_in_the_language_of_the_request() {
        let said = language::within(Language::TraditionalChinese, async { message(&pending()).seen }).await;
        assert_eq!(said, "有 2 項遷移待套用，第一項是 190。");
    }
}
