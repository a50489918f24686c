//! The numbers for monitoring, and the listener at which Prometheus asks for them.

mod database;
mod exposition;
pub mod http;
pub mod instruments;
mod process;
mod scrape;

pub use scrape::{Scrapes, router};
