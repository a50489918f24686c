//! The encoding of a server function's arguments: JSON, parsed strictly.

use leptos::server_fn::{
    ContentType, Decodes, Encodes, Format, FormatType,
    codec::{JsonEncoding, Post},
};
use serde::{Serialize, de::DeserializeOwned};

/// JSON in which an unknown member is an error. Every server function takes one argument, named `input`,
/// whose type rejects unknown members by itself.
pub struct StrictJsonEncoding;

/// Strict JSON in the body of a POST. A form of another site cannot send this content type.
pub type StrictJson = Post<StrictJsonEncoding>;

impl ContentType for StrictJsonEncoding {
    const CONTENT_TYPE: &'static str = JsonEncoding::CONTENT_TYPE;
}

impl FormatType for StrictJsonEncoding {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for StrictJsonEncoding {
    type Error = <JsonEncoding as Encodes<T>>::Error;

    fn encode(output: &T) -> Result<leptos::server_fn::Bytes, Self::Error> {
        JsonEncoding::encode(output)
    }
}

impl<T: DeserializeOwned> Decodes<T> for StrictJsonEncoding {
    type Error = <JsonEncoding as Decodes<T>>::Error;

    fn decode(bytes: leptos::server_fn::Bytes) -> Result<T, Self::Error> {
        #[cfg(feature = "ssr")]
        {
            #[derive(serde::Deserialize)]
            #[serde(deny_unknown_fields)]
            struct OnlyInput {
                #[serde(rename = "input")]
                _input: serde::de::IgnoredAny,
            }
            <JsonEncoding as Decodes<OnlyInput>>::decode(bytes.clone())?;
        }
        // From a text, like the page's own data, because a second parser would be a second copy of
        // everything.
        let text = std::str::from_utf8(&bytes).map_err(serde::de::Error::custom)?;
        serde_json::from_str(text)
    }
}
