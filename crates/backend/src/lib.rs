//! The services over repositories, the keyring and the migrations.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests are bound by clock and environment"))]

mod access;
mod access_log;
mod audit;
mod backups;
mod connection_tests;
mod context;
mod database_trust;
mod db;
mod error;
mod health;
mod imports;
mod keyring;
mod mail;
mod metrics;
mod notices;
mod overview;
mod private_key_parser;
mod random;
mod rate_limit;
mod revision;
mod secrets;
mod sessions;
mod single_sign_on;
mod submissions;
mod system;
#[cfg(test)]
mod tests;
mod tokens;
mod usages;
mod users;
mod work;

pub use audit::{
    AuditAction, AuditCursor, AuditEntry, AuditPage, AuditQuery, AuditService, FoldedReads, FoldedRecords,
    Outcome, RecentChange, SecretHistory, Verdict,
};
pub use backups::{
    BACKUP_OF, BackupProblem, BackupRun, BackupService, LastBackups, Maintenance, Opened, Presence, SCRATCH,
    SealVerdict, ServerFacts, Snapshot, SnapshotKey, seal, verify_seal,
};
pub use connection_tests::{
    NamedHostClient, PORTAL, PrivateHost, RolledBack, TestConfig, TestOutcome, TestService, Tested,
    WatchedTests,
};
pub use context::{Action, Actor, Ctx, TokenActor, UserActor, called_token};
pub use database_trust::is_database_unproven;
pub use db::{
    DatabaseConfig, MigrationFact, MigrationState, Observed, PoolState, has_key, migrate, newest_schema,
    pending_migrations, quoted_name,
};
pub use error::StartError;
pub use formats::examples::{ExampleSource, Part as ExamplePart, Tool};
pub use formats::export::{Exported, ManifestFormat, flat_json, manifest};
pub use health::{Health, Readiness};
pub use imports::{ImportChoice, ImportRow, ImportService, ImportView};
pub use keyring::{Kek, KekError, KekService, KekStatus, Rewrapped, RotationError};
pub use mail::{
    Addressee, DroppedAddress, HeldMail, Letter, MailChoice, MailChoiceChange, MailChoiceDraft, MailConfig,
    MailFailure, MailFrom, MailService, OwnMail, Reader, Schedule, SmtpServer, TakenMail, Zone, may_hear_of,
};
pub use metrics::{AuditNumbers, DatabaseNumbers, KeyNumbers, Metrics, MetricsService, NamedSecret};
pub use notices::{
    ChannelSummary, ChannelTested, Delivery, DeliveryPage, DeliveryQuery, HeldDelivery, Notice, NoticeConfig,
    NoticeFacts, NoticeRule, NoticeService, SavedChannel,
};
pub use overview::{Attention, Day, OVERVIEW_DAYS, Overview, OverviewService, PortalNote, SetUpSteps};
pub use random::{entity_tag, random_id, sortable_id, submission_of};
pub use rate_limit::RateLimit;
pub use revision::{Expected, Revision};
pub use secrets::{
    DeletedPage, DeletedSecret, FoundValue, KeepDeleted, KeepVersions, ManifestsQuery, Retention, Rollback,
    SecretService, SecretView, Submission, ValueAnswer, ValueQuery,
};
pub use sessions::{
    Browser, Browsers, NewSession, Proof, SessionLimits, SessionService, SessionSummary, browser_and_system,
};
pub use single_sign_on::{
    BegunSignOn, Issuer, IssuerError, ProviderAnswer, SingleSignOnConfig, SingleSignOnService, StepUp,
};
pub use submissions::Submitted;
pub use system::{
    Check, CheckArea, CheckState, DiskFact, Examination, Finding, KeyFact, NetworkFacts, PrivateFacts,
    RequestFacts, ServerFact, SettingFact, SettingSource, SettingsFacts, Surroundings, SystemReport,
    SystemService, Unlooked, examine, schema_status,
};
pub use tls_trust::ExtraRoots;
pub use tokens::{CreatedToken, Stopped, TokenLimits, TokenPage, TokenService, TokenSummary};
pub use usages::UsageService;
pub use users::{AddedUser, FirstAdmin, PasswordReset, UserPage, UserService, UserSummary};

/// The folder into which `scripts/prepare-sql` has statements described: named here, so that cargo compiles the crate anew for it.
const _: Option<&str> = option_env!("SQLX_OFFLINE_DIR");

use connection_tests::{http::Http, outbound::Outbound};
use db::Db;
use domain::{error::Error, time::Timestamp};
use keyring::Keyring;
use mail::Mailer;
use std::sync::Arc;
use system::OutsideClient;
use users::Passwords;

/// The configuration of the backend.
#[derive(Clone, Debug)]
pub struct BackendConfig {
    /// The address of the database.
    pub database: DatabaseConfig,
    /// The key encryption keys at hand. Without any, everything works that needs no value.
    pub keys: Vec<Kek>,
    /// The most connections at once.
    pub max_connections: u32,
    /// How people sign in.
    pub sign_in: SignInConfig,
    /// The reach of connection tests.
    pub connection_tests: TestConfig,
    /// How long deleted secrets can be restored, and earlier values be rolled back to.
    pub retention: Retention,
    /// The server that takes mails, if there is one.
    pub mail: Option<MailConfig>,
    /// The notices.
    pub notices: NoticeConfig,
}

/// How people sign in, and for how long.
#[derive(Clone, Debug, Default)]
pub struct SignInConfig {
    /// The lifetimes of sessions.
    pub sessions: SessionLimits,
    /// Whether nobody signs in with a password.
    pub no_passwords: bool,
    /// The provider at which people sign in, if any.
    pub single_sign_on: Option<SingleSignOnConfig>,
    /// The limits of API tokens.
    pub tokens: TokenLimits,
}

/// All services over one database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Backend(Arc<Services>);

/// The parts of the configuration that say what outgoing connections reach.
struct Outside<'a> {
    connection_tests: &'a TestConfig,
    /// The addresses of the database, which they never reach.
    database: Vec<(String, u16)>,
    mail: Option<MailConfig>,
    notices: NoticeConfig,
}

#[derive(Debug)]
struct Services {
    db: Db,
    /// `None` while sealed: the key at hand is not the one under which the values were sealed.
    keyring: Option<Arc<Keyring>>,
    audit: AuditService,
    backups: BackupService,
    browsers: Browsers,
    imports: ImportService,
    connection_tests: TestService,
    keys: KekService,
    mail: MailService,
    notices: NoticeService,
    metrics: MetricsService,
    overview: OverviewService,
    secrets: SecretService,
    sessions: SessionService,
    single_sign_on: Option<SingleSignOnService>,
    system: SystemService,
    tokens: TokenService,
    usages: UsageService,
    users: UserService,
}

impl Backend {
    /// Connects, migrates the database, and verifies the key. A wrong key gives a sealed backend, which rejects everything
    /// that has to do with secrets.
    pub async fn start(config: BackendConfig, now: Timestamp) -> Result<Self, StartError> {
        migrate(&config.database).await?;
        let database = db::endpoints(&config.database.url)?;
        let db = Db::connect(config.database, config.max_connections).await?;
        let outside = Outside {
            connection_tests: &config.connection_tests,
            database,
            mail: config.mail,
            notices: config.notices,
        };
        Self::from_parts(db, config.keys, config.sign_in, outside, config.retention, now).await
    }

    async fn from_parts(
        db: Db,
        keys: Vec<Kek>,
        sign_in: SignInConfig,
        Outside { connection_tests, database, mail, notices }: Outside<'_>,
        retention: impl Into<Retention>,
        now: Timestamp,
    ) -> Result<Self, StartError> {
        let given = !keys.is_empty();
        let browsers = Browsers::new(&keys);
        let keyring = Keyring::unlock(&db, keys.clone(), now).await?.map(Arc::new);
        if given && keyring.is_none() {
            tracing::error!(
                "sealed: the key encryption key is not the one that the stored values were sealed with. \
                 Nothing is served or written until the server is started with the right one"
            );
        }
        // Also while sealed, so that the keys can be listed.
        let at_hand = keyring.clone().unwrap_or_else(|| Arc::new(Keyring::new(keys)));
        if let Some(keyring) = &keyring {
            db.hold(Arc::clone(keyring));
        }
        let secrets = SecretService::new(db.clone(), keyring.clone(), retention.into());
        let passwords = Passwords::new(!sign_in.no_passwords);
        let sessions = SessionService::new(db.clone(), passwords.clone(), sign_in.sessions);
        let outbound = Outbound::new(connection_tests, database);
        let http = Http::new(connection_tests, outbound.clone());
        let single_sign_on = sign_in
            .single_sign_on
            .map(|config| SingleSignOnService::new(db.clone(), sessions.clone(), config, &http));
        let provider = single_sign_on.as_ref().map(|service| service.provider().clone());
        let mailer = mail.map(|config| Mailer::new(config, &http));
        Ok(Self(Arc::new(Services {
            // First, because the keys move on to their own service.
            system: SystemService::new(
                db.clone(),
                Arc::clone(&at_hand),
                OutsideClient::new(http.clone(), provider, mailer.clone()),
            ),
            audit: AuditService::new(db.clone()),
            backups: BackupService::new(db.clone(), keyring.clone()),
            browsers,
            imports: ImportService::new(db.clone(), keyring.clone(), secrets.clone()),
            notices: NoticeService::new(db.clone(), keyring.clone(), http.clone(), sessions.clone(), notices),
            connection_tests: TestService::new(db.clone(), keyring.clone(), outbound, http),
            keys: KekService::new(db.clone(), at_hand),
            mail: MailService::new(db.clone(), mailer, sessions.clone()),
            metrics: MetricsService::new(db.clone(), keyring.is_none()),
            overview: OverviewService::new(db.clone(), keyring.is_none(), single_sign_on.is_some()),
            secrets,
            single_sign_on,
            tokens: TokenService::new(db.clone(), sessions.clone(), sign_in.tokens),
            usages: UsageService::new(db.clone(), keyring.is_none()),
            users: UserService::new(db.clone(), passwords, sessions.clone()),
            sessions,
            db,
            keyring,
        })))
    }

    /// Returns the audit log.
    pub fn audit(&self) -> &AuditService {
        &self.0.audit
    }

    /// Returns what became of backups.
    pub fn backups(&self) -> &BackupService {
        &self.0.backups
    }

    /// Returns the browsers in which somebody has signed in.
    pub fn browsers(&self) -> &Browsers {
        &self.0.browsers
    }

    /// Returns the imports that wait for a choice.
    pub fn imports(&self) -> &ImportService {
        &self.0.imports
    }

    /// Returns the connection tests.
    pub fn connection_tests(&self) -> &TestService {
        &self.0.connection_tests
    }

    /// Returns the key encryption keys.
    pub fn keys(&self) -> &KekService {
        &self.0.keys
    }

    /// Returns the mail of people.
    pub fn mail(&self) -> &MailService {
        &self.0.mail
    }

    /// Returns the notices.
    pub fn notices(&self) -> &NoticeService {
        &self.0.notices
    }

    /// Returns the numbers for monitoring.
    pub fn metrics(&self) -> &MetricsService {
        &self.0.metrics
    }

    /// Returns the Overview.
    pub fn overview(&self) -> &OverviewService {
        &self.0.overview
    }

    /// Returns the secrets.
    pub fn secrets(&self) -> &SecretService {
        &self.0.secrets
    }

    /// Returns the sessions.
    pub fn sessions(&self) -> &SessionService {
        &self.0.sessions
    }

    /// Returns sign-in at a provider, if one is configured.
    pub fn single_sign_on(&self) -> Option<&SingleSignOnService> {
        self.0.single_sign_on.as_ref()
    }

    /// Returns the checks of the portal's surroundings.
    pub fn system(&self) -> &SystemService {
        &self.0.system
    }

    /// Returns the API tokens.
    pub fn tokens(&self) -> &TokenService {
        &self.0.tokens
    }

    /// Returns the images and datasets.
    pub fn usages(&self) -> &UsageService {
        &self.0.usages
    }

    /// Returns the users.
    pub fn users(&self) -> &UserService {
        &self.0.users
    }

    /// Returns whether the key at hand is not the one under which the values were sealed.
    pub fn is_sealed(&self) -> bool {
        self.0.keyring.is_none()
    }

    /// Returns whether requests can be served now.
    pub async fn ready(&self) -> Readiness {
        if self.is_sealed() {
            return Readiness::Sealed;
        }
        health::probe(&self.0.db).await
    }

    /// Watches the work on the database from here on, for monitoring and for the log. Called once.
    pub fn observe(&self, observed: Observed) {
        self.0.db.observe(observed);
    }

    /// Returns the state of the database for whoever runs the portal.
    ///
    /// Errors: `Unavailable`, `Internal`.
    pub async fn health(&self, ctx: &Ctx) -> Result<Health, Error> {
        health::look(&self.0.db, ctx).await
    }

    /// Notes in the database that a server on this machine uses it, until that is ended.
    pub async fn be_present(&self, machine: &str) -> Presence {
        Presence::begin(self.0.db.clone(), machine).await
    }

    /// Closes the connections. Takes a bounded time, whatever the database does.
    pub async fn close(&self) {
        self.0.db.alarms().flush(&self.0.db).await;
        self.0.db.close().await;
    }
}
