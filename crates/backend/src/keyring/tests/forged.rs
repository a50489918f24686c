//! Forgeries by somebody who can write to the database but has no key gain nothing.

use crate::{
    Actor, Backend, Ctx, Verdict,
    tests::{add_user, anonymous, at, backend, records, text, until_recorded},
};
use domain::{
    access::{AccessError, Role, TokenDraft, TokenScope},
    error::Error,
    secret::{Credential, NewSecret, SecretDraft, SecretId},
    sensitive::Sensitive,
};
use sqlx::{AssertSqlSafe, PgPool};

const PASSWORD: &str = "correct horse battery";

async fn run(pool: &PgPool, sql: &str) {
    sqlx::query(AssertSqlSafe(sql)).execute(pool).await.unwrap();
}

fn id(text: &str) -> SecretId {
    SecretId::parse(text).unwrap()
}

async fn add_image(backend: &Backend, name: &str, password: &str) {
    let draft = SecretDraft {
        name: name.to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: "ghcr.io".to_owned(),
        username: name.to_owned(),
        password: Sensitive::new(password),
        ..SecretDraft::default()
    };
    backend.secrets().create(&at(1), NewSecret::parse(draft).unwrap(), None).await.unwrap();
}

async fn password_of(backend: &Backend, secret: &str) -> Result<String, Error> {
    match backend.secrets().credential(&at(9), &id(secret)).await? {
        Credential::ImagePull { password, .. } => Ok(password.value().expose().to_owned()),
        Credential::GitDataset { .. } => panic!("not an image-pull secret"),
    }
}

async fn token(backend: &Backend, scope: TokenScope) -> crate::CreatedToken {
    let draft = TokenDraft {
        name: "ci".to_owned(),
        scope: scope.as_str().to_owned(),
        secrets: "image-a".to_owned(),
        expiry: "7".to_owned(),
        ..TokenDraft::default()
    };
    backend.tokens().create(&at(0), &draft).await.unwrap()
}

async fn session(backend: &Backend, name: &str) -> Sensitive {
    backend.sessions().sign_in(&anonymous(1), name, &text(PASSWORD), "").await.unwrap().token
}

async fn who(backend: &Backend, session: &Sensitive) -> Option<Actor> {
    backend.sessions().identify(&anonymous(2), session).await.unwrap()
}

#[sqlx::test]
async fn token_inserted_by_hand_is_rejected_and_recorded(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    let secret = "ab".repeat(32);
    sqlx::query(
        "INSERT INTO api_tokens (id, secret_hash, name, scope, created_at, created_by, mac) \
         SELECT '0123456789abcdef', sha256(convert_to($1, 'UTF8')), 'mine', 'read-values', now(), 'root', mac \
         FROM (VALUES (NULL::bytea)) AS nothing (mac)",
    )
    .bind(&secret)
    .execute(&pool)
    .await
    .unwrap();
    let forged = text(&format!("latchkey_0123456789abcdef_{secret}"));
    for _ in 0..3 {
        assert_eq!(backend.tokens().identify(&anonymous(1), &forged).await, Ok(None));
    }
    until_recorded(&pool, "portal | forged row refused | API token 0123456789abcdef | integrity failure | ")
        .await;
    // Not even with the code of another row, of the same table or of another.
    let made = token(&backend, TokenScope::ReadValues).await;
    for source in [format!("api_tokens WHERE id = '{}'", made.id), "audit_head".to_owned()] {
        run(&pool, &format!("UPDATE api_tokens SET mac = (SELECT mac FROM {source}) WHERE name = 'mine'"))
            .await;
        assert_eq!(backend.tokens().identify(&anonymous(1), &forged).await, Ok(None), "{source}");
    }
}

/// Every field of a token that grants something: if it is changed by hand, the token no longer counts.
#[sqlx::test]
async fn token_changed_by_hand_is_rejected(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add_user(&backend, "ana", Role::Admin, PASSWORD).await;
    for change in [
        "scope = 'write'",
        "secrets = NULL",
        "secrets = '{image-a,image-b}'",
        "secrets = NULL, name_prefix = 'a'",
        "expires_at = NULL",
        "expires_at = expires_at + interval '1 day'",
        "user_id = (SELECT id FROM users)",
        "name = 'other'",
        "created_by = 'somebody'",
        "mac = NULL",
        "mac = set_byte(mac, 39, get_byte(mac, 39) # 1)",
        "mac = set_byte(mac, 0, get_byte(mac, 0) # 1)",
    ] {
        let made = token(&backend, TokenScope::ReadValues).await;
        let asks = async || backend.tokens().identify(&anonymous(1), &made.text).await.unwrap();
        assert!(asks().await.is_some(), "{change}");
        run(&pool, &format!("UPDATE api_tokens SET {change} WHERE id = '{}'", made.id)).await;
        assert_eq!(asks().await, None, "{change}");
        run(&pool, "DELETE FROM api_tokens").await;
    }
    let made = token(&backend, TokenScope::ReadValues).await;
    backend.tokens().revoke(&at(2), &made.id).await.unwrap();
    run(&pool, "UPDATE api_tokens SET revoked_at = NULL").await;
    assert_eq!(backend.tokens().identify(&anonymous(3), &made.text).await, Ok(None), "revoked is revoked");
    // Whoever sees the token in the list can still revoke it, which does not make it valid.
    backend.tokens().revoke(&at(4), &made.id).await.unwrap();
    run(&pool, "UPDATE api_tokens SET revoked_at = NULL").await;
    assert_eq!(backend.tokens().identify(&anonymous(5), &made.text).await, Ok(None));
}

#[sqlx::test]
async fn session_changed_by_hand_is_rejected(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add_user(&backend, "ana", Role::Reader, PASSWORD).await;
    add_user(&backend, "root", Role::Admin, PASSWORD).await;
    for change in [
        "user_id = (SELECT id FROM users WHERE name = 'root')",
        "expires_at = expires_at + interval '1 day'",
        "id = gen_random_uuid()",
        "created_at = created_at + interval '1 second'",
        "mac = NULL",
    ] {
        let token = session(&backend, "ana").await;
        assert!(who(&backend, &token).await.is_some(), "{change}");
        run(&pool, &format!("UPDATE sessions SET {change}")).await;
        assert_eq!(who(&backend, &token).await, None, "{change}");
        run(&pool, "DELETE FROM sessions").await;
    }
    // Somebody else's session, under one's own cookie token.
    let root = session(&backend, "root").await;
    run(&pool, "UPDATE sessions SET token_hash = sha256('mine')").await;
    assert_eq!(who(&backend, &text("mine")).await, None);
    assert_eq!(who(&backend, &root).await, None);
    run(
        &pool,
        "INSERT INTO sessions (id, user_id, token_hash, device, created_at, seen_at, expires_at, mac) \
         SELECT gen_random_uuid(), user_id, sha256('new'), '', created_at, seen_at, expires_at, mac FROM sessions",
    )
    .await;
    assert_eq!(who(&backend, &text("new")).await, None);
}

/// A person may do what the portal granted, wherever that is looked up: by a session, a token, or at sign-in.
#[sqlx::test]
async fn user_changed_by_hand_gains_no_rights(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    for name in ["ana", "root"] {
        add_user(&backend, name, if name == "root" { Role::Admin } else { Role::Editor }, PASSWORD).await;
    }
    for change in [
        "role = 'admin'",
        "password_hash = (SELECT password_hash FROM users WHERE name = 'root')",
        "name = 'root2'",
        "disabled = true",
        "password_hash = NULL, oidc_issuer = 'https://login.example', oidc_subject = '1'",
        "signed_in_at = signed_in_at + interval '1 day'",
        "suspended_at = now()",
        "tokens_kept_from = now()",
        "mac = NULL",
        "mac = (SELECT mac FROM users WHERE name = 'root')",
    ] {
        run(&pool, "CREATE TABLE before AS SELECT * FROM users WHERE name = 'ana'").await;
        let token = session(&backend, "ana").await;
        let Some(Actor::User(ana)) = who(&backend, &token).await else { panic!("signed in") };
        let ctx = Ctx { actor: Actor::User(ana), ..at(2) };
        let draft = TokenDraft {
            name: "ci".to_owned(),
            scope: "write".to_owned(),
            current_password: text(PASSWORD),
            ..TokenDraft::default()
        };
        let api = backend.tokens().create(&ctx, &draft).await.unwrap();
        run(&pool, &format!("UPDATE users SET {change} WHERE name = 'ana'")).await;
        assert_eq!(who(&backend, &token).await, None, "{change}");
        assert_eq!(backend.tokens().identify(&anonymous(3), &api.text).await, Ok(None), "{change}");
        let refused = backend.sessions().sign_in(&anonymous(3), "ana", &text(PASSWORD), "").await;
        assert_eq!(refused.unwrap_err(), AccessError::WrongPassword, "{change}");
        assert!(backend.sessions().begin_for(&at(3), "ana", "").await.is_err(), "{change}");
        // A change by an administrator does not sign what somebody else wrote.
        drop(backend.users().set_role(&at(4), "ana", "reader", &text("")).await);
        assert_eq!(who(&backend, &token).await, None, "{change}");
        run(&pool, "DELETE FROM api_tokens").await;
        run(&pool, "DELETE FROM users WHERE name <> 'root'").await;
        run(&pool, "INSERT INTO users SELECT * FROM before").await;
        run(&pool, "DROP TABLE before").await;
        run(&pool, "DELETE FROM sign_in_attempts").await;
    }
    assert!(who(&backend, &session(&backend, "ana").await).await.is_some(), "as it was, it is good");
    run(
        &pool,
        "INSERT INTO users (id, name, role, password_hash, created_at, created_by) \
         SELECT gen_random_uuid(), 'eve', 'admin', password_hash, now(), 'root' FROM users WHERE name = 'root'",
    )
    .await;
    let refused = backend.sessions().sign_in(&anonymous(3), "eve", &text(PASSWORD), "").await;
    assert_eq!(refused.unwrap_err(), AccessError::WrongPassword);
    until_recorded(&pool, "portal | forged row refused | user eve | integrity failure | ").await;
}

#[sqlx::test]
async fn link_inserted_by_hand_is_rejected(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add_user(&backend, "root", Role::Admin, PASSWORD).await;
    run(
        &pool,
        "INSERT INTO one_time_links (token_hash, user_id, created_at, expires_at) \
         SELECT sha256('mine'), id, now(), '2100-01-01' FROM users",
    )
    .await;
    let users = backend.users();
    assert_eq!(users.link(&anonymous(1), &text("mine")).await, Err(AccessError::LinkSpent));
    let chosen = users.choose_password(&anonymous(1), &text("mine"), &text("another password x")).await;
    assert_eq!(chosen, Err(AccessError::LinkSpent));
    let added = users.add(&at(1), "ana", "reader", &text("")).await.unwrap();
    run(&pool, "UPDATE one_time_links SET user_id = (SELECT id FROM users WHERE name = 'root')").await;
    assert_eq!(users.link(&anonymous(2), &added.link_token).await, Err(AccessError::LinkSpent));
}

#[sqlx::test]
async fn value_is_read_only_under_its_own_name_and_host(pool: PgPool) {
    let backend = backend(pool.clone()).await;
    add_image(&backend, "a", "value of a").await;
    add_image(&backend, "b", "value of b").await;
    run(&pool, "CREATE TABLE before AS SELECT id, name, registry_host, registry_username, value_host, mac FROM secrets")
        .await;
    for change in [
        "name = CASE name WHEN 'a' THEN 'b' ELSE 'a' END",
        "name = CASE name WHEN 'a' THEN 'b' ELSE 'a' END, mac = (SELECT mac FROM before WHERE before.id <> secrets.id)",
        "registry_host = 'evil.example'",
        "registry_host = 'evil.example', value_host = 'evil.example'",
        "registry_username = 'other'",
        "known_hosts = 'evil'",
        "check_target = 'evil/image'",
        "mac = NULL",
    ] {
        assert_eq!(password_of(&backend, "image-a").await.as_deref(), Ok("value of a"), "{change}");
        // Both names at once would violate the unique index, row by row.
        run(&pool, "UPDATE secrets SET deleted_at = now(), deleted_by = 'x'").await;
        run(&pool, &format!("UPDATE secrets SET {change}")).await;
        run(&pool, "UPDATE secrets SET deleted_at = NULL, deleted_by = NULL").await;
        for secret in ["image-a", "image-b"] {
            let refused = password_of(&backend, secret).await;
            assert!(refused.is_err(), "{change}: {secret}");
        }
        // Nor does a change in good faith sign the forged row.
        let renamed = SecretDraft {
            display_name: "Renamed".to_owned(),
            registry_host: "ghcr.io".to_owned(),
            username: "a".to_owned(),
            ..SecretDraft::default()
        };
        let update =
            domain::secret::SecretUpdate::parse(domain::secret::SecretKind::ImagePull, renamed).unwrap();
        let refused = backend.secrets().update(&at(5), &id("image-a"), update, 1).await;
        assert!(matches!(refused, Err(Error::Internal(_))), "{change}: {refused:?}");
        run(
            &pool,
            "UPDATE secrets SET name = before.name || '-', registry_host = before.registry_host, \
             registry_username = before.registry_username, value_host = before.value_host, known_hosts = '', \
             check_target = NULL, mac = before.mac FROM before WHERE before.id = secrets.id",
        )
        .await;
        run(&pool, "UPDATE secrets SET name = before.name FROM before WHERE before.id = secrets.id").await;
    }
    assert_eq!(password_of(&backend, "image-b").await.as_deref(), Ok("value of b"));
    until_recorded(&pool, "portal | forged row refused | secret image-a | integrity failure | ").await;
    let failures = records(&pool).await;
    let failures =
        failures.iter().filter(|record| *record == "test | value read | image-a | integrity failure | ");
    assert!(failures.count() >= 5);
}

/// Changes the database as somebody with direct access to it would.
async fn tamper(pool: &PgPool, statements: &[&str]) {
    run(pool, "ALTER TABLE audit_records DISABLE TRIGGER audit_records_kept").await;
    for statement in statements {
        run(pool, statement).await;
    }
    run(pool, "ALTER TABLE audit_records ENABLE TRIGGER audit_records_kept").await;
}

/// The chain rebuilt in SQL from this record on, as the migration that introduced it does.
const CHAINED_ANEW: &str = "DO $$ \
    DECLARE r record; chained bytea := decode(repeat('00', 32), 'hex'); last bigint := 0; part text; canonical bytea; \
    BEGIN \
        FOR r IN SELECT * FROM audit_records ORDER BY id LOOP \
            canonical := chained; \
            FOREACH part IN ARRAY ARRAY[r.id::text, (extract(epoch FROM r.at) * 1000000)::bigint::text, r.actor_kind, \
                r.actor, r.credential, r.address, r.request_id, r.action, r.object, r.outcome, \
                array_to_string(r.fields, ',')] LOOP \
                canonical := canonical \
                    || convert_to(coalesce(octet_length(part) || ':' || part, '-') || E'\\n', 'UTF8'); \
            END LOOP; \
            chained := sha256(canonical); last := r.id; \
            UPDATE audit_records SET hash = chained WHERE id = r.id; \
        END LOOP; \
        UPDATE audit_head SET last_id = last, hash = chained; \
    END $$";

async fn with_records(pool: &PgPool) -> Backend {
    let backend = backend(pool.clone()).await;
    for number in 1..=5 {
        backend.users().add(&at(number), &format!("user-{number}"), "reader", &text("")).await.unwrap();
    }
    backend
}

#[sqlx::test]
async fn verify_finds_log_that_was_cut_and_mended(pool: PgPool) {
    let backend = with_records(&pool).await;
    let verify = async || backend.audit().verify(&at(9)).await.unwrap();
    assert_eq!(verify().await, Verdict::Whole(5));
    let end = "UPDATE audit_head SET (last_id, hash) = (SELECT id, hash FROM audit_records ORDER BY id DESC LIMIT 1)";
    tamper(&pool, &["DELETE FROM audit_records WHERE id > 3", end]).await;
    assert_eq!(verify().await, Verdict::CutShort(3));
    // Nor with the code that vouches for the record itself.
    let with_code = "UPDATE audit_head SET mac = (SELECT mac FROM audit_records ORDER BY id DESC LIMIT 1)";
    tamper(&pool, &[with_code]).await;
    assert_eq!(verify().await, Verdict::CutShort(3));
    // A record that the portal writes afterwards does not hide the cut: it says itself where, once.
    backend.users().add(&at(6), "user-6", "reader", &text("")).await.unwrap();
    backend.users().add(&at(7), "user-7", "reader", &text("")).await.unwrap();
    let cut = "audit record | record found cut | record found cut | integrity failure | ";
    assert_eq!(records(&pool).await.iter().filter(|record| *record == cut).count(), 1);
    assert_eq!(verify().await, Verdict::CutShort(3));
}

/// The portal signs no end that it cannot verify, while no key is active.
#[sqlx::test]
async fn record_never_signs_a_cut_end_without_active_key(pool: PgPool) {
    let backend = with_records(&pool).await;
    let verify = async || backend.audit().verify(&at(9)).await.unwrap();
    let end = "UPDATE audit_head SET (last_id, hash, mac) = (SELECT id, hash, decode(repeat('00', 40), 'hex') \
               FROM audit_records ORDER BY id DESC LIMIT 1)";
    let none = "UPDATE key_encryption_keys SET active = false";
    tamper(&pool, &["DELETE FROM audit_records WHERE id > 3", end, none]).await;
    assert!(backend.users().add(&at(6), "user-6", "reader", &text("")).await.is_err());
    tamper(&pool, &["UPDATE key_encryption_keys SET active = true"]).await;
    backend.users().add(&at(7), "user-7", "reader", &text("")).await.unwrap();
    assert_eq!(verify().await, Verdict::CutShort(3));
}

#[sqlx::test]
async fn verify_finds_log_that_was_rewritten(pool: PgPool) {
    let backend = with_records(&pool).await;
    let verify = async || backend.audit().verify(&at(9)).await.unwrap();
    tamper(&pool, &["UPDATE audit_records SET actor = 'eve' WHERE id = 3", CHAINED_ANEW]).await;
    assert_eq!(verify().await, Verdict::Forged(3));
    // Nor by removing the codes: only records from before the first code have none.
    tamper(&pool, &["UPDATE audit_records SET mac = NULL WHERE id >= 3"]).await;
    assert_eq!(verify().await, Verdict::Forged(3));
    tamper(&pool, &["UPDATE audit_records SET mac = NULL"]).await;
    assert_eq!(verify().await, Verdict::CutShort(5));
}

/// Without the key, only the chain itself can be verified.
#[sqlx::test]
async fn verify_without_key_reports_unproven(pool: PgPool) {
    with_records(&pool).await;
    let without = crate::tests::backend_with(pool.clone(), Vec::new()).await;
    assert_eq!(without.audit().verify(&at(9)).await, Ok(Verdict::Unproven(5)));
    tamper(&pool, &["UPDATE audit_records SET actor = 'eve' WHERE id = 3"]).await;
    assert_eq!(without.audit().verify(&at(9)).await, Ok(Verdict::Broken(3)));
    // The portal writes nothing for which no key would vouch.
    let refused = without.users().add(&at(9), "late", "reader", &text("")).await;
    assert_eq!(refused.unwrap_err(), AccessError::Refused(Error::Sealed));
}
