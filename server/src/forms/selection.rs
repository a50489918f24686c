//! Several secrets at once, by plain forms: those that the list's boxes have selected.

use super::{Unreadable, access::status_of, read, services, with_notice};
use crate::{middleware::to_sign_in, pages, state::AppState};
use app::{
    document::Page,
    secrets::{
        LIST, list_before,
        selection::{
            check::Outcome,
            manifests::{ManifestsInput, ManifestsProblem, NotExported},
        },
        with_list,
    },
    ssr,
    ui::notice::{Deed, Notice},
};
use axum::{
    body::Body,
    extract::{RawQuery, Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use backend::{Backend, Ctx, ManifestFormat, ManifestsError, ManifestsQuery};
use domain::{
    access::AccessError,
    error::Error,
    secret::{Namespace, SecretKind, Selection, Shape},
    sensitive::Sensitive,
};
use serde::Deserialize;

/// `GET /secrets/selected/check`: what a test came to is told once, in answer to the form.
pub async fn back(RawQuery(query): RawQuery) -> Redirect {
    Redirect::to(&list_before(&query.unwrap_or_default()))
}

/// `POST /secrets/selected/check`, from the list, with a box for each.
pub async fn check(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (selection, list) = match read::<Vec<(String, String)>>(&parts, body).await {
        Ok(pairs) => selected(&pairs),
        Err(Unreadable(status)) => (Err(status), String::new()),
    };
    // The page leads back to where one came from by what its own address would carry.
    let parts = with_query(parts, &list);
    let (backend, ctx) = match services(&state, &parts) {
        Ok(all) => all,
        Err(error) => return tested(state, parts, Err(error)).await,
    };
    match selection {
        Ok(selection) => {
            let outcome = backend.checks().many(&ctx, &selection).await;
            tested(state, parts, outcome).await
        }
        // Nothing is selected; who may not is told that all the same.
        Err(status) => match backend.secrets().may_change(&ctx, None).await {
            Ok(()) => pages::in_answer(state, parts, Page::CheckSelected, status, ()).await,
            Err(error) => tested(state, parts, Err(error)).await,
        },
    }
}

async fn tested(state: AppState, parts: Parts, outcome: Outcome) -> Response {
    let status = match &outcome {
        Ok(_) => StatusCode::OK,
        Err(Error::NotSignedIn) => {
            return to_sign_in(&list_before(parts.uri.query().unwrap_or_default()));
        }
        Err(error) => ssr::status_of(error),
    };
    pages::in_answer(state, parts, Page::CheckSelected, status, outcome).await
}

/// What the form of the list sends: the boxes, and where in the list one was. Nothing else.
fn selected(pairs: &[(String, String)]) -> (Result<Selection, StatusCode>, String) {
    let of = |key: &'static str| {
        pairs.iter().filter(move |(sent, _)| sent == key).map(|(_, value)| value.as_str())
    };
    let known = pairs.iter().all(|(key, _)| key == Selection::PARAM || key == "list");
    let list = of("list").next().unwrap_or_default().to_owned();
    let selection = Selection::parse(of(Selection::PARAM)).filter(|_| known);
    (selection.ok_or(StatusCode::BAD_REQUEST), list)
}

/// The page that the form stands in, with what is selected.
fn wanted(parts: &Parts) -> String {
    parts.uri.path_and_query().map_or(LIST, |address| address.as_str()).to_owned()
}

fn with_query(mut parts: Parts, list: &str) -> Parts {
    if let Ok(uri) = with_list(parts.uri.path().to_owned(), list).parse() {
        parts.uri = uri;
    }
    parts
}

/// What is typed before secrets that are in use are deleted.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Deletion {
    confirmation: String,
}

/// `POST /secrets/selected/delete?id=…`
pub async fn delete(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let outcome = async {
        let (backend, ctx) = services(&state, &parts)?;
        let typed = read::<Deletion>(&parts, body).await.map_err(|_| Error::BadRequest)?;
        let Some(selection) = Selection::parse_query(&query) else {
            backend.secrets().may_change(&ctx, None).await?;
            return Err(Error::BadRequest);
        };
        backend.secrets().delete_many(&ctx, &selection, &typed.confirmation).await
    };
    match outcome.await {
        Ok(_) => with_notice(&list_before(&query), &Notice::Done(Deed::SecretsDeleted)),
        Err(Error::NotSignedIn) => to_sign_in(&wanted(&parts)),
        Err(error) => {
            let status = ssr::status_of(&error);
            pages::in_answer(state, parts, Page::DeleteSelected, status, error).await
        }
    }
}

/// `POST /secrets/selected/manifests?id=…`: the file, or the form again.
pub async fn manifests(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (backend, ctx) = match services(&state, &parts) {
        Ok(all) => all,
        Err(error) => return refused(state, parts, ManifestsInput::default(), error.into()).await,
    };
    let Ok(input) = read::<ManifestsInput>(&parts, body).await else {
        return refused(state, parts, ManifestsInput::default(), Error::BadRequest.into()).await;
    };
    match export(&backend, &ctx, parts.uri.query().unwrap_or_default(), &input).await {
        Ok((text, format)) => file(&text, format),
        Err(problem) => refused(state, parts, input, problem).await,
    }
}

/// The file that the form asks for, taken out on behalf of the token in it.
async fn export(
    backend: &Backend,
    ctx: &Ctx,
    query: &str,
    input: &ManifestsInput,
) -> Result<(Sensitive, ManifestFormat), ManifestsProblem> {
    let selection = Selection::parse_query(query).ok_or(Error::BadRequest)?;
    let namespace = match input.namespace.trim() {
        "" => None,
        text => Some(Namespace::parse(text).ok_or(ManifestsProblem::Namespace)?),
    };
    let shape = |text: &str, kind| match text {
        "" => Ok(Shape::default_of(kind)),
        text => Shape::parse(text).ok_or(Error::BadRequest),
    };
    let wanted = ManifestsQuery {
        git_shape: shape(&input.git_shape, SecretKind::GitDataset)?,
        image_shape: shape(&input.image_shape, SecretKind::ImagePull)?,
        namespace,
        format: match input.format.as_str() {
            "" => ManifestFormat::Yaml,
            text => ManifestFormat::parse(text).ok_or(Error::BadRequest)?,
        },
    };
    let token = Sensitive::new(input.token.expose().trim());
    if token.is_empty() {
        return Err(ManifestsProblem::TokenMissing);
    }
    let lent =
        backend.tokens().lent(ctx, &token, &input.current_password).await.map_err(|error| match error {
            AccessError::Refused(error) => ManifestsProblem::Refused(error),
            error => ManifestsProblem::NotProven(error),
        });
    let actor = lent?.ok_or(ManifestsProblem::TokenNotGood)?;
    let by_token = Ctx { actor, ..ctx.clone() };
    let made = backend.secrets().manifests(&by_token, &selection, &wanted).await;
    let text = made.map_err(|error| match error {
        ManifestsError::WrongShape => Error::BadRequest.into(),
        ManifestsError::NoUrl(ids) => ManifestsProblem::NoUrl(ids),
        ManifestsError::OtherHost(id) => ManifestsProblem::OtherHost(id),
        ManifestsError::Refused(Error::Forbidden) => ManifestsProblem::TokenNotForThese,
        ManifestsError::Refused(Error::NotFound) => ManifestsProblem::Gone,
        ManifestsError::Refused(error) => error.into(),
    })?;
    Ok((text, wanted.format))
}

fn file(text: &Sensitive, format: ManifestFormat) -> Response {
    let mut response = Body::from(text.expose().to_owned()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = format!("attachment; filename=\"latchkey-secrets.{}\"", format.as_str());
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

async fn refused(
    state: AppState,
    parts: Parts,
    typed: ManifestsInput,
    problem: ManifestsProblem,
) -> Response {
    let status = match &problem {
        ManifestsProblem::Refused(Error::NotSignedIn) => return to_sign_in(&wanted(&parts)),
        ManifestsProblem::Refused(error) => ssr::status_of(error),
        ManifestsProblem::Gone => StatusCode::NOT_FOUND,
        ManifestsProblem::TokenNotForThese => StatusCode::FORBIDDEN,
        ManifestsProblem::NotProven(error) => status_of(error),
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let locked = match &problem {
        ManifestsProblem::NotProven(AccessError::Locked(seconds) | AccessError::LockedOut(seconds)) => {
            Some(*seconds)
        }
        _ => None,
    };
    let typed =
        ManifestsInput { token: Sensitive::default(), current_password: Sensitive::default(), ..typed };
    let mut response =
        pages::in_answer(state, parts, Page::ExportManifests, status, NotExported { typed, problem }).await;
    if let Some(seconds) = locked {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (Option<usize>, String) {
        let pairs: Vec<_> =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let (selection, list) = selected(&pairs);
        (selection.ok().map(|selection| selection.ids().len()), list)
    }

    #[test]
    fn the_form_of_the_list_is_read_strictly() {
        let all = read(&[("list", "q=a"), ("id", "image-b"), ("id", "image-a")]);
        assert_eq!(all, (Some(2), "q=a".to_owned()));
        assert_eq!(read(&[("list", "q=a")]), (None, "q=a".to_owned()));
        for bad in [&[][..], &[("id", "image-a"), ("all", "on")], &[("id", "image-a"), ("id", "../x")]] {
            assert_eq!(read(bad).0, None, "{bad:?}");
        }
    }
}
