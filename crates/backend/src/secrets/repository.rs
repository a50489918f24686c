//! The SQL about the stored row of a secret.

use crate::{
    context::Ctx,
    db::{Connections, instant, timestamp},
    keyring::{
        IntegrityError,
        guarded::{Guarded, NewMacs, Stale},
        mac::{Message, Purpose},
    },
    revision::Revision,
    work::Work,
};
use chrono::{DateTime, Utc};
use domain::{
    secret::{Dates, SecretId, SecretKind, SecretName},
    time::Timestamp,
};
use sqlx::PgConnection;
use uuid::Uuid;

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
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) renew_every_days: Option<i32>,
    pub(crate) stop_when_expired: bool,
    /// The time at which the value was stored. A trigger keeps it.
    pub(crate) value_changed_at: DateTime<Utc>,
    /// The code that vouches for what its value belongs to.
    pub(crate) mac: Option<Vec<u8>>,
}

/// Selects `SecretRow`s by the rest of a statement.
macro_rules! select_secrets {
    ($rest:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            SecretRow,
            "SELECT id, kind, name, display_name, registry_host, registry_username, value_host, version, \
             value_version, submission, updated_at, updated_by, check_target, known_hosts, expires_at, renew_every_days, \
             stop_when_expired, value_changed_at, mac FROM secrets "
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
    /// The time after which the value is not handed out any more; `None` if it is handed out whatever its dates are.
    pub(super) stops: Option<Stop>,
}

/// The wish of a secret's owner that its value is not handed out after its end, which may be yet to come with a new value.
#[derive(Clone, Copy)]
pub(super) struct Stop {
    pub(super) expires_at: Option<DateTime<Utc>>,
}

impl Binding<'_> {
    pub(super) fn message(&self) -> Message {
        let message = Message::new(Purpose::Secret)
            .bytes(self.id.as_bytes())
            .text(self.kind)
            .text(self.name)
            .maybe(self.registry_host)
            .maybe(self.registry_username)
            .maybe(self.value_host)
            .number(self.value_version)
            .maybe(self.check_target)
            .text(self.known_hosts);
        // Other rows keep the message of version 0.1, so that servers of both versions accept each other's. A server of that
        // version rejects a row with such a wish: it would hand the value out after its end.
        match self.stops {
            None => message,
            Some(Stop { expires_at }) => {
                message.text("stops").maybe_number(expires_at.map(|at| timestamp(at).micros()))
            }
        }
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
            stops: self.stop_when_expired.then_some(Stop { expires_at: self.expires_at }),
        }
        .message()
    }

    /// Returns the dates of the value.
    pub(crate) fn dates(&self) -> Dates {
        Dates {
            expires_at: self.expires_at.map(timestamp),
            renew_every_days: self.renew_every_days.and_then(|days| u16::try_from(days).ok()),
            stop_when_expired: self.stop_when_expired,
            value_changed_at: timestamp(self.value_changed_at),
        }
    }

    /// Counts a new value, and forgets an end that has passed, which was that of the value before. Returns whether it did.
    pub(super) fn begin_value(&mut self, now: Timestamp) -> bool {
        self.value_version += 1;
        self.expires_at.take_if(|at| timestamp(*at) <= now).is_some()
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
         expires_at = $11, renew_every_days = $12, stop_when_expired = $13, version = version + 1 \
         WHERE id = $1 RETURNING version",
        row.id,
        row.display_name,
        row.registry_host,
        row.registry_username,
        row.value_version,
        instant(ctx.now)?,
        ctx.actor.name(),
        row.check_target,
        row.known_hosts,
        mac,
        row.expires_at,
        row.renew_every_days,
        row.stop_when_expired
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

/// Returns the ids in the two columns in which they are stored.
pub(crate) fn kinds_and_names(ids: &[SecretId]) -> (Vec<&'static str>, Vec<String>) {
    ids.iter().map(|id| (id.kind.as_str(), id.name.as_str().to_owned())).unzip()
}
