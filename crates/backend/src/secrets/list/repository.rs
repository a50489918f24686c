//! The SQL of the list.

use super::super::{
    rank::rank,
    repository::kinds_and_names,
    search::{self, Word},
};
use crate::db::instant;
use chrono::{DateTime, Days, Utc};
use domain::{
    access::Restriction,
    page::{CursorValue, Direction, ListQuery, Need, REVIEW_DAYS, SortColumn},
    secret::{SecretId, SecretKind},
    time::Timestamp,
};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, Row, postgres::PgRow};

/// A row of the list, with the columns of `LIST_ROW`.
#[derive(Debug)]
pub(super) struct ListRow {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) display_name: String,
    pub(super) registry_host: Option<String>,
    pub(super) registry_username: Option<String>,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) updated_by: String,
    pub(super) algorithm: Option<String>,
    pub(super) fingerprint: Option<String>,
    pub(super) check_status: String,
    pub(super) check_cause: String,
    pub(super) used_by: i32,
    pub(super) last_read_at: Option<DateTime<Utc>>,
    pub(super) check_target: Option<String>,
    pub(super) expires_at: Option<DateTime<Utc>>,
    pub(super) renew_every_days: Option<i32>,
    pub(super) stop_when_expired: bool,
    pub(super) value_changed_at: DateTime<Utc>,
    pub(super) key_pending: bool,
    /// The total over all pages; the same in each row.
    pub(super) total: i64,
}

/// The columns of a `ListRow`, in its order: a page has many rows, and a name is looked up for longer than a place.
const LIST_ROW: &str = "kind, name, display_name, registry_host, registry_username, updated_at, updated_by, algorithm, fingerprint, \
    check_status, check_cause, used_by, last_read_at, check_target, expires_at, renew_every_days, stop_when_expired, value_changed_at, \
    key_pending, total";

impl FromRow<'_, PgRow> for ListRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            kind: row.try_get(0)?,
            name: row.try_get(1)?,
            display_name: row.try_get(2)?,
            registry_host: row.try_get(3)?,
            registry_username: row.try_get(4)?,
            updated_at: row.try_get(5)?,
            updated_by: row.try_get(6)?,
            algorithm: row.try_get(7)?,
            fingerprint: row.try_get(8)?,
            check_status: row.try_get(9)?,
            check_cause: row.try_get(10)?,
            used_by: row.try_get(11)?,
            last_read_at: row.try_get(12)?,
            check_target: row.try_get(13)?,
            expires_at: row.try_get(14)?,
            renew_every_days: row.try_get(15)?,
            stop_when_expired: row.try_get(16)?,
            value_changed_at: row.try_get(17)?,
            key_pending: row.try_get(18)?,
            total: row.try_get(19)?,
        })
    }
}

/// A request for a part of the list: where it begins, and its direction.
pub(super) struct PageRequest<'a> {
    pub(super) query: &'a ListQuery,
    /// The secrets that the actor may see.
    pub(super) visible: &'a Restriction,
    /// The direction in which the rows are read, which for a page before a row is against the list's.
    pub(super) direction: Direction,
    /// The row after which the part begins.
    pub(super) after: Option<(&'a SecretId, &'a CursorValue)>,
    /// The number of rows to skip. The database reads these too.
    pub(super) skip: u32,
    pub(super) limit: u32,
    /// The time from which the days without use are counted back.
    pub(super) now: Timestamp,
    /// How the total is found.
    pub(super) total: TotalBy,
}

/// A way to find the total over all pages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TotalBy {
    /// The numbers that are kept for each type, which know no search, filter or restriction.
    Kept,
    /// Counts by a query of its own, up to one more than this number.
    Counting(i64),
    /// Reads the rows in the order of the list, up to one more than this number, and begins the page with the first of
    /// them: the cheapest way to a small number, for pages at either end.
    Reading(i64),
}

/// Returns rows in the direction of the request, each with the total.
pub(super) async fn list(
    connection: &mut PgConnection,
    request: &PageRequest<'_>,
) -> Result<Vec<ListRow>, sqlx::Error> {
    select("", request)?.build_query_as().fetch_all(connection).await
}

/// Returns the statement of the list, after a word such as EXPLAIN.
pub(super) fn select(word: &str, request: &PageRequest<'_>) -> Result<QueryBuilder<Postgres>, sqlx::Error> {
    let PageRequest { query, visible, direction, after, skip, limit, now, total } = request;
    let words = search::parse(&query.search);
    let mut sql = QueryBuilder::<Postgres>::new(format!("{word} SELECT {LIST_ROW} FROM ("));
    if let TotalBy::Reading(_) = total {
        sql.push("SELECT *, count(*) OVER () AS total FROM (");
    }
    sql.push(
        "SELECT id, kind, name, display_name, registry_host, updated_at, updated_by, check_status, CASE WHEN \
         check_cause = 'never-tested' AND kind = 'git-dataset' AND check_target IS NULL THEN 'no-repository' ELSE \
         check_cause END AS check_cause, registry_username, used_by, last_read_at, last_used_minute, status_rank, check_target, \
         expires_at, expiry_order, renew_every_days, stop_when_expired, value_changed_at, key_pending",
    );
    match total {
        TotalBy::Kept => {
            sql.push(", (SELECT coalesce(sum(count), 0)::bigint FROM secret_counts WHERE ");
            of_kind(&mut sql, query.kind);
            sql.push(") AS total");
        }
        TotalBy::Counting(most) => {
            sql.push(", (SELECT count(*) FROM (SELECT FROM secrets WHERE ");
            filter(&mut sql, query, &words, visible, *now)?;
            sql.push(format_args!(" LIMIT {}) AS counted) AS total", most + 1));
        }
        TotalBy::Reading(_) => {}
    }
    sql.push(" FROM secrets WHERE ");
    filter(&mut sql, query, &words, visible, *now)?;

    let columns = order_of(query);
    if let Some((id, value)) = after {
        let comparison = if *direction == Direction::Ascending { ">" } else { "<" };
        sql.push(format_args!(" AND ({columns}) {comparison} ("));
        let mut values = sql.separated(", ");
        for column in columns.split(", ") {
            match (column, value) {
                ("name", _) => values.push_bind(id.name.as_str()),
                ("kind", _) => values.push_bind(id.kind.as_str()),
                (_, CursorValue::DisplayName(text)) => values.push_bind(text.as_str()),
                (_, CursorValue::Status(status)) => values.push_bind(rank(*status)),
                (_, CursorValue::UsedBy(count)) => {
                    values.push_bind(i32::try_from(*count).unwrap_or(i32::MAX))
                }
                (_, CursorValue::LastUsed(at) | CursorValue::Expires(at) | CursorValue::Updated(at)) => {
                    values.push_bind(instant(*at)?)
                }
                (_, CursorValue::InId) => {
                    return Err(sqlx::Error::Encode("a cursor of another order".into()));
                }
            };
        }
        sql.push(")");
    }
    let way = if *direction == Direction::Ascending { "" } else { " DESC" };
    let order = columns.split(", ").map(|column| format!("{column}{way}")).collect::<Vec<_>>().join(", ");
    // Written out, because the planner takes a bound limit for a tenth of the table. The facts of keys are looked up only for
    // the rows of the page, one by one: a limit of one keeps the planner from reading all keys and sorting again.
    if let TotalBy::Reading(most) = total {
        sql.push(format_args!(" ORDER BY {order} LIMIT {}) AS found", most + 1));
    }
    sql.push(format_args!(
        " ORDER BY {order} LIMIT {limit} OFFSET {skip}) AS page LEFT JOIN LATERAL (SELECT algorithm, fingerprint FROM git_keys \
         WHERE secret_id = page.id AND NOT pending AND page.kind = 'git-dataset' LIMIT 1) AS key ON true ORDER BY {order}"
    ));
    Ok(sql)
}

/// Returns the columns by which the list is sorted. Within one type, the type is not one of them, so that the index that
/// begins with it applies.
fn order_of(query: &ListQuery) -> &'static str {
    match (query.sort, query.kind) {
        (SortColumn::Name, None) => "name, kind",
        (SortColumn::Type, None) => "kind, name",
        (SortColumn::Name | SortColumn::Type, Some(_)) => "name",
        (SortColumn::DisplayName, None) => "display_name, name, kind",
        (SortColumn::DisplayName, Some(_)) => "display_name, name",
        (SortColumn::Status, None) => "status_rank, name, kind",
        (SortColumn::Status, Some(_)) => "status_rank, name",
        (SortColumn::UsedBy, None) => "used_by, name, kind",
        (SortColumn::UsedBy, Some(_)) => "used_by, name",
        (SortColumn::LastUsed, None) => "last_used_minute, name, kind",
        (SortColumn::LastUsed, Some(_)) => "last_used_minute, name",
        (SortColumn::Expires, None) => "expiry_order, name, kind",
        (SortColumn::Expires, Some(_)) => "expiry_order, name",
        (SortColumn::Updated, None) => "updated_at, name, kind",
        (SortColumn::Updated, Some(_)) => "updated_at, name",
    }
}

fn of_kind(sql: &mut QueryBuilder<Postgres>, kind: Option<SecretKind>) {
    sql.push("true");
    if let Some(kind) = kind {
        // Written out, so that the planner knows its frequency: one of two words of ours.
        sql.push(format_args!(" AND kind = '{}'", kind.as_str()));
    }
}

fn filter(
    sql: &mut QueryBuilder<Postgres>,
    query: &ListQuery,
    words: &[Word],
    visible: &Restriction,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    of_kind(sql, query.kind);
    sql.push(" AND deleted_at IS NULL");
    if let Some(status) = query.status {
        // Likewise: one of five words of ours.
        sql.push(format_args!(" AND check_status = '{}'", status.as_str()));
    }
    let ago = |days| instant(now).map(|now| now.checked_sub_days(Days::new(days)).unwrap_or_default());
    if let Some(unused) = query.unused {
        sql.push(" AND usage_count = 0 AND last_used_minute < ").push_bind(ago(unused.days().into())?);
    }
    if let Some(expires) = query.expires {
        // The index of migration 0230 requires exactly this text.
        sql.push(" AND expires_at IS NOT NULL AND expires_at ");
        match expires.days() {
            None => sql.push("<= ").push_bind(instant(now)?),
            Some(days) => {
                let end = instant(now)?.checked_add_days(Days::new(days.into())).unwrap_or_default();
                sql.push("> ").push_bind(instant(now)?).push(" AND expires_at <= ").push_bind(end)
            }
        };
    }
    if let Some(needs) = query.needs {
        // The indexes of migrations 0170 and 0230 require exactly these texts.
        match needs {
            Need::Approval => {
                sql.push(" AND check_cause IN ('host-key-unknown', 'host-key-for-another-port')")
            }
            Need::Test => sql.push(" AND check_status = 'not-tested' AND check_cause = 'never-tested'"),
            Need::Switch => sql.push(" AND key_pending"),
            Need::Renewal => {
                sql.push(" AND renewal_due_at IS NOT NULL AND renewal_due_at <= ").push_bind(instant(now)?)
            }
            Need::Review => sql.push(" AND usage_count = 0 AND idle_since < ").push_bind(ago(REVIEW_DAYS)?),
        };
    }
    for Word { pattern, id, fingerprint } in words {
        sql.push(" AND (search LIKE ").push_bind(pattern.clone());
        if let Some((kind, start)) = id {
            sql.push(format_args!(" OR (kind = '{}' AND name ^@ ", kind.as_str()))
                .push_bind(start.clone())
                .push(")");
        }
        if let Some(part) = fingerprint {
            // As an array, which is looked up before and then by the primary key, so that each part has its index.
            sql.push(
                " OR id = ANY (ARRAY(SELECT secret_id FROM git_keys WHERE NOT pending AND fingerprint LIKE ",
            )
            .push_bind(part.clone())
            .push("))");
        }
        sql.push(")");
    }
    match visible {
        Restriction::None => {}
        Restriction::Prefix(prefix) => {
            sql.push(" AND name ^@ ").push_bind(prefix.clone());
        }
        Restriction::Secrets(ids) => {
            let (kinds, names) = kinds_and_names(ids);
            sql.push(" AND (kind, name) IN (SELECT * FROM unnest(").push_bind(kinds);
            sql.push("::text[], ").push_bind(names).push("::text[]))");
        }
    }
    Ok(())
}
