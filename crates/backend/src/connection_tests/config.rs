//! The operator's settings for outgoing connections.

use ipnet::IpNet;
use std::net::IpAddr;
use tls_trust::ExtraRoots;

/// The reach and the trust of connection tests. By default no private hosts, and the system's roots.
#[derive(Clone, Debug, Default)]
pub struct TestConfig {
    /// Hosts of this machine and of private networks that tests may connect to.
    pub allow_private: Vec<PrivateHost>,
    /// Registries that are asked by plain HTTP: `host` or `host:port`, as in a secret's registry host.
    pub plain_http: Vec<String>,
    /// Certificates that are trusted in addition to the system's.
    pub extra_roots: ExtraRoots,
    /// The ports on which this server itself listens.
    pub own_ports: Vec<u16>,
}

/// A private host that tests may connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrivateHost {
    /// A name as it is asked for, in lower case.
    Name(String),
    /// A network, whatever names lead to it.
    Network(IpNet),
}

impl PrivateHost {
    /// Parses a name, an address or a network.
    ///
    /// Errors: a message, if the text is anything else.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim().trim_end_matches('.').to_ascii_lowercase();
        if let Ok(network) = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)) {
            return Ok(Self::Network(network));
        }
        let name = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
        if text.is_empty() || !text.bytes().all(name) {
            return Err("this is neither a host name nor an address nor a network such as 10.0.0.0/8");
        }
        Ok(Self::Name(text))
    }

    pub(super) fn is_named(&self, host: &str) -> bool {
        matches!(self, Self::Name(name) if name.eq_ignore_ascii_case(host.trim_end_matches('.')))
    }

    pub(super) fn contains(&self, address: IpAddr) -> bool {
        matches!(self, Self::Network(network) if network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_host_parses_names_addresses_and_networks() {
        assert_eq!(PrivateHost::parse(" Registry.Corp. "), Ok(PrivateHost::Name("registry.corp".to_owned())));
        assert!(PrivateHost::parse("10.0.0.0/8").unwrap().contains("10.9.9.9".parse().unwrap()));
        assert!(PrivateHost::parse("::1").unwrap().contains("::1".parse().unwrap()));
        for text in ["", " ", "a b", "10.0.0.0/99", "https://a", "a:5000"] {
            assert!(PrivateHost::parse(text).is_err(), "{text}");
        }
    }
}
