//! Stored secrets.

mod forms;
mod keys;
mod usages;

use super::{
    config,
    hostile::Scripted,
    peers::{Guard, PASSWORD, Registry, USER},
};
use crate::{
    Backend, Kek,
    audit::history::find::find,
    tests::{at, keks_of, reaching, records, somebody},
};
use domain::{
    access::Role,
    connection_test::{TestCause, TestReport, TestStatus},
    error::{Error, Field, FieldError, Problem},
    page::ListQuery,
    secret::{
        ConnectionTest, NewSecret, NewSshKeyKind, PasswordProblem, SecretDraft, SecretId, SecretKind,
        SecretUpdate,
    },
    sensitive::Sensitive,
};
use sqlx::PgPool;

pub(super) fn image(name: &str, host: &str, password: &str) -> SecretDraft {
    SecretDraft {
        name: name.to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: host.to_owned(),
        username: USER.to_owned(),
        password: Sensitive::new(password),
        ..SecretDraft::default()
    }
}

pub(super) fn dataset(name: &str, key: &str, repository: &str, known_hosts: &str) -> SecretDraft {
    SecretDraft {
        name: name.to_owned(),
        kind: "git-dataset".to_owned(),
        private_key: Sensitive::new(key),
        repository: repository.to_owned(),
        known_hosts: known_hosts.to_owned(),
        ..SecretDraft::default()
    }
}

pub(super) fn id(text: &str) -> SecretId {
    SecretId::parse(text).unwrap()
}

pub(super) async fn backend(pool: &PgPool, plain: &[&str]) -> Backend {
    reaching(pool.clone(), vec![Kek::generate().unwrap()], &config(plain)).await
}

pub(super) async fn add(backend: &Backend, draft: SecretDraft) {
    // Several secrets here share one account.
    let draft = SecretDraft { allow_duplicate: "on".to_owned(), ..draft };
    backend.secrets().create(&at(1), NewSecret::parse(draft).unwrap(), None).await.unwrap();
}

async fn change(backend: &Backend, secret: &str, draft: SecretDraft, version: i64) -> i64 {
    let update = SecretUpdate::parse(id(secret).kind, draft).unwrap();
    backend.secrets().update(&at(5), &id(secret), update, version).await.unwrap()
}

async fn try_form(backend: &Backend, secret: Option<&str>, draft: SecretDraft) -> TestReport {
    let kind = SecretKind::parse(&draft.kind).unwrap();
    let test = ConnectionTest::parse(kind, draft, secret.is_some()).unwrap();
    let secret = secret.map(id);
    backend.connection_tests().typed(&somebody(Role::Editor, 6), secret.as_ref(), test).await.unwrap()
}

async fn cause(backend: &Backend, secret: &str) -> TestCause {
    backend.connection_tests().state(&at(9), &id(secret)).await.unwrap().cause
}

async fn listed(backend: &Backend, query: &str) -> Vec<String> {
    let page = backend.secrets().list(&at(9), &ListQuery::parse(query)).await.unwrap();
    assert_eq!(page.total.count, page.rows.len() as u64, "{query}");
    page.rows.iter().map(|row| format!("{} {}", row.id, row.status.as_str())).collect()
}

#[sqlx::test]
async fn stored_keeps_result_until_the_next_change(pool: PgPool) {
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    let backend = backend(&pool, &[&host]).await;
    add(&backend, image("good", &host, PASSWORD)).await;
    add(&backend, image("bad", &host, "another")).await;
    assert_eq!(cause(&backend, "image-good").await, TestCause::NeverTested);

    let editor = somebody(Role::Editor, 2);
    let report = backend.connection_tests().stored(&editor, &id("image-good")).await.unwrap();
    assert_eq!((report.cause, report.host.as_deref()), (TestCause::RegistryOpened, Some(host.as_str())));
    let report = backend.connection_tests().stored(&editor, &id("image-bad")).await.unwrap();
    assert_eq!(report.cause, TestCause::WrongPassword);

    let state = backend.connection_tests().state(&at(9), &id("image-good")).await.unwrap();
    assert_eq!(state.last, Some((editor.now, "editor".to_owned())));
    assert_eq!(listed(&backend, "status=works").await, ["image-good works"]);
    assert_eq!(listed(&backend, "status=refused").await, ["image-bad refused"]);
    assert_eq!(listed(&backend, "status=refused&q=good").await, [""; 0]);
    assert_eq!(listed(&backend, "sort=name").await, ["image-bad refused", "image-good works"]);
    let record =
        |name: &str, outcome: &str| format!("editor | connection tested | image-{name} | {outcome} | ");
    assert_eq!(records(&pool).await[2..], [record("good", "done"), record("bad", "failed")]);

    // Another display name does not change the credential.
    let renamed = SecretDraft { display_name: "Good".to_owned(), ..image("", &host, "") };
    let version = change(&backend, "image-good", renamed.clone(), 1).await;
    assert_eq!(cause(&backend, "image-good").await, TestCause::RegistryOpened);
    let other_user = SecretDraft { username: "other".to_owned(), ..renamed };
    change(&backend, "image-good", other_user, version).await;
    let state = backend.connection_tests().state(&at(9), &id("image-good")).await.unwrap();
    assert_eq!((state.cause, state.last), (TestCause::NeverTested, None));
    change(&backend, "image-bad", image("", &host, PASSWORD), 1).await;
    assert_eq!(listed(&backend, "status=not-tested&sort=name").await.len(), 2);
}

#[sqlx::test]
async fn test_sends_stored_password_only_to_the_host_it_was_typed_for(pool: PgPool) {
    let thief = Scripted::answering(|_| {
        "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n".to_owned()
    });
    let own = thief.host();
    let backend = backend(&pool, &[&own]).await;
    add(&backend, image("a", "ghcr.io", PASSWORD)).await;

    // By the form alone, and by saving the form first.
    let report = try_form(&backend, Some("image-a"), image("", &own, "")).await;
    assert_eq!(report.cause, TestCause::ValueForAnotherHost);
    let update = SecretUpdate::parse(SecretKind::ImagePull, image("", &own, "")).unwrap();
    let refused = backend.secrets().update(&at(5), &id("image-a"), update, 1).await;
    let problem = Problem::Password(PasswordProblem::HostChanged);
    assert_eq!(refused, Err(Error::Invalid(vec![FieldError { field: Field::Password, problem }])));
    // A row from before that, which names another host than the one for which the value was typed.
    let sql = format!("UPDATE secrets SET registry_host = '{own}'");
    crate::tests::as_older_version_left_it(&backend, &pool, &sql).await;
    let backend = reaching(pool.clone(), keks_of(&backend), &config(&[&own])).await;
    let report = backend.connection_tests().stored(&somebody(Role::Editor, 6), &id("image-a")).await.unwrap();
    assert_eq!(report.cause, TestCause::ValueForAnotherHost);
    let report = try_form(&backend, Some("image-a"), image("", &own, "")).await;
    assert_eq!(report.cause, TestCause::ValueForAnotherHost);
    assert!(thief.asked().is_empty());

    // Typed again, the value is meant for that host.
    change(&backend, "image-a", image("", &own, "typed for it"), 1).await;
    let report = backend.connection_tests().stored(&at(7), &id("image-a")).await.unwrap();
    assert_eq!(report.cause, TestCause::WrongPassword);
    assert!(!thief.asked().is_empty());
}

#[sqlx::test]
async fn stored_rejects_too_frequent_tests_without_recording(pool: PgPool) {
    let backend = backend(&pool, &[]).await;
    add(&backend, dataset("a", include_str!("../../secrets/seed_key"), "", "")).await;
    let (editor, a) = (somebody(Role::Editor, 3), id("gitsync-secret-a"));
    let mut tested = 0;
    let refused = loop {
        match backend.connection_tests().stored(&editor, &a).await {
            Ok(_) => tested += 1,
            Err(error) => break error,
        }
        assert!(tested < 1_000, "nobody stops this");
    };
    assert!(matches!(refused, Error::TooManyTests(_)) && tested >= 60, "{refused:?} after {tested}");
    assert_eq!(records(&pool).await.len(), 1 + tested);
    // No host becomes trusted on the way either.
    let line = "h ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    while backend.connection_tests().pending(&editor, &a, "x").await == Err(Error::NotFound) {}
    let refused = backend.connection_tests().approve(&editor, &a, line).await;
    assert!(matches!(refused, Err(Error::TooManyTests(_))), "{refused:?}");
    assert_eq!(backend.secrets().get(&at(4), &a).await.unwrap().known_hosts, "");
    // The command line and the portal itself are not limited.
    assert!(backend.connection_tests().stored(&at(5), &a).await.is_ok());
}

#[sqlx::test]
async fn stored_connects_to_nothing_without_repository(pool: PgPool) {
    let backend = backend(&pool, &[]).await;
    add(&backend, dataset("a", include_str!("../../secrets/seed_key"), "", "")).await;
    let a = id("gitsync-secret-a");
    let report = backend.connection_tests().stored(&at(3), &a).await.unwrap();
    assert_eq!((report.cause, report.host), (TestCause::NoRepository, None));
    backend.secrets().generate_key(&at(4), &a, NewSshKeyKind::Ed25519).await.unwrap();
    let new = backend.secrets().get(&at(4), &a).await.unwrap().pending.unwrap().facts.fingerprint;
    let report = backend.connection_tests().pending(&at(5), &a, &new).await.unwrap();
    assert_eq!(report.cause, TestCause::NoRepository);
}

#[sqlx::test]
async fn stored_forbids_test_without_right_to_change(pool: PgPool) {
    let backend = backend(&pool, &[]).await;
    add(&backend, image("a", "169.254.169.254", PASSWORD)).await;
    let (reader, a) = (somebody(Role::Reader, 3), id("image-a"));
    let test = ConnectionTest::parse(SecretKind::ImagePull, image("", "a", "x"), false).unwrap();
    let connection_tests = backend.connection_tests();
    assert_eq!(connection_tests.stored(&reader, &a).await, Err(Error::Forbidden));
    assert_eq!(connection_tests.typed(&reader, None, test).await, Err(Error::Forbidden));
    assert_eq!(connection_tests.approve(&reader, &a, "").await, Err(Error::Forbidden));
    assert!(connection_tests.state(&reader, &a).await.is_ok());
    assert_eq!(connection_tests.stored(&at(3), &id("image-none")).await, Err(Error::NotFound));
    assert_eq!(connection_tests.stored(&at(3), &a).await.unwrap().cause, TestCause::AddressForbidden);
}

#[sqlx::test]
async fn view_has_last_30_tests_and_everything_else_of_the_page(pool: PgPool) {
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    let backend = backend(&pool, &[&host]).await;
    add(&backend, image("seen", &host, PASSWORD)).await;
    let seen = id("image-seen");
    let fresh = backend.secrets().view(&somebody(Role::Reader, 2), &seen).await.unwrap();
    assert_eq!((fresh.connection.cause, fresh.tests.len()), (TestCause::NeverTested, 0));
    assert_eq!((fresh.consumers.usage_count, fresh.history.changes.len()), (0, 1));

    backend.connection_tests().stored(&somebody(Role::Editor, 3), &seen).await.unwrap();
    // The tests of the value before stay.
    change(&backend, "image-seen", image("", &host, "another"), 1).await;
    for second in 10..45 {
        backend.connection_tests().stored(&at(second), &seen).await.unwrap();
        if second == 10 {
            let tests = backend.secrets().view(&at(50), &seen).await.unwrap().tests;
            assert_eq!(
                tests.iter().map(|test| test.cause).collect::<Vec<_>>(),
                [TestCause::WrongPassword, TestCause::RegistryOpened]
            );
            assert_eq!((tests[1].at, tests[1].by.as_str()), (somebody(Role::Editor, 3).now, "editor"));
        }
    }
    let view = backend.secrets().view(&at(50), &seen).await.unwrap();
    assert_eq!(view.tests.len(), 30);
    assert_eq!((view.tests[0].at, view.tests[29].at), (at(44).now, at(15).now));
    assert_eq!(view.connection, backend.connection_tests().state(&at(50), &seen).await.unwrap());
    assert_eq!(view.details, backend.secrets().get(&at(50), &seen).await.unwrap());
    assert_eq!(view.consumers, backend.usages().of_secret(&at(50), &seen).await.unwrap());
    let history = find(&mut pool.acquire().await.unwrap(), &at(50), &seen).await.unwrap();
    assert_eq!(view.history, history);
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM secret_tests").fetch_one(&pool).await.unwrap();
    assert_eq!(kept, 30);
    // The Overview counts those that are not kept, too.
    let days = backend.overview().get(&at(50)).await.unwrap().days;
    let counted = days.iter().flat_map(|day| TestStatus::ALL.map(|status| day.tests(status)));
    assert_eq!(counted.sum::<u64>(), 36);

    assert_eq!(backend.secrets().view(&at(50), &id("image-gone")).await, Err(Error::NotFound));
    let nobody = crate::tests::anonymous(50);
    assert_eq!(backend.secrets().view(&nobody, &seen).await, Err(Error::NotSignedIn));
}

/// A server that stops cuts off a test that would take longer, and records that somebody has begun it.
#[sqlx::test]
async fn end_cuts_off_tests_with_a_record(pool: PgPool) {
    // Accepts connections, and never answers.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = silent.local_addr().unwrap().to_string();
    let backend = backend(&pool, &[&host]).await;
    add(&backend, image("a", &host, PASSWORD)).await;
    let (tests, asked) = (backend.connection_tests().clone(), id("image-a"));
    let editor = somebody(Role::Editor, 3);
    let running = {
        let (tests, editor, asked) = (tests.clone(), editor.clone(), asked.clone());
        tokio::spawn(async move { tests.stored(&editor, &asked).await })
    };
    let _connection = silent.accept().await.unwrap();
    let before = records(&pool).await.len();
    tests.end(std::time::Duration::ZERO).await;
    assert_eq!(running.await.unwrap(), Err(Error::Unavailable));
    let log = records(&pool).await;
    assert_eq!(log.len(), before + 1);
    assert!(log.iter().any(|record| record.contains("image-a | failed")), "{log:?}");
    assert_eq!(tests.stored(&editor, &asked).await, Err(Error::Unavailable), "none begins any more");
}
