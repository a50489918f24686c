//! Registry credentials: host, username, password.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The key of an account in a docker config, as clients look it up: `host`, `host:port`, or Docker Hub's
/// `https://index.docker.io/v1/`; with a path, such as `quay.io/team`, only for the images below that path
/// (containers-auth.json(5)), where Docker Hub's begin with `docker.io/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryHost(String);

/// The key under which the Docker client, the kubelet and containerd all find Docker Hub's credential.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// The host before the path of an account for some images of Docker Hub.
const DOCKER_HUB_HOST: &str = "docker.io";

/// The host of Docker Hub's website.
const DOCKER_HUB_SITE: &str = "hub.docker.com";

/// The other names of Docker Hub.
const DOCKER_HUB_NAMES: [&str; 5] =
    [DOCKER_HUB_HOST, "index.docker.io", "registry-1.docker.io", DOCKER_HUB_SITE, "registry.hub.docker.com"];

/// A host as it is stored, and the corrections on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NormalizedHost {
    /// The stored form.
    pub host: RegistryHost,
    /// The corrections; empty if the host was valid as typed.
    pub corrections: Vec<HostCorrection>,
}

/// A correction of a typed host.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum HostCorrection {
    /// White space around the host.
    Space,
    /// `https://` or `http://` before it.
    Scheme,
    /// A slash, `/v1/` or `/v2/` after it.
    Path,
    /// Upper case letters.
    Case,
    /// A dot at the end of the name.
    FinalDot,
    /// Another name of Docker Hub.
    DockerHub,
}

coded_enum! {
    /// A problem with a host. Never carries the text: people paste passwords here.
    pub enum HostProblem: code, message {
        /// The host is empty.
        Missing = "missing", "Enter the registry host, such as registry.gitlab.com.";
        /// There is something before an `@`.
        UserInfo = "user-info", "The registry host has an '@'. Enter the host alone; username and password have fields of their own.";
        /// There is a `?` or `#`.
        Query = "query", "The registry host has a '?' or '#'. Enter the host alone, such as registry.gitlab.com.";
        /// The scheme is neither http nor https.
        Scheme = "scheme", "The registry host has another scheme than https. Enter only the host, such as registry.gitlab.com.";
        /// The port is not a number from 1 to 65535.
        Port = "port", "The port of the registry host is not a number from 1 to 65535.";
        /// No image can have the path.
        Path = "path", "This is not a path that images can have. Enter the host alone, or with the path of a group, such as quay.io/team, without a tag.";
        /// A part of the name is empty, too long, or has characters that are not allowed in host names.
        Label = "label", "The registry host is not a host name. Use letters, digits and hyphens between dots, such as registry.gitlab.com.";
        /// There are letters outside ASCII.
        NotAscii = "not-ascii", "The registry host has letters outside ASCII. Enter its encoded form, which begins with xn--.";
        /// The host is longer than a host name may be (RFC 1035).
        TooLong = "too-long", "The registry host is too long: host names have at most 253 characters.";
        /// The numeric address is invalid.
        Address = "address", "The registry host looks like an IP address but isn't valid. IPv4: 192.0.2.1; IPv6 in brackets: [2001:db8::1]:5000.";
        /// There is a `*`, which only the kubelet supports: the password would be sent to every host that matches.
        Pattern = "pattern", "The registry host has a '*'. Enter one host: only the kubelet reads patterns, and the password would go to every host that matches.";
    }
}

impl RegistryHost {
    /// The maximum length of a host name, in characters (RFC 1035, 2.3.4).
    pub const MAX_CHARS: usize = 253;

    /// The maximum length of a path, in characters: that of an image's name (OCI distribution specification).
    pub const MAX_PATH_CHARS: usize = 255;

    /// Parses a host as people type or paste it, and corrects it if the meaning is clear. Parsing the result again changes
    /// nothing.
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
            // The website's paths are not images, and below `/v1/` Docker keeps other things.
            let is_of_api = rest_path
                .is_some_and(|path| path.split_once('/').is_some_and(|(first, _)| is_version(first)));
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

    /// Returns whether the host is Docker Hub, whose registry has another name.
    pub fn is_docker_hub(&self) -> bool {
        self.authority() == DOCKER_HUB
    }

    /// Returns the host with its port, without the path: the registry to which a password is sent. Docker Hub's is its key.
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

    /// Returns the path below which the account is for images; `None` if it is for the whole registry.
    pub fn path(&self) -> Option<&str> {
        if self.0 == DOCKER_HUB { None } else { self.0.split_once('/').map(|(_, path)| path) }
    }

    /// Returns whether a password typed for the other host is sent to the same registry: the path does not matter.
    pub fn is_same_registry(&self, other: &Self) -> bool {
        self.authority() == other.authority()
    }

    /// Returns whether the account is for an image with this name in this registry, as clients that support paths look it up.
    pub fn serves(&self, registry: &Self, image: &str) -> bool {
        let name = registry.full_name(image);
        let below =
            |path: &str| name.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.is_same_registry(registry) && self.path().is_none_or(below)
    }

    /// Returns the keys under which clients look for the account for an image with this name in this registry, the longest
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

    /// Returns the name of an image within its registry: on Docker Hub an image without a group is an official one.
    pub fn full_name(&self, image: &str) -> String {
        if self.is_docker_hub() && !image.contains('/') {
            format!("library/{image}")
        } else {
            image.to_owned()
        }
    }

    /// Returns the text, as it is written in a docker config.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Parses the path after a host, in the lower case of images' names (OCI distribution specification, "Pulling manifests");
/// empty if there is nothing but slashes and the API's own `v1` or `v2`.
fn read_path(path: &str, corrections: &mut Vec<HostCorrection>) -> Result<String, HostProblem> {
    let mut below = path.trim_matches('/');
    while let (first, rest) = below.split_once('/').unwrap_or((below, ""))
        && is_version(first)
    {
        below = rest.trim_matches('/');
    }
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

/// Returns whether a part of a path is a version of the registry's API.
fn is_version(part: &str) -> bool {
    part.eq_ignore_ascii_case("v1") || part.eq_ignore_ascii_case("v2")
}

/// Splits the name and the port; the brackets of IPv6 stay with the name.
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
    // `parse` itself would accept "+5".
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse() {
        Ok(port) if digits && port > 0 => Ok((name, Some(port))),
        _ => Err(HostProblem::Port),
    }
}

/// Parses a host name or address, in lower case if it was typed so, and the port; `None` if it is invalid.
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
    // A name whose last part is a number is parsed as an address (WHATWG URL), so it must be one.
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|byte| byte.is_ascii_digit()) && host.parse::<Ipv4Addr>().is_err() {
        return Err(HostProblem::Address);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
