//! Texts as words of a shell, and as scalars of YAML.

use crate::export::json_text;
use std::borrow::Cow;

/// Returns the text as one word of a shell.
pub(super) fn sh_word(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/:@%+=,-".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("'{}'", text.replace('\'', "'\\''")))
    }
}

/// Returns the text as a scalar of YAML, which is a string whatever it says: without quotation marks only if it begins with a
/// letter or a long option and is no word of YAML.
pub(super) fn yaml_scalar(text: &str) -> Cow<'_, str> {
    let begins =
        text.strip_prefix("--").unwrap_or(text).starts_with(|first: char| first.is_ascii_alphabetic());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/:@~=+-".contains(&byte);
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let is_word = words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if begins && !is_word && !text.ends_with(':') && text.bytes().all(plain) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(json_text(text))
    }
}
