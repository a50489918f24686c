//! The error of a server function.

use crate::wire::StrictJsonEncoding;
use domain::error::Error;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// A domain error, or a failure on the way to the server and back. It contains codes, and never what was
/// submitted: the framework's own messages may quote a value, so they are dropped here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ApiError {
    /// The server received and rejected the request.
    Refused(Error),
    /// No usable answer arrived, so it is unknown whether the change was made.
    Unreachable,
}

impl ApiError {
    /// Returns the message for the person at the page; field errors are shown beside their fields instead.
    pub fn message(&self) -> String {
        match self {
            Self::Unreachable => {
                "The portal did not answer. It is not certain whether the change was saved: \
                 look at the list before you try again."
                    .to_owned()
            }
            Self::Refused(error) => match error {
                Error::Invalid(_) => "Some fields need another look.".to_owned(),
                Error::NotFound => "This secret does not exist. It may have been deleted.".to_owned(),
                Error::Twin(twin) => {
                    format!("The secret {} holds the same. Nothing was saved.", twin.name.as_str())
                }
                Error::Changed(_) => "Somebody else changed this secret in the meantime.".to_owned(),
                Error::Sealed => "The portal is sealed: its key encryption key is not the one the stored \
                     values were sealed with. Start the server with the right key; nothing was changed."
                    .to_owned(),
                Error::Unavailable => {
                    "The database does not answer at the moment. Nothing was changed. Try again in a minute."
                        .to_owned()
                }
                Error::TooManyTests(seconds) => format!(
                    "You have tested very often, so nothing was tested. Wait {seconds} seconds, then test again."
                ),
                Error::BadRequest => {
                    "The portal could not read this request. Load the page again and retry.".to_owned()
                }
                Error::NotSignedIn => {
                    "Your session had ended, so nothing was saved. What you typed is still here: \
                     sign in again if you have not yet, then press Confirm once more."
                        .to_owned()
                }
                Error::Forbidden => {
                    "Your role does not allow this. Nothing was changed. An administrator can help."
                        .to_owned()
                }
                Error::Internal(reference) => format!(
                    "Something went wrong in the portal, and nothing was changed. Its log has the cause under \
                     reference {reference}."
                ),
            },
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
    if let Some(end) = text.find(". ") {
        text.truncate(end + 1);
    }
    text
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl FromServerFnError for ApiError {
    type Encoder = StrictJsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        #[cfg(feature = "ssr")]
        {
            drop(error);
            crate::status::set_status(http::StatusCode::BAD_REQUEST);
            Self::Refused(Error::BadRequest)
        }
        #[cfg(not(feature = "ssr"))]
        {
            drop(error);
            Self::Unreachable
        }
    }
}
