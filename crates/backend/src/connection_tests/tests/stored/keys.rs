//! Keys: those of hosts, and one that waits.

use super::{add, backend, cause, change, dataset, id, listed};
use crate::{
    Ctx,
    connection_tests::tests::peers::GitServer,
    tests::{at, records, somebody},
};
use domain::{
    access::Role,
    connection_test::{TestCause, TestStatus},
    error::Error,
    secret::NewSshKeyKind,
};
use sqlx::PgPool;

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
