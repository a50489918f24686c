//! Tests of earlier values, and rollbacks with a test before or after.

use super::{
    repository,
    service::TestService,
    settings::settings,
    ticket::{self, WhatWasTested},
};
use crate::{
    access::Object,
    context::Ctx,
    error::internal,
    keyring::ValueField,
    revision::Expected,
    secrets::{
        SecretService, repository as secrets,
        restore::restore,
        versions::{EarlierValue, Rollback, earlier, repository as versions},
    },
};
use domain::{
    connection_test::{TestCause, TestReport, TestStatus},
    error::Error,
    secret::{RollbackTest, SecretId},
};

/// The result of a rollback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolledBack {
    /// The number of the version in use.
    pub version: i64,
    /// Whether that version had the value already, so that nothing was changed.
    pub already_current: bool,
    /// The result of the test, unless none was asked for.
    pub report: Option<TestReport>,
}

impl TestService {
    /// Tests an earlier value with the account that belongs to it, and returns a ticket with which a rollback keeps the result.
    /// The state of the value in use stays as it is.
    ///
    /// Errors: as `SecretService::roll_back`; `TooManyTests`.
    pub async fn version_with_ticket(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        number: i64,
    ) -> Result<(TestReport, String), Error> {
        let keyring = self.may_test(ctx, Object::Secret(id)).await?;
        let _under_way = self.running.begin()?;
        let found = self.db.read(ctx, async |connection| {
            let Some(row) = secrets::find(connection, id).await? else { return Ok(None) };
            let version = versions::find(connection, row.id, ValueField::of(id.kind), number).await?;
            let check = repository::find(connection, id).await?;
            Ok(check.map(|check| (row, version, check)))
        });
        let (mut row, version, check) = found.await?.ok_or(Error::NotFound)?;
        let proved = row.prove(&self.db, id);
        proved.map_err(|error| internal(ctx, &error))?;
        let EarlierValue { facts, place, sealed } = earlier(&self.db, id, &row, number, version)
            .map_err(|failure| failure.public_error(ctx))?
            .for_its_host(id)?;
        let settings = settings(&check, facts.registry_host.as_deref());
        row.registry_host = facts.registry_host;
        row.registry_username = facts.registry_username;
        let opened = keyring.open(place, &sealed).and_then(|text| restore(id.kind, row, text));
        let credential = opened.map_err(|error| internal(ctx, &error))?;
        let report = self.run(ctx, Some(id), &credential, &settings, None).await?;
        let kek_id = self.finish(ctx, Some(id), None, &report).await?;
        let tested = WhatWasTested::version(place, &settings);
        let ticket = ticket::issue(keyring, &kek_id, ctx, &tested, &report);
        Ok((report, ticket.map_err(|error| internal(ctx, &error))?))
    }

    /// Rolls back to an earlier version, with a test before or after, as asked. A secret without anything to connect to is not
    /// tested, and rolled back all the same. A value that is in use already is neither tested nor stored.
    ///
    /// Errors: `TestFailed` if the test before failed, and nothing was changed then; as `SecretService::roll_back`;
    /// `TooManyTests`.
    pub async fn roll_back(
        &self,
        ctx: &Ctx,
        service: &SecretService,
        (id, number): (&SecretId, i64),
        expected: Option<Expected>,
        test: RollbackTest,
    ) -> Result<RolledBack, Error> {
        let (mut report, mut ticket) = (None, String::new());
        if test == RollbackTest::Before && !service.is_version_in_use(ctx, id, number).await? {
            let (before, issued) = self.version_with_ticket(ctx, id, number).await?;
            match (before.cause, before.cause.status()) {
                (TestCause::NoRepository, _) => {}
                (_, TestStatus::Works | TestStatus::Open) => ticket = issued,
                (cause, _) => return Err(Error::TestFailed(cause)),
            }
            report = Some(before);
        }
        let version = match service.roll_back(ctx, id, number, expected, &ticket).await? {
            Rollback::NewVersion(version) => version,
            Rollback::AlreadyCurrent(version) => {
                return Ok(RolledBack { version, already_current: true, report: None });
            }
        };
        if test == RollbackTest::After {
            // The value is in use again, whatever becomes of the test.
            report = self.stored(ctx, id).await.ok();
        }
        Ok(RolledBack { version, already_current: false, report })
    }
}
