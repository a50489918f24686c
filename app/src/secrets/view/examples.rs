//! How a secret is used: examples with the portal's own address, to be copied. They never contain a value.

use crate::{
    ssr,
    ui::{copy::CopyButton, icon::icon},
};
use backend::{ExamplePart, ExampleSource, Tool};
use domain::secret::{SecretDetails, SecretKind};
use leptos::prelude::*;

/// The section with the examples.
#[component]
pub fn Examples<'a>(details: &'a SecretDetails) -> impl IntoView + use<> {
    let origin = ssr::public_origin();
    let SecretDetails { id, registry_host, username, target, .. } = details;
    let source = ExampleSource {
        origin: &origin,
        id,
        account: registry_host.as_deref().zip(username.as_deref()),
        target: target.as_deref(),
    };
    let examples = Tool::of(id.kind)
        .into_iter()
        .enumerate()
        .map(|(number, tool)| {
            let (title, lead) = title_and_lead(tool, id.kind);
            let parts = source.parts(tool).into_iter().enumerate().map(|(part, text)| {
                let text = match text {
                    ExamplePart::Sh(text) | ExamplePart::Yaml(text) => text,
                };
                let target = format!("example-{number}-{part}");
                view! {
                    <div class="snippet">
                        <pre id=target.clone()>{text}</pre>
                        <CopyButton target what=" the example"/>
                    </div>
                }
            });
            let parts = parts.collect_view();
            view! {
                <details>
                    <summary>{title}</summary>
                    <p class="hint">{lead}</p>
                    {parts}
                </details>
            }
        })
        .collect_view();
    view! {
        <section class="examples" aria-labelledby="examples-title">
            <h2 id="examples-title">"How to use it"</h2>
            <p class="hint">
                {icon!("token")}
                " The examples read the value with an API token that has the scope Read values, from the variable "
                <code>"LATCHKEY_TOKEN"</code> ". " <a href="/tokens/new">"Create a token"</a>
            </p>
            {examples}
        </section>
    }
}

/// Returns the name of the tool for secrets of this type, and what the example does.
fn title_and_lead(tool: Tool, kind: SecretKind) -> (&'static str, &'static str) {
    match (tool, kind) {
        (Tool::Kubectl, SecretKind::ImagePull) => (
            "kubectl and pods",
            "Creates the Kubernetes Secret in a namespace. Pods in that namespace use it as an image pull secret.",
        ),
        (Tool::Kubectl, SecretKind::GitDataset) => (
            "kubectl and git-sync",
            "Creates the Kubernetes Secret with the keys ssh and known_hosts. git-sync needs both: trust the host's keys at the first test.",
        ),
        (Tool::ExternalSecrets, _) => (
            "External Secrets Operator",
            "Keeps the Kubernetes Secret up to date. You need the first two parts only once in each cluster.",
        ),
        (Tool::ArgoCd, SecretKind::GitDataset) => (
            "Argo CD",
            "Argo CD finds the Kubernetes Secret by its label. The application uses the same repository address.",
        ),
        (Tool::ArgoCd, SecretKind::ImagePull) => (
            "Argo CD Image Updater",
            "In its configuration, refer to the key credentials of this Kubernetes Secret.",
        ),
        (Tool::Flux, SecretKind::GitDataset) => (
            "Flux",
            "A GitRepository refers to the Kubernetes Secret. Flux needs the host's keys: trust them at the first test.",
        ),
        (Tool::Flux, SecretKind::ImagePull) => (
            "Flux",
            "Use the Kubernetes Secret as the secretRef of an ImageRepository, OCIRepository or HelmRepository.",
        ),
        (Tool::Docker, _) => ("docker login", "Docker stores the password in ~/.docker/config.json."),
        (Tool::Git, _) => (
            "git clone",
            "Run it as a script: it deletes the key when it ends. Without a test repository, set REPOSITORY to the address.",
        ),
    }
}
