//! HTTP to the provider only: through the portal's one way to the outside, without redirects, with limits on time and size.

use super::Issuer;
use crate::connection_tests::http::{Http, Origin, Plain};
use domain::connection_test::TestCause;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http::Uri};
use std::{pin::Pin, time::Duration};
use tokio::time::timeout;

/// The longest time of one answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest answer that is read, in bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// An HTTP client for the provider. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct ProviderHttp {
    http: Http,
    /// The one host that is asked without TLS, if any: the issuer's, on this machine.
    plain: Option<String>,
}

/// The reason why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error("{}", message(*.0))]
    Failed(TestCause),
    #[error("it did not answer within {} seconds", REQUEST_TIMEOUT.as_secs())]
    TimedOut,
    #[error("the provider names an address that is not https")]
    Plain,
    #[error("the provider names an address that is none")]
    NoAddress,
    /// The provider, or a proxy before it, is not well.
    #[error("the answer is {0}")]
    Down(hyper::StatusCode),
    #[error(transparent)]
    NoAnswer(#[from] openidconnect::http::Error),
}

impl ProviderHttp {
    /// Returns a client that allows the issuer's own host a private address, because the operator has named it.
    pub(super) fn new(http: &Http, issuer: &Issuer) -> Self {
        let host = issuer.host();
        Self { http: http.with_host(host), plain: (!issuer.secure).then(|| host.to_owned()) }
    }

    pub(super) async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let origin = self.origin(&parts.uri)?;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let plain = Plain {
            method: parts.method,
            origin: &origin,
            path,
            headers: parts.headers,
            body: body.into(),
            longest: MAX_BYTES,
        };
        // On the heap, because otherwise every sign-in's future would carry it.
        let answer = timeout(REQUEST_TIMEOUT, Box::pin(self.http.send(plain))).await;
        let answer = answer.map_err(|_| HttpError::TimedOut)?.map_err(HttpError::Failed)?;
        if answer.status.is_server_error() {
            return Err(HttpError::Down(answer.status));
        }
        let mut response = openidconnect::http::Response::builder().status(answer.status);
        for (name, value) in &answer.headers {
            response = response.header(name, value);
        }
        Ok(response.body(answer.body.to_vec())?)
    }

    fn origin(&self, uri: &Uri) -> Result<Origin, HttpError> {
        let host = uri.host().ok_or(HttpError::NoAddress)?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if self.plain.as_deref() == Some(host) => false,
            Some("http") => return Err(HttpError::Plain),
            _ => return Err(HttpError::NoAddress),
        };
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Origin { tls, host: host.to_owned(), port })
    }
}

/// Returns the message for a cause, when the provider was asked.
fn message(cause: TestCause) -> &'static str {
    match cause {
        TestCause::TooMuch => "the answer is longer than a megabyte",
        TestCause::TlsFailed => "it does not speak TLS as it should",
        TestCause::AddressNotAllowed => {
            "an address of the provider leads to a private address that is neither the issuer's nor listed in \
             LATCHKEY_ALLOW_PRIVATE_HOSTS"
        }
        TestCause::AddressForbidden => {
            "an address of the provider leads to a reserved address, a cloud's metadata service or the portal itself, which \
             the portal never connects to"
        }
        TestCause::CertificateNotTrusted => {
            "its TLS certificate is not signed by an authority that the portal trusts; LATCHKEY_EXTRA_CA_FILE names further \
             ones"
        }
        TestCause::NotARegistry => "what answers there does not speak HTTP as it should",
        other => other.message(),
    }
}

impl<'c> AsyncHttpClient<'c> for ProviderHttp {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}
