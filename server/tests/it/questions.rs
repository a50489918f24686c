//! Confirmation pages before what cannot be undone: a page asks, and only its form acts.

use crate::harness::{PASSWORD, TestApp, asked, posted, unique};
use axum::http::StatusCode;
use backend::Ctx;
use domain::access::Role;
use server::clock;

fn ctx() -> Ctx {
    Ctx::system("test", clock::now())
}

#[tokio::test]
async fn user_confirmations_change_nothing_and_name_the_consequence() {
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

    // What outlasts a session requires the password; what only revokes rights does not.
    for (question, proof) in
        [("role?role=reader", true), ("password-link", true), ("disable", false), ("end-sessions", false)]
    {
        let admin = app.session(&unique("asks"), Role::Admin).await;
        let page = app.send_anonymous(asked(&format!("{user}/{question}"), &admin)).await.body;
        assert_eq!(page.contains("id=\"current_password\""), proof, "{question}: {page}");
    }

    // The page of a user has no form of its own for any of these.
    let page = app.get(&user).await.body;
    for action in ["disable", "end-sessions", "password-link"] {
        assert!(page.contains(&format!("href=\"{user}/{action}\"")), "{action}");
        assert!(!page.contains(&format!("action=\"{user}/{action}\"")), "{action}");
    }
    assert!(page.contains(&format!("method=\"get\" action=\"{user}/role\"")), "{page}");

    let same = app.get(&format!("{user}/role?role=editor")).await.body;
    assert!(same.contains("already has the role Editor."), "{same}");
    assert_eq!(app.get("/users/nobody-of-this-name/disable").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn forms_report_a_missing_password_with_the_other_mistakes() {
    let app = TestApp::start().await;
    let admin = app.session_with_password(&unique("hurried"), Role::Admin).await;
    for (address, fields, wrong) in [
        ("/users/new", [("username", "Äd min"), ("role", "reader")], "id=\"username-error\""),
        ("/tokens/new", [("name", ""), ("scope", "read-values")], "id=\"name-error\""),
    ] {
        let page = app.send_anonymous(posted(address, &admin, &fields)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        for present in [wrong, "Enter your current password."] {
            assert!(page.body.contains(present), "{address}: {present}: {}", page.body);
        }
        // A password that was typed is verified once everything else is right.
        let [first, second] = fields;
        let typed = [first, second, ("current_password", PASSWORD)];
        let page = app.send_anonymous(posted(address, &admin, &typed)).await;
        assert!(
            page.body.contains(wrong) && !page.body.contains("Enter your current password."),
            "{address}"
        );
    }
}

#[tokio::test]
async fn confirmations_about_oneself_say_so() {
    let app = TestApp::start().await;
    let name = unique("self");
    let cookie = app.session(&name, Role::Admin).await;
    let user = format!("/users/{name}");
    for question in ["role?role=reader", "disable", "end-sessions", "password-link"] {
        let page = app.send_anonymous(asked(&format!("{user}/{question}"), &cookie)).await;
        assert_eq!(page.status, StatusCode::OK, "{question}");
        for shown in ["This is you.", "You will be signed out immediately"] {
            assert!(page.body.contains(shown), "{question}: {}", page.body);
        }
    }
    assert!(app.send_anonymous(asked(&user, &cookie)).await.body.contains("This is you."));
}

#[tokio::test]
async fn session_confirmation_names_the_device_and_is_for_its_owner_alone() {
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
async fn key_confirmations_change_nothing_and_show_the_test_result() {
    let app = TestApp::start().await;
    let name = unique("key-asked");
    // Nothing listens on this port.
    let repository = ("repository", "ssh://git@127.0.0.1:1/group/app.git");
    let fields = [("name", name.as_str()), ("type", "git-dataset"), ("generate", "ed25519"), repository];
    let made = app.post("/secrets/new", &fields).await;
    let base = made.header("location").to_owned();
    let none = app.get(&format!("{base}/switch")).await;
    assert!(none.body.contains("No new key is waiting"), "{}", none.body);
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
        (&with_ticket, "just now failed"),
        (&with_ticket, "Unreachable"),
        // A made-up address cannot claim a test.
        ("switch?tested=repository-read", "was not tested just now"),
        (&with_ticket.replace("connection-refused", "repository-read"), "was not tested just now"),
        ("switch?tested=SENTINEL", "was not tested just now"),
        ("discard", "Its private key is deleted immediately"),
        ("generate?generate=rsa-4096", "value=\"rsa-4096\""),
        ("generate", "is already waiting. Generate another one?"),
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

#[tokio::test]
async fn confirmation_with_password_comes_back_with_all_choices() {
    let app = TestApp::start().await;
    let admin = app.session_with_password(&unique("proves"), Role::Admin).await;
    let name = unique("proven");
    app.session_with_password(&name, Role::Reader).await;
    let user = format!("/users/{name}");
    let session = app.session(&name, Role::Reader).await;
    let fields = [("name", "ci"), ("scope", "read-metadata")];
    assert_eq!(app.send_anonymous(posted("/tokens/new", &session, &fields)).await.status, StatusCode::OK);
    let send = async |path: &str, fields: &[(&str, &str)], password: Option<&str>| {
        let password = password.map(|password| ("current_password", password));
        let fields: Vec<_> = fields.iter().copied().chain(password).collect();
        app.send_anonymous(posted(path, &admin, &fields)).await
    };
    let added = unique("added");
    let (new, role) = ("/users/new".to_owned(), format!("{user}/role"));
    let (link, enable) = (format!("{user}/password-link"), format!("{user}/enable"));
    app.backend.users().disable(&ctx(), &name).await.unwrap();
    let ticked = "value=\"on\" checked";
    for (path, fields, kept, gone) in [
        (
            &new,
            &[("username", added.as_str()), ("role", "editor")][..],
            vec![added.as_str(), "value=\"editor\" selected"],
            "",
        ),
        (
            &role,
            &[("role", "admin")],
            vec!["name=\"role\" value=\"admin\"", "from Reader to <b>Admin</b>?"],
            "",
        ),
        (&link, &[("revoke_tokens", "on")], vec![ticked, "Also revoke their API token."], ""),
        (&link, &[], vec!["Also revoke their API token."], ticked),
        (&enable, &[], vec!["Enable "], ""),
    ] {
        for (password, said) in [
            (None, "Enter your current password."),
            (Some("not the password"), "This is not your current password."),
        ] {
            let page = send(path, fields, password).await;
            let at = format!("{path} {password:?}");
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{at}: {}", page.body);
            let error = page.body.split("id=\"current_password-error\"").nth(1).expect(&at);
            assert!(error.split("</p>").next().unwrap().contains(said), "{at}: {error}");
            let shown = page.body.replace("<!>", "");
            for kept in &kept {
                assert!(shown.contains(kept), "{at} keeps {kept}: {}", page.body);
            }
            assert!(gone.is_empty() || !page.body.contains(gone), "{at}: {}", page.body);
            assert!(!page.body.contains("not the password"), "{at}");
        }
        // A correct password in between, so that the failures do not add up.
        let right = send("/tokens/new", &[("name", &unique("t")), ("scope", "write")], Some(PASSWORD)).await;
        assert_eq!(right.status, StatusCode::OK, "{}", right.body);
    }
    let kept = app.backend.users().get(&ctx(), &name).await.unwrap();
    assert_eq!((kept.role, kept.disabled, kept.tokens, kept.has_password), (Role::Reader, true, 1, true));
    assert!(app.backend.users().get(&ctx(), &added).await.is_err());
    for (path, fields) in [
        (&new, &[("username", added.as_str()), ("role", "editor")][..]),
        (&role, &[("role", "admin")]),
        (&link, &[("revoke_tokens", "on")]),
        (&enable, &[]),
    ] {
        let done = send(path, fields, Some(PASSWORD)).await;
        assert!(matches!(done.status, StatusCode::OK | StatusCode::SEE_OTHER), "{path}: {}", done.body);
    }
    let changed = app.backend.users().get(&ctx(), &name).await.unwrap();
    let state = (changed.role, changed.disabled, changed.tokens, changed.has_password);
    assert_eq!(state, (Role::Admin, false, 0, false));
    let again = app.send_anonymous(asked(&enable, &admin)).await.body;
    assert!(again.contains("isn't disabled, and can sign in."), "{again}");
}

/// The fifth wrong password ends the session: the page says so, and what the only administrator can do.
#[tokio::test]
async fn confirmation_reports_the_session_that_wrong_passwords_ended() {
    let app = TestApp::start().await;
    let admin = app.session_with_password(&unique("guesses"), Role::Admin).await;
    let name = unique("asked");
    app.session(&name, Role::Reader).await;
    let path = format!("/users/{name}/role");
    let fields = [("role", "admin"), ("current_password", "not the password")];
    for _ in 0..4 {
        let page = app.send_anonymous(posted(&path, &admin, &fields)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.body);
    }
    let last = app.send_anonymous(posted(&path, &admin, &fields)).await;
    assert_eq!((last.status, last.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "900"));
    let said = "Your session has ended, and nothing was changed. Sign in again in 15 minutes.";
    assert!(last.body.contains(said) && last.body.contains("latchkey user reset-password"), "{}", last.body);
    let after = app.send_anonymous(posted(&path, &admin, &fields)).await;
    assert_eq!(after.status, StatusCode::SEE_OTHER);
    assert!(after.header("location").starts_with("/sign-in"), "{}", after.header("location"));
    assert_eq!(app.backend.users().get(&ctx(), &name).await.unwrap().role, Role::Reader);
}
