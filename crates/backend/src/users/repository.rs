//! All SQL about users.

use crate::{
    context::Ctx,
    db::instant,
    keyring::{
        guarded::{Guarded, NewMacs, Stale},
        mac::{Message, Purpose},
    },
    work::Work,
};
use chrono::{DateTime, Utc};
use domain::{
    access::{Role, UserName},
    time::Timestamp,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// The lock of whoever changes the administrators, until the end of the transaction; the number is arbitrary.
const ACCESS_LOCK: i64 = 0x6c61_7463_685f_6163;

/// The properties of a user that may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSummary {
    /// The name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// Whether the user may not sign in.
    pub disabled: bool,
    /// Whether the user has chosen a password.
    pub has_password: bool,
    /// The time of the last sign-in, if any.
    pub signed_in_at: Option<Timestamp>,
    /// The number of sessions.
    pub sessions: u32,
    /// The issuer who vouches for the user, if they sign in at a provider; their role is then that of their groups there.
    pub issuer: Option<String>,
    /// The time since which the user's API tokens are rejected, because the provider has denied or signed out the user.
    pub suspended_at: Option<Timestamp>,
    /// The number of API tokens that are neither revoked nor expired.
    pub tokens: u32,
}

#[derive(Debug)]
struct ListRow {
    name: String,
    role: String,
    disabled: bool,
    has_password: bool,
    signed_in_at: Option<DateTime<Utc>>,
    sessions: i64,
    oidc_issuer: Option<String>,
    suspended_at: Option<DateTime<Utc>>,
    tokens: i64,
}

impl TryFrom<ListRow> for UserSummary {
    type Error = sqlx::Error;

    fn try_from(row: ListRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            name: row.name,
            role: role(&row.role)?,
            disabled: row.disabled,
            has_password: row.has_password,
            signed_in_at: row.signed_in_at.map(crate::db::timestamp),
            sessions: u32::try_from(row.sessions).unwrap_or_default(),
            issuer: row.oidc_issuer,
            suspended_at: row.suspended_at.map(crate::db::timestamp),
            tokens: u32::try_from(row.tokens).unwrap_or_default(),
        })
    }
}

/// Parses a stored role.
pub(crate) fn role(text: &str) -> Result<Role, sqlx::Error> {
    Role::parse(text).ok_or_else(|| sqlx::Error::Decode("a stored role is none".into()))
}

/// A user, as far as signing in goes.
#[derive(Clone, Debug)]
pub(crate) struct UserRow {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) password_hash: Option<String>,
    pub(crate) disabled: bool,
    pub(crate) oidc_issuer: Option<String>,
    pub(crate) oidc_subject: Option<String>,
    pub(crate) signed_in_at: Option<DateTime<Utc>>,
    /// The time since which the user's API tokens are rejected until they sign in at the provider again.
    pub(crate) suspended_at: Option<DateTime<Utc>>,
    /// The time from which the limit since the last sign-in counts for the user's API tokens, if it is later than that
    /// sign-in.
    pub(crate) tokens_kept_from: Option<DateTime<Utc>>,
    /// The code that vouches for the row.
    pub(crate) mac: Option<Vec<u8>>,
}

impl UserRow {
    /// Returns the message for the MAC of a user: everything that their rights follow from.
    pub(crate) fn message(&self) -> Message {
        Message::new(Purpose::User)
            .bytes(self.id.as_bytes())
            .text(&self.name)
            .text(&self.role)
            .maybe(self.password_hash.as_ref())
            .number(self.disabled.into())
            .maybe(self.oidc_issuer.as_ref())
            .maybe(self.oidc_subject.as_ref())
            .maybe_number(self.signed_in_at.map(|at| at.timestamp_micros()))
            .maybe_number(self.suspended_at.map(|at| at.timestamp_micros()))
            .maybe_number(self.tokens_kept_from.map(|at| at.timestamp_micros()))
    }

    /// Returns the name by which a record reports that the portal did not write it.
    pub(crate) fn called(&self) -> String {
        format!("user {}", self.name)
    }
}

/// Selects `UserRow`s by the rest of a statement.
macro_rules! select_users {
    ($rest:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            UserRow,
            "SELECT id, name, role, password_hash, disabled, oidc_issuer, oidc_subject, signed_in_at, suspended_at, \
             tokens_kept_from, mac FROM users "
                + $rest
            $(, $argument)*
        )
    };
}

/// Returns the row, if the portal wrote it.
fn vouched(work: &Work, row: Option<UserRow>) -> Result<Option<UserRow>, sqlx::Error> {
    let Some(row) = row else { return Ok(None) };
    let ours = work.vouches(&row.message(), row.mac.as_deref(), || row.called())?;
    Ok(ours.then_some(row))
}

/// Returns the user with this name. A row that the portal did not write counts as missing.
pub(crate) async fn find(work: &mut Work, name: &str) -> Result<Option<UserRow>, sqlx::Error> {
    let row = find_unproven(work, name).await?;
    vouched(work, row)
}

/// Returns the user with this id. A row that the portal did not write counts as missing.
pub(crate) async fn find_by_id(work: &mut Work, id: Uuid) -> Result<Option<UserRow>, sqlx::Error> {
    let row = select_users!("WHERE id = $1", id).fetch_optional(&mut **work).await?;
    vouched(work, row)
}

/// Returns the row with this name, whoever wrote it.
pub(crate) async fn find_unproven(
    connection: &mut PgConnection,
    name: &str,
) -> Result<Option<UserRow>, sqlx::Error> {
    select_users!("WHERE name = $1", name).fetch_optional(connection).await
}

/// Returns whether one of these is the name of a user.
pub(crate) async fn any_named(connection: &mut PgConnection, names: &[String]) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!("SELECT EXISTS (SELECT FROM users WHERE name = ANY($1)) AS \"found!\"", names)
        .fetch_one(connection)
        .await
}

/// Suspends the API tokens of a user until they sign in at the provider again. Returns whether they were accepted until now.
pub(crate) async fn suspend(work: &mut Work, ctx: &Ctx, user: &UserRow) -> Result<bool, sqlx::Error> {
    if user.suspended_at.is_some() {
        return Ok(false);
    }
    let now = instant(ctx.now)?;
    Ok(change(work, user.id, |row| row.suspended_at = Some(now)).await?.is_some())
}

/// Resumes the API tokens of a user; returns whether they were suspended until now.
pub(crate) async fn resume(work: &mut Work, user: &UserRow) -> Result<bool, sqlx::Error> {
    Ok(user.suspended_at.is_some() && change(work, user.id, |row| row.suspended_at = None).await?.is_some())
}

/// Returns the user for whom this issuer vouches under this subject. A row that the portal did not write counts as missing.
pub(crate) async fn find_by_subject(
    work: &mut Work,
    issuer: &str,
    subject: &str,
) -> Result<Option<UserRow>, sqlx::Error> {
    let row = select_users!("WHERE oidc_issuer = $1 AND oidc_subject = $2", issuer, subject)
        .fetch_optional(&mut **work)
        .await?;
    vouched(work, row)
}

/// Changes what a user's rights follow from, in a row that the portal wrote; any other row stays as it is.
pub(crate) async fn change(
    work: &mut Work,
    id: Uuid,
    change: impl FnOnce(&mut UserRow),
) -> Result<Option<UserRow>, sqlx::Error> {
    let row = select_users!("WHERE id = $1 FOR UPDATE", id).fetch_optional(&mut **work).await?;
    let Some(mut row) = vouched(work, row)? else { return Ok(None) };
    change(&mut row);
    let mac = work.sign(&row.message()).await?;
    sqlx::query!(
        "UPDATE users SET role = $2, password_hash = $3, disabled = $4, oidc_issuer = $5, \
         oidc_subject = $6, signed_in_at = $7, mac = $8, suspended_at = $9, tokens_kept_from = $10 WHERE id = $1",
        row.id,
        &row.role,
        row.password_hash.as_deref(),
        row.disabled,
        row.oidc_issuer.as_deref(),
        row.oidc_subject.as_deref(),
        row.signed_in_at,
        &mac,
        row.suspended_at,
        row.tokens_kept_from
    )
    .execute(&mut **work)
    .await?;
    Ok(Some(UserRow { mac: Some(mac), ..row }))
}

/// Returns the users of this issuer who have a session here that belongs to this one there.
pub(crate) async fn of_provider_session(
    work: &mut Work,
    issuer: &str,
    provider_session: &str,
) -> Result<Vec<UserRow>, sqlx::Error> {
    let rows = select_users!(
        "WHERE oidc_issuer = $1 AND id IN (SELECT user_id FROM sessions WHERE provider_session = $2) ORDER BY id",
        issuer,
        provider_session
    )
    .fetch_all(&mut **work)
    .await?;
    let vouched = rows.into_iter().map(|row| vouched(work, Some(row))).collect::<Result<Vec<_>, _>>()?;
    Ok(vouched.into_iter().flatten().collect())
}

/// Adds a user for whom this issuer vouches under this subject.
pub(crate) async fn insert_vouched(
    work: &mut Work,
    ctx: &Ctx,
    name: &UserName,
    role: Role,
    (issuer, subject): (&str, &str),
) -> Result<UserRow, sqlx::Error> {
    let id = insert(work, ctx, name, role, None).await?;
    let vouched_for = change(work, id, |row| {
        row.oidc_issuer = Some(issuer.to_owned());
        row.oidc_subject = Some(subject.to_owned());
    });
    vouched_for.await?.ok_or(sqlx::Error::RowNotFound)
}

/// Prevents others from changing users until the end of the transaction.
pub(crate) async fn lock(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", ACCESS_LOCK).execute(connection).await.map(drop)
}

/// Returns whether there is any user, except those for whom a provider vouches and who are not administrators: they could not
/// add anybody else.
pub(super) async fn any(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM users WHERE oidc_issuer IS NULL OR role = 'admin') AS \"any!\""
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn insert(
    work: &mut Work,
    ctx: &Ctx,
    name: &UserName,
    role: Role,
    password_hash: Option<&str>,
) -> Result<Uuid, sqlx::Error> {
    let id = crate::random::sortable_id();
    let row = UserRow {
        id,
        name: name.as_str().to_owned(),
        role: role.as_str().to_owned(),
        password_hash: password_hash.map(str::to_owned),
        disabled: false,
        oidc_issuer: None,
        oidc_subject: None,
        signed_in_at: None,
        suspended_at: None,
        tokens_kept_from: None,
        mac: None,
    };
    let mac = work.sign(&row.message()).await?;
    sqlx::query!(
        "INSERT INTO users (id, name, role, password_hash, created_at, created_by, mac) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        name.as_str(),
        role.as_str(),
        password_hash,
        instant(ctx.now)?,
        ctx.actor.name(),
        mac
    )
    .execute(&mut **work)
    .await?;
    Ok(id)
}

/// Returns how many administrators may sign in besides this user. Those of a provider count only for each other, because
/// whether they still are administrators shows when they sign in again.
pub(super) async fn other_admins(connection: &mut PgConnection, user: &UserRow) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\" FROM users WHERE role = 'admin' AND NOT disabled AND id <> $1 \
         AND (oidc_issuer IS NULL OR $2)",
        user.id,
        user.oidc_issuer.is_some()
    )
    .fetch_one(connection)
    .await
}

/// Returns the names of a few who can help.
pub(crate) async fn admins(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!("SELECT name FROM users WHERE role = 'admin' AND NOT disabled ORDER BY name LIMIT 5")
        .fetch_all(connection)
        .await
}

pub(crate) async fn set_role(work: &mut Work, id: Uuid, role: Role) -> Result<(), sqlx::Error> {
    change(work, id, |row| role.as_str().clone_into(&mut row.role)).await.map(drop)
}

pub(super) async fn set_disabled(work: &mut Work, id: Uuid, disabled: bool) -> Result<(), sqlx::Error> {
    change(work, id, |row| row.disabled = disabled).await.map(drop)
}

/// Stores a password's hash; deletes the links to choose one.
pub(super) async fn set_password(work: &mut Work, id: Uuid, hash: Option<&str>) -> Result<(), sqlx::Error> {
    change(work, id, |row| row.password_hash = hash.map(str::to_owned)).await?;
    sqlx::query!("DELETE FROM one_time_links WHERE user_id = $1", id).execute(&mut **work).await.map(drop)
}

/// Notes that the user has signed in.
pub(crate) async fn note_sign_in(work: &mut Work, ctx: &Ctx, id: Uuid) -> Result<(), sqlx::Error> {
    let now = instant(ctx.now)?;
    change(work, id, |row| row.signed_in_at = Some(now)).await.map(drop)
}

/// Selects `ListRow`s by the rest of a statement, as they are at the time in the first argument.
macro_rules! select_summaries {
    ($rest:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            ListRow,
            "SELECT name, role, disabled, password_hash IS NOT NULL AS \"has_password!\", signed_in_at, oidc_issuer, \
             suspended_at, (SELECT count(*) FROM sessions WHERE user_id = users.id) AS \"sessions!\", \
             (SELECT count(*) FROM api_tokens WHERE user_id = users.id AND revoked_at IS NULL \
             AND (expires_at IS NULL OR expires_at > $1)) AS \"tokens!\" FROM users "
                + $rest
            $(, $argument)*
        )
    };
}

/// Returns users in the order of their names, after this one.
pub(super) async fn list(
    connection: &mut PgConnection,
    search: &str,
    after: &str,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<UserSummary>, sqlx::Error> {
    let rows = select_summaries!(
        "WHERE strpos(name, $2) > 0 AND name > $3 ORDER BY name LIMIT $4",
        instant(now)?,
        search,
        after,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(UserSummary::try_from).collect()
}

/// Returns a user.
pub(super) async fn get(
    connection: &mut PgConnection,
    name: &str,
    now: Timestamp,
) -> Result<Option<UserSummary>, sqlx::Error> {
    let row = select_summaries!("WHERE name = $2", instant(now)?, name).fetch_optional(connection).await?;
    row.map(UserSummary::try_from).transpose()
}

/// Returns users whose MACs are to be renewed, locked until the end of the transaction.
pub(crate) async fn guarded(
    connection: &mut PgConnection,
    stale: Stale<'_>,
    limit: i64,
) -> Result<Vec<Guarded<Uuid>>, sqlx::Error> {
    let rows = select_users!(
        "WHERE ($1::text IS NULL AND mac IS NULL) OR substr(mac, 1, 8) <> decode($1, 'hex') \
         ORDER BY id LIMIT $2 FOR UPDATE",
        stale.bound(),
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Guarded { key: row.id, message: row.message(), mac: row.mac }).collect())
}

/// Sets the language of a user's pages; returns whether it is another one than before.
pub(super) async fn set_language(
    connection: &mut PgConnection,
    id: Uuid,
    language: Option<&str>,
) -> Result<bool, sqlx::Error> {
    sqlx::query!(
        "UPDATE users SET language = $2 WHERE id = $1 AND language IS DISTINCT FROM $2",
        id,
        language
    )
    .execute(connection)
    .await
    .map(|changed| changed.rows_affected() > 0)
}

/// Replaces the MACs of users; returns the number of rows.
pub(crate) async fn put_macs(
    connection: &mut PgConnection,
    macs: &NewMacs<Uuid>,
) -> Result<usize, sqlx::Error> {
    let (ids, codes): (Vec<Uuid>, Vec<Option<&[u8]>>) =
        macs.iter().map(|(id, mac)| (*id, mac.as_deref())).unzip();
    sqlx::query!(
        "UPDATE users SET mac = fresh.mac FROM unnest($1::uuid[], $2::bytea[]) AS fresh (id, mac) \
         WHERE users.id = fresh.id",
        &ids,
        &codes as _
    )
    .execute(connection)
    .await?;
    Ok(macs.len())
}
