//! Errors as problem details (RFC 9457), which never repeat what was sent.

use api_types::{FieldDetail, ProblemDetails};
use app::messages;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use domain::{
    error::{Error, Field, FieldError, Problem as FieldProblem},
    usage::UsageProblem,
};

macro_rules! kinds {
    ($($name:ident = $code:literal, $meaning:literal;)*) => {
        /// The kind of a problem: the word that its type ends in, which stays the same.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum ProblemKind {
            $($name,)*
        }

        impl ProblemKind {
            /// Returns the word.
            fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }

        /// Each kind's word with its meaning. Not generated from the kinds, so that the compiler finds an
        /// unused kind.
        pub(super) const KINDS: &[(&str, &str)] = &[$(($code, $meaning),)*];
    };
}

kinds! {
    Unauthorized = "unauthorized", "The token is missing, has expired, or was revoked.";
    Forbidden = "forbidden", "The token's scope does not allow this, or it is for other secrets.";
    NotFound = "not-found", "There is nothing at this address. Of a secret: it does not exist, or not any more.";
    Invalid = "invalid", "Fields need another look: errors says which, and what to do.";
    NameTaken = "name-taken", "A secret of this type has the name already.";
    Duplicate = "twin", "Another secret holds the same key or account: other says which. Send allow_duplicate to save it all the same.";
    Changed = "changed", "Somebody changed it in between, or added another of the name: changed_by and changed_at say who and when.";
    IdempotencyKeySpent = "idempotency-key-spent", "The Idempotency-Key came with another request before.";
    BadParameter = "bad-parameter", "A parameter or a header is not as it has to be: errors says which.";
    BadRequest = "bad-request", "The request could not be read.";
    NoSuchMethod = "no-such-method", "The address does not take this method.";
    UnsupportedMediaType = "unsupported-media-type", "The body is not JSON, or does not say so.";
    TooLarge = "too-large", "The body is too long.";
    TooMany = "too-many", "Too many tests of connections: wait as long as Retry-After says.";
    OtherHost = "other-host", "The password was typed for another registry host than the one that the secret names now: save it again.";
    VersionGone = "version-gone", "The value of this version is no longer kept: newer ones took its place, or somebody destroyed it.";
    CurrentVersion = "current-version", "The version is the one in use.";
    ChannelDisabled = "channel-disabled", "The channel takes no notices, because its receiver is gone.";
    TestFailed = "test-failed", "The earlier value does not work, so it did not come back into use: detail says why.";
    Expired = "expired", "The secret has expired, and its owner wants it not to be handed out since. It still exists.";
    InUse = "in-use", "Somebody uses the secret. To delete it all the same, send its name as confirmation.";
    Sealed = "sealed", "The portal was started with a key that is not the one its values were sealed with.";
    Unavailable = "unavailable", "The database does not answer. Ask again.";
    Internal = "internal", "Something went wrong in the portal; its log has the cause.";
}

/// The error of a request, and in how many seconds to ask again.
#[derive(Debug)]
pub struct Problem(pub(super) Box<ProblemDetails>, Option<u32>);

impl Problem {
    pub(super) fn new(status: StatusCode, kind: ProblemKind, detail: impl Into<String>) -> Self {
        let details = ProblemDetails {
            r#type: format!("/api/docs#{}", kind.code()),
            title: status.canonical_reason().unwrap_or("Failed").into(),
            status: status.as_u16(),
            detail: detail.into(),
            ..ProblemDetails::default()
        };
        Self(Box::new(details), None)
    }

    /// Returns the problem of an invalid parameter or header.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            ProblemKind::BadParameter,
            "A parameter is not one that is taken here.",
        );
        problem.0.errors.push(FieldDetail { field: name.to_owned(), detail: detail.into() });
        problem
    }

    /// Returns the problem of something that does not exist, which says what.
    pub(super) fn not_found(detail: String) -> Self {
        Self::new(StatusCode::NOT_FOUND, ProblemKind::NotFound, detail)
    }

    pub fn no_such_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            ProblemKind::NoSuchMethod,
            "This address does not take that method.",
        )
    }

    /// Returns the problem of an idempotency key that another request has used.
    pub fn key_spent() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            ProblemKind::IdempotencyKeySpent,
            "This Idempotency-Key came with another request before. Choose a new one for each secret.",
        )
    }

    /// Returns the same problem, adjusted if the caller named the version to change.
    #[must_use]
    pub fn of_condition(mut self, named: bool) -> Self {
        if named && self.0.version.is_some() {
            let status = StatusCode::PRECONDITION_FAILED;
            self.0.status = status.as_u16();
            self.0.title = status.canonical_reason().unwrap_or_default().into();
        }
        self
    }

    fn of_fields(errors: &[FieldError]) -> Self {
        let taken = errors.iter().any(|error| {
            matches!(error.problem, FieldProblem::NameTaken(_) | FieldProblem::Usage(UsageProblem::NameTaken))
        });
        let used = errors.iter().any(|error| error.field == Field::Confirmation);
        let mut problem = if taken {
            Self::new(StatusCode::CONFLICT, ProblemKind::NameTaken, "The name is taken already.")
        } else if used {
            Self::new(
                StatusCode::CONFLICT,
                ProblemKind::InUse,
                "Somebody uses this secret. To delete it all the same, say its name: on its page, or as confirmation.",
            )
        } else {
            Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                ProblemKind::Invalid,
                "Some fields need another look.",
            )
        };
        let details = errors.iter().map(|error| FieldDetail {
            field: error.field.name().to_owned(),
            detail: messages::problem(&error.problem),
        });
        problem.0.errors = details.collect();
        problem
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (kind, detail) = match &error {
            Error::Invalid(errors) => return Self::of_fields(errors),
            Error::NotSignedIn => (
                ProblemKind::Unauthorized,
                "There is no valid token in the header Authorization: Bearer. It may have expired or been revoked."
                    .to_owned(),
            ),
            Error::Forbidden => (ProblemKind::Forbidden, "The token does not allow this.".to_owned()),
            Error::NotFound => (ProblemKind::NotFound, "There is nothing here.".to_owned()),
            Error::Duplicate(duplicate) => (
                ProblemKind::Duplicate,
                format!(
                    "The secret {duplicate} holds the same key or account. Nothing was saved. To save it all the same, send \
                     \"allow_duplicate\": true."
                ),
            ),
            Error::Changed(change) => (
                ProblemKind::Changed,
                format!(
                    "It was changed by {} at {} and has version {} now, so nothing was done.",
                    change.by,
                    change.at.rfc3339(),
                    change.version
                ),
            ),
            Error::BadRequest => (ProblemKind::BadRequest, "The portal could not read this request.".to_owned()),
            Error::WrongShape => {
                return Self::parameter(
                    "shape",
                    "Secrets of this type are not handed out in this shape. See /api/docs.",
                );
            }
            Error::NoUrl(_) => {
                return Self::parameter(
                    "url",
                    "Argo CD has to be told the repository's address, and the secret has none to try. Send ?url=…",
                );
            }
            Error::OtherHost(_) => (
                ProblemKind::OtherHost,
                "The password was typed for another registry host than the one that the secret names now, so it is not \
                 handed out. Save the password again."
                    .to_owned(),
            ),
            Error::VersionGone => (ProblemKind::VersionGone, messages::error(&error)),
            Error::CurrentVersion => (ProblemKind::CurrentVersion, messages::error(&error)),
            Error::ChannelDisabled => (ProblemKind::ChannelDisabled, messages::error(&error)),
            Error::TestFailed(_) => (ProblemKind::TestFailed, messages::error(&error)),
            Error::Expired(id, at) => (
                ProblemKind::Expired,
                format!(
                    "The secret {id} expired at {}, and is not handed out since, as its owner wants it. It still exists: store \
                     a new value, or change its expires_at.",
                    at.rfc3339()
                ),
            ),
            Error::Sealed => (ProblemKind::Sealed, messages::error(&error)),
            Error::Unavailable => (ProblemKind::Unavailable, messages::error(&error)),
            Error::TooManyTests(_) => (ProblemKind::TooMany, messages::error(&error)),
            Error::Internal(_) => (ProblemKind::Internal, messages::error(&error)),
            // What people do with their accounts and imports is not in the API.
            _ if status.is_server_error() => (ProblemKind::Internal, messages::error(&error)),
            _ => (ProblemKind::Invalid, messages::error(&error)),
        };
        let mut problem = Self::new(status, kind, detail);
        problem.1 = error.retry_after();
        match error {
            Error::Changed(change) => {
                problem.0.changed_by = Some(change.by);
                problem.0.changed_at = Some(change.at.rfc3339());
                problem.0.version = Some(change.version);
            }
            Error::Duplicate(duplicate) => problem.0.other = Some(duplicate.to_string()),
            _ => {}
        }
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.1;
        let mut response = (status, Json(self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"latchkey\""));
        }
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{error::Change, secret::SecretId, time::Timestamp};
    use std::collections::BTreeSet;

    /// The words are the addresses of the types of problems.
    #[test]
    fn kinds_have_unique_words() {
        let words: BTreeSet<&str> = KINDS.iter().map(|(word, _)| *word).collect();
        assert_eq!(words.len(), KINDS.len(), "each once");
        let is_anchor = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        assert!(words.into_iter().all(is_anchor));
    }

    /// Parameters are a kind of the API's own.
    #[test]
    fn kind_of_an_error_is_its_code() {
        let id = || SecretId::parse("image-a").unwrap();
        let at = Timestamp::from_micros(0);
        for error in [
            Error::Invalid(Vec::new()),
            Error::NotSignedIn,
            Error::Forbidden,
            Error::NotFound,
            Error::Duplicate(id()),
            Error::Changed(Change {
                by: String::new(),
                at,
                now: at,
                version: 1,
                own: false,
                fields: Vec::new(),
            }),
            Error::BadRequest,
            Error::OtherHost(id()),
            Error::VersionGone,
            Error::CurrentVersion,
            Error::ChannelDisabled,
            Error::TestFailed(domain::connection_test::TestCause::NeverTested),
            Error::Expired(id(), at),
            Error::Sealed,
            Error::Unavailable,
            Error::TooManyTests(1),
            Error::Internal(String::new()),
        ] {
            let code = error.code();
            assert_eq!(Problem::from(error).0.r#type, format!("/api/docs#{code}"));
        }
    }
}
