//! Outgoing connections, only to addresses that were checked. A name is resolved once, and the connection goes to
//! exactly the addresses that it resolved to.

use super::config::{PrivateHost, TestConfig};
use domain::connection_test::TestCause;
use std::{
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

/// The time limit for resolving a name, and for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The most addresses of a name that are tried.
const MAX_ADDRESSES: usize = 4;

/// The reach of an address.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Reach {
    /// A public address.
    Public,
    /// An address of this machine or of a private network: only if the operator allows it.
    Private,
    /// An address that nobody may connect to: cloud metadata, link-local, multicast, reserved, other protocols'
    /// disguises.
    Never,
}

/// The names of metadata services, which are known by nobody but the machines of that cloud.
const METADATA_NAMES: [&str; 3] = ["metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"];

/// The rules of what may be reached. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Outbound {
    allowed: Vec<PrivateHost>,
    own_ports: Vec<u16>,
    /// The hosts and ports of the portal's own database.
    database: Vec<(String, u16)>,
}

/// The addresses of one host, all of which are allowed.
#[derive(Clone, Debug)]
pub(super) struct Resolved(Vec<SocketAddr>);

impl Outbound {
    pub(crate) fn new(config: &TestConfig, database: impl IntoIterator<Item = (String, u16)>) -> Self {
        let database = database.into_iter().collect();
        Self { allowed: config.allow_private.clone(), own_ports: config.own_ports.clone(), database }
    }

    /// Allows private addresses of this host, too, because the operator has named it in a setting.
    pub(super) fn with_host(mut self, host: &str) -> Self {
        self.allowed.extend(PrivateHost::parse(host.trim_matches(['[', ']'])).ok());
        self
    }

    /// Resolves a name once, and checks each address: one forbidden address rejects all.
    ///
    /// Errors: `AddressForbidden` for what no setting allows, `AddressNotAllowed` for what a setting could allow.
    pub(super) async fn resolve(&self, host: &str, port: u16) -> Result<Resolved, TestCause> {
        let addresses = lookup(host, port).await?;
        let mut ours = false;
        // The database's name is resolved only if the port is the same.
        for (name, _) in self.database.iter().filter(|(_, own)| *own == port) {
            let own = lookup(name, port).await.unwrap_or_default();
            ours |= name.eq_ignore_ascii_case(host) || own.iter().any(|own| addresses.contains(own));
        }
        let named = self.allowed.iter().any(|allowed| allowed.is_named(host));
        let is_forbidden = |address: &SocketAddr| match reach(address.ip()) {
            Reach::Public => false,
            Reach::Private => address.ip().is_loopback() && self.own_ports.contains(&port),
            Reach::Never => true,
        };
        if ours || addresses.iter().any(is_forbidden) {
            return Err(TestCause::AddressForbidden);
        }
        let is_allowed = |address: &SocketAddr| {
            named
                || reach(address.ip()) == Reach::Public
                || self.allowed.iter().any(|allowed| allowed.contains(address.ip()))
        };
        if !addresses.iter().all(is_allowed) {
            return Err(TestCause::AddressNotAllowed);
        }
        Ok(Resolved(addresses.into_iter().take(MAX_ADDRESSES).collect()))
    }

    /// Connects to one of the checked addresses.
    #[expect(clippy::disallowed_methods, reason = "the one way to the outside")]
    pub(super) async fn connect(&self, resolved: &Resolved) -> Result<TcpStream, TestCause> {
        let mut cause = TestCause::NameNotFound;
        for address in &resolved.0 {
            match timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // A connection to this machine has the same address at both ends.
                    let own = stream.local_addr().is_ok_and(|local| local.ip() == address.ip());
                    if own && self.own_ports.contains(&address.port()) {
                        return Err(TestCause::AddressForbidden);
                    }
                    return Ok(stream);
                }
                Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => {
                    cause = TestCause::ConnectionRefused;
                }
                Ok(Err(error)) if error.kind() == ErrorKind::TimedOut => cause = TestCause::TimedOut,
                Ok(Err(_)) => cause = TestCause::ConnectionFailed,
                Err(_) => cause = TestCause::TimedOut,
            }
        }
        Err(cause)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one way to the outside")]
async fn lookup(host: &str, port: u16) -> Result<Vec<SocketAddr>, TestCause> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let name = host.trim_end_matches('.');
    if is_odd_number(host) || METADATA_NAMES.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Err(TestCause::AddressForbidden);
    }
    match timeout(CONNECT_TIMEOUT, lookup_host((host, port))).await {
        Ok(Ok(found)) => {
            let found: Vec<_> = found.collect();
            if found.is_empty() { Err(TestCause::NameNotFound) } else { Ok(found) }
        }
        Ok(Err(_)) => Err(TestCause::NameNotFound),
        Err(_) => Err(TestCause::TimedOut),
    }
}

/// Returns whether the host is a number that the system's resolver takes for an address: `127.1`, `0x7f000001`,
/// `017700000001` (`inet_aton(3)`).
fn is_odd_number(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let digits = last.strip_prefix("0x").unwrap_or(&last);
    last.bytes().all(|byte| byte.is_ascii_digit())
        || (digits.len() < last.len() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The addresses of metadata services of Alibaba, Azure and Amazon, which give out passwords to whoever can ask. Other
/// clouds use link-local addresses.
const METADATA: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

fn reach(address: IpAddr) -> Reach {
    match address {
        address if METADATA.contains(&address) => Reach::Never,
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

/// Classifies an address by IANA's registry of special-purpose IPv4 addresses.
fn reach_v4(address: Ipv4Addr) -> Reach {
    let [a, b, c, d] = address.octets();
    match (a, b, c, d) {
        (10 | 127, ..) | (192, 168, ..) | (172, 16..=31, ..) | (100, 64..=127, ..) => Reach::Private,
        // "This" network, link-local, protocols' own, documentation, 6to4 relays, benchmarks, multicast and reserved.
        (0 | 224..=255, ..)
        | (169, 254, ..)
        | (192, 0, 0 | 2, _)
        | (192, 88, 99, _)
        | (198, 18..=19, ..)
        | (198, 51, 100, _)
        | (203, 0, 113, _) => Reach::Never,
        _ => Reach::Public,
    }
}

/// Classifies an address by IANA's registry of special-purpose IPv6 addresses: only routed unicast is public, without
/// the forms that carry an IPv4 address.
fn reach_v6(address: Ipv6Addr) -> Reach {
    let segments = address.segments();
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 1] | [0xfc00..=0xfdff, ..] => Reach::Private,
        // NAT64 (RFC 6052), by which networks without IPv4 reach it, counts as the address that it carries.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            reach(IpAddr::V4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low))))
        }
        // Teredo and others' protocols, documentation (both), 6to4.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] | [0x2002, ..] => Reach::Never,
        [0x2000..=0x3fff, ..] => Reach::Public,
        // Unspecified, IPv4-mapped and -compatible, link-local, site-local, multicast, discard, unassigned.
        _ => Reach::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reach_classifies_every_address() {
        use Reach::{Never, Private, Public};
        for (text, expected) in [
            ("1.1.1.1", Public),
            ("9.255.255.255", Public),
            ("172.15.0.1", Public),
            ("172.32.0.1", Public),
            ("100.63.0.1", Public),
            ("100.128.0.1", Public),
            ("192.167.1.1", Public),
            ("223.255.255.255", Public),
            ("2606:4700::1111", Public),
            ("2a00:1450::1", Public),
            ("64:ff9b::101:101", Public),
            ("127.0.0.1", Private),
            ("127.255.0.9", Private),
            ("10.1.2.3", Private),
            ("172.16.0.1", Private),
            ("172.31.255.255", Private),
            ("192.168.0.1", Private),
            ("100.64.0.1", Private),
            ("::1", Private),
            ("fd12:3456::1", Private),
            ("fc00::1", Private),
            ("64:ff9b::a00:1", Private),
            ("0.0.0.0", Never),
            ("0.1.2.3", Never),
            ("169.254.169.254", Never),
            ("169.254.170.2", Never),
            ("100.100.100.200", Never),
            ("168.63.129.16", Never),
            ("192.0.0.192", Never),
            ("192.0.2.1", Never),
            ("198.18.0.1", Never),
            ("198.51.100.1", Never),
            ("203.0.113.1", Never),
            ("192.88.99.1", Never),
            ("224.0.0.1", Never),
            ("239.255.255.250", Never),
            ("240.0.0.1", Never),
            ("255.255.255.255", Never),
            ("::", Never),
            ("::ffff:127.0.0.1", Never),
            ("::ffff:1.1.1.1", Never),
            ("::ffff:a9fe:a9fe", Never),
            ("::127.0.0.1", Never),
            ("::169.254.169.254", Never),
            ("64:ff9b::a9fe:a9fe", Never),
            ("64:ff9b:1::1", Never),
            ("64:ff9b::6464:64c8", Never),
            ("2002:a9fe:a9fe::1", Never),
            ("2002:7f00:1::", Never),
            ("2001::1", Never),
            ("2001:db8::1", Never),
            ("3fff::1", Never),
            ("100::1", Never),
            ("fe80::1", Never),
            ("febf::1", Never),
            ("fec0::1", Never),
            ("fd00:ec2::254", Never),
            ("ff02::1", Never),
            ("4000::1", Never),
        ] {
            assert_eq!(reach(text.parse().unwrap()), expected, "{text}");
        }
    }

    fn outbound(allowed: &[&str]) -> Outbound {
        let config = TestConfig {
            allow_private: allowed.iter().map(|text| PrivateHost::parse(text).unwrap()).collect(),
            own_ports: vec![3000],
            ..TestConfig::default()
        };
        Outbound::new(&config, Some(("localhost".to_owned(), 5432)))
    }

    #[tokio::test]
    async fn resolve_allows_only_listed_private_hosts() {
        let resolve =
            async |allowed: &[&str], host: &str, port| outbound(allowed).resolve(host, port).await.map(drop);
        let no = Err(TestCause::AddressNotAllowed);
        assert_eq!(resolve(&[], "127.0.0.1", 80).await, no);
        assert_eq!(resolve(&[], "localhost", 80).await, no);
        assert_eq!(resolve(&[], "10.0.0.1", 80).await, no);
        assert_eq!(resolve(&[], "1.1.1.1", 80).await, Ok(()));
        assert_eq!(resolve(&["localhost"], "localhost", 80).await, Ok(()));
        assert_eq!(resolve(&["LOCALHOST."], "localhost", 80).await, Ok(()));
        assert_eq!(resolve(&["localhost"], "127.0.0.1", 80).await, no);
        assert_eq!(resolve(&["127.0.0.0/8", "::1"], "localhost", 80).await, Ok(()));
        assert_eq!(resolve(&["10.0.0.0/8"], "10.200.0.1", 80).await, Ok(()));
        assert_eq!(resolve(&["10.0.0.0/8"], "192.168.0.1", 80).await, no);
        // No list opens addresses that nobody may connect to.
        let never = Err(TestCause::AddressForbidden);
        for host in ["169.254.169.254", "0.0.0.0", "::ffff:10.0.0.1", "fe80::1", "Metadata.Google.Internal."]
        {
            assert_eq!(
                resolve(&["0.0.0.0/0", "::/0", host.trim_end_matches('.')], host, 80).await,
                never,
                "{host}"
            );
            assert_eq!(resolve(&[], host, 80).await, never, "{host}");
        }
    }

    #[tokio::test]
    async fn resolve_never_reaches_own_database_or_port() {
        let all = outbound(&["0.0.0.0/0", "::/0", "localhost"]);
        let no = TestCause::AddressForbidden;
        for host in ["localhost", "127.0.0.1"] {
            assert_eq!(all.resolve(host, 5432).await.unwrap_err(), no, "{host}");
            assert_eq!(all.resolve(host, 3000).await.unwrap_err(), no, "{host}");
            assert!(all.resolve(host, 5433).await.is_ok());
        }
        assert_eq!(all.resolve("127.0.0.2", 3000).await.unwrap_err(), no);
    }

    #[tokio::test]
    async fn resolve_rejects_numbers_in_odd_spellings() {
        let all = outbound(&["0.0.0.0/0", "::/0"]);
        for host in [
            "127.1",
            "2130706433",
            "017700000001",
            "0x7f000001",
            "0X7F.1",
            "127.0.0.0x1",
            "0177.0.0.1",
            "127.0.0.1.",
        ] {
            assert_eq!(all.resolve(host, 80).await.unwrap_err(), TestCause::AddressForbidden, "{host}");
        }
        assert!(!is_odd_number("a0x1") && !is_odd_number("cafe") && is_odd_number("0x"));
        assert_eq!(all.resolve("no-such-host.invalid", 80).await.unwrap_err(), TestCause::NameNotFound);
    }
}
