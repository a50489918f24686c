//! Texts by their keys, and as JSON.

use domain::sensitive::Sensitive;

/// Texts by their keys, in the order of the format. Keys without a text are left out.
pub type Exported = Vec<(&'static str, Sensitive)>;

/// Returns a JSON object of strings, whose text is overwritten when it is dropped.
pub(super) fn object<'a>(entries: impl Iterator<Item = (&'a str, &'a Sensitive)>) -> Sensitive {
    let entries: Vec<String> =
        entries.map(|(key, value)| format!("{}:{}", text(key), text(value.expose()))).collect();
    let entries = zeroize::Zeroizing::new(entries);
    Sensitive::new(format!("{{{}}}", entries.join(",")))
}

/// Returns a JSON string.
pub(crate) fn text(text: &str) -> String {
    // A text always serializes.
    serde_json::to_string(text).unwrap_or_default()
}
