//! The guides within the form of a secret: the server puts them into the page, and the browser leaves them as they are.

use super::{guides, topic};
use crate::secrets::server_markup::{FormHelp, ServerMarkup};
use domain::secret::{RegistryHost, RegistryPreset};
use leptos::prelude::*;

/// Returns the inline help for the form of a secret with this host in it.
pub fn form_help(host: &str) -> FormHelp {
    FormHelp { registries: registries(host), keys: keys() }
}

/// Renders a choice of registries, with the facts of the chosen one under it, which the style sheet shows, so
/// that it works without JavaScript too. The value of a choice is the host, if everybody's is the same.
fn registries(host: &str) -> ServerMarkup {
    let chosen = RegistryHost::parse(host).ok().map(|normalized| RegistryPreset::of(&normalized.host).key);
    let options = RegistryPreset::ALL
        .map(|preset| {
            view! {
                <option class=preset.key value=preset.host.unwrap_or_default() selected={Some(preset.key) == chosen}>
                    {preset.label}
                </option>
            }
        })
        .collect_view();
    let facts = RegistryPreset::ALL
        .map(|preset| {
            let guide = match topic(preset.key) {
                Some(topic) => view! {
                    <details class="guide">
                        <summary>"Where do I get this?"</summary>
                        {(topic.steps)()}
                    </details>
                }
                .into_any(),
                None => view! {
                    <p class="hint">
                        <a href="/help/registries" target="_blank" rel="noopener">
                            "All registries, in a new tab"
                        </a>
                    </p>
                }
                .into_any(),
            };
            view! { <div class=format!("facts {}", preset.key)>{guides::facts(preset)} {guide}</div> }
        })
        .collect_view();
    ServerMarkup::render(view! {
        <div class="field">
            <div class="label-line">
                <label for="registry">"Registry"</label>
                <span aria-hidden="true">"optional"</span>
            </div>
            <p class="hint" id="registry-hint">
                "Says what host, username and password are there, and stands in for the host where that is left empty."
            </p>
            <select id="registry" name="registry" aria-describedby="registry-hint" autocomplete="off">
                <option value="" selected={chosen.is_none()}>
                    "Not chosen"
                </option>
                {options}
            </select>
            {facts}
        </div>
    })
}

/// Renders where a private key comes from.
fn keys() -> ServerMarkup {
    ServerMarkup::render(view! {
        <details class="guide">
            <summary>"Where do I get this?"</summary>
            <p>
                <b>"For a repository at GitHub:"</b>
            </p>
            {guides::github_deploy_key()}
            <p>
                <b>"For a project at GitLab:"</b>
            </p>
            {guides::gitlab_deploy_key()}
        </details>
    })
}
