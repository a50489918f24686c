//! The audit log on a real database, one of its own for each test.

mod history;
mod names;

use crate::{
    AuditAction, AuditCursor, AuditQuery, Backend, Verdict,
    tests::{anonymous, at, backend, signed_in, somebody, started_again, text},
};
use domain::{access::Role, error::Error};
use sqlx::{PgPool, migrate::Migrator};

/// Returns a backend with this number of records of added users.
async fn with_records(pool: &PgPool, count: i64) -> Backend {
    let backend = backend(pool.clone()).await;
    for number in 1..=count {
        backend.users().add(&at(number), &format!("user-{number:03}"), "reader", &text("")).await.unwrap();
    }
    backend
}

/// Readers see the history of a secret; only administrators see addresses and sessions.
#[sqlx::test]
async fn history_hides_addresses_and_sessions_from_readers(pool: PgPool) {
    let backend = backend(pool).await;
    let id = domain::secret::SecretId::parse("image-hub").unwrap();
    let ana = signed_in(&backend, "ana", Role::Reader, 1).await;
    let ana = crate::Ctx { address: Some("203.0.113.7".parse().unwrap()), ..ana };
    // A forbidden attempt is recorded like anything else.
    assert_eq!(backend.secrets().may_change(&ana, Some(&id)).await, Err(Error::Forbidden));
    let ben = signed_in(&backend, "ben", Role::Editor, 1).await;
    let ben = crate::Ctx { address: Some("203.0.113.8".parse().unwrap()), ..ben };
    let draft = domain::secret::SecretDraft {
        name: "hub".to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: "ghcr.io".to_owned(),
        username: "robot".to_owned(),
        password: domain::sensitive::Sensitive::new("pw"),
        ..Default::default()
    };
    let secret = domain::secret::NewSecret::parse(draft).unwrap();
    backend.secrets().create(&ben, secret, None).await.unwrap();
    for (role, sees) in [(Role::Reader, false), (Role::Editor, false), (Role::Admin, true)] {
        let history = backend.secrets().view(&somebody(role, 2), &id).await.unwrap().history;
        assert_eq!((history.changes.len(), history.others.len()), (1, 1));
        for entry in &history.changes {
            assert_eq!((entry.address.is_some(), entry.credential.is_some()), (sees, sees), "{role:?}");
        }
    }
}

/// Changes the database as somebody with direct access to it would.
async fn tamper(pool: &PgPool, sql: &'static str) {
    for statement in [
        "ALTER TABLE audit_records DISABLE TRIGGER audit_records_kept",
        sql,
        "ALTER TABLE audit_records ENABLE TRIGGER audit_records_kept",
    ] {
        sqlx::query(statement).execute(pool).await.unwrap();
    }
}

#[sqlx::test]
async fn database_rejects_change_and_deletion_of_records(pool: PgPool) {
    with_records(&pool, 1).await;
    for sql in
        ["UPDATE audit_records SET actor = 'eve'", "DELETE FROM audit_records", "TRUNCATE audit_records"]
    {
        let refused = sqlx::query(sql).execute(&pool).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "{sql}");
    }
}

#[sqlx::test]
async fn verify_finds_changed_and_removed_records(pool: PgPool) {
    let backend = with_records(&pool, 5).await;
    let verify = async || backend.audit().verify(&at(9)).await.unwrap();
    assert_eq!(verify().await, Verdict::Whole(5));
    tamper(&pool, "UPDATE audit_records SET actor = 'eve' WHERE id = 3").await;
    assert_eq!(verify().await, Verdict::Broken(3));
    tamper(&pool, "UPDATE audit_records SET actor = 'test' WHERE id = 3").await;
    assert_eq!(verify().await, Verdict::Whole(5));
    tamper(&pool, "UPDATE audit_records SET fields = '{}' WHERE id = 2").await;
    assert_eq!(verify().await, Verdict::Broken(2));
    tamper(&pool, "UPDATE audit_records SET fields = '{role}' WHERE id = 2").await;
    tamper(&pool, "DELETE FROM audit_records WHERE id = 5").await;
    assert_eq!(verify().await, Verdict::CutShort(4));
    tamper(&pool, "DELETE FROM audit_records WHERE id = 1").await;
    assert_eq!(verify().await, Verdict::Broken(2));
}

/// Two servers at once, each with its own connections.
#[sqlx::test]
async fn record_keeps_one_chain_across_servers(pool: PgPool) {
    let one = backend(pool.clone()).await;
    let two = started_again(&one, pool.clone()).await;
    let tasks: Vec<_> = (0..40)
        .map(|number| {
            let backend = if number % 2 == 0 { one.clone() } else { two.clone() };
            tokio::spawn(async move {
                backend
                    .users()
                    .add(&at(number), &format!("user-{number}"), "reader", &text(""))
                    .await
                    .map(drop)
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(one.audit().verify(&at(99)).await.unwrap(), Verdict::Whole(40));
}

#[sqlx::test]
async fn list_pages_both_ways_and_keeps_filters(pool: PgPool) {
    let backend = with_records(&pool, 120).await;
    let audit = backend.audit();
    let admin = somebody(Role::Admin, 200);
    let ids = async |cursor| {
        let page = audit.list(&admin, &AuditQuery { cursor, ..AuditQuery::default() }).await.unwrap();
        let ids: Vec<i64> = page.entries.iter().map(|entry| entry.id).collect();
        (ids.first().copied(), ids.last().copied(), ids.len(), page.newer, page.older)
    };
    assert_eq!(ids(AuditCursor::Newest).await, (Some(120), Some(71), 50, false, true));
    assert_eq!(ids(AuditCursor::OlderThan(71)).await, (Some(70), Some(21), 50, true, true));
    assert_eq!(ids(AuditCursor::OlderThan(21)).await, (Some(20), Some(1), 20, true, false));
    assert_eq!(ids(AuditCursor::NewerThan(20)).await, (Some(70), Some(21), 50, true, true));
    assert_eq!(ids(AuditCursor::NewerThan(70)).await, (Some(120), Some(71), 50, false, true));

    let count = async |query: AuditQuery| audit.list(&admin, &query).await.unwrap().entries.len();
    let object = AuditQuery { object: "user-007".to_owned(), ..AuditQuery::default() };
    assert_eq!(count(object).await, 1);
    let times = AuditQuery { from: Some(at(10).now), until: Some(at(15).now), ..AuditQuery::default() };
    assert_eq!(count(times).await, 5);
    for (actor, outcome, action, found) in [
        ("test", "", "", 50),
        ("nobody", "", "", 0),
        ("", "refused", "", 0),
        ("", "done", "user added", 50),
        ("' OR true --", "", "", 0),
    ] {
        let query = AuditQuery {
            actor: actor.to_owned(),
            outcome: outcome.to_owned(),
            action: action.to_owned(),
            ..AuditQuery::default()
        };
        assert_eq!(count(query).await, found);
    }
}

#[sqlx::test]
async fn list_is_for_administrators_and_export_is_recorded(pool: PgPool) {
    let backend = with_records(&pool, 1).await;
    let audit = backend.audit();
    let query = AuditQuery::default();
    for role in [Role::Reader, Role::Editor] {
        assert_eq!(audit.list(&somebody(role, 2), &query).await.unwrap_err(), Error::Forbidden);
        assert_eq!(audit.begin_export(&somebody(role, 2)).await.unwrap_err(), Error::Forbidden);
        let id = domain::secret::SecretId::parse("image-a").unwrap();
        // The page of a secret, with its history, is for them too: it is not there, and not forbidden.
        assert_eq!(backend.secrets().view(&somebody(role, 2), &id).await, Err(Error::NotFound));
    }
    assert_eq!(audit.list(&anonymous(2), &query).await.unwrap_err(), Error::NotSignedIn);
    let admin = somebody(Role::Admin, 3);
    audit.begin_export(&admin).await.unwrap();
    let exported = audit.export(&admin, &query).await.unwrap();
    assert_eq!(exported[0].action, "audit exported");
    // Two attempts of each kind are one record each, and then their number.
    assert_eq!(exported.len(), 6);
    assert_eq!(exported[0].hash.len(), 64);
}

/// The migration added older records to the chain in SQL: a second implementation of the same hash.
#[sqlx::test(migrations = false)]
async fn migration_chains_older_records(pool: PgPool) {
    let all = sqlx::migrate!();
    let first = all.iter().take(1).cloned().collect::<Vec<_>>();
    Migrator { migrations: first.into(), ..Migrator::DEFAULT }.run(&pool).await.unwrap();
    sqlx::query(
        "INSERT INTO audit_records (at, actor, address, request_id, action, object, outcome, fields) VALUES \
         ('2026-11-24T01:02:03.456789Z', 'tést', NULL, 'r1', 'secret added', 'image-a', 'done', '{}'), \
         ('2026-11-24T01:02:04Z', 'b', '::1', 'r2', 'secret changed', 'image-a', 'done', '{username,password}')",
    )
    .execute(&pool)
    .await
    .unwrap();
    all.run(&pool).await.unwrap();
    let backend = with_records(&pool, 1).await;
    assert_eq!(backend.audit().verify(&at(9)).await.unwrap(), Verdict::Whole(3));
}

/// An attempt is recorded whatever was asked for: shortened, and readable as it is.
#[sqlx::test]
async fn forbidden_attempt_is_recorded_for_any_object(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let reader = somebody(Role::Reader, 1);
    let long = "x".repeat(18_000);
    let wide = "é".repeat(2_700);
    for name in ["a\0b", long.as_str(), &wide, "\u{202e}niba", "a\r\nb"] {
        assert_eq!(backend.users().get(&reader, name).await.unwrap_err(), Error::Forbidden, "{name:?}");
    }
    let objects: Vec<String> =
        sqlx::query_scalar("SELECT object FROM audit_records ORDER BY id").fetch_all(&pool).await.unwrap();
    let cut = |c: char| format!("{}…", c.to_string().repeat(299));
    // The first and the last object read alike and are still both recorded, because each stands for another attempt.
    assert_eq!(objects, ["ab", &cut('x'), &cut('é'), "niba", "ab"]);
    assert_eq!(backend.audit().verify(&at(9)).await, Ok(Verdict::Whole(5)));
}

/// PostgreSQL takes the index of the migration only for the same list, and a change that it lacks would not be shown.
#[test]
fn recent_changes_and_their_index_name_the_same_actions() {
    use super::{
        history::CHANGES,
        recent::{OF_ACCESS, OF_USAGES},
    };

    let quoted = |actions: &[AuditAction]| {
        actions.iter().map(|action| format!("'{}'", action.code())).collect::<Vec<_>>().join(", ")
    };
    let squeezed = |text: &str| text.replace('\\', "").split_whitespace().collect::<Vec<_>>().join(" ");
    let migration = squeezed(include_str!("../../migrations/0220_keep_versions.sql"));
    let code = squeezed(include_str!("recent/repository.rs"));
    let of_secrets = format!("{}, {}", quoted(&CHANGES), quoted(&OF_USAGES));
    let all = format!("action IN ({of_secrets}, {})", quoted(&OF_ACCESS));
    assert!(migration.contains(&all), "{all}");
    assert!(code.contains(&all), "{all}");
    assert!(code.contains(&format!("action IN ({of_secrets})")));
    let restores = format!("outcome = 'done' AND action = '{}'", AuditAction::DatabaseRestored.code());
    assert!(squeezed(include_str!("../../migrations/0270_index_restores.sql")).contains(&restores));
    assert!(code.contains(&restores), "{restores}");
}
