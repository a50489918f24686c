//! Rules of notices by the API.

use super::{Answer, Body, Caller, Problem, ProblemDetails, expected, json, row, with_tag};
use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use backend::NoticeRule;
use domain::notice::{MAIL, RuleDraft};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A rule: which notices go to which channel.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rule {
    id: String,
    /// The id of the channel; `mail` in a rule of an older version, which has no effect.
    channel: String,
    /// The types of notices, such as `secret.expires`; empty for all.
    events: Vec<&'static str>,
    /// The types of secrets; empty for all.
    types: Vec<&'static str>,
    /// Only secrets whose name begins so; empty for all.
    name_prefixes: Vec<String>,
    created_at: String,
    created_by: String,
    /// Goes up by one with each change.
    version: i64,
    /// The time of its last change, or of its addition.
    updated_at: String,
    updated_by: String,
}

impl From<NoticeRule> for Rule {
    fn from(rule: NoticeRule) -> Self {
        Self {
            id: rule.id.to_string(),
            channel: rule.channel.map_or_else(|| MAIL.to_owned(), |(id, _)| id.to_string()),
            events: rule.scope.events.iter().map(|event| event.code()).collect(),
            types: rule.scope.kinds.iter().map(|kind| kind.as_str()).collect(),
            name_prefixes: rule.scope.prefixes,
            created_at: rule.created_at.rfc3339(),
            created_by: rule.created_by,
            version: rule.version,
            updated_at: rule.updated_at.rfc3339(),
            updated_by: rule.updated_by,
        }
    }
}

/// All rules, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleList {
    pub items: Vec<Rule>,
}

/// The contents of a rule. An empty list stands for everything.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleBody {
    /// The id of the channel. Mail is not one: each person chooses their own, at `/api/v1/me/notifications`.
    channel: String,
    #[serde(default)]
    events: Vec<String>,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    name_prefixes: Vec<String>,
}

impl From<RuleBody> for RuleDraft {
    fn from(body: RuleBody) -> Self {
        let prefixes = body.name_prefixes.join("\n");
        Self { channel: body.channel, events: body.events, kinds: body.types, prefixes }
    }
}

/// Rules of notices
#[utoipa::path(
    get, path = "/api/v1/notifications/rules", tag = "Notifications", operation_id = "list_notice_rules",
    responses((status = 200, description = "All of them", body = RuleList)),
)]
pub async fn list(caller: Caller) -> Answer {
    let rules = caller.backend.notices().rules(&caller.ctx).await?;
    Ok(json(RuleList { items: rules.into_iter().map(Rule::from).collect() }))
}

/// Add a rule
#[utoipa::path(
    post, path = "/api/v1/notifications/rules", tag = "Notifications", operation_id = "add_notice_rule",
    request_body = RuleBody,
    responses((status = 201, description = "Added", body = Rule)),
)]
pub async fn add(caller: Caller, body: Body<RuleBody>) -> Answer {
    let notices = caller.backend.notices();
    notices.may_manage(&caller.ctx).await?;
    let body = body.content()?;
    let id = notices.add_rule(&caller.ctx, &body.into()).await?;
    Ok((StatusCode::CREATED, shown(&caller, id).await?).into_response())
}

/// A rule
#[utoipa::path(
    get, path = "/api/v1/notifications/rules/{rule}", tag = "Notifications", operation_id = "show_notice_rule",
    params(("rule" = String, Path, description = "As the list has it")),
    responses(
        (status = 200, description = "The rule", body = Rule, headers(("ETag" = String, description = "To be sent in If-Match"))),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn show(caller: Caller, Path(text): Path<String>) -> Answer {
    shown(&caller, row(&text)?).await
}

async fn shown(caller: &Caller, id: Uuid) -> Answer {
    let rule = caller.backend.notices().rule(&caller.ctx, id).await?;
    with_tag(caller, rule.revision(), Rule::from(rule))
}

/// Replace what a rule says
///
/// With `If-Match`, nothing is saved over a change that came in between.
#[utoipa::path(
    put, path = "/api/v1/notifications/rules/{rule}", tag = "Notifications", operation_id = "change_notice_rule",
    params(
        ("rule" = String, Path, description = "As the list has it"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was seen, or the number of its version in quotation marks"),
    ),
    request_body = RuleBody,
    responses(
        (status = 200, description = "Changed", body = Rule),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it in between: who and when", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "Fields need another look", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn change(
    caller: Caller,
    Path(text): Path<String>,
    headers: HeaderMap,
    body: Body<RuleBody>,
) -> Answer {
    caller.backend.notices().may_manage(&caller.ctx).await?;
    let (id, expected, body) = (row(&text)?, expected(&headers)?, body.content()?);
    let changed = caller.backend.notices().change_rule(&caller.ctx, id, &body.into(), expected).await;
    changed.map_err(|error| Problem::from(error).of_condition(expected.is_some()))?;
    shown(&caller, id).await
}

/// Delete a rule
#[utoipa::path(
    delete, path = "/api/v1/notifications/rules/{rule}", tag = "Notifications", operation_id = "delete_notice_rule",
    params(
        ("rule" = String, Path, description = "As the list has it"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was seen, or the number of its version in quotation marks"),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it in between: who and when", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn delete(caller: Caller, Path(text): Path<String>, headers: HeaderMap) -> Answer {
    let (id, expected) = (row(&text)?, expected(&headers)?);
    let deleted = caller.backend.notices().delete_rule(&caller.ctx, id, expected).await;
    deleted.map_err(|error| Problem::from(error).of_condition(expected.is_some()))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
