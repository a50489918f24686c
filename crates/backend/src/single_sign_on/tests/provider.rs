//! A provider on this machine that answers as a test wants, with its own signing key.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};

/// The provider's next answers.
#[derive(Default)]
pub(crate) struct Says {
    pub(crate) token: Value,
    pub(crate) user_info: Value,
    /// The paths that were asked for.
    pub(crate) asked: Vec<String>,
}

pub(crate) struct TestProvider {
    pub(crate) issuer: String,
    pub(crate) says: Arc<Mutex<Says>>,
    key: EcdsaKeyPair,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for TestProvider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn new_key() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
}

impl TestProvider {
    pub(crate) async fn start() -> Self {
        Self::start_at("127.0.0.1", None).await
    }

    /// Starts a provider with this name, with TLS if an acceptor is given.
    pub(crate) async fn start_at(host: &str, tls: Option<tokio_rustls::TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let issuer = format!("{scheme}://{host}:{}", listener.local_addr().unwrap().port());
        let (key, says) = (new_key(), Arc::<Mutex<Says>>::default());
        let point = key.public_key().as_ref();
        let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
        let keys = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "one",
            "x": part(1..33), "y": part(33..65) }] });
        let metadata = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "jwks_uri": format!("{issuer}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        });
        let answers = Arc::clone(&says);
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let answer = |path: &str| {
                    let mut says = answers.lock().unwrap();
                    says.asked.push(path.to_owned());
                    match path {
                        "/.well-known/openid-configuration" => metadata.clone(),
                        "/jwks" => keys.clone(),
                        "/token" => says.token.clone(),
                        "/userinfo" => says.user_info.clone(),
                        _ => Value::Null,
                    }
                };
                match &tls {
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            serve(stream, answer).await;
                        }
                    }
                    None => serve(stream, answer).await,
                }
            }
        });
        Self { issuer, says, key, task }
    }

    pub(crate) fn signed(&self, header: &Value, claims: &Value) -> String {
        Self::signed_by(&self.key, header, claims)
    }

    pub(crate) fn signed_by_another(header: &Value, claims: &Value) -> String {
        Self::signed_by(&new_key(), header, claims)
    }

    fn signed_by(key: &EcdsaKeyPair, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", encoded(header), encoded(claims));
        let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Sets the ID token for the next code; the other members of the answer have odd forms.
    pub(crate) fn says_token(&self, id_token: &str) {
        self.says.lock().unwrap().token = json!({ "access_token": "an access token", "token_type": "bearer",
            "expires_in": "soon", "scope": 7, "id_token": id_token });
    }
}

/// Answers one request, and closes.
async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: impl Fn(&str) -> Value) {
    let (mut head, mut piece) = (Vec::new(), [0; 4_096]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(count) => head.extend_from_slice(&piece[..count]),
        }
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
    let body = answer(&path).to_string();
    let reply = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    drop(stream.write_all(reply.as_bytes()).await);
    drop(stream.shutdown().await);
}

/// Returns a token that says it is not signed, or one signed with a secret that both sides know.
pub(crate) fn forged(algorithm: &str, claims: &Value, secret: &[u8]) -> String {
    let signed = format!("{}.{}", encoded(&json!({ "alg": algorithm, "kid": "one" })), encoded(claims));
    let signature = if secret.is_empty() {
        String::new()
    } else {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
        URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, signed.as_bytes()))
    };
    format!("{signed}.{signature}")
}
