//! What is sent to add or to change an image or a dataset.

use crate::rest::body::text_or_cleared;
use domain::usage::UsageDraft;
use serde::Deserialize;
use utoipa::ToSchema;

/// An image that is to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewImageBody {
    /// Unique among images.
    #[schema(example = "trainer")]
    name: String,
    /// Where it is pulled from.
    #[schema(example = "ghcr.io/group/app:1.2")]
    image: String,
    /// The id of the image-pull secret that it uses, if any.
    #[schema(example = "image-hub")]
    pull_secret: Option<String>,
}

/// A dataset that is to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDatasetBody {
    /// Unique among datasets.
    #[schema(example = "photos")]
    name: String,
    /// Its Git address.
    #[schema(example = "git@github.com:group/photos.git")]
    repository: String,
    /// The branch; without it, the default one.
    branch: Option<String>,
    /// The id of the secret with its key, if any.
    #[schema(example = "gitsync-secret-photos")]
    pull_secret: Option<String>,
}

/// A change. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageChange {
    /// Where it is pulled from.
    image: Option<String>,
    /// The id of the secret that it uses; null or an empty text for none.
    #[serde(default, deserialize_with = "text_or_cleared")]
    pull_secret: Option<String>,
}

/// A change. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DatasetChange {
    /// Its Git address.
    repository: Option<String>,
    /// The branch; null or an empty text for the default one.
    #[serde(default, deserialize_with = "text_or_cleared")]
    branch: Option<String>,
    /// The id of the secret that it uses; null or an empty text for none.
    #[serde(default, deserialize_with = "text_or_cleared")]
    pull_secret: Option<String>,
}

impl From<NewImageBody> for UsageDraft {
    fn from(body: NewImageBody) -> Self {
        Self {
            name: body.name,
            target: body.image,
            branch: String::new(),
            secret: body.pull_secret.unwrap_or_default(),
        }
    }
}

impl From<NewDatasetBody> for UsageDraft {
    fn from(body: NewDatasetBody) -> Self {
        Self {
            name: body.name,
            target: body.repository,
            branch: body.branch.unwrap_or_default(),
            secret: body.pull_secret.unwrap_or_default(),
        }
    }
}

impl ImageChange {
    /// Returns the form with what is stored, and what is sent in its place.
    pub(super) fn merge(self, stored: UsageDraft) -> UsageDraft {
        UsageDraft {
            target: self.image.unwrap_or(stored.target),
            secret: self.pull_secret.unwrap_or(stored.secret),
            ..stored
        }
    }
}

impl DatasetChange {
    /// Returns the form with what is stored, and what is sent in its place.
    pub(super) fn merge(self, stored: UsageDraft) -> UsageDraft {
        UsageDraft {
            target: self.repository.unwrap_or(stored.target),
            branch: self.branch.unwrap_or(stored.branch),
            secret: self.pull_secret.unwrap_or(stored.secret),
            ..stored
        }
    }
}
