//! Import: the credentials in a docker config or in Kubernetes Secrets, which `formats::imports` finds, to be chosen, named
//! and saved as secrets. The pasted text never travels back to the browser: between the two steps its values wait sealed in
//! the database, bound to the session that pasted them, for a quarter of an hour.

mod repository;
mod service;

pub use service::{ImportChoice, ImportRow, ImportService, ImportView};

#[cfg(test)]
mod tests;
