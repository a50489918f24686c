//! Versions of values on a real database, one for each test.

use super::{Rollback, repository};
use crate::{
    Actor, Backend, Ctx, KeepDeleted, KeepVersions, Kek, Retention, RotationError, TestConfig, TokenActor,
    ValueAnswer, ValueQuery,
    keyring::{
        guarded::{NewMacs, Stale},
        mac::Message,
        repository::active_id,
    },
    secrets::repository as secrets,
    tests::{anonymous, at, backend, backend_with, keeping, keks_of, records, somebody, started_again},
};
use domain::{
    access::{Restriction, Role, TokenDraft, TokenScope},
    error::Error,
    secret::{
        Credential, ExportFormat, GeneratedSecret, NewSecret, NewSshKeyKind, SecretDraft, SecretId,
        SecretKind, SecretUpdate, SecretVersion, VersionReason, VersionState,
    },
    sensitive::Sensitive,
};
use sqlx::PgPool;

const KEY: &str = include_str!("../seed_key");

fn image(name: &str, host: &str, username: &str, password: &str) -> SecretDraft {
    SecretDraft {
        name: name.to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: host.to_owned(),
        username: username.to_owned(),
        password: Sensitive::new(password),
        allow_duplicate: "on".to_owned(),
        ..SecretDraft::default()
    }
}

fn id(text: &str) -> SecretId {
    SecretId::parse(text).unwrap()
}

fn a() -> SecretId {
    id("image-a")
}

async fn add(backend: &Backend, name: &str, password: &str) {
    let draft = image(name, "ghcr.io", "robot", password);
    backend.secrets().create(&at(1), NewSecret::parse(draft).unwrap(), None).await.unwrap();
}

/// Changes the account and the password of `a`; an empty password stays as it is stored.
async fn change(backend: &Backend, ctx: &Ctx, (host, username, password): (&str, &str, &str)) {
    let version = backend.secrets().get(&at(1), &a()).await.unwrap().version;
    let update = SecretUpdate::parse(SecretKind::ImagePull, image("", host, username, password)).unwrap();
    backend.secrets().update(ctx, &a(), update, version).await.unwrap();
}

/// Adds `a` with as many versions, the passwords of which are their numbers.
async fn with_versions(backend: &Backend, count: i64) {
    add(backend, "a", "1").await;
    for number in 2..=count {
        change(backend, &at(number), ("ghcr.io", "robot", &number.to_string())).await;
    }
}

async fn versions(backend: &Backend) -> Vec<SecretVersion> {
    backend.secrets().versions(&at(99), &a(), None).await.unwrap().items
}

/// Returns number and state of each version, the newest first.
async fn states(backend: &Backend) -> Vec<(i64, VersionState)> {
    versions(backend).await.iter().map(|version| (version.number, version.state)).collect()
}

/// Returns registry host, username and password as they are stored.
async fn account(backend: &Backend, id: &SecretId) -> (String, String, String) {
    match backend.secrets().credential(&at(9), id).await.unwrap() {
        Credential::ImagePull { host, username, password } => {
            (host.as_str().to_owned(), username.as_str().to_owned(), password.value().expose().to_owned())
        }
        Credential::GitDataset { .. } => panic!("not an image-pull secret"),
    }
}

async fn token(backend: &Backend, scope: TokenScope) -> Ctx {
    let draft =
        TokenDraft { name: "ci".to_owned(), scope: scope.as_str().to_owned(), ..TokenDraft::default() };
    let made = backend.tokens().create(&at(0), &draft).await.unwrap();
    let actor = TokenActor {
        id: made.id,
        name: "ci".to_owned(),
        owner: None,
        called: crate::called_token("ci", None),
        scope,
        restriction: Restriction::None,
        expires_at: None,
    };
    Ctx { actor: Actor::Token(actor), ..at(5) }
}

/// Reads the account and password of a version.
async fn read(backend: &Backend, ctx: &Ctx, number: i64) -> Result<(String, String), Error> {
    let query = ValueQuery { shape: ExportFormat::UsernamePassword, url: None };
    match backend.secrets().value_of_version(ctx, &a(), number, query, |_| false).await? {
        ValueAnswer::Value(_, entries) => {
            Ok((entries[0].1.expose().to_owned(), entries[1].1.expose().to_owned()))
        }
        ValueAnswer::Unchanged(_) => panic!("it was not known"),
    }
}

async fn keeping_versions(pool: PgPool, count: u16, days: Option<u16>) -> Backend {
    let versions = KeepVersions { count, days };
    let retention = Retention { deleted: KeepDeleted::default(), versions };
    keeping(pool, vec![Kek::generate().unwrap()], &TestConfig::default(), retention).await
}

/// Signs the rows of secrets and versions that the test wrote by SQL, under the active key, as the portal would have.
async fn sign_again(backend: &Backend, pool: &PgPool) {
    let keyring = backend.0.keyring.as_ref().unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let active = active_id(&mut connection).await.unwrap();
    let stale = Stale::OtherKeyThan(&active);
    let rows = repository::guarded(&mut connection, stale, 100_000).await.unwrap();
    let sign = |message: &Message| Some(keyring.mac(&active, message).unwrap());
    let macs: NewMacs<_> = rows.into_iter().map(|row| (row.key, sign(&row.message))).collect();
    repository::put_macs(&mut connection, &macs).await.unwrap();
    let rows = secrets::guarded(&mut connection, stale, 100_000).await.unwrap();
    let macs: NewMacs<_> = rows.into_iter().map(|row| (row.key, sign(&row.message))).collect();
    secrets::put_macs(&mut connection, &macs).await.unwrap();
}

#[sqlx::test]
async fn update_keeps_version_before_with_its_facts(pool: PgPool) {
    use VersionState::{Current, Kept};
    let backend = backend(pool.clone()).await;
    add(&backend, "a", "first").await;
    // Another account at the same host belongs to the same value.
    change(&backend, &at(2), ("ghcr.io/team", "other", "")).await;
    change(&backend, &somebody(Role::Editor, 3), ("quay.io", "third", "second")).await;
    change(&backend, &token(&backend, TokenScope::Write).await, ("quay.io", "third", "fourth")).await;
    let found = versions(&backend).await;
    let facts: Vec<_> = found
        .iter()
        .map(|version| {
            let account = (version.registry_host.as_deref(), version.username.as_deref());
            (version.number, version.reason, version.stored_by.as_deref(), account)
        })
        .collect();
    let (token, third) = ("token ci of the command line", (Some("quay.io"), Some("third")));
    assert_eq!(
        facts,
        [
            (3, VersionReason::Api, Some(token), third),
            (2, VersionReason::Edited, Some("editor"), third),
            (1, VersionReason::Added, Some("test"), (Some("ghcr.io/team"), Some("other"))),
        ]
    );
    assert_eq!(found[1].stored_at, at(3).now);
    assert_eq!(states(&backend).await, [(3, Current), (2, Kept), (1, Kept)]);
    assert_eq!(backend.secrets().versions(&anonymous(9), &a(), None).await, Err(Error::NotSignedIn));
    let nothing = backend.secrets().versions(&at(9), &id("image-b"), None).await;
    assert_eq!(nothing, Err(Error::NotFound));
}

#[sqlx::test]
async fn versions_are_paged_from_the_newest(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    with_versions(&backend, 3).await;
    sqlx::query(
        "INSERT INTO secret_versions (secret_id, number, stored_at, reason) \
         SELECT id, number, now(), 'edited' FROM secrets, generate_series(4, 120) AS number",
    )
    .execute(&pool)
    .await
    .unwrap();
    let (mut before, mut seen) = (None, Vec::new());
    loop {
        let page = backend.secrets().versions(&at(9), &a(), before).await.unwrap();
        seen.extend(page.items.iter().map(|version| version.number));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, (1..=120).rev().collect::<Vec<i64>>());
}

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

/// Adds `a` with a value, or changes its value, with these dates.
async fn put(backend: &Backend, second: i64, password: &str, (expires_at, stop): (&str, &str)) {
    let draft = SecretDraft {
        expires_at: expires_at.to_owned(),
        stop_when_expired: stop.to_owned(),
        ..image("a", "ghcr.io", "robot", password)
    };
    match backend.secrets().get(&at(1), &a()).await {
        Ok(details) => {
            let update = SecretUpdate::parse(SecretKind::ImagePull, draft).unwrap();
            backend.secrets().update(&at(second), &a(), update, details.version).await.unwrap();
        }
        Err(_) => drop(backend.secrets().create(&at(second), NewSecret::parse(draft).unwrap(), None).await),
    }
}

/// Returns the day of the end of `a`, or an empty text.
async fn end(backend: &Backend) -> String {
    let dates = backend.secrets().get(&at(9), &a()).await.unwrap().dates;
    dates.expires_at.map(|at| at.rfc3339()[..10].to_owned()).unwrap_or_default()
}

#[sqlx::test]
async fn roll_back_brings_the_end_of_the_value_back(pool: PgPool) {
    const DAY: i64 = 86_400;
    let backend = backend(pool.clone()).await;
    put(&backend, 1, "1", ("1970-01-10", "")).await;
    put(&backend, 2, "2", ("1970-06-01", "")).await;
    put(&backend, 3, "3", ("", "")).await;
    let roll_back = async |day: i64, number: i64| {
        backend.secrets().roll_back(&at(day * DAY), &a(), number, None, "").await.unwrap();
        end(&backend).await
    };
    assert_eq!(roll_back(4, 1).await, "1970-01-10");
    assert_eq!(roll_back(5, 3).await, "", "the third has none");
    // An end that has passed comes back, too: that value has expired.
    assert_eq!(roll_back(200, 2).await, "1970-06-01");
    let ends: Vec<_> = versions(&backend).await.iter().map(|version| version.expires_at.is_some()).collect();
    assert_eq!(ends, [true, false, true, false, true, true]);
    let recorded = records(&pool).await;
    let rolled: Vec<_> = recorded
        .iter()
        .filter_map(|record| record.split_once("value rolled back | image-a | done | "))
        .collect();
    let fields: Vec<_> = rolled.iter().map(|(_, fields)| *fields).collect();
    assert_eq!(
        fields,
        [
            "password,expires_at,from-1,to-4",
            "password,expires_at,from-3,to-5",
            "password,expires_at,from-2,to-6"
        ]
    );

    // Whoever does not want an expired value handed out does not get one by a rollback either.
    put(&backend, 201 * DAY, "7", ("1971-01-01", "on")).await;
    assert_eq!(roll_back(202, 1).await, "1970-01-10");
    let stopped = backend.secrets().credential(&at(203 * DAY), &a()).await;
    assert!(matches!(stopped, Err(Error::Expired(..))), "{stopped:?}");
    put(&backend, 203 * DAY, "9", ("1971-01-01", "on")).await;
    let reader = Ctx { now: at(203 * DAY).now, ..token(&backend, TokenScope::ReadValues).await };
    assert!(read(&backend, &reader, 7).await.is_ok(), "that ends later");
    let stopped = read(&backend, &reader, 8).await;
    assert!(matches!(stopped, Err(Error::Expired(..))), "{stopped:?}");
    // Nobody moves the end of an earlier version by the database.
    for forged in ["expires_at = '2100-01-01'", "expires_at = NULL", "end_kept = false"] {
        let forge = format!("UPDATE secret_versions SET {forged} WHERE number = 8 RETURNING number");
        let mut work = pool.begin().await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(forge)).fetch_one(&mut *work).await.unwrap();
        work.commit().await.unwrap();
        let rejected = backend.secrets().roll_back(&at(205 * DAY), &a(), 8, None, "").await;
        assert!(matches!(rejected, Err(Error::Internal(_))), "{forged}: {rejected:?}");
        let back = "UPDATE secret_versions SET expires_at = '1970-01-10 23:59:59+00', end_kept = true WHERE number = 8";
        sqlx::query(back).execute(&pool).await.unwrap();
    }
    assert_eq!(roll_back(206, 8).await, "1970-01-10");
}

/// A server that kept no ends has left versions of which nothing is known but what their values contain.
#[sqlx::test]
async fn roll_back_to_a_version_without_a_kept_end_reads_the_end_in_the_value(pool: PgPool) {
    const DAY: i64 = 86_400;
    // {"alg":"none"} and {"exp":1000000}: 12 January 1970.
    const JWT: &str = "eyJhbGciOiJub25lIn0.eyJleHAiOjEwMDAwMDB9.c2ln";
    let backend = backend(pool.clone()).await;
    put(&backend, 1, JWT, ("", "")).await;
    put(&backend, 2, "2", ("1970-02-01", "")).await;
    put(&backend, 3, "3", ("1970-03-01", "")).await;
    let unkept = "UPDATE secret_versions SET expires_at = NULL, end_kept = false, mac = decode(repeat('00', 40), 'hex') \
                  WHERE mac IS NOT NULL";
    sqlx::query(unkept).execute(&pool).await.unwrap();
    sign_again(&backend, &pool).await;
    let roll_back = async |day: i64, number: i64| {
        backend.secrets().roll_back(&at(day * DAY), &a(), number, None, "").await.unwrap();
        end(&backend).await
    };
    assert_eq!(roll_back(4, 2).await, "1970-03-01", "an end that lies ahead stays");
    assert_eq!(roll_back(5, 1).await, "1970-01-12");
    assert_eq!(roll_back(20, 2).await, "", "and one that has passed goes");
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

#[sqlx::test]
async fn rollback_works_on_a_server_that_was_started_again(pool: PgPool) {
    let first = backend(pool.clone()).await;
    with_versions(&first, 2).await;
    let second = started_again(&first, pool.clone()).await;
    assert_eq!(second.secrets().roll_back(&at(5), &a(), 1, None, "").await, Ok(Rollback::NewVersion(3)));
    assert_eq!(account(&first, &a()).await.2, "1");
}
