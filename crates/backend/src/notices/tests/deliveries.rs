//! Deliveries: signatures, answers, attempts, several servers.

use super::{
    add_channel, add_rule, backend, channel_for_all, config, raise_about,
    receiver::{Receiver, is_verified},
    send_all,
};
use crate::{
    Backend, ChannelTested, DeliveryQuery, Kek, Submitted,
    tests::{at, keks_of, reaching, records},
};
use domain::{
    error::{Error, Field},
    notice::{ChannelState, DeliveryCause, DeliveryState, NoticeEvent, NoticeProblem, RuleDraft},
    secret::{NewSecret, SecretDraft},
    sensitive::Sensitive,
};
use sqlx::PgPool;
use std::collections::BTreeSet;

/// Returns the state, the cause and the number of attempts of the newest delivery.
async fn newest(backend: &Backend) -> (DeliveryState, Option<DeliveryCause>, u32) {
    let page = backend.notices().deliveries(&at(9), &DeliveryQuery::default()).await.unwrap();
    let newest = page.deliveries.first().unwrap();
    (newest.state, newest.cause, newest.attempts)
}

#[sqlx::test]
async fn webhook_is_signed_as_the_standard_has_it_by_two_secrets_while_one_replaces_the_other(pool: PgPool) {
    let receiver = Receiver::start("200 OK").await;
    let backend = backend(&pool).await;
    let saved = channel_for_all(&backend, &receiver).await;
    let first = saved.signing_secret.unwrap();
    let id = raise_about(&backend, &at(100), "ci", 900).await.unwrap();
    assert_eq!(send_all(&backend, 100).await, 1);
    let got = receiver.received();
    assert_eq!(
        (got[0].line.as_str(), got[0].header("content-type")),
        ("POST /hook HTTP/1.1", "application/json")
    );
    assert_eq!(
        (got[0].header("webhook-id"), got[0].header("webhook-timestamp")),
        (id.to_string().as_str(), "100")
    );
    assert!(is_verified(&first, &got[0]));
    assert!(!is_verified(&Sensitive::new("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), &got[0]));
    let body = got[0].json();
    assert_eq!(
        (&body["type"], &body["timestamp"]),
        (&"token.expires".into(), &"1970-01-01T00:01:40Z".into())
    );
    assert_eq!((&body["data"]["id"], &body["data"]["days"]), (&"ci".into(), &7.into()));
    assert_eq!(newest(&backend).await, (DeliveryState::Delivered, None, 1));

    let Submitted::First(rotated) = backend.notices().rotate_secret(&at(200), saved.id, None).await.unwrap()
    else {
        panic!("another form");
    };
    let second = rotated.signing_secret.unwrap();
    raise_about(&backend, &at(300), "two", 900).await.unwrap();
    send_all(&backend, 300).await;
    let got = receiver.received();
    assert_eq!(got[1].header("webhook-signature").split(' ').count(), 2);
    assert!(is_verified(&first, &got[1]) && is_verified(&second, &got[1]));
    let day_later = 200 + 86_400;
    raise_about(&backend, &at(day_later), "three", 900).await.unwrap();
    send_all(&backend, day_later).await;
    let got = receiver.received();
    assert!(!is_verified(&first, &got[2]) && is_verified(&second, &got[2]));
}

#[sqlx::test]
async fn answers_decide_what_becomes_of_a_delivery(pool: PgPool) {
    use DeliveryCause::{Busy, Redirected, Rejected, ServerError, TimedOut};
    let receiver = Receiver::start("200 OK").await;
    let backend = backend(&pool).await;
    let saved = channel_for_all(&backend, &receiver).await;
    let elsewhere = format!("302 Found\nLocation: {}", receiver.url("/elsewhere"));
    for (number, (answer, cause)) in [
        (elsewhere.as_str(), Redirected),
        ("404 Not Found", Rejected),
        ("500 Internal Server Error", ServerError),
        ("", TimedOut),
        ("429 Too Many Requests\nRetry-After: 600", Busy),
    ]
    .into_iter()
    .enumerate()
    {
        receiver.answer_with(answer);
        let second = 1_000 + i64::try_from(number).unwrap() * 100_000;
        raise_about(&backend, &at(second), &format!("token-{number}"), second).await.unwrap();
        let before = receiver.received().len();
        let held = backend.notices().take_due(&at(second)).await.unwrap().unwrap();
        assert_eq!(backend.notices().deliver(&at(second), held).await.unwrap(), DeliveryState::Waiting);
        assert_eq!(newest(&backend).await, (DeliveryState::Waiting, Some(cause), 1), "{answer}");
        assert_eq!(receiver.received().len(), before + 1, "nothing is followed: {answer}");
        // The next attempt comes after five seconds and a little more, or when the receiver says.
        let next = if cause == Busy { 721 } else { 9 };
        assert!(backend.notices().take_due(&at(second + 4)).await.unwrap().is_none(), "{answer}");
        receiver.answer_with("202 Accepted");
        assert!(send_all(&backend, second + next).await >= 1, "{answer}");
        assert_eq!(newest(&backend).await.0, DeliveryState::Delivered, "{answer}");
        let got = receiver.received();
        let ids: BTreeSet<_> = got[before..].iter().map(|request| request.header("webhook-id")).collect();
        assert_eq!(ids.len(), 1, "the id is the same in each attempt");
    }
    // While a receiver wants nothing, its other deliveries wait, too.
    receiver.answer_with("503 Service Unavailable\nRetry-After: 1000");
    for name in ["one", "two"] {
        raise_about(&backend, &at(600_000), name, 1).await.unwrap();
    }
    assert_eq!(send_all(&backend, 600_000).await, 1);
    receiver.answer_with("410 Gone");
    assert_eq!(send_all(&backend, 601_300).await, 1);
    let channel = backend.notices().channel(&at(9), saved.id).await.unwrap();
    assert_eq!((channel.state, channel.waiting), (ChannelState::Disabled, 0));
    assert!(records(&pool).await.iter().any(|record| record.contains("channel disabled | all | done")));
    raise_about(&backend, &at(700_000), "after", 1).await.unwrap();
    assert_eq!(send_all(&backend, 700_000).await, 0, "a disabled channel gets nothing more");
    // Somebody has it send again.
    backend.notices().set_paused(&at(700_001), saved.id, false).await.unwrap();
    receiver.answer_with("200 OK");
    raise_about(&backend, &at(700_002), "again", 1).await.unwrap();
    assert_eq!(send_all(&backend, 700_002).await, 1);
}

#[sqlx::test]
async fn attempts_end_after_the_schedule_until_somebody_sends_again(pool: PgPool) {
    let receiver = Receiver::start("500 Internal Server Error").await;
    let backend = backend(&pool).await;
    let saved = channel_for_all(&backend, &receiver).await;
    raise_about(&backend, &at(10), "ci", 900).await.unwrap();
    let mut second = 10;
    for attempts in 1..=10 {
        assert_eq!(send_all(&backend, second).await, 1);
        assert_eq!(newest(&backend).await.2, attempts);
        second += 2 * 86_400;
    }
    assert_eq!(newest(&backend).await, (DeliveryState::Failed, Some(DeliveryCause::ServerError), 10));
    assert_eq!(send_all(&backend, second).await, 0);
    let query = DeliveryQuery { state: Some(DeliveryState::Failed), ..DeliveryQuery::default() };
    let failed = backend.notices().deliveries(&at(9), &query).await.unwrap().deliveries;
    receiver.answer_with("204 No Content");
    backend.notices().send_again(&at(second), failed[0].id).await.unwrap();
    assert_eq!(send_all(&backend, second).await, 1);
    assert_eq!(newest(&backend).await, (DeliveryState::Delivered, None, 11));
    // What a paused channel gets waits, and is sent once the channel is active.
    backend.notices().set_paused(&at(second), saved.id, true).await.unwrap();
    raise_about(&backend, &at(second), "paused", 900).await.unwrap();
    assert_eq!(send_all(&backend, second).await, 0);
    backend.notices().set_paused(&at(second), saved.id, false).await.unwrap();
    assert_eq!(send_all(&backend, second).await, 1);
    // After 90 days, all of it is deleted.
    assert!(backend.notices().delete_old(&at(second + 91 * 86_400)).await.unwrap() >= 2);
    let rest = backend.notices().deliveries(&at(9), &DeliveryQuery::default()).await.unwrap();
    assert!(rest.deliveries.is_empty());
}

#[sqlx::test]
async fn send_again_leaves_what_is_being_sent_and_rejects_a_disabled_channel(pool: PgPool) {
    let receiver = Receiver::start("200 OK").await;
    let backend = backend(&pool).await;
    channel_for_all(&backend, &receiver).await;
    raise_about(&backend, &at(10), "ci", 900).await.unwrap();
    let held = backend.notices().take_due(&at(10)).await.unwrap().unwrap();
    let newest_id = async || {
        let page = backend.notices().deliveries(&at(9), &DeliveryQuery::default()).await.unwrap();
        page.deliveries[0].id
    };
    let id = newest_id().await;
    backend.notices().send_again(&at(11), id).await.unwrap();
    assert!(backend.notices().take_due(&at(12)).await.unwrap().is_none(), "it is sent once");
    backend.notices().deliver(&at(12), held).await.unwrap();
    assert_eq!(newest(&backend).await, (DeliveryState::Delivered, None, 1));
    assert!(!records(&pool).await.iter().any(|record| record.contains("sent again")));
    // One that arrived, and is sent again, has not arrived any more.
    backend.notices().send_again(&at(20), id).await.unwrap();
    let page = backend.notices().deliveries(&at(9), &DeliveryQuery::default()).await.unwrap();
    assert_eq!((page.deliveries[0].state, page.deliveries[0].delivered_at), (DeliveryState::Waiting, None));
    receiver.answer_with("410 Gone");
    assert_eq!(send_all(&backend, 20).await, 1);
    assert_eq!(backend.notices().send_again(&at(30), id).await, Err(Error::ChannelDisabled));
}

#[sqlx::test]
async fn deliveries_whose_receiver_goes_meanwhile_end_without_a_deadlock(pool: PgPool) {
    let receiver = Receiver::start("410 Gone").await;
    let backend = backend(&pool).await;
    let saved = channel_for_all(&backend, &receiver).await;
    for round in 0..20 {
        let second = 100 + round;
        for name in ["one", "two"] {
            raise_about(&backend, &at(second), &format!("{name}-{round}"), 1).await.unwrap();
        }
        let one = backend.notices().take_due(&at(second)).await.unwrap().unwrap();
        let two = backend.notices().take_due(&at(second)).await.unwrap().unwrap();
        let ctx = at(second);
        let (one, two) =
            tokio::join!(backend.notices().deliver(&ctx, one), backend.notices().deliver(&ctx, two));
        assert_eq!((one, two), (Ok(DeliveryState::Failed), Ok(DeliveryState::Failed)));
        backend.notices().set_paused(&at(second), saved.id, false).await.unwrap();
    }
}

/// Of a failure that goes on, the notice stays, and neither hides the other.
#[sqlx::test]
async fn delete_old_keeps_open_failures_of_secrets_that_exist(pool: PgPool) {
    let backend = backend(&pool).await;
    let draft = |name: &str| SecretDraft {
        name: name.to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: "registry.example".to_owned(),
        username: "robot".to_owned(),
        password: Sensitive::new("password"),
        allow_duplicate: "on".to_owned(),
        ..SecretDraft::default()
    };
    for name in ["open", "both", "ended", "gone"] {
        backend.secrets().create(&at(0), NewSecret::parse(draft(name)).unwrap(), None).await.unwrap();
    }
    for (name, event, second) in [
        ("open", "secret.test_failed", 10),
        ("both", "secret.test_failed", 10),
        ("both", "secret.host_key_changed", 20),
        ("ended", "secret.test_failed", 10),
        ("ended", "secret.test_works", 20),
        ("ended", "secret.host_key_changed", 30),
        ("gone", "secret.test_failed", 10),
    ] {
        sqlx::query(
            "INSERT INTO notices (id, event, subject_kind, subject, name, threshold, about, facts, at) \
             SELECT $1, $2, 'secret', id::text, name, 0, to_timestamp($3), '{}', to_timestamp($3) FROM secrets WHERE name = $4",
        )
        .bind(crate::random::sortable_id())
        .bind(event)
        .bind(f64::from(second))
        .bind(name)
        .execute(&pool)
        .await
        .unwrap();
    }
    sqlx::query("UPDATE secrets SET check_status = 'host-key-changed' WHERE name = 'both'")
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("DELETE FROM secrets WHERE name = 'gone'").execute(&pool).await.unwrap();
    assert_eq!(backend.notices().delete_old(&at(100 * 86_400)).await, Ok(4));
    let left: Vec<String> = sqlx::query_scalar("SELECT name || ' ' || event FROM notices ORDER BY id")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(left, ["open secret.test_failed", "both secret.test_failed", "both secret.host_key_changed"]);
}

#[sqlx::test]
async fn two_servers_send_each_notice_once(pool: PgPool) {
    let receiver = Receiver::start("200 OK").await;
    let one = backend(&pool).await;
    let two = reaching(pool.clone(), keks_of(&one), &config()).await;
    channel_for_all(&one, &receiver).await;
    for number in 0..60 {
        // Both servers notice the same event, and one of them raises it.
        let name = format!("token-{number}");
        let raised =
            [raise_about(&one, &at(10), &name, 900).await, raise_about(&two, &at(10), &name, 900).await];
        assert_eq!(raised.iter().flatten().count(), 1);
    }
    let (first, second, third, fourth) =
        tokio::join!(send_all(&one, 20), send_all(&two, 20), send_all(&one, 20), send_all(&two, 20));
    // No channel has more than two at once, so whoever finds two stops; the rest is sent afterwards.
    let sent = first + second + third + fourth + send_all(&one, 20).await;
    assert_eq!(sent, 60);
    let got = receiver.received();
    let ids: BTreeSet<_> = got.iter().map(|request| request.header("webhook-id").to_owned()).collect();
    assert_eq!((got.len(), ids.len()), (60, 60));
}

#[sqlx::test]
async fn server_that_ends_leaves_its_deliveries_to_the_others(pool: PgPool) {
    let receiver = Receiver::start("200 OK").await;
    let backend = backend(&pool).await;
    channel_for_all(&backend, &receiver).await;
    let id = raise_about(&backend, &at(10), "ci", 900).await.unwrap();
    let lost = backend.notices().take_due(&at(10)).await.unwrap().unwrap();
    assert_eq!(send_all(&backend, 69).await, 0, "another server may still be sending it");
    assert_eq!(send_all(&backend, 71).await, 1);
    // The first server was only slow: what it notes now no longer counts.
    receiver.answer_with("500 Internal Server Error");
    backend.notices().deliver(&at(72), lost).await.unwrap();
    assert_eq!(newest(&backend).await, (DeliveryState::Delivered, None, 1));
    let got = receiver.received();
    assert!(got.iter().all(|request| request.header("webhook-id") == id.to_string()));
}

#[sqlx::test]
async fn test_of_a_channel_says_how_it_ended(pool: PgPool) {
    let receiver = Receiver::start("200 OK").await;
    let backend = backend(&pool).await;
    let saved = add_channel(&backend, "chat", "slack", &receiver.url("/services/T0/SENTINEL")).await;
    assert!(saved.signing_secret.is_none());
    // Rules for all events do not count: nobody else hears of it, and this channel once.
    let other = add_channel(&backend, "other", "standard", &receiver.url("/other")).await;
    for channel in [saved.id, other.id] {
        add_rule(&backend, channel, RuleDraft::default()).await;
    }
    let tested = backend.notices().test_channel(&at(5), saved.id).await.unwrap();
    assert_eq!(tested, ChannelTested { cause: None, status: None });
    let got = receiver.received();
    assert_eq!(got[0].line, "POST /services/T0/SENTINEL HTTP/1.1");
    assert!(got[0].json()["text"].as_str().unwrap().contains("test of the channel chat"));
    assert_eq!((got.len(), got[0].header("webhook-signature")), (1, ""));
    receiver.answer_with("403 Forbidden");
    let tested = backend.notices().test_channel(&at(6), saved.id).await.unwrap();
    assert_eq!(tested, ChannelTested { cause: Some(DeliveryCause::Rejected), status: Some(403) });
    assert_eq!(send_all(&backend, 100_000).await, 0, "a test is not repeated");
    // The address is a secret: nothing that is shown or logged has it.
    let shown = format!("{:?} {:?}", backend.notices().channel(&at(9), saved.id).await, saved);
    assert!(!shown.contains("SENTINEL"), "{shown}");
    assert!(records(&pool).await.iter().all(|record| !record.contains("SENTINEL")));
}

#[sqlx::test]
async fn rules_choose_events_types_and_names(pool: PgPool) {
    let receiver = Receiver::start("200 OK").await;
    let backend = backend(&pool).await;
    let saved = add_channel(&backend, "ops", "standard", &receiver.url("/hook")).await;
    let rule = RuleDraft { events: vec!["token.expires".to_owned()], ..RuleDraft::default() };
    let rule = add_rule(&backend, saved.id, rule).await;
    raise_about(&backend, &at(10), "ci", 900).await.unwrap();
    assert_eq!(send_all(&backend, 10).await, 1);
    let changed = RuleDraft {
        channel: saved.id.to_string(),
        events: vec!["secret.expires".to_owned()],
        ..RuleDraft::default()
    };
    backend.notices().change_rule(&at(11), rule, &changed, None).await.unwrap();
    raise_about(&backend, &at(12), "other", 900).await.unwrap();
    assert_eq!(send_all(&backend, 12).await, 0);
    backend.notices().delete_rule(&at(13), rule, None).await.unwrap();
    assert_eq!(backend.notices().delete_rule(&at(13), rule, None).await, Err(Error::NotFound));
    let unknown = RuleDraft { channel: uuid::Uuid::nil().to_string(), ..RuleDraft::default() };
    let error = backend.notices().add_rule(&at(14), &unknown).await.unwrap_err();
    assert_eq!(error, Error::field(Field::Channel, NoticeProblem::Channel));
    assert!(NoticeEvent::ALL.len() > 2);
}

#[sqlx::test]
async fn rules_reject_mail_which_people_choose_themselves(pool: PgPool) {
    let receiver = Receiver::start("200 OK").await;
    let backend = backend(&pool).await;
    let saved = add_channel(&backend, "ops", "standard", &receiver.url("/hook")).await;
    let rule = add_rule(&backend, saved.id, RuleDraft::default()).await;
    let no_channel = || Error::field(Field::Channel, NoticeProblem::Channel);
    for channel in ["mail", "", " "] {
        let draft = RuleDraft { channel: channel.to_owned(), ..RuleDraft::default() };
        assert_eq!(backend.notices().add_rule(&at(1), &draft).await, Err(no_channel()), "{channel:?}");
        assert_eq!(
            backend.notices().change_rule(&at(1), rule, &draft, None).await,
            Err(no_channel()),
            "{channel:?}"
        );
    }
    let rules = backend.notices().rules(&at(2)).await.unwrap();
    assert_eq!(rules.len(), 1);
    assert!(rules[0].channel.is_some());
}

#[sqlx::test]
async fn rotation_of_keys_covers_addresses_and_signing_secrets(pool: PgPool) {
    let receiver = Receiver::start("200 OK").await;
    let before = backend(&pool).await;
    let saved = channel_for_all(&before, &receiver).await;
    let (old, new) = (keks_of(&before).remove(0), Kek::generate().unwrap());
    let both = reaching(pool.clone(), vec![old.clone(), new.clone()], &config()).await;
    both.keys().add(&at(2)).await.unwrap();
    both.keys().activate(&at(2), &new.id()).await.unwrap();
    assert!(both.keys().retire(&at(2), &old.id()).await.is_err(), "values are sealed under it");
    let rewrapped = both.keys().rewrap(&at(2), |_| ()).await.unwrap();
    assert_eq!((rewrapped.done, rewrapped.broken), (2, 0));
    both.keys().retire(&at(2), &old.id()).await.unwrap();
    let after = reaching(pool.clone(), vec![new], &config()).await;
    raise_about(&after, &at(10), "ci", 900).await.unwrap();
    assert_eq!(send_all(&after, 10).await, 1);
    assert!(is_verified(&saved.signing_secret.unwrap(), &receiver.received()[0]));
}

#[sqlx::test]
async fn numbers_for_monitoring_count_deliveries_by_their_state(pool: PgPool) {
    let receiver = Receiver::start("500 Internal Server Error").await;
    let backend = backend(&pool).await;
    let saved = channel_for_all(&backend, &receiver).await;
    let numbers = async |waiting, retrying, delivered, failed| {
        let mut found = backend.metrics().numbers(&at(9), 1).await.unwrap().deliveries;
        found.sort();
        let expected =
            [("delivered", delivered), ("failed", failed), ("retrying", retrying), ("waiting", waiting)];
        assert_eq!(found, expected.map(|(state, count): (&str, u64)| (state.to_owned(), count)));
    };
    numbers(0, 0, 0, 0).await;
    raise_about(&backend, &at(100), "one", 900).await.unwrap();
    numbers(1, 0, 0, 0).await;
    assert_eq!(send_all(&backend, 100).await, 1);
    raise_about(&backend, &at(101), "two", 900).await.unwrap();
    numbers(1, 1, 0, 0).await;
    // Nobody tries to reach a paused channel.
    backend.notices().set_paused(&at(102), saved.id, true).await.unwrap();
    numbers(2, 0, 0, 0).await;
    backend.notices().set_paused(&at(103), saved.id, false).await.unwrap();
    receiver.answer_with("202 Accepted");
    assert_eq!(send_all(&backend, 1_000).await, 2);
    numbers(0, 0, 2, 0).await;
    receiver.answer_with("410 Gone");
    raise_about(&backend, &at(2_000), "three", 900).await.unwrap();
    send_all(&backend, 2_000).await;
    numbers(0, 0, 2, 1).await;
}
