//! Tests of credentials. Every method authorizes first; a person's tests are recorded.

use super::{
    git,
    host_slots::HostSlots,
    http::Http,
    outbound::Outbound,
    rate_limit::TestRateLimit,
    registry::{self, Account},
    repository,
    running::{Running, record},
    settings::{settings, stored_settings},
    state::Kept,
    ticket::{self, TestedBefore, WhatWasTested},
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction, Outcome},
    context::{Action, Ctx},
    db::Db,
    error::internal,
    keyring::{Keyring, Location, ValueField, repository::active_id},
    secrets::{
        conflict, hosts::may_go_to, keys::repository as keys, repository as secrets, restore::restore,
        values::repository as values,
    },
};
use domain::{
    connection_test::{KnownHosts, TestCause, TestReport, TestSettings, TestState, TestStatus},
    error::{Error, Field, FieldError, Problem},
    secret::{ConnectionTest, Credential, CredentialUpdate, SecretId},
    usage::{Branch, GitAddress, UsageProblem, UsageTarget},
};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// The longest time of a test. `TestCause::TookTooLong` names it.
const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Connection tests. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TestService {
    pub(super) db: Db,
    keyring: Option<Arc<Keyring>>,
    outbound: Outbound,
    http: Http,
    slots: HostSlots,
    rate_limit: TestRateLimit,
    pub(super) running: Running,
}

/// A stored secret, opened for a test.
struct Opened {
    row: Uuid,
    version: i64,
    value_version: i64,
    credential: Credential,
    settings: TestSettings,
    /// The registry host for which the value was typed.
    value_host: Option<String>,
}

impl TestService {
    pub(crate) fn new(db: Db, keyring: Option<Arc<Keyring>>, outbound: Outbound, http: Http) -> Self {
        let (slots, rate_limit, running) = (HostSlots::new(), TestRateLimit::new(), Running::new());
        Self { db, keyring, outbound, http, slots, rate_limit, running }
    }

    /// Lets no test begin any more, and waits for those that are under way. What is left after `grace` is cut off, and recorded as
    /// failed.
    pub async fn end(&self, grace: Duration) {
        self.running.end(grace).await;
    }

    /// Returns the test state of a secret.
    ///
    /// Errors: `NotFound`; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn state(&self, ctx: &Ctx, id: &SecretId) -> Result<TestState, Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Secret(id)).await?;
        self.unsealed()?;
        let found = self.db.read(ctx, async |connection| repository::find(connection, id).await);
        let row = found.await?.ok_or(Error::NotFound)?;
        let (target, known_hosts) = (row.check_target, row.known_hosts);
        let kept = Kept {
            cause: row.check_cause,
            at: row.checked_at,
            by: row.checked_by,
            branch: row.check_branch,
            refs: row.check_refs,
        };
        Ok(kept.into_state(target, &known_hosts, ctx.now))
    }

    /// Tests a stored secret, and keeps the result.
    ///
    /// Errors: `NotFound`; `TooManyTests`; `Internal` if a stored value is not the one that was sealed; `Sealed`,
    /// `NotSignedIn`, `Forbidden`, `Unavailable`.
    pub async fn stored(&self, ctx: &Ctx, id: &SecretId) -> Result<TestReport, Error> {
        self.may_test(ctx, Object::Secret(id)).await?;
        let _under_way = self.running.begin()?;
        self.try_stored(ctx, id).await
    }

    async fn try_stored(&self, ctx: &Ctx, id: &SecretId) -> Result<TestReport, Error> {
        let opened = self.open(ctx, id).await?;
        let report = if is_for_another_host(&opened.credential, opened.value_host.as_deref()) {
            TestReport::new(TestCause::ValueForAnotherHost)
        } else {
            self.run(ctx, Some(id), &opened.credential, &opened.settings, None).await?
        };
        self.finish(ctx, Some(id), Some((opened.row, opened.version)), &report).await?;
        Ok(report)
    }

    /// Tests the pending pair, if it still has this fingerprint, on the target of the key in use. The state of the key
    /// in use stays as it is.
    ///
    /// Errors: as `stored`; `Changed` if another pair is pending; `NotFound` if none is.
    pub async fn pending(&self, ctx: &Ctx, id: &SecretId, fingerprint: &str) -> Result<TestReport, Error> {
        self.pending_with_ticket(ctx, id, fingerprint).await.map(|(report, _)| report)
    }

    /// Tests the pending pair, and returns a ticket with which the pair keeps the result when it is switched to.
    ///
    /// Errors: as `pending`.
    pub async fn pending_with_ticket(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        fingerprint: &str,
    ) -> Result<(TestReport, String), Error> {
        let keyring = self.may_test(ctx, Object::Secret(id)).await?;
        let _under_way = self.running.begin()?;
        let found = self.db.read(ctx, async |connection| {
            let Some(row) = secrets::find(connection, id).await? else { return Ok(None) };
            let pair = keys::find_pending(connection, row.id).await?;
            let check = repository::find(connection, id).await?;
            Ok(pair.zip(check).map(|(pair, check)| (row, pair, check)))
        });
        let found = found.await?;
        let (row, (place, sealed, facts), check) = found.ok_or(Error::NotFound)?;
        if facts.fingerprint != fingerprint {
            return Err(conflict::conflict(ctx, row));
        }
        let opened = row
            .prove(&self.db, id)
            .and_then(|()| keyring.open(place, &sealed))
            .and_then(|text| restore(id.kind, row, text));
        let credential = opened.map_err(|error| internal(ctx, &error))?;
        let settings = settings(&check, None);
        let report = self.run(ctx, Some(id), &credential, &settings, None).await?;
        let kek_id = self.finish(ctx, Some(id), None, &report).await?;
        let tested = WhatWasTested::pending(place, &settings);
        let ticket = ticket::issue(keyring, &kek_id, ctx, &tested, &report);
        Ok((report, ticket.map_err(|error| internal(ctx, &error))?))
    }

    /// Returns the result of the test that the actor has just made of the pending pair, from this ticket; `None` if the
    /// ticket is invalid, or for another pair, other settings or another actor.
    ///
    /// Errors: `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`.
    pub async fn pending_tested(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        ticket: &str,
    ) -> Result<Option<TestCause>, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(id)).await?;
        let keyring = self.unsealed()?;
        let found = self.db.read(ctx, async |connection| {
            let Some(row) = secrets::find(connection, id).await? else { return Ok(None) };
            let pair = keys::find_pending(connection, row.id).await?;
            let settings = stored_settings(connection, id).await?;
            Ok(pair.zip(settings))
        });
        let found = found.await?;
        Ok(found.and_then(|((place, _, _), settings)| {
            let tested = WhatWasTested::pending(place, &settings);
            TestedBefore::read(keyring, ctx, ticket, &tested).map(|before| before.cause())
        }))
    }

    /// Tests the contents of a form; if no value was typed, with the stored value of this secret. The result is kept if
    /// all of it equals what is stored.
    ///
    /// Errors: as `stored`; `BadRequest` for a form without a value and without a stored one, or of another type.
    pub async fn typed(
        &self,
        ctx: &Ctx,
        id: Option<&SecretId>,
        test: ConnectionTest,
    ) -> Result<TestReport, Error> {
        self.typed_with_ticket(ctx, id, test).await.map(|(report, _)| report)
    }

    /// Tests the contents of a form, and returns a ticket with which the form, saved unchanged, keeps the result.
    /// Returns no ticket if nothing was tested.
    ///
    /// Errors: as `typed`.
    pub async fn typed_with_ticket(
        &self,
        ctx: &Ctx,
        id: Option<&SecretId>,
        test: ConnectionTest,
    ) -> Result<(TestReport, Option<String>), Error> {
        let keyring = self.may_test(ctx, id.map_or(Object::Named("new secret"), Object::Secret)).await?;
        let _under_way = self.running.begin()?;
        let ConnectionTest { credential, settings } = test;
        let (mut stored, mut value) = (None, None);
        let update = credential.clone();
        let (credential, may) = match (credential, id) {
            (CredentialUpdate::GitDataset { private_key: Some(private_key) }, _) => {
                (Credential::GitDataset { private_key }, true)
            }
            (CredentialUpdate::ImagePull { host, username, password: Some(password) }, _) => {
                (Credential::ImagePull { host, username, password }, true)
            }
            (update, Some(id)) => {
                let opened = self.open(ctx, id).await?;
                value = Some((opened.row, opened.value_version));
                let (credential, unchanged, may) = match (update, opened.credential) {
                    (CredentialUpdate::GitDataset { .. }, credential @ Credential::GitDataset { .. }) => {
                        (credential, true, true)
                    }
                    (
                        CredentialUpdate::ImagePull { host, username, .. },
                        Credential::ImagePull { host: old_host, username: old_username, password },
                    ) => {
                        let unchanged = (&host, &username) == (&old_host, &old_username);
                        let credential = Credential::ImagePull { host, username, password };
                        // Otherwise a password could be obtained by naming a host of one's own.
                        let may = !is_for_another_host(&credential, opened.value_host.as_deref());
                        (credential, unchanged, may)
                    }
                    _ => return Err(Error::BadRequest),
                };
                if unchanged && opened.settings == settings {
                    stored = Some((opened.row, opened.version));
                }
                (credential, may)
            }
            (_, None) => return Err(Error::BadRequest),
        };
        if !may {
            let report = TestReport::new(TestCause::ValueForAnotherHost);
            self.finish(ctx, id, stored, &report).await?;
            return Ok((report, None));
        }
        let report = self.run(ctx, id, &credential, &settings, None).await?;
        let kek_id = self.finish(ctx, id, stored, &report).await?;
        let tested = WhatWasTested::of_update(&update, &settings, value);
        let ticket = tested.map(|tested| ticket::issue(keyring, &kek_id, ctx, &tested, &report));
        Ok((report, ticket.transpose().map_err(|error| internal(ctx, &error))?))
    }

    /// Tests a stored secret on this image or repository, by the hosts that it trusts, and looks for the branch if one
    /// is named. The result is kept for the secret if this is its own test target: a key that opens the repository
    /// works, whatever branch is named.
    ///
    /// Errors: as `stored`; `Invalid` if the image is in another registry, to which nothing is sent; `BadRequest` for a
    /// usage without a secret, or a secret of the other type.
    pub async fn on(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        target: &UsageTarget,
        branch: Option<&Branch>,
    ) -> Result<TestReport, Error> {
        self.may_test(ctx, Object::Secret(id)).await?;
        let _under_way = self.running.begin()?;
        let opened = self.open(ctx, id).await?;
        let settings = match (target, &opened.credential) {
            (UsageTarget::Image(image), Credential::ImagePull { host, .. }) => {
                if !host.serves(&image.registry, image.image.name()) {
                    let problem = Problem::Usage(UsageProblem::OtherRegistry);
                    return Err(Error::Invalid(vec![FieldError { field: Field::PullSecret, problem }]));
                }
                TestSettings { image: Some(image.image.clone()), ..TestSettings::default() }
            }
            (UsageTarget::Dataset(GitAddress::Ssh(repository)), Credential::GitDataset { .. }) => {
                let known_hosts = opened.settings.known_hosts.clone();
                TestSettings { repository: Some(repository.clone()), known_hosts, image: None }
            }
            _ => return Err(Error::BadRequest),
        };
        let report = if is_for_another_host(&opened.credential, opened.value_host.as_deref()) {
            TestReport::new(TestCause::ValueForAnotherHost)
        } else {
            self.run(ctx, Some(id), &opened.credential, &settings, branch).await?
        };
        let stored =
            (opened.settings.repository, opened.settings.image) == (settings.repository, settings.image);
        self.finish(ctx, Some(id), stored.then_some((opened.row, opened.version)), &report).await?;
        Ok(report.of_dataset())
    }

    /// Trusts the keys of these lines in addition to those that are trusted already, and tests the secret.
    ///
    /// Errors: as `stored`; `BadRequest` if these are not lines of known hosts.
    pub async fn approve(&self, ctx: &Ctx, id: &SecretId, lines: &str) -> Result<TestReport, Error> {
        self.may_test(ctx, Object::Secret(id)).await?;
        let _under_way = self.running.begin()?;
        self.db
            .write::<_, Error>(ctx, async |work| {
                let mut row = secrets::lock(work, id).await?.ok_or(Error::NotFound)?;
                row.prove(&self.db, id)?;
                let wider =
                    KnownHosts::stored(&row.known_hosts).with(lines).map_err(|_| Error::BadRequest)?;
                if wider.as_str() != row.known_hosts {
                    wider.as_str().clone_into(&mut row.known_hosts);
                    secrets::update(work, ctx, row).await?;
                    let fields = &["known_hosts"];
                    audit::record_change(work, ctx, AuditAction::SecretChanged, id, fields).await?;
                }
                Ok(())
            })
            .await?;
        self.try_stored(ctx, id).await
    }

    /// Checks that the actor may test this and has not tested too often, and returns the keyring, unless the portal is
    /// sealed.
    async fn may_test(&self, ctx: &Ctx, object: Object<'_>) -> Result<&Keyring, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, object).await?;
        let keyring = self.unsealed()?;
        self.rate_limit.step(&ctx.actor)?;
        Ok(keyring)
    }

    pub(super) fn unsealed(&self) -> Result<&Keyring, Error> {
        self.keyring.as_deref().ok_or(Error::Sealed)
    }

    /// Connects, within all limits.
    ///
    /// Errors: `Unavailable` if the test was cut off, which is recorded.
    async fn run(
        &self,
        ctx: &Ctx,
        id: Option<&SecretId>,
        credential: &Credential,
        settings: &TestSettings,
        branch: Option<&Branch>,
    ) -> Result<TestReport, Error> {
        let host = match (credential, &settings.repository) {
            (Credential::GitDataset { .. }, None) => return Ok(TestReport::new(TestCause::NoRepository)),
            (Credential::GitDataset { .. }, Some(repository)) => repository.known_as(),
            (Credential::ImagePull { host, .. }, _) => host.authority().to_owned(),
        };
        let work = async {
            let _slot = match self.slots.take(&ctx.actor, &host).await {
                Ok(turn) => turn,
                Err(cause) => return TestReport::new(cause),
            };
            match (credential, &settings.repository) {
                (Credential::GitDataset { private_key }, Some(repository)) => {
                    let tried = (repository, branch);
                    git::check(&self.outbound, private_key, tried, &settings.known_hosts).await
                }
                (Credential::ImagePull { host, username, password }, _) => {
                    let account = Account { host, username, password, image: settings.image.as_ref() };
                    registry::check(&self.http, &account).await
                }
                (Credential::GitDataset { .. }, None) => TestReport::new(TestCause::NoRepository),
            }
        };
        let work = tokio::time::timeout(TEST_TIMEOUT, Box::pin(work));
        let Some(report) = self.running.unless_cut_off(work).await else {
            self.db.write::<_, Error>(ctx, async |work| record(work, ctx, id, Outcome::Failed).await).await?;
            return Err(Error::Unavailable);
        };
        let mut report = report.unwrap_or_else(|_| TestReport::new(TestCause::TookTooLong));
        report.host = Some(host);
        Ok(report)
    }

    async fn open(&self, ctx: &Ctx, id: &SecretId) -> Result<Opened, Error> {
        let keyring = self.unsealed()?;
        let found = self.db.read(ctx, async |connection| {
            let value = values::find(connection, id).await?;
            Ok((value, repository::find(connection, id).await?))
        });
        let found = match found.await? {
            // Changed between the two reads: a value must not be used for another host than the one for which it was
            // typed.
            (Some(value), Some(row)) if value.0.version != row.version => return Err(Error::Unavailable),
            (Some(value), Some(row)) => (value, row),
            _ => return Err(Error::NotFound),
        };
        let ((secret, sealed), check) = found;
        let place =
            Location { secret: secret.id, field: ValueField::of(id.kind), version: secret.value_version };
        let (row, version, value_version) = (secret.id, secret.version, secret.value_version);
        let settings = settings(&check, secret.registry_host.as_deref());
        let opened = secret
            .prove(&self.db, id)
            .and_then(|()| keyring.open(place, &sealed))
            .and_then(|text| restore(id.kind, secret, text));
        let credential = opened.map_err(|error| internal(ctx, &error))?;
        Ok(Opened { row, version, value_version, credential, settings, value_host: check.value_host })
    }

    /// Keeps the result of a test, and records that a person made it. Returns the id of the active key encryption key.
    async fn finish(
        &self,
        ctx: &Ctx,
        id: Option<&SecretId>,
        stored: Option<(Uuid, i64)>,
        report: &TestReport,
    ) -> Result<String, Error> {
        if let Some(metrics) = self.db.metrics() {
            metrics.tested(report.cause);
        }
        self.db
            .write(ctx, async |work| {
                let kek_id = active_id(work).await?;
                if let Some((row, version)) = stored {
                    repository::keep(work, ctx, row, version, report).await?;
                }
                let works = matches!(report.cause.status(), TestStatus::Works | TestStatus::Open);
                record(work, ctx, id, if works { Outcome::Done } else { Outcome::Failed }).await?;
                Ok(kek_id)
            })
            .await
    }
}

/// Returns whether a stored password was typed for another registry than the one to which it would be sent.
fn is_for_another_host(credential: &Credential, value_host: Option<&str>) -> bool {
    match credential {
        Credential::GitDataset { .. } => false,
        Credential::ImagePull { host, .. } => !may_go_to(Some(host.as_str()), value_host),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::ssh::SILENCE, *};

    #[test]
    fn messages_name_the_time_limits() {
        for (cause, limit) in [(TestCause::TookTooLong, TEST_TIMEOUT), (TestCause::WentSilent, SILENCE)] {
            let said = format!("{} seconds", limit.as_secs());
            assert!(cause.message().contains(&said), "{}", cause.message());
        }
        // A silent host is reported as silent, and not as taking too long.
        assert!(SILENCE < TEST_TIMEOUT);
    }
}
