//! Batches of tests: in turn, shared among servers, and without getting anybody's account locked.

use super::{
    config,
    hostile::Scripted,
    peers::PASSWORD,
    stored::{add, backend, dataset, id, image},
};
use crate::{
    Kek,
    connection_tests::{PORTAL, TestOutcome, Tested},
    context::Ctx,
    tests::{at, reaching, records, somebody},
};
use domain::{
    access::Role,
    connection_test::{TestCause, TestStatus},
    error::Error,
    secret::{SecretDraft, Selection},
};
use sqlx::PgPool;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
    time::Duration,
};

const HOUR: Duration = Duration::from_hours(1);

/// Returns the portal's own context, this number of hours after the epoch.
fn portal(hour: i64) -> Ctx {
    Ctx { actor: crate::Actor::System(PORTAL), ..at(hour * 3_600) }
}

const CHALLENGE: &str = "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n";

fn outcomes(tested: &[Tested]) -> Vec<(String, Option<TestCause>)> {
    let cause = |tested: &Tested| match &tested.outcome {
        TestOutcome::Tested(cause) => Some(*cause),
        TestOutcome::LeftOut => None,
        other => panic!("{other:?}"),
    };
    tested.iter().map(|tested| (tested.id.to_string(), cause(tested))).collect()
}

/// Returns how often a password was sent.
fn passwords(peer: &Scripted) -> usize {
    peer.asked().iter().filter(|request| request.contains("uthorization:")).count()
}

#[sqlx::test]
async fn batch_skips_refused_account(pool: PgPool) {
    let peer = Scripted::answering(|_| CHALLENGE.to_owned());
    let backend = backend(&pool, &[&peer.host()]).await;
    for name in ["a", "b", "c"] {
        add(&backend, image(name, &peer.host(), PASSWORD)).await;
    }
    let other = SecretDraft { username: "other".to_owned(), ..image("d", &peer.host(), PASSWORD) };
    add(&backend, other).await;

    // The command line tests one of the three, and the other account.
    let tested = backend.connection_tests().all(&at(10), &[]).await.unwrap();
    let refused = Some(TestCause::WrongPassword);
    let expected = [("image-a", refused), ("image-b", None), ("image-c", None), ("image-d", refused)];
    assert_eq!(outcomes(&tested), expected.map(|(id, cause)| (id.to_owned(), cause)));
    assert_eq!(passwords(&peer), 2);
    let some = backend.connection_tests().all(&at(10), &[id("image-c")]).await.unwrap();
    assert_eq!(outcomes(&some), [("image-c".to_owned(), refused)]);
    assert_eq!(backend.connection_tests().all(&at(10), &[id("image-none")]).await, Err(Error::NotFound));

    // Of the portal's own tests, each refusal in a row doubles the wait, up to 64 times.
    sqlx::query("DELETE FROM secrets WHERE name <> 'a'").execute(&pool).await.unwrap();
    let (mut hours, mut before) = (Vec::new(), passwords(&peer));
    for hour in 1..300 {
        backend.connection_tests().due(&portal(hour), HOUR, HOUR).await.unwrap();
        if passwords(&peer) > before {
            hours.push(hour);
            before = passwords(&peer);
        }
    }
    assert_eq!(hours, [3, 7, 15, 31, 63, 127, 191, 255]);
    // The portal's own tests are not recorded.
    assert!(records(&pool).await.iter().all(|record| !record.starts_with(PORTAL)));
    let state = backend.connection_tests().state(&at(0), &id("image-a")).await.unwrap();
    assert_eq!(state.last.unwrap().1, PORTAL);
}

/// Only a wrong account counts against the account: an image that is missing says nothing about other secrets with it.
#[sqlx::test]
async fn batch_tests_other_secrets_after_mistyped_image(pool: PgPool) {
    let peer = Scripted::answering(|request| {
        let answer = match () {
            () if !request.contains("uthorization:") => CHALLENGE,
            () if request.contains("/manifests/") => "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
            () => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        };
        answer.to_owned()
    });
    let backend = backend(&pool, &[&peer.host()]).await;
    let mistyped = SecretDraft { image: "group/mistyped:1".to_owned(), ..image("a", &peer.host(), PASSWORD) };
    add(&backend, mistyped).await;
    for name in ["b", "c"] {
        add(&backend, image(name, &peer.host(), PASSWORD)).await;
    }
    let tested = backend.connection_tests().all(&at(10), &[]).await.unwrap();
    let opened = Some(TestCause::RegistryOpened);
    let expected = [("image-a", Some(TestCause::NoAccessToImage)), ("image-b", opened), ("image-c", opened)];
    assert_eq!(outcomes(&tested), expected.map(|(id, cause)| (id.to_owned(), cause)));
    // Nor does the secret wait longer for its next test.
    let refusals: i32 = sqlx::query_scalar("SELECT check_refusals FROM secrets WHERE name = 'a'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(refusals, 0);
}

#[sqlx::test]
async fn many_tests_selection_for_limited_time(pool: PgPool) {
    let works = Scripted::answering(|_| "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned());
    let refuses = Scripted::answering(|_| CHALLENGE.to_owned());
    let backend = backend(&pool, &[&works.host(), &refuses.host()]).await;
    for name in ["a", "b"] {
        add(&backend, image(name, &works.host(), PASSWORD)).await;
    }
    for name in ["c", "d"] {
        add(&backend, image(name, &refuses.host(), PASSWORD)).await;
    }
    let connection_tests = backend.connection_tests();
    let of = |ids: &[&str]| Selection::parse(ids.iter().copied()).unwrap();
    let some = of(&["image-d", "image-gone", "image-a", "image-c"]);
    let tested = connection_tests.many(&somebody(Role::Editor, 10), &some).await.unwrap();
    let outcomes: Vec<(String, TestOutcome)> =
        tested.into_iter().map(|tested| (tested.id.to_string(), tested.outcome)).collect();
    let expected = [
        ("image-a", TestOutcome::Tested(TestCause::RegistryOpen)),
        ("image-c", TestOutcome::Tested(TestCause::WrongPassword)),
        ("image-d", TestOutcome::LeftOut),
        ("image-gone", TestOutcome::Failed(Error::NotFound)),
    ];
    assert_eq!(outcomes, expected.map(|(id, outcome)| (id.to_owned(), outcome)));
    let state = connection_tests.state(&at(11), &id("image-a")).await.unwrap();
    assert_eq!(state.cause, TestCause::RegistryOpen, "what a test came to is kept");
    assert_eq!(passwords(&works), 1, "what was not selected is left alone");
}

/// The limit of sixty tests a minute is per person; further secrets report how long to wait.
#[sqlx::test]
async fn many_reports_wait_beyond_rate_limit(pool: PgPool) {
    let backend = backend(&pool, &[]).await;
    let ids: Vec<String> = (0..70).map(|number| format!("gitsync-secret-s{number:02}")).collect();
    for id in &ids {
        let name = id.trim_start_matches("gitsync-secret-").to_owned();
        add(&backend, dataset(&name, include_str!("../../secrets/seed_key"), "", "")).await;
    }
    let all = Selection::parse(ids.iter().map(String::as_str)).unwrap();
    let tested = backend.connection_tests().many(&somebody(Role::Editor, 10), &all).await.unwrap();
    let waits = |tested: &Tested| matches!(tested.outcome, TestOutcome::Failed(Error::TooManyTests(_)));
    let done = tested.iter().filter(|tested| !waits(tested)).count();
    assert!((60..=62).contains(&done), "{done} were tested");
    assert!(
        tested[..done].iter().all(|tested| tested.outcome == TestOutcome::Tested(TestCause::NoRepository))
    );
}

/// Whoever watches gets each result at once. After they have gone the test that runs is finished and recorded, and no other begins.
#[sqlx::test]
async fn watched_tests_end_with_their_watcher(pool: PgPool) {
    let (permit, permits) = std::sync::mpsc::channel::<()>();
    let permits = std::sync::Mutex::new(permits);
    let peer = Scripted::answering(move |request| {
        if request.contains("uthorization:") {
            permits.lock().unwrap().recv().unwrap();
        }
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned()
    });
    let backend = backend(&pool, &[&peer.host()]).await;
    for name in ["a", "b", "c", "d"] {
        add(&backend, image(name, &peer.host(), PASSWORD)).await;
    }
    let ids = ["image-c", "image-a", "image-gone", "image-b"];
    let all = Selection::parse(ids).unwrap();
    let mut tests = backend.connection_tests().watched(&somebody(Role::Editor, 10), &all).await.unwrap();
    let shown: Vec<String> = tests.ids().iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["image-a", "image-b", "image-c", "image-gone"]);
    let gone = tests.next().await.unwrap();
    assert_eq!(
        (gone.id.to_string(), gone.outcome),
        ("image-gone".to_owned(), TestOutcome::Failed(Error::NotFound))
    );
    permit.send(()).unwrap();
    let first = tests.next().await.unwrap();
    assert_eq!(first.outcome, TestOutcome::Tested(TestCause::RegistryOpen));
    let tested =
        async || records(&pool).await.iter().filter(|record| record.contains("connection tested")).count();
    while passwords(&peer) < 2 {
        tokio::task::yield_now().await;
    }
    drop(tests);
    permit.send(()).unwrap();
    while tested().await < 2 {
        tokio::task::yield_now().await;
    }
    // Enough for a third of the selection, too.
    permit.send(()).unwrap();
    permit.send(()).unwrap();
    let last = backend.connection_tests().stored(&at(11), &id("image-d")).await.unwrap();
    assert_eq!(last.cause, TestCause::RegistryOpen);
    assert_eq!((passwords(&peer), tested().await), (3, 3));
}

#[sqlx::test]
async fn batch_leaves_busy_host_alone(pool: PgPool) {
    let peer = Scripted::answering(|_| "HTTP/1.1 429 Enough\r\nContent-Length: 0\r\n\r\n".to_owned());
    let backend = backend(&pool, &[&peer.host()]).await;
    for name in ["a", "b"] {
        let user = SecretDraft { username: name.to_owned(), ..image(name, &peer.host(), PASSWORD) };
        add(&backend, user).await;
    }
    let tested = backend.connection_tests().all(&at(10), &[]).await.unwrap();
    assert_eq!(outcomes(&tested)[0].1, Some(TestCause::TooManyRequests));
    assert_eq!(outcomes(&tested)[1].1, None);
    assert_eq!(peer.asked().len(), 1);
}

#[sqlx::test]
async fn batch_tests_one_secret_per_host_and_hosts_side_by_side(pool: PgPool) {
    let (now, most) = (Arc::new(AtomicI32::new(0)), Arc::new(AtomicI32::new(0)));
    let counter = (Arc::clone(&now), Arc::clone(&most));
    let slow = Scripted::answering(move |_| {
        let at_once = counter.0.fetch_add(1, Ordering::SeqCst) + 1;
        counter.1.fetch_max(at_once, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(50));
        counter.0.fetch_sub(1, Ordering::SeqCst);
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned()
    });
    let backend = backend(&pool, &[&slow.host()]).await;
    for name in ["a", "b", "c", "d"] {
        add(&backend, image(name, &slow.host(), PASSWORD)).await;
    }
    // The command line, and a person at a page.
    let (ctx, last) = (at(10), id("image-d"));
    let (all, one) = tokio::join!(
        backend.connection_tests().all(&ctx, &[]),
        backend.connection_tests().stored(&ctx, &last)
    );
    assert_eq!(all.unwrap().len(), 4);
    assert_eq!(one.unwrap().cause.status(), TestStatus::Open);
    assert_eq!((passwords(&slow), most.load(Ordering::SeqCst)), (5, 1));
}

#[sqlx::test]
async fn due_tests_each_secret_once_per_interval_across_servers(pool: PgPool) {
    let peer = Scripted::answering(|_| {
        std::thread::sleep(Duration::from_millis(20));
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned()
    });
    let kek = Kek::generate().unwrap();
    let one = reaching(pool.clone(), vec![kek.clone()], &config(&[&peer.host()])).await;
    let two = reaching(pool.clone(), vec![kek], &config(&[&peer.host()])).await;
    for number in 0..20 {
        add(&one, image(&format!("s{number:02}"), &peer.host(), PASSWORD)).await;
    }
    let tick = HOUR / 10;
    let mut shares = Vec::new();
    for minute in (0..60).step_by(6) {
        let ctx = Ctx { actor: crate::Actor::System(PORTAL), ..at(3_600 + minute * 60) };
        let (first, second) = tokio::join!(
            one.connection_tests().due(&ctx, HOUR, tick),
            two.connection_tests().due(&ctx, HOUR, tick)
        );
        let (first, second) = (first.unwrap().len(), second.unwrap().len());
        assert!(first == 0 || second == 0, "both tested: {first} and {second}");
        shares.push(first + second);
    }
    assert_eq!(passwords(&peer), 20, "each once: {shares:?}");
    assert!(shares.iter().all(|share| *share <= 3), "spread out: {shares:?}");
    assert_eq!(shares.iter().sum::<usize>(), 20);
}
