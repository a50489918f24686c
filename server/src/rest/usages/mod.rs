//! Images and datasets by the API.

mod answers;
mod bodies;
mod endpoints;
mod operations;

pub use endpoints::{datasets, images};
