//! A router over one private PostgreSQL for the whole run. Tests keep apart by the names of their secrets.

use app::ssr::Assets;
use axum::{
    Router,
    body::{Body, HttpBody, to_bytes},
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
};
use backend::{Backend, BackendConfig, Ctx, Kek};
use domain::{secret::SecretId, sensitive::Sensitive};
use leptos::config::LeptosOptions;
use server::{clock, private_postgres::PrivatePostgres, router, state::AppState};
use std::{
    path::{Path, PathBuf},
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
    // The server ends with the thread that started it, so that thread stays until the process goes.
    thread::spawn(move || {
        let postgres = PrivatePostgres::start(&folder).unwrap();
        send.send(postgres.url()).unwrap();
        loop {
            thread::park();
        }
    });
    (receive.recv().unwrap(), Kek::generate().unwrap())
});

/// A folder of this run alone; those of runs before are swept away.
pub(crate) fn fresh_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A name that no other test has.
pub(crate) fn unique(start: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{start}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// One at a time: each test has a tokio runtime of its own, and with several of them rendering at once in one process a
/// page now and then waits for ever. A server has one runtime.
static TURN: Mutex<()> = Mutex::const_new(());

pub(crate) struct TestApp {
    _turn: MutexGuard<'static, ()>,
    router: Router,
    pub(crate) backend: Backend,
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
        let turn = TURN.lock().await;
        let (url, kek) = LazyLock::force(&DATABASE).clone();
        let config = BackendConfig { database_url: Sensitive::new(url), kek, max_connections: 4 };
        let backend = Backend::start(config, clock::now()).await.unwrap();
        Self { _turn: turn, router: router(state(Some(backend.clone()))), backend }
    }

    /// A server whose database is not there yet, beside this one.
    #[expect(clippy::unused_self, reason = "whoever has an app has the turn")]
    pub(crate) fn without_database(&self) -> Router {
        router(state(None))
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
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
        // As a browser does; a body of unknown length goes in pieces.
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
            ],
        )
        .await
    }

    /// What is stored, as a consumer would get it.
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
    let options = LeptosOptions::builder().output_name("latchkey").site_root("no-site-in-tests").build();
    let file = |extension: &str| format!("/pkg/latchkey.{extension}");
    let state = AppState::new(options, Assets { css: file("css"), js: file("js"), wasm: file("wasm") });
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

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(fields).unwrap()
}
