//! Adding a secret, once for each key of a request.

use super::shown;
use crate::rest::{
    Answer, Caller, Problem, ProblemDetails,
    body::{Body, whole_number},
    json,
};
use api_types::{Secret, WouldBeAdded};
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use backend::{Submission, submission_of};
use domain::{
    error::{Error, Field, FieldError, Problem as FieldProblem},
    secret::{GeneratedSecret, NewSecret, NewSshKeyKind, Origins, SecretDraft, SecretId, SecretKind},
    sensitive::Sensitive,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A secret that is to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecretBody {
    /// `git-dataset` or `image-pull`.
    #[schema(example = "image-pull")]
    r#type: String,
    /// Unique within its type: lower case letters, digits, `-` and `.`.
    #[schema(example = "hub")]
    name: String,
    /// What people see; the name where it is left out.
    display_name: Option<String>,
    /// Image pull: where the registry is.
    #[schema(example = "ghcr.io")]
    registry_host: Option<String>,
    /// Image pull: the account there.
    #[schema(example = "robot")]
    username: Option<String>,
    /// Image pull: its password or token.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Sensitive>,
    /// Image pull: what becomes of line breaks, blanks and invisible characters at the ends of the password: `keep` or
    /// `without`. Where it is left out and there are some, the password is refused.
    #[schema(example = "without")]
    password_ends: Option<String>,
    /// Git dataset: an SSH private key.
    #[schema(value_type = Option<String>, format = Password)]
    secret: Option<Sensitive>,
    /// Git dataset: what protects the key. It is stored without.
    #[schema(value_type = Option<String>, format = Password)]
    passphrase: Option<Sensitive>,
    /// Git dataset: have the portal make a pair, `ed25519` or `rsa-4096`, in the place of `secret`.
    generate: Option<String>,
    /// Git dataset: the repository to try.
    repository: Option<String>,
    /// Git dataset: the keys of hosts to trust, as in a `known_hosts` file.
    known_hosts: Option<String>,
    /// Image pull: the image to try.
    image: Option<String>,
    /// When the value expires: a time (RFC 3339), or a day, for its end in UTC. Where it is left out, the end that the password
    /// contains (a JSON Web Token, a password of Amazon ECR), or that its kind has.
    #[schema(example = "2027-01-31T12:00:00Z")]
    expires_at: Option<String>,
    /// After how many days the value is to be renewed, 1 to 3650.
    #[schema(minimum = 1, maximum = 3650)]
    #[serde(default, deserialize_with = "whole_number")]
    renew_every_days: Option<u32>,
    /// Whether the value is handed out no more once it has expired: readers get 410 then.
    #[serde(default)]
    stop_when_expired: bool,
    /// Save it although another secret holds the same key or account. Its older name `knowingly` is deprecated,
    /// and still read.
    #[serde(default, alias = "knowingly")]
    allow_duplicate: bool,
    /// The Kubernetes Secrets that it is imported from, as `namespace/name` or `name`; the first 100 are kept, and their
    /// number.
    #[serde(default)]
    imported_from: Vec<String>,
    /// How many there are, where not all are sent.
    #[schema(maximum = 2_147_483_647)]
    #[serde(default, deserialize_with = "whole_number")]
    imported_from_total: Option<u32>,
    /// Add nothing, and answer with what adding it would come to.
    #[serde(default)]
    dry_run: bool,
}

impl NewSecretBody {
    fn misplaced(&self) -> Option<&'static str> {
        let kind = SecretKind::parse(&self.r#type)?;
        misplaced!(self, kind)
    }

    /// Parses the origins; nothing that is sent is dropped.
    fn origins(&self) -> Result<Origins, Problem> {
        let (places, total) = (&self.imported_from, self.imported_from_total);
        let is_told = !places.is_empty() || total.is_some_and(|total| total > 0);
        if is_told && self.generate.is_some() {
            let detail = "The portal makes the key itself: it is imported from nowhere.";
            return Err(Problem::parameter("imported_from", detail));
        }
        if is_told && places.is_empty() {
            let detail = "Send the names in imported_from, too: without them, their number is not kept.";
            return Err(Problem::parameter("imported_from_total", detail));
        }
        if total.is_some_and(|total| i32::try_from(total).is_err()) {
            return Err(Problem::parameter("imported_from_total", "Send a number up to 2147483647."));
        }
        Origins::parse(places, total).map_err(|_| {
            let detail = "Send names of Kubernetes Secrets, as namespace/name or name.";
            Problem::parameter("imported_from", detail)
        })
    }
}

impl From<NewSecretBody> for SecretDraft {
    fn from(body: NewSecretBody) -> Self {
        Self {
            name: body.name,
            display_name: body.display_name.unwrap_or_default(),
            kind: body.r#type,
            private_key: body.secret.unwrap_or_default(),
            passphrase: body.passphrase.unwrap_or_default(),
            registry_host: body.registry_host.unwrap_or_default(),
            username: body.username.unwrap_or_default(),
            password: body.password.unwrap_or_default(),
            password_ends: body.password_ends.unwrap_or_default(),
            allow_duplicate: if body.allow_duplicate { "yes".to_owned() } else { String::new() },
            repository: body.repository.unwrap_or_default(),
            known_hosts: body.known_hosts.unwrap_or_default(),
            approved_hosts: String::new(),
            image: body.image.unwrap_or_default(),
            expires_at: body.expires_at.unwrap_or_default(),
            expires_zone: String::new(),
            renew_every_days: body.renew_every_days.map(|days| days.to_string()).unwrap_or_default(),
            stop_when_expired: if body.stop_when_expired { "yes".to_owned() } else { String::new() },
        }
    }
}

/// Add a secret
///
/// The value is sealed before it is stored, and this answer does not have it. With `generate`, the portal makes a key pair and
/// answers with its public half.
#[utoipa::path(
    post, path = "/api/v1/secrets", tag = "Secrets", operation_id = "create_secret",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters. The same request sent again with the same key adds nothing and gets the same answer, as long as the secret was not changed")),
    request_body = NewSecretBody,
    responses(
        (status = 201, description = "Added", body = Secret),
        (status = 200, description = "With `dry_run`: it would be added", body = WouldBeAdded),
        (status = 409, description = "The name is taken, or another secret holds the same", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "Fields need another look, or the Idempotency-Key came with another request", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn create(caller: Caller, headers: HeaderMap, body: Body<NewSecretBody>) -> Answer {
    let secrets = caller.backend.secrets();
    secrets.may_add(&caller.ctx).await?;
    let body = body.content()?;
    let submission = submission(&caller, &headers)?;
    let generate = match body.generate.as_deref() {
        None => None,
        Some(kind) => Some(
            NewSshKeyKind::parse(kind)
                .ok_or_else(|| Problem::parameter("generate", "Send ed25519 or rsa-4096."))?,
        ),
    };
    let has_key = body.secret.is_some() || body.passphrase.is_some();
    if generate.is_some() && (body.r#type != SecretKind::GitDataset.as_str() || has_key) {
        let detail = "The portal makes keys for Git datasets alone, and in the place of one that is sent.";
        return Err(Problem::parameter("generate", detail));
    }
    if let Some(field) = body.misplaced() {
        let detail = format!("Secrets of the type {} have no such field.", body.r#type);
        return Err(Problem::parameter(field, detail));
    }
    let origins = body.origins()?;
    let dry_run = body.dry_run;
    if dry_run && generate.is_some() {
        let detail = "The portal makes the key when the secret is added: there is none to try.";
        return Err(Problem::parameter("dry_run", detail));
    }
    let draft = SecretDraft::from(body);
    if dry_run {
        let secret = NewSecret::parse(draft).map_err(Error::Invalid)?;
        let (id, facts) = secrets.would_create(&caller.ctx, secret).await?;
        return Ok(json(WouldBeAdded::new(&id, facts)));
    }
    let wanted = SecretKind::parse(&draft.kind)
        .and_then(|kind| SecretId::parse(&format!("{}{}", kind.id_prefix(), draft.name)));
    if let Some(submission) = submission
        && let Some(made) = secrets.submitted(&caller.ctx, submission).await?
        && wanted != Some(made)
    {
        return Err(Problem::key_spent());
    }
    let request = submission.map(Submission::Request);
    let created = if let Some(key) = generate {
        let secret = GeneratedSecret::parse(&draft, key).map_err(Error::Invalid)?;
        secrets.create_generated(&caller.ctx, secret, request).await
    } else {
        let secret = NewSecret::parse(draft).map_err(Error::Invalid)?;
        secrets.create_from(&caller.ctx, secret, request, &origins).await
    };
    let id = match created {
        // Another request with the same key was a moment earlier.
        Ok(made) if wanted.as_ref() != Some(&made) => return Err(Problem::key_spent()),
        Ok(id) => id,
        Err(Error::Invalid(errors)) if is_same_name(&errors) && submission.is_some() => {
            let made = match submission {
                Some(submission) => secrets.submitted(&caller.ctx, submission).await?,
                None => None,
            };
            return Err(if made.is_some() { Problem::key_spent() } else { Error::Invalid(errors).into() });
        }
        Err(error) => return Err(error.into()),
    };
    let mut response = (StatusCode::CREATED, shown(&caller, &id).await?).into_response();
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1/secrets/{id}")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

fn is_same_name(errors: &[FieldError]) -> bool {
    errors
        .iter()
        .any(|error| error.field == Field::Name && matches!(error.problem, FieldProblem::NameTaken(_)))
}

/// Returns the submission of the request, from its idempotency key.
fn submission(caller: &Caller, headers: &HeaderMap) -> Result<Option<Uuid>, Problem> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = key.to_str().ok().map(str::trim).filter(|key| (1..=255).contains(&key.len()));
    match key {
        Some(key) => Ok(Some(submission_of(&caller.ctx, key))),
        None => Err(Problem::parameter("Idempotency-Key", "Send 1 to 255 visible characters.")),
    }
}
