//! The origins of imported secrets.

pub(crate) mod repository;
