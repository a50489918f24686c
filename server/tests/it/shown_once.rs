//! Forms whose answer shows a token or a link once: a reload of the answer, which sends the form again, repeats nothing.

use crate::harness::{PASSWORD, TestApp, asked, posted, unique};
use axum::http::StatusCode;
use domain::access::Role;

/// Returns the mark of the form on this page.
fn submission(page: &str) -> String {
    let field = "name=\"submission\" value=\"";
    let start = page.find(field).map(|at| at + field.len()).unwrap();
    page[start..].chars().take_while(|c| *c != '"').collect()
}

/// Returns the link to choose a password on this page.
fn link(page: &str) -> String {
    let start = page.find("/choose-password?token=").unwrap();
    page[start..].chars().take_while(|c| *c != '"').collect()
}

#[tokio::test]
async fn token_form_creates_one_token_when_it_is_sent_again() {
    let app = TestApp::start().await;
    let cookie = app.session_with_password(&unique("maker"), Role::Editor).await;
    let mark = submission(&app.send_anonymous(asked("/tokens/new", &cookie)).await.body);
    let send = async |mark: &str, name: &str| {
        let proof = ("current_password", PASSWORD);
        let fields = [("name", name), ("scope", "read-values"), ("submission", mark), proof];
        app.send_anonymous(posted("/tokens/new", &cookie, &fields)).await
    };
    let first = send(&mark, "ci").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    let start = first.body.find("value=\"latchkey_").unwrap() + "value=\"latchkey_".len();
    let id = &first.body[start..start + 16];
    for _ in 0..2 {
        let again = send(&mark, "ci").await;
        assert_eq!(again.status, StatusCode::OK, "{}", again.body);
        assert!(again.body.contains("Token already created") && again.body.contains("<b>ci</b>"));
        assert!(again.body.contains(&format!("href=\"/tokens/{id}/revoke\"")), "{}", again.body);
        assert!(!again.body.contains("value=\"latchkey_"), "{}", again.body);
    }
    // Another form learns that the name is taken, and the same form with another name means another token.
    let taken = send(&backend::random_id().to_string(), "ci").await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(send(&mark, "cd").await.body.contains("value=\"latchkey_"));
    let list = app.send_anonymous(asked("/tokens", &cookie)).await.body;
    assert_eq!(list.matches("/revoke\"").count(), 2, "{list}");

    // The mark is its sender's alone.
    let other = app.session_with_password(&unique("other"), Role::Editor).await;
    let fields = [("name", "ci"), ("scope", "read-metadata"), ("submission", mark.as_str())];
    let theirs = app.send_anonymous(posted("/tokens/new", &other, &fields)).await;
    assert!(theirs.body.contains("value=\"latchkey_"), "{}", theirs.body);
}

#[tokio::test]
async fn rejected_token_form_creates_the_token_when_it_is_corrected() {
    let app = TestApp::start().await;
    let cookie = app.session_with_password(&unique("maker"), Role::Editor).await;
    let mark = submission(&app.send_anonymous(asked("/tokens/new", &cookie)).await.body);
    let send = async |expiry: &str| {
        let fields =
            [("name", "ci"), ("scope", "read-metadata"), ("expiry", expiry), ("submission", mark.as_str())];
        app.send_anonymous(posted("/tokens/new", &cookie, &fields)).await
    };
    assert_eq!(send("soon").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(send("7").await.body.contains("value=\"latchkey_"));
}

#[tokio::test]
async fn user_form_adds_one_user_when_it_is_sent_again() {
    let app = TestApp::start().await;
    let admin = app.session_with_password(&unique("adds"), Role::Admin).await;
    let name = unique("added");
    let mark = submission(&app.send_anonymous(asked("/users/new", &admin)).await.body);
    let proof = ("current_password", PASSWORD);
    let fields = [("username", name.as_str()), ("role", "reader"), ("submission", mark.as_str()), proof];
    let first = app.send_anonymous(posted("/users/new", &admin, &fields)).await;
    let link = link(&first.body);
    let again = app.send_anonymous(posted("/users/new", &admin, &fields)).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);
    assert!(again.body.contains("User already added"), "{}", again.body);
    assert!(again.body.contains(&format!("href=\"/users/{name}/password-link\"")), "{}", again.body);
    assert!(!again.body.contains("choose-password?token="), "{}", again.body);
    // The link of the first answer is still valid.
    assert_eq!(app.send_anonymous(asked(&link, "")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn password_link_form_resets_once_when_it_is_sent_again() {
    let app = TestApp::start().await;
    let admin = app.session_with_password(&unique("resets"), Role::Admin).await;
    let name = unique("reset");
    app.session(&name, Role::Editor).await;
    let address = format!("/users/{name}/password-link");
    let mark = submission(&app.send_anonymous(asked(&address, &admin)).await.body);
    let send = async |mark: &str| {
        let fields = [("submission", mark), ("current_password", PASSWORD)];
        app.send_anonymous(posted(&address, &admin, &fields)).await
    };
    let first = send(&mark).await;
    // The link is used, which removes it, and then the page that showed it is loaded again.
    let chosen = [("password", PASSWORD), ("repeat_password", PASSWORD)];
    let chosen = app.send_anonymous(posted(&link(&first.body), "", &chosen)).await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", chosen.body);
    let cookie = app.session(&name, Role::Editor).await;
    let again = send(&mark).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);
    assert!(again.body.contains("Link already created") && again.body.contains(&format!("<b>{name}</b>")));
    assert!(!again.body.contains("choose-password?token="), "{}", again.body);
    assert_eq!(app.send_anonymous(asked("/account", &cookie)).await.status, StatusCode::OK);
    // A form that was asked for again makes another link.
    let anew = submission(&app.send_anonymous(asked(&address, &admin)).await.body);
    assert_ne!(anew, mark);
    assert!(send(&anew).await.body.contains("choose-password?token="));
    assert_eq!(app.send_anonymous(asked("/account", &cookie)).await.status, StatusCode::SEE_OTHER);
}
