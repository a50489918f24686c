//! The export formats of a credential: each is read by one family of tools.

use super::SecretKind;

/// The export format: the keys under which a value is exported.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// `ssh` and `known_hosts`: git-sync and others that mount its key.
    GitSync,
    /// `ssh-privatekey`: Kubernetes' own `kubernetes.io/ssh-auth`.
    SshAuth,
    /// `ssh-publickey`, `ssh-privatekey` and `known_hosts`: Rancher and Fleet.
    Rancher,
    /// `identity`, `identity.pub` and `known_hosts`: Flux.
    Flux,
    /// `url`, `type` and `sshPrivateKey`: Argo CD.
    ArgoCd,
    /// `.dockerconfigjson`: the kubelet, Docker and everything that reads its config.
    DockerConfigJson,
    /// `username` and `password`: `kubernetes.io/basic-auth`.
    UsernamePassword,
    /// `credentials`, a text of username, colon and password: Argo CD Image Updater.
    ImageUpdater,
    /// The value by itself, as plain text.
    Raw,
}

impl ExportFormat {
    /// Every variant.
    pub const ALL: [Self; 9] = [
        Self::GitSync,
        Self::SshAuth,
        Self::Rancher,
        Self::Flux,
        Self::ArgoCd,
        Self::DockerConfigJson,
        Self::UsernamePassword,
        Self::ImageUpdater,
        Self::Raw,
    ];

    /// Returns the default format of a secret of this type.
    pub fn default_of(kind: SecretKind) -> Self {
        match kind {
            SecretKind::GitDataset => Self::GitSync,
            SecretKind::ImagePull => Self::DockerConfigJson,
        }
    }

    /// Returns the form in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitSync => "git-sync",
            Self::SshAuth => "ssh-auth",
            Self::Rancher => "rancher",
            Self::Flux => "flux",
            Self::ArgoCd => "argocd",
            Self::DockerConfigJson => "dockerconfigjson",
            Self::UsernamePassword => "username-password",
            Self::ImageUpdater => "image-updater",
            Self::Raw => "raw",
        }
    }

    /// Parses `as_str`'s form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.as_str() == text)
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
