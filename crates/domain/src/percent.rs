//! Percent-encoding of values in a query (RFC 3986, with `+` for a space as in forms).

/// Encodes everything but the unreserved characters.
pub fn encode(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

/// Decodes a text; `None` if the bytes are not UTF-8. A `%` without two hexadecimal digits stands for itself.
pub fn decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digit = |index: usize| bytes.get(index).and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        if let (b'%', Some(high), Some(low)) = (byte, digit(index + 1), digit(index + 2)) {
            out.push(u8::try_from(high * 16 + low).unwrap_or_default());
            index += 3;
        } else {
            out.push(if byte == b'+' { b' ' } else { byte });
            index += 1;
        }
    }
    String::from_utf8(out).ok()
}

/// Encodes the path of an address: everything but the unreserved characters and `/`.
pub fn encode_path(path: &str) -> String {
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}

/// Decodes an address as Git does: `+` stands for itself, and so do `%00` and a `%` without two hexadecimal digits. `None` if
/// the bytes are not UTF-8.
pub fn decode_url(text: &str) -> Option<String> {
    decode(&text.replace('+', "%2B").replace("%00", "%2500"))
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
