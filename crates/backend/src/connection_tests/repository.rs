//! All SQL about connection tests.

use crate::{context::Ctx, db::instant, secrets::repository::kinds_and_names};
use chrono::{DateTime, Utc};
use domain::{
    connection_test::{PastTest, TestReport},
    secret::SecretId,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// The lease of the one server that tests in batches.
const BULK_TESTS: &str = "bulk-tests";

/// The stored test state of a secret.
#[derive(Debug)]
pub(super) struct TestRow {
    pub(super) version: i64,
    pub(super) check_target: Option<String>,
    pub(super) known_hosts: String,
    pub(super) value_host: Option<String>,
    pub(super) check_cause: String,
    pub(super) checked_at: Option<DateTime<Utc>>,
    pub(super) checked_by: Option<String>,
    pub(super) check_branch: Option<String>,
    pub(super) check_refs: Option<i32>,
}

/// A stored result beside a past test: of a secret with many, each row has the same result.
#[derive(Debug)]
pub(super) struct ResultRow {
    pub(super) check_cause: String,
    pub(super) checked_at: Option<DateTime<Utc>>,
    pub(super) checked_by: Option<String>,
    pub(super) check_branch: Option<String>,
    pub(super) check_refs: Option<i32>,
    pub(super) past_at: Option<DateTime<Utc>>,
    pub(super) past_cause: Option<String>,
    pub(super) past_by: Option<String>,
}

/// A secret that is to be tested.
#[derive(Clone, Debug)]
pub(super) struct DueRow {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) registry_host: Option<String>,
    pub(super) registry_username: Option<String>,
    pub(super) check_target: Option<String>,
}

pub(super) async fn find(
    connection: &mut PgConnection,
    id: &SecretId,
) -> Result<Option<TestRow>, sqlx::Error> {
    sqlx::query_as!(
        TestRow,
        "SELECT version, check_target, known_hosts, value_host, check_cause, checked_at, checked_by, \
         check_branch, check_refs FROM secrets WHERE kind = $1 AND name = $2 AND deleted_at IS NULL",
        id.kind.as_str(),
        id.name.as_str()
    )
    .fetch_optional(connection)
    .await
}

/// Returns the stored result of this secret, in a row for each past test, the newest first; in one row without any.
pub(super) async fn results(
    connection: &mut PgConnection,
    secret: Uuid,
) -> Result<Vec<ResultRow>, sqlx::Error> {
    sqlx::query_as!(
        ResultRow,
        "SELECT check_cause, checked_at, checked_by, check_branch, check_refs, past.at AS \"past_at?\", \
         past.cause AS \"past_cause?\", past.tested_by AS \"past_by?\" FROM secrets LEFT JOIN LATERAL \
         (SELECT at, cause, tested_by FROM secret_tests WHERE secret_id = secrets.id ORDER BY at DESC LIMIT $2) \
         AS past ON true WHERE id = $1 ORDER BY past.at DESC",
        secret,
        i64::from(PastTest::KEPT)
    )
    .fetch_all(connection)
    .await
}

/// Keeps a test result, if the secret is still the one that was tested, also as the newest of its past tests, of which it
/// deletes the oldest. Its time is that at which it began, but later than that of the newest test: of two that overlap, the one
/// that ended last is the newest.
pub(super) async fn keep(
    connection: &mut PgConnection,
    ctx: &Ctx,
    secret: Uuid,
    version: i64,
    report: &TestReport,
) -> Result<(), sqlx::Error> {
    let (branch, refs) = match &report.refs {
        Some(refs) => {
            let count = i32::try_from(refs.count).unwrap_or(i32::MAX);
            // No branch has an empty name, so that it stands for a HEAD that leads nowhere.
            let branch = if refs.headless { Some("") } else { refs.branch.as_deref() };
            (branch, Some(if refs.exact { count } else { -count }))
        }
        None => (None, None),
    };
    let status = report.cause.status();
    // By itself, so that the next statement sees what whoever had the row before has written.
    sqlx::query!("SELECT id FROM secrets WHERE id = $1 FOR NO KEY UPDATE", secret)
        .fetch_optional(&mut *connection)
        .await?;
    // The deletion sees the tests before this one, and deletes nothing if the test was kept before.
    sqlx::query!(
        "WITH times AS (SELECT CASE WHEN bool_or(at = $5) THEN $5 ELSE greatest($5, max(at) + interval '1 microsecond') END AS at \
         FROM secret_tests WHERE secret_id = $1), \
         kept AS (UPDATE secrets SET check_status = $3, check_cause = $4, checked_at = times.at, checked_by = $6, \
         check_branch = $7, check_refs = $8, check_refusals = CASE WHEN $9 THEN check_refusals + 1 ELSE 0 \
         END FROM times WHERE id = $1 AND version = $2 RETURNING id, checked_at), \
         added AS (INSERT INTO secret_tests (secret_id, at, status, cause, tested_by) \
         SELECT id, checked_at, $3, $4, $6 FROM kept ON CONFLICT (secret_id, at) DO NOTHING \
         RETURNING secret_id) \
         DELETE FROM secret_tests WHERE secret_id IN (SELECT secret_id FROM added) AND at <= \
         (SELECT at FROM secret_tests WHERE secret_id = $1 ORDER BY at DESC OFFSET $10 LIMIT 1)",
        secret,
        version,
        status.as_str(),
        report.cause.as_str(),
        instant(ctx.now)?,
        ctx.actor.name(),
        branch,
        refs,
        report.cause.is_of_the_account(),
        i64::from(PastTest::KEPT) - 1
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Returns all secrets, or those with these ids.
pub(super) async fn all(
    connection: &mut PgConnection,
    ids: Option<&[SecretId]>,
) -> Result<Vec<DueRow>, sqlx::Error> {
    let Some(ids) = ids else {
        return sqlx::query_as!(
            DueRow,
            "SELECT kind, name, registry_host, registry_username, check_target FROM secrets \
             WHERE deleted_at IS NULL ORDER BY kind, name"
        )
        .fetch_all(connection)
        .await;
    };
    let (kinds, names) = kinds_and_names(ids);
    sqlx::query_as!(
        DueRow,
        "SELECT kind, name, registry_host, registry_username, check_target FROM secrets \
         WHERE deleted_at IS NULL AND (kind, name) IN (SELECT * FROM unnest($1::text[], $2::text[])) \
         ORDER BY kind, name",
        &kinds as _,
        &names
    )
    .fetch_all(connection)
    .await
}

/// Returns secrets whose last test is longer ago than the interval, the longest first; each refusal in a row doubles it, up
/// to 64 times. Secrets without a test target, or whose host key has changed, wait for a person.
pub(super) async fn due(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    interval_seconds: f64,
    limit: i64,
) -> Result<Vec<DueRow>, sqlx::Error> {
    sqlx::query_as!(
        DueRow,
        "SELECT kind, name, registry_host, registry_username, check_target FROM secrets \
         WHERE deleted_at IS NULL AND (kind = 'image-pull' OR (check_target IS NOT NULL AND known_hosts <> '')) \
         AND check_status <> 'host-key-changed' \
         AND (checked_at IS NULL OR checked_at \
             + make_interval(secs => $2 * power(2, least(check_refusals, 6))) <= $1) \
         ORDER BY checked_at NULLS FIRST, name LIMIT $3",
        now,
        interval_seconds,
        limit
    )
    .fetch_all(connection)
    .await
}

/// Returns the number of secrets.
pub(super) async fn count(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("SELECT coalesce(sum(count), 0)::bigint AS \"count!\" FROM secret_counts")
        .fetch_one(connection)
        .await
}

/// Takes or renews the lease, for this number of seconds; returns false if somebody else has it. The database's clock
/// decides.
pub(super) async fn take_turn(
    connection: &mut PgConnection,
    holder: Uuid,
    seconds: f64,
) -> Result<bool, sqlx::Error> {
    let taken = sqlx::query!(
        "INSERT INTO leases (name, holder, until) VALUES ($1, $2, now() + make_interval(secs => $3)) \
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
         WHERE leases.holder = excluded.holder OR leases.until < now()",
        BULK_TESTS,
        holder,
        seconds
    )
    .execute(connection)
    .await?;
    Ok(taken.rows_affected() > 0)
}

/// Releases the lease.
pub(super) async fn end_turn(connection: &mut PgConnection, holder: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM leases WHERE name = $1 AND holder = $2", BULK_TESTS, holder)
        .execute(connection)
        .await
        .map(drop)
}
