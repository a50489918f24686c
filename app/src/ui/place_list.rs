//! A list of places in one paragraph, of which the first few are shown.

use leptos::{either::Either, prelude::*};

/// The number of places that are shown at once.
const SHOWN: usize = 3;

/// Renders the first places, and the others on demand; empty without places.
#[component]
pub fn PlaceList<'a>(
    places: &'a [String],
    /// Whether to say that something is from there.
    #[prop(default = false)]
    from: bool,
) -> impl IntoView + use<> {
    let (first, rest) = places.split_at(places.len().min(SHOWN));
    (!first.is_empty()).then(|| {
        let more = (!rest.is_empty()).then(|| {
            view! {
                <details>
                    <summary>{t!(page_places_more, count: rest.len())}</summary>
                    <code>{rest.join(", ")}</code>
                </details>
            }
        });
        let first = first.join(", ");
        let first = if from {
            Either::Left(t!(page_places_from, places: first).view())
        } else {
            Either::Right(view! { <code>{first}</code> })
        };
        view! {
            <div class="place-list hint">{first} " " {more}</div>
        }
    })
}
