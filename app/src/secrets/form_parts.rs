//! The parts of a secret's form in which nothing has to respond at once: the server renders them.

use super::{
    input::{GENERATE, Typed},
    keys::key_address,
    server_markup::ServerMarkup,
};
use crate::{
    help::inline_help::registries,
    ssr, texts,
    ui::{field::FieldText, icon::icon, line::Line, select::option},
};
use domain::{
    error::Field,
    secret::{NewSshKeyKind, SecretDetails, SecretKind, StoredSshKey},
};
use leptos::prelude::*;

/// Renders the types as cards, to choose one of. The style sheet shows the fields of the chosen type, with and without
/// JavaScript.
pub fn types(chosen: &str, autofocus: bool) -> ServerMarkup {
    let chosen = SecretKind::parse(chosen).unwrap_or(SecretKind::GitDataset);
    let cards = SecretKind::ALL
        .map(|kind| {
            let (icon, says) = match kind {
                SecretKind::GitDataset => (icon!("git"), t!(secret_form_git_dataset)),
                SecretKind::ImagePull => (icon!("box"), t!(secret_form_image_pull)),
            };
            let id = format!("type-{}", kind.as_str());
            let hint = format!("{id}-hint");
            let is_chosen = kind == chosen;
            view! {
                <div class="type-card">
                    <input
                        type="radio"
                        id=id.clone()
                        name=Field::Type.name()
                        value=kind.as_str()
                        checked=is_chosen
                        aria-describedby=hint.clone()
                        autocomplete="off"
                        autofocus={autofocus && is_chosen}
                    />
                    <label for=id>{icon} {texts::kind(kind)}</label>
                    <p class="hint" id=hint>
                        {says}
                    </p>
                </div>
            }
        })
        .collect_view();
    ServerMarkup::render(view! {
        <fieldset class="cards" id=Field::Type.name() tabindex="-1" aria-describedby="type-hint">
            <legend>{texts::field(Field::Type)}</legend>
            <p class="hint" id="type-hint">
                {t!(secret_form_type_hint)}
            </p>
            {cards}
        </fieldset>
    })
}

/// Renders the type of a stored secret, which cannot be changed.
pub fn locked_type(kind: SecretKind) -> ServerMarkup {
    let (label, hint) = (texts::field(Field::Type), t!(secret_form_locked));
    let text = FieldText { id: Field::Type.name(), label, mark: "", hint };
    ServerMarkup::render(Line { locked: true, ..Line::TEXT }.field(
        text,
        Some(texts::kind(kind).to_owned()),
        None,
    ))
}

/// Renders the choice of registries folded, for a stored secret, whose registry is known.
pub fn folded_registries(host: &str) -> ServerMarkup {
    let ServerMarkup(choice) = registries(host);
    ServerMarkup::render(view! {
        <details class="fold">
            <summary>{t!(secret_form_registry_facts)}</summary>
            <div class="part" inner_html=choice></div>
        </details>
    })
}

/// Renders the key that a typed one replaces, in the place of the ways in which a new one comes; and the way to generate one, or
/// to the one that waits. Empty for secrets without a key.
pub fn stored_key(details: &SecretDetails) -> ServerMarkup {
    let SecretDetails { id, key, pending, .. } = details;
    if id.kind == SecretKind::ImagePull {
        return ServerMarkup::default();
    }
    let address = key_address(id, &ssr::query());
    let stored = match key {
        StoredSshKey::Known(facts) => {
            let kind = t!(key_kind, algorithm: facts.algorithm.label(), bits: facts.bits);
            t!(secret_form_stored_key, kind, fingerprint: &facts.fingerprint).view().into_any()
        }
        StoredSshKey::Unreadable => t!(key_unreadable).into_any(),
        StoredSshKey::Unknown => t!(key_unknown).into_any(),
    };
    let next = match pending {
        Some(_) => t!(secret_key_waits, address),
        None => t!(secret_form_generate_instead, address),
    };
    ServerMarkup::render(view! {
        <div class="stored-key">
            <p>{stored}</p>
            <p>{next}</p>
        </div>
    })
}

/// Renders the ways in which the key of a new Git dataset comes. The style sheet shows the fields of the chosen one. Only a
/// script can read a file into the form.
pub fn ways(typed: &Typed) -> ServerMarkup {
    let ways = [
        ("paste", t!(secret_form_paste)),
        ("file", t!(secret_form_file)),
        (GENERATE, t!(secret_form_generate)),
    ];
    let known = ways.iter().any(|(way, _)| *way == typed.way);
    let chosen = if known { typed.way.as_str() } else { "paste" };
    let choices = ways
        .map(|(way, label)| {
            let id = format!("way-{way}");
            view! {
                <span class="segment" class:needs-script={way == "file"}>
                    <input
                        type="radio"
                        id=id.clone()
                        name="way"
                        value=way
                        checked={way == chosen}
                        autocomplete="off"
                    />
                    <label for=id>{label}</label>
                </span>
            }
        })
        .collect_view();
    let rsa = NewSshKeyKind::Rsa4096;
    ServerMarkup::render(view! {
        <fieldset class="segments">
            <legend>{t!(secret_form_private_key)}</legend>
            {choices}
        </fieldset>
        <div class="generated-key">
            <p class="hint">
                {t!(secret_form_generate_hint)}
            </p>
            <div class="field">
                <div class="label-line">
                    <label for="generate">{t!(secret_form_key_type)}</label>
                </div>
                <select id="generate" name="generate" autocomplete="off">
                    {option(NewSshKeyKind::Ed25519.as_str(), "Ed25519", typed.generate != rsa.as_str())}
                    {option(rsa.as_str(), t!(secret_form_rsa), typed.generate == rsa.as_str())}
                </select>
            </div>
        </div>
    })
}
