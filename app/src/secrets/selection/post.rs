//! Several secrets at once, by plain forms: those that are selected in the list.

use super::{
    connection_tests::SelectionOutcome,
    manifests::{ManifestsInput, ManifestsProblem, NotExported},
    watched,
};
use crate::{
    document::Page,
    extract::{PostForm, RawForm, Sender, SignedIn, Unreadable},
    respond::{Reply, to_sign_in, with_flash},
    secrets::{actions, confirmation::NotDeleted, list_before, with_list},
    ssr,
};
use axum::{
    body::Body,
    extract::RawQuery,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use backend::{Backend, Ctx, ManifestFormat, ManifestsQuery, Tested, WatchedTests};
use domain::{
    error::Error,
    secret::{ExportFormat, Namespace, SecretKind, Selection},
    sensitive::Sensitive,
};
use serde::Deserialize;

/// Handles `GET /secrets/selected/check`: the result of a test is shown only once, in answer to the form.
#[expect(clippy::unused_async, reason = "handlers are asynchronous")]
pub async fn back(RawQuery(query): RawQuery) -> Redirect {
    Redirect::to(&list_before(&query.unwrap_or_default()))
}

/// The tests of a selection.
enum Tests {
    /// They go on, for the script of the page.
    Begun(WatchedTests),
    Done(Vec<Tested>),
    NothingSelected(StatusCode),
}

/// Handles `POST /secrets/selected/check`, from the list, with a box for each secret. The script of the page gets each result as
/// soon as it is there.
pub async fn test(RawForm { reply, form }: RawForm<Vec<(String, String)>>) -> Response {
    let (selection, list) = match form {
        Ok(pairs) => selected(&pairs),
        Err(Unreadable(status)) => (Err(status), String::new()),
    };
    // The page links back to the list by what its own address would contain.
    let there = with_list(reply.parts.uri.path().to_owned(), &list);
    let reply = reply.moved_to(&there);
    let tested = async {
        let SignedIn { backend, ctx } = SignedIn::of(&reply)?;
        let tests = backend.connection_tests();
        match selection {
            Ok(selection) if watched::reads_lines(&reply) => {
                tests.watched(&ctx, &selection).await.map(Tests::Begun)
            }
            Ok(selection) => tests.many(&ctx, &selection).await.map(Tests::Done),
            // A person without the right is rejected all the same.
            Err(status) => {
                backend.secrets().may_change(&ctx, None).await.map(|()| Tests::NothingSelected(status))
            }
        }
    };
    let (status, outcome): (_, Option<SelectionOutcome>) = match tested.await {
        Ok(Tests::Begun(tests)) => return watched::answer(reply, tests),
        Ok(Tests::Done(tested)) => (StatusCode::OK, Some(Ok(tested))),
        Ok(Tests::NothingSelected(status)) => (status, None),
        Err(Error::NotSignedIn) => return to_sign_in(&list_before(reply.query())),
        Err(error) => (ssr::status_of(&error), Some(Err(error))),
    };
    reply.page(status, Page::TestSelected(outcome)).await
}

/// Parses the form of the list: strictly the boxes, and the place in the list.
fn selected(pairs: &[(String, String)]) -> (Result<Selection, StatusCode>, String) {
    let of = |key: &'static str| {
        pairs.iter().filter(move |(sent, _)| sent == key).map(|(_, value)| value.as_str())
    };
    let known = pairs.iter().all(|(key, _)| key == Selection::PARAM || key == "list");
    let list = of("list").next().unwrap_or_default().to_owned();
    let selection = Selection::parse(of(Selection::PARAM)).filter(|_| known);
    (selection.ok_or(StatusCode::BAD_REQUEST), list)
}

/// The confirmation before used secrets are deleted.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deletion {
    confirmation: String,
}

/// Handles `POST /secrets/selected/delete?id=…`.
pub async fn delete(PostForm { reply, sent }: PostForm<Deletion>) -> Response {
    let mut typed = String::new();
    let deleted = async {
        let (SignedIn { backend, ctx }, form) = sent?;
        typed = form.confirmation;
        let Some(selection) = Selection::parse_query(reply.query()) else {
            backend.secrets().may_change(&ctx, None).await?;
            return Err(Error::BadRequest);
        };
        actions::delete_many(&backend, &ctx, &selection, &typed).await
    };
    match deleted.await {
        Ok(flash) => with_flash(&list_before(reply.query()), &flash),
        Err(error) => {
            let back = reply.address();
            let page = |error| Page::DeleteSelected(Some(NotDeleted { error, typed }));
            reply.failed_at(&back, error, page).await
        }
    }
}

/// Handles `POST /secrets/selected/manifests?id=…`: answers with the file, or the form again.
pub async fn manifests(PostForm { reply, sent }: PostForm<ManifestsInput>) -> Response {
    let (SignedIn { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => return not_exported(reply, ManifestsInput::default(), error.into()).await,
    };
    match export(&backend, &ctx, reply.query(), &input).await {
        Ok((text, format)) => file(&text, format),
        Err(problem) => not_exported(reply, input, problem).await,
    }
}

/// Returns the file that the form asks for, exported by the token in it.
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
        "" => Ok(ExportFormat::default_of(kind)),
        text => ExportFormat::parse(text).ok_or(Error::BadRequest),
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
    let lent = backend.tokens().lent(ctx, &token, &input.current_password).await?;
    let actor = lent.ok_or(ManifestsProblem::TokenNotGood)?;
    let by_token = Ctx { actor, ..ctx.clone() };
    let made = backend.secrets().manifests(&by_token, &selection, &wanted).await;
    let text = made.map_err(|error| match error {
        Error::WrongShape => Error::BadRequest.into(),
        Error::NoUrl(ids) => ManifestsProblem::NoUrl(ids),
        Error::OtherHost(id) => ManifestsProblem::OtherHost(id),
        Error::Forbidden => ManifestsProblem::TokenNotForThese,
        Error::NotFound => ManifestsProblem::Gone,
        error => error.into(),
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

/// Renders the form again, with the typed fields but without token and password.
async fn not_exported(reply: Reply, typed: ManifestsInput, problem: ManifestsProblem) -> Response {
    let status = match &problem {
        ManifestsProblem::Refused(Error::NotSignedIn) => return to_sign_in(&reply.address()),
        ManifestsProblem::Refused(error) => ssr::status_of(error),
        ManifestsProblem::Gone => StatusCode::NOT_FOUND,
        ManifestsProblem::TokenNotForThese => StatusCode::FORBIDDEN,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let wait = match &problem {
        ManifestsProblem::Refused(error) => error.retry_after(),
        _ => None,
    };
    let typed =
        ManifestsInput { token: Sensitive::default(), current_password: Sensitive::default(), ..typed };
    let page = Page::ExportManifests(Some(Box::new(NotExported { typed, problem })));
    let mut response = reply.page(status, page).await;
    if let Some(seconds) = wait {
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
    fn selected_parses_the_form_strictly() {
        let all = read(&[("list", "q=a"), ("id", "image-b"), ("id", "image-a")]);
        assert_eq!(all, (Some(2), "q=a".to_owned()));
        assert_eq!(read(&[("list", "q=a")]), (None, "q=a".to_owned()));
        for bad in [&[][..], &[("id", "image-a"), ("all", "on")], &[("id", "image-a"), ("id", "../x")]] {
            assert_eq!(read(bad).0, None, "{bad:?}");
        }
    }
}
