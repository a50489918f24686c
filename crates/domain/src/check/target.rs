//! What a credential is tried on, and which hosts are trusted.

use super::KnownHosts;
use crate::{
    invisible::{is_invisible, trimmed},
    percent,
    secret::{RegistryHost, host_and_port},
};
use std::net::Ipv6Addr;

/// What is wrong with what is to be tried. Never carries the text.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum TargetProblem {
    /// A repository by https.
    RepositoryByHttps,
    /// Not an address of a repository by SSH.
    RepositoryForm,
    /// Within quotation marks.
    RepositoryQuoted,
    /// A prefix for another program, such as `git::`, before it.
    RepositoryPrefix,
    /// A command of Git around it.
    RepositoryCommand,
    /// A path of this machine.
    RepositoryLocal,
    /// A path of a drive, or a host of one letter.
    RepositoryDrive,
    /// A port in brackets before a path that does not begin at the root.
    RepositoryBrackets,
    /// A path behind the colon of an `ssh://` address, where a port stands.
    RepositoryPort,
    /// Nothing behind the host.
    RepositoryPath,
    /// A path that begins with a hyphen, or has a control character.
    RepositoryPathForm,
    /// Nothing before the `@`, or a hyphen there at first.
    RepositoryUser,
    /// A character that no user may have.
    RepositoryUserHas(char),
    /// A character that no host may have.
    RepositoryHostHas(char),
    /// A host that is none, in another way.
    RepositoryHost,
    /// Longer than `Repository::MAX_BYTES`.
    RepositoryTooLong,
    /// Not the name of an image.
    ImageForm,
    /// An image of another registry than the credential's.
    ImageElsewhere,
    /// An image that is not below the path that the credential is for.
    ImageOutside,
    /// An image of Docker Hub, by a name of its that clients take for another registry.
    ImageHubOtherwise,
    /// A line that no `known_hosts` file has, by its number.
    KnownHostsLine(u32),
    /// A line whose host has a port and no brackets, by its number.
    KnownHostsPort(u32),
    /// More than 32 KiB of known hosts.
    KnownHostsTooLong,
}

impl TargetProblem {
    /// All that say nothing more; the place in here is the code that travels.
    pub const ALL: [Self; 19] = [
        Self::RepositoryByHttps,
        Self::RepositoryForm,
        Self::ImageForm,
        Self::ImageElsewhere,
        Self::KnownHostsTooLong,
        Self::RepositoryQuoted,
        Self::RepositoryCommand,
        Self::RepositoryLocal,
        Self::RepositoryPort,
        Self::RepositoryPath,
        Self::RepositoryPathForm,
        Self::RepositoryUser,
        Self::RepositoryHost,
        Self::RepositoryTooLong,
        Self::ImageOutside,
        Self::ImageHubOtherwise,
        Self::RepositoryPrefix,
        Self::RepositoryDrive,
        Self::RepositoryBrackets,
    ];

    /// What is wrong, and what would be right.
    pub fn message(self) -> String {
        match self {
            Self::RepositoryByHttps => "A key opens repositories by SSH. Enter the SSH address, such as git@github.com:group/app.git.",
            Self::RepositoryForm => "This is not the SSH address of a repository, such as git@github.com:group/app.git or ssh://git@host:2222/group/app.git.",
            Self::RepositoryQuoted => "The address is in quotation marks or brackets. Take them off.",
            Self::RepositoryPrefix => "What stands before the '::' is for another program. Enter the address alone, which begins behind it.",
            Self::RepositoryCommand => "This is a command. Enter the address alone, which begins behind git clone.",
            Self::RepositoryLocal => "This is a path on a machine, and names no host. Enter the SSH address, such as git@host:group/app.git.",
            Self::RepositoryDrive => "This begins as a path on a drive of Windows does. Enter the SSH address, such as git@host:group/app.git; a host of one letter needs the git@, too.",
            Self::RepositoryBrackets => "A port in brackets is read by Git alone. Write ssh://git@host:2222/path, with the path as it is on the server.",
            Self::RepositoryPort => "Behind ssh:// and the host, a colon begins a port. Write ssh://git@host/path, or git@host:path without ssh://.",
            Self::RepositoryPath => "The address ends with its host. Add the path of the repository, such as git@host:group/app.git.",
            Self::RepositoryPathForm => "The path of the repository begins with '-', or has a control character. Copy the address anew.",
            Self::RepositoryUser => "Before the '@' there is no user, or one that begins with '-'. Most hosts want git there.",
            Self::RepositoryUserHas(c) => return format!("The user before the '@' has {}, which cannot be there.", named(c)),
            Self::RepositoryHostHas(c) => return format!("The host has {} in its name, which host names do not have.", named(c)),
            Self::RepositoryHost => "The host of this address is not a host name or an address. IPv6 stands in brackets: ssh://git@[2001:db8::1]/path.",
            Self::RepositoryTooLong => "The address is longer than 1024 bytes.",
            Self::ImageForm => "This is not the name of an image, such as group/app:tag.",
            Self::ImageElsewhere => "This image is in another registry than the one above.",
            Self::ImageOutside => "This image is not below the path of the registry host above. Enter one that is, with its whole name.",
            Self::ImageHubOtherwise => "Docker and Kubernetes take this host for a registry of its own, and do not look for Docker Hub's account there. Write docker.io in its place, such as docker.io/group/app:tag.",
            Self::KnownHostsLine(line) => {
                return format!(
                    "Line {line} is not one of a known_hosts file: host, type and key, such as github.com ssh-ed25519 AAAA…. Correct it, or take it out."
                );
            }
            Self::KnownHostsPort(line) => {
                return format!(
                    "Line {line} names a port, and no host is found by it so. Write the host in brackets, such as [git.example.com]:2222."
                );
            }
            Self::KnownHostsTooLong => "The known hosts are longer than 32 KiB. Keep the lines of this repository's host.",
        }
        .to_owned()
    }
}

/// A character, as a sentence names it.
fn named(c: char) -> String {
    match c {
        c if c.is_whitespace() => "a space".to_owned(),
        c if c.is_control() || is_invisible(c) => {
            format!("a character that cannot be seen (U+{:04X})", u32::from(c))
        }
        c => format!("'{c}'"),
    }
}

/// What goes with a secret for the sake of testing it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckSettings {
    /// Git dataset: what its key is to open.
    pub repository: Option<Repository>,
    /// Git dataset: the hosts that are trusted.
    pub known_hosts: KnownHosts,
    /// Image pull: what its account is to pull.
    pub image: Option<ImageReference>,
}

impl CheckSettings {
    /// The repository or the image, as it is stored.
    pub fn target(&self) -> Option<&str> {
        let repository = self.repository.as_ref().map(Repository::as_str);
        repository.or_else(|| self.image.as_ref().map(ImageReference::as_str))
    }
}

/// A Git repository by SSH: `user@host:path`, as scp has it, or `ssh://user@host:port/path`, which Git decodes. Without a
/// user it is `git`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    text: String,
    /// Whether it begins with `ssh://`.
    is_url: bool,
    /// As whom to log in.
    pub user: String,
    /// A name or an address, IPv6 without brackets.
    pub host: String,
    /// 22 unless it says otherwise.
    pub port: u16,
    /// As the server is asked for it.
    pub path: String,
}

/// Schemes, where a host should be.
const SCHEMES: [&str; 4] = ["ssh", "https", "http", "file"];

/// What opens and closes a quotation.
const QUOTES: [char; 11] = ['<', '(', '"', '\'', '`', '“', '”', '„', '‘', '’', '«'];

impl Repository {
    /// The longest address, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// The longest user, in bytes.
    const MAX_USER_BYTES: usize = 255;

    /// Parses an address; white space and invisible characters around it are left out.
    ///
    /// Errors: the part of it that is wrong.
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
                // Git decodes the whole before it looks for its parts.
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
                // A scheme that lost its slashes. A host may be called git.
                if SCHEMES.contains(&place) || place == "git" && path.starts_with('/') {
                    return Err(Wrong::RepositoryForm);
                }
                // A user with a password, as addresses by https have it.
                if !place.contains('@') && path.split_once('@').is_some_and(|(_, rest)| rest.contains(':')) {
                    return Err(Wrong::RepositoryUserHas(':'));
                }
                (false, place.to_owned(), path.to_owned())
            }
        };
        // Git takes a port in brackets, too: `[git@host:2222]:path`.
        let bare = place.strip_prefix('[').and_then(|place| place.strip_suffix(']'));
        let place = bare.filter(|bare| bare.contains('@')).unwrap_or(&place);
        let (user, place) = place.rsplit_once('@').unwrap_or(("git", place));
        check_user(user)?;
        let (host, port) = read_place(place, is_url || bare.is_some())?;
        // Argo CD and the like read no brackets, and `ssh://` has no path that does not begin at the root or a home.
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

    /// Splits `user@host:path` at the colon that ends the host; one within brackets does not.
    fn split_scp(text: &str) -> Result<(&str, &str), TargetProblem> {
        let name = text.find(']').unwrap_or_default();
        let colon = text[name..].find(':').map(|at| at + name);
        match (colon, text.contains('@')) {
            (Some(colon), _) if !text[..colon].contains('/') => Ok((&text[..colon], &text[colon + 1..])),
            (None, true) => Err(TargetProblem::RepositoryPath),
            _ => Err(TargetProblem::RepositoryForm),
        }
    }

    /// The address that may have been meant where a port stands in the place of a folder: `host:2222/group/app`.
    pub fn port_in_path(&self) -> Option<String> {
        let (first, rest) = self.path.split_once('/')?;
        let port: u16 = first.parse().ok().filter(|port| *port > 0 && !self.is_url)?;
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        (!rest.is_empty()).then(|| format!("ssh://{}@{host}:{port}/{rest}", percent::encode(&self.user)))
    }

    /// The address as programs take it that know less of Git: with its user, and with what they would not read encoded.
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

    /// The text, as it was typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host as it stands in a `known_hosts` file: with its port in brackets where that is not 22 (sshd(8)).
    pub fn known_as(&self) -> String {
        let Self { host, port, .. } = self;
        if *port == 22 { host.clone() } else { format!("[{host}]:{port}") }
    }
}

/// Refuses a path on a drive of Windows; with slashes, Git elsewhere reads a host of one letter.
fn check_drive(text: &str) -> Result<(), TargetProblem> {
    match text.as_bytes() {
        [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic() => Err(TargetProblem::RepositoryLocal),
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => Err(TargetProblem::RepositoryDrive),
        _ => Ok(()),
    }
}

/// The host and the port of an address.
fn read_place(place: &str, is_url: bool) -> Result<(String, u16), TargetProblem> {
    // Of `[host:2222]`, what is within; of `host:` and `host.`, the host, as Git and SSH read them.
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

/// Whether SSH would be told this user.
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
    /// Reads the name of an image in this registry; the registry's own host before it is passed over.
    pub fn parse(text: &str, registry: Option<&RegistryHost>) -> Result<Self, TargetProblem> {
        let text = trimmed(text);
        if text.contains(|c: char| c.is_whitespace() || QUOTES.contains(&c)) {
            return Err(TargetProblem::ImageForm);
        }
        // As other tools write it: where it is, and by what.
        let scheme = ["docker://", "oci://", "https://", "http://"];
        let mut text = scheme.iter().find_map(|scheme| text.strip_prefix(scheme)).unwrap_or(text);
        // As Docker tells a host from a group: by its dot or its port.
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

    /// The text, without the registry's host.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The group and the name.
    pub fn name(&self) -> &str {
        &self.text[..self.name_bytes]
    }

    /// The digest, or the tag; `latest` where neither is given. Of both, the digest counts, as it does for clients.
    pub fn reference(&self) -> &str {
        let rest = self.text.get(self.name_bytes + 1..).unwrap_or("latest");
        rest.split_once('@').map_or(rest, |(_, digest)| digest)
    }
}

/// Returns whether this is the digest of a manifest: an algorithm that is registered (OCI image specification,
/// "Descriptors") or that Go's clients know, and as many hexadecimal digits as it has.
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

/// Returns whether an image's reference names Docker Hub by a host that Docker, containerd and Kubernetes take for a
/// registry of its own: they do not look for Docker Hub's account there.
pub(crate) fn names_hub_otherwise(text: &str) -> bool {
    let Some((host, _)) = text.trim().split_once('/') else { return false };
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(":443").unwrap_or(&host);
    !matches!(host, "docker.io" | "index.docker.io")
        && host.contains('.')
        && RegistryHost::parse(host).is_ok_and(|normalized| normalized.host.is_docker_hub())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn repositories_are_read() {
        for (text, user, host, port, path, known_as) in [
            ("git@github.com:group/app.git", "git", "github.com", 22, "group/app.git", "github.com"),
            (" git@host:/srv/git/a.git\n", "git", "host", 22, "/srv/git/a.git", "host"),
            ("host:a b", "git", "host", 22, "a b", "host"),
            ("ssh://git@host/group/app", "git", "host", 22, "/group/app", "host"),
            ("ssh://deploy.x@host:2222/a", "deploy.x", "host", 2222, "/a", "[host]:2222"),
            ("ssh://host/~ana/a", "git", "host", 22, "~ana/a", "host"),
            ("ssh://[::1]:2222/a", "git", "::1", 2222, "/a", "[::1]:2222"),
            ("git@[2001:db8::1]:a", "git", "2001:db8::1", 22, "a", "2001:db8::1"),
            ("[ana@host:2222]:/group/app", "ana", "host", 2222, "/group/app", "[host]:2222"),
            ("[host:2222]:/group/app", "git", "host", 2222, "/group/app", "[host]:2222"),
            ("ana@[host:2222]:~ana/app", "ana", "host", 2222, "~ana/app", "[host]:2222"),
            ("ana@[host:22]:group/app", "ana", "host", 22, "group/app", "host"),
            ("git:group/app", "git", "git", 22, "group/app", "git"),
            ("git@h:/group/app", "git", "h", 22, "/group/app", "h"),
            ("h:group/app", "git", "h", 22, "group/app", "h"),
            ("ssh://git@host:/group/app", "git", "host", 22, "/group/app", "host"),
            ("git@host.example.:a", "git", "host.example.", 22, "a", "host.example."),
        ] {
            let repository = Repository::parse(text).unwrap();
            assert_eq!(repository.as_str(), text.trim());
            assert_eq!((repository.user.as_str(), repository.host.as_str()), (user, host), "{text}");
            assert_eq!((repository.port, repository.path.as_str()), (port, path), "{text}");
            assert_eq!(repository.known_as(), known_as, "{text}");
        }
        for (text, user, path) in [
            ("ssh://git@host/My%20Project/repo.git", "git", "/My Project/repo.git"),
            ("git@host:My%20Project/repo.git", "git", "My%20Project/repo.git"),
            ("ssh://host/100%/a%zz%00", "git", "/100%/a%zz%00"),
            ("ssh://dev%40corp.example@host/x", "dev@corp.example", "/x"),
            ("dev@corp.example@host:x", "dev@corp.example", "x"),
            ("svc$deploy@host:x", "svc$deploy", "x"),
            ("CORP\\jürgen@host:x", "CORP\\jürgen", "x"),
            ("ssh://a+b,c=d@host/x", "a+b,c=d", "/x"),
            ("\u{feff}git@host:x\u{200b}", "git", "x"),
            ("\u{202a}ssh://git@host/x\u{202c} ", "git", "/x"),
        ] {
            let repository = Repository::parse(text).unwrap();
            assert_eq!((repository.user.as_str(), repository.path.as_str()), (user, path), "{text}");
            assert_eq!(repository.host, "host", "{text}");
        }
    }

    #[test]
    fn an_address_that_is_none_is_told_which_part_is_wrong() {
        use TargetProblem as Wrong;
        for (text, problem) in [
            ("https://github.com/a/b", Wrong::RepositoryByHttps),
            ("", Wrong::RepositoryForm),
            ("group/app", Wrong::RepositoryForm),
            ("ftp://host/a", Wrong::RepositoryForm),
            ("/srv/git", Wrong::RepositoryLocal),
            ("./app", Wrong::RepositoryLocal),
            ("git@host", Wrong::RepositoryPath),
            ("git@host:", Wrong::RepositoryPath),
            ("ssh://host", Wrong::RepositoryPath),
            ("ssh://host/", Wrong::RepositoryPath),
            ("git@host:-x", Wrong::RepositoryPathForm),
            ("git@host:a\nb", Wrong::RepositoryPathForm),
            ("ssh://host/a%0Ab", Wrong::RepositoryPathForm),
            ("ssh://-oProxyCommand=x/a", Wrong::RepositoryHostHas('=')),
            ("ssh://-oProxyCommand=x@host/a", Wrong::RepositoryUser),
            ("ssh://%2DoProxyCommand=x@host/a", Wrong::RepositoryUser),
            ("-oProxyCommand=x:a", Wrong::RepositoryHostHas('=')),
            ("-g@host:a", Wrong::RepositoryUser),
            ("@host:a", Wrong::RepositoryUser),
            ("g it@host:a", Wrong::RepositoryUserHas(' ')),
            ("g\u{200b}it@host:a", Wrong::RepositoryUserHas('\u{200b}')),
            ("ssh://git:pw@host/a", Wrong::RepositoryUserHas(':')),
            ("ssh://git@host:0/a", Wrong::RepositoryPort),
            ("ssh://git@host:99999/a", Wrong::RepositoryPort),
            ("ssh://git@host:group/app", Wrong::RepositoryPort),
            ("git@ho_st:a", Wrong::RepositoryHostHas('_')),
            ("ssh://git@ho_st:22/a", Wrong::RepositoryHostHas('_')),
            ("git@bücher.example:a", Wrong::RepositoryHostHas('ü')),
            ("git@1.2.3:a", Wrong::RepositoryHost),
            ("git@[::g]:a", Wrong::RepositoryHost),
            ("\"git@host:a\"", Wrong::RepositoryQuoted),
            ("<git@host:a>", Wrong::RepositoryQuoted),
            ("(git@host:a)", Wrong::RepositoryQuoted),
            ("git::ssh://git@host/a", Wrong::RepositoryPrefix),
            ("git::git@host:a", Wrong::RepositoryPrefix),
            ("codecommit::eu-west-1://a", Wrong::RepositoryPrefix),
            ("C:\\Users\\me\\a", Wrong::RepositoryLocal),
            ("C:/Users/me/a", Wrong::RepositoryDrive),
            ("h:/group/app", Wrong::RepositoryDrive),
            ("git:/host/a", Wrong::RepositoryForm),
            ("[git@host:2222]:group/app", Wrong::RepositoryBrackets),
            ("git@[host:2222]:group/app", Wrong::RepositoryBrackets),
            ("[host:2222]:a", Wrong::RepositoryBrackets),
            ("[host:2222]:", Wrong::RepositoryPath),
            ("[host:2222]:-a", Wrong::RepositoryPathForm),
            ("ssh:/git@host/a", Wrong::RepositoryForm),
            ("ssh:git@host/a", Wrong::RepositoryForm),
            ("https:/host/a", Wrong::RepositoryForm),
            ("oauth2:token@host:a", Wrong::RepositoryUserHas(':')),
            ("'ssh://git@host/a'", Wrong::RepositoryQuoted),
            ("“git@host:a”", Wrong::RepositoryQuoted),
            ("git clone git@host:a", Wrong::RepositoryCommand),
            ("$ git clone git@host:a", Wrong::RepositoryCommand),
            (&format!("git@host:{}", "a".repeat(1024)), Wrong::RepositoryTooLong),
        ] {
            assert_eq!(Repository::parse(text), Err(problem), "{text}");
            assert!(problem.message().ends_with('.'), "{problem:?}");
        }
        assert!(Wrong::RepositoryHostHas('_').message().contains("'_'"));
        assert!(Wrong::RepositoryUserHas(' ').message().contains("a space"));
        assert!(Wrong::RepositoryUserHas('\u{200b}').message().contains("U+200B"));
    }

    #[test]
    fn a_port_in_the_place_of_a_folder_is_noticed() {
        let hint = |text: &str| Repository::parse(text).unwrap().port_in_path();
        assert_eq!(hint("root@host:47022/srv/a.git").as_deref(), Some("ssh://root@host:47022/srv/a.git"));
        assert_eq!(hint("a@b@host:22/x").as_deref(), Some("ssh://a%40b@host:22/x"));
        for text in [
            "git@host:group/app",
            "git@host:2222",
            "git@host:99999/a",
            "ssh://git@host/2222/a",
            "git@host:22a/b",
        ] {
            assert_eq!(hint(text), None, "{text}");
        }
    }

    /// Whatever reads it parses it to the same, and needs no more than a URL or scp's simple form.
    #[test]
    fn an_address_that_is_handed_out_means_the_same() {
        for (text, url) in [
            ("git@github.com:group/app.git", "git@github.com:group/app.git"),
            ("host:group/app", "git@host:group/app"),
            ("ssh://host/My%20Project/a", "ssh://git@host/My%20Project/a"),
            ("ssh://host/My Project/a", "ssh://git@host/My%20Project/a"),
            ("ssh://git@host:2222/100%/a", "ssh://git@host:2222/100%25/a"),
            ("ssh://dev%40corp@host/~/a", "ssh://dev%40corp@host/~/a"),
            ("dev@corp@host:/srv/a b", "ssh://dev%40corp@host/srv/a%20b"),
            ("git+ssh://git@[::1]:22/a", "ssh://git@[::1]/a"),
            // Of programs that read no brackets: with a port it is a URL, and without one there are none.
            ("[host:2222]:/srv/a b", "ssh://git@host:2222/srv/a%20b"),
            ("ana@[host:2222]:~ana/a", "ssh://ana@host:2222/~ana/a"),
            ("[ana@host:2222]:/a", "ssh://ana@host:2222/a"),
            ("[ana@host:22]:group/app", "ana@host:group/app"),
            ("ana@[host]:group/app", "ana@host:group/app"),
            ("git@[2001:db8::1]:/srv/a", "ssh://git@[2001:db8::1]/srv/a"),
            ("ana@[host]:/group/app", "ana@host:/group/app"),
        ] {
            let repository = Repository::parse(text).unwrap();
            assert_eq!(repository.url(), url);
            let again = Repository::parse(url).unwrap();
            let parts = |it: &Repository| (it.user.clone(), it.host.clone(), it.port, it.path.clone());
            assert_eq!(parts(&again), parts(&repository), "{text}");
        }
    }

    #[test]
    fn images_are_read() {
        let host = |text| RegistryHost::parse(text).unwrap().host;
        let digest = format!("app@sha256:{}", "a".repeat(64));
        let with_tag = format!("ghcr.io/group/app:1.0@{}", &digest[4..]);
        let long = format!("app@sha512:{}", "0f".repeat(64));
        for (text, registry, name, reference) in [
            ("group/app:1.0", "ghcr.io", "group/app", "1.0"),
            ("ghcr.io/group/app", "ghcr.io", "group/app", "latest"),
            ("localhost:5000/app:x", "localhost:5000", "app", "x"),
            ("docker.io/library/alpine:3", "docker.io", "library/alpine", "3"),
            ("a/b/c-d__e.f:V_1", "ghcr.io", "a/b/c-d__e.f", "V_1"),
            (&digest, "ghcr.io", "app", &digest[4..]),
            (&with_tag, "ghcr.io", "group/app", &digest[4..]),
            (&long, "ghcr.io", "app", &long[4..]),
            (&format!("localhost:5000/app:1@{}", &digest[4..]), "localhost:5000", "app", &digest[4..]),
        ] {
            let image = ImageReference::parse(text, Some(&host(registry))).unwrap();
            assert_eq!((image.name(), image.reference()), (name, reference), "{text}");
        }
        let at = |text| ImageReference::parse(text, Some(&host("ghcr.io")));
        for text in ["quay.io/group/app", "a:x/y", "localhost/app"] {
            assert_eq!(at(text), Err(TargetProblem::ImageElsewhere), "{text}");
        }
        assert_eq!(ImageReference::parse("quay.io/a", None), Err(TargetProblem::ImageElsewhere));
        // As other tools and pages write it.
        for (registry, text, image) in [
            ("ghcr.io", "docker://ghcr.io/group/app:1", "group/app:1"),
            ("ghcr.io", "oci://ghcr.io/group/chart", "group/chart"),
            ("ghcr.io", "https://ghcr.io/group/app", "group/app"),
            ("ghcr.io", "group/app:1\u{200b}", "group/app:1"),
            ("docker.io", "https://hub.docker.com/_/nginx", "nginx"),
            ("docker.io", "hub.docker.com/r/group/app", "group/app"),
        ] {
            let read =
                ImageReference::parse(text, Some(&host(registry))).map(|image| image.as_str().to_owned());
            assert_eq!(read.as_deref(), Ok(image), "{text}");
        }
        for text in ["docker pull ghcr.io/group/app", "\"group/app\"", "image: quay.io/group/app"] {
            assert_eq!(
                ImageReference::parse(text, Some(&host("ghcr.io"))),
                Err(TargetProblem::ImageForm),
                "{text}"
            );
        }
        let below = |text| ImageReference::parse(text, Some(&host("quay.io/spam")));
        for text in ["quay.io/spam/app:1", "spam/app:1"] {
            assert_eq!(below(text).unwrap().as_str(), "spam/app:1");
        }
        assert_eq!(below("quay.io/spamalot/app"), Err(TargetProblem::ImageOutside));
        assert_eq!(below("app:1"), Err(TargetProblem::ImageOutside));
        assert_eq!(below("ghcr.io/spam/app"), Err(TargetProblem::ImageElsewhere));
        for text in
            ["", "/", "a/", "A", "a:", "a:.x", "a:-x", "a@sha256:1", "a b", "-a", "a?x=1", "a/../b", "a%2f"]
        {
            assert_eq!(at(text), Err(TargetProblem::ImageForm), "{text}");
        }
        for (algorithm, digits) in [("sha512", 64), ("sha256", 128), ("md5", 32), ("SHA256", 64), ("", 64)] {
            let text = format!("app:1@{algorithm}:{}", "a".repeat(digits));
            let read = ImageReference::parse(&text, Some(&host("ghcr.io")));
            assert_eq!(read, Err(TargetProblem::ImageForm), "{text}");
        }
        for text in
            [format!("app:@{}", &digest[4..]), format!("{digest}:1"), format!("{digest}@{}", &digest[4..])]
        {
            let read = ImageReference::parse(&text, Some(&host("ghcr.io")));
            assert_eq!(read, Err(TargetProblem::ImageForm), "{text}");
        }
    }

    #[test]
    fn names_hub_otherwise_knows_what_docker_does_not_look_up() {
        for text in [
            "registry-1.docker.io/group/app",
            "Registry-1.docker.io:443/app:1",
            "registry.hub.docker.com/library/nginx",
            "hub.docker.com/app",
        ] {
            assert!(names_hub_otherwise(text), "{text}");
        }
        for text in
            ["docker.io/app", "index.docker.io/app", "app", "group/app", "ghcr.io/a/b", "registry-1/app"]
        {
            assert!(!names_hub_otherwise(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in any::<String>(), other in "[a-z@:/\\[\\]|.~ -]{0,30}") {
            for text in [&text, &other] {
                if let Ok(repository) = Repository::parse(text) {
                    let again = Repository::parse(&repository.url()).unwrap();
                    prop_assert_eq!(&again.path, &repository.path);
                    drop(repository.port_in_path());
                }
                drop(ImageReference::parse(text, None));
            }
        }
    }
}
