//! One request, one answer, over a connection of its own to an address that was looked at: nothing is kept, followed or
//! sent elsewhere.

use super::{config::CheckConfig, outbound::Outbound};
use domain::check::CheckCause;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{
    HeaderMap, Method, Request, StatusCode, Uri,
    body::Bytes,
    client::conn::http1,
    header::{ACCEPT, AUTHORIZATION, HOST, HeaderValue, USER_AGENT},
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
pub(super) struct Origin {
    pub(super) tls: bool,
    /// A name or an address; IPv6 in brackets.
    pub(super) host: String,
    pub(super) port: u16,
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

/// The first words of a client in TLS, which make whatever serves the web show itself.
pub(super) fn client_hello(host: &str) -> Option<Vec<u8>> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    // Nobody is trusted: the answer is looked at, and nothing is agreed on.
    let config = config.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let mut connection = rustls::ClientConnection::new(Arc::new(config), name).ok()?;
    let mut hello = Vec::with_capacity(2048);
    connection.write_tls(&mut hello).ok()?;
    Some(hello)
}

/// An answer, as far as it is read.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Asks over HTTP. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Http {
    outbound: Outbound,
    plain: Arc<[String]>,
    config: Arc<CheckConfig>,
    /// Made at first use: the system's roots are a hundred certificates.
    tls: Arc<OnceLock<Option<Arc<ClientConfig>>>>,
}

impl Http {
    pub(super) fn new(config: &CheckConfig, outbound: Outbound) -> Self {
        let plain = config.plain_http.iter().map(|host| host.trim().to_ascii_lowercase()).collect();
        Self { outbound, plain, config: Arc::new(config.clone()), tls: Arc::default() }
    }

    /// Whether the operator lists this host, with or without its port, as one to be asked by plain HTTP.
    pub(super) fn is_plain(&self, host: &str, port: Option<u16>) -> bool {
        let with_port = port.map(|port| format!("{host}:{port}"));
        self.plain.iter().any(|listed| listed == host || Some(listed) == with_port.as_ref())
    }

    /// Asks once. The body of an answer to HEAD is empty.
    pub(super) async fn ask(
        &self,
        method: Method,
        origin: &Origin,
        path: &str,
        accept: &'static str,
        authorization: Option<&HeaderValue>,
    ) -> Result<Answer, CheckCause> {
        let resolved = self.outbound.resolve(origin.bare_host(), origin.port).await?;
        let stream = self.outbound.connect(&resolved).await?;
        let uri = Uri::try_from(path).map_err(|_| CheckCause::NotARegistry)?;
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(headers) = request.headers_mut() {
            let host = HeaderValue::try_from(origin.authority()).map_err(|_| CheckCause::NotARegistry)?;
            headers.insert(HOST, host);
            headers.insert(USER_AGENT, HeaderValue::from_static("latchkey"));
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            if let Some(authorization) = authorization {
                let mut value = authorization.clone();
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
            }
        }
        let request = request.body(Empty::new()).map_err(|_| CheckCause::NotARegistry)?;
        if !origin.tls {
            return exchange(stream, request).await;
        }
        let config = self.tls().ok_or(CheckCause::TlsFailed)?;
        let name = ServerName::try_from(origin.bare_host().to_owned())
            .map_err(|_| CheckCause::CertificateForAnother)?;
        let stream =
            TlsConnector::from(config).connect(name, stream).await.map_err(|error| tls_cause(&error))?;
        exchange(stream, request).await
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
    request: Request<Empty<Bytes>>,
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
        // Of a refusal or an error nothing but its head counts.
        let body = if parts.status.is_success() {
            let read = Limited::new(body, MOST_BODY).collect().await;
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
