//! The server function behind "Test connection". It answers with what is to be shown: the browser needs to know nothing of
//! causes and their words.

use crate::{error::ApiError, secrets::input::SecretInput, wire::StrictJson};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    super::{actions, answer},
    crate::ssr::{refuse, request},
};

/// Tries what stands in a form; where no value was typed, the stored one of the secret that `of` names.
#[server(prefix = "/api/ui", endpoint = "check_secret", input = StrictJson, output = StrictJson)]
pub async fn check_secret(input: SecretInput) -> Result<String, ApiError> {
    let (backend, ctx) = request()?;
    let report = actions::typed(&backend, &ctx, &input).await.map_err(refuse)?;
    Ok(answer::html(report, &input, false))
}
