//! What uses a secret.

use crate::rest::{Answer, Caller, ProblemDetails, id, json};
use axum::extract::Path;
use domain::usage::{OutdatedConsumer, SecretConsumers};
use serde::Serialize;
use utoipa::ToSchema;

/// Who uses a secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Consumers {
    /// Images and datasets, by name; at most 50.
    usages: Vec<ConsumingUsage>,
    /// How many there are.
    usage_count: u32,
    /// Tokens that took the value out in the last 30 days, the latest first; at most 50.
    readers: Vec<ConsumingToken>,
    /// How many there are.
    reader_count: u32,
    /// Tokens, not revoked, that took an earlier version out last, however long ago, the latest first: who uses them still has the
    /// old value; at most 50.
    outdated: Vec<OutdatedToken>,
    /// How many there are.
    outdated_count: u32,
}

/// An image or a dataset that uses a secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsumingUsage {
    /// `image` or `dataset`.
    kind: &'static str,
    name: String,
}

/// A token that took a value out.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsumingToken {
    /// The part of the token that is no secret.
    token: String,
    /// What people call it.
    name: String,
    /// Whose it is; null for one of the command line.
    owner: Option<String>,
    /// The last time.
    last_read_at: String,
    /// How often in the last 30 days.
    reads: u64,
    /// It can do so no more.
    revoked: bool,
    /// The version of the value that it took last; null where that is not known.
    version: Option<i64>,
}

/// A token that took an earlier version out last.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutdatedToken {
    /// The part of the token that is no secret.
    token: String,
    /// The name that people gave it.
    name: String,
    /// Whose it is; null for one of the command line.
    owner: Option<String>,
    /// The last time.
    last_read_at: String,
    /// The version that it took.
    version: i64,
}

impl From<OutdatedConsumer> for OutdatedToken {
    fn from(consumer: OutdatedConsumer) -> Self {
        Self {
            token: consumer.id,
            name: consumer.name,
            owner: consumer.owner,
            last_read_at: consumer.last_read_at.rfc3339(),
            version: consumer.version,
        }
    }
}

impl From<SecretConsumers> for Consumers {
    fn from(consumers: SecretConsumers) -> Self {
        let usages = consumers.usages.into_iter();
        let readers = consumers.readers.into_iter();
        Self {
            usages: usages
                .map(|(kind, name)| ConsumingUsage { kind: kind.as_str(), name: name.as_str().to_owned() })
                .collect(),
            usage_count: consumers.usage_count,
            readers: readers
                .map(|reader| ConsumingToken {
                    token: reader.id,
                    name: reader.name,
                    owner: reader.owner,
                    last_read_at: reader.last_read_at.rfc3339(),
                    reads: reader.reads,
                    revoked: reader.revoked,
                    version: reader.version,
                })
                .collect(),
            reader_count: consumers.reader_count,
            outdated: consumers.outdated.into_iter().map(OutdatedToken::from).collect(),
            outdated_count: consumers.outdated_count,
        }
    }
}

/// List the consumers of a secret
///
/// Images and datasets, the tokens that read its value in the last 30 days, and those that still have an earlier version.
#[utoipa::path(
    get, path = "/api/v1/secrets/{id}/consumers", tag = "Secrets", operation_id = "list_consumers",
    params(("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub")),
    responses(
        (status = 200, description = "Who uses it", body = Consumers),
        (status = 404, description = "There is no such secret", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn of_secret(caller: Caller, Path(text): Path<String>) -> Answer {
    Ok(json(Consumers::from(caller.backend.usages().of_secret(&caller.ctx, &id(&text)?).await?)))
}

/// List the consumers of a secret (older address)
///
/// Deprecated: use `/api/v1/secrets/{id}/consumers`, which answers the same.
#[utoipa::path(
    get, path = "/api/v1/secrets/{id}/users", tag = "Secrets", operation_id = "list_users_of_secret",
    params(("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub")),
    responses(
        (status = 200, description = "Who uses it", body = Consumers),
        (status = 404, description = "There is no such secret", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
#[deprecated = "It is for those who know the older address."]
pub async fn at_older_address(caller: Caller, text: Path<String>) -> Answer {
    of_secret(caller, text).await
}
