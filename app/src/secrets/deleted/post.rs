//! Deleted secrets: the forms that restore one, and remove it for good.

use super::DELETED;
use crate::{
    document::Page,
    extract::{Nothing, Path, PostForm, SignedIn},
    respond::done,
    ui::flash::ActionDone,
};
use axum::response::Response;
use domain::error::Error;
use uuid::Uuid;

/// Handles `POST /secrets/deleted/{id}/restore`.
pub async fn restore(Path(row): Path<Uuid>, PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    let restored = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        backend.secrets().restore(&ctx, row).await
    };
    match restored.await {
        Ok(_) => done(DELETED, ActionDone::SecretRestored),
        Err(error) => reply.failed_at(DELETED, error, |error| Page::DeletedSecrets(Some(error))).await,
    }
}

/// Handles `POST /secrets/deleted/{id}/remove`.
pub async fn remove(Path(row): Path<Uuid>, PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    let removed = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        match backend.secrets().remove(&ctx, row).await {
            // Submitted twice, or removed meanwhile: it is gone, as was asked.
            Err(Error::NotFound) => Ok(()),
            outcome => outcome,
        }
    };
    match removed.await {
        Ok(()) => done(DELETED, ActionDone::SecretRemoved),
        Err(error) => reply.failed_at(DELETED, error, |error| Page::RemoveSecret(row, Some(error))).await,
    }
}
