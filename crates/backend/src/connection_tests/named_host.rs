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

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::StatusCode;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    fn request(url: &str) -> Request<Bytes> {
        Request::post(url).body(Bytes::from_static(b"spans")).unwrap()
    }

    #[tokio::test]
    async fn send_reaches_its_private_host_and_follows_no_redirect() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1/traces?a=b", listener.local_addr().unwrap());
        let answered = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = Vec::new();
            while !asked.ends_with(b"spans") {
                assert_ne!(stream.read_buf(&mut asked).await.unwrap(), 0);
            }
            let answer =
                b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 4\r\n\r\nbody";
            stream.write_all(answer).await.unwrap();
            String::from_utf8(asked).unwrap()
        });
        let client = NamedHostClient::new(&TestConfig::default(), "127.0.0.1");
        let answer = client.send(request(&url)).await.unwrap();
        assert_eq!((answer.status(), answer.body().as_ref()), (StatusCode::FOUND, b"body".as_slice()));
        assert!(answered.await.unwrap().starts_with("POST /v1/traces?a=b HTTP/1.1\r\n"));
    }

    #[tokio::test]
    async fn send_reaches_neither_other_private_hosts_nor_this_server_nor_metadata() {
        let config = TestConfig { own_ports: vec![3000], ..TestConfig::default() };
        for (host, url, cause) in [
            ("collector.test", "http://127.0.0.1:4318/", TestCause::AddressNotAllowed),
            ("127.0.0.1", "http://127.0.0.1:3000/", TestCause::AddressForbidden),
            ("169.254.169.254", "http://169.254.169.254/", TestCause::AddressForbidden),
        ] {
            let sent = NamedHostClient::new(&config, host).send(request(url)).await;
            assert_eq!(sent.unwrap_err(), cause, "{url}");
        }
    }
}
