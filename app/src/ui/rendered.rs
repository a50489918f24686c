//! Views of which only their text is left.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::tachys::html::InertElement;

/// Renders the view at once, so that the type of whatever contains it does not name everything inside: code for such types takes
/// longer to build than everything else. Nothing in the view may wait, because whatever is not there yet is left out.
#[cfg(feature = "ssr")]
pub fn rendered(view: impl IntoView) -> InertElement {
    InertElement::new(view.to_html())
}

/// Returns the view as it is, because in the browser it comes alive.
#[cfg(not(feature = "ssr"))]
pub fn rendered<V: IntoView>(view: V) -> V {
    view
}
