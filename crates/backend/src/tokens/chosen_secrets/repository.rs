//! All SQL about the secrets that somebody names in the form.

use crate::secrets::repository::stored_id;
use domain::secret::{SecretId, SecretKind};
use sqlx::PgConnection;

/// Returns those of the secrets that exist.
pub(super) async fn existing(
    connection: &mut PgConnection,
    ids: &[SecretId],
) -> Result<Vec<SecretId>, sqlx::Error> {
    let kinds: Vec<&str> = ids.iter().map(|id| id.kind.as_str()).collect();
    let names: Vec<&str> = ids.iter().map(|id| id.name.as_str()).collect();
    let rows = sqlx::query!(
        "SELECT kind, name FROM secrets WHERE deleted_at IS NULL \
         AND (kind, name) IN (SELECT kind, name FROM unnest($1::text[], $2::text[]) AS wanted (kind, name))",
        &kinds as _,
        &names as _
    );
    rows.fetch_all(connection).await?.into_iter().map(|row| stored_id(&row.kind, &row.name)).collect()
}

/// Returns the secret whose name is most like this one, if one is like it at all. Reads all names, because only a mistyped
/// form asks for it.
pub(super) async fn most_alike(
    connection: &mut PgConnection,
    kind: Option<SecretKind>,
    name: &str,
) -> Result<Option<SecretId>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT kind, name FROM secrets WHERE deleted_at IS NULL AND similarity(name, $1) > 0.3 \
         ORDER BY name = $1 DESC, kind = $2 DESC, similarity(name, $1) DESC, name LIMIT 1",
        name,
        kind.map_or("", SecretKind::as_str)
    );
    row.fetch_optional(connection).await?.map(|row| stored_id(&row.kind, &row.name)).transpose()
}
