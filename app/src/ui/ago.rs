//! Relative times.

use crate::texts;
use domain::time::Timestamp;
use leptos::prelude::*;

/// A relative time such as "3 days ago", with the exact time and its zone as the title. `now` is the time of the query that
/// `at` comes from.
#[component]
pub fn Ago(at: Timestamp, now: Timestamp) -> impl IntoView {
    view! {
        <time datetime=at.rfc3339() title=texts::exact(at)>
            {texts::relative(at, now)}
        </time>
    }
}
