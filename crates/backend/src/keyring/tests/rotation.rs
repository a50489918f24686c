//! Rotation on a real database, one for each test.

use crate::{
    Backend, Kek, Readiness, RotationError,
    tests::{add_user, anonymous, at, backend_with, records, somebody, text, until_recorded},
};
use domain::{
    access::Role,
    error::Error,
    secret::{Credential, NewSecret, SecretDraft, SecretId, SecretKind, SecretUpdate},
    sensitive::Sensitive,
};
use sqlx::PgPool;
use std::time::Duration;

const PASSWORD: &str = "correct horse battery";

fn draft(name: &str, password: &str) -> SecretDraft {
    SecretDraft {
        name: name.to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: "ghcr.io".to_owned(),
        username: "robot".to_owned(),
        password: Sensitive::new(password),
        allow_duplicate: "on".to_owned(),
        ..SecretDraft::default()
    }
}

fn id(name: &str) -> SecretId {
    SecretId::parse(&format!("image-{name}")).unwrap()
}

async fn add(backend: &Backend, name: &str, password: &str) {
    backend.secrets().create(&at(1), NewSecret::parse(draft(name, password)).unwrap(), None).await.unwrap();
}

async fn password(backend: &Backend, name: &str) -> String {
    match backend.secrets().credential(&at(9), &id(name)).await.unwrap() {
        Credential::ImagePull { password, .. } => password.value().expose().to_owned(),
        Credential::GitDataset { .. } => panic!("not an image-pull secret"),
    }
}

/// Returns the number of values under each key.
async fn sealed(backend: &Backend) -> Vec<u64> {
    backend.keys().status(&at(9)).await.unwrap().iter().map(|key| key.sealed).collect()
}

#[sqlx::test]
async fn rotation_replaces_key_step_by_step(pool: PgPool) {
    let (old, new) = (Kek::generate().unwrap(), Kek::generate().unwrap());
    let before = backend_with(pool.clone(), vec![old.clone()]).await;
    add(&before, "a", "first").await;
    let both = backend_with(pool.clone(), vec![old.clone(), new.clone()]).await;
    let keys = both.keys();
    assert_eq!(keys.activate(&at(2), &new.id()).await, Err(RotationError::Unknown));
    assert_eq!(keys.add(&at(2)).await.unwrap(), [new.id()]);
    assert!(keys.add(&at(2)).await.unwrap().is_empty());
    // A server without the key cannot activate it.
    assert_eq!(before.keys().activate(&at(2), &new.id()).await, Err(RotationError::NotAtHand));
    assert_eq!(keys.retire(&at(2), &new.id()).await, Ok(()), "nothing hangs on it");
    assert_eq!(keys.activate(&at(2), &new.id()).await, Err(RotationError::Retired));

    let newer = Kek::generate().unwrap();
    let both = backend_with(pool.clone(), vec![old.clone(), newer.clone()]).await;
    let keys = both.keys();
    keys.add(&at(3)).await.unwrap();
    keys.activate(&at(3), &newer.id()).await.unwrap();
    add(&both, "b", "second").await;
    // A server that was not restarted writes nothing under a key that is not active: neither a secret, nor the record without
    // which no value is read.
    let refused = before.secrets().create(&at(3), NewSecret::parse(draft("c", "x")).unwrap(), None).await;
    assert!(matches!(refused, Err(Error::Internal(_))));
    assert_eq!(before.secrets().credential(&at(9), &id("a")).await.unwrap_err(), Error::Sealed);
    assert_eq!(password(&both, "a").await, "first");
    assert_eq!(keys.retire(&at(3), &newer.id()).await, Err(RotationError::Active));
    assert_eq!(keys.retire(&at(3), &old.id()).await, Err(RotationError::InUse(1)));

    let mut told = Vec::new();
    let outcome = keys.rewrap(&at(4), |done| told.push(done)).await.unwrap();
    assert_eq!((outcome.done, outcome.broken, told), (1, 0, vec![1]));
    assert_eq!(keys.rewrap(&at(4), |_| ()).await.unwrap().done, 0);
    keys.retire(&at(5), &old.id()).await.unwrap();
    assert_eq!(sealed(&both).await, [0, 0, 2]);

    let after = backend_with(pool.clone(), vec![newer.clone()]).await;
    assert_eq!(after.ready().await, Readiness::Ready);
    assert_eq!((password(&after, "a").await, password(&after, "b").await), ("first".into(), "second".into()));
    let late = backend_with(pool.clone(), vec![old]).await;
    assert_eq!(late.ready().await, Readiness::Sealed);

    let said = records(&pool).await;
    for (action, key) in [("key added", &new), ("key activated", &newer), ("values rewrapped", &newer)] {
        assert!(said.contains(&format!("test | {action} | {} | done | ", key.id())), "{action}: {said:?}");
    }
    for role in Role::ALL {
        let ctx = somebody(role, 6);
        assert_eq!(keys.status(&ctx).await, Err(Error::Forbidden));
        assert_eq!(keys.rewrap(&ctx, |_| ()).await, Err(RotationError::Refused(Error::Forbidden)));
    }
}

/// Four writers all the while, and rewrapping interrupted again and again.
#[sqlx::test]
async fn rewrap_continues_beside_writers_and_after_interruption(pool: PgPool) {
    let (old, new) = (Kek::generate().unwrap(), Kek::generate().unwrap());
    let backend = backend_with(pool.clone(), vec![old.clone(), new.clone()]).await;
    backend.secrets().seed(&at(1), 1_500).await.unwrap();
    for writer in 0..4 {
        add(&backend, &format!("w{writer}"), "0").await;
    }
    backend.keys().add(&at(2)).await.unwrap();
    backend.keys().activate(&at(2), &new.id()).await.unwrap();
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (backend, stopping) = (backend.clone(), stopping.clone());
            tokio::spawn(async move {
                let (name, mut version) = (format!("w{writer}"), 1);
                while !*stopping.borrow() {
                    let update =
                        SecretUpdate::parse(SecretKind::ImagePull, draft("", &version.to_string())).unwrap();
                    version = backend.secrets().update(&at(3), &id(&name), update, version).await.unwrap();
                }
                (name, (version - 1).to_string())
            })
        })
        .collect();
    let mut broken_off = 0;
    // Grows by a quarter each time, so that a slow machine gets there, too.
    for patience in std::iter::successors(Some(5_u64), |before| Some(before + before / 4 + 1)) {
        let ctx = at(4);
        let rewrap = backend.keys().rewrap(&ctx, |_| ());
        match tokio::time::timeout(Duration::from_millis(patience), rewrap).await {
            Ok(outcome) => {
                assert_eq!(outcome.unwrap().broken, 0);
                break;
            }
            Err(_) => broken_off += 1,
        }
    }
    stop.send(true).unwrap();
    for writer in writers {
        let (name, last) = writer.await.unwrap();
        assert_eq!(password(&backend, &name).await, last, "the last that was written");
    }
    assert!(broken_off > 2, "broken off {broken_off} times");
    // The earlier values of the writers, too.
    let values: i64 =
        sqlx::query_scalar("SELECT count(*) FROM secret_values").fetch_one(&pool).await.unwrap();
    assert!(values > 1_504, "{values}");
    assert_eq!(sealed(&backend).await.into_iter().max(), Some(values.unsigned_abs()));
    backend.keys().retire(&at(5), &old.id()).await.unwrap();
    let after = backend_with(pool.clone(), vec![new]).await;
    let value =
        after.secrets().credential(&at(6), &SecretId::parse("image-vision-images-000001").unwrap()).await;
    assert!(value.is_ok());
}

/// A value that cannot be opened is left as it is, and prevents its key from being retired.
#[sqlx::test]
async fn rewrap_counts_damaged_value_and_leaves_it(pool: PgPool) {
    let (old, new) = (Kek::generate().unwrap(), Kek::generate().unwrap());
    let backend = backend_with(pool.clone(), vec![old.clone(), new.clone()]).await;
    add(&backend, "a", "first").await;
    add(&backend, "b", "second").await;
    sqlx::query("UPDATE secret_values SET ciphertext = ciphertext || '\\x00' WHERE version = 1 AND secret_id = (SELECT id FROM secrets WHERE name = 'a')")
        .execute(&pool)
        .await
        .unwrap();
    backend.keys().add(&at(2)).await.unwrap();
    backend.keys().activate(&at(2), &new.id()).await.unwrap();
    let outcome = backend.keys().rewrap(&at(3), |_| ()).await.unwrap();
    assert_eq!((outcome.done, outcome.broken), (1, 1));
    assert_eq!(backend.keys().retire(&at(4), &old.id()).await, Err(RotationError::InUse(1)));
    assert_eq!(password(&backend, "b").await, "second");
}

/// Two servers of one database after a newer key was activated, under which a user was added.
struct Switched {
    /// The server without the newer key.
    before: Backend,
    /// The server with both keys.
    both: Backend,
    old: Kek,
    new: Kek,
}

async fn switched(pool: &PgPool) -> Switched {
    let (old, new) = (Kek::generate().unwrap(), Kek::generate().unwrap());
    let before = backend_with(pool.clone(), vec![old.clone()]).await;
    let both = backend_with(pool.clone(), vec![old.clone(), new.clone()]).await;
    both.keys().add(&at(2)).await.unwrap();
    both.keys().activate(&at(2), &new.id()).await.unwrap();
    add_user(&both, "ana", Role::Admin, PASSWORD).await;
    Switched { before, both, old, new }
}

#[sqlx::test]
async fn server_without_newer_key_records_no_forgery(pool: PgPool) {
    let Switched { before, both, old, .. } = switched(&pool).await;
    let session = both.sessions().sign_in(&anonymous(3), "ana", &text(PASSWORD), "").await.unwrap().token;
    // Back to the key that both have; rows that were signed in between stay as they are.
    both.keys().activate(&at(4), &old.id()).await.unwrap();
    assert_eq!(before.sessions().identify(&anonymous(5), &session).await.unwrap(), None);
    assert!(both.sessions().identify(&anonymous(5), &session).await.unwrap().is_some());
    // Only a row that somebody did change is recorded.
    add_user(&both, "ben", Role::Reader, PASSWORD).await;
    let theirs = both.sessions().sign_in(&anonymous(6), "ben", &text(PASSWORD), "").await.unwrap().token;
    sqlx::query("UPDATE users SET role = 'admin' WHERE name = 'ben'").execute(&pool).await.unwrap();
    assert_eq!(before.sessions().identify(&anonymous(7), &theirs).await.unwrap(), None);
    until_recorded(&pool, "user ben | integrity failure | ").await;
    let refused: Vec<_> =
        records(&pool).await.into_iter().filter(|record| record.contains("forged row refused")).collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
}

#[sqlx::test]
async fn server_without_key_of_last_record_writes_nothing(pool: PgPool) {
    let Switched { before, both, old, new } = switched(&pool).await;
    let (active, other) = (old.id(), new.id());
    for (id, active) in [(&other, false), (&active, true)] {
        let sql = "UPDATE key_encryption_keys SET active = $2 WHERE id = $1";
        sqlx::query(sql).bind(id).bind(active).execute(&pool).await.unwrap();
    }
    let told = records(&pool).await;
    let refused = before.users().add(&at(4), "eve", "reader", &text("")).await.unwrap_err();
    assert_eq!(refused, Error::Sealed);
    assert_eq!(records(&pool).await, told);
    // After a server with it has written, the other one writes again as well.
    add_user(&both, "ben", Role::Reader, PASSWORD).await;
    before.users().add(&at(5), "eve", "reader", &text("")).await.unwrap();
    assert!(!records(&pool).await.iter().any(|record| record.contains("record found cut")));
}

/// Whoever has a retired key, or makes up the id of one, gains no more than any other forger: the row is rejected and
/// recorded.
#[sqlx::test]
async fn row_under_unused_key_is_rejected_and_recorded(pool: PgPool) {
    let (old, new) = (Kek::generate().unwrap(), Kek::generate().unwrap());
    let both = backend_with(pool.clone(), vec![old.clone(), new.clone()]).await;
    let mut people = Vec::new();
    for name in ["ana", "ben", "cid"] {
        add_user(&both, name, Role::Reader, PASSWORD).await;
        let session = both.sessions().sign_in(&anonymous(1), name, &text(PASSWORD), "").await.unwrap().token;
        let code = "SELECT mac FROM users WHERE name = $1";
        let code: Vec<u8> = sqlx::query_scalar(code).bind(name).fetch_one(&pool).await.unwrap();
        people.push((name, session, code));
    }
    both.keys().add(&at(2)).await.unwrap();
    both.keys().activate(&at(2), &new.id()).await.unwrap();
    both.keys().rewrap(&at(3), |_| ()).await.unwrap();
    both.keys().retire(&at(4), &old.id()).await.unwrap();
    let invented = vec![0xab; 40];
    let cases = [
        // The retired key, still in the file or removed from it; and a key that nobody ever had.
        (vec![old.clone(), new.clone()], people[0].2.clone()),
        (vec![new.clone()], people[1].2.clone()),
        (vec![new.clone()], invented),
    ];
    for ((name, session, _), (keys, code)) in people.iter().zip(cases) {
        let backend = backend_with(pool.clone(), keys).await;
        assert!(backend.sessions().identify(&anonymous(5), session).await.unwrap().is_some(), "{name}");
        let forge = "UPDATE users SET mac = $2 WHERE name = $1";
        sqlx::query(forge).bind(name).bind(code).execute(&pool).await.unwrap();
        assert_eq!(backend.sessions().identify(&anonymous(6), session).await.unwrap(), None, "{name}");
        let told = format!("portal | forged row refused | user {name} | integrity failure | ");
        until_recorded(&pool, &told).await;
    }
}
