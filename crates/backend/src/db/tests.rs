use super::*;
use crate::{
    context::Ctx,
    error::{self, public_error},
    work::Work,
};
use domain::{error::Error, time::Timestamp};
use sqlx::{PgConnection, PgPool, postgres::PgPoolOptions};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::timeout;

fn own_db(pool: &PgPool, connections: u32) -> Db {
    let own = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_millis(500))
        .connect_lazy_with(Arc::unwrap_or_clone(pool.connect_options()));
    Db::from_pool(own)
}

/// A read that runs when the server stops gives its connection back; otherwise closing would wait for ever.
#[sqlx::test]
async fn close_waits_for_reads_and_ends(pool: PgPool) {
    let db = own_db(&pool, 4);
    let reading = db.clone();
    let (begun, begin) = tokio::sync::oneshot::channel();
    let begun = Mutex::new(Some(begun));
    let read = tokio::spawn(async move {
        reading
            .try_read(async |_| {
                let begun = begun.lock().unwrap().take();
                if let Some(begun) = begun {
                    begun.send(()).unwrap();
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
                Ok(())
            })
            .await
    });
    begin.await.unwrap();
    tokio::time::timeout(Duration::from_secs(3), db.close()).await.expect("closing ends");
    read.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn start_times_out_without_an_answer() {
    assert_eq!(in_time(std::future::ready(1)).await, Some(1));
    assert_eq!(in_time(std::future::pending::<()>()).await, None);
}

async fn pid(connection: &mut PgConnection) -> i32 {
    sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(connection).await.unwrap()
}

async fn read_pid(db: &Db) -> i32 {
    db.try_read(async |connection| Ok(pid(connection).await)).await.unwrap()
}

/// Reads keep no connection to themselves: a burst of them leaves its connections to the next write.
#[sqlx::test]
async fn pool_lends_a_write_the_connection_of_a_read(pool: PgPool) {
    let db = own_db(&pool, 4);
    let read = read_pid(&db).await;
    let mut work = db.begin().await.unwrap();
    assert_eq!(pid(&mut work).await, read);
    work.commit().await.unwrap();
    assert_eq!(read_pid(&db).await, read);
}

/// A transaction that was given up is ended, and its connection is used again.
#[sqlx::test]
async fn pool_reuses_a_connection_whose_transaction_was_dropped(pool: PgPool) {
    let db = own_db(&pool, 1);
    let mut work = db.begin().await.unwrap();
    let before = pid(&mut work).await;
    sqlx::query("CREATE TABLE dropped ()").execute(&mut *work).await.unwrap();
    drop(work);
    let mut work = db.begin().await.unwrap();
    assert_eq!(pid(&mut work).await, before);
    let found: bool =
        sqlx::query_scalar("SELECT to_regclass('dropped') IS NOT NULL").fetch_one(&mut *work).await.unwrap();
    assert!(!found);
}

async fn is_written(db: &Db, table: &str) -> bool {
    let table = table.to_owned();
    db.try_read(async |connection| {
        sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(&table).fetch_one(connection).await
    })
    .await
    .unwrap()
}

async fn create(work: &mut Work, table: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE TABLE {table} ()")))
        .execute(&mut **work)
        .await
        .map(drop)
}

/// Work that a rule or the database rejects leaves nothing behind; everything else is kept.
#[sqlx::test]
async fn write_commits_unless_the_work_returns_an_error(pool: PgPool) {
    let db = own_db(&pool, 2);
    let ctx = Ctx::system("test", Timestamp::from_micros(0));
    let kept = db.write::<_, Error>(&ctx, async |work| Ok(create(work, "kept").await?));
    assert_eq!(kept.await, Ok(()));
    let denied = db.write::<(), _>(&ctx, async |work| {
        create(work, "denied").await?;
        Err(Error::Forbidden.into())
    });
    assert_eq!(denied.await, Err(Error::Forbidden));
    let failed = db.write::<(), _>(&ctx, async |work| {
        create(work, "failed").await?;
        Ok(create(work, "failed").await?)
    });
    assert_eq!(failed.await, Err(Error::Internal(ctx.request_id.clone())));
    let answered: Result<Result<(), Error>, Error> = db
        .write(&ctx, async |work| {
            create(work, "answered").await?;
            Ok(Err(Error::Forbidden))
        })
        .await;
    assert_eq!(answered, Ok(Err(Error::Forbidden)));
    let found = [
        is_written(&db, "kept").await,
        is_written(&db, "denied").await,
        is_written(&db, "failed").await,
        is_written(&db, "answered").await,
    ];
    assert_eq!(found, [true, false, false, true]);
}

/// Work that starts over loses everything it did, on the same connection.
#[sqlx::test]
async fn start_over_discards_all_changes(pool: PgPool) {
    let db = own_db(&pool, 1);
    let ctx = Ctx::system("test", Timestamp::from_micros(0));
    let same = db.write::<_, Error>(&ctx, async |work| {
        let before = pid(work).await;
        create(work, "before").await?;
        // Also out of a transaction in which a statement has failed.
        assert!(create(work, "before").await.is_err());
        work.start_over().await?;
        create(work, "after").await?;
        Ok(before == pid(work).await)
    });
    assert_eq!(same.await, Ok(true));
    assert_eq!([is_written(&db, "before").await, is_written(&db, "after").await], [false, true]);
}

/// A read whose connection breaks is retried on another connection.
#[sqlx::test]
async fn read_retries_on_broken_connection(pool: PgPool) {
    let db = own_db(&pool, 2);
    let attempts = std::sync::atomic::AtomicU32::new(0);
    let found = db
        .try_read(async |connection| {
            if attempts.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
                let own = "SELECT pg_terminate_backend(pg_backend_pid())";
                sqlx::query(own).execute(&mut *connection).await?;
            }
            sqlx::query_scalar::<_, i32>("SELECT 7").fetch_one(connection).await
        })
        .await;
    assert_eq!(found.unwrap(), 7);
    assert_eq!(attempts.into_inner(), 2);
}

/// PostgreSQL answers the COMMIT of a failed transaction by rolling back, without an error.
#[sqlx::test]
async fn commit_fails_after_a_failed_statement(pool: PgPool) {
    let db = own_db(&pool, 2);
    let mut work = db.begin().await.unwrap();
    assert!(sqlx::query("SELECT 1 / 0").execute(&mut *work).await.is_err());
    let failed = work.commit().await.unwrap_err();
    assert!(error::is_unavailable(&failed), "{failed:?}");
    db.begin().await.unwrap().commit().await.unwrap();
}

/// Like after a failover behind one address: open connections lead to a server that takes no writes any more.
#[sqlx::test]
async fn begin_leaves_a_server_that_has_become_read_only(pool: PgPool) {
    let db = own_db(&pool, 2);
    let database: String = sqlx::query_scalar("SELECT current_database()").fetch_one(&pool).await.unwrap();
    let before = read_pid(&db).await;
    db.try_read(async |connection| {
        // Only this session; later ones are unaffected.
        sqlx::query("SET default_transaction_read_only = on").execute(connection).await.map(drop)
    })
    .await
    .unwrap();
    let mut work = db.begin().await.unwrap();
    assert_ne!(pid(&mut work).await, before);
    sqlx::query("CREATE TABLE written ()").execute(&mut *work).await.unwrap();
    work.commit().await.unwrap();

    // If no server takes writes, the error says so, and reads go on.
    let set =
        |value: &str| format!("ALTER DATABASE \"{database}\" SET default_transaction_read_only = {value}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(set("on"))).execute(&pool).await.unwrap();
    db.pool().distrust(db.pool().lend(false).await.unwrap().epoch());
    let failed = db.begin().await.err().unwrap();
    assert!(error::is_read_only(&failed) && error::is_unavailable(&failed), "{failed:?}");
    assert_eq!(crate::health::probe(&db).await, crate::Readiness::ReadOnly);
    read_pid(&db).await;
    // The test's own pool made its connection before.
    sqlx::raw_sql(sqlx::AssertSqlSafe(set("off"))).execute(&pool).await.unwrap();
    assert_eq!(crate::health::probe(&db).await, crate::Readiness::Ready);
}

/// A role with fewer connections than the portal would use: writes get theirs after a burst of reads.
#[sqlx::test]
async fn pool_serves_writes_with_few_connections_of_the_role(pool: PgPool) {
    let role = format!("few_{}", uuid::Uuid::new_v4().simple());
    let run = async |sql: String| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    };
    run(format!("CREATE ROLE {role} LOGIN CONNECTION LIMIT 4")).await;
    let options = Arc::unwrap_or_clone(pool.connect_options()).username(&role);
    let own = PgPoolOptions::new().max_connections(16).connect_lazy_with(options);
    let db = Db::from_pool(own.clone());
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

/// The database's own settings do not change the isolation that the code relies on.
#[sqlx::test]
async fn begin_sets_read_committed_whatever_the_database_defaults_to(pool: PgPool) {
    let database: String = sqlx::query_scalar("SELECT current_database()").fetch_one(&pool).await.unwrap();
    let set = format!("ALTER DATABASE \"{database}\" SET default_transaction_isolation = serializable");
    sqlx::raw_sql(sqlx::AssertSqlSafe(set)).execute(&pool).await.unwrap();
    let db = own_db(&pool, 2);
    let level = "SELECT current_setting('transaction_isolation')";
    let mut work = db.begin().await.unwrap();
    let found: String = sqlx::query_scalar(level).fetch_one(&mut *work).await.unwrap();
    assert_eq!(found, "read committed");
    work.rollback().await.unwrap();
    let found = db
        .try_read(async |connection| sqlx::query_scalar::<_, String>(level).fetch_one(connection).await)
        .await
        .unwrap();
    assert_eq!(found, "read committed");
}

/// Returns the address of the test's database, for this role.
fn address(pool: &PgPool, role: Option<&str>) -> DatabaseConfig {
    use sqlx::ConnectOptions;
    let options = Arc::unwrap_or_clone(pool.connect_options());
    let options = match role {
        Some(role) => options.username(role),
        None => options,
    };
    DatabaseConfig::at(domain::sensitive::Sensitive::new(options.to_url_lossy().as_str()))
}

async fn run(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap();
}

/// Returns a role for this test alone, which the test drops in the end.
async fn role(pool: &PgPool, options: &str) -> String {
    let role = format!("role_{}", uuid::Uuid::new_v4().simple());
    run(pool, &format!("CREATE ROLE {role} LOGIN {options}")).await;
    role
}

async fn drop_role(pool: &PgPool, role: &str) {
    run(pool, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}

/// Servers that start at once on an empty database wait for each other, without a lock that outlives a transaction.
#[sqlx::test(migrations = false)]
async fn migrate_runs_once_across_servers(pool: PgPool) {
    let config = address(&pool, None);
    let all: Vec<_> = (0..4)
        .map(|_| {
            let config = config.clone();
            tokio::spawn(async move { migrate(&config).await })
        })
        .collect();
    for one in all {
        one.await.unwrap().unwrap();
    }
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE success")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(count > 10);
    let held: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(held, 0);
}

/// The schema is checked before anything is changed, and a missing right is named together with the statement that grants it.
#[sqlx::test(migrations = false)]
async fn migrate_names_missing_right_and_needs_none_if_up_to_date(pool: PgPool) {
    let role = role(&pool, "").await;
    let config = address(&pool, Some(&role));
    run(&pool, "REVOKE CREATE ON SCHEMA public FROM PUBLIC").await;
    let said = migrate(&config).await.unwrap_err();
    assert!(
        !said.is_passing() && said.to_string().contains("GRANT CREATE ON SCHEMA \"public\" TO"),
        "{said}"
    );
    run(&pool, &format!("GRANT CREATE ON SCHEMA public TO {role}")).await;
    let said = migrate(&config).await.unwrap_err().to_string();
    assert!(said.contains("CREATE EXTENSION pg_trgm"), "{said}");
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(tables, 0, "something was changed");

    migrate(&address(&pool, None)).await.unwrap();
    run(&pool, &format!("REVOKE CREATE ON SCHEMA public FROM {role}")).await;
    let said = migrate(&config).await.unwrap_err().to_string();
    assert!(said.contains("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES"), "{said}");
    run(&pool, &format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")).await;
    let said = migrate(&config).await.unwrap_err().to_string();
    assert!(said.contains("secrets") && said.contains("GRANT SELECT, INSERT, UPDATE, DELETE ON"), "{said}");
    run(&pool, &format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"))
        .await;
    migrate(&config).await.unwrap();
    assert!(!has_key(&config).await.unwrap());
    drop_role(&pool, &role).await;
}

/// Every role can call the functions that are called by name, even if new functions are nobody's by default.
#[sqlx::test(migrations = false)]
async fn migrate_lets_every_role_call_functions_by_name(pool: PgPool) {
    run(&pool, "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC").await;
    migrate(&address(&pool, None)).await.unwrap();
    let barred: Vec<String> = sqlx::query_scalar(
        "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
         AND prorettype <> 'trigger'::regtype AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') \
         AND NOT EXISTS (SELECT FROM aclexplode(proacl) AS granted WHERE grantee = 0 AND privilege_type = 'EXECUTE')",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(barred, Vec::<String>::new());
}

/// PostgreSQL compiles a statement for seconds if it expects too many rows, longer than any statement of ours runs.
#[sqlx::test]
async fn statements_are_compiled_neither_at_a_server_nor_behind_a_pooler(pool: PgPool) {
    async fn jit(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
        sqlx::query_scalar("SELECT current_setting('jit')").fetch_one(connection).await
    }
    for pooler in [false, true] {
        let db = Db::connect(DatabaseConfig { pooler, ..address(&pool, None) }, 2).await.unwrap();
        assert_eq!(db.try_read(jit).await.unwrap(), "off", "pooler: {pooler}");
        let mut work = db.begin().await.unwrap();
        assert_eq!(jit(&mut work).await.unwrap(), "off", "pooler: {pooler}");
        work.commit().await.unwrap();
        db.close().await;
    }
}

/// A role's own time limit is for its queries, and affects no migration.
#[sqlx::test(migrations = false)]
async fn migrate_ignores_time_limit_of_the_role(pool: PgPool) {
    let role = role(&pool, "SUPERUSER").await;
    run(
        &pool,
        &format!(
            "ALTER ROLE {role} SET statement_timeout = '20ms'; ALTER ROLE {role} SET lock_timeout = '20ms'"
        ),
    )
    .await;
    migrate(&address(&pool, Some(&role))).await.unwrap();
    drop_role(&pool, &role).await;
}

#[sqlx::test]
async fn migrate_rejects_database_of_newer_version(pool: PgPool) {
    run(&pool, "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99990, 'x', true, '', 0)").await;
    let said = migrate(&address(&pool, None)).await.unwrap_err();
    assert!(
        !said.is_passing()
            && said.to_string().contains("newer version")
            && said.to_string().contains("99990"),
        "{said}"
    );
}

#[sqlx::test(migrations = false)]
async fn migrate_rejects_encoding_that_cannot_hold_every_name(pool: PgPool) {
    let name = format!("latin_{}", uuid::Uuid::new_v4().simple());
    run(
        &pool,
        &format!("CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"),
    )
    .await;
    let mut config = address(&pool, None);
    let url = config.url.expose().to_owned();
    let (server, _) = url.split_once('?').unwrap_or((&url, ""));
    let (server, _) = server.rsplit_once('/').unwrap();
    config.url = domain::sensitive::Sensitive::new(format!("{server}/{name}"));
    let said = migrate(&config).await.unwrap_err();
    run(&pool, &format!("DROP DATABASE {name}")).await;
    assert!(
        !said.is_passing() && said.to_string().contains("LATIN1") && said.to_string().contains("UTF8"),
        "{said}"
    );
}

/// An error that waiting never cures ends the process; any other does not.
#[sqlx::test]
async fn start_error_tells_mistakes_from_passing_failures(pool: PgPool) {
    let run_at = async |url: &str| {
        migrate(&DatabaseConfig::at(domain::sensitive::Sensitive::new(url))).await.unwrap_err()
    };
    let gone = run_at("postgres://u:SENTINEL@127.0.0.1:1/d").await;
    assert!(gone.is_passing(), "{gone}");
    let mut missing = address(&pool, None);
    missing.url =
        domain::sensitive::Sensitive::new(format!("{}&dbname=nowhere", with_query(missing.url.expose())));
    let missing = migrate(&missing).await.unwrap_err();
    assert!(!missing.is_passing() && missing.to_string().contains("CREATE DATABASE"), "{missing}");
    let mut stranger = address(&pool, None);
    stranger.url =
        domain::sensitive::Sensitive::new(format!("{}&user=stranger", with_query(stranger.url.expose())));
    let stranger = migrate(&stranger).await.unwrap_err();
    assert!(
        !stranger.is_passing()
            && stranger.is_refused_sign_in()
            && stranger.to_string().contains("DATABASE_URL"),
        "{stranger}"
    );
    // A peer that is not a database: it answers, and ends.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let web = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let other = run_at(&format!("postgres://u@127.0.0.1:{port}/d")).await;
    web.await.unwrap();
    assert!(!other.is_passing() && other.to_string().contains("does not speak"), "{other}");
}

fn with_query(url: &str) -> String {
    if url.contains('?') { url.to_owned() } else { format!("{url}?") }
}

/// A proxy to the database that passes everything on until it goes deaf: nothing gets through then, and nothing is closed.
struct Proxy {
    port: u16,
    /// The current round; connections of earlier rounds are deaf.
    round: Arc<std::sync::atomic::AtomicUsize>,
    accepted: Arc<std::sync::atomic::AtomicUsize>,
}

impl Proxy {
    async fn start(socket: String) -> Self {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (round, accepted) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (now, count) = (Arc::clone(&round), Arc::clone(&accepted));
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                let server = tokio::net::UnixStream::connect(&socket).await.unwrap();
                let (mine, now) = (now.load(Ordering::SeqCst), Arc::clone(&now));
                let (client_read, client_write) = client.into_split();
                let (server_read, server_write) = server.into_split();
                tokio::spawn(pass_on(client_read, server_write, mine, Arc::clone(&now)));
                tokio::spawn(pass_on(server_read, client_write, mine, now));
            }
        });
        Self { port, round, accepted }
    }

    /// Makes all existing connections deaf; new ones work.
    fn go_deaf(&self) {
        self.round.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }

    fn accepted(&self) -> usize {
        self.accepted.load(std::sync::atomic::Ordering::SeqCst)
    }
}

async fn pass_on(
    mut from: impl tokio::io::AsyncRead + Unpin,
    mut to: impl tokio::io::AsyncWrite + Unpin,
    mine: usize,
    now: Arc<std::sync::atomic::AtomicUsize>,
) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut buffer = vec![0; 16_384];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if now.load(std::sync::atomic::Ordering::SeqCst) != mine {
            // Kept open in silence.
            std::future::pending::<()>().await;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

/// Connections that died silently (a firewall that forgot them, a failover without FIN) are found out, all at once, and the
/// next request has a fresh one.
#[sqlx::test]
async fn pool_replaces_deaf_connections(pool: PgPool) {
    let options = Arc::unwrap_or_clone(pool.connect_options());
    let folder =
        options.get_socket().map_or_else(|| options.get_host().to_owned(), |path| path.display().to_string());
    let proxy = Proxy::start(format!("{folder}/.s.PGSQL.{}", options.get_port())).await;
    let url = format!(
        "postgres://{}@127.0.0.1:{}/{}",
        options.get_username(),
        proxy.port,
        options.get_database().unwrap()
    );
    let db = Db::connect(DatabaseConfig::at(domain::sensitive::Sensitive::new(url)), 8).await.unwrap();
    let several = async || {
        let mut taken = Vec::new();
        for _ in 0..4 {
            taken.push(db.begin().await.unwrap());
        }
        for work in taken {
            work.rollback().await.unwrap();
        }
    };
    several().await;
    assert_eq!(proxy.accepted(), 4);
    proxy.go_deaf();
    // One of the four is found out, and with it the other three.
    db.begin().await.unwrap().commit().await.unwrap();
    assert_eq!(proxy.accepted(), 5);
    several().await;
    assert_eq!(proxy.accepted(), 8);

    // A connection in use goes deaf: its holder gives up, and its place is free again.
    let mut work = db.begin().await.unwrap();
    proxy.go_deaf();
    let asked = sqlx::query("SELECT 1").execute(&mut *work);
    assert!(timeout(Duration::from_millis(100), asked).await.is_err());
    drop(work);
    several().await;
    tokio::time::timeout(Duration::from_secs(5), db.close()).await.expect("closing ends");
}

/// Returns the socket of a test's database.
fn socket(pool: &PgPool) -> String {
    let options = Arc::unwrap_or_clone(pool.connect_options());
    let folder =
        options.get_socket().map_or_else(|| options.get_host().to_owned(), |path| path.display().to_string());
    format!("{folder}/.s.PGSQL.{}", options.get_port())
}

/// A server that accepts a connection and never answers, before one that serves. The second is asked while the first is still
/// waited for, so that a slow server still counts and a dead one delays nobody.
#[sqlx::test]
async fn reach_asks_next_server_beside_a_silent_one(pool: PgPool) {
    use tokio::net::{TcpListener, UnixStream};
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let good = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = Arc::unwrap_or_clone(pool.connect_options());
    let url = format!(
        "postgres://{}@127.0.0.1:{},127.0.0.1:{}/{}",
        options.get_username(),
        silent.local_addr().unwrap().port(),
        good.local_addr().unwrap().port(),
        options.get_database().unwrap()
    );
    let config = DatabaseConfig::at(domain::sensitive::Sensitive::new(url));
    let socket = socket(&pool);
    let mut beside = tokio::task::JoinSet::new();
    beside.spawn(async move {
        let round = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let mut waits = Vec::new();
        // The schema's connection, and the pool's.
        for _ in 0..2 {
            let (client, _) = good.accept().await.unwrap();
            let (asked, _) = silent.accept().await.unwrap();
            // A client has sent something; after that come no bytes, or the end.
            asked.readable().await.unwrap();
            waits.push(loop {
                match asked.try_read(&mut [0; 1024]) {
                    Ok(0) => break false,
                    Ok(_) => {}
                    Err(error) => break error.kind() == std::io::ErrorKind::WouldBlock,
                }
            });
            let server = UnixStream::connect(&socket).await.unwrap();
            let (client_read, client_write) = client.into_split();
            let (server_read, server_write) = server.into_split();
            tokio::spawn(pass_on(client_read, server_write, 0, Arc::clone(&round)));
            tokio::spawn(pass_on(server_read, client_write, 0, Arc::clone(&round)));
        }
        waits
    });
    migrate(&config).await.unwrap();
    let db = Db::connect(config, 4).await.unwrap();
    db.begin().await.unwrap().commit().await.unwrap();
    assert_eq!(beside.join_next().await.unwrap().unwrap(), [true, true]);
    db.close().await;
}

/// A standby alone, if only a server that takes writes will do: its answer is reported, and not a failure to connect.
#[sqlx::test]
async fn migrate_reports_read_only_server(pool: PgPool) {
    let database: String = sqlx::query_scalar("SELECT current_database()").fetch_one(&pool).await.unwrap();
    run(&pool, &format!("ALTER DATABASE \"{database}\" SET default_transaction_read_only = on")).await;
    let mut config = address(&pool, None);
    config.url = domain::sensitive::Sensitive::new(format!(
        "{}&target_session_attrs=read-write",
        with_query(config.url.expose())
    ));
    let said = migrate(&config).await.unwrap_err();
    assert!(said.is_passing() && said.to_string().contains("can only be read"), "{said}");
    assert!(!said.to_string().contains("in time"), "{said}");
}

/// A server that claims to be of an older version: a function that reads the number is placed before the system's own.
#[sqlx::test(migrations = false)]
async fn migrate_rejects_old_postgresql_before_any_change(pool: PgPool) {
    let database: String = sqlx::query_scalar("SELECT current_database()").fetch_one(&pool).await.unwrap();
    for (number, name) in [("130023", "13.23 (Debian 13.23-0+deb11u1)"), ("90624", "9.6.24")] {
        run(
            &pool,
            &format!(
                "CREATE SCHEMA IF NOT EXISTS old; CREATE OR REPLACE FUNCTION old.current_setting(text) RETURNS text LANGUAGE sql AS \
                 $$ SELECT CASE $1 WHEN 'server_version_num' THEN '{number}' WHEN 'server_version' THEN '{name}' \
                 ELSE pg_catalog.current_setting($1) END $$; \
                 ALTER DATABASE \"{database}\" SET search_path = old, pg_catalog, public"
            ),
        )
        .await;
        let said = migrate(&address(&pool, None)).await.unwrap_err();
        let version = name.split(' ').next().unwrap();
        assert!(
            !said.is_passing()
                && said.to_string().contains(&format!("PostgreSQL {version}, and 14 or newer is needed")),
            "{said}"
        );
    }
    let tables: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(tables, 0, "something was changed");
}

/// Codes of a database that cannot be used now: the client is asked to try again, and never sees a failure of ours.
#[sqlx::test]
async fn errors_tell_unavailable_database_from_failures(pool: PgPool) {
    let db = own_db(&pool, 2);
    let raise = async |code: &str| {
        let mut work = db.begin().await.unwrap();
        let raised = format!("DO $$ BEGIN RAISE EXCEPTION 'SENTINEL' USING ERRCODE = '{code}'; END $$");
        let error = sqlx::raw_sql(sqlx::AssertSqlSafe(raised)).execute(&mut *work).await.unwrap_err();
        drop(work);
        let ctx = Ctx::system("test", Timestamp::from_micros(0));
        (public_error(&ctx, &error), error::is_broken(&error))
    };
    for (code, broken) in [
        ("08003", true),
        ("08006", true),
        ("08P01", true),
        ("25006", false),
        ("25P03", true),
        ("25P04", true),
        ("28000", false),
        ("28P01", false),
        ("3D000", false),
        ("40001", false),
        ("40P01", false),
        ("53100", false),
        ("53200", false),
        ("53300", false),
        ("53400", false),
        ("55006", false),
        ("55P03", false),
        ("57014", false),
        ("57P01", true),
        ("57P02", true),
        ("57P03", true),
        ("57P04", true),
        ("57P05", true),
        ("58000", false),
        ("58030", false),
    ] {
        assert_eq!(raise(code).await, (Error::Unavailable, broken), "{code}");
    }
    for code in ["22012", "23505", "42601", "42501", "XX000", "P0001"] {
        let (told, broken) = raise(code).await;
        assert!(matches!(told, Error::Internal(_)) && !broken, "{code}");
    }
}
