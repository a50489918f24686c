//! The recipients of a notice by mail: a person's own choice decides, and a confirmed address.

pub(crate) mod repository;
