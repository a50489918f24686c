//! Sessions on a real database, one for each test.

use crate::{
    Actor, Backend, Ctx, PasswordReset,
    tests::{add_user, anonymous, at, backend, records, text},
};
use domain::{
    access::{AccessProblem, Role},
    error::{Error, Field, FieldError},
    sensitive::Sensitive,
};
use sqlx::PgPool;

const PASSWORD: &str = "correct horse battery";
const MINUTE: i64 = 60;

type Change = for<'a> fn(&'a Backend) -> std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>;

async fn sign_in(backend: &Backend, second: i64, name: &str, password: &str) -> Result<Sensitive, Error> {
    let session = backend.sessions().sign_in(&anonymous(second), name, &text(password), "Test browser").await;
    session.map(|session| session.token)
}

/// Returns the context of a request with this session.
async fn with(backend: &Backend, second: i64, token: &Sensitive) -> Option<Ctx> {
    let actor = backend.sessions().identify(&anonymous(second), token).await.unwrap()?;
    Some(Ctx { actor, ..at(second) })
}

async fn one_user(pool: PgPool) -> Backend {
    let backend = backend(pool).await;
    add_user(&backend, "ana", Role::Editor, PASSWORD).await;
    backend
}

#[sqlx::test]
async fn identify_returns_actor_until_session_ends(pool: PgPool) {
    let backend = one_user(pool.clone()).await;
    let token = sign_in(&backend, 0, " ＡNA ", PASSWORD).await.unwrap();
    let ctx = with(&backend, 1, &token).await.unwrap();
    let Actor::User(user) = &ctx.actor else { panic!("not a user") };
    assert_eq!((user.name.as_str(), user.role), ("ana", Role::Editor));
    assert!(with(&backend, 1, &text("forged")).await.is_none());
    assert!(with(&backend, 1, &text("")).await.is_none());

    // Idle for half an hour.
    assert!(with(&backend, 30 * MINUTE + 1, &token).await.is_none());
    // In use, it lasts for twelve hours and no longer.
    let mut second = 0;
    while second < 12 * 60 * MINUTE - 20 * MINUTE {
        second += 20 * MINUTE;
        assert!(with(&backend, second, &token).await.is_some(), "after {second} s");
    }
    assert!(with(&backend, 12 * 60 * MINUTE, &token).await.is_none());

    // Only its hash is stored.
    let stored: Vec<u8> =
        sqlx::query_scalar("SELECT token_hash FROM sessions").fetch_one(&pool).await.unwrap();
    assert_eq!(stored.len(), 32);
    // The next sign-in deletes it.
    sign_in(&backend, 13 * 60 * MINUTE, "ana", PASSWORD).await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 1);
}

#[sqlx::test]
async fn session_ends_by_its_owner_and_by_changed_rights(pool: PgPool) {
    let backend = one_user(pool.clone()).await;
    let (sessions, users) = (backend.sessions(), backend.users());
    let first = sign_in(&backend, 1, "ana", PASSWORD).await.unwrap();
    let second = sign_in(&backend, 2, "ana", PASSWORD).await.unwrap();
    let ctx = with(&backend, 3, &first).await.unwrap();
    let own = sessions.own(&ctx).await.unwrap();
    assert_eq!(own.len(), 2);
    assert_eq!(own.iter().filter(|session| session.is_this).count(), 1);
    assert_eq!(own[0].device, "Test browser");
    let other = own.iter().find(|session| !session.is_this).unwrap();
    sessions.end(&ctx, other.id).await.unwrap();
    assert!(with(&backend, 4, &second).await.is_none());
    assert_eq!(sessions.end(&ctx, other.id).await, Err(Error::NotFound));

    sessions.sign_out(&ctx).await.unwrap();
    assert!(with(&backend, 4, &first).await.is_none());
    sessions.sign_out(&ctx).await.unwrap();

    let changes: [Change; 4] = [
        |backend| {
            Box::pin(async { backend.users().set_role(&at(5), "ana", "reader", &text("")).await.unwrap() })
        },
        |backend| Box::pin(async { backend.users().end_sessions(&at(5), "ana").await.unwrap() }),
        |backend| {
            Box::pin(async {
                drop(
                    backend
                        .users()
                        .password_link(&at(5), "ana", PasswordReset::Now, &text(""))
                        .await
                        .unwrap(),
                );
            })
        },
        |backend| Box::pin(async { backend.users().disable(&at(5), "ana").await.unwrap() }),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let token = match sign_in(&backend, 5, "ana", PASSWORD).await {
            Ok(token) => token,
            Err(_) => sessions.begin_for(&at(5), "ana", "").await.unwrap().token,
        };
        assert!(with(&backend, 6, &token).await.is_some(), "change {number}");
        change(&backend).await;
        assert!(with(&backend, 6, &token).await.is_none(), "change {number}");
    }
    assert_eq!(sign_in(&backend, 7, "ana", PASSWORD).await.unwrap_err(), Error::WrongPassword);
    users.enable(&at(8), "ana", &text("")).await.unwrap();
}

#[sqlx::test]
async fn end_others_keeps_the_session_that_asks_and_those_of_others(pool: PgPool) {
    let backend = one_user(pool.clone()).await;
    add_user(&backend, "ben", Role::Reader, PASSWORD).await;
    let (one, two) = (
        sign_in(&backend, 1, "ana", PASSWORD).await.unwrap(),
        sign_in(&backend, 2, "ana", PASSWORD).await.unwrap(),
    );
    let bens = sign_in(&backend, 2, "ben", PASSWORD).await.unwrap();
    let ana = with(&backend, 3, &two).await.unwrap();
    assert_eq!(backend.sessions().end_others(&ana).await, Ok(1));
    assert!(with(&backend, 4, &one).await.is_none());
    assert!(with(&backend, 4, &two).await.is_some() && with(&backend, 4, &bens).await.is_some());
    // Nothing is left to end, and nothing more is recorded.
    assert_eq!(backend.sessions().end_others(&ana).await, Ok(0));
    let recorded = records(&pool).await.into_iter().filter(|record| record.contains("session ended"));
    assert_eq!(recorded.collect::<Vec<_>>(), ["ana | session ended | ana | done | "]);
    assert_eq!(backend.sessions().end_others(&anonymous(5)).await, Err(Error::NotSignedIn));
}

#[sqlx::test]
async fn change_password_requires_old_one_and_ends_every_session(pool: PgPool) {
    let backend = one_user(pool.clone()).await;
    let users = backend.users();
    let token = sign_in(&backend, 1, "ana", PASSWORD).await.unwrap();
    let ctx = with(&backend, 2, &token).await.unwrap();
    let wrong =
        users.change_password(&ctx, &text("not the password"), &text("short"), false).await.unwrap_err();
    let problems = vec![
        FieldError::new(Field::CurrentPassword, AccessProblem::PasswordWrong),
        FieldError::new(Field::Password, AccessProblem::PasswordShort),
    ];
    assert_eq!(wrong, Error::Invalid(problems));
    users.change_password(&ctx, &text(PASSWORD), &text("another password x"), false).await.unwrap();
    assert!(with(&backend, 3, &token).await.is_none());
    assert!(sign_in(&backend, 3, "ana", PASSWORD).await.is_err());
    assert!(sign_in(&backend, 3, "ana", "another password x").await.is_ok());
    let said = records(&pool).await;
    assert!(said.contains(&"ana | password changed | ana | done | password".to_owned()), "{said:?}");
}

#[sqlx::test]
async fn sign_in_locks_name_in_every_spelling_after_five_failures(pool: PgPool) {
    let backend = one_user(pool.clone()).await;
    add_user(&backend, "ben", Role::Reader, PASSWORD).await;
    for (second, name) in [(1, "ana"), (2, "ANA"), (3, " a n a "), (4, "ａｎａ"), (5, "Ana")] {
        let refused = sign_in(&backend, second, name, "wrong password").await.unwrap_err();
        assert_eq!(refused, Error::WrongPassword, "{name}");
    }
    let locked = sign_in(&backend, 6, "ana", PASSWORD).await.unwrap_err();
    assert_eq!(locked, Error::Locked(900));
    assert!(matches!(sign_in(&backend, 904, "aNa", PASSWORD).await, Err(Error::Locked(_))));
    // Other names are not affected.
    assert!(sign_in(&backend, 6, "ben", PASSWORD).await.is_ok());
    // A quarter of an hour after the last failure that counted, not after the last attempt.
    let token = sign_in(&backend, 906, "ana", PASSWORD).await.unwrap();
    assert!(with(&backend, 907, &token).await.is_some());

    // The same for an unknown name; it is not recorded, because it may be a password in the wrong field.
    for second in 1..=5 {
        let refused = sign_in(&backend, second, "SENTINEL-7", "wrong password").await.unwrap_err();
        assert_eq!(refused, Error::WrongPassword);
    }
    assert_eq!(sign_in(&backend, 6, "sentinel-7", PASSWORD).await.unwrap_err(), Error::Locked(900));
    let said = records(&pool).await;
    assert!(said.iter().any(|record| record == "anonymous | account locked | ana | done | "), "{said:?}");
    assert!(said.iter().any(|record| record == "anonymous | sign-in | ana | refused | "), "{said:?}");
    assert!(said.iter().any(|record| record == "anonymous | sign-in | unknown user | failed | "), "{said:?}");
    assert!(said.iter().any(|record| record == "ana | sign-in | ana | done | "), "{said:?}");
    assert!(!said.iter().any(|record| record.to_lowercase().contains("sentinel")), "{said:?}");
}

/// Signs in as `sign_in` does, from this address.
async fn sign_in_from(
    backend: &Backend,
    second: i64,
    address: &str,
    name: &str,
    password: &str,
) -> Result<Sensitive, Error> {
    let ctx = Ctx { address: Some(address.parse().unwrap()), ..anonymous(second) };
    let session = backend.sessions().sign_in(&ctx, name, &text(password), "Test browser").await;
    session.map(|session| session.token)
}

#[sqlx::test]
async fn sign_in_locks_name_only_for_the_network_of_a_stranger(pool: PgPool) {
    let backend = one_user(pool.clone()).await;
    let (stranger, neighbour, home) = ("2001:db8:1:2::3", "2001:db8:1:2:9::", "203.0.113.7");
    for second in 1..=5 {
        let refused = sign_in_from(&backend, second, stranger, "ana", "wrong password").await;
        assert_eq!(refused.unwrap_err(), Error::WrongPassword);
    }
    for address in [stranger, neighbour] {
        let locked = sign_in_from(&backend, 6, address, "Ana", PASSWORD).await.unwrap_err();
        assert_eq!(locked, Error::Locked(900), "{address}");
    }
    assert!(sign_in_from(&backend, 6, home, "ana", PASSWORD).await.is_ok());
    // A sign-in from elsewhere gives the stranger no more guesses.
    assert!(sign_in_from(&backend, 7, stranger, "ana", PASSWORD).await.is_err());

    // Guesses from very many networks lock the name for all but those from which its owner is known to sign in.
    for number in 0..30 {
        let address = format!("198.51.100.{number}");
        let refused = sign_in_from(&backend, 8, &address, "ana", "wrong password").await;
        assert_eq!(refused.unwrap_err(), Error::WrongPassword, "{address}");
    }
    let elsewhere = "192.0.2.1";
    assert_eq!(sign_in_from(&backend, 9, elsewhere, "ana", PASSWORD).await.unwrap_err(), Error::Locked(900));
    assert!(sign_in_from(&backend, 9, home, "ana", PASSWORD).await.is_ok());
    let said = records(&pool).await;
    assert_eq!(said.iter().filter(|record| record.contains("account locked | ana")).count(), 2, "{said:?}");
    // The stored names and networks reveal their owner only to whoever knows the name.
    let names: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT name FROM sign_in_attempts").fetch_all(&pool).await.unwrap();
    assert!(names.iter().all(|name| name.len() == 64), "{names:?}");
}

#[sqlx::test]
async fn password_link_clears_every_lock(pool: PgPool) {
    let backend = one_user(pool).await;
    let lock = async |second: i64| {
        for _ in 0..5 {
            sign_in_from(&backend, second, "203.0.113.7", "ana", "wrong password").await.unwrap_err();
        }
        let locked = sign_in_from(&backend, second, "203.0.113.7", "ana", PASSWORD).await.unwrap_err();
        assert!(matches!(locked, Error::Locked(_)), "{locked:?}");
    };
    lock(1).await;
    let link = backend.users().password_link(&at(2), "ana", PasswordReset::Now, &text("")).await.unwrap();
    // A guess between the two counts, which is gone with the password that it was for.
    lock(3).await;
    backend.users().choose_password(&at(4), &link, &text("another password x")).await.unwrap();
    assert!(sign_in_from(&backend, 5, "203.0.113.7", "ana", "another password x").await.is_ok());
}

#[sqlx::test]
async fn sign_in_counts_concurrent_guesses(pool: PgPool) {
    let backend = one_user(pool).await;
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let backend = backend.clone();
            tokio::spawn(async move { sign_in(&backend, 1, "ana", &format!("guess number {number}")).await })
        })
        .collect();
    let mut looked_at = 0;
    for task in tasks {
        match task.await.unwrap().unwrap_err() {
            Error::WrongPassword => looked_at += 1,
            error => assert!(matches!(error, Error::Locked(_)), "{error:?}"),
        }
    }
    assert_eq!(looked_at, 5);
}

#[sqlx::test]
async fn sign_in_takes_many_right_passwords_at_once(pool: PgPool) {
    let backend = one_user(pool).await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let backend = backend.clone();
            tokio::spawn(async move { sign_in(&backend, 1, "ana", PASSWORD).await })
        })
        .collect();
    for task in tasks {
        let signed_in = task.await.unwrap();
        assert!(signed_in.is_ok(), "{signed_in:?}");
    }
}

/// The time must not reveal which names exist: a hash, some 40 ms, is most of it, and is computed in either case.
#[sqlx::test]
async fn sign_in_hashes_once_at_the_same_cost_whether_or_not_the_name_exists(pool: PgPool) {
    let backend = one_user(pool).await;
    let compared = async |second: i64, name: &str, password: &str| {
        drop(sign_in(&backend, second, name, password).await);
        std::mem::take(&mut *backend.sessions().passwords.compared.lock().unwrap())
    };
    let once = ["$argon2id$v=19$m=19456,t=2,p=1".to_owned()];
    assert_eq!(compared(0, "ana", "wrong password").await, once);
    assert_eq!(compared(1, "nobody", "wrong password").await, once);
    assert_eq!(compared(2, "ana", PASSWORD).await, once);
    // Longer than any password may be.
    assert_eq!(compared(3, "ana", &"x".repeat(2_000)).await, once);
    assert_eq!(compared(4, "nobody", &"x".repeat(2_000)).await, once);
}

#[sqlx::test]
async fn sign_in_records_repeated_failures_as_one(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add_user(&backend, "ana", Role::Editor, PASSWORD).await;
    let sessions = backend.sessions();
    let one = sessions.sign_in(&anonymous(0), "ana", &text(PASSWORD), "").await.unwrap();
    let actor = sessions.identify(&anonymous(0), &one.token).await.unwrap().unwrap();
    let owner = Ctx { actor, ..at(0) };
    let before = records(&pool).await.len();
    for _ in 0..20 {
        drop(sessions.sign_in(&anonymous(1), "ana", &text("a guess"), "").await);
        drop(sessions.sign_in(&anonymous(1), "nobody at all", &text("a guess"), "").await);
        drop(sessions.prove(&owner, &text("a guess")).await);
    }
    let told = records(&pool).await.split_off(before);
    let count = |line: &str| told.iter().filter(|record| *record == line).count();
    // Each guess that was compared, and the first of the rest.
    assert_eq!(count("anonymous | sign-in | ana | refused | "), 1);
    assert_eq!(count("anonymous | sign-in | unknown user | failed | "), 5);
    assert_eq!(count("anonymous | sign-in | unknown user | refused | "), 1);
    assert_eq!(count("ana | password asked again | ana | refused | "), 1);
    assert_eq!(told.len(), 5 + 5 + 2 + 3, "{told:?}");
    backend.0.db.alarms().flush(&backend.0.db).await;
    let counted: Vec<_> =
        records(&pool).await.into_iter().filter(|record| record.ends_with(" times")).collect();
    assert_eq!(counted.len(), 3, "{counted:?}");
}
