//! Which version each consumer read.

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
    let reads = records(&pool).await.into_iter().filter(|record| record.contains("value read")).count();
    assert_eq!(reads, 3);
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
