//! The list of secrets: its orders, its search and its totals.

use super::{dataset, id, image, names, new, rows};
use crate::tests::{at, backend};
use domain::{
    page::{ListQuery, Position},
    secret::SecretDraft,
};
use sqlx::PgPool;

/// Every sorting and filter, walked forwards and backwards, gives each secret once and in one order.
#[sqlx::test]
async fn list_returns_each_secret_once_in_every_order(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    for number in 0..45_i64 {
        let name = format!("s{number:02}");
        // Display names and times repeat, so that ties have to be broken.
        let display = ["Äpfel", "banana", "Cherry", "apple"][usize::try_from(number % 4).unwrap()].to_owned();
        let draft = if number % 3 == 0 { dataset(&name) } else { image(&name, "pw") };
        let draft = SecretDraft { display_name: display, ..draft };
        backend.secrets().create(&at(number / 5), new(draft), None).await.unwrap();
    }
    // With this number of usages, the last within one minute, within another, or never.
    sqlx::query(
        "UPDATE secrets SET reader_count = length(display_name) % 3, last_read_at = CASE right(name, 1)::int % 3 \
         WHEN 0 THEN NULL ELSE to_timestamp(right(name, 1)::int % 3 * 60 + right(name, 2)::int) END, \
         check_status = (ARRAY['works', 'open', 'refused', 'unreachable', 'host-key-changed', 'not-tested']) \
         [1 + right(name, 2)::int % 6]",
    )
    .execute(&pool)
    .await
    .unwrap();
    for sort in ["name", "display", "type", "status", "updated", "used-by", "last-used"]
        .map(|sort| [sort.to_owned(), format!("-{sort}")])
        .concat()
    {
        for (filter, count) in [
            ("", 45),
            ("&type=git-dataset", 15),
            ("&type=image-pull", 30),
            ("&q=an+banana", 11),
            ("&unused=30", 45),
        ] {
            let query = |position: Position| ListQuery {
                position,
                ..ListQuery::parse(&format!("sort={sort}&size=10{filter}"))
            };
            let ask = async |position: Position| {
                backend.secrets().list(&at(10_000_000), &query(position)).await.unwrap()
            };
            let mut forwards = Vec::new();
            let mut page = ask(Position::First).await;
            assert!(page.previous.is_none());
            assert_eq!((page.total.count, page.total.exact), (count, true), "{sort}{filter}");
            loop {
                forwards.extend(rows(&page));
                let Some(cursor) = page.next.clone() else { break };
                page = ask(Position::After(cursor)).await;
                assert!(page.previous.is_some());
            }
            assert_eq!(forwards.len(), usize::try_from(count).unwrap(), "{sort}{filter}");
            let mut unique = forwards.clone();
            unique.sort();
            unique.dedup();
            assert_eq!(unique.len(), forwards.len(), "{sort}{filter}");

            let mut backwards = Vec::new();
            let mut page = ask(Position::Last).await;
            assert!(page.next.is_none());
            loop {
                let mut earlier = rows(&page);
                // The first page is filled up, so it may repeat rows of the page after it.
                earlier.retain(|row| !backwards.contains(row));
                earlier.extend(backwards);
                backwards = earlier;
                let Some(cursor) = page.previous.clone() else { break };
                page = ask(Position::Before(cursor)).await;
            }
            assert_eq!(backwards, forwards, "{sort}{filter}");
        }
    }
    let by_status = backend.secrets().list(&at(100), &ListQuery::parse("sort=status&size=50")).await.unwrap();
    let mut states: Vec<&str> = by_status.rows.iter().map(|row| row.status.as_str()).collect();
    states.dedup();
    assert_eq!(states, ["host-key-changed", "refused", "unreachable", "not-tested", "open", "works"]);
    let by_display = names(&backend, "sort=display&size=50").await;
    let first = backend.secrets().get(&at(100), &id(&by_display[0])).await.unwrap().display_name;
    let last = backend.secrets().get(&at(100), &id(&by_display[44])).await.unwrap().display_name;
    assert_eq!(
        (first.as_str(), last.as_str()),
        ("Äpfel", "Cherry"),
        "letters count, not their case or accents"
    );
    // Beyond either end: the nearest page.
    assert_eq!(names(&backend, "sort=name&size=10&after=image-zzz").await.len(), 10);
    assert_eq!(names(&backend, "sort=name&size=10&before=image-a").await[0], "gitsync-secret-s00");
}

#[sqlx::test]
async fn list_searches_names_and_host(pool: PgPool) {
    let backend = backend(pool).await;
    let named =
        |name: &str, display: &str| SecretDraft { display_name: display.to_owned(), ..image(name, "pw") };
    let elsewhere = SecretDraft { registry_host: "quay.io".to_owned(), ..named("three", "100% of_it") };
    for (second, draft) in (1..).zip([named("one", "Größe Eins"), named("two", "Zwei"), elsewhere]) {
        backend.secrets().create(&at(second), new(draft), None).await.unwrap();
    }
    for (search, found) in [
        ("one", vec!["image-one"]),
        ("GRÖSSE", vec![]),
        ("größe", vec!["image-one"]),
        ("GRÖßE eins", vec!["image-one"]),
        ("quay", vec!["image-three"]),
        ("ghcr.io", vec!["image-two", "image-one"]),
        ("100%25", vec!["image-three"]),
        ("f_i", vec!["image-three"]),
        ("%25", vec!["image-three"]),
        ("e", vec!["image-three", "image-two", "image-one"]),
        ("two eins", vec![]),
        ("nothing", vec![]),
    ] {
        assert_eq!(names(&backend, &format!("q={}", search.replace(' ', "+"))).await, found, "{search}");
    }
}

#[sqlx::test]
async fn list_searches_id_account_repository_and_fingerprint(pool: PgPool) {
    let backend = backend(pool).await;
    let robot = SecretDraft { username: "Acme-CI".to_owned(), ..image("harbor-production", "pw") };
    let repository =
        SecretDraft { repository: "git@github.com:acme/weather.git".to_owned(), ..dataset("data") };
    for (second, draft) in (1..).zip([robot, repository, image("other", "pw")]) {
        backend.secrets().create(&at(second), new(draft), None).await.unwrap();
    }
    let page = backend.secrets().list(&at(9), &ListQuery::parse("type=git-dataset")).await.unwrap();
    assert_eq!(page.rows[0].target.as_deref(), Some("git@github.com:acme/weather.git"));
    let fingerprint = page.rows[0].key.clone().unwrap().1;
    let part = &fingerprint["SHA256:".len()..][..12];
    let (harbor, data) = (vec!["image-harbor-production"], vec!["gitsync-secret-data"]);
    for (search, found) in [
        ("image-harbor-production", harbor.clone()),
        ("image-harb", harbor.clone()),
        ("gitsync-secret-data", data.clone()),
        ("gitsync-secret-harbor", vec![]),
        ("acme-ci", harbor.clone()),
        ("acme", vec!["gitsync-secret-data", "image-harbor-production"]),
        ("github.com:acme/weather", data.clone()),
        (&fingerprint, data.clone()),
        (part, data.clone()),
        (&format!("sha256:{part}"), data.clone()),
        (&format!("{part} acme"), data.clone()),
        (&part.to_lowercase(), vec![]),
        // Values are not searched.
        ("PRIVATE", vec![]),
        ("pw", vec![]),
    ] {
        let query = ListQuery { search: search.to_owned(), ..ListQuery::default() };
        let page = backend.secrets().list(&at(9), &query).await.unwrap();
        let ids: Vec<String> = page.rows.iter().map(|row| row.id.to_string()).collect();
        assert_eq!(ids, found, "{search}");
    }
}

#[sqlx::test]
async fn list_totals_follow_changes_and_stop_at_limit(pool: PgPool) {
    let backend = backend(pool).await;
    let total =
        async |query: &str| backend.secrets().list(&at(1), &ListQuery::parse(query)).await.unwrap().total;
    backend.secrets().seed(&at(0), 3_000).await.unwrap();
    assert_eq!((total("").await.count, total("").await.exact), (3_000, true));
    assert_eq!(total("type=image-pull").await.count, 1_500);
    // The first page of a search counts less far than the others and than those for the API.
    let search = ListQuery::parse("q=team");
    let first = backend.secrets().list(&at(1), &search).await.unwrap();
    assert_eq!((first.total.count, first.total.exact, first.rows.len()), (200, false, 20));
    let second = search.with_position(Position::After(first.next.unwrap()));
    let second = backend.secrets().list(&at(1), &second).await.unwrap();
    assert_eq!((second.total.count, second.total.exact), (1_000, false));
    let exact = backend.secrets().exact_page(&at(1), &search, 0).await.unwrap();
    assert_eq!((exact.total.count, exact.total.exact), (1_000, false));
    assert_eq!(exact.rows, first.rows);
    let few = total("q=team+type&type=image-pull&q=00001").await;
    assert!(few.exact && few.count < 200, "{few:?}");
    let some = backend.secrets().list(&at(1), &ListQuery::parse("type=image-pull")).await.unwrap().rows[0]
        .id
        .clone();
    backend.secrets().delete(&at(2), &some, "").await.unwrap();
    assert_eq!((total("").await.count, total("type=image-pull").await.count), (2_999, 1_499));
}
