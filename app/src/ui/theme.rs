//! Light, dark, or the system's theme. Kept in a cookie, so that the server renders it from the first byte.

use crate::cookie::SecureCookies;

pub use super::enhance::{COOKIE, COOKIE_MAX_AGE};

domain::coded_enum! {
    /// What somebody has chosen. The code stands in the cookie, the form and `data-theme`.
    #[derive(Default)]
    pub enum Theme: as_str {
        #[default]
        System = "system";
        Light = "light";
        Dark = "dark";
    }
}

/// Returns the `Set-Cookie` line that remembers the theme. The page's own script writes the same.
pub fn line(secure: SecureCookies, theme: Theme) -> String {
    let (name, theme) = (secure.name(COOKIE), theme.as_str());
    format!("{name}={theme}; Path=/; Max-Age={COOKIE_MAX_AGE}; SameSite=Lax{}", secure.suffix())
}
