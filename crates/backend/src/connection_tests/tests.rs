//! Tests against real peers on loopback: a container registry, an SSH server with Git behind it, and some hostile ones.

mod batch;
mod git_server;
mod hostile;
mod kept;
mod odd_registries;
mod odd_servers;
pub(crate) mod peers;
mod registry_server;
mod stored;
mod tls;

use super::config::{PrivateHost, TestConfig};
use tls_trust::ExtraRoots;

/// Returns a configuration that allows loopback, and plain HTTP for these hosts.
fn config(plain: &[&str]) -> TestConfig {
    TestConfig {
        allow_private: vec![PrivateHost::parse("127.0.0.0/8").unwrap(), PrivateHost::parse("::1").unwrap()],
        plain_http: plain.iter().map(|host| (*host).to_owned()).collect(),
        ..TestConfig::default()
    }
}

fn roots(authority: &peers::Authority) -> ExtraRoots {
    ExtraRoots::read(&authority.certificate()).unwrap()
}
