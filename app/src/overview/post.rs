//! The forms of the Overview.

use super::OVERVIEW;
use crate::{
    document::Page,
    extract::{Nothing, PostForm, SignedIn},
    respond::done,
    system::{FROM_SYSTEM, SYSTEM},
    ui::flash::ActionDone,
};
use axum::response::Response;
use backend::PortalNote;

/// Handles `POST /overview/key-backed-up`.
pub async fn key_backed_up(form: PostForm<Nothing>) -> Response {
    note(form, PortalNote::KeyBackedUp, ActionDone::KeyBackedUp).await
}

/// Handles `POST /overview/dismiss-steps`.
pub async fn dismiss_steps(form: PostForm<Nothing>) -> Response {
    note(form, PortalNote::StepsDismissed, ActionDone::StepsDismissed).await
}

async fn note(PostForm { reply, sent }: PostForm<Nothing>, note: PortalNote, action: ActionDone) -> Response {
    let noted = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        backend.overview().note(&ctx, note).await
    };
    let back = if reply.query() == FROM_SYSTEM { SYSTEM } else { OVERVIEW };
    match noted.await {
        Ok(()) => done(back, action),
        Err(error) => reply.failed_at(OVERVIEW, error, |error| Page::Overview(Some(error))).await,
    }
}
