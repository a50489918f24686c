//! The registry server to which a stored password may be sent: only the one for which it was typed.

use domain::{
    error::{Error, Field, FieldError, Problem},
    secret::{PasswordProblem, RegistryHost},
};

/// Returns whether both texts name the same registry server: the same host and port, in any spelling. A path after the host
/// only selects an account of that server, so a change of the path sends nothing elsewhere.
pub(crate) fn is_same_server(one: &str, other: &str) -> bool {
    match (RegistryHost::parse(one), RegistryHost::parse(other)) {
        (Ok(one), Ok(other)) => one.host.is_same_registry(&other.host),
        // Stored hosts were parsed before, so anything else is damage.
        _ => false,
    }
}

/// Returns whether a password that was typed for `value_host` may go to `host`.
pub(crate) fn may_go_to(host: Option<&str>, value_host: Option<&str>) -> bool {
    match (host, value_host) {
        (Some(host), Some(typed_for)) => is_same_server(host, typed_for),
        (Some(_), None) => false,
        // An SSH key is sent nowhere: it signs.
        (None, _) => true,
    }
}

/// Returns the error of a change that would send a stored password to another server than the one for which it was typed.
pub(crate) fn password_again() -> Error {
    let problem = Problem::Password(PasswordProblem::HostChanged);
    Error::Invalid(vec![FieldError { field: Field::Password, problem }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_same_server_compares_only_host_and_port() {
        for (one, other) in [
            ("ghcr.io", "ghcr.io"),
            ("quay.io", "quay.io/spam"),
            ("quay.io/spam", "quay.io/eggs/ham"),
            ("reg.example:5000/a", "reg.example:5000"),
            ("https://index.docker.io/v1/", "docker.io"),
            ("https://index.docker.io/v1/", "docker.io/library"),
            ("[2001:db8::1]:5000", "[2001:db8::1]:5000/a"),
        ] {
            assert!(is_same_server(one, other) && is_same_server(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("ghcr.io", "quay.io"),
            ("reg.example", "reg.example:5000"),
            ("reg.example:5000", "reg.example:5001"),
            ("reg.example", "reg.example.evil.example"),
            ("reg.example/a", "a/reg.example"),
            ("https://index.docker.io/v1/", "index.docker.io.evil.example"),
            ("https://index.docker.io/v1/", "docker.io:5000"),
        ] {
            assert!(!is_same_server(one, other) && !is_same_server(other, one), "{one} {other}");
        }
        assert!(may_go_to(None, None) && !may_go_to(Some("ghcr.io"), None));
    }
}
