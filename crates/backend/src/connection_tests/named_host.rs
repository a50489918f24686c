//! A client for one host that a setting names.

use super::{
    config::TestConfig,
    http::{Http, Origin, Plain},
    outbound::Outbound,
};
use domain::connection_test::TestCause;
use hyper::{Request, Response, body::Bytes};

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// An HTTP client for one host that a setting names, so that it may be a private one; with the trust of connection tests, and
/// like them without redirects to elsewhere and without a proxy. Cheap to clone.
#[derive(Clone, Debug)]
pub struct NamedHostClient(Http);

impl NamedHostClient {
    /// Returns a client for this host.
    pub fn new(config: &TestConfig, host: &str) -> Self {
        Self(Http::new(config, Outbound::new(config, [])).with_host(host))
    }

    /// Sends a request, and returns the answer, whatever its status.
    ///
    /// Errors: it cannot be sent, or the answer cannot be read.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TestCause> {
        let (parts, body) = request.into_parts();
        let host = parts.uri.host().ok_or(TestCause::NameNotFound)?.to_owned();
        let tls = parts.uri.scheme_str() == Some("https");
        let port = parts.uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let origin = Origin { tls, host, port };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let (method, headers) = (parts.method, parts.headers);
        let plain = Plain { method, origin: &origin, path, headers, body, longest: MAX_ANSWER };
        let answer = self.0.send(plain).await?;
        let mut response = Response::new(answer.body);
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}
