//! Beginning an import, looking at what was found, and saving what was chosen.

use super::{
    names,
    read::{self, Findings, Found},
    repository::{self, EntryRow, NewEntry},
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction, AuditRecord, Outcome},
    context::{Action, Actor, Ctx},
    db::{Db, bounded, timestamp},
    error::refuse,
    keyring::{IntegrityError, Keyring, repository::active_id},
    secrets::{
        SecretService,
        many::{AddAllError, add_all, exists, id_of},
        twins::{self, Shared},
    },
};
use domain::{
    error::{Error, Field, FieldError, Problem},
    import::{ImportError, Note, RowProblem},
    secret::{Credential, NewSecret, PrivateKeyText, SecretDraft, SecretId, SecretKind, SecretName},
    sensitive::Sensitive,
    time::Timestamp,
};
use std::sync::Arc;
use uuid::Uuid;

/// How long what was found waits to be chosen from, in microseconds: 15 minutes.
const WAIT: i64 = 15 * 60 * 1_000_000;

/// The imports. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ImportService {
    db: Db,
    keyring: Option<Arc<Keyring>>,
    secrets: SecretService,
}

/// What was found, without a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportView {
    /// What there is to choose from, and what else there is to say, in the order of the file.
    pub rows: Vec<ImportRow>,
    /// So many objects hold no credential.
    pub passed_over: u32,
    /// Until when it waits.
    pub expires_at: Timestamp,
    /// The server's clock.
    pub now: Timestamp,
}

/// One thing found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    /// Its number in the file, from 1.
    pub number: u32,
    /// What it would become.
    pub kind: SecretKind,
    /// The registry's address as it is stored, where there is one.
    pub host: Option<String>,
    /// The account there.
    pub username: Option<String>,
    /// There is a credential; otherwise the notes say what to do.
    pub can_be_chosen: bool,
    /// What there is to say of it.
    pub notes: Vec<Note>,
    /// The first secret that holds the same key, or the same account, already.
    pub twin: Option<SecretId>,
    /// So does another thing found.
    pub same_here: bool,
    /// A free name for it.
    pub name: String,
    /// What people may see it as; empty where nothing better is known than the name.
    pub display_name: String,
}

/// A row that was chosen, and what was typed into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportChoice {
    /// Its number.
    pub number: u32,
    /// Field "Name".
    pub name: String,
    /// Field "Display Name".
    pub display_name: String,
}

impl ImportService {
    pub(crate) fn new(db: Db, keyring: Option<Arc<Keyring>>, secrets: SecretService) -> Self {
        Self { db, keyring, secrets }
    }

    /// Who asks, if they may import; and the keyring, unless the portal is sealed. What waits belongs to a session, so
    /// nobody but a person who has signed in has any.
    async fn session(&self, ctx: &Ctx) -> Result<(Uuid, &Keyring), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("import")).await?;
        let keyring = self.keyring.as_deref().ok_or(Error::Sealed)?;
        match &ctx.actor {
            Actor::User(user) => Ok((user.session, keyring)),
            _ => Err(Error::Forbidden),
        }
    }

    /// Whether whoever asks may import: before a page is shown or a body is read.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn may_import(&self, ctx: &Ctx) -> Result<(), Error> {
        self.session(ctx).await.map(drop)
    }

    /// Reads a text of at most 192 KiB, and keeps what was found, sealed, in the place of what this session had waiting.
    /// Answers with the id by which it is asked for.
    ///
    /// Errors: `Problem`; `Refused`.
    pub async fn begin(&self, ctx: &Ctx, text: &Sensitive) -> Result<Uuid, ImportError> {
        let (session, keyring) = self.session(ctx).await?;
        let Findings { mut entries, passed_over } = read::read(text).map_err(ImportError::Problem)?;
        for found in &mut entries {
            found.fingerprint = self.fingerprint(found).await?;
        }
        let id = Uuid::new_v4();
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let mut work = self.db.begin().await.map_err(failed)?;
            let kek_id = active_id(&mut work).await.map_err(failed)?;
            let sealed: Result<Vec<_>, _> = (1..)
                .zip(&entries)
                .map(|(number, found)| NewEntry::seal(keyring, &kek_id, id, number, found))
                .collect();
            let sealed = sealed.map_err(|error| broken(ctx, error))?;
            let expires_at = Timestamp::from_micros(ctx.now.micros().saturating_add(WAIT));
            let inserted =
                repository::insert(&mut work, ctx, (id, session), expires_at, passed_over, sealed).await;
            inserted.map_err(failed)?;
            let object = id.to_string();
            let record = AuditRecord::done(AuditAction::ImportBegun, &object);
            audit::repository::append(&mut work, ctx, record).await.map_err(failed)?;
            work.commit().await.map_err(failed)?;
            Ok(id)
        })
        .await
    }

    /// By what a key is known. One that cannot be read is told so when it is chosen.
    async fn fingerprint(&self, found: &Found) -> Result<Option<String>, Error> {
        let (SecretKind::GitDataset, Some(value)) = (found.kind, &found.value) else { return Ok(None) };
        let Ok(private_key) = PrivateKeyText::parse(value) else { return Ok(None) };
        match self.secrets.understand(&mut Credential::GitDataset { private_key }).await {
            Ok(facts) => Ok(facts.map(|facts| facts.fingerprint)),
            Err(Error::Invalid(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What was found, each with a name that is free now, and with the secret that holds the same.
    ///
    /// Errors: `Gone`, also once it was saved; `Refused`.
    pub async fn get(&self, ctx: &Ctx, id: Uuid) -> Result<ImportView, ImportError> {
        let (session, _) = self.session(ctx).await?;
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let mut work = self.db.begin().await.map_err(failed)?;
            let import = repository::find(&mut work, (id, session), ctx.now).await.map_err(failed)?;
            let import = import.filter(|import| import.saved.is_none()).ok_or(ImportError::Gone)?;
            let entries = repository::entries(&mut work, id).await.map_err(failed)?;
            let mut rows = entries.iter().map(row).collect::<Result<Vec<_>, _>>().map_err(failed)?;
            for kind in SecretKind::ALL {
                free_names(&mut work, kind, &mut rows).await.map_err(failed)?;
            }
            for (row, entry) in rows.iter_mut().zip(&entries) {
                let Some(shared) = shared(entry) else { continue };
                row.same_here =
                    entries.iter().filter(|other| self::shared(other) == Some(shared)).count() > 1;
                // A name that is free is no secret's, so none is passed over.
                if let Ok(name) = SecretName::parse(&row.name) {
                    let id = SecretId::new(row.kind, name);
                    row.twin = twins::find(&mut work, ctx, &id, Some(shared)).await.map_err(failed)?;
                }
            }
            Ok(ImportView {
                rows,
                passed_over: u32::try_from(import.passed_over).unwrap_or_default(),
                expires_at: timestamp(import.expires_at),
                now: ctx.now,
            })
        })
        .await
    }

    /// Saves what was chosen, each as a secret of its own, all or none, and takes what waited away. The same import saved
    /// twice is saved once, and the second time is told what it became.
    ///
    /// Errors: `Rows`, `NothingChosen`, `Gone`; `Refused` with `BadRequest` for a row that is not there to choose.
    pub async fn save(
        &self,
        ctx: &Ctx,
        id: Uuid,
        choices: &[ImportChoice],
    ) -> Result<Vec<SecretId>, ImportError> {
        let (session, keyring) = self.session(ctx).await?;
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let mut work = self.db.begin().await.map_err(failed)?;
            let import = repository::lock(&mut work, (id, session), ctx.now).await.map_err(failed)?;
            if let Some(saved) = import.ok_or(ImportError::Gone)?.saved {
                return Ok(saved.iter().filter_map(|id| SecretId::parse(id)).collect());
            }
            if choices.is_empty() {
                return Err(ImportError::NothingChosen);
            }
            let entries = repository::entries(&mut work, id).await.map_err(failed)?;
            let (mut secrets, mut wrong) = (Vec::new(), Vec::new());
            for choice in choices {
                let number = i32::try_from(choice.number).map_err(|_| Error::BadRequest)?;
                let entry = entries.iter().find(|entry| entry.number == number).ok_or(Error::BadRequest)?;
                let found = repository::value(&mut work, id, number).await.map_err(failed)?;
                let (place, sealed) = found.ok_or(Error::BadRequest)?;
                let Ok(value) = keyring.open(place, &sealed) else {
                    let object = id.to_string();
                    let outcome = Outcome::IntegrityFailure;
                    let record =
                        AuditRecord { outcome, ..AuditRecord::done(AuditAction::ValueRead, &object) };
                    audit::repository::append(&mut work, ctx, record).await.map_err(failed)?;
                    work.commit().await.map_err(failed)?;
                    return Err(broken(ctx, IntegrityError).into());
                };
                match NewSecret::parse(draft(entry, choice, value)) {
                    Err(problems) => {
                        wrong.extend(
                            problems.into_iter().map(|error| (choice.number, RowProblem::Field(error))),
                        );
                    }
                    Ok(secret) if secrets.iter().any(|(_, (other, _))| id_of(other) == id_of(&secret)) => {
                        wrong.push((choice.number, RowProblem::SameName));
                    }
                    Ok(mut secret) => {
                        if exists(&mut work, &id_of(&secret)).await.map_err(failed)? {
                            wrong.push((choice.number, taken(id_of(&secret))));
                        }
                        match self.secrets.understand(&mut secret.credential).await {
                            Ok(facts) => secrets.push((choice.number, (secret, facts))),
                            Err(Error::Invalid(problems)) => wrong.extend(
                                problems.into_iter().map(|error| (choice.number, RowProblem::Field(error))),
                            ),
                            Err(error) => return Err(error.into()),
                        }
                    }
                }
            }
            if !wrong.is_empty() {
                return Err(ImportError::Rows(wrong));
            }
            let (numbers, secrets): (Vec<u32>, Vec<_>) = secrets.into_iter().unzip();
            let kek_id = active_id(&mut work).await.map_err(failed)?;
            match add_all(&mut work, ctx, keyring, &kek_id, &secrets).await {
                Ok(()) => {}
                Err(AddAllError::Taken(id)) => {
                    let rows =
                        numbers.into_iter().zip(&secrets).filter(|(_, (secret, _))| id_of(secret) == id);
                    return Err(ImportError::Rows(
                        rows.map(|(number, _)| (number, taken(id.clone()))).collect(),
                    ));
                }
                Err(AddAllError::Broken(error)) => return Err(broken(ctx, error).into()),
                Err(AddAllError::Database(error)) => return Err(failed(error).into()),
            }
            let ids: Vec<SecretId> = secrets.iter().map(|(secret, _)| id_of(secret)).collect();
            let saved: Vec<String> = ids.iter().map(ToString::to_string).collect();
            repository::finish(&mut work, id, &saved).await.map_err(failed)?;
            work.commit().await.map_err(failed)?;
            Ok(ids)
        })
        .await
    }

    /// Takes what waits away. Where there is nothing, that is as good.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn discard(&self, ctx: &Ctx, id: Uuid) -> Result<(), Error> {
        let (session, _) = self.session(ctx).await?;
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let mut work = self.db.begin().await.map_err(failed)?;
            let import = repository::lock(&mut work, (id, session), ctx.now).await.map_err(failed)?;
            if import.is_none_or(|import| import.saved.is_some()) {
                return Ok(());
            }
            repository::delete(&mut work, id).await.map_err(failed)?;
            let object = id.to_string();
            let record = AuditRecord::done(AuditAction::ImportDiscarded, &object);
            audit::repository::append(&mut work, ctx, record).await.map_err(failed)?;
            work.commit().await.map_err(failed)
        })
        .await
    }

    /// Takes everything away whose time is over; to be called now and then. Answers with how many imports that were.
    ///
    /// Errors: `Forbidden`, `Unavailable`, `Internal`.
    pub async fn sweep(&self, ctx: &Ctx) -> Result<u64, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("imports")).await?;
        let now = ctx.now;
        let swept = self
            .db
            .read(|mut reader| async move { Ok((repository::sweep(&mut reader, now).await?, reader)) });
        swept.await.map_err(|error| refuse(ctx, &error))
    }
}

/// A value could not be sealed or opened.
fn broken(ctx: &Ctx, error: IntegrityError) -> Error {
    tracing::error!(request_id = ctx.request_id, "{error}");
    Error::Internal(ctx.request_id.clone())
}

fn taken(id: SecretId) -> RowProblem {
    RowProblem::Field(FieldError { field: Field::Name, problem: Problem::NameTaken(id) })
}

fn draft(entry: &EntryRow, choice: &ImportChoice, value: Sensitive) -> SecretDraft {
    let is_image = entry.kind == SecretKind::ImagePull.as_str();
    let (secret, password) =
        if is_image { (Sensitive::default(), value) } else { (value, Sensitive::default()) };
    SecretDraft {
        name: choice.name.clone(),
        display_name: choice.display_name.clone(),
        kind: entry.kind.clone(),
        secret,
        passphrase: Sensitive::default(),
        registry_host: entry.registry_host.clone().unwrap_or_default(),
        username: entry.registry_username.clone().unwrap_or_default(),
        password,
        // Nobody is asked about each of a hundred rows.
        knowingly: "yes".to_owned(),
        ..SecretDraft::default()
    }
}

/// What an entry may have in common with secrets, and with others.
fn shared(entry: &EntryRow) -> Option<Shared<'_>> {
    match (&entry.fingerprint, &entry.registry_host, &entry.registry_username) {
        (Some(fingerprint), ..) => Some(Shared::Key(fingerprint)),
        (None, Some(host), Some(username)) if entry.has_value => Some(Shared::Account { host, username }),
        _ => None,
    }
}

fn row(entry: &EntryRow) -> Result<ImportRow, sqlx::Error> {
    let unknown = || sqlx::Error::Decode("a stored import is none".into());
    let notes = entry.notes.iter().map(|code| Note::parse(code).ok_or_else(unknown));
    Ok(ImportRow {
        number: u32::try_from(entry.number).map_err(|_| unknown())?,
        kind: SecretKind::parse(&entry.kind).ok_or_else(unknown)?,
        notes: notes.collect::<Result<_, _>>()?,
        display_name: names::display_name(entry.registry_host.as_deref(), entry.registry_username.as_deref()),
        host: entry.registry_host.clone(),
        username: entry.registry_username.clone(),
        can_be_chosen: entry.has_value,
        twin: None,
        same_here: false,
        name: entry.suggested_name.clone(),
    })
}

/// Numbers the names that somebody has taken, until all are free.
async fn free_names(
    work: &mut sqlx::PgConnection,
    kind: SecretKind,
    rows: &mut [ImportRow],
) -> Result<(), sqlx::Error> {
    let base: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
    let mut used: Vec<String> = Vec::new();
    loop {
        let wanted: Vec<String> = rows
            .iter()
            .filter(|row| row.kind == kind && row.can_be_chosen)
            .map(|row| row.name.clone())
            .collect();
        let taken = repository::taken(work, kind, &wanted).await?;
        if taken.is_empty() {
            return Ok(());
        }
        used.extend(taken.iter().cloned());
        for index in 0..rows.len() {
            if rows[index].kind == kind && taken.contains(&rows[index].name) {
                let others: Vec<&String> =
                    rows.iter().filter(|row| row.kind == kind).map(|row| &row.name).collect();
                let free = |name: &str| {
                    !used.iter().any(|used| used == name) && !others.iter().any(|other| *other == name)
                };
                rows[index].name = names::numbered(&base[index], |name| !free(name));
            }
        }
    }
}
