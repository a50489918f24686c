//! One key for all the ways in which one name can be typed.

use unicode_normalization::UnicodeNormalization;

/// Longer names are cut: no user has one.
const MAX_CHARS: usize = 128;

/// Compatibility forms, case and white space put aside, so that full-width letters or spaces give nobody fresh attempts.
pub(crate) fn name_key(typed: &str) -> String {
    let plain = typed.nfkc().filter(|c| !c.is_whitespace() && !c.is_control());
    plain.flat_map(char::to_lowercase).take(MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_has_one_key() {
        for typed in ["ana", " Ana ", "A N A", "ａｎａ", "ＡＮＡ", "a\u{a0}na", "a\0na"] {
            assert_eq!(name_key(typed), "ana", "{typed:?}");
        }
        assert_ne!(name_key("ana"), name_key("anna"));
        assert_eq!(name_key(&"x".repeat(1_000)).len(), MAX_CHARS);
    }
}
