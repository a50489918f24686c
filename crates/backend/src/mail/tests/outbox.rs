//! Notices by mail: to whom, when, and what becomes of each.

use super::{
    SmtpPeer,
    people::{at_second, confirmed, draft, person, sending, to, with_keys},
};
use crate::{
    Backend, Ctx, HeldMail, Letter, MailChoiceDraft, TakenMail,
    mail::recipients::repository::deliver_to_people,
    tests::{anonymous, at, keks_of, records, text},
};
use domain::{
    access::Role,
    error::Error,
    notice::{DeliveryState, NoticeEvent, SubjectKind},
};
use sqlx::PgPool;
use std::collections::BTreeSet;
use uuid::Uuid;

const PATH: &str = "/mail/unsubscribe";

/// 28 November 2026, 00:00 UTC, a Saturday.
pub(super) const DAY: i64 = 1_795_824_000;
pub(super) const HOUR: i64 = 3_600;

/// Raises a notice about a secret, or about something else.
pub(super) async fn happens(
    backend: &Backend,
    pool: &PgPool,
    event: NoticeEvent,
    name: &str,
    second: i64,
) -> Uuid {
    let (id, ctx) = (crate::sortable_id(), at(second));
    let secret = event.is_about_secret();
    let kind = match event {
        _ if secret => SubjectKind::Secret,
        NoticeEvent::TokenExpires | NoticeEvent::TokenExpired => SubjectKind::Token,
        NoticeEvent::SignInLocked => SubjectKind::SignIn,
        _ => SubjectKind::Portal,
    };
    let owner = (kind == SubjectKind::Token).then(|| name.split('/').next().unwrap());
    sqlx::query(
        "INSERT INTO notices (id, event, subject_kind, subject, name, secret_kind, secret_name, threshold, about, facts, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 7, to_timestamp($8), jsonb_strip_nulls(jsonb_build_object('owner', $9::text)), \
         to_timestamp($8))",
    )
    .bind(id)
    .bind(event.code())
    .bind(kind.code())
    .bind(id.to_string())
    .bind(if secret { format!("image-{name}") } else { name.to_owned() })
    .bind(secret.then_some("image-pull"))
    .bind(secret.then_some(name))
    .bind(f64::from(i32::try_from(second).unwrap()))
    .bind(owner)
    .execute(pool)
    .await
    .unwrap();
    backend
        .0
        .db
        .write::<_, Error>(&ctx, async |work| Ok(deliver_to_people(work, &ctx, id).await?))
        .await
        .unwrap();
    id
}

pub(super) fn letter(mail: &HeldMail) -> Letter {
    let names: Vec<_> = mail.notices.iter().map(|notice| notice.name.as_str()).collect();
    let text = format!("{}: {}\n{}\n", mail.reader.name, names.join(", "), mail.unsubscribe);
    Letter { subject: format!("{} notices", names.len()), html: format!("<p>{text}</p>"), text }
}

/// Takes the next mail that is due.
pub(super) async fn taken(backend: &Backend, second: i64) -> Option<HeldMail> {
    loop {
        match backend.mail().take_due(&at(second), PATH).await.unwrap() {
            TakenMail::Held(mail) => return Some(*mail),
            TakenMail::PutOff => {}
            TakenMail::Nothing => return None,
        }
    }
}

/// Sends whatever is due, and returns what became of each mail.
pub(super) async fn sent(backend: &Backend, second: i64) -> Vec<DeliveryState> {
    let mut states = Vec::new();
    while let Some(mail) = taken(backend, second).await {
        states.push(backend.mail().deliver(&at(second), &mail, &letter(&mail)).await.unwrap());
    }
    states
}

/// Returns somebody with a confirmed address who has chosen.
pub(super) async fn reader(
    backend: &Backend,
    peer: &SmtpPeer,
    name: &str,
    role: Role,
    choice: &MailChoiceDraft,
) -> Ctx {
    let ctx = person(backend, name, role).await;
    confirmed(backend, peer, &ctx, &format!("{name}@example.org")).await;
    backend.mail().choose(&ctx, choice).await.unwrap();
    ctx
}

/// Returns the mails besides those that confirm addresses.
pub(super) fn notices(peer: &SmtpPeer) -> Vec<String> {
    peer.mails().into_iter().filter(|mail| mail.contains("notices")).collect()
}

pub(super) fn header(mail: &str, name: &str) -> String {
    let line = mail.lines().find(|line| line.starts_with(&format!("{name}: "))).unwrap();
    line.to_owned()
}

#[sqlx::test]
async fn deliver_writes_to_whoever_asked_and_nobody_else(pool: PgPool) {
    use NoticeEvent::{SecretExpires, SignInLocked, TestFailed, TokenExpires};
    let peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    let all = draft(&["secret.expires", "secret.test_failed", "token.expires", "sign_in.locked"]);
    reader(&backend, &peer, "ana", Role::Reader, &all).await;
    reader(&backend, &peer, "root", Role::Admin, &all).await;
    let narrow = MailChoiceDraft { name_prefixes: vec!["team-a".to_owned()], ..draft(&["secret.expires"]) };
    reader(&backend, &peer, "ben", Role::Editor, &narrow).await;
    let other =
        MailChoiceDraft { secret_kinds: vec!["git-dataset".to_owned()], ..draft(&["secret.expires"]) };
    reader(&backend, &peer, "cleo", Role::Editor, &other).await;
    // Somebody who has chosen and has no address, and somebody with an address who has not chosen.
    let dora = person(&backend, "dora", Role::Admin).await;
    backend.mail().choose(&dora, &all).await.unwrap();
    let emil = person(&backend, "emil", Role::Admin).await;
    confirmed(&backend, &peer, &emil, "emil@example.org").await;

    happens(&backend, &pool, SecretExpires, "team-a-hub", DAY).await;
    happens(&backend, &pool, TestFailed, "team-b-hub", DAY + 1).await;
    happens(&backend, &pool, TokenExpires, "ana/ci", DAY + 2).await;
    happens(&backend, &pool, SignInLocked, "eve", DAY + 2).await;
    assert_eq!(sent(&backend, DAY + 3).await, [DeliveryState::Delivered; 3]);
    assert!(sent(&backend, DAY + 4).await.is_empty(), "nothing is said twice");
    let mails = notices(&peer);
    let of = |name: &str| {
        let mail = mails.iter().find(|mail| mail.contains(&format!("X-Envelope-To: {name}@"))).unwrap();
        let (_, body) = mail.split_once(&format!("{name}: ")).unwrap();
        body.lines().next().unwrap().trim().to_owned()
    };
    assert_eq!(of("ana"), "image-team-a-hub, image-team-b-hub, ana/ci");
    assert_eq!(of("root"), "image-team-a-hub, image-team-b-hub, eve");
    assert_eq!(of("ben"), "image-team-a-hub");
    assert_eq!(mails.len(), 3);
    for mail in &mails {
        assert!(mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{mail}");
        assert!(mail.contains("List-Unsubscribe: <https://portal.example/mail/unsubscribe?token="), "{mail}");
    }
}

#[sqlx::test]
async fn deliver_makes_one_mail_of_a_day_and_defers_quiet_hours(pool: PgPool) {
    use NoticeEvent::SecretExpires;
    let peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    // 08:00 in Taipei is midnight in UTC.
    let daily = MailChoiceDraft {
        cadence: "daily".to_owned(),
        time_zone: "Asia/Taipei".to_owned(),
        ..draft(&["secret.expires"])
    };
    reader(&backend, &peer, "ana", Role::Reader, &daily).await;
    // Quiet from 20:00 to 06:00 in UTC.
    let quiet = MailChoiceDraft { quiet: Some((20, 6)), ..draft(&["secret.expires"]) };
    let ben = reader(&backend, &peer, "ben", Role::Reader, &quiet).await;
    for (hour, name) in [(1, "a"), (12, "b"), (21, "c")] {
        happens(&backend, &pool, SecretExpires, name, DAY + hour * HOUR).await;
    }
    // Of ben's three, the first is within the quiet hours, too.
    assert!(sent(&backend, DAY + 2 * HOUR).await.is_empty());
    assert_eq!(sent(&backend, DAY + 13 * HOUR).await.len(), 1);
    assert!(sent(&backend, DAY + 22 * HOUR).await.is_empty());
    assert_eq!(sent(&backend, DAY + 24 * HOUR).await.len(), 1);
    assert!(sent(&backend, DAY + 25 * HOUR).await.is_empty());
    assert_eq!(sent(&backend, DAY + 30 * HOUR).await.len(), 1);
    assert!(sent(&backend, DAY + 60 * HOUR).await.is_empty());
    let bodies: Vec<_> =
        notices(&peer).iter().map(|mail| header(mail, "X-Envelope-To") + &header(mail, "Subject")).collect();
    assert_eq!(
        bodies,
        [
            "X-Envelope-To: ben@example.orgSubject: 2 notices",
            "X-Envelope-To: ana@example.orgSubject: 3 notices",
            "X-Envelope-To: ben@example.orgSubject: 1 notices",
        ]
    );
    // Whoever chooses other times has what waits sent at those.
    happens(&backend, &pool, SecretExpires, "d", DAY + 69 * HOUR).await;
    assert!(sent(&backend, DAY + 70 * HOUR).await.is_empty());
    let ben = at_second(&ben, DAY + 71 * HOUR);
    backend.mail().choose(&ben, &draft(&["secret.expires"])).await.unwrap();
    assert_eq!(sent(&backend, DAY + 71 * HOUR).await.len(), 1);
}

#[sqlx::test]
async fn deliver_tries_again_under_the_same_id(pool: PgPool) {
    let mut peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    let busy = person(&backend, "busy", Role::Reader).await;
    // The server answers this recipient with 451 twice: once when asked to confirm, and at the first attempt.
    let password = text("correct horse battery");
    let ask = backend.mail().ask_to_confirm(&busy, "busy@example.org", &password, |_| Letter {
        subject: String::new(),
        text: String::new(),
        html: String::new(),
    });
    assert!(ask.await.is_err());
    confirm_directly(&backend, &pool, &busy, "busy@example.org").await;
    backend.mail().choose(&busy, &draft(&["secret.expires"])).await.unwrap();
    happens(&backend, &pool, NoticeEvent::SecretExpires, "a", DAY).await;
    assert_eq!(sent(&backend, DAY).await, [DeliveryState::Waiting]);
    let id: Uuid = sqlx::query_scalar("SELECT id FROM mails").fetch_one(&pool).await.unwrap();
    // What happens meanwhile goes into a mail of its own, because that one keeps its contents.
    happens(&backend, &pool, NoticeEvent::SecretExpires, "b", DAY + 1).await;
    peer.stop();
    assert_eq!(sent(&backend, DAY + 100).await, [DeliveryState::Waiting; 2]);
    peer.start_again();
    assert!(sent(&backend, DAY + 101).await.is_empty(), "there is a pause between attempts");
    // The server has forgotten how often it was asked.
    for hour in 1..=9 {
        sent(&backend, DAY + hour * HOUR).await;
    }
    let mails = notices(&peer);
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().any(|mail| mail.contains(&format!("Message-ID: <{id}@"))), "{mails:?}");
    let ids: BTreeSet<_> = mails.iter().map(|mail| header(mail, "Message-ID")).collect();
    assert_eq!(ids.len(), 2);
    let states: Vec<(String, i32)> =
        sqlx::query_as("SELECT state, attempts FROM notice_deliveries ORDER BY created_at")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert!(states.iter().all(|(state, attempts)| state == "delivered" && *attempts >= 2), "{states:?}");

    // A server that is gone for more than a day.
    peer.stop();
    happens(&backend, &pool, NoticeEvent::SecretExpires, "c", DAY + 48 * HOUR).await;
    let mut states = Vec::new();
    for hour in 48..96 {
        states.extend(sent(&backend, DAY + hour * HOUR).await);
    }
    assert_eq!((states.len(), states.last()), (10, Some(&DeliveryState::Failed)), "{states:?}");
}

/// Confirms an address whose mail did not arrive.
async fn confirm_directly(backend: &Backend, pool: &PgPool, ctx: &Ctx, address: &str) {
    let token = text("known");
    let hash = crate::random::hash(&token);
    let Some(user) = user_of(ctx) else { panic!("nobody") };
    let ctx = ctx.clone();
    backend
        .0
        .db
        .write::<_, Error>(&ctx, async |work| {
            use crate::mail::repository::{Addresses, Pending, lock, put_addresses};
            let row = lock(work, &ctx, user).await?;
            let address = domain::mail::MailAddress::parse(address).unwrap();
            let pending = Some(Pending { address, hash: hash.clone(), expires_at: at(DAY).now });
            Ok(put_addresses(work, &ctx, &row, &Addresses { confirmed: None, pending }).await?)
        })
        .await
        .unwrap();
    backend.mail().confirm(&anonymous(2), &token).await.unwrap();
    let _ = pool;
}

fn user_of(ctx: &Ctx) -> Option<Uuid> {
    match &ctx.actor {
        crate::Actor::User(user) => Some(user.id),
        _ => None,
    }
}

#[sqlx::test]
async fn deliver_drops_an_address_that_the_server_rejects(pool: PgPool) {
    let peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    let ana = reader(&backend, &peer, "ana", Role::Reader, &draft(&["secret.expires"])).await;
    let gone = person(&backend, "gone", Role::Reader).await;
    confirm_directly(&backend, &pool, &gone, "nobody@example.org").await;
    backend.mail().choose(&gone, &draft(&["secret.expires"])).await.unwrap();
    let relay = person(&backend, "relay", Role::Reader).await;
    confirm_directly(&backend, &pool, &relay, "relay@example.org").await;
    backend.mail().choose(&relay, &draft(&["secret.expires"])).await.unwrap();

    happens(&backend, &pool, NoticeEvent::SecretExpires, "a", DAY).await;
    let states: Vec<_> = sent(&backend, DAY).await;
    let count = |state| states.iter().filter(|other| **other == state).count();
    assert_eq!(
        (count(DeliveryState::Delivered), count(DeliveryState::Failed), count(DeliveryState::Waiting)),
        (1, 1, 1),
        "one of several is refused, and a server that relays nothing blames nobody"
    );
    let own = backend.mail().own(&gone).await.unwrap();
    let dropped = own.dropped.unwrap();
    assert_eq!((own.address, dropped.address.as_str(), dropped.reply), (None, "nobody@example.org", 550));
    assert!(backend.mail().own(&relay).await.unwrap().address.is_some());
    assert!(backend.mail().own(&ana).await.unwrap().address.is_some());
    assert!(records(&pool).await.contains(&"test | mail address dropped | gone | done | ".to_owned()));
    // Nothing more is sent there, and the others' next mails are tried; another address makes it right.
    happens(&backend, &pool, NoticeEvent::SecretExpires, "b", DAY + 10).await;
    assert_eq!(sent(&backend, DAY + 10).await, [DeliveryState::Delivered, DeliveryState::Waiting]);
    confirmed(&backend, &peer, &at_second(&gone, 600), "gone@example.org").await;
    let own = backend.mail().own(&gone).await.unwrap();
    assert!(own.dropped.is_none() && own.address.is_some());
}

#[sqlx::test]
async fn several_servers_send_each_notice_once(pool: PgPool) {
    let peer = SmtpPeer::start(&[]);
    let first = sending(pool.clone(), Some(to(&peer))).await;
    let second = with_keys(pool.clone(), keks_of(&first), Some(to(&peer))).await;
    for name in ["a", "b", "c", "d"] {
        reader(&first, &peer, name, Role::Reader, &draft(&["secret.expires"])).await;
    }
    for number in 0..50 {
        happens(&first, &pool, NoticeEvent::SecretExpires, &format!("s{number}"), DAY + number).await;
    }
    let tasks =
        [first.clone(), second].map(|backend| tokio::spawn(async move { sent(&backend, DAY + 60).await }));
    let mut states = Vec::new();
    for task in tasks {
        states.extend(task.await.unwrap());
    }
    assert!(states.iter().all(|state| *state == DeliveryState::Delivered));
    let all: Vec<String> = notices(&peer)
        .iter()
        .flat_map(|mail| {
            let text = mail.replace("=\r\n", "");
            let to = header(mail, "X-Envelope-To");
            (0..50)
                .filter(|number| {
                    let name = format!("image-s{number}");
                    text.match_indices(&name)
                        .any(|(at, _)| !text[at + name.len()..].starts_with(|c: char| c.is_ascii_digit()))
                })
                .map(|number| format!("{to} s{number}"))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(all.len(), 200, "none is lost, and none is said twice");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 200);
}

#[sqlx::test]
async fn a_mail_of_a_server_that_ends_is_sent_by_another_under_the_same_id(pool: PgPool) {
    let peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    reader(&backend, &peer, "ana", Role::Reader, &draft(&["secret.expires"])).await;
    happens(&backend, &pool, NoticeEvent::SecretExpires, "a", DAY).await;
    // The first server has sent it, and ends before it notes that.
    let mail = taken(&backend, DAY).await.unwrap();
    let envelope_sent = letter(&mail);
    drop(mail);
    assert!(taken(&backend, DAY + 60).await.is_none(), "it is held");
    let mail = taken(&backend, DAY + 301).await.unwrap();
    assert_eq!(letter(&mail).text.lines().next(), envelope_sent.text.lines().next());
    assert_eq!(
        backend.mail().deliver(&at(DAY + 301), &mail, &letter(&mail)).await,
        Ok(DeliveryState::Delivered)
    );
    let id: Uuid = sqlx::query_scalar("SELECT id FROM mails").fetch_one(&pool).await.unwrap();
    assert!(notices(&peer)[0].contains(&format!("Message-ID: <{id}@")));
    assert!(taken(&backend, DAY + 900).await.is_none());
}

#[sqlx::test]
async fn mails_are_deleted_with_the_last_of_their_notices(pool: PgPool) {
    let peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    reader(&backend, &peer, "ana", Role::Reader, &draft(&["secret.expires"])).await;
    let ben = reader(&backend, &peer, "ben", Role::Reader, &draft(&["secret.expires"])).await;
    let left =
        async || sqlx::query_scalar::<_, i64>("SELECT count(*) FROM mails").fetch_one(&pool).await.unwrap();
    happens(&backend, &pool, NoticeEvent::SecretExpires, "a", DAY).await;
    sent(&backend, DAY).await;
    happens(&backend, &pool, NoticeEvent::SecretExpires, "b", DAY + 30 * 24 * HOUR).await;
    sent(&backend, DAY + 30 * 24 * HOUR).await;
    assert_eq!(left().await, 4);
    backend.notices().delete_old(&at(DAY + 80 * 24 * HOUR)).await.unwrap();
    assert_eq!(left().await, 4);
    backend.notices().delete_old(&at(DAY + 91 * 24 * HOUR)).await.unwrap();
    assert_eq!(left().await, 2, "those of the second notice");
    // A person who is gone takes the mails along.
    let Some(user) = user_of(&ben) else { panic!("nobody") };
    sqlx::query("DELETE FROM notice_deliveries WHERE user_id = $1").bind(user).execute(&pool).await.unwrap();
    backend.notices().delete_old(&at(DAY + 91 * 24 * HOUR)).await.unwrap();
    assert_eq!(left().await, 1);
}

#[sqlx::test]
async fn unsubscribe_ends_mails_by_a_signed_link(pool: PgPool) {
    let peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    let ana = reader(&backend, &peer, "ana", Role::Reader, &draft(&["secret.expires"])).await;
    happens(&backend, &pool, NoticeEvent::SecretExpires, "a", DAY).await;
    let mail = taken(&backend, DAY).await.unwrap();
    let (_, token) = mail.unsubscribe.split_once("?token=").unwrap();
    let own = |token: &str| token.to_owned();
    let last = if token.ends_with('0') { '1' } else { '0' };
    for forged in [
        String::new(),
        own("x"),
        "é".repeat(40),
        token[..40].to_owned(),
        format!("{}{last}", &token[..token.len() - 1]),
        format!("{}{}", Uuid::nil().simple(), &token[32..]),
        "0".repeat(10_000),
    ] {
        assert_eq!(
            backend.mail().unsubscribe(&anonymous(5), &forged).await,
            Err(Error::LinkSpent),
            "{forged}"
        );
    }
    let addressee = backend.mail().subscribed(&anonymous(5), token).await.unwrap();
    assert_eq!(addressee.address, "ana@example.org");
    assert_eq!(backend.mail().own(&ana).await.unwrap().unsubscribed_at, None, "looking changes nothing");
    for _ in 0..2 {
        backend.mail().unsubscribe(&anonymous(6), token).await.unwrap();
    }
    assert!(backend.mail().own(&ana).await.unwrap().unsubscribed_at.is_some());
    let ended = records(&pool).await.iter().filter(|record| record.contains("mails ended by link")).count();
    assert_eq!(ended, 1);
    assert!(
        !records(&pool).await.iter().any(|record| record.contains("forged")),
        "strangers' tokens are no forged rows"
    );
    happens(&backend, &pool, NoticeEvent::SecretExpires, "b", DAY + 10).await;
    assert!(taken(&backend, DAY + 1_000).await.is_none(), "what was taken before is given up, too");
    // Choosing again turns them on; with another address, the old link is spent.
    backend.mail().choose(&at_second(&ana, 100), &draft(&["secret.expires"])).await.unwrap();
    assert_eq!(backend.mail().own(&ana).await.unwrap().unsubscribed_at, None);
    confirmed(&backend, &peer, &at_second(&ana, 200), "other@example.org").await;
    assert_eq!(backend.mail().unsubscribe(&anonymous(7), token).await, Err(Error::LinkSpent));
}
