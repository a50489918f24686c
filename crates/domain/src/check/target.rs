//! What a credential is tried on, and which hosts are trusted.

use super::KnownHosts;
use crate::secret::{RegistryHost, host_and_port};

/// What is wrong with what is to be tried. Never carries the text.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum TargetProblem {
    /// A repository by https.
    RepositoryByHttps,
    /// Not an address of a repository by SSH.
    RepositoryForm,
    /// Not the name of an image.
    ImageForm,
    /// An image of another registry than the credential's.
    ImageElsewhere,
    /// An image that is not below the path that the credential is for.
    ImageOutside,
    /// A line that no `known_hosts` file has, by its number.
    KnownHostsLine(u32),
    /// A line whose host has a port and no brackets, by its number.
    KnownHostsPort(u32),
    /// More than 32 KiB of known hosts.
    KnownHostsTooLong,
}

impl TargetProblem {
    /// All that say nothing more; the place in here is the code that travels.
    pub const ALL: [Self; 6] = [
        Self::RepositoryByHttps,
        Self::RepositoryForm,
        Self::ImageForm,
        Self::ImageElsewhere,
        Self::KnownHostsTooLong,
        Self::ImageOutside,
    ];

    /// What is wrong, and what would be right.
    pub fn message(self) -> String {
        match self {
            Self::RepositoryByHttps => "A key opens repositories by SSH. Enter the SSH address, such as git@github.com:group/app.git.",
            Self::RepositoryForm => "This is not the SSH address of a repository, such as git@github.com:group/app.git or ssh://git@host:2222/group/app.git.",
            Self::ImageForm => "This is not the name of an image, such as group/app:tag.",
            Self::ImageElsewhere => "This image is in another registry than the one above.",
            Self::ImageOutside => "This image is not below the path of the registry host above. Enter one that is, with its whole name.",
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

/// A Git repository by SSH: `user@host:path`, as scp has it, or `ssh://user@host:port/path`. Without a user it is `git`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    text: String,
    /// As whom to log in.
    pub user: String,
    /// A name or an address, IPv6 without brackets.
    pub host: String,
    /// 22 unless it says otherwise.
    pub port: u16,
    /// As the server is asked for it.
    pub path: String,
}

impl Repository {
    /// The longest address, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// Reads an address; white space around it is passed over.
    pub fn parse(text: &str) -> Result<Self, TargetProblem> {
        let text = text.trim();
        let form = TargetProblem::RepositoryForm;
        let (place, path) = match text.split_once("://") {
            Some(("ssh" | "git+ssh" | "ssh+git", rest)) => {
                rest.find('/').map(|at| rest.split_at(at)).ok_or(form)?
            }
            Some(("https" | "http", _)) => return Err(TargetProblem::RepositoryByHttps),
            Some(_) => return Err(form),
            None => {
                // The colon that ends the host; one within brackets does not.
                let name = text.find(']').unwrap_or_default();
                let colon = text[name..].find(':').ok_or(form)? + name;
                (&text[..colon], &text[colon + 1..])
            }
        };
        let (user, place) = place.rsplit_once('@').unwrap_or(("git", place));
        let (host, port) = host_and_port(place).ok_or(form)?;
        let path = path.strip_prefix('/').filter(|path| path.starts_with('~')).unwrap_or(path);
        let good_user = !user.starts_with('-')
            && (1..=64).contains(&user.len())
            && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte));
        // A path that begins so would be read as an option.
        let good_path = !path.is_empty()
            && path != "/"
            && !path.starts_with('-')
            && !path.contains(|c: char| c.is_control());
        if !good_user || !good_path || text.len() > Self::MAX_BYTES {
            return Err(form);
        }
        Ok(Self {
            text: text.to_owned(),
            user: user.to_owned(),
            host: host.trim_matches(['[', ']']).to_owned(),
            port: port.unwrap_or(22),
            path: path.to_owned(),
        })
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

/// An image of a registry: `group/app`, `group/app:tag` or `group/app@sha256:…` (OCI distribution specification,
/// "Pulling manifests").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    text: String,
    name_bytes: usize,
}

impl ImageReference {
    /// Reads the name of an image in this registry; the registry's own host before it is passed over.
    pub fn parse(text: &str, registry: Option<&RegistryHost>) -> Result<Self, TargetProblem> {
        let mut text = text.trim();
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
            text = rest;
        }
        let (name, reference) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => text.split_once(':').map_or((text, None), |(name, tag)| (name, Some(tag))),
        };
        let good_reference = |reference: &str| match reference.strip_prefix("sha256:") {
            Some(digest) => digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()),
            None => {
                (1..=128).contains(&reference.len())
                    && !reference.starts_with(['.', '-'])
                    && reference.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
            }
        };
        let good_part = |part: &str| {
            let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            part.starts_with(ends)
                && part.ends_with(ends)
                && part.chars().all(|c| ends(c) || matches!(c, '.' | '_' | '-'))
        };
        if name.len() > 255 || !name.split('/').all(good_part) || !reference.is_none_or(good_reference) {
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

    /// The tag or the digest; `latest` where none is given.
    pub fn reference(&self) -> &str {
        self.text.get(self.name_bytes + 1..).unwrap_or("latest")
    }
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
        ] {
            let repository = Repository::parse(text).unwrap();
            assert_eq!(repository.as_str(), text.trim());
            assert_eq!((repository.user.as_str(), repository.host.as_str()), (user, host), "{text}");
            assert_eq!((repository.port, repository.path.as_str()), (port, path), "{text}");
            assert_eq!(repository.known_as(), known_as, "{text}");
        }
        assert_eq!(Repository::parse("https://github.com/a/b"), Err(TargetProblem::RepositoryByHttps));
        for text in [
            "",
            "/srv/git",
            "group/app",
            "git@host",
            "git@host:",
            "git@host:-x",
            "ssh://host",
            "ssh://host/",
            "ssh://-oProxyCommand=x/a",
            "-oProxyCommand=x:a",
            "ssh://git@host:0/a",
            "ssh://git@host:99999/a",
            "g it@host:a",
            "-g@host:a",
            "@host:a",
            "git@1.2.3:a",
            "git@ho_st:a",
            "git@[::g]:a",
            "git@host:a\nb",
            "ftp://host/a",
            &format!("git@host:{}", "a".repeat(1024)),
        ] {
            assert_eq!(Repository::parse(text), Err(TargetProblem::RepositoryForm), "{text}");
        }
    }

    #[test]
    fn images_are_read() {
        let host = |text| RegistryHost::parse(text).unwrap().host;
        let digest = format!("app@sha256:{}", "a".repeat(64));
        for (text, registry, name, reference) in [
            ("group/app:1.0", "ghcr.io", "group/app", "1.0"),
            ("ghcr.io/group/app", "ghcr.io", "group/app", "latest"),
            ("localhost:5000/app:x", "localhost:5000", "app", "x"),
            ("docker.io/library/alpine:3", "docker.io", "library/alpine", "3"),
            ("a/b/c-d__e.f:V_1", "ghcr.io", "a/b/c-d__e.f", "V_1"),
            (&digest, "ghcr.io", "app", &digest[4..]),
        ] {
            let image = ImageReference::parse(text, Some(&host(registry))).unwrap();
            assert_eq!((image.name(), image.reference()), (name, reference), "{text}");
        }
        let at = |text| ImageReference::parse(text, Some(&host("ghcr.io")));
        for text in ["quay.io/group/app", "a:x/y", "localhost/app"] {
            assert_eq!(at(text), Err(TargetProblem::ImageElsewhere), "{text}");
        }
        assert_eq!(ImageReference::parse("quay.io/a", None), Err(TargetProblem::ImageElsewhere));
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
    }

    proptest! {
        #[test]
        fn nothing_panics(text in any::<String>(), other in "[a-z@:/\\[\\]|.~ -]{0,30}") {
            for text in [&text, &other] {
                drop(Repository::parse(text));
                drop(ImageReference::parse(text, None));
            }
        }
    }
}
