//! The server functions. Each reads the request's context, asks the service, and answers.

use super::input::{Saved, SecretEdit, SecretInput};
use crate::{error::ApiError, wire::StrictJson};
use domain::{
    page::SecretPage,
    secret::{SecretDetails, SecretId},
};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    super::actions,
    crate::ssr::{answer, request},
    domain::page::ListQuery,
};

/// One page of the list; the argument is the query string of the list's address.
#[server(prefix = "/api/ui", endpoint = "list_secrets", input = StrictJson, output = StrictJson)]
pub async fn list_secrets(input: String) -> Result<SecretPage, ApiError> {
    let (backend, ctx) = request()?;
    answer(backend.secrets().list(&ctx, &ListQuery::parse(&input)).await)
}

/// What may be shown of one secret.
#[server(prefix = "/api/ui", endpoint = "get_secret", input = StrictJson, output = StrictJson)]
pub async fn get_secret(input: SecretId) -> Result<SecretDetails, ApiError> {
    let (backend, ctx) = request()?;
    answer(backend.secrets().get(&ctx, &input).await)
}

/// Adds a secret.
#[server(prefix = "/api/ui", endpoint = "create_secret", input = StrictJson, output = StrictJson)]
pub async fn create_secret(input: SecretInput) -> Result<Saved, ApiError> {
    let (backend, ctx) = request()?;
    answer(actions::create(&backend, &ctx, &input).await)
}

/// Changes a secret. A blank value keeps the stored one.
#[server(prefix = "/api/ui", endpoint = "update_secret", input = StrictJson, output = StrictJson)]
pub async fn update_secret(input: SecretEdit) -> Result<Saved, ApiError> {
    let (backend, ctx) = request()?;
    answer(actions::update(&backend, &ctx, input).await)
}

/// Deletes a secret; answers with its display name.
#[server(prefix = "/api/ui", endpoint = "delete_secret", input = StrictJson, output = StrictJson)]
pub async fn delete_secret(input: SecretId) -> Result<String, ApiError> {
    let (backend, ctx) = request()?;
    answer(actions::delete(&backend, &ctx, &input).await)
}
