//! Import by the plain forms, and the guides.

use crate::{
    harness::{Answer, KEY, TestApp, asked, unique},
    sentinel::{SENTINEL, assert_absent, capture},
};
use axum::{
    body::{Body, Bytes},
    http::{Request, StatusCode},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

/// The passphrase of the key in `protected_key`.
const PASSPHRASE: &str = "correct horse";

/// Encodes base64 as `kubectl` does, by hand because the tests need it only here.
fn b64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits =
            chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place)) as usize & 63;
            out.push(if place > chunk.len() { '=' } else { char::from(DIGITS[digit]) });
        }
    }
    out
}

fn config(entries: &[(&str, &str)]) -> String {
    let entries: Vec<_> =
        entries.iter().map(|(host, pair)| format!(r#""{host}":{{"auth":"{}"}}"#, b64(pair))).collect();
    format!(r#"{{"auths":{{{}}}}}"#, entries.join(","))
}

/// Sends a form with a file in it, as a browser does.
async fn send(app: &TestApp, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (name, file, value) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(value);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    app.post_raw("/secrets/import", "multipart/form-data; boundary=XX", body).await
}

async fn paste(app: &TestApp, text: &str) -> Answer {
    send(app, &[("file", Some(""), b""), ("text", None, text.as_bytes())]).await
}

async fn begin(app: &TestApp, text: &str) -> String {
    let begun = paste(app, text).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
    begun.header("location").to_owned()
}

#[tokio::test]
async fn pasted_config_is_chosen_from_and_saved() {
    let app = TestApp::start().await;
    let name = unique("imported");
    let host = format!("{name}.example");
    let text = config(&[(&format!("https://{host}/v2/"), "robot:pa:ss"), ("docker.io", "ana:PLANTED-other")]);
    let address = begin(&app, &text).await;
    let page = app.get(&address).await;
    assert_eq!(page.status, StatusCode::OK);
    for text in [
        &*host,
        "robot",
        "Docker Hub as ana",
        "https://index.docker.io/v1/",
        "Host corrected",
        "value=\"docker-hub",
    ] {
        assert!(page.body.contains(text), "{text} is missing: {}", page.body);
    }
    for value in ["pa:ss", "PLANTED", &b64("robot:pa:ss")] {
        assert!(!page.body.contains(value), "{value} is there: {}", page.body);
    }
    let fields = [
        ("take", "1"),
        ("name-1", name.as_str()),
        ("display_name-1", "Imported"),
        ("name-2", "Not A Name"),
        ("display_name-2", ""),
    ];
    let saved = app.post(&address, &fields).await;
    assert_eq!(
        (saved.status, saved.header("location")),
        (StatusCode::SEE_OTHER, "/secrets"),
        "{}",
        saved.body
    );
    assert!(saved.header("set-cookie").contains(&format!("saved~image-{name}")));
    assert_eq!(app.password_of(&name).await, "pa:ss");
    let edit = app.get(&format!("/secrets/image-{name}/edit")).await;
    assert!(edit.body.contains(&format!("value=\"{host}\"")) && edit.body.contains("value=\"Imported\""));
    // Submitting twice adds nothing more, and neither does viewing it again.
    assert_eq!(app.post(&address, &fields).await.status, StatusCode::SEE_OTHER);
    let gone = app.get(&address).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(gone.body.contains("This import has ended"));
}

#[tokio::test]
async fn uploaded_manifest_adds_its_key_as_a_git_dataset() {
    let app = TestApp::start().await;
    let name = unique("uploaded");
    let secret =
        format!("kind: Secret\nmetadata: {{name: gitsync-secret-{name}}}\ndata:\n  ssh: {}\n", b64(KEY));
    let begun = send(&app, &[("file", Some("secret.yaml"), secret.as_bytes()), ("text", None, b"")]).await;
    let address = begun.header("location").to_owned();
    let page = app.get(&address).await;
    assert!(
        page.body.contains("Git Dataset") && page.body.contains(&format!("value=\"{name}\"")),
        "{}",
        page.body
    );
    let saved = app.post(&address, &[("take", "1"), ("name-1", &name), ("display_name-1", "")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert!(app.get("/secrets").await.body.contains(&format!("gitsync-secret-{name}")));
}

#[tokio::test]
async fn rejected_rows_come_back_unchanged_and_nothing_is_saved() {
    let app = TestApp::start().await;
    let (taken, fine) = (unique("taken"), unique("fine"));
    app.add_image(&taken, "pw").await;
    let address =
        begin(&app, &config(&[("a.example", "u:p"), ("b.example", "u:p"), ("c.example", "u:p")])).await;
    let fields = [
        ("take", "1"),
        ("take", "2"),
        ("name-1", taken.as_str()),
        ("display_name-1", "TYPED-DISPLAY"),
        ("name-2", fine.as_str()),
        ("display_name-2", ""),
        ("name-3", "TYPED Name"),
        ("display_name-3", ""),
    ];
    let refused = app.post(&address, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in
        ["TYPED-DISPLAY", "TYPED Name", "href=\"#name-1\"", "id=\"name-1-error\"", "with this name already"]
    {
        assert!(refused.body.contains(text), "{text} is missing: {}", refused.body);
    }
    assert_eq!(refused.body.matches(" checked").count(), 2, "what was chosen is chosen still");
    assert!(!app.get(&format!("/secrets?q={fine}")).await.body.contains(&format!("image-{fine}")));
    let nothing = app.post(&address, &[("name-1", "x"), ("display_name-1", "")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.body.contains("Choose at least one"));

    let discarded = app.post(&format!("{address}/discard"), &[("take", "1"), ("name-1", "x")]).await;
    assert_eq!((discarded.status, discarded.header("location")), (StatusCode::SEE_OTHER, "/secrets"));
    assert_eq!(app.post(&address, &fields).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn unusable_findings_say_what_to_do() {
    let app = TestApp::start().await;
    let address = begin(&app, r#"{"auths":{"ghcr.io":{}},"credsStore":"osxkeychain"}"#).await;
    let page = app.get(&address).await.body;
    for text in ["No credentials found", "Can't be imported", "the macOS keychain", "Discard"] {
        assert!(page.contains(text), "{text} is missing: {page}");
    }
    assert!(!page.contains("Import selected"));
    // Nothing waits.
    assert!(!page.contains("held encrypted"), "{page}");
}

#[tokio::test]
async fn malformed_files_are_rejected_and_not_repeated() {
    let app = TestApp::start().await;
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    for (parts, status, words) in [
        (vec![("text", None, &b""[..]), ("file", Some(""), b"")], unprocessable, "Paste the file"),
        (vec![("text", None, b"{\"auths\": SENTINEL"), ("file", Some(""), b"")], unprocessable, "at line 1"),
        (vec![("text", None, b"a: SENTINEL")], unprocessable, "No credentials found"),
        (vec![("text", None, KEY.as_bytes())], unprocessable, "private key by itself"),
        (
            vec![("text", None, b"SENTINEL"), ("file", Some("x"), b"SENTINEL")],
            unprocessable,
            "one after the other",
        ),
        (vec![("file", Some("x"), b"SENTINEL\xff")], unprocessable, "not text"),
        (vec![("other", None, b"SENTINEL")], StatusCode::BAD_REQUEST, "could not read this request"),
        (vec![("text", None, b"a"), ("text", None, b"SENTINEL")], StatusCode::BAD_REQUEST, "could not read"),
    ] {
        let answer = send(&app, &parts).await;
        assert_eq!(answer.status, status, "{parts:?}");
        assert!(answer.body.contains(words), "{words} is missing: {}", answer.body);
        assert!(!answer.body.contains("SENTINEL"), "{parts:?}");
    }
    for (content_type, body, status) in [
        ("application/x-www-form-urlencoded", "text=SENTINEL", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("multipart/form-data", "SENTINEL", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("multipart/form-data; boundary=XX", "SENTINEL", StatusCode::BAD_REQUEST),
    ] {
        let answer = app.post_raw("/secrets/import", content_type, body).await;
        assert_eq!(answer.status, status, "{content_type}");
        assert!(!answer.body.contains("SENTINEL"));
    }
    let large = vec![b'a'; (16 << 20) + (65 << 10)];
    let told = send(&app, &[("text", None, &large)]).await;
    // Chunked, without a length.
    let head = Bytes::from_static(b"--XX\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n");
    let pieces = std::iter::once(head).chain(large.chunks(1 << 16).map(Bytes::copy_from_slice));
    let pieces = Body::from_stream(futures_util::stream::iter(
        pieces.map(Ok::<_, std::io::Error>).collect::<Vec<_>>(),
    ));
    let chunked = app.post_raw("/secrets/import", "multipart/form-data; boundary=XX", pieces).await;
    for answer in [told, chunked] {
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        for words in
            ["Import secrets", "more than 16 MiB", "--field-selector type=kubernetes.io/dockerconfigjson"]
        {
            assert!(answer.body.contains(words), "{words} is missing: {}", answer.body);
        }
    }

    let address = begin(&app, &config(&[("a.example", "u:p")])).await;
    for fields in
        [&[("take", "SENTINEL")][..], &[("SENTINEL", "x")], &[("take", "1"), ("take", "1")], &[("take", "7")]]
    {
        let answer = app.post(&address, fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{fields:?}");
        assert!(!answer.body.contains("SENTINEL"));
    }
}

#[tokio::test]
async fn cluster_dump_with_hundreds_of_rows_is_imported() {
    let app = TestApp::start().await;
    let mark = unique("dump");
    let release = b64(&"x".repeat(6_000));
    let items: Vec<String> = (0..400)
        .map(|number| {
            let pull = |host: String| b64(&config(&[(&host, "robot:pw")]));
            let secret = |name: &str, kind: &str, key: &str, value: &str| {
                format!(
                    r#"{{"kind":"Secret","metadata":{{"name":"{name}","namespace":"ns-{number}"}},"type":"{kind}","data":{{"{key}":"{value}"}}}}"#
                )
            };
            [
                secret("shared", "kubernetes.io/dockerconfigjson", ".dockerconfigjson", &pull(format!("{mark}.example"))),
                secret("own", "kubernetes.io/dockerconfigjson", ".dockerconfigjson", &pull(format!("{mark}-{number}.example"))),
                secret("sh.helm.release.v1.x", "helm.sh/release.v1", "release", &release),
            ]
            .join(",")
        })
        .collect();
    let dump = format!(r#"{{"apiVersion":"v1","kind":"List","items":[{}]}}"#, items.join(","));
    assert!(dump.len() > 3 << 20, "{}", dump.len());
    let address = begin(&app, &dump).await;
    let page = app.get(&address).await.body;
    for words in ["401 credentials found", "ns-0/shared", "and 397 more", "400 Helm releases"] {
        assert!(page.contains(words), "{words} is missing");
    }
    assert!(!page.contains("display_name-1"), "so many have no field for it");
    assert!(page.len() < 2 << 20, "{}", page.len());
    assert_eq!(page.matches(" checked").count(), 401);
    assert_eq!(app.get(&format!("{address}?select=none")).await.body.matches(" checked").count(), 0);
    let rows: Vec<(String, String)> = (1..=401)
        .flat_map(|number| {
            [("take".to_owned(), format!("{number}")), (format!("name-{number}"), format!("{mark}-{number}"))]
        })
        .collect();
    let fields: Vec<(&str, &str)> = rows.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let saved = app.post(&address, &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert!(saved.header("set-cookie").contains(&format!("imported~401~image-{mark}-1~")));

    // Secrets that exist already are not chosen the second time.
    let again = app
        .get(
            &begin(
                &app,
                &config(&[(&format!("{mark}.example"), "robot:pw"), (&format!("{mark}.test"), "u:p")]),
            )
            .await,
        )
        .await;
    assert_eq!(again.body.matches(" checked").count(), 1, "{}", again.body);
    assert!(again.body.contains("already uses this account"));
}

#[tokio::test]
async fn known_hosts_beside_a_key_need_approval_and_a_protected_key_its_passphrase() {
    let app = TestApp::start().await;
    let name = unique("beside");
    let protected = include_str!("../../../crates/backend/src/secrets/keys/protected_key");
    let known =
        "git.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    let text = format!(
        "kind: Secret\nmetadata:\n  name: {name}\n  namespace: argocd\n  labels: {{argocd.argoproj.io/secret-type: repository}}\n\
         data:\n  url: {}\n  known_hosts: {}\n  sshPrivateKey: {}\n",
        b64("git@git.example:group/data.git"),
        b64(known),
        b64(protected)
    );
    let address = begin(&app, &text).await;
    let page = app.get(&address).await.body;
    for words in [
        &*format!("argocd/{name}"),
        "git@git.example:group/data.git",
        "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
        "name=\"hosts-1\"",
        "name=\"passphrase-1\"",
    ] {
        assert!(page.contains(words), "{words} is missing: {page}");
    }
    let fields = |passphrase: &'static str| {
        [("take", "1"), ("name-1", &*name), ("hosts-1", "yes"), ("passphrase-1", passphrase)]
    };
    let refused = app.post(&address, &fields("SENTINEL-wrong")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("id=\"passphrase-1-error\"") && !refused.body.contains("SENTINEL"),
        "{}",
        refused.body
    );
    let saved = app.post(&address, &fields(PASSPHRASE)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let secret = app.get(&format!("/secrets/gitsync-secret-{name}/edit")).await.body;
    assert!(secret.contains("git@git.example:group/data.git") && secret.contains(known), "{secret}");
}

#[tokio::test]
async fn hydrated_page_gets_only_the_reason() {
    let app = TestApp::start().await;
    let body = |text: &str| {
        format!("--XX\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{text}\r\n--XX--\r\n")
    };
    let ask = async |text: &str| {
        let request = Request::post("/secrets/import")
            .header("host", "localhost")
            .header("accept", "*/*")
            .header("content-type", "multipart/form-data; boundary=XX")
            .body(Body::from(body(text)))
            .unwrap();
        app.send(request).await
    };
    let refused = ask("{SENTINEL").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.starts_with("<div role=\"alert\"") && refused.body.contains("at line 1"),
        "{}",
        refused.body
    );
    assert!(!refused.body.contains("SENTINEL") && !refused.body.contains("<form"));
    assert_eq!(ask(&config(&[("a.example", "u:p")])).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn body_is_not_read_without_permission_to_import() {
    let app = TestApp::start().await;
    let reader = app.session("import-reader", domain::access::Role::Reader).await;
    for (cookie, status) in [("", StatusCode::SEE_OTHER), (&*reader, StatusCode::FORBIDDEN)] {
        let read = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&read);
        let pieces = futures_util::stream::poll_fn(move |_| {
            noted.store(true, Ordering::SeqCst);
            Poll::Ready(Some(Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 4_096]))))
        });
        let request = Request::post("/secrets/import")
            .header("host", "localhost")
            .header("cookie", cookie)
            .header("content-type", "multipart/form-data; boundary=XX")
            .body(Body::from_stream(pieces))
            .unwrap();
        let answer = app.send_anonymous(request).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        // A stranger's body is discarded after the answer, so that their browser shows the answer.
        assert!(cookie.is_empty() || !read.load(Ordering::SeqCst), "{status}");
    }
}

#[tokio::test]
async fn waiting_import_belongs_to_one_session() {
    let app = TestApp::start().await;
    let address = begin(&app, &config(&[("a.example", "u:p")])).await;
    let other = app.session("other-admin", domain::access::Role::Admin).await;
    let answer = app.send_anonymous(asked(&address, &other)).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(!answer.body.contains("a.example"));
    assert_eq!(app.get("/secrets/import/none").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn chosen_registry_fills_an_empty_host() {
    let app = TestApp::start().await;
    let name = unique("chosen");
    let page = app.get("/secrets/new").await.body;
    assert!(
        page.contains("<option value=\"ghcr.io\" class=\"ghcr\">")
            || page.contains("class=\"ghcr\" value=\"ghcr.io\""),
        "{page}"
    );
    let fields = |host: &'static str| {
        [
            ("type", "image-pull"),
            ("registry", "ghcr.io"),
            ("registry_host", host),
            ("username", "u"),
            ("password", "p"),
            ("allow_duplicate", "on"),
        ]
    };
    // Rejected for another reason, the form comes back filled in.
    let refused =
        app.post("/secrets/new", &[fields("").as_slice(), &[("name", "Not A Name")]].concat()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("value=\"ghcr.io\"") && !refused.body.contains("id=\"registry_host-error\"")
    );
    for (host, stored) in [("", "ghcr.io"), ("quay.io", "quay.io")] {
        let name = format!("{name}-{}", stored.replace('.', "-"));
        let added = app.post("/secrets/new", &[fields(host).as_slice(), &[("name", &name)]].concat()).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
        let edit = app.get(&format!("/secrets/image-{name}/edit")).await.body;
        assert!(edit.contains(&format!("value=\"{stored}\"")), "{edit}");
    }
}

#[tokio::test]
async fn guides_and_documents_are_shown_to_every_role() {
    let app = TestApp::start().await;
    let cookie = app.session("helped", domain::access::Role::Reader).await;
    let index = app.send_anonymous(asked("/help", &cookie)).await.body;
    for (_, topics) in app::help::TOPICS {
        for topic in topics {
            assert!(index.contains(&format!("href=\"{}\"", topic.address())), "{}", topic.key);
            let page = app.send_anonymous(asked(&topic.address(), &cookie)).await;
            assert_eq!(page.status, StatusCode::OK, "{}", topic.key);
            assert!(page.body.contains(topic.title()), "{}", topic.key);
        }
    }
    for document in app::help::documents::GROUPS.iter().flat_map(|group| group.documents) {
        assert!(index.contains(&format!("href=\"{}\"", document.address())), "{}", document.key);
        let page = app.send_anonymous(asked(&document.address(), &cookie)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", document.key);
        assert!(page.body.contains(document.html), "{}", document.key);
    }
    let key = app.send_anonymous(asked("/help/github-deploy-key", &cookie)).await.body;
    assert!(key.contains("<b>public</b>") && key.contains("<b>private</b>"));
    assert_eq!(app.send_anonymous(asked("/help/nothing", &cookie)).await.status, StatusCode::NOT_FOUND);
}

/// A value in a file appears in no page, no header and no log, whatever the result of the import.
#[tokio::test]
async fn planted_value_in_a_file_appears_nowhere() {
    let (log, guard) = capture();
    let app = TestApp::start().await;
    let name = unique("planted");
    let quoted = serde_json::to_string(SENTINEL).unwrap();
    let config = format!(
        r#"{{"auths":{{"a.example":{{"auth":"{}"}},"b.example":{{"username":"u","password":{quoted}}},
        "c.example":{{"identitytoken":{quoted}}},"d.example":{{"auth":{quoted}}},"https://x:PLANTED@e.example":{{}}}}}}"#,
        b64(&format!("u:{SENTINEL}"))
    );
    let manifest = format!(
        "kind: Secret\nmetadata: {{name: {quoted}}}\ndata:\n  .dockerconfigjson: {}\nstringData:\n  ssh: {quoted}\n",
        b64(&config)
    );
    let mut answers = Vec::new();
    for text in [
        &config[..config.len() - 1],
        &format!("{config}{{{quoted}"),
        &format!("a: {quoted}: {quoted}"),
        &format!("a: {quoted}\na: {quoted}"),
        &format!("- &a {quoted}\n- *b"),
        &quoted,
    ] {
        let answer = paste(&app, text).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{text}: {}", answer.body);
        answers.push(answer);
    }
    // JSON documents are read one after the other, like JSON lines.
    let more = paste(&app, &format!("{config}{quoted}")).await;
    assert_eq!(more.status, StatusCode::SEE_OTHER, "{}", more.body);
    answers.push(app.get(more.header("location")).await);
    answers.push(more);
    for text in [&config, &manifest] {
        let begun = paste(&app, text).await;
        let address = begun.header("location").to_owned();
        answers.push(begun);
        answers.push(app.get(&address).await);
        assert!(answers.last().unwrap().body.contains("a.example"));
        answers.push(app.post(&address, &[("take", "1"), ("name-1", "Not A Name")]).await);
        answers.push(app.post(&address, &[("take", "1"), ("take", "9"), ("name-1", "x")]).await);
        answers.push(app.post(&format!("{address}/discard"), &[]).await);
    }
    let address = begin(&app, &config).await;
    answers.push(app.post(&address, &[("take", "1"), ("name-1", &name)]).await);
    assert_eq!(app.password_of(&name).await, SENTINEL);
    for path in ["/secrets", "/audit", &address, &format!("/secrets/image-{name}/edit")] {
        answers.push(app.get(path).await);
    }
    for (number, answer) in answers.iter().enumerate() {
        assert_absent(&answer.body, &format!("answer {number}"));
        assert_absent(&format!("{:?}", answer.headers), &format!("the headers of answer {number}"));
    }
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered"), "the log was captured");
    assert_absent(&log, "the log");
}
