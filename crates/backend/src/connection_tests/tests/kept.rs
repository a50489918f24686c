//! Results of tests of a form, kept by the save that follows.

use super::{
    peers::{GitServer, Guard, PASSWORD, Registry},
    stored::{backend, dataset, id, image},
};
use crate::{
    Backend, Ctx,
    tests::{at, somebody},
};
use domain::{
    access::Role,
    connection_test::{TestCause, TestState},
    secret::{ConnectionTest, NewSecret, SecretDraft, SecretKind, SecretUpdate},
    sensitive::Sensitive,
};
use sqlx::PgPool;

/// Tests the contents of a form at this second, and returns its ticket.
async fn tested(backend: &Backend, secret: Option<&str>, draft: &SecretDraft, second: i64) -> String {
    let kind = SecretKind::parse(&draft.kind).unwrap();
    let test = ConnectionTest::parse(kind, draft.clone(), secret.is_some()).unwrap();
    let secret = secret.map(id);
    let who = somebody(Role::Editor, second);
    let (_, ticket) =
        backend.connection_tests().typed_with_ticket(&who, secret.as_ref(), test).await.unwrap();
    ticket.unwrap()
}

async fn add(backend: &Backend, who: &Ctx, draft: &SecretDraft, ticket: &str) {
    let draft = SecretDraft { allow_duplicate: "on".to_owned(), ..draft.clone() };
    backend.secrets().create_tested(who, NewSecret::parse(draft).unwrap(), None, ticket).await.unwrap();
}

async fn change(backend: &Backend, who: &Ctx, secret: &str, draft: &SecretDraft, ticket: &str) -> i64 {
    let version = backend.secrets().get(&at(9), &id(secret)).await.unwrap().version;
    let draft = SecretDraft { allow_duplicate: "on".to_owned(), ..draft.clone() };
    let update = SecretUpdate::parse(id(secret).kind, draft).unwrap();
    backend.secrets().update_tested(who, &id(secret), update, version, ticket).await.unwrap()
}

async fn state(backend: &Backend, secret: &str) -> TestState {
    backend.connection_tests().state(&at(9), &id(secret)).await.unwrap()
}

#[sqlx::test]
async fn save_keeps_test_result_of_unchanged_form(pool: PgPool) {
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    let backend = backend(&pool, &[&host]).await;
    let editor = somebody(Role::Editor, 20);

    let good = image("good", &host, PASSWORD);
    let ticket = tested(&backend, None, &good, 10).await;
    assert!(!ticket.contains(PASSWORD), "{ticket}");
    add(&backend, &editor, &good, &ticket).await;
    let kept = state(&backend, "image-good").await;
    assert_eq!(kept.cause, TestCause::RegistryOpened);
    assert_eq!(kept.last, Some((at(10).now, "editor".to_owned())), "as of the test, not of the save");

    // A refusal is kept as well, and shows in the list of whoever saves all the same.
    let bad = image("bad", &host, "another");
    let ticket = tested(&backend, None, &bad, 10).await;
    add(&backend, &editor, &bad, &ticket).await;
    assert_eq!(state(&backend, "image-bad").await.cause, TestCause::WrongPassword);

    // Anything else than what was tested stays "not tested", and is saved all the same.
    let ticket = tested(&backend, None, &good, 10).await;
    let other = |name: &str, draft: SecretDraft| SecretDraft { name: name.to_owned(), ..draft };
    for (name, draft) in [
        ("password", image("", &host, "typed over")),
        ("username", SecretDraft { username: "other".to_owned(), ..good.clone() }),
        ("host", SecretDraft { registry_host: "ghcr.io".to_owned(), ..good.clone() }),
        ("image", SecretDraft { image: "group/app:1".to_owned(), ..good.clone() }),
    ] {
        add(&backend, &editor, &other(name, draft), &ticket).await;
        assert_eq!(state(&backend, &format!("image-{name}")).await.cause, TestCause::NeverTested, "{name}");
    }
    for (name, who, ticket) in [
        ("late", somebody(Role::Editor, 10 + 901), ticket.clone()),
        ("theirs", somebody(Role::Admin, 20), ticket.clone()),
        ("none", somebody(Role::Editor, 20), String::new()),
        ("spoilt", somebody(Role::Editor, 20), ticket.replace("registry-opened", "image-found")),
    ] {
        add(&backend, &who, &other(name, good.clone()), &ticket).await;
        assert_eq!(state(&backend, &format!("image-{name}")).await.cause, TestCause::NeverTested, "{name}");
    }
}

#[sqlx::test]
async fn save_keeps_test_result_of_stored_and_typed_values(pool: PgPool) {
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    let backend = backend(&pool, &[&host]).await;
    let editor = somebody(Role::Editor, 20);
    add(&backend, &editor, &image("a", &host, "another"), "").await;

    // The stored password on an image that is not saved yet.
    let with_image = SecretDraft { image: "group/app:1".to_owned(), ..image("", &host, "") };
    let ticket = tested(&backend, Some("image-a"), &with_image, 10).await;
    assert_eq!(state(&backend, "image-a").await.cause, TestCause::NeverTested, "nothing is saved yet");
    change(&backend, &editor, "image-a", &with_image, &ticket).await;
    assert_eq!(state(&backend, "image-a").await.cause, TestCause::WrongPassword);

    // A typed password; the ticket of the stored one before says nothing about it.
    let typed = image("", &host, PASSWORD);
    change(&backend, &editor, "image-a", &typed, &ticket).await;
    assert_eq!(state(&backend, "image-a").await.cause, TestCause::NeverTested);
    let typed = SecretDraft { image: String::new(), display_name: "A".to_owned(), ..typed };
    let ticket = tested(&backend, Some("image-a"), &typed, 11).await;
    change(&backend, &editor, "image-a", &typed, &ticket).await;
    assert_eq!(state(&backend, "image-a").await.cause, TestCause::RegistryOpened);

    // The stored value has changed since.
    let blank = image("", &host, "");
    let ticket = tested(&backend, Some("image-a"), &with_image, 12).await;
    change(&backend, &editor, "image-a", &SecretDraft { password: Sensitive::new("new"), ..blank }, "").await;
    change(&backend, &editor, "image-a", &with_image, &ticket).await;
    assert_eq!(state(&backend, "image-a").await.cause, TestCause::NeverTested);
}

#[sqlx::test]
async fn save_keeps_test_result_of_key_with_refs(pool: PgPool) {
    let server = GitServer::start();
    let backend = backend(&pool, &[]).await;
    let editor = somebody(Role::Editor, 20);
    let known = server.known_hosts();
    let key = server.key("good", &["-t", "ed25519"], true);
    let draft = dataset("data", &key, &server.address("repo.git"), &known);
    let ticket = tested(&backend, None, &draft, 10).await;
    let unknown = SecretDraft { name: "unknown".to_owned(), known_hosts: String::new(), ..draft.clone() };
    add(&backend, &editor, &unknown, &ticket).await;
    let state_of_unknown = state(&backend, "gitsync-secret-unknown").await;
    assert_eq!(state_of_unknown.cause, TestCause::NeverTested, "other hosts are trusted");
    add(&backend, &editor, &draft, &ticket).await;
    let kept = state(&backend, "gitsync-secret-data").await;
    assert_eq!(kept.cause, TestCause::RepositoryRead);
    assert_eq!(kept.refs.unwrap().branch.as_deref(), Some("trunk"));
}
