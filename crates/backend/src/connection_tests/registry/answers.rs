//! The meaning of a registry's answers, and whether they are a registry's.

use crate::connection_tests::http::{Answer, Origin, redirected};
use domain::connection_test::{TestCause, TestStatus};
use hyper::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderName},
};
use serde::de::IgnoredAny;
use serde_json::Value;

/// Headers by which a registry, and a manifest, is recognized.
const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// The reason why a test ends without the account having opened anything.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) cause: TestCause,
    /// After how many seconds the host wants to be asked again.
    pub(super) retry_after: Option<u32>,
}

impl From<TestCause> for Stop {
    fn from(cause: TestCause) -> Self {
        Self { cause, retry_after: None }
    }
}

impl Stop {
    /// Returns that one of two reasons which says more about the account.
    pub(super) fn or(self, other: Self) -> Self {
        let says = |stop: Self| match stop.cause {
            TestCause::NoAccessToImage => 2,
            cause => u8::from(cause.status() == TestStatus::Refused),
        };
        if says(other) > says(self) { other } else { self }
    }
}

/// Returns the meaning of an answer other than yes and no; `None` if it has no meaning here.
pub(super) fn unexpected(origin: &Origin, answer: &Answer) -> Option<Stop> {
    let cause = match answer.status {
        StatusCode::TOO_MANY_REQUESTS => TestCause::TooManyRequests,
        status if status.is_server_error() => TestCause::OtherSideFailed,
        // nginx answers 400, and some proxies have status codes of their own.
        status if answer.certificate_wanted && matches!(status.as_u16(), 400 | 403 | 495 | 496) => {
            TestCause::ClientCertificateWanted
        }
        _ => redirected(origin, answer)?,
    };
    Some(Stop { cause, retry_after: answer.retry_after() })
}

fn is_page(answer: &Answer) -> bool {
    let start = answer.body.trim_ascii_start();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    answer.text(CONTENT_TYPE).to_ascii_lowercase().contains("html") || start.starts_with(b"<")
}

/// Returns whether the answer at `/v2/` shows any sign of a registry: its header, JSON, or an empty body, which the
/// specification allows. Quay sends JSON with the type HTML.
///
/// Errors: `TooMuch` for an endless answer without any such sign.
pub(super) fn is_registry(answer: &Answer) -> Result<bool, Stop> {
    if answer.headers.contains_key(API_VERSION) {
        return Ok(true);
    }
    if answer.truncated {
        return if is_page(answer) { Ok(false) } else { Err(TestCause::TooMuch.into()) };
    }
    let is_json = serde_json::from_slice::<IgnoredAny>(&answer.body).is_ok();
    Ok(is_json || (answer.body.is_empty() && !is_page(answer)))
}

pub(super) fn is_manifest_by_head(answer: &Answer) -> bool {
    let kind = answer.text(CONTENT_TYPE).to_ascii_lowercase();
    !kind.contains("html")
        && (kind.contains("manifest")
            || kind.contains("image.index")
            || answer.headers.contains_key(CONTENT_DIGEST))
}

pub(super) fn is_manifest(answer: &Answer) -> bool {
    let members = ["schemaVersion", "manifests", "layers", "fsLayers"];
    let known = || match serde_json::from_slice::<Value>(&answer.body) {
        Ok(Value::Object(read)) => members.iter().any(|member| read.contains_key(*member)),
        _ => false,
    };
    (is_manifest_by_head(answer) && !is_page(answer)) || known()
}
