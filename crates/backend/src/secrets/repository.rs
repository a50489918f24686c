//! All SQL about secrets: the stored row of one, and the list.

use super::{
    rank::rank,
    search::{self, Word},
};
use crate::{
    context::Ctx,
    db::{Connections, instant},
    keyring::{
        IntegrityError,
        guarded::{Guarded, NewMacs, Stale},
        mac::{Message, Purpose},
    },
    revision::Revision,
    work::Work,
};
use chrono::{DateTime, Days, Utc};
use domain::{
    access::Restriction,
    page::{CursorValue, Direction, ListQuery, Need, REVIEW_DAYS, SortColumn},
    secret::{SecretId, SecretKind, SecretName},
    time::Timestamp,
};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, Row, postgres::PgRow};
use uuid::Uuid;

/// The number at which counting the results of a search stops.
pub(super) const COUNT_LIMIT: i64 = 1_000;

/// The constraint that a secret with another's name violates.
pub(crate) const NAME_IS_UNIQUE: &str = "secrets_kind_name_unique";

/// A secret without its value.
#[derive(Clone, Debug)]
pub(crate) struct SecretRow {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) display_name: String,
    pub(crate) registry_host: Option<String>,
    pub(crate) registry_username: Option<String>,
    /// The registry host for which the value was typed. A trigger keeps it, by the same rule as `changed` does.
    pub(crate) value_host: Option<String>,
    pub(crate) version: i64,
    pub(crate) value_version: i64,
    pub(crate) submission: Option<Uuid>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) updated_by: String,
    pub(crate) check_target: Option<String>,
    pub(crate) known_hosts: String,
    /// The code that vouches for what its value belongs to.
    pub(crate) mac: Option<Vec<u8>>,
}

/// Selects `SecretRow`s by the rest of a statement.
macro_rules! select_secrets {
    ($rest:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            SecretRow,
            "SELECT id, kind, name, display_name, registry_host, registry_username, value_host, version, \
             value_version, submission, updated_at, updated_by, check_target, known_hosts, mac \
             FROM secrets "
                + $rest
            $(, $argument)*
        )
    };
}

/// The context of a sealed value: its type and name, where it may be sent, and what consumers get beside it.
pub(super) struct Binding<'a> {
    pub(super) id: Uuid,
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    pub(super) registry_host: Option<&'a str>,
    pub(super) registry_username: Option<&'a str>,
    pub(super) value_host: Option<&'a str>,
    pub(super) value_version: i64,
    pub(super) check_target: Option<&'a str>,
    pub(super) known_hosts: &'a str,
}

impl Binding<'_> {
    pub(super) fn message(&self) -> Message {
        Message::new(Purpose::Secret)
            .bytes(self.id.as_bytes())
            .text(self.kind)
            .text(self.name)
            .maybe(self.registry_host)
            .maybe(self.registry_username)
            .maybe(self.value_host)
            .number(self.value_version)
            .maybe(self.check_target)
            .text(self.known_hosts)
    }
}

impl SecretRow {
    fn message(&self) -> Message {
        Binding {
            id: self.id,
            kind: &self.kind,
            name: &self.name,
            registry_host: self.registry_host.as_deref(),
            registry_username: self.registry_username.as_deref(),
            value_host: self.value_host.as_deref(),
            value_version: self.value_version,
            check_target: self.check_target.as_deref(),
            known_hosts: &self.known_hosts,
        }
        .message()
    }

    /// Verifies that the portal itself gave its value this name and place. If somebody else did, logs and records that.
    ///
    /// Errors: somebody else changed the row.
    pub(crate) fn prove(&self, db: &Connections, id: &SecretId) -> Result<(), IntegrityError> {
        let is_asked_for = self.kind == id.kind.as_str() && self.name == id.name.as_str();
        let ours = db.vouches(&self.message(), self.mac.as_deref(), || format!("secret {id}"));
        if is_asked_for && ours.unwrap_or(false) { Ok(()) } else { Err(IntegrityError) }
    }

    pub(super) fn revision(&self) -> Revision {
        Revision { row: self.id, version: self.version }
    }
}

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
    /// The total over all pages; the same in each row.
    pub(super) total: i64,
}

/// The columns of a `ListRow`, in its order: a page has many rows, and a name is looked up for longer than a place.
const LIST_ROW: &str = "kind, name, display_name, registry_host, registry_username, updated_at, updated_by, algorithm, fingerprint, \
    check_status, check_cause, used_by, last_read_at, check_target, total";

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
            total: row.try_get(14)?,
        })
    }
}

pub(crate) async fn find(
    connection: &mut PgConnection,
    id: &SecretId,
) -> Result<Option<SecretRow>, sqlx::Error> {
    select_secrets!(
        "WHERE kind = $1 AND name = $2 AND deleted_at IS NULL",
        id.kind.as_str(),
        id.name.as_str()
    )
    .fetch_optional(connection)
    .await
}

/// Locks the row until the end of the transaction.
pub(crate) async fn lock(
    connection: &mut PgConnection,
    id: &SecretId,
) -> Result<Option<SecretRow>, sqlx::Error> {
    select_secrets!(
        "WHERE kind = $1 AND name = $2 AND deleted_at IS NULL FOR UPDATE",
        id.kind.as_str(),
        id.name.as_str()
    )
    .fetch_optional(connection)
    .await
}

/// Writes the row, which has been proved, and returns its new version.
pub(crate) async fn update(work: &mut Work, ctx: &Ctx, row: SecretRow) -> Result<i64, sqlx::Error> {
    let mac = work.sign(&row.message()).await?;
    sqlx::query_scalar!(
        "UPDATE secrets SET display_name = $2, registry_host = $3, registry_username = $4, \
         value_version = $5, updated_at = $6, updated_by = $7, check_target = $8, known_hosts = $9, mac = $10, \
         version = version + 1 WHERE id = $1 RETURNING version",
        row.id,
        row.display_name,
        row.registry_host,
        row.registry_username,
        row.value_version,
        instant(ctx.now)?,
        ctx.actor.name(),
        row.check_target,
        row.known_hosts,
        mac
    )
    .fetch_one(&mut **work)
    .await
}

/// Returns secrets whose MACs are to be renewed, locked until the end of the transaction.
pub(crate) async fn guarded(
    connection: &mut PgConnection,
    stale: Stale<'_>,
    limit: i64,
) -> Result<Vec<Guarded<Uuid>>, sqlx::Error> {
    let rows = select_secrets!(
        "WHERE ($1::text IS NULL AND mac IS NULL) OR substr(mac, 1, 8) <> decode($1, 'hex') \
         ORDER BY id LIMIT $2 FOR UPDATE",
        stale.bound(),
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Guarded { key: row.id, message: row.message(), mac: row.mac }).collect())
}

/// Replaces the MACs of secrets; returns the number of rows.
pub(crate) async fn put_macs(
    connection: &mut PgConnection,
    macs: &NewMacs<Uuid>,
) -> Result<usize, sqlx::Error> {
    let (ids, codes): (Vec<Uuid>, Vec<Option<&[u8]>>) =
        macs.iter().map(|(id, mac)| (*id, mac.as_deref())).unzip();
    sqlx::query!(
        "UPDATE secrets SET mac = fresh.mac FROM unnest($1::uuid[], $2::bytea[]) AS fresh (id, mac) \
         WHERE secrets.id = fresh.id",
        &ids,
        &codes as _
    )
    .execute(connection)
    .await?;
    Ok(macs.len())
}

/// Returns those of these secrets that exist, each with its test target.
pub(super) async fn targets(
    connection: &mut PgConnection,
    ids: &[SecretId],
) -> Result<Vec<(SecretId, Option<String>)>, sqlx::Error> {
    let (kinds, names) = kinds_and_names(ids);
    let rows = sqlx::query!(
        "SELECT kind, name, check_target FROM secrets \
         WHERE (kind, name) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND deleted_at IS NULL",
        &kinds as _,
        &names
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((stored_id(&row.kind, &row.name)?, row.check_target))).collect()
}

pub(crate) fn stored_id(kind: &str, name: &str) -> Result<SecretId, sqlx::Error> {
    let id = SecretKind::parse(kind).zip(SecretName::parse(name).ok());
    let (kind, name) = id.ok_or_else(|| sqlx::Error::Decode("a stored id is none".into()))?;
    Ok(SecretId::new(kind, name))
}

/// Updates the planner's statistics, after many rows were added at once.
#[expect(clippy::disallowed_methods, reason = "VACUUM has neither parameters nor columns to check")]
pub(super) async fn refresh_statistics(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    // New rows wait in a list, through which every search has to read, before they get into the index proper.
    sqlx::query_scalar!("SELECT gin_clean_pending_list('secrets_by_search')")
        .fetch_one(&mut *connection)
        .await?;
    sqlx::raw_sql("VACUUM (ANALYZE) secrets, secret_values, git_keys").execute(connection).await.map(drop)
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
}

/// Returns rows in the direction of the request, each with the total.
pub(super) async fn list(
    connection: &mut PgConnection,
    request: &PageRequest<'_>,
) -> Result<Vec<ListRow>, sqlx::Error> {
    let PageRequest { query, visible, direction, after, skip, limit, now } = request;
    let words = search::parse(&query.search);
    let mut sql = QueryBuilder::<Postgres>::new(format!(
        "SELECT {LIST_ROW} FROM (SELECT id, kind, name, display_name, registry_host, \
         updated_at, updated_by, check_status, CASE WHEN check_cause = 'never-tested' AND kind = 'git-dataset' \
         AND check_target IS NULL THEN 'no-repository' ELSE check_cause END AS check_cause, registry_username, used_by, \
         last_read_at, last_used_minute, status_rank, check_target, ("
    ));
    if !query.is_counted() && **visible == Restriction::None {
        sql.push("SELECT coalesce(sum(count), 0)::bigint FROM secret_counts WHERE ");
        of_kind(&mut sql, query.kind);
    } else {
        sql.push("SELECT count(*) FROM (SELECT FROM secrets WHERE ");
        filter(&mut sql, query, &words, visible, *now)?;
        sql.push(format_args!(" LIMIT {}) AS counted", COUNT_LIMIT + 1));
    }
    sql.push(") AS total FROM secrets WHERE ");
    filter(&mut sql, query, &words, visible, *now)?;

    // Within one type, the type is not part of the order, so that the index that begins with it applies.
    let columns = match (query.sort, query.kind) {
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
        (SortColumn::Updated, None) => "updated_at, name, kind",
        (SortColumn::Updated, Some(_)) => "updated_at, name",
    };
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
                (_, CursorValue::LastUsed(at) | CursorValue::Updated(at)) => values.push_bind(instant(*at)?),
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
    sql.push(format_args!(
        " ORDER BY {order} LIMIT {limit} OFFSET {skip}) AS page LEFT JOIN LATERAL (SELECT algorithm, fingerprint FROM git_keys \
         WHERE secret_id = page.id AND NOT pending AND page.kind = 'git-dataset' LIMIT 1) AS key ON true ORDER BY {order}"
    ));
    sql.build_query_as().fetch_all(connection).await
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
    if let Some(needs) = query.needs {
        // The indexes of migration 0170 require exactly these texts.
        match needs {
            Need::Approval => {
                sql.push(" AND check_cause IN ('host-key-unknown', 'host-key-for-another-port')")
            }
            Need::Test => sql.push(" AND check_status = 'not-tested' AND check_cause = 'never-tested'"),
            Need::Switch => sql.push(" AND key_pending"),
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

/// Returns the ids in the two columns in which they are stored.
pub(crate) fn kinds_and_names(ids: &[SecretId]) -> (Vec<&'static str>, Vec<String>) {
    ids.iter().map(|id| (id.kind.as_str(), id.name.as_str().to_owned())).unzip()
}
