//! The tests of the service; those of reading a file stand beside `formats::imports`.

mod service;

/// A key made for these tests; it opens nothing.
const KEY: &str = include_str!("../secrets/seed_key");
