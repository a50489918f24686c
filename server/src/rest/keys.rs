//! A new key pair beside the one in use, by the API.

use super::{Answer, Caller, Problem, ProblemDetails, body::Body, id, query::Query, secrets::shown};
use axum::{
    extract::{Path, RawQuery},
    http::StatusCode,
    response::IntoResponse,
};
use domain::secret::NewSshKeyKind;
use serde::Deserialize;
use utoipa::ToSchema;

/// Which pair is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKeyBody {
    /// `ed25519`, or `rsa-4096` for old servers.
    #[schema(example = "ed25519")]
    kind: String,
}

/// Which pair is meant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FingerprintBody {
    /// Of the pair that waits: `SHA256:…`.
    fingerprint: String,
}

/// Generate a new key pair beside the current key
///
/// Add its public key to the repository, then switch to it. It replaces a new key pair that was not activated.
#[utoipa::path(
    post, path = "/api/v1/secrets/{id}/key", tag = "Keys", operation_id = "generate_key",
    params(("id" = String, Path, description = "`gitsync-secret-<name>`", example = "gitsync-secret-data")),
    request_body = NewKeyBody,
    responses(
        (status = 201, description = "Made: see `pending_key`", body = api_types::Secret),
        (status = 404, description = "There is no such secret, or it has no key", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn generate(caller: Caller, Path(text): Path<String>, body: Body<NewKeyBody>) -> Answer {
    let id = id(&text)?;
    caller.backend.secrets().may_change(&caller.ctx, Some(&id)).await?;
    let body = body.content()?;
    let kind = NewSshKeyKind::parse(&body.kind);
    let kind = kind.ok_or_else(|| Problem::parameter("kind", "Send ed25519 or rsa-4096."))?;
    caller.backend.secrets().generate_key(&caller.ctx, &id, kind).await?;
    Ok((StatusCode::CREATED, shown(&caller, &id).await?).into_response())
}

/// Switch to the new key pair
///
/// This deletes the current key.
#[utoipa::path(
    post, path = "/api/v1/secrets/{id}/key/switch", tag = "Keys", operation_id = "switch_key",
    params(("id" = String, Path, description = "`gitsync-secret-<name>`", example = "gitsync-secret-data")),
    request_body = FingerprintBody,
    responses(
        (status = 200, description = "Switched", body = api_types::Secret),
        (status = 404, description = "There is no such secret, or no pair waits", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "Another pair waits", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn switch(caller: Caller, Path(text): Path<String>, body: Body<FingerprintBody>) -> Answer {
    let id = id(&text)?;
    caller.backend.secrets().may_change(&caller.ctx, Some(&id)).await?;
    let body = body.content()?;
    caller.backend.secrets().switch_key(&caller.ctx, &id, &body.fingerprint).await?;
    shown(&caller, &id).await
}

/// Discard the new key pair
#[utoipa::path(
    delete, path = "/api/v1/secrets/{id}/key", tag = "Keys", operation_id = "discard_key",
    params(
        ("id" = String, Path, description = "`gitsync-secret-<name>`", example = "gitsync-secret-data"),
        ("fingerprint" = String, Query, description = "Of the pair that waits: `SHA256:…`"),
    ),
    responses(
        (status = 204, description = "None waits any more"),
        (status = 404, description = "There is no such secret", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "Another pair waits", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn discard(caller: Caller, Path(text): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let id = id(&text)?;
    caller.backend.secrets().may_change(&caller.ctx, Some(&id)).await?;
    let query = Query::read(query.as_deref(), &["fingerprint"])?;
    let fingerprint = query.get("fingerprint");
    let fingerprint = fingerprint
        .ok_or_else(|| Problem::parameter("fingerprint", "Send the fingerprint of the pair that waits."))?;
    caller.backend.secrets().discard_key(&caller.ctx, &id, fingerprint).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
