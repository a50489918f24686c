//! The audit log by the API.

use super::{Answer, Caller, json, query::Query};
use axum::extract::RawQuery;
use backend::{AuditCursor, AuditEntry, AuditQuery};
use domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// One audit record.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditItem {
    /// Its number in the chain.
    id: i64,
    at: String,
    /// `user`, `token`, `system` or `anonymous`.
    actor_kind: String,
    actor: String,
    /// The id of the session or token that was used.
    credential: Option<String>,
    address: Option<String>,
    request_id: String,
    action: String,
    /// The id of a secret, the name of a user, the id of a token.
    object: String,
    outcome: String,
    /// The names of the fields that were changed.
    fields: Vec<String>,
    /// SHA-256 over this record and the hash before.
    hash: String,
}

impl From<AuditEntry> for AuditItem {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at.rfc3339(),
            actor_kind: entry.actor_kind,
            actor: entry.actor,
            credential: entry.credential,
            address: entry.address,
            request_id: entry.request_id,
            action: entry.action,
            object: entry.object,
            outcome: entry.outcome,
            fields: entry.fields,
            hash: entry.hash,
        }
    }
}

/// One page of audit records, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditList {
    pub items: Vec<AuditItem>,
    /// What to send as `older_than` for the next page; null on the last.
    pub next: Option<i64>,
}

/// List audit records, newest first
///
/// Needs a token with the scope `read-audit`.
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "Audit log", operation_id = "list_audit_records",
    params(
        ("actor" = Option<String>, Query, description = "The name of a user or token, or `command line`"),
        ("action" = Option<String>, Query, description = "What was done, as the records say it, such as `value read`"),
        ("object" = Option<String>, Query, description = "The id of a secret, the name of a user, the id of a token"),
        ("outcome" = Option<String>, Query, description = "`done`, `refused`, `failed` or `integrity failure`"),
        ("from" = Option<String>, Query, description = "A day such as 2026-11-25, in UTC"),
        ("until" = Option<String>, Query, description = "A day, itself included"),
        ("older_than" = Option<i64>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "One page of at most 50 records", body = AuditList)),
)]
pub async fn list(caller: Caller, RawQuery(query): RawQuery) -> Answer {
    let taken = ["actor", "action", "object", "outcome", "from", "until", "older_than"];
    let query = Query::read(query.as_deref(), &taken)?;
    let day = "Send a day such as 2026-11-25.";
    let number = |text: &str| text.parse::<i64>().ok().filter(|id| *id > 0);
    let text = |name| query.get(name).unwrap_or_default().replace('\0', "");
    let older_than = query.parse("older_than", number, "Send what the page before says in next.")?;
    let wanted = AuditQuery {
        actor: text("actor"),
        action: text("action"),
        object: text("object"),
        outcome: text("outcome"),
        parts: false,
        from: query.parse("from", Timestamp::parse_date, day)?,
        until: query.parse("until", Timestamp::parse_date, day)?.map(Timestamp::next_day),
        cursor: older_than.map_or(AuditCursor::Newest, AuditCursor::OlderThan),
    };
    let page = caller.backend.audit().list(&caller.ctx, &wanted).await?;
    let next = page.entries.last().filter(|_| page.older).map(|entry| entry.id);
    Ok(json(AuditList { items: page.entries.into_iter().map(AuditItem::from).collect(), next }))
}
