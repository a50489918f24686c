//! Notices that wait, while the person, their role, the notices or the version of the server change.

use super::{
    SmtpPeer,
    outbox::{DAY, HOUR, happens, header, letter, notices, reader, sent, taken},
    people::{PASSWORD, at_second, draft, person, sending, to},
};
use crate::{
    Backend, MailChoiceDraft,
    tests::{at, text},
};
use domain::{
    access::Role,
    notice::{DeliveryState, NoticeEvent},
};
use sqlx::PgPool;
use std::{collections::BTreeSet, time::Duration};
use uuid::Uuid;

/// Returns state and cause of each delivery, by the name of its notice.
async fn ends(pool: &PgPool) -> Vec<(String, String, Option<String>)> {
    let select = "SELECT notices.name, state, cause FROM notice_deliveries JOIN notices ON notices.id = notice_id \
                  ORDER BY notices.name, user_id";
    sqlx::query_as(select).fetch_all(pool).await.unwrap()
}

fn end(name: &str, state: &str, cause: Option<&str>) -> (String, String, Option<String>) {
    (name.to_owned(), state.to_owned(), cause.map(str::to_owned))
}

fn daily(events: &[&str]) -> MailChoiceDraft {
    MailChoiceDraft { cadence: "daily".to_owned(), ..draft(events) }
}

async fn send_again(backend: &Backend, pool: &PgPool, name: &str, second: i64) {
    let find = "SELECT notice_deliveries.id FROM notice_deliveries JOIN notices ON notices.id = notice_id WHERE notices.name = $1";
    let id: Uuid = sqlx::query_scalar(find).bind(name).fetch_one(pool).await.unwrap();
    backend.notices().send_again(&at(second), id).await.unwrap();
}

#[sqlx::test]
async fn take_due_gives_up_what_the_person_no_longer_chooses(pool: PgPool) {
    use NoticeEvent::{SecretExpired, SecretExpires, TestFailed};
    let peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    let all = daily(&["secret.expires", "secret.expired", "secret.test_failed"]);
    let ana = reader(&backend, &peer, "ana", Role::Reader, &all).await;
    for (event, name) in [
        (SecretExpires, "team-a-1"),
        (SecretExpires, "team-b-1"),
        (SecretExpired, "team-a-2"),
        (TestFailed, "team-a-3"),
    ] {
        happens(&backend, &pool, event, name, DAY + HOUR).await;
    }
    let narrow = MailChoiceDraft {
        name_prefixes: vec!["team-a".to_owned()],
        ..daily(&["secret.expires", "secret.test_failed"])
    };
    backend.mail().choose(&at_second(&ana, DAY + 2 * HOUR), &narrow).await.unwrap();
    assert_eq!(sent(&backend, DAY + 9 * HOUR).await, [DeliveryState::Delivered]);
    assert_eq!(
        ends(&pool).await,
        [
            end("image-team-a-1", "delivered", None),
            end("image-team-a-2", "failed", Some("not-chosen")),
            end("image-team-a-3", "delivered", None),
            end("image-team-b-1", "failed", Some("not-chosen")),
        ]
    );
    // If you choose none, you get no mail; and none of a type that is not chosen.
    happens(&backend, &pool, SecretExpires, "team-a-4", DAY + 10 * HOUR).await;
    backend.mail().choose(&at_second(&ana, DAY + 11 * HOUR), &daily(&[])).await.unwrap();
    assert!(sent(&backend, DAY + 40 * HOUR).await.is_empty());
    backend.mail().choose(&at_second(&ana, DAY + 41 * HOUR), &all).await.unwrap();
    happens(&backend, &pool, SecretExpires, "team-a-5", DAY + 42 * HOUR).await;
    let other = MailChoiceDraft { secret_kinds: vec!["git-dataset".to_owned()], ..all };
    backend.mail().choose(&at_second(&ana, DAY + 43 * HOUR), &other).await.unwrap();
    assert!(sent(&backend, DAY + 80 * HOUR).await.is_empty());
    let given_up =
        ends(&pool).await.into_iter().filter(|(_, _, cause)| cause.as_deref() == Some("not-chosen"));
    assert_eq!(given_up.count(), 4);
    assert_eq!(notices(&peer).len(), 1);
}

#[sqlx::test]
async fn a_mail_that_is_tried_again_says_nothing_that_its_reader_may_no_longer_hear(pool: PgPool) {
    use NoticeEvent::{SecretExpires, SignInLocked, TestFailed};
    let mut peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    let choice = draft(&["secret.expires", "secret.test_failed", "sign_in.locked"]);
    let root = reader(&backend, &peer, "root", Role::Admin, &choice).await;
    happens(&backend, &pool, SignInLocked, "eve", DAY).await;
    happens(&backend, &pool, SecretExpires, "a", DAY).await;
    happens(&backend, &pool, TestFailed, "b", DAY).await;
    peer.stop();
    assert_eq!(sent(&backend, DAY).await, [DeliveryState::Waiting]);
    let before: Uuid = sqlx::query_scalar("SELECT id FROM mails").fetch_one(&pool).await.unwrap();
    peer.start_again();
    // Meanwhile the person chooses one event less, and is an administrator no more.
    backend
        .mail()
        .choose(&at_second(&root, DAY + 1), &draft(&["secret.expires", "sign_in.locked"]))
        .await
        .unwrap();
    let other = person(&backend, "other", Role::Admin).await;
    backend.users().set_role(&other, "root", "reader", &text(PASSWORD)).await.unwrap();
    assert_eq!(sent(&backend, DAY + HOUR).await, [DeliveryState::Delivered]);
    assert_eq!(
        ends(&pool).await,
        [
            end("eve", "failed", Some("no-address")),
            end("image-a", "delivered", None),
            end("image-b", "failed", Some("not-chosen")),
        ]
    );
    let mails = notices(&peer);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("image-a") && !mails[0].contains("eve") && !mails[0].contains("image-b"));
    assert!(!mails[0].contains(&before.to_string()), "other contents are another mail: {}", mails[0]);
}

#[sqlx::test]
async fn notices_of_a_newer_version_are_left_to_it(pool: PgPool) {
    let mut peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    reader(&backend, &peer, "ana", Role::Reader, &draft(&["secret.expires"])).await;
    // A newer server knows a further event; and one has put it into a mail, with others, that was not taken yet.
    let newer = async |to: &str| {
        let sql = format!("UPDATE notices SET event = '{to}' WHERE name IN ('image-new', 'image-moon')");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    };
    peer.stop();
    happens(&backend, &pool, NoticeEvent::SecretExpires, "a", DAY).await;
    happens(&backend, &pool, NoticeEvent::SecretExpires, "moon", DAY).await;
    assert_eq!(sent(&backend, DAY).await, [DeliveryState::Waiting]);
    let id: Uuid = sqlx::query_scalar("SELECT id FROM mails").fetch_one(&pool).await.unwrap();
    peer.start_again();
    happens(&backend, &pool, NoticeEvent::SecretExpires, "b", DAY + 100).await;
    happens(&backend, &pool, NoticeEvent::SecretExpires, "new", DAY + 100).await;
    newer("moon.landed").await;
    assert_eq!(sent(&backend, DAY + 120).await, [DeliveryState::Delivered]);
    assert!(sent(&backend, DAY + 121).await.is_empty(), "an older server does not turn in circles");
    assert_eq!(
        ends(&pool).await,
        [
            end("image-a", "waiting", Some("not-reached")),
            end("image-b", "delivered", None),
            end("image-moon", "waiting", Some("not-reached")),
            end("image-new", "waiting", None),
        ]
    );
    assert_eq!(notices(&peer).len(), 1);
    newer("secret.expires").await;
    assert_eq!(sent(&backend, DAY + HOUR).await, [DeliveryState::Delivered; 2]);
    let mails = notices(&peer);
    assert!(mails.iter().any(|mail| {
        mail.contains(&format!("Message-ID: <{id}@"))
            && mail.contains("image-a")
            && mail.contains("image-moon")
    }));
}

#[sqlx::test]
async fn send_again_makes_another_mail(pool: PgPool) {
    let mut peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    reader(&backend, &peer, "ana", Role::Reader, &draft(&["secret.expires"])).await;
    for name in ["a", "b", "c", "d", "e"] {
        happens(&backend, &pool, NoticeEvent::SecretExpires, name, DAY).await;
    }
    peer.stop();
    for hour in 0..40 {
        sent(&backend, DAY + hour * HOUR).await;
    }
    assert!(ends(&pool).await.iter().all(|(_, state, _)| state == "failed"));
    peer.start_again();
    for (hour, name) in [(41, "a"), (42, "b"), (43, "c"), (44, "d"), (45, "e")] {
        send_again(&backend, &pool, &format!("image-{name}"), DAY + hour * HOUR).await;
        assert_eq!(sent(&backend, DAY + hour * HOUR).await, [DeliveryState::Delivered], "{name}");
    }
    let ids: BTreeSet<_> = notices(&peer).iter().map(|mail| header(mail, "Message-ID")).collect();
    assert_eq!(ids.len(), 5, "what is different is not dropped as a copy");
    assert!(ends(&pool).await.iter().all(|(_, state, _)| state == "delivered"));
}

#[sqlx::test]
async fn send_again_leaves_the_rest_of_a_mail_that_waits_or_is_being_sent(pool: PgPool) {
    let mut peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    reader(&backend, &peer, "ana", Role::Reader, &draft(&["secret.expires"])).await;
    for name in ["a", "b", "c"] {
        happens(&backend, &pool, NoticeEvent::SecretExpires, name, DAY).await;
    }
    peer.stop();
    assert_eq!(sent(&backend, DAY).await, [DeliveryState::Waiting]);
    peer.start_again();
    send_again(&backend, &pool, "image-a", DAY + 1).await;
    assert_eq!(sent(&backend, DAY + 1).await, [DeliveryState::Delivered]);
    assert_eq!(sent(&backend, DAY + HOUR).await, [DeliveryState::Delivered]);
    let mails = notices(&peer);
    let ids: BTreeSet<_> = mails.iter().map(|mail| header(mail, "Message-ID")).collect();
    assert_eq!((mails.len(), ids.len()), (2, 2));
    assert!(mails[1].contains("image-b") && mails[1].contains("image-c"), "{}", mails[1]);
    let first: Uuid =
        sqlx::query_scalar("SELECT id FROM mails ORDER BY at, id LIMIT 1").fetch_one(&pool).await.unwrap();
    assert!(!mails.iter().any(|mail| mail.contains(&format!("<{first}@"))), "that one had three notices");

    // Somebody presses while a server is sending: that mail is the one.
    happens(&backend, &pool, NoticeEvent::SecretExpires, "x", DAY + 2 * HOUR).await;
    happens(&backend, &pool, NoticeEvent::SecretExpires, "y", DAY + 2 * HOUR).await;
    let mail = taken(&backend, DAY + 2 * HOUR).await.unwrap();
    send_again(&backend, &pool, "image-x", DAY + 2 * HOUR).await;
    let delivered = backend.mail().deliver(&at(DAY + 2 * HOUR), &mail, &letter(&mail)).await;
    assert_eq!(delivered, Ok(DeliveryState::Delivered));
    assert!(sent(&backend, DAY + 3 * HOUR).await.is_empty());
    assert_eq!(notices(&peer).len(), 3);
}

#[sqlx::test]
async fn take_due_puts_off_any_number_by_one_statement(pool: PgPool) {
    let peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    reader(&backend, &peer, "ana", Role::Reader, &daily(&["secret.expires"])).await;
    for number in 0..30 {
        happens(&backend, &pool, NoticeEvent::SecretExpires, &format!("s{number}"), DAY + number).await;
    }
    for statement in [
        "CREATE TABLE changes (number bigserial)",
        "CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN INSERT INTO changes DEFAULT VALUES; RETURN NULL; END $$",
        "CREATE TRIGGER noted AFTER UPDATE ON notice_deliveries FOR EACH STATEMENT EXECUTE FUNCTION note_change()",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    let changes =
        async || sqlx::query_scalar::<_, i64>("SELECT count(*) FROM changes").fetch_one(&pool).await.unwrap();
    // In the morning, an hour before the mail.
    assert!(taken(&backend, DAY + 7 * HOUR).await.is_none());
    let count = changes().await;
    assert!(count <= 3, "{count} statements for 30 rows");
    assert_eq!(sent(&backend, DAY + 8 * HOUR).await, [DeliveryState::Delivered]);
    assert_eq!(header(&notices(&peer)[0], "Subject"), "Subject: 30 notices");
}

#[sqlx::test]
async fn deliver_holds_a_mail_for_as_long_as_its_server_takes(pool: PgPool) {
    let peer = SmtpPeer::start(&[]);
    let backend = sending(pool.clone(), Some(to(&peer))).await;
    // The server takes its time with the second mail to this address.
    reader(&backend, &peer, "slow", Role::Reader, &draft(&["secret.expires"])).await;
    happens(&backend, &pool, NoticeEvent::SecretExpires, "a", DAY).await;
    let mail = taken(&backend, DAY).await.unwrap();
    let delivering = tokio::spawn({
        let backend = backend.clone();
        async move { backend.mail().deliver(&at(DAY), &mail, &letter(&mail)).await }
    });
    peer.until_slow().await;
    let held_until = async || {
        let select = "SELECT extract(epoch FROM held_until)::bigint FROM notice_deliveries";
        sqlx::query_scalar::<_, i64>(select).fetch_one(&pool).await.unwrap()
    };
    for minute in 1..=6 {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(61)).await;
        tokio::time::resume();
        let held_anew = async {
            while held_until().await < DAY + minute * 60 + 300 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), held_anew).await.expect("it is held anew");
    }
    assert!(taken(&backend, DAY + 366).await.is_none(), "another server leaves it alone");
    // The server ends: after the hold, another has it.
    delivering.abort();
    assert!(taken(&backend, DAY + 366 + 320).await.is_some());
}
