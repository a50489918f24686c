//! A list of places in one paragraph, of which the first few are shown.

use leptos::prelude::*;

/// The number of places that are shown at once.
const SHOWN: usize = 3;

/// Renders the first places, and the others on demand; empty without places.
#[component]
pub fn PlaceList<'a>(
    places: &'a [String],
    /// The words before the first place.
    #[prop(default = "")]
    lead: &'static str,
) -> impl IntoView + use<> {
    let (first, rest) = places.split_at(places.len().min(SHOWN));
    (!first.is_empty()).then(|| {
        let more = (!rest.is_empty()).then(|| {
            view! {
                <details>
                    <summary>{format!("and {} more", rest.len())}</summary>
                    <code>{rest.join(", ")}</code>
                </details>
            }
        });
        view! {
            <div class="place-list hint">{lead} <code>{first.join(", ")}</code> " " {more}</div>
        }
    })
}
