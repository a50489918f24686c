//! Repeated attempts are recorded in time and once, and never lost.

use super::{
    super::counts::{Group, MAX_CREDENTIALS, MAX_KINDS, MAX_STRANGERS, MAX_UNWRITTEN, OTHERS},
    *,
};
use crate::tests::{anonymous, records, somebody, until_recorded};
use domain::access::Role;
use std::time::Duration;

type What = (AuditAction, &'static str, Outcome);

fn refusal(object: &'static str) -> What {
    (AuditAction::Attempt(Action::WriteSecrets), object, Outcome::Refused)
}

fn known(name: &str) -> Source {
    Source { group: Group::Known, name: name.to_owned() }
}

/// Returns whether the attempt is recorded at once, and the counts that are recorded by now.
fn count(alarms: &Alarms, now: Instant, credential: &str, what: What) -> (bool, Vec<(String, u64)>) {
    let noted = alarms.lock().count(now, &somebody(Role::Reader, 0), credential, what);
    (noted.first.is_some(), noted.ended.into_iter().map(|kind| (kind.object, kind.again)).collect())
}

#[tokio::test(start_paused = true)]
async fn counts_records_repetitions_of_a_minute_with_the_next() {
    let (alarms, began) = (Alarms::default(), Instant::now());
    assert_eq!(count(&alarms, began, "a", refusal("one")), (true, vec![]));
    for second in 0..59 {
        let now = began + Duration::from_secs(second);
        assert_eq!(count(&alarms, now, "a", refusal("one")), (false, vec![]), "{second}");
    }
    // The first of each kind is recorded, whoever made it.
    assert_eq!(count(&alarms, began, "a", refusal("two")), (true, vec![]));
    assert_eq!(count(&alarms, began, "b", refusal("one")), (true, vec![]));
    let later = began + WINDOW;
    assert_eq!(count(&alarms, later, "a", refusal("one")), (true, vec![("one".to_owned(), 59)]));
    assert_eq!(count(&alarms, later, "b", refusal("one")), (true, vec![]));
}

#[tokio::test(start_paused = true)]
async fn counts_limit_records_of_one_credential_whatever_it_asks_for() {
    let (alarms, now) = (Alarms::default(), Instant::now());
    let objects: Vec<&'static str> =
        (0..1_000).map(|number| &*Box::leak(format!("image-{number}").into_boxed_str())).collect();
    let told = objects.iter().filter(|object| count(&alarms, now, "a", refusal(object)).0).count();
    assert_eq!(told, MAX_KINDS + 1);
    let (_, over) = count(&alarms, now + WINDOW, "a", refusal("one"));
    assert_eq!(over, [(OTHERS.to_owned(), 969)]);
}

#[tokio::test(start_paused = true)]
async fn counts_bound_memory_for_any_number_of_credentials() {
    let (alarms, now) = (Alarms::default(), Instant::now());
    for number in 0..MAX_CREDENTIALS + 50 {
        count(&alarms, now, &number.to_string(), refusal("one"));
    }
    assert_eq!(alarms.lock().of(Group::Known).len(), MAX_CREDENTIALS + 1);
}

#[tokio::test(start_paused = true)]
async fn counts_treat_attempt_as_first_after_failed_record() {
    let (alarms, now) = (Alarms::default(), Instant::now());
    for number in 0..MAX_KINDS {
        count(&alarms, now, "a", refusal(&*Box::leak(number.to_string().into_boxed_str())));
    }
    let many = alarms.lock().count(now, &somebody(Role::Reader, 0), "a", refusal("x"));
    assert_eq!(many.first, Some((AuditAction::ManyRefused, OTHERS.to_owned())));
    assert!(!count(&alarms, now, "a", refusal("y")).0);
    alarms.lock().not_told(&many.source, (AuditAction::ManyRefused, OTHERS, Outcome::Refused));
    assert!(count(&alarms, now, "a", refusal("z")).0);
    assert!(!count(&alarms, now, "a", refusal("x")).0);
    assert_eq!(count(&alarms, now + WINDOW, "a", refusal("x")).1, [(OTHERS.to_owned(), 2)]);
}

#[tokio::test(start_paused = true)]
async fn counts_keep_next_minute_when_a_minute_ends() {
    let (alarms, began) = (Alarms::default(), Instant::now());
    count(&alarms, began, "a", refusal("one"));
    count(&alarms, began + WINDOW, "a", refusal("one"));
    count(&alarms, began + WINDOW, "a", refusal("one"));
    assert!(alarms.lock().ended(&known("a"), began).is_empty());
    let of_next: Vec<_> =
        alarms.lock().ended(&known("a"), began + WINDOW).into_iter().map(|kind| kind.again).collect();
    assert_eq!(of_next, [1]);
}

/// Lets a minute pass for whoever waits for its end.
async fn let_a_minute_pass() {
    tokio::time::pause();
    tokio::time::advance(WINDOW + Duration::from_secs(1)).await;
    tokio::time::resume();
}

#[sqlx::test]
async fn counts_record_shared_count_within_the_minute(pool: sqlx::PgPool) {
    let backend = crate::tests::backend(pool.clone()).await;
    let alarms = backend.0.db.alarms();
    for number in 0..MAX_CREDENTIALS {
        alarms.lock().count(Instant::now(), &somebody(Role::Editor, 0), &number.to_string(), refusal("one"));
    }
    for _ in 0..3 {
        backend.users().list(&somebody(Role::Reader, 1), "", "").await.unwrap_err();
    }
    assert_eq!(records(&pool).await, ["reader | manage users | users | refused | "]);
    let_a_minute_pass().await;
    until_recorded(&pool, "reader | manage users | users | refused | 2 times").await;
}

#[sqlx::test]
async fn counts_record_excess_as_one_within_the_minute(pool: sqlx::PgPool) {
    let backend = crate::tests::backend(pool.clone()).await;
    for number in 0..MAX_KINDS + 5 {
        let reader = somebody(Role::Reader, 1);
        backend.users().get(&reader, &format!("user-{number}")).await.unwrap_err();
    }
    let many = AuditAction::ManyRefused.as_str();
    let told = records(&pool).await;
    assert_eq!(told.len(), MAX_KINDS + 1);
    assert_eq!(told[MAX_KINDS], format!("reader | {many} | {OTHERS} | refused | "));
    let_a_minute_pass().await;
    until_recorded(&pool, &format!("reader | {many} | {OTHERS} | refused | 4 times")).await;
}

/// Strangers may come from any number of sources, but blur only each other's counts.
#[tokio::test(start_paused = true)]
async fn strangers_never_displace_known_credentials() {
    let (alarms, now) = (Alarms::default(), Instant::now());
    let failed = (AuditAction::SignIn, "single sign-on", Outcome::Failed);
    for number in 0..MAX_CREDENTIALS + 50 {
        alarms.lock().count(now, &anonymous(0), &number.to_string(), failed);
    }
    assert_eq!(alarms.lock().of(Group::Strangers).len(), MAX_STRANGERS + 1);
    let of_reader = alarms.lock().count(now, &somebody(Role::Reader, 0), "reader", refusal("one"));
    assert_eq!((of_reader.source.name.as_str(), of_reader.first.is_some()), ("reader", true));
    // Known actors cannot displace the portal's own alarms either.
    for number in 0..MAX_CREDENTIALS + 50 {
        alarms.lock().count(now, &somebody(Role::Reader, 0), &number.to_string(), refusal("one"));
    }
    let portal = Ctx::system(PORTAL, Timestamp::from_micros(0));
    let forged = (AuditAction::RowRefused, "user eve", Outcome::IntegrityFailure);
    let told = alarms.lock().count(now, &portal, PORTAL, forged);
    assert_eq!(told.source, Source { group: Group::Portal, name: PORTAL.to_owned() });
    assert_eq!(told.first, Some((AuditAction::RowRefused, "user eve".to_owned())));
}

#[sqlx::test]
async fn counts_are_kept_until_they_can_be_written(pool: sqlx::PgPool) {
    let backend = crate::tests::backend(pool.clone()).await;
    let ask = async || backend.users().list(&somebody(Role::Reader, 1), "", "").await.unwrap_err();
    let away = async |from: &str, to: &str| {
        let sql = format!("ALTER TABLE {from} RENAME TO {to}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    };
    for _ in 0..3 {
        ask().await;
    }
    away("audit_head", "audit_head_away").await;
    backend.0.db.alarms().flush(&backend.0.db).await;
    away("audit_head_away", "audit_head").await;
    assert_eq!(records(&pool).await, ["reader | manage users | users | refused | "]);
    // The counts are written without any further attempt.
    let_a_minute_pass().await;
    until_recorded(&pool, "reader | manage users | users | refused | 2 times").await;
}

#[tokio::test(start_paused = true)]
async fn unwritten_counts_bound_memory_and_lose_nothing() {
    let alarms = Alarms::default();
    let kind = |number: usize| Kind {
        action: AuditAction::Attempt(Action::WriteSecrets),
        object: number.to_string(),
        outcome: Outcome::Refused,
        told: true,
        again: 2,
        last: somebody(Role::Reader, 0),
    };
    let mut counts = alarms.lock();
    for number in (0..MAX_UNWRITTEN + 50).chain(0..10) {
        counts.keep(kind(number));
    }
    assert_eq!(counts.unwritten.len(), MAX_UNWRITTEN + 1);
    let all: u64 = counts.unwritten.iter().map(|kind| kind.again).sum();
    assert_eq!(all, 2 * (MAX_UNWRITTEN as u64 + 60));
}

/// The first of its kind is recorded even if whoever asked is gone before it is written, as when a browser gives up.
#[sqlx::test]
async fn forbidden_attempt_is_recorded_after_client_is_gone(pool: sqlx::PgPool) {
    let backend = crate::tests::backend(pool.clone()).await;
    let mut held = pool.begin().await.unwrap();
    sqlx::query("SELECT FROM audit_head FOR UPDATE").execute(&mut *held).await.unwrap();
    let users = backend.users().clone();
    let asked = tokio::spawn(async move { users.list(&somebody(Role::Reader, 1), "", "").await.map(drop) });
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() \
                 AND wait_event_type = 'Lock')";
    let waiting = async {
        while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&pool).await.unwrap() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap();
    asked.abort();
    assert!(asked.await.unwrap_err().is_cancelled());
    held.rollback().await.unwrap();
    until_recorded(&pool, "reader | manage users | users | refused | ").await;
}
