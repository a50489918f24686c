//! Webhooks, exactly as Standard Webhooks has them: <https://www.standardwebhooks.com>. By the one way to the outside.

use super::{
    attempt::{Attempt, Retry},
    notice::Notice,
    render,
};
use crate::connection_tests::http::{Http, Origin};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    connection_test::TestCause,
    notice::{ChannelPreset, DeliveryCause, NoticeProblem},
    sensitive::Sensitive,
    time::Timestamp,
};
use hyper::{
    HeaderMap,
    body::Bytes,
    header::{CONTENT_TYPE, HeaderValue},
};
use std::time::Duration;
use tokio::time::timeout;
use url::Url;
use zeroize::Zeroizing;

/// The time in which a receiver must have answered.
const TIMEOUT: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 20 });

/// The prefix of a signing secret.
const SECRET_PREFIX: &str = "whsec_";

/// The number of random bytes in a signing secret: of 24 to 64.
pub(super) const SECRET_BYTES: usize = 32;

/// The longest address, in bytes.
const MAX_URL: usize = 2_048;

/// The address of a webhook.
#[derive(Clone)]
pub(super) struct WebhookUrl {
    origin: Origin,
    path: Sensitive,
}

impl WebhookUrl {
    /// Parses an address of HTTPS; of plain HTTP only for a host that the operator lists for that.
    fn parse(http: &Http, text: &Sensitive) -> Result<Self, NoticeProblem> {
        let url = Self::read(text)?;
        url.is_protected(http)?;
        Ok(url)
    }

    /// Parses an address that is to be stored: the portal would connect to it.
    pub(super) async fn parse_new(http: &Http, text: &Sensitive) -> Result<Self, NoticeProblem> {
        let url = Self::read(text)?;
        // Said first, because https does not open such an address.
        match http.may_reach(&url.origin).await {
            Err(TestCause::AddressNotAllowed) => return Err(NoticeProblem::UrlNotAllowed),
            Err(_) => return Err(NoticeProblem::UrlForbidden),
            Ok(()) => {}
        }
        url.is_protected(http)?;
        Ok(url)
    }

    /// Rejects plain HTTP, except to a host that the operator lists for that.
    fn is_protected(&self, http: &Http) -> Result<(), NoticeProblem> {
        let Origin { tls, host, port } = &self.origin;
        if *tls || http.is_plain(host, Some(*port)) { Ok(()) } else { Err(NoticeProblem::UrlNotTls) }
    }

    fn read(text: &Sensitive) -> Result<Self, NoticeProblem> {
        let text = text.expose().trim();
        if text.is_empty() {
            return Err(NoticeProblem::UrlMissing);
        }
        let url = Url::parse(text).map_err(|_| NoticeProblem::Url)?;
        let plain = text.len() > MAX_URL
            || !url.username().is_empty()
            || url.password().is_some()
            || url.fragment().is_some();
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err(NoticeProblem::Url);
        };
        if plain {
            return Err(NoticeProblem::Url);
        }
        let tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(NoticeProblem::Url),
        };
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let path = Sensitive::new(format!("{}{query}", url.path()));
        Ok(Self { origin: Origin { tls, host: host.to_owned(), port }, path })
    }

    /// Returns the host, with its port if that is not the usual one, which may be shown.
    pub(super) fn host(&self) -> String {
        self.origin.authority()
    }
}

/// Everything that an attempt needs, opened for it alone.
pub(super) struct Opened {
    pub(super) preset: ChannelPreset,
    pub(super) url: Sensitive,
    /// The signing secrets that are valid now, the newest first.
    pub(super) secrets: Vec<Sensitive>,
}

/// Makes one attempt.
pub(super) async fn send(
    http: &Http,
    opened: &Opened,
    notice: &Notice,
    public: Option<&str>,
    now: Timestamp,
) -> Attempt {
    let failed = |cause| Attempt::Failed { cause, status: None, retry: Retry::AsScheduled };
    let Ok(url) = WebhookUrl::parse(http, &opened.url) else { return failed(DeliveryCause::Unreadable) };
    let body = render::body(opened.preset, notice, public);
    let Some(headers) = headers(opened, &notice.id.to_string(), now, &body) else {
        return failed(DeliveryCause::Unreadable);
    };
    let asked = http.post(&url.origin, url.path.expose(), headers, Bytes::from(body));
    let answer = match timeout(TIMEOUT, Box::pin(asked)).await {
        Err(_) => return failed(DeliveryCause::TimedOut),
        Ok(Err(cause)) => return failed(cause_of(cause)),
        Ok(Ok(answer)) => answer,
    };
    let status = answer.status.as_u16();
    match DeliveryCause::of_status(status) {
        None => Attempt::Delivered { status: Some(status) },
        Some(cause) => {
            let retry = match (cause, answer.retry_after()) {
                (DeliveryCause::Gone, _) => Retry::Never,
                (DeliveryCause::Busy, Some(seconds)) => Retry::After(Duration::from_secs(seconds.into())),
                _ => Retry::AsScheduled,
            };
            Attempt::Failed { cause, status: Some(status), retry }
        }
    }
}

/// Returns the headers; `None` if a signing secret cannot be parsed.
fn headers(opened: &Opened, id: &str, now: Timestamp, body: &[u8]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if opened.preset.is_signed() {
        let seconds = (now.micros() / 1_000_000).to_string();
        let signatures = opened.secrets.iter().map(|secret| sign(secret, id, &seconds, body));
        let signatures = signatures.collect::<Option<Vec<_>>>()?.join(" ");
        headers.insert("webhook-id", HeaderValue::try_from(id).ok()?);
        headers.insert("webhook-timestamp", HeaderValue::try_from(seconds).ok()?);
        headers.insert("webhook-signature", HeaderValue::try_from(signatures).ok()?);
    }
    Some(headers)
}

/// Signs `id.timestamp.body` by HMAC-SHA-256: `v1,` and the code in base64.
fn sign(secret: &Sensitive, id: &str, seconds: &str, body: &[u8]) -> Option<String> {
    let key = STANDARD.decode(secret.expose().strip_prefix(SECRET_PREFIX)?).map(Zeroizing::new).ok()?;
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &key));
    context.update(format!("{id}.{seconds}.").as_bytes());
    context.update(body);
    Some(format!("v1,{}", STANDARD.encode(context.sign())))
}

/// Returns the text of a signing secret with these bytes.
pub(super) fn secret_text(bytes: &[u8]) -> Sensitive {
    let encoded = Zeroizing::new(STANDARD.encode(bytes));
    Sensitive::new(format!("{SECRET_PREFIX}{}", *encoded))
}

/// Returns the cause of an attempt that got no answer.
fn cause_of(cause: TestCause) -> DeliveryCause {
    match cause {
        TestCause::NameNotFound => DeliveryCause::NameNotFound,
        TestCause::AddressNotAllowed => DeliveryCause::AddressNotAllowed,
        TestCause::AddressForbidden => DeliveryCause::AddressForbidden,
        TestCause::TimedOut => DeliveryCause::TimedOut,
        TestCause::CertificateNotTrusted
        | TestCause::CertificateExpired
        | TestCause::CertificateForAnother
        | TestCause::CertificateWithoutName
        | TestCause::CertificateUnusable
        | TestCause::ClientCertificateWanted
        | TestCause::TlsTooOld
        | TestCause::TlsNotAgreed
        | TestCause::TlsFailed => DeliveryCause::Tls,
        _ => DeliveryCause::NotReached,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_gives_the_signature_of_the_standard() {
        // The example of the specification's reference libraries.
        let secret = Sensitive::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let said = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", br#"{"test": 2432232314}"#);
        assert_eq!(said.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        assert_eq!(sign(&Sensitive::new("other_abc"), "a", "1", b""), None);
        assert_eq!(sign(&Sensitive::new("whsec_*"), "a", "1", b""), None);
    }

    #[test]
    fn secret_text_has_32_bytes_in_base64() {
        let text = secret_text(&[7; SECRET_BYTES]);
        assert!(text.expose().starts_with(SECRET_PREFIX));
        let bytes = STANDARD.decode(&text.expose()[SECRET_PREFIX.len()..]).unwrap();
        assert_eq!(bytes, [7; SECRET_BYTES]);
    }
}
