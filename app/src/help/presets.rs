//! The texts about registries in common use.

use domain::secret::RegistryPreset;

/// The texts about a registry.
pub struct PresetTexts {
    /// The form of the host.
    pub host: &'static str,
    /// The meaning of the username.
    pub username: &'static str,
    /// The meaning of the password, and the rights that it needs.
    pub password: &'static str,
    /// The lifetime of a password.
    pub lifetime: &'static str,
}

impl PresetTexts {
    /// Returns the texts about this registry.
    pub fn of(preset: RegistryPreset) -> Self {
        match preset.key {
            "docker-hub" => Self {
                host: t!(preset_docker_hub_host),
                username: t!(preset_docker_hub_username),
                password: t!(preset_docker_hub_password),
                lifetime: t!(preset_docker_hub_lifetime),
            },
            "ghcr" => Self {
                host: t!(preset_ghcr_host),
                username: t!(preset_ghcr_username),
                password: t!(preset_ghcr_password),
                lifetime: t!(preset_ghcr_lifetime),
            },
            "gitlab" => Self {
                host: t!(preset_gitlab_host),
                username: t!(preset_gitlab_username),
                password: t!(preset_gitlab_password),
                lifetime: t!(preset_gitlab_lifetime),
            },
            "quay" => Self {
                host: t!(preset_quay_host),
                username: t!(preset_quay_username),
                password: t!(preset_quay_password),
                lifetime: t!(preset_quay_lifetime),
            },
            "ecr" => Self {
                host: t!(preset_ecr_host),
                username: t!(preset_ecr_username),
                password: t!(preset_ecr_password),
                lifetime: t!(preset_ecr_lifetime),
            },
            "gar" => Self {
                host: t!(preset_gar_host),
                username: t!(preset_gar_username),
                password: t!(preset_gar_password),
                lifetime: t!(preset_gar_lifetime),
            },
            "acr" => Self {
                host: t!(preset_acr_host),
                username: t!(preset_acr_username),
                password: t!(preset_acr_password),
                lifetime: t!(preset_acr_lifetime),
            },
            _ => Self {
                host: t!(preset_other_host),
                username: t!(preset_other_username),
                password: t!(preset_other_password),
                lifetime: t!(preset_other_lifetime),
            },
        }
    }
}

/// Returns the name of a registry for people.
pub fn label(preset: RegistryPreset) -> &'static str {
    if preset.key == "other" { t!(preset_other) } else { preset.label }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn preset_texts_are_those_of_the_registry() {
        let hosts: BTreeSet<&str> = RegistryPreset::ALL.map(|preset| PresetTexts::of(preset).host).into();
        assert_eq!(hosts.len(), RegistryPreset::ALL.len());
        let [_, .., other] = RegistryPreset::ALL;
        assert_eq!(label(other), other.label);
    }
}
