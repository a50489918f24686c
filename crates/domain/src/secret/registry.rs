//! Registry credentials: host, username, password.

use crate::sensitive::Sensitive;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The key of a registry in a docker config, as clients look it up: `host`, `host:port`, or Docker Hub's
/// `https://index.docker.io/v1/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryHost(String);

/// The key under which the Docker client, the kubelet and containerd all find Docker Hub's credential.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// What people call it.
const DOCKER_HUB_NAMES: [&str; 4] =
    ["docker.io", "index.docker.io", "registry-1.docker.io", "hub.docker.com"];

/// A host as it is stored, and what was put right on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NormalizedHost {
    /// As it is stored.
    pub host: RegistryHost,
    /// Empty where it was right as typed.
    pub corrections: Vec<HostCorrection>,
}

/// What was put right.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum HostCorrection {
    /// White space around it.
    Space,
    /// `https://` or `http://` before it.
    Scheme,
    /// A slash, `/v1/` or `/v2/` after it.
    Path,
    /// Upper case letters.
    Case,
    /// A dot at the end of the name.
    FinalDot,
    /// One of Docker Hub's names.
    DockerHub,
}

/// What is wrong with a host. Never carries the text: people paste passwords here.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum HostProblem {
    /// Nothing was typed.
    Missing,
    /// Something before an `@`.
    UserInfo,
    /// A `?` or `#`.
    Query,
    /// A scheme other than http and https.
    Scheme,
    /// The port is no number from 1 to 65535.
    Port,
    /// A path that clients would not find.
    Path,
    /// A part of the name is empty, too long, or has characters that host names have not.
    Label,
    /// Letters outside ASCII.
    NotAscii,
    /// Longer than a host name may be (RFC 1035).
    TooLong,
    /// An address of numbers that is none.
    Address,
}

impl RegistryHost {
    /// The longest host name, in characters (RFC 1035, 2.3.4).
    pub const MAX_CHARS: usize = 253;

    /// Reads a host as people type or paste it, and puts it right where it is clear what is meant. Reading the
    /// result again changes nothing.
    pub fn parse(text: &str) -> Result<NormalizedHost, HostProblem> {
        let mut corrections = Vec::new();
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(HostProblem::Missing);
        }
        if trimmed == DOCKER_HUB {
            return Ok(NormalizedHost { host: Self(DOCKER_HUB.to_owned()), corrections });
        }
        if trimmed.len() != text.len() {
            corrections.push(HostCorrection::Space);
        }
        let mut rest = trimmed;
        if let Some((scheme, after)) = trimmed.split_once("://") {
            if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
                return Err(HostProblem::Scheme);
            }
            corrections.push(HostCorrection::Scheme);
            rest = after;
        }
        if rest.contains('@') {
            return Err(HostProblem::UserInfo);
        }
        if rest.contains(['?', '#']) {
            return Err(HostProblem::Query);
        }
        if let Some((authority, path)) = rest.split_once('/') {
            match path.trim_end_matches('/') {
                "" | "v1" | "v2" => corrections.push(HostCorrection::Path),
                _ => return Err(HostProblem::Path),
            }
            rest = authority;
        }
        let (name, port) = split_port(rest)?;
        if !name.is_ascii() {
            return Err(HostProblem::NotAscii);
        }
        let mut host = name.to_ascii_lowercase();
        if host != name {
            corrections.push(HostCorrection::Case);
        }
        if let Some(shorter) = host.strip_suffix('.') {
            corrections.push(HostCorrection::FinalDot);
            host = shorter.to_owned();
        }
        check_name(&host)?;
        if DOCKER_HUB_NAMES.contains(&host.as_str()) && port.is_none_or(|port| port == 443) {
            corrections.push(HostCorrection::DockerHub);
            return Ok(NormalizedHost { host: Self(DOCKER_HUB.to_owned()), corrections });
        }
        if let Some(port) = port {
            host.push(':');
            host.push_str(&port.to_string());
        }
        Ok(NormalizedHost { host: Self(host), corrections })
    }

    /// Whether it is Docker Hub, which answers under another name than this.
    pub fn is_docker_hub(&self) -> bool {
        self.0 == DOCKER_HUB
    }

    /// The text, as it stands in a docker config.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name and the port; brackets of IPv6 stay with the name.
fn split_port(text: &str) -> Result<(&str, Option<u16>), HostProblem> {
    let end = match (text.starts_with('['), text.find(']')) {
        (true, Some(end)) => end + 1,
        (true, None) => return Err(HostProblem::Address),
        (false, _) => text.find(':').unwrap_or(text.len()),
    };
    let (name, rest) = text.split_at(end);
    let Some(port) = rest.strip_prefix(':') else {
        return if rest.is_empty() { Ok((name, None)) } else { Err(HostProblem::Address) };
    };
    if port.contains(':') {
        // IPv6 without its brackets.
        return Err(HostProblem::Address);
    }
    // `parse` alone would take "+5".
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse() {
        Ok(port) if digits && port > 0 => Ok((name, Some(port))),
        _ => Err(HostProblem::Port),
    }
}

/// A host name or address, in lower case where it was typed so, and the port; `None` where it is none.
pub(crate) fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (name, port) = split_port(text).ok()?;
    check_name(name).ok()?;
    Some((name, port))
}

fn check_name(host: &str) -> Result<(), HostProblem> {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').ok_or(HostProblem::Address)?;
        return address.parse::<Ipv6Addr>().map(drop).map_err(|_| HostProblem::Address);
    }
    if host.len() > RegistryHost::MAX_CHARS {
        return Err(HostProblem::TooLong);
    }
    let good = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if !host.split('.').all(good) {
        return Err(HostProblem::Label);
    }
    // A name whose last part is a number is read as an address (WHATWG URL), so it has to be one.
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|byte| byte.is_ascii_digit()) && host.parse::<Ipv4Addr>().is_err() {
        return Err(HostProblem::Address);
    }
    Ok(())
}

impl HostProblem {
    /// All of them; the place in here is the code that travels.
    pub const ALL: [Self; 10] = [
        Self::Missing,
        Self::UserInfo,
        Self::Query,
        Self::Scheme,
        Self::Port,
        Self::Path,
        Self::Label,
        Self::NotAscii,
        Self::TooLong,
        Self::Address,
    ];

    /// What is wrong, and what would be right.
    pub fn message(self) -> String {
        match self {
            Self::Missing => "Enter the registry host, such as registry.gitlab.com.",
            Self::UserInfo => "The registry host has an '@'. Enter the host alone; username and password have fields of their own.",
            Self::Query => "The registry host has a '?' or '#'. Enter the host alone, such as registry.gitlab.com.",
            Self::Scheme => "The registry host has another scheme than https. Enter the host alone, such as registry.gitlab.com.",
            Self::Port => "The port of the registry host is not a number from 1 to 65535.",
            Self::Path => "The registry host has a path. Enter the host alone: clients look the credential up by host.",
            Self::Label => "The registry host is not a host name. Letters, digits and hyphens between dots, such as registry.gitlab.com.",
            Self::NotAscii => "The registry host has letters outside ASCII. Enter its encoded form, which begins with xn--.",
            Self::TooLong => "The registry host is longer than a host name may be, which is 253 characters.",
            Self::Address => "The registry host looks like an IP address but is none. IPv4: 192.0.2.1; IPv6 in brackets: [2001:db8::1]:5000.",
        }
        .to_owned()
    }
}

/// The account at the registry. No `:` in it, since that is where the password begins in basic authentication
/// (RFC 7617).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// What is wrong with a username.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum UsernameProblem {
    /// Nothing was typed.
    Missing,
    /// It has a `:`.
    Colon,
    /// A control character.
    Control,
    /// White space around it.
    Space,
    /// Longer than 255 characters.
    TooLong,
}

impl Username {
    /// The longest, in characters.
    pub const MAX_CHARS: usize = 255;

    /// Reads a username; nothing is changed.
    pub fn parse(text: &str) -> Result<Self, UsernameProblem> {
        if text.is_empty() {
            Err(UsernameProblem::Missing)
        } else if text.contains(':') {
            Err(UsernameProblem::Colon)
        } else if text.contains(|c: char| c.is_control()) {
            Err(UsernameProblem::Control)
        } else if text.trim().len() != text.len() {
            Err(UsernameProblem::Space)
        } else if text.chars().count() > Self::MAX_CHARS {
            Err(UsernameProblem::TooLong)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl UsernameProblem {
    /// All of them; the place in here is the code that travels.
    pub const ALL: [Self; 5] = [Self::Missing, Self::Colon, Self::Control, Self::Space, Self::TooLong];

    /// What is wrong, and what would be right.
    pub fn message(self) -> String {
        match self {
            Self::Missing => "Enter the username.",
            Self::Colon => "The username has a ':', which separates it from the password on the wire. If both were pasted together, take them apart.",
            Self::Control => "The username has a control character. Type it anew.",
            Self::Space => "The username has a space before or after it. Remove it.",
            Self::TooLong => "The username is longer than 255 characters.",
        }
        .to_owned()
    }
}

/// The password or token, byte for byte as typed.
#[derive(Clone, Debug)]
pub struct Password(Sensitive);

/// What is wrong with a password.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum PasswordProblem {
    /// Nothing was typed.
    Missing,
    /// More than 64 KiB.
    TooLong,
    /// Left blank, though the stored password was typed for another host.
    HostChanged,
}

impl Password {
    /// The longest, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// Takes a password; nothing is changed.
    pub fn parse(text: Sensitive) -> Result<Self, PasswordProblem> {
        match text.len() {
            0 => Err(PasswordProblem::Missing),
            length if length > Self::MAX_BYTES => Err(PasswordProblem::TooLong),
            _ => Ok(Self(text)),
        }
    }

    /// The value.
    pub fn value(&self) -> &Sensitive {
        &self.0
    }
}

impl PasswordProblem {
    /// All of them; the place in here is the code that travels.
    pub const ALL: [Self; 3] = [Self::Missing, Self::TooLong, Self::HostChanged];

    /// What is wrong, and what would be right.
    pub fn message(self) -> String {
        match self {
            Self::Missing => "Enter the password or token.",
            Self::TooLong => "The password is longer than 64 KiB.",
            Self::HostChanged => "Enter the password again, because the host changed.",
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn host(text: &str) -> Result<String, HostProblem> {
        RegistryHost::parse(text).map(|normalized| normalized.host.0)
    }

    #[test]
    fn hosts_are_put_right() {
        for (typed, stored) in [
            ("ghcr.io", "ghcr.io"),
            (" https://GHCR.io/ ", "ghcr.io"),
            ("HTTP://reg.example.:5000/v2/", "reg.example:5000"),
            ("localhost", "localhost"),
            ("10.0.0.1:5000", "10.0.0.1:5000"),
            ("[2001:DB8::1]:5000", "[2001:db8::1]:5000"),
            ("[::1]", "[::1]"),
            ("docker.io", DOCKER_HUB),
            ("index.docker.io", DOCKER_HUB),
            ("https://index.docker.io/v1", DOCKER_HUB),
            ("https://registry-1.docker.io/v2/", DOCKER_HUB),
            ("hub.docker.com", DOCKER_HUB),
            ("Docker.IO.", DOCKER_HUB),
            (DOCKER_HUB, DOCKER_HUB),
            ("a.docker.io", "a.docker.io"),
            ("reg:65535", "reg:65535"),
            ("reg:0080", "reg:80"),
        ] {
            assert_eq!(host(typed).as_deref(), Ok(stored), "{typed}");
            assert_eq!(
                RegistryHost::parse(typed).unwrap().corrections.is_empty(),
                typed == stored || typed == "reg:0080",
                "{typed}"
            );
        }
    }

    #[test]
    fn hosts_are_refused() {
        for (typed, problem) in [
            (" ", HostProblem::Missing),
            ("user:pw@reg.example", HostProblem::UserInfo),
            ("https://user@reg.example", HostProblem::UserInfo),
            ("reg.example?x", HostProblem::Query),
            ("reg.example#x", HostProblem::Query),
            ("ftp://reg.example", HostProblem::Scheme),
            ("oci://reg.example", HostProblem::Scheme),
            ("reg.example:0", HostProblem::Port),
            ("reg.example:65536", HostProblem::Port),
            ("reg.example:99999", HostProblem::Port),
            ("reg.example:", HostProblem::Port),
            ("reg.example:+80", HostProblem::Port),
            ("reg.example/group/app", HostProblem::Path),
            ("-a.example", HostProblem::Label),
            ("a_b.example", HostProblem::Label),
            ("a..b", HostProblem::Label),
            (".", HostProblem::Label),
            ("my registry", HostProblem::Label),
            ("bücher.example", HostProblem::NotAscii),
            ("1.2.3", HostProblem::Address),
            ("300.1.1.1", HostProblem::Address),
            ("2001:db8::1", HostProblem::Address),
            ("[::1", HostProblem::Address),
            ("[::g]", HostProblem::Address),
            ("[::1]x", HostProblem::Address),
            (&format!("{}.com", "a".repeat(64)), HostProblem::Label),
            (&"abcdefgh.".repeat(30), HostProblem::TooLong),
        ] {
            assert_eq!(host(typed), Err(problem), "{typed}");
        }
    }

    #[test]
    fn usernames_and_passwords() {
        assert_eq!(Username::parse("robot$a+b").unwrap().as_str(), "robot$a+b");
        assert_eq!(Username::parse(""), Err(UsernameProblem::Missing));
        assert_eq!(Username::parse("a:b"), Err(UsernameProblem::Colon));
        assert_eq!(Username::parse("a\n"), Err(UsernameProblem::Control));
        assert_eq!(Username::parse(" a"), Err(UsernameProblem::Space));
        assert_eq!(Username::parse(&"a".repeat(256)), Err(UsernameProblem::TooLong));
        let odd = " \"\\:🔑' ";
        assert_eq!(Password::parse(Sensitive::new(odd)).unwrap().value().expose(), odd);
        assert!(Password::parse(Sensitive::new("a".repeat(65_536))).is_ok());
        assert_eq!(
            Password::parse(Sensitive::new("a".repeat(65_537))).unwrap_err(),
            PasswordProblem::TooLong
        );
        assert_eq!(Password::parse(Sensitive::default()).unwrap_err(), PasswordProblem::Missing);
    }

    proptest! {
        #[test]
        fn reading_again_changes_nothing(text in "(https?://)?[a-zA-Z0-9.\\[\\]:-]{0,40}(/v[12])?/?") {
            if let Ok(once) = RegistryHost::parse(&text) {
                let again = RegistryHost::parse(once.host.as_str()).unwrap();
                prop_assert_eq!(&again.host, &once.host);
                prop_assert!(again.corrections.is_empty());
            }
        }

        #[test]
        fn damage_never_panics_and_reading_again_changes_nothing(
            which in 0usize..5,
            at in any::<prop::sample::Index>(),
            c in any::<char>(),
        ) {
            let good = ["https://ghcr.io/", "reg.example.com:5000", "[2001:db8::1]:443", "DOCKER.io.", "http://10.0.0.1:80/v2/"];
            let mut text = good[which].to_owned();
            let place = at.index(text.len());
            text.replace_range(place..=place, c.encode_utf8(&mut [0; 4]));
            if let Ok(once) = RegistryHost::parse(&text) {
                prop_assert_eq!(RegistryHost::parse(once.host.as_str()).unwrap().host, once.host);
            }
        }

        #[test]
        fn nothing_panics_and_nothing_is_echoed(text in any::<String>()) {
            if let Err(problem) = RegistryHost::parse(&format!("user:PASTED{text}@host")) {
                prop_assert!(!problem.message().contains("PASTED"));
            }
            drop(RegistryHost::parse(&text));
        }
    }
}
