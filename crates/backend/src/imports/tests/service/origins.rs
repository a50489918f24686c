//! The Kubernetes Secrets that accounts were imported from.

use super::{choice, count, file};
use crate::tests::{backend, signed_in, text};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::access::Role;
use sqlx::PgPool;

#[sqlx::test]
async fn save_keeps_first_100_origins(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let config = STANDARD.encode(r#"{"auths":{"a.example":{"username":"robot","password":"pw"}}}"#);
    let secret = |n: usize| {
        format!(
            "kind: Secret\nmetadata: {{name: pull, namespace: team-{n:03}}}\ntype: kubernetes.io/dockerconfigjson\n\
             data: {{.dockerconfigjson: {config}}}\n"
        )
    };
    let file = (0..250).map(secret).collect::<Vec<_>>().join("---\n");
    let id = backend.imports().begin(&ana, text(&file)).await.unwrap();
    let saved = backend.imports().save(&ana, id, &[choice(1, "pull")]).await.unwrap();
    let origins = backend.secrets().get(&ana, &saved[0]).await.unwrap().origins;
    assert_eq!((origins.places().len(), origins.total()), (100, 250));
    assert_eq!((&*origins.places()[0], &*origins.places()[99]), ("team-000/pull", "team-099/pull"));
    // They are deleted for good with their secret.
    sqlx::query("DELETE FROM secrets").execute(&pool).await.unwrap();
    assert_eq!(count(&pool, "secret_origins").await, 0);
}

/// Whoever has begun to write records holds up all others until the end.
#[sqlx::test]
async fn save_writes_origins_at_once_and_before_the_records(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let secret = |n: usize| {
        let config = STANDARD
            .encode(format!(r#"{{"auths":{{"r{n}.example":{{"username":"robot","password":"pw-{n}"}}}}}}"#));
        // An invalid namespace beside valid ones.
        let place = if n == 0 { "{name: pull, namespace: \"\"}" } else { "{name: pull, namespace: team}" };
        format!("kind: Secret\nmetadata: {place}\ndata: {{.dockerconfigjson: {config}}}\n")
    };
    let file = (0..4).map(secret).collect::<Vec<_>>().join("---\n");
    let id = backend.imports().begin(&ana, text(&file)).await.unwrap();
    sqlx::raw_sql(
        "CREATE SEQUENCE statements; \
         CREATE FUNCTION count_statement() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF EXISTS (SELECT FROM audit_records WHERE object LIKE 'image-%') THEN RAISE EXCEPTION 'late'; END IF; \
         PERFORM nextval('statements'); RETURN NULL; END; $$; \
         CREATE TRIGGER count_statement AFTER INSERT ON secret_origins EXECUTE FUNCTION count_statement()",
    )
    .execute(&pool)
    .await
    .unwrap();
    let choices: Vec<_> = (1..=4).map(|n| choice(n, &format!("r{n}"))).collect();
    let saved = backend.imports().save(&ana, id, &choices).await.unwrap();
    let statements: i64 =
        sqlx::query_scalar("SELECT last_value FROM statements").fetch_one(&pool).await.unwrap();
    assert_eq!((statements, count(&pool, "secret_origins").await), (1, 4));
    // Each secret has its own.
    for (id, place) in saved.iter().zip(["pull", "team/pull", "team/pull", "team/pull"]) {
        assert_eq!(backend.secrets().get(&ana, id).await.unwrap().origins.places(), [place]);
    }
}

/// An import as an earlier version may have stored it.
#[sqlx::test]
async fn get_skips_invalid_origin_and_keeps_others(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let id = backend.imports().begin(&ana, text(&file())).await.unwrap();
    sqlx::query("UPDATE import_entries SET places = '{/pull,team/pull}' WHERE number = 1")
        .execute(&pool)
        .await
        .unwrap();
    let saved = backend.imports().save(&ana, id, &[choice(1, "robot")]).await.unwrap();
    let origins = backend.secrets().get(&ana, &saved[0]).await.unwrap().origins;
    assert_eq!((origins.places(), origins.total()), (&["team/pull".to_owned()][..], 2));
}
