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
    secret::{Namespace, SecretId, SecretKind, Selection, Shape},
    sensitive::Sensitive,
};
use formats::shapes::{ManifestFormat, joined, manifest};

/// As what the secrets are to be written.
#[derive(Clone, Debug)]
pub struct ManifestsQuery {
    /// Under which keys a Git dataset's value stands.
    pub git_shape: Shape,
    /// Under which an image-pull secret's does.
    pub image_shape: Shape,
    /// The namespace that each names; `None` leaves it to whoever applies them.
    pub namespace: Option<Namespace>,
    /// YAML documents, or a `List` in JSON.
    pub format: ManifestFormat,
}

impl ManifestsQuery {
    fn shape(&self, kind: SecretKind) -> Shape {
        match kind {
            SecretKind::GitDataset => self.git_shape,
            SecretKind::ImagePull => self.image_shape,
        }
    }
}

/// Why no manifests are made. None of the secrets is left out, so one is reason enough.
#[derive(Debug, PartialEq, Eq)]
pub enum ManifestsError {
    /// The shape is none of a Kubernetes Secret, or one for secrets of the other kind.
    WrongShape,
    /// Argo CD is told the address of each repository, and of these none is known.
    NoUrl(Vec<SecretId>),
    /// The password of this one was typed for another registry host than the one that the secret names now.
    OtherHost(SecretId),
    /// Something else.
    Refused(Error),
}

impl From<Error> for ManifestsError {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl SecretService {
    /// A Kubernetes Secret for each, in one text. The record of each value is kept before any is returned.
    ///
    /// Errors: `WrongShape`, `NoUrl`, `OtherHost`; `Refused` with `NotFound` where one of them is gone, and as for `credential`.
    pub async fn manifests(
        &self,
        ctx: &Ctx,
        selection: &Selection,
        query: &ManifestsQuery,
    ) -> Result<Sensitive, ManifestsError> {
        // All that may stand in the way comes before the first value, of which there would be a record without need.
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
        let needs_url = |id: &SecretId| query.shape(id.kind) == Shape::ArgoCd;
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
