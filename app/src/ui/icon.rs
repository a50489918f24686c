//! Icons: Lucide's outlines, which are in the style sheet.

/// An icon beside a word, or inside a control with an accessible name of its own; named as in
/// `style/icons.css`, without the prefix. A text that is inserted unchanged, because some pages have dozens
/// of icons.
macro_rules! icon {
    ($name:literal) => {
        leptos::tachys::html::InertElement::new(concat!("<i class=\"icon i-", $name, "\"></i>"))
    };
}
pub(crate) use icon;
