//! Who becomes whom, on a real database, one of its own for each test. What the provider says is tried in the browser, against
//! real ones.

mod answers;
mod provider;

use super::{Issuer, ProviderAnswer, SingleSignOnConfig, SingleSignOnService, StepUp, identity::Identity};
use crate::{
    Backend, CheckConfig, Kek, PasswordReset, SignInConfig,
    db::Db,
    tests::{add_user, anonymous, at, records, text},
};
use domain::{
    access::{Role, SignOnProblem},
    error::Error,
};
use sqlx::PgPool;

/// Nothing answers there.
const ISSUER: &str = "http://127.0.0.1:9";

/// What is agreed with the provider at this address.
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
    with_provider(pool, no_passwords, config_at(ISSUER), &CheckConfig::default()).await
}

async fn backend_at(pool: &PgPool, provider: SingleSignOnConfig) -> Backend {
    backend_reaching(pool, provider, &CheckConfig::default()).await
}

async fn backend_reaching(pool: &PgPool, provider: SingleSignOnConfig, checks: &CheckConfig) -> Backend {
    with_provider(pool, false, provider, checks).await
}

async fn with_provider(
    pool: &PgPool,
    no_passwords: bool,
    provider: SingleSignOnConfig,
    checks: &CheckConfig,
) -> Backend {
    /// One for all tests of this process: several portals over one database have one key.
    static KEY: std::sync::LazyLock<Kek> = std::sync::LazyLock::new(|| Kek::generate().unwrap());

    let sign_in = SignInConfig { no_passwords, single_sign_on: Some(provider), ..SignInConfig::default() };
    Backend::over(
        Db::over(pool.clone()),
        vec![KEY.clone()],
        sign_in,
        (checks, Vec::new()),
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
async fn whoever_comes_first_becomes_a_user_and_is_known_again(pool: PgPool) {
    let backend = backend(&pool, false).await;
    assert_eq!(admit(&backend, 1, &person("1", "Ana", &["staff"])).await.unwrap(), "ana");
    // By the subject alone: what people are called changes.
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
async fn nobody_takes_over_a_user_by_their_name(pool: PgPool) {
    let backend = backend(&pool, false).await;
    add_user(&backend, "ana", Role::Admin, "correct horse battery").await;
    assert_eq!(admit(&backend, 1, &person("1", "ana", &["staff"])).await.unwrap(), "ana@127.0.0.1");
    let third = admit(&backend, 2, &person("2", "ANA", &["staff"])).await.unwrap();
    assert!(third.starts_with("user-"), "{third}");
    assert_eq!(backend.users().get(&at(3), "ana").await.unwrap().issuer, None);
    // And no password opens a user of the provider.
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
async fn the_role_is_that_of_the_groups_at_every_sign_in(pool: PgPool) {
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
async fn whoever_is_disabled_here_stays_out(pool: PgPool) {
    let backend = backend(&pool, false).await;
    let ana = person("1", "ana", &["staff"]);
    admit(&backend, 1, &ana).await.unwrap();
    backend.users().disable(&at(2), "ana").await.unwrap();
    assert_eq!(admit(&backend, 3, &ana).await, Err(SignOnProblem::Disabled.into()));
    backend.users().enable(&at(4), "ana", &text("")).await.unwrap();
    assert_eq!(admit(&backend, 5, &ana).await.unwrap(), "ana");
}

#[sqlx::test]
async fn two_who_come_for_the_first_time_at_once_are_one_user(pool: PgPool) {
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
async fn an_answer_that_was_not_asked_for_is_refused_unheard(pool: PgPool) {
    let backend = backend(&pool, false).await;
    let (service, ctx) = (service(&backend), anonymous(1));
    let answer =
        ProviderAnswer { code: Some(text("code")), state: "made up".to_owned(), ..ProviderAnswer::default() };
    for begun in [None, Some(text("another browser's"))] {
        let outcome = service.finish(&ctx, "http://l/return", begun.as_ref(), &answer, "tests", false).await;
        assert_eq!(outcome.unwrap_err(), SignOnProblem::Expired.into());
    }
    assert!(records(&pool).await.is_empty());
    // The provider is not there, which is said, and not asked for again at once.
    for _ in 0..2 {
        let begun = service.begin(&ctx, "http://l/return", false).await;
        assert_eq!(begun.unwrap_err(), SignOnProblem::Unreachable.into());
    }
}

#[sqlx::test]
async fn where_passwords_are_off_nothing_is_done_with_one(pool: PgPool) {
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
async fn without_passwords_there_is_no_link_for_a_first_administrator(pool: PgPool) {
    let backend = backend(&pool, true).await;
    assert_eq!(backend.users().setup_link(&at(1)).await.unwrap().map(|_| ()), None);
}

/// Whoever may only read cannot let the first administrator in.
#[sqlx::test]
async fn a_first_administrator_may_still_come_after_readers(pool: PgPool) {
    let backend = backend(&pool, false).await;
    admit(&backend, 1, &person("1", "ana", &["staff"])).await.unwrap();
    assert!(backend.users().setup_link(&at(2)).await.unwrap().is_some());
    admit(&backend, 3, &person("2", "ben", &["ops"])).await.unwrap();
    assert!(backend.users().setup_link(&at(4)).await.unwrap().is_none());
}

/// Whether an administrator of the provider still is one shows at the next sign-in alone.
#[sqlx::test]
async fn the_last_administrator_with_a_password_stays_one(pool: PgPool) {
    let backend = backend(&pool, false).await;
    add_user(&backend, "ana", Role::Admin, "correct horse battery").await;
    admit(&backend, 1, &person("1", "ben", &["ops"])).await.unwrap();
    assert_eq!(backend.users().disable(&at(2), "ana").await, Err(Error::LastAdmin));
    assert_eq!(backend.users().disable(&at(3), "ben").await, Ok(()));
}
