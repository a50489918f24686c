//! The address by which a provider is known.

use openidconnect::IssuerUrl;
use std::net::IpAddr;

/// The address of a provider: `https`, or `http` on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    pub(super) url: IssuerUrl,
    host: String,
    pub(super) secure: bool,
}

/// The reason why a text is not an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// Not an address, or one with an account, a query or a fragment.
    #[error("this is not an address such as https://login.example/realms/main")]
    NotAnAddress,
    /// Plain HTTP to another machine, by which anybody in between could vouch for anybody.
    #[error("the provider has to be reached by https")]
    Plain,
}

impl Issuer {
    /// Parses the address, which must equal the provider's own name for itself to the letter.
    pub fn parse(text: &str) -> Result<Self, IssuerError> {
        let url = IssuerUrl::new(text.trim().to_owned()).map_err(|_| IssuerError::NotAnAddress)?;
        let parsed = url.url();
        let host = parsed.host_str().ok_or(IssuerError::NotAnAddress)?.to_owned();
        let is_bare = parsed.username().is_empty() && parsed.password().is_none();
        if !is_bare || parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(IssuerError::NotAnAddress);
        }
        let is_here = host == "localhost"
            || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let secure = match parsed.scheme() {
            "https" => true,
            "http" if is_here => false,
            "http" => return Err(IssuerError::Plain),
            _ => return Err(IssuerError::NotAnAddress),
        };
        Ok(Self { url, host, secure })
    }

    /// Returns the text that is stored with users.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// Returns the host, which people see when they sign in.
    pub fn host(&self) -> &str {
        &self.host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuer_parses_https_and_http_on_this_machine() {
        for good in [
            "https://login.example/realms/main",
            "http://127.0.0.1:3119",
            "http://[::1]:1/",
            "http://localhost",
        ] {
            assert_eq!(Issuer::parse(good).unwrap().as_str(), good);
        }
        assert_eq!(Issuer::parse("https://login.example:8443/x").unwrap().host(), "login.example");
        for (bad, error) in [
            ("http://login.example", IssuerError::Plain),
            ("http://127.0.0.1.evil.example", IssuerError::Plain),
            ("ftp://login.example", IssuerError::NotAnAddress),
            ("login.example", IssuerError::NotAnAddress),
            ("https://u:p@login.example", IssuerError::NotAnAddress),
            ("https://login.example/?a", IssuerError::NotAnAddress),
            ("", IssuerError::NotAnAddress),
        ] {
            assert_eq!(Issuer::parse(bad), Err(error), "{bad}");
        }
    }
}
