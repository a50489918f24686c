//! Making the checks: for the page of a running server, and for the command line, which has no services.

use super::{
    facts::{Outside, SettingFact, StoredKeyFacts, Surroundings},
    finding::{Check, Finding, Unlooked},
    judge, judge_backup, judge_database,
    outside::OutsideClient,
    repository,
    state::CheckState,
};
use crate::{
    access::{Object, authorize},
    backups::{self, LastBackups},
    connection_tests::{TestConfig, http::Http, outbound::Outbound},
    context::{Action, Ctx},
    db::{self, DatabaseConfig, DatabaseFacts, Db, MigrationFact, in_time, timestamp},
    error::StartError,
    keyring::{Kek, Keyring},
    mail::{MailConfig, Mailer},
    overview::PortalNote,
    single_sign_on::{Provider, SingleSignOnConfig},
};
use domain::{error::Error, time::Timestamp};
use sqlx::PgConnection;
use std::sync::Arc;
use tokio::time::Instant;

/// The results of all checks.
#[derive(Clone, Debug)]
pub struct SystemReport {
    /// The findings, by their areas.
    pub findings: Vec<Finding>,
    /// All settings, and where each came from.
    pub settings: Vec<SettingFact>,
    /// The migrations, as far as the database could be asked.
    pub migrations: Vec<MigrationFact>,
    /// The time by this machine's clock.
    pub at: Timestamp,
}

impl SystemReport {
    /// Returns the gravest state of all findings; checks that could not be made do not count, because another one says
    /// why, and notes do not either.
    pub fn state(&self) -> CheckState {
        let states = self
            .findings
            .iter()
            .map(Finding::state)
            .filter(|state| matches!(state, CheckState::Look | CheckState::Broken));
        states.fold(CheckState::Well, |worst, state| if state.is_worse_than(worst) { state } else { worst })
    }
}

/// The checks of the running server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SystemService {
    db: Db,
    /// The keys at hand, also while sealed.
    keyring: Arc<Keyring>,
    outside: OutsideClient,
}

/// The portal's own facts in the database.
#[derive(Default)]
struct Stored {
    /// The facts about the keys; `None` without the tables for it.
    keys: Option<StoredKeyFacts>,
    /// The last backups; `None` without the table for it.
    backups: Option<LastBackups>,
    /// Whether anybody but one person uses the portal, as far as the database could be asked.
    has_others: bool,
}

/// The results of asking the database.
struct Asked {
    facts: DatabaseFacts,
    stored: Stored,
    /// The time by this machine's clock when the database was asked.
    at: Timestamp,
}

impl SystemService {
    pub(crate) fn new(db: Db, keyring: Arc<Keyring>, outside: OutsideClient) -> Self {
        Self { db, keyring, outside }
    }

    /// Makes all checks, the slow ones only if `slow` says so; `around` is asked for what the process knows.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn look(
        &self,
        ctx: &Ctx,
        around: impl FnOnce() -> Surroundings,
        slow: bool,
    ) -> Result<SystemReport, Error> {
        authorize(&self.db, ctx, Action::ManagePortal, Object::Named("system")).await?;
        let around = around();
        let began = Instant::now();
        let database = async {
            let asked = self.db.try_read(async |connection| {
                Ok((db::facts(connection).await?, stored(connection, &self.keyring).await?))
            });
            let (facts, stored) = asked.await.map_err(StartError::from)?;
            Ok(Asked { facts, stored, at: around.now + began.elapsed() })
        };
        let outside = async {
            if slow { self.outside.ask(around.network.public.as_deref()).await } else { Outside::default() }
        };
        let (database, outside) = tokio::join!(database, outside);
        Ok(report(around, Some(database), &self.outside, &outside))
    }
}

/// The means of the checks on the command line.
#[derive(Clone, Debug)]
pub struct Examination {
    /// The address of the database; `None` if it is not known, or the database is not started.
    pub database: Option<DatabaseConfig>,
    /// The key encryption keys at hand.
    pub keys: Vec<Kek>,
    /// The provider, if one is configured.
    pub single_sign_on: Option<SingleSignOnConfig>,
    /// The server that takes mails, if one is configured.
    pub mail: Option<MailConfig>,
    /// The reach of outgoing connections.
    pub connection_tests: TestConfig,
    /// Whether to make the slow checks.
    pub slow: bool,
}

/// Makes all checks without services, for whoever has the settings and the key. Changes nothing, neither in the database nor in
/// the data folder.
pub async fn examine(with: Examination, around: Surroundings) -> SystemReport {
    let Examination { database, keys, single_sign_on, mail, connection_tests, slow } = with;
    let endpoints = database.as_ref().and_then(|config| db::endpoints(&config.url).ok()).unwrap_or_default();
    let http = Http::new(&connection_tests, Outbound::new(&connection_tests, endpoints));
    let provider = single_sign_on.map(|config| Provider::new(config, &http));
    let mailer = mail.map(|config| Mailer::new(config, &http));
    let client = OutsideClient::new(http, provider, mailer);
    let began = Instant::now();
    let keyring = Keyring::new(keys);
    let asked = async {
        let config = database.as_ref()?;
        let asked = async {
            let (mut connection, facts) = db::facts_at(config).await?;
            let at = around.now + began.elapsed();
            let stored = in_time(stored(&mut connection, &keyring)).await;
            let stored = stored.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
            Ok(Asked { facts, stored, at })
        };
        Some(asked.await)
    };
    let outside =
        async { if slow { client.ask(around.network.public.as_deref()).await } else { Outside::default() } };
    let (asked, outside) = Box::pin(async { tokio::join!(asked, outside) }).await;
    report(around, asked, &client, &outside)
}

/// Returns the state of the schema and every migration, and changes nothing.
///
/// Errors: no usable address, no database, or one that rejects the role.
pub async fn schema_status(config: &DatabaseConfig) -> Result<(Finding, Vec<MigrationFact>), StartError> {
    let (_, facts) = db::facts_at(config).await?;
    let finding = if facts.may_read_migrations {
        judge_database::schema(&facts.migrations, facts.newest)
    } else {
        Finding::RightsNoMigrations {
            role: facts.role,
            schema: facts.schema.unwrap_or_else(|| "public".to_owned()),
        }
    };
    Ok((finding, facts.migrations))
}

/// Returns what the database says of the keys and of the last backups.
async fn stored(connection: &mut PgConnection, keyring: &Keyring) -> Result<Stored, sqlx::Error> {
    let readable = repository::readable(connection).await?;
    let mut stored = Stored::default();
    if readable.keys {
        stored.keys = Some(stored_keys(connection, keyring).await?);
    }
    if readable.backups {
        stored.backups = Some(backups::repository::last(connection).await?);
    }
    if readable.access {
        stored.has_others = repository::has_others(connection).await?;
    }
    Ok(stored)
}

/// Returns what the database says of the keys.
async fn stored_keys(
    connection: &mut PgConnection,
    keyring: &Keyring,
) -> Result<StoredKeyFacts, sqlx::Error> {
    let rows = repository::keys(connection, PortalNote::KeyBackedUp.code()).await?;
    let active = rows.iter().find(|row| row.active);
    let opens =
        active.is_some_and(|row| keyring.recognizes(&row.id, &row.check_nonce, &row.check_ciphertext));
    let lost = rows.iter().filter(|row| !row.active && row.sealed > 0 && !keyring.has(&row.id));
    let note = rows.first().and_then(|row| Some((timestamp(row.noted_at?), row.noted_by.clone()?)));
    Ok(StoredKeyFacts {
        is_known: active.is_some(),
        opens,
        lost: lost.map(|row| (row.id.clone(), row.sealed.unsigned_abs())).collect(),
        newest: rows.iter().map(|row| timestamp(row.created_at)).max(),
        confirmed: note,
    })
}

/// Judges all facts.
fn report(
    around: Surroundings,
    database: Option<Result<Asked, StartError>>,
    client: &OutsideClient,
    outside: &Outside,
) -> SystemReport {
    let mut findings = judge::program(&around);
    findings.extend(around.private.as_ref().map(judge::private));
    let not_looked = |because| judge_database::CHECKS.map(|check| judge::not_looked(check, because));
    let stored = match &database {
        Some(Ok(Asked { stored, .. })) => Ok(stored),
        _ => Err(Unlooked::DatabaseAway),
    };
    let keys = stored.and_then(|stored| stored.keys.as_ref().ok_or(Unlooked::OtherSchema));
    let backups = stored.and_then(|stored| stored.backups.as_ref().ok_or(Unlooked::OtherSchema));
    match &database {
        Some(Ok(Asked { facts, at, .. })) => {
            findings.extend(judge_database::database(facts, &around, *at));
        }
        Some(Err(error)) => {
            findings.push(Finding::ConnectionFailed { why: error.to_string() });
            findings.extend(not_looked(Unlooked::DatabaseAway));
        }
        None => {
            findings.push(judge::not_looked(Check::Connection, Unlooked::NotStarted));
            findings.extend(not_looked(Unlooked::DatabaseAway));
        }
    }
    findings.push(match backups {
        Ok(backups) => judge_backup::last_backup(backups, around.private.is_some(), around.now),
        Err(because) => judge::not_looked(Check::LastBackup, because),
    });
    findings.extend(judge::key(&around.key, keys));
    let has_others = stored.is_ok_and(|stored| stored.has_others);
    findings.extend(judge::network(&around.network, has_others, around.request.as_ref(), outside));
    findings.extend(judge::sign_on(client.provider().as_ref(), outside));
    findings.push(judge::mail(around.settings.mail_wrong.as_deref(), client.mail_server(), outside));
    let migrations = database.and_then(Result::ok).map(|asked| asked.facts.migrations).unwrap_or_default();
    SystemReport { findings, settings: around.settings.all, migrations, at: around.now }
}
