//! The place of a page in the list: the row beside it.

use super::sort::SortColumn;
use crate::{
    connection_test::TestStatus,
    secret::{SecretId, SecretSummary},
    time::Timestamp,
};

/// The row after which a page begins or before which it ends: its id, and the value that the list is sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The id, which breaks ties.
    pub id: SecretId,
    /// The sorted column's value in that row.
    pub value: CursorValue,
}

/// The value of the sorted column in a cursor's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CursorValue {
    /// Sorted by name or type, which the id holds.
    InId,
    /// Sorted by display name.
    DisplayName(String),
    /// Sorted by test status.
    Status(TestStatus),
    /// Sorted by the number of consumers.
    UsedBy(u32),
    /// Sorted by the minute of the last use; the beginning of time without a use.
    LastUsed(Timestamp),
    /// Sorted by the end of the value; the end of time without one.
    Expires(Timestamp),
    /// Sorted by the last change.
    Updated(Timestamp),
}

impl Cursor {
    /// Returns the cursor at this row of a list sorted by this column.
    pub fn at(row: &SecretSummary, sort: SortColumn) -> Self {
        let value = match sort {
            SortColumn::Name | SortColumn::Type => CursorValue::InId,
            SortColumn::DisplayName => CursorValue::DisplayName(row.display_name.clone()),
            SortColumn::Status => CursorValue::Status(row.status),
            SortColumn::UsedBy => CursorValue::UsedBy(row.used_by),
            SortColumn::LastUsed => CursorValue::LastUsed(minute(row.last_used)),
            SortColumn::Expires => {
                CursorValue::Expires(row.dates.expires_at.unwrap_or(Timestamp::LAST).min(Timestamp::LAST))
            }
            SortColumn::Updated => CursorValue::Updated(row.updated_at),
        };
        Self { id: row.id.clone(), value }
    }

    /// Parses a cursor of a list sorted by this column; `None` if the text is invalid.
    pub(super) fn parse(text: &str, sort: SortColumn) -> Option<Self> {
        // A name contains no tilde.
        let (id, value) = match text.split_once('~') {
            Some((id, value)) => (id, Some(value)),
            None => (text, None),
        };
        let value = match (sort, value) {
            (SortColumn::Name | SortColumn::Type, None) => CursorValue::InId,
            // PostgreSQL's text cannot hold a NUL.
            (SortColumn::DisplayName, Some(value)) if !value.contains('\0') => {
                CursorValue::DisplayName(value.to_owned())
            }
            (SortColumn::Status, Some(value)) => CursorValue::Status(TestStatus::parse(value)?),
            (SortColumn::UsedBy, Some(value)) => {
                CursorValue::UsedBy(value.parse().ok().filter(|count| i32::try_from(*count).is_ok())?)
            }
            (SortColumn::LastUsed, Some(value)) => CursorValue::LastUsed(Timestamp::parse_micros(value)?),
            (SortColumn::Expires, Some(value)) => CursorValue::Expires(Timestamp::parse_micros(value)?),
            (SortColumn::Updated, Some(value)) => CursorValue::Updated(Timestamp::parse_micros(value)?),
            _ => return None,
        };
        Some(Self { id: SecretId::parse(id)?, value })
    }

    pub(super) fn text(&self) -> String {
        match &self.value {
            CursorValue::InId => self.id.to_string(),
            CursorValue::DisplayName(value) => format!("{}~{value}", self.id),
            CursorValue::Status(status) => format!("{}~{}", self.id, status.as_str()),
            CursorValue::UsedBy(count) => format!("{}~{count}", self.id),
            CursorValue::LastUsed(at) | CursorValue::Expires(at) | CursorValue::Updated(at) => {
                format!("{}~{}", self.id, at.micros())
            }
        }
    }
}

/// Returns the minute by which the list is sorted.
fn minute(at: Option<Timestamp>) -> Timestamp {
    const MINUTE: i64 = 60_000_000;
    Timestamp::from_micros(at.map_or(0, |at| at.micros().div_euclid(MINUTE) * MINUTE))
}
