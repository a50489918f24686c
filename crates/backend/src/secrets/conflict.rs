//! Errors of changes whose secret is not in the expected state.

use super::repository::SecretRow;
use crate::{
    audit::history::repository::changed_fields,
    context::Ctx,
    db::timestamp,
    revision::{Expected, LastChange},
    work::Work,
};
use domain::{
    error::{Change, Error, Field, FieldError, Problem},
    secret::SecretId,
};

/// Returns the error of a change that expected another stored state, or another pending pair.
pub(crate) fn conflict(ctx: &Ctx, row: SecretRow) -> Error {
    let (revision, at) = (row.revision(), timestamp(row.updated_at));
    LastChange { revision, at, by: row.updated_by }.conflict(ctx)
}

/// Returns the same error with the fields that were changed since the expected version; with none if the row is another secret
/// with the name of the expected one.
pub(crate) async fn conflict_in_fields(
    work: &mut Work,
    ctx: &Ctx,
    id: &SecretId,
    row: SecretRow,
    expected: Expected,
) -> Result<Error, sqlx::Error> {
    let same = expected.row.is_none_or(|expected| expected == row.id);
    let changes = if same { row.version.saturating_sub(expected.version) } else { 0 };
    let fields = changed_fields(work, id, changes).await?;
    Ok(match conflict(ctx, row) {
        Error::Changed(change) => Error::Changed(Change { fields, ..change }),
        error => error,
    })
}

/// Returns the error of a secret whose name is another secret's.
pub(crate) fn name_taken(id: &SecretId) -> Error {
    let problem = Problem::NameTaken(id.clone());
    Error::Invalid(vec![FieldError { field: Field::Name, problem }])
}
