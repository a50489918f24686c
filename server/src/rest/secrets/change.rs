//! Changing a secret, by JSON or by GraphQL.

use super::shown;
use crate::rest::{
    Answer, Caller, Problem, ProblemDetails,
    body::{Body, number_or_cleared, text_or_cleared},
    conditional::expected,
    id,
};
use api_types::Secret;
use axum::{extract::Path, http::HeaderMap};
use backend::Expected;
use domain::{
    error::Error,
    secret::{SecretDetails, SecretDraft, SecretId, SecretKind, SecretUpdate},
    sensitive::Sensitive,
    time::Timestamp,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// A change. What is left out stays as it is; null clears what a secret can be without.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretChange {
    /// What people see; an empty text makes it the name.
    #[schema(example = "Docker Hub")]
    pub(crate) display_name: Option<String>,
    /// Image pull: where the registry is.
    pub(crate) registry_host: Option<String>,
    /// Image pull: the account there.
    pub(crate) username: Option<String>,
    /// Image pull: its new password or token.
    #[schema(value_type = Option<String>, format = Password)]
    pub(crate) password: Option<Sensitive>,
    /// Image pull: what becomes of line breaks, blanks and invisible characters at the ends of the password: `keep` or
    /// `without`. Where it is left out and there are some, the password is refused.
    pub(crate) password_ends: Option<String>,
    /// Git dataset: a new SSH private key.
    #[schema(value_type = Option<String>, format = Password)]
    pub(crate) secret: Option<Sensitive>,
    /// Git dataset: what protects the new key.
    #[schema(value_type = Option<String>, format = Password)]
    pub(crate) passphrase: Option<Sensitive>,
    /// Git dataset: the repository to try; null or an empty text for none.
    #[serde(default, deserialize_with = "text_or_cleared")]
    pub(crate) repository: Option<String>,
    /// Git dataset: the keys of hosts to trust, as in a `known_hosts` file; null or an empty text for none.
    #[serde(default, deserialize_with = "text_or_cleared")]
    pub(crate) known_hosts: Option<String>,
    /// Image pull: the image to try; null or an empty text for none.
    #[serde(default, deserialize_with = "text_or_cleared")]
    pub(crate) image: Option<String>,
    /// When the value expires: a time (RFC 3339), or a day, for its end in UTC; null or an empty text for no end. A new value without a
    /// new end ends as it says itself, or as its kind does; otherwise it keeps an end that lies ahead, and loses one that has
    /// passed.
    #[schema(example = "2027-01-31T12:00:00Z")]
    #[serde(default, deserialize_with = "text_or_cleared")]
    pub(crate) expires_at: Option<String>,
    /// After how many days the value is to be renewed, 1 to 3650; null or 0 for never.
    #[schema(maximum = 3650)]
    #[serde(default, deserialize_with = "number_or_cleared")]
    pub(crate) renew_every_days: Option<u32>,
    /// Whether the value is handed out no more once it has expired: readers get 410 then.
    pub(crate) stop_when_expired: Option<bool>,
    /// Save it although another secret holds the same key or account. Its older name `knowingly` is deprecated,
    /// and still read.
    #[serde(default, alias = "knowingly")]
    pub(crate) allow_duplicate: bool,
}

impl SecretChange {
    /// Returns the draft: the stored fields, overridden by those that are sent.
    fn merge(self, stored: &SecretDetails) -> SecretDraft {
        let kept = |sent: Option<String>, stored: Option<&String>| {
            sent.unwrap_or_else(|| stored.cloned().unwrap_or_default())
        };
        let (repository, image) = match stored.id.kind {
            SecretKind::GitDataset => (stored.target.as_ref(), None),
            SecretKind::ImagePull => (None, stored.target.as_ref()),
        };
        SecretDraft {
            name: String::new(),
            display_name: kept(self.display_name, Some(&stored.display_name)),
            kind: stored.id.kind.as_str().to_owned(),
            private_key: self.secret.unwrap_or_default(),
            passphrase: self.passphrase.unwrap_or_default(),
            registry_host: kept(self.registry_host, stored.registry_host.as_ref()),
            username: kept(self.username, stored.username.as_ref()),
            password: self.password.unwrap_or_default(),
            password_ends: self.password_ends.unwrap_or_default(),
            allow_duplicate: if self.allow_duplicate { "yes".to_owned() } else { String::new() },
            repository: kept(self.repository, repository),
            known_hosts: kept(self.known_hosts, Some(&stored.known_hosts)),
            approved_hosts: String::new(),
            image: kept(self.image, image),
            expires_at: kept(
                self.expires_at,
                stored.dates.expires_at.map(Timestamp::rfc3339_micros).as_ref(),
            ),
            expires_zone: String::new(),
            renew_every_days: self
                .renew_every_days
                .or(stored.dates.renew_every_days.map(u32::from))
                .map_or_else(String::new, |days| if days == 0 { String::new() } else { days.to_string() }),
            stop_when_expired: if self.stop_when_expired.unwrap_or(stored.dates.stop_when_expired) {
                "yes".to_owned()
            } else {
                String::new()
            },
        }
    }

    pub(crate) fn misplaced(&self, kind: SecretKind) -> Option<&'static str> {
        misplaced!(self, kind)
    }
}

/// Change a secret
///
/// What is left out stays as it is, the value too. With `If-Match`, nothing is saved over a change that came in between, or
/// in another secret that has the name by now.
#[utoipa::path(
    patch, path = "/api/v1/secrets/{id}", tag = "Secrets", operation_id = "change_secret",
    params(
        ("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the secret as it was seen, or the number of its version in quotation marks"),
    ),
    request_body = SecretChange,
    responses(
        (status = 200, description = "Changed", body = Secret),
        (status = 404, description = "There is no such secret", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "Another secret holds the same, or somebody was quicker by a moment", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it in between: who and when", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "Fields need another look", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn change(
    caller: Caller,
    Path(text): Path<String>,
    headers: HeaderMap,
    change: Body<SecretChange>,
) -> Answer {
    let id = id(&text)?;
    caller.backend.secrets().may_change(&caller.ctx, Some(&id)).await?;
    let change = change.content()?;
    let expected = expected(&headers)?;
    if let Some(field) = change.misplaced(id.kind) {
        let detail = format!("Secrets of the type {} have no such field.", id.kind.as_str());
        return Err(Problem::parameter(field, detail));
    }
    // Without a named version, somebody else was a moment earlier; the caller has to know that, too.
    let changed = apply(&caller, &id, change, expected).await;
    changed.map_err(|error| Problem::from(error).of_condition(expected.is_some()))?;
    shown(&caller, &id).await
}

/// Applies the change to the expected state, or else to the stored one.
pub(crate) async fn apply(
    caller: &Caller,
    id: &SecretId,
    change: SecretChange,
    expected: Option<Expected>,
) -> Result<(), Error> {
    let secrets = caller.backend.secrets();
    let (stored, revision) = secrets.get_with_revision(&caller.ctx, id).await?;
    let update = SecretUpdate::parse(id.kind, change.merge(&stored)).map_err(Error::Invalid)?;
    secrets.update(&caller.ctx, id, update, Expected::of(expected, revision)).await.map(drop)
}
