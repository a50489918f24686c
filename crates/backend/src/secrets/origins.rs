//! Where imported secrets came from.

pub(crate) mod repository;
