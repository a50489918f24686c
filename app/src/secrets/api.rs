//! The server functions. Each reads the request's context, does the action, and answers; the flash waits in a
//! cookie for the next page.

use super::input::{SecretEdit, SecretInput};
use crate::{error::ApiError, wire::StrictJson};
use domain::secret::SecretId;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    super::actions,
    crate::ssr::{answer, request},
};

/// Adds a secret.
#[server(prefix = "/api/ui", endpoint = "create_secret", input = StrictJson, output = StrictJson)]
pub async fn create_secret(input: SecretInput) -> Result<(), ApiError> {
    let (backend, ctx) = request()?;
    answer(actions::create(&backend, &ctx, &input).await)
}

/// Changes a secret. A blank value keeps the stored one.
#[server(prefix = "/api/ui", endpoint = "update_secret", input = StrictJson, output = StrictJson)]
pub async fn update_secret(input: SecretEdit) -> Result<(), ApiError> {
    let (backend, ctx) = request()?;
    answer(actions::update(&backend, &ctx, input).await)
}

/// Deletes an unused secret; a used one needs a confirmation on a page. A secret that is gone already counts
/// as deleted.
#[server(prefix = "/api/ui", endpoint = "delete_secret", input = StrictJson, output = StrictJson)]
pub async fn delete_secret(input: SecretId) -> Result<(), ApiError> {
    let (backend, ctx) = request()?;
    answer(actions::delete(&backend, &ctx, &input, "").await)
}
