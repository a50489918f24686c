//! The plain forms and the server functions, from adding to deleting.

use crate::harness::{KEY, TestApp, unique};
use axum::http::StatusCode;

#[tokio::test]
async fn git_dataset_is_added_found_changed_and_deleted() {
    let app = TestApp::start().await;
    let name = unique("git");
    let added = app
        .post(
            "/secrets/new",
            &[
                ("name", &name),
                ("display_name", "Größe </script>"),
                ("type", "git-dataset"),
                ("secret", KEY),
                ("allow_duplicate", "on"),
            ],
        )
        .await;
    assert_eq!((added.status, added.header("location")), (StatusCode::SEE_OTHER, "/secrets"));
    let cookie = added.header("set-cookie");
    assert!(cookie.contains(&name) && cookie.contains("HttpOnly"), "{cookie}");

    let list = app.get(&format!("/secrets?q={name}")).await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.body.contains("Größe &lt;/script"), "{}", list.body);
    assert!(!list.body.contains("Größe </script>"));
    let edit = format!("/secrets/gitsync-secret-{name}/edit");
    assert!(list.body.contains(&edit));

    let page = app.get(&edit).await;
    assert_eq!(page.status, StatusCode::OK);
    let key_line = KEY.lines().nth(2).unwrap();
    assert!(!page.body.contains(key_line));
    let changed = app.post(&edit, &[("display_name", "Other"), ("secret", ""), ("version", "1")]).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.body);
    assert!(app.get(&edit).await.body.contains("Other"));

    let gone = app.post(&format!("/secrets/gitsync-secret-{name}/delete?list=size%3D50"), &[]).await;
    assert_eq!((gone.status, gone.header("location")), (StatusCode::SEE_OTHER, "/secrets?size=50"));
    let missing = app.get(&edit).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(missing.body.contains("Secret not found"));
}

#[tokio::test]
async fn blank_password_keeps_the_stored_one_in_form_and_server_function() {
    let app = TestApp::start().await;
    let name = unique("keep");
    assert_eq!(app.add_image(&name, "first").await.status, StatusCode::SEE_OTHER);
    let edit = format!("/secrets/image-{name}/edit");
    let fields = [("registry_host", "ghcr.io"), ("username", "other"), ("password", "")];
    let changed = app.post(&edit, &[fields.as_slice(), &[("version", "1")]].concat()).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.body);
    assert_eq!(app.password_of(&name).await, "first");

    let form = r#"{"registry_host":"ghcr.io","username":"robot","password":"","version":"2","allow_duplicate":"on"}"#;
    let changed = app.call("update_secret", &format!("{{\"id\":\"image-{name}\",\"form\":{form}}}")).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!(app.password_of(&name).await, "first");

    let changed = app
        .post(
            &edit,
            &[("registry_host", "ghcr.io"), ("username", "robot"), ("password", "second"), ("version", "3")],
        )
        .await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER);
    assert_eq!(app.password_of(&name).await, "second");
}

#[tokio::test]
async fn changed_host_requires_the_password_again_in_form_and_server_function() {
    const WORDS: &str = "Enter the password again, because the host changed.";
    let app = TestApp::start().await;
    let name = unique("host");
    assert_eq!(app.add_image(&name, "first").await.status, StatusCode::SEE_OTHER);
    let edit = format!("/secrets/image-{name}/edit");
    let fields = [("registry_host", "quay.io"), ("username", "TYPED"), ("version", "1")];
    let refused = app.post(&edit, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let beside = refused.body.split("id=\"password-error\"").nth(1).expect("an error beside the password");
    assert!(beside.split("</p>").next().unwrap_or_default().contains(WORDS), "{beside}");
    assert!(refused.body.contains("value=\"quay.io\"") && refused.body.contains("value=\"TYPED\""));

    let form = r#"{"registry_host":"quay.io","username":"robot","version":"1","allow_duplicate":"on"}"#;
    let refused = app.call("update_secret", &format!("{{\"id\":\"image-{name}\",\"form\":{form}}}")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("\"password\""), "{}", refused.body);
    assert_eq!(app.password_of(&name).await, "first");

    let typed = [fields.as_slice(), &[("password", "second")]].concat();
    assert_eq!(app.post(&edit, &typed).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.password_of(&name).await, "second");
}

#[tokio::test]
async fn rejected_form_comes_back_with_typed_fields_and_without_values() {
    let app = TestApp::start().await;
    let answer = app
        .post(
            "/secrets/new",
            &[
                ("name", "Not A Name"),
                ("display_name", "TYPED-DISPLAY"),
                ("type", "image-pull"),
                ("registry_host", "TYPED-HOST?path"),
                ("username", "TYPED-USER"),
                ("password", "SENTINEL-PASSWORD"),
                ("secret", "SENTINEL-SECRET"),
            ],
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for typed in
        ["Not A Name", "TYPED-DISPLAY", "TYPED-HOST?path", "TYPED-USER", "Enter it again.", "not-a-name"]
    {
        assert!(answer.body.contains(typed), "{typed} is missing: {}", answer.body);
    }
    assert!(!answer.body.contains("SENTINEL"));
    for tied in ["id=\"name-error\"", "id=\"registry_host-error\"", "aria-invalid=\"true\""] {
        assert!(answer.body.contains(tied), "{tied} is missing");
    }
}

#[tokio::test]
async fn taken_name_links_to_its_secret_and_is_free_for_the_other_type() {
    let app = TestApp::start().await;
    let name = unique("taken");
    assert_eq!(app.add_image(&name, "pw").await.status, StatusCode::SEE_OTHER);
    let again = app.add_image(&name, "pw").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains(&format!("href=\"/secrets/image-{name}\"")));
    let other = app
        .post(
            "/secrets/new",
            &[("name", &name), ("type", "git-dataset"), ("secret", KEY), ("allow_duplicate", "on")],
        )
        .await;
    assert_eq!(other.status, StatusCode::SEE_OTHER, "{}", other.body);
}

#[tokio::test]
async fn form_sent_twice_is_saved_once() {
    let app = TestApp::start().await;
    let name = unique("twice");
    let submission = "0198c6f2-5d5f-4f0e-9a53-0f3c1b9b7a11";
    let fields = [
        ("name", name.as_str()),
        ("type", "git-dataset"),
        ("secret", KEY),
        ("allow_duplicate", "on"),
        ("submission", submission),
    ];
    let (one, two) = tokio::join!(app.post("/secrets/new", &fields), app.post("/secrets/new", &fields));
    assert_eq!((one.status, two.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
    assert!(app.get(&format!("/secrets?q={name}")).await.body.contains(">1 secret<"));
}

#[tokio::test]
async fn second_of_two_edits_conflicts_and_may_overwrite() {
    let app = TestApp::start().await;
    let name = unique("conflict");
    app.add_image(&name, "pw").await;
    let edit = format!("/secrets/image-{name}/edit");
    let fields = |display: &'static str| {
        [("display_name", display), ("registry_host", "ghcr.io"), ("username", "robot"), ("version", "1")]
    };
    assert_eq!(app.post(&edit, &fields("First")).await.status, StatusCode::SEE_OTHER);
    let told = app.post(&edit, &fields("SECOND-TYPED")).await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    for text in [
        "<b>You</b> changed the display name ",
        "SECOND-TYPED",
        "name=\"overwrite\"",
        "value=\"2\"",
        "Reload",
    ] {
        assert!(told.body.contains(text), "{text} is missing: {}", told.body);
    }
    let overwriting = [fields("SECOND-TYPED").as_slice(), &[("overwrite", "2")]].concat();
    assert_eq!(app.post(&edit, &overwriting).await.status, StatusCode::SEE_OTHER);
    assert!(app.get(&edit).await.body.contains("SECOND-TYPED"));

    let form = r#"{"registry_host":"ghcr.io","username":"robot","version":"1","allow_duplicate":"on"}"#;
    let told = app.call("update_secret", &format!("{{\"id\":\"image-{name}\",\"form\":{form}}}")).await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    assert!(told.body.contains("\"version\":3"), "{}", told.body);
}

#[tokio::test]
async fn page_says_that_the_host_was_normalized() {
    let app = TestApp::start().await;
    let name = unique("hub");
    let added = app
        .post(
            "/secrets/new",
            &[
                ("name", &name),
                ("type", "image-pull"),
                ("registry_host", "docker.io"),
                ("allow_duplicate", "on"),
                ("username", "ana"),
                ("password", "pw"),
            ],
        )
        .await;
    let cookie = added.header("set-cookie").split(';').next().unwrap().to_owned();
    let request = axum::http::Request::get("/secrets")
        .header("cookie", cookie)
        .body(axum::body::Body::empty())
        .unwrap();
    let list = app.send(request).await;
    assert!(list.body.contains("was corrected"), "{}", list.body);
    assert!(list.body.contains("https://index.docker.io/v1/"));
    assert!(list.header("set-cookie").contains("Max-Age=0"));
}

#[tokio::test]
async fn unknown_addresses_render_the_not_found_page() {
    let app = TestApp::start().await;
    for path in [
        "/nowhere",
        "/secrets/image-none/edit",
        "/secrets/image-none/delete",
        "/secrets/x/edit",
        "/secrets/a/b/c",
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains("not found") && answer.body.contains("Latchkey"), "{path}");
    }
    // Submitted twice, the second finds nothing left to delete.
    assert_eq!(app.post("/secrets/image-none/delete", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.post("/secrets/none/delete", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.post("/secrets/x/edit", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn deleted_secret_is_restored_or_removed_for_good() {
    let app = TestApp::start().await;
    let name = unique("trash");
    let id = format!("image-{name}");
    app.add_image(&name, "first").await;
    let question = app.get(&format!("/secrets/{id}/delete")).await.body;
    assert!(question.contains("You can restore it for 30 days"), "{question}");
    app.post(&format!("/secrets/{id}/delete"), &[]).await;
    assert!(app.get(&format!("/secrets?q={name}")).await.body.contains("No secrets match."));
    let deleted = app.get("/secrets/deleted").await;
    assert_eq!(deleted.status, StatusCode::OK);
    assert!(deleted.body.contains(&name) && deleted.body.contains(" by admin"));
    let row = row_of(&deleted.body, &name);
    let (restore, remove) =
        (format!("/secrets/deleted/{row}/restore"), format!("/secrets/deleted/{row}/remove"));

    // Another secret has taken the name meanwhile.
    app.add_image(&name, "second").await;
    let told = app.post(&restore, &[]).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.body.contains("Delete that one first") && told.body.contains(&format!("\"/secrets/{id}\"")));
    app.post(&format!("/secrets/{id}/delete"), &[]).await;
    let done = app.post(&restore, &[]).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/secrets/deleted"));
    assert_eq!(app.password_of(&name).await, "first");

    let second = row_of(&app.get("/secrets/deleted").await.body, &name);
    assert_ne!(second, row);
    assert_eq!(app.get(&remove).await.status, StatusCode::NOT_FOUND, "it is not deleted any more");
    let remove = format!("/secrets/deleted/{second}/remove");
    let question = app.get(&remove).await;
    assert!(question.status == StatusCode::OK && question.body.contains("Its value can't be recovered."));
    for _ in 0..2 {
        let gone = app.post(&remove, &[]).await;
        assert_eq!((gone.status, gone.header("location")), (StatusCode::SEE_OTHER, "/secrets/deleted"));
    }
    assert!(!app.get("/secrets/deleted").await.body.contains(&name));
    for nonsense in ["x", "00000000-0000-0000-0000-000000000000"] {
        let answer = app.post(&format!("/secrets/deleted/{nonsense}/restore"), &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{nonsense}");
    }
    for query in ["after=x", "after=1~x", "after=99999999999999999~00000000-0000-0000-0000-000000000000"] {
        assert_eq!(app.get(&format!("/secrets/deleted?{query}")).await.status, StatusCode::OK, "{query}");
    }
}

/// Returns the row of the deleted secret with this name, from the address of its button.
fn row_of(page: &str, name: &str) -> String {
    let before = page.find(&format!("aria-label=\"Restore {name}\"")).expect("a button to restore it");
    let start = page[..before].rfind("/secrets/deleted/").expect("its address") + "/secrets/deleted/".len();
    page[start..start + 36].to_owned()
}

#[tokio::test]
async fn delete_of_a_used_secret_names_consumers_and_requires_its_name() {
    let app = TestApp::start().await;
    let (name, image) = (unique("used"), unique("app"));
    let id = format!("image-{name}");
    app.add_image(&name, "pw").await;
    let fields = [("name", image.as_str()), ("image", "ghcr.io/group/app"), ("pull_secret", &id)];
    app.post("/images/new", &fields).await;
    let link = format!("href=\"/images/{image}/edit\"");
    let edit = app.get(&format!("/secrets/{id}/edit")).await.body;
    let consumers = format!("href=\"/secrets/{id}#users-title\">1 image");
    for present in [consumers.as_str(), "affect all of them immediately"] {
        assert!(edit.contains(present), "{present}: {edit}");
    }
    assert!(!edit.contains(&link), "the page of the secret names them: {edit}");
    assert!(app.get(&format!("/secrets/{id}")).await.body.contains(&link));
    let list = app.get(&format!("/secrets?q={name}&sort=-used-by")).await.body;
    assert!(
        list.contains("data-used") && list.contains(&format!("{id}/delete?")),
        "its page says who uses it"
    );

    let delete = format!("/secrets/{id}/delete");
    let page = app.get(&delete).await.body;
    assert!(
        page.contains("In use by 1 image:") && page.contains(&link) && page.contains("id=\"confirmation\"")
    );
    for typed in ["", "other"] {
        let refused = app.post(&delete, &[("confirmation", typed)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for present in ["id=\"confirmation-error\"", "href=\"#confirmation\"", "Check this field"] {
            assert!(refused.body.contains(present), "{present}: {}", refused.body);
        }
        let kept = format!("value=\"{typed}\"");
        assert!(refused.body.contains(&kept) && refused.body.contains(&format!("Type {name} to delete.")));
    }
    // Nor by the function that the list's dialog calls.
    let refused = app.call("delete_secret", &format!("\"{id}\"")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.post(&delete, &[("confirmation", &name)]).await.status, StatusCode::SEE_OTHER);
    let images = app.get(&format!("/images?q={image}")).await.body;
    assert!(images.contains("deleted") && !images.contains(&format!("/secrets/{id}\"")));
    assert!(app.get(&format!("/images/{image}/edit")).await.body.contains(&format!("{name} (deleted)")));
    let unused = app.get("/secrets?unused=30&q=no-such-thing").await.body;
    assert!(unused.contains("No secrets match."));
}
