//! A page of the list, by keyset.

use super::repository::{self, COUNT_LIMIT, ListRow, PageRequest};
use crate::db::{Db, timestamp};
use domain::{
    access::Restriction,
    connection_test::{TestCause, TestStatus},
    page::{Cursor, ListQuery, Position, SecretPage, Total},
    secret::{SecretId, SecretKind, SecretName, SecretSummary, SshKeyAlgorithm},
    time::Timestamp,
};

/// Returns the page that the query asks for, or the nearest that has rows.
pub(super) async fn page(
    db: &Db,
    query: &ListQuery,
    visible: &Restriction,
    now: Timestamp,
) -> Result<SecretPage, sqlx::Error> {
    let page = exact_page(db, query, 0, visible, now).await?;
    let short = page.rows.len() < usize::from(query.size.rows());
    let nearest = match query.position {
        // If fewer rows than a page precede the cursor, the page is the first, which may be filled up.
        Position::Before(_) if short => Position::First,
        Position::After(_) if page.rows.is_empty() => Position::Last,
        _ => return Ok(page),
    };
    exact_page(db, &query.with_position(nearest), 0, visible, now).await
}

/// Returns the page exactly there, this number of rows on: if there are no rows, an empty one.
pub(super) async fn exact_page(
    db: &Db,
    query: &ListQuery,
    skip: u32,
    visible: &Restriction,
    now: Timestamp,
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
    // A list without a search or filters other than the type need not be counted.
    let counted = query.is_counted() || *visible != Restriction::None;
    let at = |row: Option<&SecretSummary>| row.map(|row| Cursor::at(row, query.sort));
    Ok(SecretPage {
        previous: if before { at(rows.first()) } else { None },
        next: if after { at(rows.last()) } else { None },
        total: Total {
            count: u64::try_from(total.min(if counted { COUNT_LIMIT } else { i64::MAX })).unwrap_or(0),
            exact: !counted || total <= COUNT_LIMIT,
        },
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
    })
}
