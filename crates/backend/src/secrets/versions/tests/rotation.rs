//! Rotation of the key encryption key over very many versions.

use super::{account, id, sign_again};
use crate::{
    Backend, Kek, Rewrapped, Rollback, RotationError,
    db::instant,
    keyring::{Location, SealedValue, ValueField},
    secrets::values::repository as values,
    tests::{at, backend_with, text},
};
use domain::secret::SecretKind;
use sqlx::PgPool;
use uuid::Uuid;

const SECRETS: u32 = 1_000;
const VERSIONS: i64 = 10;

/// Gives every secret ten versions, each really sealed and signed, and written by few statements.
async fn add_versions(backend: &Backend, pool: &PgPool, kek_id: &str) {
    let keyring = backend.0.keyring.as_ref().unwrap();
    let rows: Vec<(Uuid, String)> =
        sqlx::query_as("SELECT id, kind FROM secrets ORDER BY name").fetch_all(pool).await.unwrap();
    let mut work = pool.begin().await.unwrap();
    for some in rows.chunks(500) {
        let places = some.iter().flat_map(|(secret, kind)| {
            let field = ValueField::of(SecretKind::parse(kind).unwrap());
            (2..=VERSIONS).map(move |version| Location { secret: *secret, field, version })
        });
        let sealed = places.map(|place| {
            (place, keyring.seal(kek_id, place, &text(&format!("v{}", place.version))).unwrap())
        });
        values::insert(&mut work, instant(at(2).now).unwrap(), sealed).await.unwrap();
    }
    for statement in [
        "UPDATE secrets SET value_version = 10, mac = decode(repeat('00', 40), 'hex')",
        "UPDATE secret_versions AS version SET registry_host = secrets.registry_host, \
         registry_username = secrets.registry_username, value_host = secrets.value_host, end_kept = true, \
         mac = decode(repeat('00', 40), 'hex') FROM secrets WHERE secrets.id = secret_id AND number < 10",
    ] {
        sqlx::query(statement).execute(&mut *work).await.unwrap();
    }
    work.commit().await.unwrap();
    sign_again(backend, pool).await;
}

/// Asserts that every stored value is sealed under this key, and opens in its own place as what it was.
async fn assert_all_open(backend: &Backend, pool: &PgPool, kek_id: &str) {
    type Row = (Uuid, String, i64, String, String, Vec<u8>, Vec<u8>, Vec<u8>);
    let keyring = backend.0.keyring.as_ref().unwrap();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT secret_id, field, version, algorithm, kek_id, wrapped_key, nonce, ciphertext FROM secret_values",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert_eq!(rows.len(), SECRETS as usize * usize::try_from(VERSIONS).unwrap());
    for (secret, field, version, algorithm, kek, wrapped_key, nonce, ciphertext) in rows {
        assert_eq!(kek, kek_id);
        let fields = [ValueField::SshPrivateKey, ValueField::RegistryPassword];
        let field = fields.into_iter().find(|known| known.as_str() == field).unwrap();
        let sealed = SealedValue { algorithm, kek_id: kek, wrapped_key, nonce, ciphertext };
        let opened = keyring.open(Location { secret, field, version }, &sealed).unwrap();
        assert!(version == 1 || opened.expose() == format!("v{version}"), "version {version}");
    }
}

#[sqlx::test]
async fn rewrap_seals_and_signs_ten_versions_of_a_thousand_secrets_again(pool: PgPool) {
    let (old, new) = (Kek::generate().unwrap(), Kek::generate().unwrap());
    let before = backend_with(pool.clone(), vec![old.clone()]).await;
    before.secrets().seed(&at(1), SECRETS).await.unwrap();
    add_versions(&before, &pool, &old.id()).await;
    assert_all_open(&before, &pool, &old.id()).await;

    let all = u64::from(SECRETS) * VERSIONS.unsigned_abs();
    let both = backend_with(pool.clone(), vec![old.clone(), new.clone()]).await;
    both.keys().add(&at(3)).await.unwrap();
    both.keys().activate(&at(3), &new.id()).await.unwrap();
    assert_eq!(both.keys().retire(&at(3), &old.id()).await, Err(RotationError::InUse(all)));
    let done = both.keys().rewrap(&at(4), |_| ()).await.unwrap();
    // Nine earlier versions of each secret, and the secret itself, have a MAC.
    assert_eq!(done, Rewrapped { done: all, vouched: all, ..Rewrapped::default() });
    both.keys().retire(&at(5), &old.id()).await.unwrap();

    let after = backend_with(pool.clone(), vec![new.clone()]).await;
    assert_all_open(&after, &pool, &new.id()).await;
    let images: Vec<String> =
        sqlx::query_scalar("SELECT name FROM secrets WHERE kind = 'image-pull' ORDER BY name LIMIT 3")
            .fetch_all(&pool)
            .await
            .unwrap();
    for (name, version) in images.iter().zip([2, 5, 9]) {
        let id = id(&format!("image-{name}"));
        assert_eq!(
            after.secrets().roll_back(&at(6), &id, version, None, "").await,
            Ok(Rollback::NewVersion(11))
        );
        assert_eq!(account(&after, &id).await.2, format!("v{version}"));
    }
}
