//! Markup that is written as text, for rows that a page has by the dozen, because views would cost more than
//! all else.

use crate::texts::Markup;
use std::fmt::{self, Display, Write};

/// A piece of HTML. Literals of the code are added unchanged, and everything else is escaped, for text and
/// for attribute values in double quotation marks alike; so the code must quote each attribute value that it
/// does not know.
#[derive(Debug, Default)]
pub struct Html(String);

impl Html {
    /// Returns an empty piece with room for about so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    /// Adds markup.
    pub fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        html_escape::encode_double_quoted_attribute_to_string(text, &mut self.0);
        self
    }

    /// Adds a text that has tags.
    pub(crate) fn piece(&mut self, text: &Markup) -> &mut Self {
        self.0.push_str(text.as_str());
        self
    }

    /// Adds a space and an attribute with this text, without quotation marks where HTML can do without them. The tag
    /// must not close itself by `/>`, because the slash would become part of such a value.
    pub fn attribute(&mut self, name: &'static str, text: &str) -> &mut Self {
        self.markup(" ").markup(name).markup("=");
        let plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':' | b'/');
        if !text.is_empty() && text.bytes().all(plain) {
            self.0.push_str(text);
            return self;
        }
        self.markup("\"").text(text).markup("\"")
    }

    /// Adds the text of a value.
    pub fn value(&mut self, value: impl Display) -> &mut Self {
        // Writing to memory cannot fail, and a value whose own text fails has shown what it could.
        let _ = write!(self, "{value}");
        self
    }

    /// Returns the piece, which is not escaped again.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl Write for Html {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_quotes_attributes_if_needed() {
        let mut html = Html::default();
        html.markup("<a")
            .attribute("href", "/secrets/image-a.b/edit")
            .attribute("title", "a b")
            .attribute("id", "");
        html.attribute("rel", "x>y").attribute("class", "a=\"b'`");
        let expected =
            "<a href=/secrets/image-a.b/edit title=\"a b\" id=\"\" rel=\"x&gt;y\" class=\"a=&quot;b'`\"";
        assert_eq!(html.into_string(), expected);
    }

    #[test]
    fn html_escapes_text_and_values() {
        let mut html = Html::default();
        html.markup("<td title=\"").text("\"><script>&'").markup("\">").value(format_args!("<{}>", "a&b"));
        assert_eq!(html.into_string(), "<td title=\"&quot;&gt;&lt;script&gt;&amp;'\">&lt;a&amp;b&gt;");
    }
}
