//! Users on a real database, one for each test.

use crate::{
    Actor, Backend, Ctx, FirstAdmin, PasswordReset,
    tests::{add_user, anonymous, at, backend, records, somebody, text},
};
use domain::{
    access::{AccessProblem, Role},
    error::{Error, Field, FieldError},
    language::Language,
};
use sqlx::PgPool;

const PASSWORD: &str = "correct horse battery";

fn field(field: Field, problem: AccessProblem) -> Error {
    Error::field(field, problem)
}

#[sqlx::test]
async fn set_up_accepts_setup_link_once(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let users = backend.users();
    assert!(!users.any(&anonymous(1)).await.unwrap());
    let link = users.setup_link(&at(1)).await.unwrap().unwrap();
    assert_eq!(users.link(&anonymous(2), &link).await, Ok(None));

    let weak = users.set_up(&anonymous(2), &link, "Ána", &text("short")).await.unwrap_err();
    let wrong = vec![
        FieldError::new(Field::Username, AccessProblem::UserNameCharacter),
        FieldError::new(Field::Password, AccessProblem::PasswordShort),
    ];
    assert_eq!(weak, Error::Invalid(wrong));
    let common = users.set_up(&anonymous(2), &link, "ana", &text("password1234")).await.unwrap_err();
    assert_eq!(common, field(Field::Password, AccessProblem::PasswordCommon));

    let forged = users.set_up(&anonymous(2), &text("forged"), "eve", &text(PASSWORD)).await;
    assert_eq!(forged.unwrap_err(), Error::LinkSpent);
    let late = users.set_up(&anonymous(3_602), &link, "eve", &text(PASSWORD)).await;
    assert_eq!(late.unwrap_err(), Error::LinkSpent);

    assert_eq!(users.set_up(&anonymous(3), &link, " Ana ", &text(PASSWORD)).await.unwrap().as_str(), "ana");
    let again = users.set_up(&anonymous(3), &link, "eve", &text(PASSWORD)).await;
    assert_eq!(again.unwrap_err(), Error::LinkSpent);
    assert!(users.setup_link(&at(4)).await.unwrap().is_none());
    let unattended = FirstAdmin { name: "eve".to_owned(), password: text(PASSWORD) };
    assert!(users.set_up_unattended(&at(4), &unattended).await.unwrap().is_none());
    assert_eq!(records(&pool).await, ["anonymous | user added | ana | done | role,password"]);
}

#[sqlx::test]
async fn set_up_adds_one_of_two_concurrent_first_administrators(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let link = backend.users().setup_link(&at(1)).await.unwrap().unwrap();
    let tasks: Vec<_> = (0..4)
        .map(|number| {
            let (backend, link) = (backend.clone(), link.clone());
            tokio::spawn(async move {
                backend.users().set_up(&anonymous(2), &link, &format!("u{number}"), &text(PASSWORD)).await
            })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => won += 1,
            Err(error) => assert_eq!(error, Error::LinkSpent),
        }
    }
    assert_eq!(won, 1);
}

#[sqlx::test]
async fn set_up_unattended_adds_first_administrator(pool: PgPool) {
    let backend = backend(pool).await;
    let admin = FirstAdmin { name: "root".to_owned(), password: text(PASSWORD) };
    let made = backend.users().set_up_unattended(&at(1), &admin).await.unwrap().unwrap();
    assert_eq!(made.as_str(), "root");
    assert!(backend.sessions().sign_in(&anonymous(2), "root", &text(PASSWORD), "").await.is_ok());
    let weak = FirstAdmin { name: "root".to_owned(), password: text("short") };
    assert!(backend.users().set_up_unattended(&at(3), &weak).await.unwrap().is_none());
}

#[sqlx::test]
async fn choose_password_accepts_link_once(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let users = backend.users();
    let added = users.add(&at(1), "Ben", "editor", &text("")).await.unwrap();
    assert_eq!(users.link(&anonymous(2), &added.link_token).await, Ok(Some("ben".to_owned())));
    assert_eq!(
        users.add(&at(1), "ben", "reader", &text("")).await.unwrap_err(),
        field(Field::Username, AccessProblem::UserNameTaken)
    );
    assert_eq!(
        users.add(&at(1), "cy", "root", &text("")).await.unwrap_err(),
        field(Field::Role, AccessProblem::Role)
    );
    // Nobody can sign in as this user before a password is chosen, least of all with an empty one.
    let none = backend.sessions().sign_in(&anonymous(2), "ben", &text(""), "").await;
    assert_eq!(none.unwrap_err(), Error::WrongPassword);
    // The link of a user creates no administrator.
    let setup = users.set_up(&anonymous(2), &added.link_token, "eve", &text(PASSWORD)).await;
    assert_eq!(setup.unwrap_err(), Error::LinkSpent);

    assert_eq!(
        users.choose_password(&anonymous(3), &added.link_token, &text(PASSWORD)).await.unwrap(),
        "ben"
    );
    let again = users.choose_password(&anonymous(3), &added.link_token, &text("another password x")).await;
    assert_eq!(again.unwrap_err(), Error::LinkSpent);
    assert!(backend.sessions().sign_in(&anonymous(4), "ben", &text(PASSWORD), "").await.is_ok());

    // Forgotten: a new link revokes the old password and every session.
    let session = backend.sessions().sign_in(&anonymous(4), "ben", &text(PASSWORD), "").await.unwrap();
    let link = users.password_link(&at(5), "ben", PasswordReset::Now, &text("")).await.unwrap();
    assert_eq!(backend.sessions().identify(&anonymous(6), &session.token).await, Ok(None));
    assert!(backend.sessions().sign_in(&anonymous(6), "ben", &text(PASSWORD), "").await.is_err());
    users.choose_password(&anonymous(7), &link, &text("another password x")).await.unwrap();
    let late = users.password_link(&at(8), "ben", PasswordReset::WhenChosen, &text("")).await.unwrap();
    let late = users.choose_password(&anonymous(8 + 86_401), &late, &text(PASSWORD)).await;
    assert_eq!(late.unwrap_err(), Error::LinkSpent);
    let nobody =
        users.password_link(&at(9), "nobody", PasswordReset::WhenChosen, &text("")).await.unwrap_err();
    assert_eq!(nobody, Error::NotFound);
}

#[sqlx::test]
async fn change_keeps_last_administrator(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let users = backend.users();
    add_user(&backend, "ana", Role::Admin, PASSWORD).await;
    assert_eq!(users.set_role(&at(1), "ana", "editor", &text("")).await, Err(Error::LastAdmin));
    assert_eq!(users.disable(&at(1), "ana").await, Err(Error::LastAdmin));
    add_user(&backend, "ben", Role::Admin, PASSWORD).await;
    // Two administrators lower each other's role at once: one administrator is left.
    let admin = at(2);
    let none = text("");
    let (one, two) =
        tokio::join!(users.set_role(&admin, "ana", "reader", &none), users.disable(&admin, "ben"));
    assert_eq!([one, two].iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM users WHERE role = 'admin' AND NOT disabled")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(left, 1);
}

#[sqlx::test]
async fn users_are_listed_and_changed_only_by_administrators(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let users = backend.users();
    for number in 0..60 {
        users.add(&at(1), &format!("user-{number:02}"), "reader", &text("")).await.unwrap();
    }
    let admin = somebody(Role::Admin, 2);
    let page = users.list(&admin, "", "").await.unwrap();
    assert_eq!((page.users.len(), page.next.as_deref()), (50, Some("user-49")));
    let rest = users.list(&admin, "", "user-49").await.unwrap();
    assert_eq!((rest.users.len(), rest.next), (10, None));
    let found = users.list(&admin, " USER-1", "").await.unwrap();
    assert_eq!(found.users.len(), 10);
    assert!(users.list(&admin, "%", "").await.unwrap().users.is_empty());

    for role in [Role::Reader, Role::Editor] {
        let ctx = somebody(role, 3);
        assert_eq!(users.list(&ctx, "", "").await.unwrap_err(), Error::Forbidden);
        let refused = Error::Forbidden;
        assert_eq!(users.add(&ctx, "eve", "admin", &text("")).await.unwrap_err(), refused);
        assert_eq!(users.set_role(&ctx, "user-00", "admin", &text("")).await.unwrap_err(), refused);
        assert_eq!(users.disable(&ctx, "user-00").await.unwrap_err(), refused);
        assert_eq!(users.end_sessions(&ctx, "user-00").await.unwrap_err(), refused);
        assert_eq!(
            users.password_link(&ctx, "user-00", PasswordReset::Now, &text("")).await.unwrap_err(),
            refused
        );
        assert!(users.setup_link(&ctx).await.is_err());
    }
    backend.0.db.alarms().flush(&backend.0.db).await;
    let refusals: Vec<_> =
        records(&pool).await.into_iter().filter(|record| record.contains("refused")).collect();
    // Four attempts each, one of them four times, which is one record and then its number.
    assert_eq!(refusals.len(), 10);
    assert!(refusals.contains(&"editor | manage users | user-00 | refused | 3 times".to_owned()));
    assert!(refusals.contains(&"reader | manage users | user-00 | refused | ".to_owned()));
    assert_eq!(users.list(&anonymous(3), "", "").await.unwrap_err(), Error::NotSignedIn);
}

#[sqlx::test]
async fn who_can_help_names_administrators(pool: PgPool) {
    let backend = backend(pool).await;
    add_user(&backend, "ana", Role::Admin, PASSWORD).await;
    add_user(&backend, "ben", Role::Reader, PASSWORD).await;
    assert_eq!(backend.users().who_can_help(&somebody(Role::Reader, 1)).await.unwrap(), ["ana"]);
    assert_eq!(backend.users().who_can_help(&anonymous(1)).await.unwrap_err(), Error::NotSignedIn);
}

#[sqlx::test]
async fn is_last_admin_finds_last_administrator(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let users = backend.users();
    add_user(&backend, "ana", Role::Admin, PASSWORD).await;
    add_user(&backend, "ben", Role::Editor, PASSWORD).await;
    assert_eq!(users.is_last_admin(&at(1), "ana").await, Ok(true));
    assert_eq!(users.is_last_admin(&at(1), "ben").await, Ok(false));
    add_user(&backend, "eva", Role::Admin, PASSWORD).await;
    assert_eq!(users.is_last_admin(&at(1), "ana").await, Ok(false));
    users.disable(&at(2), "eva").await.unwrap();
    assert_eq!(users.is_last_admin(&at(3), "ana").await, Ok(true));
    assert_eq!(users.is_last_admin(&at(3), "nobody").await, Err(Error::NotFound));
    assert_eq!(users.is_last_admin(&somebody(Role::Editor, 3), "ana").await, Err(Error::Forbidden));
}

/// Returns the context of somebody with a password, in a session of theirs.
async fn signed_in(backend: &Backend, name: &str, role: Role) -> Ctx {
    add_user(backend, name, role, PASSWORD).await;
    let session = backend.sessions().sign_in(&anonymous(0), name, &text(PASSWORD), "").await.unwrap();
    let actor = backend.sessions().identify(&anonymous(0), &session.token).await.unwrap().unwrap();
    Ctx { actor, ..at(0) }
}

/// The changes of a user that would be lasting access for whoever has stolen an administrator's session.
const LASTING: [&str; 4] = ["add", "password link", "role", "enable"];

async fn lasting(backend: &Backend, ctx: &Ctx, what: &str, password: &str) -> Result<(), Error> {
    let (users, password) = (backend.users(), &text(password));
    match what {
        "add" => users.add(ctx, "eve", "admin", password).await.map(drop),
        "password link" => users.password_link(ctx, "ben", PasswordReset::Now, password).await.map(drop),
        "role" => users.set_role(ctx, "ben", "admin", password).await,
        _ => users.enable(ctx, "off", password).await,
    }
}

#[sqlx::test]
async fn lasting_changes_of_a_user_require_password(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let users = backend.users();
    let admin = signed_in(&backend, "ana", Role::Admin).await;
    add_user(&backend, "ben", Role::Reader, PASSWORD).await;
    add_user(&backend, "off", Role::Editor, PASSWORD).await;
    users.disable(&admin, "off").await.unwrap();
    let before = records(&pool).await.len();
    let problem = |problem| Err(Error::field(Field::CurrentPassword, problem));
    for what in LASTING {
        let refused = lasting(&backend, &admin, what, "").await;
        assert_eq!(refused, problem(AccessProblem::PasswordMissing), "{what}");
        let refused = lasting(&backend, &admin, what, "not the password").await;
        assert_eq!(refused, problem(AccessProblem::PasswordWrong), "{what}");
    }
    let told = records(&pool).await.split_off(before);
    assert_eq!(told, ["ana | password asked again | ana | failed | "; 4]);
    let ben = users.get(&admin, "ben").await.unwrap();
    assert_eq!((ben.role, ben.has_password), (Role::Reader, true));
    assert!(users.get(&admin, "off").await.unwrap().disabled);
    assert_eq!(users.get(&admin, "eve").await.unwrap_err(), Error::NotFound);
    for what in LASTING {
        assert_eq!(lasting(&backend, &admin, what, PASSWORD).await, Ok(()), "{what}");
    }
    // Changes that only revoke rights have to be quick.
    users.end_sessions(&admin, "ben").await.unwrap();
    users.disable(&admin, "ben").await.unwrap();

    // Guesses are counted together, whatever they are for; the fifth ends the session.
    let session = backend.sessions().sign_in(&anonymous(1), "ana", &text(PASSWORD), "").await.unwrap();
    let actor = backend.sessions().identify(&anonymous(1), &session.token).await.unwrap().unwrap();
    let thief = Ctx { actor, ..at(1) };
    for what in LASTING {
        let refused = lasting(&backend, &thief, what, "not the password").await;
        assert_eq!(refused, problem(AccessProblem::PasswordWrong), "{what}");
    }
    let fifth = lasting(&backend, &thief, "add", "not the password").await;
    assert_eq!(fifth, Err(Error::LockedOut(900)));
    assert_eq!(backend.sessions().identify(&anonymous(1), &session.token).await, Ok(None));
    for what in LASTING {
        let locked = lasting(&backend, &thief, what, PASSWORD).await;
        assert!(matches!(locked, Err(Error::Locked(_))), "{what}: {locked:?}");
    }
}

#[sqlx::test]
async fn session_survives_name_locked_by_somebody_else(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add_user(&backend, "ana", Role::Admin, PASSWORD).await;
    let session = backend.sessions().sign_in(&anonymous(0), "ana", &text(PASSWORD), "").await.unwrap();
    let actor = backend.sessions().identify(&anonymous(0), &session.token).await.unwrap().unwrap();
    let owner = Ctx { actor, ..at(0) };
    for _ in 0..5 {
        drop(backend.sessions().sign_in(&anonymous(1), "ana", &text("a guess"), "").await);
    }
    for password in [PASSWORD, "not the password"] {
        let (typed, new) = (text(password), text("another password x"));
        let changed = backend.users().change_password(&owner, &typed, &new, false).await;
        assert!(matches!(changed, Err(Error::Locked(_))), "{password}");
        for what in LASTING {
            let refused = lasting(&backend, &owner, what, password).await;
            assert!(matches!(refused, Err(Error::Locked(_))), "{what} {password}: {refused:?}");
        }
        let actor = backend.sessions().identify(&anonymous(2), &session.token).await.unwrap();
        assert_eq!(actor, Some(owner.actor.clone()), "{password}");
    }
    assert!(!records(&pool).await.iter().any(|record| record.contains("session ended")));
}

#[sqlx::test]
async fn set_language_is_recorded_and_comes_with_the_session(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ana = async || crate::tests::signed_in(&backend, "ana", Role::Reader, 1).await;
    let language = |ctx: &Ctx| match &ctx.actor {
        Actor::User(user) => user.language,
        other => panic!("{other:?}"),
    };
    let first = ana().await;
    assert_eq!(language(&first), None);
    let chinese = Some(Language::TraditionalChinese);
    for _ in 0..2 {
        backend.users().set_language(&first, chinese).await.unwrap();
    }
    assert_eq!(language(&ana().await), chinese);
    backend.users().set_language(&first, None).await.unwrap();
    assert_eq!(language(&ana().await), None);
    let changed = "ana | language changed | ana | done | ";
    assert_eq!(records(&pool).await.iter().filter(|record| *record == changed).count(), 2);
    assert_eq!(backend.users().set_language(&anonymous(6), chinese).await, Err(Error::NotSignedIn));
}
