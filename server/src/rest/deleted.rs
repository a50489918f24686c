//! Deleted secrets, by the API.

use super::{Answer, Caller, Problem, ProblemDetails, json, query::Query, secrets::shown};
use axum::{
    extract::{Path, RawQuery},
    http::StatusCode,
    response::IntoResponse,
};
use backend::DeletedSecret;
use domain::{error::Error, time::Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A deleted secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletedItem {
    /// Tells it from others that had the same name.
    row: String,
    /// What it was, and is when it is restored.
    id: String,
    display_name: String,
    deleted_at: String,
    deleted_by: String,
    /// When it is removed for good.
    kept_until: String,
    /// How many images or datasets still point to it.
    usage_count: u32,
}

impl From<DeletedSecret> for DeletedItem {
    fn from(secret: DeletedSecret) -> Self {
        Self {
            row: secret.row.to_string(),
            id: secret.id.to_string(),
            display_name: secret.display_name,
            deleted_at: secret.deleted_at.rfc3339(),
            deleted_by: secret.deleted_by,
            kept_until: secret.until.rfc3339(),
            usage_count: secret.usage_count,
        }
    }
}

/// One page of deleted secrets, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletedList {
    pub items: Vec<DeletedItem>,
    /// What to send as `after` for the next page; null on the last.
    pub next: Option<String>,
}

/// List deleted secrets that can be restored, newest first
#[utoipa::path(
    get, path = "/api/v1/deleted-secrets", tag = "Deleted secrets", operation_id = "list_deleted_secrets",
    params(("after" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, description = "One page", body = DeletedList)),
)]
pub async fn list(caller: Caller, RawQuery(query): RawQuery) -> Answer {
    let query = Query::read(query.as_deref(), &["after"])?;
    let beyond = query.parse("after", read_cursor, "Send what the page before says in next.")?;
    let page = caller.backend.secrets().deleted(&caller.ctx, beyond).await?;
    let last = page.rows.last().filter(|_| page.more);
    let next = last.map(|secret| format!("{}~{}", secret.deleted_at.micros(), secret.row));
    Ok(json(DeletedList { items: page.rows.into_iter().map(DeletedItem::from).collect(), next }))
}

fn read_cursor(text: &str) -> Option<(Timestamp, Uuid)> {
    let (at, row) = text.split_once('~')?;
    Some((Timestamp::parse_micros(at)?, row.parse().ok()?))
}

/// Parses the row in an address. A text that is not a row names no secret.
fn row(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Error::NotFound.into())
}

/// Restore a deleted secret
#[utoipa::path(
    post, path = "/api/v1/deleted-secrets/{row}/restore", tag = "Deleted secrets", operation_id = "restore_secret",
    params(("row" = String, Path, description = "As the list has it")),
    responses(
        (status = 200, description = "Restored", body = api_types::Secret),
        (status = 404, description = "There is none, or its time is over", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "Another secret has its name by now", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn restore(caller: Caller, Path(text): Path<String>) -> Answer {
    let id = caller.backend.secrets().restore(&caller.ctx, row(&text)?).await?;
    shown(&caller, &id).await
}

/// Delete a secret permanently
#[utoipa::path(
    delete, path = "/api/v1/deleted-secrets/{row}", tag = "Deleted secrets", operation_id = "remove_secret",
    params(("row" = String, Path, description = "As the list has it")),
    responses(
        (status = 204, description = "Removed, with its value"),
        (status = 404, description = "There is none, or its time is over", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn remove(caller: Caller, Path(text): Path<String>) -> Answer {
    caller.backend.secrets().remove(&caller.ctx, row(&text)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
