//! The targets of connection tests.

use super::{KnownHosts, TargetProblem};
use crate::{
    invisible::{is_invisible, trimmed},
    percent,
    secret::{RegistryHost, host_and_port},
};
use std::net::Ipv6Addr;

/// The settings of a secret for its tests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestSettings {
    /// Git dataset: the repository that its key should open.
    pub repository: Option<Repository>,
    /// Git dataset: the hosts that are trusted.
    pub known_hosts: KnownHosts,
    /// Image pull: the image that its account should pull.
    pub image: Option<ImageReference>,
}

impl TestSettings {
    /// Returns the repository or the image, as it is stored.
    pub fn target(&self) -> Option<&str> {
        let repository = self.repository.as_ref().map(Repository::as_str);
        repository.or_else(|| self.image.as_ref().map(ImageReference::as_str))
    }
}

/// A Git repository by SSH: `user@host:path`, as for scp, or `ssh://user@host:port/path`, which Git decodes. The default user
/// is `git`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    text: String,
    /// Whether the text begins with `ssh://`.
    is_url: bool,
    /// The user that logs in.
    pub user: String,
    /// A name or an address, IPv6 without brackets.
    pub host: String,
    /// The port; 22 by default.
    pub port: u16,
    /// The path on the server.
    pub path: String,
}

/// Schemes that are mistaken for a host.
const SCHEMES: [&str; 4] = ["ssh", "https", "http", "file"];

/// Opening and closing quotation marks.
const QUOTES: [char; 11] = ['<', '(', '"', '\'', '`', '“', '”', '„', '‘', '’', '«'];

impl Repository {
    /// The maximum length of an address, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// The maximum length of a user, in bytes.
    const MAX_USER_BYTES: usize = 255;

    /// Parses an address; removes white space and invisible characters around it.
    ///
    /// Errors: the part of it that is invalid.
    pub fn parse(text: &str) -> Result<Self, TargetProblem> {
        use TargetProblem as Wrong;
        let text = trimmed(text);
        if text.len() > Self::MAX_BYTES {
            return Err(Wrong::RepositoryTooLong);
        }
        if text.starts_with(QUOTES) {
            return Err(Wrong::RepositoryQuoted);
        }
        if text.starts_with("git ") || text.starts_with("$ ") {
            return Err(Wrong::RepositoryCommand);
        }
        if text.split_once("::").is_some_and(|(start, _)| {
            !start.is_empty() && start.bytes().all(|byte| byte.is_ascii_alphabetic())
        }) {
            return Err(Wrong::RepositoryPrefix);
        }
        let (is_url, place, path) = match text.split_once("://") {
            Some(("ssh" | "git+ssh" | "ssh+git", rest)) => {
                // Git decodes the whole address before it splits it.
                let rest = percent::decode_url(rest).ok_or(Wrong::RepositoryForm)?;
                let at = rest.find('/').unwrap_or(rest.len());
                let (place, path) = rest.split_at(at);
                (true, place.to_owned(), path.to_owned())
            }
            Some(("https" | "http", _)) => return Err(Wrong::RepositoryByHttps),
            Some((scheme, _)) if !scheme.contains(['@', ':']) => return Err(Wrong::RepositoryForm),
            _ if text.starts_with(['/', '.', '~']) => return Err(Wrong::RepositoryLocal),
            _ => {
                check_drive(text)?;
                let (place, path) = Self::split_scp(text)?;
                // A scheme that lost its slashes. A host may have the name git.
                if SCHEMES.contains(&place) || place == "git" && path.starts_with('/') {
                    return Err(Wrong::RepositoryForm);
                }
                // A user with a password, as in addresses by https.
                if !place.contains('@') && path.split_once('@').is_some_and(|(_, rest)| rest.contains(':')) {
                    return Err(Wrong::RepositoryUserHas(':'));
                }
                (false, place.to_owned(), path.to_owned())
            }
        };
        // Git accepts a port in brackets, too: `[git@host:2222]:path`.
        let bare = place.strip_prefix('[').and_then(|place| place.strip_suffix(']'));
        let place = bare.filter(|bare| bare.contains('@')).unwrap_or(&place);
        let (user, place) = place.rsplit_once('@').unwrap_or(("git", place));
        check_user(user)?;
        // Without its brackets, such an address would be a path or quoted.
        if !is_url && (user.starts_with(['.', '~']) || user.starts_with(QUOTES)) {
            return Err(Wrong::RepositoryUser);
        }
        let (host, port) = read_place(place, is_url || bare.is_some())?;
        // Argo CD and others accept no brackets, and every path of `ssh://` begins at the root or a home.
        if !is_url && port != 22 && !path.starts_with(['/', '~', '-']) && !path.is_empty() {
            return Err(Wrong::RepositoryBrackets);
        }
        let path = path.strip_prefix('/').filter(|path| path.starts_with('~')).unwrap_or(&path);
        if path.is_empty() || path == "/" {
            return Err(Wrong::RepositoryPath);
        }
        // A path that begins so would be read as an option.
        if path.starts_with('-') || path.contains(|c: char| c.is_control()) {
            return Err(Wrong::RepositoryPathForm);
        }
        Ok(Self { text: text.to_owned(), is_url, user: user.to_owned(), host, port, path: path.to_owned() })
    }

    /// Splits `user@host:path` at the colon that ends the host; a colon within brackets, which open before it, does not.
    fn split_scp(text: &str) -> Result<(&str, &str), TargetProblem> {
        let opens = |colon: usize| text[..colon].contains('[');
        let name = text.find(']').filter(|_| text.find(':').is_some_and(opens)).unwrap_or_default();
        let colon = text[name..].find(':').map(|at| at + name);
        match (colon, text.contains('@')) {
            (Some(colon), _) if !text[..colon].contains('/') => Ok((&text[..colon], &text[colon + 1..])),
            // A slash in the place of the colon makes another address of it, and no path is missing.
            (None, true) if !text.contains('/') => Err(TargetProblem::RepositoryPath),
            _ => Err(TargetProblem::RepositoryForm),
        }
    }

    /// Returns the address that was probably meant if a port is in the place of a folder: `host:2222/group/app`.
    pub fn port_in_path(&self) -> Option<String> {
        let (first, rest) = self.path.split_once('/')?;
        let port: u16 = first.parse().ok().filter(|port| *port > 0 && !self.is_url)?;
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        (!rest.is_empty()).then(|| format!("ssh://{}@{host}:{port}/{rest}", percent::encode(&self.user)))
    }

    /// Returns the address for programs that know less of Git: with its user, and with what they would not accept encoded.
    pub fn url(&self) -> String {
        let Self { user, path, .. } = self;
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let plain =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte));
        // A path that does not begin at the root or a home has no other form.
        let is_rooted = path.starts_with(['/', '~']);
        let is_plain = plain(user) && !self.host.contains(':');
        if !self.is_url && self.port == 22 && (is_plain || !is_rooted) {
            return format!("{user}@{host}:{path}");
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        let port = if self.port == 22 { String::new() } else { format!(":{}", self.port) };
        format!("ssh://{}@{host}{port}{slash}{}", percent::encode(user), percent::encode_path(path))
    }

    /// Returns the text, as it was typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the host as it is written in a `known_hosts` file: with its port in brackets unless that is 22 (sshd(8)).
    pub fn known_as(&self) -> String {
        let Self { host, port, .. } = self;
        if *port == 22 { host.clone() } else { format!("[{host}]:{port}") }
    }
}

/// Rejects a path on a Windows drive; written with slashes, Git on other systems takes the letter for a host.
fn check_drive(text: &str) -> Result<(), TargetProblem> {
    match text.as_bytes() {
        [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic() => Err(TargetProblem::RepositoryLocal),
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => Err(TargetProblem::RepositoryDrive),
        _ => Ok(()),
    }
}

/// Parses the host and the port of an address.
fn read_place(place: &str, is_url: bool) -> Result<(String, u16), TargetProblem> {
    // Of `[host:2222]`, the part within; of `host:` and `host.`, the host, as Git and SSH read them.
    let within = place.strip_prefix('[').and_then(|place| place.strip_suffix(']'));
    let place = within.filter(|within| within.parse::<Ipv6Addr>().is_err()).unwrap_or(place);
    let place = place.strip_suffix(':').filter(|_| is_url).unwrap_or(place);
    if let Some((name, None)) = place.strip_suffix('.').and_then(host_and_port) {
        return Ok((format!("{name}."), 22));
    }
    let Some((host, port)) = host_and_port(place) else {
        let after = place.trim_start_matches('[').rsplit_once(':').filter(|_| !place.ends_with(']'));
        return Err(match after {
            Some((_, port)) if is_url && port.parse::<u16>().is_err() => TargetProblem::RepositoryPort,
            Some((_, "0")) if is_url => TargetProblem::RepositoryPort,
            _ if place.starts_with('[') => TargetProblem::RepositoryHost,
            _ => wrong_host(place.split(':').next().unwrap_or_default()),
        });
    };
    Ok((host.trim_matches(['[', ']']).to_owned(), port.unwrap_or(22)))
}

fn wrong_host(host: &str) -> TargetProblem {
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let odd = host.chars().find(|c| !in_name(*c));
    odd.map_or(TargetProblem::RepositoryHost, TargetProblem::RepositoryHostHas)
}

/// Validates a user for SSH.
fn check_user(user: &str) -> Result<(), TargetProblem> {
    let bad = |c: char| c.is_control() || c.is_whitespace() || is_invisible(c) || matches!(c, ':' | '/');
    match user.chars().find(|c| bad(*c)) {
        Some(c) => Err(TargetProblem::RepositoryUserHas(c)),
        None if user.is_empty() || user.starts_with('-') || user.len() > Repository::MAX_USER_BYTES => {
            Err(TargetProblem::RepositoryUser)
        }
        None => Ok(()),
    }
}

/// An image of a registry: `group/app`, `group/app:tag`, `group/app@sha256:…` or with both (OCI distribution specification,
/// "Pulling manifests").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    text: String,
    name_bytes: usize,
}

impl ImageReference {
    /// Parses the name of an image in this registry; removes the registry's own host before it.
    pub fn parse(text: &str, registry: Option<&RegistryHost>) -> Result<Self, TargetProblem> {
        let text = trimmed(text);
        if text.contains(|c: char| c.is_whitespace() || QUOTES.contains(&c)) {
            return Err(TargetProblem::ImageForm);
        }
        // Schemes that other tools write before it.
        let scheme = ["docker://", "oci://", "https://", "http://"];
        let mut text = scheme.iter().find_map(|scheme| text.strip_prefix(scheme)).unwrap_or(text);
        // Docker tells a host from a group by its dot or its port.
        if let Some((first, rest)) = text.split_once('/')
            && (first.contains(['.', ':']) || first == "localhost")
        {
            let named = RegistryHost::parse(first).map(|normalized| normalized.host);
            let same =
                |registry: &RegistryHost| named.as_ref().is_ok_and(|named| registry.is_same_registry(named));
            if !registry.is_some_and(same) {
                return Err(TargetProblem::ImageElsewhere);
            }
            // A page of Docker Hub's website.
            let of_page = rest.strip_prefix("r/").or_else(|| rest.strip_prefix("_/"));
            text = of_page.filter(|_| first == "hub.docker.com").unwrap_or(rest);
        }
        let (named, digest) = match text.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (text, None),
        };
        let (name, tag) = named.split_once(':').map_or((named, None), |(name, tag)| (name, Some(tag)));
        let good_tag = |tag: &str| {
            (1..=128).contains(&tag.len())
                && !tag.starts_with(['.', '-'])
                && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        let good_part = |part: &str| {
            let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            part.starts_with(ends)
                && part.ends_with(ends)
                && part.chars().all(|c| ends(c) || matches!(c, '.' | '_' | '-'))
        };
        if name.len() > 255
            || !name.split('/').all(good_part)
            || !tag.is_none_or(good_tag)
            || !digest.is_none_or(is_digest)
        {
            return Err(TargetProblem::ImageForm);
        }
        if registry.is_some_and(|registry| !registry.serves(registry, name)) {
            return Err(TargetProblem::ImageOutside);
        }
        Ok(Self { text: text.to_owned(), name_bytes: name.len() })
    }

    /// Returns the text, without the registry's host.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the group and the name.
    pub fn name(&self) -> &str {
        &self.text[..self.name_bytes]
    }

    /// Returns the digest, or the tag; `latest` if neither is given. Of both, the digest counts, as it does for clients.
    pub fn reference(&self) -> &str {
        let rest = self.text.get(self.name_bytes + 1..).unwrap_or("latest");
        rest.split_once('@').map_or(rest, |(_, digest)| digest)
    }
}

/// Returns whether this is the digest of a manifest: an algorithm that is registered (OCI image specification, "Descriptors")
/// or that Go's clients know, and the right number of hexadecimal digits.
fn is_digest(text: &str) -> bool {
    let Some((algorithm, digits)) = text.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" | "blake3" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    digits.len() == length && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Returns whether an image's reference names Docker Hub by a host that Docker, containerd and Kubernetes take for another
/// registry: they do not look for Docker Hub's account there.
pub(crate) fn names_hub_otherwise(text: &str) -> bool {
    let Some((host, _)) = text.trim().split_once('/') else { return false };
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(":443").unwrap_or(&host);
    !matches!(host, "docker.io" | "index.docker.io")
        && host.contains('.')
        && RegistryHost::parse(host).is_ok_and(|normalized| normalized.host.is_docker_hub())
}

#[cfg(test)]
mod tests;
