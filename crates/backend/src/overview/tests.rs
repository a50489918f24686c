//! The Overview on a real database, one for each test.

use super::{Attention, OVERVIEW_DAYS, PortalNote, SetUpSteps};
use crate::{
    Actor, Backend, Ctx, TokenActor, ValueQuery, called_token,
    tests::{anonymous, at, backend, records, signed_in, somebody},
};
use domain::{
    access::{Restriction, Role, TokenDraft, TokenScope},
    connection_test::{TestCause, TestStatus},
    error::Error,
    page::{ListQuery, Total},
    secret::{
        ExportFormat, NewSecret, NewSshKeyKind, SecretDraft, SecretId, SecretKind, SecretUpdate, Selection,
    },
    sensitive::Sensitive,
};
use sqlx::PgPool;

const KEY: &str = include_str!("../secrets/seed_key");
const DAY: i64 = 86_400;

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

fn draft(kind: SecretKind, name: &str) -> SecretDraft {
    let draft = SecretDraft {
        name: name.to_owned(),
        kind: kind.as_str().to_owned(),
        allow_duplicate: "on".to_owned(),
        ..SecretDraft::default()
    };
    match kind {
        SecretKind::GitDataset => SecretDraft { private_key: Sensitive::new(KEY), ..draft },
        SecretKind::ImagePull => SecretDraft {
            registry_host: "ghcr.io".to_owned(),
            username: "robot".to_owned(),
            password: Sensitive::new("SENTINEL"),
            ..draft
        },
    }
}

async fn add(backend: &Backend, kind: SecretKind, name: &str, second: i64) -> SecretId {
    let new = NewSecret::parse(draft(kind, name)).unwrap();
    backend.secrets().create(&at(second), new, None).await.unwrap()
}

/// Keeps a test result, as `connection_tests` does.
async fn keep_result(pool: &PgPool, id: &SecretId, cause: TestCause, second: i64) {
    sqlx::query(
        "UPDATE secrets SET check_status = $3, check_cause = $4, checked_at = to_timestamp($5), checked_by = 'test' \
         WHERE kind = $1 AND name = $2 AND deleted_at IS NULL",
    )
    .bind(id.kind.as_str())
    .bind(id.name.as_str())
    .bind(cause.status().as_str())
    .bind(cause.as_str())
    .bind(second)
    .execute(pool)
    .await
    .unwrap();
}

/// Returns the numbers of secrets by state that are not 0: those that are kept, and those that are counted.
async fn kept_and_counted(pool: &PgPool) -> [Vec<(String, i64)>; 2] {
    let kept =
        "SELECT state, sum(amount)::bigint FROM secret_tallies GROUP BY 1 HAVING sum(amount) <> 0 ORDER BY 1";
    let counted = "SELECT secret_state(check_status, check_cause), count(*) FROM secrets WHERE deleted_at IS NULL GROUP BY 1 \
        UNION ALL SELECT 'key-pending', count(*) FROM git_keys JOIN secrets ON id = secret_id \
        WHERE pending AND deleted_at IS NULL HAVING count(*) > 0 ORDER BY 1";
    let kept = sqlx::query_as(kept).fetch_all(pool).await.unwrap();
    [kept, sqlx::query_as(counted).fetch_all(pool).await.unwrap()]
}

/// Returns the number of rows of a list.
async fn listed(backend: &Backend, query: &str, second: i64) -> u64 {
    backend.secrets().list(&at(second), &ListQuery::parse(query)).await.unwrap().total.count
}

/// Does one of the things that change the number of secrets in a state. Returns the number of test results that it has kept.
async fn step(backend: &Backend, pool: &PgPool, dice: &mut Dice, number: i64) -> u64 {
    let ctx = at(1_000 + number);
    let secrets = backend.secrets();
    let all = secrets.list(&ctx, &ListQuery::parse("size=100&sort=name")).await.unwrap().rows;
    let deleted = secrets.deleted(&ctx, None).await.unwrap().rows;
    let some = (!all.is_empty()).then(|| all[dice.roll(all.len())].id.clone());
    let gone = (!deleted.is_empty()).then(|| deleted[dice.roll(deleted.len())].row);
    match (dice.roll(12), some, gone) {
        (0 | 1, ..) => {
            let kind = SecretKind::ALL[dice.roll(2)];
            add(backend, kind, &format!("s{number}"), 1_000 + number).await;
        }
        (2..=4, Some(id), _) => {
            let cause = TestCause::ALL[dice.roll(TestCause::ALL.len())];
            keep_result(pool, &id, cause, 1_000 + number).await;
            return 1;
        }
        (5, Some(id), _) if id.kind == SecretKind::ImagePull => {
            let version = secrets.get(&ctx, &id).await.unwrap().version;
            let changed = SecretDraft { username: format!("u{number}"), ..draft(id.kind, "") };
            secrets.update(&ctx, &id, SecretUpdate::parse(id.kind, changed).unwrap(), version).await.unwrap();
        }
        (6 | 7, Some(id), _) if id.kind == SecretKind::GitDataset => {
            match secrets.get(&ctx, &id).await.unwrap().pending {
                None => secrets.generate_key(&ctx, &id, NewSshKeyKind::Ed25519).await.unwrap(),
                Some(pair) if dice.roll(2) == 0 => {
                    secrets.switch_key(&ctx, &id, &pair.facts.fingerprint).await.unwrap();
                }
                Some(pair) => secrets.discard_key(&ctx, &id, &pair.facts.fingerprint).await.unwrap(),
            }
        }
        (8, Some(id), _) => drop(secrets.delete(&ctx, &id, "").await.unwrap()),
        (9, Some(id), _) => {
            let selection = Selection::of([id, all[0].id.clone()]).unwrap();
            drop(secrets.delete_many(&ctx, &selection, "").await.unwrap());
        }
        // The name may be taken by now.
        (10, _, Some(row)) => drop(secrets.restore(&ctx, row).await),
        (11, _, Some(row)) => secrets.remove(&ctx, row).await.unwrap(),
        _ => {}
    }
    0
}

#[sqlx::test]
async fn kept_numbers_equal_counted_ones_after_random_operations(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    backend.secrets().seed(&at(1), 6).await.unwrap();
    let (mut dice, mut tested) = (Dice(7), 0);
    for number in 0..220 {
        tested += step(&backend, &pool, &mut dice, number).await;
        if number % 11 == 0 {
            let [kept, counted] = kept_and_counted(&pool).await;
            assert_eq!(kept, counted, "after step {number}");
        }
        if number % 50 == 49 {
            backend.overview().tidy(&at(1_000 + number)).await.unwrap();
            let [kept, counted] = kept_and_counted(&pool).await;
            assert_eq!(kept, counted, "after merging");
            let rows: i64 =
                sqlx::query_scalar("SELECT count(*) FROM secret_tallies").fetch_one(&pool).await.unwrap();
            assert!(rows <= 32, "{rows} amounts are left");
        }
    }
    // Each number is that of the list to which it leads.
    let found = backend.overview().get(&at(2_000)).await.unwrap();
    let Attention {
        host_key_changed,
        refused,
        unreachable,
        host_key_unknown,
        never_tested,
        key_pending,
        expired,
        expire_soon,
        renewal_due,
        unused,
    } = found.attention;
    for (query, number) in [
        ("", found.secrets),
        ("status=host-key-changed", host_key_changed),
        ("status=refused", refused),
        ("status=unreachable", unreachable),
        ("needs=approval", host_key_unknown),
        ("needs=test", never_tested),
        ("needs=switch", key_pending),
        ("needs=review", unused.count),
        ("expires=expired", expired.count),
        ("expires=30", expire_soon.count),
        ("needs=renewal", renewal_due.count),
    ] {
        assert_eq!(listed(&backend, query, 2_000).await, number, "{query}");
    }
    let tests: u64 = found.days.iter().flat_map(|day| TestStatus::ALL.map(|status| day.tests(status))).sum();
    assert!(tested > 20);
    assert_eq!(tests, tested);
    // The time of deleted secrets ends: they were not counted any more.
    backend.secrets().sweep_deleted(&at(90 * DAY)).await.unwrap();
    let [kept, counted] = kept_and_counted(&pool).await;
    assert_eq!(kept, counted, "after the cleanup");
}

#[sqlx::test]
async fn unused_are_old_secrets_that_nobody_reads(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, SecretKind::ImagePull, "old", 0).await;
    add(&backend, SecretKind::ImagePull, "read", 0).await;
    add(&backend, SecretKind::ImagePull, "new", 50 * DAY).await;
    let token =
        TokenDraft { name: "ci".to_owned(), scope: "read-values".to_owned(), ..TokenDraft::default() };
    let made = backend.tokens().create(&at(0), &token).await.unwrap();
    let actor = TokenActor {
        id: made.id,
        name: "ci".to_owned(),
        owner: None,
        called: called_token("ci", None),
        scope: TokenScope::ReadValues,
        restriction: Restriction::None,
        expires_at: None,
    };
    let reader = Ctx { actor: Actor::Token(actor), ..at(95 * DAY) };
    let query = || ValueQuery { shape: ExportFormat::UsernamePassword, url: None };
    for _ in 0..3 {
        backend
            .secrets()
            .value(&reader, &SecretId::parse("image-read").unwrap(), query(), |_| false)
            .await
            .unwrap();
    }
    for (day, unused) in [(89, 0), (100, 1), (141, 2), (186, 3)] {
        let overview = backend.overview().get(&at(day * DAY)).await.unwrap();
        assert_eq!(overview.attention.unused, Total { count: unused, exact: true }, "day {day}");
        assert_eq!(listed(&backend, "needs=review", day * DAY).await, unused, "day {day}");
    }
    let days = backend.overview().get(&at(96 * DAY)).await.unwrap().days;
    assert_eq!(days.len(), OVERVIEW_DAYS);
    let reads: Vec<u64> = days.iter().rev().take(3).map(|day| day.reads).collect();
    assert_eq!(reads, [0, 3, 0]);
    assert_eq!(days.last().unwrap().at, at(96 * DAY).now);
    // Old days are deleted, and those that are shown are not.
    backend.overview().tidy(&at(96 * DAY)).await.unwrap();
    assert_eq!(backend.overview().get(&at(96 * DAY)).await.unwrap().days, days);
    backend.overview().tidy(&at(200 * DAY)).await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM read_counts").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test]
async fn changes_of_people_are_for_those_who_read_the_audit_log(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let admin = signed_in(&backend, "ana", Role::Admin, 1).await;
    add(&backend, SecretKind::ImagePull, "a", 2).await;
    backend.connection_tests().stored(&admin, &SecretId::parse("image-a").unwrap()).await.unwrap();
    let seen = async |ctx: &Ctx| {
        let changes = backend.overview().get(ctx).await.unwrap().changes;
        changes.into_iter().map(|change| change.action).collect::<Vec<_>>()
    };
    assert_eq!(seen(&admin).await, ["secret added", "user added"]);
    backend.backups().note_restored(&at(2), "2026-11-28").await.unwrap();
    assert_eq!(seen(&admin).await, ["database restored", "secret added", "user added"]);
    let token =
        TokenDraft { name: "CI".to_owned(), scope: "read-metadata".to_owned(), ..TokenDraft::default() };
    backend.tokens().create(&at(2), &token).await.unwrap();
    let newest = backend.overview().get(&admin).await.unwrap().changes.swap_remove(0);
    assert_eq!((newest.action.as_str(), newest.called.as_deref()), ("token created", Some("CI")));
    assert_eq!(seen(&somebody(Role::Editor, 3)).await, ["secret added"]);
    assert_eq!(seen(&somebody(Role::Reader, 3)).await, ["secret added"]);
    assert_eq!(backend.overview().get(&anonymous(3)).await, Err(Error::NotSignedIn));
}

#[sqlx::test]
async fn steps_are_done_by_what_there_is_and_by_what_admins_note(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let overview = backend.overview();
    let admin = signed_in(&backend, "ana", Role::Admin, 1).await;
    let steps = async || overview.get(&admin).await.unwrap().steps;
    let none = SetUpSteps { key_backed_up: false, has_secrets: false, has_people: false };
    assert_eq!(steps().await, Some(none));
    for role in [Role::Reader, Role::Editor] {
        let noted = overview.note(&somebody(role, 2), PortalNote::KeyBackedUp).await;
        assert_eq!(noted, Err(Error::Forbidden));
    }
    // Twice is once.
    for _ in 0..2 {
        overview.note(&admin, PortalNote::KeyBackedUp).await.unwrap();
    }
    let recorded = records(&pool).await;
    let of_backup = recorded.iter().filter(|record| record.contains("key backup confirmed"));
    assert_eq!(of_backup.collect::<Vec<_>>(), ["ana | key backup confirmed | key encryption key | done | "]);
    add(&backend, SecretKind::ImagePull, "a", 2).await;
    assert_eq!(steps().await, Some(SetUpSteps { key_backed_up: true, has_secrets: true, has_people: false }));
    signed_in(&backend, "ben", Role::Reader, 3).await;
    assert_eq!(steps().await, None, "all are done");
}

#[sqlx::test]
async fn steps_are_closed_once_an_admin_dismisses_them(pool: PgPool) {
    let backend = backend(pool).await;
    let admin = signed_in(&backend, "ana", Role::Admin, 1).await;
    backend.overview().note(&admin, PortalNote::StepsDismissed).await.unwrap();
    assert_eq!(backend.overview().get(&admin).await.unwrap().steps, None);
}
