//! Backups, against a real database.

use super::{BackupProblem, BackupRun, LastBackups, Opened};
use crate::tests::{anonymous, at, backend, keks_of, records, somebody, with_key};
use domain::{access::Role, error::Error, time::Timestamp};
use sqlx::PgPool;

fn run(second: i64, problem: Option<BackupProblem>) -> BackupRun {
    let time = Timestamp::from_micros(second * 1_000_000);
    BackupRun { began_at: time, ended_at: time, bytes: Some(4_096), verified: problem.is_none(), problem }
}

#[sqlx::test]
async fn last_backup_returns_last_run_and_last_good_one(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let backups = backend.backups();
    assert_eq!(backups.last_backup(&at(1)).await, Ok(LastBackups::default()));
    let (good, bad) = (run(1, None), run(2, Some(BackupProblem::Dump)));
    backups.note(&at(1), &good).await.unwrap();
    backups.note(&at(2), &bad).await.unwrap();
    let last = backups.last_backup(&somebody(Role::Admin, 3)).await.unwrap();
    assert_eq!(last, LastBackups { last: Some(bad), last_good: Some(good) });
    let log = records(&pool).await;
    assert!(log.contains(&"test | backup made | database, verified | done | ".to_owned()), "{log:?}");
    assert!(log.contains(&"test | backup made | database | failed | ".to_owned()), "{log:?}");
}

#[sqlx::test]
async fn note_keeps_the_last_good_run_however_many_fail(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    backend.backups().note(&at(1), &run(1, None)).await.unwrap();
    for second in 2..105 {
        backend.backups().note(&at(second), &run(second, Some(BackupProblem::File))).await.unwrap();
    }
    let last = backend.backups().last_backup(&at(200)).await.unwrap();
    assert_eq!(last.last_good, Some(run(1, None)));
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM backups").fetch_one(&pool).await.unwrap();
    assert_eq!(count, 101);
}

#[sqlx::test]
async fn backups_are_for_administrators_alone(pool: PgPool) {
    let backend = backend(pool).await;
    let backups = backend.backups();
    assert_eq!(backups.last_backup(&anonymous(1)).await, Err(Error::NotSignedIn));
    for role in [Role::Reader, Role::Editor] {
        let ctx = somebody(role, 1);
        assert!(matches!(backups.last_backup(&ctx).await, Err(Error::Forbidden)), "{role:?}");
        assert!(matches!(backups.note(&ctx, &run(1, None)).await, Err(Error::Forbidden)), "{role:?}");
        assert!(matches!(backups.open_all(&ctx).await, Err(Error::Forbidden)), "{role:?}");
    }
}

#[sqlx::test]
async fn open_all_counts_values_that_do_not_open(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    backend.secrets().seed(&at(1), 6).await.unwrap();
    let opened = backend.backups().open_all(&at(2)).await.unwrap();
    assert_eq!(opened, Opened { opened: 6, broken: 0 });
    sqlx::query(
        "UPDATE secret_values SET ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1) \
         WHERE secret_id = (SELECT min(secret_id::text)::uuid FROM secret_values)",
    )
    .execute(&pool)
    .await
    .unwrap();
    let opened = backend.backups().open_all(&at(3)).await.unwrap();
    assert_eq!(opened, Opened { opened: 5, broken: 1 });
    let again = with_key(pool, keks_of(&backend).remove(0)).await;
    assert_eq!(again.backups().open_all(&at(4)).await, Ok(opened));
}
