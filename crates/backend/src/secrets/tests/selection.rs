//! Several secrets at once: all of them, or none.

use super::{dataset, id, image, names, new};
use crate::{
    Actor, Backend, Ctx, KeepDeleted, Kek, ManifestFormat, ManifestsQuery, TestConfig, TokenActor,
    tests::{anonymous, at, backend, keeping, records, somebody, until_waiting},
};
use domain::{
    access::{Restriction, Role, TokenDraft, TokenScope},
    error::{Error, Field, FieldError, Problem},
    page::ListQuery,
    secret::{ExportFormat, Namespace, SecretDraft, Selection},
    usage::{NewUsage, UsageDraft, UsageKind, UsageProblem},
};
use sqlx::PgPool;

fn selection(ids: &[&str]) -> Selection {
    Selection::parse(ids.iter().copied()).unwrap()
}

async fn add(backend: &Backend, drafts: impl IntoIterator<Item = SecretDraft>) {
    for draft in drafts {
        backend.secrets().create(&at(1), new(draft), None).await.unwrap();
    }
}

async fn use_it(backend: &Backend, name: &str, secret: &str) {
    let draft = UsageDraft {
        name: name.to_owned(),
        target: "ghcr.io/app".to_owned(),
        secret: secret.to_owned(),
        ..UsageDraft::default()
    };
    backend.usages().create(&at(2), &NewUsage::parse(UsageKind::Image, &draft).unwrap()).await.unwrap();
}

/// Returns the context of a request with a token that is in the database.
async fn token(backend: &Backend, scope: TokenScope, restriction: Restriction) -> Ctx {
    let draft = TokenDraft { name: "ci".to_owned(), scope: scope.as_str().to_owned(), ..Default::default() };
    let id = backend.tokens().create(&at(0), &draft).await.unwrap().id;
    let actor = TokenActor {
        id,
        name: "ci".to_owned(),
        owner: None,
        called: crate::called_token("ci", None),
        scope,
        restriction,
        expires_at: None,
    };
    Ctx { actor: Actor::Token(actor), ..at(5) }
}

#[sqlx::test]
async fn delete_many_deletes_and_records_each_secret(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, [image("a", "pw"), image("b", "pw"), dataset("a"), image("kept", "pw")]).await;
    let all = selection(&["image-b", "gitsync-secret-a", "image-a"]);
    let editor = somebody(Role::Editor, 3);
    let deleted = backend.secrets().delete_many(&editor, &all, "").await.unwrap();
    let deleted: Vec<String> = deleted.iter().map(ToString::to_string).collect();
    assert_eq!(deleted, ["gitsync-secret-a", "image-a", "image-b"]);
    assert_eq!(names(&backend, "").await, ["image-kept"]);
    let log = records(&pool).await;
    assert_eq!(
        log[4..],
        [
            "editor | secret deleted | gitsync-secret-a | done | ",
            "editor | secret deleted | image-a | done | ",
            "editor | secret deleted | image-b | done | "
        ]
    );
    // Pressed twice: the secrets are gone, as was asked, and nothing more is recorded.
    assert_eq!(backend.secrets().delete_many(&editor, &all, "").await, Ok(Vec::new()));
    assert_eq!(records(&pool).await.len(), log.len());
    let rows = backend.secrets().deleted(&at(4), None).await.unwrap().rows;
    assert_eq!(rows.len(), 3);
    backend.secrets().restore(&at(5), rows[0].row).await.unwrap();
}

#[sqlx::test]
async fn delete_many_requires_confirmation_if_one_is_used(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, [image("a", "pw"), image("b", "pw")]).await;
    use_it(&backend, "app", "image-a").await;
    let before = records(&pool).await.len();
    let refused = |problem| {
        let problem = Problem::Usage(problem);
        Err(Error::Invalid(vec![FieldError { field: Field::Confirmation, problem }]))
    };
    let both = selection(&["image-a", "image-b"]);
    for typed in ["", "a", "delete 1 secret", "delete 3 secrets", "Delete 2 secrets"] {
        let outcome = backend.secrets().delete_many(&at(3), &both, typed).await;
        assert_eq!(outcome, refused(UsageProblem::ConfirmationNotTyped), "{typed}");
    }
    let one = selection(&["image-a"]);
    let outcome = backend.secrets().delete_many(&at(3), &one, "delete 1 secret").await;
    assert_eq!(outcome, refused(UsageProblem::NameNotTyped));
    assert_eq!(names(&backend, "sort=name").await, ["image-a", "image-b"]);
    assert_eq!(records(&pool).await.len(), before, "what was not done is not on record");
    // A secret that is gone already is not counted, and nobody uses it.
    let with_gone = selection(&["image-a", "image-b", "image-gone"]);
    let outcome = backend.secrets().delete_many(&at(3), &with_gone, "delete 3 secrets").await;
    assert_eq!(outcome, refused(UsageProblem::ConfirmationNotTyped));
    assert_eq!(
        backend.secrets().delete_many(&at(3), &with_gone, " delete 2 secrets ").await.unwrap().len(),
        2
    );
}

#[sqlx::test]
async fn delete_many_keeps_all_after_failure_half_way(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, [image("a", "pw"), image("b", "pw")]).await;
    let before = records(&pool).await.len();
    // The second record cannot be written.
    sqlx::query(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
    )
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query(
        "CREATE TRIGGER refuse BEFORE INSERT ON audit_records FOR EACH ROW \
         WHEN (NEW.object = 'image-b') EXECUTE FUNCTION refuse()",
    )
    .execute(&pool)
    .await
    .unwrap();
    let both = selection(&["image-a", "image-b"]);
    let outcome = backend.secrets().delete_many(&at(3), &both, "").await;
    assert!(matches!(outcome, Err(Error::Internal(_))), "{outcome:?}");
    assert_eq!(names(&backend, "sort=name").await, ["image-a", "image-b"]);
    assert_eq!(records(&pool).await.len(), before);
}

#[sqlx::test]
async fn delete_many_avoids_deadlock_on_the_same_secrets(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, (0..20).map(|number| image(&format!("s{number}"), "pw"))).await;
    let ids: Vec<String> = (0..20).map(|number| format!("image-s{number}")).collect();
    let all = Selection::parse(ids.iter().map(String::as_str)).unwrap();
    let (one, two) = (at(3), at(4));
    let (one, two) = tokio::join!(
        backend.secrets().delete_many(&one, &all, ""),
        backend.secrets().delete_many(&two, &all, "")
    );
    assert_eq!(one.unwrap().len() + two.unwrap().len(), 20);
    assert_eq!(records(&pool).await.len(), 40, "each was deleted once");
}

/// The two share no secret, but both types are counted, and each request has them in another order.
#[sqlx::test]
async fn delete_many_avoids_deadlock_across_kinds(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, [image("a", "pw"), dataset("b"), image("c", "pw"), dataset("d")]).await;
    let mut counting = pool.begin().await.unwrap();
    sqlx::query("SELECT FROM secret_counts WHERE kind = 'image-pull' FOR UPDATE")
        .execute(&mut *counting)
        .await
        .unwrap();
    let delete = |ids: &[&str]| {
        let (backend, all) = (backend.clone(), selection(ids));
        tokio::spawn(async move { backend.secrets().delete_many(&at(3), &all, "").await })
    };
    let ben = delete(&["image-a", "gitsync-secret-d"]);
    until_waiting(&pool, 1).await;
    let ana = delete(&["gitsync-secret-b", "image-c"]);
    until_waiting(&pool, 2).await;
    counting.rollback().await.unwrap();
    assert_eq!(ben.await.unwrap().unwrap().len(), 2);
    assert_eq!(ana.await.unwrap().unwrap().len(), 2);
    assert_eq!(backend.secrets().list(&at(4), &ListQuery::default()).await.unwrap().total.count, 0);
}

#[sqlx::test]
async fn delete_many_removes_at_once_if_none_are_kept(pool: PgPool) {
    let none = KeepDeleted(0);
    let backend = keeping(pool.clone(), vec![Kek::generate().unwrap()], &TestConfig::default(), none).await;
    add(&backend, [image("a", "pw"), image("b", "pw")]).await;
    backend.secrets().delete_many(&at(2), &selection(&["image-a", "image-b"]), "").await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM secret_values").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0, "the values went with their secrets");
}

#[sqlx::test]
async fn confirmation_names_consumers_of_each_secret(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, [image("a", "pw"), image("b", "pw"), dataset("a")]).await;
    for number in 0..7 {
        use_it(&backend, &format!("app{number}"), "image-b").await;
    }
    let asked = selection(&["image-b", "gitsync-secret-a", "image-none"]);
    let shown = backend.usages().of_selection(&somebody(Role::Reader, 3), &asked).await.unwrap();
    let words: Vec<_> = shown
        .iter()
        .map(|secret| (secret.id.to_string(), secret.usages.len(), secret.usage_count, secret.reader_count))
        .collect();
    assert_eq!(words, [("gitsync-secret-a".to_owned(), 0, 0, 0), ("image-b".to_owned(), 5, 7, 0)]);
    assert_eq!(shown[1].usages[0].as_str(), "app0");
}

fn yaml() -> ManifestsQuery {
    ManifestsQuery {
        git_shape: ExportFormat::GitSync,
        image_shape: ExportFormat::DockerConfigJson,
        namespace: Namespace::parse("team-a"),
        format: ManifestFormat::Yaml,
    }
}

#[sqlx::test]
async fn manifests_return_one_file_and_record_each_value(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, [image("b", "pw"), dataset("a")]).await;
    let reader = token(&backend, TokenScope::ReadValues, Restriction::None).await;
    let before = records(&pool).await.len();
    let both = selection(&["image-b", "gitsync-secret-a"]);
    let text = backend.secrets().manifests(&reader, &both, &yaml()).await.unwrap();
    let documents: Vec<&str> = text.expose().split("\n---\n").collect();
    assert_eq!(documents.len(), 2);
    assert!(
        documents[0].contains("name: \"gitsync-secret-a\"") && documents[1].contains("name: \"image-b\"")
    );
    assert!(documents.iter().all(|document| document.contains("namespace: \"team-a\"")));
    assert_eq!(
        records(&pool).await[before..],
        [
            "token ci of the command line | value read | gitsync-secret-a | done | ",
            "token ci of the command line | value read | image-b | done | "
        ]
    );
}

#[sqlx::test]
async fn manifests_read_no_value_if_one_cannot_be_made(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let tried = SecretDraft { repository: "git@git.example:group/data.git".to_owned(), ..dataset("tried") };
    add(&backend, [tried, dataset("untried"), image("b", "pw")]).await;
    let all = selection(&["gitsync-secret-tried", "gitsync-secret-untried", "image-b"]);
    let reader = token(&backend, TokenScope::ReadValues, Restriction::None).await;
    let before = records(&pool).await.len();
    let secrets = backend.secrets();
    let argo = ManifestsQuery { git_shape: ExportFormat::ArgoCd, ..yaml() };
    assert_eq!(
        secrets.manifests(&reader, &all, &argo).await.unwrap_err(),
        Error::NoUrl(vec![id("gitsync-secret-untried")])
    );
    let mixed = ManifestsQuery { git_shape: ExportFormat::DockerConfigJson, ..yaml() };
    assert_eq!(secrets.manifests(&reader, &all, &mixed).await.unwrap_err(), Error::WrongShape);
    let raw = ManifestsQuery { image_shape: ExportFormat::Raw, ..yaml() };
    assert_eq!(secrets.manifests(&reader, &all, &raw).await.unwrap_err(), Error::WrongShape);
    let some_gone = selection(&["image-b", "image-gone"]);
    let gone = secrets.manifests(&reader, &some_gone, &yaml()).await.unwrap_err();
    assert_eq!(gone, Error::NotFound);
    assert_eq!(records(&pool).await.len(), before, "nothing was taken out");

    let git = selection(&["gitsync-secret-tried"]);
    let text = secrets.manifests(&reader, &git, &argo).await.unwrap();
    assert!(text.expose().contains("argocd.argoproj.io/secret-type"));
}

#[sqlx::test]
async fn bulk_operations_follow_the_rights_of_each_role(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, [image("a", "pw"), image("b", "pw")]).await;
    let both = selection(&["image-a", "image-b"]);
    let (secrets, connection_tests, usages) =
        (backend.secrets(), backend.connection_tests(), backend.usages());
    let reader = somebody(Role::Reader, 2);
    assert_eq!(secrets.delete_many(&reader, &both, "").await, Err(Error::Forbidden));
    assert_eq!(connection_tests.many(&reader, &both).await, Err(Error::Forbidden));
    assert_eq!(secrets.delete_many(&anonymous(2), &both, "").await, Err(Error::NotSignedIn));
    assert_eq!(usages.of_selection(&anonymous(2), &both).await, Err(Error::NotSignedIn));
    // Values leave only by tokens, whoever has signed in.
    let refused = Error::Forbidden;
    let one = Restriction::Secrets(vec![id("image-a")]);
    for who in [
        somebody(Role::Admin, 2),
        token(&backend, TokenScope::Write, Restriction::None).await,
        token(&backend, TokenScope::ReadValues, one.clone()).await,
    ] {
        assert_eq!(secrets.manifests(&who, &both, &yaml()).await.unwrap_err(), refused, "{who:?}");
    }
    let editor_of_one = token(&backend, TokenScope::Write, one).await;
    assert_eq!(secrets.delete_many(&editor_of_one, &both, "").await, Err(Error::Forbidden));
    assert_eq!(names(&backend, "sort=name").await, ["image-a", "image-b"]);
    assert!(records(&pool).await.iter().all(|record| !record.contains("value read")));
}
