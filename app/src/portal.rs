//! The portal: the built site and the services.

use crate::ssr::Assets;
use backend::{Backend, RateLimit, Surroundings};
use http::request::Parts as Request;
use leptos::{config::LeptosOptions, prelude::provide_context};
use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    ops::Deref,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

/// The limit of attempts with passwords and links from one address: so many at once, and so many a minute.
const ATTEMPTS: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// The number of addresses from which on idle ones are forgotten.
const MANY_ADDRESSES: usize = 10_000;

/// The place of the key encryption key, for whoever backs it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// A file on the server.
    File(PathBuf),
    /// The setting `LATCHKEY_KEK`.
    Environment,
}

/// A function that returns what the process knows of its surroundings, and of a request.
#[derive(Clone)]
pub struct LookAround(Arc<dyn Fn(&Request) -> Surroundings + Send + Sync>);

impl LookAround {
    pub fn new(look: impl Fn(&Request) -> Surroundings + Send + Sync + 'static) -> Self {
        Self(Arc::new(look))
    }

    /// Returns what the process knows.
    pub fn look(&self, request: &Request) -> Surroundings {
        (self.0)(request)
    }
}

/// The built site, the services and the count of attempts. Cheap to clone, because each request does so.
#[derive(Clone)]
pub struct Portal(Arc<Parts>);

/// The parts of the portal. The services are set once the database is there.
pub struct Parts {
    pub options: LeptosOptions,
    pub assets: Assets,
    attempts: RateLimit<IpAddr>,
    key: OnceLock<KeyPlace>,
    around: OnceLock<LookAround>,
    backend: OnceLock<Backend>,
}

impl Deref for Portal {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Portal {
    /// Returns a portal without services.
    pub fn new(options: LeptosOptions, assets: Assets) -> Self {
        let attempts = RateLimit::per_minute(ATTEMPTS, MANY_ADDRESSES);
        let (key, around, backend) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self(Arc::new(Parts { options, assets, attempts, key, around, backend }))
    }
}

impl Parts {
    /// Opens the portal. Called once.
    pub fn open(&self, backend: Backend) {
        if self.backend.set(backend).is_err() {
            tracing::error!("the portal was opened twice; the first backend stays");
        }
    }

    /// Sets the place of the key. Called once.
    pub fn set_key_place(&self, place: KeyPlace) {
        if self.key.set(place).is_err() {
            tracing::error!("the place of the key was set twice; the first one stays");
        }
    }

    /// Sets the function that looks around. Called once.
    pub fn set_look_around(&self, around: LookAround) {
        if self.around.set(around).is_err() {
            tracing::error!("the function that looks around was set twice; the first one stays");
        }
    }

    /// Returns the services, once they are there.
    pub fn backend(&self) -> Option<&Backend> {
        self.backend.get()
    }

    /// Counts an attempt with a password or link from this address.
    ///
    /// Errors: too many attempts; the number of seconds to wait.
    pub fn attempt(&self, address: Option<IpAddr>) -> Result<(), u32> {
        self.attempts.count(&network(address))
    }

    /// Hands the services to the pages and server functions of one request.
    pub fn provide(&self) {
        if let Some(backend) = self.backend() {
            provide_context(backend.clone());
        }
        if let Some(place) = self.key.get() {
            provide_context(place.clone());
        }
        if let Some(around) = self.around.get() {
            provide_context(around.clone());
        }
    }
}

/// Returns the network whose attempts are counted together: an IPv4 address, or the /64 that one customer has
/// in IPv6.
fn network(address: Option<IpAddr>) -> IpAddr {
    match address {
        Some(IpAddr::V6(address)) => {
            let bits = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from(bits))
        }
        Some(address) => address,
        None => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempt_counts_by_network() {
        let counted = |text: &str| network(Some(text.parse().unwrap())).to_string();
        assert_eq!(counted("203.0.113.7"), "203.0.113.7");
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}
