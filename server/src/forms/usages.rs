//! Add, edit, delete and test an image or a dataset.

use super::{Nothing, Unreadable, read, services, with_notice};
use crate::{middleware::to_sign_in, pages, state::AppState};
use app::{
    checks::answer,
    document::Page,
    ssr,
    ui::notice::Notice,
    usages::input::{self, Returned, UsageInput},
};
use axum::{
    extract::Request,
    http::{StatusCode, header, request::Parts},
    response::{Html, IntoResponse, Response},
};
use backend::{Backend, Ctx};
use domain::{error::Error, secret::SecretName, usage::UsageKind};

/// `POST /images/new`, `POST /datasets/new`
pub async fn add(kind: UsageKind, state: AppState, request: Request) -> Response {
    save(state, request, kind, Page::AddUsage(kind), async |backend, ctx, _, input| {
        input::create(&backend, &ctx, kind, input).await
    })
    .await
}

/// `POST /images/{name}/edit`, `POST /datasets/{name}/edit`
pub async fn edit(kind: UsageKind, state: AppState, request: Request) -> Response {
    save(state, request, kind, Page::EditUsage(kind), async |backend, ctx, parts, input| {
        input::update(&backend, &ctx, kind, &name(parts)?, input).await
    })
    .await
}

/// `POST /images/{name}/delete`, `POST /datasets/{name}/delete`
pub async fn delete(kind: UsageKind, state: AppState, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let deleted = async {
        let (backend, ctx) = services(&state, &parts)?;
        let Nothing {} = read(&parts, body).await.map_err(|_| Error::BadRequest)?;
        input::delete(&backend, &ctx, kind, &name(&parts)?).await
    };
    match deleted.await {
        Ok(notice) => with_notice(kind.list(), &notice),
        Err(Error::NotSignedIn) => to_sign_in(parts.uri.path()),
        Err(error) => {
            let status = ssr::status_of(&error);
            pages::in_answer(state, parts, Page::DeleteUsage(kind), status, error).await
        }
    }
}

/// `POST` to `/check` under either form. A browser that goes there gets the form again; the button of a page that has come
/// alive gets that much HTML as it puts into the page.
pub async fn check(kind: UsageKind, page: Page, state: AppState, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let accept = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let wants_page = accept.is_none_or(|accept| accept.contains("text/html"));
    let mut typed = UsageInput::default();
    let tested = async {
        let (backend, ctx) = services(&state, &parts)?;
        typed = read(&parts, body).await.map_err(|Unreadable(_)| Error::BadRequest)?;
        input::test(&backend, &ctx, kind, &typed).await
    };
    match tested.await {
        Ok((secret, report)) => {
            let found = input::found_by(&report);
            let html = answer::used(report, secret);
            if wants_page {
                let returned = Returned { input: typed, error: None, tested: Some(html), found };
                pages::in_answer(state, parts, page, StatusCode::OK, returned).await
            } else {
                Html(html).into_response()
            }
        }
        Err(error) if !wants_page => (ssr::status_of(&error), Html(answer::refusal(&error))).into_response(),
        Err(error) => refused(state, parts, page, typed, error).await,
    }
}

/// Saves what was sent, unless it was sent to find a secret for it.
async fn save(
    state: AppState,
    request: Request,
    kind: UsageKind,
    page: Page,
    action: impl AsyncFnOnce(Backend, Ctx, &Parts, &UsageInput) -> Result<Notice, Error>,
) -> Response {
    let (parts, body) = request.into_parts();
    let (backend, ctx) = match services(&state, &parts) {
        Ok(services) => services,
        Err(error) => return refused(state, parts, page, UsageInput::default(), error).await,
    };
    let Ok(typed) = read::<UsageInput>(&parts, body).await else {
        return refused(state, parts, page, UsageInput::default(), Error::BadRequest).await;
    };
    if typed.asks_to_find() {
        let returned = Returned { input: typed, error: None, tested: None, found: Vec::new() };
        return pages::in_answer(state, parts, page, StatusCode::OK, returned).await;
    }
    match action(backend, ctx, &parts, &typed).await {
        Ok(notice) => with_notice(kind.list(), &notice),
        Err(error) => refused(state, parts, page, typed, error).await,
    }
}

async fn refused(state: AppState, parts: Parts, page: Page, input: UsageInput, error: Error) -> Response {
    if error == Error::NotSignedIn {
        return to_sign_in(parts.uri.path());
    }
    let status = ssr::status_of(&error);
    let returned = Returned { input, error: Some(error), tested: None, found: Vec::new() };
    pages::in_answer(state, parts, page, status, returned).await
}

/// The name in the path.
fn name(parts: &Parts) -> Result<SecretName, Error> {
    let segment = parts.uri.path().split('/').nth(2).unwrap_or_default();
    SecretName::parse(segment).map_err(|_| Error::NotFound)
}
