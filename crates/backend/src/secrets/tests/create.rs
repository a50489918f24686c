//! Adding secrets: once, and whole.

use super::{KEY, dataset, id, image, names, new};
use crate::{
    Ctx, Kek, Submission,
    tests::{at, backend, records, signed_in, some_form, with_key},
};
use domain::{
    access::Role,
    error::{Error, Field, FieldError, Problem},
    secret::{NewSecret, Origins, SecretDraft},
    sensitive::Sensitive,
};
use sqlx::PgPool;
use uuid::Uuid;

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
