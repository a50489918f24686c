//! What whoever changes a secret is told where it is not as they took it to be.

use super::repository::SecretRow;
use crate::{context::Ctx, db::timestamp};
use domain::{
    error::{Change, Error, Field, FieldError, Problem},
    secret::SecretId,
};

/// Returns the error of whoever means something else than what is stored, or than the pair that waits.
pub(crate) fn changed(ctx: &Ctx, row: SecretRow) -> Error {
    Error::Changed(Change {
        by: row.updated_by,
        at: timestamp(row.updated_at),
        now: ctx.now,
        version: row.version,
    })
}

/// Returns the error of whoever would give a secret the name of another one.
pub(crate) fn name_taken(id: &SecretId) -> Error {
    let problem = Problem::NameTaken(id.clone());
    Error::Invalid(vec![FieldError { field: Field::Name, problem }])
}
