//! The values that are kept, and for how long.

use super::{a, account, add, id, image, states, versions, with_versions};
use crate::{
    Backend, KeepDeleted, KeepVersions, Kek, Retention, RotationError, TestConfig,
    secrets::versions::Rollback,
    tests::{at, backend, backend_with, keeping, keks_of, records},
};
use domain::{
    error::Error,
    secret::{SecretKind, SecretUpdate, VersionReason, VersionState},
};
use sqlx::PgPool;

async fn keeping_versions(pool: PgPool, count: u16, days: Option<u16>) -> Backend {
    let versions = KeepVersions { count, days };
    let retention = Retention { deleted: KeepDeleted::default(), versions };
    keeping(pool, vec![Kek::generate().unwrap()], &TestConfig::default(), retention).await
}

#[sqlx::test]
async fn update_deletes_values_beyond_the_last_ten(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    with_versions(&backend, 12).await;
    let (kept, gone): (Vec<_>, Vec<_>) =
        states(&backend).await.into_iter().partition(|(_, state)| *state != VersionState::Removed);
    assert_eq!(
        kept.iter().map(|(number, _)| *number).collect::<Vec<_>>(),
        (3..=12).rev().collect::<Vec<_>>()
    );
    assert_eq!(gone.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(backend.secrets().roll_back(&at(20), &a(), 2, None, "").await, Err(Error::VersionGone));
    assert_eq!(backend.secrets().clean_up_versions(&at(20)).await, Ok(0));
}

#[sqlx::test]
async fn clean_up_versions_keeps_the_one_before_however_old(pool: PgPool) {
    use VersionState::{Current, Kept, Removed};
    let backend = keeping_versions(pool.clone(), 10, Some(30)).await;
    with_versions(&backend, 4).await;
    let day = 86_400;
    assert_eq!(backend.secrets().clean_up_versions(&at(29 * day)).await, Ok(0));
    assert_eq!(backend.secrets().clean_up_versions(&at(31 * day)).await, Ok(1));
    assert_eq!(states(&backend).await, [(4, Current), (3, Kept), (2, Removed), (1, Removed)]);
    let recorded = records(&pool).await;
    let expected = "test | versions removed | image-a | done | ";
    assert_eq!(recorded.iter().filter(|record| *record == expected).count(), 1, "{recorded:?}");
    assert_eq!(backend.secrets().clean_up_versions(&at(400 * day)).await, Ok(0));
    assert_eq!(
        backend.secrets().roll_back(&at(400 * day), &a(), 3, None, "").await,
        Ok(Rollback::NewVersion(5))
    );
}

#[sqlx::test]
async fn clean_up_versions_applies_a_lowered_number(pool: PgPool) {
    let before = backend(pool.clone()).await;
    with_versions(&before, 6).await;
    let retention = Retention { versions: KeepVersions { count: 0, days: None }, ..Retention::default() };
    let after = keeping(pool.clone(), keks_of(&before), &TestConfig::default(), retention).await;
    assert_eq!(after.secrets().clean_up_versions(&at(9)).await, Ok(1));
    let left: Vec<i64> = sqlx::query_scalar("SELECT version FROM secret_values ORDER BY version")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(left, [5, 6], "the one before is always kept");
}

#[sqlx::test]
async fn restore_brings_versions_back(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    with_versions(&backend, 3).await;
    let secrets = backend.secrets();
    secrets.delete(&at(5), &a(), "a").await.unwrap();
    assert_eq!(secrets.versions(&at(6), &a(), None).await, Err(Error::NotFound));
    assert_eq!(secrets.roll_back(&at(6), &a(), 1, None, "").await, Err(Error::NotFound));
    // Another secret that has the name by now has versions of its own.
    add(&backend, "a", "other").await;
    assert_eq!(states(&backend).await, [(1, VersionState::Current)]);
    secrets.delete(&at(7), &a(), "a").await.unwrap();
    let rows = secrets.deleted(&at(8), None).await.unwrap().rows;
    secrets.restore(&at(8), rows[1].row).await.unwrap();
    assert_eq!(secrets.roll_back(&at(9), &a(), 1, None, "").await, Ok(Rollback::NewVersion(4)));
    assert_eq!(account(&backend, &a()).await.2, "1");
    secrets.remove(&at(9), rows[0].row).await.unwrap();
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM secret_versions").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 4);
}

/// The version before deletes all earlier values when it stores another, and knows of no versions.
#[sqlx::test]
async fn values_that_an_older_server_stores_have_versions(pool: PgPool) {
    use VersionState::{Current, Removed};
    let backend = backend(pool.clone()).await;
    with_versions(&backend, 3).await;
    // The older server seals under another version: moving the value shows what it leaves in the tables.
    for statement in [
        "CREATE TABLE moved AS SELECT * FROM secret_values WHERE version = 3",
        "DELETE FROM secret_values",
        "UPDATE moved SET version = 4",
        "INSERT INTO secret_values SELECT * FROM moved",
        "UPDATE secrets SET value_version = 4, version = version + 1",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    assert_eq!(states(&backend).await, [(4, Current), (3, Removed), (2, Removed), (1, Removed)]);
    let found = versions(&backend).await;
    assert_eq!((found[0].reason, found[0].stored_by.as_deref()), (VersionReason::Unknown, None));
}

#[sqlx::test]
async fn rewrap_seals_and_signs_every_version_again(pool: PgPool) {
    let (old, new) = (Kek::generate().unwrap(), Kek::generate().unwrap());
    let before = backend_with(pool.clone(), vec![old.clone()]).await;
    let secrets = 20;
    for number in 0..secrets {
        let name = format!("s{number}");
        add(&before, &name, "v1").await;
        let id = id(&format!("image-{name}"));
        for version in 1..10 {
            let draft = image("", "ghcr.io", "robot", &format!("v{}", version + 1));
            let update = SecretUpdate::parse(SecretKind::ImagePull, draft).unwrap();
            before.secrets().update(&at(2), &id, update, version).await.unwrap();
        }
    }
    let both = backend_with(pool.clone(), vec![old.clone(), new.clone()]).await;
    both.keys().add(&at(3)).await.unwrap();
    both.keys().activate(&at(3), &new.id()).await.unwrap();
    assert_eq!(both.keys().retire(&at(3), &old.id()).await, Err(RotationError::InUse(secrets * 10)));
    let done = both.keys().rewrap(&at(4), |_| ()).await.unwrap();
    assert_eq!((done.done, done.broken, done.vouched), (secrets * 10, 0, secrets * 10));
    both.keys().retire(&at(5), &old.id()).await.unwrap();
    let after = backend_with(pool.clone(), vec![new]).await;
    for (number, version) in [(0, 1), (7, 4), (19, 9)] {
        let id = id(&format!("image-s{number}"));
        assert_eq!(
            after.secrets().roll_back(&at(6), &id, version, None, "").await,
            Ok(Rollback::NewVersion(11))
        );
        assert_eq!(account(&after, &id).await.2, format!("v{version}"));
    }
}
