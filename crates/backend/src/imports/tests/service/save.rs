//! Saving what was chosen: all or none, once, with its records.

use super::{PLANTED, choice, count, file, later};
use crate::{
    ImportChoice,
    imports::tests::KEY,
    tests::{at, backend, records, signed_in, text},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    access::Role,
    error::{Error, Field, FieldError, Problem},
    import::{CredentialHelper, ImportProblem, Note},
    secret::{Credential, NameProblem, NewSecret, SecretDraft, SecretId, VersionReason},
};
use sqlx::PgPool;

#[sqlx::test]
async fn save_creates_secret_and_record_for_each_choice(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let imports = backend.imports();
    let id = imports.begin(&later(&ana, 2), text(&file())).await.unwrap();
    let view = imports.get(&later(&ana, 3), id).await.unwrap();
    let rows: Vec<_> = view
        .rows
        .iter()
        .map(|row| {
            (row.number, row.host.as_deref(), row.username.as_deref(), row.can_be_chosen, row.name.as_str())
        })
        .collect();
    assert_eq!(
        rows,
        [
            (1, Some("ghcr.io"), Some("robot"), true, "pull-ghcr.io"),
            (2, Some("https://index.docker.io/v1/"), Some("ana"), true, "pull-docker-hub"),
            (3, Some("quay.io"), None, false, "pull-quay.io"),
            (4, None, None, true, "deploy"),
        ]
    );
    assert_eq!((view.skipped.total(), view.expires_at, view.now), (1, at(902).now, at(3).now));
    assert_eq!(view.rows[1].notes, [Note::HostCorrected, Note::HelperFirst(CredentialHelper::Desktop)]);
    assert!(view.rows[2].notes[0].message().contains("Docker Desktop"));
    assert_eq!(view.rows[0].place.as_deref(), Some("GitHub Container Registry"));

    let named = ImportChoice { display_name: " The robot ".to_owned(), ..choice(1, "robot") };
    let saved = imports.save(&later(&ana, 4), id, &[named.clone(), choice(4, "deploy")]).await.unwrap();
    let ids: Vec<_> = saved.iter().map(ToString::to_string).collect();
    assert_eq!(ids, ["image-robot", "gitsync-secret-deploy"]);
    let stored = backend.secrets().credential(&at(5), &saved[0]).await.unwrap();
    let Credential::ImagePull { host, username, password } = stored else { panic!("a registry") };
    assert_eq!((host.as_str(), username.as_str(), password.value().expose()), ("ghcr.io", "robot", PLANTED));
    let Credential::GitDataset { private_key } =
        backend.secrets().credential(&at(5), &saved[1]).await.unwrap()
    else {
        panic!("a key")
    };
    assert_eq!(private_key.value().expose(), KEY);
    assert_eq!(backend.secrets().get(&at(5), &saved[0]).await.unwrap().display_name, "The robot");
    assert_eq!(count(&pool, "import_entries").await, 0, "nothing sealed is left of it");

    // Sent twice, it is saved once, and then there is nothing left to show.
    assert_eq!(imports.save(&later(&ana, 6), id, &[named]).await.unwrap(), saved);
    assert_eq!(imports.get(&later(&ana, 6), id).await, Err(Error::ImportGone));
    let mut told = records(&pool).await;
    told.retain(|record| record.starts_with("ana") && !record.contains("sign-in"));
    assert_eq!(
        told,
        [
            format!("ana | import begun | {id} | done | "),
            "ana | secret added | gitsync-secret-deploy | done | ".to_owned(),
            "ana | secret added | image-robot | done | ".to_owned(),
        ]
    );
}

/// The end that a password has, or that its kind has, comes with it; and the version says how it came.
#[sqlx::test]
async fn save_keeps_the_ends_of_passwords(pool: PgPool) {
    // {"alg":"none"} and {"exp":1000000}
    const JWT: &str = "eyJhbGciOiJub25lIn0.eyJleHAiOjEwMDAwMDB9.c2ln";
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let ecr = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
    let config = serde_json::json!({ "auths": {
        "registry.example": { "username": "robot", "password": JWT },
        ecr: { "username": "AWS", "password": "plain" },
        "ghcr.io": { "username": "robot", "password": "endless" },
    } });
    let id = backend.imports().begin(&later(&ana, 2), text(&config.to_string())).await.unwrap();
    let view = backend.imports().get(&later(&ana, 3), id).await.unwrap();
    let number = |host: &str| view.rows.iter().find(|row| row.host.as_deref() == Some(host)).unwrap().number;
    let chosen = [
        choice(number("registry.example"), "jwt"),
        choice(number(ecr), "ecr"),
        choice(number("ghcr.io"), "endless"),
    ];
    backend.imports().save(&later(&ana, 10), id, &chosen).await.unwrap();
    for (name, end) in [("jwt", Some(1_000_000)), ("ecr", Some(10 + 12 * 3_600)), ("endless", None)] {
        let id = SecretId::parse(&format!("image-{name}")).unwrap();
        let details = backend.secrets().get(&at(11), &id).await.unwrap();
        assert_eq!(details.dates.expires_at, end.map(|second| at(second).now), "{name}");
        let versions = backend.secrets().versions(&at(11), &id, None).await.unwrap().items;
        assert_eq!((versions.len(), versions[0].reason), (1, VersionReason::Imported));
        assert_eq!(versions[0].expires_at, details.dates.expires_at);
    }
}

#[sqlx::test]
async fn save_saves_nothing_with_one_invalid_row(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let taken = SecretDraft {
        name: "pull-ghcr.io".to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: "ghcr.io".to_owned(),
        username: "u".to_owned(),
        password: text("p"),
        ..SecretDraft::default()
    };
    backend.secrets().create(&at(1), NewSecret::parse(taken).unwrap(), None).await.unwrap();
    let imports = backend.imports();
    let id = imports.begin(&ana, text(&file())).await.unwrap();
    assert_eq!(
        imports.get(&ana, id).await.unwrap().rows[0].name,
        "pull-ghcr.io-2",
        "a taken name is not suggested"
    );

    let field = |number, field, problem| (number, FieldError { field, problem });
    let taken = SecretId::parse("image-pull-ghcr.io").unwrap();
    for (choices, expected) in [
        (
            vec![choice(4, "fine"), choice(1, "pull-ghcr.io")],
            vec![field(1, Field::Name, Problem::NameTaken(taken))],
        ),
        (
            vec![choice(4, "fine"), choice(1, ""), choice(2, "A")],
            vec![
                field(1, Field::Name, Problem::Name(NameProblem::Missing)),
                field(2, Field::Name, Problem::Name(NameProblem::UpperCase('A'))),
            ],
        ),
        (
            vec![choice(1, "same"), choice(2, "same"), choice(4, "same")],
            vec![field(2, Field::Name, Problem::SameName)],
        ),
    ] {
        assert_eq!(imports.save(&ana, id, &choices).await, Err(Error::Rows(expected)), "{choices:?}");
    }
    assert_eq!(imports.save(&ana, id, &[]).await, Err(Error::NothingChosen));
    for number in [0, 3, 5, u32::MAX] {
        let refused = imports.save(&ana, id, &[choice(4, "fine"), choice(number, "x")]).await;
        assert_eq!(refused, Err(Error::BadRequest), "{number}");
    }
    assert_eq!(count(&pool, "secrets").await, 1);
    // Everything still waits.
    assert_eq!(imports.save(&ana, id, &[choice(4, "fine")]).await.unwrap().len(), 1);
}

#[sqlx::test]
async fn save_saves_nothing_without_records(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let id = backend.imports().begin(&ana, text(&file())).await.unwrap();
    sqlx::raw_sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF NEW.object LIKE 'image-%' THEN RAISE EXCEPTION 'full'; END IF; RETURN NEW; END; $$; \
         CREATE TRIGGER refuse BEFORE INSERT ON audit_records FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    .execute(&pool)
    .await
    .unwrap();
    let choices = [choice(4, "key"), choice(1, "registry")];
    let refused = backend.imports().save(&ana, id, &choices).await;
    assert_eq!(refused, Err(Error::Internal("test".to_owned())));
    assert_eq!((count(&pool, "secrets").await, count(&pool, "import_entries").await), (0, 4));
    sqlx::raw_sql("DROP TRIGGER refuse ON audit_records").execute(&pool).await.unwrap();
    assert_eq!(backend.imports().save(&ana, id, &choices).await.unwrap().len(), 2);
}

#[sqlx::test]
async fn save_succeeds_once_for_concurrent_saves(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let mut tasks = Vec::new();
    for number in 0..6 {
        let ctx = signed_in(&backend, &format!("p{number}"), Role::Editor, 1).await;
        let id = backend.imports().begin(&ctx, text(&file())).await.unwrap();
        // In either order, so that they would wait for each other; and each twice at once.
        let mut choices = vec![choice(1, "one"), choice(2, "two"), choice(4, "key")];
        if number % 2 == 1 {
            choices.reverse();
        }
        for _ in 0..2 {
            let (backend, ctx, choices) = (backend.clone(), ctx.clone(), choices.clone());
            tasks.push(tokio::spawn(
                async move { (number, backend.imports().save(&ctx, id, &choices).await) },
            ));
        }
    }
    let mut saved = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            (number, Ok(ids)) => {
                assert_eq!(ids.len(), 3);
                saved.push(number);
            }
            (_, Err(Error::Rows(_))) => {}
            (_, other) => panic!("{other:?}"),
        }
    }
    assert_eq!(saved.len(), 2, "the one who did, told twice: {saved:?}");
    assert_eq!(saved[0], saved[1]);
    assert_eq!(count(&pool, "secrets").await, 3);
}

#[sqlx::test]
async fn save_accepts_the_maximum_of_accounts(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let entries = |count: usize| {
        let entry =
            |number| format!(r#""r{number}.example":{{"username":"robot","password":"pw-{number}"}}"#);
        let entries: Vec<String> = (0..count).map(entry).collect();
        text(&format!(r#"{{"auths":{{{}}}}}"#, entries.join(",")))
    };
    let too_many = backend.imports().begin(&ana, entries(2_001)).await;
    assert_eq!(too_many, Err(Error::Import(ImportProblem::TooMany)));
    // Half of the names are taken.
    let first = backend.imports().begin(&ana, entries(1_000)).await.unwrap();
    let choices: Vec<ImportChoice> = (1..=1_000).map(|n| choice(n, &format!("r{}.example", n - 1))).collect();
    assert_eq!(backend.imports().save(&ana, first, &choices).await.unwrap().len(), 1_000);
    let id = backend.imports().begin(&ana, entries(2_000)).await.unwrap();
    let rows = backend.imports().get(&ana, id).await.unwrap().rows;
    assert_eq!((rows.len(), rows.iter().filter(|row| row.duplicate.is_some()).count()), (2_000, 1_000));
    assert_eq!((rows[0].name.as_str(), rows[1_000].name.as_str()), ("r0.example-2", "r1000.example"));
    let choices: Vec<ImportChoice> = rows.iter().map(|row| choice(row.number, &row.name)).collect();
    let saved = backend.imports().save(&ana, id, &choices).await.unwrap();
    assert_eq!((saved.len(), count(&pool, "secrets").await), (2_000, 3_000));
    let stored = backend.secrets().credential(&at(5), &saved[1_999]).await.unwrap();
    let Credential::ImagePull { password, .. } = stored else { panic!("an account") };
    assert_eq!(password.value().expose(), "pw-1999");
}

#[sqlx::test]
async fn save_stores_repository_and_trusts_hosts_only_on_approval(pool: PgPool) {
    const PROTECTED: &str = include_str!("../../../secrets/keys/protected_key");
    const HOST: &str =
        "git.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let imports = backend.imports();
    let secret = |name: &str, key: &str| {
        format!(
            "kind: Secret\nmetadata:\n  name: {name}\n  namespace: argocd\n  labels: {{argocd.argoproj.io/secret-type: repository}}\n\
             data:\n  url: {}\n  known_hosts: {}\n  sshPrivateKey: {}\n",
            STANDARD.encode("git@git.example:a"),
            STANDARD.encode(HOST),
            STANDARD.encode(key)
        )
    };
    let file = format!("{}---\n{}", secret("plain", KEY), secret("protected", PROTECTED));
    let id = imports.begin(&ana, text(&file)).await.unwrap();
    let rows = imports.get(&ana, id).await.unwrap().rows;
    assert_eq!((rows[0].needs_passphrase, rows[1].needs_passphrase), (false, true));
    assert_eq!(
        (&*rows[0].places, rows[0].repository.as_deref()),
        (&["argocd/plain".to_owned()][..], Some("git@git.example:a"))
    );
    assert_eq!(rows[0].known_hosts[0].hosts.as_deref(), Some("git.example"));

    let with = |passphrase: &str| ImportChoice { passphrase: text(passphrase), ..choice(2, "protected") };
    let refused = imports.save(&ana, id, &[with("wrong")]).await;
    let Err(Error::Rows(wrong)) = refused else { panic!("{refused:?}") };
    assert!(matches!(&wrong[..], [(2, error)] if error.field == Field::Passphrase), "{wrong:?}");
    let trusted = ImportChoice { trust_hosts: true, ..choice(1, "plain") };
    let saved = imports.save(&ana, id, &[trusted, with("correct horse")]).await.unwrap();
    assert_eq!(saved.len(), 2);
    // The Kubernetes Secrets are kept with the secret: text, and no value.
    let shown = backend.secrets().get(&ana, &saved[1]).await.unwrap();
    assert_eq!((shown.origins.places(), shown.origins.total()), (&["argocd/protected".to_owned()][..], 1));
    let hosts: Vec<(String, String, Option<String>)> =
        sqlx::query_as("SELECT name, known_hosts, check_target FROM secrets ORDER BY name")
            .fetch_all(&pool)
            .await
            .unwrap();
    let target = Some("git@git.example:a".to_owned());
    assert_eq!(
        hosts,
        [
            ("plain".to_owned(), format!("{HOST}\n"), target.clone()),
            ("protected".to_owned(), String::new(), target)
        ]
    );
}

#[sqlx::test]
async fn save_trims_invisible_characters_of_password_on_request(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = signed_in(&backend, "ana", Role::Editor, 1).await;
    let auth = STANDARD.encode("robot:pw\n");
    let file = format!(r#"{{"auths":{{"a.example":{{"auth":"{auth}"}},"b.example":{{"auth":"{auth}"}}}}}}"#);
    let id = backend.imports().begin(&ana, text(&file)).await.unwrap();
    let without = ImportChoice { without_ends: true, ..choice(1, "a") };
    let saved = backend.imports().save(&ana, id, &[without, choice(2, "b")]).await.unwrap();
    for (id, expected) in saved.iter().zip(["pw", "pw\n"]) {
        let Credential::ImagePull { password, .. } = backend.secrets().credential(&at(2), id).await.unwrap()
        else {
            panic!("an account")
        };
        assert_eq!(password.value().expose(), expected);
    }
}
