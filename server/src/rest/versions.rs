//! The versions of a secret's value.

use super::{
    Answer, Caller, Problem, ProblemDetails, body::Body, conditional::expected, id, json, query::Query,
};
use api_types::{RolledBack, VersionList};
use axum::{
    extract::{Path, RawQuery},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use domain::{
    error::Error,
    secret::{RollbackTest, SecretId},
};
use serde::Deserialize;
use utoipa::ToSchema;

/// How to roll back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollbackBody {
    /// When the connection is tested: `before`, and a value that does not work stays out of use; `after`; or `no`, as where
    /// nothing is said.
    #[schema(example = "before")]
    test: Option<String>,
}

/// The versions of a secret's value, the newest first
///
/// Facts that are no secret, and never a value. `state` is `current`, `kept` (it can be rolled back to), `removed` (newer ones
/// took its place) or `destroyed`.
#[utoipa::path(
    get, path = "/api/v1/secrets/{id}/versions", tag = "Versions", operation_id = "list_versions",
    params(
        ("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "One page", body = VersionList),
        (status = 404, description = "There is no such secret", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn list(caller: Caller, Path(text): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let id = id(&text)?;
    let query = Query::read(query.as_deref(), &["after"])?;
    let before = query.parse("after", number_of, "Send what the page before says in next.")?;
    let page = caller.backend.secrets().versions(&caller.ctx, &id, before).await?;
    Ok(json(VersionList::from(page)))
}

/// Roll back to an earlier version
///
/// Its value becomes a new version, with the registry host and the username that it was used with. Nobody reads it for that, so
/// a token that may write is enough. Where its value is in use already, nothing is changed or tested, so that the request can be
/// sent again. With `If-Match`, nothing is done where somebody changed the secret in between.
#[utoipa::path(
    post, path = "/api/v1/secrets/{id}/versions/{number}/rollback", tag = "Versions", operation_id = "roll_back",
    params(
        ("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub"),
        ("number" = i64, Path, description = "The version whose value comes back", minimum = 1),
        ("If-Match" = Option<String>, Header, description = "The ETag of the secret as it was seen, or the number of its version in quotation marks"),
    ),
    request_body = RollbackBody,
    responses(
        (status = 200, description = "Its value is in use", body = RolledBack),
        (status = 404, description = "There is no such secret, or there never was such a version", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "Its value does not work, or its password was typed for another registry host", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 410, description = "Its value is no longer kept", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it in between: who and when", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many tests: Retry-After says how long to wait", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn roll_back(
    caller: Caller,
    Path((text, number)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body<RollbackBody>,
) -> Answer {
    let (id, number) = (id(&text)?, number_of(&number).ok_or(Error::NotFound)?);
    caller.backend.secrets().may_change(&caller.ctx, Some(&id)).await?;
    let body = body.content()?;
    let wanted = body.test.as_deref().map_or(Some(RollbackTest::No), RollbackTest::parse);
    let wanted = wanted.ok_or_else(|| Problem::parameter("test", "Send before, after or no."))?;
    let expected = expected(&headers)?;
    let (tests, secrets) = (caller.backend.connection_tests(), caller.backend.secrets());
    let done = tests.roll_back(&caller.ctx, secrets, (&id, number), expected, wanted).await;
    let done = match done {
        Ok(done) => done,
        Err(error) => {
            return Err(not_found(&caller, &id, number, error).await.of_condition(expected.is_some()));
        }
    };
    Ok(json(RolledBack::new(number, done.version, done.already_current, done.report)))
}

/// Destroy the value of an earlier version
///
/// It is gone at once, and nothing brings it back; what else is known of the version stays. Backups from before still have it.
#[utoipa::path(
    delete, path = "/api/v1/secrets/{id}/versions/{number}/value", tag = "Versions", operation_id = "destroy_version",
    params(
        ("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub"),
        ("number" = i64, Path, description = "The version", minimum = 1),
    ),
    responses(
        (status = 204, description = "Destroyed"),
        (status = 404, description = "There is no such secret, or there never was such a version", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "The version is in use", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 410, description = "Its value is no longer kept", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn destroy(caller: Caller, Path((text, number)): Path<(String, String)>) -> Answer {
    let (id, number) = (id(&text)?, number_of(&number).ok_or(Error::NotFound)?);
    match caller.backend.secrets().destroy_version(&caller.ctx, &id, number).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(error) => Err(not_found(&caller, &id, number, error).await),
    }
}

/// Returns the problem of a request about a version, which says whether the secret or the version is missing.
pub(super) async fn not_found(caller: &Caller, id: &SecretId, number: i64, error: Error) -> Problem {
    if error != Error::NotFound {
        return error.into();
    }
    let detail = match caller.backend.secrets().get(&caller.ctx, id).await {
        Ok(_) => format!("The secret {id} never had a version {number}."),
        Err(_) => format!("There is no secret {id}."),
    };
    Problem::not_found(detail)
}

/// Parses the number of a version.
pub(super) fn number_of(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number| *number >= 1 && !text.starts_with('+'))
}
