//! All SQL about the Overview.

use super::{Attention, Day, OVERVIEW_DAYS, Overview, PortalNote, SetUpSteps};
use crate::{
    context::Ctx,
    db::{instant, timestamp},
};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use domain::{
    connection_test::TestStatus,
    page::{REVIEW_DAYS, Total},
    secret::SOON_DAYS,
    time::Timestamp,
};
use sqlx::PgConnection;

/// The number at which counting secrets by time stops.
const COUNT_LIMIT: i64 = 1_000;

/// The number of amounts up to which merging them is not worth it.
const MERGE_ABOVE: i64 = 32;

/// Returns everything but the changes, by one statement.
pub(super) async fn find(
    connection: &mut PgConnection,
    now: Timestamp,
    has_provider: bool,
) -> Result<Overview, sqlx::Error> {
    let today = instant(now)?;
    let first = first_day(today);
    let unused_since = today.checked_sub_days(Days::new(REVIEW_DAYS)).unwrap_or_default();
    let soon = today.checked_add_days(Days::new(SOON_DAYS.into())).unwrap_or_default();
    // Unused secrets are counted in the order of their index, because the planner would otherwise expect to find many soon and
    // read the table. The limit is one more than `COUNT_LIMIT`.
    let row = sqlx::query!(
        "SELECT coalesce(sum(amount) FILTER (WHERE state <> 'key-pending'), 0)::bigint AS \"secrets!\", \
         coalesce(sum(amount) FILTER (WHERE state = 'host-key-changed'), 0)::bigint AS \"host_key_changed!\", \
         coalesce(sum(amount) FILTER (WHERE state = 'refused'), 0)::bigint AS \"refused!\", \
         coalesce(sum(amount) FILTER (WHERE state = 'unreachable'), 0)::bigint AS \"unreachable!\", \
         coalesce(sum(amount) FILTER (WHERE state = 'host-key-unknown'), 0)::bigint AS \"host_key_unknown!\", \
         coalesce(sum(amount) FILTER (WHERE state = 'never-tested'), 0)::bigint AS \"never_tested!\", \
         coalesce(sum(amount) FILTER (WHERE state = 'key-pending'), 0)::bigint AS \"key_pending!\", \
         (SELECT count(*) FROM (SELECT FROM secrets WHERE usage_count = 0 AND deleted_at IS NULL AND idle_since < $1 \
         ORDER BY idle_since LIMIT 1001) AS idle) AS \"unused!\", \
         (SELECT count(*) FROM (SELECT FROM secrets WHERE expires_at IS NOT NULL AND deleted_at IS NULL AND expires_at <= $3 \
         ORDER BY expires_at LIMIT 1001) AS ended) AS \"expired!\", \
         (SELECT count(*) FROM (SELECT FROM secrets WHERE expires_at IS NOT NULL AND deleted_at IS NULL AND expires_at > $3 \
         AND expires_at <= $4 ORDER BY expires_at LIMIT 1001) AS ending) AS \"expire_soon!\", \
         (SELECT count(*) FROM (SELECT FROM secrets WHERE renewal_due_at IS NOT NULL AND deleted_at IS NULL \
         AND renewal_due_at <= $3 ORDER BY renewal_due_at LIMIT 1001) AS due) AS \"renewal_due!\", \
         ARRAY (SELECT day - $2 FROM read_counts WHERE day >= $2 ORDER BY day) AS \"read_days!\", \
         ARRAY (SELECT reads FROM read_counts WHERE day >= $2 ORDER BY day) AS \"reads!\", \
         ARRAY (SELECT day - $2 FROM test_counts WHERE day >= $2 ORDER BY day, status) AS \"test_days!\", \
         ARRAY (SELECT status FROM test_counts WHERE day >= $2 ORDER BY day, status) AS \"statuses!\", \
         ARRAY (SELECT tests FROM test_counts WHERE day >= $2 ORDER BY day, status) AS \"tests!\", \
         ARRAY (SELECT name FROM portal_notes) AS \"notes!\", \
         (SELECT count(*) > 1 FROM (SELECT FROM users LIMIT 2) AS people) AS \"several_users!\" \
         FROM secret_tallies",
        unused_since,
        first,
        today,
        soon
    )
    .fetch_one(connection)
    .await?;
    let mut days = days_from(first);
    for (day, reads) in row.read_days.iter().zip(&row.reads) {
        if let Some(day) = usize::try_from(*day).ok().and_then(|day| days.get_mut(day)) {
            day.reads = reads.unsigned_abs();
        }
    }
    for ((day, status), tests) in row.test_days.iter().zip(&row.statuses).zip(&row.tests) {
        let place = TestStatus::ALL.iter().position(|known| known.as_str() == status);
        let day = usize::try_from(*day).ok().and_then(|day| days.get_mut(day));
        if let Some(count) = day.zip(place).and_then(|(day, place)| day.tests.get_mut(place)) {
            *count = tests.unsigned_abs();
        }
    }
    let noted = |note: PortalNote| row.notes.iter().any(|name| name == note.code());
    let secrets = row.secrets.unsigned_abs();
    let steps = SetUpSteps {
        key_backed_up: noted(PortalNote::KeyBackedUp),
        has_secrets: secrets > 0,
        has_people: row.several_users || has_provider,
    };
    Ok(Overview {
        secrets,
        attention: Attention {
            host_key_changed: row.host_key_changed.unsigned_abs(),
            refused: row.refused.unsigned_abs(),
            unreachable: row.unreachable.unsigned_abs(),
            host_key_unknown: row.host_key_unknown.unsigned_abs(),
            never_tested: row.never_tested.unsigned_abs(),
            key_pending: row.key_pending.unsigned_abs(),
            expired: counted(row.expired),
            expire_soon: counted(row.expire_soon),
            renewal_due: counted(row.renewal_due),
            unused: counted(row.unused),
        },
        changes: Vec::new(),
        days,
        steps: Some(steps).filter(|steps| !steps.are_done() && !noted(PortalNote::StepsDismissed)),
        now,
    })
}

/// Returns a number that was counted up to one more than the limit.
fn counted(count: i64) -> Total {
    Total { count: count.min(COUNT_LIMIT).unsigned_abs(), exact: count <= COUNT_LIMIT }
}

/// Returns the first of the days that are shown.
fn first_day(now: DateTime<Utc>) -> NaiveDate {
    let today = now.date_naive();
    today.checked_sub_days(Days::new(OVERVIEW_DAYS as u64 - 1)).unwrap_or(today)
}

/// Returns the days that are shown, each without numbers.
fn days_from(first: NaiveDate) -> Vec<Day> {
    let days = first.iter_days().take(OVERVIEW_DAYS);
    days.map(|day| Day {
        at: timestamp(day.and_time(NaiveTime::MIN).and_utc()),
        reads: 0,
        tests: [0; TestStatus::ALL.len()],
    })
    .collect()
}

/// Stores a note; returns false if it was stored already. That the key is backed up is noted again after a key was added.
pub(super) async fn note(
    connection: &mut PgConnection,
    ctx: &Ctx,
    note: PortalNote,
) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query!(
        "INSERT INTO portal_notes AS noted (name, noted_at, noted_by) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE \
         SET noted_at = excluded.noted_at, noted_by = excluded.noted_by WHERE noted.name = $4 AND noted.noted_at < \
         (SELECT max(created_at) FROM key_encryption_keys WHERE retired_at IS NULL)",
        note.code(),
        instant(ctx.now)?,
        ctx.actor.name(),
        PortalNote::KeyBackedUp.code()
    )
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() > 0)
}

/// Merges the amounts of each state into one, if there are many.
pub(super) async fn merge_tallies(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH merged AS (DELETE FROM secret_tallies WHERE (SELECT count(*) FROM secret_tallies) > $1 RETURNING state, amount) \
         INSERT INTO secret_tallies (state, amount) \
         SELECT state, sum(amount)::bigint FROM merged GROUP BY state HAVING sum(amount) <> 0",
        MERGE_ABOVE
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Deletes the numbers of days that are not shown any more.
pub(super) async fn forget_days(connection: &mut PgConnection, now: Timestamp) -> Result<(), sqlx::Error> {
    let first = first_day(instant(now)?);
    sqlx::query!("DELETE FROM test_counts WHERE day < $1", first).execute(&mut *connection).await?;
    sqlx::query!("DELETE FROM read_counts WHERE day < $1", first).execute(connection).await.map(drop)
}
