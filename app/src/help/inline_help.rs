//! The guides within the form of a secret: the server puts them into the page, and the browser leaves them as they are.

use super::{guides, presets::label, topic};
use crate::{secrets::server_markup::ServerMarkup, ui::rendered::InEachLanguage};
use domain::secret::{RegistryHost, RegistryPreset};
use leptos::prelude::*;

/// Returns the text about where a private key comes from.
pub fn key_help() -> ServerMarkup {
    static KEYS: InEachLanguage<ServerMarkup> = InEachLanguage::empty();
    KEYS.get(|| ServerMarkup::render(keys())).clone()
}

/// Renders a choice of registries, with the facts of the chosen one under it, which the style sheet shows, so
/// that it works without JavaScript too. The value of a choice is the host, if everybody's is the same.
///
/// Each choice has one such text, which is rendered once in each language.
pub fn registries(host: &str) -> ServerMarkup {
    static NONE_CHOSEN: InEachLanguage<ServerMarkup> = InEachLanguage::empty();
    static EACH_CHOSEN: [InEachLanguage<ServerMarkup>; RegistryPreset::ALL.len()] =
        [const { InEachLanguage::empty() }; RegistryPreset::ALL.len()];
    let chosen = RegistryHost::parse(host).ok().map(|normalized| RegistryPreset::of(&normalized.host).key);
    let number = RegistryPreset::ALL.iter().position(|preset| Some(preset.key) == chosen);
    let texts = number.and_then(|number| EACH_CHOSEN.get(number)).unwrap_or(&NONE_CHOSEN);
    texts.get(|| ServerMarkup::render(choosing(chosen))).clone()
}

/// Renders the choice of registries, with this one chosen.
fn choosing(chosen: Option<&'static str>) -> impl RenderHtml {
    let options = RegistryPreset::ALL
        .map(|preset| {
            view! {
                <option class=preset.key value=preset.host.unwrap_or_default() selected={Some(preset.key) == chosen}>
                    {label(preset)}
                </option>
            }
        })
        .collect_view();
    let facts = RegistryPreset::ALL
        .map(|preset| {
            let guide = match topic(preset.key) {
                Some(topic) => view! {
                    <details class="guide">
                        <summary>{t!(help_where)}</summary>
                        {(topic.steps)()}
                    </details>
                }
                .into_any(),
                None => view! {
                    <p class="hint">
                        <a href="/help/registries" target="_blank" rel="noopener">
                            {t!(preset_all)}
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
                <label for="registry">{t!(preset_registry)}</label>
                <span aria-hidden="true">{t!(form_optional)}</span>
            </div>
            <p class="hint" id="registry-hint">{t!(preset_hint)}</p>
            <select id="registry" name="registry" aria-describedby="registry-hint" autocomplete="off">
                <option value="" selected={chosen.is_none()}>
                    {t!(preset_choose)}
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
            <summary>{t!(help_where)}</summary>
            <p>
                <b>{t!(help_for_github)}</b>
            </p>
            {guides::github_deploy_key()}
            <p>
                <b>{t!(help_for_gitlab)}</b>
            </p>
            {guides::gitlab_deploy_key()}
        </details>
    }
}
