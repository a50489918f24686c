//! Flashes about what was just done, and the button that undoes a deletion.

use crate::harness::{Answer, TestApp, unique};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

/// Returns the page to which this answer redirects, with the flash that the answer leaves in a cookie.
async fn followed(app: &TestApp, answer: &Answer) -> Answer {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let lines = answer.headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap());
    let flash =
        lines.filter_map(|line| line.split(';').next()).find(|line| line.starts_with("latchkey_notice="));
    let request = Request::get(answer.header("location"))
        .header(header::ACCEPT, "text/html")
        .header(header::COOKIE, flash.unwrap())
        .body(Body::empty());
    app.send(request.unwrap()).await
}

/// Returns the flash of a page, and the fields of its form.
fn flash(page: &Answer) -> (String, Vec<(String, String)>) {
    let from = page.body.find("class=\"notice\"").unwrap_or_else(|| panic!("no flash: {}", page.body));
    let flash = page.body[from..].split("</div>").next().unwrap();
    let fields = flash.split("<input").skip(1).map(|field| {
        let value =
            |name: &str| field.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap();
        (value("name").to_owned(), value("value").replace("&amp;", "&"))
    });
    (flash.to_owned(), fields.collect())
}

#[tokio::test]
async fn undo_in_flash_of_deletion_restores_secrets_and_returns_to_the_page() {
    let app = TestApp::start().await;
    let name = unique("undone");
    let (one, two) = (format!("{name}-1"), format!("{name}-2"));
    for name in [&one, &two] {
        app.add_image(name, "pw").await;
    }
    let list = format!("/secrets?q={name}&size=10");
    let query = format!("list=q%3D{name}%26size%3D10");
    let deletions = [
        (format!("/secrets/image-{one}/delete?{query}"), "Secret deleted: <b>", "Secret restored: <a href"),
        (
            format!("/secrets/selected/delete?id=image-{one}&id=image-{two}&{query}"),
            "2 secrets deleted.",
            "2 secrets restored.",
        ),
    ];
    for (address, deleted, restored) in deletions {
        let answer = app.post(&address, &[]).await;
        let page = followed(&app, &answer).await;
        let (html, fields) = flash(&page);
        assert!(html.contains(deleted) && html.contains("<button>Undo</button>"), "{html}");
        assert!(html.contains("action=\"/secrets/deleted/restore\""), "{html}");
        let fields: Vec<_> = fields.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let answer = app.post("/secrets/deleted/restore", &fields).await;
        assert_eq!(answer.header("location"), list);
        let page = followed(&app, &answer).await;
        let (html, _) = flash(&page);
        assert!(html.contains(restored) && !html.contains("Undo"), "{html}");
        for name in [&one, &two] {
            assert_eq!(app.get(&format!("/secrets/image-{name}")).await.status, StatusCode::OK);
        }
        // The same button once more: nothing of that deletion is left.
        let again = app.post("/secrets/deleted/restore", &fields).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn undo_rejects_other_bodies_and_leads_to_no_other_site() {
    let app = TestApp::start().await;
    let name = unique("away");
    app.add_image(&name, "pw").await;
    for fields in [&[][..], &[("at", "x")], &[("at", "-1")]] {
        assert_eq!(app.post("/secrets/deleted/restore", fields).await.status, StatusCode::BAD_REQUEST);
    }
    let answer = app.post(&format!("/secrets/image-{name}/delete"), &[]).await;
    let (_, fields) = flash(&followed(&app, &answer).await);
    let at = fields.iter().find(|(key, _)| key == "at").unwrap().1.clone();
    let answer = app.post("/secrets/deleted/restore", &[("at", &at), ("back", "//evil.example")]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/"));
}
