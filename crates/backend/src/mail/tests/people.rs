//! The decisions of people about their own mail, against a real database and a real server.

use super::{SmtpPeer, mail_config};
use crate::{
    Backend, Ctx, Kek, MailChoiceChange, MailChoiceDraft, MailConfig, Outside, SignInConfig, TestConfig,
    db::Db,
    mail::Letter,
    tests::{add_user, anonymous, at, records, signed_in, text, until_waiting},
};
use domain::{
    access::{AccessProblem, Role, TokenDraft, TokenScope},
    error::{Error, Field},
    sensitive::Sensitive,
};
use sqlx::PgPool;

pub(super) const PASSWORD: &str = "correct horse battery";

/// Returns a backend that sends its mail to this server.
pub(super) async fn sending(pool: PgPool, mail: Option<MailConfig>) -> Backend {
    with_keys(pool, vec![Kek::generate().unwrap()], mail).await
}

pub(super) async fn with_keys(pool: PgPool, keys: Vec<Kek>, mail: Option<MailConfig>) -> Backend {
    let connection_tests = &TestConfig::default();
    let notices = crate::NoticeConfig::default();
    let outside = Outside { connection_tests, database: Vec::new(), mail, notices };
    let db = Db::from_pool(pool);
    Backend::from_parts(db, keys, SignInConfig::default(), outside, crate::KeepDeleted::default(), at(0).now)
        .await
        .unwrap()
}

pub(super) fn to(peer: &SmtpPeer) -> MailConfig {
    mail_config(&format!("smtp://127.0.0.1:{}", peer.port))
}

/// Returns somebody with a password who is signed in.
pub(super) async fn person(backend: &Backend, name: &str, role: Role) -> Ctx {
    add_user(backend, name, role, PASSWORD).await;
    signed_in(backend, name, role, 1).await
}

pub(super) fn at_second(ctx: &Ctx, second: i64) -> Ctx {
    Ctx { now: at(second).now, ..ctx.clone() }
}

/// Returns a mail with the token in it.
fn letter(token: &Sensitive) -> Letter {
    let text = format!("token={}\n", token.expose());
    Letter { subject: "Confirm".to_owned(), html: format!("<p>{text}</p>"), text }
}

/// Returns the token in the last mail that was taken.
fn token_in(peer: &SmtpPeer) -> Sensitive {
    let mails = peer.mails();
    // Long lines are folded by quoted-printable.
    let mail = mails.last().unwrap().replace("=\r\n", "").replace("=3D", "=");
    let (_, rest) = mail.split_once("token=").unwrap();
    Sensitive::new(rest.chars().take_while(char::is_ascii_hexdigit).collect::<String>())
}

/// Asks to confirm an address, and confirms it.
pub(super) async fn confirmed(backend: &Backend, peer: &SmtpPeer, ctx: &Ctx, address: &str) {
    backend.mail().ask_to_confirm(ctx, address, &text(PASSWORD), letter).await.unwrap();
    backend.mail().confirm(&anonymous(3), &token_in(peer)).await.unwrap();
}

pub(super) fn draft(events: &[&str]) -> MailChoiceDraft {
    MailChoiceDraft {
        events: events.iter().map(|&event| event.to_owned()).collect(),
        cadence: "at-once".to_owned(),
        hour: 8,
        weekday: 1,
        time_zone: "UTC".to_owned(),
        ..MailChoiceDraft::default()
    }
}

#[sqlx::test]
async fn confirm_makes_address_count_once_by_its_link(pool: PgPool) {
    let peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    let ana = person(&backend, "ana", Role::Reader).await;
    let mail = backend.mail();
    let own = mail.own(&ana).await.unwrap();
    assert!(own.is_on && own.address.is_none() && own.choice.events.is_empty(), "{own:?}");

    let wrong = mail.ask_to_confirm(&ana, "ana@example.org", &text("wrong"), letter).await.unwrap_err();
    assert_eq!(wrong, Error::field(Field::CurrentPassword, AccessProblem::PasswordWrong));
    let none = mail.ask_to_confirm(&ana, "ana", &text(PASSWORD), letter).await.unwrap_err();
    assert_eq!(none, Error::field(Field::MailAddress, AccessProblem::MailAddress));
    assert!(peer.mails().is_empty());

    mail.ask_to_confirm(&ana, " Ana@Example.org", &text(PASSWORD), letter).await.unwrap();
    let token = token_in(&peer);
    let soon = mail.ask_to_confirm(&ana, "eve@example.org", &text(PASSWORD), letter).await.unwrap_err();
    assert!(matches!(soon, Error::Invalid(_)), "{soon:?}");
    assert_eq!(peer.mails().len(), 1);
    let own = mail.own(&ana).await.unwrap();
    assert_eq!(own.pending.as_ref().map(|(address, _)| address.as_str()), Some("Ana@example.org"));
    assert_eq!(own.address, None);
    assert_eq!(mail.send_test(&at_second(&ana, 90), letter(&text("x"))).await.unwrap_err(), Error::NotFound);

    // Looking spends nothing; another token, and a late one, are spent.
    let addressee = mail.pending(&anonymous(2), &token).await.unwrap();
    assert_eq!((addressee.name.as_str(), addressee.address.as_str()), ("ana", "Ana@example.org"));
    assert_eq!(mail.confirm(&anonymous(2), &text("forged")).await.unwrap_err(), Error::LinkSpent);
    assert_eq!(mail.confirm(&anonymous(86_402), &token).await.unwrap_err(), Error::LinkSpent);
    mail.confirm(&anonymous(2), &token).await.unwrap();
    assert_eq!(mail.confirm(&anonymous(2), &token).await.unwrap_err(), Error::LinkSpent);
    let own = mail.own(&ana).await.unwrap();
    assert_eq!(own.address.map(|(address, _)| address).as_deref(), Some("Ana@example.org"));
    assert_eq!(own.pending, None);

    mail.send_test(&at_second(&ana, 200), letter(&text("x"))).await.unwrap();
    assert!(peer.mails()[1].contains("X-Envelope-To: Ana@example.org"));
    mail.forget(&ana).await.unwrap();
    assert_eq!(mail.own(&ana).await.unwrap().address, None);

    let all = records(&pool).await.join("\n");
    for record in [
        "ana | mail address entered | ana | done | address",
        "anonymous | mail address confirmed | ana | done | address",
        "ana | mail address forgotten | ana | done | address",
    ] {
        assert!(all.contains(record), "{record} in {all}");
    }
    assert!(!all.contains("example.org"), "addresses stay out of the record: {all}");
}

#[sqlx::test]
async fn ask_to_confirm_reports_a_rejected_address(pool: PgPool) {
    let peer = SmtpPeer::start(&[]);
    let backend = sending(pool, Some(to(&peer))).await;
    let ana = person(&backend, "ana", Role::Reader).await;
    let ask = async |second, address| {
        let ctx = at_second(&ana, second);
        backend.mail().ask_to_confirm(&ctx, address, &text(PASSWORD), letter).await.unwrap_err()
    };
    let problem = |problem| Error::field(Field::MailAddress, problem);
    assert_eq!(ask(100, "nobody@example.org").await, problem(AccessProblem::MailRejected));
    assert_eq!(ask(200, "busy@example.org").await, problem(AccessProblem::MailNotSent));
    assert_eq!(ask(201, "ana@example.org").await, problem(AccessProblem::MailTooSoon(60)));
}

#[sqlx::test]
async fn addresses_that_the_portal_did_not_write_do_not_count(pool: PgPool) {
    let peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    let ana = person(&backend, "ana", Role::Reader).await;
    confirmed(&backend, &peer, &ana, "ana@example.org").await;
    for change in [
        "UPDATE mail_choices SET address = 'eve@example.org'",
        "UPDATE mail_choices SET address = 'eve@example.org', mac = NULL",
        "UPDATE mail_choices SET confirmed_at = now()",
    ] {
        sqlx::query(change).execute(&pool).await.unwrap();
        assert_eq!(backend.mail().own(&ana).await.unwrap().address, None, "{change}");
    }
    // The person's own next choice makes it right again.
    let ana = at_second(&ana, 500);
    confirmed(&backend, &peer, &ana, "ana@example.org").await;
    assert!(backend.mail().own(&ana).await.unwrap().address.is_some());
}

#[sqlx::test]
async fn choose_stores_the_whole_choice_or_nothing(pool: PgPool) {
    let backend = sending(pool, None).await;
    let ana = person(&backend, "ana", Role::Reader).await;
    let mail = backend.mail();
    let whole = MailChoiceDraft {
        secret_kinds: vec!["image-pull".to_owned()],
        name_prefixes: vec!["team-a".to_owned(), "team-b".to_owned()],
        cadence: "weekly".to_owned(),
        hour: 23,
        weekday: 7,
        time_zone: "Asia/Taipei".to_owned(),
        quiet: Some((22, 7)),
        quiet_weekends: true,
        ..draft(&["secret.expires", "secret.test_failed"])
    };
    mail.choose(&ana, &whole).await.unwrap();
    assert_eq!(mail.own(&ana).await.unwrap().choice.draft(), whole);
    let zone = MailChoiceDraft { time_zone: "Mars/Base".to_owned(), ..whole.clone() };
    assert_eq!(mail.choose(&ana, &zone).await, Err(Error::field(Field::TimeZone, AccessProblem::TimeZone)));
    let all_day = MailChoiceDraft { quiet: Some((7, 7)), ..whole.clone() };
    assert_eq!(
        mail.choose(&ana, &all_day).await,
        Err(Error::field(Field::QuietTo, AccessProblem::QuietHours))
    );
    for wrong in [
        MailChoiceDraft { hour: 24, ..whole.clone() },
        MailChoiceDraft { weekday: 0, ..whole.clone() },
        MailChoiceDraft { quiet: Some((1, 24)), ..whole.clone() },
        MailChoiceDraft { cadence: "hourly".to_owned(), ..whole.clone() },
        MailChoiceDraft { secret_kinds: vec!["x".to_owned()], ..whole.clone() },
        draft(&["channel.test"]),
        draft(&["moon.landed"]),
    ] {
        assert_eq!(mail.choose(&ana, &wrong).await, Err(Error::BadRequest), "{wrong:?}");
    }
    assert_eq!(mail.own(&ana).await.unwrap().choice.draft(), whole);
    assert!(!mail.own(&ana).await.unwrap().is_on);
    let off = mail.ask_to_confirm(&ana, "ana@example.org", &text(PASSWORD), letter).await;
    assert_eq!(off, Err(Error::NotFound));
}

/// Returns the context of an API token of this person.
async fn token_of(backend: &Backend, owner: &Ctx, scope: TokenScope) -> Ctx {
    let draft = TokenDraft {
        name: scope.as_str().to_owned(),
        scope: scope.as_str().to_owned(),
        current_password: text(PASSWORD),
        ..TokenDraft::default()
    };
    let token = backend.tokens().create(owner, &draft).await.unwrap().text;
    let actor = backend.tokens().identify(&at(2), &token).await.unwrap().unwrap();
    Ctx { actor, ..at(2) }
}

#[sqlx::test]
async fn tokens_choose_for_their_owner_and_never_an_address(pool: PgPool) {
    let backend = sending(pool, None).await;
    let eva = person(&backend, "eva", Role::Editor).await;
    let (writer, reader) = (
        token_of(&backend, &eva, TokenScope::Write).await,
        token_of(&backend, &eva, TokenScope::ReadMetadata).await,
    );
    let change =
        MailChoiceChange { events: Some(vec!["secret.expired".to_owned()]), ..MailChoiceChange::default() };
    backend.mail().choose_for_owner(&writer, &change).await.unwrap();
    assert_eq!(backend.mail().own(&eva).await.unwrap().choice.events.len(), 1);
    assert_eq!(backend.mail().of_owner(&reader).await.unwrap().choice.events.len(), 1);
    assert_eq!(backend.mail().choose_for_owner(&reader, &change).await, Err(Error::Forbidden));
    assert_eq!(backend.mail().own(&writer).await.unwrap_err(), Error::Forbidden);
    assert_eq!(backend.mail().forget(&writer).await, Err(Error::Forbidden));
    assert_eq!(backend.mail().own(&anonymous(1)).await.unwrap_err(), Error::NotSignedIn);
}

#[sqlx::test]
async fn choose_for_owner_keeps_what_another_changes_meanwhile(pool: PgPool) {
    let backend = sending(pool.clone(), None).await;
    let eva = person(&backend, "eva", Role::Editor).await;
    let writer = token_of(&backend, &eva, TokenScope::Write).await;
    backend.mail().choose(&eva, &draft(&["secret.expires"])).await.unwrap();
    // Two changes that both wait for the same row.
    let mut other = pool.begin().await.unwrap();
    sqlx::query("SELECT FROM mail_choices FOR UPDATE").execute(&mut *other).await.unwrap();
    let hour = MailChoiceChange { hour: Some(17), ..MailChoiceChange::default() };
    let weekday = MailChoiceChange { weekday: Some(5), ..MailChoiceChange::default() };
    let changes = [hour, weekday].map(|change| {
        let (backend, writer) = (backend.clone(), writer.clone());
        tokio::spawn(async move { backend.mail().choose_for_owner(&writer, &change).await })
    });
    until_waiting(&pool, 2).await;
    other.rollback().await.unwrap();
    for change in changes {
        change.await.unwrap().unwrap();
    }
    let schedule = backend.mail().own(&eva).await.unwrap().choice.schedule;
    assert_eq!((schedule.hour, schedule.weekday), (17, 5));
}

#[sqlx::test]
async fn choose_for_owner_leaves_mails_ended_unless_it_says_otherwise(pool: PgPool) {
    let backend = sending(pool.clone(), None).await;
    let eva = person(&backend, "eva", Role::Editor).await;
    let writer = token_of(&backend, &eva, TokenScope::Write).await;
    let change = async |change: MailChoiceChange| backend.mail().choose_for_owner(&writer, &change).await;
    let has_ended = async || backend.mail().own(&eva).await.unwrap().unsubscribed_at.is_some();
    let unsubscribed = |unsubscribed| MailChoiceChange { unsubscribed, ..MailChoiceChange::default() };
    change(unsubscribed(Some(true))).await.unwrap();
    assert!(has_ended().await);
    change(unsubscribed(None)).await.unwrap();
    change(MailChoiceChange { hour: Some(9), ..MailChoiceChange::default() }).await.unwrap();
    assert!(has_ended().await);
    assert_eq!(
        change(MailChoiceChange { weekday: Some(8), ..unsubscribed(Some(false)) }).await,
        Err(Error::BadRequest)
    );
    assert!(has_ended().await, "nothing of a rejected change is stored");
    change(unsubscribed(Some(false))).await.unwrap();
    assert!(!has_ended().await);
    assert_eq!(backend.mail().own(&eva).await.unwrap().choice.schedule.hour, 9);
    let all = records(&pool).await;
    let ends: Vec<_> = all.iter().filter(|record| record.contains("mail choice changed")).collect();
    assert_eq!(ends.len(), 3, "{all:?}");
    assert!(ends[0].ends_with("unsubscribed") && ends[2].ends_with("unsubscribed"), "{ends:?}");
    // One's own form begins them again.
    change(unsubscribed(Some(true))).await.unwrap();
    backend.mail().choose(&eva, &draft(&["secret.expires"])).await.unwrap();
    assert!(!has_ended().await);
}
