//! Light, dark, or the system's theme. Kept in a cookie, so that the server renders it from the first byte.

use crate::cookie::SecureCookies;

pub use super::enhance::{COOKIE, COOKIE_MAX_AGE};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Returns the code in the cookie, the form and `data-theme`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }

    /// Returns its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

/// Returns the `Set-Cookie` line that remembers the theme. The page's own script writes the same.
pub fn line(secure: SecureCookies, theme: Theme) -> String {
    let (name, theme) = (secure.name(COOKIE), theme.as_str());
    format!("{name}={theme}; Path=/; Max-Age={COOKIE_MAX_AGE}; SameSite=Lax{}", secure.suffix())
}
