//! Registry credentials: host, username, password.

use crate::{invisible::is_invisible, sensitive::Sensitive};
use std::net::{Ipv4Addr, Ipv6Addr};

/// The key of an account in a docker config, as clients look it up: `host`, `host:port`, or Docker Hub's
/// `https://index.docker.io/v1/`; with a path, such as `quay.io/team`, for the images below that path alone
/// (containers-auth.json(5)), of which Docker Hub's begin with `docker.io/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryHost(String);

/// The key under which the Docker client, the kubelet and containerd all find Docker Hub's credential.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// The host before the path of an account for some images of Docker Hub.
const DOCKER_HUB_HOST: &str = "docker.io";

/// Its website.
const DOCKER_HUB_SITE: &str = "hub.docker.com";

/// What people call it.
const DOCKER_HUB_NAMES: [&str; 5] =
    [DOCKER_HUB_HOST, "index.docker.io", "registry-1.docker.io", DOCKER_HUB_SITE, "registry.hub.docker.com"];

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
    /// A path that no image has.
    Path,
    /// A part of the name is empty, too long, or has characters that host names have not.
    Label,
    /// Letters outside ASCII.
    NotAscii,
    /// Longer than a host name may be (RFC 1035).
    TooLong,
    /// An address of numbers that is none.
    Address,
    /// A `*`, as only the kubelet reads it: the password would be sent to every host that matches.
    Pattern,
}

impl RegistryHost {
    /// The longest host name, in characters (RFC 1035, 2.3.4).
    pub const MAX_CHARS: usize = 253;

    /// The longest path, in characters: that of an image's name (OCI distribution specification).
    pub const MAX_PATH_CHARS: usize = 255;

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
        if rest.contains('*') {
            return Err(HostProblem::Pattern);
        }
        let (rest, rest_path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
        let (name, port) = split_port(rest)?;
        if !name.is_ascii() {
            return Err(HostProblem::NotAscii);
        }
        let mut host = name.to_ascii_lowercase();
        if host.ends_with('.') {
            corrections.push(HostCorrection::FinalDot);
            host.pop();
        }
        check_name(&host)?;
        // A scheme that lost its colon.
        if matches!(host.as_str(), "https" | "http") && rest_path.is_some_and(|path| path.starts_with('/')) {
            return Err(HostProblem::Scheme);
        }
        let is_docker_hub = DOCKER_HUB_NAMES.contains(&host.as_str()) && port.is_none_or(|port| port == 443);
        let path = rest_path.map_or(Ok(String::new()), |path| read_path(path, &mut corrections))?;
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            corrections.push(HostCorrection::Case);
        }
        if is_docker_hub {
            if path.is_empty() {
                corrections.push(HostCorrection::DockerHub);
                return Ok(NormalizedHost { host: Self(DOCKER_HUB.to_owned()), corrections });
            }
            // The website's paths are no image's, and below `/v1/` Docker keeps other things.
            let is_of_api = rest_path.is_some_and(|path| path.starts_with("v1/") || path.starts_with("v2/"));
            if host == DOCKER_HUB_SITE || is_of_api {
                return Err(HostProblem::Path);
            }
            if rest != DOCKER_HUB_HOST {
                corrections.push(HostCorrection::DockerHub);
                DOCKER_HUB_HOST.clone_into(&mut host);
            }
        } else if let Some(port) = port {
            host.push(':');
            host.push_str(&port.to_string());
        }
        if !path.is_empty() {
            host.push('/');
            host.push_str(&path);
        }
        Ok(NormalizedHost { host: Self(host), corrections })
    }

    /// Whether it is Docker Hub, which answers under another name than this.
    pub fn is_docker_hub(&self) -> bool {
        self.authority() == DOCKER_HUB
    }

    /// Returns the host with its port, without the path: the registry that a password is sent to. Docker Hub's is its key.
    pub fn authority(&self) -> &str {
        if self.0 == DOCKER_HUB {
            return DOCKER_HUB;
        }
        match self.0.split_once('/') {
            Some((DOCKER_HUB_HOST, _)) => DOCKER_HUB,
            Some((authority, _)) => authority,
            None => &self.0,
        }
    }

    /// Returns the path below which the account is for images; `None` where it is for all of the registry.
    pub fn path(&self) -> Option<&str> {
        if self.0 == DOCKER_HUB { None } else { self.0.split_once('/').map(|(_, path)| path) }
    }

    /// Whether a password typed for the other one is sent to the same registry: the path does not matter.
    pub fn is_same_registry(&self, other: &Self) -> bool {
        self.authority() == other.authority()
    }

    /// Whether the account is for an image of this name in this registry, as clients look it up that know of paths.
    pub fn serves(&self, registry: &Self, image: &str) -> bool {
        let name = registry.full_name(image);
        let below =
            |path: &str| name.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.is_same_registry(registry) && self.path().is_none_or(below)
    }

    /// Returns the keys under which clients look for the account for an image of this name in this registry, the longest
    /// first.
    pub fn keys_for(&self, image: &str) -> Vec<String> {
        let name = self.full_name(image);
        let host = if self.is_docker_hub() { DOCKER_HUB_HOST } else { self.authority() };
        let ends = name.match_indices('/').map(|(end, _)| end).chain([name.len()]);
        let mut keys: Vec<String> =
            ends.filter(|end| *end > 0).map(|end| format!("{host}/{}", &name[..end])).collect();
        keys.reverse();
        keys.push(self.authority().to_owned());
        keys
    }

    /// Returns the name of an image within its registry: on Docker Hub one without a group is one of the official ones.
    pub fn full_name(&self, image: &str) -> String {
        if self.is_docker_hub() && !image.contains('/') {
            format!("library/{image}")
        } else {
            image.to_owned()
        }
    }

    /// The text, as it stands in a docker config.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads what stands after a host, in the lower case of images' names (OCI distribution specification, "Pulling
/// manifests"); empty where there is nothing but slashes and the API's own `v1` or `v2`.
fn read_path(path: &str, corrections: &mut Vec<HostCorrection>) -> Result<String, HostProblem> {
    let trimmed = path.trim_matches('/');
    let below = match trimmed.split_once('/').unwrap_or((trimmed, "")) {
        ("v1" | "v2", below) => below.trim_matches('/'),
        _ => trimmed,
    };
    if below.len() < path.len() || below.is_empty() {
        corrections.push(HostCorrection::Path);
    }
    let lower = below.to_ascii_lowercase();
    if lower != below {
        corrections.push(HostCorrection::Case);
    }
    let good = |part: &str| {
        let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        part.starts_with(ends)
            && part.ends_with(ends)
            && part.chars().all(|c| ends(c) || matches!(c, '.' | '_' | '-'))
    };
    let fits = lower.len() <= RegistryHost::MAX_PATH_CHARS;
    if lower.is_empty() || (fits && lower.split('/').all(good)) { Ok(lower) } else { Err(HostProblem::Path) }
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
    pub const ALL: [Self; 11] = [
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
        Self::Pattern,
    ];

    /// What is wrong, and what would be right.
    pub fn message(self) -> String {
        match self {
            Self::Missing => "Enter the registry host, such as registry.gitlab.com.",
            Self::UserInfo => "The registry host has an '@'. Enter the host alone; username and password have fields of their own.",
            Self::Query => "The registry host has a '?' or '#'. Enter the host alone, such as registry.gitlab.com.",
            Self::Scheme => "The registry host has another scheme than https. Enter the host alone, such as registry.gitlab.com.",
            Self::Port => "The port of the registry host is not a number from 1 to 65535.",
            Self::Path => "What stands after the registry host is not the path of images. Enter the host alone, or with the path of a group, such as quay.io/team, without a tag.",
            Self::Pattern => "The registry host has a '*'. Enter one host: of all clients only the kubelet reads patterns, and the password would go to every host that fits.",
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
    /// It ends or begins in something that cannot be seen, and whether that belongs to it was not said.
    End(PasswordEnd),
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

/// What a password ends or begins in that cannot be seen, and is there by a slip more often than not.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum PasswordEnd {
    /// A line break, as `echo` and editors add it.
    LineBreak,
    /// A blank.
    Blank,
    /// Another character that is not shown, as word processors and chats add it.
    Invisible,
}

impl PasswordEnd {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::LineBreak, Self::Blank, Self::Invisible];

    /// Looks at both ends of a password; `None` where all can be seen, and for keys in JSON, of which they are no part.
    pub fn of(text: &str) -> Option<Self> {
        let whole = Self::without(text);
        if whole.len() == text.len() || whole.is_empty() || (whole.starts_with('{') && whole.ends_with('}')) {
            return None;
        }
        let ends = || {
            text.chars().take_while(|c| is_unseen(*c)).chain(text.chars().rev().take_while(|c| is_unseen(*c)))
        };
        if ends().any(|c| matches!(c, '\n' | '\r')) {
            Some(Self::LineBreak)
        } else if ends().all(char::is_whitespace) {
            Some(Self::Blank)
        } else {
            Some(Self::Invisible)
        }
    }

    /// Returns the password without them.
    pub fn without(text: &str) -> &str {
        text.trim_matches(is_unseen)
    }

    /// Returns the stored form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LineBreak => "line-break",
            Self::Blank => "blank",
            Self::Invisible => "invisible",
        }
    }

    /// Parses the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.as_str() == text)
    }

    /// What it is, and what to do.
    pub fn message(self) -> &'static str {
        match self {
            Self::LineBreak => {
                "The password begins or ends with a line break, with which registries refuse it. Take it without, unless it belongs to it."
            }
            Self::Blank => {
                "The password begins or ends with a blank, with which registries refuse it. Take it without, unless it belongs to it."
            }
            Self::Invisible => {
                "The password begins or ends with a character that cannot be seen, with which registries refuse it. Take it without, unless it belongs to it."
            }
        }
    }
}

/// White space, control characters, and what is invisible besides.
fn is_unseen(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_invisible(c)
}

impl PasswordProblem {
    /// All of them; the place in here is the code that travels.
    pub const ALL: [Self; 6] = [
        Self::Missing,
        Self::TooLong,
        Self::HostChanged,
        Self::End(PasswordEnd::LineBreak),
        Self::End(PasswordEnd::Blank),
        Self::End(PasswordEnd::Invisible),
    ];

    /// What is wrong, and what would be right.
    pub fn message(self) -> String {
        match self {
            Self::Missing => "Enter the password or token.",
            Self::TooLong => "The password is longer than 64 KiB.",
            Self::HostChanged => "Enter the password again, because the host changed.",
            Self::End(end) => end.message(),
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
            ("registry.hub.docker.com", DOCKER_HUB),
            ("Docker.IO.", DOCKER_HUB),
            (DOCKER_HUB, DOCKER_HUB),
            ("a.docker.io", "a.docker.io"),
            ("reg:65535", "reg:65535"),
            ("reg:0080", "reg:80"),
            ("quay.io/spam", "quay.io/spam"),
            ("https://Quay.io/Spam/", "quay.io/spam"),
            ("host:8083/repository/x", "host:8083/repository/x"),
            ("reg.example/v2/team/app", "reg.example/team/app"),
            ("docker.io/team", "docker.io/team"),
            ("docker.io/team/", "docker.io/team"),
            ("registry-1.docker.io/team", "docker.io/team"),
            ("index.docker.io/team/app", "docker.io/team/app"),
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
            ("https//reg.example", HostProblem::Scheme),
            ("reg.example:0", HostProblem::Port),
            ("reg.example:65536", HostProblem::Port),
            ("reg.example:99999", HostProblem::Port),
            ("reg.example:", HostProblem::Port),
            ("reg.example:+80", HostProblem::Port),
            ("reg.example/group/app:1.0", HostProblem::Path),
            ("reg.example/group//app", HostProblem::Path),
            ("reg.example/../app", HostProblem::Path),
            ("reg.example/gr oup", HostProblem::Path),
            (&format!("reg.example/{}", "a".repeat(256)), HostProblem::Path),
            ("https://hub.docker.com/r/team/app", HostProblem::Path),
            ("https://index.docker.io/v1/access-token", HostProblem::Path),
            ("*.example.com", HostProblem::Pattern),
            ("reg.example/*", HostProblem::Pattern),
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
    fn an_account_with_a_path_serves_the_images_below_it_and_its_registry_is_the_hosts() {
        let at = |text: &str| RegistryHost::parse(text).unwrap().host;
        for (account, registry, image, serves) in [
            ("quay.io", "quay.io", "spam/app", true),
            ("quay.io/spam", "quay.io", "spam/app", true),
            ("quay.io/spam", "quay.io", "spam", true),
            ("quay.io/spam", "quay.io", "spamalot/app", false),
            ("quay.io/spam/app", "quay.io", "spam/other", false),
            ("quay.io/spam", "ghcr.io", "spam/app", false),
            ("quay.io:443/spam", "quay.io", "spam/app", false),
            ("docker.io/library", "docker.io", "alpine", true),
            ("docker.io/team", "docker.io", "alpine", false),
        ] {
            assert_eq!(at(account).serves(&at(registry), image), serves, "{account} {image}");
        }
        assert_eq!(at("host:8083/repository/x").authority(), "host:8083");
        assert_eq!(at("host:8083/repository/x").path(), Some("repository/x"));
        assert_eq!((at("docker.io/team").authority(), at("docker.io").path()), (DOCKER_HUB, None));
        assert!(at("docker.io/team").is_docker_hub() && at("quay.io/a").is_same_registry(&at("quay.io/b")));
        assert_eq!(at("quay.io").keys_for("a/b/c"), ["quay.io/a/b/c", "quay.io/a/b", "quay.io/a", "quay.io"]);
        assert_eq!(
            at("docker.io").keys_for("alpine"),
            ["docker.io/library/alpine", "docker.io/library", DOCKER_HUB]
        );
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

    #[test]
    fn what_cannot_be_seen_at_the_ends_of_a_password_is_found() {
        for (text, end, without) in [
            ("pw", None, "pw"),
            ("p w", None, "p w"),
            ("pw\n", Some(PasswordEnd::LineBreak), "pw"),
            (" pw\r\n", Some(PasswordEnd::LineBreak), "pw"),
            ("pw ", Some(PasswordEnd::Blank), "pw"),
            ("\tpw", Some(PasswordEnd::Blank), "pw"),
            ("\u{200b}pw", Some(PasswordEnd::Invisible), "pw"),
            ("pw\u{feff} ", Some(PasswordEnd::Invisible), "pw"),
            ("pw\0", Some(PasswordEnd::Invisible), "pw"),
            (" ", None, ""),
            ("{\"type\": \"service_account\"}\n", None, "{\"type\": \"service_account\"}"),
        ] {
            assert_eq!((PasswordEnd::of(text), PasswordEnd::without(text)), (end, without), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn reading_again_changes_nothing(text in "(https?://)?([a-zA-Z0-9.\\[\\]:-]{0,40}|docker\\.io)(/v[12])?(/[a-zA-Z0-9._/-]{0,12})?/?") {
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
            let good = ["https://ghcr.io/a/b", "reg.example.com:5000", "[2001:db8::1]:443/x", "DOCKER.io.", "http://10.0.0.1:80/v2/"];
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
