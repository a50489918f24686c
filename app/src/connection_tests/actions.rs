//! Testing what was typed.

use crate::secrets::input::SecretInput;
use backend::{Backend, Ctx};
use domain::{
    connection_test::TestReport,
    error::{Error, Field, FieldError, Problem},
    secret::{ConnectionTest, SecretId, SecretKind},
};

/// Tests the content of a form of Add, or of Edit of this secret. Also returns the ticket with which the form
/// keeps the result.
pub async fn typed(
    backend: &Backend,
    ctx: &Ctx,
    id: Option<SecretId>,
    input: &SecretInput,
) -> Result<(TestReport, Option<String>), Error> {
    // Rejects people without the right first, whatever they sent.
    backend.secrets().may_change(ctx, id.as_ref()).await?;
    let kind = id.as_ref().map(|id| id.kind).or_else(|| SecretKind::parse(&input.kind));
    let wrong_kind = || Error::Invalid(vec![FieldError { field: Field::Type, problem: Problem::Type }]);
    let test = ConnectionTest::parse(kind.ok_or_else(wrong_kind)?, input.draft(), id.is_some());
    backend.connection_tests().typed_with_ticket(ctx, id.as_ref(), test.map_err(Error::Invalid)?).await
}
