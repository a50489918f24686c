//! Icons: Lucide's outlines, which the style sheet holds.

/// An icon beside a word, or inside a control with an accessible name of its own; named as in `style/icons.css`, without the
/// prefix. A text that is put in as it is, since some pages have dozens of them.
macro_rules! icon {
    ($name:literal) => {
        leptos::tachys::html::InertElement::new(concat!("<i class=\"icon i-", $name, "\"></i>"))
    };
}
pub(crate) use icon;
