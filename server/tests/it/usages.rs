//! Images and datasets: the plain forms, and the lists.

use crate::{
    harness::{TestApp, posted, unique},
    peers::{GitServer, Guard, PASSWORD, Registry, USER},
};
use axum::http::{StatusCode, header};

#[tokio::test]
async fn image_is_added_found_changed_and_deleted() {
    let app = TestApp::start().await;
    let (name, secret) = (unique("app"), unique("ghcr"));
    app.add_image(&secret, "pw").await;
    let id = format!("image-{secret}");
    let fields =
        [("name", name.as_str()), ("image", "ghcr.io/group/app:1"), ("pull_secret", &id), ("version", "")];
    let added = app.post("/images/new", &fields).await;
    assert_eq!((added.status, added.header("location")), (StatusCode::SEE_OTHER, "/images"));
    let list = app.get(&format!("/images?q={name}")).await.body;
    for present in ["ghcr.io/group/app:1", &format!("href=\"/secrets/{id}\""), "by admin"] {
        assert!(list.contains(present), "{present}: {list}");
    }
    assert!(!list.contains("for another registry"));
    let edit = format!("/images/{name}/edit");
    let page = app.get(&edit).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("(suggested)") && page.body.contains("value=\"ghcr.io/group/app:1\""));

    // Another registry is a warning, and not an error.
    let elsewhere = [("image", "quay.io/group/app:2"), ("pull_secret", id.as_str()), ("version", "1")];
    assert_eq!(app.post(&edit, &elsewhere).await.status, StatusCode::SEE_OTHER);
    assert!(app.get(&format!("/images?secret={id}")).await.body.contains("for another registry"));
    let page = app.get(&edit).await.body;
    assert!(page.contains("It won't work.") && page.contains("<code>quay.io</code>"), "{page}");

    let told = app.post(&edit, &elsewhere).await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    assert!(told.body.contains("name=\"overwrite\"") && told.body.contains("quay.io/group/app:2"));
    let over = [elsewhere.as_slice(), &[("overwrite", "2")]].concat();
    assert_eq!(app.post(&edit, &over).await.status, StatusCode::SEE_OTHER);

    let delete = format!("/images/{name}/delete");
    assert!(app.get(&delete).await.body.contains("The secret it uses stays."));
    let gone = app.post(&delete, &[]).await;
    assert_eq!((gone.status, gone.header("location")), (StatusCode::SEE_OTHER, "/images"));
    // A text that cannot name an image has no page.
    for (path, told) in
        [(&*edit, "Image not found"), (&*delete, "Image not found"), ("/images/A/edit", "Page not found")]
    {
        let missing = app.get(path).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{path}");
        assert!(missing.body.contains(told), "{}", missing.body);
    }
    assert_eq!(app.post(&delete, &[]).await.status, StatusCode::SEE_OTHER, "pressed twice");
    let none = app.get(&format!("/images?q={name}")).await.body;
    assert!(none.contains("No images match."));
}

#[tokio::test]
async fn rejected_form_comes_back_as_typed() {
    let app = TestApp::start().await;
    let fields = [
        ("name", "Not A Name"),
        ("repository", "https://user:TYPED@host/a"),
        ("branch", "a..b"),
        ("pull_secret", "image-x"),
    ];
    let answer = app.post("/datasets/new", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for present in [
        "Check these fields",
        "id=\"name-error\"",
        "id=\"repository-error\"",
        "id=\"branch-error\"",
        "id=\"pull_secret-error\"",
        "value=\"Not A Name\"",
        "value=\"a..b\"",
        "Remove the username and password from the address.",
    ] {
        assert!(answer.body.contains(present), "{present}: {}", answer.body);
    }
    let unknown = app.post("/datasets/new", &[("name", "a"), ("other", "SENTINEL")]).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert!(!unknown.body.contains("SENTINEL"));
    let https = [("name", "a"), ("repository", "https://host/a"), ("pull_secret", "gitsync-secret-none")];
    let answer = app.post("/datasets/new", &https).await;
    assert!(answer.body.contains("SSH keys need an SSH address."));
    // Chosen, and deleted before the form was sent.
    let gone = [("name", "a"), ("repository", "git@host:a"), ("pull_secret", "gitsync-secret-none")];
    let answer = app.post("/datasets/new", &gone).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("That secret no longer exists."));
}

#[tokio::test]
async fn secret_search_in_the_form_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let word = unique("findme");
    for end in ["a", "b"] {
        app.add_image(&format!("{word}-{end}"), "pw").await;
    }
    let typed =
        [("name", "typed-name"), ("image", "ghcr.io/typed/app"), ("pull_secret", ""), ("find", &word)];
    let found = app.post("/images/new", &[typed.as_slice(), &[("then", "find")]].concat()).await;
    assert_eq!(found.status, StatusCode::OK);
    for present in ["value=\"typed-name\"", "value=\"ghcr.io/typed/app\"", "2 Image Pull secrets that match"]
    {
        assert!(found.body.contains(present), "{present}: {}", found.body);
    }
    assert_eq!(found.body.matches("(suggested)").count(), 2);
    // Enter means the search that was typed last, or else it submits the form.
    let entered = app.post("/images/new", &[typed.as_slice(), &[("then", "enter")]].concat()).await;
    assert!(entered.status == StatusCode::OK && entered.body.contains("2 Image Pull secrets that match"));
    let name = unique("entered");
    let done =
        [("name", name.as_str()), ("image", "a"), ("find", &word), ("found", &word), ("then", "enter")];
    assert_eq!(app.post("/images/new", &done).await.status, StatusCode::SEE_OTHER);
    let nothing = app.post("/images/new", &[("find", "no-such-thing-anywhere"), ("then", "find")]).await;
    assert!(nothing.body.contains("No other Image Pull secret matches"), "{}", nothing.body);
}

#[tokio::test]
async fn image_is_tested_with_its_secret() {
    let app = TestApp::start().await;
    let registry = Registry::start(&Guard::Basic, None);
    registry.put("group/app", "1");
    let host = format!("127.0.0.1:{}", registry.port);
    let secret = unique("tried");
    let fields = [
        ("name", secret.as_str()),
        ("type", "image-pull"),
        ("registry_host", &host),
        ("username", USER),
        ("password", PASSWORD),
        ("allow_duplicate", "on"),
    ];
    app.post("/secrets/new", &fields).await;
    let (id, image) = (format!("image-{secret}"), format!("{host}/group/app:1"));
    let typed = [("name", "a"), ("image", image.as_str()), ("pull_secret", &id)];
    let page = app.post("/images/new/check", &typed).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.body.contains("the image can be pulled") && page.body.contains(&format!("value=\"{image}\""))
    );
    let fetched = |path: &str, fields: &[(&str, &str)]| {
        let mut request = posted(path, "latchkey_theme=dark", fields);
        request.headers_mut().insert(header::ACCEPT, "*/*".parse().unwrap());
        request
    };
    let part = app.send(fetched("/images/new/check", &typed)).await;
    assert!(part.body.contains("the image can be pulled") && !part.body.contains("<html"));
    let elsewhere = [("image", "ghcr.io/a"), ("pull_secret", id.as_str())];
    let refused = app.send(fetched("/images/new/check", &elsewhere)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("so it wasn't sent there"), "{}", refused.body);
    let nothing = app.send(fetched("/images/new/check", &[("image", "ghcr.io/a")])).await;
    assert!(nothing.body.contains("href=\"#pull_secret\""), "{}", nothing.body);
    for piece in ["PLANTED", "4d1f", "9b7c"] {
        assert!(!page.body.contains(piece), "{piece}");
    }
}

#[tokio::test]
async fn dataset_is_tested_with_its_branch_and_its_field_is_marked() {
    let app = TestApp::start().await;
    let server = GitServer::start();
    let (secret, address) = (unique("branch"), server.address("repo.git"));
    let key = server.key("key", &["-t", "ed25519"], true);
    let fields = [
        ("name", secret.as_str()),
        ("type", "git-dataset"),
        ("secret", &key),
        ("known_hosts", &server.known_hosts()),
        ("allow_duplicate", "on"),
    ];
    assert_eq!(app.post("/secrets/new", &fields).await.status, StatusCode::SEE_OTHER);
    let id = format!("gitsync-secret-{secret}");
    let typed = |branch| {
        [("name", "a"), ("repository", address.as_str()), ("branch", branch), ("pull_secret", id.as_str())]
    };
    let page = app.post("/datasets/new/check", &typed("nowhere")).await;
    assert_eq!(page.status, StatusCode::OK);
    for present in
        ["it has no branch with this name", "No such branch", "id=\"branch-error\"", "value=\"nowhere\""]
    {
        assert!(page.body.contains(present), "{present}: {}", page.body);
    }
    let mut request = posted("/datasets/new/check", "latchkey_theme=dark", &typed("nowhere"));
    request.headers_mut().insert(header::ACCEPT, "*/*".parse().unwrap());
    let part = app.send(request).await;
    assert!(part.body.contains("href=\"#branch\"") && !part.body.contains("<html"), "{}", part.body);
    for good in ["trunk", "other", ""] {
        let page = app.post("/datasets/new/check", &typed(good)).await.body;
        assert!(page.contains("the repository can be read") && !page.contains("branch-error"), "{page}");
    }
}

#[tokio::test]
async fn lists_of_many_pages_link_to_the_first_and_next_page() {
    let app = TestApp::start().await;
    let start = unique("paged");
    for number in 0..51 {
        let name = format!("{start}-{number:02}");
        app.post("/datasets/new", &[("name", &name), ("repository", "https://host/a")]).await;
    }
    let first = app.get(&format!("/datasets?q={start}")).await.body;
    let next = format!("<a href=\"/datasets?q={start}&amp;after={start}-49\" class=\"button\">Next</a>");
    assert!(first.contains(&next) && !first.contains(">First</a>"), "{first}");
    let last = app.get(&format!("/datasets?q={start}&after={start}-49")).await.body;
    let back = format!("<a href=\"/datasets?q={start}\" class=\"button\">First</a>");
    assert!(last.contains(&back) && !last.contains(">Next</a>"), "{last}");
    for (page, first) in [
        ("/users?q=x&after=a", "/users?q=x"),
        ("/secrets/deleted?after=1~00000000-0000-0000-0000-000000000000", "/secrets/deleted"),
    ] {
        let page = app.get(page).await.body;
        assert!(page.contains(&format!("<a href=\"{first}\" class=\"button\">First</a>")), "{page}");
    }
    let tokens = app.get("/tokens").await.body;
    assert!(tokens.contains("aria-label=\"Pages\"") && !tokens.contains(">First</a>"));
}
