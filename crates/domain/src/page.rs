//! The list: its query, and one page of it. The query is in the address, so parsing it never fails: an invalid query gives
//! the nearest valid page.

use crate::{
    connection_test::TestStatus,
    percent,
    secret::{SecretKind, SecretSummary},
    time::Timestamp,
};

mod cursor;
mod expires;
mod need;
mod sort;

pub use cursor::{Cursor, CursorValue};
pub use expires::Expires;
pub use need::{Need, REVIEW_DAYS};
pub use sort::{Direction, SortColumn};

/// The length in bytes after which the rest of a query is ignored.
const QUERY_LIMIT: usize = 8 * 1024;

/// The number of rows on a page: 10, 20, 50 or 100.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct PageSize(u8);

impl Default for PageSize {
    fn default() -> Self {
        Self(20)
    }
}

impl PageSize {
    /// Every value.
    pub const ALL: [Self; 4] = [Self(10), Self(20), Self(50), Self(100)];

    /// Returns the size nearest to the requested one; the default if the text is not a number.
    pub fn parse(text: &str) -> Self {
        let Ok(wanted) = text.parse::<i64>() else { return Self::default() };
        Self::ALL.into_iter().min_by_key(|size| (i64::from(size.0)).abs_diff(wanted)).unwrap_or_default()
    }

    /// Returns the number of rows.
    pub fn rows(self) -> u8 {
        self.0
    }
}

/// The position of a page in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// The first page.
    First,
    /// The last page.
    Last,
    /// The page that follows this row.
    After(Cursor),
    /// The page that precedes this row.
    Before(Cursor),
}

impl Position {
    /// Returns the value of `after` or `before` in the address; empty for the first page.
    pub fn text(&self) -> String {
        match self {
            Self::First => String::new(),
            Self::Last => "end".to_owned(),
            Self::After(cursor) | Self::Before(cursor) => cursor.text(),
        }
    }
}

/// The number of days for which an unused secret was not read: 30, 90 or 365.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct UnusedDays(u16);

impl UnusedDays {
    /// Every value.
    pub const ALL: [Self; 3] = [Self(30), Self(90), Self(365)];

    /// Parses a number of days; `None` if the number is not among these.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|days| days.0.to_string() == text)
    }

    /// Returns the number.
    pub fn days(self) -> u16 {
        self.0
    }
}

/// The query of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    /// Words that name, display name, id, registry host, username, repository or fingerprint contain; trimmed, at most 200 characters.
    pub search: String,
    /// Only this type.
    pub kind: Option<SecretKind>,
    /// Only secrets with this test status.
    pub status: Option<TestStatus>,
    /// Only secrets that no image or dataset uses and no API token has read for this time.
    pub unused: Option<UnusedDays>,
    /// Only secrets that have expired, or do within this time.
    pub expires: Option<Expires>,
    /// Only secrets that wait for this.
    pub needs: Option<Need>,
    /// The column that the list is sorted by.
    pub sort: SortColumn,
    /// The end that comes first.
    pub direction: Direction,
    /// The number of rows on a page.
    pub size: PageSize,
    /// The page.
    pub position: Position,
    /// The number of rows before the page, as its link says: the list may have changed since. Zero on the first page and
    /// on the last.
    pub rows_before: u32,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            search: String::new(),
            kind: None,
            status: None,
            unused: None,
            expires: None,
            needs: None,
            sort: SortColumn::Updated,
            direction: Direction::Descending,
            size: PageSize::default(),
            position: Position::First,
            rows_before: 0,
        }
    }
}

impl ListQuery {
    /// The maximum length of a search, in characters.
    pub const MAX_SEARCH_CHARS: usize = 200;

    /// Parses the query of an address. The first of equal parameters counts.
    pub fn parse(query: &str) -> Self {
        let value = |wanted: &str| parameter(query, wanted);
        let (sort, direction) = value("sort").and_then(|text| read_sort(&text)).unwrap_or_else(|| {
            let Self { sort, direction, .. } = Self::default();
            (sort, direction)
        });
        let cursor = |text: String| Cursor::parse(&text, sort);
        let position = match (value("after"), value("before")) {
            (Some(text), _) => cursor(text).map(Position::After),
            (None, Some(text)) if text == "end" => Some(Position::Last),
            (None, Some(text)) => cursor(text).map(Position::Before),
            (None, None) => None,
        };
        let position = position.unwrap_or(Position::First);
        let rows_before = match position {
            Position::First | Position::Last => None,
            Position::After(_) | Position::Before(_) => value("at").and_then(|text| text.parse().ok()),
        };
        Self {
            search: value("q").map(|text| clean_search(&text)).unwrap_or_default(),
            kind: value("type").and_then(|text| SecretKind::parse(&text)),
            status: value("status").and_then(|text| TestStatus::parse(&text)),
            unused: value("unused").and_then(|text| UnusedDays::parse(&text)),
            expires: value("expires").and_then(|text| Expires::parse(&text)),
            needs: value("needs").and_then(|text| Need::parse(&text)),
            sort,
            direction,
            size: value("size").map(|text| PageSize::parse(&text)).unwrap_or_default(),
            position,
            rows_before: rows_before.unwrap_or_default(),
        }
    }

    /// Returns the shortest query with this meaning.
    pub fn to_query_string(&self) -> String {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        let search = clean_search(&self.search);
        if !search.is_empty() {
            pairs.push(("q", search));
        }
        if let Some(kind) = self.kind {
            pairs.push(("type", kind.as_str().to_owned()));
        }
        if let Some(status) = self.status {
            pairs.push(("status", status.as_str().to_owned()));
        }
        if let Some(unused) = self.unused {
            pairs.push(("unused", unused.days().to_string()));
        }
        if let Some(expires) = self.expires {
            pairs.push(("expires", expires.as_str().to_owned()));
        }
        if let Some(needs) = self.needs {
            pairs.push(("needs", needs.as_str().to_owned()));
        }
        let sort = self.sort_parameter();
        if !sort.is_empty() {
            pairs.push(("sort", sort));
        }
        if self.size != PageSize::default() {
            pairs.push(("size", self.size.rows().to_string()));
        }
        match &self.position {
            Position::First => {}
            Position::After(_) => pairs.push(("after", self.position.text())),
            Position::Last | Position::Before(_) => pairs.push(("before", self.position.text())),
        }
        if self.rows_before > 0 && matches!(self.position, Position::After(_) | Position::Before(_)) {
            pairs.push(("at", self.rows_before.to_string()));
        }
        let mut out = String::new();
        for (key, value) in pairs {
            if !out.is_empty() {
                out.push('&');
            }
            out.push_str(key);
            out.push('=');
            out.push_str(&percent::encode(&value));
        }
        out
    }

    /// Returns the value of `sort` in the address: the column, after a hyphen if descending; empty for the default.
    pub fn sort_parameter(&self) -> String {
        let default = Self::default();
        if (self.sort, self.direction) == (default.sort, default.direction) {
            return String::new();
        }
        let sign = if self.direction == Direction::Descending { "-" } else { "" };
        format!("{sign}{}", self.sort.as_str())
    }

    /// Returns the same list from its first page, sorted by this column; in the other direction if it is already.
    #[must_use]
    pub fn sorted_by(&self, sort: SortColumn) -> Self {
        let direction = if sort == self.sort {
            self.direction.reversed()
        } else if matches!(sort, SortColumn::UsedBy | SortColumn::LastUsed | SortColumn::Updated) {
            Direction::Descending
        } else {
            Direction::Ascending
        };
        Self { sort, direction, position: Position::First, rows_before: 0, ..self.clone() }
    }

    /// Returns the same search and filters from the first page, changed by this.
    #[must_use]
    pub fn changed(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut query = self.with_position(Position::First);
        change(&mut query);
        query
    }

    /// Returns the number of rows before this page. What its link said is corrected at both ends, and if there are fewer.
    pub fn rows_before(&self, page: &SecretPage) -> u64 {
        let Total { count, exact } = page.total;
        let most = if exact { count.saturating_sub(page.rows.len() as u64) } else { u64::MAX };
        match (&page.previous, &page.next) {
            (None, _) => 0,
            (Some(_), None) if exact => most,
            _ => most.min(self.rows_before.into()),
        }
    }

    /// Returns whether the list is searched or filtered.
    pub fn is_narrowed(&self) -> bool {
        self.kind.is_some() || self.is_counted()
    }

    /// Returns whether its total is not one of those that are kept: they are kept by type alone.
    pub fn is_counted(&self) -> bool {
        !self.search.is_empty()
            || self.status.is_some()
            || self.unused.is_some()
            || self.expires.is_some()
            || self.needs.is_some()
    }

    /// Returns the same list from its first page, without search and filters.
    #[must_use]
    pub fn widened(&self) -> Self {
        Self { sort: self.sort, direction: self.direction, size: self.size, ..Self::default() }
    }

    /// Returns the same list at another page, of whose place among all rows nothing is known.
    #[must_use]
    pub fn with_position(&self, position: Position) -> Self {
        Self { position, rows_before: 0, ..self.clone() }
    }
}

fn read_sort(text: &str) -> Option<(SortColumn, Direction)> {
    let (name, direction) = match text.strip_prefix('-') {
        Some(name) => (name, Direction::Descending),
        None => (text, Direction::Ascending),
    };
    SortColumn::ALL.into_iter().find(|column| column.as_str() == name).map(|column| (column, direction))
}

/// Returns the first parameter with this name in the query of an address.
pub(crate) fn parameter(query: &str, wanted: &str) -> Option<String> {
    let end = (0..=query.len().min(QUERY_LIMIT)).rev().find(|end| query.is_char_boundary(*end));
    query[..end.unwrap_or_default()]
        .split('&')
        .find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == wanted))
        .and_then(|(_, value)| percent::decode(value))
}

/// Returns the search as it is looked for: one line, trimmed, and not too long.
pub(crate) fn clean_search(text: &str) -> String {
    let clean: String =
        text.chars().filter(|c| !c.is_control()).take(ListQuery::MAX_SEARCH_CHARS * 2).collect();
    let cut: String = clean.trim().chars().take(ListQuery::MAX_SEARCH_CHARS).collect();
    cut.trim_end().to_owned()
}

/// The number of secrets that match.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// The number that was counted.
    pub count: u64,
    /// Whether `count` is exact; false if counting stopped at the limit.
    pub exact: bool,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretPage {
    /// The rows, in the order of the query.
    pub rows: Vec<SecretSummary>,
    /// The number of rows over all pages.
    pub total: Total,
    /// The row before which the previous page ends; `None` on the first page.
    pub previous: Option<Cursor>,
    /// The row after which the next page begins; `None` on the last page.
    pub next: Option<Cursor>,
    /// The server's time, for telling how long ago something was.
    pub now: Timestamp,
}

#[cfg(test)]
mod tests;
