//! The form of the page.

use crate::{
    document::Page,
    extract::{Nothing, PostForm},
    respond::to_sign_in,
    system::SYSTEM,
};
use axum::response::Response;
use domain::error::Error;
use http::StatusCode;

/// Handles `POST /system`: answers with the page, after the slow checks. Nothing is stored, so that the page can be loaded again.
pub async fn check_now(PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    match sent {
        Ok(_) => reply.page(StatusCode::OK, Page::System { slow: true }).await,
        Err(Error::NotSignedIn) => to_sign_in(SYSTEM),
        Err(error) => reply.failed(error, |_| Page::System { slow: false }).await,
    }
}
