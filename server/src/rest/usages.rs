//! Images and datasets, and who uses a secret, by the API.

use super::{
    Answer, Caller, Problem, ProblemDetails,
    body::Body,
    conditional::{expected, tag, tagged},
    id, json,
    query::Query,
    views::{UsageItem, UsageList, Users},
};
use api_types::TestResult;
use axum::{
    extract::{Path, RawQuery},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use backend::{Expected, Revision};
use domain::{
    error::{Error, Field, FieldError, Problem as FieldProblem},
    page::ListQuery,
    secret::{SecretId, SecretName},
    usage::{NewUsage, Usage, UsageContent, UsageDraft, UsageKind, UsageProblem, UsageQuery},
};
use serde::Deserialize;
use utoipa::ToSchema;

/// An image that is to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewImageBody {
    /// Unique among images.
    #[schema(example = "trainer")]
    name: String,
    /// Where it is pulled from.
    #[schema(example = "ghcr.io/group/app:1.2")]
    image: String,
    /// The id of the image-pull secret that it uses, if any.
    #[schema(example = "image-hub")]
    pull_secret: Option<String>,
}

/// A dataset that is to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDatasetBody {
    /// Unique among datasets.
    #[schema(example = "photos")]
    name: String,
    /// Its Git address.
    #[schema(example = "git@github.com:group/photos.git")]
    repository: String,
    /// The branch; without it, the default one.
    branch: Option<String>,
    /// The id of the secret with its key, if any.
    #[schema(example = "gitsync-secret-photos")]
    pull_secret: Option<String>,
}

/// A change. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageChange {
    /// Where it is pulled from.
    image: Option<String>,
    /// The id of the secret that it uses; an empty text for none.
    pull_secret: Option<String>,
}

/// A change. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DatasetChange {
    /// Its Git address.
    repository: Option<String>,
    /// The branch; an empty text for the default one.
    branch: Option<String>,
    /// The id of the secret that it uses; an empty text for none.
    pull_secret: Option<String>,
}

async fn list(caller: &Caller, kind: UsageKind, text: Option<&str>) -> Answer {
    let query = Query::read(text, &["q", "secret", "after"])?;
    let fits = |text: &str| (text.chars().count() <= ListQuery::MAX_SEARCH_CHARS).then_some(());
    query.parse("q", fits, "Send at most 200 characters.")?;
    let wanted = UsageQuery {
        search: UsageQuery::parse(text.unwrap_or_default()).search,
        secret: query.parse("secret", SecretId::parse, "Send the id of a secret, such as image-hub.")?,
        after: query.parse(
            "after",
            |text| SecretName::parse(text).ok(),
            "Send what the page before says in next.",
        )?,
    };
    Ok(json(UsageList::from(caller.backend.usages().list(&caller.ctx, kind, &wanted).await?)))
}

/// Parses the name in an address. A text that is not a name names nothing.
fn name(text: &str) -> Result<SecretName, Problem> {
    SecretName::parse(text).map_err(|_| Error::NotFound.into())
}

async fn found(caller: &Caller, kind: UsageKind, text: &str) -> Result<(Usage, Revision), Problem> {
    Ok(caller.backend.usages().get_with_revision(&caller.ctx, kind, &name(text)?).await?)
}

async fn show(caller: &Caller, kind: UsageKind, text: &str) -> Answer {
    let (usage, revision) = found(caller, kind, text).await?;
    let body = UsageItem::from(usage);
    let text = serde_json::to_vec(&body).map_err(|_| Error::Internal(caller.ctx.request_id.clone()))?;
    Ok(tagged(json(body), &tag(revision, &[&text])))
}

async fn create(caller: &Caller, kind: UsageKind, draft: UsageDraft) -> Answer {
    let usage = NewUsage::parse(kind, &draft).map_err(Error::Invalid)?;
    caller.backend.usages().create(&caller.ctx, &usage).await?;
    let mut response = (StatusCode::CREATED, show(caller, kind, usage.name.as_str()).await?).into_response();
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1{}/{}", kind.list(), usage.name.as_str())) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

async fn change(
    caller: &Caller,
    kind: UsageKind,
    text: &str,
    headers: &HeaderMap,
    over: impl FnOnce(UsageDraft) -> UsageDraft,
) -> Answer {
    let name = name(text)?;
    caller.backend.usages().may_change(&caller.ctx, kind, Some(&name)).await?;
    let (stored, revision) = found(caller, kind, text).await?;
    let expected = expected(headers)?;
    let draft = over(UsageDraft {
        name: String::new(),
        target: stored.target,
        branch: stored.branch.unwrap_or_default(),
        secret: stored.secret.map(|secret| secret.id.to_string()).unwrap_or_default(),
    });
    let content = UsageContent::parse(kind, &draft).map_err(Error::Invalid)?;
    let began_with = Expected::of(expected, revision);
    let changed = caller.backend.usages().update(&caller.ctx, &name, &content, began_with).await;
    changed.map_err(|error| Problem::from(error).of_condition(expected.is_some()))?;
    show(caller, kind, text).await
}

async fn delete(caller: &Caller, kind: UsageKind, text: &str, headers: &HeaderMap) -> Answer {
    let expected = expected(headers)?;
    let deleted = caller.backend.usages().delete_expected(&caller.ctx, kind, &name(text)?, expected).await;
    deleted.map_err(|error| Problem::from(error).of_condition(expected.is_some()))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn test(caller: &Caller, kind: UsageKind, text: &str) -> Answer {
    caller.backend.usages().may_change(&caller.ctx, kind, Some(&name(text)?)).await?;
    let (stored, _) = found(caller, kind, text).await?;
    let branch = stored.branch.unwrap_or_default();
    let draft = UsageDraft { target: stored.target, branch, ..UsageDraft::default() };
    let content = UsageContent::parse(kind, &draft).map_err(Error::Invalid)?;
    let secret = stored.secret.filter(|secret| !secret.deleted).ok_or_else(|| {
        let problem = FieldProblem::Usage(UsageProblem::NothingToTest);
        Error::Invalid(vec![FieldError { field: Field::PullSecret, problem }])
    })?;
    let UsageContent { target, branch, .. } = content;
    let tested = caller.backend.checks().on(&caller.ctx, &secret.id, &target, branch.as_ref()).await?;
    Ok(json(TestResult::from(tested)))
}

/// Which images there are, by name
#[utoipa::path(
    get, path = "/api/v1/images", tag = "Images",
    params(
        ("q" = Option<String>, Query, description = "Words that the name or the address contains; at most 200 characters"),
        ("secret" = Option<String>, Query, description = "Only those that use this secret"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "One page", body = UsageList)),
)]
pub async fn list_images(caller: Caller, RawQuery(query): RawQuery) -> Answer {
    list(&caller, UsageKind::Image, query.as_deref()).await
}

/// Add an image
#[utoipa::path(
    post, path = "/api/v1/images", tag = "Images",
    request_body = NewImageBody,
    responses(
        (status = 201, description = "Added", body = UsageItem),
        (status = 409, description = "The name is taken", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "Fields need another look", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn create_image(caller: Caller, Body(body): Body<NewImageBody>) -> Answer {
    let draft = UsageDraft {
        name: body.name,
        target: body.image,
        secret: body.pull_secret.unwrap_or_default(),
        ..UsageDraft::default()
    };
    create(&caller, UsageKind::Image, draft).await
}

/// One of the images
#[utoipa::path(
    get, path = "/api/v1/images/{name}", tag = "Images",
    params(("name" = String, Path, description = "Its name", example = "trainer")),
    responses(
        (status = 200, description = "What is known of it", body = UsageItem),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn show_image(caller: Caller, Path(name): Path<String>) -> Answer {
    show(&caller, UsageKind::Image, &name).await
}

/// Change an image
#[utoipa::path(
    patch, path = "/api/v1/images/{name}", tag = "Images",
    params(
        ("name" = String, Path, description = "Its name", example = "trainer"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was seen, or the number of its version in quotation marks"),
    ),
    request_body = ImageChange,
    responses(
        (status = 200, description = "Changed", body = UsageItem),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "Somebody was quicker by a moment", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it in between: who and when", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "Fields need another look", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn change_image(
    caller: Caller,
    Path(name): Path<String>,
    headers: HeaderMap,
    Body(change): Body<ImageChange>,
) -> Answer {
    let over = |stored: UsageDraft| UsageDraft {
        target: change.image.unwrap_or(stored.target),
        secret: change.pull_secret.unwrap_or(stored.secret),
        ..stored
    };
    self::change(&caller, UsageKind::Image, &name, &headers, over).await
}

/// Delete an image
///
/// Its secret stays.
#[utoipa::path(
    delete, path = "/api/v1/images/{name}", tag = "Images",
    params(
        ("name" = String, Path, description = "Its name", example = "trainer"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was seen, or the number of its version in quotation marks"),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it in between: who and when", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn delete_image(caller: Caller, Path(name): Path<String>, headers: HeaderMap) -> Answer {
    delete(&caller, UsageKind::Image, &name, &headers).await
}

/// Test an image with its secret
#[utoipa::path(
    post, path = "/api/v1/images/{name}/test", tag = "Images",
    params(("name" = String, Path, description = "Its name", example = "trainer")),
    responses(
        (status = 200, description = "What the test came to", body = TestResult),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "It uses no secret, or one that is for another registry", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many tests: Retry-After says how long to wait", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn test_image(caller: Caller, Path(name): Path<String>) -> Answer {
    test(&caller, UsageKind::Image, &name).await
}

/// Which datasets there are, by name
#[utoipa::path(
    get, path = "/api/v1/datasets", tag = "Datasets",
    params(
        ("q" = Option<String>, Query, description = "Words that the name or the address contains; at most 200 characters"),
        ("secret" = Option<String>, Query, description = "Only those that use this secret"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "One page", body = UsageList)),
)]
pub async fn list_datasets(caller: Caller, RawQuery(query): RawQuery) -> Answer {
    list(&caller, UsageKind::Dataset, query.as_deref()).await
}

/// Add a dataset
#[utoipa::path(
    post, path = "/api/v1/datasets", tag = "Datasets",
    request_body = NewDatasetBody,
    responses(
        (status = 201, description = "Added", body = UsageItem),
        (status = 409, description = "The name is taken", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "Fields need another look", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn create_dataset(caller: Caller, Body(body): Body<NewDatasetBody>) -> Answer {
    let draft = UsageDraft {
        name: body.name,
        target: body.repository,
        branch: body.branch.unwrap_or_default(),
        secret: body.pull_secret.unwrap_or_default(),
    };
    create(&caller, UsageKind::Dataset, draft).await
}

/// One of the datasets
#[utoipa::path(
    get, path = "/api/v1/datasets/{name}", tag = "Datasets",
    params(("name" = String, Path, description = "Its name", example = "photos")),
    responses(
        (status = 200, description = "What is known of it", body = UsageItem),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn show_dataset(caller: Caller, Path(name): Path<String>) -> Answer {
    show(&caller, UsageKind::Dataset, &name).await
}

/// Change a dataset
#[utoipa::path(
    patch, path = "/api/v1/datasets/{name}", tag = "Datasets",
    params(
        ("name" = String, Path, description = "Its name", example = "photos"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was seen, or the number of its version in quotation marks"),
    ),
    request_body = DatasetChange,
    responses(
        (status = 200, description = "Changed", body = UsageItem),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "Somebody was quicker by a moment", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it in between: who and when", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "Fields need another look", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn change_dataset(
    caller: Caller,
    Path(name): Path<String>,
    headers: HeaderMap,
    Body(change): Body<DatasetChange>,
) -> Answer {
    let over = |stored: UsageDraft| UsageDraft {
        target: change.repository.unwrap_or(stored.target),
        branch: change.branch.unwrap_or(stored.branch),
        secret: change.pull_secret.unwrap_or(stored.secret),
        name: stored.name,
    };
    self::change(&caller, UsageKind::Dataset, &name, &headers, over).await
}

/// Delete a dataset
///
/// Its secret stays.
#[utoipa::path(
    delete, path = "/api/v1/datasets/{name}", tag = "Datasets",
    params(
        ("name" = String, Path, description = "Its name", example = "photos"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was seen, or the number of its version in quotation marks"),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it in between: who and when", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn delete_dataset(caller: Caller, Path(name): Path<String>, headers: HeaderMap) -> Answer {
    delete(&caller, UsageKind::Dataset, &name, &headers).await
}

/// Test a dataset with its secret
///
/// Reads the repository, and looks for the branch: where there is none of its name, the dataset is refused with the cause
/// `branch-not-found`, and its secret, which works, is not.
#[utoipa::path(
    post, path = "/api/v1/datasets/{name}/test", tag = "Datasets",
    params(("name" = String, Path, description = "Its name", example = "photos")),
    responses(
        (status = 200, description = "What the test came to", body = TestResult),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "It uses no secret, or one that is for another registry", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many tests: Retry-After says how long to wait", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn test_dataset(caller: Caller, Path(name): Path<String>) -> Answer {
    test(&caller, UsageKind::Dataset, &name).await
}

/// Who uses a secret
///
/// Images and datasets, and the tokens that took its value out in the last 30 days.
#[utoipa::path(
    get, path = "/api/v1/secrets/{id}/users", tag = "Secrets",
    params(("id" = String, Path, description = "`gitsync-secret-<name>` or `image-<name>`", example = "image-hub")),
    responses(
        (status = 200, description = "Who uses it", body = Users),
        (status = 404, description = "There is no such secret", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn of_secret(caller: Caller, Path(text): Path<String>) -> Answer {
    Ok(json(Users::from(caller.backend.usages().of_secret(&caller.ctx, &id(&text)?).await?)))
}
