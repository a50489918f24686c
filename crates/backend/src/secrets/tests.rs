//! The service on a real database, one for each test.

use crate::{
    Backend, Ctx, Kek, Readiness, Submission,
    tests::{at, backend, records, signed_in, some_form, with_key},
};
use domain::{
    access::Role,
    error::{Error, Field, FieldError, Problem},
    page::{ListQuery, Position, SecretPage},
    secret::{Credential, NewSecret, Origins, SecretDraft, SecretId, SecretKind, SecretUpdate},
    sensitive::Sensitive,
};
use sqlx::PgPool;
use uuid::Uuid;

mod dates;
mod deleted;
mod failure;
mod hosts;
mod selection;
pub(super) mod sentinel;

const KEY: &str = include_str!("seed_key");

fn image(name: &str, password: &str) -> SecretDraft {
    SecretDraft {
        name: name.to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: "ghcr.io".to_owned(),
        username: "robot".to_owned(),
        password: Sensitive::new(password),
        allow_duplicate: "on".to_owned(),
        ..SecretDraft::default()
    }
}

fn dataset(name: &str) -> SecretDraft {
    SecretDraft {
        name: name.to_owned(),
        kind: "git-dataset".to_owned(),
        private_key: Sensitive::new(KEY),
        allow_duplicate: "on".to_owned(),
        ..SecretDraft::default()
    }
}

fn new(draft: SecretDraft) -> NewSecret {
    NewSecret::parse(draft).unwrap()
}

fn id(text: &str) -> SecretId {
    SecretId::parse(text).unwrap()
}

fn update(kind: SecretKind, draft: SecretDraft) -> SecretUpdate {
    SecretUpdate::parse(kind, draft).unwrap()
}

async fn password(backend: &Backend, secret: &str) -> String {
    match backend.secrets().credential(&at(9), &id(secret)).await.unwrap() {
        Credential::ImagePull { password, .. } => password.value().expose().to_owned(),
        Credential::GitDataset { .. } => panic!("not an image-pull secret"),
    }
}

async fn names(backend: &Backend, query: &str) -> Vec<String> {
    rows(&backend.secrets().list(&at(100), &ListQuery::parse(query)).await.unwrap())
}

fn rows(page: &SecretPage) -> Vec<String> {
    page.rows.iter().map(|row| row.id.to_string()).collect()
}

#[sqlx::test]
async fn credential_returns_exactly_what_was_stored_and_records_it(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let odd = " \"\\:🔑' ";
    let kept = SecretDraft { password_ends: "keep".to_owned(), ..image("a", odd) };
    backend.secrets().create(&at(1), new(kept), None).await.unwrap();
    backend.secrets().create(&at(2), new(dataset("a")), None).await.unwrap();
    assert_eq!(password(&backend, "image-a").await, odd);
    let Credential::GitDataset { private_key } =
        backend.secrets().credential(&at(3), &id("gitsync-secret-a")).await.unwrap()
    else {
        panic!("not a Git dataset");
    };
    assert_eq!(private_key.value().expose(), KEY);
    let details = backend.secrets().get(&at(4), &id("image-a")).await.unwrap();
    assert_eq!((details.display_name.as_str(), details.version), ("a", 1));
    assert_eq!(details.registry_host.as_deref(), Some("ghcr.io"));
    assert_eq!(backend.secrets().delete(&at(5), &id("image-a"), "").await.unwrap(), "a");
    assert_eq!(backend.secrets().get(&at(6), &id("image-a")).await, Err(Error::NotFound));
    assert_eq!(backend.secrets().delete(&at(6), &id("image-a"), "").await, Err(Error::NotFound));
    assert!(backend.secrets().credential(&at(6), &id("image-a")).await.is_err());
    assert_eq!(
        records(&pool).await,
        [
            "test | secret added | image-a | done | ",
            "test | secret added | gitsync-secret-a | done | ",
            "test | value read | image-a | done | ",
            "test | value read | gitsync-secret-a | done | ",
            "test | secret deleted | image-a | done | ",
        ]
    );
}

#[sqlx::test]
async fn update_keeps_blank_fields_and_records_changed_ones(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let secrets = backend.secrets();
    secrets.create(&at(1), new(image("a", "first")), None).await.unwrap();
    let changed = SecretDraft { display_name: "A".to_owned(), username: "other".to_owned(), ..image("", "") };
    let version =
        secrets.update(&at(2), &id("image-a"), update(SecretKind::ImagePull, changed.clone()), 1).await;
    assert_eq!(version, Ok(2));
    assert_eq!(password(&backend, "image-a").await, "first");
    // The same change once more changes nothing, and says so.
    let version =
        secrets.update(&at(3), &id("image-a"), update(SecretKind::ImagePull, changed.clone()), 2).await;
    assert_eq!(version, Ok(2));
    let replaced = SecretDraft { password: Sensitive::new("second"), ..changed };
    let version = secrets.update(&at(4), &id("image-a"), update(SecretKind::ImagePull, replaced), 2).await;
    assert_eq!(version, Ok(3));
    assert_eq!(password(&backend, "image-a").await, "second");
    let values: i64 =
        sqlx::query_scalar("SELECT count(*) FROM secret_values").fetch_one(&pool).await.unwrap();
    // The second one, and the first as an earlier version.
    assert_eq!(values, 2);

    secrets.create(&at(5), new(dataset("a")), None).await.unwrap();
    let renamed = SecretDraft { display_name: "Only the name".to_owned(), ..SecretDraft::default() };
    secrets
        .update(&at(6), &id("gitsync-secret-a"), update(SecretKind::GitDataset, renamed), 1)
        .await
        .unwrap();
    let kept = secrets.credential(&at(7), &id("gitsync-secret-a")).await.unwrap();
    assert!(matches!(kept, Credential::GitDataset { private_key } if private_key.value().expose() == KEY));

    let changes: Vec<String> = records(&pool)
        .await
        .into_iter()
        .filter(|record| record.starts_with("test | secret changed"))
        .collect();
    assert_eq!(
        changes,
        [
            "test | secret changed | image-a | done | display_name,username",
            "test | secret changed | image-a | done | password",
            "test | secret changed | gitsync-secret-a | done | display_name",
        ]
    );
    let wrong_kind = update(SecretKind::GitDataset, SecretDraft::default());
    assert_eq!(secrets.update(&at(8), &id("image-a"), wrong_kind, 3).await, Err(Error::BadRequest));
}

#[sqlx::test]
async fn update_accepts_one_of_two_changes_of_a_version(pool: PgPool) {
    let backend = backend(pool).await;
    backend.secrets().create(&at(1), new(image("a", "pw")), None).await.unwrap();
    let change = |display: &str| {
        update(SecretKind::ImagePull, SecretDraft { display_name: display.to_owned(), ..image("", "") })
    };
    let (one, two) = (at(2), at(3));
    let a = id("image-a");
    let (first, second) = tokio::join!(
        backend.secrets().update(&one, &a, change("One"), 1),
        backend.secrets().update(&two, &a, change("Two"), 1),
    );
    let lost = match (first, second) {
        (Ok(2), Err(lost)) | (Err(lost), Ok(2)) => lost,
        other => panic!("{other:?}"),
    };
    let Error::Changed(change) = lost else { panic!("{lost:?}") };
    assert_eq!((change.by.as_str(), change.version), ("test", 2));
    assert_eq!(change.fields, [Field::DisplayName]);
}

#[sqlx::test]
async fn create_adds_one_of_fifty_secrets_with_one_name(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let tasks: Vec<_> = (0..50)
        .map(|number| {
            let backend = backend.clone();
            tokio::spawn(async move {
                backend.secrets().create(&at(number), new(image("same", "pw")), Some(some_form())).await
            })
        })
        .collect();
    let (mut added, mut taken) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => added += 1,
            Err(error) => {
                let problem = Problem::NameTaken(id("image-same"));
                assert_eq!(error, Error::Invalid(vec![FieldError { field: Field::Name, problem }]));
                taken += 1;
            }
        }
    }
    assert_eq!((added, taken), (1, 49));
    assert_eq!(records(&pool).await.len(), 1);
}

#[sqlx::test]
async fn create_adds_form_sent_twice_once(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let form = Some(some_form());
    for _ in 0..2 {
        let added = backend.secrets().create(&at(1), new(image("a", "pw")), form).await;
        assert_eq!(added, Ok(id("image-a")));
    }
    assert_eq!(records(&pool).await.len(), 1);
    assert!(backend.secrets().create(&at(1), new(image("a", "pw")), Some(some_form())).await.is_err());
}

/// Whoever knows the mark of another person's form, or how a request's mark is made, learns nothing of the value.
#[sqlx::test]
async fn submission_mark_counts_only_for_its_sender(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let (ana, eve) = (
        signed_in(&backend, "ana", Role::Editor, 1).await,
        signed_in(&backend, "eve", Role::Editor, 1).await,
    );
    let form = some_form();
    let add = async |ctx: &Ctx, name: &str, password: &str, mark| {
        backend.secrets().create(ctx, new(image(name, password)), Some(mark)).await
    };
    assert_eq!(add(&ana, "a", "pw", form).await, Ok(id("image-a")));
    assert_eq!(add(&ana, "a", "pw", form).await, Ok(id("image-a")), "the same form once more");
    let again = signed_in(&backend, "ana", Role::Editor, 2).await;
    assert_eq!(add(&again, "a", "pw", form).await, Ok(id("image-a")), "from another session");
    assert!(matches!(add(&eve, "a", "pw", form).await, Err(Error::Invalid(_))), "a guess of somebody else");

    let request = crate::submission_of(&ana, "1");
    assert_eq!(add(&ana, "b", "pw", Submission::Request(request)).await, Ok(id("image-b")));
    for who in [&ana, &eve] {
        let forged = add(who, "b", "pw", Submission::Form(request)).await;
        assert!(matches!(forged, Err(Error::Invalid(_))), "a request's mark in a form");
    }
    // The stored mark is not one that a form can send.
    let stored: Option<Uuid> =
        sqlx::query_scalar("SELECT submission FROM secrets WHERE name = 'a'").fetch_one(&pool).await.unwrap();
    let stored = Submission::Form(stored.unwrap());
    assert!(matches!(add(&ana, "a", "pw", stored).await, Err(Error::Invalid(_))));
}

/// Whichever servers receive them.
#[sqlx::test]
async fn create_adds_one_secret_for_concurrent_requests_with_one_mark(pool: PgPool) {
    let kek = Kek::generate().unwrap();
    let servers = [with_key(pool.clone(), kek.clone()).await, with_key(pool.clone(), kek).await];
    let mark = Uuid::new_v4();
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let backend = servers[number % 2].clone();
            let secret = new(image(&format!("s{:02}", number / 2), "pw"));
            tokio::spawn(async move {
                backend.secrets().create(&at(1), secret, Some(Submission::Request(mark))).await.unwrap()
            })
        })
        .collect();
    let mut told = Vec::new();
    for task in tasks {
        told.push(task.await.unwrap());
    }
    told.dedup();
    let [made] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(names(&servers[0], "").await, [made.to_string()]);
    assert_eq!(records(&pool).await.len(), 1);
    // A deleted secret is out of the way. A form that is sent again with another name adds another secret.
    servers[0].secrets().delete(&at(2), made, "").await.unwrap();
    let form = some_form();
    for (submission, name) in [(Submission::Request(mark), "x"), (form, "y"), (form, "z")] {
        let added = servers[1].secrets().create(&at(3), new(image(name, "pw")), Some(submission)).await;
        assert_eq!(added, Ok(id(&format!("image-{name}"))));
    }
}

#[sqlx::test]
async fn change_is_rolled_back_without_its_record(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let secrets = backend.secrets();
    secrets.create(&at(1), new(image("a", "pw")), None).await.unwrap();
    sqlx::raw_sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$; \
         CREATE TRIGGER refuse BEFORE INSERT ON audit_records FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    .execute(&pool)
    .await
    .unwrap();
    let changed =
        SecretDraft { display_name: "B".to_owned(), password: Sensitive::new("other"), ..image("", "") };
    for outcome in [
        secrets.create(&at(2), new(image("b", "pw")), None).await.map(drop),
        secrets.update(&at(2), &id("image-a"), update(SecretKind::ImagePull, changed), 1).await.map(drop),
        secrets.delete(&at(2), &id("image-a"), "").await.map(drop),
        secrets.credential(&at(2), &id("image-a")).await.map(drop),
    ] {
        assert_eq!(outcome, Err(Error::Internal("test".to_owned())));
    }
    sqlx::raw_sql("DROP TRIGGER refuse ON audit_records").execute(&pool).await.unwrap();
    assert_eq!(names(&backend, "").await, ["image-a"]);
    assert_eq!(secrets.get(&at(3), &id("image-a")).await.unwrap().display_name, "a");
    assert_eq!(password(&backend, "image-a").await, "pw");
}

#[sqlx::test]
async fn credential_that_was_changed_is_an_error_and_recorded(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    for name in ["a", "b"] {
        backend.secrets().create(&at(1), new(image(name, &format!("SENTINEL-{name}"))), None).await.unwrap();
    }
    // The whole sealed value of one secret, placed under the other.
    sqlx::query(
        "UPDATE secret_values SET (wrapped_key, nonce, ciphertext) = (SELECT wrapped_key, nonce, ciphertext \
         FROM secret_values JOIN secrets ON id = secret_id WHERE name = 'b') \
         WHERE secret_id = (SELECT id FROM secrets WHERE name = 'a')",
    )
    .execute(&pool)
    .await
    .unwrap();
    let refused = backend.secrets().credential(&at(2), &id("image-a")).await.unwrap_err();
    assert_eq!(refused, Error::Internal("test".to_owned()));
    assert_eq!(records(&pool).await.last().unwrap(), "test | value read | image-a | integrity failure | ");
    assert_eq!(password(&backend, "image-b").await, "SENTINEL-b");
}

#[sqlx::test]
async fn start_with_another_key_seals_portal_and_writes_nothing(pool: PgPool) {
    let right = Kek::generate().unwrap();
    let open = with_key(pool.clone(), right.clone()).await;
    open.secrets().create(&at(1), new(image("a", "pw")), None).await.unwrap();
    assert_eq!(open.ready().await, Readiness::Ready);
    let sealed = with_key(pool.clone(), Kek::generate().unwrap()).await;
    assert_eq!(sealed.ready().await, Readiness::Sealed);
    let a = id("image-a");
    for outcome in [
        sealed.secrets().list(&at(3), &ListQuery::default()).await.map(drop),
        sealed.secrets().get(&at(3), &a).await.map(drop),
        sealed.secrets().create(&at(3), new(image("b", "pw")), None).await.map(drop),
        sealed.secrets().update(&at(3), &a, update(SecretKind::ImagePull, image("", "x")), 1).await.map(drop),
        sealed.secrets().delete(&at(3), &a, "").await.map(drop),
        sealed.secrets().credential(&at(3), &a).await.map(drop),
        sealed.secrets().seed(&at(3), 10).await,
    ] {
        assert_eq!(outcome, Err(Error::Sealed));
    }
    assert_eq!(records(&pool).await.len(), 1);
    let again = with_key(pool, right).await;
    assert_eq!(password(&again, "image-a").await, "pw");
}

#[sqlx::test]
async fn start_opens_one_of_concurrent_servers_with_different_keys(pool: PgPool) {
    let starts: Vec<_> =
        (0..8).map(|_| tokio::spawn(with_key(pool.clone(), Kek::generate().unwrap()))).collect();
    let mut open = 0;
    for start in starts {
        open += usize::from(start.await.unwrap().ready().await == Readiness::Ready);
    }
    assert_eq!(open, 1);
}

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

#[sqlx::test]
async fn would_create_agrees_with_create_and_writes_nothing(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let secrets = backend.secrets();
    let before = records(&pool).await;
    let would = async |draft: SecretDraft| secrets.would_create(&ana, new(draft)).await;
    let (key, facts) = would(dataset("data")).await.unwrap();
    assert_eq!(key, id("gitsync-secret-data"));
    assert!(facts.unwrap().fingerprint.starts_with("SHA256:"));
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM secrets").fetch_one(&pool).await.unwrap();
    assert_eq!((left, records(&pool).await), (0, before));

    secrets.create(&ana, new(dataset("data")), None).await.unwrap();
    secrets.create(&ana, new(image("hub", "a")), None).await.unwrap();
    let without_choice = |draft: SecretDraft| SecretDraft { allow_duplicate: String::new(), ..draft };
    for draft in [
        dataset("data"),
        without_choice(dataset("other")),
        image("hub", "b"),
        without_choice(image("other", "b")),
        SecretDraft { private_key: Sensitive::new(KEY.replacen("AAAA", "AAAB", 2)), ..dataset("third") },
    ] {
        let Ok(secret) = NewSecret::parse(draft) else { continue };
        let said = secrets.would_create(&ana, secret.clone()).await.map(|(id, _)| id);
        assert!(said.is_err(), "{said:?}");
        assert_eq!(said, secrets.create(&ana, secret, None).await);
    }
    let viewer = signed_in(&backend, "vic", Role::Reader, 2).await;
    assert_eq!(secrets.would_create(&viewer, new(image("x", "b"))).await.err(), Some(Error::Forbidden));
}

#[sqlx::test]
async fn create_from_keeps_origins(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let origins = Origins::parse(&["ci/pull".to_owned()], Some(30)).unwrap();
    let id = backend.secrets().create_from(&ana, new(image("hub", "a")), None, &origins).await.unwrap();
    assert_eq!(backend.secrets().get(&ana, &id).await.unwrap().origins, origins);
}
