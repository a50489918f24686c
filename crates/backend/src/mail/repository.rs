//! All SQL about where people are written to, about what and when.

use super::{
    choice::{DroppedAddress, MailChoice, MailChoiceDraft},
    schedule::{Schedule, Zone},
};
use crate::{
    context::Ctx,
    db::{Db, instant, timestamp},
    keyring::{
        guarded::{Guarded, NewMacs, Stale},
        mac::{Message, Purpose},
    },
    work::Work,
};
use chrono::{DateTime, Utc};
use domain::{
    mail::{MailAddress, MailCadence},
    notice::NoticeEvent,
    secret::SecretKind,
    time::Timestamp,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// The hour of a digest, unless somebody chooses another one.
const HOUR: u8 = 8;

/// The row of a person.
#[derive(Clone, Debug)]
pub(super) struct ChoiceRow {
    pub(super) user_id: Uuid,
    address: Option<String>,
    confirmed_at: Option<DateTime<Utc>>,
    pending_address: Option<String>,
    pending_hash: Option<Vec<u8>>,
    pending_expires_at: Option<DateTime<Utc>>,
    mac: Option<Vec<u8>>,
    asked_at: Option<DateTime<Utc>>,
    dropped_address: Option<String>,
    dropped_at: Option<DateTime<Utc>>,
    dropped_reply: Option<i32>,
    unsubscribed_at: Option<DateTime<Utc>>,
    cadence: String,
    hour: i16,
    weekday: i16,
    time_zone: String,
    quiet_from: Option<i16>,
    quiet_to: Option<i16>,
    quiet_weekends: bool,
    events: Vec<String>,
    secret_kinds: Vec<String>,
    name_prefixes: Vec<String>,
}

/// The addresses of a person, for which the row's code vouches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Addresses {
    pub(super) confirmed: Option<(MailAddress, Timestamp)>,
    pub(super) pending: Option<Pending>,
}

/// An address that waits to be confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) address: MailAddress,
    pub(super) hash: Vec<u8>,
    pub(super) expires_at: Timestamp,
}

impl ChoiceRow {
    /// Returns the message for the MAC of the row: everything that decides where mails go.
    fn message(&self) -> Message {
        let micros = |at: DateTime<Utc>| at.timestamp_micros();
        Message::new(Purpose::MailAddress)
            .bytes(self.user_id.as_bytes())
            .maybe(self.address.as_ref())
            .maybe_number(self.confirmed_at.map(micros))
            .maybe(self.pending_address.as_ref())
            .maybe(self.pending_hash.as_ref())
            .maybe_number(self.pending_expires_at.map(micros))
    }

    /// Returns the addresses; none, if the portal did not write them.
    pub(super) fn addresses(&self, work: &Work) -> Result<Addresses, sqlx::Error> {
        let ours = work.vouches(&self.message(), self.mac.as_deref(), || self.called())?;
        Ok(if ours { self.parsed() } else { Addresses::default() })
    }

    /// Does the same outside of a unit of work.
    pub(super) fn read_addresses(&self, db: &Db) -> Result<Addresses, sqlx::Error> {
        let ours = db.vouches(&self.message(), self.mac.as_deref(), || self.called())?;
        Ok(if ours { self.parsed() } else { Addresses::default() })
    }

    /// Returns the name by which a record reports that the portal did not write the row.
    fn called(&self) -> String {
        format!("mail address of user {}", self.user_id)
    }

    fn parsed(&self) -> Addresses {
        let parse = |text: &Option<String>| text.as_deref().and_then(|text| MailAddress::parse(text).ok());
        let confirmed = parse(&self.address).zip(self.confirmed_at.map(timestamp));
        let pending = parse(&self.pending_address)
            .zip(self.pending_hash.clone())
            .zip(self.pending_expires_at.map(timestamp))
            .map(|((address, hash), expires_at)| Pending { address, hash, expires_at });
        Addresses { confirmed, pending }
    }

    pub(super) fn asked_at(&self) -> Option<Timestamp> {
        self.asked_at.map(timestamp)
    }

    pub(super) fn unsubscribed_at(&self) -> Option<Timestamp> {
        self.unsubscribed_at.map(timestamp)
    }

    pub(super) fn dropped(&self) -> Option<DroppedAddress> {
        let (address, at) = self.dropped_address.clone().zip(self.dropped_at)?;
        let reply = self.dropped_reply.and_then(|reply| u16::try_from(reply).ok()).unwrap_or_default();
        Some(DroppedAddress { address, at: timestamp(at), reply })
    }

    /// Returns the choice. What only another version knows is left out.
    pub(super) fn choice(&self) -> MailChoice {
        let small = |number: i16| u8::try_from(number).unwrap_or_default();
        let first = first_choice();
        MailChoice {
            events: self.events.iter().filter_map(|code| NoticeEvent::parse(code)).collect(),
            secret_kinds: self.secret_kinds.iter().filter_map(|code| SecretKind::parse(code)).collect(),
            name_prefixes: self.name_prefixes.clone(),
            schedule: Schedule {
                cadence: MailCadence::parse(&self.cadence).unwrap_or(first.schedule.cadence),
                hour: small(self.hour),
                weekday: small(self.weekday),
                zone: Zone::find(&self.time_zone).unwrap_or(first.schedule.zone),
                // The version before stored hours that end when they begin: none.
                quiet: self
                    .quiet_from
                    .zip(self.quiet_to)
                    .filter(|(from, to)| from != to)
                    .map(|(from, to)| (small(from), small(to))),
                quiet_weekends: self.quiet_weekends,
            },
        }
    }
}

/// Returns the first choice of everybody: no event, and a mail a day for those who choose some.
pub(super) fn first_choice() -> MailChoice {
    MailChoice {
        events: Vec::new(),
        secret_kinds: Vec::new(),
        name_prefixes: Vec::new(),
        schedule: Schedule {
            cadence: MailCadence::Daily,
            hour: HOUR,
            weekday: 1,
            zone: Zone::utc(),
            quiet: None,
            quiet_weekends: false,
        },
    }
}

/// Selects `ChoiceRow`s by the rest of a statement.
macro_rules! select_choices {
    ($rest:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            ChoiceRow,
            "SELECT user_id, address, confirmed_at, pending_address, pending_hash, pending_expires_at, mac, asked_at, \
             dropped_address, dropped_at, dropped_reply, unsubscribed_at, cadence, hour, weekday, time_zone, quiet_from, \
             quiet_to, quiet_weekends, events, secret_kinds, name_prefixes FROM mail_choices "
                + $rest
            $(, $argument)*
        )
    };
}

/// Returns the row of a person.
pub(super) async fn find(
    connection: &mut PgConnection,
    user: Uuid,
) -> Result<Option<ChoiceRow>, sqlx::Error> {
    select_choices!("WHERE user_id = $1", user).fetch_optional(connection).await
}

/// Returns the row of a person, locked until the end of the transaction. Inserts the row first if it is missing.
pub(super) async fn lock(work: &mut Work, ctx: &Ctx, user: Uuid) -> Result<ChoiceRow, sqlx::Error> {
    let MailChoiceDraft { cadence, hour, weekday, time_zone, .. } = first_choice().draft();
    sqlx::query!(
        "INSERT INTO mail_choices (user_id, cadence, hour, weekday, time_zone, quiet_weekends, events, secret_kinds, \
         name_prefixes, updated_at) VALUES ($1, $2, $3, $4, $5, false, '{}', '{}', '{}', $6) ON CONFLICT DO NOTHING",
        user,
        cadence,
        i16::from(hour),
        i16::from(weekday),
        time_zone,
        instant(ctx.now)?
    )
    .execute(&mut **work)
    .await?;
    let mut row = select_choices!("WHERE user_id = $1 FOR UPDATE", user).fetch_one(&mut **work).await?;
    if row.mac.is_none() && row.address.is_none() && row.pending_address.is_none() {
        let mac = work.sign(&row.message()).await?;
        sqlx::query!("UPDATE mail_choices SET mac = $2 WHERE user_id = $1", user, mac)
            .execute(&mut **work)
            .await?;
        row.mac = Some(mac);
    }
    Ok(row)
}

/// Returns the row in which the address of this link waits to be confirmed, locked until the end of the transaction.
pub(super) async fn lock_pending(work: &mut Work, hash: &[u8]) -> Result<Option<ChoiceRow>, sqlx::Error> {
    select_choices!("WHERE pending_hash = $1 FOR UPDATE", hash).fetch_optional(&mut **work).await
}

/// Stores the addresses of a person, and signs them.
pub(super) async fn put_addresses(
    work: &mut Work,
    ctx: &Ctx,
    row: &ChoiceRow,
    addresses: &Addresses,
) -> Result<(), sqlx::Error> {
    let text = |address: &MailAddress| address.as_str().to_owned();
    let confirmed = addresses.confirmed.as_ref();
    let pending = addresses.pending.as_ref();
    let changed = ChoiceRow {
        address: confirmed.map(|(address, _)| text(address)),
        confirmed_at: confirmed.map(|(_, at)| instant(*at)).transpose()?,
        pending_address: pending.map(|pending| text(&pending.address)),
        pending_hash: pending.map(|pending| pending.hash.clone()),
        pending_expires_at: pending.map(|pending| instant(pending.expires_at)).transpose()?,
        ..row.clone()
    };
    let mac = work.sign(&changed.message()).await?;
    sqlx::query!(
        "UPDATE mail_choices SET address = $2, confirmed_at = $3, pending_address = $4, pending_hash = $5, \
         pending_expires_at = $6, mac = $7, updated_at = $8 WHERE user_id = $1",
        changed.user_id,
        changed.address,
        changed.confirmed_at,
        changed.pending_address,
        changed.pending_hash,
        changed.pending_expires_at,
        mac,
        instant(ctx.now)?
    )
    .execute(&mut **work)
    .await
    .map(drop)
}

/// Notes that a person was asked to confirm an address.
pub(super) async fn note_asked(work: &mut Work, ctx: &Ctx, user: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE mail_choices SET asked_at = $2 WHERE user_id = $1", user, instant(ctx.now)?)
        .execute(&mut **work)
        .await
        .map(drop)
}

/// Notes an address that is not used any more, or that none is.
pub(super) async fn put_dropped(
    work: &mut Work,
    user: Uuid,
    dropped: Option<&DroppedAddress>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE mail_choices SET dropped_address = $2, dropped_at = $3, dropped_reply = $4 WHERE user_id = $1",
        user,
        dropped.map(|dropped| dropped.address.as_str()),
        dropped.map(|dropped| instant(dropped.at)).transpose()?,
        dropped.map(|dropped| i32::from(dropped.reply))
    )
    .execute(&mut **work)
    .await
    .map(drop)
}

/// Notes that a person wants no more mails, or wants them again. Returns whether that is new.
pub(super) async fn put_unsubscribed(
    work: &mut Work,
    user: Uuid,
    at: Option<Timestamp>,
) -> Result<bool, sqlx::Error> {
    sqlx::query!(
        "UPDATE mail_choices SET unsubscribed_at = $2 WHERE user_id = $1 AND (unsubscribed_at IS NULL) <> ($2::timestamptz IS NULL)",
        user,
        at.map(instant).transpose()?
    )
    .execute(&mut **work)
    .await
    .map(|changed| changed.rows_affected() > 0)
}

/// Stores the choice of a person.
pub(super) async fn put_choice(
    work: &mut Work,
    ctx: &Ctx,
    user: Uuid,
    choice: &MailChoice,
) -> Result<(), sqlx::Error> {
    let MailChoiceDraft {
        events,
        secret_kinds,
        name_prefixes,
        cadence,
        hour,
        weekday,
        time_zone,
        quiet,
        quiet_weekends,
    } = choice.draft();
    sqlx::query!(
        "UPDATE mail_choices SET events = $2, secret_kinds = $3, name_prefixes = $4, cadence = $5, hour = $6, weekday = $7, \
         time_zone = $8, quiet_from = $9, quiet_to = $10, quiet_weekends = $11, updated_at = $12 \
         WHERE user_id = $1",
        user,
        &events,
        &secret_kinds,
        &name_prefixes,
        cadence,
        i16::from(hour),
        i16::from(weekday),
        time_zone,
        quiet.map(|(from, _)| i16::from(from)),
        quiet.map(|(_, to)| i16::from(to)),
        quiet_weekends,
        instant(ctx.now)?
    )
    .execute(&mut **work)
    .await
    .map(drop)
}

/// Returns rows whose MACs are to be renewed, locked until the end of the transaction.
pub(crate) async fn guarded(
    connection: &mut PgConnection,
    stale: Stale<'_>,
    limit: i64,
) -> Result<Vec<Guarded<Uuid>>, sqlx::Error> {
    let rows = select_choices!(
        "WHERE ($1::text IS NULL AND mac IS NULL) OR substr(mac, 1, 8) <> decode($1, 'hex') \
         ORDER BY user_id LIMIT $2 FOR UPDATE",
        stale.bound(),
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Guarded { key: row.user_id, message: row.message(), mac: row.mac })
        .collect())
}

/// Replaces the MACs of rows; returns their number.
pub(crate) async fn put_macs(
    connection: &mut PgConnection,
    macs: &NewMacs<Uuid>,
) -> Result<usize, sqlx::Error> {
    let (ids, codes): (Vec<Uuid>, Vec<Option<&[u8]>>) =
        macs.iter().map(|(id, mac)| (*id, mac.as_deref())).unzip();
    sqlx::query!(
        "UPDATE mail_choices SET mac = fresh.mac FROM unnest($1::uuid[], $2::bytea[]) AS fresh (id, mac) \
         WHERE user_id = fresh.id",
        &ids,
        &codes as _
    )
    .execute(connection)
    .await?;
    Ok(macs.len())
}
