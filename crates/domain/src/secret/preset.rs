//! Registries in common use: their hosts, what serves as username and password, and how long passwords last. Only the server
//! renders them, so that they are not part of the download.

use super::RegistryHost;

/// A registry, or a kind of registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistryPreset {
    /// The key, for forms and as a class in pages.
    pub key: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// The host, if it is the same for everybody.
    pub host: Option<&'static str>,
    /// The form of the host.
    pub host_hint: &'static str,
    /// The meaning of the username.
    pub username: &'static str,
    /// The meaning of the password, and the rights that it needs.
    pub password: &'static str,
    /// The lifetime of a password.
    pub lifetime: &'static str,
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

impl RegistryPreset {
    /// Every preset, in the order of the form; the last is for every other registry.
    pub const ALL: [Self; 8] = [
        Self {
            key: "docker-hub",
            label: "Docker Hub",
            host: Some("https://index.docker.io/v1/"),
            host_hint: "This is the one of its names that every client finds; docker.io and the others become it.",
            username: "The Docker ID, or the organisation’s name with an organisation access token. Not an e-mail address.",
            password: "An access token with read access. The account’s own password works too, but opens everything.",
            lifetime: "Until the date that was chosen for it, or until it is revoked.",
            suffix: None,
        },
        Self {
            key: "ghcr",
            label: "GitHub Container Registry",
            host: Some("ghcr.io"),
            host_hint: "The same for every organisation; GitHub Enterprise Server has a host of its own.",
            username: "The GitHub account that the token belongs to.",
            password: "A personal access token (classic) with read:packages. Fine-grained tokens do not work there.",
            lifetime: "Until the date that was chosen for it; an organisation may have to authorise it for single sign-on.",
            suffix: None,
        },
        Self {
            key: "gitlab",
            label: "GitLab",
            host: Some("registry.gitlab.com"),
            host_hint: "A GitLab of your own has its registry’s host on the page Deploy, Container registry.",
            username: "The deploy token’s username, such as gitlab+deploy-token-1.",
            password: "The deploy token, with read_registry. GitLab shows it once.",
            lifetime: "Until the date that was chosen for it; without one until it is revoked.",
            suffix: None,
        },
        Self {
            key: "quay",
            label: "Quay",
            host: Some("quay.io"),
            host_hint: "Red Hat Quay of your own: its host, with the port where it is not 443.",
            username: "The robot account’s whole name: organisation+robot.",
            password: "The robot account’s token, with read access to the repository.",
            lifetime: "Until it is regenerated or the robot account is deleted.",
            suffix: None,
        },
        Self {
            key: "ecr",
            label: "Amazon ECR",
            host: None,
            host_hint: "<account>.dkr.ecr.<region>.amazonaws.com, such as 123456789012.dkr.ecr.eu-central-1.amazonaws.com.",
            username: "AWS, always.",
            password: "What aws ecr get-login-password prints.",
            lifetime: "12 hours. Something has to store a new one before that; in a cluster on AWS, let the nodes’ role pull instead.",
            suffix: Some(".amazonaws.com"),
        },
        Self {
            key: "gar",
            label: "Google Artifact Registry",
            host: None,
            host_hint: "<region>-docker.pkg.dev, such as europe-west1-docker.pkg.dev.",
            username: "_json_key for a service account’s key as it is, _json_key_base64 for its base64.",
            password: "The whole key file of a service account with the role Artifact Registry Reader.",
            lifetime: "The key: until it is deleted. With the username oauth2accesstoken, an access token: one hour.",
            suffix: Some(".pkg.dev"),
        },
        Self {
            key: "acr",
            label: "Azure Container Registry",
            host: None,
            host_hint: "<name>.azurecr.io, in lower case.",
            username: "The name of a repository-scoped token, or a service principal’s application id.",
            password: "The token’s password, or the service principal’s secret, with AcrPull.",
            lifetime: "Until the date that was chosen for it; what az acr login makes is good for three hours.",
            suffix: Some(".azurecr.io"),
        },
        Self {
            key: "other",
            label: "Harbor or another",
            host: None,
            host_hint: "As in the names of its images, with the port where it is not 443: harbor.example.org, images.example.org:8443.",
            username: "Harbor: the robot account’s whole name, such as robot$project+puller. Elsewhere: an account that may pull.",
            password: "The robot account’s secret, or a token that may pull and no more.",
            lifetime: "Harbor: 30 days where nothing else was chosen for the robot account. Elsewhere: ask whoever runs it.",
            suffix: None,
        },
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

/// Returns after how many hours the password of this username expires, if it is short-lived.
pub fn short_life(username: &str) -> Option<u8> {
    SHORT_LIVED.into_iter().find(|(known, _)| *known == username).map(|(_, hours)| hours)
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
    fn short_life_depends_on_the_username() {
        assert_eq!(short_life("AWS"), Some(12));
        assert_eq!(short_life("oauth2accesstoken"), Some(1));
        assert_eq!(short_life("robot"), None);
    }
}
