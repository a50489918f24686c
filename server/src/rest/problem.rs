//! What went wrong, as problem details (RFC 9457). Nothing that was sent is in them.

use app::{error::ApiError, ssr};
use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use backend::ValueError;
use domain::error::{Error, FieldError, Problem as FieldProblem};
use serde::Serialize;
use utoipa::ToSchema;

/// Problem details (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// What sort of problem: a word that stays the same.
    #[schema(example = "invalid")]
    r#type: String,
    /// The status in words.
    title: &'static str,
    /// The status of the answer.
    pub(super) status: u16,
    /// What happened, and what to do.
    pub(super) detail: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) errors: Vec<FieldDetail>,
    /// Of a change that came in between: who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_by: Option<String>,
    /// Of a change that came in between: when.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_at: Option<String>,
    /// Of a change that came in between: the version that is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    /// Of a secret that holds the same: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<String>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FieldDetail {
    /// The member of the body, or the parameter.
    pub(super) field: String,
    /// What is wrong, and what to do.
    pub(super) detail: String,
}

impl Problem {
    pub fn new(status: StatusCode, kind: &str, detail: impl Into<String>) -> Self {
        Self {
            r#type: format!("/api/docs#{kind}"),
            title: status.canonical_reason().unwrap_or("Failed"),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            changed_by: None,
            changed_at: None,
            version: None,
            other: None,
        }
    }

    /// A parameter of the address or a header that is not as it has to be.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        let mut problem =
            Self::new(StatusCode::BAD_REQUEST, "bad-parameter", "A parameter is not one that is taken here.");
        problem.errors.push(FieldDetail { field: name.to_owned(), detail: detail.into() });
        problem
    }

    pub fn no_such_method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "no-such-method", "This address does not take that method.")
    }

    /// A key for a request that may be sent again, on another request.
    pub fn key_spent() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency-key-spent",
            "This Idempotency-Key came with another request before. Choose a new one for each secret.",
        )
    }

    /// The same problem where the version was named that is to be changed.
    #[must_use]
    pub fn of_condition(mut self) -> Self {
        if self.version.is_some() {
            let status = StatusCode::PRECONDITION_FAILED;
            self.status = status.as_u16();
            self.title = status.canonical_reason().unwrap_or_default();
        }
        self
    }

    fn of_fields(errors: &[FieldError]) -> Self {
        let taken = errors.iter().any(|error| matches!(error.problem, FieldProblem::NameTaken(_)));
        let mut problem = if taken {
            Self::new(StatusCode::CONFLICT, "name-taken", "There is a secret of this name already.")
        } else {
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Some fields need another look.")
        };
        let details = errors.iter().map(|error| FieldDetail {
            field: error.field.key().to_owned(),
            detail: error.problem.message(),
        });
        problem.errors = details.collect();
        problem
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = ssr::status_of(&error);
        let (kind, detail) = match &error {
            Error::Invalid(errors) => return Self::of_fields(errors),
            Error::NotSignedIn => (
                "unauthorized",
                "Send a token that is good in the header Authorization: Bearer. It may have expired or been revoked."
                    .to_owned(),
            ),
            Error::Forbidden => ("forbidden", "The token does not allow this.".to_owned()),
            Error::NotFound => ("not-found", "There is nothing here.".to_owned()),
            Error::Twin(twin) => (
                "twin",
                format!(
                    "The secret {twin} holds the same key or account. Nothing was saved. To save it all the same, send \
                     \"knowingly\": true."
                ),
            ),
            Error::Changed(change) => (
                "changed",
                format!(
                    "The secret was changed by {} at {} and has version {} now. Nothing was saved.",
                    change.by,
                    change.at.rfc3339(),
                    change.version
                ),
            ),
            Error::BadRequest => ("bad-request", "The portal could not read this request.".to_owned()),
            Error::Sealed => ("sealed", ApiError::Refused(error.clone()).message()),
            Error::Unavailable => ("unavailable", ApiError::Refused(error.clone()).message()),
            Error::Internal(_) => ("internal", ApiError::Refused(error.clone()).message()),
        };
        let mut problem = Self::new(status, kind, detail);
        match error {
            Error::Changed(change) => {
                problem.changed_by = Some(change.by);
                problem.changed_at = Some(change.at.rfc3339());
                problem.version = Some(change.version);
            }
            Error::Twin(twin) => problem.other = Some(twin.to_string()),
            _ => {}
        }
        problem
    }
}

impl From<ValueError> for Problem {
    fn from(error: ValueError) -> Self {
        match error {
            ValueError::WrongShape => Self::parameter(
                "shape",
                "Secrets of this type are not handed out in this shape. See /api/docs.",
            ),
            ValueError::NoUrl => Self::parameter(
                "url",
                "Argo CD has to be told the repository's address, and the secret has none to try. Send ?url=…",
            ),
            ValueError::Refused(error) => error.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        let mut set = |name: HeaderName, value: &'static str| {
            headers.insert(name, HeaderValue::from_static(value));
        };
        set(header::CONTENT_TYPE, "application/problem+json");
        match status {
            StatusCode::UNAUTHORIZED => set(header::WWW_AUTHENTICATE, "Bearer realm=\"latchkey\""),
            StatusCode::SERVICE_UNAVAILABLE => set(header::RETRY_AFTER, "5"),
            _ => {}
        }
        response
    }
}
