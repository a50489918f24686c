//! Decoding the bytes of a file as text.

use crate::sensitive::Sensitive;

/// The byte-order mark, as a character.
const MARK: char = '\u{feff}';

/// Decodes UTF-8, or UTF-16 in either byte order, as Windows PowerShell writes it; removes the byte-order mark at its
/// beginning. UTF-16 without a mark is recognized by its zero bytes. `None` if the bytes are text in neither.
pub fn decode(bytes: &[u8]) -> Option<Sensitive> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [first, 0, ..] if *first != 0 => utf16(bytes, u16::from_le_bytes),
        [0, second, ..] if *second != 0 => utf16(bytes, u16::from_be_bytes),
        _ => std::str::from_utf8(bytes)
            .ok()
            .map(|text| Sensitive::new(text.strip_prefix(MARK).unwrap_or(text))),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<Sensitive> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    // With capacity for all of it from the start, because a text that grows leaves copies behind.
    let mut text = String::with_capacity(pairs.len().saturating_mul(3));
    for c in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        text.push(c.ok()?);
    }
    Some(Sensitive::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn decode_recognizes_a_text_by_its_mark_or_its_zero_bytes() {
        let text = "{\"auths\": \"ü🔑\"}\r\n";
        let marked = format!("\u{feff}{text}");
        for bytes in [
            text.as_bytes().to_vec(),
            marked.as_bytes().to_vec(),
            encoded(&marked, u16::to_le_bytes),
            encoded(&marked, u16::to_be_bytes),
            encoded(text, u16::to_le_bytes),
            encoded(text, u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes).unwrap().expose(), text, "{bytes:?}");
        }
        assert_eq!(decode(b"").unwrap().expose(), "");
        // Half a character, half a pair, and bytes that are not text.
        for bytes in [&b"\xff\xfea"[..], b"\xff\xfe\x00\xd8", b"\xc3", b"a\x00b"] {
            assert!(decode(bytes).is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn decode_needs_a_character_beside_the_zero_byte() {
        // Not UTF-16: such bytes are characters of UTF-8, and stay.
        assert_eq!(decode(b"\0\0").unwrap().expose(), "\0\0");
    }
}
