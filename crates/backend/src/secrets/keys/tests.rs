//! Facts about keys, and generated pairs, on a real database.

use crate::{
    Backend, Kek,
    tests::{at, backend, backend_with, records, some_form, somebody, waiting},
};
use domain::{
    access::Role,
    error::{Error, Field, FieldError, Problem},
    page::ListQuery,
    secret::{
        Credential, GeneratedSecret, NewSecret, NewSshKeyKind, SecretDraft, SecretId, SecretKind,
        SecretUpdate, SshKeyAlgorithm, SshKeyFacts, SshKeyProblem, StoredSshKey,
    },
    sensitive::Sensitive,
};
use sqlx::PgPool;
use uuid::Uuid;

const KEY: &str = include_str!("../seed_key");
const PROTECTED: &str = include_str!("protected_key");
const OTHER: &str = include_str!("../../../../domain/src/secret/git_key/fixtures/openssh-ecdsa");

fn id(text: &str) -> SecretId {
    SecretId::parse(text).unwrap()
}

fn dataset(name: &str, key: &str) -> SecretDraft {
    SecretDraft {
        name: name.to_owned(),
        kind: "git-dataset".to_owned(),
        private_key: Sensitive::new(key),
        ..SecretDraft::default()
    }
}

async fn add(backend: &Backend, draft: SecretDraft) -> Result<SecretId, Error> {
    backend.secrets().create(&at(1), NewSecret::parse(draft).unwrap(), None).await
}

async fn change(backend: &Backend, secret: &str, draft: SecretDraft) -> Result<i64, Error> {
    let id = id(secret);
    let version = backend.secrets().get(&at(2), &id).await.unwrap().version;
    let update = SecretUpdate::parse(id.kind, draft).unwrap();
    backend.secrets().update(&at(2), &id, update, version).await
}

async fn value(backend: &Backend, secret: &str) -> String {
    text(backend.secrets().credential(&at(9), &id(secret)).await.unwrap())
}

fn text(credential: Credential) -> String {
    match credential {
        Credential::GitDataset { private_key } => private_key.value().expose().to_owned(),
        Credential::ImagePull { .. } => panic!("not a Git dataset"),
    }
}

async fn known(backend: &Backend, secret: &str) -> SshKeyFacts {
    match backend.secrets().get(&at(9), &id(secret)).await.unwrap().key {
        StoredSshKey::Known(facts) => facts,
        other => panic!("{other:?}"),
    }
}

async fn pending(backend: &Backend, secret: &str) -> Option<SshKeyFacts> {
    backend.secrets().get(&at(9), &id(secret)).await.unwrap().pending.map(|pending| pending.facts)
}

fn generated(name: &str) -> GeneratedSecret {
    let draft = SecretDraft { name: name.to_owned(), ..SecretDraft::default() };
    GeneratedSecret::parse(&draft, NewSshKeyKind::Ed25519).unwrap()
}

async fn sealed_fields(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("SELECT field FROM secret_values ORDER BY field").fetch_all(pool).await.unwrap()
}

#[sqlx::test]
async fn key_facts_are_derived_at_storing_and_follow_the_key(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, dataset("a", KEY)).await.unwrap();
    let facts = known(&backend, "gitsync-secret-a").await;
    assert_eq!((facts.algorithm, facts.bits), (SshKeyAlgorithm::Ed25519, 256));
    let list = backend.secrets().list(&at(3), &ListQuery::default()).await.unwrap();
    assert_eq!(list.rows[0].key, Some((SshKeyAlgorithm::Ed25519, facts.fingerprint.clone())));
    assert_eq!(list.total.count, 1);

    change(&backend, "gitsync-secret-a", dataset("", OTHER)).await.unwrap();
    let changed = known(&backend, "gitsync-secret-a").await;
    assert_eq!((changed.algorithm, changed.bits), (SshKeyAlgorithm::EcdsaP256, 256));
    // A change that leaves the key alone leaves its facts alone.
    let renamed = SecretDraft { display_name: "A".to_owned(), ..SecretDraft::default() };
    change(&backend, "gitsync-secret-a", renamed).await.unwrap();
    assert_eq!(known(&backend, "gitsync-secret-a").await, changed);
    backend.secrets().delete(&at(4), &id("gitsync-secret-a"), "").await.unwrap();
    // Kept with the deleted secret, and removed with it.
    let row = backend.secrets().deleted(&at(5), None).await.unwrap().rows[0].row;
    backend.secrets().remove(&at(5), row).await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM git_keys").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test]
async fn create_stores_protected_key_without_passphrase(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let with =
        |passphrase: &str| SecretDraft { passphrase: Sensitive::new(passphrase), ..dataset("a", PROTECTED) };
    let problem = Problem::Key(SshKeyProblem::WrongPassphrase);
    let wrong = FieldError { field: Field::Passphrase, problem };
    assert_eq!(add(&backend, with("PLANTED-wrong")).await, Err(Error::Invalid(vec![wrong.clone()])));
    assert_eq!(records(&pool).await, [""; 0]);
    add(&backend, with("correct horse")).await.unwrap();
    let stored = value(&backend, "gitsync-secret-a").await;
    assert!(stored.starts_with("-----BEGIN OPENSSH") && stored != PROTECTED);
    // The same form sent once more gives the same text, and so the same secret.
    let form = Some(some_form());
    let again = || {
        NewSecret::parse(SecretDraft {
            name: "b".to_owned(),
            allow_duplicate: "on".to_owned(),
            ..with("correct horse")
        })
        .unwrap()
    };
    for _ in 0..2 {
        assert_eq!(backend.secrets().create(&at(1), again(), form).await, Ok(id("gitsync-secret-b")));
    }
    let changed = change(&backend, "gitsync-secret-a", with("PLANTED-wrong")).await;
    assert_eq!(changed, Err(Error::Invalid(vec![wrong])));
    assert_eq!(value(&backend, "gitsync-secret-a").await, stored);
}

#[sqlx::test]
async fn create_reports_duplicate_and_saves_it_on_request(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, dataset("a", KEY)).await.unwrap();
    // The same key in other line endings.
    let windows = dataset("b", &KEY.replace('\n', "\r\n"));
    assert_eq!(add(&backend, windows.clone()).await, Err(Error::Duplicate(id("gitsync-secret-a"))));
    // A taken name is reported first.
    let problem = Problem::NameTaken(id("gitsync-secret-a"));
    let taken = Error::Invalid(vec![FieldError { field: Field::Name, problem }]);
    assert_eq!(add(&backend, dataset("a", KEY)).await, Err(taken));
    let allow_duplicate = SecretDraft { allow_duplicate: "on".to_owned(), ..windows };
    add(&backend, allow_duplicate).await.unwrap();
    add(&backend, dataset("c", OTHER)).await.unwrap();
    assert_eq!(
        change(&backend, "gitsync-secret-c", dataset("", KEY)).await,
        Err(Error::Duplicate(id("gitsync-secret-a")))
    );
    // An unchanged value is not reported again, and its own key is no duplicate.
    let renamed = SecretDraft { display_name: "B".to_owned(), ..SecretDraft::default() };
    assert!(change(&backend, "gitsync-secret-b", renamed).await.is_ok());
    assert!(change(&backend, "gitsync-secret-c", dataset("", OTHER)).await.is_ok());

    let account = |name: &str, username: &str| SecretDraft {
        name: name.to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: "ghcr.io".to_owned(),
        username: username.to_owned(),
        password: Sensitive::new(name),
        ..SecretDraft::default()
    };
    add(&backend, account("a", "robot")).await.unwrap();
    assert_eq!(add(&backend, account("b", "robot")).await, Err(Error::Duplicate(id("image-a"))));
    add(&backend, account("b", "other")).await.unwrap();
    let moved = account("", "robot");
    assert_eq!(change(&backend, "image-b", moved.clone()).await, Err(Error::Duplicate(id("image-a"))));
    let allow_duplicate = SecretDraft { allow_duplicate: "on".to_owned(), ..moved.clone() };
    change(&backend, "image-b", allow_duplicate).await.unwrap();
    // From then on a new password alone needs no confirmation.
    let password = SecretDraft { password: Sensitive::new("new"), ..moved };
    assert!(change(&backend, "image-b", password).await.is_ok());
    assert_eq!(records(&pool).await.iter().filter(|record| record.contains("refused")).count(), 0);
}

#[sqlx::test]
async fn create_generated_adds_secret_with_unseen_key(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let form = Some(some_form());
    // The button pressed twice adds one secret.
    for _ in 0..2 {
        let added = backend.secrets().create_generated(&at(1), generated("data"), form).await;
        assert_eq!(added, Ok(id("gitsync-secret-data")));
    }
    // Also at once.
    let (form, one, two) = (Some(some_form()), at(1), at(2));
    let (first, second) = tokio::join!(
        backend.secrets().create_generated(&one, generated("twice"), form),
        backend.secrets().create_generated(&two, generated("twice"), form)
    );
    assert_eq!((first, second), (Ok(id("gitsync-secret-twice")), Ok(id("gitsync-secret-twice"))));
    let other = backend.secrets().create_generated(&at(1), generated("data"), Some(some_form())).await;
    assert!(matches!(other, Err(Error::Invalid(_))));
    let facts = known(&backend, "gitsync-secret-data").await;
    assert_eq!((facts.comment.as_str(), facts.algorithm), ("data@latchkey", SshKeyAlgorithm::Ed25519));
    assert!(
        value(&backend, "gitsync-secret-data").await.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    );
    assert_eq!(records(&pool).await[0], "test | SSH key generated | gitsync-secret-data | done | ");
}

#[sqlx::test]
async fn generate_key_keeps_pair_pending_until_switch(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let secrets = backend.secrets();
    add(&backend, dataset("a", KEY)).await.unwrap();
    let a = id("gitsync-secret-a");
    let old = known(&backend, "gitsync-secret-a").await;
    assert_eq!(backend.connection_tests().pending(&at(3), &a, &old.fingerprint).await, Err(Error::NotFound));
    assert_eq!(secrets.switch_key(&at(3), &a, &old.fingerprint).await, Err(Error::NotFound));

    secrets.generate_key(&at(3), &a, NewSshKeyKind::Ed25519).await.unwrap();
    let first = pending(&backend, "gitsync-secret-a").await.unwrap();
    secrets.generate_key(&at(4), &a, NewSshKeyKind::Ed25519).await.unwrap();
    let second = pending(&backend, "gitsync-secret-a").await.unwrap();
    assert_ne!(first.fingerprint, second.fingerprint);
    assert_eq!(sealed_fields(&pool).await, ["pending-ssh-private-key", "ssh-private-key"]);
    // The old key stays in use meanwhile, and so do its facts.
    assert_eq!(value(&backend, "gitsync-secret-a").await, KEY);
    assert_eq!(known(&backend, "gitsync-secret-a").await, old);
    // Whoever has seen the first pair neither switches to the second nor discards it.
    for outcome in [
        secrets.switch_key(&at(5), &a, &first.fingerprint).await,
        secrets.discard_key(&at(5), &a, &first.fingerprint).await,
        backend.connection_tests().pending(&at(5), &a, &first.fingerprint).await.map(drop),
    ] {
        assert!(matches!(outcome, Err(Error::Changed(_))), "{outcome:?}");
    }
    let waiting = waiting(&backend, &pool, &a).await;
    secrets.switch_key(&at(7), &a, &second.fingerprint).await.unwrap();
    assert_eq!(value(&backend, "gitsync-secret-a").await, waiting);
    assert_eq!(known(&backend, "gitsync-secret-a").await, second);
    assert_eq!(pending(&backend, "gitsync-secret-a").await, None);
    // The key before stays as an earlier version.
    assert_eq!(sealed_fields(&pool).await, ["ssh-private-key", "ssh-private-key"]);

    secrets.generate_key(&at(8), &a, NewSshKeyKind::Ed25519).await.unwrap();
    let third = pending(&backend, "gitsync-secret-a").await.unwrap();
    secrets.discard_key(&at(8), &a, &third.fingerprint).await.unwrap();
    secrets.discard_key(&at(8), &a, &third.fingerprint).await.unwrap();
    assert_eq!(pending(&backend, "gitsync-secret-a").await, None);
    assert_eq!(sealed_fields(&pool).await, ["ssh-private-key", "ssh-private-key"]);
    assert_eq!(known(&backend, "gitsync-secret-a").await, second);
    let done: Vec<String> =
        records(&pool).await.into_iter().filter(|record| !record.contains("value read")).collect();
    assert_eq!(
        done,
        [
            "test | secret added | gitsync-secret-a | done | ",
            "test | SSH key generated | gitsync-secret-a | done | ",
            "test | SSH key generated | gitsync-secret-a | done | ",
            "test | SSH key switched | gitsync-secret-a | done | secret",
            "test | SSH key generated | gitsync-secret-a | done | ",
            "test | SSH key discarded | gitsync-secret-a | done | ",
        ]
    );
}

#[sqlx::test]
async fn generate_key_is_forbidden_without_right_to_change(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, dataset("a", KEY)).await.unwrap();
    let (a, secrets) = (id("gitsync-secret-a"), backend.secrets());
    let reader = somebody(Role::Reader, 2);
    for outcome in [
        secrets.create_generated(&reader, generated("b"), None).await.map(drop),
        secrets.generate_key(&reader, &a, NewSshKeyKind::Ed25519).await,
        secrets.switch_key(&reader, &a, "x").await,
        secrets.discard_key(&reader, &a, "x").await,
        backend.connection_tests().pending(&reader, &a, "x").await.map(drop),
        secrets.read_old_keys(&somebody(Role::Admin, 2)).await.map(drop),
    ] {
        assert_eq!(outcome, Err(Error::Forbidden));
    }
    let image = SecretDraft {
        name: "a".to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: "ghcr.io".to_owned(),
        username: "robot".to_owned(),
        password: Sensitive::new("pw"),
        ..SecretDraft::default()
    };
    add(&backend, image).await.unwrap();
    let none = secrets.generate_key(&at(3), &id("image-a"), NewSshKeyKind::Ed25519).await;
    assert_eq!(none, Err(Error::NotFound));
    assert_eq!(id("image-a").kind, SecretKind::ImagePull);
}

#[sqlx::test]
async fn switch_key_rejects_changed_pair(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    for (name, key) in [("a", KEY), ("b", OTHER)] {
        add(&backend, dataset(name, key)).await.unwrap();
        let id = id(&format!("gitsync-secret-{name}"));
        backend.secrets().generate_key(&at(2), &id, NewSshKeyKind::Ed25519).await.unwrap();
    }
    // The pending value of one secret under the other; and the value in use in the place of the pending one.
    for from in ["pending-ssh-private-key", "ssh-private-key"] {
        sqlx::query(
            "UPDATE secret_values SET (wrapped_key, nonce, ciphertext) = (SELECT wrapped_key, nonce, ciphertext \
             FROM secret_values JOIN secrets ON id = secret_id WHERE name = 'b' AND field = $1) \
             WHERE field = 'pending-ssh-private-key' AND secret_id = (SELECT id FROM secrets WHERE name = 'a')",
        )
        .bind(from)
        .execute(&pool)
        .await
        .unwrap();
        let a = id("gitsync-secret-a");
        let fingerprint = pending(&backend, "gitsync-secret-a").await.unwrap().fingerprint;
        let internal = Error::Internal("test".to_owned());
        assert_eq!(backend.secrets().switch_key(&at(3), &a, &fingerprint).await, Err(internal.clone()));
        assert_eq!(backend.connection_tests().pending(&at(3), &a, &fingerprint).await, Err(internal));
        assert_eq!(value(&backend, "gitsync-secret-a").await, KEY);
    }
}

#[sqlx::test]
async fn rewrap_includes_pending_pairs(pool: PgPool) {
    let (old, new) = (Kek::generate().unwrap(), Kek::generate().unwrap());
    let backend = backend_with(pool.clone(), vec![old.clone(), new.clone()]).await;
    add(&backend, dataset("a", KEY)).await.unwrap();
    backend.secrets().generate_key(&at(2), &id("gitsync-secret-a"), NewSshKeyKind::Ed25519).await.unwrap();
    let a = id("gitsync-secret-a");
    let before = waiting(&backend, &pool, &a).await;
    backend.keys().add(&at(3)).await.unwrap();
    let active = backend.keys().status(&at(3)).await.unwrap().into_iter().find(|key| !key.active).unwrap();
    backend.keys().activate(&at(4), &active.id).await.unwrap();
    assert_eq!(backend.keys().rewrap(&at(5), |_| {}).await.unwrap().done, 2);
    let alone = backend_with(pool.clone(), vec![if active.id == new.id() { new } else { old }]).await;
    assert_eq!(waiting(&alone, &pool, &a).await, before);
}

#[sqlx::test]
async fn read_old_keys_parses_each_key_once(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let secrets = backend.secrets();
    secrets.seed(&at(1), 260).await.unwrap();
    // The state that the migration finds.
    sqlx::query("DELETE FROM git_keys").execute(&pool).await.unwrap();
    add(&backend, dataset("new", OTHER)).await.unwrap();
    let page = secrets.list(&at(2), &ListQuery::parse("type=git-dataset&sort=updated")).await.unwrap();
    assert!(page.rows.iter().all(|row| row.key.is_none()));
    // A key that passed the old rules, which looked only at the armour.
    let broken = KEY.lines().next().unwrap().replace("BEGIN", "END");
    let nonsense = format!("{}\n{}\n{broken}\n", KEY.lines().next().unwrap(), KEY.lines().nth(1).unwrap());
    plant(&backend, &pool, &nonsense).await;
    let before = records(&pool).await.len();
    let (first, second) = (at(3), at(3));
    let (one, two) = tokio::join!(secrets.read_old_keys(&first), secrets.read_old_keys(&second));
    assert_eq!(one.unwrap() + two.unwrap(), 130);
    assert_eq!(secrets.read_old_keys(&at(4)).await, Ok(0));
    let added = records(&pool).await.split_off(before);
    assert!(
        !added.is_empty()
            && added.iter().all(|record| record == "test | SSH keys read | SSH keys read | done | ")
    );
    let page = secrets.list(&at(5), &ListQuery::parse("type=git-dataset&sort=updated")).await.unwrap();
    assert_eq!(page.rows.iter().filter(|row| row.key.is_none()).count(), 1);
    let unreadable: Vec<StoredSshKey> = {
        let mut all = Vec::new();
        for row in page.rows.iter().filter(|row| row.key.is_none()) {
            all.push(secrets.get(&at(5), &row.id).await.unwrap().key);
        }
        all
    };
    assert_eq!(unreadable, [StoredSshKey::Unreadable]);
}

/// Seals this text as the value of the last of the seeded secrets.
async fn plant(backend: &Backend, pool: &PgPool, text: &str) {
    use crate::keyring::{Location, ValueField, repository::active_id};
    let secret: Uuid = sqlx::query_scalar(
        "SELECT id FROM secrets WHERE kind = 'git-dataset' ORDER BY updated_at, name, kind LIMIT 1",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let kek = active_id(&mut connection).await.unwrap();
    let place = Location { secret, field: ValueField::SshPrivateKey, version: 1 };
    let sealed = backend.0.keyring.as_ref().unwrap().seal(&kek, place, &Sensitive::new(text)).unwrap();
    sqlx::query(
        "UPDATE secret_values SET wrapped_key = $2, nonce = $3, ciphertext = $4 WHERE secret_id = $1",
    )
    .bind(secret)
    .bind(sealed.wrapped_key)
    .bind(sealed.nonce)
    .bind(sealed.ciphertext)
    .execute(&mut *connection)
    .await
    .unwrap();
}
