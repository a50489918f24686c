//! Values that somebody destroyed.

use super::{a, add, change, read, token, versions, with_versions};
use crate::tests::{at, backend, records, somebody};
use domain::{
    access::{Role, TokenScope},
    error::Error,
    secret::VersionState,
};
use sqlx::PgPool;

#[sqlx::test]
async fn destroy_version_deletes_the_value_and_keeps_the_facts(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    with_versions(&backend, 3).await;
    let (secrets, editor) = (backend.secrets(), somebody(Role::Editor, 4));
    assert_eq!(secrets.destroy_version(&editor, &a(), 3).await, Err(Error::CurrentVersion));
    assert_eq!(secrets.destroy_version(&editor, &a(), 4).await, Err(Error::NotFound));
    assert_eq!(secrets.destroy_version(&editor, &a(), 2).await, Ok(()));
    assert_eq!(secrets.destroy_version(&editor, &a(), 2).await, Err(Error::VersionGone));
    let left: Vec<i64> = sqlx::query_scalar("SELECT version FROM secret_values ORDER BY version")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(left, [1, 3]);
    let found = versions(&backend).await;
    assert_eq!(found[1].state, VersionState::Destroyed);
    assert_eq!(found[1].destroyed, Some((at(4).now, "editor".to_owned())));
    assert_eq!(found[1].registry_host.as_deref(), Some("ghcr.io"));
    assert_eq!(secrets.roll_back(&editor, &a(), 2, None, "").await, Err(Error::VersionGone));
    let reader = token(&backend, TokenScope::ReadValues).await;
    assert_eq!(read(&backend, &reader, 2).await, Err(Error::VersionGone));
    let recorded = records(&pool).await;
    let expected = "editor | version destroyed | image-a | done | version-2";
    assert!(recorded.iter().any(|record| record == expected), "{recorded:?}");
}

/// Earlier values are sealed in a dump, and a destroyed one is in none.
#[sqlx::test]
async fn destroyed_version_is_unreadable_in_a_dump(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    for (number, password) in [(1, "PLANTED-one-81f3"), (2, "PLANTED-two-5a0c"), (3, "PLANTED-three-2e9b")] {
        match number {
            1 => add(&backend, "a", password).await,
            _ => change(&backend, &at(number), ("ghcr.io", "robot", password)).await,
        }
    }
    let dump = || crate::secrets::tests::sentinel::dump(&pool.connect_options());
    let sealed: Vec<String> =
        sqlx::query_scalar("SELECT encode(ciphertext, 'hex') FROM secret_values ORDER BY version")
            .fetch_all(&pool)
            .await
            .unwrap();
    let before = dump();
    assert!(sealed.iter().all(|text| before.contains(text)) && sealed.len() == 3);
    assert!(!before.contains("PLANTED"));
    backend.secrets().destroy_version(&at(4), &a(), 1).await.unwrap();
    let after = dump();
    assert!(!after.contains(&sealed[0]) && after.contains(&sealed[1]) && after.contains(&sealed[2]));
    // Whatever is put in its place does not open, with the key at hand.
    sqlx::query("INSERT INTO secret_values SELECT secret_id, field, 1, algorithm, kek_id, wrapped_key, nonce, ciphertext, created_at FROM secret_values WHERE version = 2")
        .execute(&pool)
        .await
        .unwrap();
    let rejected = backend.secrets().roll_back(&at(5), &a(), 1, None, "").await;
    assert!(matches!(rejected, Err(Error::Internal(_))), "{rejected:?}");
}
