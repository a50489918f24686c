//! Mail to people: the page on which they choose, the links in mails, and the API, with a real mail server.

use crate::harness::{PASSWORD, TestApp, asked, fresh_folder, posted, unique};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use backend::{Ctx, MailConfig, MailFrom, SmtpServer};
use domain::{
    access::{Role, TokenDraft, TokenScope},
    sensitive::Sensitive,
};
use server::clock;
use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

const ACCOUNT: &str = "latchkey:SENTINEL-SMTP";

/// A mail server that ends with the test.
pub(crate) struct SmtpPeer {
    folder: PathBuf,
    port: u16,
    child: Child,
}

impl Drop for SmtpPeer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl SmtpPeer {
    pub(crate) fn start(name: &str) -> Self {
        Self::start_with(name, ACCOUNT)
    }

    /// Starts a server with this account, a user and a password.
    pub(crate) fn start_with(name: &str, account: &str) -> Self {
        let folder = fresh_folder(name);
        let paths = env::var_os("PATH").unwrap();
        let tool = env::split_paths(&paths).map(|folder| folder.join("aiosmtpd")).find(|tool| tool.is_file());
        let tool = tool.expect("aiosmtpd is missing: run scripts/setup test");
        let packages = tool.parent().and_then(Path::parent).unwrap().join("aiosmtpd");
        let mut child = Command::new("python3")
            .env("PYTHONPATH", packages)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end/support/smtp_server.py"))
            .arg(&folder)
            .args(["--account", account])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { folder, port: line.trim().parse().unwrap(), child }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn config(&self) -> MailConfig {
        self.config_of(ACCOUNT)
    }

    /// Returns the same for this account.
    pub(crate) fn config_of(&self, account: &str) -> MailConfig {
        Self::config_at(self.port, account)
    }

    /// Returns the same for a server at this port.
    pub(crate) fn config_at(port: u16, account: &str) -> MailConfig {
        let (user, password) = account.split_once(':').unwrap();
        let [user, password] = [user, password].map(domain::percent::encode);
        let url = Sensitive::new(format!("smtp://{user}:{password}@127.0.0.1:{port}"));
        MailConfig {
            server: SmtpServer::parse(&url).unwrap(),
            from: MailFrom::parse("Latchkey <latchkey@portal.example>").unwrap(),
            public_url: "https://portal.example".to_owned(),
        }
    }

    /// Returns the mails to this address, in their order, with the folds of quoted-printable undone.
    pub(crate) fn mails_to(&self, address: &str) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.retain(|name| name.extension().is_some_and(|extension| extension == "eml"));
        names.sort();
        let mails = names.iter().map(|name| fs::read_to_string(name).unwrap());
        let to = format!("X-Envelope-To: {address}\r\n");
        mails
            .filter(|mail| mail.contains(&to))
            .map(|mail| mail.replace("=\r\n", "").replace("=3D", "="))
            .collect()
    }
}

/// Returns the path and query of the link with this path in a mail.
pub(crate) fn link(mail: &str, path: &str) -> String {
    let start = format!("https://portal.example{path}?token=");
    let (_, rest) = mail.split_once(&start).unwrap_or_else(|| panic!("{start} in {mail}"));
    format!("{path}?token={}", rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>())
}

#[tokio::test]
async fn account_says_that_no_mail_is_sent_without_a_server() {
    let app = TestApp::start().await;
    let account = app.get("/account").await;
    assert!(account.body.contains("This portal sends no mail"), "{}", account.body);
    let page = app.get("/account/notifications").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("mail_address"), "{}", page.body);
    let sent = app.post("/account/notifications/address", &[("mail_address", "a@b.example")]).await;
    assert_eq!(sent.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_address_is_confirmed_by_the_link_in_its_mail_and_ended_by_another() {
    let peer = SmtpPeer::start("mail-confirm");
    let app = TestApp::start_with_mail(Some(peer.config())).await;
    let name = unique("mia");
    let address = format!("{name}@example.org");
    let cookie = app.session_with_password(&name, Role::Reader).await;
    let post = async |path: &str, fields: &[(&str, &str)]| app.send(posted(path, &cookie, fields)).await;
    let page = async || app.send(asked("/account/notifications", &cookie)).await.body;

    let wrong =
        post("/account/notifications/address", &[("mail_address", "mia"), ("current_password", PASSWORD)])
            .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("Enter a mail address") && wrong.body.contains("value=\"mia\""),
        "{}",
        wrong.body
    );
    assert!(!wrong.body.contains(PASSWORD));
    let fields = [("mail_address", address.as_str()), ("current_password", PASSWORD)];
    let asked_to = post("/account/notifications/address", &fields).await;
    assert_eq!(asked_to.status, StatusCode::SEE_OTHER, "{}", asked_to.body);
    assert!(page().await.contains("A mail was sent to"));

    let mails = peer.mails_to(&address);
    assert_eq!(mails.len(), 1);
    let confirm = link(&mails[0], "/mail/confirm");
    let anonymous = |request: Request<Body>| app.send_anonymous(request);
    let get =
        |path: &str| Request::get(path).header(header::ACCEPT, "text/html").body(Body::empty()).unwrap();
    // Programs that look at mails follow links: a GET changes nothing.
    for _ in 0..2 {
        let question = anonymous(get(&confirm)).await;
        assert_eq!(question.status, StatusCode::OK);
        assert!(
            question.body.contains(&address) && question.body.contains("method=\"post\""),
            "{}",
            question.body
        );
    }
    assert!(!page().await.contains("Send a test mail"));
    let confirmed = anonymous(posted(&confirm, "", &[])).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.body);
    assert!(confirmed.body.contains("Address confirmed"), "{}", confirmed.body);
    assert_eq!(anonymous(get(&confirm)).await.status, StatusCode::GONE);
    assert_eq!(anonymous(posted(&confirm, "", &[])).await.status, StatusCode::GONE);

    assert!(page().await.contains("Send a test mail"));
    keeps_a_choice_and_rejects_wrong_ones(&app, &cookie, &address).await;

    let forged = anonymous(get("/mail/unsubscribe?token=00")).await;
    assert_eq!(forged.status, StatusCode::GONE);
}

/// Sends choices of a reader with this session and confirmed address.
async fn keeps_a_choice_and_rejects_wrong_ones(app: &TestApp, cookie: &str, address: &str) {
    let post = async |path: &str, fields: &[(&str, &str)]| app.send(posted(path, cookie, fields)).await;
    let choice = [
        ("event:secret.expires", "on"),
        ("event:secret.test_failed", "on"),
        ("type:image-pull", "on"),
        ("prefix", "team-a\r\nteam-b"),
        ("cadence", "weekly"),
        ("hour", "7"),
        ("weekday", "5"),
        ("time_zone", "Asia/Taipei"),
        ("quiet", "on"),
        ("quiet_from", "22"),
        ("quiet_to", "6"),
    ];
    let zone = choice.map(|(name, value)| (name, if name == "time_zone" { "Mars/Base" } else { value }));
    let rejected = post("/account/notifications", &zone).await;
    assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        rejected.body.contains("Mars/Base") && rejected.body.contains("team-a\nteam-b"),
        "{}",
        rejected.body
    );
    let all_day = choice.map(|(name, value)| (name, if name == "quiet_to" { "22" } else { value }));
    let rejected = post("/account/notifications", &all_day).await;
    assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        rejected.body.contains("id=\"quiet_to-error\"")
            && rejected.body.contains("Choose two different hours."),
        "{}",
        rejected.body
    );
    assert_eq!(post("/account/notifications", &choice).await.status, StatusCode::SEE_OTHER);
    let body = app.send(asked("/account/notifications", cookie)).await.body;
    assert!(body.contains("Asia/Taipei") && body.contains("team-a\nteam-b"), "{body}");
    assert_eq!(body.matches(" checked").count(), 4, "{body}");
    // A reader is not asked about what administrators alone hear of.
    assert!(!body.contains("event:sign_in.locked"), "{body}");
    let account = app.send(asked("/account", cookie)).await.body;
    assert!(
        account.contains(&format!("Mails go to {address}: 2 kinds of events. Once a week.")),
        "{account}"
    );
    let unknown = post("/account/notifications", &[("user", "root")]).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
}

/// Returns the session of somebody with a confirmed address who receives mails at once.
async fn receiver(app: &TestApp, peer: &SmtpPeer, name: &str, address: &str) -> String {
    let cookie = app.session_with_password(name, Role::Admin).await;
    let fields = [("mail_address", address), ("current_password", PASSWORD)];
    let sent = app.send(posted("/account/notifications/address", &cookie, &fields)).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let confirm = link(peer.mails_to(address).last().unwrap(), "/mail/confirm");
    assert_eq!(app.send_anonymous(posted(&confirm, "", &[])).await.status, StatusCode::OK);
    assert_eq!(
        app.send(posted("/account/notifications", &cookie, &CHOICE)).await.status,
        StatusCode::SEE_OTHER
    );
    cookie
}

/// Returns an API token of whoever has this session.
async fn token_of(app: &TestApp, cookie: &str) -> String {
    let ctx = Ctx::system("test", clock::now());
    let session = Sensitive::new(cookie.trim_start_matches("latchkey_session="));
    let actor = app.backend.sessions().identify(&ctx, &session).await.unwrap().unwrap();
    let draft = TokenDraft {
        name: "notifications".to_owned(),
        scope: TokenScope::Write.as_str().to_owned(),
        current_password: Sensitive::new(PASSWORD),
        ..TokenDraft::default()
    };
    app.backend.tokens().create(&Ctx { actor, ..ctx }, &draft).await.unwrap().text.expose().to_owned()
}

/// The choice of somebody who receives mails at once.
const CHOICE: [(&str, &str); 5] = [
    ("event:sign_in.locked", "on"),
    ("cadence", "at-once"),
    ("hour", "8"),
    ("weekday", "1"),
    ("time_zone", "UTC"),
];

/// Locks signing in under a name of its own, of which administrators hear.
async fn lock_sign_in(app: &TestApp, name: &str) {
    app.session_with_password(name, Role::Reader).await;
    for _ in 0..6 {
        app.send_anonymous(posted("/sign-in", "", &[("username", name), ("password", "wrong")])).await;
    }
}

/// Waits until a mail to this address has this text.
async fn until_mailed(peer: &SmtpPeer, address: &str, text: &str) -> String {
    let found = async {
        loop {
            if let Some(mail) = peer.mails_to(address).into_iter().find(|mail| mail.contains(text)) {
                return mail;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found).await.expect("the mail arrives")
}

#[tokio::test]
async fn the_button_of_mail_programs_ends_mails_and_only_their_reader_begins_them_again() {
    let peer = SmtpPeer::start("mail-one-click");
    let app = TestApp::start_with_mail(Some(peer.config())).await;
    let sending = tokio::spawn(server::mail::run(app.backend.clone()));
    let (name, secret) = (unique("ona"), unique("locked"));
    let address = format!("{name}@example.org");
    let cookie = receiver(&app, &peer, &name, &address).await;
    lock_sign_in(&app, &secret).await;
    let mail = until_mailed(&peer, &address, &secret).await;
    sending.abort();
    assert!(mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{mail}");
    let (_, rest) = mail.split_once("List-Unsubscribe: <https://portal.example").unwrap();
    let (path, _) = rest.split_once('>').unwrap();
    let has_ended = async || {
        let page = app.send(asked("/account/notifications", &cookie)).await.body;
        page.contains("You ended these mails")
    };
    let boundary = "multipart/form-data; boundary=x";
    let parts =
        "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    for (kind, body) in
        [("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"), (boundary, parts)]
    {
        assert!(!has_ended().await);
        // As a mail program sends it (RFC 8058): without a session, an origin or a cookie.
        let request = Request::post(path).header(header::CONTENT_TYPE, kind).body(Body::from(body)).unwrap();
        let ended = app.send_anonymous(request).await;
        assert_eq!(ended.status, StatusCode::OK, "{kind}: {}", ended.body);
        assert!(has_ended().await, "{kind}");
        // The person's own form begins the mails again.
        let chosen = app.send(posted("/account/notifications", &cookie, &CHOICE)).await;
        assert_eq!(chosen.status, StatusCode::SEE_OTHER);
    }
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    app.send_anonymous(request.body(Body::from("List-Unsubscribe=One-Click")).unwrap()).await;
    assert!(has_ended().await);

    // The API changes what it names, and nothing else.
    let token = token_of(&app, &cookie).await;
    let change = async |body: &str| {
        let request = Request::patch("/api/v1/me/notifications")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        let changed = app.send_anonymous(request.body(Body::from(body.to_owned())).unwrap()).await;
        assert_eq!(changed.status, StatusCode::OK, "{body}: {}", changed.body);
        changed.body
    };
    for body in ["{}", "{\"hour\":9}", "{\"events\":[\"secret.expires\",\"sign_in.locked\"]}"] {
        let said = change(body).await;
        assert!(!said.contains("\"unsubscribed_at\":null"), "{body}: {said}");
        assert!(has_ended().await, "{body}");
    }
    assert!(change("{}").await.contains("\"hour\":9"));
    change("{\"unsubscribed\":false}").await;
    assert!(!has_ended().await);
    change("{\"unsubscribed\":true}").await;
    assert!(has_ended().await);
}

#[tokio::test]
async fn one_who_is_slow_to_take_mail_delays_nobody() {
    let peer = SmtpPeer::start("mail-slow");
    let app = TestApp::start_with_mail(Some(peer.config())).await;
    let secret = unique("locked");
    // After its first mail, the server takes two minutes to answer for this address. People are served in the order in which
    // they were added.
    let slow = unique("slow");
    receiver(&app, &peer, &slow, "slow@example.org").await;
    let name = unique("fast");
    let address = format!("{name}@example.org");
    receiver(&app, &peer, &name, &address).await;
    lock_sign_in(&app, &secret).await;
    let sending = tokio::spawn(server::mail::run(app.backend.clone()));
    until_mailed(&peer, &address, &secret).await;
    sending.abort();
}

#[tokio::test]
async fn reminder_promises_nothing_to_whoever_gets_no_mails() {
    let peer = SmtpPeer::start("mail-reminder");
    let app = TestApp::start_with_mail(Some(peer.config())).await;
    let secret = unique("dated");
    let name = unique("rea");
    let cookie = app.session_with_password(&name, Role::Editor).await;
    let page = async |cookie: &str| {
        app.send(asked(&format!("/account/notifications?remind=image-{secret}"), cookie)).await.body
    };
    let dates =
        [("event:secret.expires", "on"), ("event:secret.expired", "on"), ("event:secret.renewal_due", "on")];
    let choice = [&dates[..], &CHOICE[1..]].concat();
    assert_eq!(
        app.send(posted("/account/notifications", &cookie, &choice)).await.status,
        StatusCode::SEE_OTHER
    );
    let body = page(&cookie).await;
    assert!(body.contains("To be reminded of") && !body.contains("You are already told"), "{body}");
    let other = unique("reb");
    let cookie = receiver(&app, &peer, &other, &format!("{other}@example.org")).await;
    assert_eq!(
        app.send(posted("/account/notifications", &cookie, &choice)).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(page(&cookie).await.contains("You are already told"));
}

#[tokio::test]
async fn api_shows_and_changes_the_choice_of_the_tokens_owner() {
    let app = TestApp::start().await;
    let token = app.token(TokenScope::Write, |_| {}).await;
    let ask = async |method: &str, body: &str| {
        let request = Request::builder()
            .method(method)
            .uri("/api/v1/me/notifications")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        app.send_anonymous(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    // A token of the command line belongs to nobody.
    assert_eq!(ask("GET", "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(ask("PATCH", "{}").await.status, StatusCode::NOT_FOUND);
    assert_eq!(ask("PUT", "{}").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn api_takes_null_for_no_quiet_hours_and_rejects_equal_ones() {
    let app = TestApp::start().await;
    let cookie = app.session_with_password(&unique("night"), Role::Editor).await;
    let fields = [("name", "cli"), ("scope", "write"), ("current_password", PASSWORD)];
    let made = app.send_anonymous(posted("/tokens/new", &cookie, &fields)).await.body;
    let start = made.find("value=\"latchkey_").unwrap() + 7;
    let token: String = made[start..].chars().take_while(|c| *c != '"').collect();
    let ask = async |body: &str| {
        let request = Request::builder()
            .method("PATCH")
            .uri("/api/v1/me/notifications")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        app.send_anonymous(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    let hours = async |body: &str| {
        let answer = ask(body).await;
        assert_eq!(answer.status, StatusCode::OK, "{body}: {}", answer.body);
        let answer: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        (answer["quiet_from"].as_u64(), answer["quiet_to"].as_u64())
    };
    assert_eq!(hours(r#"{"quiet_from":22,"quiet_to":7}"#).await, (Some(22), Some(7)));
    assert_eq!(hours(r#"{"quiet_to":6}"#).await, (Some(22), Some(6)));
    assert_eq!(hours("{}").await, (Some(22), Some(6)), "what is left out stays");
    for wrong in [r#"{"quiet_from":7,"quiet_to":7}"#, r#"{"quiet_from":6}"#, r#"{"quiet_to":24}"#] {
        let rejected = ask(wrong).await;
        assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: {}", rejected.body);
    }
    assert_eq!(hours(r#"{"quiet_from":null}"#).await, (None, None));
    assert_eq!(ask(r#"{"quiet_to":7}"#).await.status, StatusCode::UNPROCESSABLE_ENTITY, "an hour is missing");
}

#[tokio::test]
async fn pages_of_mail_are_in_chinese_too() {
    let peer = SmtpPeer::start("mail-chinese");
    let app = TestApp::start_with_mail(Some(peer.config())).await;
    let chinese = "latchkey_language=zh-Hant";
    let page = app.send(asked("/account/notifications", chinese)).await;
    assert!(page.body.contains("郵件地址") && page.body.contains("儲存通知設定"), "{}", page.body);
    let spent = app.send_anonymous(asked("/mail/confirm?token=x", chinese)).await;
    assert_eq!(spent.status, StatusCode::GONE);
    assert!(spent.body.contains("這個連結已失效"), "{}", spent.body);
}

#[tokio::test]
async fn system_tries_the_mail_server_and_shows_nothing_of_the_account() {
    let peer = SmtpPeer::start("mail-system");
    let app = TestApp::start_with_mail(Some(peer.config())).await;
    let quick = app.get("/system").await;
    assert!(quick.body.contains("id=mail-server class=not-looked"), "{}", quick.body);
    let slow = app.post("/system", &[]).await;
    assert!(slow.body.contains("id=mail-server class=well"), "{}", slow.body);
    assert!(!slow.body.contains("SENTINEL") && !quick.body.contains("SENTINEL"));
    drop(peer);
    let gone = app.post("/system", &[]).await;
    assert!(gone.body.contains("id=mail-server class=broken"), "{}", gone.body);
    assert!(!gone.body.contains("SENTINEL"));
}
