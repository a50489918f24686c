//! Tokens that are restricted to mistyped ids.

use crate::{
    Backend, Ctx,
    tests::{at, backend, somebody},
};
use domain::{
    access::{AccessProblem, Role, TokenDraft},
    error::{Error, Field, FieldError, Problem},
    secret::{NewSecret, SecretDraft, SecretId},
    sensitive::Sensitive,
};
use sqlx::PgPool;
use uuid::Uuid;

fn id(text: &str) -> SecretId {
    SecretId::parse(text).unwrap()
}

async fn add(backend: &Backend, name: &str) {
    let draft = SecretDraft {
        name: name.to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: format!("{name}.example"),
        username: "robot".to_owned(),
        password: Sensitive::new("pw"),
        ..SecretDraft::default()
    };
    backend.secrets().create(&at(1), NewSecret::parse(draft).unwrap(), None).await.unwrap();
}

/// Sends the form with these secrets, and returns the problems.
async fn sent(backend: &Backend, ctx: &Ctx, secrets: &str, expiry: &str) -> Vec<(Field, Problem)> {
    let draft = TokenDraft {
        name: "ci".to_owned(),
        scope: "read-metadata".to_owned(),
        secrets: secrets.to_owned(),
        expiry: expiry.to_owned(),
        ..TokenDraft::default()
    };
    match backend.tokens().create_by_form(ctx, Uuid::new_v4(), &draft).await {
        Err(Error::Invalid(wrong)) => {
            wrong.into_iter().map(|FieldError { field, problem }| (field, problem)).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[sqlx::test]
async fn create_by_form_says_which_secret_was_probably_meant(pool: PgPool) {
    let backend = backend(pool).await;
    for name in ["hub", "harbor-production"] {
        add(&backend, name).await;
    }
    let reader = somebody(Role::Reader, 5);
    let meant = |typed: &str, meant: Option<&str>| Problem::NoSecret(id(typed), meant.map(id));
    for (typed, expected) in [
        ("image-hubb", vec![meant("image-hubb", Some("image-hub"))]),
        // The type that was not meant.
        ("gitsync-secret-hub", vec![meant("gitsync-secret-hub", Some("image-hub"))]),
        ("image-zebra", vec![meant("image-zebra", None)]),
        ("hub", vec![Problem::SecretMeant(id("image-hub"))]),
        ("Harbor_production", vec![Problem::SecretMeant(id("image-harbor-production"))]),
        ("no/thing", vec![AccessProblem::TokenSecret.into()]),
        (
            "image-hub, image-hubs image-zebra",
            vec![meant("image-hubs", Some("image-hub")), meant("image-zebra", None)],
        ),
    ] {
        let found = sent(&backend, &reader, typed, "").await;
        assert!(found.iter().all(|(field, _)| *field == Field::Secrets), "{typed}: {found:?}");
        let problems: Vec<Problem> = found.into_iter().map(|(_, problem)| problem).collect();
        assert_eq!(problems, expected, "{typed}");
    }
    // All mistakes at once, in the order of the form.
    let both = sent(&backend, &reader, "image-hubb", "soon").await;
    assert_eq!(both.iter().map(|(field, _)| *field).collect::<Vec<_>>(), [Field::Secrets, Field::Expiry]);
}

#[sqlx::test]
async fn create_takes_ids_of_secrets_that_come_later_from_scripts(pool: PgPool) {
    let backend = backend(pool).await;
    let draft = TokenDraft {
        name: "ci".to_owned(),
        scope: "read-values".to_owned(),
        secrets: "image-later".to_owned(),
        ..TokenDraft::default()
    };
    backend.tokens().create(&at(1), &draft).await.unwrap();
}
