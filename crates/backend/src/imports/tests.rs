//! Tests of the service; those of reading a file are in `formats::imports`.

mod service;

/// A key generated for these tests; it opens nothing.
const KEY: &str = include_str!("../secrets/seed_key");
