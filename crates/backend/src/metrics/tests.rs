//! The numbers on a real database, one for each test.

use super::{KeyNumbers, Metrics};
use crate::{
    Backend, Kek, Observed,
    tests::{at, backend, backend_with, keks_of, somebody},
};
use domain::{
    access::Role,
    connection_test::TestCause,
    error::Error,
    notice::ChannelDraft,
    secret::{NewSecret, SecretDraft, SecretId},
    sensitive::Sensitive,
    time::Timestamp,
};
use prometheus_client::{encoding::text::encode, registry::Registry};
use sqlx::PgPool;
use std::time::Duration;

const DAY: i64 = 86_400;

async fn add(backend: &Backend, name: &str) -> SecretId {
    let draft = SecretDraft {
        name: name.to_owned(),
        display_name: "SENTINEL".to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: "127.0.0.1:9".to_owned(),
        username: "SENTINEL".to_owned(),
        password: Sensitive::new("SENTINEL"),
        allow_duplicate: "on".to_owned(),
        ..SecretDraft::default()
    };
    backend.secrets().create(&at(1), NewSecret::parse(draft).unwrap(), None).await.unwrap()
}

async fn keep_result(pool: &PgPool, id: &SecretId, cause: TestCause) {
    sqlx::query(
        "UPDATE secrets SET check_status = $1, check_cause = $2, checked_at = to_timestamp(5), checked_by = 'test' \
         WHERE name = $3",
    )
    .bind(cause.status().as_str())
    .bind(cause.as_str())
    .bind(id.name.as_str())
    .execute(pool)
    .await
    .unwrap();
}

/// Returns the metrics as text.
fn text(metrics: &Metrics) -> String {
    let mut registry = Registry::default();
    metrics.register(&mut registry);
    let mut text = String::new();
    encode(&mut text, &registry).unwrap();
    text
}

#[sqlx::test]
async fn numbers_equal_what_is_stored(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let (a, b) = (add(&backend, "a").await, add(&backend, "b").await);
    add(&backend, "c").await;
    keep_result(&pool, &a, TestCause::RegistryOpened).await;
    keep_result(&pool, &b, TestCause::WrongPassword).await;
    let end = "UPDATE secrets SET expires_at = to_timestamp($1) WHERE name = $2";
    for (seconds, name) in [(100, "a"), (10 * DAY, "b")] {
        sqlx::query(end).bind(seconds).bind(name).execute(&pool).await.unwrap();
    }
    sqlx::query("UPDATE secrets SET last_read_at = to_timestamp(120.5) WHERE name = 'b'")
        .execute(&pool)
        .await
        .unwrap();

    // A value of a day is not near its end, and a channel has an address and a signing secret.
    sqlx::query("UPDATE secrets SET expires_at = to_timestamp(86401) WHERE name = 'c'")
        .execute(&pool)
        .await
        .unwrap();
    let draft = ChannelDraft {
        name: "all".to_owned(),
        preset: "standard".to_owned(),
        url: Sensitive::new("https://receiver.example/hook"),
        ..ChannelDraft::default()
    };
    backend.notices().add_channel(&at(1), &draft).await.unwrap();

    let numbers = backend.metrics().numbers(&at(200), 10).await.unwrap();
    assert_eq!(numbers.types, [("git-dataset".to_owned(), 0), ("image-pull".to_owned(), 3)]);
    let mut states: Vec<_> = numbers.states.iter().filter(|(_, count)| *count > 0).cloned().collect();
    states.sort();
    let state = |name: &str| (name.to_owned(), 1);
    assert_eq!(states, [state("never-tested"), state("refused"), state("works")]);
    let named: Vec<_> = numbers.named.iter().map(|secret| (secret.name.as_str(), secret.works)).collect();
    assert_eq!(named, [("a", Some(true)), ("b", Some(false)), ("c", None)]);
    let ends: Vec<_> = numbers.named.iter().map(|secret| secret.expires_at.map(Timestamp::micros)).collect();
    assert_eq!(ends, [Some(100_000_000), Some(10 * DAY * 1_000_000), Some(86_401_000_000)]);
    assert_eq!(numbers.expiring, [(0, 1), (7, 0), (14, 1), (30, 1), (90, 1)]);
    let used: Vec<_> = numbers.named.iter().map(|secret| secret.used_at.map(Timestamp::micros)).collect();
    assert_eq!(used, [None, Some(120_500_000), None]);
    assert!(!numbers.names_left_out);
    let key = keks_of(&backend)[0].id();
    assert_eq!(numbers.keys, [KeyNumbers { id: key, active: true, values: 5 }]);
    let stored: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit_records").fetch_one(&pool).await.unwrap();
    assert_eq!(numbers.audit.records, stored.unsigned_abs());
    assert!(numbers.audit.bytes > 0 && numbers.audit.last_at.is_some(), "{:?}", numbers.audit);
    assert!(!format!("{numbers:?}").contains("SENTINEL"), "{numbers:?}");
}

#[sqlx::test]
async fn numbers_name_no_more_secrets_than_asked_for(pool: PgPool) {
    let backend = backend(pool).await;
    for name in ["c", "a", "b"] {
        add(&backend, name).await;
    }
    for (most, names, left_out) in [(0, &[][..], true), (2, &["a", "b"], true), (3, &["a", "b", "c"], false)]
    {
        let numbers = backend.metrics().numbers(&at(2), most).await.unwrap();
        let named: Vec<&str> = numbers.named.iter().map(|secret| secret.name.as_str()).collect();
        assert_eq!((named.as_slice(), numbers.names_left_out), (names, left_out), "{most}");
    }
}

#[sqlx::test]
async fn numbers_are_for_the_server_alone(pool: PgPool) {
    let unsealed = backend(pool.clone()).await;
    let forbidden = unsealed.metrics().numbers(&somebody(Role::Editor, 1), 1).await;
    assert_eq!(forbidden, Err(Error::Forbidden));
    let sealed = backend_with(pool, vec![Kek::generate().unwrap()]).await;
    assert!(sealed.is_sealed());
    assert_eq!(sealed.metrics().numbers(&at(1), 1).await, Err(Error::Sealed));
}

#[sqlx::test]
async fn metrics_count_reads_tests_and_records(pool: PgPool) {
    let backend = backend(pool).await;
    let id = add(&backend, "a").await;
    let metrics = Metrics::default();
    backend.observe(Observed { metrics: Some(metrics.clone()), slow: None });
    for _ in 0..3 {
        backend.secrets().credential(&at(2), &id).await.unwrap();
    }
    // Forbidden before anything is read.
    backend.secrets().credential(&somebody(Role::Admin, 2), &id).await.unwrap_err();
    // Nothing is connected to: private addresses are not allowed.
    let report = backend.connection_tests().stored(&somebody(Role::Admin, 3), &id).await.unwrap();
    let text = text(&metrics);
    for line in [
        "value_reads_total{outcome=\"done\"} 3".to_owned(),
        format!("connection_tests_total{{cause=\"{}\"}} 1", report.cause.as_str()),
    ] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    let count = |name: &str| {
        let line =
            text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name}: {text}"));
        line.trim().parse::<u32>().unwrap()
    };
    assert!(count("audit_append_duration_seconds_count") >= 4);
    assert!(count("database_work_duration_seconds_count{work=\"write\"}") >= 4);
    assert!(count("database_work_duration_seconds_count{work=\"read\"}") >= 1);
    assert!(!text.contains("SENTINEL"), "{text}");
}

#[sqlx::test]
async fn pool_counts_lent_connections_and_callers_that_wait(pool: PgPool) {
    let db = crate::db::Db::from_pool(pool);
    let backend = crate::tests::backend_over(db.clone()).await;
    let state = async || backend.metrics().pool(&at(1)).await.unwrap();
    let before = state().await;
    assert_eq!((before.in_use, before.waiting), (0, 0));
    let mut lent = Vec::new();
    for _ in 0..before.most {
        lent.push(db.begin().await.unwrap());
    }
    let waiting = tokio::spawn({
        let db = db.clone();
        async move { db.begin().await.map(drop) }
    });
    while state().await.waiting == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(state().await.in_use, before.most);
    drop(lent);
    waiting.await.unwrap().unwrap();
    while state().await.in_use > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(state().await.waiting, 0);
}
