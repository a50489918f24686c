//! Values, for those who use them.

use super::{
    Answer, Caller, Problem, ProblemDetails,
    conditional::{is_known, tag, tagged, unchanged},
    id,
    query::Query,
    versions::{not_found, number_of},
};
use axum::{
    body::Body,
    extract::{Path, RawQuery},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use backend::{Exported, ManifestFormat, ValueAnswer, ValueQuery, flat_json, manifest};
use domain::{
    secret::{ExportFormat, Namespace},
    sensitive::Sensitive,
};

/// The header of a value, which no cache may keep.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

const SHAPES: &str = "Send git-sync, ssh-auth, rancher, flux, argocd, dockerconfigjson, username-password, image-updater or raw.";

/// Read a value
///
/// A flat JSON object of plain strings, as the External Secrets Operator's webhook provider reads it; with `shape=raw`,
/// the value alone as text. It is on record before it is sent. 404 is said only for a secret
/// that does not exist, or a version that never was.
#[utoipa::path(
    get, path = "/api/v1/secrets/{id}/value", tag = "Values", operation_id = "read_value",
    params(
        ("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub"),
        ("shape" = Option<String>, Query, description = "`git-sync` (where nothing is said, for Git datasets), `ssh-auth`, `rancher`, `flux`, `argocd`; `dockerconfigjson` (where nothing is said, for image pull), `username-password`, `image-updater`; `raw`"),
        ("url" = Option<String>, Query, description = "For `argocd`: the repository's address. Without it, the one that the secret is tried on"),
        ("version" = Option<i64>, Query, description = "The number of a version; without it, the one in use. An earlier one comes with the registry host and the username that it was used with", minimum = 1),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of an earlier answer"),
    ),
    responses(
        (status = 200, description = "The value. Its members are the keys of the shape", content((std::collections::BTreeMap<String, String> = "application/json"), (String = "text/plain"))),
        (status = 304, description = "It is as it was"),
        (status = 404, description = "There is no such secret", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "The password was typed for another registry host", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 410, description = "The secret has expired, and its owner wants it not to be handed out since; or the value of this version is no longer kept", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn value(
    mut caller: Caller,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let id = id(&text)?;
    let read = Query::read(query.as_deref(), &["shape", "url", "version"])?;
    let shape =
        read.parse("shape", ExportFormat::parse, SHAPES)?.unwrap_or(ExportFormat::default_of(id.kind));
    let wanted = ValueQuery { shape, url: url(&read)? };
    let tag = |revision| tag(revision, &[b"value", query.as_deref().unwrap_or_default().as_bytes()]);
    let known = |revision| is_known(&headers, &tag(revision));
    let secrets = caller.backend.secrets();
    let version = read.parse("version", number_of, "Send the number of a version, from 1.")?;
    let answer = match (version, caller.found.take().filter(|found| found.is_of(&id))) {
        (Some(number), _) => match secrets.value_of_version(&caller.ctx, &id, number, wanted, known).await {
            Ok(answer) => answer,
            Err(error) => return Err(not_found(&caller, &id, number, error).await),
        },
        (None, Some(found)) => secrets.value_found(&caller.ctx, found, wanted, known).await?,
        (None, None) => secrets.value(&caller.ctx, &id, wanted, known).await?,
    };
    match answer {
        ValueAnswer::Unchanged(revision) => Ok(unchanged(&tag(revision))),
        ValueAnswer::Value(revision, entries) => Ok(tagged(sent(&entries, shape), &tag(revision))),
    }
}

fn sent(entries: &Exported, shape: ExportFormat) -> Response {
    match (shape, entries.first()) {
        (ExportFormat::Raw, Some((_, value))) => text(value, "text/plain; charset=utf-8"),
        _ => text(&flat_json(entries), "application/json"),
    }
}

/// Get a Kubernetes Secret for `kubectl apply`
///
/// Has the value in it, as any Secret has: it is on record before it is sent.
#[utoipa::path(
    get, path = "/api/v1/secrets/{id}/manifest", tag = "Values", operation_id = "read_manifest",
    params(
        ("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub"),
        ("shape" = Option<String>, Query, description = "As for the value, but for `raw`"),
        ("namespace" = Option<String>, Query, description = "The namespace that it names; without it, none"),
        ("url" = Option<String>, Query, description = "For `argocd`: the repository's address"),
        ("format" = Option<String>, Query, description = "`yaml` or `json`; without it, what Accept prefers, or YAML"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of an earlier answer"),
    ),
    responses(
        (status = 200, description = "The Secret", content((serde_json::Value = "application/yaml"), (serde_json::Value = "application/json"))),
        (status = 304, description = "It is as it was"),
        (status = 404, description = "There is no such secret", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "The password was typed for another registry host", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 410, description = "The secret has expired, and its owner wants it not to be handed out since", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn kubernetes_manifest(
    caller: Caller,
    Path(text_id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let id = id(&text_id)?;
    let read = Query::read(query.as_deref(), &["shape", "namespace", "url", "format"])?;
    let is_secret = |text: &str| ExportFormat::parse(text).filter(|shape| shape.kubernetes_type().is_some());
    let shape = read.parse("shape", is_secret, SHAPES)?.unwrap_or(ExportFormat::default_of(id.kind));
    let namespace = read.parse("namespace", Namespace::parse, Namespace::RULE)?;
    let format = read.parse("format", ManifestFormat::parse, "Send yaml or json.")?;
    let format = format.unwrap_or_else(|| preferred(&headers));
    let media_type = format.media_type();
    let wanted = ValueQuery { shape, url: url(&read)? };
    let asked = query.as_deref().unwrap_or_default().as_bytes();
    let tag = |revision| tag(revision, &[b"manifest", media_type.as_bytes(), asked]);
    let known = |revision| is_known(&headers, &tag(revision));
    match caller.backend.secrets().value(&caller.ctx, &id, wanted, known).await? {
        ValueAnswer::Unchanged(revision) => Ok(unchanged(&tag(revision))),
        ValueAnswer::Value(revision, entries) => {
            let manifest = manifest(&id, shape, &entries, namespace.as_ref(), format);
            let manifest = manifest.ok_or_else(|| Problem::parameter("shape", SHAPES))?;
            let mut response = tagged(text(&manifest, media_type), &tag(revision));
            response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
            Ok(response)
        }
    }
}

/// Returns the format that Accept names first.
fn preferred(headers: &HeaderMap) -> ManifestFormat {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match (accept.find("json"), accept.find("yaml")) {
        (Some(json), yaml) if yaml.is_none_or(|yaml| json < yaml) => ManifestFormat::Json,
        _ => ManifestFormat::Yaml,
    }
}

/// Returns the address of the repository for Argo CD.
fn url(query: &Query) -> Result<Option<&str>, Problem> {
    let url = query.get("url");
    match url {
        Some(text) if text.chars().count() > 1024 || text.chars().any(char::is_control) => {
            Err(Problem::parameter("url", "Send the address of a repository, of at most 1,024 characters."))
        }
        _ => Ok(url),
    }
}

fn text(value: &Sensitive, media_type: &'static str) -> Response {
    let mut response = Body::from(value.expose().to_owned()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}
