//! Mapping of people to users on a real database, one for each test. What real providers answer is tested in the browser.

mod answers;
mod provider;

use super::{Issuer, ProviderAnswer, SingleSignOnConfig, SingleSignOnService, StepUp, identity::Identity};
use crate::{
    Backend, Kek, PasswordReset, SignInConfig, TestConfig,
    db::Db,
    tests::{add_user, anonymous, at, records, text},
};
use domain::{
    access::{Role, SignOnProblem},
    error::Error,
};
use sqlx::PgPool;

/// An address at which nothing answers.
const ISSUER: &str = "http://127.0.0.1:9";

/// Returns the configuration for the provider at this address.
fn config_at(issuer: &str) -> SingleSignOnConfig {
    SingleSignOnConfig {
        issuer: Issuer::parse(issuer).unwrap(),
        client_id: "latchkey".to_owned(),
        client_secret: Some(text("SENTINEL")),
        groups_claim: "groups".to_owned(),
        groups: vec![("ops".to_owned(), Role::Admin), ("staff".to_owned(), Role::Reader)],
        step_up: StepUp::AuthTime,
        logout_suspends_tokens: true,
    }
}

async fn backend(pool: &PgPool, no_passwords: bool) -> Backend {
    with_provider(pool, no_passwords, config_at(ISSUER), &TestConfig::default()).await
}

async fn backend_at(pool: &PgPool, provider: SingleSignOnConfig) -> Backend {
    backend_reaching(pool, provider, &TestConfig::default()).await
}

async fn backend_reaching(
    pool: &PgPool,
    provider: SingleSignOnConfig,
    connection_tests: &TestConfig,
) -> Backend {
    with_provider(pool, false, provider, connection_tests).await
}

async fn with_provider(
    pool: &PgPool,
    no_passwords: bool,
    provider: SingleSignOnConfig,
    connection_tests: &TestConfig,
) -> Backend {
    /// The key of all tests of this process, because several portals over one database share it.
    static KEY: std::sync::LazyLock<Kek> = std::sync::LazyLock::new(|| Kek::generate().unwrap());

    let sign_in = SignInConfig { no_passwords, single_sign_on: Some(provider), ..SignInConfig::default() };
    Backend::from_parts(
        Db::from_pool(pool.clone()),
        vec![KEY.clone()],
        sign_in,
        crate::Outside {
            connection_tests,
            database: Vec::new(),
            mail: None,
            notices: crate::NoticeConfig::default(),
        },
        crate::KeepDeleted::default(),
        at(0).now,
    )
    .await
    .unwrap()
}

fn service(backend: &Backend) -> &SingleSignOnService {
    backend.single_sign_on().unwrap()
}

fn person(subject: &str, name: &str, groups: &[&str]) -> Identity {
    Identity {
        subject: subject.to_owned(),
        names: vec![name.to_owned()],
        groups: Some(groups.iter().map(|&group| group.to_owned()).collect()),
        ..Identity::default()
    }
}

async fn admit(backend: &Backend, second: i64, person: &Identity) -> Result<String, Error> {
    let session = service(backend).admit(&anonymous(second), person, "tests").await?;
    let actor = backend.sessions().identify(&anonymous(second), &session.token).await?;
    Ok(actor.map_or_else(String::new, |actor| actor.name().to_owned()))
}

#[sqlx::test]
async fn admit_adds_user_once_and_recognizes_them(pool: PgPool) {
    let backend = backend(&pool, false).await;
    assert_eq!(admit(&backend, 1, &person("1", "Ana", &["staff"])).await.unwrap(), "ana");
    // By the subject only, because names change.
    assert_eq!(admit(&backend, 2, &person("1", "Ana Maria", &["staff"])).await.unwrap(), "ana");
    let ana = backend.users().get(&at(3), "ana").await.unwrap();
    assert_eq!((ana.role, ana.issuer.as_deref(), ana.sessions), (Role::Reader, Some(ISSUER), 2));
    assert_eq!(
        records(&pool).await,
        [
            "single sign-on | user added | ana | done | role,subject",
            "ana | sign-in | ana | done | ",
            "ana | sign-in | ana | done | ",
        ]
    );
}

#[sqlx::test]
async fn admit_never_takes_over_user_with_the_same_name(pool: PgPool) {
    let backend = backend(&pool, false).await;
    add_user(&backend, "ana", Role::Admin, "correct horse battery").await;
    assert_eq!(admit(&backend, 1, &person("1", "ana", &["staff"])).await.unwrap(), "ana@127.0.0.1");
    let third = admit(&backend, 2, &person("2", "ANA", &["staff"])).await.unwrap();
    assert!(third.starts_with("user-"), "{third}");
    assert_eq!(backend.users().get(&at(3), "ana").await.unwrap().issuer, None);
    // And no password signs in a user of the provider.
    let refused = backend.sessions().sign_in(&anonymous(4), "ana@127.0.0.1", &text("x"), "tests").await;
    assert_eq!(refused.unwrap_err(), Error::WrongPassword);
    for outcome in [
        backend.users().set_role(&at(5), "ana@127.0.0.1", "admin", &text("")).await,
        backend.users().password_link(&at(5), "ana@127.0.0.1", PasswordReset::Now, &text("")).await.map(drop),
    ] {
        assert_eq!(outcome, Err(Error::KeptByProvider));
    }
}

#[sqlx::test]
async fn admit_sets_role_of_groups_at_every_sign_in(pool: PgPool) {
    let backend = backend(&pool, false).await;
    admit(&backend, 1, &person("1", "ana", &["staff"])).await.unwrap();
    admit(&backend, 2, &person("1", "ana", &["staff", "ops"])).await.unwrap();
    let ana = backend.users().get(&at(3), "ana").await.unwrap();
    assert_eq!((ana.role, ana.sessions), (Role::Admin, 1), "what was open in the old role is over");
    let refused = admit(&backend, 4, &person("1", "ana", &["others"])).await;
    assert_eq!(refused, Err(SignOnProblem::NoGroup.into()));
    assert_eq!(backend.users().get(&at(5), "ana").await.unwrap().sessions, 0);
    assert_eq!(admit(&backend, 6, &person("2", "eve", &[])).await, Err(SignOnProblem::NoGroup.into()));
    assert_eq!(backend.users().get(&at(7), "eve").await, Err(Error::NotFound));
    assert_eq!(
        records(&pool).await[2..],
        [
            "single sign-on | role changed | ana | done | role",
            "ana | sign-in | ana | done | ",
            "single sign-on | tokens suspended | ana | done | ",
            "anonymous | sign-in | ana | refused | ",
            "anonymous | sign-in | unknown user | refused | ",
        ]
    );
}

#[sqlx::test]
async fn admit_rejects_disabled_user(pool: PgPool) {
    let backend = backend(&pool, false).await;
    let ana = person("1", "ana", &["staff"]);
    admit(&backend, 1, &ana).await.unwrap();
    backend.users().disable(&at(2), "ana").await.unwrap();
    assert_eq!(admit(&backend, 3, &ana).await, Err(SignOnProblem::Disabled.into()));
    backend.users().enable(&at(4), "ana", &text("")).await.unwrap();
    assert_eq!(admit(&backend, 5, &ana).await.unwrap(), "ana");
}

#[sqlx::test]
async fn admit_adds_one_user_for_concurrent_first_sign_ins(pool: PgPool) {
    let backend = backend(&pool, false).await;
    let ana = person("1", "ana", &["staff"]);
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (backend, ana) = (backend.clone(), ana.clone());
            tokio::spawn(async move { admit(&backend, 1, &ana).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), "ana");
    }
    assert_eq!(backend.users().list(&at(2), "", "").await.unwrap().users.len(), 1);
}

#[sqlx::test]
async fn finish_rejects_unrequested_answer(pool: PgPool) {
    let backend = backend(&pool, false).await;
    let (service, ctx) = (service(&backend), anonymous(1));
    let answer =
        ProviderAnswer { code: Some(text("code")), state: "made up".to_owned(), ..ProviderAnswer::default() };
    for begun in [None, Some(text("another browser's"))] {
        let outcome = service.finish(&ctx, "http://l/return", begun.as_ref(), &answer, "tests", false).await;
        assert_eq!(outcome.unwrap_err(), SignOnProblem::Expired.into());
    }
    assert!(records(&pool).await.is_empty());
    // The provider is missing, which is reported, and it is not asked again at once.
    for _ in 0..2 {
        let begun = service.begin(&ctx, "http://l/return", false).await;
        assert_eq!(begun.unwrap_err(), SignOnProblem::Unreachable.into());
    }
}

#[sqlx::test]
async fn passwords_are_rejected_if_they_are_off(pool: PgPool) {
    let before = backend(&pool, false).await;
    add_user(&before, "ana", Role::Admin, "correct horse battery").await;
    let link =
        before.users().password_link(&at(1), "ana", PasswordReset::WhenChosen, &text("")).await.unwrap();
    let backend = backend(&pool, true).await;
    let (users, password) = (backend.users(), text("tiefer Brunnen im Hof"));
    for outcome in [
        backend.sessions().sign_in(&anonymous(2), "ana", &text("correct horse battery"), "").await.map(drop),
        users.choose_password(&anonymous(2), &link, &password).await.map(drop),
        users.password_link(&at(2), "ana", PasswordReset::Now, &text("")).await.map(drop),
        users.add(&at(2), "eve", "reader", &text("")).await.map(drop),
    ] {
        assert_eq!(outcome, Err(Error::NoPasswords));
    }
    assert_eq!(admit(&backend, 3, &person("1", "eve", &["ops"])).await.unwrap(), "eve");
}

#[sqlx::test]
async fn setup_link_is_not_made_if_passwords_are_off(pool: PgPool) {
    let backend = backend(&pool, true).await;
    assert_eq!(backend.users().setup_link(&at(1)).await.unwrap().map(|_| ()), None);
}

/// A user who may only read cannot block the first administrator.
#[sqlx::test]
async fn setup_link_is_made_if_only_readers_exist(pool: PgPool) {
    let backend = backend(&pool, false).await;
    admit(&backend, 1, &person("1", "ana", &["staff"])).await.unwrap();
    assert!(backend.users().setup_link(&at(2)).await.unwrap().is_some());
    admit(&backend, 3, &person("2", "ben", &["ops"])).await.unwrap();
    assert!(backend.users().setup_link(&at(4)).await.unwrap().is_none());
}

/// Whether an administrator of the provider still is one shows only at the next sign-in.
#[sqlx::test]
async fn set_role_keeps_last_administrator_with_a_password(pool: PgPool) {
    let backend = backend(&pool, false).await;
    add_user(&backend, "ana", Role::Admin, "correct horse battery").await;
    admit(&backend, 1, &person("1", "ben", &["ops"])).await.unwrap();
    assert_eq!(backend.users().disable(&at(2), "ana").await, Err(Error::LastAdmin));
    assert_eq!(backend.users().disable(&at(3), "ben").await, Ok(()));
}
