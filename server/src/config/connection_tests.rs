//! The hosts that connection tests may reach and trust, and the interval of scheduled tests.

use backend::{ExtraRoots, PrivateHost, TestConfig};
use clap::Args;
use std::{
    net::Ipv6Addr,
    path::{Path, PathBuf},
    time::Duration,
};

/// Connection tests.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = Self::HEADING)]
pub struct ConnectionTestSettings {
    /// Hosts of this machine and of private networks that may be connected to: names, addresses or networks, separated by
    /// commas
    ///
    /// Link-local, metadata and reserved addresses, the portal's own port and its database are never connected to.
    #[arg(long, env = "LATCHKEY_ALLOW_PRIVATE_HOSTS", value_delimiter = ',', value_parser = PrivateHost::parse, global = true)]
    pub allow_private_hosts: Vec<PrivateHost>,

    /// Registries that are asked by plain HTTP, `host` or `host:port`, separated by commas; all others by TLS
    #[arg(long, env = "LATCHKEY_PLAIN_HTTP_HOSTS", value_delimiter = ',', value_parser = plain_http_host, global = true)]
    pub plain_http_hosts: Vec<String>,

    /// A file with certificates (PEM) that connection tests and single sign-on trust besides the system's
    ///
    /// Of authorities, or of a host that signed its own.
    #[arg(long, env = "LATCHKEY_EXTRA_CA_FILE", global = true)]
    pub extra_ca_file: Option<PathBuf>,

    /// How often the connection of every secret is tested, such as `12h` or `1d`; without it only when somebody asks
    #[arg(long, alias = "check-interval", env = "LATCHKEY_TEST_INTERVAL", value_parser = interval, global = true)]
    pub test_interval: Option<Duration>,
}

impl ConnectionTestSettings {
    pub(super) const HEADING: &str = "Connection tests";

    /// Returns the configuration of connection tests for a portal that listens on this port.
    ///
    /// Errors: the file with authorities cannot be read, or has no certificate in it; in words.
    pub fn config(&self, own_port: u16) -> Result<TestConfig, String> {
        let read = |path: &Path| {
            let wrong = |why| format!("LATCHKEY_EXTRA_CA_FILE: {}: {why}", path.display());
            ExtraRoots::read(path).map_err(wrong)
        };
        let roots = self.extra_ca_file.as_deref().map(read).transpose()?;
        Ok(TestConfig {
            allow_private: self.allow_private_hosts.clone(),
            plain_http: self.plain_http_hosts.clone(),
            extra_roots: roots.unwrap_or_default(),
            own_ports: vec![own_port],
        })
    }
}

/// Parses a registry that is asked by plain HTTP, in the form that connection tests compare.
fn plain_http_host(text: &str) -> Result<String, &'static str> {
    let wrong = "this is no host of a registry, such as registry.corp or registry.corp:5000";
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_prefix("http://").unwrap_or(&text).trim_end_matches('/');
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']').ok_or(wrong)?;
            address.parse::<Ipv6Addr>().map_err(|_| wrong)?;
            (None, after.strip_prefix(':'))
        }
        None => text.split_once(':').map_or((Some(text), None), |(host, port)| (Some(host), Some(port))),
    };
    let letters = |host: &str| {
        !host.is_empty()
            && !host.starts_with(['.', '-'])
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    if host.is_none_or(letters)
        && port.is_none_or(is_port)
        && (host.is_some() || text.ends_with(']') || port.is_some())
    {
        Ok(text.to_owned())
    } else {
        Err(wrong)
    }
}

/// Parses a time such as `30m`, `12h` or `1d`; from a minute to 30 days.
fn interval(text: &str) -> Result<Duration, &'static str> {
    let text = text.trim();
    let seconds =
        [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)].into_iter().find_map(|(unit, seconds)| {
            text.strip_suffix(unit)?.parse::<u32>().ok().map(|count| u64::from(count) * seconds)
        });
    match seconds {
        Some(seconds @ 60..=2_592_000) => Ok(Duration::from_secs(seconds)),
        _ => Err("this is not a time from a minute to 30 days, such as 30m, 12h or 1d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Cli;
    use clap::Parser;

    #[test]
    fn config_names_an_unreadable_authorities_file() {
        let cli = Cli::try_parse_from(["latchkey", "--extra-ca-file", "/no-such-file"]).unwrap();
        let said = cli.settings.connection_tests.config(0).unwrap_err();
        assert!(said.starts_with("LATCHKEY_EXTRA_CA_FILE: /no-such-file: "), "{said}");
    }

    #[test]
    fn plain_http_host_normalizes_or_rejects() {
        for (text, host) in [
            ("http://registry.corp:5000/", "registry.corp:5000"),
            (" Registry.Corp ", "registry.corp"),
            ("h:80/", "h:80"),
            ("[::1]:5000", "[::1]:5000"),
            ("10.0.0.1", "10.0.0.1"),
        ] {
            assert_eq!(plain_http_host(text).as_deref(), Ok(host), "{text}");
        }
        for text in [
            "",
            "*",
            "*.corp",
            "10.0.0.0/8",
            "a;b",
            "a b",
            "https://h",
            "h/path",
            "h:0",
            "h:x",
            "h:1:2",
            "[::1",
            "[x]:1",
            "u@h",
        ] {
            assert!(plain_http_host(text).is_err(), "{text}");
        }
        assert!(Cli::try_parse_from(["latchkey", "--plain-http-hosts", "a:5000,10.0.0.0/8"]).is_err());
    }

    #[test]
    fn interval_parses_and_rejects() {
        for (text, seconds) in [("60s", 60), ("30m", 1_800), ("12h", 43_200), (" 1d ", 86_400)] {
            assert_eq!(interval(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "h", "1", "0h", "59s", "31d", "1w", "-1h", "1.5h", "99999999999d"] {
            assert!(interval(text).is_err(), "{text}");
        }
    }
}
