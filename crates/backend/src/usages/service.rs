//! What can be done with images and datasets. Every method authorizes first; every change is one transaction with its
//! audit record.

use super::repository::{self, Among, ChoiceRow, UsageRow};
use crate::{
    access::{Object, authorize, visible},
    audit::{self, AuditAction, AuditRecord, Outcome},
    checks::trusts,
    context::{Action, Ctx},
    db::{Db, bounded},
    error::{broken_constraint, refuse},
    revision::{Expected, Revision},
    work::Work,
};
use domain::{
    access::Restriction,
    check::KnownHosts,
    error::{Change, Error, Field, FieldError, Problem},
    secret::{SecretId, SecretName, Selection},
    time::Timestamp,
    usage::{
        Branch, GitAddress, NewUsage, SecretChoices, SecretUsers, SelectedSecret, Usage, UsageContent,
        UsageKind, UsagePage, UsageProblem, UsageQuery, UsageTarget,
    },
};
use uuid::Uuid;

/// Rows a page.
const PAGE: usize = 50;

/// The most secrets that are offered at once.
const CHOICES: usize = 200;

/// As many secrets are looked at in one statement.
const BATCH: i64 = 1_000;

/// The images and datasets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct UsageService {
    db: Db,
    sealed: bool,
}

impl UsageService {
    pub(crate) fn new(db: Db, sealed: bool) -> Self {
        Self { db, sealed }
    }

    /// One page of images or of datasets, by name.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn list(&self, ctx: &Ctx, kind: UsageKind, query: &UsageQuery) -> Result<UsagePage, Error> {
        self.may(ctx, Action::ReadSecrets, kind, None).await?;
        let found = self.db.read(|mut reader| async move {
            Ok((repository::list(&mut reader, kind, query, PAGE + 1).await?, reader))
        });
        let mut rows = found.await.map_err(|error| refuse(ctx, &error))?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let rows = rows.into_iter().map(Usage::try_from).collect::<Result<Vec<_>, _>>();
        let rows = rows.map_err(|error| refuse(ctx, &error))?;
        let next = if more { rows.last().map(|row| row.name.clone()) } else { None };
        Ok(UsagePage { rows, next, now: ctx.now })
    }

    /// Whether whoever asks may change this one, or add one: before a form is shown that could not be sent.
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

    /// One image or dataset.
    ///
    /// Errors: `NotFound`; as `list`.
    pub async fn get(&self, ctx: &Ctx, kind: UsageKind, name: &SecretName) -> Result<Usage, Error> {
        self.seen(ctx, kind, name).await.map(|(usage, _)| usage)
    }

    /// The same, with what a change can say that it has seen.
    ///
    /// Errors: as `get`.
    pub async fn seen(
        &self,
        ctx: &Ctx,
        kind: UsageKind,
        name: &SecretName,
    ) -> Result<(Usage, Revision), Error> {
        self.may(ctx, Action::ReadSecrets, kind, Some(name)).await?;
        let row = self.find(ctx, kind, name).await?.ok_or(Error::NotFound)?;
        let revision = row.revision();
        Ok((Usage::try_from(row).map_err(|error| refuse(ctx, &error))?, revision))
    }

    /// Adds an image or a dataset. The same sent twice is saved once.
    ///
    /// Errors: `Invalid` where the name is taken or there is no such secret; as `list`.
    pub async fn create(&self, ctx: &Ctx, usage: &NewUsage) -> Result<(), Error> {
        let NewUsage { name, content } = usage;
        let kind = content.target.kind();
        self.may(ctx, Action::WriteSecrets, kind, Some(name)).await?;
        let inserted = bounded(ctx, async { Ok::<_, Error>(self.insert(ctx, name, content).await) }).await?;
        match inserted {
            Ok(outcome) => outcome,
            Err(error) if broken_constraint(&error) == Some("usages_kind_name_unique") => {
                let same = self.find(ctx, kind, name).await?.is_some_and(|row| {
                    row.version == 1
                        && row.updated_by == ctx.actor.name()
                        && changes(&row, content).is_empty()
                });
                if same { Ok(()) } else { Err(wrong(Field::Name, UsageProblem::NameTaken)) }
            }
            Err(error) => Err(refuse(ctx, &error)),
        }
    }

    async fn insert(
        &self,
        ctx: &Ctx,
        name: &SecretName,
        content: &UsageContent,
    ) -> Result<Result<(), Error>, sqlx::Error> {
        let mut work = self.db.begin().await?;
        let chosen = content.secret.as_ref();
        let secret = repository::lock_secret(&mut work, chosen, None).await?;
        if chosen.is_some() && secret.is_none() {
            return Ok(Err(wrong(Field::PullSecret, UsageProblem::NoSuchSecret)));
        }
        repository::insert(&mut work, ctx, name, content, secret).await?;
        record(&mut work, ctx, AuditAction::UsageAdded, content.target.kind(), name, &[]).await?;
        work.commit().await?;
        Ok(Ok(()))
    }

    /// Changes one that is still what is expected, and answers with the version it has then. A change that changes
    /// nothing writes nothing.
    ///
    /// Errors: `Changed` with who and when; `Invalid` where there is no such secret; `NotFound`; as `list`.
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
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let chosen = content.secret.as_ref();
            let held = self.hold(kind, name, chosen).await.map_err(failed)?;
            let Held { mut work, stored, secret } = held.ok_or(Error::NotFound)?;
            if !expected.is(stored.revision()) {
                return Err(changed(ctx, stored));
            }
            if chosen.is_some() && secret.is_none() {
                return Err(wrong(Field::PullSecret, UsageProblem::NoSuchSecret));
            }
            let mut fields = changes(&stored, content);
            // Another secret may have the name by now.
            if secret != stored.secret_id && !fields.contains(&Field::PullSecret.key()) {
                fields.push(Field::PullSecret.key());
            }
            if fields.is_empty() {
                return Ok(expected.version);
            }
            let version =
                repository::update(&mut work, ctx, stored.id, content, secret).await.map_err(failed)?;
            record(&mut work, ctx, AuditAction::UsageChanged, kind, name, &fields).await.map_err(failed)?;
            work.commit().await.map_err(failed)?;
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

    /// The same for one that still is what is expected, where anything is.
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
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let held = self.hold(kind, name, None).await.map_err(failed)?;
            let Held { mut work, stored, .. } = held.ok_or(Error::NotFound)?;
            if expected.is_some_and(|expected| !expected.is(stored.revision())) {
                return Err(changed(ctx, stored));
            }
            if !repository::delete(&mut work, kind, name).await.map_err(failed)? {
                return Err(Error::NotFound);
            }
            record(&mut work, ctx, AuditAction::UsageDeleted, kind, name, &[]).await.map_err(failed)?;
            work.commit().await.map_err(failed)
        })
        .await
    }

    /// Begins a unit of work that has the rows of the secret that is used and of the one that is chosen, and then its own: in
    /// this order, which is that of whoever removes a secret. `None` where there is none of the name.
    async fn hold(
        &self,
        kind: UsageKind,
        name: &SecretName,
        chosen: Option<&SecretId>,
    ) -> Result<Option<Held>, sqlx::Error> {
        loop {
            let mut work = self.db.begin().await?;
            let Some(seen) = repository::find(&mut work, kind, name).await? else { return Ok(None) };
            let secret = repository::lock_secret(&mut work, chosen, seen.secret_id).await?;
            let Some(stored) = repository::lock(&mut work, kind, name).await? else { return Ok(None) };
            if stored.secret_id == seen.secret_id {
                return Ok(Some(Held { work, stored, secret }));
            }
            // It was given another secret meanwhile, which is not to be waited for with its row in hand.
            work.rollback().await?;
        }
    }

    /// The secrets that one of this kind may use, those first whose registry host or known hosts are the target's. What
    /// is chosen already is among them, whatever is searched.
    ///
    /// Errors: as `list`.
    pub async fn choices(
        &self,
        ctx: &Ctx,
        kind: UsageKind,
        target: Option<&UsageTarget>,
        search: &str,
        chosen: Option<&SecretId>,
    ) -> Result<SecretChoices, Error> {
        self.may(ctx, Action::ReadSecrets, kind, None).await?;
        let host = target.and_then(host_of);
        let keys = match target {
            Some(UsageTarget::Image(image)) => image.registry.keys_for(image.image.name()),
            _ => Vec::new(),
        };
        let fitting = match (target, &host) {
            (Some(UsageTarget::Image(_)), _) => Some(Among::Registries(&keys)),
            (Some(UsageTarget::Dataset(_)), Some(host)) => Some(Among::KnownHosts(host)),
            _ => None,
        };
        let chosen = chosen.filter(|id| id.kind == kind.secret_kind());
        let found = self.db.read(|mut reader| async move {
            let secret_kind = kind.secret_kind();
            let mut rows = Vec::new();
            if let Some(id) = chosen {
                rows.extend(repository::secrets(&mut reader, secret_kind, "", Among::One(id), 1).await?);
            }
            if let Some(among) = fitting {
                rows.extend(repository::secrets(&mut reader, secret_kind, search, among, CHOICES).await?);
            }
            let others =
                repository::secrets(&mut reader, secret_kind, search, Among::All, CHOICES + 1).await?;
            Ok(((rows, others), reader))
        });
        let (first, mut others) = found.await.map_err(|error| refuse(ctx, &error))?;
        let mut more = others.len() > CHOICES;
        others.truncate(CHOICES);
        let suggested = |row: &ChoiceRow| match target {
            Some(UsageTarget::Dataset(GitAddress::Ssh(repository))) => {
                let known = KnownHosts::stored(&row.known_hosts);
                trusts(&known, &repository.known_as())
            }
            Some(target @ UsageTarget::Image(_)) => target.is_served_by(row.registry_host.as_deref()),
            _ => false,
        };
        let mut choices = Vec::new();
        for row in first.into_iter().chain(others) {
            let suggested = suggested(&row);
            let choice = row.choice(suggested).map_err(|error| refuse(ctx, &error))?;
            if !choices.iter().any(|known: &domain::usage::SecretChoice| known.id == choice.id) {
                choices.push(choice);
            }
        }
        let rank = |choice: &domain::usage::SecretChoice| {
            let host = choice.account.as_ref().map(|(host, _)| host);
            let rank = host.and_then(|host| keys.iter().position(|key| key == host));
            rank.filter(|_| choice.suggested).unwrap_or(keys.len())
        };
        choices.sort_by_key(|choice| (!choice.suggested, rank(choice), choice.id.name.clone()));
        if choices.len() > CHOICES {
            more = true;
            let beyond = choices.split_off(CHOICES);
            choices.extend(beyond.into_iter().filter(|choice| Some(&choice.id) == chosen));
        }
        Ok(SecretChoices { choices, more })
    }

    /// Who uses this secret: images or datasets, and the tokens that took its value out in the last 30 days.
    ///
    /// Errors: `NotFound`; as `list`.
    pub async fn of_secret(&self, ctx: &Ctx, id: &SecretId) -> Result<SecretUsers, Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Secret(id)).await?;
        self.unsealed()?;
        let found = self.db.read(|mut reader| async move {
            Ok((repository::users(&mut reader, id, ctx.now).await?, reader))
        });
        let users = found.await.map_err(|error| refuse(ctx, &error))?.ok_or(Error::NotFound)?;
        // Who is restricted to some secrets may see neither images and datasets nor other tokens.
        Ok(if *visible(&ctx.actor) == Restriction::None {
            users
        } else {
            SecretUsers { usages: Vec::new(), readers: Vec::new(), ..users }
        })
    }

    /// Those of these secrets that there are, each with who uses it.
    ///
    /// Errors: as `list`.
    pub async fn of_selection(&self, ctx: &Ctx, selection: &Selection) -> Result<Vec<SelectedSecret>, Error> {
        for id in selection.ids() {
            authorize(&self.db, ctx, Action::ReadSecrets, Object::Secret(id)).await?;
        }
        self.unsealed()?;
        let found = self.db.read(|mut reader| async move {
            Ok((repository::selected(&mut reader, selection, ctx.now).await?, reader))
        });
        found.await.map_err(|error| refuse(ctx, &error))
    }

    /// Forgets reads that count as use no more, and counts anew which tokens read a secret in the last 30 days, where they
    /// may have become fewer since; answers with how many secrets that was true of. It changes nothing but what lists are
    /// sorted by, so it leaves no record.
    ///
    /// Errors: `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn recount(&self, ctx: &Ctx) -> Result<u64, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("secrets")).await?;
        self.unsealed()?;
        let mut forgotten = 1;
        while forgotten > 0 {
            let forgetting = self.db.read(|mut reader| async move {
                Ok((repository::forget_reads(&mut reader, 10 * BATCH, ctx.now).await?, reader))
            });
            forgotten = forgetting.await.map_err(|error| refuse(ctx, &error))?;
        }
        let (mut beyond, mut changed) = (Some(Uuid::nil()), 0);
        while let Some(last) = beyond {
            let recounted = bounded(ctx, async {
                self.recount_some(last, ctx.now).await.map_err(|error| refuse(ctx, &error))
            });
            let (next, count) = recounted.await?;
            beyond = next;
            changed += count;
        }
        Ok(changed)
    }

    /// Answers with the last secret that was looked at, and how many counts had changed.
    async fn recount_some(&self, beyond: Uuid, now: Timestamp) -> Result<(Option<Uuid>, u64), sqlx::Error> {
        let mut work = self.db.begin().await?;
        let secrets = repository::lock_read(&mut work, beyond, BATCH).await?;
        let changed = repository::recount(&mut work, &secrets, now).await?;
        work.commit().await?;
        Ok((secrets.last().copied(), changed))
    }

    fn unsealed(&self) -> Result<(), Error> {
        if self.sealed { Err(Error::Sealed) } else { Ok(()) }
    }

    async fn may(
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

    async fn find(&self, ctx: &Ctx, kind: UsageKind, name: &SecretName) -> Result<Option<UsageRow>, Error> {
        let found = self
            .db
            .read(|mut reader| async move { Ok((repository::find(&mut reader, kind, name).await?, reader)) });
        found.await.map_err(|error| refuse(ctx, &error))
    }
}

/// A unit of work that has all the rows that it is about.
struct Held {
    work: Work,
    stored: UsageRow,
    /// The secret that is chosen, if there is one.
    secret: Option<Uuid>,
}

/// Something else is stored than what was meant.
fn changed(ctx: &Ctx, stored: UsageRow) -> Error {
    Error::Changed(Change {
        by: stored.updated_by,
        at: crate::db::timestamp(stored.updated_at),
        now: ctx.now,
        version: stored.version,
    })
}

/// As audit records name it: no secret's id has a slash.
fn object(kind: UsageKind, name: &SecretName) -> String {
    format!("{}/{}", kind.plural().to_lowercase(), name.as_str())
}

async fn record(
    work: &mut Work,
    ctx: &Ctx,
    action: AuditAction,
    kind: UsageKind,
    name: &SecretName,
    fields: &[&'static str],
) -> Result<(), sqlx::Error> {
    let object = object(kind, name);
    let record = AuditRecord { action, object: &object, outcome: Outcome::Done, fields };
    audit::repository::append(work, ctx, record).await
}

fn wrong(field: Field, problem: UsageProblem) -> Error {
    Error::Invalid(vec![FieldError { field, problem: Problem::Usage(problem) }])
}

/// The names of the fields that differ.
fn changes(stored: &UsageRow, content: &UsageContent) -> Vec<&'static str> {
    let mut fields = Vec::new();
    let mut note = |differs: bool, field: Field| {
        if differs {
            fields.push(field.key());
        }
    };
    let kind = content.target.kind();
    note(stored.target != content.target.as_str(), kind.target_field());
    note(stored.branch.as_deref() != content.branch.as_ref().map(Branch::as_str), Field::Branch);
    note(stored.secret().ok().flatten() != content.secret, Field::PullSecret);
    fields
}

/// The host by which fitting keys are looked for.
fn host_of(target: &UsageTarget) -> Option<String> {
    match target {
        UsageTarget::Dataset(GitAddress::Ssh(repository)) => Some(repository.host.clone()),
        UsageTarget::Dataset(GitAddress::Http(_)) | UsageTarget::Image(_) => None,
    }
}
