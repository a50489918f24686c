//! All SQL about the newest changes.

use super::RecentChange;
use crate::db::timestamp;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// The columns of a `RecentChange`.
#[derive(Debug)]
struct ChangeRow {
    at: DateTime<Utc>,
    actor_kind: String,
    actor: String,
    action: String,
    object: String,
    fields: Vec<String>,
    called: Option<String>,
}

/// Finds the newest changes: all of them, or those of secrets, images and datasets. The indexes of migrations 0220 and 0270
/// require exactly these texts.
pub(crate) async fn find(
    connection: &mut PgConnection,
    all: bool,
    limit: i64,
) -> Result<Vec<RecentChange>, sqlx::Error> {
    let rows = if all {
        sqlx::query_as!(
            ChangeRow,
            "SELECT at AS \"at!\", actor_kind AS \"actor_kind!\", actor AS \"actor!\", action AS \"action!\", \
             object AS \"object!\", fields AS \"fields!\", (SELECT name FROM api_tokens \
             WHERE api_tokens.id = object AND action IN ('token created', 'token revoked')) AS called FROM (\
             (SELECT id, at, actor_kind, actor, action, object, fields FROM audit_records \
             WHERE outcome = 'done' AND action IN ('secret added', 'secret changed', 'secret deleted', 'secret restored', \
             'secret removed for good', 'SSH key generated', 'SSH key switched', 'SSH key discarded', 'value rolled back', \
             'version destroyed', 'usage added', 'usage changed', 'usage deleted', 'secrets seeded', 'user added', 'role changed', 'user disabled', 'user enabled', \
             'password link made', 'token created', 'token revoked', 'key added', 'key activated', 'key retired', \
             'key backup confirmed', 'set-up steps dismissed') \
             ORDER BY id DESC LIMIT $1) \
             UNION ALL (SELECT id, at, actor_kind, actor, action, object, fields FROM audit_records \
             WHERE outcome = 'done' AND action = 'database restored' ORDER BY id DESC LIMIT $1)) AS changes \
             ORDER BY id DESC LIMIT $1",
            limit
        )
        .fetch_all(connection)
        .await?
    } else {
        sqlx::query_as!(
            ChangeRow,
            "SELECT at, actor_kind, actor, action, object, fields, NULL::text AS called FROM audit_records \
             WHERE outcome = 'done' AND action IN ('secret added', 'secret changed', 'secret deleted', 'secret restored', \
             'secret removed for good', 'SSH key generated', 'SSH key switched', 'SSH key discarded', 'value rolled back', \
             'version destroyed', 'usage added', 'usage changed', 'usage deleted', 'secrets seeded') \
             ORDER BY id DESC LIMIT $1",
            limit
        )
        .fetch_all(connection)
        .await?
    };
    Ok(rows
        .into_iter()
        .map(|ChangeRow { at, actor_kind, actor, action, object, fields, called }| RecentChange {
            at: timestamp(at),
            actor_kind,
            actor,
            action,
            object,
            fields,
            called,
        })
        .collect())
}
