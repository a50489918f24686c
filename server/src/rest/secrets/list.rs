//! The list of secrets, and what may be asked of it.

use crate::rest::{Answer, Caller, Problem, json, query::Query};
use api_types::SecretRow;
use axum::extract::RawQuery;
use domain::{
    connection_test::TestStatus,
    page::{Expires, ListQuery, Need, PageSize, Position, SecretPage, SortColumn, UnusedDays},
    secret::SecretKind,
};
use serde::Serialize;
use utoipa::ToSchema;

/// The detail of an invalid `needs`.
pub(in crate::rest) const NEEDS: &str = "Send approval, test, switch, renewal or review.";

/// One page of the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecretList {
    /// In the order that was asked for.
    items: Vec<SecretRow>,
    /// How many there are on all pages.
    total: u64,
    /// False where counting stopped, and there are more.
    total_is_exact: bool,
    /// What to send as `after` for the next page; null on the last.
    next: Option<String>,
    /// What to send as `before` for the previous page; null on the first.
    previous: Option<String>,
}

impl From<SecretPage> for SecretList {
    fn from(page: SecretPage) -> Self {
        Self {
            items: page.rows.into_iter().map(SecretRow::from).collect(),
            total: page.total.count,
            total_is_exact: page.total.exact,
            next: page.next.map(|cursor| Position::After(cursor).text()),
            previous: page.previous.map(|cursor| Position::Before(cursor).text()),
        }
    }
}

/// List secrets
///
/// A restricted token sees only its secrets.
#[utoipa::path(
    get, path = "/api/v1/secrets", tag = "Secrets", operation_id = "list_secrets",
    params(
        ("q" = Option<String>, Query, description = "Words that name, display name, id, registry host, username, repository or fingerprint contain; at most 200 characters"),
        ("type" = Option<String>, Query, description = "`git-dataset` or `image-pull`"),
        ("status" = Option<String>, Query, description = "`works`, `open`, `refused`, `unreachable`, `host-key-changed` or `not-tested`"),
        ("unused" = Option<u16>, Query, description = "Only those that no image or dataset uses and no token has read for so many days: 30, 90 or 365"),
        ("expires" = Option<String>, Query, description = "Only those that have `expired`, or expire within so many days: 7, 30 or 90"),
        ("needs" = Option<String>, Query, description = "Only those that wait for a person: for `approval` of host keys, a first `test`, a `switch` to the new key, a `renewal` of the value, or a `review`, because nothing has used them for 90 days"),
        ("sort" = Option<String>, Query, description = "`name`, `display`, `type`, `status`, `used-by`, `last-used`, `expires` or `updated`; descending after a hyphen. Without it, the last changed come first"),
        ("size" = Option<u8>, Query, description = "Rows a page: 10, 20, 50 or 100"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("before" = Option<String>, Query, description = "`previous` of the page after, or `end` for the last page"),
    ),
    responses((status = 200, description = "One page", body = SecretList)),
)]
pub async fn list(caller: Caller, RawQuery(text): RawQuery) -> Answer {
    let query = read_list_query(text.as_deref())?;
    Ok(json(SecretList::from(caller.backend.secrets().exact_page(&caller.ctx, &query, 0).await?)))
}

/// Parses the query of an address, every part of which has to be valid.
fn read_list_query(text: Option<&str>) -> Result<ListQuery, Problem> {
    let query = Query::read(
        text,
        &["q", "type", "status", "unused", "expires", "needs", "sort", "size", "after", "before"],
    )?;
    query.parse("type", SecretKind::parse, "Send git-dataset or image-pull.")?;
    let states = "Send works, open, refused, unreachable, host-key-changed or not-tested.";
    query.parse("status", TestStatus::parse, states)?;
    query.parse("unused", UnusedDays::parse, "Send 30, 90 or 365.")?;
    query.parse("expires", Expires::parse, "Send expired, 7, 30 or 90.")?;
    query.parse("needs", Need::parse, NEEDS)?;
    let sorts = "Send name, display, type, status, used-by, last-used, expires or updated, after a hyphen for descending.";
    let is_sort = |text: &str| {
        let name = text.strip_prefix('-').unwrap_or(text);
        SortColumn::ALL.into_iter().find(|column| column.as_str() == name)
    };
    query.parse("sort", is_sort, sorts)?;
    let is_size = |text: &str| PageSize::ALL.into_iter().find(|size| size.rows().to_string() == text);
    query.parse("size", is_size, "Send 10, 20, 50 or 100.")?;
    let fits = |text: &str| (text.chars().count() <= ListQuery::MAX_SEARCH_CHARS).then_some(());
    query.parse("q", fits, "Send at most 200 characters.")?;
    let read = ListQuery::parse(text.unwrap_or_default());
    for name in ["after", "before"] {
        if query.get(name).is_some() && read.position == Position::First {
            let detail = "Send what the page that was shown says in next or previous, for the same sort.";
            return Err(Problem::parameter(name, detail));
        }
    }
    if query.get("after").is_some() && query.get("before").is_some() {
        return Err(Problem::parameter("before", "Send either after or before."));
    }
    Ok(read)
}
