//! What a credential is tried on, and which hosts are trusted.

use crate::secret::{RegistryHost, host_and_port};
use std::{
    collections::HashSet,
    hash::{Hash, Hasher},
};

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
    /// Not the text of a `known_hosts` file.
    KnownHostsForm,
    /// More than 32 KiB of known hosts.
    KnownHostsTooLong,
}

impl TargetProblem {
    /// All of them; the place in here is the code that travels.
    pub const ALL: [Self; 6] = [
        Self::RepositoryByHttps,
        Self::RepositoryForm,
        Self::ImageForm,
        Self::ImageElsewhere,
        Self::KnownHostsForm,
        Self::KnownHostsTooLong,
    ];

    /// What is wrong, and what would be right.
    pub fn message(self) -> String {
        match self {
            Self::RepositoryByHttps => "A key opens repositories by SSH. Enter the SSH address, such as git@github.com:group/app.git.",
            Self::RepositoryForm => "This is not the SSH address of a repository, such as git@github.com:group/app.git or ssh://git@host:2222/group/app.git.",
            Self::ImageForm => "This is not the name of an image, such as group/app:tag.",
            Self::ImageElsewhere => "This image is in another registry than the one above.",
            Self::KnownHostsForm => "These are not lines of a known_hosts file: host, type and key, such as github.com ssh-ed25519 AAAA….",
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
            if registry.is_none_or(|registry| named.as_ref() != Ok(registry)) {
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

/// Keys of hosts, one a line, in the form of a `known_hosts` file (sshd(8), "`SSH_KNOWN_HOSTS` FILE FORMAT"): host names
/// or their hashes, the type of the key, and the key. Comments and blank lines are left out, and no line is there twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownHosts(String);

/// The types of keys that hosts have, each with how the text of such a key begins: its own name in base64.
const HOST_KEY_TYPES: [(&str, &str); 5] = [
    ("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5"),
    ("ssh-rsa", "AAAAB3NzaC1yc2E"),
    ("ecdsa-sha2-nistp256", "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY"),
    ("ecdsa-sha2-nistp384", "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQ"),
    ("ecdsa-sha2-nistp521", "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjE"),
];

impl KnownHosts {
    /// The longest text, in bytes.
    pub const MAX_BYTES: usize = 32 * 1024;

    /// The longest text that is looked at, in bytes: comments and lines that stand twice are left out of what is kept.
    const MAX_TYPED_BYTES: usize = 8 * Self::MAX_BYTES;

    /// Parses what was pasted, and adds what was approved. Stops at the first line beyond a limit, and compares no line
    /// with all before: the work grows with the length of the text alone.
    pub fn parse(pasted: &str, approved: &str) -> Result<Self, TargetProblem> {
        if pasted.len().saturating_add(approved.len()) > Self::MAX_TYPED_BYTES {
            return Err(TargetProblem::KnownHostsTooLong);
        }
        let mut text = String::new();
        let mut seen = HashSet::new();
        let lines = pasted.lines().chain(approved.lines()).map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut words = line.split_ascii_whitespace();
            let (hosts, kind, key) = (words.next(), words.next(), words.next().unwrap_or_default());
            let known =
                HOST_KEY_TYPES.iter().any(|(name, start)| Some(*name) == kind && key.starts_with(start));
            let base64 = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
            if !known || !base64 || key.len() % 4 != 0 || line.contains(|c: char| c.is_control() && c != '\t')
            {
                return Err(TargetProblem::KnownHostsForm);
            }
            let line = Line([hosts.unwrap_or_default(), kind.unwrap_or_default(), key]);
            if !seen.insert(line) {
                continue;
            }
            for (word, end) in line.0.into_iter().zip([' ', ' ', '\n']) {
                text.push_str(word);
                text.push(end);
            }
            if text.len() > Self::MAX_BYTES {
                return Err(TargetProblem::KnownHostsTooLong);
            }
        }
        Ok(Self(text))
    }

    /// The text; empty where no host is trusted.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Hosts, type and key of each line.
    pub fn lines(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.0.lines().filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?, words.next()?, words.next()?))
        })
    }
}

/// Hosts, type and key of one line, to find the same line again by its hash.
#[derive(Clone, Copy)]
struct Line<'a>([&'a str; 3]);

impl PartialEq for Line<'_> {
    fn eq(&self, other: &Self) -> bool {
        #[cfg(test)]
        tests::COMPARED
            .with(|bytes| bytes.set(bytes.get() + self.0.iter().map(|word| word.len()).sum::<usize>()));
        self.0 == other.0
    }
}

impl Eq for Line<'_> {}

impl Hash for Line<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    thread_local! {
        /// How many bytes of lines were compared with those of other lines.
        pub(super) static COMPARED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    #[test]
    fn known_hosts_parse_compares_no_more_bytes_than_were_typed() {
        let line = |number: usize| format!("h{number} ssh-rsa AAAAB3NzaC1yc2E=\n");
        let distinct = |count: usize| (0..count).map(line).collect::<String>();
        // As short as lines can be: some 9,000 of them fit into a form.
        for (text, fits) in [(distinct(400), true), (distinct(7_000), false), (line(7).repeat(8_000), true)] {
            COMPARED.with(|bytes| bytes.set(0));
            assert_eq!(KnownHosts::parse(&text, "").is_ok(), fits);
            let compared = COMPARED.with(std::cell::Cell::get);
            assert!(compared <= text.len(), "{compared} bytes compared of {}", text.len());
        }
    }

    #[test]
    fn known_hosts_parse_looks_at_the_limit_first() {
        let long = format!("{}nonsense", "# comment\n".repeat(KnownHosts::MAX_TYPED_BYTES / 10));
        assert_eq!(KnownHosts::parse(&long, ""), Err(TargetProblem::KnownHostsTooLong));
    }

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
        for text in
            ["", "/", "a/", "A", "a:", "a:.x", "a:-x", "a@sha256:1", "a b", "-a", "a?x=1", "a/../b", "a%2f"]
        {
            assert_eq!(at(text), Err(TargetProblem::ImageForm), "{text}");
        }
    }

    const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    #[test]
    fn known_hosts_are_read_and_put_in_order() {
        let pasted = format!("# github\r\n\r\n github.com,1.2.3.4  ssh-ed25519\t{KEY} a comment\r\n");
        let approved =
            format!("|1|c2FsdA==|aGFzaA== ssh-ed25519 {KEY}\ngithub.com,1.2.3.4 ssh-ed25519 {KEY}");
        let known = KnownHosts::parse(&pasted, &approved).unwrap();
        let hosts: Vec<_> = known.lines().map(|(hosts, ..)| hosts).collect();
        assert_eq!(hosts, ["github.com,1.2.3.4", "|1|c2FsdA==|aGFzaA=="]);
        assert_eq!(KnownHosts::parse(known.as_str(), ""), Ok(known));
        assert_eq!(KnownHosts::parse(" \n# nothing\n", ""), Ok(KnownHosts::default()));
        for text in [
            "github.com",
            &format!("ssh-ed25519 {KEY}"),
            &format!("github.com ssh-rsa {KEY}"),
            &format!("@cert-authority *.x ssh-ed25519 {KEY}"),
            &format!("github.com ssh-ed25519 {KEY}x"),
            "-----BEGIN OPENSSH PRIVATE KEY-----",
        ] {
            assert_eq!(KnownHosts::parse(text, ""), Err(TargetProblem::KnownHostsForm), "{text}");
        }
        let many = (0..500).map(|n| format!("h{n} ssh-ed25519 {KEY}\n")).collect::<Vec<_>>().concat();
        assert_eq!(KnownHosts::parse(&many, ""), Err(TargetProblem::KnownHostsTooLong));
    }

    proptest! {
        #[test]
        fn damage_never_panics_and_reading_again_changes_nothing(at in any::<prop::sample::Index>(), c in any::<char>()) {
            let good = format!("# a\ngit.corp,!x.corp,*.corp ssh-ed25519 {KEY} b\r\n|1|c2FsdA==|aGFzaA== ssh-ed25519 {KEY}\n");
            let mut text = good.clone();
            let place = at.index(good.len());
            text.replace_range(place..=place, c.encode_utf8(&mut [0; 4]));
            for (pasted, approved) in [(&text, ""), (&good, text.as_str())] {
                if let Ok(known) = KnownHosts::parse(pasted, approved) {
                    prop_assert_eq!(KnownHosts::parse(known.as_str(), ""), Ok(known.clone()));
                }
            }
        }

        #[test]
        fn nothing_panics(text in any::<String>(), other in "[a-z@:/\\[\\]|.~ -]{0,30}") {
            for text in [&text, &other] {
                drop(Repository::parse(text));
                drop(ImageReference::parse(text, None));
                drop(KnownHosts::parse(text, text));
            }
        }
    }
}
