//! The error of a server function.

#[cfg(feature = "ssr")]
use crate::{
    conflict::{self, ChangedObject},
    messages,
};
use crate::{island_texts::IslandText, wire::StrictJsonEncoding};
use domain::error::Error;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// A domain error, or a failure on the way to the server and back. It contains codes, and never what was
/// submitted: the framework's own messages may quote a value, so they are dropped here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ApiError {
    /// The server received and rejected the request: why, and its messages in the reader's language, first that of the error,
    /// then one for each invalid field.
    #[serde(rename = "Refused")]
    Rejected(Error, Vec<String>),
    /// The secret was changed meanwhile, and its stored version is this one; a heading that says by whom, and all
    /// that is known of the change as HTML.
    Changed { version: i64, title: String, html: String },
    /// No usable answer arrived, so it is unknown whether the change was made.
    Unreachable,
}

impl ApiError {
    /// Returns the message for the person at the page; field errors are shown beside their fields instead.
    pub fn message(&self) -> String {
        match self {
            Self::Unreachable => IslandText::error_unreachable.get(),
            Self::Changed { title, .. } => title.clone(),
            Self::Rejected(_, messages) => messages.first().cloned().unwrap_or_default(),
        }
    }
}

impl ApiError {
    /// Returns the first sentence of the message, for the place beside the button that was pressed.
    pub fn in_a_line(&self) -> String {
        first_sentence(self.message())
    }
}

/// Returns the first sentence of a text.
pub(crate) fn first_sentence(mut text: String) -> String {
    let english = text.find(". ").map(|at| at + 1);
    let chinese = text.find('。').map(|at| at + '。'.len_utf8());
    if let Some(end) = english.into_iter().chain(chinese).min() {
        text.truncate(end);
    }
    text
}

#[cfg(feature = "ssr")]
impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Changed(change) => {
                let (title, html) =
                    (conflict::title(&change, ChangedObject::Secret).to_owned(), conflict::html(&change));
                Self::Changed { version: change.version, title, html }
            }
            error => {
                let mut said = vec![messages::error(&error)];
                if let Error::Invalid(errors) = &error {
                    said.extend(errors.iter().map(|error| messages::problem(&error.problem)));
                }
                Self::Rejected(error, said)
            }
        }
    }
}

impl FromServerFnError for ApiError {
    type Encoder = StrictJsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        #[cfg(feature = "ssr")]
        {
            drop(error);
            crate::status::set_status(http::StatusCode::BAD_REQUEST);
            Error::BadRequest.into()
        }
        #[cfg(not(feature = "ssr"))]
        {
            drop(error);
            Self::Unreachable
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn first_sentence_ends_as_the_language_does() {
        for (text, first) in
            [("One. Two.", "One."), ("docker.io alone", "docker.io alone"), ("一。二。", "一。")]
        {
            assert_eq!(first_sentence(text.to_owned()), first);
        }
    }
}
