//! Errors.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// Problem details (RFC 9457).
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ProblemDetails {
    /// What sort of problem: a word that stays the same.
    #[schema(example = "invalid")]
    pub r#type: String,
    /// The status in words.
    pub title: Cow<'static, str>,
    /// The status of the answer.
    pub status: u16,
    /// What happened, and what to do.
    pub detail: String,
    /// What is wrong with which field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldDetail>,
    /// Of a change that came in between: who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<String>,
    /// Of a change that came in between: when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<String>,
    /// Of a change that came in between: the version that is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Of a secret that holds the same: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

/// What is wrong with one field.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct FieldDetail {
    /// The member of the body, or the parameter.
    pub field: String,
    /// What is wrong, and what to do.
    pub detail: String,
}
