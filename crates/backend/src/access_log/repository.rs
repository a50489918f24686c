//! All SQL about reads of values.

use super::Read;
use crate::{
    audit::repository::{APPEND, Links},
    db::instant,
};
use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgConnection, Postgres, postgres::PgArguments, query::Query};
use uuid::Uuid;

/// Reads by tokens in the form in which PostgreSQL takes many of them: an array for each column.
#[derive(Clone, Debug, Default)]
pub(super) struct CountedReads {
    secrets: Vec<Uuid>,
    tokens: Vec<String>,
    at: Vec<DateTime<Utc>>,
    versions: Vec<i64>,
}

impl CountedReads {
    pub(super) fn of(reads: &[(&Read, &str)]) -> Result<Self, sqlx::Error> {
        Ok(Self {
            secrets: reads.iter().map(|(read, _)| read.version.secret).collect(),
            tokens: reads.iter().map(|(_, token)| (*token).to_owned()).collect(),
            versions: reads.iter().map(|(read, _)| read.version.number).collect(),
            at: reads.iter().map(|(read, _)| instant(read.ctx.now)).collect::<Result<_, _>>()?,
        })
    }

    fn bind(self, statement: Query<'_, Postgres, PgArguments>) -> Query<'_, Postgres, PgArguments> {
        statement.bind(self.secrets).bind(self.tokens).bind(self.at).bind(self.versions)
    }
}

/// Counts reads by secret, token and day, and notes the last of each secret, to the minute. Ignores secrets that are gone by
/// now.
pub(super) async fn count(connection: &mut PgConnection, reads: CountedReads) -> Result<(), sqlx::Error> {
    if reads.secrets.is_empty() {
        return Ok(());
    }
    counting(reads).execute(connection).await.map(drop)
}

/// Returns the statement that counts reads.
pub(super) fn counting(reads: CountedReads) -> Query<'static, Postgres, PgArguments> {
    let CountedReads { secrets, tokens, at, versions } = reads;
    sqlx::query!("SELECT count_reads($1, $2, $3, $4)", &secrets, &tokens, &at, &versions)
}

/// Returns the statement that counts reads and appends their records, all or nothing: nothing, and no row in its answer, if
/// the chain has another end now. The end is locked last, as everywhere, so the counting is a part of its own, which is done
/// first.
#[expect(clippy::disallowed_methods, reason = "another statement's text is a part of it")]
pub(super) fn recording(links: Links, reads: CountedReads) -> Query<'static, Postgres, PgArguments> {
    // The parameters of `APPEND` come first; the two that are named here are the expected end.
    let sql = format!(
        "WITH counted AS MATERIALIZED (SELECT count_reads($21, $22, $23, $24) FROM audit_head \
         WHERE last_id = $1 AND hash = $2) {APPEND} FROM counted"
    );
    reads.bind(links.bind(sqlx::query(AssertSqlSafe(sql))))
}
