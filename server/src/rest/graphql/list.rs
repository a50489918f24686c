//! Lists, by numbered pages or by cursors.

use super::{
    super::{Caller, secrets::list::NEEDS},
    error::{bad_input, error_of},
    types::{OrderDirection, PageInfo, SecretConnection, SecretEdge, SecretOrderByInput, SecretWhereInput},
};
use async_graphql::{ID, Result};
use domain::{
    error::Error as DomainError,
    page::{Cursor, Expires, ListQuery, Need, PageSize, Position, SecretPage, SortColumn, Total},
    percent,
    secret::{SecretId, SecretKind, SecretSummary},
};

/// The number of rows on a page, as in the reference.
const PAGE_ROWS: u32 = 10;

/// The last page that may be requested, because the database reads all rows before a page.
const LAST_PAGE: i32 = 1_000;

/// The most rows of an answer if no page is requested.
const MAX_ROWS: usize = 1_000;

/// The most rows after a cursor.
const MAX_FIRST: i32 = 100;

/// A part of the list.
pub(super) struct Part {
    pub(super) page: Option<i32>,
    pub(super) after: Option<String>,
    pub(super) first: Option<i32>,
}

/// Returns the secrets in this part of the list.
pub(super) async fn find(
    caller: &Caller,
    which: Option<SecretWhereInput>,
    order_by: Option<SecretOrderByInput>,
    part: Part,
) -> Result<SecretConnection> {
    let SecretWhereInput { id: one, search, needs, expires, if_docker_config_json } =
        which.unwrap_or_default();
    let images_only = if_docker_config_json == Some(true);
    if let Some(one) = one {
        if search.is_some() || needs.is_some() || expires.is_some() {
            return Err(bad_input("where: Send either id, or search, needs and expires."));
        }
        return only(caller, &one, images_only).await;
    }
    let query = list_query(&search.unwrap_or_default(), images_only, &order_by.unwrap_or_default())?;
    let needs = needs.map(|text| Need::parse(&text).ok_or_else(|| bad_input(&format!("needs: {NEEDS}"))));
    let wrong = || bad_input("expires: Send expired, 7, 30 or 90.");
    let expires = expires.map(|text| Expires::parse(&text).ok_or_else(wrong));
    let query = ListQuery { needs: needs.transpose()?, expires: expires.transpose()?, ..query };
    match part {
        Part { page: Some(_), after: Some(_), .. } => Err(bad_input("after: Send either page or after.")),
        Part { page: Some(page), .. } => numbered(caller, &query, page).await,
        Part { page: None, after: None, first: None } => all(caller, query).await,
        Part { page: None, after, first } => following(caller, query, after, first).await,
    }
}

/// Returns a list with one secret, or with none.
async fn only(caller: &Caller, one: &ID, images_only: bool) -> Result<SecretConnection> {
    let id = SecretId::parse(one).filter(|id| !images_only || id.kind == SecretKind::ImagePull);
    let found = match id {
        Some(id) => match caller.backend.secrets().get(&caller.ctx, &id).await {
            Err(DomainError::NotFound) => None,
            other => Some(other.map_err(error_of)?),
        },
        None => None,
    };
    let edges: Vec<SecretEdge> = found
        .map(|details| SecretEdge { cursor: details.id.to_string(), node: details.into() })
        .into_iter()
        .collect();
    let total = Total { count: u64::from(!edges.is_empty()), exact: true };
    Ok(connection(edges, total, (false, false)))
}

/// Parses the query of the list as one in an address.
fn list_query(search: &str, images_only: bool, order_by: &SecretOrderByInput) -> Result<ListQuery> {
    if search.chars().count() > ListQuery::MAX_SEARCH_CHARS {
        return Err(bad_input("search: Send at most 200 characters."));
    }
    let orders = [
        (SortColumn::Name, order_by.name),
        (SortColumn::DisplayName, order_by.display_name),
        (SortColumn::Type, order_by.kind),
        (SortColumn::Expires, order_by.expires_at),
    ];
    let mut orders = orders.into_iter().filter_map(|(column, way)| Some((column, way?)));
    let (column, way) = orders.next().unwrap_or((SortColumn::Name, OrderDirection::Asc));
    if orders.next().is_some() {
        return Err(bad_input("orderBy: Send one field."));
    }
    let sign = if way == OrderDirection::Desc { "-" } else { "" };
    let kind = if images_only { SecretKind::ImagePull.as_str() } else { "" };
    let search = percent::encode(search);
    Ok(ListQuery::parse(&format!("sort={sign}{}&size={PAGE_ROWS}&type={kind}&q={search}", column.as_str())))
}

/// Returns a page of ten secrets.
async fn numbered(caller: &Caller, query: &ListQuery, page: i32) -> Result<SecretConnection> {
    let number = u32::try_from(page).ok().filter(|_| (1..=LAST_PAGE).contains(&page));
    let number = number.ok_or_else(|| {
        bad_input(
            "page: Send a number from 1 to 1,000. What lies beyond is found by a search, or after a cursor.",
        )
    })?;
    let secrets = caller.backend.secrets();
    let skip = (number - 1) * PAGE_ROWS;
    let found = secrets.exact_page(&caller.ctx, query, skip).await.map_err(error_of)?;
    // The total is in each row, and here is no row.
    let total = if found.rows.is_empty() && number > 1 {
        secrets.exact_page(&caller.ctx, query, 0).await.map_err(error_of)?.total
    } else {
        found.total
    };
    let around = (found.previous.is_some(), found.next.is_some());
    let mut connection = connection(edges(found, query.sort), total, around);
    connection.page_info.current_page = Some(number);
    Ok(connection)
}

/// Returns the secrets after a cursor.
async fn following(
    caller: &Caller,
    query: ListQuery,
    after: Option<String>,
    first: Option<i32>,
) -> Result<SecretConnection> {
    let first = first.unwrap_or(10);
    let rows = usize::try_from(first).ok().filter(|_| (1..=MAX_FIRST).contains(&first));
    let rows = rows.ok_or_else(|| bad_input("first: Send a number from 1 to 100."))?;
    let size = PageSize::parse("100");
    let mut query = ListQuery { size, ..query };
    if let Some(cursor) = &after {
        let text = format!("{}&after={}", query.to_query_string(), percent::encode(cursor));
        query = ListQuery::parse(&text);
        if query.position == Position::First {
            return Err(bad_input("after: Send the cursor of a row, for the same orderBy."));
        }
    }
    let mut found = caller.backend.secrets().exact_page(&caller.ctx, &query, 0).await.map_err(error_of)?;
    let more = found.next.is_some() || found.rows.len() > rows;
    found.rows.truncate(rows);
    let total = found.total;
    Ok(connection(edges(found, query.sort), total, (after.is_some(), more)))
}

/// Returns all secrets, unless they are too many for one answer.
async fn all(caller: &Caller, query: ListQuery) -> Result<SecretConnection> {
    let sort = query.sort;
    let mut query = ListQuery { size: PageSize::parse("100"), ..query };
    let (mut rows, mut total) = (Vec::new(), None);
    loop {
        let mut found =
            caller.backend.secrets().exact_page(&caller.ctx, &query, 0).await.map_err(error_of)?;
        let next = found.next.take();
        let total = *total.get_or_insert(found.total);
        rows.extend(edges(found, sort));
        match next {
            None => return Ok(connection(rows, total, (false, false))),
            Some(_) if rows.len() >= MAX_ROWS => {
                return Err(bad_input("page: There are more than 1,000. Ask for one page after the other."));
            }
            Some(cursor) => query.position = Position::After(cursor),
        }
    }
}

fn edges(page: SecretPage, sort: SortColumn) -> Vec<SecretEdge> {
    let edge = |row: SecretSummary| SecretEdge {
        cursor: Position::After(Cursor::at(&row, sort)).text(),
        node: row.into(),
    };
    page.rows.into_iter().map(edge).collect()
}

fn connection(
    edges: Vec<SecretEdge>,
    total: Total,
    (has_previous_page, has_next_page): (bool, bool),
) -> SecretConnection {
    let cursor = |edge: Option<&SecretEdge>| edge.map(|edge| edge.cursor.clone());
    let pages = total.count.div_ceil(u64::from(PAGE_ROWS)).max(1);
    let page_info = PageInfo {
        current_page: None,
        total_page: total.exact.then_some(pages),
        has_next_page,
        has_previous_page,
        start_cursor: cursor(edges.first()),
        end_cursor: cursor(edges.last()),
    };
    SecretConnection { page_info, edges }
}
