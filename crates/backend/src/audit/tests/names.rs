//! Filters of the audit log by parts of names.

use super::{
    super::list::{Names, repository::select},
    with_records,
};
use crate::{
    AuditQuery,
    tests::{at, somebody},
};
use domain::{
    access::{Role, TokenDraft},
    secret::{NewSecret, SecretDraft},
    sensitive::Sensitive,
};
use sqlx::PgPool;

fn parts(actor: &str, object: &str) -> AuditQuery {
    AuditQuery { actor: actor.to_owned(), object: object.to_owned(), parts: true, ..AuditQuery::default() }
}

#[sqlx::test]
async fn list_finds_records_by_parts_of_names(pool: PgPool) {
    let backend = with_records(&pool, 120).await;
    let draft = SecretDraft {
        name: "harbor-production".to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: "ghcr.io".to_owned(),
        username: "robot".to_owned(),
        password: Sensitive::new("pw"),
        ..SecretDraft::default()
    };
    let harbor = backend.secrets().create(&at(200), NewSecret::parse(draft).unwrap(), None).await.unwrap();
    let token = TokenDraft { name: "Argo".to_owned(), scope: "read-values".to_owned(), ..Default::default() };
    let created = backend.tokens().create(&at(201), &token).await.unwrap();
    backend.secrets().delete(&at(202), &harbor, "").await.unwrap();
    let admin = somebody(Role::Admin, 300);
    for (query, count, more) in [
        // A whole name means that name alone.
        (parts("", "user-007"), 1, false),
        (parts("", "USER-01"), 10, false),
        (parts("", "user 01"), 12, false),
        (parts("", "harbor"), 2, false),
        (parts("", "image-harbor"), 2, false),
        (parts("", "argo"), 1, false),
        (parts("", "us_r"), 0, false),
        (parts("", "user"), 50, true),
        (parts("es", "harbor"), 2, false),
        (parts("nobody", "harbor"), 0, false),
        (AuditQuery { parts: false, ..parts("", "harbor") }, 0, false),
    ] {
        let page = backend.audit().list(&admin, &query).await.unwrap();
        assert_eq!((page.entries.len(), page.more_names), (count, more), "{query:?}");
        assert!(page.entries.is_sorted_by_key(|entry| std::cmp::Reverse(entry.id)), "{query:?}");
    }
    assert_eq!(backend.audit().list(&admin, &parts("tes", "")).await.unwrap().entries.len(), 50);
    let of_token = backend.audit().list(&admin, &parts("", "argo")).await.unwrap();
    assert_eq!(of_token.token_names.get(&created.id).map(String::as_str), Some("Argo"));
}

#[sqlx::test]
async fn list_finds_records_of_several_names_by_index(pool: PgPool) {
    drop(with_records(&pool, 1).await);
    sqlx::query(
        "INSERT INTO audit_records (id, at, actor_kind, actor, request_id, action, object, outcome, fields, hash, mac) \
         SELECT 1000 + number, to_timestamp(number), 'user', 'u' || number % 500, 'r', 'value read', 'o' || number % 5000, \
         'done', '{}', '\\x00', '\\x00' FROM generate_series(1, 50000) AS number",
    )
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query("VACUUM ANALYZE audit_records").execute(&pool).await.unwrap();
    let some = |letter: &str| Some((1..=20).map(|number| format!("{letter}{number}")).collect::<Vec<_>>());
    for (names, index) in [
        (Names { actors: some("u"), ..Names::default() }, "audit_records_by_actor"),
        (Names { objects: some("o"), ..Names::default() }, "audit_records_by_object"),
    ] {
        let mut sql = select("EXPLAIN (ANALYZE)", &AuditQuery::default(), &names, 51).unwrap();
        let plan: Vec<String> = sql.build_query_scalar().fetch_all(&pool).await.unwrap();
        let plan = plan.join("\n");
        assert!(plan.contains(index) && !plan.contains("Seq Scan on audit_records"), "{plan}");
    }
}
