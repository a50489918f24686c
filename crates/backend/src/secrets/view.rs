//! Everything that the page of one secret shows.

use super::{
    service::{SecretService, find_details},
    versions,
};
use crate::{
    access::{Object, authorize},
    audit::{self, SecretHistory},
    connection_tests::state_and_past,
    context::{Action, Ctx},
    usages::consumers,
};
use domain::{
    connection_test::{PastTest, TestState},
    error::Error,
    secret::{SecretDetails, SecretId, VersionPage},
    usage::SecretConsumers,
};

/// The most versions that the page of a secret shows.
const VERSIONS: i64 = 10;

/// The content of the page of one secret. Nothing here can hold a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretView {
    /// The facts.
    pub details: SecretDetails,
    /// The result of the last test, and the target of the next.
    pub connection: TestState,
    /// The last tests, the newest first, also of values that were replaced since.
    pub tests: Vec<PastTest>,
    /// The images or datasets that use it, and the tokens that read its value.
    pub consumers: SecretConsumers,
    /// The newest versions of the value.
    pub versions: VersionPage,
    /// The changes, reads and other records.
    pub history: SecretHistory,
}

impl SecretService {
    /// Returns everything that the page of a secret shows, by one connection.
    ///
    /// Errors: as `get`.
    pub async fn view(&self, ctx: &Ctx, id: &SecretId) -> Result<SecretView, Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Secret(id)).await?;
        self.unsealed()?;
        let found = self.db.read(ctx, async |connection| {
            let Some((details, revision)) = find_details(connection, ctx, id).await? else { return Ok(None) };
            let tested = (details.target.clone(), details.known_hosts.as_str());
            let (connection_state, tests) = state_and_past(connection, revision.row, tested, ctx.now).await?;
            let consumers = match details.used_by {
                Some(0) => None,
                Some(_) | None => consumers::find(connection, ctx, id).await?,
            };
            let consumers = consumers.unwrap_or_else(|| SecretConsumers::nobody(ctx.now));
            let history = audit::history::find::find(connection, ctx, id).await?;
            let shown = versions::page(connection, ctx, (id, revision.row), None, VERSIONS).await?;
            Ok(Some(SecretView {
                details,
                connection: connection_state,
                tests,
                consumers,
                versions: shown,
                history,
            }))
        });
        found.await?.ok_or(Error::NotFound)
    }
}
