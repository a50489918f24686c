//! From what was typed to a test of it.

use crate::secrets::input::SecretInput;
use backend::{Backend, Ctx};
use domain::{
    check::CheckReport,
    error::{Error, Field, FieldError, Problem},
    secret::{SecretId, SecretKind, Trial},
};

/// Tries what stands in a form of Add or Edit; `input.of` is the id of the secret that is edited.
pub async fn typed(backend: &Backend, ctx: &Ctx, input: &SecretInput) -> Result<CheckReport, Error> {
    let id = match input.of.as_str() {
        "" => None,
        text => Some(SecretId::parse(text).ok_or(Error::NotFound)?),
    };
    // Whoever may not is told that, whatever they sent.
    backend.secrets().may_change(ctx, id.as_ref()).await?;
    let kind = id.as_ref().map(|id| id.kind).or_else(|| SecretKind::parse(&input.kind));
    let wrong_kind = || Error::Invalid(vec![FieldError { field: Field::Type, problem: Problem::Type }]);
    let trial = Trial::parse(kind.ok_or_else(wrong_kind)?, input.draft(), id.is_some());
    backend.checks().typed(ctx, id.as_ref(), trial.map_err(Error::Invalid)?).await
}
