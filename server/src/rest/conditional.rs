//! Conditional requests (RFC 9110, 13): unchanged content is not sent again, and changed content is not
//! overwritten or deleted.

use super::problem::Problem;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use backend::{Expected, Revision, entity_tag};
use uuid::Uuid;

/// Returns the tag of an answer: of this state of the row, and of whatever else the answer depends on.
/// Nothing of a value is in it, because a tag may be logged, and the hash of a password could be guessed.
pub(super) fn tag(Revision { row, version }: Revision, rest: &[&[u8]]) -> String {
    format!("{version}-{}-{}", row.simple(), entity_tag(rest))
}

/// Returns whether the caller already has the answer with this tag.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    tags(headers, &header::IF_NONE_MATCH).any(|known| known == "*" || opaque(known) == tag)
}

/// Parses the state that the caller wants to change or delete, from the tag that they received; `None` if
/// they name none. A number alone names a version of any row.
pub(super) fn expected(headers: &HeaderMap) -> Result<Option<Expected>, Problem> {
    let mut named = tags(headers, &header::IF_MATCH);
    let Some(tag) = named.next() else { return Ok(None) };
    if tag == "*" {
        return Ok(None);
    }
    let mut parts = opaque(tag).split('-');
    let version = parts.next().and_then(|version| version.parse().ok());
    // A row that cannot exist matches no stored one.
    let row = parts.next().map(|row| Uuid::try_parse(row).unwrap_or(Uuid::nil()));
    match (version, named.next()) {
        (Some(version), None) => Ok(Some(Expected { version, row })),
        _ => Err(Problem::parameter(
            "If-Match",
            "Send the ETag as you got it, or the number of the version in quotation marks.",
        )),
    }
}

fn tags<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> + use<'a> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
}

/// Returns the tag without its quotation marks. Proxies that compress make tags weak, and some append the
/// method.
fn opaque(tag: &str) -> &str {
    let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
    ["-gzip", "-br"].iter().find_map(|method| tag.strip_suffix(method)).unwrap_or(tag)
}

/// Adds the tag to an answer.
pub(super) fn tagged(mut response: Response, tag: &str) -> Response {
    if let Ok(value) = HeaderValue::try_from(format!("\"{tag}\"")) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// Returns 304, with this tag.
pub(super) fn unchanged(tag: &str) -> Response {
    tagged((StatusCode::NOT_MODIFIED, Body::empty()).into_response(), tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn is_known_compares_tags_weakly() {
        for known in ["\"3-ab\"", "W/\"3-ab\"", "\"x\", \"3-ab\"", "*", "\"3-ab-gzip\""] {
            assert!(is_known(&with(header::IF_NONE_MATCH, known), "3-ab"), "{known}");
        }
        assert!(!is_known(&with(header::IF_NONE_MATCH, "\"3-abc\""), "3-ab"));
        assert!(!is_known(&HeaderMap::new(), "3-ab"));
    }

    #[test]
    fn expected_parses_version_and_row() {
        let read = |value: &str| {
            let value = HeaderValue::from_str(value).unwrap();
            expected(&HeaderMap::from_iter([(header::IF_MATCH, value)])).ok()
        };
        let named = |version, row| Some(Some(Expected { version, row }));
        let row = Uuid::from_u128(7);
        let full = tag(Revision { row, version: 3 }, &[b"shown"]);
        for full in [format!("\"{full}\""), format!("W/\"{full}\""), format!("\"{full}-gzip\"")] {
            assert_eq!(read(&full), named(3, Some(row)), "{full}");
        }
        assert_eq!(read("\"3\""), named(3, None));
        assert_eq!(read("\"3-ab\""), named(3, Some(Uuid::nil())));
        assert_eq!(read("*"), Some(None));
        assert_eq!(read("\"x\""), None);
        assert_eq!(read("\"1\", \"2\""), None);
        assert_eq!(expected(&HeaderMap::new()).ok(), Some(None));
    }
}
