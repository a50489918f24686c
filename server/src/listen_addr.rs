//! The address to listen on, in the forms that people write.

use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};

/// Parses an address to listen on: `127.0.0.1:3000`, `[::1]:3000`, a name with a port, or `:3000` for all addresses.
///
/// Errors: in words.
pub fn parse(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let form = "this is no address with a port, such as 127.0.0.1:3000, [::1]:3000, localhost:3000 or :3000";
    let (host, port) = text.rsplit_once(':').ok_or(form)?;
    let port: u16 = port.parse().map_err(|_| form)?;
    if host.is_empty() || host == "*" {
        return Ok((Ipv4Addr::UNSPECIFIED, port).into());
    }
    if host.contains([':', '/', '[', ']', '@', ' ']) {
        return Err(form.to_owned());
    }
    let found: Vec<SocketAddr> = (host, port)
        .to_socket_addrs()
        .map_err(|error| format!("the name {host} has no address here: {error}"))?
        .collect();
    let first = found.iter().find(|address| address.is_ipv4()).or_else(|| found.first());
    first.copied().ok_or_else(|| format!("the name {host} has no address here"))
}

/// Returns the address at which a browser on this machine reaches the server, because nobody can open
/// `0.0.0.0`.
pub fn reachable(address: SocketAddr) -> String {
    if address.ip().is_unspecified() { format!("localhost:{}", address.port()) } else { address.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_accepts_addresses_and_names_with_a_port() {
        let parsed = |text: &str| parse(text).unwrap().to_string();
        assert_eq!(parsed("127.0.0.1:3000"), "127.0.0.1:3000");
        assert_eq!(parsed(" [::1]:3000 "), "[::1]:3000");
        assert_eq!(parsed(":3000"), "0.0.0.0:3000");
        assert_eq!(parsed("*:3000"), "0.0.0.0:3000");
        assert_eq!(parsed("localhost:3000"), "127.0.0.1:3000");
        for text in [
            "3000",
            "localhost",
            "",
            ":",
            "localhost:",
            "localhost:99999",
            "http://localhost:3000",
            "::1:3000",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reachable_never_names_an_unspecified_address() {
        assert_eq!(reachable("0.0.0.0:80".parse().unwrap()), "localhost:80");
        assert_eq!(reachable("[::]:80".parse().unwrap()), "localhost:80");
        assert_eq!(reachable("10.0.0.1:80".parse().unwrap()), "10.0.0.1:80");
    }
}
