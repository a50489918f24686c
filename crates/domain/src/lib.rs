//! Secrets and their rules: names, hosts, key texts, list queries, the closed error type, and access. Compiled for the
//! browser and the server alike, so everything here is small and pure.

pub mod access;
pub mod check;
pub mod error;
pub mod import;
pub mod invisible;
pub mod page;
pub mod percent;
pub mod secret;
pub mod sensitive;
pub mod text;
pub mod time;
pub mod usage;
