//! The dates of values: kept, forgotten with the value they belong to, listed, and obeyed when a value is read.

use super::{dataset, id, image, names, new, update};
use crate::{
    Backend, Ctx, ManifestFormat, ManifestsQuery, ValueAnswer, ValueQuery,
    tests::{at, backend, records, somebody},
};
use domain::{
    access::Role,
    error::Error,
    page::{ListQuery, Position},
    secret::{Dates, ExportFormat, NewSshKeyKind, SecretDraft, SecretKind, Selection},
    sensitive::Sensitive,
    time::Timestamp,
};
use sqlx::PgPool;

const DAY: i64 = 86_400;

fn dated(name: &str, expires_at: &str) -> SecretDraft {
    SecretDraft { expires_at: expires_at.to_owned(), ..image(name, "first") }
}

fn stopping(name: &str, expires_at: &str) -> SecretDraft {
    SecretDraft { stop_when_expired: "on".to_owned(), ..dated(name, expires_at) }
}

/// Returns the context of a consumer at this second.
fn query() -> ValueQuery<'static> {
    ValueQuery { shape: ExportFormat::UsernamePassword, url: None }
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

async fn dates(backend: &Backend, secret: &str) -> Dates {
    backend.secrets().get(&at(1), &id(secret)).await.unwrap().dates
}

async fn change(backend: &Backend, ctx: &Ctx, draft: SecretDraft) -> Result<i64, Error> {
    let version = backend.secrets().get(&at(1), &id("image-a")).await.unwrap().version;
    backend.secrets().update(ctx, &id("image-a"), update(SecretKind::ImagePull, draft), version).await
}

async fn read(backend: &Backend, second: i64) -> Result<(), Error> {
    match backend.secrets().value(&at(second), &id("image-a"), query(), |_| false).await? {
        ValueAnswer::Value(..) => Ok(()),
        ValueAnswer::Unchanged(_) => panic!("nothing is known"),
    }
}

#[sqlx::test]
async fn dates_are_kept_and_their_changes_recorded(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let draft = SecretDraft { renew_every_days: "90".to_owned(), ..stopping("a", "1970-01-31") };
    backend.secrets().create(&at(1), new(draft.clone()), None).await.unwrap();
    let expected = Dates {
        expires_at: Some(time("1970-01-31T23:59:59Z")),
        renew_every_days: Some(90),
        stop_when_expired: true,
        value_changed_at: at(1).now,
    };
    assert_eq!(dates(&backend, "image-a").await, expected);
    // The same day again, in the reader's zone or as a form has it, is no change.
    let same = SecretDraft { password: Sensitive::default(), ..draft };
    assert_eq!(change(&backend, &at(2), same.clone()).await, Ok(1));
    let fewer = SecretDraft { renew_every_days: String::new(), stop_when_expired: String::new(), ..same };
    assert_eq!(change(&backend, &at(3), fewer).await, Ok(2));
    let none = SecretDraft { password: Sensitive::default(), ..image("a", "") };
    assert_eq!(change(&backend, &at(4), none).await, Ok(3));
    assert_eq!(dates(&backend, "image-a").await, Dates::none(at(1).now));
    assert_eq!(
        records(&pool).await,
        [
            "test | secret added | image-a | done | ",
            "test | secret changed | image-a | done | renew_every_days,stop_when_expired",
            "test | secret changed | image-a | done | expires_at",
        ]
    );
}

#[sqlx::test]
async fn value_changed_at_follows_the_value_alone(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    backend.secrets().create(&at(10), new(image("a", "first")), None).await.unwrap();
    backend.secrets().create(&at(10), new(dataset("b")), None).await.unwrap();
    let renamed = SecretDraft { display_name: "A".to_owned(), ..image("a", "") };
    change(&backend, &at(20), renamed).await.unwrap();
    assert_eq!(dates(&backend, "image-a").await.value_changed_at, at(10).now);
    change(&backend, &at(30), image("a", "second")).await.unwrap();
    assert_eq!(dates(&backend, "image-a").await.value_changed_at, at(30).now);
    // A pair that waits is not in use yet.
    let key = id("gitsync-secret-b");
    backend.secrets().generate_key(&at(40), &key, NewSshKeyKind::Ed25519).await.unwrap();
    assert_eq!(dates(&backend, "gitsync-secret-b").await.value_changed_at, at(10).now);
    let pair = backend.secrets().get(&at(41), &key).await.unwrap().pending.unwrap();
    backend.secrets().switch_key(&at(50), &key, &pair.facts.fingerprint).await.unwrap();
    assert_eq!(dates(&backend, "gitsync-secret-b").await.value_changed_at, at(50).now);
    // A server of the version before knows none of the columns, and a trigger keeps this one.
    let older = "UPDATE secrets SET value_version = value_version + 1, updated_at = to_timestamp(60) WHERE name = 'a'";
    sqlx::query(older).execute(&pool).await.unwrap();
    assert_eq!(dates(&backend, "image-a").await.value_changed_at, at(60).now);
}

#[sqlx::test]
async fn new_value_forgets_an_end_that_has_passed(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    backend.secrets().create(&at(1), new(stopping("a", "1970-01-10")), None).await.unwrap();
    let with = |password: &str, expires_at: &str| SecretDraft {
        password: Sensitive::new(password),
        ..stopping("a", expires_at)
    };
    // Before the end, it stays: a reminder too early is better than none.
    change(&backend, &at(5 * DAY), with("second", "1970-01-10")).await.unwrap();
    assert_eq!(dates(&backend, "image-a").await.expires_at, Some(time("1970-01-10T23:59:59Z")));
    assert_eq!(
        read(&backend, 20 * DAY).await,
        Err(Error::Expired(id("image-a"), time("1970-01-10T23:59:59Z")))
    );
    // After it, the form still has the old day, and the new value is handed out.
    change(&backend, &at(20 * DAY), with("third", "1970-01-10")).await.unwrap();
    let after = dates(&backend, "image-a").await;
    assert_eq!((after.expires_at, after.stop_when_expired), (None, true));
    assert_eq!(read(&backend, 20 * DAY).await, Ok(()));
    // A new day counts.
    change(&backend, &at(21 * DAY), with("fourth", "1970-03-01")).await.unwrap();
    assert_eq!(dates(&backend, "image-a").await.expires_at, Some(time("1970-03-01T23:59:59Z")));
    let changes = records(&pool).await;
    let changes: Vec<&str> =
        changes.iter().filter_map(|record| record.strip_prefix("test | secret changed | ")).collect();
    assert_eq!(
        changes,
        [
            "image-a | done | password",
            "image-a | done | password,expires_at",
            "image-a | done | password,expires_at"
        ]
    );
}

#[sqlx::test]
async fn switched_key_forgets_the_end_of_the_key_before(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let key = id("gitsync-secret-a");
    let draft = SecretDraft { expires_at: "1970-01-10".to_owned(), ..dataset("a") };
    backend.secrets().create(&at(1), new(draft), None).await.unwrap();
    backend.secrets().generate_key(&at(20 * DAY), &key, NewSshKeyKind::Ed25519).await.unwrap();
    let pair = backend.secrets().get(&at(20 * DAY), &key).await.unwrap().pending.unwrap();
    backend.secrets().switch_key(&at(20 * DAY), &key, &pair.facts.fingerprint).await.unwrap();
    assert_eq!(dates(&backend, "gitsync-secret-a").await.expires_at, None);
    let last = records(&pool).await.pop().unwrap();
    assert_eq!(last, "test | SSH key switched | gitsync-secret-a | done | secret,expires_at");
}

#[sqlx::test]
async fn end_that_a_password_has_is_kept_unless_another_is_typed(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ecr = |password: &str| SecretDraft { username: "AWS".to_owned(), ..image("a", password) };
    backend.secrets().create(&at(DAY), new(ecr("plain")), None).await.unwrap();
    let hours = |at: Timestamp, hours: i64| Some(Timestamp::from_micros(at.micros() + hours * 3_600_000_000));
    assert_eq!(dates(&backend, "image-a").await.expires_at, hours(at(DAY).now, 12));
    // {"alg":"none"} and {"exp":1000000}
    let jwt = "eyJhbGciOiJub25lIn0.eyJleHAiOjEwMDAwMDB9.c2ln";
    change(&backend, &at(2 * DAY), ecr(jwt)).await.unwrap();
    assert_eq!(dates(&backend, "image-a").await.expires_at, Some(at(1_000_000).now));
    let typed = SecretDraft { expires_at: "1970-02-01".to_owned(), ..ecr("other") };
    change(&backend, &at(3 * DAY), typed).await.unwrap();
    assert_eq!(dates(&backend, "image-a").await.expires_at, Some(time("1970-02-01T23:59:59Z")));
    // Without a new value, the emptied field means that there is no end.
    change(&backend, &at(4 * DAY), ecr("")).await.unwrap();
    assert_eq!(dates(&backend, "image-a").await.expires_at, None);
}

#[sqlx::test]
async fn expired_value_is_handed_out_unless_its_owner_says_stop(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let secrets = backend.secrets();
    let end = time("1970-01-10T23:59:59Z");
    let second = end.micros() / 1_000_000;
    secrets.create(&at(1), new(dated("a", "1970-01-10")), None).await.unwrap();
    assert_eq!(read(&backend, second + DAY).await, Ok(()));
    change(&backend, &at(2), SecretDraft { password: Sensitive::default(), ..stopping("a", "1970-01-10") })
        .await
        .unwrap();
    assert_eq!(read(&backend, second - 1).await, Ok(()));
    let gone = Error::Expired(id("image-a"), end);
    let ctx = &at(second);
    assert_eq!(read(&backend, second).await, Err(gone.clone()), "at the very second");
    assert_eq!(secrets.credential(ctx, &id("image-a")).await.unwrap_err(), gone);
    let known = secrets.value(ctx, &id("image-a"), query(), |_| true).await;
    assert_eq!(known.unwrap_err(), gone, "also for whoever has it already");
    let manifests = ManifestsQuery {
        git_shape: ExportFormat::GitSync,
        image_shape: ExportFormat::DockerConfigJson,
        namespace: None,
        format: ManifestFormat::Yaml,
    };
    let selection = Selection::of([id("image-a")]).unwrap();
    assert_eq!(secrets.manifests(ctx, &selection, &manifests).await.unwrap_err(), gone);
    // Its page, and its test, go on.
    assert!(secrets.view(&somebody(Role::Reader, second), &id("image-a")).await.is_ok());
    let recorded = records(&pool).await;
    let reads = recorded.iter().filter(|record| *record == "test | value read | image-a | refused | ");
    assert_eq!(reads.count(), 4, "each refused read is recorded");
}

/// Whoever writes the database gains nothing by moving the end.
#[sqlx::test]
async fn end_of_handing_out_is_signed(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    backend.secrets().create(&at(1), new(stopping("a", "1970-01-10")), None).await.unwrap();
    let run = async |sql: &'static str| {
        sqlx::query(sql).execute(&pool).await.unwrap();
    };
    run("CREATE TABLE before AS SELECT * FROM secrets").await;
    for change in [
        "UPDATE secrets SET expires_at = '2100-01-01'",
        "UPDATE secrets SET expires_at = NULL",
        "UPDATE secrets SET stop_when_expired = false",
        "UPDATE secrets SET stop_when_expired = false, expires_at = NULL",
    ] {
        run(change).await;
        assert!(matches!(read(&backend, 20 * DAY).await, Err(Error::Internal(_))), "{change}");
        run("UPDATE secrets SET expires_at = before.expires_at, stop_when_expired = before.stop_when_expired FROM before")
            .await;
    }
    assert!(matches!(read(&backend, 20 * DAY).await, Err(Error::Expired(..))));
    assert_eq!(read(&backend, 2).await, Ok(()));
    // Without the wish, dates are shown alone, and a server of the version before reads and writes the row as its own.
    change(&backend, &at(2), SecretDraft { password: Sensitive::default(), ..dated("a", "1970-01-10") })
        .await
        .unwrap();
    run("UPDATE secrets SET expires_at = '2100-01-01', renew_every_days = 1").await;
    assert_eq!(read(&backend, 20 * DAY).await, Ok(()));
}

#[sqlx::test]
async fn list_sorts_and_filters_by_dates(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let day = |day: i64| Timestamp::from_micros(day * DAY * 1_000_000).rfc3339();
    for (name, expires) in [
        ("never", ""),
        ("ended", "1"),
        ("now", "100"),
        ("soon", "105"),
        ("month", "120"),
        ("far", "189"),
        ("farther", "900"),
    ] {
        let expires = expires.parse().map(day).unwrap_or_default();
        backend.secrets().create(&at(1), new(dated(name, &expires)), None).await.unwrap();
    }
    let old = SecretDraft { renew_every_days: "100".to_owned(), ..dataset("old") };
    backend.secrets().create(&at(1), new(old), None).await.unwrap();
    let found = async |query: &str, second: i64| {
        let page = backend.secrets().list(&at(second), &ListQuery::parse(query)).await.unwrap();
        assert_eq!(page.total.count, page.rows.len() as u64, "{query}");
        page.rows.iter().map(|row| row.id.name.as_str().to_owned()).collect::<Vec<_>>()
    };
    let now = 100 * DAY;
    assert_eq!(found("expires=expired&sort=expires", now).await, ["ended", "now"]);
    assert_eq!(found("expires=7&sort=expires", now).await, ["soon"]);
    assert_eq!(found("expires=30&sort=-expires", now).await, ["month", "soon"]);
    assert_eq!(found("expires=90&sort=expires&type=image-pull", now).await, ["soon", "month", "far"]);
    assert_eq!(found("needs=renewal", now).await, [""; 0]);
    assert_eq!(found("needs=renewal", now + 1).await, ["old"]);
    let all = ["ended", "now", "soon", "month", "far", "farther", "never", "old"];
    assert_eq!(found("sort=expires", now).await, all);
    // Page by page, in both directions.
    let mut query = ListQuery::parse("sort=expires&size=10");
    for number in 0..12 {
        backend.secrets().create(&at(1), new(image(&format!("x{number:02}"), "x")), None).await.unwrap();
    }
    let first = backend.secrets().list(&at(now), &query).await.unwrap();
    query.position = Position::After(first.next.clone().unwrap());
    let second = backend.secrets().list(&at(now), &query).await.unwrap();
    assert_eq!((first.rows.len(), second.rows.len(), second.next.is_none()), (10, 10, true));
    query.position = Position::Before(second.previous.clone().unwrap());
    let back = backend.secrets().list(&at(now), &query).await.unwrap();
    assert_eq!(back.rows, first.rows);
    assert_eq!(names(&backend, "sort=-expires&type=git-dataset").await, ["gitsync-secret-old"]);
    let overview = backend.overview().get(&at(now + 1)).await.unwrap().attention;
    assert_eq!([overview.expired.count, overview.expire_soon.count, overview.renewal_due.count], [2, 2, 1]);
    // What is deleted counts no more, and has its dates back when it is restored.
    backend.secrets().delete(&at(now), &id("image-soon"), "").await.unwrap();
    assert_eq!(backend.overview().get(&at(now)).await.unwrap().attention.expire_soon.count, 1);
    let row = backend.secrets().deleted(&at(now), None).await.unwrap().rows[0].row;
    backend.secrets().restore(&at(now), row).await.unwrap();
    assert_eq!(found("expires=7", now).await, ["soon"]);
}

/// The statements of the list and the Overview that depend on the time find what they need by an index.
#[sqlx::test]
async fn counts_by_time_read_an_index(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    backend.secrets().seed(&at(1), 2_000).await.unwrap();
    sqlx::query(
        "UPDATE secrets SET expires_at = to_timestamp(86400), renew_every_days = 1 WHERE name LIKE '%00'",
    )
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query("ANALYZE secrets").execute(&pool).await.unwrap();
    for (statement, index) in [
        (
            "SELECT FROM secrets WHERE expires_at IS NOT NULL AND deleted_at IS NULL AND expires_at <= to_timestamp(900000) ORDER BY expires_at LIMIT 1001",
            "secrets_expiring",
        ),
        (
            "SELECT FROM secrets WHERE renewal_due_at IS NOT NULL AND deleted_at IS NULL AND renewal_due_at <= to_timestamp(900000) ORDER BY renewal_due_at LIMIT 1001",
            "secrets_to_renew",
        ),
        (
            "SELECT id FROM secrets WHERE true AND deleted_at IS NULL AND (expiry_order, name, kind) > (to_timestamp(100), 'a', 'b') ORDER BY expiry_order, name, kind LIMIT 21",
            "secrets_by_expiry",
        ),
    ] {
        let plan: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("EXPLAIN {statement}")))
            .fetch_all(&pool)
            .await
            .unwrap();
        assert!(plan.join("\n").contains(index), "{plan:?}");
    }
}
