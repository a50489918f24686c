//! The service on a real database: all or none, sealed, for one session, and for a quarter of an hour.

mod origins;
mod save;

use super::KEY;
use crate::{
    Actor, Ctx, ImportChoice, Kek, UserActor,
    tests::{at, backend, backend_with, records, signed_in, somebody, text},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{access::Role, error::Error, import::ImportProblem};
use sqlx::PgPool;
use uuid::Uuid;

const PLANTED: &str = "PLANTED-4d1f-value-9b7c";

fn later(ctx: &Ctx, second: i64) -> Ctx {
    Ctx { actor: ctx.actor.clone(), ..at(second) }
}

fn session(ctx: &Ctx) -> Uuid {
    match &ctx.actor {
        Actor::User(UserActor { session, .. }) => *session,
        other => panic!("{other:?}"),
    }
}

/// Returns a file with two registries with passwords, one without, and a key.
fn file() -> String {
    let auth = |pair: &str| STANDARD.encode(pair);
    let config = format!(
        r#"{{"auths":{{"ghcr.io":{{"auth":"{}"}},"docker.io":{{"auth":"{}"}},"quay.io":{{}}}},"credsStore":"desktop"}}"#,
        auth(&format!("robot:{PLANTED}")),
        auth("ana:second"),
    );
    format!(
        "kind: Secret\nmetadata: {{name: pull}}\ndata:\n  .dockerconfigjson: {}\n---\nkind: Secret\nmetadata: {{name: deploy}}\n\
         data:\n  ssh-privatekey: {}\n---\nkind: ConfigMap\n",
        auth(&config),
        auth(KEY)
    )
}

fn choice(number: u32, name: &str) -> ImportChoice {
    ImportChoice { number, name: name.to_owned(), ..ImportChoice::default() }
}

async fn count(pool: &PgPool, table: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
        .fetch_one(pool)
        .await
        .unwrap()
}

#[sqlx::test]
async fn get_shows_stored_duplicate_of_each_row(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let imports = backend.imports();
    let told = async || {
        let id = imports.begin(&ana, text(&file())).await.unwrap();
        let rows = imports.get(&ana, id).await.unwrap().rows;
        let duplicates = rows
            .into_iter()
            .map(|row| row.duplicate.map(|duplicate| duplicate.to_string()))
            .collect::<Vec<_>>();
        (id, duplicates)
    };
    let (id, duplicates) = told().await;
    assert_eq!(duplicates, [None, None, None, None]);
    // The suggested name for one, and another for the other.
    imports.save(&ana, id, &[choice(1, "pull-ghcr.io"), choice(4, "mine")]).await.unwrap();
    let (id, duplicates) = told().await;
    let expected = [Some("image-pull-ghcr.io"), None, None, Some("gitsync-secret-mine")];
    assert_eq!(duplicates, expected.map(|duplicate| duplicate.map(str::to_owned)));
    // After the warning, it is saved all the same.
    imports.save(&ana, id, &[choice(1, "again"), choice(4, "again")]).await.unwrap();
    // The first by its name is shown.
    assert_eq!(told().await.1[3].as_deref(), Some("gitsync-secret-again"));

    let (auth, other) = (STANDARD.encode("ana:one"), STANDARD.encode("ana:two"));
    let twice = format!(
        r#"{{"auths":{{"docker.io":{{"auth":"{auth}"}},"https://index.docker.io/v1/":{{"auth":"{other}"}},"quay.io":{{"auth":"{auth}"}}}}}}"#
    );
    let id = imports.begin(&ana, text(&twice)).await.unwrap();
    let rows = imports.get(&ana, id).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.same_here).collect::<Vec<_>>(), [true, true, false]);
}

#[sqlx::test]
async fn import_belongs_to_its_session_and_expires(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let imports = backend.imports();
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let elsewhere = signed_in(&backend, "ana", Role::Editor, 1).await;
    let ben = signed_in(&backend, "ben", Role::Admin, 1).await;
    let id = imports.begin(&ana, text(&file())).await.unwrap();
    for other in [&elsewhere, &ben] {
        assert_eq!(imports.get(other, id).await, Err(Error::ImportGone));
        assert_eq!(imports.save(other, id, &[choice(4, "x")]).await, Err(Error::ImportGone));
        imports.discard(other, id).await.unwrap();
    }
    assert_eq!(imports.get(&ana, Uuid::new_v4()).await, Err(Error::ImportGone));
    assert!(imports.get(&later(&ana, 900), id).await.is_ok());
    assert_eq!(imports.get(&later(&ana, 901), id).await, Err(Error::ImportGone));
    assert_eq!(imports.save(&later(&ana, 901), id, &[choice(4, "x")]).await, Err(Error::ImportGone));

    // One import is replaced, one expires and is deleted, one is discarded, and one is deleted with its session.
    let second = imports.begin(&ana, text(&file())).await.unwrap();
    assert_eq!(imports.get(&ana, id).await, Err(Error::ImportGone));
    assert_eq!((count(&pool, "imports").await, count(&pool, "import_entries").await), (1, 4));
    assert_eq!(imports.delete_expired(&at(900)).await, Ok(0));
    assert_eq!(imports.delete_expired(&at(901)).await, Ok(1));
    assert_eq!(imports.get(&ana, second).await, Err(Error::ImportGone));
    let third = imports.begin(&ana, text(&file())).await.unwrap();
    imports.discard(&ana, third).await.unwrap();
    imports.discard(&ana, third).await.unwrap();
    assert_eq!(count(&pool, "import_entries").await, 0);
    assert_eq!(records(&pool).await.last().unwrap(), &format!("ana | import discarded | {third} | done | "));
    imports.begin(&ana, text(&file())).await.unwrap();
    backend.sessions().end(&elsewhere, session(&ana)).await.unwrap();
    assert_eq!((count(&pool, "imports").await, count(&pool, "import_entries").await), (0, 0));
}

#[sqlx::test]
async fn import_is_forbidden_without_right_to_write(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let imports = backend.imports();
    let reader = signed_in(&backend, "rita", Role::Reader, 1).await;
    let nobody = crate::tests::anonymous(1);
    for (ctx, error) in [(&reader, Error::Forbidden), (&nobody, Error::NotSignedIn)] {
        let refused = error.clone();
        assert_eq!(imports.may_import(ctx).await, Err(error.clone()));
        assert_eq!(imports.begin(ctx, text(&file())).await, Err(refused.clone()));
        assert_eq!(imports.get(ctx, Uuid::nil()).await, Err(refused.clone()));
        assert_eq!(imports.save(ctx, Uuid::nil(), &[]).await, Err(refused));
        assert_eq!(imports.discard(ctx, Uuid::nil()).await, Err(error));
    }
    // An import needs a session to belong to.
    assert_eq!(imports.may_import(&at(1)).await, Err(Error::Forbidden));
    let recorded = records(&pool).await;
    assert_eq!(recorded.last().unwrap(), "rita | change secrets | import | refused | ");

    let sealed = backend_with(pool, vec![Kek::generate().unwrap()]).await;
    assert_eq!(sealed.imports().may_import(&somebody(Role::Editor, 1)).await, Err(Error::Sealed));
}

/// Whoever writes to the database cannot get an import saved for a host, account or person of their own.
#[sqlx::test]
async fn imported_value_opens_only_for_its_host_account_and_session(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let eve = signed_in(&backend, "eve", Role::Editor, 1).await;
    let Actor::User(mine) = &eve.actor else { panic!("signed in") };
    let taken = format!("UPDATE imports SET session_id = '{}'", mine.session);
    for (change, who) in [
        ("UPDATE import_entries SET registry_host = 'evil.example' WHERE number = 1", &ana),
        ("UPDATE import_entries SET registry_username = 'other' WHERE number = 1", &ana),
        (taken.as_str(), &eve),
    ] {
        let id = backend.imports().begin(&ana, text(&file())).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(change)).execute(&pool).await.unwrap();
        let refused = backend.imports().save(who, id, &[choice(1, "registry")]).await;
        assert_eq!(refused, Err(Error::Internal("test".to_owned())), "{change}");
        backend.imports().discard(who, id).await.unwrap();
    }
    assert_eq!(count(&pool, "secrets").await, 0);
}

#[sqlx::test]
async fn imported_value_that_was_changed_is_an_error_and_recorded(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let id = backend.imports().begin(&ana, text(&file())).await.unwrap();
    // The value of one entry in the place of another.
    sqlx::query(
        "UPDATE import_entries SET (wrapped_key, nonce, ciphertext) = (SELECT wrapped_key, nonce, ciphertext \
         FROM import_entries WHERE number = 2) WHERE number = 1",
    )
    .execute(&pool)
    .await
    .unwrap();
    let refused = backend.imports().save(&ana, id, &[choice(4, "key"), choice(1, "registry")]).await;
    assert_eq!(refused, Err(Error::Internal("test".to_owned())));
    assert_eq!(
        records(&pool).await.last().unwrap(),
        &format!("ana | value read | {id} | integrity failure | ")
    );
    assert_eq!(count(&pool, "secrets").await, 0);

    // Nor does an imported value open in the place of a secret's value.
    let saved = backend.imports().save(&ana, id, &[choice(2, "registry")]).await.unwrap();
    let other = backend.imports().begin(&ana, text(&file())).await.unwrap();
    sqlx::query(
        "UPDATE secret_values SET (wrapped_key, nonce, ciphertext) = (SELECT wrapped_key, nonce, ciphertext \
         FROM import_entries WHERE import_id = $1 AND number = 1)",
    )
    .bind(other)
    .execute(&pool)
    .await
    .unwrap();
    assert!(backend.secrets().credential(&at(2), &saved[0]).await.is_err());
}

#[sqlx::test]
async fn retire_deletes_imports_under_the_key(pool: PgPool) {
    let (old, new) = (Kek::generate().unwrap(), Kek::generate().unwrap());
    let backend = backend_with(pool.clone(), vec![old.clone(), new]).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let id = backend.imports().begin(&ana, text(&file())).await.unwrap();
    let keys = backend.keys();
    let added = keys.add(&at(2)).await.unwrap();
    keys.activate(&at(2), &added[0]).await.unwrap();
    assert!(backend.imports().get(&ana, id).await.is_ok(), "it can be opened still");
    let old_id = keys.status(&at(2)).await.unwrap().into_iter().find(|key| !key.active).unwrap().id;
    keys.rewrap(&at(2), |_| ()).await.unwrap();
    keys.retire(&at(2), &old_id).await.unwrap();
    assert_eq!(backend.imports().get(&ana, id).await, Err(Error::ImportGone));
}

#[sqlx::test]
async fn import_stores_no_readable_value(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let id = backend.imports().begin(&ana, text(&file())).await.unwrap();
    let view = format!("{:?}", backend.imports().get(&ana, id).await.unwrap());
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT import_entries::text FROM import_entries UNION ALL SELECT imports::text FROM imports \
         UNION ALL SELECT audit_records::text FROM audit_records",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let places = format!("{view}\n{}", rows.join("\n"));
    let key: String = KEY.lines().filter(|line| !line.starts_with('-')).collect();
    for value in [PLANTED, &key] {
        let hex = value.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        for form in [value.to_owned(), hex, STANDARD.encode(value)] {
            for start in 0..form.len() - 16 {
                assert!(!places.contains(&form[start..start + 16]), "{}", &form[start..start + 16]);
            }
        }
    }
    assert_eq!(backend.imports().begin(&ana, text(KEY)).await, Err(Error::Import(ImportProblem::PrivateKey)));
    assert!(backend.imports().get(&ana, id).await.is_ok(), "what is refused takes nothing away");
}
