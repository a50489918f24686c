//! Tests of many secrets: all of them for the command line, and those that are due for the server itself.

use super::{
    repository::{self, DueRow},
    service::TestService,
};
use crate::{
    access::{Object, authorize},
    context::{Action, Ctx},
    db::{Db, instant},
    error::{self, Failure},
};
use domain::{
    connection_test::{Repository, TestCause},
    error::Error,
    secret::{SecretId, SecretKind, SecretName, Selection},
};
use futures_util::{StreamExt, stream};
use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::AbortHandle,
    time::Instant,
};
use uuid::Uuid;

/// The number of hosts that are tested at once.
const HOSTS_AT_ONCE: usize = 4;

/// The time after which no test begins for somebody who waits for the results.
const MANY_TIME: Duration = Duration::from_secs(20);

/// The same for somebody who sees each result at once, and may stop.
const WATCHED_TIME: Duration = Duration::from_mins(5);

/// The duration of a lease. It is renewed in time, and expires soon after its server is gone.
const TURN: Duration = Duration::from_mins(1);

/// The interval at which a lease is renewed.
const RENEW: Duration = Duration::from_secs(20);

/// The time for which the command line waits for a server that is testing.
const WAIT: Duration = Duration::from_mins(5);

/// A secret that was tested, or left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// The secret.
    pub id: SecretId,
    /// The result.
    pub outcome: TestOutcome,
}

/// The result of one test of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestOutcome {
    /// The secret was tested.
    Tested(TestCause),
    /// The test failed, for a reason of ours.
    Failed(Error),
    /// The same account had just been refused, and must not get locked; or the host asked for a pause.
    LeftOut,
    /// The time ended before the secret's lock.
    NotYet,
}

/// Tests of a selection that go on while somebody watches: once this is dropped, no further test begins. Those that have begun
/// are finished, kept and recorded.
#[derive(Debug)]
pub struct WatchedTests {
    ids: Vec<SecretId>,
    results: UnboundedReceiver<Tested>,
}

impl WatchedTests {
    /// Returns the secrets that are tested, in the order of `TestService::many`.
    pub fn ids(&self) -> &[SecretId] {
        &self.ids
    }

    /// Returns the next result; `None` after the last one.
    pub async fn next(&mut self) -> Option<Tested> {
        self.results.recv().await
    }
}

/// The end of a batch.
#[derive(Clone, Debug, Default)]
struct End {
    /// The time after which no test begins.
    at: Option<Instant>,
    /// Whoever gets each result at once; no test begins after they have gone.
    watcher: Option<UnboundedSender<Tested>>,
}

impl End {
    fn has_watcher_gone(&self) -> bool {
        self.watcher.as_ref().is_some_and(UnboundedSender::is_closed)
    }

    fn is_over(&self) -> bool {
        self.at.is_some_and(|at| Instant::now() >= at)
    }

    /// Tells the watcher. Whether they have gone, the next test asks.
    fn tell(&self, tested: &Tested) {
        if let Some(watcher) = &self.watcher {
            drop(watcher.send(tested.clone()));
        }
    }
}

impl TestService {
    /// Tests all secrets, or these, and returns the results in their order. Waits while a server is testing.
    ///
    /// Errors: `NotFound` for an unknown id; `Unavailable` also if a server goes on testing for too long;
    /// `Sealed`, `NotSignedIn`, `Forbidden`, `Internal`.
    pub async fn all(&self, ctx: &Ctx, ids: &[SecretId]) -> Result<Vec<Tested>, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("secrets")).await?;
        self.unsealed()?;
        let wanted = (!ids.is_empty()).then_some(ids);
        let rows = self.db.read(ctx, async |connection| repository::all(connection, wanted).await).await?;
        if rows.len() < ids.len() {
            return Err(Error::NotFound);
        }
        let lock = tokio::time::timeout(WAIT, async {
            loop {
                match self.lock(ctx).await? {
                    Some(held) => return Ok(held),
                    None => tokio::time::sleep(Duration::from_secs(1)).await,
                }
            }
        });
        let held = lock.await.unwrap_or(Err(Error::Unavailable))?;
        let mut tested = self.test(ctx, rows, End::default()).await;
        release(held).await;
        tested.sort_by_cached_key(|tested| tested.id.to_string());
        Ok(tested)
    }

    /// Tests these secrets for a limited time, and returns the results in their order. A person waits for the answer,
    /// so no test begins after `MANY_TIME`; the remaining secrets are `NotYet`.
    ///
    /// Errors: `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn many(&self, ctx: &Ctx, selection: &Selection) -> Result<Vec<Tested>, Error> {
        let (rows, mut tested) = self.selected(ctx, selection).await?;
        let end = End { at: Some(Instant::now() + MANY_TIME), watcher: None };
        tested.extend(self.test(ctx, rows, end).await);
        tested.sort_by_cached_key(|tested| tested.id.to_string());
        Ok(tested)
    }

    /// Begins to test these secrets for somebody who watches, and returns the results one by one.
    ///
    /// Errors: as `many`.
    pub async fn watched(&self, ctx: &Ctx, selection: &Selection) -> Result<WatchedTests, Error> {
        let (rows, gone) = self.selected(ctx, selection).await?;
        let (watcher, results) = mpsc::unbounded_channel();
        let end = End { at: Some(Instant::now() + WATCHED_TIME), watcher: Some(watcher) };
        for gone in gone {
            end.tell(&gone);
        }
        let mut ids = selection.ids().to_vec();
        ids.sort_by_cached_key(ToString::to_string);
        let (service, ctx) = (self.clone(), ctx.clone());
        // Not as a part of the answer: a test that is cut off would have no record.
        tokio::spawn(async move { service.test(&ctx, rows, end).await });
        Ok(WatchedTests { ids, results })
    }

    /// Returns the secrets to test, and the results of those that no longer exist.
    async fn selected(&self, ctx: &Ctx, selection: &Selection) -> Result<(Vec<DueRow>, Vec<Tested>), Error> {
        for id in selection.ids() {
            authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(id)).await?;
        }
        self.unsealed()?;
        let rows =
            self.db.read(ctx, async |connection| repository::all(connection, Some(selection.ids())).await);
        let rows = rows.await?;
        let found: HashSet<SecretId> = rows.iter().filter_map(read).map(|(_, id, _)| id).collect();
        let gone = selection.ids().iter().filter(|id| !found.contains(id));
        let gone = gone.map(|id| Tested { id: id.clone(), outcome: TestOutcome::Failed(Error::NotFound) });
        let gone = gone.collect();
        Ok((rows, gone))
    }

    /// Tests a share of the secrets that are due: so many that all are tested once in an interval if this is called
    /// each `tick`. Only one of several servers tests. Returns the secrets that were tested.
    ///
    /// Errors: `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn due(&self, ctx: &Ctx, interval: Duration, tick: Duration) -> Result<Vec<Tested>, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("secrets")).await?;
        self.unsealed()?;
        let Some(held) = self.lock(ctx).await? else { return Ok(Vec::new()) };
        let rows = self.db.read(ctx, async |connection| {
            let now = instant(ctx.now)?;
            let count = repository::count(connection).await?;
            let ticks = i64::try_from(interval.as_secs() / tick.as_secs().max(1)).unwrap_or(i64::MAX).max(1);
            let share = count / ticks + 1;
            repository::due(connection, now, interval.as_secs_f64(), share).await
        });
        let tested = match rows.await {
            Ok(rows) => Ok(self.test(ctx, rows, End::default()).await),
            Err(error) => Err(error),
        };
        release(held).await;
        tested
    }

    /// Takes the lease of the one server that tests in batches, unless another server has it.
    async fn lock(&self, ctx: &Ctx) -> Result<Option<RunLock>, Error> {
        let holder = crate::random::random_id();
        if !take(&self.db, holder).await.map_err(|failure| failure.public_error(ctx))? {
            return Ok(None);
        }
        let db = self.db.clone();
        let renewing = tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEW).await;
                // If the database is away, the next try is soon enough: a lease lasts three of them.
                let _ = take(&db, holder).await;
            }
        });
        Ok(Some(RunLock { db: self.db.clone(), holder, renewing: renewing.abort_handle() }))
    }

    /// Tests several hosts at once, and the secrets of each host one after the other; no test begins after the end.
    async fn test(&self, ctx: &Ctx, rows: Vec<DueRow>, end: End) -> Vec<Tested> {
        let mut hosts: BTreeMap<String, Vec<(SecretId, String)>> = BTreeMap::new();
        for row in &rows {
            if let Some((host, id, account)) = read(row) {
                hosts.entry(host).or_default().push((id, account));
            }
        }
        let hosts = hosts.into_values().map(|secrets| self.test_host(ctx, secrets, &end));
        stream::iter(hosts).buffer_unordered(HOSTS_AT_ONCE).concat().await
    }

    async fn test_host(&self, ctx: &Ctx, secrets: Vec<(SecretId, String)>, end: &End) -> Vec<Tested> {
        let mut refused = HashSet::new();
        let mut enough = false;
        let mut paced = None;
        let mut tested = Vec::with_capacity(secrets.len());
        for (id, account) in secrets {
            if end.has_watcher_gone() || self.running.is_ending() {
                break;
            }
            let outcome = if enough || refused.contains(&account) {
                TestOutcome::LeftOut
            } else if let Some(error) = &paced {
                TestOutcome::Failed(Error::clone(error))
            } else if end.is_over() {
                TestOutcome::NotYet
            } else {
                match self.stored(ctx, &id).await.map(|report| report.cause) {
                    Ok(cause) => {
                        if cause == TestCause::TooManyRequests {
                            enough = true;
                        } else if cause.is_of_the_account() && !account.is_empty() {
                            refused.insert(account);
                        }
                        TestOutcome::Tested(cause)
                    }
                    Err(error) => {
                        if matches!(error, Error::TooManyTests(_)) {
                            paced = Some(error.clone());
                        }
                        TestOutcome::Failed(error)
                    }
                }
            };
            let result = Tested { id, outcome };
            end.tell(&result);
            tested.push(result);
        }
        tested
    }
}

/// Returns the host, the id, and the account that could get locked; a key has no account.
fn read(row: &DueRow) -> Option<(String, SecretId, String)> {
    let id = SecretId::new(SecretKind::parse(&row.kind)?, SecretName::parse(&row.name).ok()?);
    let repository = row.check_target.as_deref().and_then(|target| Repository::parse(target).ok());
    let host = row.registry_host.clone().or(repository.map(|repository| repository.host)).unwrap_or_default();
    Some((host, id, row.registry_username.clone().unwrap_or_default()))
}

/// The lease of the one server that tests in batches, held for as long as this lives.
struct RunLock {
    db: Db,
    holder: Uuid,
    renewing: AbortHandle,
}

impl Drop for RunLock {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}

async fn take(db: &Db, holder: Uuid) -> Result<bool, Failure> {
    db.try_write(async |work| Ok(repository::take_turn(work, holder, TURN.as_secs_f64()).await?)).await
}

/// Releases the lease. If that fails, it expires soon by itself.
async fn release(lock: RunLock) {
    let ended =
        lock.db.try_write::<_, Error>(async |work| Ok(repository::end_turn(work, lock.holder).await?));
    if let Err(Failure::Db(error)) = ended.await {
        error::explain(&error);
    }
}
