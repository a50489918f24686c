//! Whether anybody between the portal and its database could pass for the database.

use domain::sensitive::Sensitive;
use std::net::IpAddr;

/// Returns whether the database at this address is on another machine and need not prove its identity: nothing below
/// `sslmode=verify-full` compares the name in its certificate. Ignores an invalid address, which others reject.
pub fn is_database_unproven(url: &Sensitive) -> bool {
    let text = url.expose().trim();
    let Some((_, rest)) = text.split_once("://") else { return false };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = rest.split('/').next().unwrap_or_default();
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let parameters = || query.split('&').filter_map(|pair| pair.split_once('='));
    let last = |names: &[&str]| {
        parameters().filter(|(name, _)| names.contains(name)).map(|(_, value)| value).next_back()
    };
    let hosts = last(&["host", "hostaddr"]).unwrap_or(hosts);
    let proves = last(&["sslmode", "ssl-mode"]).is_some_and(|mode| mode.eq_ignore_ascii_case("verify-full"));
    !proves && hosts.split(',').any(|host| !is_here(host))
}

/// Returns whether the host is this machine: a socket, or a loopback address.
fn is_here(host: &str) -> bool {
    let lower = host.to_ascii_lowercase();
    if lower.is_empty() || lower.starts_with('/') || lower.starts_with("%2f") || lower.starts_with('@') {
        return true;
    }
    let name = match lower.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        // A name or an IPv4 address with a port, or an IPv6 address without brackets.
        None if lower.matches(':').count() > 1 => lower.as_str(),
        None => lower.split(':').next().unwrap_or_default(),
    };
    name.is_empty()
        || name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_database_unproven_finds_remote_database_without_verification() {
        for url in [
            "postgres://u:p@db.example/latchkey",
            "postgres://u:p%40x@db.example:5432/latchkey?sslmode=require",
            "postgresql://db.example/latchkey?sslmode=verify-ca",
            "postgres://u@10.0.0.5/latchkey?sslmode=disable",
            "postgres://u@localhost,db.example/latchkey",
            "postgres://u@localhost/latchkey?host=db.example",
            "postgres://u@[2001:db8::1]:5432/latchkey",
            "postgres://u@db.example/latchkey?sslmode=verify-full&sslmode=prefer",
            "postgres://u@localhost.evil.example/latchkey",
        ] {
            assert!(is_database_unproven(&Sensitive::new(url)), "{url}");
        }
        for url in [
            "postgres://u:p@db.example/latchkey?sslmode=verify-full",
            "postgres://u:p@one.example,two.example:5433/latchkey?sslmode=verify-full&target_session_attrs=read-write",
            "postgres://u:p@localhost/latchkey",
            "postgres://u:p@127.0.0.1:5432/latchkey",
            "postgres://u:p@[::1]:5432/latchkey",
            "postgres:///latchkey",
            "postgres://latchkey@localhost/latchkey?host=/proc/self/fd/9",
            "postgres://u@%2Fvar%2Frun%2Fpostgresql/latchkey",
            "not an address",
            "",
        ] {
            assert!(!is_database_unproven(&Sensitive::new(url)), "{url}");
        }
    }
}
