//! Channels and rules: what is typed, who else has changed it, and the proof of whoever decides where notices go.

use super::{add_channel, add_rule, backend};
use crate::{
    Backend, Ctx, Expected,
    tests::{add_user, anonymous, at, keks_of, reaching, records, text},
};
use domain::{
    access::{AccessProblem, Role},
    error::{Error, Field},
    notice::{ChannelDraft, DeliveryCause, NoticeEvent, NoticeProblem, RuleDraft},
    sensitive::Sensitive,
};
use sqlx::PgPool;

const PASSWORD: &str = "correct horse battery";

#[sqlx::test]
async fn channel_rejects_addresses_that_are_not_of_a_webhook(pool: PgPool) {
    let backend = backend(&pool).await;
    add_channel(&backend, "ops", "teams", "https://teams.example/workflows/SENTINEL?sig=SENTINEL").await;
    for (name, url, field, problem) in [
        ("a", "", Field::Url, NoticeProblem::UrlMissing),
        ("a", "http://hooks.example/x", Field::Url, NoticeProblem::UrlNotTls),
        ("a", "https://user:pw@hooks.example/x", Field::Url, NoticeProblem::Url),
        ("a", "https://hooks.example/x#part", Field::Url, NoticeProblem::Url),
        ("a", "ftp://hooks.example/x", Field::Url, NoticeProblem::Url),
        ("a", "hooks.example", Field::Url, NoticeProblem::Url),
        ("a", "https://169.254.169.254/latest/meta-data", Field::Url, NoticeProblem::UrlForbidden),
        ("a", "http://169.254.169.254/latest/meta-data", Field::Url, NoticeProblem::UrlForbidden),
        ("a", "https://[::ffff:a9fe:a9fe]/", Field::Url, NoticeProblem::UrlForbidden),
        ("a", "https://[fd00:ec2::254]/", Field::Url, NoticeProblem::UrlForbidden),
        ("a", "https://metadata.google.internal/", Field::Url, NoticeProblem::UrlForbidden),
        ("a", "https://192.0.2.7/hook", Field::Url, NoticeProblem::UrlForbidden),
        ("a", "https://10.1.2.3/hook", Field::Url, NoticeProblem::UrlNotAllowed),
        ("ops", "https://hooks.example/x", Field::Name, NoticeProblem::NameTaken),
    ] {
        let draft = ChannelDraft {
            name: name.to_owned(),
            preset: "standard".to_owned(),
            url: Sensitive::new(url),
            ..ChannelDraft::default()
        };
        let error = backend.notices().add_channel(&at(1), &draft).await.unwrap_err();
        assert_eq!(error, Error::field(field, problem), "{url}");
    }
    // A stored address that no setting allows any more is not connected to, nor is it stored anew.
    let saved = add_channel(&backend, "inside", "slack", "https://127.0.0.1/x").await;
    let closed = reaching(pool.clone(), keks_of(&backend), &crate::TestConfig::default()).await;
    let draft = ChannelDraft {
        name: "inside".to_owned(),
        url: Sensitive::new("https://127.0.0.1/y"),
        ..ChannelDraft::default()
    };
    let changed = closed.notices().change_channel(&at(4), saved.id, &draft, None).await;
    assert_eq!(changed, Err(Error::field(Field::Url, NoticeProblem::UrlNotAllowed)));
    let tested = closed.notices().test_channel(&at(5), saved.id).await.unwrap();
    assert_eq!(tested.cause, Some(DeliveryCause::AddressNotAllowed));
}

#[sqlx::test]
async fn change_and_delete_of_what_somebody_else_changed_meanwhile_are_rejected(pool: PgPool) {
    let backend = backend(&pool).await;
    let notices = backend.notices();
    let saved = add_channel(&backend, "ops", "slack", "https://hooks.example/SENTINEL").await;
    let seen = notices.channel(&at(1), saved.id).await.unwrap().revision();
    let named = |name: &str| ChannelDraft { name: name.to_owned(), ..ChannelDraft::default() };
    let expected = Some(Expected::of(None, seen));
    notices.change_channel(&at(2), saved.id, &named("first"), expected).await.unwrap();
    let Err(Error::Changed(change)) =
        notices.change_channel(&at(3), saved.id, &named("second"), expected).await
    else {
        panic!("the second change was saved over the first one")
    };
    assert_eq!((change.version, change.at), (2, at(2).now));
    assert!(matches!(notices.delete_channel(&at(4), saved.id, expected).await, Err(Error::Changed(_))));
    assert_eq!(notices.channel(&at(5), saved.id).await.unwrap().name, "first");

    let rule = add_rule(&backend, saved.id, RuleDraft::default()).await;
    let stored = notices.rule(&at(6), rule).await.unwrap();
    assert_eq!((stored.version, stored.updated_at), (1, stored.created_at));
    let expected = Some(Expected::of(None, stored.revision()));
    let about = |event: &str| RuleDraft {
        channel: saved.id.to_string(),
        events: vec![event.to_owned()],
        ..RuleDraft::default()
    };
    notices.change_rule(&at(7), rule, &about("secret.expires"), expected).await.unwrap();
    let second = notices.change_rule(&at(8), rule, &about("token.expires"), expected).await;
    assert!(matches!(second, Err(Error::Changed(change)) if (change.version, change.at) == (2, at(7).now)));
    assert!(matches!(notices.delete_rule(&at(9), rule, expected).await, Err(Error::Changed(_))));
    let kept = notices.rule(&at(10), rule).await.unwrap();
    assert_eq!((kept.version, kept.scope.events), (2, vec![NoticeEvent::SecretExpires]));
    let current = Some(Expected::from(2));
    notices.delete_rule(&at(11), rule, current).await.unwrap();
    notices.delete_channel(&at(12), saved.id, current).await.unwrap();
}

/// Returns the context of an administrator with a password, who has signed in.
async fn administrator(backend: &Backend) -> Ctx {
    add_user(backend, "ana", Role::Admin, PASSWORD).await;
    let session = backend.sessions().sign_in(&anonymous(0), "ana", &text(PASSWORD), "").await.unwrap();
    let actor = backend.sessions().identify(&anonymous(0), &session.token).await.unwrap().unwrap();
    Ctx { actor, ..at(1) }
}

#[sqlx::test]
async fn new_address_requires_password(pool: PgPool) {
    let backend = backend(&pool).await;
    let (notices, ana) = (backend.notices(), administrator(&backend).await);
    let draft = |name: &str, url: &str, password: &str| ChannelDraft {
        name: name.to_owned(),
        preset: "slack".to_owned(),
        url: Sensitive::new(url),
        current_password: Sensitive::new(password),
    };
    let url = "https://hooks.example/x";
    let missing = Error::field(Field::CurrentPassword, AccessProblem::PasswordMissing);
    let wrong = Error::field(Field::CurrentPassword, AccessProblem::PasswordWrong);
    let add = async |password: &str| notices.add_channel(&ana, &draft("ops", url, password)).await;
    assert_eq!(add("").await.unwrap_err(), missing);
    assert_eq!(add("guess").await.unwrap_err(), wrong);
    assert!(notices.channels(&ana).await.unwrap().is_empty());
    // All problems are said at once.
    let Error::Invalid(all) = notices.add_channel(&ana, &draft("", "", "")).await.unwrap_err() else {
        panic!("an empty form is invalid")
    };
    let fields: Vec<_> = all.iter().map(|problem| problem.field).collect();
    assert_eq!(fields, [Field::Name, Field::Url, Field::CurrentPassword]);
    let saved = add(PASSWORD).await.unwrap();
    // What sends nothing elsewhere needs no proof: a name, and the rules of a channel whose address was proved.
    notices.change_channel(&ana, saved.id, &draft("renamed", "", ""), None).await.unwrap();
    add_rule(&backend, saved.id, RuleDraft::default()).await;
    let moved = async |password: &str| {
        let draft = draft("renamed", "https://elsewhere.example/x", password);
        notices.change_channel(&ana, saved.id, &draft, None).await
    };
    assert_eq!(moved("").await, Err(missing));
    assert_eq!(moved("guess").await, Err(wrong));
    assert_eq!(notices.channel(&ana, saved.id).await.unwrap().host, "hooks.example");
    moved(PASSWORD).await.unwrap();
    assert_eq!(notices.channel(&ana, saved.id).await.unwrap().host, "elsewhere.example");
    assert!(!records(&pool).await.join("\n").contains(PASSWORD));
}
