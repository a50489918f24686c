//! Counts of attempts with a password: under the name and the network that they come from, and under the name alone. A
//! stranger who guesses locks the name for their own network; guesses from very many networks lock it for all but those from
//! which its owner has signed in before, so that nobody keeps a known person out.

use super::repository;
use crate::{context::Ctx, db::timestamp, random, users::name_key};
use domain::{sensitive::Sensitive, time::Timestamp};
use sqlx::PgConnection;
use std::{
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};
use uuid::Uuid;

/// The number of failures under one name from one network after which it is locked there.
const MAX_HERE: i32 = 5;

/// The number of failures under one name from anywhere after which it is locked for every unknown network.
const MAX_ANYWHERE: i32 = 30;

/// The duration of a lock, in seconds: 15 minutes.
pub(crate) const LOCK_SECONDS: u32 = 15 * 60;

/// The duration of a lock.
const LOCK: Duration = Duration::from_secs(LOCK_SECONDS as u64);

/// How long a network is known after somebody has signed in from it: 30 days.
const KNOWN: Duration = Duration::from_hours(30 * 24);

/// The network of the counter for all networks together.
const ANYWHERE: &str = "";

/// The attempts under one name from one network.
#[derive(Clone, Debug)]
pub(crate) struct Attempts {
    /// The hash of what was typed as a name, because that may be a password in the wrong field.
    name: String,
    network: String,
}

/// The result of counting an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// The number of seconds for which the name is locked, if it is.
    pub(crate) locked: Option<u32>,
    /// Whether one more failure locks the name.
    pub(crate) is_last: bool,
}

impl Attempts {
    /// Returns the attempts of the request, under what was typed as a name.
    pub(crate) fn of(ctx: &Ctx, name: &str) -> Self {
        Self { name: hashed(name), network: network(ctx.address) }
    }

    /// Returns the key of these attempts, of the same length whether or not the name is somebody's.
    pub(crate) fn source(&self) -> String {
        format!("{} {}", self.network, self.name)
    }

    /// Counts an attempt before the password is compared, so that many at once get no more than their share. `user` is the
    /// owner of the name, if there is one.
    pub(crate) async fn count(
        &self,
        work: &mut PgConnection,
        ctx: &Ctx,
        user: Option<Uuid>,
    ) -> Result<Counted, sqlx::Error> {
        let Self { name, network } = self;
        repository::sweep_attempts(work, ctx.now - LOCK).await?;
        let (here, here_at) = repository::count_attempt(work, name, network, MAX_HERE, ctx.now).await?;
        // Attempts that are locked here no longer count against anybody else.
        if here > MAX_HERE {
            return Ok(Counted { locked: Some(left(timestamp(here_at), ctx.now)), is_last: false });
        }
        let (all, all_at) = repository::count_attempt(work, name, ANYWHERE, MAX_ANYWHERE, ctx.now).await?;
        if all > MAX_ANYWHERE && !self.is_known(work, ctx, user).await? {
            return Ok(Counted { locked: Some(left(timestamp(all_at), ctx.now)), is_last: false });
        }
        Ok(Counted { locked: None, is_last: here == MAX_HERE || all == MAX_ANYWHERE })
    }

    async fn is_known(
        &self,
        work: &mut PgConnection,
        ctx: &Ctx,
        user: Option<Uuid>,
    ) -> Result<bool, sqlx::Error> {
        let Some(user) = user else { return Ok(false) };
        repository::knows_network(work, user, &self.network, ctx.now - KNOWN).await
    }

    /// Uncounts an attempt whose password was not compared.
    pub(crate) async fn take_back(&self, work: &mut PgConnection) -> Result<(), sqlx::Error> {
        // In the order of counting, so that two at once never wait for each other.
        repository::take_back_attempt(work, &self.name, &[&self.network]).await?;
        repository::take_back_attempt(work, &self.name, &[ANYWHERE]).await
    }

    /// Forgets the attempts from here, because somebody has signed in.
    pub(crate) async fn forget(&self, work: &mut PgConnection) -> Result<(), sqlx::Error> {
        repository::forget_attempts(work, &self.name, &[&self.network]).await?;
        repository::forget_attempts(work, &self.name, &[ANYWHERE]).await
    }
}

/// Forgets every attempt under the name of this user, from any network.
pub(crate) async fn forget_all(work: &mut PgConnection, user: &str) -> Result<(), sqlx::Error> {
    repository::forget_all_attempts(work, &hashed(user)).await
}

/// Notes that this user has signed in from the network of the request.
pub(super) async fn know_network(work: &mut PgConnection, ctx: &Ctx, user: Uuid) -> Result<(), sqlx::Error> {
    if ctx.address.is_none() {
        return Ok(());
    }
    repository::know_network(work, user, &network(ctx.address), ctx.now, ctx.now - KNOWN).await
}

fn hashed(name: &str) -> String {
    random::hex(&random::hash(&Sensitive::new(name_key(name))))
}

/// Returns the network of an address: an IPv4 address, or the /64 that one customer has in IPv6.
fn network(address: Option<IpAddr>) -> String {
    match address {
        Some(IpAddr::V6(address)) => {
            format!("{}/64", Ipv6Addr::from(u128::from(address) & (u128::MAX << 64)))
        }
        Some(address) => address.to_string(),
        None => "unknown".to_owned(),
    }
}

fn left(last: Timestamp, now: Timestamp) -> u32 {
    u32::try_from(((last + LOCK).micros() - now.micros()) / 1_000_000 + 1).unwrap_or(1)
}
