//! Rollbacks: what comes back into use, and what does not.

use super::{a, account, add, change, id, put, read, token, versions, with_versions};
use crate::{
    secrets::versions::Rollback,
    tests::{anonymous, at, backend, records, somebody, started_again},
};
use domain::{
    access::{Role, TokenScope},
    error::Error,
    secret::{
        Credential, GeneratedSecret, NewSshKeyKind, SecretDraft, SecretKind, SecretUpdate, VersionReason,
    },
    sensitive::Sensitive,
};
use sqlx::PgPool;

const KEY: &str = include_str!("../../seed_key");

#[sqlx::test]
async fn roll_back_makes_a_new_version_with_the_account_of_the_old_one(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, "a", "first").await;
    change(&backend, &at(2), ("quay.io", "second", "second")).await;
    let (secrets, editor) = (backend.secrets(), somebody(Role::Editor, 4));
    assert_eq!(secrets.roll_back(&editor, &a(), 1, None, "").await, Ok(Rollback::NewVersion(3)));
    // The old password never goes to the new host.
    let first = ("ghcr.io".to_owned(), "robot".to_owned(), "first".to_owned());
    assert_eq!(account(&backend, &a()).await, first);
    let found = versions(&backend).await;
    assert_eq!((found[0].reason, found[0].rolled_back_from), (VersionReason::RolledBack, Some(1)));
    assert_eq!(found[0].stored_by.as_deref(), Some("editor"));
    let recorded = records(&pool).await;
    let expected =
        "editor | value rolled back | image-a | done | password,username,registry_host,from-1,to-3";
    assert!(recorded.iter().any(|record| record == expected), "{recorded:?}");
    assert_eq!(secrets.roll_back(&editor, &a(), 2, None, "").await, Ok(Rollback::NewVersion(4)));
    let second = ("quay.io".to_owned(), "second".to_owned(), "second".to_owned());
    assert_eq!(account(&backend, &a()).await, second);

    assert_eq!(secrets.roll_back(&editor, &a(), 4, None, "").await, Ok(Rollback::AlreadyCurrent(4)));
    assert_eq!(secrets.roll_back(&editor, &a(), 5, None, "").await, Err(Error::NotFound));
    assert_eq!(secrets.roll_back(&editor, &id("image-b"), 1, None, "").await, Err(Error::NotFound));
    let changed = secrets.roll_back(&editor, &a(), 1, Some(1.into()), "").await;
    assert!(matches!(changed, Err(Error::Changed(_))), "{changed:?}");
}

#[sqlx::test]
async fn roll_back_to_the_value_in_use_makes_no_version(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    with_versions(&backend, 3).await;
    let secrets = backend.secrets();
    assert_eq!(secrets.roll_back(&at(4), &a(), 1, None, "").await, Ok(Rollback::NewVersion(4)));
    let (before, stored) = (records(&pool).await, secrets.get(&at(4), &a()).await.unwrap());
    for number in [1, 4, 1] {
        let again = secrets.roll_back(&at(5), &a(), number, None, "").await;
        assert_eq!(again, Ok(Rollback::AlreadyCurrent(4)), "{number}");
        assert_eq!(secrets.is_version_in_use(&at(5), &a(), number).await, Ok(true), "{number}");
    }
    assert_eq!(secrets.is_version_in_use(&at(5), &a(), 2).await, Ok(false));
    assert_eq!(versions(&backend).await.len(), 4);
    assert_eq!(secrets.get(&at(6), &a()).await.unwrap().version, stored.version);
    assert_eq!(records(&pool).await, before, "nothing was changed, and nothing is recorded");
    // The condition counts all the same.
    let stale = secrets.roll_back(&at(7), &a(), 1, Some(1.into()), "").await;
    assert!(matches!(stale, Err(Error::Changed(_))), "{stale:?}");
    // Another value with the same text is a version of its own: otherwise a guess could be compared with a value.
    assert_eq!(secrets.roll_back(&at(8), &a(), 2, None, "").await, Ok(Rollback::NewVersion(5)));
    put(&backend, 9, "1", ("", "")).await;
    assert_eq!(secrets.roll_back(&at(10), &a(), 1, None, "").await, Ok(Rollback::NewVersion(7)));
    // The account belongs to it.
    change(&backend, &at(11), ("quay.io", "second", "second")).await;
    assert_eq!(secrets.is_version_in_use(&at(12), &a(), 7).await, Ok(false));
}

#[sqlx::test]
async fn roll_back_needs_the_right_to_write_and_none_to_read(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    with_versions(&backend, 2).await;
    let secrets = backend.secrets();
    for ctx in [somebody(Role::Reader, 3), token(&backend, TokenScope::ReadValues).await] {
        assert_eq!(secrets.roll_back(&ctx, &a(), 1, None, "").await, Err(Error::Forbidden));
        assert_eq!(secrets.destroy_version(&ctx, &a(), 1).await, Err(Error::Forbidden));
    }
    assert_eq!(secrets.roll_back(&anonymous(3), &a(), 1, None, "").await, Err(Error::NotSignedIn));
    let writer = token(&backend, TokenScope::Write).await;
    assert_eq!(read(&backend, &writer, 1).await, Err(Error::Forbidden));
    assert_eq!(secrets.credential(&writer, &a()).await.unwrap_err(), Error::Forbidden);
    let before = records(&pool).await.len();
    assert_eq!(secrets.roll_back(&writer, &a(), 1, None, "").await, Ok(Rollback::NewVersion(3)));
    assert_eq!(account(&backend, &a()).await.2, "1");
    let recorded = records(&pool).await;
    assert!(!recorded[before..].iter().any(|record| record.contains("token ci") && record.contains("read")));
}

#[sqlx::test]
async fn roll_back_brings_key_and_its_facts_back(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let secrets = backend.secrets();
    let wanted = SecretDraft { name: "e".to_owned(), ..SecretDraft::default() };
    let wanted = GeneratedSecret::parse(&wanted, NewSshKeyKind::Ed25519).unwrap();
    secrets.create_generated(&at(1), wanted, None).await.unwrap();
    let e = id("gitsync-secret-e");
    let fingerprint = async || match secrets.get(&at(9), &e).await.unwrap().key {
        domain::secret::StoredSshKey::Known(facts) => facts.fingerprint,
        other => panic!("{other:?}"),
    };
    let key = async || match secrets.credential(&at(9), &e).await.unwrap() {
        Credential::GitDataset { private_key } => private_key.value().expose().to_owned(),
        Credential::ImagePull { .. } => panic!("not a Git dataset"),
    };
    let first = (fingerprint().await, key().await);
    secrets.generate_key(&at(2), &e, NewSshKeyKind::Ed25519).await.unwrap();
    let waiting = secrets.get(&at(3), &e).await.unwrap().pending.unwrap().facts.fingerprint;
    secrets.switch_key(&at(4), &e, &waiting).await.unwrap();
    assert_eq!(fingerprint().await, waiting);
    assert_eq!(secrets.roll_back(&at(5), &e, 1, None, "").await, Ok(Rollback::NewVersion(3)));
    assert_eq!((fingerprint().await, key().await), first);
    let found = secrets.versions(&at(9), &e, None).await.unwrap().items;
    let facts: Vec<_> =
        found.iter().map(|version| (version.reason, version.fingerprint.as_deref().unwrap())).collect();
    let [one, two] = [first.0.as_str(), waiting.as_str()];
    assert_eq!(
        facts,
        [(VersionReason::RolledBack, one), (VersionReason::Switched, two), (VersionReason::Generated, one)]
    );
    // A key of which nothing is known is parsed anew.
    let pasted = SecretDraft { private_key: Sensitive::new(KEY), ..SecretDraft::default() };
    let version = secrets.get(&at(6), &e).await.unwrap().version;
    let update = SecretUpdate::parse(SecretKind::GitDataset, pasted).unwrap();
    sqlx::query("DELETE FROM git_keys").execute(&pool).await.unwrap();
    secrets.update(&at(6), &e, update, version).await.unwrap();
    assert_eq!(secrets.roll_back(&at(7), &e, 3, None, "").await, Ok(Rollback::NewVersion(5)));
    assert_eq!(secrets.read_old_keys(&at(8)).await.unwrap(), 1);
    assert_eq!((fingerprint().await, key().await), first);
}

/// Whoever can write to the database, and has no key, must not send an old password to a host of their own.
#[sqlx::test]
async fn roll_back_rejects_facts_that_the_portal_did_not_write(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    with_versions(&backend, 3).await;
    let reader = token(&backend, TokenScope::ReadValues).await;
    for forged in [
        "registry_host = 'evil.example', value_host = 'evil.example'",
        "registry_username = 'mallory'",
        "mac = NULL",
        "mac = (SELECT mac FROM secret_versions WHERE number = 2)",
    ] {
        sqlx::query(
            "CREATE TABLE kept AS SELECT registry_host, registry_username, value_host, mac FROM secret_versions WHERE number = 1",
        )
        .execute(&pool)
        .await
        .unwrap();
        let forge = format!("UPDATE secret_versions SET {forged} WHERE number = 1");
        sqlx::query(sqlx::AssertSqlSafe(forge)).execute(&pool).await.unwrap();
        let rejected = backend.secrets().roll_back(&at(4), &a(), 1, None, "").await;
        assert!(matches!(rejected, Err(Error::Internal(_))), "{forged}: {rejected:?}");
        let rejected = read(&backend, &reader, 1).await;
        assert!(matches!(rejected, Err(Error::Internal(_))), "{forged}: {rejected:?}");
        sqlx::query(
            "UPDATE secret_versions SET registry_host = kept.registry_host, \
             registry_username = kept.registry_username, value_host = kept.value_host, mac = kept.mac \
             FROM kept WHERE number = 1",
        )
        .execute(&pool)
        .await
        .unwrap();
        sqlx::query("DROP TABLE kept").execute(&pool).await.unwrap();
    }
    assert_eq!(account(&backend, &a()).await.2, "3");
    assert_eq!(backend.secrets().roll_back(&at(5), &a(), 1, None, "").await, Ok(Rollback::NewVersion(4)));
}

/// A value in the place of another version does not open.
#[sqlx::test]
async fn roll_back_rejects_a_value_that_was_moved(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    with_versions(&backend, 3).await;
    sqlx::query("DELETE FROM secret_values WHERE version = 1").execute(&pool).await.unwrap();
    sqlx::query("UPDATE secret_values SET version = 1 WHERE version = 2").execute(&pool).await.unwrap();
    let rejected = backend.secrets().roll_back(&at(4), &a(), 1, None, "").await;
    assert!(matches!(rejected, Err(Error::Internal(_))), "{rejected:?}");
    assert_eq!(account(&backend, &a()).await.2, "3");
}

#[sqlx::test]
async fn rollback_works_on_a_server_that_was_started_again(pool: PgPool) {
    let first = backend(pool.clone()).await;
    with_versions(&first, 2).await;
    let second = started_again(&first, pool.clone()).await;
    assert_eq!(second.secrets().roll_back(&at(5), &a(), 1, None, "").await, Ok(Rollback::NewVersion(3)));
    assert_eq!(account(&first, &a()).await.2, "1");
}
