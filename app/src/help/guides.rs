//! The steps of each guide. Without headings, because they are shown under a page's heading, and folded in a
//! form.

use super::presets::{PresetTexts, label};
use crate::{imports::IMPORT, ssr};
use domain::secret::RegistryPreset;
use leptos::prelude::*;

/// Renders the steps to an access token of Docker Hub.
pub fn docker_hub() -> AnyView {
    view! {
        <ol>
            <li>{t!(help_docker_hub_open)}</li>
            <li>{t!(help_docker_hub_generate)}</li>
            <li>{t!(help_docker_hub_copy)}</li>
            <li>{t!(help_docker_hub_here)}</li>
        </ol>
        <p>{t!(help_docker_hub_names)}</p>
    }
    .into_any()
}

/// Renders the steps to a classic token of GitHub.
pub fn ghcr() -> AnyView {
    view! {
        <ol>
            <li>{t!(help_ghcr_account)}</li>
            <li>{t!(help_ghcr_open)}</li>
            <li>{t!(help_ghcr_scope)}</li>
            <li>{t!(help_ghcr_copy)}</li>
            <li>{t!(help_ghcr_here)}</li>
        </ol>
    }
    .into_any()
}

/// Renders the steps to a deploy token of GitLab.
pub fn gitlab() -> AnyView {
    view! {
        <ol>
            <li>{t!(help_gitlab_open)}</li>
            <li>{t!(help_gitlab_add)}</li>
            <li>{t!(help_gitlab_copy)}</li>
            <li>{t!(help_gitlab_here)}</li>
        </ol>
    }
    .into_any()
}

/// Renders a short description of every registry.
pub fn registries() -> AnyView {
    let parts = RegistryPreset::ALL
        .into_iter()
        .map(|preset| {
            view! {
                <section>
                    <h2>{label(preset)}</h2>
                    {facts(preset)}
                </section>
            }
        })
        .collect_view();
    view! {
        <p>{t!(preset_lead)}</p>
        {parts}
    }
    .into_any()
}

/// Renders the host, username and password of a registry, and how long passwords last.
pub fn facts(preset: RegistryPreset) -> impl IntoView {
    let texts = PresetTexts::of(preset);
    let host = preset.host.map(|host| view! { <code>{host}</code> " " });
    view! {
        <dl>
            <dt>{t!(preset_host)}</dt>
            <dd>{host} {texts.host}</dd>
            <dt>{t!(preset_username)}</dt>
            <dd>{texts.username}</dd>
            <dt>{t!(preset_password)}</dt>
            <dd>{texts.password}</dd>
            <dt>{t!(preset_expires)}</dt>
            <dd>{texts.lifetime}</dd>
        </dl>
    }
}

fn create_a_pair() -> impl IntoView {
    view! {
        <li>
            {t!(help_pair)}
            <pre>
                <code>"ssh-keygen -t ed25519 -N \"\" -C latchkey -f deploy-key"</code>
            </pre>
            {t!(help_pair_files)}
        </li>
    }
}

fn paste_the_private_key() -> impl IntoView {
    view! {
        <li>{t!(help_private)}</li>
        <li>{t!(help_delete_files)}</li>
    }
}

/// Renders the steps to a deploy key at GitHub.
pub fn github_deploy_key() -> AnyView {
    view! {
        <ol>
            {create_a_pair()}
            <li>{t!(help_github_key_add)}</li>
            {paste_the_private_key()}
        </ol>
        <p>{t!(help_github_key_address)}</p>
    }
    .into_any()
}

/// Renders the steps to a deploy key at GitLab.
pub fn gitlab_deploy_key() -> AnyView {
    view! {
        <ol>
            {create_a_pair()}
            <li>{t!(help_gitlab_key_add)}</li>
            {paste_the_private_key()}
        </ol>
        <p>{t!(help_gitlab_key_address)}</p>
    }
    .into_any()
}

/// Renders what can be imported.
pub fn import() -> AnyView {
    view! {
        {importable()}
        <p>
            <a class="button" href=IMPORT>
                {t!(imports_heading)}
            </a>
        </p>
    }
    .into_any()
}

/// Renders the same for the page Import.
pub fn importable() -> impl IntoView {
    view! {
        <p>{t!(help_importable)}</p>
        <ul>
            <li>{t!(help_importable_docker)}</li>
            <li>{t!(help_importable_registry)}</li>
            <li>{t!(help_importable_key)}</li>
            <li>{t!(help_importable_cluster)}</li>
            <li>{t!(help_importable_beside)}</li>
            <li>{t!(help_importable_several)}</li>
        </ul>
        <p>{t!(help_importable_wait)}</p>
    }
}

/// Renders what happens to a value.
pub fn values() -> AnyView {
    let days = ssr::request().map_or(0, |(backend, _)| backend.secrets().keep_deleted().0);
    view! {
        <ul>
            <li>{t!(help_values_transit)}</li>
            <li>{t!(help_values_rest)}</li>
            <li>{t!(help_values_elsewhere)}</li>
            <li>{t!(help_values_readers)}</li>
            <li>{t!(help_values_changes, days)}</li>
        </ul>
        <p>{t!(help_values_limits)}</p>
    }
    .into_any()
}
