//! Several secrets at once, from the boxes of the list to the results.

use crate::harness::{PASSWORD, TestApp, asked, posted, unique};
use axum::http::{HeaderValue, StatusCode, header};
use domain::access::{Role, TokenScope};
use domain::secret::SecretId;

/// Adds two secrets whose names begin with `start`, and returns them with the query that selects both.
async fn two(app: &TestApp, start: &str) -> ([String; 2], String) {
    let word = unique(start);
    let names = [format!("{word}-a"), format!("{word}-b")];
    for name in &names {
        assert_eq!(app.add_image(name, "SENTINEL").await.status, StatusCode::SEE_OTHER);
    }
    let query = format!("id=image-{}&id=image-{}", names[0], names[1]);
    (names, query)
}

/// Adds an account at a host where nothing listens.
async fn add_unreachable(app: &TestApp, name: &str) {
    let fields = [
        ("name", name),
        ("type", "image-pull"),
        ("registry_host", "127.0.0.1:9"),
        ("username", "robot"),
        ("password", "SENTINEL"),
        ("allow_duplicate", "on"),
    ];
    assert_eq!(app.post("/secrets/new", &fields).await.status, StatusCode::SEE_OTHER);
}

async fn is_there(app: &TestApp, name: &str) -> bool {
    app.get(&format!("/secrets/image-{name}")).await.status == StatusCode::OK
}

#[tokio::test]
async fn list_has_a_box_per_row_and_a_link_that_ticks_all() {
    let app = TestApp::start().await;
    let ([a, b], _) = two(&app, "boxes").await;
    let word = a.trim_end_matches("-a");
    let list = app.get(&format!("/secrets?q={word}&sort=name")).await.body;
    for (row, name) in [&a, &b].into_iter().enumerate() {
        assert!(list.contains(&format!("value=image-{name} aria-labelledby=\"s r{row}\"")), "{list}");
        assert!(
            list.contains(&format!("<p id=r{row}><a href=")) && list.contains(&format!(">{name}</a>")),
            "{list}"
        );
    }
    assert!(list.contains("<span id=\"s\">Select</span>"));
    let all = format!("/secrets?q={word}&amp;sort=name&amp;select=all");
    assert!(list.contains(&all), "{list}");
    assert!(!list.contains(" checked"));
    let checked = app.get(&format!("/secrets?q={word}&sort=name&select=all")).await.body;
    assert_eq!(checked.matches(" checked").count(), 3, "each row's, and that of the heading");
    assert!(checked.contains("formaction=\"/secrets/selected/delete\""));
    // Readers may export with a token of their own, and nothing else.
    let reader = app.session("selecting-reader", Role::Reader).await;
    let list = app.send_anonymous(crate::harness::asked(&format!("/secrets?q={word}"), &reader)).await.body;
    assert!(list.contains("/secrets/selected/manifests") && !list.contains("/secrets/selected/delete"));
}

#[tokio::test]
async fn selection_is_deleted_after_one_confirmation() {
    let app = TestApp::start().await;
    let ([a, b], query) = two(&app, "doomed").await;
    let address = format!("/secrets/selected/delete?{query}&list=q%3Ddoomed");
    let page = app.get(&address).await;
    assert_eq!(page.status, StatusCode::OK);
    for present in [
        "<b>2 secrets</b>",
        &a,
        &b,
        "Deleted secrets can be restored for 30 days.",
        "href=\"/secrets?q=doomed\"",
    ] {
        assert!(page.body.contains(present), "{present}: {}", page.body);
    }
    assert!(!page.body.contains("name=\"confirmation\""), "nobody uses them");
    assert!(is_there(&app, &a).await, "looking at the question changes nothing");
    let done = app.post(&address, &[]).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/secrets?q=doomed"));
    assert!(done.header("set-cookie").starts_with("latchkey_notice=several-deleted~"));
    assert!(!is_there(&app, &a).await && !is_there(&app, &b).await);
    assert_eq!(app.post(&address, &[]).await.status, StatusCode::SEE_OTHER, "pressed twice");
    assert_eq!(app.get(&address).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn used_secrets_are_deleted_only_after_typed_confirmation() {
    let app = TestApp::start().await;
    let ([a, b], query) = two(&app, "used").await;
    let image = unique("app");
    let fields = [("name", image.as_str()), ("image", "ghcr.io/app"), ("pull_secret", &format!("image-{b}"))];
    assert_eq!(app.post("/images/new", &fields).await.status, StatusCode::SEE_OTHER);
    let address = format!("/secrets/selected/delete?{query}");
    let page = app.get(&address).await.body;
    for present in ["One of them is in use.", "used by 1 image: ", &image, "<code>delete 2 secrets</code>"] {
        assert!(page.contains(present), "{present}: {page}");
    }
    for typed in [&[][..], &[("confirmation", "delete")]] {
        let refused = app.post(&address, typed).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for present in ["id=\"confirmation-error\"", "href=\"#confirmation\"", "<b>2 secrets</b>"] {
            assert!(refused.body.contains(present), "{present}: {}", refused.body);
        }
        assert!(is_there(&app, &a).await && is_there(&app, &b).await);
    }
    let done = app.post(&address, &[("confirmation", "delete 2 secrets")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert!(!is_there(&app, &a).await && !is_there(&app, &b).await);
}

#[tokio::test]
async fn selection_is_tested_with_a_result_for_each() {
    let app = TestApp::start().await;
    let word = unique("tested");
    for name in ["a", "b"] {
        add_unreachable(&app, &format!("{word}-{name}")).await;
    }
    let fields = [
        ("list", "q=tested".to_owned()),
        ("id", format!("image-{word}-a")),
        ("id", format!("image-{word}-b")),
        ("id", "image-gone".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let page = app.post("/secrets/selected/check", &fields).await;
    assert_eq!(page.status, StatusCode::OK);
    for present in [
        ">2 unreachable, 1 not tested<",
        "This secret does not exist. It may have been deleted.",
        "href=\"/secrets?q=tested\"",
        &format!("href=\"/secrets/image-{word}-a?list=q%3Dtested\""),
    ] {
        assert!(page.body.contains(present), "{present}: {}", page.body);
    }
    assert!(!page.body.contains("SENTINEL"));
    let one = app.get(&format!("/secrets/image-{word}-a/check")).await.body;
    assert!(one.contains("Unreachable"), "what a test came to is kept: {one}");
}

#[tokio::test]
async fn script_gets_each_result_in_a_line_of_its_own() {
    let app = TestApp::start().await;
    let [a, b] = ["a", "b"].map(|name| format!("{}-{name}", unique("watched")));
    for name in [&a, &b] {
        add_unreachable(&app, name).await;
    }
    let cookie = app.session(&unique("watches"), Role::Editor).await;
    let ask = async |fields: &[(&str, &str)]| {
        let mut request = posted("/secrets/selected/check", &cookie, fields);
        for (name, value) in [(header::ACCEPT, "application/x-ndjson"), (header::ACCEPT_ENCODING, "br, gzip")]
        {
            request.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        app.send_anonymous(request).await
    };
    let ids = [format!("image-{a}"), format!("image-{b}"), "image-gone".to_owned()];
    let fields: Vec<(&str, &str)> =
        [("list", "q=watched")].into_iter().chain(ids.iter().map(|id| ("id", id.as_str()))).collect();
    let answer = ask(&fields).await;
    assert_eq!(
        (answer.status, answer.header("content-type"), answer.header("content-encoding")),
        (StatusCode::OK, "application/x-ndjson", ""),
        "{}",
        answer.body
    );
    let lines: Vec<serde_json::Value> =
        answer.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [first, results @ .., last] = lines.as_slice() else { panic!("{}", answer.body) };
    let text = |line: &serde_json::Value, member: &str| line[member].as_str().unwrap_or_default().to_owned();
    assert_eq!(text(first, "title"), "Test results · Latchkey");
    assert_eq!(text(first, "address"), "/secrets/selected/check?list=q%3Dwatched");
    let page = text(first, "page");
    for present in
        ["0 of 3 tested", "data-stop-tests", "Test the remaining secrets", "href=\"/secrets?q=watched\""]
    {
        assert!(page.contains(present), "{present}: {page}");
    }
    assert_eq!(page.matches("Not tested yet.").count(), 3, "{page}");
    let shown: Vec<String> = results.iter().map(|line| text(line, "progress")).collect();
    assert_eq!(shown, ["1 of 3 tested", "2 of 3 tested", "3 of 3 tested"]);
    for id in &ids {
        let line = results.iter().find(|line| text(line, "id") == format!("tested-{id}")).unwrap();
        assert!(text(line, "row").starts_with(&format!("<tr id=\"tested-{id}\"")), "{line}");
        assert!(page.contains(&format!("id=\"tested-{id}\"")), "{page}");
    }
    let page = text(last, "page");
    assert!(page.contains("2 unreachable, 1 not tested") && !page.contains("data-stop-tests"), "{page}");
    assert!(!answer.body.contains("SENTINEL"));
    // Whatever cannot begin is a page, which the form then shows.
    let nothing = ask(&[("list", "q=watched")]).await;
    assert_eq!(
        (nothing.status, nothing.header("content-type")),
        (StatusCode::BAD_REQUEST, "text/html; charset=utf-8")
    );
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
async fn manifests_of_a_selection_require_a_token() {
    let app = TestApp::start().await;
    let ([a, b], query) = two(&app, "exported").await;
    let git = unique("exported-key");
    let key = [
        ("name", git.as_str()),
        ("type", "git-dataset"),
        ("secret", crate::harness::KEY),
        ("allow_duplicate", "on"),
    ];
    assert_eq!(app.post("/secrets/new", &key).await.status, StatusCode::SEE_OTHER);
    let address = format!("/secrets/selected/manifests?{query}&id=gitsync-secret-{git}");
    let page = app.get(&address).await;
    assert_eq!(page.status, StatusCode::OK);
    for present in [
        "id=\"git_shape\"",
        "id=\"image_shape\"",
        "value=\"dockerconfigjson\" selected",
        "3 Kubernetes Secrets",
    ] {
        assert!(page.body.contains(present), "{present}: {}", page.body);
    }
    assert!(!page.body.contains("SENTINEL") && !page.body.contains("value=\"raw\""));
    let only_images = app.get(&format!("/secrets/selected/manifests?{query}")).await.body;
    assert!(!only_images.contains("id=\"git_shape\""));

    let good = app.token(TokenScope::ReadValues, |_| ()).await;
    let metadata = app.token(TokenScope::ReadMetadata, |_| ()).await;
    let restricted = app.token(TokenScope::ReadValues, |draft| draft.prefix = a.clone()).await;
    let typed = |token: &str, more: &[(&'static str, &'static str)]| {
        let mut fields = vec![("namespace", "team-a"), ("format", "yaml")];
        fields.retain(|(key, _)| !more.iter().any(|(other, _)| key == other));
        fields.extend(more);
        let mut fields: Vec<(&str, String)> =
            fields.into_iter().map(|(key, value)| (key, value.to_owned())).collect();
        fields.push(("token", token.to_owned()));
        fields.push(("current_password", PASSWORD.to_owned()));
        fields
    };
    let cookie = app.session_with_password(&unique("exporter"), Role::Reader).await;
    let send = async |fields: Vec<(&str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
        app.send_anonymous(posted(&address, &cookie, &fields)).await
    };
    // A stolen session together with a stolen token reads no values.
    let asked = app.send_anonymous(asked(&address, &cookie)).await.body;
    assert!(asked.contains("id=\"current_password\""), "{asked}");
    for (password, said) in
        [("", "Enter your current password."), ("guess", "This is not your current password.")]
    {
        let mut fields = typed(&good, &[]);
        fields.retain(|(key, _)| *key != "current_password");
        fields.push(("current_password", password.to_owned()));
        let refused = send(fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains(said) && !refused.body.contains("U0VOVElORUw="), "{}", refused.body);
        assert!(refused.body.contains("id=\"current_password-error\""), "{}", refused.body);
    }
    let refusals = [
        (typed("", &[]), StatusCode::UNPROCESSABLE_ENTITY, "token", "Paste an API token"),
        (typed("latchkey_x_y", &[]), StatusCode::UNPROCESSABLE_ENTITY, "token", "Invalid token."),
        (typed(&metadata, &[]), StatusCode::FORBIDDEN, "token", "can't read the values"),
        (typed(&restricted, &[]), StatusCode::FORBIDDEN, "token", "can't read the values"),
        (
            typed(&good, &[("namespace", "Team A")]),
            StatusCode::UNPROCESSABLE_ENTITY,
            "namespace",
            "A namespace has",
        ),
        (
            typed(&good, &[("git_shape", "argocd")]),
            StatusCode::UNPROCESSABLE_ENTITY,
            "git_shape",
            "none is known for",
        ),
    ];
    for (fields, status, field, words) in refusals {
        let token = fields.last().unwrap().1.clone();
        let answer = send(fields).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(
            answer.body.contains(&format!("id=\"{field}-error\"")) && answer.body.contains(words),
            "{words}: {}",
            answer.body
        );
        assert!(token.is_empty() || !answer.body.contains(&token), "the token is not sent back");
        // In base64, too, as manifests have it.
        for value in ["SENTINEL", "U0VOVElORUw=", "kind: Secret"] {
            assert!(!answer.body.contains(value), "{value}");
        }
    }
    let kept = send(typed(&metadata, &[("format", "json")])).await.body;
    assert!(kept.contains("value=\"team-a\"") && kept.contains("value=\"json\" selected"), "{kept}");

    let yaml = send(typed(&format!(" {good}\n"), &[])).await;
    assert_eq!(yaml.status, StatusCode::OK);
    assert_eq!(yaml.header("content-disposition"), "attachment; filename=\"latchkey-secrets.yaml\"");
    assert_eq!((yaml.header("content-type"), yaml.header("cache-control")), ("application/yaml", "no-store"));
    assert_eq!(yaml.body.matches("kind: Secret").count(), 3);
    assert_eq!(yaml.body.matches("namespace: \"team-a\"").count(), 3);
    let json = send(typed(&good, &[("format", "json"), ("image_shape", "username-password")])).await;
    let list: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    assert_eq!(list["items"][1]["metadata"]["name"], format!("image-{a}"));
    assert_eq!(list["items"][1]["data"]["password"], "U0VOVElORUw=");
    // The token that read the values is a consumer.
    let id = SecretId::parse(&format!("image-{b}")).unwrap();
    let ctx = backend::Ctx::system("test", server::clock::now());
    assert_eq!(app.backend.usages().of_secret(&ctx, &id).await.unwrap().reader_count, 1);
}

#[tokio::test]
async fn empty_or_invalid_selection_changes_nothing() {
    let app = TestApp::start().await;
    for query in ["", "id=", "id=x", "id=image-a&id=../b"] {
        for page in ["delete", "manifests"] {
            let address = format!("/secrets/selected/{page}?{query}&list=q%3Da");
            let answer = app.get(&address).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{address}");
            assert!(
                answer.body.contains("Nothing selected") && answer.body.contains("href=\"/secrets?q=a\"")
            );
            assert_eq!(
                app.post(&address, &[("token", "x")]).await.status,
                StatusCode::BAD_REQUEST,
                "{address}"
            );
        }
    }
    for fields in [&[][..], &[("id", "x")], &[("id", "image-a"), ("all", "on")]] {
        let answer = app.post("/secrets/selected/check", fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.body.contains("Nothing selected"), "{}", answer.body);
    }
    let many = (0..=100).map(|number| format!("id=image-{number}")).collect::<Vec<_>>().join("&");
    let answer = app.get(&format!("/secrets/selected/delete?{many}")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.contains("at most 100"));
}

#[tokio::test]
async fn selection_is_kept_through_signing_in_again() {
    let app = TestApp::start().await;
    let query = "id=image-a&id=image-b&list=q%3Da";
    for page in ["delete", "manifests"] {
        let address = format!("/secrets/selected/{page}?{query}");
        let answer = app.send_anonymous(crate::harness::posted(&address, "latchkey_theme=dark", &[])).await;
        let back = format!("/sign-in?next={}", domain::percent::encode(&address));
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, back.as_str()));
    }
    let fields = [("id", "image-a"), ("list", "q=a")];
    let check = "/secrets/selected/check";
    let browser = app.browser("admin").await;
    let answer = app.send_anonymous(crate::harness::posted(check, &browser, &fields)).await;
    assert_eq!(answer.header("location"), "/sign-in?next=%2Fsecrets%3Fq%3Da");
    // Nobody has signed in with this browser, and nothing that it sends is read.
    let answer = app.send_anonymous(crate::harness::posted(check, "latchkey_theme=dark", &fields)).await;
    assert_eq!(answer.header("location"), "/sign-in?next=%2Fsecrets");
    let back = app.get("/secrets/selected/check?list=q%3Da").await;
    assert_eq!((back.status, back.header("location")), (StatusCode::SEE_OTHER, "/secrets?q=a"));
    // An address that no proxy would forward.
    let long: String = "&id=image-a".repeat(300);
    let answer =
        app.send_anonymous(crate::harness::asked(&format!("/secrets/selected/delete?{long}"), "")).await;
    assert_eq!(answer.header("location"), "/sign-in?next=%2F");
}

#[tokio::test]
async fn secrets_gone_meanwhile_are_reported_and_not_counted() {
    let app = TestApp::start().await;
    let ([a, b], query) = two(&app, "gone").await;
    let address = format!("/secrets/selected/delete?{query}&id=image-gone");
    let page = app.get(&address).await.body;
    assert!(page.contains("<b>2 secrets</b>") && page.contains("One of the secrets you selected"), "{page}");
    let export = app.get(&format!("/secrets/selected/manifests?{query}&id=image-gone&list=q%3Da")).await.body;
    let without = format!("/secrets/selected/manifests?id=image-{a}&amp;id=image-{b}&amp;list=q%3Da");
    assert!(export.contains(&without), "{export}");
    assert_eq!(app.post(&format!("/secrets/image-{b}/delete"), &[]).await.status, StatusCode::SEE_OTHER);
    let one = app.get(&address).await.body;
    assert!(one.contains("Are you sure to delete this secret?"), "{one}");
}
