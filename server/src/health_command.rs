//! Asks the server on this machine whether it is ready, for containers and scripts that have no other client.

use crate::{health, open::Outcome};
use axum::body::Body;
use http_body_util::{BodyExt, Limited};
use hyper::{Request, client::conn::http1, header::HOST};
use hyper_util::rt::TokioIo;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::{net::TcpStream, time::timeout};

/// The longest time that the server may take to answer.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 4096;

/// Asks the server that listens at the address, and prints its answer.
///
/// Errors: it does not answer, or is not ready; in words.
pub async fn ask(addr: SocketAddr, live: bool) -> Outcome {
    let at = reachable(addr);
    let path = if live { health::LIVE } else { health::READY };
    let (ready, said) = timeout(TIMEOUT, answer(at, path))
        .await
        .map_err(|_| format!("the server at {at} does not answer within {} s", TIMEOUT.as_secs()))?
        .map_err(|error| format!("no server answers at {at} (LATCHKEY_ADDR): {error}"))?;
    if ready { crate::command::write(&said) } else { Err(said.trim_end().to_owned().into()) }
}

/// Returns whether the server says so, and its words.
#[expect(clippy::disallowed_methods, reason = "the connection stays on this machine")]
pub(crate) async fn answer(
    at: SocketAddr,
    path: &str,
) -> Result<(bool, String), Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(at).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let request = Request::get(path).header(HOST, at.to_string()).body(Body::empty())?;
    let answer = sender.send_request(request).await?;
    let ready = answer.status().is_success();
    let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await?.to_bytes();
    connection.abort();
    Ok((ready, String::from_utf8_lossy(&body).into_owned()))
}

/// Returns the address at which this machine reaches a server that may listen on all.
pub(crate) fn reachable(addr: SocketAddr) -> SocketAddr {
    let ip = match addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, addr.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reachable_is_an_address_of_this_machine() {
        for (listens, asked) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("127.0.0.2:80", "127.0.0.2:80"),
            ("10.1.2.3:80", "10.1.2.3:80"),
        ] {
            assert_eq!(reachable(listens.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
