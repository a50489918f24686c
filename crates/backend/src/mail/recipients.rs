//! Whom a notice is written to by mail: a person's own choice decides, and a confirmed address.

pub(crate) mod repository;
