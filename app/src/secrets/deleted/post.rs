//! Deleted secrets: the forms that restore one, and remove it for good.

use super::DELETED;
use crate::{
    document::Page,
    extract::{Nothing, Path, PostForm, SignedIn},
    respond::{done, own_address, with_flash},
    ui::flash::{ActionDone, Flash},
};
use axum::response::Response;
use domain::{error::Error, time::Timestamp};
use serde::Deserialize;
use uuid::Uuid;

/// Handles `POST /secrets/deleted/{id}/restore`.
pub async fn restore(Path(row): Path<Uuid>, PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    let restored = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        backend.secrets().restore(&ctx, row).await
    };
    match restored.await {
        Ok(id) => with_flash(DELETED, &Flash::Restored(id)),
        Err(error) => reply.failed_at(DELETED, error, |error| Page::DeletedSecrets(Some(error))).await,
    }
}

/// A deletion of the caller, by its time, and the address of the page with its notice.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deletion {
    at: String,
    back: String,
}

/// Handles `POST /secrets/deleted/restore`: undoes a deletion of the caller.
pub async fn undo(PostForm { reply, sent }: PostForm<Deletion>) -> Response {
    let restored = async {
        let (SignedIn { backend, ctx }, deletion) = sent?;
        let Some(at) = Timestamp::parse_micros(&deletion.at) else {
            backend.secrets().may_change(&ctx, None).await?;
            return Err(Error::BadRequest);
        };
        Ok((backend.secrets().undo_deletion(&ctx, at).await?, own_address(&deletion.back)))
    };
    match restored.await {
        Ok((ids, back)) => {
            let flash = match ids.as_slice() {
                [id] => Flash::Restored(id.clone()),
                ids => Flash::RestoredSeveral(u32::try_from(ids.len()).unwrap_or(u32::MAX)),
            };
            with_flash(&back, &flash)
        }
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
