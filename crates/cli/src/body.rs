//! The JSON that is sent to add a secret or to change one.

use crate::failure::Failure;
use domain::{secret::SecretKind, sensitive::Sensitive};
use serde::Serialize;

/// The members of a secret to add or a change; what is left out is not sent.
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) r#type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) registry_host: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) password_ends: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) passphrase: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) generate: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repository: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) known_hosts: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) renew_every_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stop_when_expired: Option<bool>,
    // The older name is the one that every portal parses.
    #[serde(rename = "knowingly", skip_serializing_if = "std::ops::Not::not")]
    pub(super) allow_duplicate: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) imported_from: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) imported_from_total: Option<usize>,
    // A portal that does not know the member rejects the request, and adds nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) dry_run: bool,
}

impl<'a> Body<'a> {
    /// Puts the value into the member that secrets of this type have it in.
    pub(super) fn with_value(self, kind: SecretKind, value: Option<&'a Sensitive>) -> Self {
        let value = value.map(Sensitive::expose);
        match kind {
            SecretKind::GitDataset => Self { secret: value, ..self },
            SecretKind::ImagePull => Self { password: value, ..self },
        }
    }

    /// Returns the JSON.
    pub(super) fn json(&self) -> Result<Sensitive, Failure> {
        let text = serde_json::to_string(self).map(Sensitive::new);
        text.map_err(|_| Failure::new("the request cannot be written"))
    }
}
