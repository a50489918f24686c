//! What the endpoints of images and of datasets do, by the kind.

use super::answers::{UsageItem, UsageList};
use crate::rest::{
    Answer, Caller, Problem,
    conditional::{expected, tag, tagged},
    json,
    query::Query,
};
use api_types::TestResult;
use axum::{
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

pub(super) async fn list(caller: &Caller, kind: UsageKind, text: Option<&str>) -> Answer {
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

pub(super) async fn show(caller: &Caller, kind: UsageKind, text: &str) -> Answer {
    let (usage, revision) = found(caller, kind, text).await?;
    let body = UsageItem::from(usage);
    let text = serde_json::to_vec(&body).map_err(|_| Error::Internal(caller.ctx.request_id.clone()))?;
    Ok(tagged(json(body), &tag(revision, &[&text])))
}

pub(super) async fn create(caller: &Caller, kind: UsageKind, draft: UsageDraft) -> Answer {
    let usage = NewUsage::parse(kind, &draft).map_err(Error::Invalid)?;
    caller.backend.usages().create(&caller.ctx, &usage).await?;
    let mut response = (StatusCode::CREATED, show(caller, kind, usage.name.as_str()).await?).into_response();
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1{}/{}", kind.list(), usage.name.as_str())) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Rejects a caller who may not change what has this name.
pub(super) async fn may_change(caller: &Caller, kind: UsageKind, text: &str) -> Result<(), Problem> {
    Ok(caller.backend.usages().may_change(&caller.ctx, kind, Some(&name(text)?)).await?)
}

/// Changes a usage. The caller must have authorized.
pub(super) async fn change(
    caller: &Caller,
    kind: UsageKind,
    text: &str,
    headers: &HeaderMap,
    over: impl FnOnce(UsageDraft) -> UsageDraft,
) -> Answer {
    let name = name(text)?;
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

pub(super) async fn delete(caller: &Caller, kind: UsageKind, text: &str, headers: &HeaderMap) -> Answer {
    let expected = expected(headers)?;
    let deleted = caller.backend.usages().delete_expected(&caller.ctx, kind, &name(text)?, expected).await;
    deleted.map_err(|error| Problem::from(error).of_condition(expected.is_some()))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn test(caller: &Caller, kind: UsageKind, text: &str) -> Answer {
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
    let tested =
        caller.backend.connection_tests().on(&caller.ctx, &secret.id, &target, branch.as_ref()).await?;
    Ok(json(TestResult::from(tested)))
}
