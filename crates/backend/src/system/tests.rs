//! The checks over a real database.

use super::*;
use crate::{
    BackupRun, DatabaseConfig, Kek, MigrationState, TestConfig,
    context::{Actor, Ctx},
    db::migrate,
    tests::{at, somebody, with_key},
};
use domain::{access::Role, error::Error, sensitive::Sensitive, time::Timestamp};
use sqlx::{ConnectOptions, PgPool};
use std::sync::Arc;

fn around() -> Surroundings {
    Surroundings {
        now: Timestamp::from_micros(0),
        settings: SettingsFacts::default(),
        server: ServerFact::This { version: "1".to_owned() },
        disk: None,
        private: None,
        key: KeyFact::AtHand { count: 1, place: "key".to_owned() },
        network: NetworkFacts::default(),
        request: None,
        pool: 2,
        pooler: false,
        unproven: false,
    }
}

/// Returns the address of the test's database, for this role and this database.
fn address(pool: &PgPool, role: Option<&str>, database: Option<&str>) -> DatabaseConfig {
    let mut options = Arc::unwrap_or_clone(pool.connect_options());
    if let Some(role) = role {
        options = options.username(role);
    }
    if let Some(database) = database {
        options = options.database(database);
    }
    DatabaseConfig::at(Sensitive::new(options.to_url_lossy().as_str()))
}

async fn run(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap();
}

async fn examined(database: Option<DatabaseConfig>, keys: Vec<Kek>) -> SystemReport {
    let with = Examination {
        mail: None,
        database,
        keys,
        single_sign_on: None,
        connection_tests: TestConfig::default(),
        slow: true,
    };
    examine(with, around()).await
}

fn code(report: &SystemReport, check: Check) -> &'static str {
    report.findings.iter().find(|finding| finding.check() == check).unwrap().code()
}

#[sqlx::test(migrations = false)]
async fn examine_changes_nothing_and_follows_the_schema(pool: PgPool) {
    let config = address(&pool, None, None);
    let empty = examined(Some(config.clone()), Vec::new()).await;
    assert_eq!(code(&empty, Check::Schema), "schema-empty");
    assert_eq!(code(&empty, Check::KeyCheck), "other-schema");
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(tables, 0, "something was changed");

    migrate(&config).await.unwrap();
    let current = examined(Some(config.clone()), Vec::new()).await;
    assert_eq!(code(&current, Check::Schema), "schema-current");
    assert_eq!(code(&current, Check::KeyCheck), "key-unused");
    assert!(current.migrations.iter().all(|migration| migration.state == MigrationState::Applied));

    run(&pool, "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)")
        .await;
    let pending = examined(Some(config.clone()), Vec::new()).await;
    assert_eq!(code(&pending, Check::Schema), "schema-pending");

    run(&pool, "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99990, 'of tomorrow', true, '', 0)")
        .await;
    let (newer, migrations) = schema_status(&config).await.unwrap();
    assert!(matches!(newer, Finding::SchemaNewer { found: 99_990, .. }), "{newer:?}");
    let last = migrations.last().unwrap();
    assert_eq!((last.name.as_str(), last.state), ("of tomorrow", MigrationState::Newer));
    assert_eq!(examined(Some(config), Vec::new()).await.state(), CheckState::Broken);
}

#[sqlx::test]
async fn examine_names_what_the_role_lacks_and_how_many_connections_it_gets(pool: PgPool) {
    let role = format!("role_{}", uuid::Uuid::new_v4().simple());
    run(&pool, &format!("CREATE ROLE {role} LOGIN CONNECTION LIMIT 3")).await;
    let config = address(&pool, Some(&role), None);
    let barred = examined(Some(config.clone()), Vec::new()).await;
    assert_eq!(code(&barred, Check::Rights), "database-rights-no-migrations");
    assert_eq!(code(&barred, Check::KeyBackup), "other-schema");
    assert_eq!(code(&barred, Check::LastBackup), "other-schema");
    run(&pool, &format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")).await;
    let reader = examined(Some(config.clone()), Vec::new()).await;
    assert_eq!(code(&reader, Check::Rights), "database-rights-lacking");
    // Two servers with two connections each.
    assert_eq!(code(&reader, Check::Pool), "database-pool-tight");
    run(&pool, &format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"))
        .await;
    run(&pool, &format!("ALTER ROLE {role} CONNECTION LIMIT 4")).await;
    let enough = examined(Some(config), Vec::new()).await;
    assert_eq!(code(&enough, Check::Rights), "database-rights-enough");
    assert_eq!(code(&enough, Check::Pool), "database-pool-fits");
    assert_eq!(code(&enough, Check::Schema), "schema-current");
    run(&pool, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}

#[sqlx::test(migrations = false)]
async fn examine_finds_another_encoding(pool: PgPool) {
    let name = format!("latin_{}", uuid::Uuid::new_v4().simple());
    run(
        &pool,
        &format!("CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"),
    )
    .await;
    let report = examined(Some(address(&pool, None, Some(&name))), Vec::new()).await;
    run(&pool, &format!("DROP DATABASE {name}")).await;
    let finding = report.findings.iter().find(|finding| finding.check() == Check::Encoding).unwrap();
    assert_eq!(*finding, Finding::EncodingOther { encoding: "LATIN1".to_owned() });
}

#[tokio::test]
async fn examine_says_once_why_the_database_cannot_be_asked_and_goes_on() {
    let config = DatabaseConfig::at(Sensitive::new("postgres://u:SENTINEL@127.0.0.1:1/d"));
    for (database, reason) in [(Some(config), "database-unreachable"), (None, "not-started")] {
        let report = examined(database, Vec::new()).await;
        assert_eq!(code(&report, Check::Connection), reason);
        for check in [Check::Version, Check::Schema, Check::Clock, Check::LastBackup, Check::KeyCheck] {
            assert_eq!(code(&report, check), "no-database", "{check:?}");
        }
        assert_eq!(code(&report, Check::Key), "key-at-hand");
        assert_eq!(code(&report, Check::SignOn), "single-sign-on-off");
        assert!(!format!("{report:?}").contains("SENTINEL"), "{report:?}");
    }
}

#[sqlx::test]
async fn examine_recognizes_the_key_and_its_confirmed_backup(pool: PgPool) {
    let kek = Kek::generate().unwrap();
    let backend = with_key(pool.clone(), kek.clone()).await;
    let config = address(&pool, None, None);
    let ctx = somebody(Role::Admin, 5);
    let right = examined(Some(config.clone()), vec![kek.clone()]).await;
    assert_eq!(code(&right, Check::KeyCheck), "key-right");
    assert_eq!(code(&right, Check::KeyBackup), "key-backup-unconfirmed");
    backend.overview().note(&ctx, crate::PortalNote::KeyBackedUp).await.unwrap();
    let confirmed = examined(Some(config.clone()), vec![kek.clone()]).await;
    assert!(
        confirmed
            .findings
            .iter()
            .any(|finding| matches!(finding, Finding::BackupConfirmed { by, .. } if by == ctx.actor.name())),
        "{confirmed:?}"
    );
    let other = examined(Some(config.clone()), vec![Kek::generate().unwrap()]).await;
    assert_eq!(code(&other, Check::KeyCheck), "key-wrong");

    // A key that was added later has to be backed up, too, which is confirmed again.
    run(&pool, "INSERT INTO key_encryption_keys (id, active, check_nonce, check_ciphertext, created_at) SELECT '0123456789abcdef', false, check_nonce, check_ciphertext, now() + interval '1 year' FROM key_encryption_keys")
        .await;
    let outdated = examined(Some(config.clone()), vec![kek.clone()]).await;
    assert_eq!(code(&outdated, Check::KeyBackup), "key-backup-outdated");
    let later = Ctx { now: Timestamp::from_micros(4_000_000_000_000_000), ..ctx };
    backend.overview().note(&later, crate::PortalNote::KeyBackedUp).await.unwrap();
    let again = examined(Some(config), vec![kek]).await;
    assert_eq!(code(&again, Check::KeyBackup), "key-backup-confirmed");
}

#[sqlx::test]
async fn examine_finds_the_last_backup_and_goes_on_without_its_table(pool: PgPool) {
    let kek = Kek::generate().unwrap();
    let backend = with_key(pool.clone(), kek.clone()).await;
    let config = address(&pool, None, None);
    let never = examined(Some(config.clone()), vec![kek.clone()]).await;
    assert_eq!(code(&never, Check::LastBackup), "last-backup-unknown");
    let time = Timestamp::from_micros(0);
    let good = BackupRun { began_at: time, ended_at: time, bytes: Some(1), verified: true, problem: None };
    backend.backups().note(&at(0), &good).await.unwrap();
    let made = examined(Some(config.clone()), vec![kek.clone()]).await;
    assert_eq!(code(&made, Check::LastBackup), "last-backup-verified");
    run(&pool, "DROP TABLE backups").await;
    let older = examined(Some(config), vec![kek]).await;
    assert_eq!(code(&older, Check::LastBackup), "other-schema");
    assert_eq!(code(&older, Check::KeyCheck), "key-right");
}

#[test]
fn state_of_a_report_counts_notes_as_well() {
    let report = |findings| SystemReport {
        findings,
        settings: Vec::new(),
        migrations: Vec::new(),
        at: Timestamp::from_micros(0),
    };
    assert_eq!(report(vec![Finding::FileNone, Finding::LastBackupUnknown]).state(), CheckState::Well);
    assert_eq!(report(vec![Finding::LastBackupNever, Finding::FileNone]).state(), CheckState::Look);
}

#[sqlx::test]
async fn look_is_for_administrators_and_asks_outside_only_if_told(pool: PgPool) {
    let backend = with_key(pool, Kek::generate().unwrap()).await;
    let system = backend.system();
    for (actor, error) in [
        (Actor::Anonymous, Error::NotSignedIn),
        (somebody(Role::Editor, 0).actor, Error::Forbidden),
        (somebody(Role::Reader, 0).actor, Error::Forbidden),
    ] {
        let ctx = Ctx { actor, ..somebody(Role::Reader, 0) };
        let asked = system.look(&ctx, || unreachable!("facts are gathered for nobody else"), true).await;
        assert_eq!(asked.unwrap_err(), error);
    }
    let ctx = somebody(Role::Admin, 0);
    let public = || {
        let mut around = around();
        around.network.public = Some("http://127.0.0.1:1".to_owned());
        around
    };
    let quick = system.look(&ctx, public, false).await.unwrap();
    assert_eq!(code(&quick, Check::Reachability), "not-asked");
    assert_eq!(code(&quick, Check::Connection), "database-connected");
    assert_eq!(code(&quick, Check::Schema), "schema-current");
    let slow = system.look(&ctx, public, true).await.unwrap();
    assert_eq!(code(&slow, Check::Reachability), "reachability-not");
}
