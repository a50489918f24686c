//! Targets that are pulled: an image by its reference, a dataset by its Git URL.

use super::{UsageKind, UsageProblem};
use crate::{
    connection_test::{ImageReference, Repository},
    secret::{RegistryHost, host_and_port},
};

/// An image with its registry, as `docker pull` accepts it: `registry/group/app:tag`. Without a registry it is an image of
/// Docker Hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageAddress {
    text: String,
    /// The registry.
    pub registry: RegistryHost,
    /// The image in that registry.
    pub image: ImageReference,
}

impl ImageAddress {
    /// The maximum length, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// Parses a reference; ignores white space around it.
    pub fn parse(text: &str) -> Result<Self, UsageProblem> {
        let text = text.trim();
        let form = UsageProblem::ImageForm;
        // Docker tells a host from a group by its dot or its port.
        let host = text
            .split_once('/')
            .map(|(first, _)| first)
            .filter(|first| first.contains(['.', ':']) || *first == "localhost")
            .unwrap_or("docker.io");
        let registry = RegistryHost::parse(host).map_err(|_| form)?.host;
        let image = ImageReference::parse(text, Some(&registry)).map_err(|_| form)?;
        if text.len() > Self::MAX_BYTES {
            return Err(form);
        }
        Ok(Self { text: text.to_owned(), registry, image })
    }

    /// Returns the text, as it was typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// A Git repository: by SSH, which requires a key, or by https, which uses none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GitAddress {
    /// By SSH.
    Ssh(Repository),
    /// By https or http, as it was typed.
    Http(String),
}

impl GitAddress {
    /// Parses an address; ignores white space around it.
    pub fn parse(text: &str) -> Result<Self, UsageProblem> {
        let text = text.trim();
        let form = UsageProblem::GitForm;
        let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
            return Repository::parse(text).map(Self::Ssh).map_err(|_| form);
        };
        let (place, path) = rest.split_once('/').ok_or(form)?;
        if place.contains('@') {
            return Err(UsageProblem::GitUserInfo);
        }
        let good_path = !path.trim_matches('/').is_empty()
            && !path.contains(|c: char| c.is_control() || c.is_whitespace() || matches!(c, '?' | '#' | '\\'));
        if host_and_port(place).is_none() || !good_path || text.len() > Repository::MAX_BYTES {
            return Err(form);
        }
        Ok(Self::Http(text.to_owned()))
    }

    /// Returns the text, as it was typed.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Ssh(repository) => repository.as_str(),
            Self::Http(text) => text,
        }
    }
}

/// A branch of a repository (git-check-ref-format(1)); at most 200 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch(String);

impl Branch {
    /// The maximum length, in characters.
    pub const MAX_CHARS: usize = 200;

    /// Parses a name; ignores white space around it. `None` if it is empty: the default branch.
    pub fn parse(text: &str) -> Result<Option<Self>, UsageProblem> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let good_part =
            |part: &str| !part.is_empty() && !part.starts_with('.') && part.strip_suffix(".lock").is_none();
        let bad = |c: char| c.is_control() || c.is_whitespace() || "~^:?*[\\".contains(c);
        let good = text.chars().count() <= Self::MAX_CHARS
            && text.split('/').all(good_part)
            && !text.contains(bad)
            && !text.contains("..")
            && !text.contains("@{")
            && !text.starts_with('-')
            && !text.ends_with('.')
            && text != "@";
        if good { Ok(Some(Self(text.to_owned()))) } else { Err(UsageProblem::Branch) }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The target that is pulled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsageTarget {
    /// A container image.
    Image(ImageAddress),
    /// A Git repository.
    Dataset(GitAddress),
}

impl UsageTarget {
    /// Returns the kind of usage.
    pub fn kind(&self) -> UsageKind {
        match self {
            Self::Image(_) => UsageKind::Image,
            Self::Dataset(_) => UsageKind::Dataset,
        }
    }

    /// Returns the text, as it was typed.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Image(image) => image.as_str(),
            Self::Dataset(address) => address.as_str(),
        }
    }

    /// Returns whether a secret for this registry host fits; keys fit any host.
    pub fn is_served_by(&self, registry_host: Option<&str>) -> bool {
        match self {
            Self::Image(image) => {
                let host = registry_host.and_then(|host| RegistryHost::parse(host).ok());
                host.is_some_and(|known| known.host.serves(&image.registry, image.image.name()))
            }
            Self::Dataset(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn image_parse_reads_references() {
        let hub = "https://index.docker.io/v1/";
        for (text, registry, name, reference) in [
            ("ghcr.io/group/app:1.0", "ghcr.io", "group/app", "1.0"),
            (" localhost:5000/app ", "localhost:5000", "app", "latest"),
            ("localhost/app", "localhost", "app", "latest"),
            ("alpine", hub, "alpine", "latest"),
            ("group/app:x", hub, "group/app", "x"),
            ("docker.io/library/alpine:3", hub, "library/alpine", "3"),
            ("Harbor.Example/a/b/c", "harbor.example", "a/b/c", "latest"),
            ("[2001:db8::1]:5000/app", "[2001:db8::1]:5000", "app", "latest"),
        ] {
            let image = ImageAddress::parse(text).unwrap();
            assert_eq!((image.as_str(), image.registry.as_str()), (text.trim(), registry));
            assert_eq!((image.image.name(), image.image.reference()), (name, reference), "{text}");
            assert!(UsageTarget::Image(image.clone()).is_served_by(Some(registry)));
            assert!(!UsageTarget::Image(image.clone()).is_served_by(Some("quay.io")));
            let below = format!("{}/{name}", registry.replace(hub, "docker.io"));
            assert_eq!(UsageTarget::Image(image).is_served_by(Some(&below)), text != "alpine", "{below}");
        }
        for text in [
            "",
            "/",
            "https://ghcr.io/a",
            "ghcr.io/",
            "ghcr.io/A",
            "u:p@ghcr.io/a",
            "ghcr.io:0/a",
            "a b",
            &"a/".repeat(600),
        ] {
            assert_eq!(ImageAddress::parse(text), Err(UsageProblem::ImageForm), "{text}");
        }
    }

    #[test]
    fn git_url_parse_reads_addresses() {
        for text in ["git@github.com:group/app.git", "ssh://git@host:2222/a"] {
            assert!(matches!(GitAddress::parse(text), Ok(GitAddress::Ssh(_))), "{text}");
        }
        for text in ["https://github.com/group/app.git", "http://host:8080/a"] {
            assert_eq!(GitAddress::parse(&format!(" {text}\n")).unwrap().as_str(), text);
        }
        for text in ["https://u:p@host/a", "https://token@host/a"] {
            assert_eq!(GitAddress::parse(text), Err(UsageProblem::GitUserInfo), "{text}");
        }
        for text in [
            "",
            "https://host",
            "https://host/",
            "https://ho st/a",
            "https://host/a?b",
            "ftp://host/a",
            "app",
        ] {
            assert_eq!(GitAddress::parse(text), Err(UsageProblem::GitForm), "{text}");
        }
    }

    #[test]
    fn branch_parse_follows_the_rule_of_git() {
        assert_eq!(Branch::parse(" \n"), Ok(None));
        for text in ["main", "feature/a-b", "v1.2", "größe"] {
            assert_eq!(Branch::parse(text).unwrap().unwrap().as_str(), text);
        }
        for text in [
            "-x",
            "a..b",
            "a b",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a/.b",
            "a.lock",
            "a.",
            "@",
            "a@{b",
            "a~1",
            "a:b",
            &"a".repeat(201),
        ] {
            assert_eq!(Branch::parse(text), Err(UsageProblem::Branch), "{text}");
        }
    }

    proptest! {
        #[test]
        fn parse_never_panics_and_is_idempotent(text in any::<String>(), other in "[a-z@:/\\[\\]|.~ -]{0,30}") {
            for text in [&text, &other] {
                if let Ok(image) = ImageAddress::parse(text) {
                    prop_assert_eq!(ImageAddress::parse(image.as_str()), Ok(image));
                }
                if let Ok(address) = GitAddress::parse(text) {
                    prop_assert_eq!(GitAddress::parse(address.as_str()), Ok(address));
                }
                if let Ok(Some(branch)) = Branch::parse(text) {
                    prop_assert_eq!(Branch::parse(branch.as_str()), Ok(Some(branch)));
                }
            }
        }
    }
}
