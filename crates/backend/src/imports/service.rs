//! Beginning an import, showing what was found, and saving what was chosen.

use super::repository::{self, EntryRow, NewEntry, Owner};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction, AuditRecord, Outcome},
    connection_tests::shown_hosts,
    context::{Action, Actor, Ctx},
    db::{Db, timestamp},
    error::{Failure, IntegrityError, internal},
    keyring::{Keyring, Location, SealedValue, repository::active_id},
    secrets::{
        SecretService,
        bulk::{Addition, add_all, existing, id_of},
        duplicates,
        repository::NAME_IS_UNIQUE,
        shared::Shared,
    },
    work::Work,
};
use domain::{
    connection_test::TrustedKey,
    error::{Error, Field, FieldError, Problem},
    import::{Note, Skipped, SkippedCounts},
    secret::{NewSecret, Origins, PasswordEnd, SecretDraft, SecretId, SecretKind},
    sensitive::Sensitive,
    time::Timestamp,
};
use formats::imports::{self, Findings, Numbers};
use sqlx::PgConnection;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use uuid::Uuid;

/// How long an import waits for a choice: 15 minutes.
const WAIT: Duration = Duration::from_mins(15);

/// The imports. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ImportService {
    db: Db,
    keyring: Option<Arc<Keyring>>,
    secrets: SecretService,
}

/// The contents of an import, without values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportView {
    /// The credentials to choose from, and other notes, in the order of the file.
    pub rows: Vec<ImportRow>,
    /// The counts of objects without a credential.
    pub skipped: SkippedCounts,
    /// The time at which the import expires.
    pub expires_at: Timestamp,
    /// The server's time.
    pub now: Timestamp,
}

/// An object that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    /// The number in the file, from 1.
    pub number: u32,
    /// The type of the secret that it would become.
    pub kind: SecretKind,
    /// The registry's address as it would be stored, if any.
    pub host: Option<String>,
    /// The account at the registry.
    pub username: Option<String>,
    /// Whether there is a credential; otherwise the notes say what to do.
    pub can_be_chosen: bool,
    /// Remarks on it.
    pub notes: Vec<Note>,
    /// The Kubernetes Secrets that contained it, as `namespace/name` or `name`.
    pub places: Vec<String>,
    /// The repository beside a key.
    pub repository: Option<String>,
    /// The known hosts beside a key, which are trusted only if the importing person says so.
    pub known_hosts: Vec<TrustedKey>,
    /// Whether it is a key that opens only with a passphrase.
    pub needs_passphrase: bool,
    /// The first stored secret with the same key, or the same account.
    pub duplicate: Option<SecretId>,
    /// Whether another object of this import has the same.
    pub same_here: bool,
    /// A free name for it.
    pub name: String,
    /// The name of the registry, or its host; `None` for a key.
    pub place: Option<String>,
}

/// A row that was chosen, with what was typed into it.
#[derive(Clone, Debug, Default)]
pub struct ImportChoice {
    /// The number of the row.
    pub number: u32,
    /// Field "Name".
    pub name: String,
    /// Field "Display Name".
    pub display_name: String,
    /// Field "Passphrase", for a key that has one.
    pub passphrase: Sensitive,
    /// Whether the known hosts beside the key are trusted.
    pub trust_hosts: bool,
    /// Whether invisible characters at the ends of the password are removed.
    pub without_ends: bool,
}

impl ImportService {
    pub(crate) fn new(db: Db, keyring: Option<Arc<Keyring>>, secrets: SecretService) -> Self {
        Self { db, keyring, secrets }
    }

    /// Returns the actor's session and the keyring, if the actor may import and the portal is not sealed. An import belongs
    /// to a session, so that only signed-in people have any.
    async fn session(&self, ctx: &Ctx) -> Result<(Uuid, &Keyring), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("import")).await?;
        let keyring = self.keyring.as_deref().ok_or(Error::Sealed)?;
        match &ctx.actor {
            Actor::User(user) => Ok((user.session, keyring)),
            _ => Err(Error::Forbidden),
        }
    }

    /// Checks that the actor may import, before a page is shown or a body is read.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn may_import(&self, ctx: &Ctx) -> Result<(), Error> {
        self.session(ctx).await.map(drop)
    }

    /// Reads a text of at most [`domain::import::MAX_BYTES`], and keeps what was found, sealed, in the place of this
    /// session's earlier import. Returns the id of the import.
    ///
    /// Errors: `Import`, and as anywhere.
    pub async fn begin(&self, ctx: &Ctx, text: Sensitive) -> Result<Uuid, Error> {
        let (session, keyring) = self.session(ctx).await?;
        // A large text takes a while, and so does each key.
        let read = self.secrets.parser.in_turn(move || imports::read(&text)).await;
        let read = read.map_err(|_| Error::Unavailable)?;
        let Findings { entries, skipped } = read.map_err(Error::Import)?;
        let id = crate::random::random_id();
        self.db
            .write(ctx, async |work| {
                let kek_id = active_id(work).await?;
                let owner = Owner { import: id, session };
                let seal = |(number, found)| NewEntry::seal(keyring, &kek_id, owner, number, found);
                let sealed = (1..).zip(&entries).map(seal).collect::<Result<Vec<_>, _>>()?;
                let expires_at = ctx.now + WAIT;
                repository::insert(work, ctx, (id, session), expires_at, &skipped, sealed).await?;
                audit::record(work, ctx, AuditAction::ImportBegun, &id).await?;
                Ok(id)
            })
            .await
    }

    /// Returns what was found, each object with a name that is free now, and with the secret that holds the same.
    ///
    /// Errors: `Gone`, also after it was saved; `Refused`.
    pub async fn get(&self, ctx: &Ctx, id: Uuid) -> Result<ImportView, Error> {
        let (session, _) = self.session(ctx).await?;
        self.db
            .write(ctx, async |work| {
                let import = repository::find(work, (id, session), ctx.now).await?;
                let import = import.filter(|import| import.saved.is_none()).ok_or(Error::ImportGone)?;
                let entries = repository::entries(work, id).await?;
                let mut rows = entries.iter().map(row).collect::<Result<Vec<_>, sqlx::Error>>()?;
                for kind in SecretKind::ALL {
                    free_names(work, kind, &mut rows).await?;
                }
                let all: Vec<Option<Shared<'_>>> = entries.iter().map(shared).collect();
                let mut counts: HashMap<Shared<'_>, usize> = HashMap::new();
                for shared in all.iter().flatten() {
                    *counts.entry(*shared).or_default() += 1;
                }
                let duplicates = duplicates::find_many(work, ctx, &all).await?;
                for ((row, shared), duplicate) in rows.iter_mut().zip(&all).zip(duplicates) {
                    row.same_here =
                        shared.is_some_and(|shared| counts.get(&shared).is_some_and(|count| *count > 1));
                    row.duplicate = duplicate;
                }
                Ok(ImportView {
                    rows,
                    skipped: skipped(&import.skipped),
                    expires_at: timestamp(import.expires_at),
                    now: ctx.now,
                })
            })
            .await
    }

    /// Saves each chosen credential as a secret, all or none, and deletes the import. Saving an import again saves nothing,
    /// and returns the secrets that it became.
    ///
    /// Errors: `Rows`, `NothingChosen`, `Gone`; `Refused` with `BadRequest` for a row that cannot be chosen.
    pub async fn save(&self, ctx: &Ctx, id: Uuid, choices: &[ImportChoice]) -> Result<Vec<SecretId>, Error> {
        let (session, keyring) = self.session(ctx).await?;
        let saved = self.db.write::<_, Error>(ctx, async |work| {
            let import = repository::lock(work, (id, session), ctx.now).await?;
            if let Some(saved) = import.ok_or(Error::ImportGone)?.saved {
                return Ok(Some(saved.iter().filter_map(|id| SecretId::parse(id)).collect()));
            }
            if choices.is_empty() {
                return Err(Error::NothingChosen.into());
            }
            let owner = Owner { import: id, session };
            let entries = repository::entries(work, id).await?;
            let (entries, values) = chosen(work, owner, &entries, choices).await?.ok_or(Error::BadRequest)?;
            let Some(values) = open(keyring, &values) else {
                // Recorded in any case, so the work is committed.
                let (object, outcome) = (id.to_string(), Outcome::IntegrityFailure);
                let record = AuditRecord { outcome, ..AuditRecord::done(AuditAction::ValueRead, &object) };
                audit::repository::append(work, ctx, record).await?;
                return Ok(None);
            };
            let drafts = choices.iter().zip(entries).zip(values).map(|((choice, entry), value)| {
                let origins = Origins::good(&entry.places);
                (choice.number, origins, NewSecret::parse(draft(entry, choice, value)))
            });
            let additions = self.understood(work, drafts.collect()).await?;
            let ids = add(work, ctx, keyring, additions).await?;
            let saved: Vec<String> = ids.iter().map(ToString::to_string).collect();
            repository::finish(work, id, &saved).await?;
            Ok(Some(ids))
        });
        saved.await?.ok_or_else(|| internal(ctx, &IntegrityError))
    }

    /// Returns the chosen credentials as secrets with what is known of their keys.
    ///
    /// Errors: `Rows` with all problems, in the order of the rows.
    async fn understood(
        &self,
        work: &mut PgConnection,
        drafts: Vec<(u32, Origins, Result<NewSecret, Vec<FieldError>>)>,
    ) -> Result<Vec<(u32, Addition)>, Failure<Error>> {
        let (mut additions, mut wrong) = (Vec::new(), Vec::new());
        let mut names = HashSet::new();
        for (number, origins, draft) in drafts {
            let problem = |error| (number, error);
            match draft {
                Err(problems) => wrong.extend(problems.into_iter().map(problem)),
                Ok(secret) if !names.insert(id_of(&secret).to_string()) => {
                    wrong.push((number, FieldError { field: Field::Name, problem: Problem::SameName }));
                }
                Ok(mut secret) => match self.secrets.understand(&mut secret.credential).await {
                    Ok(facts) => additions.push((number, Addition { secret, facts, origins })),
                    Err(Error::Invalid(problems)) => wrong.extend(problems.into_iter().map(problem)),
                    Err(error) => return Err(error.into()),
                },
            }
        }
        let numbers: Vec<u32> = additions.iter().map(|(number, _)| *number).collect();
        let ids: Vec<SecretId> = additions.iter().map(|(_, addition)| id_of(&addition.secret)).collect();
        wrong.extend(taken(work, &numbers, &ids).await?);
        wrong.sort_by_key(|(number, _)| *number);
        if wrong.is_empty() { Ok(additions) } else { Err(Error::Rows(wrong).into()) }
    }

    /// Deletes an import. Succeeds if it does not exist.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn discard(&self, ctx: &Ctx, id: Uuid) -> Result<(), Error> {
        let (session, _) = self.session(ctx).await?;
        self.db
            .write(ctx, async |work| {
                let import = repository::lock(work, (id, session), ctx.now).await?;
                if import.is_none_or(|import| import.saved.is_some()) {
                    return Ok(());
                }
                repository::delete(work, id).await?;
                Ok(audit::record(work, ctx, AuditAction::ImportDiscarded, &id).await?)
            })
            .await
    }

    /// Deletes every expired import; to be called now and then. Returns the number of deleted imports.
    ///
    /// Errors: `Forbidden`, `Unavailable`, `Internal`.
    pub async fn delete_expired(&self, ctx: &Ctx) -> Result<u64, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("imports")).await?;
        self.db.read(ctx, async |connection| repository::delete_expired(connection, ctx.now).await).await
    }
}

/// Adds the secrets, all or none.
///
/// Errors: `Rows` if somebody has taken names meanwhile.
async fn add(
    work: &mut Work,
    ctx: &Ctx,
    keyring: &Keyring,
    additions: Vec<(u32, Addition)>,
) -> Result<Vec<SecretId>, Failure<Error>> {
    let (numbers, additions): (Vec<u32>, Vec<_>) = additions.into_iter().unzip();
    let ids: Vec<SecretId> = additions.iter().map(|addition| id_of(&addition.secret)).collect();
    let kek_id = active_id(work).await?;
    match add_all(work, ctx, keyring, &kek_id, &additions).await {
        Err(failure) if failure.violates(NAME_IS_UNIQUE) => {
            work.start_over().await?;
            Err(Error::Rows(taken(work, &numbers, &ids).await?).into())
        }
        added => added.map(|()| ids),
    }
}

/// Returns the problems of the rows whose names are taken.
async fn taken(
    work: &mut PgConnection,
    numbers: &[u32],
    ids: &[SecretId],
) -> Result<Vec<(u32, FieldError)>, sqlx::Error> {
    let existing: HashSet<String> = existing(work, ids).await?.iter().map(ToString::to_string).collect();
    let problem = |id: &SecretId| FieldError { field: Field::Name, problem: Problem::NameTaken(id.clone()) };
    let rows = numbers.iter().zip(ids).filter(|(_, id)| existing.contains(&id.to_string()));
    Ok(rows.map(|(number, id)| (*number, problem(id))).collect())
}

/// Returns the chosen entries with their sealed values, in the order of the choices; `None` if a number cannot be chosen.
async fn chosen<'a>(
    work: &mut PgConnection,
    owner: Owner,
    entries: &'a [EntryRow],
    choices: &[ImportChoice],
) -> Result<Option<(Vec<&'a EntryRow>, Vec<(Location, SealedValue)>)>, sqlx::Error> {
    let by_number: HashMap<i32, &EntryRow> = entries.iter().map(|entry| (entry.number, entry)).collect();
    let numbers: Vec<i32> = choices.iter().filter_map(|choice| i32::try_from(choice.number).ok()).collect();
    let mut values = repository::values(work, owner.import, &numbers).await?;
    let one = |number: &i32| {
        let entry = *by_number.get(number)?;
        Some((entry, (entry.place(owner), values.remove(number)?)))
    };
    let found: Option<(Vec<_>, Vec<_>)> = numbers.iter().map(one).collect();
    Ok(found.filter(|(entries, _)| entries.len() == choices.len()))
}

/// Opens sealed values; `None` if one does not open.
fn open(keyring: &Keyring, values: &[(Location, SealedValue)]) -> Option<Vec<Sensitive>> {
    values.iter().map(|(place, sealed)| keyring.open(*place, sealed).ok()).collect()
}

fn draft(entry: &EntryRow, choice: &ImportChoice, value: Sensitive) -> SecretDraft {
    let is_image = entry.kind == SecretKind::ImagePull.as_str();
    let (secret, password) = match (is_image, choice.without_ends) {
        (true, true) => (Sensitive::default(), Sensitive::new(PasswordEnd::without(value.expose()))),
        (true, false) => (Sensitive::default(), value),
        (false, _) => (value, Sensitive::default()),
    };
    SecretDraft {
        name: choice.name.clone(),
        display_name: choice.display_name.clone(),
        kind: entry.kind.clone(),
        private_key: secret,
        passphrase: choice.passphrase.clone(),
        registry_host: entry.registry_host.clone().unwrap_or_default(),
        username: entry.registry_username.clone().unwrap_or_default(),
        password,
        password_ends: "keep".to_owned(),
        // A confirmation for each of a hundred rows would be too much.
        allow_duplicate: "yes".to_owned(),
        repository: entry.repository.clone().unwrap_or_default(),
        known_hosts: if choice.trust_hosts { entry.known_hosts.clone() } else { String::new() },
        ..SecretDraft::default()
    }
}

/// Parses stored counts; unknown ones are left out.
fn skipped(stored: &[String]) -> SkippedCounts {
    let mut counts = SkippedCounts::default();
    for (code, count) in stored.iter().filter_map(|text| text.split_once('/')) {
        if let (Some(skipped), Ok(count)) = (Skipped::parse(code), count.parse()) {
            counts.add(skipped, count);
        }
    }
    counts
}

/// Returns what an entry may have in common with secrets, and with other entries.
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
        place: entry.registry_host.as_deref().map(|host| imports::place(host).to_owned()),
        host: entry.registry_host.clone(),
        username: entry.registry_username.clone(),
        can_be_chosen: entry.has_value,
        places: entry.places.clone(),
        repository: entry.repository.clone(),
        known_hosts: shown_hosts(&entry.known_hosts),
        needs_passphrase: entry.needs_passphrase,
        duplicate: None,
        same_here: false,
        name: entry.suggested_name.clone(),
    })
}

/// Numbers the names that are taken, until all are free.
async fn free_names(
    work: &mut PgConnection,
    kind: SecretKind,
    rows: &mut [ImportRow],
) -> Result<(), sqlx::Error> {
    let base: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
    let mut used: HashSet<String> =
        rows.iter().filter(|row| row.kind == kind).map(|row| row.name.clone()).collect();
    let mut numbers = Numbers::default();
    let mut unsure: Vec<usize> =
        (0..rows.len()).filter(|index| rows[*index].kind == kind && rows[*index].can_be_chosen).collect();
    while !unsure.is_empty() {
        let wanted: Vec<String> = unsure.iter().map(|index| rows[*index].name.clone()).collect();
        let taken: HashSet<String> = repository::taken(work, kind, &wanted).await?.into_iter().collect();
        unsure.retain(|index| taken.contains(&rows[*index].name));
        for index in &unsure {
            let free = numbers.free(kind, &base[*index], |name| used.contains(name));
            used.insert(free.clone());
            rows[*index].name = free;
        }
    }
    Ok(())
}
