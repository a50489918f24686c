//! Secrets by the API.

use super::{
    Answer, Caller, Problem, ProblemDetails,
    body::Body,
    conditional::{expected, is_known, tag, tagged, unchanged},
    id, json,
    query::Query,
    views::SecretList,
};
use api_types::{Secret, TestResult, WouldBeAdded};
use axum::{
    extract::{Path, RawQuery},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use backend::{Expected, Submission, submission_of};
use domain::{
    check::CheckStatus,
    error::{Error, Field, FieldError, Problem as FieldProblem},
    page::{ListQuery, PageSize, Position, SortColumn, UnusedDays},
    secret::{
        GeneratedSecret, NewKeyKind, NewSecret, Origins, SecretDetails, SecretDraft, SecretId, SecretKind,
        SecretUpdate,
    },
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
    /// Save it although another secret holds the same key or account.
    #[serde(default)]
    knowingly: bool,
    /// The Kubernetes Secrets that it is imported from, as `namespace/name` or `name`; the first 100 are kept, and their
    /// number.
    #[serde(default)]
    imported_from: Vec<String>,
    /// How many there are, where not all are sent.
    #[schema(maximum = 2_147_483_647)]
    imported_from_total: Option<u32>,
    /// Add nothing, and answer with what adding it would come to.
    #[serde(default)]
    dry_run: bool,
}

/// A change. What is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretChange {
    /// What people see; an empty text makes it the name.
    #[schema(example = "Docker Hub")]
    pub(super) display_name: Option<String>,
    /// Image pull: where the registry is.
    pub(super) registry_host: Option<String>,
    /// Image pull: the account there.
    pub(super) username: Option<String>,
    /// Image pull: its new password or token.
    #[schema(value_type = Option<String>, format = Password)]
    pub(super) password: Option<Sensitive>,
    /// Image pull: what becomes of line breaks, blanks and invisible characters at the ends of the password: `keep` or
    /// `without`. Where it is left out and there are some, the password is refused.
    pub(super) password_ends: Option<String>,
    /// Git dataset: a new SSH private key.
    #[schema(value_type = Option<String>, format = Password)]
    pub(super) secret: Option<Sensitive>,
    /// Git dataset: what protects the new key.
    #[schema(value_type = Option<String>, format = Password)]
    pub(super) passphrase: Option<Sensitive>,
    /// Git dataset: the repository to try; an empty text for none.
    pub(super) repository: Option<String>,
    /// Git dataset: the keys of hosts to trust, as in a `known_hosts` file.
    pub(super) known_hosts: Option<String>,
    /// Image pull: the image to try; an empty text for none.
    pub(super) image: Option<String>,
    /// Save it although another secret holds the same key or account.
    #[serde(default)]
    pub(super) knowingly: bool,
}

impl NewSecretBody {
    /// Returns the first member that belongs to the other type of secret.
    fn misplaced(&self) -> Option<&'static str> {
        let git = [
            ("secret", self.secret.is_some()),
            ("passphrase", self.passphrase.is_some()),
            ("repository", self.repository.is_some()),
            ("known_hosts", self.known_hosts.is_some()),
        ];
        let image = [
            ("registry_host", self.registry_host.is_some()),
            ("username", self.username.is_some()),
            ("password", self.password.is_some()),
            ("password_ends", self.password_ends.is_some()),
            ("image", self.image.is_some()),
        ];
        let others = match SecretKind::parse(&self.r#type)? {
            SecretKind::GitDataset => &image[..],
            SecretKind::ImagePull => &git[..],
        };
        others.iter().find(|(_, sent)| *sent).map(|(name, _)| *name)
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
            secret: body.secret.unwrap_or_default(),
            passphrase: body.passphrase.unwrap_or_default(),
            registry_host: body.registry_host.unwrap_or_default(),
            username: body.username.unwrap_or_default(),
            password: body.password.unwrap_or_default(),
            password_ends: body.password_ends.unwrap_or_default(),
            knowingly: if body.knowingly { "yes".to_owned() } else { String::new() },
            repository: body.repository.unwrap_or_default(),
            known_hosts: body.known_hosts.unwrap_or_default(),
            approved_hosts: String::new(),
            image: body.image.unwrap_or_default(),
        }
    }
}

impl SecretChange {
    /// Returns the draft: the stored fields, overridden by those that are sent.
    fn over(self, stored: &SecretDetails) -> SecretDraft {
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
            secret: self.secret.unwrap_or_default(),
            passphrase: self.passphrase.unwrap_or_default(),
            registry_host: kept(self.registry_host, stored.registry_host.as_ref()),
            username: kept(self.username, stored.username.as_ref()),
            password: self.password.unwrap_or_default(),
            password_ends: self.password_ends.unwrap_or_default(),
            knowingly: if self.knowingly { "yes".to_owned() } else { String::new() },
            repository: kept(self.repository, repository),
            known_hosts: kept(self.known_hosts, Some(&stored.known_hosts)),
            approved_hosts: String::new(),
            image: kept(self.image, image),
        }
    }

    /// Returns the members that belong to the other type of secret, or must not be blank. A page's form
    /// ignores such fields; a script gets an error.
    pub(super) fn misplaced(&self, kind: SecretKind) -> Vec<&'static str> {
        let git = [
            ("secret", self.secret.is_some()),
            ("passphrase", self.passphrase.is_some()),
            ("repository", self.repository.is_some()),
            ("known_hosts", self.known_hosts.is_some()),
        ];
        let image = [
            ("registry_host", self.registry_host.is_some()),
            ("username", self.username.is_some()),
            ("password", self.password.is_some()),
            ("password_ends", self.password_ends.is_some()),
            ("image", self.image.is_some()),
        ];
        let others = if kind == SecretKind::GitDataset { &image[..] } else { &git[..] };
        others.iter().filter(|(_, sent)| *sent).map(|(name, _)| *name).collect()
    }
}

/// Which secrets there are
///
/// A token that is for some secrets alone sees no others.
#[utoipa::path(
    get, path = "/api/v1/secrets", tag = "Secrets",
    params(
        ("q" = Option<String>, Query, description = "Words that name, display name or registry host contain; at most 200 characters"),
        ("type" = Option<String>, Query, description = "`git-dataset` or `image-pull`"),
        ("status" = Option<String>, Query, description = "`works`, `open`, `refused`, `unreachable`, `host-key-changed` or `not-tested`"),
        ("unused" = Option<u16>, Query, description = "Only those that no image or dataset uses and no token has read for so many days: 30, 90 or 365"),
        ("sort" = Option<String>, Query, description = "`name`, `display`, `type`, `used-by`, `last-used` or `updated`; descending after a hyphen. Without it, the last changed come first"),
        ("size" = Option<u8>, Query, description = "Rows a page: 10, 20, 50 or 100"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("before" = Option<String>, Query, description = "`previous` of the page after, or `end` for the last page"),
    ),
    responses((status = 200, description = "One page", body = SecretList)),
)]
pub async fn list(caller: Caller, RawQuery(text): RawQuery) -> Answer {
    let query = read_list_query(text.as_deref())?;
    Ok(json(SecretList::from(caller.backend.secrets().exact_page(&caller.ctx, &query, 0).await?)))
}

/// Parses the query of an address, every part of which has to be valid.
fn read_list_query(text: Option<&str>) -> Result<ListQuery, Problem> {
    let query = Query::read(text, &["q", "type", "status", "unused", "sort", "size", "after", "before"])?;
    query.parse("type", SecretKind::parse, "Send git-dataset or image-pull.")?;
    let states = "Send works, open, refused, unreachable, host-key-changed or not-tested.";
    query.parse("status", CheckStatus::parse, states)?;
    query.parse("unused", UnusedDays::parse, "Send 30, 90 or 365.")?;
    let sorts = "Send name, display, type, used-by, last-used or updated, after a hyphen for descending.";
    let is_sort = |text: &str| {
        let name = text.strip_prefix('-').unwrap_or(text);
        SortColumn::ALL.into_iter().find(|column| column.as_str() == name)
    };
    query.parse("sort", is_sort, sorts)?;
    let is_size = |text: &str| PageSize::ALL.into_iter().find(|size| size.rows().to_string() == text);
    query.parse("size", is_size, "Send 10, 20, 50 or 100.")?;
    let fits = |text: &str| (text.chars().count() <= ListQuery::MAX_SEARCH_CHARS).then_some(());
    query.parse("q", fits, "Send at most 200 characters.")?;
    let read = ListQuery::parse(text.unwrap_or_default());
    for name in ["after", "before"] {
        if query.get(name).is_some() && read.position == Position::First {
            let detail = "Send what the page that was shown says in next or previous, for the same sort.";
            return Err(Problem::parameter(name, detail));
        }
    }
    if query.get("after").is_some() && query.get("before").is_some() {
        return Err(Problem::parameter("before", "Send either after or before."));
    }
    Ok(read)
}

/// Add a secret
///
/// The value is sealed before it is stored, and this answer does not have it. With `generate`, the portal makes a key pair and
/// answers with its public half.
#[utoipa::path(
    post, path = "/api/v1/secrets", tag = "Secrets",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters. The same request sent again with the same key adds nothing and gets the same answer, as long as the secret was not changed")),
    request_body = NewSecretBody,
    responses(
        (status = 201, description = "Added", body = Secret),
        (status = 200, description = "With `dry_run`: it would be added", body = WouldBeAdded),
        (status = 409, description = "The name is taken, or another secret holds the same", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "Fields need another look, or the Idempotency-Key came with another request", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn create(caller: Caller, headers: HeaderMap, Body(body): Body<NewSecretBody>) -> Answer {
    let submission = submission(&caller, &headers)?;
    let secrets = caller.backend.secrets();
    let generate = match body.generate.as_deref() {
        None => None,
        Some(kind) => Some(
            NewKeyKind::parse(kind)
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

/// One secret, without its value
#[utoipa::path(
    get, path = "/api/v1/secrets/{id}", tag = "Secrets",
    params(
        ("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of an earlier answer"),
    ),
    responses(
        (status = 200, description = "The secret", body = Secret, headers(("ETag" = String, description = "To be sent in If-Match and If-None-Match"))),
        (status = 304, description = "It is as it was"),
        (status = 404, description = "There is no such secret", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn show(caller: Caller, Path(text): Path<String>, headers: HeaderMap) -> Answer {
    let id = id(&text)?;
    let (body, tag) = found(&caller, &id).await?;
    if is_known(&headers, &tag) {
        return Ok(unchanged(&tag));
    }
    Ok(tagged(json(body), &tag))
}

async fn found(caller: &Caller, id: &SecretId) -> Result<(Secret, String), Problem> {
    let (details, revision) = caller.backend.secrets().get_with_revision(&caller.ctx, id).await?;
    let state = caller.backend.checks().state(&caller.ctx, id).await?;
    let body = Secret::new(details, state);
    let text = serde_json::to_vec(&body).map_err(|_| Error::Internal(caller.ctx.request_id.clone()))?;
    let tag = tag(revision, &[&text]);
    Ok((body, tag))
}

pub(super) async fn shown(caller: &Caller, id: &SecretId) -> Answer {
    let (body, tag) = found(caller, id).await?;
    Ok(tagged(json(body), &tag))
}

/// Change a secret
///
/// What is left out stays as it is, the value too. With `If-Match`, nothing is saved over a change that came in between, or
/// in another secret that has the name by now.
#[utoipa::path(
    patch, path = "/api/v1/secrets/{id}", tag = "Secrets",
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
    Body(change): Body<SecretChange>,
) -> Answer {
    let id = id(&text)?;
    caller.backend.secrets().may_change(&caller.ctx, Some(&id)).await?;
    let expected = expected(&headers)?;
    if let Some(field) = change.misplaced(id.kind).first() {
        let detail = format!("Secrets of the type {} have no such field.", id.kind.as_str());
        return Err(Problem::parameter(field, detail));
    }
    // Without a named version, somebody else was a moment earlier; the caller has to know that, too.
    let changed = apply(&caller, &id, change, expected).await;
    changed.map_err(|error| Problem::from(error).of_condition(expected.is_some()))?;
    shown(&caller, &id).await
}

/// Applies the change to the expected state, or else to the stored one.
pub(super) async fn apply(
    caller: &Caller,
    id: &SecretId,
    change: SecretChange,
    expected: Option<Expected>,
) -> Result<(), Error> {
    let secrets = caller.backend.secrets();
    let (stored, revision) = secrets.get_with_revision(&caller.ctx, id).await?;
    let update = SecretUpdate::parse(id.kind, change.over(&stored)).map_err(Error::Invalid)?;
    secrets.update(&caller.ctx, id, update, Expected::of(expected, revision)).await.map(drop)
}

/// Delete a secret
///
/// It is out of use at once, and kept for a while: see the deleted secrets. Where anybody uses it, say its name. With
/// `If-Match`, nothing is deleted that has changed in between, and no other secret that has the name by now.
#[utoipa::path(
    delete, path = "/api/v1/secrets/{id}", tag = "Secrets",
    params(
        ("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub"),
        ("confirmation" = Option<String>, Query, description = "The name of the secret, where anybody uses it"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the secret as it was seen, or the number of its version in quotation marks"),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 409, description = "Somebody uses it", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such secret", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it in between: who and when", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn delete(
    caller: Caller,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let query = Query::read(query.as_deref(), &["confirmation"])?;
    let confirmation = query.get("confirmation").unwrap_or_default();
    let expected = expected(&headers)?;
    let deleted =
        caller.backend.secrets().delete_expected(&caller.ctx, &id(&text)?, confirmation, expected).await;
    deleted.map_err(|error| Problem::from(error).of_condition(expected.is_some()))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Test a secret's connection
///
/// Connects to the registry, or to the repository that is to be tried, with what is stored; keeps the result with the
/// secret.
#[utoipa::path(
    post, path = "/api/v1/secrets/{id}/test", tag = "Secrets",
    params(("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub")),
    responses(
        (status = 200, description = "What the test came to", body = TestResult),
        (status = 429, description = "Too many tests: Retry-After says how long to wait", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such secret", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn test(caller: Caller, Path(text): Path<String>) -> Answer {
    let report = caller.backend.checks().stored(&caller.ctx, &id(&text)?).await?;
    Ok(json(TestResult::from(report)))
}
