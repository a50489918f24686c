//! Parts of an island that the server alone renders.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Markup that the server puts into the page and the browser leaves alone: text and choices that would
/// otherwise be part of the download. As a property of an island it is empty.
#[derive(Clone, Debug, Default)]
pub struct ServerMarkup(pub String);

impl ServerMarkup {
    /// Renders the view.
    #[cfg(feature = "ssr")]
    pub fn render(view: impl leptos::prelude::RenderHtml) -> Self {
        Self(view.to_html())
    }
}

impl Serialize for ServerMarkup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for ServerMarkup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Self::default())
    }
}

/// The parts of a secret's form that the browser leaves alone.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FormParts {
    /// The type: to be chosen, or that of a stored secret.
    pub kind: ServerMarkup,
    /// The ways in which a private key comes, to be chosen.
    pub ways: ServerMarkup,
    /// The text about where a private key comes from.
    pub keys: ServerMarkup,
    /// A choice of registries, and the facts of each.
    pub registries: ServerMarkup,
    /// The test target, and the place for the result of a test.
    pub target: ServerMarkup,
    /// The button that tests the form.
    pub test: ServerMarkup,
}
