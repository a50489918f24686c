//! What the plain forms and the server functions have in common: from what was typed to the service.

use super::input::{Saved, SecretEdit, SecretInput};
use backend::{Backend, Ctx};
use domain::{
    error::Error,
    secret::{NewSecret, SecretId, SecretUpdate},
};

/// Adds a secret.
pub async fn create(backend: &Backend, ctx: &Ctx, input: &SecretInput) -> Result<Saved, Error> {
    let secret = NewSecret::parse(input.draft()).map_err(Error::Invalid)?;
    // A mark that is none stands for a form without one.
    let submission = input.submission.parse().ok();
    let id = backend.secrets().create(ctx, secret, submission).await?;
    let host = input.corrected_host(id.kind);
    Ok(Saved { id, host })
}

/// Changes a secret.
pub async fn update(backend: &Backend, ctx: &Ctx, edit: SecretEdit) -> Result<Saved, Error> {
    let SecretEdit { id, form } = edit;
    let update = SecretUpdate::parse(id.kind, form.draft()).map_err(Error::Invalid)?;
    backend.secrets().update(ctx, &id, update, form.expected_version()?).await?;
    let host = form.corrected_host(id.kind);
    Ok(Saved { id, host })
}

/// Deletes a secret; answers with its display name.
pub async fn delete(backend: &Backend, ctx: &Ctx, id: &SecretId) -> Result<String, Error> {
    backend.secrets().delete(ctx, id).await
}
