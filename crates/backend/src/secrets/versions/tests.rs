//! Versions of values on a real database, one for each test.

mod consumers;
mod destroyed;
mod ends;
mod kept;
mod rollback;
mod rotation;

use crate::{
    Actor, Backend, Ctx, TokenActor, ValueAnswer, ValueQuery,
    keyring::{
        guarded::{NewMacs, Stale},
        mac::Message,
        repository::active_id,
    },
    secrets::{repository as secrets, versions::repository},
    tests::{anonymous, at, backend, somebody},
};
use domain::{
    access::{Restriction, Role, TokenDraft, TokenScope},
    error::Error,
    secret::{
        Credential, ExportFormat, NewSecret, SecretDraft, SecretId, SecretKind, SecretUpdate, SecretVersion,
        VersionReason, VersionState,
    },
    sensitive::Sensitive,
};
use sqlx::PgPool;

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
