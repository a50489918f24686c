//! Backups, against a real database.

use super::{BackupProblem, BackupRun, LastBackups, Maintenance, Opened};
use crate::{
    DatabaseConfig,
    tests::{anonymous, at, backend, keks_of, records, somebody, with_key},
};
use domain::{access::Role, error::Error, sensitive::Sensitive, time::Timestamp};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool};
use std::sync::Arc;

fn run(second: i64, problem: Option<BackupProblem>) -> BackupRun {
    let time = Timestamp::from_micros(second * 1_000_000);
    BackupRun { began_at: time, ended_at: time, bytes: Some(4_096), verified: problem.is_none(), problem }
}

#[sqlx::test]
async fn last_backup_returns_last_run_and_last_good_one(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let backups = backend.backups();
    assert_eq!(backups.last_backup(&at(1)).await, Ok(LastBackups::default()));
    let (good, bad) = (run(1, None), run(2, Some(BackupProblem::Dump)));
    backups.note(&at(1), &good).await.unwrap();
    backups.note(&at(2), &bad).await.unwrap();
    let last = backups.last_backup(&somebody(Role::Admin, 3)).await.unwrap();
    assert_eq!(last, LastBackups { last: Some(bad), last_good: Some(good) });
    let log = records(&pool).await;
    assert!(log.contains(&"test | backup made | database, verified | done | ".to_owned()), "{log:?}");
    assert!(log.contains(&"test | backup made | database | failed | ".to_owned()), "{log:?}");
}

#[sqlx::test]
async fn note_keeps_the_last_good_run_however_many_fail(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    backend.backups().note(&at(1), &run(1, None)).await.unwrap();
    for second in 2..105 {
        backend.backups().note(&at(second), &run(second, Some(BackupProblem::File))).await.unwrap();
    }
    let last = backend.backups().last_backup(&at(200)).await.unwrap();
    assert_eq!(last.last_good, Some(run(1, None)));
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM backups").fetch_one(&pool).await.unwrap();
    assert_eq!(count, 101);
}

#[sqlx::test]
async fn backups_are_for_administrators_alone(pool: PgPool) {
    let backend = backend(pool).await;
    let backups = backend.backups();
    assert_eq!(backups.last_backup(&anonymous(1)).await, Err(Error::NotSignedIn));
    for role in [Role::Reader, Role::Editor] {
        let ctx = somebody(role, 1);
        assert!(matches!(backups.last_backup(&ctx).await, Err(Error::Forbidden)), "{role:?}");
        assert!(matches!(backups.note(&ctx, &run(1, None)).await, Err(Error::Forbidden)), "{role:?}");
        assert!(matches!(backups.open_all(&ctx).await, Err(Error::Forbidden)), "{role:?}");
    }
}

#[sqlx::test]
async fn open_all_counts_values_that_do_not_open(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    backend.secrets().seed(&at(1), 6).await.unwrap();
    let opened = backend.backups().open_all(&at(2)).await.unwrap();
    assert_eq!(opened, Opened { opened: 6, broken: 0 });
    sqlx::query(
        "UPDATE secret_values SET ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1) \
         WHERE secret_id = (SELECT min(secret_id::text)::uuid FROM secret_values)",
    )
    .execute(&pool)
    .await
    .unwrap();
    let opened = backend.backups().open_all(&at(3)).await.unwrap();
    assert_eq!(opened, Opened { opened: 5, broken: 1 });
    let again = with_key(pool, keks_of(&backend).remove(0)).await;
    assert_eq!(again.backups().open_all(&at(4)).await, Ok(opened));
}

/// Returns a connection for maintenance of the test's database, or of another one of its server.
async fn maintenance(pool: &PgPool, database: Option<&str>) -> Maintenance {
    let mut options = Arc::unwrap_or_clone(pool.connect_options());
    if let Some(database) = database {
        options = options.database(database);
    }
    let config = DatabaseConfig::at(Sensitive::new(options.to_url_lossy().as_str()));
    Maintenance::connect(&config).await.unwrap()
}

async fn run_sql(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap();
}

async fn is_there(pool: &PgPool, database: &str) -> bool {
    let found = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)");
    found.bind(database).fetch_one(pool).await.unwrap()
}

/// Asks another database of the server.
async fn asked(config: &DatabaseConfig, sql: &str) -> String {
    let mut connection = PgConnection::connect(config.url.expose()).await.unwrap();
    let answer = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    answer
}

#[sqlx::test(migrations = false)]
async fn create_scratch_drops_leftovers_of_its_own_database_alone(pool: PgPool) {
    let other = format!("other_{}", crate::random_id().simple());
    run_sql(&pool, &format!("CREATE DATABASE {other}")).await;
    let (mut one, mut two) = (maintenance(&pool, None).await, maintenance(&pool, Some(&other)).await);
    let (first, _) = one.create_scratch().await.unwrap();
    let (theirs, _) = two.create_scratch().await.unwrap();
    assert!(is_there(&pool, &first).await, "another portal of the role has dropped it");
    let (second, _) = one.create_scratch().await.unwrap();
    assert!(!is_there(&pool, &first).await && is_there(&pool, &theirs).await);
    for name in [second, theirs] {
        one.drop_database(&name).await.unwrap();
    }
    two.close().await;
    one.drop_database(&other).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn scratch_gets_settings_and_rights_of_the_database(pool: PgPool) {
    let mut maintenance = maintenance(&pool, None).await;
    let database = maintenance.server().await.unwrap().database;
    let guest = format!("guest_{}", crate::random_id().simple());
    run_sql(
        &pool,
        &format!(
            "CREATE ROLE {guest}; CREATE SCHEMA \"My schema\"; \
             ALTER DATABASE \"{database}\" SET search_path = \"My schema\", public; \
             ALTER DATABASE \"{database}\" SET work_mem = '7MB'; \
             ALTER ROLE {guest} IN DATABASE \"{database}\" SET work_mem = '9MB'; \
             ALTER DATABASE \"{database}\" CONNECTION LIMIT 77; \
             REVOKE ALL ON DATABASE \"{database}\" FROM PUBLIC; \
             GRANT CONNECT, TEMPORARY ON DATABASE \"{database}\" TO {guest} WITH GRANT OPTION"
        ),
    )
    .await;
    let (scratch, config) = maintenance.create_scratch().await.unwrap();
    assert_eq!(asked(&config, "SHOW search_path").await, "\"My schema\", public");
    assert_eq!(asked(&config, "SHOW work_mem").await, "7MB");
    assert_eq!(maintenance.copy_rights(&scratch).await.unwrap(), Vec::<String>::new());
    let facts = "SELECT concat_ws(' ', datconnlimit, has_database_privilege('{guest}', oid, 'CONNECT WITH GRANT OPTION'), \
                 (SELECT count(*) FROM aclexplode(datacl) WHERE grantee = 0), (SELECT count(*) FROM pg_db_role_setting \
                 WHERE setdatabase = pg_database.oid AND setrole <> 0)) FROM pg_database WHERE datname = current_database()";
    assert_eq!(asked(&config, &facts.replace("{guest}", &guest)).await, "77 t 0 1");
    maintenance.drop_database(&scratch).await.unwrap();
    run_sql(&pool, &format!("ALTER ROLE {guest} IN DATABASE \"{database}\" RESET ALL; DROP OWNED BY {guest}; DROP ROLE {guest}")).await;
}

#[sqlx::test(migrations = false)]
async fn scratch_sorts_by_the_provider_of_the_database(pool: PgPool) {
    let icu = format!("icu_{}", crate::random_id().simple());
    let made = format!(
        "CREATE DATABASE {icu} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'sv-SE' LOCALE 'C.UTF-8'"
    );
    run_sql(&pool, &made).await;
    let mut maintenance = maintenance(&pool, Some(&icu)).await;
    let (scratch, config) = maintenance.create_scratch().await.unwrap();
    let provider = "SELECT datlocprovider::text FROM pg_database WHERE datname = current_database()";
    assert_eq!(asked(&config, provider).await, "i");
    assert_eq!(
        asked(&config, "SELECT string_agg(x, '' ORDER BY x) FROM unnest('{ö,z}'::text[]) AS x").await,
        "zö"
    );
    maintenance.drop_database(&scratch).await.unwrap();
    maintenance.close().await;
    run_sql(&pool, &format!("DROP DATABASE {icu}")).await;
}

#[sqlx::test]
async fn drop_all_but_empties_a_database_and_leaves_what_was_there(pool: PgPool) {
    let mut maintenance = maintenance(&pool, None).await;
    assert!(!maintenance.server().await.unwrap().tables.is_empty());
    maintenance.drop_all_but(&[]).await.unwrap();
    // As before a restore: something of an administrator's, but no table.
    run_sql(
        &pool,
        "CREATE EXTENSION pg_trgm; CREATE FUNCTION theirs() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    )
    .await;
    let before = maintenance.objects().await.unwrap();
    assert_eq!(before.len(), 2 + usize::from(before.iter().any(|(_, name)| name == "plpgsql")), "{before:?}");
    run_sql(
        &pool,
        "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, m mood); \
         CREATE VIEW v AS SELECT * FROM t; CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    )
    .await;
    maintenance.drop_all_but(&before).await.unwrap();
    assert_eq!(maintenance.objects().await.unwrap(), before);
}

#[sqlx::test]
async fn others_names_servers_that_have_no_connection(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let mut maintenance = maintenance(&pool, None).await;
    let named = |others: Vec<String>| others.iter().any(|other| other.starts_with("a server on web-1, "));
    assert!(!named(maintenance.others().await.unwrap()));
    let presence = backend.be_present("web-1").await;
    let other = backend.be_present("web-1").await;
    assert!(named(maintenance.others().await.unwrap()));
    assert!(!named(maintenance.sessions().await.unwrap()));
    presence.end().await;
    assert!(named(maintenance.others().await.unwrap()), "the other one is still there");
    // Killed: it is given up when its lease has ended.
    drop(other);
    run_sql(&pool, "UPDATE leases SET until = now() - interval '1 second'").await;
    assert!(!named(maintenance.others().await.unwrap()));
    backend.be_present("web-2").await.end().await;
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM leases").fetch_one(&pool).await.unwrap();
    assert_eq!(rows, 1, "one of today is kept until tomorrow");
}
