//! Where the portal is reached from outside: under which addresses, through which proxies, with TLS or without.

use axum::http::{HeaderMap, HeaderName, header, request::Parts, uri::Authority};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What the server's settings say of it.
#[derive(Clone, Debug, Default)]
pub struct Edge {
    /// The origin that people type, such as `https://latchkey.example`.
    pub public: Option<Origin>,
    /// Further hosts that are answered.
    pub hosts: Vec<String>,
    /// Proxies whose forwarded addresses are believed.
    pub trusted: Vec<IpNet>,
}

/// Scheme and host, and the port where it is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    secure: bool,
    host: String,
}

impl Origin {
    /// Reads `https://host` or `http://host:port`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const WRONG: &str = "this is not an address such as https://latchkey.example";
        let (scheme, rest) = text.trim().split_once("://").ok_or(WRONG)?;
        let secure = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(WRONG),
        };
        let host = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
        let authority: Authority = host.parse().map_err(|_| WRONG)?;
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(WRONG);
        }
        Ok(Self { secure, host })
    }

    /// As it stands before a path.
    pub fn as_text(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.host)
    }
}

/// How one request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// From where: the peer, or whom a trusted proxy names.
    pub address: Option<IpAddr>,
    /// By TLS, at least as far as the proxy.
    pub secure: bool,
}

impl Edge {
    /// How a request with these headers came in from this peer.
    pub fn arrival(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> Arrival {
        let public = self.public.as_ref().is_some_and(|public| public.secure);
        let Some(peer) = peer.map(|peer| peer.ip().to_canonical()) else {
            return Arrival { address: None, secure: public };
        };
        if !self.trusts(peer) {
            return Arrival { address: Some(peer), secure: public };
        }
        let forwarded = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|text| text.trim().parse::<IpAddr>().map(|address| address.to_canonical()))
            .collect::<Vec<_>>();
        // From the nearest proxy outwards: the first that is not one of ours is whom it came from. What stands before
        // that, anybody may have written.
        let mut address = peer;
        for hop in forwarded.into_iter().rev() {
            match hop {
                Ok(hop) => address = hop,
                Err(_) => break,
            }
            if !self.trusts(address) {
                break;
            }
        }
        let proto = headers.get(FORWARDED_PROTO).and_then(|value| value.to_str().ok());
        let secure = proto.map_or(public, |proto| {
            proto.split(',').next_back().is_some_and(|proto| proto.trim().eq_ignore_ascii_case("https"))
        });
        Arrival { address: Some(address), secure }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// Whether this host is answered. All are, where none is configured.
    pub fn answers(&self, parts: &Parts) -> bool {
        if self.public.is_none() && self.hosts.is_empty() {
            return true;
        }
        let Some(host) = host(parts) else { return false };
        let named = |known: &str| known.eq_ignore_ascii_case(&host);
        let without_port =
            |known: &str| host.parse::<Authority>().is_ok_and(|host| known.eq_ignore_ascii_case(host.host()));
        self.public.as_ref().is_some_and(|public| named(&public.host))
            || self.hosts.iter().any(|known| named(known) || without_port(known))
    }

    /// The origin that a link for somebody else begins with.
    pub fn origin(&self, parts: &Parts, arrival: Arrival) -> String {
        if let Some(public) = &self.public {
            public.as_text()
        } else {
            let host = host(parts).unwrap_or_else(|| "localhost".to_owned());
            format!("{}://{host}", if arrival.secure { "https" } else { "http" })
        }
    }

    /// The public origin, where the request came in under another host than it names.
    pub fn elsewhere(&self, parts: &Parts) -> Option<String> {
        let public = self.public.as_ref()?;
        let default = if public.secure { ":443" } else { ":80" };
        let plain = |host: &str| host.strip_suffix(default).unwrap_or(host).to_ascii_lowercase();
        let here = host(parts)?;
        (plain(&here) != plain(&public.host)).then(|| public.as_text())
    }

    /// Whether people reach the portal by TLS, as far as the settings tell.
    pub fn is_behind_tls(&self) -> bool {
        self.public.as_ref().is_some_and(|public| public.secure) || !self.trusted.is_empty()
    }
}

/// The host that the request names.
pub fn host(parts: &Parts) -> Option<String> {
    let named = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    named.or_else(|| parts.uri.authority().map(Authority::as_str)).map(str::to_ascii_lowercase)
}

/// Whether the host is this machine itself, which browsers trust without TLS.
pub fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    fn behind(networks: &[&str]) -> Edge {
        Edge { trusted: networks.iter().map(|text| text.parse().unwrap()).collect(), ..Edge::default() }
    }

    fn address(edge: &Edge, peer: &str, forwarded: &'static str) -> String {
        let peer = Some(SocketAddr::new(peer.parse().unwrap(), 1));
        edge.arrival(peer, &headers(&[(FORWARDED_FOR, forwarded)])).address.unwrap().to_string()
    }

    #[test]
    fn forwarded_addresses_come_from_trusted_proxies_alone() {
        assert_eq!(address(&Edge::default(), "10.0.0.1", "6.6.6.6"), "10.0.0.1");
        let edge = behind(&["10.0.0.0/8", "::1/128"]);
        assert_eq!(address(&edge, "10.0.0.1", "203.0.113.7"), "203.0.113.7");
        assert_eq!(address(&edge, "10.0.0.1", "6.6.6.6, 203.0.113.7, 10.0.0.2"), "203.0.113.7");
        assert_eq!(address(&edge, "203.0.113.9", "6.6.6.6"), "203.0.113.9");
        assert_eq!(address(&edge, "::1", "nonsense"), "::1");
        assert_eq!(address(&edge, "10.0.0.1", "6.6.6.6, nonsense, 10.0.0.2"), "10.0.0.2");
        assert_eq!(address(&edge, "::ffff:10.0.0.1", "2001:db8::1"), "2001:db8::1");
    }

    #[test]
    fn tls_is_what_the_proxy_or_the_settings_say() {
        let peer = Some("10.0.0.1:1".parse().unwrap());
        let edge = behind(&["10.0.0.0/8"]);
        assert!(edge.arrival(peer, &headers(&[(FORWARDED_PROTO, "https")])).secure);
        assert!(!edge.arrival(peer, &headers(&[(FORWARDED_PROTO, "http")])).secure);
        assert!(!Edge::default().arrival(peer, &headers(&[(FORWARDED_PROTO, "https")])).secure);
        let public = Edge { public: Some(Origin::parse("https://l.example").unwrap()), ..Edge::default() };
        assert!(public.arrival(peer, &HeaderMap::new()).secure);
    }

    #[test]
    fn only_configured_hosts_are_answered() {
        let answers = |edge: &Edge, host: &str| {
            edge.answers(&Request::get("/").header(header::HOST, host).body(()).unwrap().into_parts().0)
        };
        assert!(answers(&Edge::default(), "anything"));
        let edge = Edge {
            public: Some(Origin::parse("https://Latchkey.example/").unwrap()),
            hosts: vec!["latchkey.internal".to_owned()],
            ..Edge::default()
        };
        for host in ["latchkey.example", "LATCHKEY.example", "latchkey.internal:8080", "latchkey.internal"] {
            assert!(answers(&edge, host), "{host}");
        }
        for host in ["evil.example", "latchkey.example.evil", "latchkey.example:81", "", "127.0.0.1"] {
            assert!(!answers(&edge, host), "{host}");
        }
    }

    #[test]
    fn another_host_than_the_public_one_is_elsewhere() {
        let edge = Edge { public: Some(Origin::parse("https://l.example").unwrap()), ..Edge::default() };
        let elsewhere = |edge: &Edge, host: &str| {
            edge.elsewhere(&Request::get("/").header(header::HOST, host).body(()).unwrap().into_parts().0)
        };
        for host in ["l.example", "L.example", "l.example:443"] {
            assert_eq!(elsewhere(&edge, host), None, "{host}");
        }
        for host in ["l.internal", "l.example:8443", "127.0.0.1"] {
            assert_eq!(elsewhere(&edge, host).as_deref(), Some("https://l.example"), "{host}");
        }
        assert_eq!(elsewhere(&Edge::default(), "anything"), None);
    }

    #[test]
    fn origins_are_read() {
        assert_eq!(Origin::parse("http://127.0.0.1:3000").unwrap().as_text(), "http://127.0.0.1:3000");
        for wrong in
            ["latchkey.example", "ftp://x", "https://", "https://u:p@x", "https://x/path", "https://a b"]
        {
            assert!(Origin::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn loopback_is_known_by_name_and_number() {
        for host in ["localhost", "localhost:3000", "127.0.0.1:1", "[::1]:3000", "a.localhost"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["example", "127.0.0.1.evil", "10.0.0.1", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
