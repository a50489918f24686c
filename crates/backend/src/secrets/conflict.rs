//! Errors of changes whose secret is not in the expected state.

use super::repository::SecretRow;
use crate::{context::Ctx, db::timestamp};
use domain::{
    error::{Change, Error, Field, FieldError, Problem},
    secret::SecretId,
};

/// Returns the error of a change that expected another stored state, or another pending pair.
pub(crate) fn conflict(ctx: &Ctx, row: SecretRow) -> Error {
    Error::Changed(Change {
        by: row.updated_by,
        at: timestamp(row.updated_at),
        now: ctx.now,
        version: row.version,
    })
}

/// Returns the error of a secret whose name is another secret's.
pub(crate) fn name_taken(id: &SecretId) -> Error {
    let problem = Problem::NameTaken(id.clone());
    Error::Invalid(vec![FieldError { field: Field::Name, problem }])
}
