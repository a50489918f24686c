//! Lucide's outlines, as symbols that a page carries once and uses by reference.

/// An icon beside a word, or inside a control with an accessible name of its own; named as in `sprite.svg`, without the
/// prefix. A text that is put in as it is, since the list has dozens of them.
macro_rules! icon {
    ($name:literal) => {
        leptos::tachys::html::InertElement::new(concat!(
            "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#icon-",
            $name,
            "\"></use></svg>"
        ))
    };
}
pub(crate) use icon;

/// The symbols themselves, which the document puts at the start of the body.
#[cfg(feature = "ssr")]
pub const SPRITE: &str = include_str!("sprite.svg");
