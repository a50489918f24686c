//! Events: what time, tests and the portal itself make true, each once.

use super::{backend, config};
use crate::{
    Backend, Kek,
    connection_tests::tests::peers::{GitServer, Guard, PASSWORD, Registry, USER},
    tests::{add_user, anonymous, at, reaching, text},
};
use domain::{
    access::{Role, TokenDraft},
    error::Error,
    secret::{GeneratedSecret, NewSecret, NewSshKeyKind, SecretDraft, SecretId, SecretKind, SecretUpdate},
    sensitive::Sensitive,
};
use sqlx::PgPool;

const DAY: i64 = 86_400;

/// Returns event, name, threshold and the second that each notice is about, in the order of their raising.
async fn raised(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT event || ' ' || name || ' ' || threshold || ' ' || extract(epoch FROM about)::bigint FROM notices \
         ORDER BY at, id",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

#[sqlx::test]
async fn token_says_each_threshold_once_and_when_it_has_ended(pool: PgPool) {
    let backend = backend(&pool).await;
    for (name, days) in [("long", "60"), ("short", "7"), ("endless", "never")] {
        let draft = TokenDraft {
            name: name.to_owned(),
            scope: "read-metadata".to_owned(),
            expiry: days.to_owned(),
            ..TokenDraft::default()
        };
        backend.tokens().create(&at(0), &draft).await.unwrap();
    }
    let other = reaching(pool.clone(), crate::tests::keks_of(&backend), &config()).await;
    for hour in (0..70 * 24).step_by(6) {
        let now = at(hour * 3_600);
        let (one, two) = tokio::join!(backend.notices().raise_due(&now), other.notices().raise_due(&now));
        one.unwrap();
        two.unwrap();
    }
    let end = 60 * DAY;
    assert_eq!(
        raised(&pool).await,
        [
            format!("token.expires short 1 {}", 7 * DAY),
            format!("token.expired short 0 {}", 7 * DAY),
            format!("token.expires long 30 {end}"),
            format!("token.expires long 14 {end}"),
            format!("token.expires long 7 {end}"),
            format!("token.expires long 1 {end}"),
            format!("token.expired long 0 {end}"),
        ]
    );
}

#[sqlx::test]
async fn server_that_was_away_says_the_nearest_threshold_alone(pool: PgPool) {
    let backend = backend(&pool).await;
    let draft = TokenDraft {
        name: "ci".to_owned(),
        scope: "read-metadata".to_owned(),
        expiry: "60".to_owned(),
        ..TokenDraft::default()
    };
    backend.tokens().create(&at(0), &draft).await.unwrap();
    assert_eq!(backend.notices().raise_due(&at(54 * DAY)).await, Ok(1));
    assert_eq!(raised(&pool).await, [format!("token.expires ci 7 {}", 60 * DAY)]);
    assert_eq!(backend.notices().raise_due(&at(54 * DAY)).await, Ok(0));
    // Whatever ended long ago is not said any more.
    assert_eq!(backend.notices().raise_due(&at(91 * DAY)).await, Ok(0));
}

/// Returns the secret "a", with an account at this registry.
fn account(host: &str, username: &str, password: &str) -> SecretDraft {
    SecretDraft {
        name: "a".to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: host.to_owned(),
        username: username.to_owned(),
        password: Sensitive::new(password),
        ..SecretDraft::default()
    }
}

async fn test(backend: &Backend, second: i64) {
    let id = SecretId::parse("image-a").unwrap();
    backend.connection_tests().stored(&at(second), &id).await.unwrap();
}

#[sqlx::test]
async fn failing_secret_is_said_after_two_failures_and_its_recovery_once(pool: PgPool) {
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    let backend = reaching(pool.clone(), vec![Kek::generate().unwrap()], &config()).await;
    let draft = |password: &str| account(&host, USER, password);
    let id = SecretId::parse("image-a").unwrap();
    backend.secrets().create(&at(1), NewSecret::parse(draft("wrong")).unwrap(), None).await.unwrap();
    test(&backend, 10).await;
    assert!(raised(&pool).await.is_empty(), "a hiccup says nothing");
    for second in [20, 30, 40] {
        test(&backend, second).await;
    }
    let failed = "secret.test_failed image-a 0 10".to_owned();
    assert_eq!(raised(&pool).await, std::slice::from_ref(&failed));
    let update = SecretUpdate::parse(id.kind, draft(PASSWORD)).unwrap();
    let version = backend.secrets().get(&at(50), &id).await.unwrap().version;
    let version = backend.secrets().update(&at(50), &id, update, version).await.unwrap();
    for second in [60, 70] {
        test(&backend, second).await;
    }
    let works = "secret.test_works image-a 0 10".to_owned();
    assert_eq!(raised(&pool).await, [failed.clone(), works.clone()]);
    // Another failure is another notice.
    backend.notices().set_failures(&at(80), "1").await.unwrap();
    let update = SecretUpdate::parse(id.kind, draft("wrong again")).unwrap();
    backend.secrets().update(&at(80), &id, update, version).await.unwrap();
    test(&backend, 90).await;
    assert_eq!(raised(&pool).await, [failed, works, "secret.test_failed image-a 0 90".to_owned()]);
}

/// A batch tests for minutes, and somebody may test one of its secrets meanwhile.
#[sqlx::test]
async fn tests_that_overlap_never_silence_a_secret(pool: PgPool) {
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    let backend = reaching(pool.clone(), vec![Kek::generate().unwrap()], &config()).await;
    let draft = |password: &str| account(&host, USER, password);
    let id = SecretId::parse("image-a").unwrap();
    backend.notices().set_failures(&at(1), "1").await.unwrap();
    backend.secrets().create(&at(1), NewSecret::parse(draft("wrong")).unwrap(), None).await.unwrap();
    test(&backend, 120).await;
    let change = async |password: &str, second: i64| {
        let update = SecretUpdate::parse(id.kind, draft(password)).unwrap();
        let version = backend.secrets().get(&at(second), &id).await.unwrap().version;
        backend.secrets().update(&at(second), &id, update, version).await.unwrap();
    };
    change(PASSWORD, 130).await;
    // Begun before the failure, and ended after it.
    test(&backend, 60).await;
    let said = ["secret.test_failed image-a 0 120".to_owned(), "secret.test_works image-a 0 120".to_owned()];
    assert_eq!(sorted(raised(&pool).await), said);
    change("wrong again", 200).await;
    test(&backend, 210).await;
    let again = "secret.test_failed image-a 0 210".to_owned();
    assert!(raised(&pool).await.contains(&again), "{:?}", raised(&pool).await);
}

fn sorted(mut said: Vec<String>) -> Vec<String> {
    said.sort();
    said
}

/// A password of the cloud lives for twelve hours, and is renewed by a program.
#[sqlx::test]
async fn value_that_lives_for_hours_is_said_when_it_has_expired_alone(pool: PgPool) {
    let backend = backend(&pool).await;
    let draft = account("1234.dkr.ecr.eu-central-1.amazonaws.com", "AWS", PASSWORD);
    backend.secrets().create(&at(0), NewSecret::parse(draft).unwrap(), None).await.unwrap();
    let end =
        backend.secrets().get(&at(0), &SecretId::parse("image-a").unwrap()).await.unwrap().dates.expires_at;
    assert_eq!(end, Some(at(12 * 3_600).now), "it is known by the kind of account");
    for hour in 0..14 {
        backend.notices().raise_due(&at(hour * 3_600)).await.unwrap();
    }
    assert_eq!(raised(&pool).await, [format!("secret.expired image-a 0 {}", 12 * 3_600)]);
}

#[sqlx::test]
async fn portal_says_what_its_servers_notice_once(pool: PgPool) {
    let one = backend(&pool).await;
    let two = reaching(pool.clone(), crate::tests::keks_of(&one), &config()).await;
    for server in [&one, &two, &one] {
        server.notices().note_sign_on(&at(100), Some(at(50).now)).await.unwrap();
    }
    for server in [&two, &one] {
        server.notices().note_sign_on(&at(200), None).await.unwrap();
    }
    // An outage of a few seconds is not worth a notice, and two servers notice the same.
    one.notices().note_outage(&at(300), at(290).now).await.unwrap();
    one.notices().note_outage(&at(400), at(300).now).await.unwrap();
    two.notices().note_outage(&at(401), at(305).now).await.unwrap();
    one.notices().note_sealed(&at(500)).await.unwrap();
    assert_eq!(raised(&pool).await, ["sign_on.down  0 50", "sign_on.works  0 50", "database.down  0 300"]);
    // A server with another key is sealed, and says so without a key.
    let sealed = reaching(pool.clone(), vec![Kek::generate().unwrap()], &config()).await;
    assert!(sealed.is_sealed());
    for second in [600, 700] {
        sealed.notices().note_sealed(&at(second)).await.unwrap();
    }
    assert_eq!(raised(&pool).await[3..], ["portal.sealed  0 0"]);
}

#[sqlx::test]
async fn secret_says_its_dates_again_after_they_were_changed(pool: PgPool) {
    let backend = backend(&pool).await;
    let draft = account("registry.example", USER, PASSWORD);
    backend.secrets().create(&at(0), NewSecret::parse(draft).unwrap(), None).await.unwrap();
    let expire = async |day: i64| {
        sqlx::query("UPDATE secrets SET expires_at = to_timestamp($1)")
            .bind(f64::from(i32::try_from(day * DAY).unwrap()))
            .execute(&pool)
            .await
            .unwrap();
    };
    expire(40).await;
    for day in 0..27 {
        backend.notices().raise_due(&at(day * DAY)).await.unwrap();
    }
    expire(50).await;
    sqlx::query("UPDATE secrets SET renew_every_days = 45").execute(&pool).await.unwrap();
    for day in 27..52 {
        backend.notices().raise_due(&at(day * DAY)).await.unwrap();
    }
    let (first, second) = (40 * DAY, 50 * DAY);
    assert_eq!(
        raised(&pool).await,
        [
            format!("secret.expires image-a 30 {first}"),
            format!("secret.expires image-a 14 {first}"),
            format!("secret.expires image-a 30 {second}"),
            format!("secret.expires image-a 14 {second}"),
            format!("secret.expires image-a 7 {second}"),
            format!("secret.renewal_due image-a 0 {}", 45 * DAY),
            format!("secret.expires image-a 1 {second}"),
            format!("secret.expired image-a 0 {second}"),
        ]
    );
}

#[sqlx::test]
async fn key_pair_that_waits_for_a_week_is_said_once(pool: PgPool) {
    let backend = backend(&pool).await;
    let wanted = SecretDraft { name: "data".to_owned(), ..SecretDraft::default() };
    let wanted = GeneratedSecret::parse(&wanted, NewSshKeyKind::Ed25519).unwrap();
    backend.secrets().create_generated(&at(0), wanted, None).await.unwrap();
    let id = SecretId::parse("gitsync-secret-data").unwrap();
    let generate = async |second: i64| {
        backend.secrets().generate_key(&at(second), &id, NewSshKeyKind::Ed25519).await.unwrap();
    };
    generate(DAY).await;
    assert_eq!(backend.notices().raise_due(&at(8 * DAY - 1)).await, Ok(0));
    for second in [8 * DAY, 9 * DAY] {
        backend.notices().raise_due(&at(second)).await.unwrap();
    }
    let first = format!("secret.key_waiting gitsync-secret-data 0 {DAY}");
    assert_eq!(raised(&pool).await, std::slice::from_ref(&first));
    // Another pair waits for a week of its own, and one that was taken into use for nothing.
    generate(20 * DAY).await;
    assert_eq!(backend.notices().raise_due(&at(27 * DAY - 1)).await, Ok(0));
    assert_eq!(backend.notices().raise_due(&at(27 * DAY)).await, Ok(1));
    generate(30 * DAY).await;
    let pair = backend.secrets().get(&at(30 * DAY), &id).await.unwrap().pending.unwrap();
    backend.secrets().switch_key(&at(31 * DAY), &id, &pair.facts.fingerprint).await.unwrap();
    assert_eq!(backend.notices().raise_due(&at(40 * DAY)).await, Ok(0));
    assert_eq!(
        raised(&pool).await,
        [first, format!("secret.key_waiting gitsync-secret-data 0 {}", 20 * DAY)]
    );
}

#[sqlx::test]
async fn changed_host_key_is_said_at_once_and_once_for_each_change(pool: PgPool) {
    let mut server = GitServer::start();
    let backend = backend(&pool).await;
    let draft = |known_hosts: &str, key: &str| SecretDraft {
        name: "data".to_owned(),
        kind: "git-dataset".to_owned(),
        private_key: Sensitive::new(key),
        repository: server.address("repo.git"),
        known_hosts: known_hosts.to_owned(),
        ..SecretDraft::default()
    };
    let key = server.key("good", &["-t", "ed25519"], true);
    let first = draft(&server.known_hosts(), &key);
    backend.secrets().create(&at(1), NewSecret::parse(first).unwrap(), None).await.unwrap();
    let id = SecretId::parse("gitsync-secret-data").unwrap();
    let tested = async |second: i64| {
        backend.connection_tests().stored(&at(second), &id).await.unwrap();
        raised(&pool).await
    };
    assert!(tested(10).await.is_empty());
    server.new_host_keys();
    server.restart();
    let changed = |second: i64| format!("secret.host_key_changed gitsync-secret-data 0 {second}");
    for second in [20, 30] {
        assert_eq!(tested(second).await, [changed(20)]);
    }
    // Somebody trusts the new key, and it changes again.
    let trusting = SecretDraft {
        name: String::new(),
        repository: server.address("repo.git"),
        known_hosts: server.known_hosts(),
        kind: "git-dataset".to_owned(),
        ..SecretDraft::default()
    };
    let update = SecretUpdate::parse(SecretKind::GitDataset, trusting).unwrap();
    let version = backend.secrets().get(&at(40), &id).await.unwrap().version;
    backend.secrets().update(&at(40), &id, update, version).await.unwrap();
    assert_eq!(tested(50).await, [changed(20)], "it works");
    server.new_host_keys();
    server.restart();
    for second in [60, 70] {
        assert_eq!(tested(second).await, [changed(20), changed(60)]);
    }
}

#[sqlx::test]
async fn locked_sign_in_is_said_once_an_hour_for_each_name(pool: PgPool) {
    const RIGHT: &str = "correct horse battery";
    let backend = backend(&pool).await;
    add_user(&backend, "ana", Role::Editor, RIGHT).await;
    let fail = async |second: i64, name: &str| {
        let mut last = None;
        for _ in 0..6 {
            let tried = backend.sessions().sign_in(&anonymous(second), name, &text("wrong"), "tests").await;
            last = tried.err();
        }
        assert!(matches!(last, Some(Error::Locked(_))), "{last:?}");
    };
    let (hour, locked) = (3_600, |hour: i64| format!("sign_in.locked ana 0 {hour}"));
    fail(10, "ana").await;
    assert_eq!(raised(&pool).await, [locked(0)]);
    // Locked again within the hour, and after it.
    fail(hour - 1, " ANA ").await;
    assert_eq!(raised(&pool).await, [locked(0)]);
    fail(2 * hour, "ana").await;
    assert_eq!(raised(&pool).await, [locked(0), locked(2 * hour)]);
}
