//! The history of one secret with very many reads.

use super::super::history::{
    CHANGES, SecretHistory,
    find::find,
    repository::{IS_CHANGE, IS_OTHER, history_of},
};
use crate::{
    Ctx,
    tests::{at, backend, somebody},
};
use domain::{
    access::Role,
    error::Error,
    secret::{NewSecret, SecretDraft, SecretId, SecretUpdate},
    sensitive::Sensitive,
};
use sqlx::{PgPool, Postgres, QueryBuilder};

const NAME: &str = "image-busy";

fn draft(display_name: &str) -> SecretDraft {
    SecretDraft {
        name: "busy".to_owned(),
        display_name: display_name.to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: "ghcr.io".to_owned(),
        username: "robot".to_owned(),
        password: Sensitive::new("SENTINEL"),
        ..SecretDraft::default()
    }
}

/// Inserts a record for each of these minutes, as a client leaves them that asks each minute. They have no valid chain,
/// because this test is only about finding them.
async fn flood(pool: &PgPool, from: i64, count: i64, action: &str, outcome: &str) {
    sqlx::query(
        "INSERT INTO audit_records (id, at, actor_kind, actor, request_id, action, object, outcome, fields, hash, mac) \
         SELECT $1 + number, to_timestamp(number * 60), 'token', 'cluster', 'r', $3, $5, $4, '{}', '\\x00', '\\x00' \
         FROM generate_series(1, $2) AS number",
    )
    .bind(from)
    .bind(count)
    .bind(action)
    .bind(outcome)
    .bind(NAME)
    .execute(pool)
    .await
    .unwrap();
}

async fn found(pool: &PgPool, ctx: &Ctx, id: &SecretId) -> SecretHistory {
    find(&mut pool.acquire().await.unwrap(), ctx, id).await.unwrap()
}

async fn plan(pool: &PgPool, mut sql: QueryBuilder<Postgres>) -> String {
    let lines: Vec<String> = sql.build_query_scalar().fetch_all(pool).await.unwrap();
    lines.join("\n")
}

#[sqlx::test]
async fn history_folds_100_000_reads_and_forbidden_attempts(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let id = SecretId::parse(NAME).unwrap();
    let secrets = backend.secrets();
    secrets.create(&at(1), NewSecret::parse(draft("One")).unwrap(), None).await.unwrap();
    let update =
        |name| SecretUpdate::parse(id.kind, SecretDraft { password: Sensitive::default(), ..draft(name) });
    secrets.update(&at(2), &id, update("Two").unwrap(), 1).await.unwrap();
    flood(&pool, 1_000_000, 100_000, "value read", "done").await;
    flood(&pool, 2_000_000, 100_000, "take values out", "refused").await;
    flood(&pool, 3_000_000, 3, "connection tested", "failed").await;
    flood(&pool, 4_000_000, 1, "value read", "integrity failure").await;
    sqlx::query(
        "INSERT INTO api_tokens (id, secret_hash, name, scope, created_at, created_by) \
         VALUES ('t1', '\\x00', 'argo-cd production', 'read-values', now(), 'ana')",
    )
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO secret_reads (secret_id, token_id, day, reads, last_read_at) \
         SELECT id, 't1', '1970-01-01'::date + day, 40 + day, to_timestamp(day * 86400 + 60) \
         FROM secrets, generate_series(0, 1) AS day",
    )
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query("VACUUM ANALYZE audit_records").execute(&pool).await.unwrap();

    let history = found(&pool, &somebody(Role::Reader, 86_400 * 2), &id).await;
    let changes: Vec<&str> = history.changes.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(changes, ["secret changed", "secret added"]);
    assert!(!history.more_changes);
    let reads: Vec<_> = history.reads.iter().map(|line| (line.name.as_str(), line.count)).collect();
    assert_eq!(reads, [("argo-cd production", 41), ("argo-cd production", 40)]);
    assert_eq!(history.reads[0].day.rfc3339(), "1970-01-02T00:00:00Z");
    let others: Vec<_> =
        history.others.iter().map(|line| (line.action.as_str(), line.outcome.as_str(), line.count)).collect();
    assert_eq!(others[..2], [("value read", "integrity failure", 1), ("connection tested", "failed", 3)]);
    // The rest of the newest 500, all on one day.
    assert_eq!(others[2], ("take values out", "refused", 496));
    assert!(history.more_others);

    let plan = plan(&pool, history_of("EXPLAIN (ANALYZE)", &id)).await;
    for index in [
        "audit_records_changes_and_versions_by_object",
        "audit_records_others_than_versions_by_object",
        "secret_reads_pkey",
    ] {
        // PostgreSQL reads small tables as a whole, which costs less than an index.
        let small = index == "secret_reads_pkey" && plan.contains("Seq Scan on secret_reads");
        assert!(plan.contains(index) || small, "{plan}");
    }
    assert!(!plan.contains("Rows Removed by Filter: 1"), "it walks through the others: {plan}");
    assert!(!plan.contains("Seq Scan on audit_records"), "{plan}");
}

#[sqlx::test]
async fn history_reports_older_changes_beyond_the_limit(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let id = SecretId::parse(NAME).unwrap();
    assert_eq!(found(&pool, &at(1), &id).await.changes, []);
    flood(&pool, 1_000_000, 21, "SSH key switched", "done").await;
    let history = found(&pool, &at(1), &id).await;
    assert_eq!((history.changes.len(), history.more_changes), (20, true));
    assert_eq!((history.others.len(), history.more_others), (0, false));
    let nobody = backend.secrets().view(&crate::tests::anonymous(1), &id).await;
    assert_eq!(nobody.unwrap_err(), Error::NotSignedIn);
}

#[test]
fn history_index_conditions_name_every_change() {
    let migration = include_str!("../../../migrations/0220_keep_versions.sql");
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for action in CHANGES {
        let quoted = format!("'{}'", action.code());
        assert_eq!(IS_CHANGE.matches(&quoted).count(), 1, "{quoted}");
        assert_eq!(IS_OTHER.matches(&quoted).count(), 1, "{quoted}");
    }
    for condition in [IS_CHANGE, IS_OTHER] {
        assert!(squeezed(migration).contains(&squeezed(condition)), "{condition}");
    }
}
