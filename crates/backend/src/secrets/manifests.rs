//! The manifests of several secrets, in one file.

use super::{
    repository,
    service::SecretService,
    values::{ValueAnswer, ValueQuery},
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

impl SecretService {
    /// A Kubernetes Secret for each, in one text. The record of each value is kept before any is returned.
    ///
    /// Errors: `WrongShape`, `NoUrl`, `OtherHost`; `NotFound` where one of them is gone, and as for `credential`.
    pub async fn manifests(
        &self,
        ctx: &Ctx,
        selection: &Selection,
        query: &ManifestsQuery,
    ) -> Result<Sensitive, Error> {
        // All that may stand in the way comes before the first value, of which there would be a record without need.
        for id in selection.ids() {
            authorize(&self.db, ctx, Action::ReadValues, Object::Secret(id)).await?;
            let shape = query.shape(id.kind);
            if !shape.fits(id.kind) || shape.kubernetes_type().is_none() {
                return Err(Error::WrongShape);
            }
        }
        self.unsealed()?;
        let targets =
            self.db.read(ctx, async |connection| repository::targets(connection, selection.ids()).await);
        let targets = targets.await?;
        if targets.len() < selection.ids().len() {
            return Err(Error::NotFound);
        }
        let needs_url = |id: &SecretId| query.shape(id.kind) == Shape::ArgoCd;
        let without: Vec<SecretId> = targets
            .into_iter()
            .filter(|(id, target)| needs_url(id) && target.is_none())
            .map(|(id, _)| id)
            .collect();
        if !without.is_empty() {
            return Err(Error::NoUrl(without));
        }
        let mut manifests = Vec::with_capacity(selection.ids().len());
        for id in selection.ids() {
            let shape = query.shape(id.kind);
            let answer = self.value(ctx, id, ValueQuery { shape, url: None }, |_| false).await;
            let entries = match answer {
                Ok(ValueAnswer::Value(_, entries)) => entries,
                Ok(ValueAnswer::Unchanged(_)) => return Err(Error::WrongShape),
                Err(error) => return Err(error),
            };
            let one = manifest(id, shape, &entries, query.namespace.as_ref(), query.format);
            manifests.push(one.ok_or(Error::WrongShape)?);
        }
        Ok(joined(&manifests, query.format))
    }
}
