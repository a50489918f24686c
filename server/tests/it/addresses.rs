//! Addresses: those of forms lead to pages, and links between the pages of a secret keep the list's filters.

use crate::harness::{TestApp, posted, unique};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use server::routes::Audience;
use std::collections::BTreeSet;

/// The only form that no person sends: the provider does.
const OF_MACHINES: [&str; 1] = ["/sign-in/single-sign-on/logout"];

/// Adds a channel and returns its id.
async fn add_channel(app: &TestApp, name: &str) -> String {
    let form = [("name", name), ("preset", "slack"), ("url", "http://127.0.0.1:9/hook")];
    let added = app.add_channel(&form).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    let list = app.get("/notifications").await.body;
    let before = list.split(name).next().unwrap();
    before.rsplit("/notifications/channels/").next().unwrap().split(['"', '/']).next().unwrap().to_owned()
}

#[tokio::test]
async fn addresses_of_forms_lead_to_a_page_when_loaded_again() {
    let app = TestApp::start().await;
    let name = unique("loaded");
    app.add_image(&name, "pw").await;
    let channel = add_channel(&app, &name).await;
    let mut redirects = Vec::new();
    for (path, audience) in app.routes() {
        if !matches!(audience, Audience::SignedIn | Audience::Anybody) || OF_MACHINES.contains(&path.as_str())
        {
            continue;
        }
        let address = path
            .replace("/secrets/{id}", &format!("/secrets/image-{name}"))
            .replace("/notifications/channels/{id}", &format!("/notifications/channels/{channel}"))
            .replace("{id}", "00000000-0000-0000-0000-000000000000")
            .replace("{name}", "admin")
            .replace("{topic}", "ghcr");
        let answer = app.get(&address).await;
        assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        if answer.status == StatusCode::SEE_OTHER && !path.contains("single-sign-on") {
            let next = answer.header("location").to_owned();
            // An expired import says so.
            if path != "/secrets/import/{id}/discard" {
                assert_eq!(app.get(&next).await.status, StatusCode::OK, "{path}: {next}");
            }
            redirects.push(path);
        }
    }
    for path in ["/account/password", "/secrets/{id}/known-hosts", "/overview/key-backed-up", "/theme"] {
        assert!(redirects.iter().any(|redirected| redirected == path), "{path}");
    }
    let known_hosts = app.get(&format!("/secrets/image-{name}/known-hosts?list=q%3Dx")).await;
    assert_eq!(known_hosts.header("location"), format!("/secrets/image-{name}?list=q%3Dx"));
}

#[tokio::test]
async fn language_switch_on_a_rejected_password_leads_back_to_the_account() {
    let app = TestApp::start().await;
    let cookie = app.session(&unique("mei"), domain::access::Role::Reader).await;
    let form = [("current_password", "a"), ("password", "b"), ("repeat_password", "c")];
    let rejected = app.send_anonymous(posted("/account/password", &cookie, &form)).await;
    assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY);
    let languages = &rejected.body[rejected.body.find("class=\"languages\"").unwrap()..];
    let back = &languages[languages.find("value=\"").unwrap() + 7..];
    let back = &back[..back.find('"').unwrap()];
    let form = [("language", "zh-Hant"), ("back", back)];
    let chosen = app.send_anonymous(posted("/account/language", &cookie, &form)).await;
    let request = |path: &str| {
        Request::get(path)
            .header(header::COOKIE, &cookie)
            .header(header::ACCEPT, "text/html")
            .body(Body::empty())
            .unwrap()
    };
    let there = app.send_anonymous(request(chosen.header("location"))).await;
    assert_eq!((there.status, there.header("location")), (StatusCode::SEE_OTHER, "/account"));
    assert_eq!(app.send_anonymous(request("/account")).await.status, StatusCode::OK);
}

/// Returns the values of an attribute, without fragments.
fn values(html: &str, attribute: &str) -> Vec<String> {
    let before = format!(" {attribute}=\"");
    let values = html.split(&before).skip(1).filter_map(|rest| rest.split('"').next());
    values.map(|value| value.split('#').next().unwrap_or_default().replace("&amp;", "&")).collect()
}

#[tokio::test]
async fn links_between_pages_of_a_secret_keep_the_filters_of_the_list() {
    const LIST: &str = "list=q%3Dx%26size%3D10";
    let app = TestApp::start().await;
    let name = unique("walked");
    let key = [("name", name.as_str()), ("type", "git-dataset"), ("generate", "ed25519")];
    let added = app.post(&format!("/secrets/new?{LIST}"), &key).await;
    let own = format!("/secrets/gitsync-secret-{name}");
    assert_eq!(added.header("location"), format!("{own}/key?{LIST}"));
    let made = app.post(&format!("{own}/key/generate?{LIST}"), &[("generate", "ed25519")]).await;
    assert_eq!(made.header("location"), format!("{own}/key?{LIST}"));
    let (mut seen, mut next) = (BTreeSet::new(), vec![format!("{own}?{LIST}")]);
    while let Some(address) = next.pop() {
        if !seen.insert(address.clone()) {
            continue;
        }
        let page = app.get(&address).await;
        assert!([StatusCode::OK, StatusCode::SEE_OTHER].contains(&page.status), "{address}: {}", page.status);
        let Some(from) = page.body.find("<main") else { continue };
        let main = &page.body[from..page.body.find("</main>").unwrap()];
        for form in main.split("<form").skip(1) {
            let tag = form.split('>').next().unwrap();
            let fields = form.split("</form>").next().unwrap();
            if tag.contains("method=\"get\"") {
                assert!(fields.contains("name=\"list\""), "{address}: {tag}");
            }
        }
        for link in values(main, "href").into_iter().chain(values(main, "action")) {
            let of_secret =
                link == own || link.starts_with(&format!("{own}/")) || link.starts_with(&format!("{own}?"));
            if of_secret && !link.contains(".pub") {
                assert!(link.contains(LIST), "{address} leads to {link}");
                next.push(link);
            } else {
                assert_ne!(link, "/secrets", "{address}");
            }
        }
    }
    let pages = ["edit?from=secret&", "check?from=secret&", "delete?from=secret&", "key?", "key/switch?"];
    for page in pages {
        assert!(seen.iter().any(|address| address.contains(&format!("/{page}{LIST}"))), "{page}: {seen:?}");
    }
}
