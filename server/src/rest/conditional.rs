//! Conditional requests (RFC 9110, 13): what has not changed is not sent again, and what has is not overwritten.

use super::problem::Problem;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// Whether the caller holds the answer with this tag.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    tags(headers, &header::IF_NONE_MATCH).any(|known| known == "*" || opaque(known) == tag)
}

/// The version that the caller wants to change, by the tag of what they have seen; `None` where they name none.
pub(super) fn expected_version(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let mut named = tags(headers, &header::IF_MATCH);
    let Some(tag) = named.next() else { return Ok(None) };
    if tag == "*" {
        return Ok(None);
    }
    let version = opaque(tag).split('-').next().and_then(|version| version.parse().ok());
    match (version, named.next()) {
        (Some(version), None) => Ok(Some(version)),
        _ => Err(Problem::parameter(
            "If-Match",
            "Send the ETag of the secret as you got it, or the number of its version in quotation marks.",
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

/// The tag without its quotation marks. Proxies that compress make tags weak, and some note the method of it.
fn opaque(tag: &str) -> &str {
    let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
    ["-gzip", "-br"].iter().find_map(|method| tag.strip_suffix(method)).unwrap_or(tag)
}

/// The answer under this tag.
pub(super) fn tagged(mut response: Response, tag: &str) -> Response {
    if let Ok(value) = HeaderValue::try_from(format!("\"{tag}\"")) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// 304, under this tag.
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
    fn tags_are_compared_weakly() {
        for known in ["\"3-ab\"", "W/\"3-ab\"", "\"x\", \"3-ab\"", "*", "\"3-ab-gzip\""] {
            assert!(is_known(&with(header::IF_NONE_MATCH, known), "3-ab"), "{known}");
        }
        assert!(!is_known(&with(header::IF_NONE_MATCH, "\"3-abc\""), "3-ab"));
        assert!(!is_known(&HeaderMap::new(), "3-ab"));
    }

    #[test]
    fn the_version_is_read_from_the_tag() {
        let version = |value| expected_version(&with(header::IF_MATCH, value)).ok().flatten();
        assert_eq!(version("\"3-ab\""), Some(3));
        assert_eq!(version("\"3\""), Some(3));
        assert_eq!(version("*"), None);
        assert!(expected_version(&with(header::IF_MATCH, "\"x\"")).is_err());
        assert!(expected_version(&with(header::IF_MATCH, "\"1\", \"2\"")).is_err());
        assert_eq!(expected_version(&HeaderMap::new()).ok(), Some(None));
    }
}
