//! Percent-encoding of addresses (RFC 3986, with `+` for a space in a query, as forms have it). `form_urlencoded` is no help:
//! it replaces bytes that are not UTF-8, and a script has to be told of them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The characters that are encoded in a query: all but the unreserved ones.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The characters that are encoded in a path.
const PATH: &AsciiSet = &QUERY.remove(b'/');

/// Encodes everything but the unreserved characters.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, QUERY).to_string()
}

/// Decodes a text; `None` if the bytes are not UTF-8. A `%` without two hexadecimal digits stands for itself.
pub fn decode(text: &str) -> Option<String> {
    decode_bytes(&text.replace('+', " "))
}

/// Encodes the path of an address: everything but the unreserved characters and `/`.
pub fn encode_path(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

/// Decodes an address as Git does: `+` stands for itself, and so do `%00` and a `%` without two hexadecimal digits. `None` if
/// the bytes are not UTF-8.
pub fn decode_url(text: &str) -> Option<String> {
    decode_bytes(&text.replace("%00", "%2500"))
}

fn decode_bytes(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn decode_returns_what_was_encoded(text in any::<String>()) {
            prop_assert_eq!(decode(&encode(&text)), Some(text));
        }

        #[test]
        fn decode_never_panics(text in "[%+a-f0-9é]{0,40}") {
            decode(&text);
        }
    }

    #[test]
    fn decode_url_decodes_as_git_does() {
        for (text, decoded) in
            [("a+b%20c", "a+b c"), ("%2e%2E/%c3%a4", "../ä"), ("100%", "100%"), ("%00", "%00")]
        {
            assert_eq!(decode_url(text).as_deref(), Some(decoded), "{text}");
        }
        assert_eq!(encode_path("/a b/~c"), "/a%20b/~c");
    }

    #[test]
    fn decode_returns_none_for_invalid_utf8_and_keeps_other_percent_signs() {
        assert_eq!(decode("%ED%A0%80"), None);
        assert_eq!(decode("a%zz+%4"), Some("a%zz %4".to_owned()));
    }
}
