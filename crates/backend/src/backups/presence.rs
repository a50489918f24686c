//! The presence of servers: each says now and then that it is there, so that no database is restored under one that has nothing to do,
//! and therefore no connection.

use super::repository;
use crate::{db::Db, error::Failure};
use domain::error::Error;
use std::time::Duration;
use tokio::task::AbortHandle;
use uuid::Uuid;

/// How long a server counts as present after it has said so.
const PRESENT: Duration = Duration::from_secs(100);

/// The interval at which it says so.
const RENEW: Duration = Duration::from_secs(45);

/// A server that says that it is there, for as long as this lives.
#[derive(Debug)]
pub struct Presence {
    db: Db,
    holder: Uuid,
    renewing: AbortHandle,
}

impl Presence {
    /// Says it at once, and again as long as the server runs. `name` is that of the machine.
    pub(crate) async fn begin(db: Db, name: &str) -> Self {
        let holder = crate::random::random_id();
        let host: String = name.chars().filter(|c| !c.is_whitespace() && !c.is_control()).take(100).collect();
        let name = format!("{host} {holder}");
        renew(&db, &name, holder).await;
        let again = db.clone();
        let renewing = tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEW).await;
                renew(&again, &name, holder).await;
            }
        });
        Self { db, holder, renewing: renewing.abort_handle() }
    }

    /// Says that the server is gone. If that fails, it is given up soon.
    pub async fn end(self) {
        self.renewing.abort();
        let holder = self.holder;
        let gone =
            self.db.try_write::<_, Error>(async |work| Ok(repository::be_gone(work, Some(holder)).await?));
        tell(gone.await);
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}

/// If the database is away, the next time is soon enough.
async fn renew(db: &Db, name: &str, holder: Uuid) {
    let seconds = PRESENT.as_secs_f64();
    let said =
        db.try_write::<_, Error>(async |work| Ok(repository::be_present(work, name, holder, seconds).await?));
    tell(said.await);
}

fn tell(said: Result<(), Failure<Error>>) {
    if let Err(Failure::Db(error)) = said {
        tracing::debug!("the presence of this server is not noted: {error}");
    }
}
