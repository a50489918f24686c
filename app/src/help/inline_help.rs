//! The guides within the form of a secret: the server puts them into the page, and the browser leaves them as they are.

use super::{guides, topic};
use crate::secrets::server_markup::ServerMarkup;
use domain::secret::{RegistryHost, RegistryPreset};
use leptos::prelude::*;
use std::sync::LazyLock;

/// Returns the text about where a private key comes from.
pub fn key_help() -> ServerMarkup {
    static KEYS: LazyLock<ServerMarkup> = LazyLock::new(|| ServerMarkup::render(keys()));
    KEYS.clone()
}

/// Renders a choice of registries, with the facts of the chosen one under it, which the style sheet shows, so
/// that it works without JavaScript too. The value of a choice is the host, if everybody's is the same.
///
/// Each choice has one such text, which is rendered once.
pub fn registries(host: &str) -> ServerMarkup {
    static NONE_CHOSEN: LazyLock<ServerMarkup> = LazyLock::new(|| ServerMarkup::render(choosing(None)));
    static EACH_CHOSEN: LazyLock<[ServerMarkup; RegistryPreset::ALL.len()]> =
        LazyLock::new(|| RegistryPreset::ALL.map(|preset| ServerMarkup::render(choosing(Some(preset.key)))));
    let chosen = RegistryHost::parse(host).ok().map(|normalized| RegistryPreset::of(&normalized.host).key);
    let number = RegistryPreset::ALL.iter().position(|preset| Some(preset.key) == chosen);
    number.and_then(|number| EACH_CHOSEN.get(number)).unwrap_or(&NONE_CHOSEN).clone()
}

/// Renders the choice of registries, with this one chosen.
fn choosing(chosen: Option<&'static str>) -> impl RenderHtml {
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
    view! {
        <div class="field">
            <div class="label-line">
                <label for="registry">"Registry"</label>
                <span aria-hidden="true">"optional"</span>
            </div>
            <p class="hint" id="registry-hint">
                "Fills in the host and explains which username and password to use."
            </p>
            <select id="registry" name="registry" aria-describedby="registry-hint" autocomplete="off">
                <option value="" selected={chosen.is_none()}>
                    "Choose…"
                </option>
                {options}
            </select>
            {facts}
        </div>
    }
}

/// Renders where a private key comes from.
fn keys() -> impl RenderHtml {
    view! {
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
    }
}
