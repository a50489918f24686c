//! Registries in common use, and their hosts. Only the server renders them, so that they are not part of the download.

use super::RegistryHost;
use crate::sensitive::Sensitive;

/// A registry, or a kind of registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistryPreset {
    /// The key, for forms and as a class in pages.
    pub key: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// The host, if it is the same for everybody.
    pub host: Option<&'static str>,
    /// The suffix that all hosts of this kind have, if any.
    suffix: Option<&'static str>,
}

/// The usernames whose passwords expire after hours.
const SHORT_LIVED: [(&str, u8); 3] = [
    // `aws ecr get-login-password`
    ("AWS", 12),
    // `gcloud auth print-access-token`
    ("oauth2accesstoken", 1),
    // `az acr login --expose-token`
    ("00000000-0000-0000-0000-000000000000", 3),
];

/// The beginnings of tokens that expire after hours.
const SHORT_LIVED_TOKENS: [(&str, u8); 2] = [
    // An installation of a GitHub App.
    ("ghs_", 1),
    // A person, by a GitHub App.
    ("ghu_", 8),
];

impl RegistryPreset {
    /// Every preset, in the order of the form; the last is for every other registry.
    pub const ALL: [Self; 8] = [
        Self {
            key: "docker-hub",
            label: "Docker Hub",
            host: Some("https://index.docker.io/v1/"),
            suffix: None,
        },
        Self { key: "ghcr", label: "GitHub Container Registry", host: Some("ghcr.io"), suffix: None },
        Self { key: "gitlab", label: "GitLab", host: Some("registry.gitlab.com"), suffix: None },
        Self { key: "quay", label: "Quay", host: Some("quay.io"), suffix: None },
        Self { key: "ecr", label: "Amazon ECR", host: None, suffix: Some(".amazonaws.com") },
        Self { key: "gar", label: "Google Artifact Registry", host: None, suffix: Some(".pkg.dev") },
        Self { key: "acr", label: "Azure Container Registry", host: None, suffix: Some(".azurecr.io") },
        Self { key: "other", label: "Harbor or another", host: None, suffix: None },
    ];

    /// Returns the preset for a stored host.
    pub fn of(host: &RegistryHost) -> Self {
        let [docker_hub, .., other] = Self::ALL;
        let name = host.authority();
        if name == docker_hub.host.unwrap_or_default() {
            return docker_hub;
        }
        let known = Self::ALL
            .into_iter()
            .find(|preset| preset.host == Some(name) || preset.suffix.is_some_and(|end| name.ends_with(end)));
        known.unwrap_or(other)
    }
}

/// Returns after how many hours the password of this username expires, if it is known to be short-lived by either.
pub fn short_life(username: &str, password: &Sensitive) -> Option<u8> {
    let by_username = SHORT_LIVED.into_iter().find(|(known, _)| *known == username);
    let by_token = || SHORT_LIVED_TOKENS.into_iter().find(|(start, _)| password.expose().starts_with(start));
    by_username.or_else(by_token).map(|(_, hours)| hours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_fill_in_hosts_that_need_no_correction() {
        for preset in RegistryPreset::ALL {
            if let Some(host) = preset.host {
                let normalized = RegistryHost::parse(host).unwrap();
                assert_eq!(normalized.host.as_str(), host);
                assert!(normalized.corrections.is_empty(), "{host}");
                assert_eq!(RegistryPreset::of(&normalized.host), preset);
            }
        }
    }

    #[test]
    fn preset_of_recognizes_the_hosts_of_each_preset() {
        for (host, key) in [
            ("docker.io", "docker-hub"),
            ("123456789012.dkr.ecr.eu-central-1.amazonaws.com", "ecr"),
            ("europe-west1-docker.pkg.dev", "gar"),
            ("team.azurecr.io", "acr"),
            ("harbor.example.com", "other"),
            ("ghcr.io.example.com", "other"),
            ("ghcr.io:8443", "other"),
        ] {
            assert_eq!(RegistryPreset::of(&RegistryHost::parse(host).unwrap().host).key, key, "{host}");
        }
    }

    #[test]
    fn short_life_depends_on_the_username_or_the_kind_of_token() {
        let life = |username: &str, password: &str| short_life(username, &Sensitive::new(password));
        assert_eq!(life("AWS", "x"), Some(12));
        assert_eq!(life("oauth2accesstoken", "x"), Some(1));
        assert_eq!(life("robot", "x"), None);
        assert_eq!(
            (life("robot", "ghs_x"), life("robot", "ghu_x"), life("robot", "ghp_x")),
            (Some(1), Some(8), None)
        );
    }
}
