//! All SQL about images and datasets.

use crate::{
    context::Ctx,
    db::{instant, timestamp},
    revision::Revision,
    secrets::search::patterns,
};
use chrono::{DateTime, Utc};
use domain::{
    secret::{SecretId, SecretKind, SecretName},
    usage::{Branch, SecretChoice, Usage, UsageContent, UsageKind, UsageQuery, UsedSecret},
};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// An image or a dataset, with the secret that it uses.
#[derive(Clone, Debug, FromRow)]
pub(super) struct UsageRow {
    pub(super) id: Uuid,
    kind: String,
    name: String,
    pub(super) target: String,
    pub(super) branch: Option<String>,
    pub(super) secret_id: Option<Uuid>,
    pub(super) version: i64,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) updated_by: String,
    #[sqlx(rename = "secret_kind?")]
    secret_kind: Option<String>,
    #[sqlx(rename = "secret_name?")]
    secret_name: Option<String>,
    registry_host: Option<String>,
    #[sqlx(rename = "deleted!")]
    deleted: bool,
}

impl UsageRow {
    pub(super) fn revision(&self) -> Revision {
        Revision { row: self.id, version: self.version }
    }

    /// Returns the secret that it uses.
    pub(super) fn secret(&self) -> Result<Option<SecretId>, sqlx::Error> {
        let (Some(kind), Some(name)) = (&self.secret_kind, &self.secret_name) else { return Ok(None) };
        secret_id(kind, name).map(Some)
    }
}

impl TryFrom<UsageRow> for Usage {
    type Error = sqlx::Error;

    fn try_from(row: UsageRow) -> Result<Self, sqlx::Error> {
        let secret =
            row.secret()?.map(|id| UsedSecret { id, registry_host: row.registry_host, deleted: row.deleted });
        Ok(Self {
            kind: usage_kind(&row.kind)?,
            name: name(&row.name)?,
            target: row.target,
            branch: row.branch,
            secret,
            version: row.version,
            updated_at: timestamp(row.updated_at),
            updated_by: row.updated_by,
        })
    }
}

fn unknown(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("a stored {what} is none").into())
}

pub(super) fn usage_kind(text: &str) -> Result<UsageKind, sqlx::Error> {
    UsageKind::parse(text).ok_or_else(|| unknown("kind"))
}

pub(super) fn name(text: &str) -> Result<SecretName, sqlx::Error> {
    SecretName::parse(text).map_err(|_| unknown("name"))
}

fn secret_id(kind: &str, text: &str) -> Result<SecretId, sqlx::Error> {
    let kind = SecretKind::parse(kind).ok_or_else(|| unknown("kind"))?;
    Ok(SecretId::new(kind, name(text)?))
}

/// Selects `UsageRow`s by the rest of a statement; without a rest, the beginning of a statement that is built at run time.
macro_rules! select_usages {
    (@ $columns:literal) => { $columns };
    (@ $columns:literal $rest:literal $(, $argument:expr)*) => {
        sqlx::query_as!(UsageRow, $columns + $rest $(, $argument)*)
    };
    ($($rest:tt)*) => {
        select_usages!(
            @ "SELECT usages.id, usages.kind, usages.name, target, branch, secret_id, usages.version, \
               usages.updated_at, usages.updated_by, secrets.kind AS \"secret_kind?\", \
               secrets.name AS \"secret_name?\", registry_host, deleted_at IS NOT NULL AS \"deleted!\" \
               FROM usages LEFT JOIN secrets ON secrets.id = secret_id "
            $($rest)*
        )
    };
}

/// Returns the usages that the query asks for, by name.
pub(super) async fn list(
    connection: &mut PgConnection,
    kind: UsageKind,
    query: &UsageQuery,
    limit: usize,
) -> Result<Vec<UsageRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(select_usages!());
    sql.push("WHERE usages.kind = ").push_bind(kind.as_str());
    for word in patterns(&query.search) {
        sql.push(" AND usages.search LIKE ").push_bind(word);
    }
    if let Some(id) = &query.secret {
        sql.push(" AND secret_id = (SELECT id FROM secrets WHERE kind = ").push_bind(id.kind.as_str());
        sql.push(" AND name = ").push_bind(id.name.as_str()).push(" AND deleted_at IS NULL)");
    }
    if let Some(after) = &query.after {
        sql.push(" AND usages.name > ").push_bind(after.as_str());
    }
    sql.push(format_args!(" ORDER BY usages.name LIMIT {limit}"));
    sql.build_query_as().fetch_all(connection).await
}

pub(super) async fn find(
    connection: &mut PgConnection,
    kind: UsageKind,
    name: &SecretName,
) -> Result<Option<UsageRow>, sqlx::Error> {
    select_usages!("WHERE usages.kind = $1 AND usages.name = $2", kind.as_str(), name.as_str())
        .fetch_optional(connection)
        .await
}

/// Locks the row until the end of the transaction. The rows of its secrets must be locked before: whoever removes a secret
/// has that row, and then wants those of its usages.
pub(super) async fn lock(
    connection: &mut PgConnection,
    kind: UsageKind,
    name: &SecretName,
) -> Result<Option<UsageRow>, sqlx::Error> {
    select_usages!(
        "WHERE usages.kind = $1 AND usages.name = $2 FOR UPDATE OF usages",
        kind.as_str(),
        name.as_str()
    )
    .fetch_optional(connection)
    .await
}

/// Returns the row of the chosen secret, if there is one; a deleted one only if it was chosen before. Locks it and the row of
/// the previous secret until the end of the transaction, in one order, because both counts change.
pub(super) async fn lock_secret(
    connection: &mut PgConnection,
    chosen: Option<&SecretId>,
    before: Option<Uuid>,
) -> Result<Option<Uuid>, sqlx::Error> {
    let mut rows = sqlx::query!(
        "SELECT id, kind, name, deleted_at IS NOT NULL AS \"deleted!\" FROM secrets \
         WHERE id = $1 OR (kind = $2 AND name = $3 AND deleted_at IS NULL) ORDER BY id FOR UPDATE",
        before,
        chosen.map(|id| id.kind.as_str()),
        chosen.map(|id| id.name.as_str())
    )
    .fetch_all(connection)
    .await?;
    let Some(chosen) = chosen else { return Ok(None) };
    rows.retain(|row| row.kind == chosen.kind.as_str() && row.name == chosen.name.as_str());
    Ok(rows.iter().min_by_key(|row| row.deleted).map(|row| row.id))
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    ctx: &Ctx,
    name: &SecretName,
    content: &UsageContent,
    secret: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO usages (id, kind, name, target, branch, secret_id, version, created_at, updated_at, \
         updated_by) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7, $8)",
        crate::random::sortable_id(),
        content.target.kind().as_str(),
        name.as_str(),
        content.target.as_str(),
        content.branch.as_ref().map(Branch::as_str),
        secret,
        instant(ctx.now)?,
        ctx.actor.name()
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Writes the row and returns its new version.
pub(super) async fn update(
    connection: &mut PgConnection,
    ctx: &Ctx,
    id: Uuid,
    content: &UsageContent,
    secret: Option<Uuid>,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "UPDATE usages SET target = $2, branch = $3, secret_id = $4, version = version + 1, \
         updated_at = $5, updated_by = $6 WHERE id = $1 RETURNING version",
        id,
        content.target.as_str(),
        content.branch.as_ref().map(Branch::as_str),
        secret,
        instant(ctx.now)?,
        ctx.actor.name()
    )
    .fetch_one(connection)
    .await
}

/// Deletes the row; returns whether there was one.
pub(super) async fn delete(
    connection: &mut PgConnection,
    kind: UsageKind,
    name: &SecretName,
) -> Result<bool, sqlx::Error> {
    let deleted =
        sqlx::query!("DELETE FROM usages WHERE kind = $1 AND name = $2", kind.as_str(), name.as_str())
            .execute(connection);
    Ok(deleted.await?.rows_affected() > 0)
}

/// A condition on the secrets that are looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Among<'a> {
    /// All secrets.
    All,
    /// Secrets for one of these registry hosts.
    Registries(&'a [String]),
    /// Secrets whose known hosts contain this text.
    KnownHosts(&'a str),
    /// The secret with this id.
    One(&'a SecretId),
}

/// A secret that may be chosen, with the hosts that it trusts.
#[derive(Clone, Debug, FromRow)]
pub(super) struct ChoiceRow {
    kind: String,
    name: String,
    display_name: String,
    pub(super) registry_host: Option<String>,
    registry_username: Option<String>,
    pub(super) known_hosts: String,
}

impl ChoiceRow {
    pub(super) fn choice(self, suggested: bool) -> Result<SecretChoice, sqlx::Error> {
        Ok(SecretChoice {
            id: secret_id(&self.kind, &self.name)?,
            display_name: self.display_name,
            account: self.registry_host.zip(self.registry_username),
            suggested,
        })
    }
}

/// Returns secrets of this type that match the search, by name.
pub(super) async fn secrets(
    connection: &mut PgConnection,
    kind: SecretKind,
    search: &str,
    among: Among<'_>,
    limit: usize,
) -> Result<Vec<ChoiceRow>, sqlx::Error> {
    // Written out, so that the planner knows its frequency: one of two words of ours.
    let mut sql = QueryBuilder::<Postgres>::new(format!(
        "SELECT kind, name, display_name, registry_host, registry_username, known_hosts FROM secrets \
         WHERE deleted_at IS NULL AND kind = '{}'",
        kind.as_str()
    ));
    for word in patterns(search) {
        sql.push(" AND search LIKE ").push_bind(word);
    }
    match among {
        Among::All => &mut sql,
        Among::Registries(hosts) => sql.push(" AND registry_host = ANY (").push_bind(hosts).push(")"),
        Among::KnownHosts(host) => {
            let pattern = patterns(host).into_iter().next().unwrap_or_default();
            sql.push(" AND known_hosts <> '' AND known_hosts LIKE ").push_bind(pattern)
        }
        Among::One(id) => sql.push(" AND name = ").push_bind(id.name.as_str()),
    };
    sql.push(" ORDER BY ");
    if let Among::Registries(hosts) = among {
        // As clients look them up: the account with the longest path first.
        sql.push("array_position(").push_bind(hosts).push(", registry_host), ");
    }
    sql.push(format_args!("name LIMIT {limit}"));
    sql.build_query_as().fetch_all(connection).await
}
