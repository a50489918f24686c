//! Taking over rows from before MACs, once; and renewing MACs after another key was activated.

use super::{
    Keyring,
    guarded::{Guarded, NewMacs, Stale},
    repository::{self, CheckRow},
    ring::Checked,
};
use crate::{
    audit::{self, AuditAction, AuditRecord},
    context::Ctx,
    mail::repository as choices,
    secrets::{repository as secrets, versions::repository as versions},
    sessions::repository as sessions,
    tokens::repository as tokens,
    users::{links::repository as links, repository as users},
    work::Work,
};
use domain::time::Timestamp;
use sqlx::PgConnection;

/// The number of rows that one statement signs.
pub(super) const BATCH: i64 = 1_000;

/// The actor of a takeover, in the audit log.
const ACTOR: &str = "start";

/// The result of renewing MACs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Renewed {
    pub(super) done: u64,
    /// The number of rows that the portal did not write. They lose their MAC, and stay rejected.
    pub(super) broken: u64,
}

/// The tables with MACs that can be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Users,
    Sessions,
    ApiTokens,
    Links,
    Secrets,
    MailChoices,
    /// Those of earlier values; no older version of the portal has any.
    Versions,
}

impl Table {
    pub(super) const ALL: [Self; 7] = [
        Self::Users,
        Self::Sessions,
        Self::ApiTokens,
        Self::Links,
        Self::Secrets,
        Self::MailChoices,
        Self::Versions,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Sessions => "sessions",
            Self::ApiTokens => "API tokens",
            Self::Links => "one-time links",
            Self::Secrets => "secrets",
            Self::MailChoices => "mail addresses",
            Self::Versions => "versions of secrets",
        }
    }
}

/// Takes over the rows of an older version, unless that was done. To be called under the lock of the keys; holds writers back
/// until the end of the transaction.
pub(super) async fn run(
    work: &mut Work,
    keyring: &Keyring,
    known: &[CheckRow],
    active: &str,
    is_new: bool,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let ctx = Ctx::system(ACTOR, now);
    if is_new {
        // Without a key, nothing is taken over, because whoever can delete the key's row would get their own rows signed with
        // it. Nor is the end of an audit log that has a MAC: the next record reports that it was cut.
        if audit::repository::is_vouched_for(work).await? {
            return Ok(());
        }
        return audit::repository::vouch_for_end(work, keyring, active).await;
    }
    if known.iter().any(|row| keyring.check(row) == Some(Checked::Vouched)) {
        // A key that was not at hand then is marked now, so that it takes over nothing when it is the only one.
        for row in known.iter().filter(|row| keyring.check(row) == Some(Checked::Unvouched)) {
            repository::put_check(work, &keyring.check_row(&row.id)?).await?;
        }
        return Ok(());
    }
    tracing::warn!(
        "taking over the rows of an older version: from now on only rows that this key vouches for count"
    );
    repository::hold_writers(work).await?;
    for table in Table::ALL {
        let mut total = 0;
        while let Some(Renewed { done, .. }) = batch(work, keyring, active, table, Stale::Unvouched).await? {
            total += done;
        }
        tracing::info!(count = total, "took over {}", table.label());
    }
    audit::repository::vouch_for_end(work, keyring, active).await?;
    for row in known.iter().filter(|row| keyring.check(row).is_some()) {
        repository::put_check(work, &keyring.check_row(&row.id)?).await?;
    }
    let record = AuditRecord::done(AuditAction::RowsTakenOver, active);
    audit::repository::append_with(work, Some(keyring), &[(&ctx, record)]).await?;
    tracing::info!("took over the audit record: its new end vouches for every record before it");
    Ok(())
}

/// Signs the next rows of a table; `None` at the end.
pub(super) async fn batch(
    connection: &mut PgConnection,
    keyring: &Keyring,
    active: &str,
    table: Table,
    stale: Stale<'_>,
) -> Result<Option<Renewed>, sqlx::Error> {
    let mut renewal = Renewal { keyring, active, table, stale, renewed: Renewed::default() };
    let count = match table {
        Table::Users => {
            let rows = users::guarded(connection, stale, BATCH).await?;
            users::put_macs(connection, &renewal.of(rows)?).await?
        }
        Table::Sessions => {
            let rows = sessions::guarded(connection, stale, BATCH).await?;
            sessions::put_macs(connection, &renewal.of(rows)?).await?
        }
        Table::ApiTokens => {
            let rows = tokens::guarded(connection, stale, BATCH).await?;
            tokens::put_macs(connection, &renewal.of(rows)?).await?
        }
        Table::Links => {
            let rows = links::guarded(connection, stale, BATCH).await?;
            links::put_macs(connection, &renewal.of(rows)?).await?
        }
        Table::Secrets => {
            let rows = secrets::guarded(connection, stale, BATCH).await?;
            secrets::put_macs(connection, &renewal.of(rows)?).await?
        }
        Table::MailChoices => {
            let rows = choices::guarded(connection, stale, BATCH).await?;
            choices::put_macs(connection, &renewal.of(rows)?).await?
        }
        Table::Versions => {
            let rows = versions::guarded(connection, stale, BATCH).await?;
            versions::put_macs(connection, &renewal.of(rows)?).await?
        }
    };
    Ok((count > 0).then_some(renewal.renewed))
}

struct Renewal<'a> {
    keyring: &'a Keyring,
    active: &'a str,
    table: Table,
    stale: Stale<'a>,
    renewed: Renewed,
}

impl Renewal<'_> {
    fn of<K>(&mut self, rows: Vec<Guarded<K>>) -> Result<NewMacs<K>, sqlx::Error> {
        rows.into_iter()
            .map(|Guarded { key, message, mac }| {
                let doubt = match self.stale {
                    Stale::Unvouched => None,
                    Stale::OtherKeyThan(_) => self.keyring.vouches(&message, mac.as_deref()).err(),
                };
                match doubt {
                    None => {
                        self.renewed.done += 1;
                        let mac = self.keyring.mac(self.active, &message);
                        Ok((key, Some(mac.map_err(|error| sqlx::Error::Encode(error.into()))?)))
                    }
                    Some(doubt) => {
                        tracing::error!(table = self.table.label(), "{doubt}: it stays rejected");
                        self.renewed.broken += 1;
                        Ok((key, None))
                    }
                }
            })
            .collect()
    }
}
