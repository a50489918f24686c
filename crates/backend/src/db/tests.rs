use super::*;
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::sync::Mutex;

async fn own_db(pool: &PgPool, connections: u32) -> Db {
    let own = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_millis(500))
        .connect_lazy_with(Arc::unwrap_or_clone(pool.connect_options()));
    Db::over(own)
}

/// A read that is under way when the server stops gives its connection back, or closing would wait for ever.
#[sqlx::test]
async fn closing_waits_for_a_read_and_ends(pool: PgPool) {
    let db = own_db(&pool, 4).await;
    let reading = db.clone();
    let (begun, begin) = tokio::sync::oneshot::channel();
    let begun = Mutex::new(Some(begun));
    let read = tokio::spawn(async move {
        reading
            .read(|reader| {
                let begun = begun.lock().unwrap().take();
                async move {
                    if let Some(begun) = begun {
                        begun.send(()).unwrap();
                    }
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    Ok(((), reader))
                }
            })
            .await
    });
    begin.await.unwrap();
    tokio::time::timeout(Duration::from_secs(3), db.close()).await.expect("closing ends");
    read.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn where_nothing_answers_the_wait_ends() {
    assert_eq!(in_time(std::future::ready(1)).await, Some(1));
    assert_eq!(in_time(std::future::pending::<()>()).await, None);
}

async fn pid(connection: &mut PgConnection) -> i32 {
    sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(connection).await.unwrap()
}

async fn read_pid(db: &Db) -> i32 {
    db.read(|mut reader| async move { Ok((pid(&mut reader).await, reader)) }).await.unwrap()
}

/// Reads keep no connection to themselves: a burst of them leaves what they used to the next write.
#[sqlx::test]
async fn pool_lends_a_write_the_connection_of_a_read(pool: PgPool) {
    let db = own_db(&pool, 4).await;
    let read = read_pid(&db).await;
    let mut work = db.begin().await.unwrap();
    assert_eq!(pid(&mut work).await, read);
    work.commit().await.unwrap();
    assert_eq!(read_pid(&db).await, read);
}

/// A transaction that was given up is ended, and its connection is used on.
#[sqlx::test]
async fn pool_reuses_a_connection_whose_transaction_was_dropped(pool: PgPool) {
    let db = own_db(&pool, 1).await;
    let mut work = db.begin().await.unwrap();
    let before = pid(&mut work).await;
    sqlx::query("CREATE TABLE dropped ()").execute(&mut *work).await.unwrap();
    drop(work);
    let mut work = db.begin().await.unwrap();
    assert_eq!(pid(&mut work).await, before);
    let found: bool = sqlx::query_scalar("SELECT to_regclass('dropped') IS NOT NULL").fetch_one(&mut *work).await.unwrap();
    assert!(!found);
}

/// PostgreSQL answers the COMMIT of a failed transaction by rolling back, without an error.
#[sqlx::test]
async fn commit_fails_where_a_statement_before_it_failed(pool: PgPool) {
    let db = own_db(&pool, 2).await;
    let mut work = db.begin().await.unwrap();
    assert!(sqlx::query("SELECT 1 / 0").execute(&mut *work).await.is_err());
    let failed = work.commit().await.unwrap_err();
    assert!(error::is_unavailable(&failed), "{failed:?}");
    db.begin().await.unwrap().commit().await.unwrap();
}

/// As after a failover behind one address: connections that are kept lead to a server that takes no writes any more.
#[sqlx::test]
async fn begin_leaves_a_server_that_has_become_read_only(pool: PgPool) {
    let db = own_db(&pool, 2).await;
    let database: String = sqlx::query_scalar("SELECT current_database()").fetch_one(&pool).await.unwrap();
    let before = read_pid(&db).await;
    db.read(|mut reader| async move {
        // This session alone; those to come are as they should be.
        sqlx::query("SET default_transaction_read_only = on").execute(&mut *reader).await?;
        Ok(((), reader))
    })
    .await
    .unwrap();
    let mut work = db.begin().await.unwrap();
    assert_ne!(pid(&mut work).await, before);
    sqlx::query("CREATE TABLE written ()").execute(&mut *work).await.unwrap();
    work.commit().await.unwrap();

    // Where no server takes writes, that is said, and reads go on.
    let set = |value: &str| format!("ALTER DATABASE \"{database}\" SET default_transaction_read_only = {value}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(set("on"))).execute(&pool).await.unwrap();
    db.pool.distrust(db.pool.lend(false).await.unwrap().epoch());
    let failed = db.begin().await.err().unwrap();
    assert!(error::is_read_only(&failed) && error::is_unavailable(&failed), "{failed:?}");
    assert_eq!(crate::health::probe(&db).await, crate::Readiness::ReadOnly);
    read_pid(&db).await;
    // A pool's connection of the test was made before.
    sqlx::raw_sql(sqlx::AssertSqlSafe(set("off"))).execute(&pool).await.unwrap();
    assert_eq!(crate::health::probe(&db).await, crate::Readiness::Ready);
}

/// A role with fewer connections than the portal would have: writes get theirs after a burst of reads.
#[sqlx::test]
async fn pool_serves_writes_where_the_role_has_few_connections(pool: PgPool) {
    let role = format!("few_{}", uuid::Uuid::new_v4().simple());
    let run = async |sql: String| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    };
    run(format!("CREATE ROLE {role} LOGIN CONNECTION LIMIT 4")).await;
    let options = Arc::unwrap_or_clone(pool.connect_options()).username(&role);
    let own = PgPoolOptions::new().max_connections(16).connect_lazy_with(options);
    let db = Db::over(own.clone());
    let reads: Vec<_> = (0..32)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move { read_pid(&db).await })
        })
        .collect();
    for read in reads {
        read.await.unwrap();
    }
    let writes: Vec<_> = (0..8)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move { db.begin().await?.commit().await })
        })
        .collect();
    for write in writes {
        write.await.unwrap().unwrap();
    }
    own.close().await;
    db.close().await;
    run(format!("DROP ROLE {role}")).await;
}

/// The database's own settings do not change what the code relies on.
#[sqlx::test]
async fn begin_reads_what_was_committed_whatever_the_database_says(pool: PgPool) {
    let database: String = sqlx::query_scalar("SELECT current_database()").fetch_one(&pool).await.unwrap();
    let set = format!("ALTER DATABASE \"{database}\" SET default_transaction_isolation = serializable");
    sqlx::raw_sql(sqlx::AssertSqlSafe(set)).execute(&pool).await.unwrap();
    let db = own_db(&pool, 2).await;
    let level = "SELECT current_setting('transaction_isolation')";
    let mut work = db.begin().await.unwrap();
    let found: String = sqlx::query_scalar(level).fetch_one(&mut *work).await.unwrap();
    assert_eq!(found, "read committed");
    work.rollback().await.unwrap();
    let found = db.read(|mut reader| async move {
        Ok((sqlx::query_scalar::<_, String>(level).fetch_one(&mut *reader).await?, reader))
    });
    assert_eq!(found.await.unwrap(), "read committed");
}
