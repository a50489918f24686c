//! The versions of a secret's value: the forms that roll back to one, and destroy one.

use super::question::{VersionNotDone, VersionQuestion};
use crate::{
    document::Page,
    extract::{Path, PostForm, SignedIn},
    respond::{Reply, done},
    secrets::page_of,
    ui::flash::ActionDone,
};
use axum::response::Response;
use domain::{
    error::Error,
    secret::{RollbackTest, SecretId},
};
use serde::Deserialize;

/// The version that is meant, the version of the secret that the question was about, and when to test the connection.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VersionForm {
    version: String,
    secret_version: String,
    test: String,
}

/// Handles `POST /secrets/{id}/rollback`.
pub async fn roll_back(
    Path(id): Path<SecretId>,
    PostForm { reply, sent }: PostForm<VersionForm>,
) -> Response {
    let (mut number, mut test) = (None, RollbackTest::Before);
    let rolled_back = async {
        let (SignedIn { backend, ctx }, form) = sent?;
        backend.secrets().may_change(&ctx, Some(&id)).await?;
        number = form.version.parse().ok();
        test = RollbackTest::parse(&form.test).ok_or(Error::BadRequest)?;
        let number = number.ok_or(Error::BadRequest)?;
        let asked_about: i64 = form.secret_version.parse().map_err(|_| Error::BadRequest)?;
        let (tests, secrets) = (backend.connection_tests(), backend.secrets());
        tests.roll_back(&ctx, secrets, (&id, number), Some(asked_about.into()), test).await
    };
    match rolled_back.await {
        Ok(rolled_back) => {
            let action =
                if rolled_back.already_current { ActionDone::AlreadyCurrent } else { ActionDone::RolledBack };
            done(&page_of(&id, "", reply.query()), action)
        }
        Err(error) => {
            let failed = VersionNotDone { number, test, error };
            not_done(reply, &id, VersionQuestion::RollBack, failed).await
        }
    }
}

/// Handles `POST /secrets/{id}/destroy`.
pub async fn destroy(Path(id): Path<SecretId>, PostForm { reply, sent }: PostForm<VersionForm>) -> Response {
    let mut number = None;
    let destroyed = async {
        let (SignedIn { backend, ctx }, form) = sent?;
        number = form.version.parse().ok();
        backend.secrets().may_change(&ctx, Some(&id)).await?;
        match backend.secrets().destroy_version(&ctx, &id, number.ok_or(Error::BadRequest)?).await {
            // Submitted twice, or gone meanwhile: its value is no more, as was asked.
            Err(Error::VersionGone) => Ok(()),
            outcome => outcome,
        }
    };
    match destroyed.await {
        Ok(()) => done(&page_of(&id, "", reply.query()), ActionDone::VersionDestroyed),
        Err(error) => {
            let failed = VersionNotDone { number, test: RollbackTest::No, error };
            not_done(reply, &id, VersionQuestion::Destroy, failed).await
        }
    }
}

/// Renders the question again with the reason why nothing was done.
async fn not_done(
    reply: Reply,
    id: &SecretId,
    question: VersionQuestion,
    failed: VersionNotDone,
) -> Response {
    let back = page_of(id, "", reply.query());
    let page = |error| {
        Page::AskAboutVersion(
            id.clone(),
            question,
            Some(Box::new(VersionNotDone { error, ..failed.clone() })),
        )
    };
    reply.failed_at(&back, failed.error.clone(), page).await
}
