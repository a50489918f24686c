//! A stored password leaves only for the registry host for which it was typed.

use super::{id, image, new, password, update};
use crate::{
    Backend, ManifestFormat, ManifestsError, ManifestsQuery, ValueError, ValueQuery,
    tests::{at, backend, records},
};
use domain::{
    error::{Error, Field, FieldError, Problem},
    secret::{ExportFormat, PasswordProblem, SecretDraft, SecretKind, Selection},
    sensitive::Sensitive,
};
use sqlx::PgPool;

fn refused() -> Error {
    let problem = Problem::Password(PasswordProblem::HostChanged);
    Error::Invalid(vec![FieldError { field: Field::Password, problem }])
}

fn at_host(host: &str, password: &str) -> SecretDraft {
    SecretDraft { registry_host: host.to_owned(), ..image("", password) }
}

async fn change(backend: &Backend, draft: SecretDraft, version: i64) -> Result<i64, Error> {
    backend.secrets().update(&at(2), &id("image-a"), update(SecretKind::ImagePull, draft), version).await
}

#[sqlx::test]
async fn update_rejects_another_host_without_the_password(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    backend.secrets().create(&at(1), new(image("a", "first")), None).await.unwrap();
    for host in ["quay.io", "ghcr.io:5000", "ghcr.io.evil.example", "docker.io", "127.0.0.1:5000"] {
        let renamed = SecretDraft { display_name: "Other".to_owned(), ..at_host(host, "") };
        assert_eq!(change(&backend, renamed, 1).await, Err(refused()), "{host}");
    }
    let details = backend.secrets().get(&at(3), &id("image-a")).await.unwrap();
    assert_eq!((details.registry_host.as_deref(), details.version), (Some("ghcr.io"), 1));
    assert_eq!(details.display_name, "a", "nothing of a refused change is saved");

    // Another spelling of the same host is not another host, and nothing else in the form matters.
    let spelled = SecretDraft { username: "other".to_owned(), ..at_host(" HTTPS://GHCR.io/v2/ ", "") };
    assert_eq!(change(&backend, spelled, 1).await, Ok(2));
    assert_eq!(password(&backend, "image-a").await, "first");
    // With the password, it is typed for the new host, and must be typed again to go back.
    assert_eq!(change(&backend, at_host("docker.io", "second"), 2).await, Ok(3));
    let hub = SecretDraft { username: "other".to_owned(), ..at_host("registry-1.docker.io", "") };
    assert_eq!(change(&backend, hub, 3).await, Ok(4));
    assert_eq!(password(&backend, "image-a").await, "second");
    assert_eq!(change(&backend, at_host("ghcr.io", ""), 4).await, Err(refused()));
}

/// Rows from before a changed host required the password again.
#[sqlx::test]
async fn credential_rejects_password_typed_for_another_host(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    backend.secrets().create(&at(1), new(image("a", "first")), None).await.unwrap();
    crate::tests::as_older_version_left_it(&backend, &pool, "UPDATE secrets SET registry_host = 'quay.io'")
        .await;
    let backend = crate::tests::started_again(&backend, pool.clone()).await;
    let secrets = backend.secrets();
    assert_eq!(secrets.credential(&at(3), &id("image-a")).await.unwrap_err(), refused());
    let query = ValueQuery { shape: ExportFormat::DockerConfigJson, url: None };
    let answer = secrets.value(&at(4), &id("image-a"), query, |_| false).await;
    assert_eq!(answer.unwrap_err(), ValueError::OtherHost);
    let query = ManifestsQuery {
        git_shape: ExportFormat::GitSync,
        image_shape: ExportFormat::DockerConfigJson,
        namespace: None,
        format: ManifestFormat::Yaml,
    };
    let selection = Selection::of([id("image-a")]).unwrap();
    let answer = secrets.manifests(&at(5), &selection, &query).await;
    assert_eq!(answer.unwrap_err(), ManifestsError::OtherHost(id("image-a")));
    let refusals = records(&pool).await;
    let refusals = refusals.iter().filter(|record| *record == "test | value read | image-a | refused | ");
    assert_eq!(refusals.count(), 3);
    // Fields other than the host may be changed, without changing anything about that.
    let renamed = SecretDraft { display_name: "Other".to_owned(), ..at_host("quay.io", "") };
    assert_eq!(change(&backend, renamed, 1).await, Ok(2));
    assert_eq!(secrets.credential(&at(6), &id("image-a")).await.unwrap_err(), refused());
    assert_eq!(change(&backend, at_host("reg.example", ""), 2).await, Err(refused()));
    // Back at the host for which it was typed, it is valid again.
    assert_eq!(change(&backend, at_host("ghcr.io", ""), 2).await, Ok(3));
    assert_eq!(password(&backend, "image-a").await, "first");
}

#[sqlx::test]
async fn restore_keeps_requiring_password_for_another_host(pool: PgPool) {
    let backend = backend(pool).await;
    let secrets = backend.secrets();
    secrets.create(&at(1), new(image("a", "first")), None).await.unwrap();
    secrets.delete(&at(2), &id("image-a"), "a").await.unwrap();
    let row = secrets.deleted(&at(3), None).await.unwrap().rows[0].row;
    secrets.restore(&at(3), row).await.unwrap();
    assert_eq!(change(&backend, at_host("quay.io", ""), 1).await, Err(refused()));
    let typed = SecretDraft { password: Sensitive::new("first"), ..at_host("quay.io", "") };
    assert_eq!(change(&backend, typed, 1).await, Ok(2));
}
