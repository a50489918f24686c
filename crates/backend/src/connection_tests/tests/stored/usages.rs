//! Tests of a secret on the images and datasets that use it.

use super::{add, backend, cause, dataset, id, image, listed};
use crate::{
    connection_tests::tests::peers::{GitServer, Guard, PASSWORD, Registry},
    tests::{records, somebody},
};
use domain::{
    access::Role,
    connection_test::TestCause,
    error::{Error, Field, FieldError, Problem},
    secret::SecretDraft,
    usage::{UsageContent, UsageDraft, UsageKind, UsageProblem},
};
use sqlx::PgPool;

#[sqlx::test]
async fn on_tests_secret_on_its_usages(pool: PgPool) {
    let registry = Registry::start(&Guard::Basic, None);
    registry.put("group/app", "1");
    let host = format!("127.0.0.1:{}", registry.port);
    let backend = backend(&pool, &[&host]).await;
    add(&backend, SecretDraft { image: "group/app:none".to_owned(), ..image("a", &host, PASSWORD) }).await;
    let editor = somebody(Role::Editor, 6);
    let on = async |kind: UsageKind, secret: &str, target: &str| {
        let draft = UsageDraft { target: target.to_owned(), ..UsageDraft::default() };
        let target = UsageContent::parse(kind, &draft).unwrap().target;
        let report = backend.connection_tests().on(&editor, &id(secret), &target, None).await;
        report.map(|report| report.cause)
    };
    let image = async |secret: &str, target: &str| on(UsageKind::Image, secret, target).await;
    assert_eq!(image("image-a", &format!("{host}/group/app:1")).await, Ok(TestCause::ImageFound));
    assert_eq!(cause(&backend, "image-a").await, TestCause::NeverTested, "it is tried on another image");
    // The secret's own test target: the result is kept for the secret, too.
    assert_eq!(image("image-a", &format!("{host}/group/app:none")).await, Ok(TestCause::NoAccessToImage));
    assert_eq!(cause(&backend, "image-a").await, TestCause::NoAccessToImage);
    // A password is sent only to its own registry.
    let problem = Problem::Usage(UsageProblem::OtherRegistry);
    let elsewhere = Error::Invalid(vec![FieldError { field: Field::PullSecret, problem }]);
    assert_eq!(image("image-a", "127.0.0.1:1/group/app:1").await, Err(elsewhere));
    assert_eq!(image("image-none", &format!("{host}/a")).await, Err(Error::NotFound));
    assert_eq!(on(UsageKind::Dataset, "image-a", "git@127.0.0.1:a").await, Err(Error::BadRequest));

    let server = GitServer::start();
    let key = server.key("key", &["-t", "ed25519"], true);
    add(&backend, dataset("b", &key, "", &server.known_hosts())).await;
    add(&backend, dataset("c", &server.key("other", &["-t", "ed25519"], true), "", "")).await;
    let git = async |secret: &str| on(UsageKind::Dataset, secret, &server.address("repo.git")).await;
    assert_eq!(git("gitsync-secret-b").await, Ok(TestCause::RepositoryRead));
    assert_eq!(git("gitsync-secret-c").await, Ok(TestCause::HostKeyUnknown));
    assert_eq!(cause(&backend, "gitsync-secret-b").await, TestCause::NeverTested);
    let (tried, failed) = (
        "editor | connection tested | image-a | done | ".to_owned(),
        "editor | connection tested | image-a | failed | ".to_owned(),
    );
    let records = records(&pool).await;
    assert!(records.contains(&tried) && records.contains(&failed), "{records:?}");
}

/// The state of a secret is about the secret alone.
#[sqlx::test]
async fn on_reports_missing_branch_without_blaming_secret(pool: PgPool) {
    let server = GitServer::start();
    let (key, address) = (server.key("key", &["-t", "ed25519"], true), server.address("repo.git"));
    let backend = backend(&pool, &[]).await;
    add(&backend, dataset("a", &key, &address, &server.known_hosts())).await;
    add(
        &backend,
        dataset("wrong", &server.key("wrong", &["-t", "ed25519"], false), "", &server.known_hosts()),
    )
    .await;
    let editor = somebody(Role::Editor, 6);
    let on = async |secret: &str, path: &str, branch: &str| {
        let (target, branch) = (server.address(path), branch.to_owned());
        let draft = UsageDraft { target, branch, ..UsageDraft::default() };
        let content = UsageContent::parse(UsageKind::Dataset, &draft).unwrap();
        let tested = backend
            .connection_tests()
            .on(&editor, &id(secret), &content.target, content.branch.as_ref())
            .await;
        tested.unwrap().cause
    };
    let a = "gitsync-secret-a";
    for (branch, cause_there) in [
        ("nowhere", TestCause::BranchNotFound),
        ("Trunk", TestCause::BranchNotFound),
        ("v1", TestCause::BranchIsTag),
        ("refs/heads/trunk", TestCause::BranchNotFound),
    ] {
        assert_eq!(on(a, "repo.git", branch).await, cause_there, "{branch}");
        assert_eq!(cause(&backend, a).await, TestCause::RepositoryRead);
    }
    for branch in ["trunk", "other", ""] {
        assert_eq!(on(a, "repo.git", branch).await, TestCause::RepositoryRead, "{branch}");
    }
    assert_eq!(on(a, "empty.git", "trunk").await, TestCause::BranchNotFound);
    assert_eq!(on(a, "none.git", "trunk").await, TestCause::NoAccessToRepository);
    assert_eq!(on("gitsync-secret-wrong", "repo.git", "nowhere").await, TestCause::KeyNotAccepted);
    assert_eq!(listed(&backend, "status=refused").await, [""; 0]);
    assert_eq!(listed(&backend, "status=works").await, ["gitsync-secret-a works"]);
}
