//! A single key for all spellings of one name.

use unicode_normalization::UnicodeNormalization;

/// The length to which longer names are cut, because no user has one.
const MAX_CHARS: usize = 128;

/// Returns the key: without compatibility forms, case and white space, so that full-width letters or spaces give nobody fresh
/// attempts.
pub(crate) fn name_key(typed: &str) -> String {
    let plain = typed.nfkc().filter(|c| !c.is_whitespace() && !c.is_control());
    plain.flat_map(char::to_lowercase).take(MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_key_is_the_same_for_all_spellings() {
        for typed in ["ana", " Ana ", "A N A", "ａｎａ", "ＡＮＡ", "a\u{a0}na", "a\0na"] {
            assert_eq!(name_key(typed), "ana", "{typed:?}");
        }
        assert_ne!(name_key("ana"), name_key("anna"));
        assert_eq!(name_key(&"x".repeat(1_000)).len(), MAX_CHARS);
    }
}
