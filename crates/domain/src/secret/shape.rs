//! The export formats of a credential: each is read by one family of tools.

use super::SecretKind;

coded_enum! {
    /// The export format: the keys under which a value is exported.
    pub enum ExportFormat: as_str {
        /// `ssh` and `known_hosts`: git-sync and others that mount its key.
        GitSync = "git-sync";
        /// `ssh-privatekey`: Kubernetes' own `kubernetes.io/ssh-auth`.
        SshAuth = "ssh-auth";
        /// `ssh-publickey`, `ssh-privatekey` and `known_hosts`: Rancher and Fleet.
        Rancher = "rancher";
        /// `identity`, `identity.pub` and `known_hosts`: Flux.
        Flux = "flux";
        /// `url`, `type` and `sshPrivateKey`: Argo CD.
        ArgoCd = "argocd";
        /// `.dockerconfigjson`: the kubelet, Docker and everything that reads its config.
        DockerConfigJson = "dockerconfigjson";
        /// `username` and `password`: `kubernetes.io/basic-auth`.
        UsernamePassword = "username-password";
        /// `credentials`, a text of username, colon and password: Argo CD Image Updater.
        ImageUpdater = "image-updater";
        /// The value by itself, as plain text.
        Raw = "raw";
    }
}

impl ExportFormat {
    /// Returns the default format of a secret of this type.
    pub fn default_of(kind: SecretKind) -> Self {
        match kind {
            SecretKind::GitDataset => Self::GitSync,
            SecretKind::ImagePull => Self::DockerConfigJson,
        }
    }

    /// Returns whether a secret of this type has this format.
    pub fn fits(self, kind: SecretKind) -> bool {
        match self {
            Self::GitSync | Self::SshAuth | Self::Rancher | Self::Flux | Self::ArgoCd => {
                kind == SecretKind::GitDataset
            }
            Self::DockerConfigJson | Self::UsernamePassword | Self::ImageUpdater => {
                kind == SecretKind::ImagePull
            }
            Self::Raw => true,
        }
    }

    /// Returns the type of the Kubernetes Secret with these keys; `None` for a format that is not a Secret.
    pub fn kubernetes_type(self) -> Option<&'static str> {
        match self {
            Self::GitSync | Self::Flux | Self::ArgoCd | Self::ImageUpdater => Some("Opaque"),
            Self::SshAuth | Self::Rancher => Some("kubernetes.io/ssh-auth"),
            Self::DockerConfigJson => Some("kubernetes.io/dockerconfigjson"),
            Self::UsernamePassword => Some("kubernetes.io/basic-auth"),
            Self::Raw => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_of_fits_each_kind_and_makes_a_secret() {
        for kind in SecretKind::ALL {
            let shape = ExportFormat::default_of(kind);
            assert!(shape.fits(kind) && shape.kubernetes_type().is_some());
        }
        for shape in ExportFormat::ALL {
            assert_eq!(ExportFormat::parse(shape.as_str()), Some(shape));
            assert!(SecretKind::ALL.into_iter().any(|kind| shape.fits(kind)));
        }
    }
}
