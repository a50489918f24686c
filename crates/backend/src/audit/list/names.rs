//! The names that the filters of a query stand for. Records are found by exact names, each by an index, so parts of names are
//! looked up first, where there are fewer of them.

use super::{AuditQuery, Names, repository};
use crate::secrets::search::patterns;
use sqlx::PgConnection;

/// The most names that a part of a name stands for.
pub(super) const MAX_NAMES: usize = 100;

/// Returns the names for which the query asks: the text itself if records have it as a name, and otherwise the names that
/// contain each of its words, if the query asks for parts.
pub(in crate::audit) async fn find(
    connection: &mut PgConnection,
    query: &AuditQuery,
) -> Result<Names, sqlx::Error> {
    let mut names = Names::default();
    if !query.actor.is_empty() {
        let mut found = vec![query.actor.clone()];
        if query.parts && !repository::has_actor(connection, &query.actor).await? {
            found = repository::actors(connection, &patterns(&query.actor), MAX_NAMES + 1).await?;
        }
        names.more |= found.len() > MAX_NAMES;
        found.truncate(MAX_NAMES);
        names.actors = Some(found);
    }
    if !query.object.is_empty() {
        let mut found = vec![query.object.clone()];
        if query.parts && !repository::has_object(connection, &query.object).await? {
            found = repository::objects(connection, &patterns(&query.object), MAX_NAMES + 1).await?;
        }
        names.more |= found.len() > MAX_NAMES;
        found.truncate(MAX_NAMES);
        names.objects = Some(found);
    }
    Ok(names)
}
