//! Questions before what cannot be undone: a page asks, and only its form does it.

use crate::harness::{TestApp, asked, posted, unique};
use axum::http::StatusCode;
use backend::Ctx;
use domain::access::Role;
use server::clock;

fn ctx() -> Ctx {
    Ctx::system("test", clock::now())
}

#[tokio::test]
async fn questions_about_users_change_nothing_and_name_the_consequence() {
    let app = TestApp::start().await;
    let name = unique("asked");
    let cookie = app.session(&name, Role::Editor).await;
    let user = format!("/users/{name}");
    for (question, consequence) in [
        ("role?role=reader", "All sessions end"),
        ("disable", "their API tokens stop working"),
        ("end-sessions", "They have to sign in again"),
        ("password-link", "The next page shows the link, once."),
    ] {
        let page = app.get(&format!("{user}/{question}")).await;
        assert_eq!(page.status, StatusCode::OK, "{question}");
        assert!(page.body.contains(consequence), "{question}: {}", page.body);
        assert!(!page.body.contains("This is you."), "{question}");
        let action = format!("action=\"{user}/{}\"", question.split('?').next().unwrap());
        assert!(page.body.contains(&action) && page.body.contains("Cancel"), "{question}");
    }
    let kept = app.backend.users().get(&ctx(), &name).await.unwrap();
    assert_eq!((kept.role, kept.disabled, kept.sessions), (Role::Editor, false, 1));
    assert_eq!(app.send_anonymous(asked("/account", &cookie)).await.status, StatusCode::OK);

    // The page of a user has no form of its own for any of these.
    let page = app.get(&user).await.body;
    for action in ["disable", "end-sessions", "password-link"] {
        assert!(page.contains(&format!("href=\"{user}/{action}\"")), "{action}");
        assert!(!page.contains(&format!("action=\"{user}/{action}\"")), "{action}");
    }
    assert!(page.contains(&format!("method=\"get\" action=\"{user}/role\"")), "{page}");

    let same = app.get(&format!("{user}/role?role=editor")).await.body;
    assert!(same.contains("has the role Editor already"), "{same}");
    assert_eq!(app.get("/users/nobody-of-this-name/disable").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn questions_about_oneself_say_so() {
    let app = TestApp::start().await;
    let name = unique("self");
    let cookie = app.session(&name, Role::Admin).await;
    let user = format!("/users/{name}");
    for question in ["role?role=reader", "disable", "end-sessions", "password-link"] {
        let page = app.send_anonymous(asked(&format!("{user}/{question}"), &cookie)).await;
        assert_eq!(page.status, StatusCode::OK, "{question}");
        for shown in ["This is you.", "You are signed out at once"] {
            assert!(page.body.contains(shown), "{question}: {}", page.body);
        }
    }
    assert!(app.send_anonymous(asked(&user, &cookie)).await.body.contains("This is you."));
}

#[tokio::test]
async fn question_about_a_session_names_its_device_and_is_for_its_owner_alone() {
    let app = TestApp::start().await;
    let name = unique("sessions");
    let (cookie, other) = (app.session(&name, Role::Reader).await, app.session(&name, Role::Reader).await);
    let account = app.send_anonymous(asked("/account", &cookie)).await.body;
    let start = account.find("href=\"/account/sessions/").unwrap() + "href=\"".len();
    let address: String = account[start..].chars().take_while(|c| *c != '"').collect();
    let page = app.send_anonymous(asked(&address, &cookie)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("End the session on ") && page.body.contains("tests"), "{}", page.body);
    assert_eq!(app.get(&address).await.status, StatusCode::NOT_FOUND, "it is another person's");
    assert_eq!(app.send_anonymous(asked("/account", &other)).await.status, StatusCode::OK);
    let ended = app.send_anonymous(posted(&address, &cookie, &[])).await;
    assert_eq!(ended.header("location"), "/account");
    assert_eq!(app.send_anonymous(asked("/account", &other)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn questions_about_a_key_change_nothing_and_say_what_its_test_came_to() {
    let app = TestApp::start().await;
    let name = unique("key-asked");
    // Nothing listens at this port.
    let repository = ("repository", "ssh://git@127.0.0.1:1/group/app.git");
    let fields = [("name", name.as_str()), ("type", "git-dataset"), ("generate", "ed25519"), repository];
    let made = app.post("/secrets/new", &fields).await;
    let base = made.header("location").to_owned();
    let none = app.get(&format!("{base}/switch")).await;
    assert!(none.body.contains("No new key waits any more"), "{}", none.body);
    app.post(&format!("{base}/generate"), &[("generate", "ed25519")]).await;
    let new = app.get(&format!("{base}/new.pub")).await.body;
    let value_of = |body: &str, name: &str| -> String {
        let field = format!("name=\"{name}\" value=\"");
        let start = body.find(&field).map(|at| at + field.len()).unwrap();
        body[start..].chars().take_while(|c| *c != '"').collect()
    };
    let fingerprint = value_of(&app.get(&base).await.body, "fingerprint");
    let tested = app.post(&format!("{base}/check"), &[("fingerprint", &fingerprint)]).await.body;
    let ticket = value_of(&tested, "tested");
    assert!(ticket.contains("~connection-refused~"), "{ticket}");
    let with_ticket = format!("switch?tested={ticket}");
    for (question, said) in [
        ("switch", "was not tested just now"),
        (&with_ticket, "did not open anything"),
        (&with_ticket, "Unreachable"),
        // An address that somebody has made up claims no test.
        ("switch?tested=repository-read", "was not tested just now"),
        (&with_ticket.replace("connection-refused", "repository-read"), "was not tested just now"),
        ("switch?tested=SENTINEL", "was not tested just now"),
        ("discard", "Its private half is deleted at once"),
        ("generate?generate=rsa-4096", "value=\"rsa-4096\""),
        ("generate", "waits already. Generate another one?"),
    ] {
        let page = app.get(&format!("{base}/{question}")).await;
        assert_eq!(page.status, StatusCode::OK, "{question}");
        assert!(page.body.contains(said), "{question}: {}", page.body);
        // The address of the page stands in the frame, so that the theme's form leads back to it.
        let main = page.body.split("<main").nth(1).unwrap();
        assert!(!main.contains("SENTINEL"), "{question}");
    }
    let late = app.get(&format!("{base}/switch?fingerprint=SHA256%3Aanother")).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("The new key was replaced in the meantime"));
    assert_eq!(app.get(&format!("{base}/new.pub")).await.body, new);
}
