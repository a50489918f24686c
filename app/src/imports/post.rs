//! Import: the forms with a file or text, and with the choice of its findings.

use super::{IMPORT, NotSaved, import_address, start::not_imported};
use crate::{
    document::Page,
    extract::{CHOICE_LIMIT, Path, Sender, SignedIn, Unread, Unreadable, read_up_to},
    respond::{Reply, done, to_sign_in, with_flash},
    secrets::LIST,
    ssr,
    ui::flash::{ActionDone, Flash, NAMED},
};
use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Request},
    http::{StatusCode, header, request::Parts},
    response::{Html, IntoResponse, Redirect, Response},
};
use backend::ImportChoice;
use domain::{
    error::{Error, Field},
    import::{ImportProblem, MAX_BYTES, MAX_ENTRIES},
    secret::SecretId,
    sensitive::Sensitive,
    text,
};
use http_body_util::BodyExt;
use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};
use uuid::Uuid;

/// The longest body of the first step: a file, and what a browser adds.
pub const BODY_LIMIT: usize = MAX_BYTES + 64 * 1024;

/// The most bytes of an excessive body that are read and discarded, because a browser shows no answer while
/// it still sends.
const MAX_DRAINED: usize = 256 * 1024 * 1024;

/// The longest time for discarding them.
const DRAIN_TIMEOUT: Duration = Duration::from_mins(1);

/// The length from which files are read only so many at a time, because each takes a multiple of its length
/// in memory.
const LARGE: usize = 1024 * 1024;
static LARGE_TURNS: Semaphore = Semaphore::const_new(2);

/// The longest wait for a turn.
const TURN_TIMEOUT: Duration = Duration::from_secs(8);

/// Handles `POST /secrets/import`. A hydrated page gets only the reason, so that nothing that was pasted is
/// lost.
pub async fn begin(Unread { reply, body }: Unread) -> Response {
    let wants_page = reply.wants_page();
    let begun = async {
        let SignedIn { backend, ctx } = permitted(&reply).await?;
        let (text, _turn) = received(&reply.parts, body).await?;
        backend.imports().begin(&ctx, text).await.map_err(NotBegun::Rejected)
    };
    let (status, error) = match begun.await {
        Ok(id) => return Redirect::to(&import_address(id)).into_response(),
        Err(NotBegun::Rejected(Error::NotSignedIn)) if wants_page => {
            return to_sign_in(IMPORT);
        }
        Err(NotBegun::Rejected(error)) => (ssr::status_of(&error), error),
        Err(NotBegun::Unreadable(status)) => (status, Error::BadRequest),
    };
    if wants_page {
        reply.page(status, Page::Import(Some(error))).await
    } else {
        (status, Html(not_imported(&error))).into_response()
    }
}

/// The reason why an import was not begun.
enum NotBegun {
    /// The body is not the form of the page.
    Unreadable(StatusCode),
    Rejected(Error),
}

impl From<Error> for NotBegun {
    fn from(error: Error) -> Self {
        Self::Rejected(error)
    }
}

impl From<ImportProblem> for NotBegun {
    fn from(problem: ImportProblem) -> Self {
        Self::Rejected(Error::Import(problem))
    }
}

/// Handles `POST /secrets/import/{id}`.
pub async fn save(Path(id): Path<Uuid>, Unread { reply, body }: Unread) -> Response {
    let SignedIn { backend, ctx } = match permitted(&reply).await {
        Ok(signed_in) => signed_in,
        Err(error) => return not_saved(reply, id, error).await,
    };
    let rows = match read_up_to::<Vec<(String, String)>>(&reply.parts, body, CHOICE_LIMIT).await {
        Ok(pairs) => Rows::parse(pairs).ok_or(Unreadable(StatusCode::BAD_REQUEST)),
        Err(unreadable) => Err(unreadable),
    };
    let rows = match rows {
        Ok(rows) => rows,
        Err(Unreadable(status)) => {
            return again(reply, id, status, NotSaved::because(Error::BadRequest)).await;
        }
    };
    match backend.imports().save(&ctx, id, &rows.choices()).await {
        Ok(saved) => with_flash(LIST, &flash(saved)),
        Err(error) => {
            let typed = rows.typed.into_values().collect();
            again(reply, id, ssr::status_of(&error), NotSaved { chosen: rows.chosen, typed, error }).await
        }
    }
}

/// Handles `POST /secrets/import/{id}/discard`, which has the fields of the form beside the button.
pub async fn discard(Path(id): Path<Uuid>, Unread { reply, body }: Unread) -> Response {
    let discarded = async {
        let SignedIn { backend, ctx } = permitted(&reply).await?;
        read_up_to::<Vec<(String, String)>>(&reply.parts, body, CHOICE_LIMIT).await?;
        backend.imports().discard(&ctx, id).await
    };
    match discarded.await {
        Ok(()) => done(LIST, ActionDone::ImportDiscarded),
        Err(error) => not_saved(reply, id, error).await,
    }
}

/// Returns the caller if they may import, which is checked before a possibly large body is read.
async fn permitted(reply: &Reply) -> Result<SignedIn, Error> {
    let SignedIn { backend, ctx } = SignedIn::of(reply)?;
    backend.imports().may_import(&ctx).await?;
    Ok(SignedIn { backend, ctx })
}

/// Renders the page that says why nothing was saved. The findings still wait, if they did before.
async fn not_saved(reply: Reply, id: Uuid, error: Error) -> Response {
    if error == Error::NotSignedIn {
        return to_sign_in(IMPORT);
    }
    again(reply, id, ssr::status_of(&error), NotSaved::because(error)).await
}

async fn again(reply: Reply, id: Uuid, status: StatusCode, rejected: NotSaved) -> Response {
    reply.page(status, Page::ImportChoice(id, Some(Box::new(rejected)))).await
}

fn flash(mut saved: Vec<SecretId>) -> Flash {
    let count = u32::try_from(saved.len()).unwrap_or(u32::MAX);
    saved.truncate(NAMED);
    match <[SecretId; 1]>::try_from(saved) {
        Ok([id]) => Flash::Saved { id, host: None },
        Err(first) => Flash::Imported { count, first },
    }
}

/// The text, and for a large one the permit that it was read under.
type Received = (Sensitive, Option<SemaphorePermit<'static>>);

/// Returns what was sent, unless it is too long: then the rest is read and discarded, so that the answer is
/// seen.
async fn received(parts: &Parts, body: Body) -> Result<Received, NotBegun> {
    let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let length = length.and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length > BODY_LIMIT) {
        // A sender who is slow or never ends gets the answer at once, and may not see it.
        let _ = timeout(DRAIN_TIMEOUT, drain(body)).await;
        return Err(ImportProblem::TooLarge.into());
    }
    let turn = if length.is_some_and(|length| length < LARGE) {
        None
    } else {
        match timeout(TURN_TIMEOUT, LARGE_TURNS.acquire()).await {
            Ok(Ok(turn)) => Some(turn),
            _ => return Err(Error::Unavailable.into()),
        }
    };
    match pasted(parts, body).await {
        Err(NotBegun::Unreadable(StatusCode::PAYLOAD_TOO_LARGE)) => Err(ImportProblem::TooLarge.into()),
        pasted => Ok((pasted?, turn)),
    }
}

async fn drain(mut body: Body) {
    let mut left = MAX_DRAINED;
    while let Some(Ok(frame)) = body.frame().await {
        match left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

/// Returns the pasted text or the chosen file; strictly, without other fields or repetitions.
async fn pasted(parts: &Parts, body: Body) -> Result<Sensitive, NotBegun> {
    let request = Request::from_parts(parts.clone(), body);
    let mut fields = Multipart::from_request(request, &())
        .await
        .map_err(|_| NotBegun::Unreadable(StatusCode::UNSUPPORTED_MEDIA_TYPE))?;
    let (mut typed, mut file) = (None, None);
    while let Some(field) = fields.next_field().await.map_err(|error| NotBegun::Unreadable(error.status()))? {
        let place = match field.name() {
            Some("text") => &mut typed,
            Some("file") => &mut file,
            _ => return Err(NotBegun::Unreadable(StatusCode::BAD_REQUEST)),
        };
        let bytes = field.bytes().await.map_err(|error| NotBegun::Unreadable(error.status()))?;
        let value = text::decode(&bytes).ok_or(());
        if place.replace(value).is_some() {
            return Err(NotBegun::Unreadable(StatusCode::BAD_REQUEST));
        }
    }
    let filled = |value: &Sensitive| !value.expose().trim().is_empty();
    let mut given = Vec::new();
    for value in [typed, file].into_iter().flatten() {
        match value {
            Ok(value) if filled(&value) => given.push(value),
            Ok(_) => {}
            Err(()) => return Err(ImportProblem::Binary.into()),
        }
    }
    match (given.pop(), given.pop()) {
        (Some(value), None) => Ok(value),
        (Some(_), Some(_)) => Err(ImportProblem::Both.into()),
        (None, _) => Err(ImportProblem::Missing.into()),
    }
}

/// The form of the second step.
#[derive(Debug, Default)]
struct Rows {
    chosen: Vec<u32>,
    typed: BTreeMap<u32, ImportChoice>,
}

impl Rows {
    /// Parses `take` with a number for each chosen row, and `name-N`, `display_name-N` and the other fields
    /// of a row. Returns `None` for any other field, and for repeated ones.
    fn parse(pairs: Vec<(String, String)>) -> Option<Self> {
        let row_number = |text: &str| {
            text.parse::<u32>().ok().filter(|number| usize::try_from(*number).is_ok_and(|n| n <= MAX_ENTRIES))
        };
        let mut rows = Self::default();
        let (mut seen, mut taken) = (HashSet::new(), HashSet::new());
        for (key, value) in pairs {
            if key == "take" {
                let number = row_number(&value).filter(|number| taken.insert(*number))?;
                rows.chosen.push(number);
                continue;
            }
            let (field, number) = key.rsplit_once('-')?;
            let number = row_number(number)?;
            let row = rows.typed.entry(number).or_insert(ImportChoice { number, ..ImportChoice::default() });
            match field {
                field if field == Field::Name.name() => row.name = value,
                field if field == Field::DisplayName.name() => row.display_name = value,
                field if field == Field::Passphrase.name() => row.passphrase = Sensitive::new(value),
                "hosts" if value == "yes" => row.trust_hosts = true,
                "ends" if value == "yes" => row.without_ends = true,
                _ => return None,
            }
            if !seen.insert(key) {
                return None;
            }
        }
        Some(rows)
    }

    /// Returns the chosen rows, each with its typed fields.
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
    fn rows_are_parsed_strictly() {
        let pairs = [
            ("take", "2"),
            ("name-1", "a"),
            ("display_name-1", "A"),
            ("name-2", "b"),
            ("display_name-2", ""),
        ];
        let rows = parse(&pairs).unwrap();
        let choices = rows.choices();
        let [ImportChoice { number: 2, name, trust_hosts: false, without_ends: false, .. }] = &*choices
        else {
            panic!("{choices:?}")
        };
        assert_eq!(name, "b");
        let pairs = [("take", "1"), ("hosts-1", "yes"), ("ends-1", "yes"), ("passphrase-1", "a b")];
        let choices = parse(&pairs).unwrap().choices();
        assert!(choices[0].trust_hosts && choices[0].without_ends);
        assert_eq!(choices[0].passphrase.expose(), "a b");
        assert_eq!(rows.typed.len(), 2);
        for bad in [
            &[("take", "x")][..],
            &[("take", "2001")],
            &[("hosts-1", "no")],
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
