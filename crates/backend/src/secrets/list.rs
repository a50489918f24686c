//! A page of the list, by keyset.

mod repository;

use crate::db::{Db, timestamp};
use domain::{
    access::Restriction,
    connection_test::{TestCause, TestStatus},
    page::{Cursor, ListQuery, Position, SecretPage, Total},
    secret::{Dates, SecretId, SecretKind, SecretName, SecretSummary, SshKeyAlgorithm},
    time::Timestamp,
};
use repository::{ListRow, PageRequest, TotalBy};

/// The number at which counting the rows that a filter leaves stops.
const COUNT_LIMIT: i64 = 1_000;

/// The number at which the first page of a search stops counting. Counting on took most of the time of a search for a common
/// word; the pages after it count on.
const FIRST_COUNT_LIMIT: i64 = 200;

/// Returns the page that the query asks for, or the nearest that has rows.
pub(super) async fn page(
    db: &Db,
    query: &ListQuery,
    visible: &Restriction,
    now: Timestamp,
) -> Result<SecretPage, sqlx::Error> {
    let asked_for = async |query: &ListQuery| {
        let total = match query.position {
            Position::First if !query.search.is_empty() => TotalBy::Reading(FIRST_COUNT_LIMIT),
            _ => total_by(query, visible),
        };
        page_at(db, query, 0, visible, now, total).await
    };
    let page = asked_for(query).await?;
    let short = page.rows.len() < usize::from(query.size.rows());
    let nearest = match query.position {
        // If fewer rows than a page precede the cursor, the page is the first, which may be filled up.
        Position::Before(_) if short => Position::First,
        Position::After(_) if page.rows.is_empty() => Position::Last,
        _ => return Ok(page),
    };
    asked_for(&query.with_position(nearest)).await
}

/// Returns the page exactly there, this number of rows on: if there are no rows, an empty one.
pub(super) async fn exact_page(
    db: &Db,
    query: &ListQuery,
    skip: u32,
    visible: &Restriction,
    now: Timestamp,
) -> Result<SecretPage, sqlx::Error> {
    page_at(db, query, skip, visible, now, total_by(query, visible)).await
}

/// Returns the way to the total. A list without a search or filters other than the type need not be counted.
fn total_by(query: &ListQuery, visible: &Restriction) -> TotalBy {
    if query.is_counted() || *visible != Restriction::None {
        TotalBy::Counting(COUNT_LIMIT)
    } else {
        TotalBy::Kept
    }
}

async fn page_at(
    db: &Db,
    query: &ListQuery,
    skip: u32,
    visible: &Restriction,
    now: Timestamp,
    total_by: TotalBy,
) -> Result<SecretPage, sqlx::Error> {
    let size = usize::from(query.size.rows());
    let (backwards, cursor) = match &query.position {
        Position::First => (false, None),
        Position::Last => (true, None),
        Position::After(cursor) => (false, Some(cursor)),
        Position::Before(cursor) => (true, Some(cursor)),
    };
    let wanted = &PageRequest {
        query,
        visible,
        direction: if backwards { query.direction.reversed() } else { query.direction },
        after: cursor.map(|cursor| (&cursor.id, &cursor.value)),
        skip,
        // One row after those that are shown tells whether there is another page.
        limit: u32::from(query.size.rows()) + 1,
        now,
        total: total_by,
    };
    let found = db.try_read(async |connection| repository::list(connection, wanted).await).await?;
    let total = found.first().map_or(0, |row| row.total);
    let more = found.len() > size;
    let mut rows = found.into_iter().take(size).map(summary).collect::<Result<Vec<_>, _>>()?;
    if backwards {
        rows.reverse();
    }
    let (before, after) = match (backwards, cursor.is_some() || skip > 0) {
        (false, after) => (after, more),
        (true, after) => (more, after),
    };
    let most = match total_by {
        TotalBy::Kept => i64::MAX,
        TotalBy::Counting(most) | TotalBy::Reading(most) => most,
    };
    let at = |row: Option<&SecretSummary>| row.map(|row| Cursor::at(row, query.sort));
    Ok(SecretPage {
        previous: if before { at(rows.first()) } else { None },
        next: if after { at(rows.last()) } else { None },
        total: Total { count: u64::try_from(total.min(most)).unwrap_or(0), exact: total <= most },
        rows,
        now,
    })
}

fn summary(row: ListRow) -> Result<SecretSummary, sqlx::Error> {
    let unknown = |what: &str| sqlx::Error::Decode(format!("a stored {what} is none").into());
    let kind = SecretKind::parse(&row.kind).ok_or_else(|| unknown("kind"))?;
    let name = SecretName::parse(&row.name).map_err(|_| unknown("name"))?;
    let algorithm = row.algorithm.as_deref().and_then(SshKeyAlgorithm::parse);
    Ok(SecretSummary {
        id: SecretId::new(kind, name),
        display_name: row.display_name,
        updated_at: timestamp(row.updated_at),
        updated_by: row.updated_by,
        registry_host: row.registry_host,
        username: row.registry_username,
        key: algorithm.zip(row.fingerprint),
        status: TestStatus::parse(&row.check_status).ok_or_else(|| unknown("state"))?,
        cause: TestCause::parse(&row.check_cause).unwrap_or(TestCause::NeverTested),
        used_by: row.used_by.unsigned_abs(),
        last_used: row.last_read_at.map(timestamp),
        target: row.check_target,
        dates: Dates {
            expires_at: row.expires_at.map(timestamp),
            renew_every_days: row.renew_every_days.and_then(|days| u16::try_from(days).ok()),
            stop_when_expired: row.stop_when_expired,
            value_changed_at: timestamp(row.value_changed_at),
        },
        key_pending: row.key_pending,
    })
}

#[cfg(test)]
mod tests;
