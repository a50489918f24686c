//! A receiver of webhooks on loopback, which keeps what it gets and answers as it is asked to.

use domain::sensitive::Sensitive;
use std::{
    io::Write,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A request as it was received.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) line: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The answer of a receiver: the text after the version of HTTP; nothing at all if it is empty.
type Answer = Arc<Mutex<String>>;

/// A receiver, until the end of the test.
pub(super) struct Receiver {
    pub(super) port: u16,
    received: Arc<Mutex<Vec<Received>>>,
    answer: Answer,
}

impl Receiver {
    /// Starts a receiver that answers with this text, such as `200 OK`, and further headers on lines of their own.
    pub(super) async fn start(answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let answer = Arc::new(Mutex::new(answer.to_owned()));
        let (kept, answers) = (Arc::clone(&received), Arc::clone(&answer));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&kept), Arc::clone(&answers)));
            }
        });
        Self { port, received, answer }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(super) fn answer_with(&self, answer: &str) {
        answer.clone_into(&mut self.answer.lock().unwrap());
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, kept: Arc<Mutex<Vec<Received>>>, answers: Answer) {
    let mut read = Vec::new();
    let end = loop {
        if let Some(end) = read.windows(4).position(|part| part == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut read).await.unwrap_or_default() == 0 {
            return;
        }
    };
    let head = String::from_utf8(read[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let line = lines.next().unwrap().to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse::<usize>().unwrap());
    while read.len() < end + length {
        if stream.read_buf(&mut read).await.unwrap_or_default() == 0 {
            return;
        }
    }
    let body = String::from_utf8(read[end..].to_vec()).unwrap();
    kept.lock().unwrap().push(Received { line, headers, body });
    let answer = answers.lock().unwrap().clone();
    if answer.is_empty() {
        std::future::pending::<()>().await;
    }
    let answer = format!(
        "HTTP/1.1 {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        answer.replace('\n', "\r\n")
    );
    drop(stream.write_all(answer.as_bytes()).await);
}

/// Asks the reference verifier whether this secret signed the request, whose time is `second`.
pub(super) fn is_verified(secret: &Sensitive, request: &Received) -> bool {
    // Its tolerance is around the clock's time, so the clock is the time of the request.
    const SCRIPT: &str = "
import datetime, json, sys
import standardwebhooks.webhooks as webhooks
asked = json.load(sys.stdin)
class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(int(asked['headers']['webhook-timestamp']), tz)
webhooks.datetime = Clock
try:
    webhooks.Webhook(asked['secret']).verify(asked['body'], asked['headers'])
except webhooks.WebhookVerificationError:
    sys.exit(3)
";
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers: serde_json::Map<_, _> =
        names.iter().map(|name| ((*name).to_owned(), request.header(name).into())).collect();
    let asked = serde_json::json!({ "secret": secret.expose(), "body": request.body, "headers": headers });
    let mut python = Command::new("python-standardwebhooks")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the verifier is missing: run scripts/setup test");
    python.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    match python.wait().unwrap().code() {
        Some(0) => true,
        Some(3) => false,
        code => panic!("the verifier ended with {code:?}"),
    }
}
