//! The blocks that PostgreSQL reads for a page of a long list.

use super::{
    repository::{PageRequest, select},
    total_by,
};
use crate::tests::{at, backend};
use domain::{
    access::Restriction,
    page::{ListQuery, Position},
};
use serde_json::Value;
use sqlx::PgPool;

const MANY: i32 = 100_000;
const NOW: i64 = 100 * 86_400;

/// Adds very many secrets, of which one in ten has an end: 25 on each day from 30 days ago on.
async fn add_many(pool: &PgPool) {
    sqlx::query(
        "INSERT INTO secrets (id, kind, name, display_name, registry_host, registry_username, version, value_version, \
         created_at, updated_at, updated_by, known_hosts, expires_at) \
         SELECT gen_random_uuid(), CASE WHEN n % 2 = 0 THEN 'git-dataset' ELSE 'image-pull' END, 'team-' || n, \
         'Team ' || n, CASE WHEN n % 2 = 1 THEN 'ghcr.io' END, CASE WHEN n % 2 = 1 THEN 'robot' END, 1, 1, \
         to_timestamp(n), to_timestamp(n), 'test', '', \
         CASE WHEN n % 10 = 1 THEN to_timestamp($1::bigint) + make_interval(days => n / 10 % 400 - 30, secs => n % 86400) END \
         FROM generate_series(1, $2) AS numbers (n)",
    )
    .bind(NOW)
    .bind(MANY)
    .execute(pool)
    .await
    .unwrap();
    sqlx::query("VACUUM (ANALYZE) secrets").execute(pool).await.unwrap();
}

/// Returns each scan of a table in a plan: its kind, the table and the index.
fn scans(plan: &Value) -> Vec<String> {
    let word = |name: &str| plan[name].as_str().unwrap_or_default();
    let own = [word("Node Type"), word("Relation Name"), word("Index Name")].join(" ");
    let own = own.contains("Scan").then_some(own);
    let below = plan["Plans"].as_array().into_iter().flatten().flat_map(scans);
    own.into_iter().chain(below).collect()
}

#[sqlx::test]
async fn list_by_expiry_of_100_000_secrets_reads_an_index(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add_many(&pool).await;
    let size: i64 =
        sqlx::query_scalar("SELECT pg_relation_size('secrets') / 8192").fetch_one(&pool).await.unwrap();
    for (text, index, most) in [
        ("sort=expires", "secrets_by_expiry", 200),
        ("sort=-expires", "secrets_by_expiry", 200),
        ("sort=expires&type=image-pull", "expiry", 200),
        ("expires=expired", "secrets_expiring", 2_500),
        ("expires=expired&sort=expires", "secrets_expiring", 2_500),
        ("expires=7&sort=expires", "secrets_expiring", 1_000),
        ("expires=30&sort=-expires", "secrets_expiring", 2_500),
        ("expires=90&sort=expires&type=image-pull", "secrets_expiring", 4_500),
    ] {
        let mut query = ListQuery::parse(text);
        for page in 1..=2 {
            let visible = &Restriction::None;
            let cursor = match &query.position {
                Position::After(cursor) => Some((&cursor.id, &cursor.value)),
                _ => None,
            };
            let request = PageRequest {
                query: &query,
                visible,
                direction: query.direction,
                after: cursor,
                skip: 0,
                limit: u32::from(query.size.rows()) + 1,
                now: at(NOW).now,
                total: total_by(&query, visible),
            };
            let mut explain = select("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)", &request).unwrap();
            let plan: Value = explain.build_query_scalar().fetch_one(&pool).await.unwrap();
            let top = &plan[0]["Plan"];
            let read = ["Shared Hit Blocks", "Shared Read Blocks"].map(|name| top[name].as_i64().unwrap());
            let (read, scans) = (read.iter().sum::<i64>(), scans(top));
            let place = format!("page {page} of {text}: {read} of {size} blocks, {scans:?}");
            assert!(scans.iter().any(|scan| scan.contains(index)), "{place}");
            assert!(!scans.iter().any(|scan| scan.starts_with("Seq Scan secrets ")), "{place}");
            assert!(read <= most, "{place}");
            let found = backend.secrets().list(&at(NOW), &query).await.unwrap();
            assert!(found.rows.len() == usize::from(query.size.rows()), "{place}");
            query.position = Position::After(found.next.unwrap());
        }
    }
}
