//! What is seen: the document and its pages, rendered by the server, and the islands in them that come alive in the
//! browser.

#![recursion_limit = "256"]
#![allow(
    clippy::fn_params_excessive_bools,
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "a component is a function of its properties, which it owns, and its markup"
)]

#[cfg(feature = "ssr")]
pub mod document;
pub mod error;
pub mod secrets;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod ui;
pub mod wire;
