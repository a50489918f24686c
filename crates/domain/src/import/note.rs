//! Notes on what was found in a file.

use super::Encryption;
use crate::{connection_test::KnownHosts, error::Problem, secret::PasswordEnd};

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
            Self::SecretService => "the desktop’s secret service",
            Self::Pass => "the password store pass",
            Self::Ecr => "Amazon’s helper",
            Self::Google => "Google’s helper",
            Self::Azure => "Azure’s helper",
            Self::Other => "another program",
        }
    }

    /// Returns whether the helper makes its values for each use, so that no value can be imported.
    fn makes_its_own(self) -> bool {
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
        match self {
            Self::HostCorrected => {
                "The registry’s address was put right: this is the one that clients look for.".to_owned()
            }
            Self::SameRegistry => {
                "Another credential here is for the same registry. Clients use one: choose which.".to_owned()
            }
            Self::Disagreement => {
                "“auth” and “username”, “password” do not say the same. What is in “auth” is \
                 imported, since that is what Docker and Kubernetes use."
                    .to_owned()
            }
            Self::ShortLived(hours) => {
                let plural = if *hours == 1 { "hour" } else { "hours" };
                format!(
                    "A password of this kind is good for {hours} {plural} from when it was made, so it may be over \
                     already. Something has to replace it regularly."
                )
            }
            Self::StoredBy(helper) => format!(
                "This config keeps its credentials with {} (“credsStore”), so they are not in the file. For each \
                 registry, make a token there and add it by hand.",
                helper.label()
            ),
            Self::HelpedBy(helper) if helper.makes_its_own() => format!(
                "Its password is made anew by {} for each use (“credHelpers”), so there is none in the file. Make a \
                 robot account or long-lived token at the registry, where it has such, and add it by hand.",
                helper.label()
            ),
            Self::HelpedBy(helper) => format!(
                "Its credential is kept by {}, not in the file. Make a token at the registry and add it by hand.",
                helper.label()
            ),
            Self::IdentityToken => {
                "This is an identity token of one person’s docker login, and no username with a \
                 password: clusters cannot use it. Make an access token at the registry and add it by hand."
                    .to_owned()
            }
            Self::TokenAsUsername => "The same long text is username and password here: a token in both places. Usernames \
                 are shown to whoever may see secrets, so it is left out. Add it by hand, with the account’s name or \
                 e-mail address as the username."
                .to_owned(),
            Self::Empty => {
                "There is no username and password here: Docker leaves such an entry behind when the \
                 credential is kept elsewhere. Make a token at the registry and add it by hand."
                    .to_owned()
            }
            Self::BadAuth => {
                "Its “auth” is not the base64 of username:password. It may have been cut or edited: \
                 sign in to the registry again, or add it by hand."
                    .to_owned()
            }
            Self::BadData => {
                "Its data is not base64 of a text. If it was typed by hand, use “stringData”.".to_owned()
            }
            Self::BadConfig => {
                "Its data is not a docker config. Look at where the Secret was made.".to_owned()
            }
            Self::HelperFirst(helper) => format!(
                "Docker itself would not use this entry: its config sends it to {} for this registry. Kubernetes uses the \
                 entry, which may be an old one.",
                helper.label()
            ),
            Self::DockerSession => {
                "Docker keeps a token of its own sign-in by browser here, which nothing else can use. Make an access token \
                 at Docker Hub and add it by hand."
                    .to_owned()
            }
            Self::Number => {
                "Its username or password is a number without quotes, which Docker and Kubernetes reject. Put it in \
                 quotes: zeros at its beginning may be missing."
                    .to_owned()
            }
            Self::NoUsername => {
                "There is a password or token here and no username. Add it by hand, with the account’s name; where a \
                 registry takes any, its guide says which."
                    .to_owned()
            }
            Self::NoPassword => {
                "There is a username here and no password. Make a token at the registry and add it by hand.".to_owned()
            }
            Self::PasswordEnd(end) => end.message().to_owned(),
            Self::Encrypted(encryption) => encryption.message().to_owned(),
            Self::HttpsRepository => {
                "This is a username and password for a Git repository by https. The portal keeps SSH keys for \
                 repositories: make a deploy key there and add it."
                    .to_owned()
            }
            Self::ChartRepository => {
                "This is an account for a repository of Helm charts by https, which is not an image registry.".to_owned()
            }
            Self::GithubApp => {
                "This is the key of a GitHub App, which is no SSH key. Make a deploy key at the repository and add it."
                    .to_owned()
            }
            Self::NoHost => {
                "There is a username with its password here, and not for which registry. Add it by hand, with the \
                 registry host."
                    .to_owned()
            }
            Self::PathScoped => {
                "For the images below this path alone: Podman, Skopeo, Buildah and the kubelet look accounts up by path, \
                 the longest first. Docker looks them up by host, and takes it for all of the registry."
                    .to_owned()
            }
            Self::RepositoryPrefix => {
                "Its address stands for all repositories that begin with it. No repository to try is taken from it."
                    .to_owned()
            }
            Self::RepositoryUnread => {
                "Its address is not taken as the repository to try: that is one by SSH, such as \
                 ssh://git@host:2222/group/app.git."
                    .to_owned()
            }
            Self::OtherRepositories => {
                "The same key stands here for several repositories. The first is taken as the one to try.".to_owned()
            }
            Self::KnownHostsUnread => {
                "The known hosts beside it cannot be read and are left out. Test the secret to approve the host’s key."
                    .to_owned()
            }
            Self::KnownHostsCut => format!(
                "The known hosts beside it are more than the {} KiB that a secret keeps, so that some or all of them are left \
                 out. Add those of its own host by hand, or test the secret to approve the host’s key.",
                KnownHosts::MAX_BYTES / 1024
            ),
            Self::RegistriesCut => {
                "This account is for more registries than are taken over from one Secret, so that the last of them are left \
                 out. Add it for those by hand."
                    .to_owned()
            }
            Self::Wrong(Problem::Unknown) => {
                "Another version of the portal read this file. Import it again to see what is wrong here.".to_owned()
            }
            Self::Wrong(problem) => problem.island_message(),
        }
    }

    /// Returns the text form.
    pub fn code(&self) -> String {
        let plain = match self {
            Self::HostCorrected => "host-corrected",
            Self::SameRegistry => "same-registry",
            Self::Disagreement => "disagreement",
            Self::ShortLived(hours) => return format!("short-lived/{hours}"),
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
