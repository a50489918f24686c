//! Views of which only their text is left.

#[cfg(feature = "ssr")]
use crate::language;
#[cfg(feature = "ssr")]
use domain::language::Language;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::tachys::html::InertElement;
#[cfg(feature = "ssr")]
use std::sync::OnceLock;

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

/// A value for each language, made when it is first wanted.
#[cfg(feature = "ssr")]
pub struct InEachLanguage<T>([OnceLock<T>; Language::ALL.len()]);

#[cfg(feature = "ssr")]
impl<T> InEachLanguage<T> {
    /// Returns a place where nothing is made yet, for a `static`.
    pub const fn empty() -> Self {
        Self([const { OnceLock::new() }; Language::ALL.len()])
    }

    /// Returns the value in the language of the request; makes it if nobody has asked for it yet.
    pub fn get(&self, make: impl FnOnce() -> T) -> &T {
        let [first, ..] = &self.0;
        self.0.get(language::current() as usize).unwrap_or(first).get_or_init(make)
    }
}

/// Returns markup that is the same for everybody who reads the same language, rendered once for each.
#[cfg(feature = "ssr")]
pub fn rendered_once<V: IntoView>(
    place: &'static InEachLanguage<String>,
    view: impl FnOnce() -> V,
) -> InertElement {
    InertElement::new(place.get(|| view().to_html()).as_str())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rendered_once_keeps_one_text_for_each_language() {
        static ONCE: InEachLanguage<String> = InEachLanguage::empty();
        let shown = async |language: Language, text: &'static str| {
            language::within(language, async { rendered_once(&ONCE, || view! { <b>{text}</b> }).to_html() })
                .await
        };
        assert_eq!(shown(Language::English, "Search").await, "<b>Search</b>");
        assert_eq!(shown(Language::TraditionalChinese, "搜尋").await, "<b>搜尋</b>");
        assert_eq!(shown(Language::English, "Other").await, "<b>Search</b>");
        assert_eq!(shown(Language::TraditionalChinese, "Other").await, "<b>搜尋</b>");
    }
}
