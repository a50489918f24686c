//! Usages of secrets: the images and datasets that are pulled with one.

mod draft;
mod problem;
mod target;
mod view;

pub use draft::{NewUsage, UsageContent, UsageDraft};
pub use problem::UsageProblem;
pub use target::{Branch, GitAddress, ImageAddress, UsageTarget};
pub use view::{
    OutdatedConsumer, SecretChoice, SecretChoices, SecretConsumers, SelectedSecret, TokenConsumer, Usage,
    UsagePage, UsageQuery, UsedSecret,
};

use crate::{error::Field, secret::SecretKind};

coded_enum! {
    /// The kind of a usage.
    pub enum UsageKind: as_str, label {
        /// A container image.
        Image = "image", "Image";
        /// A Git repository.
        Dataset = "dataset", "Dataset";
    }
}

impl UsageKind {
    /// Returns the heading of a list.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Image => "Images",
            Self::Dataset => "Datasets",
        }
    }

    /// Returns the address of its list.
    pub fn list(self) -> &'static str {
        match self {
            Self::Image => "/images",
            Self::Dataset => "/datasets",
        }
    }

    /// Returns the type of secret that it may use.
    pub fn secret_kind(self) -> SecretKind {
        match self {
            Self::Image => SecretKind::ImagePull,
            Self::Dataset => SecretKind::GitDataset,
        }
    }

    /// Returns the kind of usage that secrets of this type have.
    pub fn of(kind: SecretKind) -> Self {
        match kind {
            SecretKind::ImagePull => Self::Image,
            SecretKind::GitDataset => Self::Dataset,
        }
    }

    /// Returns the field of the target.
    pub fn target_field(self) -> Field {
        match self {
            Self::Image => Field::Image,
            Self::Dataset => Field::Repository,
        }
    }
}
