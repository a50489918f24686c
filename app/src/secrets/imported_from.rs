//! The origins of an imported secret, on its pages.

use crate::ui::place_list::PlaceList;
use domain::secret::Origins;
use leptos::prelude::*;

/// The origins of an imported secret, if they are known.
#[component]
pub fn ImportedFrom<'a>(origins: &'a Origins) -> impl IntoView + use<> {
    (!origins.is_empty()).then(|| {
        let kept = origins.places().len();
        let more = usize::try_from(origins.total()).unwrap_or(kept).saturating_sub(kept);
        let more = (more > 0).then(|| t!(secret_imported_more, count: more));
        view! {
            <section aria-labelledby="imported-title">
                <h2 id="imported-title">{t!(secret_imported_from)}</h2>
                <PlaceList places=origins.places()/>
                {more.map(|said| view! { <p class="hint">{said}</p> })}
            </section>
        }
    })
}
