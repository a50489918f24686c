//! Import: a file or text, then what was chosen of what was found in it.

use super::{Unreadable, read, services, with_notice};
use crate::{middleware::to_sign_in, pages, state::AppState};
use app::{
    document::Page,
    imports::{IMPORT, NotBegun, NotSaved, import_address},
    secrets::LIST,
    ssr,
    ui::notice::{Deed, Notice},
};
use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Path, Request, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use backend::{Backend, Ctx, ImportChoice};
use domain::{
    error::{Error, Field},
    import::{ImportError, ImportProblem, MAX_ENTRIES},
    secret::SecretId,
    sensitive::Sensitive,
};
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// `POST /secrets/import`
pub async fn begin(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let refused = match permitted(&state, &parts).await {
        Ok((backend, ctx)) => match pasted(&parts, body).await {
            Ok(Ok(text)) => match backend.imports().begin(&ctx, &text).await {
                Ok(id) => return Redirect::to(&import_address(id)).into_response(),
                Err(error) => error,
            },
            Ok(Err(problem)) => ImportError::Problem(problem),
            Err(Unreadable(status)) => {
                let refused = NotBegun(Error::BadRequest.into());
                return pages::in_answer(state, parts, Page::Import, status, refused).await;
            }
        },
        Err(Error::NotSignedIn) => return to_sign_in(IMPORT),
        Err(error) => error.into(),
    };
    pages::in_answer(state, parts, Page::Import, status_of(&refused), NotBegun(refused)).await
}

/// `POST /secrets/import/{id}`
pub async fn save(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (backend, ctx) = match permitted(&state, &parts).await {
        Ok(all) => all,
        Err(error) => return refused(state, parts, error).await,
    };
    let rows = match read::<Vec<(String, String)>>(&parts, body).await {
        Ok(pairs) => Rows::parse(pairs).ok_or(Unreadable(StatusCode::BAD_REQUEST)),
        Err(refusal) => Err(refusal),
    };
    let rows = match rows {
        Ok(rows) => rows,
        Err(Unreadable(status)) => {
            let error = Error::BadRequest.into();
            let refused = NotSaved { chosen: Vec::new(), typed: Vec::new(), error };
            return pages::in_answer(state, parts, Page::ImportChoice, status, refused).await;
        }
    };
    match backend.imports().save(&ctx, id_of(&id), &rows.choices()).await {
        Ok(saved) => with_notice(LIST, &notice(saved)),
        Err(error) => {
            let status = status_of(&error);
            let typed = rows.typed.into_values().collect();
            let refused = NotSaved { chosen: rows.chosen, typed, error };
            pages::in_answer(state, parts, Page::ImportChoice, status, refused).await
        }
    }
}

/// `POST /secrets/import/{id}/discard`, with what stands in the form beside the button.
pub async fn discard(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let discarded = match permitted(&state, &parts).await {
        Ok((backend, ctx)) => match read::<Vec<(String, String)>>(&parts, body).await {
            Ok(_) => backend.imports().discard(&ctx, id_of(&id)).await,
            Err(_) => Err(Error::BadRequest),
        },
        Err(error) => Err(error),
    };
    match discarded {
        Ok(()) => with_notice(LIST, &Notice::Done(Deed::ImportDiscarded)),
        Err(error) => refused(state, parts, error).await,
    }
}

/// The services, where whoever asks may import: asked before a body is read that may be large.
async fn permitted(state: &AppState, parts: &Parts) -> Result<(Backend, Ctx), Error> {
    let (backend, ctx) = services(state, parts)?;
    backend.imports().may_import(&ctx).await?;
    Ok((backend, ctx))
}

/// The page that says why not. What waits is still there, if it was.
async fn refused(state: AppState, parts: Parts, error: Error) -> Response {
    if error == Error::NotSignedIn {
        return to_sign_in(IMPORT);
    }
    let status = ssr::status_of(&error);
    let refused = NotSaved { chosen: Vec::new(), typed: Vec::new(), error: error.into() };
    pages::in_answer(state, parts, Page::ImportChoice, status, refused).await
}

/// A text that is none is the id of no import.
fn id_of(text: &str) -> Uuid {
    text.parse().unwrap_or_default()
}

fn status_of(error: &ImportError) -> StatusCode {
    match error {
        ImportError::Problem(ImportProblem::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
        ImportError::Problem(_) | ImportError::Rows(_) | ImportError::NothingChosen => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        ImportError::Gone => StatusCode::NOT_FOUND,
        ImportError::Refused(error) => ssr::status_of(error),
    }
}

fn notice(mut saved: Vec<SecretId>) -> Notice {
    match (saved.pop(), saved.is_empty()) {
        (Some(id), true) => Notice::Saved { id, host: None },
        _ => Notice::Done(Deed::SecretsImported),
    }
}

/// The pasted text or the chosen file; strictly: nothing else, and nothing twice.
async fn pasted(parts: &Parts, body: Body) -> Result<Result<Sensitive, ImportProblem>, Unreadable> {
    let request = Request::from_parts(parts.clone(), body);
    let mut fields = Multipart::from_request(request, &())
        .await
        .map_err(|_| Unreadable(StatusCode::UNSUPPORTED_MEDIA_TYPE))?;
    let (mut text, mut file) = (None, None);
    while let Some(field) = fields.next_field().await.map_err(|error| Unreadable(error.status()))? {
        let place = match field.name() {
            Some("text") => &mut text,
            Some("file") => &mut file,
            _ => return Err(Unreadable(StatusCode::BAD_REQUEST)),
        };
        let bytes = field.bytes().await.map_err(|error| Unreadable(error.status()))?;
        let value = std::str::from_utf8(&bytes).map(Sensitive::new);
        if place.replace(value).is_some() {
            return Err(Unreadable(StatusCode::BAD_REQUEST));
        }
    }
    let filled = |value: &Sensitive| !value.expose().trim().is_empty();
    let mut given = Vec::new();
    for value in [text, file].into_iter().flatten() {
        match value {
            Ok(value) if filled(&value) => given.push(value),
            Ok(_) => {}
            Err(_) => return Ok(Err(ImportProblem::Binary)),
        }
    }
    Ok(match (given.pop(), given.pop()) {
        (Some(value), None) => Ok(value),
        (Some(_), Some(_)) => Err(ImportProblem::Both),
        (None, _) => Err(ImportProblem::Missing),
    })
}

/// What stands in the form of the second step.
#[derive(Debug, Default)]
struct Rows {
    chosen: Vec<u32>,
    typed: BTreeMap<u32, ImportChoice>,
}

impl Rows {
    /// `take` with a number for each row that is chosen; `name-N` and `display_name-N` for every row. `None` for anything
    /// else, and for anything twice.
    fn parse(pairs: Vec<(String, String)>) -> Option<Self> {
        let row_number = |text: &str| {
            text.parse::<u32>().ok().filter(|number| usize::try_from(*number).is_ok_and(|n| n <= MAX_ENTRIES))
        };
        let mut rows = Self::default();
        let mut seen = HashSet::new();
        for (key, value) in pairs {
            if key == "take" {
                let number = row_number(&value).filter(|number| !rows.chosen.contains(number))?;
                rows.chosen.push(number);
                continue;
            }
            let (field, number) = key.rsplit_once('-')?;
            let number = row_number(number)?;
            let row = rows.typed.entry(number).or_insert(ImportChoice { number, ..ImportChoice::default() });
            let place = match field {
                field if field == Field::Name.key() => &mut row.name,
                field if field == Field::DisplayName.key() => &mut row.display_name,
                _ => return None,
            };
            *place = value;
            if !seen.insert(key) {
                return None;
            }
        }
        Some(rows)
    }

    /// The chosen rows, each with what was typed into it.
    fn choices(&self) -> Vec<ImportChoice> {
        let typed = |number: &u32| match self.typed.get(number) {
            Some(row) => row.clone(),
            None => ImportChoice { number: *number, ..ImportChoice::default() },
        };
        self.chosen.iter().map(typed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Option<Rows> {
        Rows::parse(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn rows_are_read_strictly() {
        let pairs = [
            ("take", "2"),
            ("name-1", "a"),
            ("display_name-1", "A"),
            ("name-2", "b"),
            ("display_name-2", ""),
        ];
        let rows = parse(&pairs).unwrap();
        assert_eq!(
            rows.choices(),
            [ImportChoice { number: 2, name: "b".to_owned(), ..ImportChoice::default() }]
        );
        assert_eq!(rows.typed.len(), 2);
        for bad in [
            &[("take", "x")][..],
            &[("take", "101")],
            &[("take", "1"), ("take", "1")],
            &[("name-1", "a"), ("name-1", "b")],
            &[("name", "a")],
            &[("name-x", "a")],
            &[("password-1", "a")],
            &[("name--1", "a")],
        ] {
            assert!(parse(bad).is_none(), "{bad:?}");
        }
        assert!(parse(&[]).unwrap().choices().is_empty());
    }
}
