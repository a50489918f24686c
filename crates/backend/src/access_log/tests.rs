//! Reads of values on a real database, one for each test.

use super::{
    METHOD, OfVersion, Read, Writer, by_tokens,
    repository::{self, CountedReads},
};
use crate::{
    Actor, Backend, Ctx, Outcome, TokenActor, ValueAnswer, ValueQuery, Verdict,
    audit::repository::Links,
    tests::{at, backend, records, started_again, until_somebody_waits},
};
use domain::{
    access::{Restriction, TokenDraft, TokenScope},
    error::Error,
    secret::{ExportFormat, NewSecret, SecretDraft, SecretId},
    sensitive::Sensitive,
};
use sqlx::{PgPool, Postgres, Transaction};
use uuid::Uuid;

fn id(name: &str) -> SecretId {
    SecretId::parse(&format!("image-{name}")).unwrap()
}

async fn add(backend: &Backend, name: &str) {
    let draft = SecretDraft {
        name: name.to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: "ghcr.io".to_owned(),
        username: name.to_owned(),
        password: Sensitive::new("SENTINEL"),
        ..SecretDraft::default()
    };
    backend.secrets().create(&at(0), NewSecret::parse(draft).unwrap(), None).await.unwrap();
}

/// Returns the context of a request with a token that is in the database.
async fn token(backend: &Backend, second: i64, scope: TokenScope) -> Ctx {
    let draft =
        TokenDraft { name: "ci".to_owned(), scope: scope.as_str().to_owned(), ..TokenDraft::default() };
    let made = backend.tokens().create(&at(0), &draft).await.unwrap();
    let actor = TokenActor {
        id: made.id,
        name: "ci".to_owned(),
        owner: None,
        called: crate::called_token("ci", None),
        scope,
        restriction: Restriction::None,
        expires_at: None,
    };
    Ctx { actor: Actor::Token(actor), ..at(second) }
}

async fn read(backend: &Backend, ctx: &Ctx, name: &str) -> Result<ValueAnswer, Error> {
    let query = ValueQuery { shape: ExportFormat::UsernamePassword, url: None };
    backend.secrets().value(ctx, &id(name), query, |_| false).await
}

#[sqlx::test]
async fn record_keeps_one_chain_for_concurrent_reads(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    for name in ["a", "b"] {
        add(&backend, name).await;
    }
    let ctx = token(&backend, 5, TokenScope::ReadValues).await;
    let reads = (0..200).map(|number| {
        let (backend, ctx) = (backend.clone(), ctx.clone());
        tokio::spawn(async move {
            let name = if number % 2 == 0 { "a" } else { "b" };
            let ValueAnswer::Value(_, entries) = read(&backend, &ctx, name).await.unwrap() else {
                panic!("it was not known");
            };
            assert_eq!(entries[1].1.expose(), "SENTINEL");
        })
    });
    for read in reads.collect::<Vec<_>>() {
        read.await.unwrap();
    }
    let taken = records(&pool).await.into_iter().filter(|record| record.contains("value read")).count();
    assert_eq!(taken, 200);
    let Verdict::Whole(_) = backend.audit().verify(&at(9)).await.unwrap() else {
        panic!("the chain is broken")
    };
    let counted: Vec<(String, i64)> = sqlx::query_as(
        "SELECT name, reads FROM secret_reads JOIN secrets ON secrets.id = secret_id ORDER BY name",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(counted, [("a".to_owned(), 100), ("b".to_owned(), 100)]);
}

#[sqlx::test]
async fn record_notes_last_read_once_a_minute(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, "a").await;
    let last = async || {
        sqlx::query_scalar::<_, Option<i64>>("SELECT extract(epoch FROM last_read_at)::bigint FROM secrets")
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    assert_eq!(last().await, None);
    let ctx = token(&backend, 0, TokenScope::ReadValues).await;
    let start = ctx.now.micros() / 1_000_000;
    for (second, noted) in [(5, 5), (30, 5), (70, 70)] {
        read(&backend, &Ctx { now: at(second).now, ..ctx.clone() }, "a").await.unwrap();
        assert_eq!(last().await, Some(start + noted));
    }
}

#[sqlx::test]
async fn value_unchanged_is_counted_and_not_returned(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, "a").await;
    let ctx = token(&backend, 5, TokenScope::ReadValues).await;
    let before = records(&pool).await.len();
    let query = ValueQuery { shape: ExportFormat::UsernamePassword, url: None };
    let answer = backend.secrets().value(&ctx, &id("a"), query, |_| true).await.unwrap();
    assert!(matches!(answer, ValueAnswer::Unchanged(revision) if revision.version == 1));
    assert_eq!(records(&pool).await.len(), before);
    let reads: i64 = sqlx::query_scalar("SELECT reads FROM secret_reads").fetch_one(&pool).await.unwrap();
    assert_eq!(reads, 1);
}

#[sqlx::test]
async fn value_is_not_returned_without_record(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, "a").await;
    let ctx = token(&backend, 5, TokenScope::ReadValues).await;
    sqlx::query(
        "ALTER TABLE audit_records ADD CONSTRAINT nothing_more CHECK (action <> 'value read') NOT VALID",
    )
    .execute(&pool)
    .await
    .unwrap();
    assert!(matches!(read(&backend, &ctx, "a").await, Err(Error::Internal(_))));
    let counted: i64 =
        sqlx::query_scalar("SELECT count(*) FROM secret_reads").fetch_one(&pool).await.unwrap();
    assert_eq!(counted, 0);
}

#[sqlx::test]
async fn value_is_read_only_with_a_token_for_it(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, "a").await;
    for scope in [TokenScope::ReadMetadata, TokenScope::Write] {
        let ctx = token(&backend, 5, scope).await;
        assert_eq!(read(&backend, &ctx, "a").await.unwrap_err(), Error::Forbidden);
    }
    let ctx = token(&backend, 5, TokenScope::ReadValues).await;
    assert_eq!(read(&backend, &ctx, "gone").await.unwrap_err(), Error::NotFound);
    let git = ValueQuery { shape: ExportFormat::Flux, url: None };
    let refused = backend.secrets().value(&ctx, &id("a"), git, |_| false).await.unwrap_err();
    assert_eq!(refused, Error::WrongShape);
}

#[sqlx::test]
async fn value_found_with_its_token_is_authorized_like_any(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, "a").await;
    for (scope, secrets, prefix, name, expected) in [
        (TokenScope::ReadValues, "", "", "a", None),
        (TokenScope::ReadValues, "image-a", "", "a", None),
        (TokenScope::ReadValues, "", "", "gone", Some(Error::NotFound)),
        (TokenScope::ReadMetadata, "", "", "a", Some(Error::Forbidden)),
        (TokenScope::ReadValues, "image-b", "", "a", Some(Error::Forbidden)),
        (TokenScope::ReadValues, "", "b", "a", Some(Error::Forbidden)),
    ] {
        let draft = TokenDraft {
            name: "ci".to_owned(),
            scope: scope.as_str().to_owned(),
            secrets: secrets.to_owned(),
            prefix: prefix.to_owned(),
            ..TokenDraft::default()
        };
        let made = backend.tokens().create(&at(0), &draft).await.unwrap();
        let identified = backend.tokens().identify_for_value(&at(1), &made.text, id(name)).await;
        let (actor, found) = identified.unwrap().unwrap();
        let (ctx, counted) = (Ctx { actor, ..at(5) }, taken(&pool).await);
        let query = ValueQuery { shape: ExportFormat::UsernamePassword, url: None };
        let answer = backend.secrets().value_found(&ctx, found, query, |_| false).await;
        if let Ok(ValueAnswer::Value(_, entries)) = &answer {
            assert_eq!(entries[1].1.expose(), "SENTINEL");
        }
        let recorded = taken(&pool).await - counted;
        assert_eq!((answer.err(), recorded), (expected.clone(), usize::from(expected.is_none())));
    }
    let nobody = Sensitive::new("latchkey_0123456789abcdef_0123456789abcdef0123456789abcdef0123456789a");
    assert!(backend.tokens().identify_for_value(&at(1), &nobody, id("a")).await.unwrap().is_none());
}

#[sqlx::test]
async fn value_found_looks_again_for_a_secret_that_was_added_since(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let draft =
        TokenDraft { name: "ci".to_owned(), scope: "read-values".to_owned(), ..TokenDraft::default() };
    let made = backend.tokens().create(&at(0), &draft).await.unwrap();
    let (actor, found) =
        backend.tokens().identify_for_value(&at(1), &made.text, id("late")).await.unwrap().unwrap();
    add(&backend, "late").await;
    let query = ValueQuery { shape: ExportFormat::UsernamePassword, url: None };
    let answer = backend.secrets().value_found(&Ctx { actor, ..at(5) }, found, query, |_| false).await;
    assert!(matches!(answer, Ok(ValueAnswer::Value(..))), "{answer:?}");
    assert!(!records(&pool).await.concat().contains("integrity failure"));
}

#[sqlx::test]
async fn value_that_is_missing_is_an_integrity_error(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, "a").await;
    let ctx = token(&backend, 5, TokenScope::ReadValues).await;
    sqlx::query("DELETE FROM secret_values").execute(&pool).await.unwrap();
    assert!(matches!(read(&backend, &ctx, "a").await, Err(Error::Internal(_))));
    assert!(records(&pool).await.last().unwrap().contains("integrity failure"));
}

/// The other reads of a batch are recorded if one cannot be.
#[sqlx::test]
async fn record_writes_other_reads_of_a_failed_batch(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    for name in ["a", "b"] {
        add(&backend, name).await;
    }
    let ctx = token(&backend, 5, TokenScope::ReadValues).await;
    sqlx::query("ALTER TABLE audit_records ADD CONSTRAINT not_this CHECK (object <> 'image-b') NOT VALID")
        .execute(&pool)
        .await
        .unwrap();
    let reads = (0..40).map(|number| {
        let (backend, ctx) = (backend.clone(), ctx.clone());
        tokio::spawn(async move {
            let name = if number % 2 == 0 { "a" } else { "b" };
            (number % 2 == 0, read(&backend, &ctx, name).await.is_ok())
        })
    });
    for read in reads.collect::<Vec<_>>() {
        let (expected, got) = read.await.unwrap();
        assert_eq!(got, expected);
    }
}

/// Counts a read of "a", as a server does that has not committed yet.
async fn begun(pool: &PgPool, ctx: &Ctx) -> Transaction<'static, Postgres> {
    let row: Uuid = sqlx::query_scalar("SELECT id FROM secrets").fetch_one(pool).await.unwrap();
    let Actor::Token(token) = &ctx.actor else { panic!("only tokens are counted") };
    let mut work = pool.begin().await.unwrap();
    let read = Read::new(ctx, &id("a"), OfVersion { secret: row, number: 1, earlier: false }, Outcome::Done);
    let counted = CountedReads::of(&[(&read, &token.id)]).unwrap();
    repository::count(&mut work, counted).await.unwrap();
    work
}

async fn readers(pool: &PgPool) -> i32 {
    sqlx::query_scalar("SELECT reader_count FROM secrets").fetch_one(pool).await.unwrap()
}

/// By two servers, each of which sees only its own read until the other has committed.
#[sqlx::test]
async fn record_counts_concurrent_first_reads_of_two_tokens(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, "a").await;
    let [one, other] =
        [token(&backend, 5, TokenScope::ReadValues).await, token(&backend, 5, TokenScope::ReadValues).await];
    let first = begun(&pool, &one).await;
    let second = tokio::spawn({
        let pool = pool.clone();
        async move { begun(&pool, &other).await.commit().await }
    });
    until_somebody_waits(&pool).await;
    first.commit().await.unwrap();
    second.await.unwrap().unwrap();
    assert_eq!(readers(&pool).await, 2);
}

#[sqlx::test]
async fn record_counts_reads_during_a_recount(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add(&backend, "a").await;
    let [one, other] =
        [token(&backend, 5, TokenScope::ReadValues).await, token(&backend, 5, TokenScope::ReadValues).await];
    read(&backend, &one, "a").await.unwrap();
    let read = begun(&pool, &other).await;
    let recount = tokio::spawn(async move { backend.usages().recount(&at(6)).await });
    until_somebody_waits(&pool).await;
    read.commit().await.unwrap();
    assert_eq!(recount.await.unwrap(), Ok(0));
    assert_eq!(readers(&pool).await, 2);
}

#[sqlx::test]
async fn record_keeps_one_chain_across_servers(pool: PgPool) {
    let one = backend(pool.clone()).await;
    let other = started_again(&one, pool.clone()).await;
    add(&one, "a").await;
    let ctx = token(&one, 5, TokenScope::ReadValues).await;
    for _ in 0..3 {
        // The second read of each follows an end that the server knows, the first of the next one that it does not.
        for backend in [&one, &one, &other, &other] {
            read(backend, &ctx, "a").await.unwrap();
        }
    }
    assert_eq!(taken(&pool).await, 12);
    assert!(matches!(one.audit().verify(&at(9)).await.unwrap(), Verdict::Whole(_)));
}

/// PostgreSQL logs each error of a statement, where nobody wants to find what is no fault.
#[sqlx::test]
async fn record_behind_former_end_writes_nothing_without_error(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let (mut writer, read) = writer(&pool, &backend).await;
    let (old, reads) = (writer.end.clone().unwrap(), [read]);
    add(&backend, "b").await;
    let (ids, counted) = ([reads[0].id.to_string()], CountedReads::of(&by_tokens(&reads)).unwrap());
    let links =
        Links::behind(writer.db.keyring().unwrap(), old, &super::records(&reads, &ids, &[None])).unwrap();
    let rows = writer.db.execute_alone(METHOD, repository::recording(links, counted)).await.unwrap();
    assert_eq!((rows, taken(&pool).await, counted_reads(&pool).await), (0, 1, 1));
    writer.write(&reads).await.unwrap();
    assert_eq!((taken(&pool).await, counted_reads(&pool).await), (2, 2));
}

/// Returns how many reads are counted, of any secret.
async fn counted_reads(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT coalesce(sum(reads), 0)::bigint FROM secret_reads")
        .fetch_one(pool)
        .await
        .unwrap()
}

/// Returns how many reads of values are recorded.
async fn taken(pool: &PgPool) -> usize {
    records(pool).await.into_iter().filter(|record| record.contains("value read")).count()
}

/// Returns a writer that knows the end of the chain, and a read for it.
async fn writer(pool: &PgPool, backend: &Backend) -> (Writer, Read) {
    add(backend, "a").await;
    let ctx = token(backend, 5, TokenScope::ReadValues).await;
    let row: Uuid = sqlx::query_scalar("SELECT id FROM secrets").fetch_one(pool).await.unwrap();
    let read = Read::new(&ctx, &id("a"), OfVersion { secret: row, number: 1, earlier: false }, Outcome::Done);
    let mut writer = Writer { db: backend.0.db.clone(), end: None };
    writer.write(std::slice::from_ref(&read)).await.unwrap();
    assert!(writer.end.is_some());
    (writer, read)
}

#[sqlx::test]
async fn record_writes_batch_once_after_broken_connection(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let (mut writer, read) = writer(&pool, &backend).await;
    let reads = [read];
    let before = writer.end.clone().unwrap();
    writer.write(&reads).await.unwrap();
    let written = writer.end.clone().unwrap();
    let (ids, counted) = ([reads[0].id.to_string()], CountedReads::of(&by_tokens(&reads)).unwrap());
    let fields = [None];
    let records = super::records(&reads, &ids, &fields);
    // The answer to the second write was lost, so its outcome is unknown: with this end it was written, with another it was
    // not.
    writer.in_transaction(&records, counted.clone(), Some(written)).await.unwrap();
    assert_eq!(taken(&pool).await, 2);
    let later = Ctx { now: at(8).now, ..reads[0].ctx.clone() };
    let records = [(&later, records[0].1)];
    let never = Links::behind(writer.db.keyring().unwrap(), before, &records).unwrap().end;
    writer.in_transaction(&records, counted, Some(never)).await.unwrap();
    assert_eq!(taken(&pool).await, 3);
    assert_eq!(counted_reads(&pool).await, 3);
    assert!(matches!(backend.audit().verify(&at(9)).await.unwrap(), Verdict::Whole(_)));
}

#[sqlx::test]
async fn record_writes_nothing_under_inactive_key(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let (mut writer, read) = writer(&pool, &backend).await;
    sqlx::query("UPDATE key_encryption_keys SET active = false").execute(&pool).await.unwrap();
    assert!(writer.write(&[read]).await.is_err());
    assert_eq!(taken(&pool).await, 1);
}

#[sqlx::test]
async fn record_reports_end_that_was_cut(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let (mut writer, read) = writer(&pool, &backend).await;
    sqlx::query("UPDATE audit_head SET mac = NULL").execute(&pool).await.unwrap();
    writer.write(&[read]).await.unwrap();
    assert_eq!(taken(&pool).await, 2);
    assert!(records(&pool).await.iter().any(|record| record.contains("integrity failure")));
}
