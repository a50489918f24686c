//! API tokens on a real database, one of its own for each test.

use crate::{
    Actor, Backend, Ctx,
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
    TokenDraft { name: "ci".to_owned(), scope: scope.as_str().to_owned(), ..TokenDraft::default() }
}

async fn identify(backend: &Backend, second: i64, token: &Sensitive) -> Option<crate::TokenActor> {
    match backend.tokens().identify(&anonymous(second), token).await.unwrap()? {
        Actor::Token(token) => Some(token),
        _ => panic!("not a token"),
    }
}

/// Signed in as a fresh user of this role.
async fn signed_in(backend: &Backend, name: &str, role: Role) -> Ctx {
    add_user(backend, name, role, PASSWORD).await;
    let session = backend.sessions().sign_in(&anonymous(0), name, &text(PASSWORD), "").await.unwrap();
    let actor = backend.sessions().identify(&anonymous(0), &session.token).await.unwrap().unwrap();
    Ctx { actor, ..at(0) }
}

#[sqlx::test]
async fn a_token_is_good_until_it_expires_or_is_revoked(pool: PgPool) {
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
async fn a_token_may_do_no_more_than_its_owner(pool: PgPool) {
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
    users.set_role(&at(2), "ed", "reader").await.unwrap();
    assert_eq!(identify(&backend, 3, &made.text).await.unwrap().scope, TokenScope::ReadMetadata);
    users.set_disabled(&at(4), "ed", true).await.unwrap();
    assert!(identify(&backend, 5, &made.text).await.is_none());
}

#[sqlx::test]
async fn tokens_of_others_are_for_administrators(pool: PgPool) {
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
async fn a_restricted_token_reaches_its_secrets_alone(pool: PgPool) {
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
    assert!(records(&pool).await.contains(&"token ci of the command line | take values out | image-b | refused | ".to_owned()));
}
