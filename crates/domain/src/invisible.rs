//! Invisible characters, which are copied along from pages, mail and editors.

/// Returns whether the character is invisible: zero-width, a byte-order mark, or a mark of direction.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

/// Returns the text without white space and invisible characters around it.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trimmed_removes_invisible_characters_around_a_text() {
        for around in
            ["\u{feff}", "\u{200b} ", "\u{202a}", "\u{2066}\u{200e}", "\r\n\t", "\u{a0}", "\u{2060}"]
        {
            assert_eq!(trimmed(&format!("{around}a\u{200b}b{around}")), "a\u{200b}b", "{around:?}");
        }
    }
}
