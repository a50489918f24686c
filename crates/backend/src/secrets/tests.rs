//! The service on a real database, one for each test.

mod create;
mod dates;
mod deleted;
mod failure;
mod hosts;
mod list;
mod sealed;
mod selection;
pub(super) mod sentinel;

use crate::{
    Backend,
    tests::{at, backend, records},
};
use domain::{
    error::{Error, Field},
    page::{ListQuery, SecretPage},
    secret::{Credential, NewSecret, SecretDraft, SecretId, SecretKind, SecretUpdate},
    sensitive::Sensitive,
};
use sqlx::PgPool;

const KEY: &str = include_str!("seed_key");

fn image(name: &str, password: &str) -> SecretDraft {
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

fn dataset(name: &str) -> SecretDraft {
    SecretDraft {
        name: name.to_owned(),
        kind: "git-dataset".to_owned(),
        private_key: Sensitive::new(KEY),
        allow_duplicate: "on".to_owned(),
        ..SecretDraft::default()
    }
}

fn new(draft: SecretDraft) -> NewSecret {
    NewSecret::parse(draft).unwrap()
}

fn id(text: &str) -> SecretId {
    SecretId::parse(text).unwrap()
}

fn update(kind: SecretKind, draft: SecretDraft) -> SecretUpdate {
    SecretUpdate::parse(kind, draft).unwrap()
}

async fn password(backend: &Backend, secret: &str) -> String {
    match backend.secrets().credential(&at(9), &id(secret)).await.unwrap() {
        Credential::ImagePull { password, .. } => password.value().expose().to_owned(),
        Credential::GitDataset { .. } => panic!("not an image-pull secret"),
    }
}

async fn names(backend: &Backend, query: &str) -> Vec<String> {
    rows(&backend.secrets().list(&at(100), &ListQuery::parse(query)).await.unwrap())
}

fn rows(page: &SecretPage) -> Vec<String> {
    page.rows.iter().map(|row| row.id.to_string()).collect()
}

#[sqlx::test]
async fn credential_returns_exactly_what_was_stored_and_records_it(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let odd = " \"\\:🔑' ";
    let kept = SecretDraft { password_ends: "keep".to_owned(), ..image("a", odd) };
    backend.secrets().create(&at(1), new(kept), None).await.unwrap();
    backend.secrets().create(&at(2), new(dataset("a")), None).await.unwrap();
    assert_eq!(password(&backend, "image-a").await, odd);
    let Credential::GitDataset { private_key } =
        backend.secrets().credential(&at(3), &id("gitsync-secret-a")).await.unwrap()
    else {
        panic!("not a Git dataset");
    };
    assert_eq!(private_key.value().expose(), KEY);
    let details = backend.secrets().get(&at(4), &id("image-a")).await.unwrap();
    assert_eq!((details.display_name.as_str(), details.version), ("a", 1));
    assert_eq!(details.registry_host.as_deref(), Some("ghcr.io"));
    assert_eq!(backend.secrets().delete(&at(5), &id("image-a"), "").await.unwrap(), "a");
    assert_eq!(backend.secrets().get(&at(6), &id("image-a")).await, Err(Error::NotFound));
    assert_eq!(backend.secrets().delete(&at(6), &id("image-a"), "").await, Err(Error::NotFound));
    assert!(backend.secrets().credential(&at(6), &id("image-a")).await.is_err());
    assert_eq!(
        records(&pool).await,
        [
            "test | secret added | image-a | done | ",
            "test | secret added | gitsync-secret-a | done | ",
            "test | value read | image-a | done | ",
            "test | value read | gitsync-secret-a | done | ",
            "test | secret deleted | image-a | done | ",
        ]
    );
}

#[sqlx::test]
async fn update_keeps_blank_fields_and_records_changed_ones(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let secrets = backend.secrets();
    secrets.create(&at(1), new(image("a", "first")), None).await.unwrap();
    let changed = SecretDraft { display_name: "A".to_owned(), username: "other".to_owned(), ..image("", "") };
    let version =
        secrets.update(&at(2), &id("image-a"), update(SecretKind::ImagePull, changed.clone()), 1).await;
    assert_eq!(version, Ok(2));
    assert_eq!(password(&backend, "image-a").await, "first");
    // The same change once more changes nothing, and says so.
    let version =
        secrets.update(&at(3), &id("image-a"), update(SecretKind::ImagePull, changed.clone()), 2).await;
    assert_eq!(version, Ok(2));
    let replaced = SecretDraft { password: Sensitive::new("second"), ..changed };
    let version = secrets.update(&at(4), &id("image-a"), update(SecretKind::ImagePull, replaced), 2).await;
    assert_eq!(version, Ok(3));
    assert_eq!(password(&backend, "image-a").await, "second");
    let values: i64 =
        sqlx::query_scalar("SELECT count(*) FROM secret_values").fetch_one(&pool).await.unwrap();
    // The second one, and the first as an earlier version.
    assert_eq!(values, 2);

    secrets.create(&at(5), new(dataset("a")), None).await.unwrap();
    let renamed = SecretDraft { display_name: "Only the name".to_owned(), ..SecretDraft::default() };
    secrets
        .update(&at(6), &id("gitsync-secret-a"), update(SecretKind::GitDataset, renamed), 1)
        .await
        .unwrap();
    let kept = secrets.credential(&at(7), &id("gitsync-secret-a")).await.unwrap();
    assert!(matches!(kept, Credential::GitDataset { private_key } if private_key.value().expose() == KEY));

    let changes: Vec<String> = records(&pool)
        .await
        .into_iter()
        .filter(|record| record.starts_with("test | secret changed"))
        .collect();
    assert_eq!(
        changes,
        [
            "test | secret changed | image-a | done | display_name,username",
            "test | secret changed | image-a | done | password",
            "test | secret changed | gitsync-secret-a | done | display_name",
        ]
    );
    let wrong_kind = update(SecretKind::GitDataset, SecretDraft::default());
    assert_eq!(secrets.update(&at(8), &id("image-a"), wrong_kind, 3).await, Err(Error::BadRequest));
}

#[sqlx::test]
async fn update_accepts_one_of_two_changes_of_a_version(pool: PgPool) {
    let backend = backend(pool).await;
    backend.secrets().create(&at(1), new(image("a", "pw")), None).await.unwrap();
    let change = |display: &str| {
        update(SecretKind::ImagePull, SecretDraft { display_name: display.to_owned(), ..image("", "") })
    };
    let (one, two) = (at(2), at(3));
    let a = id("image-a");
    let (first, second) = tokio::join!(
        backend.secrets().update(&one, &a, change("One"), 1),
        backend.secrets().update(&two, &a, change("Two"), 1),
    );
    let lost = match (first, second) {
        (Ok(2), Err(lost)) | (Err(lost), Ok(2)) => lost,
        other => panic!("{other:?}"),
    };
    let Error::Changed(change) = lost else { panic!("{lost:?}") };
    assert_eq!((change.by.as_str(), change.version), ("test", 2));
    assert_eq!(change.fields, [Field::DisplayName]);
}

#[sqlx::test]
async fn change_is_rolled_back_without_its_record(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let secrets = backend.secrets();
    secrets.create(&at(1), new(image("a", "pw")), None).await.unwrap();
    sqlx::raw_sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$; \
         CREATE TRIGGER refuse BEFORE INSERT ON audit_records FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    .execute(&pool)
    .await
    .unwrap();
    let changed =
        SecretDraft { display_name: "B".to_owned(), password: Sensitive::new("other"), ..image("", "") };
    for outcome in [
        secrets.create(&at(2), new(image("b", "pw")), None).await.map(drop),
        secrets.update(&at(2), &id("image-a"), update(SecretKind::ImagePull, changed), 1).await.map(drop),
        secrets.delete(&at(2), &id("image-a"), "").await.map(drop),
        secrets.credential(&at(2), &id("image-a")).await.map(drop),
    ] {
        assert_eq!(outcome, Err(Error::Internal("test".to_owned())));
    }
    sqlx::raw_sql("DROP TRIGGER refuse ON audit_records").execute(&pool).await.unwrap();
    assert_eq!(names(&backend, "").await, ["image-a"]);
    assert_eq!(secrets.get(&at(3), &id("image-a")).await.unwrap().display_name, "a");
    assert_eq!(password(&backend, "image-a").await, "pw");
}

#[sqlx::test]
async fn credential_that_was_changed_is_an_error_and_recorded(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    for name in ["a", "b"] {
        backend.secrets().create(&at(1), new(image(name, &format!("SENTINEL-{name}"))), None).await.unwrap();
    }
    // The whole sealed value of one secret, placed under the other.
    sqlx::query(
        "UPDATE secret_values SET (wrapped_key, nonce, ciphertext) = (SELECT wrapped_key, nonce, ciphertext \
         FROM secret_values JOIN secrets ON id = secret_id WHERE name = 'b') \
         WHERE secret_id = (SELECT id FROM secrets WHERE name = 'a')",
    )
    .execute(&pool)
    .await
    .unwrap();
    let refused = backend.secrets().credential(&at(2), &id("image-a")).await.unwrap_err();
    assert_eq!(refused, Error::Internal("test".to_owned()));
    assert_eq!(records(&pool).await.last().unwrap(), "test | value read | image-a | integrity failure | ");
    assert_eq!(password(&backend, "image-b").await, "SENTINEL-b");
}
