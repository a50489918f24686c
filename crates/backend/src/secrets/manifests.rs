//! The manifests of several secrets, in one file.

use super::{
    repository,
    service::SecretService,
    values::{ValueAnswer, ValueError, ValueQuery},
};
use crate::{
    access::{Object, authorize},
    context::{Action, Ctx},
};
use domain::{
    error::Error,
    secret::{ExportFormat, Namespace, SecretId, SecretKind, Selection},
    sensitive::Sensitive,
};
use formats::export::{ManifestFormat, joined, manifest};

/// The form in which the secrets are written.
#[derive(Clone, Debug)]
pub struct ManifestsQuery {
    /// The export format of a Git dataset's value.
    pub git_shape: ExportFormat,
    /// The export format of an image-pull secret's value.
    pub image_shape: ExportFormat,
    /// The namespace of each manifest; `None` leaves it to whoever applies them.
    pub namespace: Option<Namespace>,
    /// The file format: YAML documents, or a `List` in JSON.
    pub format: ManifestFormat,
}

impl ManifestsQuery {
    fn shape(&self, kind: SecretKind) -> ExportFormat {
        match kind {
            SecretKind::GitDataset => self.git_shape,
            SecretKind::ImagePull => self.image_shape,
        }
    }
}

/// The reason why no manifests are made. No secret is left out, so one reason suffices.
#[derive(Debug, PartialEq, Eq)]
pub enum ManifestsError {
    /// The format is not for Kubernetes Secrets, or for secrets of the other type.
    WrongShape,
    /// Argo CD needs the address of each repository, and these secrets have none.
    NoUrl(Vec<SecretId>),
    /// The password of this secret was typed for another registry host than its present one.
    OtherHost(SecretId),
    /// Any other error.
    Refused(Error),
}

impl From<Error> for ManifestsError {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl SecretService {
    /// Returns a Kubernetes Secret for each secret, in one text. Records each value before any is returned.
    ///
    /// Errors: `WrongShape`, `NoUrl`, `OtherHost`; `Refused` with `NotFound` if a secret is gone, and as for `credential`.
    pub async fn manifests(
        &self,
        ctx: &Ctx,
        selection: &Selection,
        query: &ManifestsQuery,
    ) -> Result<Sensitive, ManifestsError> {
        // Every possible obstacle comes before the first value, which would otherwise be recorded without need.
        for id in selection.ids() {
            authorize(&self.db, ctx, Action::ReadValues, Object::Secret(id)).await?;
            let shape = query.shape(id.kind);
            if !shape.fits(id.kind) || shape.kubernetes_type().is_none() {
                return Err(ManifestsError::WrongShape);
            }
        }
        self.unsealed()?;
        let targets =
            self.db.read(ctx, async |connection| repository::targets(connection, selection.ids()).await);
        let targets = targets.await?;
        if targets.len() < selection.ids().len() {
            return Err(Error::NotFound.into());
        }
        let needs_url = |id: &SecretId| query.shape(id.kind) == ExportFormat::ArgoCd;
        let without: Vec<SecretId> = targets
            .into_iter()
            .filter(|(id, target)| needs_url(id) && target.is_none())
            .map(|(id, _)| id)
            .collect();
        if !without.is_empty() {
            return Err(ManifestsError::NoUrl(without));
        }
        let mut manifests = Vec::with_capacity(selection.ids().len());
        for id in selection.ids() {
            let shape = query.shape(id.kind);
            let answer = self.value(ctx, id, ValueQuery { shape, url: None }, |_| false).await;
            let entries = match answer {
                Ok(ValueAnswer::Value(_, entries)) => entries,
                Ok(ValueAnswer::Unchanged(_)) | Err(ValueError::WrongShape) => {
                    return Err(ManifestsError::WrongShape);
                }
                Err(ValueError::NoUrl) => return Err(ManifestsError::NoUrl(vec![id.clone()])),
                Err(ValueError::OtherHost) => return Err(ManifestsError::OtherHost(id.clone())),
                Err(ValueError::Refused(error)) => return Err(error.into()),
            };
            let one = manifest(id, shape, &entries, query.namespace.as_ref(), query.format);
            manifests.push(one.ok_or(ManifestsError::WrongShape)?);
        }
        Ok(joined(&manifests, query.format))
    }
}
