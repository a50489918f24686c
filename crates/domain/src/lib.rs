//! Secrets and their rules: names, hosts, key texts, list queries, the closed error type, and access. Compiled for the
//! browser and the server alike, so everything here is small and pure.

#[macro_use]
mod coded_enum;

pub mod access;
pub mod connection_test;
pub mod error;
pub mod import;
pub mod invisible;
pub mod language;
pub mod mail;
pub mod notice;
pub mod page;
pub mod percent;
pub mod secret;
pub mod sensitive;
pub mod text;
pub mod time;
pub mod usage;
