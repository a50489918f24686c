//! How a secret is used: examples with the portal's own address, to be copied. They never contain a value.

use crate::{
    here_only::HereOnly,
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
                        <CopyButton target what=t!(examples_copy)/>
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
            <h2 id="examples-title">{t!(examples_heading)}</h2>
            <p class="hint">
                {icon!("token")}
                " "
                {t!(examples_lead, address: "/tokens/new")}
            </p>
            <HereOnly/>
            {examples}
        </section>
    }
}

/// Returns the name of the tool for secrets of this type, and what the example does.
fn title_and_lead(tool: Tool, kind: SecretKind) -> (&'static str, &'static str) {
    match (tool, kind) {
        (Tool::Kubectl, SecretKind::ImagePull) => (t!(examples_kubectl_pods), t!(examples_kubectl_pods_lead)),
        (Tool::Kubectl, SecretKind::GitDataset) => (t!(examples_kubectl_git), t!(examples_kubectl_git_lead)),
        (Tool::ExternalSecrets, _) => (t!(examples_external_secrets), t!(examples_external_secrets_lead)),
        (Tool::ArgoCd, SecretKind::GitDataset) => (t!(examples_argo_cd), t!(examples_argo_cd_lead)),
        (Tool::ArgoCd, SecretKind::ImagePull) => {
            (t!(examples_image_updater), t!(examples_image_updater_lead))
        }
        (Tool::Flux, SecretKind::GitDataset) => (t!(examples_flux), t!(examples_flux_git_lead)),
        (Tool::Flux, SecretKind::ImagePull) => (t!(examples_flux), t!(examples_flux_image_lead)),
        (Tool::Docker, _) => (t!(examples_docker_login), t!(examples_docker_login_lead)),
        (Tool::Git, _) => (t!(examples_git_clone), t!(examples_git_clone_lead)),
    }
}
