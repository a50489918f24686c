//! The server as others meet it: the router driven without a socket, and the binary as a process. Both use a
//! real PostgreSQL, the private one that the server itself would start.

#![recursion_limit = "512"]
// The lint recognizes only functions marked as tests, not their helpers.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::disallowed_methods, reason = "tests are bound by clock and environment")]

mod access;
mod addresses;
mod backups;
mod bad_input;
mod bounded;
mod client;
mod client_imports;
mod client_versions;
mod clones;
#[path = "../../../crates/formats/src/export/tests/cluster.rs"]
mod cluster;
mod clusters;
mod connection_tests;
mod dates;
mod docs;
mod doctor;
mod documents;
mod flashes;
mod forwarded;
mod graphql;
mod harness;
mod imports;
mod keys;
mod language;
mod leaks;
mod mail;
mod metrics;
mod network;
mod newcomer;
mod notices;
mod operations;
mod overview;
#[allow(dead_code, reason = "the backend's own tests use the rest")]
#[path = "../../../crates/backend/src/connection_tests/tests/peers.rs"]
mod peers;
mod process;
mod questions;
mod rest;
mod schemathesis;
mod secret_page;
mod secrets;
mod selection;
mod sentinel;
mod settings_file;
mod shown_once;
mod system;
mod traces;
mod usages;
mod versions;
mod watched;
