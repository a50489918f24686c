//! The addresses at which the portal is reached from outside, the proxies before it, and TLS.

use crate::listener::LocalAddr;
use axum::{
    extract::ConnectInfo,
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header, request::Parts, uri::Authority},
};
use backend::RequestFacts;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The settings of how the portal is reached.
#[derive(Clone, Debug, Default)]
pub struct Forwarding {
    /// The origin that people type, such as `https://latchkey.example`.
    pub public: Option<Origin>,
    /// Further hosts that are answered.
    pub hosts: Vec<String>,
    /// Proxies whose forwarded addresses are trusted.
    pub trusted: Vec<IpNet>,
}

/// An origin: scheme and host, and the port if it is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    secure: bool,
    host: String,
}

impl Origin {
    /// Parses `https://host` or `http://host:port`.
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
        let host = without_default_port(&host, secure).to_owned();
        Ok(Self { secure, host })
    }

    /// Returns whether this is the origin's host, with or without the scheme's own port.
    fn is(&self, host: &str) -> bool {
        self.host.eq_ignore_ascii_case(without_default_port(host, self.secure))
    }

    /// Returns the text before a path.
    pub fn as_text(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.host)
    }
}

/// The client of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// The address of the peer, or the client that a trusted proxy names.
    pub address: Option<IpAddr>,
    /// Whether the request came by TLS, at least as far as the proxy.
    pub secure: bool,
}

impl Forwarding {
    /// Returns the client of a request with these headers from this peer.
    pub fn client_info(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> ClientInfo {
        let public = self.public.as_ref().is_some_and(|public| public.secure);
        let Some(peer) = peer.map(|peer| peer.ip().to_canonical()) else {
            return ClientInfo { address: None, secure: public };
        };
        if !self.trusts(peer) {
            return ClientInfo { address: Some(peer), secure: public };
        }
        // From the nearest proxy outwards: the first address that is not a trusted proxy is the client's.
        // Anybody may have written the addresses before it.
        let mut address = peer;
        let lines = headers.get_all(FORWARDED_FOR).iter().collect::<Vec<_>>();
        let hops = lines.into_iter().rev().filter_map(|line| line.to_str().ok());
        // Between two commas there may be nothing (RFC 9110, 5.6.1.2).
        for hop in hops.flat_map(|line| line.rsplit(',')).filter(|hop| !hop.trim().is_empty()) {
            match forwarded_address(hop) {
                Some(hop) => address = hop,
                None => break,
            }
            if !self.trusts(address) {
                break;
            }
        }
        let proto = headers.get(FORWARDED_PROTO).and_then(|value| value.to_str().ok());
        let nearest = proto.and_then(|proto| proto.rsplit(',').map(str::trim).find(|hop| !hop.is_empty()));
        let by_tls = nearest.is_some_and(|proto| proto.eq_ignore_ascii_case("https"));
        // If people reach the portal by https, a proxy in between that says otherwise does not make its
        // cookies less secure.
        ClientInfo { address: Some(address), secure: public || by_tls }
    }

    /// Returns the facts of a request that show how it came here; `None` if its peer is not known.
    pub fn facts(&self, parts: &Parts) -> Option<RequestFacts> {
        let ConnectInfo(peer): &ConnectInfo<SocketAddr> = parts.extensions.get()?;
        let peer = peer.ip().to_canonical();
        let client = parts.extensions.get().and_then(|info: &ClientInfo| info.address).unwrap_or(peer);
        Some(RequestFacts {
            peer: peer.to_string(),
            client: client.to_string(),
            is_trusted: self.trusts(peer),
            is_forwarded: parts.headers.contains_key(FORWARDED_FOR)
                || parts.headers.contains_key(FORWARDED_PROTO),
        })
    }

    /// Returns whether only this machine reaches that origin, and nobody has said that this is meant.
    pub fn is_here_only(&self, origin: &str) -> bool {
        self.public.is_none() && origin.split_once("://").is_some_and(|(_, host)| is_loopback(host))
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// Returns whether this host is answered. If no hosts are configured all are, except on a connection to
    /// this machine itself, which a page of another site can make the browser open: there, only the machine's
    /// own names are answered.
    pub fn answers(&self, parts: &Parts) -> bool {
        let host = host(parts);
        if self.public.is_none() && self.hosts.is_empty() {
            return !self.is_local(parts) || host.is_none_or(|host| is_loopback(&host));
        }
        let Some(host) = host else { return false };
        let named = |known: &str| known.eq_ignore_ascii_case(&host);
        let without_port =
            |known: &str| host.parse::<Authority>().is_ok_and(|host| known.eq_ignore_ascii_case(host.host()));
        self.public.as_ref().is_some_and(|public| public.is(&host))
            || self.hosts.iter().any(|known| named(known) || without_port(known))
    }

    /// Returns whether the request came by a connection to this machine itself, and not through a trusted
    /// proxy.
    fn is_local(&self, parts: &Parts) -> bool {
        let to_loopback =
            parts.extensions.get().is_some_and(|LocalAddr(local)| local.ip().to_canonical().is_loopback());
        let peer = parts.extensions.get().map(|ConnectInfo(peer): &ConnectInfo<SocketAddr>| peer.ip());
        to_loopback && !peer.is_some_and(|peer| self.trusts(peer.to_canonical()))
    }

    /// Returns the origin of a link for somebody else.
    pub fn origin(&self, parts: &Parts, client_info: ClientInfo) -> String {
        if let Some(public) = &self.public {
            public.as_text()
        } else {
            let host = host(parts).unwrap_or_else(|| "localhost".to_owned());
            format!("{}://{host}", if client_info.secure { "https" } else { "http" })
        }
    }

    /// Returns whether a proxy with TLS must exist that the settings do not name.
    pub fn is_untold_of_proxies(&self) -> bool {
        self.public.as_ref().is_some_and(|public| public.secure) && self.trusted.is_empty()
    }

    /// Returns the public origin, if the request came in under another host.
    pub fn elsewhere(&self, parts: &Parts) -> Option<String> {
        let public = self.public.as_ref()?;
        let here = host(parts)?;
        (!public.is(&here)).then(|| public.as_text())
    }

    /// Returns whether people reach the portal by TLS, as far as the settings say.
    pub fn is_behind_tls(&self) -> bool {
        self.public.as_ref().is_some_and(|public| public.secure) || !self.trusted.is_empty()
    }
}

/// Returns a host without the default port of its scheme.
fn without_default_port(host: &str, secure: bool) -> &str {
    host.strip_suffix(if secure { ":443" } else { ":80" }).unwrap_or(host)
}

/// Parses the address that a proxy forwards, in any usual form: alone, with a port, in brackets, in quotation
/// marks.
fn forwarded_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let bare = || text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text).parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

/// Puts the request's host, without the scheme's default port, into one place.
///
/// Errors: the request names two hosts (RFC 9112, 3.2 and 3.2.2).
pub fn settle_host(parts: &mut Parts, secure: bool) -> Result<(), TwoHosts> {
    let mut named = parts.headers.get_all(header::HOST).iter();
    let (first, second) = (named.next().cloned(), named.next());
    let target = parts.uri.authority().map(|authority| authority.as_str().to_ascii_lowercase());
    let settled = |host: &str| without_default_port(host, secure).to_ascii_lowercase();
    let first_text = first.as_ref().map(|host| host.to_str().map(settled).unwrap_or_default());
    let differs =
        first_text.as_ref().zip(target.as_ref()).is_some_and(|(host, target)| *host != settled(target));
    if second.is_some() || differs {
        return Err(TwoHosts);
    }
    if let Some(Ok(host)) = first_text.filter(|host| !host.is_empty()).map(HeaderValue::try_from) {
        parts.headers.insert(header::HOST, host);
    }
    Ok(())
}

/// The error of a request that names two hosts, either of which may be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoHosts;

/// Returns the host that the request names, in lower case.
pub fn host(parts: &Parts) -> Option<String> {
    named_host(&parts.headers, &parts.uri).map(str::to_ascii_lowercase)
}

/// Returns the host that the request names, as it was sent.
pub fn named_host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let named = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    named.or_else(|| uri.authority().map(Authority::as_str))
}

/// Returns whether the host is this machine itself, which browsers trust without TLS.
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

    fn behind(networks: &[&str]) -> Forwarding {
        Forwarding {
            trusted: networks.iter().map(|text| text.parse().unwrap()).collect(),
            ..Forwarding::default()
        }
    }

    fn address(forwarding: &Forwarding, peer: &str, forwarded: &'static str) -> String {
        let peer = Some(SocketAddr::new(peer.parse().unwrap(), 1));
        forwarding.client_info(peer, &headers(&[(FORWARDED_FOR, forwarded)])).address.unwrap().to_string()
    }

    #[test]
    fn arrival_takes_addresses_only_from_trusted_proxies() {
        assert_eq!(address(&Forwarding::default(), "10.0.0.1", "6.6.6.6"), "10.0.0.1");
        let forwarding = behind(&["10.0.0.0/8", "::1/128"]);
        assert_eq!(address(&forwarding, "10.0.0.1", "203.0.113.7"), "203.0.113.7");
        assert_eq!(address(&forwarding, "10.0.0.1", "6.6.6.6, 203.0.113.7, 10.0.0.2"), "203.0.113.7");
        assert_eq!(address(&forwarding, "203.0.113.9", "6.6.6.6"), "203.0.113.9");
        assert_eq!(address(&forwarding, "::1", "nonsense"), "::1");
        assert_eq!(address(&forwarding, "10.0.0.1", "6.6.6.6, nonsense, 10.0.0.2"), "10.0.0.2");
        assert_eq!(address(&forwarding, "::ffff:10.0.0.1", "2001:db8::1"), "2001:db8::1");
    }

    #[test]
    fn forwarded_address_accepts_every_form_that_proxies_write() {
        let forwarding = behind(&["10.0.0.0/8"]);
        for (forwarded, expected) in [
            ("203.0.113.7:50123", "203.0.113.7"),
            ("\"203.0.113.7:50123\"", "203.0.113.7"),
            ("\"203.0.113.7\"", "203.0.113.7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("\"[2001:db8::7]:443\"", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("[::ffff:203.0.113.7]:1", "203.0.113.7"),
            ("6.6.6.6:1, 203.0.113.7:2, 10.0.0.2:3", "203.0.113.7"),
            ("203.0.113.7,", "203.0.113.7"),
            ("203.0.113.7,, 10.0.0.2 ,", "203.0.113.7"),
            ("203.0.113.7:99999", "10.0.0.1"),
            ("unknown", "10.0.0.1"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(address(&forwarding, "10.0.0.1", forwarded), expected, "{forwarded}");
        }
        let mut lines = HeaderMap::new();
        for line in ["6.6.6.6", "203.0.113.7:1", "10.0.0.3"] {
            lines.append(FORWARDED_FOR, line.parse().unwrap());
        }
        let arrived = forwarding.client_info(Some("10.0.0.1:1".parse().unwrap()), &lines);
        assert_eq!(arrived.address.unwrap().to_string(), "203.0.113.7");
    }

    #[test]
    fn arrival_is_secure_by_proxy_or_settings() {
        let peer = Some("10.0.0.1:1".parse().unwrap());
        let forwarding = behind(&["10.0.0.0/8"]);
        assert!(forwarding.client_info(peer, &headers(&[(FORWARDED_PROTO, "https")])).secure);
        assert!(forwarding.client_info(peer, &headers(&[(FORWARDED_PROTO, "http, https,")])).secure);
        assert!(!forwarding.client_info(peer, &headers(&[(FORWARDED_PROTO, "http")])).secure);
        assert!(!Forwarding::default().client_info(peer, &headers(&[(FORWARDED_PROTO, "https")])).secure);
        let public =
            Forwarding { public: Some(Origin::parse("https://l.example").unwrap()), ..Forwarding::default() };
        assert!(public.client_info(peer, &HeaderMap::new()).secure);
        // A proxy behind the one with TLS says http, but people reach the public address.
        let both = Forwarding { trusted: forwarding.trusted, ..public };
        assert!(both.client_info(peer, &headers(&[(FORWARDED_PROTO, "http")])).secure);
    }

    #[test]
    fn answers_ignores_the_default_port() {
        let answers = |public: &str, host: &str| {
            let forwarding =
                Forwarding { public: Some(Origin::parse(public).unwrap()), ..Forwarding::default() };
            forwarding.answers(&Request::get("/").header(header::HOST, host).body(()).unwrap().into_parts().0)
        };
        for public in ["https://l.example", "https://l.example:443", "https://L.example:443/"] {
            assert_eq!(Origin::parse(public).unwrap().as_text(), "https://l.example");
            assert!(answers(public, "l.example") && answers(public, "l.example:443"), "{public}");
            assert!(!answers(public, "l.example:80") && !answers(public, "l.example:8443"), "{public}");
        }
        assert!(answers("http://l.example:80", "l.example") && answers("http://l.example", "L.EXAMPLE:80"));
        assert!(!answers("http://l.example", "l.example:443"));
        assert!(
            answers("https://l.example:8443", "l.example:8443")
                && !answers("https://l.example:8443", "l.example")
        );
    }

    #[test]
    fn settle_host_rejects_two_hosts() {
        let settle = |uri: &str, hosts: &[&'static str]| {
            let mut request = Request::get(uri);
            for host in hosts {
                request = request.header(header::HOST, *host);
            }
            let mut parts = request.body(()).unwrap().into_parts().0;
            settle_host(&mut parts, true).map(|()| host(&parts).unwrap_or_default())
        };
        assert_eq!(settle("/", &["A.example:443"]), Ok("a.example".to_owned()));
        assert_eq!(settle("https://a.example/", &["a.example"]), Ok("a.example".to_owned()));
        assert_eq!(settle("https://a.example:443/", &["A.EXAMPLE"]), Ok("a.example".to_owned()));
        assert_eq!(settle("/", &[]), Ok(String::new()));
        assert_eq!(settle("/", &["a.example", "a.example"]), Err(TwoHosts));
        assert_eq!(settle("/", &["a.example", "b.example"]), Err(TwoHosts));
        assert_eq!(settle("https://b.example/", &["a.example"]), Err(TwoHosts));
        assert_eq!(settle("https://b.example/", &[""]), Err(TwoHosts));
    }

    #[test]
    fn answers_only_own_names_on_a_local_connection() {
        let answers = |forwarding: &Forwarding, host: Option<&str>, local: &str, peer: &str| {
            let mut request = Request::get("/");
            if let Some(host) = host {
                request = request.header(header::HOST, host);
            }
            let (mut parts, ()) = request.body(()).unwrap().into_parts();
            parts.extensions.insert(LocalAddr(local.parse().unwrap()));
            parts.extensions.insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
            forwarding.answers(&parts)
        };
        let (here, there) = ("127.0.0.1:3000", "10.0.0.7:3000");
        for host in ["localhost:3000", "127.0.0.1:3000", "[::1]:3000", "portal.localhost"] {
            assert!(answers(&Forwarding::default(), Some(host), here, "127.0.0.1:5000"), "{host}");
        }
        for host in ["evil.example", "evil.example:3000", "127.0.0.1.evil.example", "10.0.0.7", ""] {
            assert!(!answers(&Forwarding::default(), Some(host), here, "127.0.0.1:5000"), "{host}");
        }
        assert!(answers(&Forwarding::default(), None, here, "127.0.0.1:5000"), "a probe without a host");
        assert!(answers(&Forwarding::default(), Some("portal.lan"), there, "10.0.0.9:5000"), "elsewhere");
        let proxied = behind(&["127.0.0.0/8"]);
        assert!(answers(&proxied, Some("portal.lan"), here, "127.0.0.1:5000"), "a proxy on this machine");
        let configured = Forwarding { hosts: vec!["portal.lan".to_owned()], ..Forwarding::default() };
        assert!(answers(&configured, Some("portal.lan"), here, "127.0.0.1:5000"));
    }

    #[test]
    fn answers_only_configured_hosts() {
        let answers = |forwarding: &Forwarding, host: &str| {
            forwarding.answers(&Request::get("/").header(header::HOST, host).body(()).unwrap().into_parts().0)
        };
        assert!(answers(&Forwarding::default(), "anything"));
        let forwarding = Forwarding {
            public: Some(Origin::parse("https://Latchkey.example/").unwrap()),
            hosts: vec!["latchkey.internal".to_owned()],
            ..Forwarding::default()
        };
        for host in ["latchkey.example", "LATCHKEY.example", "latchkey.internal:8080", "latchkey.internal"] {
            assert!(answers(&forwarding, host), "{host}");
        }
        for host in ["evil.example", "latchkey.example.evil", "latchkey.example:81", "", "127.0.0.1"] {
            assert!(!answers(&forwarding, host), "{host}");
        }
    }

    #[test]
    fn elsewhere_is_the_public_origin_for_other_hosts() {
        let forwarding =
            Forwarding { public: Some(Origin::parse("https://l.example").unwrap()), ..Forwarding::default() };
        let elsewhere = |forwarding: &Forwarding, host: &str| {
            forwarding
                .elsewhere(&Request::get("/").header(header::HOST, host).body(()).unwrap().into_parts().0)
        };
        for host in ["l.example", "L.example", "l.example:443"] {
            assert_eq!(elsewhere(&forwarding, host), None, "{host}");
        }
        for host in ["l.internal", "l.example:8443", "127.0.0.1"] {
            assert_eq!(elsewhere(&forwarding, host).as_deref(), Some("https://l.example"), "{host}");
        }
        assert_eq!(elsewhere(&Forwarding::default(), "anything"), None);
    }

    #[test]
    fn origin_parses_and_rejects() {
        assert_eq!(Origin::parse("http://127.0.0.1:3000").unwrap().as_text(), "http://127.0.0.1:3000");
        for wrong in
            ["latchkey.example", "ftp://x", "https://", "https://u:p@x", "https://x/path", "https://a b"]
        {
            assert!(Origin::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn is_here_only_until_a_public_address_is_set() {
        let unset = Forwarding::default();
        assert!(unset.is_here_only("http://127.0.0.1:3000") && unset.is_here_only("http://localhost"));
        assert!(!unset.is_here_only("http://portal.lan:3000") && !unset.is_here_only(""));
        let public = Origin::parse("http://127.0.0.1:3000").ok();
        assert!(!Forwarding { public, ..unset }.is_here_only("http://127.0.0.1:3000"));
    }

    #[test]
    fn is_loopback_accepts_names_and_addresses() {
        for host in ["localhost", "localhost:3000", "127.0.0.1:1", "[::1]:3000", "a.localhost"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["example", "127.0.0.1.evil", "10.0.0.1", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
