//! API tokens on a real database, one for each test.

use super::{TokenLimits, TokenService};
use crate::{
    Actor, Backend, Ctx, PasswordReset,
    tests::{add_user, anonymous, at, backend, records, text},
};
use domain::{
    access::{AccessError, AccessField, AccessProblem, Restriction, Role, TokenDraft, TokenScope},
    error::Error,
    sensitive::Sensitive,
};
use sqlx::PgPool;

const PASSWORD: &str = "correct horse battery";
const DAY: i64 = 86_400;

fn draft(scope: TokenScope) -> TokenDraft {
    let (name, scope) = ("ci".to_owned(), scope.as_str().to_owned());
    TokenDraft { name, scope, current_password: text(PASSWORD), ..TokenDraft::default() }
}

async fn identify(backend: &Backend, second: i64, token: &Sensitive) -> Option<crate::TokenActor> {
    match backend.tokens().identify(&anonymous(second), token).await.unwrap()? {
        Actor::Token(token) => Some(token),
        _ => panic!("not a token"),
    }
}

/// Signs in as a new user with this role.
async fn signed_in(backend: &Backend, name: &str, role: Role) -> Ctx {
    add_user(backend, name, role, PASSWORD).await;
    let session = backend.sessions().sign_in(&anonymous(0), name, &text(PASSWORD), "").await.unwrap();
    let actor = backend.sessions().identify(&anonymous(0), &session.token).await.unwrap().unwrap();
    Ctx { actor, ..at(0) }
}

#[sqlx::test]
async fn identify_accepts_token_until_expired_or_revoked(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let made = backend.tokens().create(&at(0), &draft(TokenScope::ReadValues)).await.unwrap();
    assert!(made.text.expose().starts_with(&format!("latchkey_{}_", made.id)));
    let actor = identify(&backend, 1, &made.text).await.unwrap();
    assert_eq!((actor.scope, actor.restriction), (TokenScope::ReadValues, Restriction::None));
    assert!(identify(&backend, 30 * DAY - 1, &made.text).await.is_some());
    assert!(identify(&backend, 30 * DAY, &made.text).await.is_none());

    let whole = made.text.expose();
    let changed = format!("{}{}", &whole[..whole.len() - 1], if whole.ends_with('0') { "1" } else { "0" });
    let other_id = whole.replace(&made.id, "0123456789abcdef");
    for garbage in [
        "",
        "latchkey",
        "latchkey__",
        "x_y_z",
        whole.to_uppercase().as_str(),
        &changed,
        &other_id,
        &whole[9..],
    ] {
        assert!(identify(&backend, 1, &text(garbage)).await.is_none(), "{garbage}");
    }

    assert_eq!(backend.tokens().revoke(&at(2), &made.id).await.unwrap(), "ci");
    assert!(identify(&backend, 3, &made.text).await.is_none());
    assert_eq!(backend.tokens().revoke(&at(2), "0123456789abcdef").await, Err(Error::NotFound));
    let never = TokenDraft { expiry: "never".to_owned(), ..draft(TokenScope::Write) };
    let never = backend.tokens().create(&at(0), &never).await.unwrap();
    assert!(identify(&backend, 100_000 * DAY, &never.text).await.is_some());
    assert_eq!(
        records(&pool).await,
        [
            format!("test | token created | {} | done | ", made.id),
            format!("test | token revoked | {} | done | ", made.id),
            format!("test | token created | {} | done | ", never.id),
        ]
    );
    let stored: String = sqlx::query_scalar("SELECT string_agg(api_tokens::text, '') FROM api_tokens")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(!stored.contains(whole.rsplit_once('_').unwrap().1));
}

#[sqlx::test]
async fn identify_limits_token_to_rights_of_its_owner(pool: PgPool) {
    let backend = backend(pool).await;
    let (tokens, users) = (backend.tokens(), backend.users());
    let reader = signed_in(&backend, "rita", Role::Reader).await;
    for scope in [TokenScope::ReadValues, TokenScope::Write] {
        let refused = tokens.create(&reader, &draft(scope)).await.unwrap_err();
        let problem = AccessProblem::TokenScopeBeyondRole(scope);
        assert_eq!(refused, AccessError::field(AccessField::Scope, problem));
    }
    tokens.create(&reader, &draft(TokenScope::ReadMetadata)).await.unwrap();

    let editor = signed_in(&backend, "ed", Role::Editor).await;
    let made = tokens.create(&editor, &draft(TokenScope::Write)).await.unwrap();
    assert_eq!(identify(&backend, 1, &made.text).await.unwrap().scope, TokenScope::Write);
    users.set_role(&at(2), "ed", "reader", &text("")).await.unwrap();
    assert_eq!(identify(&backend, 3, &made.text).await.unwrap().scope, TokenScope::ReadMetadata);
    users.disable(&at(4), "ed").await.unwrap();
    assert!(identify(&backend, 5, &made.text).await.is_none());
}

#[sqlx::test]
async fn list_shows_tokens_of_others_only_to_administrators(pool: PgPool) {
    let backend = backend(pool).await;
    let tokens = backend.tokens();
    let ed = signed_in(&backend, "ed", Role::Editor).await;
    let eve = signed_in(&backend, "eve", Role::Editor).await;
    let admin = signed_in(&backend, "ana", Role::Admin).await;
    let made = tokens.create(&ed, &draft(TokenScope::Write)).await.unwrap();
    assert_eq!(tokens.list(&ed, false, None).await.unwrap().tokens.len(), 1);
    assert!(tokens.list(&eve, false, None).await.unwrap().tokens.is_empty());
    assert_eq!(tokens.list(&eve, true, None).await.unwrap_err(), Error::Forbidden);
    assert_eq!(tokens.get(&eve, &made.id).await, Err(Error::NotFound));
    assert_eq!(tokens.get(&ed, &made.id).await.unwrap().name, "ci");
    assert_eq!(tokens.revoke(&eve, &made.id).await, Err(Error::NotFound));
    let page = tokens.list(&admin, true, None).await.unwrap();
    assert_eq!(page.tokens[0].created_by, "ed");
    let beyond = Some((page.tokens[0].created_at, page.tokens[0].id.as_str()));
    assert!(tokens.list(&admin, true, beyond).await.unwrap().tokens.is_empty());
    assert!(tokens.revoke(&admin, &made.id).await.is_ok());
    assert_eq!(tokens.list(&anonymous(1), false, None).await.unwrap_err(), Error::NotSignedIn);
}

#[sqlx::test]
async fn restricted_token_reaches_only_its_secrets(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let restricted = TokenDraft { secrets: "image-a".to_owned(), ..draft(TokenScope::ReadValues) };
    let made = backend.tokens().create(&at(0), &restricted).await.unwrap();
    let actor = Actor::Token(identify(&backend, 1, &made.text).await.unwrap());
    let ctx = Ctx { actor, ..at(1) };
    let id = |text| domain::secret::SecretId::parse(text).unwrap();
    let secrets = backend.secrets();
    assert_eq!(secrets.credential(&ctx, &id("image-a")).await.unwrap_err(), Error::NotFound);
    assert_eq!(secrets.credential(&ctx, &id("image-b")).await.unwrap_err(), Error::Forbidden);
    assert_eq!(secrets.delete(&ctx, &id("image-a"), "").await.unwrap_err(), Error::Forbidden);
    assert!(
        records(&pool)
            .await
            .contains(&"token ci of the command line | take values out | image-b | refused | ".to_owned())
    );
}

#[sqlx::test]
async fn create_requires_password_for_powerful_token(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let admin = signed_in(&backend, "ana", Role::Admin).await;
    let of = |scope, password: &str| TokenDraft {
        name: format!("{} {}", TokenScope::as_str(scope), password.len()),
        current_password: text(password),
        ..draft(scope)
    };
    let tokens = backend.tokens();
    let problem = |problem| Err(AccessError::field(AccessField::CurrentPassword, problem));
    for scope in [TokenScope::ReadValues, TokenScope::Write, TokenScope::ReadAudit] {
        let made = tokens.create(&admin, &of(scope, "")).await.map(drop);
        assert_eq!(made, problem(AccessProblem::PasswordMissing), "{scope:?}");
        tokens.create(&admin, &of(scope, PASSWORD)).await.unwrap();
    }
    tokens.create(&admin, &of(TokenScope::ReadMetadata, "")).await.unwrap();
    // An API token cannot create tokens.
    let made = tokens.create(&at(0), &draft(TokenScope::Write)).await.unwrap();
    let script = Ctx { actor: Actor::Token(identify(&backend, 1, &made.text).await.unwrap()), ..at(1) };
    let another = TokenDraft { name: "another".to_owned(), ..draft(TokenScope::ReadMetadata) };
    assert_eq!(tokens.create(&script, &another).await.unwrap_err(), Error::Forbidden.into());
    // Guesses count like guesses at signing in, and end the session.
    let wrong = of(TokenScope::Write, "not the password");
    for _ in 0..4 {
        assert_eq!(tokens.create(&admin, &wrong).await.map(drop), problem(AccessProblem::PasswordWrong));
    }
    assert_eq!(tokens.create(&admin, &wrong).await.unwrap_err(), AccessError::LockedOut(900));
    let right = TokenDraft { name: "late".to_owned(), ..draft(TokenScope::Write) };
    assert!(matches!(tokens.create(&admin, &right).await.unwrap_err(), AccessError::Locked(_)));
    let signing_in = backend.sessions().sign_in(&anonymous(1), "ana", &text(PASSWORD), "").await;
    assert!(matches!(signing_in.unwrap_err(), AccessError::Locked(_)));
    let told = records(&pool).await;
    let count = |line: &str| told.iter().filter(|record| *record == line).count();
    assert_eq!(count("ana | password asked again | ana | failed | "), 5);
    assert_eq!(count("ana | account locked | ana | done | "), 1);
    assert_eq!(count("ana | session ended | ana | done | "), 1);
}

#[sqlx::test]
async fn lent_requires_password(pool: PgPool) {
    let backend = backend(pool).await;
    let editor = signed_in(&backend, "ed", Role::Editor).await;
    let made = backend.tokens().create(&at(0), &draft(TokenScope::ReadValues)).await.unwrap();
    let lent = async |password: &str| backend.tokens().lent(&editor, &made.text, &text(password)).await;
    let wrong = AccessError::field(AccessField::CurrentPassword, AccessProblem::PasswordWrong);
    assert_eq!(lent("not the password").await, Err(wrong));
    assert_eq!(lent(PASSWORD).await.unwrap().unwrap().name(), "token ci of the command line");
    let none = backend.tokens().lent(&editor, &text("latchkey_x_y"), &text(PASSWORD)).await;
    assert_eq!(none, Ok(None));
}

#[sqlx::test]
async fn create_rejects_name_of_somebody_else(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let ed = signed_in(&backend, "ed", Role::Editor).await;
    add_user(&backend, "root-admin", Role::Admin, PASSWORD).await;
    let create = async |ctx: &Ctx, name: &str| {
        let draft = TokenDraft { name: name.to_owned(), ..draft(TokenScope::ReadMetadata) };
        backend.tokens().create(ctx, &draft).await.map(|made| made.text)
    };
    let refused = |problem| AccessError::field(AccessField::TokenName, problem);
    for name in [
        "root-admin",
        " Root-Admin ",
        "ｒｏｏｔ-admin",
        "root - admin",
        "ed",
        "command line",
        "the portal",
        "Latchkey",
        "admin",
        "ci of root-admin",
        "a of b OF root-admin",
        "token of the command line",
    ] {
        for ctx in [&ed, &at(0)] {
            let made = create(ctx, name).await.unwrap_err();
            assert_eq!(made, refused(AccessProblem::TokenNameReserved), "{name}");
        }
    }
    for name in ["ci\u{202e}", "c\u{200b}i", "ci\u{2028}x"] {
        assert_eq!(create(&ed, name).await.unwrap_err(), refused(AccessProblem::TokenNameMark));
    }
    let text_of = create(&ed, "ci").await.unwrap();
    let actor = Actor::Token(identify(&backend, 1, &text_of).await.unwrap());
    assert_eq!(actor.name(), "token ci of ed");
    // Everybody may have a token with their own name, one at a time.
    for name in ["ci", "CI", "c i"] {
        assert_eq!(create(&ed, name).await.unwrap_err(), refused(AccessProblem::TokenNameTaken), "{name}");
    }
    let eve = signed_in(&backend, "eve", Role::Reader).await;
    create(&eve, "ci").await.unwrap();
    let id = text_of.expose().split('_').nth(1).unwrap().to_owned();
    backend.tokens().revoke(&ed, &id).await.unwrap();
    create(&ed, "ci").await.unwrap();
    let later = Ctx { now: at(31 * DAY).now, ..ed.clone() };
    create(&later, "ci").await.unwrap();
    // In records, too, it is the token of a person.
    let script = Ctx { actor, ..at(2) };
    assert_eq!(backend.users().list(&script, "", "").await.unwrap_err(), Error::Forbidden);
    assert!(records(&pool).await.contains(&"token ci of ed | manage users | users | refused | ".to_owned()));
}

#[sqlx::test]
async fn create_reveals_no_account_by_token_name(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let reader = signed_in(&backend, "rita", Role::Reader).await;
    let editor = signed_in(&backend, "ed", Role::Editor).await;
    let admin = signed_in(&backend, "ana", Role::Admin).await;
    add_user(&backend, "ben", Role::Editor, PASSWORD).await;
    let create = async |ctx: &Ctx, name: &str| {
        let draft = TokenDraft { name: name.to_owned(), ..draft(TokenScope::ReadMetadata) };
        backend.tokens().create(ctx, &draft).await.map(drop)
    };
    let refused = |problem| Err(AccessError::field(AccessField::TokenName, problem));
    for ctx in [&reader, &editor] {
        // The answers for existing and unknown people are the same, in whatever form their names occur.
        for form in ["{}", " {} ", "token of {}", "ci of {}", "a of b of {}", "x OF {}"] {
            let answers = ["ben", "nob"].map(|name| form.replace("{}", name));
            let (somebody, nobody) = (create(ctx, &answers[0]).await, create(ctx, &answers[1]).await);
            assert_eq!(somebody, nobody, "{form}");
            if form.to_lowercase().contains("of") {
                assert_eq!(somebody, refused(AccessProblem::TokenNameOf), "{form}");
            }
        }
        // The names that everybody sees anyway, and the actor's own.
        for name in ["ana", "ci of ana", ctx.actor.name()] {
            assert_eq!(create(ctx, name).await, refused(AccessProblem::TokenNameReserved), "{name}");
        }
    }
    // Of the administrators, only those few whose names everybody sees. Of the others nothing shows: neither that they are
    // administrators nor that the name exists.
    for number in 1..=5 {
        add_user(&backend, &format!("boss{number}"), Role::Admin, PASSWORD).await;
    }
    assert_eq!(
        backend.users().who_can_help(&reader).await.unwrap(),
        ["ana", "boss1", "boss2", "boss3", "boss4"]
    );
    assert_eq!(create(&reader, "boss4").await, refused(AccessProblem::TokenNameReserved));
    assert_eq!(create(&reader, "boss5").await, create(&reader, "boss6").await);
    // An actor who lists users anyway sees every name.
    for ctx in [&admin, &at(0)] {
        for name in ["ben", "rita", "ci of ed"] {
            assert_eq!(create(ctx, name).await, refused(AccessProblem::TokenNameReserved), "{name}");
        }
        assert_eq!(create(ctx, "ci of nob").await, refused(AccessProblem::TokenNameOf));
    }
    // The token shows whose it is.
    let draft = TokenDraft { name: "rita".to_owned(), ..draft(TokenScope::Write) };
    let made = backend.tokens().create(&editor, &draft).await.unwrap();
    let actor = Actor::Token(identify(&backend, 1, &made.text).await.unwrap());
    assert_eq!(actor.name(), "token rita of ed");
}

#[sqlx::test]
async fn create_adds_one_of_two_concurrent_tokens_with_one_name(pool: PgPool) {
    let backend = backend(pool).await;
    let ed = signed_in(&backend, "ed", Role::Editor).await;
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let (backend, ed) = (backend.clone(), ed.clone());
            tokio::spawn(async move { backend.tokens().create(&ed, &draft(TokenScope::ReadMetadata)).await })
        })
        .collect();
    let mut made = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => made += 1,
            Err(error) => {
                assert_eq!(error, AccessError::field(AccessField::TokenName, AccessProblem::TokenNameTaken));
            }
        }
    }
    assert_eq!(made, 1);
}

#[sqlx::test]
async fn create_enforces_limits_of_the_operator(pool: PgPool) {
    let backend = backend(pool).await;
    let (editor, admin) =
        (signed_in(&backend, "ed", Role::Editor).await, signed_in(&backend, "ana", Role::Admin).await);
    let limits = TokenLimits { most_days: Some(7), restricted_editors: true, ..TokenLimits::default() };
    let tokens = TokenService::new(backend.0.db.clone(), backend.sessions().clone(), limits);
    let create = async |ctx: &Ctx, change: &dyn Fn(&mut TokenDraft)| {
        let mut draft = draft(TokenScope::ReadValues);
        change(&mut draft);
        tokens.create(ctx, &draft).await
    };
    let beyond = AccessError::field(AccessField::Expiry, AccessProblem::TokenExpiryBeyond(7));
    for expiry in ["never", "8", "3650"] {
        for ctx in [&admin, &at(0)] {
            let made = create(ctx, &|draft| draft.expiry = expiry.to_owned()).await;
            assert_eq!(made.unwrap_err(), beyond, "{expiry}");
        }
    }
    let shortest = create(&admin, &|_| ()).await.unwrap();
    assert_eq!(shortest.expires_at, Some(at(7 * DAY).now), "nothing typed is as long as may be");
    let unrestricted = AccessError::field(AccessField::Prefix, AccessProblem::TokenUnrestricted);
    for scope in [TokenScope::ReadValues, TokenScope::Write] {
        let made = create(&editor, &|draft| draft.scope = scope.as_str().to_owned()).await;
        assert_eq!(made.unwrap_err(), unrestricted, "{scope:?}");
    }
    create(&editor, &|draft| draft.prefix = "team-".to_owned()).await.unwrap();
    create(&editor, &|draft| {
        draft.name = "one".to_owned();
        draft.secrets = "image-a".to_owned();
    })
    .await
    .unwrap();
    create(&editor, &|draft| {
        draft.name = "list".to_owned();
        draft.scope = TokenScope::ReadMetadata.as_str().to_owned();
    })
    .await
    .unwrap();
}

#[sqlx::test]
async fn password_change_and_reset_revoke_tokens_on_request(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let users = backend.users();
    let ed = signed_in(&backend, "ed", Role::Editor).await;
    let create = async |ctx: &Ctx, name: &str| {
        let draft = TokenDraft { name: name.to_owned(), ..draft(TokenScope::ReadMetadata) };
        backend.tokens().create(ctx, &draft).await.unwrap().text
    };
    let works = async |token: &Sensitive| identify(&backend, 3, token).await.is_some();
    let eve = signed_in(&backend, "eve", Role::Editor).await;
    let (first, others) = (create(&ed, "first").await, create(&eve, "first").await);
    users.change_password(&ed, &text(PASSWORD), &text("another password x"), false).await.unwrap();
    assert!(works(&first).await);
    users.change_password(&ed, &text("another password x"), &text(PASSWORD), true).await.unwrap();
    assert!(!works(&first).await);
    let second = create(&ed, "second").await;
    users.password_link(&at(1), "ed", PasswordReset::Now, &text("")).await.unwrap();
    assert!(works(&second).await);
    assert_eq!(users.get(&at(1), "ed").await.unwrap().tokens, 1);
    users.password_link(&at(2), "ed", PasswordReset::NowAndTokens, &text("")).await.unwrap();
    assert!(!works(&second).await && works(&others).await, "those of others go on");
    assert_eq!(users.get(&at(2), "ed").await.unwrap().tokens, 0);
    let told = records(&pool).await;
    assert_eq!(told.iter().filter(|record| record.contains("| token revoked |")).count(), 2);
}

#[sqlx::test]
async fn create_limits_tokens_of_one_person(pool: PgPool) {
    let backend = backend(pool).await;
    let reader = signed_in(&backend, "rita", Role::Reader).await;
    let create = async |ctx: &Ctx, number: usize| {
        let draft = TokenDraft { name: format!("t{number}"), ..draft(TokenScope::ReadMetadata) };
        backend.tokens().create(ctx, &draft).await.map(|made| made.id)
    };
    let mut last = String::new();
    for number in 0..200 {
        last = create(&reader, number).await.unwrap();
    }
    let too_many = AccessError::field(AccessField::TokenName, AccessProblem::TokensTooMany(200));
    assert_eq!(create(&reader, 200).await.unwrap_err(), too_many);
    backend.tokens().revoke(&reader, &last).await.unwrap();
    create(&reader, 200).await.unwrap();
    assert_eq!(create(&reader, 201).await.unwrap_err(), too_many);
    // Expired tokens do not count, and neither do those of others.
    create(&Ctx { now: at(31 * DAY).now, ..reader.clone() }, 0).await.unwrap();
    create(&at(0), 0).await.unwrap();
}
