//! A provider's answers, really signed, over a real connection: who is signed in, and who is not.

use super::{
    ISSUER, Identity, backend_at, config_at, person,
    provider::{TestProvider, forged},
};
use crate::{
    Actor, Backend, Ctx, PasswordReset, ProviderAnswer, SingleSignOnService, TokenLimits, UserActor,
    tests::{anonymous, at, records, text, until_somebody_waits},
    tokens::TokenService,
};
use domain::{
    access::{Role, SignOnProblem, TokenDraft, TokenScope},
    error::Error,
    sensitive::Sensitive,
};
use serde_json::{Value, json};
use sqlx::PgPool;

const NOW: i64 = 1_800_000_000;
const RETURN: &str = "http://l.example/return";

fn set(claims: &mut Value, name: &str, value: Value) {
    claims.as_object_mut().unwrap().insert(name.to_owned(), value);
}

/// Returns valid claims of an ID token.
fn claims(provider: &TestProvider, nonce: &str) -> Value {
    json!({ "iss": provider.issuer, "sub": "1", "aud": "latchkey", "iat": NOW, "exp": NOW + 300, "nonce": nonce,
        "preferred_username": "ana", "groups": ["staff"] })
}

fn service(backend: &Backend) -> &SingleSignOnService {
    backend.single_sign_on().unwrap()
}

fn parameter(address: &str, name: &str) -> String {
    let start = format!("{name}=");
    let query = address.split_once('?').unwrap().1;
    query.split('&').find_map(|pair| pair.strip_prefix(&start)).unwrap_or_default().to_owned()
}

/// Signs in with an ID token whose claims the closure makes from valid ones.
async fn sign_in(
    backend: &Backend,
    provider: &TestProvider,
    again: bool,
    make: impl FnOnce(Value) -> String,
) -> Result<Ctx, Error> {
    let ctx = anonymous(NOW);
    let begun = service(backend).begin(&ctx, RETURN, again).await?;
    provider.says_token(&make(claims(provider, &parameter(&begun.address, "nonce"))));
    let state = parameter(&begun.address, "state");
    let answer = ProviderAnswer { code: Some(text("code")), state, ..ProviderAnswer::default() };
    let session = service(backend).finish(&ctx, RETURN, Some(&begun.token), &answer, "tests", again).await?;
    let actor = backend.sessions().identify(&ctx, &session.token).await?.unwrap();
    Ok(Ctx { actor, ..ctx })
}

#[sqlx::test]
async fn sign_in_ignores_unused_claims(pool: PgPool) {
    let provider = TestProvider::start().await;
    let backend = backend_at(&pool, config_at(&provider.issuer)).await;
    let ctx = sign_in(&backend, &provider, false, |mut claims| {
        for (name, value) in [
            ("email_verified", json!("Yes")),
            ("address", json!("Main street 1")),
            ("updated_at", json!("yesterday")),
            ("locale", json!(["en"])),
            ("birthdate", json!({})),
            ("email", json!(["a@b"])),
            ("auth_time", json!("a while ago")),
            ("amr", json!("pwd")),
            ("exp", json!((NOW + 300).to_string())),
            ("iat", json!(1_799_999_999.5)),
        ] {
            set(&mut claims, name, value);
        }
        provider.signed(&json!({ "alg": "ES256", "kid": "one", "typ": "JWT" }), &claims)
    })
    .await
    .unwrap();
    assert_eq!(ctx.actor.name(), "ana");
    // Groups that the token lacks are asked for, and parsed as leniently.
    provider.says.lock().unwrap().user_info =
        json!({ "sub": "1", "groups": "ops", "email_verified": 1, "updated_at": "x", "address": 7 });
    let quiet = |mut claims: Value| {
        claims.as_object_mut().unwrap().remove("groups");
        provider.signed(&json!({ "alg": "ES256", "kid": "one" }), &claims)
    };
    sign_in(&backend, &provider, false, quiet).await.unwrap();
    assert_eq!(backend.users().get(&at(NOW), "ana").await.unwrap().role, Role::Admin);
    provider.says.lock().unwrap().user_info = json!({ "sub": "2", "groups": "ops" });
    let of_another = sign_in(&backend, &provider, false, quiet).await;
    assert_eq!(of_another.unwrap_err(), SignOnProblem::Untrusted.into());
}

type Make = Box<dyn Fn(&TestProvider, Value) -> String>;

/// Returns a properly signed token with this claim.
fn with(name: &'static str, value: Value) -> Make {
    Box::new(move |provider, mut claims| {
        match &value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => set(&mut claims, name, value.clone()),
        }
        provider.signed(&json!({ "alg": "ES256", "kid": "one" }), &claims)
    })
}

/// Returns a token under another header.
fn under(header: Value) -> Make {
    Box::new(move |provider, claims| provider.signed(&header, &claims))
}

#[sqlx::test]
async fn sign_in_rejects_any_invalid_part_of_a_token(pool: PgPool) {
    let provider = TestProvider::start().await;
    let backend = backend_at(&pool, config_at(&provider.issuer)).await;
    let good: Vec<(&str, Make)> = vec![
        ("as it should be", with("x", json!(1))),
        ("a little late", with("exp", json!(NOW - 59))),
        ("a little early", with("iat", json!(NOW + 59))),
        ("not quite yet", with("nbf", json!(NOW + 59))),
        ("a list of one", with("aud", json!(["latchkey"]))),
        ("without a key's name", under(json!({ "alg": "ES256" }))),
    ];
    for (what, make) in good {
        assert!(
            sign_in(&backend, &provider, false, |claims| make(&provider, claims)).await.is_ok(),
            "{what}"
        );
    }
    let bad: Vec<(&str, Make)> = vec![
        ("another issuer", with("iss", json!("https://elsewhere.example"))),
        ("another audience", with("aud", json!("other"))),
        ("others too", with("aud", json!(["latchkey", "other"]))),
        ("another party", with("azp", json!("other"))),
        ("expired", with("exp", json!(NOW - 60))),
        ("no expiry", with("exp", Value::Null)),
        ("expiry in words", with("exp", json!("never"))),
        ("from later", with("iat", json!(NOW + 61))),
        ("no time", with("iat", Value::Null)),
        ("not yet", with("nbf", json!(NOW + 61))),
        ("another nonce", with("nonce", json!("another"))),
        ("no nonce", with("nonce", Value::Null)),
        ("no subject", with("sub", Value::Null)),
        ("a number as subject", with("sub", json!(1))),
        ("another access token", with("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))),
        ("a logout token", under(json!({ "alg": "ES256", "kid": "one", "typ": "logout+jwt" }))),
        ("an unknown extension", under(json!({ "alg": "ES256", "kid": "one", "crit": ["exp"] }))),
        ("another algorithm than the key's", under(json!({ "alg": "RS256", "kid": "one" }))),
        ("an unknown key", under(json!({ "alg": "ES256", "kid": "two" }))),
        (
            "somebody else's signature",
            Box::new(|_, claims| {
                TestProvider::signed_by_another(&json!({ "alg": "ES256", "kid": "one" }), &claims)
            }),
        ),
        ("no signature", Box::new(|_, claims| forged("none", &claims, b""))),
        ("the shared secret", Box::new(|_, claims| forged("HS256", &claims, b"SENTINEL"))),
        ("no token", Box::new(|_, _| "a.b".to_owned())),
        ("five parts", Box::new(|_, _| "a.b.c.d.e".to_owned())),
    ];
    for (what, make) in bad {
        let refused = sign_in(&backend, &provider, false, |claims| make(&provider, claims)).await;
        assert_eq!(refused.map(|_| ()), Err(SignOnProblem::Untrusted.into()), "{what}");
    }
}

/// Returns a token of `ana` that reads values.
async fn token_of(backend: &Backend, ctx: &Ctx) -> Sensitive {
    let scope = TokenScope::ReadMetadata.as_str().to_owned();
    let draft =
        TokenDraft { name: "cluster".to_owned(), scope, expiry: "never".to_owned(), ..TokenDraft::default() };
    backend.tokens().create(ctx, &draft).await.unwrap().text
}

async fn works(backend: &Backend, second: i64, token: &Sensitive) -> bool {
    backend.tokens().identify(&anonymous(second), token).await.unwrap().is_some()
}

#[sqlx::test]
async fn api_tokens_stop_for_denied_person_until_a_role_is_back(pool: PgPool) {
    let backend = backend_at(&pool, config_at(ISSUER)).await;
    let admit = async |second, groups: &[&str]| {
        let ctx = anonymous(second);
        let session = service(&backend).admit(&ctx, &person("1", "ana", groups), "tests").await?;
        let actor = backend.sessions().identify(&ctx, &session.token).await?.unwrap();
        Ok::<_, Error>(Ctx { actor, ..ctx })
    };
    let ana = admit(1, &["staff"]).await.unwrap();
    let token = token_of(&backend, &ana).await;
    assert!(works(&backend, 2, &token).await);
    assert_eq!(admit(3, &["others"]).await.unwrap_err(), SignOnProblem::NoGroup.into());
    assert!(!works(&backend, 4, &token).await);
    let listed = backend.tokens().list(&at(4), true, None).await.unwrap().tokens.remove(0);
    assert_eq!((listed.stopped, listed.revoked_at), (Some(crate::Stopped::Suspended), None));
    admit(5, &["staff"]).await.unwrap();
    assert!(works(&backend, 6, &token).await, "it was not revoked");
    backend.users().disable(&at(7), "ana").await.unwrap();
    assert!(!works(&backend, 8, &token).await);
    let told = records(&pool).await;
    for line in [
        "single sign-on | tokens suspended | ana | done | ",
        "single sign-on | tokens taken again | ana | done | ",
    ] {
        assert_eq!(told.iter().filter(|record| *record == line).count(), 1, "{line}");
    }
}

#[sqlx::test]
async fn api_tokens_end_after_last_sign_in(pool: PgPool) {
    const DAY: i64 = 86_400;
    let backend = backend_at(&pool, config_at(ISSUER)).await;
    let ctx = anonymous(0);
    let ana = person("1", "ana", &["staff"]);
    let session = service(&backend).admit(&ctx, &ana, "tests").await.unwrap();
    let actor = backend.sessions().identify(&ctx, &session.token).await.unwrap().unwrap();
    let token = token_of(&backend, &Ctx { actor, ..ctx }).await;
    assert!(works(&backend, 30 * DAY - 1, &token).await);
    assert!(!works(&backend, 30 * DAY, &token).await);
    let shorter = TokenLimits { days_after_sign_in: 7, ..TokenLimits::default() };
    let shorter = TokenService::new(backend.0.db.clone(), backend.sessions().clone(), shorter);
    assert!(shorter.identify(&anonymous(7 * DAY), &token).await.unwrap().is_none());
    // After another sign-in they are accepted again; the tokens of people with a password here are not affected.
    service(&backend).admit(&anonymous(40 * DAY), &ana, "tests").await.unwrap();
    assert!(works(&backend, 70 * DAY - 1, &token).await);
    let local = token_of(&backend, &at(0)).await;
    assert!(works(&backend, 1_000 * DAY, &local).await);
    // A person from before this limit has as long from then on.
    let ana = sqlx::query_scalar("SELECT id FROM users WHERE name = 'ana'").fetch_one(&pool).await.unwrap();
    let mut work = backend.0.db.begin().await.unwrap();
    let kept_from = crate::db::instant(at(100 * DAY).now).unwrap();
    crate::users::repository::change(&mut work, ana, |row| row.tokens_kept_from = Some(kept_from))
        .await
        .unwrap();
    work.commit().await.unwrap();
    assert!(works(&backend, 130 * DAY - 1, &token).await && !works(&backend, 130 * DAY, &token).await);
}

/// Returns valid claims of a logout token.
fn logout(provider: &TestProvider, id: &str) -> Value {
    json!({ "iss": provider.issuer, "sub": "1", "aud": "latchkey", "iat": NOW, "exp": NOW + 120, "jti": id,
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} } })
}

#[sqlx::test]
async fn log_out_accepts_token_once(pool: PgPool) {
    let provider = TestProvider::start().await;
    let backend = backend_at(&pool, config_at(&provider.issuer)).await;
    let header = json!({ "alg": "ES256", "kid": "one", "typ": "logout+jwt" });
    let enter = async || {
        let make = |mut claims: Value| {
            set(&mut claims, "sid", json!("s1"));
            provider.signed(&json!({ "alg": "ES256", "kid": "one" }), &claims)
        };
        sign_in(&backend, &provider, false, make).await.unwrap()
    };
    let count = async || backend.users().get(&at(NOW), "ana").await.unwrap().sessions;
    let send = async |claims: &Value| {
        let token = Sensitive::new(provider.signed(&header, claims));
        service(&backend).log_out(&anonymous(NOW), &token).await
    };
    let token = token_of(&backend, &enter().await).await;
    let by_subject = logout(&provider, "a");
    assert_eq!((count().await, works(&backend, NOW, &token).await), (1, true));
    assert_eq!(send(&by_subject).await, Ok(()));
    assert_eq!((count().await, works(&backend, NOW, &token).await), (0, false));
    // Whoever keeps the token cannot use it again.
    enter().await;
    assert!(works(&backend, NOW, &token).await);
    assert_eq!(send(&by_subject).await, Err(Error::LogoutToken("it was taken before")));
    assert_eq!((count().await, works(&backend, NOW, &token).await), (1, true));
    // By the provider's session only, or by both; another session of theirs goes on.
    let mut by_session = logout(&provider, "b");
    by_session.as_object_mut().unwrap().remove("sub");
    set(&mut by_session, "sid", json!("other"));
    assert_eq!(send(&by_session).await, Ok(()));
    assert_eq!(count().await, 1);
    set(&mut by_session, "jti", json!("c"));
    set(&mut by_session, "sid", json!("s1"));
    assert_eq!(send(&by_session).await, Ok(()));
    assert_eq!((count().await, works(&backend, NOW, &token).await), (0, false));
    enter().await;
    let mut both = logout(&provider, "d");
    set(&mut both, "sid", json!("s2"));
    assert_eq!(send(&both).await, Ok(()));
    assert_eq!((count().await, works(&backend, NOW, &token).await), (1, false));
    // A person who has never signed in here.
    let mut nobody = logout(&provider, "e");
    set(&mut nobody, "sub", json!("2"));
    assert_eq!(send(&nobody).await, Ok(()));
    let told = records(&pool).await;
    assert_eq!(
        told.iter().filter(|record| record.contains("sign-out at the provider | ana | done")).count(),
        3
    );
    // If the operator keeps them, tokens go on.
    let kept = super::SingleSignOnConfig { logout_suspends_tokens: false, ..config_at(&provider.issuer) };
    let kept = backend_at(&pool, kept).await;
    enter().await;
    let token_of_logout = Sensitive::new(provider.signed(&header, &logout(&provider, "f")));
    assert_eq!(service(&kept).log_out(&anonymous(NOW), &token_of_logout).await, Ok(()));
    assert_eq!((count().await, works(&backend, NOW, &token).await), (0, true));
}

#[sqlx::test]
async fn log_out_rejects_invalid_token(pool: PgPool) {
    let provider = TestProvider::start().await;
    let backend = backend_at(&pool, config_at(&provider.issuer)).await;
    let entered = sign_in(&backend, &provider, false, |claims| with("x", json!(1))(&provider, claims)).await;
    let token = token_of(&backend, &entered.unwrap()).await;
    let event = |value: Value| with("events", value);
    let named = "http://schemas.openid.net/event/backchannel-logout";
    let bad: Vec<(&str, Make)> = vec![
        ("another issuer", with("iss", json!("https://elsewhere.example"))),
        ("another audience", with("aud", json!("other"))),
        ("expired", with("exp", json!(NOW - 60))),
        ("no expiry", with("exp", Value::Null)),
        ("good for days", with("exp", json!(NOW + 200_000))),
        ("from later", with("iat", json!(NOW + 61))),
        ("no time", with("iat", Value::Null)),
        ("no id", with("jti", Value::Null)),
        ("no event", with("events", Value::Null)),
        ("another event", event(json!({ "http://schemas.openid.net/event/other": {} }))),
        ("an event that is no object", event(json!({ named: true }))),
        ("a list of events", event(json!([named]))),
        ("a nonce", with("nonce", json!("n"))),
        ("an empty nonce", with("nonce", json!(""))),
        ("nobody", with("sub", Value::Null)),
        ("another sort", under(json!({ "alg": "ES256", "kid": "one", "typ": "at+jwt" }))),
        ("an unknown key", under(json!({ "alg": "ES256", "kid": "two" }))),
        (
            "somebody else's signature",
            Box::new(|_, claims| {
                TestProvider::signed_by_another(&json!({ "alg": "ES256", "kid": "one" }), &claims)
            }),
        ),
        ("no signature", Box::new(|_, claims| forged("none", &claims, b""))),
        ("the shared secret", Box::new(|_, claims| forged("HS256", &claims, b"SENTINEL"))),
        (
            "an ID token",
            Box::new(|provider, _| {
                provider.signed(&json!({ "alg": "ES256", "kid": "one" }), &self::claims(provider, "n"))
            }),
        ),
        ("nothing", Box::new(|_, _| String::new())),
    ];
    for (what, make) in bad {
        let sent = Sensitive::new(make(&provider, logout(&provider, what)));
        let refused = service(&backend).log_out(&anonymous(NOW), &sent).await;
        assert!(matches!(refused, Err(Error::LogoutToken(_))), "{what}: {refused:?}");
    }
    assert_eq!(backend.users().get(&at(NOW), "ana").await.unwrap().sessions, 1);
    assert!(works(&backend, NOW, &token).await);
}

#[sqlx::test]
async fn prove_requires_recent_sign_in_named_by_the_provider(pool: PgPool) {
    let provider = TestProvider::start().await;
    let backend = backend_at(&pool, config_at(&provider.issuer)).await;
    let enter = async |again, auth_time: Value| {
        sign_in(&backend, &provider, again, |claims| with("auth_time", auth_time)(&provider, claims)).await
    };
    let begun = service(&backend).begin(&anonymous(NOW), RETURN, true).await.unwrap().address;
    assert_eq!(
        (parameter(&begun, "prompt"), parameter(&begun, "max_age")),
        ("login".to_owned(), "0".to_owned())
    );
    let begun = service(&backend).begin(&anonymous(NOW), RETURN, false).await.unwrap().address;
    assert_eq!(parameter(&begun, "prompt"), "");
    // An ordinary sign-in is no proof unless the provider asked a moment ago.
    let proves = async |ctx: &Ctx| backend.sessions().prove(ctx, &Sensitive::default()).await;
    for old in [Value::Null, json!(NOW - 301), json!("x")] {
        let ctx = enter(false, old.clone()).await.unwrap();
        assert_eq!(proves(&ctx).await, Err(Error::ProveAtProvider), "{old}");
        assert_eq!(enter(true, old.clone()).await.unwrap_err(), SignOnProblem::NotAskedAgain.into(), "{old}");
    }
    assert_eq!(enter(true, json!(NOW + 61)).await.unwrap_err(), SignOnProblem::NotAskedAgain.into());
    let fresh = enter(true, json!(NOW)).await.unwrap();
    assert_eq!(proves(&fresh).await, Ok(()));
    let later = Ctx { now: at(NOW + 300).now, ..fresh.clone() };
    assert_eq!(proves(&later).await, Ok(()));
    let too_late = Ctx { now: at(NOW + 301).now, ..fresh.clone() };
    assert_eq!(proves(&too_late).await, Err(Error::ProveAtProvider));
    // Changes that outlive a session of an administrator require the same.
    let Actor::User(user) = &fresh.actor else { panic!("{fresh:?}") };
    let as_admin = |ctx: &Ctx| {
        let actor = Actor::User(UserActor { role: Role::Admin, ..user.clone() });
        Ctx { actor, ..ctx.clone() }
    };
    let (users, none) = (backend.users(), &Sensitive::default());
    let refused = users.add(&as_admin(&too_late), "eve", "admin", none).await.unwrap_err();
    assert_eq!(refused, Error::ProveAtProvider);
    users.add(&as_admin(&fresh), "eve", "admin", none).await.unwrap();
    let refused = users.password_link(&as_admin(&too_late), "eve", PasswordReset::Now, none).await;
    assert_eq!(refused.unwrap_err(), Error::ProveAtProvider);
    users.password_link(&as_admin(&fresh), "eve", PasswordReset::Now, none).await.unwrap();
    // A provider that never names the time can be trusted by configuration.
    let config = super::SingleSignOnConfig { step_up: super::StepUp::SignIn, ..config_at(&provider.issuer) };
    let lenient = backend_at(&pool, config).await;
    let make = |claims: Value| with("auth_time", Value::Null)(&provider, claims);
    let ctx = sign_in(&lenient, &provider, true, make).await.unwrap();
    assert_eq!(lenient.sessions().prove(&ctx, &Sensitive::default()).await, Ok(()));
    let make = |claims: Value| with("auth_time", json!(NOW - 301))(&provider, claims);
    let old = sign_in(&lenient, &provider, true, make).await;
    assert_eq!(old.unwrap_err(), SignOnProblem::NotAskedAgain.into());
}

/// A private authority, at the one host that the operator has named: single sign-on has the trust and the rules of connection
/// tests.
#[sqlx::test]
async fn provider_is_reached_by_outbound_rules(pool: PgPool) {
    use crate::{
        ExtraRoots, TestConfig,
        connection_tests::tests::peers::{Authority, Folder},
    };
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

    let (authority, folder) = (Authority::new(), Folder::new());
    let (key, certificate) = authority.sign(&folder, "DNS:localhost", 2);
    let tls = rustls::ServerConfig::builder_with_provider(std::sync::Arc::new(
        rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(
        vec![CertificateDer::from_pem_file(certificate).unwrap()],
        PrivateKeyDer::from_pem_file(key).unwrap(),
    )
    .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(tls));
    let provider = TestProvider::start_at("localhost", Some(acceptor)).await;
    let begin = async |connection_tests: TestConfig| {
        let backend = super::backend_reaching(&pool, config_at(&provider.issuer), &connection_tests).await;
        let begun = service(&backend).begin(&anonymous(NOW), RETURN, false).await;
        begun.map(|_| ())
    };
    assert_eq!(begin(TestConfig::default()).await, Err(SignOnProblem::Unreachable.into()), "nobody knows it");
    let extra_roots = ExtraRoots::read(&authority.certificate()).unwrap();
    assert_eq!(begin(TestConfig { extra_roots, ..TestConfig::default() }).await, Ok(()));
    // An address that nobody may connect to is not allowed by being named.
    for host in ["169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "0.0.0.0"] {
        let backend = backend_at(&pool, config_at(&format!("https://{host}"))).await;
        let begun = service(&backend).begin(&anonymous(NOW), RETURN, false).await;
        assert_eq!(begun.map(|_| ()), Err(SignOnProblem::Unreachable.into()), "{host}");
    }
}

/// Holds a session as somebody does who ends it, until the given work waits for it, and then takes the end of the audit log,
/// as ending a session does next: if the work took the end before rows, both would wait for each other.
async fn beside_an_end<T: Send + 'static>(
    pool: &PgPool,
    session: uuid::Uuid,
    work: impl Future<Output = T> + Send + 'static,
) -> T {
    let mut other = pool.begin().await.unwrap();
    let end = "SELECT id FROM sessions WHERE id = $1 FOR UPDATE";
    sqlx::query(end).bind(session).fetch_one(&mut *other).await.unwrap();
    let work = tokio::spawn(work);
    until_somebody_waits(pool).await;
    let head = "SELECT last_id FROM audit_head FOR UPDATE";
    sqlx::query(head).fetch_one(&mut *other).await.expect("the end of the record is free");
    other.rollback().await.unwrap();
    work.await.unwrap()
}

fn session_of(ctx: &Ctx) -> uuid::Uuid {
    match &ctx.actor {
        Actor::User(user) => user.session,
        actor => panic!("{actor:?}"),
    }
}

#[sqlx::test]
async fn log_out_locks_end_of_log_after_every_row(pool: PgPool) {
    let provider = TestProvider::start().await;
    let backend = backend_at(&pool, config_at(&provider.issuer)).await;
    let enter = async |subject: &str| {
        let make = |mut claims: Value| {
            set(&mut claims, "sub", json!(subject));
            set(&mut claims, "preferred_username", json!(format!("person-{subject}")));
            set(&mut claims, "sid", json!("shared"));
            provider.signed(&json!({ "alg": "ES256", "kid": "one" }), &claims)
        };
        sign_in(&backend, &provider, false, make).await.unwrap()
    };
    let header = json!({ "alg": "ES256", "kid": "one", "typ": "logout+jwt" });
    // In either order.
    for round in 0..2 {
        let people = [enter("1").await, enter("2").await];
        let mut claims = logout(&provider, &format!("round {round}"));
        claims.as_object_mut().unwrap().remove("sub");
        set(&mut claims, "sid", json!("shared"));
        let token = Sensitive::new(provider.signed(&header, &claims));
        let backend = backend.clone();
        let log_out = async move { service(&backend).log_out(&anonymous(NOW), &token).await };
        assert_eq!(beside_an_end(&pool, session_of(&people[round]), log_out).await, Ok(()), "round {round}");
    }
    let told = records(&pool).await;
    let count = |line: &str| told.iter().filter(|record| *record == line).count();
    for name in ["person-1", "person-2"] {
        assert_eq!(count(&format!("single sign-on | sign-out at the provider | {name} | done | ")), 2);
        assert_eq!(count(&format!("single sign-on | tokens suspended | {name} | done | ")), 2);
        assert_eq!(backend.users().get(&at(NOW), name).await.unwrap().sessions, 0, "{name}");
    }
}

#[sqlx::test]
async fn sign_in_locks_end_of_log_after_every_row_if_role_changes(pool: PgPool) {
    let provider = TestProvider::start().await;
    let backend = backend_at(&pool, config_at(&provider.issuer)).await;
    let enter = |group: &str| {
        let identity = Identity { session: Some("kept".to_owned()), ..person("1", "ana", &[group]) };
        let backend = backend.clone();
        async move { service(&backend).admit(&anonymous(NOW), &identity, "tests").await }
    };
    let ana = enter("staff").await.unwrap();
    let ana = backend.sessions().identify(&anonymous(NOW), &ana.token).await.unwrap().unwrap();
    let ana = Ctx { actor: ana, ..anonymous(NOW) };
    // Another session of theirs ends there: tokens are to be accepted again, and the role differs.
    let header = json!({ "alg": "ES256", "kid": "one", "typ": "logout+jwt" });
    let mut claims = logout(&provider, "a");
    set(&mut claims, "sid", json!("another session"));
    let token = Sensitive::new(provider.signed(&header, &claims));
    let before = records(&pool).await.len();
    service(&backend).log_out(&anonymous(NOW), &token).await.unwrap();
    beside_an_end(&pool, session_of(&ana), enter("ops")).await.unwrap();
    assert_eq!(
        records(&pool).await.split_off(before),
        [
            "single sign-on | sign-out at the provider | ana | done | ",
            "single sign-on | tokens suspended | ana | done | ",
            "single sign-on | tokens taken again | ana | done | ",
            "single sign-on | role changed | ana | done | role",
            "ana | sign-in | ana | done | ",
        ]
    );
}
