//! A router over one private PostgreSQL for the whole run. Tests are isolated by the names of their secrets.

use app::{portal::LookAround, ssr::Assets};
use axum::{
    Router,
    body::{Body, HttpBody, to_bytes},
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
};
use backend::{
    Backend, BackendConfig, Ctx, Kek, MailConfig, Observed, PrivateHost, SignInConfig, TestConfig,
};
use domain::{
    access::{Role, TokenDraft, TokenScope},
    error::Error,
    secret::SecretId,
    sensitive::Sensitive,
};
use leptos::config::LeptosOptions;
use private_postgres::{PrivatePostgres, Stop};
use server::{
    clock,
    config::{self, Asked},
    forwarded::Forwarding,
    metrics::{self, Scrapes, instruments::Instruments},
    router,
    routes::{self, Audience},
    state::AppState,
    surroundings::{self, Sources},
};
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
};
use tokio::sync::{Mutex, MutexGuard};
use tower::ServiceExt;

/// A key made for these tests; it opens nothing.
pub(crate) const KEY: &str = include_str!("key");

static DATABASE: LazyLock<(String, Kek)> = LazyLock::new(|| {
    let folder = fresh_folder("router");
    let (send, receive) = mpsc::channel();
    // The server ends with the thread that started it, so that thread stays until the process ends.
    thread::spawn(move || {
        let postgres = PrivatePostgres::start(&folder, &Stop::default()).unwrap();
        send.send(postgres.url()).unwrap();
        loop {
            thread::park();
        }
    });
    (receive.recv().unwrap(), Kek::generate().unwrap())
});

/// The password of every user with a password in these tests.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Creates a folder for this run alone, and deletes those of earlier runs.
pub(crate) fn fresh_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Returns a name that no other test has.
pub(crate) fn unique(start: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{start}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Serializes the tests: each has a tokio runtime of its own, and if several of them render at once in one
/// process, a page now and then waits for ever. A server has one runtime.
static TURN: Mutex<()> = Mutex::const_new(());

pub(crate) struct TestApp {
    _turn: MutexGuard<'static, ()>,
    router: Router,
    pub(crate) backend: Backend,
    /// The session of an administrator, sent with every request without a cookie of its own.
    cookie: String,
}

/// The counters and histograms of a portal.
pub(crate) struct Monitoring {
    instruments: Instruments,
    state: AppState,
}

impl Monitoring {
    /// Notes a cleanup.
    pub(crate) fn cleaned(&self) {
        self.state.status.cleaned(clock::now());
    }

    /// Asks for metrics as Prometheus does, with up to so many secrets by name. Nothing is kept from the time before.
    pub(crate) async fn scrape(&self, request: Request<Body>, names: u32) -> Answer {
        let router = metrics::router(Scrapes::new(&self.instruments, names), self.state.clone());
        read(router.oneshot(request).await.unwrap()).await
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with_mail(None).await
    }

    /// Starts an app that sends mail to this server.
    pub(crate) async fn start_with_mail(mail: Option<MailConfig>) -> Self {
        let turn = TURN.lock().await;
        let (url, kek) = LazyLock::force(&DATABASE).clone();
        let config = BackendConfig {
            database: backend::DatabaseConfig::at(Sensitive::new(url)),
            keys: vec![kek],
            max_connections: 4,
            retention: backend::Retention::default(),
            mail,
            notices: backend::NoticeConfig::default(),
            sign_in: SignInConfig::default(),
            connection_tests: TestConfig {
                allow_private: vec![PrivateHost::parse("127.0.0.0/8").unwrap()],
                plain_http: vec!["127.0.0.1".to_owned()],
                ..TestConfig::default()
            },
        };
        let backend = Backend::start(config, clock::now()).await.unwrap();
        let mut app = Self {
            _turn: turn,
            router: router(state(Some(backend.clone()))),
            backend,
            cookie: String::new(),
        };
        app.cookie = app.session("admin", Role::Admin).await;
        app
    }

    /// Returns every route, from the list of which the router itself is made.
    pub(crate) fn routes(&self) -> Vec<(String, Audience)> {
        let state = state(Some(self.backend.clone()));
        routes::routes(&state).into_iter().map(|route| (route.path, route.audience)).collect()
    }

    /// Drains the portal, as before a stop.
    pub(crate) fn drain(&mut self) {
        let state = state(Some(self.backend.clone()));
        state.drain();
        self.router = router(state);
    }

    /// Counts and measures everything from now on, and returns the way to ask for it.
    pub(crate) fn monitor(&mut self) -> Monitoring {
        let state = state(Some(self.backend.clone()));
        let instruments = Instruments::default();
        state.measure(instruments.clone());
        self.backend.observe(Observed { metrics: Some(instruments.services.clone()), slow: None });
        self.router = router(state.clone());
        Monitoring { instruments, state }
    }

    /// Logs each request from now on.
    pub(crate) fn log_requests(&mut self) {
        let state = state(Some(self.backend.clone()));
        state.log_requests();
        self.router = router(state);
    }

    /// Offers the pseudo-language.
    pub(crate) fn offer_pseudo_language(&mut self) {
        let state = state(Some(self.backend.clone()));
        state.offer_pseudo_language();
        self.router = router(state);
    }

    /// Puts the portal behind another way in.
    pub(crate) fn behind(&mut self, forwarding: Forwarding) {
        self.router = router(state_at(Some(self.backend.clone()), forwarding));
    }

    /// Returns the cookie of a fresh session of this user, who is created if missing.
    pub(crate) async fn session(&self, name: &str, role: Role) -> String {
        let ctx = Ctx::system("test", clock::now());
        match self.backend.users().add(&ctx, name, role.as_str(), &Sensitive::default()).await {
            Ok(_) | Err(Error::Invalid(_)) => {}
            Err(error) => panic!("{error}"),
        }
        let session = self.backend.sessions().begin_for(&ctx, name, "tests").await.unwrap();
        format!("latchkey_session={}", session.token.expose())
    }

    /// Returns the same for a user with a password, `PASSWORD`.
    pub(crate) async fn session_with_password(&self, name: &str, role: Role) -> String {
        let ctx = Ctx::system("test", clock::now());
        let added = self.backend.users().add(&ctx, name, role.as_str(), &Sensitive::default()).await.unwrap();
        let password = Sensitive::new(PASSWORD);
        self.backend.users().choose_password(&ctx, &added.link_token, &password).await.unwrap();
        self.session(name, role).await
    }

    /// Posts the form of a new channel as an administrator with a password, which it asks for.
    pub(crate) async fn add_channel(&self, fields: &[(&str, &str)]) -> Answer {
        let cookie = self.session_with_password(&unique("channels"), Role::Admin).await;
        let fields = [fields, &[("current_password", PASSWORD)]].concat();
        self.send_anonymous(posted("/notifications/channels/new", &cookie, &fields)).await
    }

    /// Sends the request without credentials.
    pub(crate) async fn send_anonymous(&self, request: Request<Body>) -> Answer {
        read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// Sends the request, and returns the head alone as soon as it arrives.
    pub(crate) async fn head(&self, request: Request<Body>) -> (StatusCode, HeaderMap) {
        let (parts, _) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        (parts.status, parts.headers)
    }

    /// Returns the mark of a browser in which this user has signed in, as the browser sends it back.
    pub(crate) async fn browser(&self, name: &str) -> String {
        let ctx = Ctx::system("test", clock::now());
        let session = self.backend.sessions().begin_for(&ctx, name, "tests").await.unwrap();
        let browser = self.backend.browsers().admit(&session, None).unwrap();
        format!("latchkey_browser={}", browser.mark().expose())
    }

    /// Returns the metrics of a second server, whose database does not answer yet.
    #[expect(clippy::unused_self, reason = "whoever has an app has the turn")]
    pub(crate) fn metrics_without_database(&self) -> Monitoring {
        Monitoring { instruments: Instruments::default(), state: state(None) }
    }

    /// Returns a second server, whose database does not answer yet.
    #[expect(clippy::unused_self, reason = "whoever has an app has the turn")]
    pub(crate) fn without_database(&self) -> Router {
        router(state(None))
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        let cookies = request.headers().get(header::COOKIE).map(|line| line.to_str().unwrap().to_owned());
        if !cookies.as_ref().is_some_and(|line| line.contains("latchkey_session=")) {
            let line = cookies.map_or_else(|| self.cookie.clone(), |line| format!("{line}; {}", self.cookie));
            request.headers_mut().insert(header::COOKIE, line.parse().unwrap());
        }
        read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).header(header::ACCEPT, "text/html").body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_raw(path, "application/x-www-form-urlencoded", form(fields)).await
    }

    pub(crate) async fn post_raw(&self, path: &str, content_type: &str, body: impl Into<Body>) -> Answer {
        let body = body.into();
        let mut request =
            Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, content_type);
        // As a browser does; a body of unknown length is sent in chunks.
        if let Some(length) = body.size_hint().exact() {
            request = request.header(header::CONTENT_LENGTH, length);
        }
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn call(&self, function: &str, input: &str) -> Answer {
        self.post_raw(&format!("/api/ui/{function}"), "application/json", format!("{{\"input\":{input}}}"))
            .await
    }

    pub(crate) async fn add_image(&self, name: &str, password: &str) -> Answer {
        self.post(
            "/secrets/new",
            &[
                ("name", name),
                ("display_name", ""),
                ("type", "image-pull"),
                ("registry_host", "ghcr.io"),
                ("username", "robot"),
                ("password", password),
                ("password_ends", "keep"),
                ("allow_duplicate", "on"),
            ],
        )
        .await
    }

    /// Creates a token with this scope, and with the changes to its form.
    pub(crate) async fn token(&self, scope: TokenScope, change: impl Fn(&mut TokenDraft)) -> String {
        let mut draft =
            TokenDraft { name: "ci".to_owned(), scope: scope.as_str().to_owned(), ..TokenDraft::default() };
        change(&mut draft);
        let ctx = Ctx::system("test", clock::now());
        self.backend.tokens().create(&ctx, &draft).await.unwrap().text.expose().to_owned()
    }

    /// Returns the whole database as text.
    #[expect(clippy::unused_self, reason = "whoever has an app has the turn")]
    pub(crate) fn dump(&self) -> String {
        let socket = Path::new(env!("CARGO_TARGET_TMPDIR")).join("router/postgres");
        let database = format!("host={} user=latchkey dbname=latchkey", socket.display());
        let output = Command::new("pg_dump").args(["--dbname", &database]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Returns the stored password, as a consumer would get it.
    pub(crate) async fn password_of(&self, name: &str) -> String {
        let id = SecretId::parse(&format!("image-{name}")).unwrap();
        let ctx = Ctx::system("test", clock::now());
        match self.backend.secrets().credential(&ctx, &id).await.unwrap() {
            domain::secret::Credential::ImagePull { password, .. } => password.value().expose().to_owned(),
            domain::secret::Credential::GitDataset { .. } => panic!("not an image-pull secret"),
        }
    }
}

fn state(backend: Option<Backend>) -> AppState {
    state_at(backend, Forwarding::default())
}

/// Returns what a process with the usual settings would know, behind this way in.
fn surroundings(forwarding: &Forwarding) -> LookAround {
    let public = forwarding.public.as_ref().map(|public| format!("--public-url={}", public.as_text()));
    let arguments = ["latchkey".to_owned(), "--data-dir=/nowhere".to_owned()].into_iter().chain(public);
    match config::parse(arguments.map(Into::into)) {
        Ok(Asked::OfServer(cli)) => {
            let sources = Sources { settings: cli.given, ..Sources::default() };
            surroundings::of_server(&cli.settings, sources, forwarding.clone())
        }
        other => panic!("{other:?}"),
    }
}

fn state_at(backend: Option<Backend>, forwarding: Forwarding) -> AppState {
    let options = LeptosOptions::builder().output_name("latchkey").site_root("no-site-in-tests").build();
    let file = |extension: &str| format!("/pkg/latchkey.{extension}");
    let around = surroundings(&forwarding);
    let state =
        AppState::new(options, Assets { css: file("css"), js: file("js"), wasm: file("wasm") }, forwarding);
    state.portal.set_look_around(around);
    if let Some(backend) = backend {
        state.open(backend);
    }
    state
}

pub(crate) async fn read(response: Response<Body>) -> Answer {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
}

/// Returns a form as a browser sends it, with this cookie.
pub(crate) fn posted(path: &str, cookie: &str, fields: &[(&str, &str)]) -> Request<Body> {
    Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form(fields)))
        .unwrap()
}

/// Returns a request for a page, with this cookie.
pub(crate) fn asked(path: &str, cookie: &str) -> Request<Body> {
    Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(fields).unwrap()
}
