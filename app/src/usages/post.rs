//! Images and datasets: the forms that add, edit, delete and test one.

use super::input::{self, Returned, UsageInput};
use crate::{
    connection_tests::answer,
    document::Page,
    extract::{Nothing, Path, PostForm, SignedIn},
    respond::{Reply, with_flash},
    ssr,
    ui::flash::Flash,
};
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use domain::{error::Error, secret::SecretName, usage::UsageKind};

/// Handles `POST /images/new` and `POST /datasets/new`.
pub async fn add(kind: UsageKind, form: PostForm<UsageInput>) -> Response {
    save(
        form,
        kind,
        |returned| Page::AddUsage(kind, returned),
        async |SignedIn { backend, ctx }, input| input::create(&backend, &ctx, kind, input).await,
    )
    .await
}

/// Handles `POST /images/{name}/edit` and `POST /datasets/{name}/edit`.
pub async fn edit(kind: UsageKind, Path(name): Path<SecretName>, form: PostForm<UsageInput>) -> Response {
    let page = |returned| Page::EditUsage(kind, name.clone(), returned);
    save(form, kind, page, async |SignedIn { backend, ctx }, input| {
        input::update(&backend, &ctx, kind, &name, input).await
    })
    .await
}

/// Handles `POST /images/{name}/delete` and `POST /datasets/{name}/delete`.
pub async fn delete(
    kind: UsageKind,
    Path(name): Path<SecretName>,
    PostForm { reply, sent }: PostForm<Nothing>,
) -> Response {
    let deleted = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        input::delete(&backend, &ctx, kind, &name).await
    };
    match deleted.await {
        Ok(flash) => with_flash(kind.list(), &flash),
        Err(error) => reply.failed(error, |error| Page::DeleteUsage(kind, name, Some(error))).await,
    }
}

/// Handles `POST /images/new/check` and `POST /datasets/new/check`.
pub async fn test_new(kind: UsageKind, form: PostForm<UsageInput>) -> Response {
    test(form, kind, |returned| Page::AddUsage(kind, returned)).await
}

/// Handles `POST /images/{name}/edit/check` and `POST /datasets/{name}/edit/check`.
pub async fn test_stored(
    kind: UsageKind,
    Path(name): Path<SecretName>,
    form: PostForm<UsageInput>,
) -> Response {
    test(form, kind, |returned| Page::EditUsage(kind, name, returned)).await
}

/// Tests the content of the form. A browser gets the form again; the button of a hydrated page gets the HTML
/// that it puts into the page.
async fn test(
    PostForm { reply, sent }: PostForm<UsageInput>,
    kind: UsageKind,
    page: impl FnOnce(Option<Box<Returned>>) -> Page,
) -> Response {
    let wants_page = reply.wants_page();
    let mut typed = UsageInput::default();
    let tested = async {
        let (SignedIn { backend, ctx }, input) = sent?;
        typed = input;
        input::test(&backend, &ctx, kind, &typed).await
    };
    match tested.await {
        Ok((secret, report)) => {
            let found = input::found_by(&report);
            let html = answer::used(report, secret);
            if wants_page {
                let returned = Returned { input: typed, error: None, tested: Some(html), found };
                reply.page(StatusCode::OK, page(Some(Box::new(returned)))).await
            } else {
                Html(html).into_response()
            }
        }
        Err(error) if !wants_page => {
            (ssr::status_of(&error), Html(answer::not_tested(&error))).into_response()
        }
        Err(error) => again(reply, page, typed, error).await,
    }
}

/// Saves the form, unless it was sent to find a secret for it.
async fn save(
    PostForm { reply, sent }: PostForm<UsageInput>,
    kind: UsageKind,
    page: impl FnOnce(Option<Box<Returned>>) -> Page,
    action: impl AsyncFnOnce(SignedIn, &UsageInput) -> Result<Flash, Error>,
) -> Response {
    let (signed_in, typed) = match sent {
        Ok(sent) => sent,
        Err(error) => return again(reply, page, UsageInput::default(), error).await,
    };
    if typed.asks_to_find() {
        let returned = Returned { input: typed, error: None, tested: None, found: Vec::new() };
        return reply.page(StatusCode::OK, page(Some(Box::new(returned)))).await;
    }
    match action(signed_in, &typed).await {
        Ok(flash) => with_flash(kind.list(), &flash),
        Err(error) => again(reply, page, typed, error).await,
    }
}

/// Renders the form again, with the typed fields and their problems.
async fn again(
    reply: Reply,
    page: impl FnOnce(Option<Box<Returned>>) -> Page,
    input: UsageInput,
    error: Error,
) -> Response {
    let returned = |error| Returned { input, error: Some(error), tested: None, found: Vec::new() };
    reply.failed(error, |error| page(Some(Box::new(returned(error))))).await
}
