//! Failures on the way.

use super::{dataset, id, image, names, new, password, update};
use crate::{
    Backend, Readiness,
    db::Db,
    tests::{at, backend, backend_over, records, some_form},
};
use domain::{
    error::{Error, Field, FieldError, Problem},
    page::{ListQuery, Position},
    secret::{SecretDraft, SecretKind},
    sensitive::Sensitive,
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{sync::Arc, time::Duration};

/// Returns a backend over connections like the server's: they are not tested before they are used.
async fn over_untested_pool(pool: &PgPool, connections: u32) -> (Backend, Db) {
    let own = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_millis(300))
        .connect_lazy_with(Arc::unwrap_or_clone(pool.connect_options()));
    let db = Db::from_pool(own);
    (backend_over(db.clone()).await, db)
}

/// Like after a restart of PostgreSQL: every kept connection is broken, and no request fails.
#[sqlx::test]
async fn pool_replaces_broken_connections_without_errors(pool: PgPool) {
    let (backend, own) = over_untested_pool(&pool, 8).await;
    let cut = async || {
        sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
            .execute(&pool)
            .await
            .unwrap();
    };
    let fill = async || {
        let mut taken = Vec::new();
        for _ in 0..8 {
            taken.push(own.begin().await.unwrap());
        }
        for work in taken {
            work.rollback().await.unwrap();
        }
        cut().await;
    };
    fill().await;
    backend.secrets().create(&at(1), new(image("a", "pw")), None).await.unwrap();
    fill().await;
    assert_eq!(names(&backend, "").await, ["image-a"]);
    fill().await;
    assert_eq!(backend.ready().await, Readiness::Ready);
    fill().await;
    assert_eq!(backend.secrets().delete(&at(2), &id("image-a"), "").await.unwrap(), "a");
}

#[sqlx::test]
async fn request_wait_is_bounded_if_every_connection_is_taken(pool: PgPool) {
    let (backend, own) = over_untested_pool(&pool, 1).await;
    let taken = own.begin().await.unwrap();
    let secrets = backend.secrets();
    assert_eq!(secrets.list(&at(1), &ListQuery::default()).await.unwrap_err(), Error::Unavailable);
    let added = secrets.create(&at(1), new(image("a", "pw")), None).await;
    assert_eq!(added.unwrap_err(), Error::Unavailable);
    assert_eq!(backend.ready().await, Readiness::Unavailable);
    drop(taken);
    secrets.create(&at(1), new(image("a", "pw")), None).await.unwrap();
}

/// Reads keep connections to themselves, but never so many that a write finds none.
async fn reads_leave_connections_to_writes(pool: PgPool, connections: u32) {
    let (backend, _own) = over_untested_pool(&pool, connections).await;
    let reads: Vec<_> = (0..6)
        .map(|_| {
            let backend = backend.clone();
            tokio::spawn(async move { backend.secrets().list(&at(1), &ListQuery::default()).await })
        })
        .collect();
    for read in reads {
        read.await.unwrap().unwrap();
    }
    backend.secrets().create(&at(1), new(image("a", "pw")), None).await.unwrap();
}

#[sqlx::test]
async fn reads_leave_the_only_connection_to_writes(pool: PgPool) {
    reads_leave_connections_to_writes(pool, 1).await;
}

#[sqlx::test]
async fn reads_leave_half_of_the_connections_to_writes(pool: PgPool) {
    reads_leave_connections_to_writes(pool, 4).await;
}

/// Somebody else holds the row and does not let go.
#[sqlx::test]
async fn row_lock_wait_is_bounded(pool: PgPool) {
    let options = Arc::unwrap_or_clone(pool.connect_options()).options([("lock_timeout", "200ms")]);
    let backend = backend(PgPoolOptions::new().connect_lazy_with(options)).await;
    backend.secrets().create(&at(1), new(image("a", "pw")), None).await.unwrap();
    let mut other = pool.begin().await.unwrap();
    sqlx::query("SELECT FROM secrets FOR UPDATE").execute(&mut *other).await.unwrap();
    let changed = || update(SecretKind::ImagePull, image("", "new"));
    let waited = backend.secrets().update(&at(2), &id("image-a"), changed(), 1).await;
    assert_eq!(waited.unwrap_err(), Error::Unavailable);
    assert_eq!(backend.secrets().delete(&at(2), &id("image-a"), "").await.unwrap_err(), Error::Unavailable);
    other.rollback().await.unwrap();
    assert_eq!(backend.secrets().update(&at(2), &id("image-a"), changed(), 1).await, Ok(2));
}

/// Whoever goes back, types something else and confirms again must not see that it is saved.
#[sqlx::test]
async fn create_treats_form_with_other_contents_as_another(pool: PgPool) {
    let backend = backend(pool).await;
    let secrets = backend.secrets();
    let form = Some(some_form());
    secrets.create(&at(1), new(image("a", "pw")), form).await.unwrap();
    let other = |change: fn(&mut SecretDraft)| {
        let mut draft = image("a", "pw");
        change(&mut draft);
        new(draft)
    };
    for draft in [
        other(|draft| draft.password = Sensitive::new("other")),
        other(|draft| draft.username = "other".to_owned()),
        other(|draft| draft.registry_host = "quay.io".to_owned()),
        other(|draft| draft.display_name = "Other".to_owned()),
    ] {
        let taken = FieldError { field: Field::Name, problem: Problem::NameTaken(id("image-a")) };
        assert_eq!(secrets.create(&at(2), draft, form).await, Err(Error::Invalid(vec![taken])));
    }
    assert_eq!(password(&backend, "image-a").await, "pw");
    // The other type has names of its own.
    assert_eq!(secrets.create(&at(2), new(dataset("a")), form).await, Ok(id("gitsync-secret-a")));
}

/// A double click sends both at once.
#[sqlx::test]
async fn create_adds_form_sent_many_times_at_once_once(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let form = Some(some_form());
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let backend = backend.clone();
            tokio::spawn(async move { backend.secrets().create(&at(1), new(dataset("a")), form).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(id("gitsync-secret-a")));
    }
    assert_eq!(records(&pool).await.len(), 1);
}

/// Statements are prepared once for each connection: a page costs one round trip from then on.
#[sqlx::test]
async fn list_uses_prepared_statement(pool: PgPool) {
    let (backend, own) = over_untested_pool(&pool, 1).await;
    backend.secrets().seed(&at(1), 60).await.unwrap();
    let query = ListQuery::parse("sort=name&type=image-pull");
    let first = backend.secrets().list(&at(2), &query).await.unwrap();
    let mut query = query.with_position(Position::After(first.next.unwrap()));
    let statements = async || {
        own.try_read(async |connection| {
            let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM pg_prepared_statements");
            count.fetch_one(connection).await
        })
        .await
        .unwrap()
    };
    statements().await;
    backend.secrets().list(&at(2), &query).await.unwrap();
    let before = statements().await;
    for size in [20, 20, 20] {
        query.size = domain::page::PageSize::parse(&size.to_string());
        assert!(!backend.secrets().list(&at(2), &query).await.unwrap().rows.is_empty());
    }
    assert_eq!(statements().await, before);
}
