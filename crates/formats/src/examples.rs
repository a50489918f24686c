//! Examples of how clusters and tools use a secret, for the page of the secret and for docs/. They read the value with an
//! API token from the environment, and never contain one.

mod quoted;

use domain::{
    connection_test::{ImageReference, Repository},
    percent,
    secret::{RegistryHost, SecretId, SecretKind},
};
use quoted::{sh_word, yaml_scalar};

/// The namespace of examples that may be in any.
const NAMESPACE: &str = "ci";

/// A repository where a secret has no test target.
const SOME_REPOSITORY: &str = "git@git.example:group/data.git";

/// A tool that uses secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// `kubectl apply`; for images with a pod, for Git with one that runs git-sync.
    Kubectl,
    /// External Secrets Operator.
    ExternalSecrets,
    /// Argo CD; for images its Image Updater.
    ArgoCd,
    /// Flux.
    Flux,
    /// `docker login`.
    Docker,
    /// `git clone`.
    Git,
}

impl Tool {
    /// Returns the tools that use secrets of this type.
    pub fn of(kind: SecretKind) -> [Self; 5] {
        let last = match kind {
            SecretKind::GitDataset => Self::Git,
            SecretKind::ImagePull => Self::Docker,
        };
        [Self::Kubectl, Self::ExternalSecrets, Self::ArgoCd, Self::Flux, last]
    }
}

/// A part of an example, to be copied as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Commands for a shell.
    Sh(String),
    /// A manifest.
    Yaml(String),
}

/// A secret that examples are made for.
#[derive(Clone, Copy, Debug)]
pub struct ExampleSource<'a> {
    /// The origin of the portal, without a slash at its end. It stands in double quotation marks.
    pub origin: &'a str,
    /// The id.
    pub id: &'a SecretId,
    /// The registry host and the username; only for image-pull secrets.
    pub account: Option<(&'a str, &'a str)>,
    /// The repository or the image that the secret is tested on.
    pub target: Option<&'a str>,
}

impl ExampleSource<'_> {
    /// Returns the example for this tool, in the order in which its parts are used.
    pub fn parts(&self, tool: Tool) -> Vec<Part> {
        let kind = self.id.kind;
        match (tool, kind) {
            (Tool::Kubectl, SecretKind::ImagePull) => vec![self.apply("", NAMESPACE), self.pod()],
            (Tool::Kubectl, SecretKind::GitDataset) => vec![self.apply("", NAMESPACE), self.git_sync()],
            (Tool::ExternalSecrets, _) => vec![token_of_store(), self.store(), self.external_secret()],
            (Tool::ArgoCd, SecretKind::ImagePull) => vec![self.apply("image-updater", "argocd")],
            (Tool::ArgoCd, SecretKind::GitDataset) => vec![self.argo_cd(), self.application()],
            (Tool::Flux, SecretKind::ImagePull) => vec![self.apply("", "flux-system")],
            (Tool::Flux, SecretKind::GitDataset) => vec![self.apply("flux", "flux-system"), self.source()],
            (Tool::Docker, SecretKind::ImagePull) => vec![self.docker_login()],
            (Tool::Git, SecretKind::GitDataset) => vec![self.git_clone()],
            (Tool::Docker, SecretKind::GitDataset) | (Tool::Git, SecretKind::ImagePull) => Vec::new(),
        }
    }

    /// Pipes what the portal answers at this address of the secret into a command.
    fn piped(&self, address: &str, command: &str) -> Part {
        let Self { origin, id, .. } = self;
        Part::Sh(format!(
            "{AUTHORIZED}\n  curl -fsS -H @- \"{origin}/api/v1/secrets/{id}/{address}\" |\n  {command}\n"
        ))
    }

    /// Applies the Kubernetes Secret in this format, the usual one if it is empty.
    fn apply(&self, format: &str, namespace: &str) -> Part {
        let format = if format.is_empty() { String::new() } else { format!("shape={format}&") };
        self.piped(&format!("manifest?{format}namespace={namespace}"), "kubectl apply -f -")
    }

    /// Applies the Secret by which Argo CD finds the repository, whose address the portal knows only if there is a test
    /// target.
    fn argo_cd(&self) -> Part {
        if self.repository().is_some() {
            return self.apply("argocd", "argocd");
        }
        let Self { origin, id, .. } = self;
        Part::Sh(format!(
            "{AUTHORIZED}\n  curl -fsS -H @- --get \"{origin}/api/v1/secrets/{id}/manifest\" \\\n    --data shape=argocd \
             --data namespace=argocd --data-urlencode \"url={SOME_REPOSITORY}\" |\n  kubectl apply -f -\n"
        ))
    }

    fn repository(&self) -> Option<Repository> {
        self.target.and_then(|target| Repository::parse(target).ok())
    }

    /// Returns the address of the repository as programs accept it.
    fn url(&self) -> String {
        self.repository().map_or_else(|| SOME_REPOSITORY.to_owned(), |repository| repository.url())
    }

    /// Returns the image that the secret is tested on, or one of its registry.
    fn image(&self) -> String {
        let host = self.account.and_then(|(host, _)| RegistryHost::parse(host).ok()).map(|known| known.host);
        let Some(host) = host else { return "ghcr.io/group/app:1.2".to_owned() };
        let registry = if host.is_docker_hub() { "docker.io" } else { host.authority() };
        match self.target.and_then(|target| ImageReference::parse(target, Some(&host)).ok()) {
            Some(image) => format!("{registry}/{}", image.as_str()),
            None => format!("{registry}/{}/app:1.2", host.path().unwrap_or("group")),
        }
    }

    fn pod(&self) -> Part {
        Part::Yaml(format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\n  namespace: {NAMESPACE}\nspec:\n  imagePullSecrets:\n    \
             - name: {}\n  containers:\n    - name: app\n      image: {}\n",
            self.id,
            yaml_scalar(&self.image())
        ))
    }

    fn git_sync(&self) -> Part {
        let option = format!("--repo={}", self.url());
        Part::Yaml(
            include_str!("examples/git-sync.yaml")
                .replace("--repo=git@git.example:group/data.git", &yaml_scalar(&option))
                .replace("gitsync-secret-data", &self.id.to_string()),
        )
    }

    fn store(&self) -> Part {
        Part::Yaml(include_str!("examples/store.yaml").replace("https://latchkey.example", self.origin))
    }

    fn external_secret(&self) -> Part {
        let id = self.id;
        let template = match id.kind {
            SecretKind::ImagePull => "\n    template:\n      type: kubernetes.io/dockerconfigjson",
            SecretKind::GitDataset => "",
        };
        Part::Yaml(format!(
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: {id}\n  namespace: {NAMESPACE}\n\
             spec:\n  refreshInterval: 10m\n  secretStoreRef:\n    kind: ClusterSecretStore\n    name: latchkey\n  target:\n    \
             name: {id}{template}\n  dataFrom:\n    - extract:\n        key: {id}\n"
        ))
    }

    fn application(&self) -> Part {
        Part::Yaml(format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {}\n  namespace: argocd\nspec:\n  \
             project: default\n  source:\n    repoURL: {}\n    targetRevision: HEAD\n    path: .\n  destination:\n    \
             server: https://kubernetes.default.svc\n    namespace: {NAMESPACE}\n",
            yaml_scalar(self.id.name.as_str()),
            yaml_scalar(&self.url())
        ))
    }

    fn source(&self) -> Part {
        Part::Yaml(format!(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n  name: {}\n  namespace: flux-system\n\
             spec:\n  interval: 10m\n  url: {}\n  ref:\n    branch: main\n  secretRef:\n    name: {}\n",
            yaml_scalar(self.id.name.as_str()),
            yaml_scalar(&with_scheme(&self.url())),
            self.id
        ))
    }

    fn docker_login(&self) -> Part {
        let (host, username) = self.account.unwrap_or_default();
        let host = RegistryHost::parse(host).map(|known| known.host);
        let registry = match &host {
            Ok(host) if host.is_docker_hub() => "docker.io",
            Ok(host) => host.authority(),
            Err(_) => "",
        };
        let login =
            format!("docker login --username {} --password-stdin {}", sh_word(username), sh_word(registry));
        self.piped("value?shape=raw", &login)
    }

    fn git_clone(&self) -> Part {
        let repository = self.repository().map_or_else(
            || "\"$REPOSITORY\"".to_owned(),
            |repository| sh_word(repository.as_str()).into_owned(),
        );
        Part::Sh(
            include_str!("examples/git-clone.sh")
                .replace("$LATCHKEY_URL", self.origin)
                .replace("gitsync-secret-data", &self.id.to_string())
                .replace("\"$REPOSITORY\"", &repository),
        )
    }
}

/// The beginning of a request: curl reads the token from standard input, because everybody on the machine could see an
/// argument.
const AUTHORIZED: &str = "printf 'Authorization: Bearer %s' \"$LATCHKEY_TOKEN\" |";

/// Puts the token into the Secret that the store refers to.
fn token_of_store() -> Part {
    Part::Sh(include_str!("examples/token.sh").to_owned())
}

/// Returns the address of a repository with the scheme that Flux requires.
fn with_scheme(url: &str) -> String {
    if url.starts_with("ssh://") {
        return url.to_owned();
    }
    let bracket = url.find(']').unwrap_or_default();
    let Some(colon) = url[bracket..].find(':').map(|at| at + bracket) else { return url.to_owned() };
    let path = url[colon + 1..].trim_start_matches('/');
    format!("ssh://{}/{}", &url[..colon], percent::encode_path(path))
}

#[cfg(test)]
mod tests;
