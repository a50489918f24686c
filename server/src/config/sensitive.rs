//! Settings whose values are secrets.

use domain::sensitive::Sensitive;
use std::convert::Infallible;

/// Parses a value that must not be shown.
#[expect(clippy::unnecessary_wraps, reason = "the form that clap asks for")]
pub(super) fn sensitive(text: &str) -> Result<Sensitive, Infallible> {
    Ok(Sensitive::new(text))
}
