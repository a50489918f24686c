//! Notes on what was found in a file.

use super::Encryption;
use crate::{connection_test::KnownHosts, error::Problem, secret::PasswordEnd, time::Timestamp};

/// A program that keeps credentials outside the docker config. Only known programs are named, because the contents of a file
/// are never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialHelper {
    /// The macOS keychain.
    Keychain,
    /// Docker Desktop.
    Desktop,
    /// The Windows credential manager.
    Windows,
    /// The Secret Service of GNOME and KDE.
    SecretService,
    /// The password store `pass`.
    Pass,
    /// Amazon ECR.
    Ecr,
    /// Google Cloud.
    Google,
    /// Azure Container Registry.
    Azure,
    /// Any other program.
    Other,
}

impl CredentialHelper {
    const ALL: [(Self, &'static str); 12] = [
        (Self::Keychain, "osxkeychain"),
        (Self::Desktop, "desktop"),
        (Self::Desktop, "desktop.exe"),
        (Self::Windows, "wincred"),
        (Self::SecretService, "secretservice"),
        (Self::Pass, "pass"),
        (Self::Ecr, "ecr-login"),
        (Self::Google, "gcloud"),
        (Self::Google, "gcr"),
        (Self::Azure, "acr-env"),
        (Self::Azure, "acr"),
        (Self::Other, "other"),
    ];

    /// Returns the helper with this name in a docker config, without `docker-credential-`.
    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|(_, known)| *known == name).map_or(Self::Other, |(helper, _)| helper)
    }

    fn code(self) -> &'static str {
        Self::ALL.into_iter().find(|(helper, _)| *helper == self).map_or("other", |(_, name)| name)
    }

    fn label(self) -> &'static str {
        match self {
            Self::Keychain => "the macOS keychain",
            Self::Desktop => "Docker Desktop",
            Self::Windows => "the Windows credential manager",
            Self::SecretService => "the desktop's secret service",
            Self::Pass => "the password store pass",
            Self::Ecr => "Amazon's helper",
            Self::Google => "Google's helper",
            Self::Azure => "Azure's helper",
            Self::Other => "another program",
        }
    }

    /// Returns whether the helper makes its values for each use, so that no value can be imported.
    pub fn makes_its_own(self) -> bool {
        matches!(self, Self::Ecr | Self::Google | Self::Azure)
    }
}

/// A note on an object that was found in a file: beside a credential that may be chosen, or in its place. Kept as a short
/// text while the import waits, and never carries a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The registry's address was corrected.
    HostCorrected,
    /// Another credential of the file is for the same registry.
    SameRegistry,
    /// `username` and `password` differ from `auth`; `auth` counts, as for Docker.
    Disagreement,
    /// The password is of a kind that expires after this number of hours.
    ShortLived(u8),
    /// The password says of itself that it expires at this time.
    Expires(Timestamp),
    /// The whole config leaves its credentials to a program.
    StoredBy(CredentialHelper),
    /// A program keeps the credential of the registry.
    HelpedBy(CredentialHelper),
    /// The entry has a token of `docker login`, which is not a password.
    IdentityToken,
    /// The same long text is username and password: a token, which the place of a username would reveal.
    TokenAsUsername,
    /// An entry without a credential.
    Empty,
    /// `auth` is not the base64 of `user:password`.
    BadAuth,
    /// The Secret's data is not base64.
    BadData,
    /// The Secret's data is not a docker config.
    BadConfig,
    /// The config has a credential and a program besides, which Docker asks.
    HelperFirst(CredentialHelper),
    /// Docker keeps a session from signing in with a browser.
    DockerSession,
    /// The username or the password is a number.
    Number,
    /// The entry has a password or token without a username.
    NoUsername,
    /// The entry has a username without a password.
    NoPassword,
    /// The password begins or ends with invisible characters.
    PasswordEnd(PasswordEnd),
    /// The credential is encrypted.
    Encrypted(Encryption),
    /// The entry has a username and password for a Git repository by https.
    HttpsRepository,
    /// The entry has a username and password for a repository of Helm charts.
    ChartRepository,
    /// The entry has a GitHub App's key.
    GithubApp,
    /// The entry has a username and password for an unknown registry.
    NoHost,
    /// The account is for the images below a path.
    PathScoped,
    /// The address stands for all repositories that begin with it, so no repository is tested.
    RepositoryPrefix,
    /// The address is not an SSH address, so no repository is tested.
    RepositoryUnread,
    /// The same key occurs elsewhere for other repositories.
    OtherRepositories,
    /// The known hosts beside the key cannot be parsed.
    KnownHostsUnread,
    /// Some of the known hosts beside the key are left out, because there are too many.
    KnownHostsCut,
    /// The account is for more registries than are imported.
    RegistriesCut,
    /// The problem that the form would show.
    Wrong(Problem),
}

impl Note {
    /// Returns what was found and what to do.
    #[expect(clippy::too_many_lines, reason = "a table: a sentence for each note")]
    pub fn message(&self) -> String {
        let text = match self {
            Self::HostCorrected => "Host corrected to the form that clients look up.",
            Self::SameRegistry => "Another entry here is for the same registry. Import one of them.",
            Self::Disagreement => {
                "“auth” differs from “username” and “password”. “auth” is imported, because Docker and Kubernetes use it."
            }
            Self::ShortLived(hours) => {
                let plural = if *hours == 1 { "hour" } else { "hours" };
                return format!(
                    "This kind of password expires after {hours} {plural} and must be renewed automatically."
                );
            }
            Self::Expires(at) => {
                return format!(
                    "The password contains its own end, {}. It becomes the end of the secret.",
                    at.rfc3339()
                );
            }
            Self::StoredBy(helper) => {
                return format!(
                    "This config keeps its credentials in {} (“credsStore”), not in the file. Create a token at each registry and add it by hand.",
                    helper.label()
                );
            }
            Self::HelpedBy(helper) if helper.makes_its_own() => {
                return format!(
                    "{} creates a new password for each use (“credHelpers”), so the file has none. Create a robot account or a long-lived token at the registry, if it offers them, and add it by hand.",
                    helper.label()
                );
            }
            Self::HelpedBy(helper) => {
                return format!(
                    "The credential is kept in {}, not in the file. Create a token at the registry and add it by hand.",
                    helper.label()
                );
            }
            Self::IdentityToken => {
                "This is an identity token of a personal docker login, not a username and password. Clusters can't use it. Create an access token at the registry and add it by hand."
            }
            Self::TokenAsUsername => {
                "The username and the password are the same long text, probably a token. It is left out, because usernames are visible to everyone who can see secrets. Add it by hand, with the account's name or email address as the username."
            }
            Self::Empty => {
                "There is no username or password here. Docker leaves such an entry when the credential is kept elsewhere. Create a token at the registry and add it by hand."
            }
            Self::BadAuth => {
                "“auth” isn't base64 of username:password. It may be incomplete or edited. Sign in to the registry again, or add the credential by hand."
            }
            Self::BadData => "The data isn't base64 of a text. If it was typed by hand, use “stringData”.",
            Self::BadConfig => "The data isn't a Docker config. Check how the Secret was created.",
            Self::HelperFirst(helper) => {
                return format!(
                    "Docker doesn't use this entry: its config sends this registry to {}. Kubernetes uses the entry, but it may be outdated.",
                    helper.label()
                );
            }
            Self::DockerSession => {
                "This is a token of Docker's own browser sign-in, which nothing else can use. Create an access token at Docker Hub and add it by hand."
            }
            Self::Number => {
                "The username or password is a number without quotes, which Docker and Kubernetes reject. Put it in quotes; leading zeros may be missing."
            }
            Self::NoUsername => {
                "There is a password or token here, but no username. Add it by hand, with the account's name. If the registry accepts any username, its guide says which one to use."
            }
            Self::NoPassword => {
                "There is a username here, but no password. Create a token at the registry and add it by hand."
            }
            Self::PasswordEnd(end) => end.message(),
            Self::Encrypted(encryption) => encryption.message(),
            Self::HttpsRepository => {
                "This is a username and password for a Git repository over HTTPS. Latchkey stores SSH keys for repositories: create a deploy key and add it."
            }
            Self::ChartRepository => {
                "This account is for a repository of Helm charts over HTTPS, not for an image registry."
            }
            Self::GithubApp => {
                "This is the key of a GitHub App, not an SSH key. Create a deploy key for the repository and add it."
            }
            Self::NoHost => {
                "There is a username and a password here, but no registry. Add it by hand, with the registry host."
            }
            Self::PathScoped => {
                "Only for images below this path. Podman, Skopeo, Buildah and the kubelet look accounts up by path, the longest first. Docker looks them up by host, and uses this one for the whole registry."
            }
            Self::RepositoryPrefix => {
                "The address stands for all repositories that begin with it, so no test repository is set."
            }
            Self::RepositoryUnread => {
                "The address isn't an SSH address such as ssh://git@host:2222/group/app.git, so no test repository is set."
            }
            Self::OtherRepositories => {
                "The same key is used here for several repositories. The first one becomes the test repository."
            }
            Self::KnownHostsUnread => {
                "The known hosts stored with the key can't be read and are left out. Test the secret to approve the host's key."
            }
            Self::KnownHostsCut => {
                return format!(
                    "The known hosts stored with the key exceed {} KiB, so some or all of them are left out. Add those of its own host by hand, or test the secret to approve the host's key.",
                    KnownHosts::MAX_BYTES / 1024
                );
            }
            Self::RegistriesCut => {
                "This account is for more registries than can be imported from one Secret, so the last of them are left out. Add it for those by hand."
            }
            Self::Wrong(Problem::Unknown) => {
                "Another version of the portal read this file. Import it again to see what is wrong here."
            }
            Self::Wrong(problem) => return problem.message(),
        };
        text.to_owned()
    }

    /// Returns the text form.
    pub fn code(&self) -> String {
        let plain = match self {
            Self::HostCorrected => "host-corrected",
            Self::SameRegistry => "same-registry",
            Self::Disagreement => "disagreement",
            Self::ShortLived(hours) => return format!("short-lived/{hours}"),
            Self::Expires(at) => return format!("expires/{}", at.micros()),
            Self::StoredBy(helper) => return format!("stored-by/{}", helper.code()),
            Self::HelpedBy(helper) => return format!("helped-by/{}", helper.code()),
            Self::IdentityToken => "identity-token",
            Self::TokenAsUsername => "token-as-username",
            Self::Empty => "empty",
            Self::BadAuth => "bad-auth",
            Self::BadData => "bad-data",
            Self::BadConfig => "bad-config",
            Self::HelperFirst(helper) => return format!("helper-first/{}", helper.code()),
            Self::DockerSession => "docker-session",
            Self::Number => "number",
            Self::NoUsername => "no-username",
            Self::NoPassword => "no-password",
            Self::PasswordEnd(end) => return format!("password-end/{}", end.as_str()),
            Self::Encrypted(encryption) => return format!("encrypted/{}", encryption.code()),
            Self::HttpsRepository => "https-repository",
            Self::ChartRepository => "chart-repository",
            Self::GithubApp => "github-app",
            Self::NoHost => "no-host",
            Self::PathScoped => "path-scoped",
            Self::RepositoryPrefix => "repository-prefix",
            Self::RepositoryUnread => "repository-unread",
            Self::OtherRepositories => "other-repositories",
            Self::KnownHostsUnread => "known-hosts-unread",
            Self::KnownHostsCut => "known-hosts-cut",
            Self::RegistriesCut => "registries-cut",
            Self::Wrong(problem) => return format!("wrong/{}", problem.code()),
        };
        plain.to_owned()
    }

    /// Parses the text form.
    pub fn parse(code: &str) -> Option<Self> {
        let (what, rest) = code.split_once('/').unwrap_or((code, ""));
        Some(match what {
            "host-corrected" => Self::HostCorrected,
            "same-registry" => Self::SameRegistry,
            "disagreement" => Self::Disagreement,
            "short-lived" => Self::ShortLived(rest.parse().ok()?),
            "expires" => Self::Expires(Timestamp::parse_micros(rest)?),
            "stored-by" => Self::StoredBy(CredentialHelper::named(rest)),
            "helped-by" => Self::HelpedBy(CredentialHelper::named(rest)),
            "identity-token" => Self::IdentityToken,
            "token-as-username" => Self::TokenAsUsername,
            "empty" => Self::Empty,
            "bad-auth" => Self::BadAuth,
            "bad-data" => Self::BadData,
            "bad-config" => Self::BadConfig,
            "helper-first" => Self::HelperFirst(CredentialHelper::named(rest)),
            "docker-session" => Self::DockerSession,
            "number" => Self::Number,
            "no-username" => Self::NoUsername,
            "no-password" => Self::NoPassword,
            "password-end" => Self::PasswordEnd(PasswordEnd::parse(rest)?),
            "encrypted" => Self::Encrypted(Encryption::parse(rest)?),
            "https-repository" => Self::HttpsRepository,
            "chart-repository" => Self::ChartRepository,
            "github-app" => Self::GithubApp,
            "no-host" => Self::NoHost,
            "path-scoped" => Self::PathScoped,
            "repository-prefix" => Self::RepositoryPrefix,
            "repository-unread" => Self::RepositoryUnread,
            "other-repositories" => Self::OtherRepositories,
            "known-hosts-unread" => Self::KnownHostsUnread,
            "known-hosts-cut" => Self::KnownHostsCut,
            "registries-cut" => Self::RegistriesCut,
            "wrong" => Self::Wrong(Problem::parse(rest)),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
