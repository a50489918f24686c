//! What is answered of images and datasets.

use domain::usage::{Usage, UsageKind, UsagePage};
use serde::Serialize;
use utoipa::ToSchema;

/// An image or a dataset.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UsageItem {
    /// `image` or `dataset`.
    kind: &'static str,
    name: String,
    /// Of an image: where it is pulled from.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    /// Of a dataset: its Git address.
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<String>,
    /// Of a dataset: the branch; null for the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    /// The id of the secret that it uses.
    pull_secret: Option<String>,
    /// That secret was deleted, and pulls nothing any more.
    pull_secret_is_deleted: bool,
    /// Goes up by one with each change.
    version: i64,
    updated_at: String,
    updated_by: String,
}

impl From<Usage> for UsageItem {
    fn from(usage: Usage) -> Self {
        let (image, repository) = match usage.kind {
            UsageKind::Image => (Some(usage.target), None),
            UsageKind::Dataset => (None, Some(usage.target)),
        };
        Self {
            kind: usage.kind.as_str(),
            name: usage.name.as_str().to_owned(),
            image,
            repository,
            branch: usage.branch,
            pull_secret_is_deleted: usage.secret.as_ref().is_some_and(|secret| secret.deleted),
            pull_secret: usage.secret.map(|secret| secret.id.to_string()),
            version: usage.version,
            updated_at: usage.updated_at.rfc3339(),
            updated_by: usage.updated_by,
        }
    }
}

/// One page of images or datasets, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UsageList {
    items: Vec<UsageItem>,
    /// What to send as `after` for the next page; null on the last.
    next: Option<String>,
}

impl From<UsagePage> for UsageList {
    fn from(page: UsagePage) -> Self {
        Self {
            items: page.rows.into_iter().map(UsageItem::from).collect(),
            next: page.next.map(|name| name.as_str().to_owned()),
        }
    }
}
