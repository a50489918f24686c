//! All SQL about the versions of values.

use crate::{
    context::Ctx,
    db::{Connections, instant, timestamp},
    error::IntegrityError,
    keyring::{
        Location, SealedValue, ValueField,
        guarded::{Guarded, NewMacs, Stale},
        mac::{Message, Purpose},
    },
    secrets::{
        repository::{SecretRow, stored_id},
        retention::KeepVersions,
        values::repository as values,
    },
    work::Work,
};
use chrono::{DateTime, Utc};
use domain::{
    connection_test::TestCause,
    secret::{
        SecretId, SecretVersion, SshKeyAlgorithm, SshKeyFacts, StoredSshKey, VersionReason, VersionState,
    },
};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// The facts that belong to an earlier value, and come back into use with it.
#[derive(Clone, Debug)]
pub(crate) struct VersionRow {
    pub(crate) secret_id: Uuid,
    pub(crate) number: i64,
    pub(crate) registry_host: Option<String>,
    pub(crate) registry_username: Option<String>,
    /// The registry host for which the value was typed.
    pub(crate) value_host: Option<String>,
    key_algorithm: Option<String>,
    key_bits: Option<i32>,
    fingerprint: Option<String>,
    key_comment: Option<String>,
    public_key: Option<String>,
    /// The end of the value, if `end_kept`; a server that kept no ends has left none.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) end_kept: bool,
    /// The code that vouches for all of these.
    mac: Option<Vec<u8>>,
}

impl VersionRow {
    /// Returns the facts of the value in use, before another takes its place.
    fn of(row: &SecretRow, key: StoredSshKey) -> Self {
        let facts = match key {
            StoredSshKey::Known(facts) => Some(facts),
            StoredSshKey::Unreadable | StoredSshKey::Unknown => None,
        };
        Self {
            secret_id: row.id,
            number: row.value_version,
            registry_host: row.registry_host.clone(),
            registry_username: row.registry_username.clone(),
            value_host: row.value_host.clone(),
            key_algorithm: facts.as_ref().map(|facts| facts.algorithm.as_str().to_owned()),
            key_bits: facts.as_ref().map(|facts| i32::try_from(facts.bits).unwrap_or(i32::MAX)),
            fingerprint: facts.as_ref().map(|facts| facts.fingerprint.clone()),
            key_comment: facts.as_ref().map(|facts| facts.comment.clone()),
            public_key: facts.map(|facts| facts.public_key),
            expires_at: row.expires_at,
            end_kept: true,
            mac: None,
        }
    }

    fn message(&self) -> Message {
        let message = Message::new(Purpose::SecretVersion)
            .bytes(self.secret_id.as_bytes())
            .number(self.number)
            .maybe(self.registry_host.as_deref())
            .maybe(self.registry_username.as_deref())
            .maybe(self.value_host.as_deref())
            .maybe(self.key_algorithm.as_deref())
            .maybe_number(self.key_bits.map(i64::from))
            .maybe(self.fingerprint.as_deref())
            .maybe(self.key_comment.as_deref())
            .maybe(self.public_key.as_deref());
        // Rows of a server that kept no ends keep their message.
        if self.end_kept {
            message.text("end").maybe_number(self.expires_at.map(|at| timestamp(at).micros()))
        } else {
            message
        }
    }

    /// Verifies that the portal itself wrote which host and account the earlier value is for. If somebody else did, logs and
    /// records that.
    ///
    /// Errors: somebody else changed the row.
    pub(crate) fn prove(&self, db: &Connections, id: &SecretId) -> Result<(), IntegrityError> {
        let what = || format!("version {} of secret {id}", self.number);
        let ours = db.vouches(&self.message(), self.mac.as_deref(), what);
        if ours.unwrap_or(false) { Ok(()) } else { Err(IntegrityError) }
    }

    /// Returns what is known of the key.
    pub(crate) fn key(&self) -> Result<Option<SshKeyFacts>, IntegrityError> {
        let (Some(algorithm), Some(bits)) = (&self.key_algorithm, self.key_bits) else { return Ok(None) };
        let (Some(fingerprint), Some(comment), Some(public_key)) =
            (&self.fingerprint, &self.key_comment, &self.public_key)
        else {
            return Ok(None);
        };
        Ok(Some(SshKeyFacts {
            algorithm: SshKeyAlgorithm::parse(algorithm).ok_or(IntegrityError)?,
            bits: u32::try_from(bits).map_err(|_| IntegrityError)?,
            fingerprint: fingerprint.clone(),
            comment: comment.clone(),
            public_key: public_key.clone(),
        }))
    }
}

/// The facts of a version, and its value if that is kept.
pub(crate) type Found = (VersionRow, Option<SealedValue>);

/// A new version of a value.
#[derive(Debug)]
pub(in crate::secrets) struct NewVersion {
    pub(in crate::secrets) place: Location,
    pub(in crate::secrets) sealed: SealedValue,
    pub(in crate::secrets) reason: VersionReason,
    /// The version that a rollback takes the value of.
    pub(in crate::secrets) rolled_back_from: Option<i64>,
}

/// Stores a new version of a value, and keeps the facts of the one before, of which `before` is the proved row with its key;
/// deletes values that are no longer kept.
pub(in crate::secrets) async fn put(
    work: &mut Work,
    ctx: &Ctx,
    keep: KeepVersions,
    (before, key): (&SecretRow, StoredSshKey),
    new: NewVersion,
) -> Result<(), sqlx::Error> {
    finish(work, VersionRow::of(before, key)).await?;
    let NewVersion { place, sealed, reason, rolled_back_from } = new;
    let one = [(place.secret, place.version)];
    insert_many(work, ctx, &one, reason, rolled_back_from).await?;
    values::insert(work, instant(ctx.now)?, std::iter::once((place, sealed))).await?;
    prune(work, place, keep, keep.cutoff(ctx.now)?).await
}

/// Stores that these versions begin. Precedes their values.
pub(in crate::secrets) async fn insert_many(
    connection: &mut PgConnection,
    ctx: &Ctx,
    versions: &[(Uuid, i64)],
    reason: VersionReason,
    rolled_back_from: Option<i64>,
) -> Result<(), sqlx::Error> {
    let now = instant(ctx.now)?;
    let mut sql = QueryBuilder::<Postgres>::new(
        "INSERT INTO secret_versions (secret_id, number, stored_at, stored_by, reason, rolled_back_from) ",
    );
    sql.push_values(versions, |mut row, (secret, number)| {
        row.push_bind(*secret)
            .push_bind(*number)
            .push_bind(now)
            .push_bind(ctx.actor.name())
            .push_bind(reason.code())
            .push_bind(rolled_back_from);
    });
    sql.build().execute(connection).await.map(drop)
}

/// Keeps what belongs to the value in use and its test result, because another value takes its place.
async fn finish(work: &mut Work, row: VersionRow) -> Result<(), sqlx::Error> {
    let mac = work.sign(&row.message()).await?;
    sqlx::query!(
        "UPDATE secret_versions SET registry_host = $3, registry_username = $4, value_host = $5, key_algorithm = $6, \
         key_bits = $7, fingerprint = $8, key_comment = $9, public_key = $10, mac = $11, \
         expires_at = $12, end_kept = $13, \
         check_cause = CASE WHEN secrets.checked_at IS NULL THEN NULL ELSE secrets.check_cause END, \
         checked_at = secrets.checked_at \
         FROM secrets WHERE secrets.id = secret_id AND secret_id = $1 AND number = $2",
        row.secret_id,
        row.number,
        row.registry_host,
        row.registry_username,
        row.value_host,
        row.key_algorithm,
        row.key_bits,
        row.fingerprint,
        row.key_comment,
        row.public_key,
        mac,
        row.expires_at,
        row.end_kept
    )
    .execute(&mut **work)
    .await
    .map(drop)
}

/// Deletes the values of a secret that are no longer kept, now that the one at this place is in use.
async fn prune(
    connection: &mut PgConnection,
    place: Location,
    keep: KeepVersions,
    cutoff: Option<DateTime<Utc>>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM secret_values WHERE secret_id = $1 AND field = $2 AND version < $3::bigint - 1 AND (version <= $3 - $4::bigint \
         OR EXISTS (SELECT FROM secret_versions AS next WHERE next.secret_id = $1 \
             AND next.number = secret_values.version + 1 AND next.stored_at <= $5))",
        place.secret,
        place.field.as_str(),
        place.version,
        keep.count(),
        cutoff
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Deletes up to this number of values that are no longer kept, of whichever secrets; returns the secrets, each once.
pub(in crate::secrets) async fn prune_some(
    connection: &mut PgConnection,
    keep: KeepVersions,
    cutoff: Option<DateTime<Utc>>,
    limit: i64,
) -> Result<Vec<SecretId>, sqlx::Error> {
    // The values of before are few beside the secrets, so that the plan begins with them where it can.
    let rows = sqlx::query!(
        "WITH overdue AS (SELECT old.secret_id, old.field, old.version FROM secret_values AS old \
             JOIN secrets ON secrets.id = old.secret_id \
             WHERE old.field <> $4 AND old.version < value_version - 1 AND (old.version <= value_version - $1 \
             OR EXISTS (SELECT FROM secret_versions AS next WHERE next.secret_id = old.secret_id \
                 AND next.number = old.version + 1 AND next.stored_at <= $2)) \
             ORDER BY old.secret_id, old.version LIMIT $3 FOR UPDATE OF old SKIP LOCKED), \
         removed AS (DELETE FROM secret_values USING overdue WHERE secret_values.secret_id = overdue.secret_id \
             AND secret_values.field = overdue.field AND secret_values.version = overdue.version \
             RETURNING secret_values.secret_id) \
         SELECT kind, name FROM secrets WHERE id IN (SELECT secret_id FROM removed) ORDER BY id",
        keep.count(),
        cutoff,
        limit,
        ValueField::PendingSshPrivateKey.as_str()
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| stored_id(&row.kind, &row.name)).collect()
}

/// Returns the facts of a version and its value, if that is kept.
pub(crate) async fn find(
    connection: &mut PgConnection,
    secret: Uuid,
    field: ValueField,
    number: i64,
) -> Result<Option<Found>, sqlx::Error> {
    let found = sqlx::query!(
        "SELECT registry_host, registry_username, value_host, key_algorithm, key_bits, fingerprint, key_comment, \
         public_key, expires_at, end_kept, mac, algorithm AS \"algorithm?\", kek_id AS \"kek_id?\", wrapped_key AS \"wrapped_key?\", \
         nonce AS \"nonce?\", ciphertext AS \"ciphertext?\" \
         FROM secret_versions LEFT JOIN secret_values AS sealed ON sealed.secret_id = secret_versions.secret_id \
         AND sealed.version = number AND sealed.field = $2 \
         WHERE secret_versions.secret_id = $1 AND number = $3",
        secret,
        field.as_str(),
        number
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = found else { return Ok(None) };
    let sealed = || {
        Some(SealedValue {
            algorithm: row.algorithm?,
            kek_id: row.kek_id?,
            wrapped_key: row.wrapped_key?,
            nonce: row.nonce?,
            ciphertext: row.ciphertext?,
        })
    };
    let sealed = sealed();
    let version = VersionRow {
        secret_id: secret,
        number,
        registry_host: row.registry_host,
        registry_username: row.registry_username,
        value_host: row.value_host,
        key_algorithm: row.key_algorithm,
        key_bits: row.key_bits,
        fingerprint: row.fingerprint,
        key_comment: row.key_comment,
        public_key: row.public_key,
        expires_at: row.expires_at,
        end_kept: row.end_kept,
        mac: row.mac,
    };
    Ok(Some((version, sealed)))
}

/// Deletes the value of an earlier version, and notes by whom; returns whether there was one.
pub(in crate::secrets) async fn destroy(
    connection: &mut PgConnection,
    ctx: &Ctx,
    place: Location,
) -> Result<bool, sqlx::Error> {
    let destroyed = sqlx::query!(
        "WITH destroyed AS (DELETE FROM secret_values WHERE secret_id = $1 AND field = $2 AND version = $3 \
         RETURNING secret_id) \
         UPDATE secret_versions SET destroyed_at = $4, destroyed_by = $5 \
         WHERE secret_id IN (SELECT secret_id FROM destroyed) AND number = $3",
        place.secret,
        place.field.as_str(),
        place.version,
        instant(ctx.now)?,
        ctx.actor.name()
    );
    Ok(destroyed.execute(connection).await?.rows_affected() > 0)
}

/// A version beside what is known of the value in use.
struct ListRow {
    number: i64,
    stored_at: DateTime<Utc>,
    stored_by: Option<String>,
    reason: String,
    rolled_back_from: Option<i64>,
    registry_host: Option<String>,
    registry_username: Option<String>,
    fingerprint: Option<String>,
    check_cause: Option<String>,
    checked_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    destroyed_at: Option<DateTime<Utc>>,
    destroyed_by: Option<String>,
    current: bool,
    kept: bool,
}

impl ListRow {
    fn version(self) -> SecretVersion {
        let state = match (self.current, self.kept, self.destroyed_at) {
            (true, ..) => VersionState::Current,
            (false, true, _) => VersionState::Kept,
            (false, false, Some(_)) => VersionState::Destroyed,
            (false, false, None) => VersionState::Removed,
        };
        // A newer version of the portal may know further reasons.
        let reason = VersionReason::parse(&self.reason).unwrap_or(VersionReason::Unknown);
        let cause = self.check_cause.as_deref().and_then(TestCause::parse);
        SecretVersion {
            number: self.number,
            state,
            stored_at: timestamp(self.stored_at),
            stored_by: self.stored_by,
            reason,
            rolled_back_from: self.rolled_back_from,
            registry_host: self.registry_host,
            username: self.registry_username,
            fingerprint: self.fingerprint,
            test: cause.zip(self.checked_at.map(timestamp)),
            expires_at: self.expires_at.map(timestamp),
            destroyed: self.destroyed_at.map(timestamp).zip(self.destroyed_by),
        }
    }
}

/// Returns the versions of a secret before this number, the newest first.
pub(in crate::secrets) async fn list(
    connection: &mut PgConnection,
    secret: Uuid,
    field: ValueField,
    before: i64,
    limit: i64,
) -> Result<Vec<SecretVersion>, sqlx::Error> {
    let rows = sqlx::query_as!(
        ListRow,
        "SELECT number, stored_at, stored_by, reason, rolled_back_from, destroyed_at, destroyed_by, \
         number = value_version AS \"current!\", sealed.version IS NOT NULL AS \"kept!\", \
         CASE WHEN number = value_version THEN secrets.registry_host ELSE version.registry_host END AS registry_host, \
         CASE WHEN number = value_version THEN secrets.registry_username ELSE version.registry_username END \
             AS registry_username, \
         CASE WHEN number = value_version THEN git_keys.fingerprint ELSE version.fingerprint END AS fingerprint, \
         CASE WHEN number <> value_version THEN version.check_cause \
             WHEN secrets.checked_at IS NOT NULL THEN secrets.check_cause END AS check_cause, \
         CASE WHEN number = value_version THEN secrets.checked_at ELSE version.checked_at END AS checked_at, \
         CASE WHEN number = value_version THEN secrets.expires_at ELSE version.expires_at END AS expires_at \
         FROM secret_versions AS version JOIN secrets ON secrets.id = version.secret_id \
         LEFT JOIN secret_values AS sealed ON sealed.secret_id = version.secret_id AND sealed.field = $2 \
         AND sealed.version = number \
         LEFT JOIN git_keys ON git_keys.secret_id = version.secret_id AND NOT pending \
         WHERE version.secret_id = $1 AND number < $3 ORDER BY number DESC LIMIT $4",
        secret,
        field.as_str(),
        before,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(ListRow::version).collect())
}

/// Returns versions whose MACs are to be renewed, locked until the end of the transaction: those with a MAC of another key,
/// and never those without, such as versions in use.
pub(crate) async fn guarded(
    connection: &mut PgConnection,
    stale: Stale<'_>,
    limit: i64,
) -> Result<Vec<Guarded<(Uuid, i64)>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        VersionRow,
        "SELECT secret_id, number, registry_host, registry_username, value_host, key_algorithm, key_bits, fingerprint, \
         key_comment, public_key, expires_at, end_kept, mac FROM secret_versions WHERE substr(mac, 1, 8) <> decode($1, 'hex') \
         ORDER BY secret_id, number LIMIT $2 FOR UPDATE",
        stale.bound(),
        limit
    )
    .fetch_all(connection)
    .await?;
    let guarded =
        |row: VersionRow| Guarded { key: (row.secret_id, row.number), message: row.message(), mac: row.mac };
    Ok(rows.into_iter().map(guarded).collect())
}

/// Replaces the MACs of versions; returns the number of rows.
pub(crate) async fn put_macs(
    connection: &mut PgConnection,
    macs: &NewMacs<(Uuid, i64)>,
) -> Result<usize, sqlx::Error> {
    let ids: Vec<Uuid> = macs.iter().map(|((id, _), _)| *id).collect();
    let numbers: Vec<i64> = macs.iter().map(|((_, number), _)| *number).collect();
    let codes: Vec<Option<&[u8]>> = macs.iter().map(|(_, mac)| mac.as_deref()).collect();
    sqlx::query!(
        "UPDATE secret_versions SET mac = fresh.mac \
         FROM unnest($1::uuid[], $2::bigint[], $3::bytea[]) AS fresh (id, number, mac) \
         WHERE secret_id = fresh.id AND secret_versions.number = fresh.number",
        &ids,
        &numbers,
        &codes as _
    )
    .execute(connection)
    .await?;
    Ok(macs.len())
}
