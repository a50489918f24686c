//! Deleted secrets: kept for a time, restored as they were, or removed for good.

use super::{dataset, id, image, names, new, password};
use crate::{
    Backend, DeletedSecret, KeepDeleted, Kek, TestConfig,
    revision::Expected,
    tests::{anonymous, at, backend, keeping, records, somebody},
};
use domain::{
    access::Role,
    error::{Error, Field, FieldError, Problem},
    page::ListQuery,
    secret::{SecretDraft, SecretKind, SecretUpdate, Selection},
    usage::{NewUsage, UsageContent, UsageDraft, UsageKind, UsageProblem},
};
use sqlx::PgPool;

const DAY: i64 = 86_400;

async fn deleted(backend: &Backend, second: i64) -> Vec<DeletedSecret> {
    backend.secrets().deleted(&at(second), None).await.unwrap().rows
}

fn used_by(name: &str, secret: &str) -> NewUsage {
    let draft = UsageDraft {
        name: name.to_owned(),
        target: "ghcr.io/app".to_owned(),
        secret: secret.to_owned(),
        ..UsageDraft::default()
    };
    NewUsage::parse(UsageKind::Image, &draft).unwrap()
}

#[sqlx::test]
async fn undo_deletion_restores_all_of_one_deletion_or_nothing(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let secrets = backend.secrets();
    let (ana, ben) = (somebody(Role::Editor, 3), somebody(Role::Admin, 3));
    for name in ["a", "b", "c"] {
        secrets.create(&at(1), new(image(name, "pw")), None).await.unwrap();
    }
    let two = Selection::of([id("image-a"), id("image-b")]).unwrap();
    secrets.delete_many(&ana, &two, "").await.unwrap();
    secrets.delete(&somebody(Role::Editor, 4), &id("image-c"), "").await.unwrap();
    // Neither somebody else's deletion, nor another one, nor by somebody without the right.
    assert_eq!(secrets.undo_deletion(&ben, ana.now).await, Err(Error::NotFound));
    assert_eq!(secrets.undo_deletion(&ana, at(5).now).await, Err(Error::NotFound));
    assert_eq!(secrets.undo_deletion(&somebody(Role::Reader, 5), ana.now).await, Err(Error::Forbidden));

    // A name that is taken by now keeps all of them deleted.
    secrets.create(&at(5), new(image("b", "other")), None).await.unwrap();
    let taken = FieldError { field: Field::Name, problem: Problem::NameTaken(id("image-b")) };
    assert_eq!(secrets.undo_deletion(&ana, ana.now).await, Err(Error::Invalid(vec![taken])));
    assert_eq!(deleted(&backend, 6).await.len(), 3);
    secrets.delete(&at(6), &id("image-b"), "").await.unwrap();

    assert_eq!(secrets.undo_deletion(&ana, ana.now).await.unwrap(), [id("image-a"), id("image-b")]);
    assert_eq!(password(&backend, "image-b").await, "pw");
    assert_eq!(secrets.undo_deletion(&ana, ana.now).await, Err(Error::NotFound));
    let restored = records(&pool).await.into_iter().filter(|record| record.contains("secret restored"));
    assert_eq!(
        restored.collect::<Vec<_>>(),
        ["editor | secret restored | image-a | done | ", "editor | secret restored | image-b | done | "]
    );
    let late = somebody(Role::Editor, 4 + 31 * DAY);
    assert_eq!(secrets.undo_deletion(&late, at(4).now).await, Err(Error::NotFound));
}

#[sqlx::test]
async fn conflict_after_restore_names_fields_of_changes_alone(pool: PgPool) {
    let backend = backend(pool).await;
    let (secrets, a) = (backend.secrets(), id("image-a"));
    secrets.create(&at(1), new(image("a", "pw")), None).await.unwrap();
    let change = |username: &str| {
        let draft = SecretDraft { username: username.to_owned(), ..image("", "") };
        SecretUpdate::parse(SecretKind::ImagePull, draft).unwrap()
    };
    let fields = async |expected: Expected| match secrets.update(&at(9), &a, change("late"), expected).await {
        Err(Error::Changed(change)) => change.fields,
        other => panic!("{other:?}"),
    };
    let old = secrets.get_with_revision(&at(1), &a).await.unwrap().1;
    secrets.update(&at(2), &a, change("one"), 1).await.unwrap();
    secrets.delete(&at(3), &a, "").await.unwrap();
    secrets.restore(&at(4), deleted(&backend, 4).await[0].row).await.unwrap();
    assert_eq!(fields(Expected { version: 1, row: Some(old.row) }).await, [Field::Username]);

    // Another secret with this name has none of the changes.
    secrets.delete(&at(5), &a, "").await.unwrap();
    secrets.create(&at(6), new(image("a", "pw")), None).await.unwrap();
    assert_eq!(fields(Expected { version: 2, row: Some(old.row) }).await, []);
    assert_eq!(fields(2.into()).await, []);
    secrets.update(&at(7), &a, change("two"), 1).await.unwrap();
    assert_eq!(fields(Expected { version: 1, row: Some(old.row) }).await, []);
}

#[sqlx::test]
async fn delete_hides_secret_and_restore_returns_it_unchanged(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let secrets = backend.secrets();
    let a = id("image-a");
    secrets
        .create(&at(1), new(SecretDraft { display_name: "A".to_owned(), ..image("a", "pw") }), None)
        .await
        .unwrap();
    let before = secrets.get(&at(2), &a).await.unwrap();
    assert_eq!(secrets.delete(&somebody(Role::Editor, 3), &a, "").await.unwrap(), "A");

    // Nothing shows it.
    assert_eq!(secrets.get(&at(4), &a).await.unwrap_err(), Error::NotFound);
    assert_eq!(secrets.credential(&at(4), &a).await.unwrap_err(), Error::NotFound);
    assert_eq!(secrets.delete(&at(4), &a, "").await.unwrap_err(), Error::NotFound);
    let update = SecretUpdate::parse(SecretKind::ImagePull, image("a", "x")).unwrap();
    assert_eq!(secrets.update(&at(4), &a, update, 1).await.unwrap_err(), Error::NotFound);
    assert_eq!(backend.connection_tests().state(&at(4), &a).await.unwrap_err(), Error::NotFound);
    assert_eq!(backend.connection_tests().stored(&at(4), &a).await.unwrap_err(), Error::NotFound);
    assert_eq!(
        backend.connection_tests().all(&at(4), std::slice::from_ref(&a)).await.unwrap_err(),
        Error::NotFound
    );
    assert_eq!(backend.usages().of_secret(&at(4), &a).await.unwrap_err(), Error::NotFound);
    for query in ["", "q=a", "type=image-pull", "sort=name&size=10", "unused=30"] {
        let page = secrets.list(&at(1_000 * DAY), &ListQuery::parse(query)).await.unwrap();
        assert_eq!((page.rows.len(), page.total.count), (0, 0), "{query}");
    }
    let choices = backend.usages().choices(&at(4), UsageKind::Image, None, "", Some(&a)).await.unwrap();
    assert!(choices.choices.is_empty());
    // A secret with the same value is not taken for a duplicate of it.
    let copy = SecretDraft { allow_duplicate: String::new(), ..image("b", "pw") };
    secrets.create(&at(4), new(copy), None).await.unwrap();
    secrets.delete(&at(4), &id("image-b"), "").await.unwrap();

    let rows = deleted(&backend, 5).await;
    let row = &rows[1];
    assert_eq!(
        (row.id.clone(), row.display_name.as_str(), row.deleted_by.as_str()),
        (a.clone(), "A", "editor")
    );
    assert_eq!((row.deleted_at, row.until), (at(3).now, at(3 + 30 * DAY).now));
    assert_eq!(secrets.restore(&at(6), row.row).await, Ok(a.clone()));
    assert_eq!(secrets.restore(&at(6), row.row).await, Err(Error::NotFound), "once is enough");
    let after = secrets.get(&at(2), &a).await.unwrap();
    assert_eq!(after, before);
    assert_eq!(password(&backend, "image-a").await, "pw");
    assert_eq!(names(&backend, "").await, ["image-a"]);
    let all = records(&pool).await;
    assert_eq!(
        [&all[1], &all[4]],
        ["editor | secret deleted | image-a | done | ", "test | secret restored | image-a | done | "]
    );
}

#[sqlx::test]
async fn delete_frees_name_and_restore_rejects_taken_one(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let secrets = backend.secrets();
    for value in ["first", "second", "third"] {
        secrets.create(&at(1), new(image("a", value)), None).await.unwrap();
        secrets.delete(&at(2), &id("image-a"), "").await.unwrap();
    }
    secrets.create(&at(3), new(image("a", "fourth")), None).await.unwrap();
    let rows = deleted(&backend, 4).await;
    assert_eq!(rows.len(), 3);
    let taken = FieldError { field: Field::Name, problem: Problem::NameTaken(id("image-a")) };
    let first = rows.iter().min_by_key(|row| row.row).unwrap().row;
    assert_eq!(secrets.restore(&at(5), first).await, Err(Error::Invalid(vec![taken])));
    assert_eq!(password(&backend, "image-a").await, "fourth");
    secrets.delete(&at(6), &id("image-a"), "").await.unwrap();
    secrets.restore(&at(7), first).await.unwrap();
    assert_eq!(password(&backend, "image-a").await, "first");
    let total = secrets.list(&at(8), &ListQuery::default()).await.unwrap().total;
    assert_eq!(total.count, 1);
}

#[sqlx::test]
async fn delete_requires_typed_name_of_used_secret(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let (secrets, usages) = (backend.secrets(), backend.usages());
    let a = id("image-a");
    secrets.create(&at(1), new(image("a", "pw")), None).await.unwrap();
    let usage = used_by("app", "image-a");
    usages.create(&at(2), &usage).await.unwrap();
    let problem = Problem::Usage(UsageProblem::NameNotTyped);
    let refused = Err(Error::Invalid(vec![FieldError { field: Field::Confirmation, problem }]));
    for typed in ["", "A", "image-a", "ab"] {
        assert_eq!(secrets.delete(&at(3), &a, typed).await, refused, "{typed}");
    }
    secrets.delete(&at(3), &a, " a\n").await.unwrap();
    // Its usages still point to it, and may be changed without choosing another secret.
    let stored = usages.get(&at(4), UsageKind::Image, &usage.name).await.unwrap();
    let used = stored.secret.unwrap();
    assert!(used.deleted && used.id == a);
    assert_eq!(deleted(&backend, 4).await[0].usage_count, 1);
    let change = UsageDraft {
        target: "ghcr.io/app:2".to_owned(),
        secret: "image-a".to_owned(),
        ..UsageDraft::default()
    };
    let change = UsageContent::parse(UsageKind::Image, &change).unwrap();
    assert_eq!(usages.update(&at(5), &usage.name, &change, 1).await, Ok(2));
    assert!(matches!(usages.create(&at(5), &used_by("other", "image-a")).await, Err(Error::Invalid(_))));
    secrets.restore(&at(6), deleted(&backend, 6).await[0].row).await.unwrap();
    let users = usages.of_secret(&at(7), &a).await.unwrap();
    assert_eq!(users.usage_count, 1);

    // After it is removed for good, nothing uses it any more.
    secrets.delete(&at(8), &a, "a").await.unwrap();
    let row = deleted(&backend, 8).await[0].row;
    secrets.remove(&at(9), row).await.unwrap();
    assert_eq!(secrets.remove(&at(9), row).await, Err(Error::NotFound));
    assert_eq!(usages.get(&at(10), UsageKind::Image, &usage.name).await.unwrap().secret, None);
    let values: i64 =
        sqlx::query_scalar("SELECT count(*) FROM secret_values").fetch_one(&pool).await.unwrap();
    assert_eq!(values, 0);
    let last = records(&pool).await;
    assert_eq!(last.last().unwrap(), "test | secret removed for good | image-a | done | ");
}

#[sqlx::test]
async fn expired_secrets_are_removed_and_recorded(pool: PgPool) {
    let keep = |pool: PgPool, days: u16| async move {
        keeping(pool, vec![Kek::generate().unwrap()], &TestConfig::default(), KeepDeleted(days)).await
    };
    let backend = keep(pool.clone(), 2).await;
    let secrets = backend.secrets();
    for (name, second) in [("a", DAY), ("b", 2 * DAY)] {
        secrets.create(&at(0), new(dataset(name)), None).await.unwrap();
        secrets.delete(&at(second), &id(&format!("gitsync-secret-{name}")), "").await.unwrap();
    }
    let row = deleted(&backend, 3 * DAY - 1).await[1].row;
    assert_eq!(secrets.sweep_deleted(&at(3 * DAY - 1)).await, Ok(0));
    assert_eq!(deleted(&backend, 3 * DAY).await.len(), 1, "what is over is not offered, swept or not");
    assert_eq!(secrets.restore(&at(3 * DAY), row).await, Err(Error::NotFound));
    assert_eq!(secrets.remove(&at(3 * DAY), row).await, Err(Error::NotFound));
    assert_eq!(secrets.sweep_deleted(&at(3 * DAY)).await, Ok(1));
    assert_eq!(secrets.sweep_deleted(&at(9 * DAY)).await, Ok(1));
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM secrets").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
    let all = records(&pool).await;
    assert_eq!(
        all[4..],
        [
            "test | secret removed for good | gitsync-secret-a | done | ",
            "test | secret removed for good | gitsync-secret-b | done | "
        ]
    );
}

#[sqlx::test]
async fn delete_removes_at_once_if_none_are_kept(pool: PgPool) {
    let none = KeepDeleted(0);
    let backend = keeping(pool.clone(), vec![Kek::generate().unwrap()], &TestConfig::default(), none).await;
    backend.secrets().create(&at(1), new(image("a", "pw")), None).await.unwrap();
    backend.secrets().delete(&at(2), &id("image-a"), "").await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM secret_values").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0, "the value went with its secret");
    assert!(deleted(&backend, 2).await.is_empty());
}

#[sqlx::test]
async fn deleted_secrets_follow_the_rights_of_each_role(pool: PgPool) {
    let backend = backend(pool).await;
    let secrets = backend.secrets();
    for number in 0..52 {
        let name = format!("s{number:02}");
        secrets.create(&at(1), new(image(&name, "pw")), None).await.unwrap();
        secrets.delete(&at(2 + number), &id(&format!("image-{name}")), "").await.unwrap();
    }
    let reader = somebody(Role::Reader, 100);
    let page = secrets.deleted(&reader, None).await.unwrap();
    assert_eq!((page.rows.len(), page.more, page.rows[0].id.to_string().as_str()), (50, true, "image-s51"));
    let last = page.rows.last().unwrap();
    let rest = secrets.deleted(&reader, Some((last.deleted_at, last.row))).await.unwrap();
    assert_eq!((rest.rows.len(), rest.more), (2, false));
    assert_eq!(secrets.restore(&reader, last.row).await, Err(Error::Forbidden));
    assert_eq!(secrets.remove(&reader, last.row).await, Err(Error::Forbidden));
    assert_eq!(secrets.deleted_one(&reader, last.row).await.unwrap_err(), Error::Forbidden);
    assert_eq!(secrets.deleted(&anonymous(1), None).await.unwrap_err(), Error::NotSignedIn);
    assert_eq!(secrets.restore(&at(100), uuid::Uuid::nil()).await, Err(Error::NotFound));
}
