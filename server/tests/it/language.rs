//! The language of answers.

use crate::harness::{Answer, TestApp, posted};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::access::Role;

/// Returns a page for a browser with these languages and this cookie.
async fn page(app: &TestApp, path: &str, accept: &str, cookie: &str) -> Answer {
    let request = Request::get(path)
        .header(header::ACCEPT, "text/html")
        .header(header::ACCEPT_LANGUAGE, accept)
        .header(header::COOKIE, cookie);
    app.send_anonymous(request.body(Body::empty()).unwrap()).await
}

const CHINESE: &str = "<html lang=\"zh-Hant\"";
const ENGLISH: &str = "<html lang=\"en\"";

#[tokio::test]
async fn sign_in_page_is_in_the_language_of_the_browser() {
    let app = TestApp::start().await;
    for (accept, cookie, html, code, heading) in [
        ("zh-TW,zh;q=0.9,en;q=0.8", "", CHINESE, "zh-Hant", "<h1>登入</h1>"),
        ("zh-CN,zh;q=0.9", "", ENGLISH, "en", "<h1>Sign in</h1>"),
        ("zh-TW", "latchkey_language=en", ENGLISH, "en", "<h1>Sign in</h1>"),
        ("en-XA", "latchkey_language=en-XA", ENGLISH, "en", "<h1>Sign in</h1>"),
    ] {
        let answer = page(&app, "/sign-in", accept, cookie).await;
        assert!(answer.body.contains(html) && answer.body.contains(heading), "{accept}: {}", answer.body);
        assert_eq!(answer.header("content-language"), code, "{accept}");
        assert!(answer.header("vary").contains("accept-language, cookie"), "{accept}");
    }
}

#[tokio::test]
async fn language_is_chosen_in_the_browser_before_signing_in() {
    let app = TestApp::start().await;
    let form = [("language", "zh-Hant"), ("back", "/sign-in?next=%2Fusers")];
    let chosen = app.send_anonymous(posted("/language", "a=b", &form)).await;
    assert_eq!((chosen.status, chosen.header("location")), (StatusCode::SEE_OTHER, "/sign-in?next=%2Fusers"));
    assert!(chosen.header("set-cookie").starts_with("latchkey_language=zh-Hant; Path=/; Max-Age=31536000;"));
    let away =
        app.send_anonymous(posted("/language", "a=b", &[("language", "en"), ("back", "//evil")])).await;
    assert_eq!(away.header("location"), "/");
    for code in ["en-XA", "zh-CN"] {
        let answer = app.send_anonymous(posted("/language", "a=b", &[("language", code)])).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{code}");
    }
}

#[tokio::test]
async fn language_of_the_account_outranks_the_browser() {
    let app = TestApp::start().await;
    let session = app.session("mei", Role::Reader).await;
    let form = [("language", "zh-Hant"), ("back", "/account")];
    let chosen = app.send_anonymous(posted("/account/language", &session, &form)).await;
    assert_eq!((chosen.status, chosen.header("location")), (StatusCode::SEE_OTHER, "/account"));
    assert!(chosen.header("set-cookie").contains("latchkey_language=zh-Hant;"));
    let both = format!("{session}; latchkey_language=en");
    let account = page(&app, "/account", "en", &both).await;
    assert!(account.body.contains(CHINESE), "{}", account.body);
    let again = app.send_anonymous(posted("/account/language", &session, &[("language", "")])).await;
    assert!(again.header("set-cookie").contains("latchkey_language=; Path=/; Max-Age=0"));
    assert!(page(&app, "/account", "en", &session).await.body.contains(ENGLISH));
}

#[tokio::test]
async fn api_answers_in_english_whatever_the_language() {
    let app = TestApp::start().await;
    let answer = page(&app, "/api/v1/secrets", "zh-TW", "latchkey_language=zh-Hant").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.body.is_ascii(), "{}", answer.body);
    assert!(answer.headers.get(header::CONTENT_LANGUAGE).is_none());
}

/// The pages whose texts are all in the catalogue. The list only grows.
const CONVERTED: [&str; 39] = [
    "/sign-in",
    "/setup?token=x",
    "/nowhere",
    "/account",
    "/users?q=pseudo",
    "/users?q=nobody-such",
    "/users/new",
    "/users/pseudo",
    "/users/pseudo/role?role=editor",
    "/users/pseudo/disable",
    "/users/pseudo/end-sessions",
    "/users/pseudo/password-link",
    "/tokens",
    "/tokens/new",
    "/images?q=nothing-such",
    "/images/new",
    "/datasets/new",
    "/secrets/deleted?after=1~00000000-0000-0000-0000-000000000000",
    "/secrets/image-pseudo/check",
    "/secrets/image-pseudo/key",
    "/secrets/gitsync-secret-pseudo-key/check",
    "/secrets/gitsync-secret-pseudo-key/key",
    "/secrets/gitsync-secret-pseudo-key/key/generate",
    "/secrets/gitsync-secret-pseudo-key/key/switch",
    "/secrets/gitsync-secret-pseudo-key/key/discard",
    "/secrets/selected/delete",
    "/secrets/selected/delete?id=image-pseudo&id=gitsync-secret-pseudo-key",
    "/secrets/selected/manifests?id=image-pseudo&id=image-gone",
    "/audit?object=nothing-such",
    "/secrets/import",
    "/help",
    "/help/docker-hub",
    "/help/ghcr",
    "/help/gitlab",
    "/help/registries",
    "/help/github-deploy-key",
    "/help/gitlab-deploy-key",
    "/help/import",
    "/help/values",
];

/// Names that are the same in every language.
const NAMES: [&str; 20] = [
    "Latchkey",
    "English",
    "繁體中文",
    "pseudo",
    "pseudo-admin",
    "pseudo-key",
    "tests",
    "ghcr.io",
    "Ed25519",
    "kubectl apply",
    "latchkey secret manifest image-pseudo",
    "pseudo-key@latchkey",
    "Docker Hub",
    "GitHub Container Registry",
    "GitLab",
    "Quay",
    "Amazon ECR",
    "Google Artifact Registry",
    "Azure Container Registry",
    "{&quot;auths&quot;: {&quot;ghcr.io&quot;: {&quot;auth&quot;: &quot;…&quot;}}}",
];

/// Returns the texts of a page that are in no brackets.
fn unbracketed(html: &str) -> Vec<String> {
    let body = html.split_once("<body").map_or("", |(_, body)| body);
    // The documents of docs/, which are in English for everybody.
    let (before, english) = body.split_once("<div lang=\"en\">").unwrap_or((body, ""));
    let body = format!("{before}{}", english.split_once("</div>").map_or("", |(_, after)| after));
    let (mut depth, mut outside, mut rest) = (0_u32, String::new(), body.as_str());
    while let Some((before, tag)) = rest.split_once('<') {
        let (name, text) = before.split_once('>').unwrap_or(("", before));
        // The names of secrets, the script that hydrates, and commands.
        let skipped = ["option ", "script", "code"].iter().any(|tag| name.starts_with(tag));
        for letter in text.chars().filter(|_| !skipped) {
            match letter {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                letter if depth == 0 => outside.push(letter),
                _ => {}
            }
        }
        outside.push('\n');
        rest = tag;
    }
    let attributes = [" aria-label=\"", " placeholder=\""]
        .into_iter()
        .flat_map(|attribute| body.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()));
    let lines = outside.lines().chain(attributes).map(str::trim);
    lines
        .filter(|line| {
            !line.starts_with('[') && line.chars().filter(|letter| letter.is_alphabetic()).count() > 1
        })
        .filter(|line| !NAMES.contains(line) && !line.starts_with("SHA256:"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn pages_of_the_catalogue_have_no_text_outside_it() {
    let mut app = TestApp::start().await;
    app.offer_pseudo_language();
    app.session("pseudo", Role::Reader).await;
    app.add_image("pseudo", "pw").await;
    let key = [("name", "pseudo-key"), ("type", "git-dataset"), ("generate", "ed25519")];
    app.post("/secrets/new", &key).await;
    app.post("/secrets/gitsync-secret-pseudo-key/key/generate", &[("generate", "ed25519")]).await;
    let admin = app.session("pseudo-admin", Role::Admin).await;
    for path in CONVERTED {
        let cookie =
            if path.starts_with("/sign-in") || path.starts_with("/setup") { "a=b" } else { admin.as_str() };
        let page = page(&app, path, "en-XA", cookie).await;
        assert!(page.body.contains("<html lang=\"en-XA\""), "{path}: {}", page.body);
        assert_eq!(unbracketed(&page.body), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn unbracketed_finds_text_between_tags_and_in_labels() {
    let html = "<html><body><div lang=\"en\"><p>Manual</p></div><p>[Ašk <b>ana</b> ñow] then</p><a aria-label=\"Menu\" href=\"/a\">[x]</a>Latchkey</body>";
    assert_eq!(unbracketed(html), ["then", "Menu"]);
}
