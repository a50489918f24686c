//! The JSON that is sent to the API.

use super::problem::{Problem, ProblemKind};
use crate::state::AppState;
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use domain::{sensitive::Sensitive, text};
use http_body_util::LengthLimitError;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use std::convert::Infallible;

/// Parses a whole number as JSON Schema has it: `244.0` is one, too.
pub(in crate::rest) fn whole_number<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<u32>, D::Error> {
    let Some(number) = Option::<f64>::deserialize(deserializer)? else { return Ok(None) };
    number.to_string().parse().map(Some).map_err(|_| D::Error::custom("not a whole number"))
}

/// Parses a number that may be null, for a member whose being left out means something else (`None` by `default`).
#[expect(clippy::option_option, reason = "left out, null and a number are three things")]
pub(in crate::rest) fn whole_number_or_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<u32>>, D::Error> {
    whole_number(deserializer).map(Some)
}

/// Parses a number of a change that null clears, as 0 does. Left out, it is `None` by `default`.
pub(in crate::rest) fn number_or_cleared<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<u32>, D::Error> {
    whole_number(deserializer).map(|number| Some(number.unwrap_or_default()))
}

/// Parses a text of a change that null clears, as an empty text does. Left out, it is `None` by `default`.
pub(in crate::rest) fn text_or_cleared<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer).map(|text: Option<String>| Some(text.unwrap_or_default()))
}

/// A JSON body of this form, right or wrong: the caller is authorized first, and whoever may not do this learns nothing else. Errors
/// name only the place, because the body may hold a value.
pub struct Body<T>(Result<T, Problem>);

impl<T> Body<T> {
    /// Returns the content. To be called once the caller is authorized.
    ///
    /// Errors: the body is not JSON of this form.
    pub fn content(self) -> Result<T, Problem> {
        self.0
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self(Self::read(request, state).await))
    }
}

impl<T: DeserializeOwned> Body<T> {
    async fn read(request: Request, state: &AppState) -> Result<T, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                ProblemKind::UnsupportedMediaType,
                "Send JSON, with the header Content-Type: application/json.",
            ));
        }
        let text = self::text(request, state).await?;
        // serde would also accept a list of the members, and an empty one would be a change of nothing.
        if !text.expose().trim_start().starts_with('{') {
            return Err(unlike(1, 1));
        }
        parse(&text)
    }
}

/// Reads the whole body.
pub(super) async fn text(request: Request, state: &AppState) -> Result<Sensitive, Problem> {
    let bytes = Bytes::from_request(request, state).await.map_err(|refused| {
        if refused.status() == StatusCode::PAYLOAD_TOO_LARGE || is_too_long(&refused) {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                ProblemKind::TooLarge,
                "The body is longer than anything that the portal stores.",
            )
        } else {
            Problem::new(StatusCode::BAD_REQUEST, ProblemKind::BadRequest, "The body broke off.")
        }
    })?;
    // UTF-8, or the encoding in which Windows PowerShell writes files.
    text::decode(&bytes).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            ProblemKind::BadRequest,
            "The body is not text in UTF-8 or UTF-16.",
        )
    })
}

/// Returns whether a body without a stated length turned out to be longer than its address accepts.
fn is_too_long(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes.any(<dyn std::error::Error>::is::<LengthLimitError>)
}

/// Parses JSON. Errors name only the place.
pub(super) fn parse<T: DeserializeOwned>(text: &Sensitive) -> Result<T, Problem> {
    serde_json::from_str(text.expose()).map_err(|error| unlike(error.line(), error.column()))
}

fn unlike(line: usize, column: usize) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        ProblemKind::BadRequest,
        format!("The body is not the JSON that is taken here: line {line}, column {column}. See /api/docs."),
    )
}

fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers) == "application/json"
}

/// Returns the media type of the body, without parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    named.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
