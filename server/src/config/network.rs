//! The address that the portal listens on, and those at which people and proxies reach it.

use crate::{
    forwarded::{Forwarding, Origin},
    listen_addr,
};
use clap::Args;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The portal's addresses, and the proxies before it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = Self::HEADING)]
pub struct NetworkSettings {
    /// Where to listen: an address or name with a port, or a port alone, `:3000`, for all addresses
    #[arg(long, env = "LATCHKEY_ADDR", default_value = "127.0.0.1:3000", value_parser = listen_addr::parse, global = true)]
    pub addr: SocketAddr,

    /// The address at which people reach the portal, such as `https://latchkey.example`
    ///
    /// Other hosts are rejected, links begin with it, and with `https` cookies are marked `Secure` and browsers stay
    /// with TLS.
    #[arg(long, env = "LATCHKEY_PUBLIC_URL", value_parser = Origin::parse, global = true)]
    pub public_url: Option<Origin>,

    /// Further host names that are answered, separated by commas
    #[arg(long, env = "LATCHKEY_HOSTS", value_delimiter = ',', global = true)]
    pub hosts: Vec<String>,

    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses or networks, separated by commas;
    /// nobody else's are
    #[arg(long, env = "LATCHKEY_TRUSTED_PROXIES", value_delimiter = ',', value_parser = network, global = true)]
    pub trusted_proxies: Vec<IpNet>,

    /// For how many seconds the server goes on answering after SIGTERM while `/readyz` says 503; 0 stops at once
    ///
    /// Whatever spreads requests over servers has that time to leave it out. Ctrl-C or a second signal stops at once.
    #[arg(long, env = "LATCHKEY_DRAIN_SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u16).range(0..=3_600), global = true)]
    pub drain_seconds: u16,

    /// For how many seconds a connection without a request is kept: longer than the proxy before the portal keeps it
    #[arg(long, env = "LATCHKEY_KEEP_ALIVE_SECONDS", default_value_t = 75, value_parser = clap::value_parser!(u16).range(1..=3_600), global = true)]
    pub keep_alive_seconds: u16,
}

impl NetworkSettings {
    pub(super) const HEADING: &str = "Addresses and proxies";

    /// Returns the addresses at which the portal is reached from outside.
    pub fn forwarding(&self) -> Forwarding {
        let hosts = self.hosts.iter().map(|host| host.trim().to_ascii_lowercase());
        Forwarding {
            public: self.public_url.clone(),
            hosts: hosts.filter(|host| !host.is_empty()).collect(),
            trusted: self.trusted_proxies.clone(),
        }
    }

    /// Returns the origin of links that the server prints.
    pub fn origin(&self) -> String {
        let here = || format!("http://{}", listen_addr::reachable(self.addr));
        self.public_url.as_ref().map_or_else(here, Origin::as_text)
    }
}

/// Parses a network, or one address.
fn network(text: &str) -> Result<IpNet, &'static str> {
    let text = text.trim();
    let one = text.parse::<IpAddr>().map(IpNet::from);
    text.parse().or(one).map_err(|_| "this is neither an address nor a network such as 10.0.0.0/8")
}
