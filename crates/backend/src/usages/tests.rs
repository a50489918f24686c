//! The service on a real database, one for each test.

use crate::{
    Backend, KeepDeleted, Kek, TestConfig,
    tests::{anonymous, at, backend, backend_with, keeping, records, somebody, text},
};
use domain::{
    access::Role,
    error::{Error, Field, FieldError, Problem},
    page::ListQuery,
    secret::{NewSecret, SecretDraft, SecretId, SecretName, SecretSummary},
    usage::{NewUsage, UsageContent, UsageDraft, UsageKind, UsageProblem, UsageQuery, UsageTarget},
};
use sqlx::PgPool;

const KEY: &str = include_str!("../secrets/seed_key");
const HOST_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

async fn add_image_secret(backend: &Backend, name: &str, host: &str) {
    let draft = SecretDraft {
        name: name.to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: host.to_owned(),
        username: "robot".to_owned(),
        password: text("pw"),
        allow_duplicate: "on".to_owned(),
        ..SecretDraft::default()
    };
    backend.secrets().create(&at(0), NewSecret::parse(draft).unwrap(), None).await.unwrap();
}

async fn add_key(backend: &Backend, name: &str, known_hosts: &str) {
    let draft = SecretDraft {
        name: name.to_owned(),
        kind: "git-dataset".to_owned(),
        private_key: text(KEY),
        known_hosts: known_hosts.to_owned(),
        allow_duplicate: "on".to_owned(),
        ..SecretDraft::default()
    };
    backend.secrets().create(&at(0), NewSecret::parse(draft).unwrap(), None).await.unwrap();
}

fn draft(name: &str, target: &str, secret: &str) -> UsageDraft {
    UsageDraft {
        name: name.to_owned(),
        target: target.to_owned(),
        secret: secret.to_owned(),
        ..UsageDraft::default()
    }
}

fn image(name: &str, target: &str, secret: &str) -> NewUsage {
    NewUsage::parse(UsageKind::Image, &draft(name, target, secret)).unwrap()
}

fn dataset(name: &str, target: &str, secret: &str) -> NewUsage {
    NewUsage::parse(UsageKind::Dataset, &draft(name, target, secret)).unwrap()
}

fn content(kind: UsageKind, target: &str, secret: &str) -> UsageContent {
    UsageContent::parse(kind, &draft("", target, secret)).unwrap()
}

fn name(text: &str) -> SecretName {
    SecretName::parse(text).unwrap()
}

fn id(text: &str) -> SecretId {
    SecretId::parse(text).unwrap()
}

fn wrong(field: Field, problem: UsageProblem) -> Error {
    Error::Invalid(vec![FieldError { field, problem: Problem::Usage(problem) }])
}

async fn counts(pool: &PgPool) -> Vec<(String, i32)> {
    sqlx::query_as("SELECT name, usage_count FROM secrets ORDER BY name").fetch_all(pool).await.unwrap()
}

#[sqlx::test]
async fn usage_changes_are_stored_and_shown_with_the_secret(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let usages = backend.usages();
    add_image_secret(&backend, "a", "ghcr.io").await;
    add_image_secret(&backend, "b", "quay.io").await;
    let new = image("app", "ghcr.io/group/app:1", "image-a");
    usages.create(&at(1), &new).await.unwrap();
    // The same form once more is the same image; one with other contents is not.
    usages.create(&at(2), &new).await.unwrap();
    let taken = usages.create(&at(2), &image("app", "ghcr.io/other", "")).await;
    assert_eq!(taken, Err(wrong(Field::Name, UsageProblem::NameTaken)));
    // A dataset with the same name is something else.
    usages.create(&at(3), &dataset("app", "https://host/a", "")).await.unwrap();
    assert_eq!(counts(&pool).await, [("a".to_owned(), 1), ("b".to_owned(), 0)]);

    let stored = usages.get(&at(4), UsageKind::Image, &name("app")).await.unwrap();
    assert_eq!((stored.target.as_str(), stored.version), ("ghcr.io/group/app:1", 1));
    let used = stored.secret.unwrap();
    assert_eq!(
        (used.id, used.registry_host.as_deref(), used.deleted),
        (id("image-a"), Some("ghcr.io"), false)
    );

    let change = content(UsageKind::Image, "quay.io/group/app:2", "image-b");
    assert_eq!(usages.update(&at(5), &name("app"), &change, 1).await, Ok(2));
    assert_eq!(usages.update(&at(6), &name("app"), &change, 2).await, Ok(2), "nothing changed");
    let Err(Error::Changed(told)) = usages.update(&at(7), &name("app"), &change, 1).await else {
        panic!("the second of two edits is told");
    };
    assert_eq!((told.by.as_str(), told.version), ("test", 2));
    assert_eq!(counts(&pool).await, [("a".to_owned(), 0), ("b".to_owned(), 1)]);
    let none = content(UsageKind::Image, "quay.io/group/app:2", "image-none");
    let refused = usages.update(&at(8), &name("app"), &none, 2).await;
    assert_eq!(refused, Err(wrong(Field::PullSecret, UsageProblem::NoSuchSecret)));
    assert_eq!(usages.update(&at(8), &name("none"), &change, 1).await, Err(Error::NotFound));

    usages.delete(&at(9), UsageKind::Image, &name("app")).await.unwrap();
    assert_eq!(usages.delete(&at(9), UsageKind::Image, &name("app")).await, Err(Error::NotFound));
    assert_eq!(counts(&pool).await, [("a".to_owned(), 0), ("b".to_owned(), 0)]);
    assert_eq!(
        records(&pool).await[2..],
        [
            "test | usage added | images/app | done | ",
            "test | usage added | datasets/app | done | ",
            "test | usage changed | images/app | done | image,pull_secret",
            "test | usage deleted | images/app | done | ",
        ]
    );
}

#[sqlx::test]
async fn list_pages_searches_and_filters(pool: PgPool) {
    let backend = backend(pool).await;
    let usages = backend.usages();
    add_image_secret(&backend, "a", "ghcr.io").await;
    for number in 0..53 {
        let secret = if number < 2 { "image-a" } else { "" };
        let new = image(&format!("app-{number:02}"), &format!("GHCR.io/group/app:{number}"), secret);
        usages.create(&at(1), &new).await.unwrap();
    }
    let list = async |query: &str| {
        let page = usages.list(&at(2), UsageKind::Image, &UsageQuery::parse(query)).await.unwrap();
        let names: Vec<String> = page.rows.iter().map(|row| row.name.as_str().to_owned()).collect();
        (names, page.next)
    };
    let (first, next) = list("").await;
    assert_eq!((first.len(), first[0].as_str(), next), (50, "app-00", Some(name("app-49"))));
    assert_eq!(list("after=app-49").await, (vec!["app-50".into(), "app-51".into(), "app-52".into()], None));
    assert_eq!(list("q=GROUP+-07").await.0, ["app-07"]);
    assert_eq!(list("q=group%25").await.0, Vec::<String>::new());
    assert_eq!(list("secret=image-a").await.0, ["app-00", "app-01"]);
    assert!(usages.list(&at(2), UsageKind::Dataset, &UsageQuery::default()).await.unwrap().rows.is_empty());
}

#[sqlx::test]
async fn choices_suggest_fitting_secrets(pool: PgPool) {
    let backend = backend(pool).await;
    for (name, host) in [("a-quay", "quay.io"), ("b-ghcr", "ghcr.io"), ("c-hub", "docker.io")] {
        add_image_secret(&backend, name, host).await;
    }
    add_key(&backend, "a", "").await;
    add_key(&backend, "b", &format!("[git.example]:2222 {HOST_KEY}")).await;
    add_key(&backend, "c", &format!("*.example,!git.example {HOST_KEY}")).await;
    let choose = async |kind: UsageKind, target: &str, search: &str, chosen: Option<&str>| {
        let target = UsageContent::parse(kind, &draft("", target, "")).ok().map(|content| content.target);
        let chosen = chosen.map(id);
        let found = backend.usages().choices(&at(1), kind, target.as_ref(), search, chosen.as_ref()).await;
        let mark = |suggested| if suggested { "*" } else { "" };
        let choices = found.unwrap().choices.into_iter();
        choices
            .map(|choice| format!("{}{}", choice.id.name.as_str(), mark(choice.suggested)))
            .collect::<Vec<_>>()
    };
    assert_eq!(choose(UsageKind::Image, "", "", None).await, ["a-quay", "b-ghcr", "c-hub"]);
    assert_eq!(choose(UsageKind::Image, "ghcr.io/a", "", None).await, ["b-ghcr*", "a-quay", "c-hub"]);
    assert_eq!(choose(UsageKind::Image, "alpine", "", None).await, ["c-hub*", "a-quay", "b-ghcr"]);
    assert_eq!(choose(UsageKind::Image, "alpine", "quay", Some("image-b-ghcr")).await, ["a-quay", "b-ghcr"]);
    assert_eq!(choose(UsageKind::Dataset, "git@git.example:a", "", None).await, ["a", "b", "c"]);
    assert_eq!(choose(UsageKind::Dataset, "ssh://git.example:2222/a", "", None).await, ["b*", "a", "c"]);
    assert_eq!(choose(UsageKind::Dataset, "other.example:a", "", None).await, ["c*", "a", "b"]);
    assert_eq!(choose(UsageKind::Dataset, "https://host/a", "", Some("image-c-hub")).await, ["a", "b", "c"]);
}

#[sqlx::test]
async fn choices_put_the_account_with_the_longest_path_first(pool: PgPool) {
    let backend = backend(pool).await;
    for (name, host) in [
        ("a-all", "ghcr.io"),
        ("b-other", "ghcr.io/other"),
        ("c-team", "ghcr.io/team"),
        ("d-app", "ghcr.io/team/app"),
        ("e-official", "docker.io/library"),
        ("f-hub", "docker.io"),
    ] {
        add_image_secret(&backend, name, host).await;
    }
    let choose = async |text: &str| {
        let target = UsageContent::parse(UsageKind::Image, &draft("", text, "")).unwrap().target;
        let found =
            backend.usages().choices(&at(1), UsageKind::Image, Some(&target), "", None).await.unwrap();
        let suggested = found.choices.into_iter().filter(|choice| choice.suggested);
        suggested.map(|choice| choice.id.name.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(choose("ghcr.io/team/app:1").await, ["d-app", "c-team", "a-all"]);
    assert_eq!(choose("ghcr.io/teams/app").await, ["a-all"]);
    assert_eq!(choose("alpine").await, ["e-official", "f-hub"]);
}

#[sqlx::test]
async fn of_secret_names_consumers(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add_image_secret(&backend, "a", "ghcr.io").await;
    for name in ["y", "x"] {
        backend.usages().create(&at(1), &image(name, "ghcr.io/app", "image-a")).await.unwrap();
    }
    let (day, now) = (86_400, 100 * 86_400);
    for (token, days_ago) in [("t1", 0), ("t1", 29), ("t2", 1), ("t3", 30)] {
        sqlx::query(
            "INSERT INTO api_tokens (id, secret_hash, name, scope, created_at, created_by, revoked_at) \
             VALUES ($1, '', 'ci ' || $1, 'read-values', now(), 'test', CASE $1 WHEN 't2' THEN now() END) ON CONFLICT DO NOTHING",
        )
        .bind(token)
        .execute(&pool)
        .await
        .unwrap();
        sqlx::query(
            "INSERT INTO secret_reads SELECT id, $1, (to_timestamp($2) AT TIME ZONE 'UTC')::date, 7, to_timestamp($2) FROM secrets",
        )
        .bind(token)
        .bind(f64::from(now - days_ago * day))
        .execute(&pool)
        .await
        .unwrap();
    }
    let users = backend.usages().of_secret(&at(now.into()), &id("image-a")).await.unwrap();
    assert_eq!(users.usages, [(UsageKind::Image, name("x")), (UsageKind::Image, name("y"))]);
    let readers: Vec<_> = users
        .readers
        .iter()
        .map(|reader| (reader.name.as_str(), reader.reads, reader.revoked, reader.last_read_at))
        .collect();
    assert_eq!(
        readers,
        [("ci t1", 14, false, at(now.into()).now), ("ci t2", 7, true, at((now - day).into()).now)]
    );
    assert_eq!((users.usage_count, users.reader_count, users.count()), (2, 2, 4));
    assert_eq!(backend.usages().of_secret(&at(1), &id("image-b")).await.unwrap_err(), Error::NotFound);
}

#[sqlx::test]
async fn list_shows_number_of_consumers_and_last_use(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    for name in ["a", "b", "c"] {
        add_image_secret(&backend, name, "ghcr.io").await;
    }
    backend.usages().create(&at(1), &image("app", "ghcr.io/app", "image-a")).await.unwrap();
    sqlx::query(
        "INSERT INTO api_tokens (id, secret_hash, name, scope, created_at, created_by) \
         SELECT 't' || n, '', 'ci', 'read-values', now(), 'test' FROM generate_series(1, 2) AS n",
    )
    .execute(&pool)
    .await
    .unwrap();
    // As reading a value does: a row for each day, and the last time in the secret itself.
    for (secret, token, day) in [("a", "t1", 10), ("a", "t1", 11), ("a", "t2", 12), ("b", "t1", 45)] {
        let (name, seconds) = (secret, f64::from(day * 86_400 + 5));
        sqlx::query(
            "WITH read AS (UPDATE secrets SET last_read_at = to_timestamp($3) WHERE name = $1 RETURNING id) \
             INSERT INTO secret_reads SELECT id, $2, (to_timestamp($3) AT TIME ZONE 'UTC')::date, 1, to_timestamp($3) FROM read",
        )
        .bind(name)
        .bind(token)
        .bind(seconds)
        .execute(&pool)
        .await
        .unwrap();
    }
    let list = async |day: i64, query: &str| {
        let page = backend.secrets().list(&at(day * 86_400), &ListQuery::parse(query)).await.unwrap();
        let row = |row: &SecretSummary| (row.id.name.as_str().to_owned(), row.used_by);
        page.rows.iter().map(row).collect::<Vec<_>>()
    };
    let rows =
        |rows: &[(&str, u32)]| rows.iter().map(|(name, by)| ((*name).to_owned(), *by)).collect::<Vec<_>>();
    assert_eq!(list(45, "sort=-used-by").await, rows(&[("a", 3), ("b", 1), ("c", 0)]));
    assert_eq!(list(45, "sort=last-used").await, rows(&[("c", 0), ("a", 3), ("b", 1)]));
    assert_eq!(list(45, "unused=30&sort=name").await, rows(&[("c", 0)]));
    assert_eq!(list(76, "unused=30&sort=name").await, rows(&[("b", 1), ("c", 0)]), "an image uses the first");
    assert_eq!(list(100, "unused=90&sort=name").await, rows(&[("c", 0)]));
    // As time passes, tokens no longer count as readers.
    assert_eq!(backend.usages().recount(&at(39 * 86_400)).await, Ok(0));
    assert_eq!(backend.usages().recount(&at(40 * 86_400)).await, Ok(0), "it read the day after, too");
    assert_eq!(backend.usages().recount(&at(41 * 86_400)).await, Ok(1));
    assert_eq!(list(41, "sort=-used-by").await, rows(&[("a", 2), ("b", 1), ("c", 0)]));
    assert_eq!(backend.usages().recount(&at(100 * 86_400)).await, Ok(2));
    assert_eq!(list(100, "sort=-used-by").await, rows(&[("a", 1), ("c", 0), ("b", 0)]));
}

#[sqlx::test]
async fn usages_reject_forbidden_actors_and_everybody_while_sealed(pool: PgPool) {
    let open = backend(pool.clone()).await;
    let (usages, new) = (open.usages(), image("app", "ghcr.io/app", ""));
    let reader = somebody(Role::Reader, 1);
    assert_eq!(usages.create(&reader, &new).await, Err(Error::Forbidden));
    assert_eq!(usages.update(&reader, &new.name, &new.content, 1).await, Err(Error::Forbidden));
    assert_eq!(usages.delete(&reader, UsageKind::Image, &new.name).await, Err(Error::Forbidden));
    assert_eq!(usages.may_change(&reader, UsageKind::Dataset, None).await, Err(Error::Forbidden));
    assert!(usages.list(&reader, UsageKind::Image, &UsageQuery::default()).await.unwrap().rows.is_empty());
    let nobody = usages.list(&anonymous(1), UsageKind::Image, &UsageQuery::default()).await;
    assert_eq!(nobody.unwrap_err(), Error::NotSignedIn);
    let refused = |what: &str| format!("reader | change secrets | {what} | refused | ");
    assert_eq!(records(&pool).await, [refused("images/app"), refused("datasets")]);
    open.0.db.alarms().flush(&open.0.db).await;
    let again = format!("{}2 times", refused("images/app"));
    assert_eq!(records(&pool).await, [refused("images/app"), refused("datasets"), again]);
    usages.create(&somebody(Role::Editor, 2), &new).await.unwrap();

    let sealed = backend_with(pool, vec![crate::Kek::generate().unwrap()]).await;
    assert_eq!(sealed.usages().create(&at(3), &new).await, Err(Error::Sealed));
    let target: &UsageTarget = &new.content.target;
    let choices = sealed.usages().choices(&at(3), UsageKind::Image, Some(target), "", None).await;
    assert_eq!(choices.unwrap_err(), Error::Sealed);
    assert_eq!(sealed.usages().of_secret(&at(3), &id("image-a")).await.unwrap_err(), Error::Sealed);
}

/// Two who exchange their secrets at the same time wait for each other, but never for ever.
#[sqlx::test]
async fn update_keeps_counts_across_concurrent_changes(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add_image_secret(&backend, "a", "ghcr.io").await;
    add_image_secret(&backend, "b", "ghcr.io").await;
    for number in 0..4 {
        backend
            .usages()
            .create(&at(1), &image(&format!("app-{number}"), "ghcr.io/app", "image-a"))
            .await
            .unwrap();
    }
    let tasks: Vec<_> = (0..4)
        .map(|number| {
            let backend = backend.clone();
            tokio::spawn(async move {
                for version in 1..=10 {
                    let secret = if (version + number) % 2 == 0 { "image-a" } else { "image-b" };
                    let change = content(UsageKind::Image, &format!("ghcr.io/app:{version}"), secret);
                    let name = name(&format!("app-{number}"));
                    backend.usages().update(&at(2), &name, &change, version).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(counts(&pool).await, [("a".to_owned(), 2), ("b".to_owned(), 2)]);
}

/// While a secret is removed, which clears it from its usages, those are changed and deleted: whoever is second waits, and no
/// request fails.
#[sqlx::test]
async fn remove_waits_for_concurrent_changes_of_usages(pool: PgPool) {
    const AT_ONCE: i64 = 6;
    let keys = vec![Kek::generate().unwrap()];
    let backend = keeping(pool.clone(), keys, &TestConfig::default(), KeepDeleted(0)).await;
    let app = |round: i64, number: i64| name(&format!("app-{round}-{number}"));
    for round in 0..40 {
        add_image_secret(&backend, "a", "ghcr.io").await;
        for number in 0..AT_ONCE {
            let new = image(app(round, number).as_str(), "ghcr.io/app", "image-a");
            backend.usages().create(&at(1), &new).await.unwrap();
        }
        let changes: Vec<_> = (0..AT_ONCE)
            .map(|number| {
                let (backend, name) = (backend.clone(), app(round, number));
                tokio::spawn(async move {
                    if number % 3 == 0 {
                        return backend.usages().delete(&at(2), UsageKind::Image, &name).await;
                    }
                    let change = content(UsageKind::Image, "ghcr.io/app:2", "");
                    backend.usages().update(&at(2), &name, &change, 1).await.map(drop)
                })
            })
            .collect();
        // Earlier and later than the others have begun.
        for _ in 0..round % 10 {
            tokio::task::yield_now().await;
        }
        let removed = backend.secrets().delete(&at(3), &id("image-a"), "a").await;
        assert_eq!(removed.map(drop), Ok(()), "round {round}");
        for change in changes {
            assert_eq!(change.await.unwrap(), Ok(()), "round {round}");
        }
    }
    assert!(counts(&pool).await.is_empty());
}
