//! The version that each consumer read.

use super::{a, add, change, read, token, with_versions};
use crate::{
    Actor, Ctx, ValueAnswer, ValueQuery,
    tests::{at, backend, records},
};
use domain::{access::TokenScope, error::Error, secret::ExportFormat};
use sqlx::PgPool;

#[sqlx::test]
async fn value_of_version_returns_it_with_its_own_account(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, "a", "first").await;
    change(&backend, &at(2), ("quay.io", "other", "second")).await;
    let reader = token(&backend, TokenScope::ReadValues).await;
    assert_eq!(read(&backend, &reader, 1).await, Ok(("robot".to_owned(), "first".to_owned())));
    assert_eq!(read(&backend, &reader, 2).await, Ok(("other".to_owned(), "second".to_owned())));
    for never in [0, -1, 3, i64::MAX] {
        assert_eq!(read(&backend, &reader, never).await, Err(Error::NotFound), "{never}");
    }
    let config = ValueQuery { shape: ExportFormat::DockerConfigJson, url: None };
    let answer = backend.secrets().value_of_version(&reader, &a(), 1, config, |_| false).await.unwrap();
    let ValueAnswer::Value(_, entries) = answer else { panic!("it was not known") };
    assert!(entries[0].1.expose().contains("ghcr.io") && !entries[0].1.expose().contains("quay.io"));
    let scoped = token(&backend, TokenScope::ReadMetadata).await;
    assert_eq!(read(&backend, &scoped, 1).await, Err(Error::Forbidden));
    let reads: Vec<String> =
        records(&pool).await.into_iter().filter(|record| record.contains("value read")).collect();
    assert_eq!(reads.len(), 3);
    // After a leak of one version, the records say who read it.
    assert!(reads.iter().any(|record| record.ends_with("image-a | done | version-1")), "{reads:?}");
}

/// Consumers delete their copy of a secret that does not exist.
#[sqlx::test]
async fn version_from_before_versions_were_kept_is_gone_and_not_missing(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    with_versions(&backend, 3).await;
    for table in ["secret_values WHERE version", "secret_versions WHERE number"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table} = 1"))).execute(&pool).await.unwrap();
    }
    let reader = token(&backend, TokenScope::ReadValues).await;
    for (number, why) in [(1, Error::VersionGone), (0, Error::NotFound), (4, Error::NotFound)] {
        assert_eq!(read(&backend, &reader, number).await, Err(why), "{number}");
    }
}

/// After a rollback, whoever still has the value from before it has the right one.
#[sqlx::test]
async fn consumers_with_the_same_value_by_a_rollback_are_not_outdated(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    with_versions(&backend, 1).await;
    let outdated = async || {
        let found = backend.usages().of_secret(&at(100), &a()).await.unwrap();
        let mut versions: Vec<i64> = found.outdated.iter().map(|consumer| consumer.version).collect();
        versions.sort_unstable();
        versions
    };
    let roll_back = async |number: i64| {
        backend.secrets().roll_back(&at(20), &a(), number, None, "").await.unwrap();
    };
    let first = token(&backend, TokenScope::ReadValues).await;
    read(&backend, &first, 1).await.unwrap();
    change(&backend, &at(6), ("ghcr.io", "robot", "2")).await;
    let second = token(&backend, TokenScope::ReadValues).await;
    read(&backend, &second, 2).await.unwrap();
    roll_back(1).await;
    assert_eq!(outdated().await, [2]);
    let third = token(&backend, TokenScope::ReadValues).await;
    read(&backend, &third, 3).await.unwrap();
    change(&backend, &at(21), ("ghcr.io", "robot", "4")).await;
    assert_eq!(outdated().await, [1, 2, 3]);
    roll_back(1).await;
    assert_eq!(outdated().await, [2]);
}

/// The page says who still has the old value.
#[sqlx::test]
async fn consumers_name_the_version_that_each_read_last(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    with_versions(&backend, 2).await;
    let reader = token(&backend, TokenScope::ReadValues).await;
    let query = || ValueQuery { shape: ExportFormat::UsernamePassword, url: None };
    let last = async || {
        let consumers = backend.usages().of_secret(&at(9), &a()).await.unwrap();
        consumers.readers.iter().map(|reader| reader.version).collect::<Vec<_>>()
    };
    backend.secrets().value(&reader, &a(), query(), |_| false).await.unwrap();
    assert_eq!(last().await, [Some(2)]);
    change(&backend, &at(6), ("ghcr.io", "robot", "3")).await;
    assert_eq!(last().await, [Some(2)]);
    // An answer that nothing changed is a read, too.
    let later = Ctx { now: at(7).now, ..reader.clone() };
    backend.secrets().value(&later, &a(), query(), |_| true).await.unwrap();
    assert_eq!(last().await, [Some(3)]);
    let tomorrow = Ctx { now: at(86_400 + 8).now, ..reader };
    read(&backend, &tomorrow, 1).await.unwrap();
    let consumers = backend.usages().of_secret(&at(86_400 + 9), &a()).await.unwrap();
    assert_eq!(consumers.readers[0].version, Some(1));
}

/// Whoever took a value out has it for good, whether the token is used or not.
#[sqlx::test]
async fn consumers_with_an_earlier_version_are_named_however_long_ago_they_read_it(pool: PgPool) {
    const DAY: i64 = 86_400;
    let backend = backend(pool.clone()).await;
    with_versions(&backend, 1).await;
    let reader = token(&backend, TokenScope::ReadValues).await;
    let outdated = async |second: i64| {
        let found = backend.usages().of_secret(&at(second), &a()).await.unwrap();
        assert_eq!(found.outdated_count as usize, found.outdated.len());
        found.outdated.iter().map(|consumer| (consumer.version, consumer.last_read_at)).collect::<Vec<_>>()
    };
    for day in [0, 1] {
        read(&backend, &Ctx { now: at(day * DAY + 5).now, ..reader.clone() }, 1).await.unwrap();
    }
    assert_eq!(outdated(DAY + 6).await, [], "it has the value in use");
    change(&backend, &at(2 * DAY), ("ghcr.io", "robot", "2")).await;
    let first = (1, at(DAY + 5).now);
    assert_eq!(outdated(2 * DAY).await, [first]);
    // Reads are forgotten after 30 days, and the last of each token is not.
    backend.usages().recount(&at(90 * DAY)).await.unwrap();
    let consumers = backend.usages().of_secret(&at(90 * DAY), &a()).await.unwrap();
    assert_eq!((consumers.readers.len(), consumers.reader_count, consumers.count()), (0, 0, 0));
    assert_eq!(outdated(90 * DAY).await, [first]);
    let days: i64 = sqlx::query_scalar("SELECT count(*) FROM secret_reads").fetch_one(&pool).await.unwrap();
    assert_eq!(days, 1);
    // A rollback makes the same value another version, and reading it again ends the warning.
    change(&backend, &at(91 * DAY), ("ghcr.io", "robot", "3")).await;
    assert_eq!(outdated(91 * DAY).await, [first]);
    read(&backend, &Ctx { now: at(92 * DAY).now, ..reader.clone() }, 3).await.unwrap();
    assert_eq!(outdated(92 * DAY).await, []);
    change(&backend, &at(93 * DAY), ("ghcr.io", "robot", "4")).await;
    assert_eq!(outdated(93 * DAY).await, [(3, at(92 * DAY).now)]);
    let Actor::Token(actor) = &reader.actor else { panic!("not a token") };
    backend.tokens().revoke(&at(94 * DAY), &actor.id).await.unwrap();
    assert_eq!(outdated(94 * DAY).await, [], "a revoked token gets nothing more");
}
