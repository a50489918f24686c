//! HTTP with one request and one answer over a new connection to an address that was checked. Nothing is kept, and a
//! redirect is followed only within the origin that was asked, or without the account.

use super::{config::TestConfig, outbound::Outbound, tls};
use domain::connection_test::TestCause;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    HeaderMap, Method, Request, StatusCode, Uri,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{
        ACCEPT, AUTHORIZATION, CONTENT_LENGTH, DATE, HOST, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
        USER_AGENT,
    },
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// The most that is read of a body, in bytes: a token's answer has a few KiB.
const MAX_BODY: usize = 256 * 1024;

/// The most that the head of an answer may have, in bytes and in lines: Go's clients accept a megabyte and more.
const MAX_HEAD: usize = 256 * 1024;
const MAX_HEADERS: usize = 2_000;

/// The most redirects that are followed.
const MAX_REDIRECTS: usize = 5;

/// The longest wait that is shown, in seconds.
const MAX_RETRY_AFTER: u64 = 24 * 60 * 60;

/// The time in which a name is resolved while somebody waits for a form to be saved.
const LOOK_UP_TIMEOUT: Duration = Duration::from_secs(2);

/// The target of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) tls: bool,
    /// A name or an address; IPv6 in brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Origin {
    /// Returns the host, with its port if that is not the default.
    pub(crate) fn authority(&self) -> String {
        let default = if self.tls { 443 } else { 80 };
        if self.port == default { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
    }

    fn bare_host(&self) -> &str {
        self.host.trim_matches(['[', ']'])
    }
}

/// A request. The account is sent only within the origin that it is for.
#[derive(Copy, Clone, Debug)]
pub(super) struct Question<'a> {
    pub(super) method: &'a Method,
    pub(super) origin: &'a Origin,
    pub(super) path: &'a str,
    pub(super) accept: &'static str,
    pub(super) authorization: Option<&'a HeaderValue>,
}

/// An answer, as far as it is read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The beginning of the body of a success; empty for any other status.
    pub(crate) body: Bytes,
    /// Whether the body is longer than that.
    pub(super) truncated: bool,
    /// Whether the host asked for a client certificate.
    pub(super) certificate_wanted: bool,
}

impl Answer {
    /// Returns the text of a header, with bytes outside ASCII replaced.
    pub(super) fn text(&self, name: HeaderName) -> String {
        self.headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .unwrap_or_default()
    }

    /// Returns after how many seconds the host wants to be asked again (RFC 9110, 10.2.3). A date is compared with the
    /// host's own clock.
    pub(crate) fn retry_after(&self) -> Option<u32> {
        let text = self.text(RETRY_AFTER);
        let seconds = if let Ok(seconds) = text.trim().parse::<u64>() {
            seconds
        } else {
            let date = |text: &str| httpdate::parse_http_date(text.trim()).ok();
            date(&text)?.duration_since(date(&self.text(DATE))?).ok()?.as_secs()
        };
        u32::try_from(seconds.min(MAX_RETRY_AFTER)).ok()
    }
}

/// A request that is not a test: sent as it is, and without following redirects.
#[derive(Debug)]
pub(crate) struct Plain<'a> {
    pub(crate) method: Method,
    pub(crate) origin: &'a Origin,
    /// The path with its query.
    pub(crate) path: &'a str,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The longest answer that is read, in bytes.
    pub(crate) longest: usize,
}

/// The part of an answer that is read.
#[derive(Clone, Copy)]
enum Reading {
    /// The beginning of the body of a success.
    Beginning,
    /// The whole body, whatever the status, up to this number of bytes.
    Whole(usize),
    /// Nothing of the body.
    Head,
}

/// The target of a redirect.
enum Leads {
    /// Another path of the same origin.
    Within(String),
    /// Another origin.
    Elsewhere(Origin, String),
}

/// An HTTP client. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    outbound: Outbound,
    plain: Arc<[String]>,
    config: Arc<TestConfig>,
    /// Built at first use, because the system's roots are a hundred certificates.
    tls: Arc<OnceLock<Option<Arc<ClientConfig>>>>,
}

impl Http {
    pub(crate) fn new(config: &TestConfig, outbound: Outbound) -> Self {
        let plain = config.plain_http.iter().map(|host| host.trim().to_ascii_lowercase()).collect();
        Self { outbound, plain, config: Arc::new(config.clone()), tls: Arc::default() }
    }

    /// Returns whether the operator lists this host, with or without its port, for plain HTTP.
    pub(crate) fn is_plain(&self, host: &str, port: Option<u16>) -> bool {
        let with_port = port.map(|port| format!("{host}:{port}"));
        self.plain.iter().any(|listed| listed == host || Some(listed) == with_port.as_ref())
    }

    /// Sends a request, and follows redirects within the same scheme, host and port. Returns an answer that leads
    /// elsewhere as it is.
    pub(super) async fn ask(&self, question: Question<'_>) -> Result<Answer, TestCause> {
        let mut path = question.path.to_owned();
        for _ in 0..=MAX_REDIRECTS {
            let answer = self.ask_once(Question { path: &path, ..question }).await?;
            match leads(question.origin, &path, &answer) {
                Some(Leads::Within(next)) => path = next,
                _ => return Ok(answer),
            }
        }
        Err(TestCause::RedirectedInCircles)
    }

    /// Sends a request, and follows redirects to other origins too, without the account; each address is checked as the
    /// first was. Registries send clients to their storage in this way. If nothing is found there, returns the
    /// redirect.
    pub(super) async fn ask_anywhere(&self, question: Question<'_>) -> Result<Answer, TestCause> {
        let first = self.ask(question).await?;
        let Some(Leads::Elsewhere(mut origin, mut path)) = leads(question.origin, question.path, &first)
        else {
            return Ok(first);
        };
        for _ in 0..MAX_REDIRECTS {
            if !origin.tls && !self.is_plain(&origin.host, Some(origin.port)) {
                return Ok(first);
            }
            // Without the account, even if the redirect leads back.
            let next = Question { origin: &origin, path: &path, authorization: None, ..question };
            let answer = self.ask_once(next).await?;
            match leads(&origin, &path, &answer) {
                Some(Leads::Within(next)) => path = next,
                Some(Leads::Elsewhere(next, to)) => (origin, path) = (next, to),
                // A refusal by another host says nothing about the account.
                None if answer.status.is_success() => return Ok(answer),
                None => return Ok(first),
            }
        }
        Err(TestCause::RedirectedInCircles)
    }

    /// Sends a request once. The body of an answer to HEAD is empty.
    async fn ask_once(&self, question: Question<'_>) -> Result<Answer, TestCause> {
        let Question { method, origin, path, accept, authorization } = question;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        if let Some(authorization) = authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let longest = 0;
        let plain = Plain { method: method.clone(), origin, path, headers, body: Bytes::new(), longest };
        self.send_over(plain, Reading::Beginning).await
    }

    /// Returns a client with the same trust that also reaches this host on private addresses, because a setting names
    /// it.
    pub(crate) fn with_host(&self, host: &str) -> Self {
        Self { outbound: self.outbound.clone().with_host(host), ..self.clone() }
    }

    /// Rejects a host that would not be connected to. A name that does not resolve now may do so later, and passes.
    ///
    /// Errors: `AddressForbidden`, `AddressNotAllowed`.
    pub(crate) async fn may_reach(&self, origin: &Origin) -> Result<(), TestCause> {
        match timeout(LOOK_UP_TIMEOUT, self.outbound.resolve(origin.bare_host(), origin.port)).await {
            Ok(Err(cause @ (TestCause::AddressForbidden | TestCause::AddressNotAllowed))) => Err(cause),
            _ => Ok(()),
        }
    }

    /// Connects to a host for another protocol than HTTP, under the same rules.
    pub(crate) async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, TestCause> {
        let resolved = self.outbound.resolve(host, port).await?;
        self.outbound.connect(&resolved).await
    }

    /// Begins TLS on such a connection, with the same trust.
    pub(crate) async fn encrypt(
        &self,
        host: &str,
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>, TestCause> {
        let config = self.tls(&Arc::default()).ok_or(TestCause::TlsNotAgreed)?;
        let name = ServerName::try_from(host.to_owned()).map_err(|_| TestCause::CertificateForAnother)?;
        TlsConnector::from(config).connect(name, stream).await.map_err(|error| tls::cause(&error))
    }

    /// Sends a request, and reads the whole answer, whatever its status.
    pub(crate) async fn send(&self, plain: Plain<'_>) -> Result<Answer, TestCause> {
        let longest = plain.longest;
        self.send_over(plain, Reading::Whole(longest)).await
    }

    /// Sends a body once, without following redirects, and reads only the head of the answer.
    pub(crate) async fn post(
        &self,
        origin: &Origin,
        path: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Answer, TestCause> {
        let plain = Plain { method: Method::POST, origin, path, headers, body, longest: 0 };
        self.send_over(plain, Reading::Head).await
    }

    async fn send_over(&self, plain: Plain<'_>, reading: Reading) -> Result<Answer, TestCause> {
        let Plain { method, origin, path, headers, body, .. } = plain;
        let resolved = self.outbound.resolve(origin.bare_host(), origin.port).await?;
        let stream = self.outbound.connect(&resolved).await?;
        let uri = Uri::try_from(path).map_err(|_| TestCause::NotARegistry)?;
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(sent) = request.headers_mut() {
            *sent = headers;
            let host = HeaderValue::try_from(origin.authority()).map_err(|_| TestCause::NotARegistry)?;
            sent.insert(HOST, host);
            sent.insert(USER_AGENT, HeaderValue::from_static("latchkey"));
            if let Some(authorization) = sent.get_mut(AUTHORIZATION) {
                authorization.set_sensitive(true);
            }
            if !body.is_empty() {
                sent.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
            }
        }
        let request = request.body(Full::new(body)).map_err(|_| TestCause::NotARegistry)?;
        if !origin.tls {
            return exchange(stream, request, reading).await;
        }
        let wanted = Arc::new(AtomicBool::new(false));
        let config = self.tls(&wanted).ok_or(TestCause::TlsNotAgreed)?;
        let name = ServerName::try_from(origin.bare_host().to_owned())
            .map_err(|_| TestCause::CertificateForAnother)?;
        let answer = match TlsConnector::from(config).connect(name, stream).await {
            Ok(stream) => exchange(stream, request, reading).await,
            Err(error) => Err(tls::cause(&error)),
        };
        let asked = wanted.load(Ordering::Relaxed);
        match answer {
            // A host that insists on a certificate breaks off, in the handshake or right after it.
            Err(TestCause::TlsNotAgreed | TestCause::ConnectionFailed) if asked => {
                Err(TestCause::ClientCertificateWanted)
            }
            answer => answer.map(|answer| Answer { certificate_wanted: asked, ..answer }),
        }
    }

    /// Returns the settings of one connection, in which `wanted` is set once the host asks for a client certificate.
    fn tls(&self, wanted: &Arc<AtomicBool>) -> Option<Arc<ClientConfig>> {
        let shared = self.tls.get_or_init(|| match tls_trust::client_config(&self.config.extra_roots) {
            Ok(config) => Some(Arc::new(config)),
            Err(error) => {
                tracing::error!("TLS cannot be set up: {error}");
                None
            }
        });
        let mut config = ClientConfig::clone(shared.as_ref()?);
        config.client_auth_cert_resolver = Arc::new(tls::NoCertificate(Arc::clone(wanted)));
        Some(Arc::new(config))
    }
}

/// Returns the target of a redirect; `None` for any other answer, and for a target that cannot be parsed.
fn leads(origin: &Origin, path: &str, answer: &Answer) -> Option<Leads> {
    if !matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let base = format!("{}://{}{path}", if origin.tls { "https" } else { "http" }, origin.authority());
    let to = url::Url::parse(&base).ok()?.join(answer.text(LOCATION).trim()).ok()?;
    let tls = match to.scheme() {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    let host = to.host_str()?.to_owned();
    let next = Origin { tls, host, port: to.port_or_known_default()? };
    let mut path = to.path().to_owned();
    if let Some(query) = to.query() {
        path.push('?');
        path.push_str(query);
    }
    Some(if next == *origin { Leads::Within(path) } else { Leads::Elsewhere(next, path) })
}

/// Returns why a redirect was not followed; `None` for any other answer.
pub(super) fn redirected(origin: &Origin, answer: &Answer) -> Option<TestCause> {
    if !answer.status.is_redirection() {
        return None;
    }
    Some(match leads(origin, "/", answer) {
        Some(Leads::Elsewhere(next, _)) if next.tls && !origin.tls && next.host == origin.host => {
            TestCause::RedirectedToTls
        }
        _ => TestCause::Redirected,
    })
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
    reading: Reading,
) -> Result<Answer, TestCause> {
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD)
        // As clients do: headers that a proxy has spoilt are ignored.
        .ignore_invalid_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| http_cause(&error))?;
    // Driven here and not by a task of its own, so that the connection ends with the request.
    let answer = async move {
        let response = sender.send_request(request).await.map_err(|error| http_cause(&error))?;
        let (parts, body) = response.into_parts();
        // Of a refusal or an error, only the head counts.
        let (body, truncated) = match reading {
            Reading::Whole(longest) => (whole(body, longest).await?, false),
            Reading::Beginning if parts.status.is_success() => beginning(body).await?,
            Reading::Beginning | Reading::Head => (Bytes::new(), false),
        };
        let (status, headers) = (parts.status, parts.headers);
        Ok(Answer { status, headers, body, truncated, certificate_wanted: false })
    };
    tokio::pin!(answer, connection);
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        ended = &mut connection => match ended {
            // The other side has closed; what it sent before is still to be read.
            Ok(()) => answer.await,
            Err(error) => Err(http_cause(&error)),
        },
    }
}

/// Reads the beginning of a body, and returns whether there is more.
async fn beginning(mut body: Incoming) -> Result<(Bytes, bool), TestCause> {
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| http_cause(&error))?;
        let Some(data) = frame.data_ref() else { continue };
        let room = MAX_BODY - read.len();
        read.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return Ok((read.into(), true));
        }
    }
    Ok((read.into(), false))
}

/// Reads a body to its end.
async fn whole(body: Incoming, longest: usize) -> Result<Bytes, TestCause> {
    let read = Limited::new(body, longest).collect().await;
    let read = read.map_err(|error| match error.downcast_ref() {
        Some(error) => http_cause(error),
        None => TestCause::TooMuch,
    });
    Ok(read?.to_bytes())
}

fn http_cause(error: &hyper::Error) -> TestCause {
    if error.is_parse_too_large() {
        TestCause::TooMuch
    } else if error.is_parse() {
        TestCause::NotARegistry
    } else {
        TestCause::ConnectionFailed
    }
}
