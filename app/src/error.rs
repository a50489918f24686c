//! The error of a server function.

#[cfg(feature = "ssr")]
use crate::conflict;
use crate::wire::StrictJsonEncoding;
use domain::error::Error;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// A domain error, or a failure on the way to the server and back. It contains codes, and never what was
/// submitted: the framework's own messages may quote a value, so they are dropped here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ApiError {
    /// The server received and rejected the request.
    #[serde(rename = "Refused")]
    Rejected(Error),
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
            #[cfg(feature = "ssr")]
            Self::Unreachable => t!(error_unreachable).to_owned(),
            #[cfg(not(feature = "ssr"))]
            Self::Unreachable => {
                "The portal didn’t respond, so the change may or may not be saved. Check the list before you try again."
                    .to_owned()
            }
            Self::Changed { title, .. } => title.clone(),
            #[cfg(feature = "ssr")]
            Self::Rejected(error) => crate::messages::error(error),
            #[cfg(not(feature = "ssr"))]
            Self::Rejected(error) => error.island_message(),
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
    let end = text.find(". ").map(|at| at + 1);
    // Chinese; the browser makes English messages alone.
    #[cfg(feature = "ssr")]
    let end = end.into_iter().chain(text.find('。').map(|at| at + '。'.len_utf8())).min();
    if let Some(end) = end {
        text.truncate(end);
    }
    text
}

#[cfg(feature = "ssr")]
impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Changed(change) => {
                let (title, html) = (conflict::title(&change, None).to_owned(), conflict::html(&change));
                Self::Changed { version: change.version, title, html }
            }
            error => Self::Rejected(error),
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
            Self::Rejected(Error::BadRequest)
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
