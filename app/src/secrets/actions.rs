//! The actions that plain forms and server functions share: from the typed fields to the service, and the
//! flash to show at the end.

use super::input::{SecretEdit, SecretInput};
use crate::ui::flash::{Flash, Undo};
use backend::{Backend, Ctx, Submission};
use domain::{
    error::{Error, Field},
    secret::{GeneratedSecret, NewSecret, NewSshKeyKind, PasswordProblem, SecretId, SecretUpdate, Selection},
};

/// Adds a secret.
pub async fn create(backend: &Backend, ctx: &Ctx, input: &SecretInput) -> Result<Flash, Error> {
    if let Some(kind) = input.key_to_generate() {
        let id = create_generated(backend, ctx, input, kind).await?;
        return Ok(Flash::Saved { id, host: None });
    }
    let secret = NewSecret::parse(input.draft()).map_err(Error::Invalid)?;
    // An invalid mark counts as none.
    let submission = input.submission.parse().ok().map(Submission::Form);
    let id = backend.secrets().create_tested(ctx, secret, submission, &input.tested).await?;
    let host = input.corrected_host(id.kind);
    Ok(Flash::Saved { id, host })
}

/// Adds a secret with a key that the portal generates.
async fn create_generated(
    backend: &Backend,
    ctx: &Ctx,
    input: &SecretInput,
    kind: &str,
) -> Result<SecretId, Error> {
    let kind = NewSshKeyKind::parse(kind).ok_or(Error::BadRequest)?;
    let wanted = GeneratedSecret::parse(&input.draft(), kind).map_err(Error::Invalid)?;
    let submission = input.submission.parse().ok().map(Submission::Form);
    backend.secrets().create_generated(ctx, wanted, submission).await
}

/// Changes a secret.
pub async fn update(backend: &Backend, ctx: &Ctx, edit: SecretEdit) -> Result<Flash, Error> {
    let SecretEdit { id, form } = edit;
    if form.lacks_new_password() {
        return Err(Error::field(Field::Password, PasswordProblem::Missing));
    }
    let update = SecretUpdate::parse(id.kind, form.draft()).map_err(Error::Invalid)?;
    let expected = form.expected_version()?;
    backend.secrets().update_tested(ctx, &id, update, expected, &form.tested).await?;
    let host = form.corrected_host(id.kind);
    Ok(Flash::Saved { id, host })
}

/// Deletes a secret; if it is used, its name has to have been typed.
pub async fn delete(backend: &Backend, ctx: &Ctx, id: &SecretId, typed_name: &str) -> Result<Flash, Error> {
    let (display_name, undo) = match backend.secrets().delete(ctx, id, typed_name).await {
        // Submitted twice, or somebody was quicker: it is deleted, as was asked.
        Err(Error::NotFound) => (id.name.as_str().to_owned(), None),
        outcome => (outcome?, undo(backend, ctx)),
    };
    Ok(Flash::Deleted { display_name, undo })
}

/// Deletes several secrets, as `delete` does one.
pub async fn delete_many(
    backend: &Backend,
    ctx: &Ctx,
    selection: &Selection,
    typed: &str,
) -> Result<Flash, Error> {
    let deleted = backend.secrets().delete_many(ctx, selection, typed).await?.len();
    let (count, undo) =
        if deleted == 0 { (selection.ids().len(), None) } else { (deleted, undo(backend, ctx)) };
    Ok(Flash::DeletedSeveral { count: u32::try_from(count).unwrap_or(u32::MAX), undo })
}

/// Returns by what a deletion of this request is undone, unless deleted secrets are not kept.
fn undo(backend: &Backend, ctx: &Ctx) -> Undo {
    (backend.secrets().keep_deleted().0 > 0).then_some(ctx.now)
}
