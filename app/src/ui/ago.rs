//! Relative times.

use domain::time::Timestamp;
use leptos::prelude::*;

/// A relative time such as "3 days ago", with the exact time and its zone as the title. `now` comes from the
/// server together with the time itself, so that the server and the browser print the same words.
#[component]
pub fn Ago(at: Timestamp, now: Timestamp) -> impl IntoView {
    view! {
        <time datetime=at.rfc3339() title=exact(at)>
            {relative(at, now)}
        </time>
    }
}

#[cfg(feature = "ssr")]
fn exact(at: Timestamp) -> String {
    crate::texts::exact(at)
}

#[cfg(not(feature = "ssr"))]
fn exact(at: Timestamp) -> String {
    at.utc_text()
}

#[cfg(feature = "ssr")]
fn relative(at: Timestamp, now: Timestamp) -> String {
    crate::texts::relative(at, now)
}

#[cfg(not(feature = "ssr"))]
fn relative(at: Timestamp, now: Timestamp) -> String {
    at.relative(now)
}
