//! Helpers of the tests of all services.

use crate::{
    Actor, Backend, Ctx, KeepDeleted, Kek, NoticeConfig, Outside, Retention, SignInConfig, Submission,
    TestConfig, UserActor, db::Db, secrets,
};
use domain::{access::Role, secret::SecretId, sensitive::Sensitive, time::Timestamp};
use proptest::test_runner::Config as ProptestConfig;
use sqlx::PgPool;
use uuid::Uuid;

/// Returns the context of the server itself, at this second.
pub(crate) fn at(second: i64) -> Ctx {
    Ctx::system("test", Timestamp::from_micros(second * 1_000_000))
}

/// Returns the context of nobody, at this second.
pub(crate) fn anonymous(second: i64) -> Ctx {
    Ctx { actor: Actor::Anonymous, ..at(second) }
}

/// Returns the context of a made-up person, at this second.
pub(crate) fn somebody(role: Role, second: i64) -> Ctx {
    let actor = UserActor {
        id: Uuid::nil(),
        name: role.as_str().to_owned(),
        role,
        session: Uuid::nil(),
        language: None,
    };
    Ctx { actor: Actor::User(actor), ..at(second) }
}

pub(crate) async fn backend(pool: PgPool) -> Backend {
    with_key(pool, Kek::generate().unwrap()).await
}

pub(crate) async fn with_key(pool: PgPool, kek: Kek) -> Backend {
    backend_with(pool, vec![kek]).await
}

pub(crate) async fn backend_with(pool: PgPool, keys: Vec<Kek>) -> Backend {
    reaching(pool, keys, &TestConfig::default()).await
}

/// Returns a backend whose connection tests may reach what the configuration allows.
pub(crate) async fn reaching(pool: PgPool, keys: Vec<Kek>, connection_tests: &TestConfig) -> Backend {
    keeping(pool, keys, connection_tests, KeepDeleted::default()).await
}

/// Returns a backend that keeps deleted secrets for this time.
pub(crate) async fn keeping(
    pool: PgPool,
    keys: Vec<Kek>,
    connection_tests: &TestConfig,
    keep: impl Into<Retention>,
) -> Backend {
    let (db, sign_in) = (Db::from_pool(pool), SignInConfig::default());
    let outside =
        Outside { connection_tests, database: Vec::new(), mail: None, notices: NoticeConfig::default() };
    Backend::from_parts(db, keys, sign_in, outside, keep, at(0).now).await.unwrap()
}

/// Returns a backend over connections that the test holds, too.
pub(crate) async fn backend_over(db: Db) -> Backend {
    let (keys, sign_in) = (vec![Kek::generate().unwrap()], SignInConfig::default());
    let outside = Outside {
        connection_tests: &TestConfig::default(),
        database: Vec::new(),
        mail: None,
        notices: NoticeConfig::default(),
    };
    Backend::from_parts(db, keys, sign_in, outside, KeepDeleted::default(), at(0).now).await.unwrap()
}

/// Returns the backend's keys.
pub(crate) fn keks_of(backend: &Backend) -> Vec<Kek> {
    backend.0.keyring.as_ref().unwrap().keks()
}

/// Returns another backend over the same database, with the same keys.
pub(crate) async fn started_again(backend: &Backend, pool: PgPool) -> Backend {
    backend_with(pool, keks_of(backend)).await
}

/// Changes rows by `sql`, and leaves the database as a version without MACs did.
pub(crate) async fn as_older_version_left_it(backend: &Backend, pool: &PgPool, sql: &str) {
    let kept = |word: &str| format!("ALTER TABLE audit_records {word} TRIGGER audit_records_kept");
    let tables =
        ["users", "sessions", "api_tokens", "one_time_links", "secrets", "audit_head", "audit_records"];
    let without = tables.map(|table| format!("UPDATE {table} SET mac = NULL"));
    let statements = [sql.to_owned(), kept("DISABLE")].into_iter().chain(without).chain([kept("ENABLE")]);
    for statement in statements {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(pool).await.unwrap();
    }
    for kek in keks_of(backend) {
        let row = backend.0.keyring.as_ref().unwrap().old_check_row(&kek.id());
        sqlx::query("UPDATE key_encryption_keys SET check_nonce = $2, check_ciphertext = $3 WHERE id = $1")
            .bind(row.id)
            .bind(row.check_nonce)
            .bind(row.check_ciphertext)
            .execute(pool)
            .await
            .unwrap();
    }
}

/// Waits until somebody waits for a row that another transaction holds.
pub(crate) async fn until_somebody_waits(pool: &PgPool) {
    until_waiting(pool, 1).await;
}

/// Waits until this number of transactions wait for rows that others hold.
pub(crate) async fn until_waiting(pool: &PgPool, count: i64) {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    for _ in 0..1_000 {
        if sqlx::query_scalar::<_, i64>(waiting).fetch_one(pool).await.unwrap() >= count {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("fewer than {count} wait");
}

/// Waits until the log has a record with this end.
pub(crate) async fn until_recorded(pool: &PgPool, end: &str) {
    let there = async {
        while !records(pool).await.iter().any(|record| record.ends_with(end)) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), there).await.expect("it is recorded");
}

/// Returns the pending private key. The portal shows it to nobody.
pub(crate) async fn waiting(backend: &Backend, pool: &PgPool, id: &SecretId) -> String {
    let mut connection = pool.acquire().await.unwrap();
    let row = secrets::repository::find(&mut connection, id).await.unwrap().unwrap();
    let pair = secrets::keys::repository::find_pending(&mut connection, row.id).await.unwrap();
    let (place, sealed, _) = pair.unwrap();
    backend.0.keyring.as_ref().unwrap().open(place, &sealed).unwrap().expose().to_owned()
}

/// Returns a configuration with this number of cases for a property, or the number in `PROPTEST_CASES`.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    // With very many cases, very many are rejected.
    let any = ProptestConfig {
        failure_persistence: None,
        max_local_rejects: u32::MAX,
        max_global_rejects: u32::MAX,
        ..ProptestConfig::default()
    };
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    if asked { any } else { ProptestConfig { cases: usual, ..any } }
}

pub(crate) fn text(text: &str) -> Sensitive {
    Sensitive::new(text)
}

/// Returns the mark of a form that nobody has sent yet.
pub(crate) fn some_form() -> Submission {
    Submission::Form(Uuid::new_v4())
}

/// Adds a user with this password, who may sign in.
pub(crate) async fn add_user(backend: &Backend, name: &str, role: Role, password: &str) {
    let added = backend.users().add(&at(0), name, role.as_str(), &text("")).await.unwrap();
    backend.users().choose_password(&at(0), &added.link_token, &text(password)).await.unwrap();
}

/// Returns the context of a signed-in person, at this second; adds the user if nobody has the name.
pub(crate) async fn signed_in(backend: &Backend, name: &str, role: Role, second: i64) -> Ctx {
    drop(backend.users().add(&at(0), name, role.as_str(), &text("")).await);
    let session = backend.sessions().begin_for(&at(second), name, "tests").await.unwrap();
    let actor = backend.sessions().identify(&at(second), &session.token).await.unwrap().unwrap();
    Ctx { actor, ..at(second) }
}

/// Returns actor, action, object, outcome and fields of every audit record, in order.
pub(crate) async fn records(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT actor || ' | ' || action || ' | ' || object || ' | ' || outcome || ' | ' \
         || array_to_string(fields, ',') FROM audit_records ORDER BY id",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}
