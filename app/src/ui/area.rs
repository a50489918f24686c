//! Several lines of text in a form that the server renders.

use super::{
    field::{FieldText, field_frame},
    html::Html,
};
use leptos::prelude::*;

/// The attributes of several lines of text.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// The number of lines that are shown.
    pub rows: u8,
    /// An example of the content, shown while the field is empty.
    pub placeholder: Option<&'static str>,
    /// Long lines stay in one piece.
    pub unwrapped: bool,
    /// Takes the focus when the page opens.
    pub autofocus: bool,
}

impl Area {
    /// A few lines of names or ids.
    pub const TEXT: Self = Self { rows: 3, placeholder: None, unwrapped: false, autofocus: false };

    /// Renders the lines with their label, their hint, and what is wrong with them.
    pub fn field(self, text: FieldText, value: &str, problem: Option<String>) -> impl IntoView + use<> {
        let Self { rows, placeholder, unwrapped, autofocus } = self;
        let described = text.described_by(problem.is_some());
        // As markup, because children of this element are not escaped.
        let mut content = Html::default();
        content.text(value);
        let area = view! {
            <textarea
                id=text.id
                name=text.id
                class="mono"
                rows=rows
                placeholder=placeholder
                aria-invalid=problem.is_some().then_some("true")
                aria-describedby=described
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                wrap=unwrapped.then_some("off")
                autofocus=autofocus
                inner_html=content.into_string()
            ></textarea>
        };
        field_frame(text, Signal::stored(problem), None, area)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_shows_text_that_looks_like_markup_as_text() {
        let text = FieldText { id: "known_hosts", label: "Hosts", mark: "", hint: "" };
        let html =
            Owner::new().with(|| Area::TEXT.field(text, "</textarea><b>&amp;", None).into_view().to_html());
        assert!(html.contains(">&lt;/textarea&gt;&lt;b&gt;&amp;amp;</textarea>"), "{html}");
        let empty = Owner::new().with(|| Area::TEXT.field(text, "", None).into_view().to_html());
        assert!(empty.contains("></textarea>"), "{empty}");
    }
}
