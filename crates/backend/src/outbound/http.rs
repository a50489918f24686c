//! One request, one answer, over a connection of its own to an address that was looked at: nothing is kept, followed or
//! sent elsewhere.

use super::{config::CheckConfig, connect::Outbound};
use domain::check::CheckCause;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    HeaderMap, Method, Request, StatusCode, Uri,
    body::Bytes,
    client::conn::http1,
    header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, HOST, HeaderValue, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use rustls::{CertificateError, ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::ServerName};
use std::sync::{Arc, OnceLock};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

/// The most of a body that is read: a token's answer has a few KiB.
const MOST_BODY: usize = 256 * 1024;

/// The most that the head of an answer may have, in bytes and in lines.
const MOST_HEAD: usize = 32 * 1024;
const MOST_HEADERS: usize = 100;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) tls: bool,
    /// A name or an address; IPv6 in brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Origin {
    fn authority(&self) -> String {
        let default = if self.tls { 443 } else { 80 };
        if self.port == default { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
    }

    fn bare_host(&self) -> &str {
        self.host.trim_matches(['[', ']'])
    }
}

/// An answer, as far as it is read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A request that is to be sent.
#[derive(Debug)]
pub(crate) struct Question<'q> {
    pub(crate) method: Method,
    pub(crate) origin: &'q Origin,
    /// With its query.
    pub(crate) path: &'q str,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The most that is read of the answer's body, in bytes.
    pub(crate) longest: usize,
    /// Whether the body of a refusal is read, too.
    pub(crate) refusals: bool,
}

/// Asks over HTTP. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    outbound: Outbound,
    plain: Arc<[String]>,
    config: Arc<CheckConfig>,
    /// Made at first use: the system's roots are a hundred certificates.
    tls: Arc<OnceLock<Option<Arc<ClientConfig>>>>,
}

impl Http {
    pub(crate) fn new(config: &CheckConfig, outbound: Outbound) -> Self {
        let plain = config.plain_http.iter().map(|host| host.trim().to_ascii_lowercase()).collect();
        Self { outbound, plain, config: Arc::new(config.clone()), tls: Arc::default() }
    }

    /// Whether the operator lists this host, with or without its port, as one to be asked by plain HTTP.
    pub(crate) fn is_plain(&self, host: &str, port: Option<u16>) -> bool {
        let with_port = port.map(|port| format!("{host}:{port}"));
        self.plain.iter().any(|listed| listed == host || Some(listed) == with_port.as_ref())
    }

    /// Returns a client with the same trust that reaches this host on private addresses, too, because a setting names it.
    pub(crate) fn with_host(&self, host: &str) -> Self {
        Self { outbound: self.outbound.clone().with_host(host), ..self.clone() }
    }

    /// Asks once. The body of an answer to HEAD is empty.
    pub(crate) async fn ask(
        &self,
        method: Method,
        origin: &Origin,
        path: &str,
        accept: &'static str,
        authorization: Option<&HeaderValue>,
    ) -> Result<Answer, CheckCause> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        if let Some(authorization) = authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let (body, longest) = (Bytes::new(), MOST_BODY);
        self.send(Question { method, origin, path, headers, body, longest, refusals: false }).await
    }

    /// Sends a request and reads the answer, following no redirect.
    pub(crate) async fn send(&self, question: Question<'_>) -> Result<Answer, CheckCause> {
        let Question { method, origin, path, headers, body, longest, refusals } = question;
        let resolved = self.outbound.resolve(origin.bare_host(), origin.port).await?;
        let stream = self.outbound.connect(&resolved).await?;
        let uri = Uri::try_from(path).map_err(|_| CheckCause::NotARegistry)?;
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(sent) = request.headers_mut() {
            *sent = headers;
            let host = HeaderValue::try_from(origin.authority()).map_err(|_| CheckCause::NotARegistry)?;
            sent.insert(HOST, host);
            sent.insert(USER_AGENT, HeaderValue::from_static("latchkey"));
            if let Some(authorization) = sent.get_mut(AUTHORIZATION) {
                authorization.set_sensitive(true);
            }
            if !body.is_empty() {
                sent.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
            }
        }
        let request = request.body(Full::new(body)).map_err(|_| CheckCause::NotARegistry)?;
        if !origin.tls {
            return exchange(stream, request, longest, refusals).await;
        }
        let config = self.tls().ok_or(CheckCause::TlsFailed)?;
        let name = ServerName::try_from(origin.bare_host().to_owned())
            .map_err(|_| CheckCause::CertificateForAnother)?;
        let stream =
            TlsConnector::from(config).connect(name, stream).await.map_err(|error| tls_cause(&error))?;
        exchange(stream, request, longest, refusals).await
    }

    fn tls(&self) -> Option<Arc<ClientConfig>> {
        self.tls
            .get_or_init(|| {
                let mut roots = RootCertStore::empty();
                let native = rustls_native_certs::load_native_certs();
                roots.add_parsable_certificates(native.certs);
                if roots.is_empty() {
                    tracing::warn!(
                        "the system has no certificates of authorities: install ca-certificates, or set LATCHKEY_EXTRA_CA_FILE"
                    );
                }
                roots.add_parsable_certificates(self.config.extra_roots.0.iter().cloned());
                let provider = Arc::new(aws_lc_rs::default_provider());
                let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
                Some(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
            })
            .clone()
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
    longest: usize,
    refusals: bool,
) -> Result<Answer, CheckCause> {
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(MOST_HEADERS)
        .max_buf_size(MOST_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| http_cause(&error))?;
    // Driven here and not by a task of its own, so that it ends with the question.
    let answer = async move {
        let response = sender.send_request(request).await.map_err(|error| http_cause(&error))?;
        let (parts, body) = response.into_parts();
        // Of a refusal or an error mostly nothing but its head counts.
        let body = if refusals || parts.status.is_success() {
            let read = Limited::new(body, longest).collect().await;
            let read = read.map_err(|error| match error.downcast_ref() {
                Some(error) => http_cause(error),
                None => CheckCause::TooMuch,
            });
            read?.to_bytes()
        } else {
            Bytes::new()
        };
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    };
    tokio::pin!(answer, connection);
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        ended = &mut connection => match ended {
            // The other side has closed; what it had sent before is still to be read.
            Ok(()) => answer.await,
            Err(error) => Err(http_cause(&error)),
        },
    }
}

fn http_cause(error: &hyper::Error) -> CheckCause {
    if error.is_parse_too_large() {
        CheckCause::TooMuch
    } else if error.is_parse() {
        CheckCause::NotARegistry
    } else {
        CheckCause::ConnectionFailed
    }
}

fn tls_cause(error: &std::io::Error) -> CheckCause {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
    };
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(certificate)) => match certificate {
            Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. } => {
                CheckCause::CertificateExpired
            }
            NotValidForName | NotValidForNameContext { .. } => CheckCause::CertificateForAnother,
            _ => CheckCause::CertificateNotTrusted,
        },
        _ => CheckCause::TlsFailed,
    }
}
