//! Connections to the outside, for tests of connections and for single sign-on alike: what may be reached, and whom TLS
//! trusts. Takes no proxy from the environment.

mod config;
mod connect;
mod http;

pub use config::{CheckConfig, ExtraRoots, PrivateHost};
pub(crate) use connect::{Outbound, Resolved};
pub(crate) use http::{Answer, Http, Origin, Question};
