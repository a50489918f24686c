//! Cleaning of texts that are recorded.

/// The maximum length, in characters.
const MAX_CHARS: usize = 300;

/// Returns the text without control characters and marks that turn the direction of writing, cut off after 300
/// characters, because anything may be asked for, and a record must be stored, found by index and readable as it is.
pub(super) fn clean(text: &str) -> String {
    let fits = |c: &char| !c.is_control() && !turns(*c);
    let mut cleaned: String = text.chars().filter(fits).take(MAX_CHARS).collect();
    if text.chars().filter(fits).nth(MAX_CHARS).is_some() {
        cleaned.pop();
        cleaned.push('…');
    }
    cleaned
}

/// Returns whether a character separates lines or paragraphs, turns the direction of writing, or is invisible.
fn turns(c: char) -> bool {
    matches!(
        c,
        '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
            | '\u{61c}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn clean_shortens_text_and_keeps_it_readable() {
        assert_eq!(clean("image-a"), "image-a");
        assert_eq!(clean("a\0b\nc\u{202e}d\u{2066}e\u{7f}\u{85}\u{2028}f\u{200b}\u{feff}"), "abcdef");
        assert_eq!(clean(&"é".repeat(300)), "é".repeat(300));
        assert_eq!(clean(&"é".repeat(301)), format!("{}…", "é".repeat(299)));
        assert_eq!(clean(&"\0".repeat(10_000)), "");
    }

    proptest! {
        #[test]
        fn clean_accepts_any_text(text in any::<String>()) {
            let cleaned = clean(&text);
            prop_assert!(cleaned.chars().count() <= MAX_CHARS);
            prop_assert!(!cleaned.chars().any(|c| c.is_control() || turns(c)));
            prop_assert_eq!(clean(&cleaned), cleaned);
        }
    }
}
