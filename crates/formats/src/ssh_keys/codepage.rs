//! Windows' code page 1252, in which programs on Windows in Western Europe and the Americas write typed text.

use zeroize::Zeroizing;

/// The characters of the bytes 0x80 to 0x9f; 0xfffd for those without one.
const HIGH: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}',
    '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
];

/// Encodes the text; `None` if it has a character outside the code page.
pub(super) fn encode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    for c in text.chars() {
        bytes.push(match u8::try_from(c) {
            Ok(byte) if !(0x80..0xa0).contains(&byte) => byte,
            _ if c == char::REPLACEMENT_CHARACTER => return None,
            _ => (0x80..=0x9f).zip(HIGH).find(|(_, high)| *high == c)?.0,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encode_equals_windows_own_encoding() {
        for (text, bytes) in [
            ("plain", Some(b"plain".as_slice())),
            ("Müller €5 “x”", Some(b"M\xfcller \x805 \x93x\x94")),
            ("Ÿ", Some(b"\x9f")),
            ("\u{85}", None),
            ("Ж", None),
            ("\u{fffd}", None),
        ] {
            assert_eq!(encode(text).as_ref().map(|encoded| encoded.as_slice()), bytes, "{text}");
        }
    }
}
