//! The portal as a process: routes, middleware, configuration, start and stop.

// The type of a page is as deep as its markup.
#![recursion_limit = "512"]
#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests are bound by clock and environment"))]

pub mod admission;
pub mod backup;
pub mod cleanup;
pub mod clock;
pub mod command;
pub mod config;
pub mod copy_program;
pub mod doctor;
pub mod forwarded;
pub mod from_file;
pub mod handover;
pub mod hardening;
pub mod health;
pub mod health_command;
pub mod idle_timeout;
pub mod key_file;
pub mod listen_addr;
pub mod listener;
pub mod log;
pub mod mail;
pub mod metrics;
pub mod middleware;
pub mod notices;
pub mod open;
pub mod rejection;
pub mod request_log;
pub mod rest;
pub mod routes;
pub mod scheduled_tests;
pub mod serve;
pub mod settings_file;
pub mod site;
pub mod start;
pub mod state;
pub mod status;
pub mod surroundings;
pub mod traces;

pub use routes::router;
