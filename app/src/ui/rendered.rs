//! Views of which only their text is left.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::tachys::html::InertElement;

/// Renders the view at once, so that whatever it stands in has a type of its own and not one that names all that is in it: code for
/// such types takes longer to build than everything else. Nothing in the
/// view may wait: what is not there yet is left out.
#[cfg(feature = "ssr")]
pub fn rendered(view: impl IntoView) -> InertElement {
    InertElement::new(view.to_html())
}

/// Returns the view as it is, because in the browser it comes alive.
#[cfg(not(feature = "ssr"))]
pub fn rendered<V: IntoView>(view: V) -> V {
    view
}
