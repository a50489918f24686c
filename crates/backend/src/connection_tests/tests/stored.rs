//! Stored secrets, and forms that are tested before they are stored.

use super::{
    config,
    hostile::Scripted,
    peers::{GitServer, Guard, PASSWORD, Registry, USER},
};
use crate::{
    Backend, Ctx, Kek,
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
    usage::{UsageContent, UsageDraft, UsageKind, UsageProblem},
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
async fn typed_keeps_result_only_for_stored_contents(pool: PgPool) {
    let registry = Registry::start(&Guard::Basic, None);
    registry.put("group/app", "1.0");
    let host = format!("127.0.0.1:{}", registry.port);
    let backend = backend(&pool, &[&host]).await;
    let with_image = |image: &str, draft| SecretDraft { image: image.to_owned(), ..draft };
    let report = try_form(&backend, None, with_image("group/app:1.0", image("new", &host, PASSWORD))).await;
    assert_eq!(report.cause, TestCause::ImageFound);
    assert_eq!(listed(&backend, "").await, [""; 0], "a test saves nothing");

    add(&backend, with_image("group/app:2.0", image("a", &host, PASSWORD))).await;
    // A new value that is only tested.
    assert_eq!(
        try_form(&backend, Some("image-a"), image("", &host, "x")).await.cause,
        TestCause::WrongPassword
    );
    // The stored value on another image.
    let other = with_image("group/app:1.0", image("", &host, ""));
    assert_eq!(try_form(&backend, Some("image-a"), other).await.cause, TestCause::ImageFound);
    assert_eq!(cause(&backend, "image-a").await, TestCause::NeverTested);
    // All of it as it is stored.
    let same = with_image(&format!("{host}/group/app:2.0"), image("", &host, ""));
    assert_eq!(try_form(&backend, Some("image-a"), same).await.cause, TestCause::NoAccessToImage);
    assert_eq!(cause(&backend, "image-a").await, TestCause::NoAccessToImage);
    assert_eq!(records(&pool).await[0], "editor | connection tested | new secret | done | ");

    let git = ConnectionTest::parse(SecretKind::GitDataset, SecretDraft::default(), true).unwrap();
    let refused = backend.connection_tests().typed(&at(6), Some(&id("image-a")), git.clone()).await;
    assert_eq!(refused, Err(Error::BadRequest));
    assert_eq!(backend.connection_tests().typed(&at(6), None, git).await, Err(Error::BadRequest));
}

#[sqlx::test]
async fn approve_trusts_host_until_its_keys_change(pool: PgPool) {
    let mut server = GitServer::start();
    let key = server.key("good", &["-t", "ed25519"], true);
    let backend = backend(&pool, &[]).await;
    let address = server.address("repo.git");
    add(&backend, dataset("data", &key, &address, "")).await;
    let (editor, data) = (somebody(Role::Editor, 3), id("gitsync-secret-data"));
    let connection_tests = backend.connection_tests();

    let met = connection_tests.stored(&editor, &data).await.unwrap();
    assert_eq!((met.cause, met.host_keys.len()), (TestCause::HostKeyUnknown, 3));
    assert_eq!(listed(&backend, "status=not-tested").await, ["gitsync-secret-data not-tested"]);
    let lines = met.host_keys.iter().map(|key| format!("{}\n", key.line)).collect::<Vec<_>>().concat();
    assert_eq!(connection_tests.approve(&editor, &data, "nonsense").await, Err(Error::BadRequest));
    let approved = connection_tests.approve(&editor, &data, &lines).await.unwrap();
    assert_eq!(approved.cause, TestCause::RepositoryRead);
    let state = connection_tests.state(&at(9), &data).await.unwrap();
    assert_eq!(state.refs, approved.refs);
    assert_eq!(state.refs.unwrap().branch.as_deref(), Some("trunk"));
    assert_eq!(state.trusted.len(), 3);
    assert_eq!(state.trusted[0].fingerprint.as_deref(), Some(server.fingerprint("ed25519").as_str()));
    // Exported with the key.
    let details = backend.secrets().get(&at(9), &data).await.unwrap();
    assert_eq!((details.known_hosts.as_str(), details.version), (lines.as_str(), 2));
    assert!(
        records(&pool)
            .await
            .contains(&"editor | secret changed | gitsync-secret-data | done | known_hosts".to_owned())
    );

    server.new_host_keys();
    server.restart();
    let alarm = connection_tests.stored(&editor, &data).await.unwrap();
    assert_eq!((alarm.cause, alarm.cause.status()), (TestCause::HostKeyChanged, TestStatus::HostKeyChanged));
    assert_eq!(listed(&backend, "status=host-key-changed").await, ["gitsync-secret-data host-key-changed"]);
    // Without its lines, the host is unknown again.
    change(&backend, "gitsync-secret-data", dataset("", "", &address, ""), 2).await;
    assert_eq!(connection_tests.stored(&editor, &data).await.unwrap().cause, TestCause::HostKeyUnknown);
}

#[sqlx::test]
async fn pending_tests_new_key_and_keeps_state_of_key_in_use(pool: PgPool) {
    let server = GitServer::start();
    let (key, address) = (server.key("old", &["-t", "ed25519"], true), server.address("repo.git"));
    let backend = backend(&pool, &[]).await;
    add(&backend, dataset("data", &key, &address, &server.known_hosts())).await;
    let (editor, data) = (somebody(Role::Editor, 3), id("gitsync-secret-data"));
    let (connection_tests, secrets) = (backend.connection_tests(), backend.secrets());
    assert_eq!(connection_tests.stored(&editor, &data).await.unwrap().cause, TestCause::RepositoryRead);
    secrets.generate_key(&editor, &data, NewSshKeyKind::Ed25519).await.unwrap();
    let new = secrets.get(&at(4), &data).await.unwrap().pending.unwrap().facts;

    // Before and after its public half is registered.
    let tested = connection_tests.pending(&editor, &data, &new.fingerprint).await.unwrap();
    assert_eq!(tested.cause, TestCause::KeyNotAccepted);
    server.let_in(&new.public_line());
    let (tested, ticket) =
        connection_tests.pending_with_ticket(&editor, &data, &new.fingerprint).await.unwrap();
    assert_eq!(tested.cause, TestCause::RepositoryRead);
    assert_eq!(tested.refs.unwrap().branch.as_deref(), Some("trunk"));
    let record = |outcome: &str| format!("editor | connection tested | gitsync-secret-data | {outcome} | ");
    assert_eq!(records(&pool).await[3..], [record("failed"), record("done")]);
    assert_eq!(listed(&backend, "").await, ["gitsync-secret-data works"], "the refusal was not its own");
    // A ticket is valid only for the actor and the pair of the test.
    let said =
        async |who: &Ctx, ticket: &str| connection_tests.pending_tested(who, &data, ticket).await.unwrap();
    let command_line = at(3);
    assert_eq!(said(&editor, &ticket).await, Some(TestCause::RepositoryRead));
    assert_eq!(said(&command_line, &ticket).await, None, "the command line tested nothing");
    assert_eq!(said(&editor, "repository-read").await, None);
    secrets.generate_key(&editor, &data, NewSshKeyKind::Ed25519).await.unwrap();
    assert_eq!(said(&editor, &ticket).await, None, "another pair waits");
    let new = secrets.get(&at(4), &data).await.unwrap().pending.unwrap().facts;
    secrets.switch_key_tested(&editor, &data, &new.fingerprint, &ticket).await.unwrap();
    assert_eq!(cause(&backend, "gitsync-secret-data").await, TestCause::NeverTested);

    // The pair keeps the test result when it is switched to unchanged.
    secrets.generate_key(&editor, &data, NewSshKeyKind::Ed25519).await.unwrap();
    let new = secrets.get(&at(4), &data).await.unwrap().pending.unwrap().facts;
    server.let_in(&new.public_line());
    let (_, ticket) = connection_tests.pending_with_ticket(&editor, &data, &new.fingerprint).await.unwrap();
    secrets.switch_key_tested(&editor, &data, &new.fingerprint, &ticket).await.unwrap();
    assert_eq!(cause(&backend, "gitsync-secret-data").await, TestCause::RepositoryRead);
    assert_eq!(listed(&backend, "").await, ["gitsync-secret-data works"]);
    assert_eq!(connection_tests.stored(&editor, &data).await.unwrap().cause, TestCause::RepositoryRead);
    let gone = connection_tests.pending(&editor, &data, &new.fingerprint).await;
    assert_eq!(gone, Err(Error::NotFound));
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
    assert_eq!(connection_tests.stored(&at(3), &a).await.unwrap().cause, TestCause::AddressNotAllowed);
}

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

#[sqlx::test]
async fn test_that_a_form_keeps_is_one_past_test(pool: PgPool) {
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    let backend = backend(&pool, &[&host]).await;
    let editor = somebody(Role::Editor, 3);
    let tried = |draft, secret: Option<&str>| {
        let test = ConnectionTest::parse(SecretKind::ImagePull, draft, secret.is_some()).unwrap();
        (test, secret.map(id))
    };
    let (test, _) = tried(image("kept", &host, PASSWORD), None);
    let tests = backend.connection_tests();
    let (_, ticket) = tests.typed_with_ticket(&editor, None, test).await.unwrap();
    let new = NewSecret::parse(image("kept", &host, PASSWORD)).unwrap();
    let kept = backend.secrets().create_tested(&editor, new, None, &ticket.unwrap()).await.unwrap();
    let past = async || backend.secrets().view(&at(9), &kept).await.unwrap().tests;
    assert_eq!(past().await.len(), 1);
    for second in 4..32 {
        tests.stored(&at(second), &kept).await.unwrap();
    }

    // Kept for the stored secret at once, and again when the form with another display name is saved.
    let renamed = SecretDraft { display_name: "Kept".to_owned(), ..image("", &host, "") };
    let (test, secret) = tried(renamed.clone(), Some("image-kept"));
    let later = somebody(Role::Editor, 40);
    let (_, ticket) = tests.typed_with_ticket(&later, secret.as_ref(), test).await.unwrap();
    assert_eq!(past().await.len(), 30);
    let update = SecretUpdate::parse(SecretKind::ImagePull, renamed).unwrap();
    backend.secrets().update_tested(&later, &kept, update, 1, &ticket.unwrap()).await.unwrap();
    let tests = past().await;
    assert_eq!((tests.len(), tests[0].cause), (30, TestCause::RegistryOpened));
    assert_eq!(cause(&backend, "image-kept").await, TestCause::RegistryOpened);
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
