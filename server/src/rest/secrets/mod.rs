//! Secrets by the API.

/// Returns the first member of a body that was sent and belongs to the other type of secret. A page's form ignores such fields;
/// a script gets an error.
macro_rules! misplaced {
    ($body:ident, $kind:expr) => {{
        let git = [
            ("secret", $body.secret.is_some()),
            ("passphrase", $body.passphrase.is_some()),
            ("repository", $body.repository.is_some()),
            ("known_hosts", $body.known_hosts.is_some()),
        ];
        let image = [
            ("registry_host", $body.registry_host.is_some()),
            ("username", $body.username.is_some()),
            ("password", $body.password.is_some()),
            ("password_ends", $body.password_ends.is_some()),
            ("image", $body.image.is_some()),
        ];
        let others = if $kind == domain::secret::SecretKind::GitDataset { &image[..] } else { &git[..] };
        others.iter().find(|(_, sent)| *sent).map(|(member, _)| *member)
    }};
}

pub mod add;
pub mod change;
pub mod consumers;
pub mod list;

use super::{
    Answer, Caller, Problem, ProblemDetails,
    conditional::{expected, is_known, tag, tagged, unchanged},
    id, json,
    query::Query,
};
use api_types::{Secret, TestResult};
use axum::{
    extract::{Path, RawQuery},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use domain::{error::Error, secret::SecretId};

/// Get a secret, without its value
#[utoipa::path(
    get, path = "/api/v1/secrets/{id}", tag = "Secrets", operation_id = "show_secret",
    params(
        ("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of an earlier answer"),
    ),
    responses(
        (status = 200, description = "The secret", body = Secret, headers(("ETag" = String, description = "To be sent in If-Match and If-None-Match"))),
        (status = 304, description = "It is as it was"),
        (status = 404, description = "There is no such secret", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn show(caller: Caller, Path(text): Path<String>, headers: HeaderMap) -> Answer {
    let id = id(&text)?;
    let (body, tag) = found(&caller, &id).await?;
    if is_known(&headers, &tag) {
        return Ok(unchanged(&tag));
    }
    Ok(tagged(json(body), &tag))
}

async fn found(caller: &Caller, id: &SecretId) -> Result<(Secret, String), Problem> {
    let (details, revision) = caller.backend.secrets().get_with_revision(&caller.ctx, id).await?;
    let state = caller.backend.connection_tests().state(&caller.ctx, id).await?;
    let body = Secret::new(details, state);
    let text = serde_json::to_vec(&body).map_err(|_| Error::Internal(caller.ctx.request_id.clone()))?;
    let tag = tag(revision, &[&text]);
    Ok((body, tag))
}

pub(super) async fn shown(caller: &Caller, id: &SecretId) -> Answer {
    let (body, tag) = found(caller, id).await?;
    Ok(tagged(json(body), &tag))
}

/// Delete a secret
///
/// It is out of use at once, and kept for a while: see the deleted secrets. Where anybody uses it, say its name. With
/// `If-Match`, nothing is deleted that has changed in between, and no other secret that has the name by now.
#[utoipa::path(
    delete, path = "/api/v1/secrets/{id}", tag = "Secrets", operation_id = "delete_secret",
    params(
        ("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub"),
        ("confirmation" = Option<String>, Query, description = "The name of the secret, where anybody uses it"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the secret as it was seen, or the number of its version in quotation marks"),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 409, description = "Somebody uses it", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such secret", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it in between: who and when", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn delete(
    caller: Caller,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let query = Query::read(query.as_deref(), &["confirmation"])?;
    let confirmation = query.get("confirmation").unwrap_or_default();
    let expected = expected(&headers)?;
    let deleted =
        caller.backend.secrets().delete_expected(&caller.ctx, &id(&text)?, confirmation, expected).await;
    deleted.map_err(|error| Problem::from(error).of_condition(expected.is_some()))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Test a secret's connection
///
/// Connects to the registry, or to the repository that is to be tried, with what is stored; keeps the result with the
/// secret.
#[utoipa::path(
    post, path = "/api/v1/secrets/{id}/test", tag = "Secrets", operation_id = "test_secret",
    params(("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub")),
    responses(
        (status = 200, description = "What the test came to", body = TestResult),
        (status = 429, description = "Too many tests: Retry-After says how long to wait", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such secret", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn test(caller: Caller, Path(text): Path<String>) -> Answer {
    let report = caller.backend.connection_tests().stored(&caller.ctx, &id(&text)?).await?;
    Ok(json(TestResult::from(report)))
}
