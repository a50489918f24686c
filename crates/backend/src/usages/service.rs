//! The operations on images and datasets. Every method authorizes first; every change is one transaction with its audit
//! record.

use super::repository::{self, UsageRow};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    context::{Action, Ctx},
    db::{Db, timestamp},
    revision::{Expected, LastChange, Revision},
    work::Work,
};
use domain::{
    error::{Error, Field, FieldError, Problem},
    secret::{SecretId, SecretName},
    usage::{Branch, NewUsage, Usage, UsageContent, UsageKind, UsagePage, UsageProblem, UsageQuery},
};
use uuid::Uuid;

/// The number of rows on a page.
const PAGE: usize = 50;

/// The images and datasets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct UsageService {
    pub(super) db: Db,
    sealed: bool,
}

impl UsageService {
    pub(crate) fn new(db: Db, sealed: bool) -> Self {
        Self { db, sealed }
    }

    /// Returns a page of images or of datasets, by name.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn list(&self, ctx: &Ctx, kind: UsageKind, query: &UsageQuery) -> Result<UsagePage, Error> {
        self.may(ctx, Action::ReadSecrets, kind, None).await?;
        let found = self.db.read(ctx, async |connection| {
            let rows = repository::list(connection, kind, query, PAGE + 1).await?;
            rows.into_iter().map(Usage::try_from).collect::<Result<Vec<_>, _>>()
        });
        let mut rows = found.await?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = if more { rows.last().map(|row| row.name.clone()) } else { None };
        Ok(UsagePage { rows, next, now: ctx.now })
    }

    /// Checks that the actor may change this usage, or add one, before a form is shown that could not be submitted.
    ///
    /// Errors: as `list`.
    pub async fn may_change(
        &self,
        ctx: &Ctx,
        kind: UsageKind,
        name: Option<&SecretName>,
    ) -> Result<(), Error> {
        self.may(ctx, Action::WriteSecrets, kind, name).await
    }

    /// Returns an image or a dataset.
    ///
    /// Errors: `NotFound`; as `list`.
    pub async fn get(&self, ctx: &Ctx, kind: UsageKind, name: &SecretName) -> Result<Usage, Error> {
        self.get_with_revision(ctx, kind, name).await.map(|(usage, _)| usage)
    }

    /// Returns the same with the revision that a change can name.
    ///
    /// Errors: as `get`.
    pub async fn get_with_revision(
        &self,
        ctx: &Ctx,
        kind: UsageKind,
        name: &SecretName,
    ) -> Result<(Usage, Revision), Error> {
        self.may(ctx, Action::ReadSecrets, kind, Some(name)).await?;
        let found = self.db.read(ctx, async |connection| {
            let Some(row) = repository::find(connection, kind, name).await? else { return Ok(None) };
            let revision = row.revision();
            Ok(Some((Usage::try_from(row)?, revision)))
        });
        found.await?.ok_or(Error::NotFound)
    }

    /// Adds an image or a dataset. The same one sent twice is saved once.
    ///
    /// Errors: `Invalid` if the name is taken or there is no such secret; as `list`.
    pub async fn create(&self, ctx: &Ctx, usage: &NewUsage) -> Result<(), Error> {
        let NewUsage { name, content } = usage;
        let kind = content.target.kind();
        self.may(ctx, Action::WriteSecrets, kind, Some(name)).await?;
        let created = self.db.try_write(async |work| {
            let chosen = content.secret.as_ref();
            let secret = repository::lock_secret(work, chosen, None).await?;
            if chosen.is_some() && secret.is_none() {
                return Err(wrong(Field::PullSecret, UsageProblem::NoSuchSecret).into());
            }
            repository::insert(work, ctx, name, content, secret).await?;
            Ok(audit::record(work, ctx, AuditAction::UsageAdded, &object(kind, name)).await?)
        });
        match created.await {
            Err(failure) if failure.violates("usages_kind_name_unique") => {
                let found =
                    self.db.read(ctx, async |connection| repository::find(connection, kind, name).await);
                let same = found.await?.is_some_and(|row| {
                    row.version == 1
                        && row.updated_by == ctx.actor.name()
                        && changes(&row, content).is_empty()
                });
                if same { Ok(()) } else { Err(wrong(Field::Name, UsageProblem::NameTaken)) }
            }
            created => created.map_err(|failure| failure.public_error(ctx)),
        }
    }

    /// Changes a usage in its expected state, and returns its new version. A change that changes nothing writes nothing.
    ///
    /// Errors: `Changed` with who and when; `Invalid` if there is no such secret; `NotFound`; as `list`.
    pub async fn update(
        &self,
        ctx: &Ctx,
        name: &SecretName,
        content: &UsageContent,
        expected: impl Into<Expected>,
    ) -> Result<i64, Error> {
        let expected = expected.into();
        let kind = content.target.kind();
        self.may(ctx, Action::WriteSecrets, kind, Some(name)).await?;
        self.db
            .write(ctx, async |work| {
                let chosen = content.secret.as_ref();
                let Held { stored, secret } = hold(work, kind, name, chosen).await?.ok_or(Error::NotFound)?;
                if !expected.is(stored.revision()) {
                    return Err(conflict(ctx, stored).into());
                }
                if chosen.is_some() && secret.is_none() {
                    return Err(wrong(Field::PullSecret, UsageProblem::NoSuchSecret).into());
                }
                let mut fields = changes(&stored, content);
                // Another secret may have the name now.
                if secret != stored.secret_id && !fields.contains(&Field::PullSecret.name()) {
                    fields.push(Field::PullSecret.name());
                }
                if fields.is_empty() {
                    return Ok(expected.version);
                }
                let version = repository::update(work, ctx, stored.id, content, secret).await?;
                audit::record_change(work, ctx, AuditAction::UsageChanged, &object(kind, name), &fields)
                    .await?;
                Ok(version)
            })
            .await
    }

    /// Deletes an image or a dataset. Its secret stays.
    ///
    /// Errors: `NotFound`; as `list`.
    pub async fn delete(&self, ctx: &Ctx, kind: UsageKind, name: &SecretName) -> Result<(), Error> {
        self.delete_expected(ctx, kind, name, None).await
    }

    /// Deletes a usage in the expected state, if one is given.
    ///
    /// Errors: `Changed` with who and when; as `delete`.
    pub async fn delete_expected(
        &self,
        ctx: &Ctx,
        kind: UsageKind,
        name: &SecretName,
        expected: Option<Expected>,
    ) -> Result<(), Error> {
        self.may(ctx, Action::WriteSecrets, kind, Some(name)).await?;
        self.db
            .write(ctx, async |work| {
                let Held { stored, .. } = hold(work, kind, name, None).await?.ok_or(Error::NotFound)?;
                if expected.is_some_and(|expected| !expected.is(stored.revision())) {
                    return Err(conflict(ctx, stored).into());
                }
                if !repository::delete(work, kind, name).await? {
                    return Err(Error::NotFound.into());
                }
                Ok(audit::record(work, ctx, AuditAction::UsageDeleted, &object(kind, name)).await?)
            })
            .await
    }

    pub(super) fn unsealed(&self) -> Result<(), Error> {
        if self.sealed { Err(Error::Sealed) } else { Ok(()) }
    }

    pub(super) async fn may(
        &self,
        ctx: &Ctx,
        action: Action,
        kind: UsageKind,
        name: Option<&SecretName>,
    ) -> Result<(), Error> {
        let object = name.map_or_else(|| kind.plural().to_lowercase(), |name| object(kind, name));
        authorize(&self.db, ctx, action, Object::Named(&object)).await?;
        self.unsealed()
    }
}

/// The locked rows that a change concerns.
struct Held {
    stored: UsageRow,
    /// The chosen secret, if there is one.
    secret: Option<Uuid>,
}

/// Locks the rows of the present secret and of the chosen one, and then that of the image or dataset: in this order, which is
/// that of removing a secret. `None` if no usage has the name.
async fn hold(
    work: &mut Work,
    kind: UsageKind,
    name: &SecretName,
    chosen: Option<&SecretId>,
) -> Result<Option<Held>, sqlx::Error> {
    loop {
        let Some(seen) = repository::find(work, kind, name).await? else { return Ok(None) };
        let secret = repository::lock_secret(work, chosen, seen.secret_id).await?;
        let Some(stored) = repository::lock(work, kind, name).await? else { return Ok(None) };
        if stored.secret_id == seen.secret_id {
            return Ok(Some(Held { stored, secret }));
        }
        // It got another secret meanwhile, whose row must not be waited for with its own row locked.
        work.start_over().await?;
    }
}

/// Returns the error of a change that expected another stored state.
fn conflict(ctx: &Ctx, stored: UsageRow) -> Error {
    let (revision, at) = (stored.revision(), timestamp(stored.updated_at));
    LastChange { revision, at, by: stored.updated_by }.conflict(ctx)
}

/// Returns the object in audit records, which is no secret's, because no secret's id contains a slash.
fn object(kind: UsageKind, name: &SecretName) -> String {
    format!("{}/{}", kind.plural().to_lowercase(), name.as_str())
}

fn wrong(field: Field, problem: UsageProblem) -> Error {
    Error::Invalid(vec![FieldError { field, problem: Problem::Usage(problem) }])
}

/// Returns the names of the fields that differ.
fn changes(stored: &UsageRow, content: &UsageContent) -> Vec<&'static str> {
    let mut fields = Vec::new();
    let mut note = |differs: bool, field: Field| {
        if differs {
            fields.push(field.name());
        }
    };
    let kind = content.target.kind();
    note(stored.target != content.target.as_str(), kind.target_field());
    note(stored.branch.as_deref() != content.branch.as_ref().map(Branch::as_str), Field::Branch);
    note(stored.secret().ok().flatten() != content.secret, Field::PullSecret);
    fields
}
