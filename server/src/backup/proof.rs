//! The proof of a backup: restored into a scratch database, with the rows that its manifest counts, every value opened by the
//! key, and the audit log whole.

use super::{
    archive::Archive,
    client::Client,
    failure::{Failure, Step},
    manifest::Manifest,
};
use crate::{clock, command, config::Settings, key_file, key_file::KeyFileError, open};
use backend::{Backend, BackupProblem, Ctx, DatabaseConfig, Kek, Maintenance, ServerFacts, quoted_name};
use private_postgres::Tools;

/// The findings in a proven database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Proven {
    pub(super) values: u64,
}

/// Returns the keys at hand, if there are any.
pub(super) fn keys_at_hand(settings: &Settings) -> Step<Vec<Kek>> {
    match key_file::find(settings) {
        Ok(keys) => Ok(keys.unwrap_or_default()),
        Err(KeyFileError::Unnamed) => Ok(Vec::new()),
        Err(error) => Err(Failure::unproven(error.to_string())),
    }
}

/// Checks that the keys that the backup needs are at hand.
pub(super) fn need_keys(settings: &Settings, manifest: &Manifest, keys: &[Kek]) -> Step<()> {
    let at_hand: Vec<String> = keys.iter().map(Kek::id).collect();
    let missing: Vec<&str> =
        manifest.needed_keys().filter(|id| !at_hand.iter().any(|known| known == id)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let place = if settings.key.kek.is_some() {
        "LATCHKEY_KEK".to_owned()
    } else {
        key_file::path(settings).display().to_string()
    };
    let found = if at_hand.is_empty() {
        "no key is there".to_owned()
    } else {
        format!("there is {}", at_hand.join(", "))
    };
    Err(Failure::unproven(format!(
        "the backup needs the key encryption key {}; in {place} {found}. Put the key that belongs to the backup there; without it no \
         value can be read",
        missing.join(", ").escape_debug()
    )))
}

/// Restores a backup into a scratch database, and proves it there; returns the name of that database. If anything fails, the
/// scratch database is dropped.
///
/// Errors: `NoScratch`, if the role may create no database.
pub(super) async fn in_scratch(
    settings: &Settings,
    maintenance: &mut Maintenance,
    server: &ServerFacts,
    archive: Archive,
    keys: Vec<Kek>,
) -> Step<(String, Proven)> {
    need_keys(settings, &archive.manifest, &keys)?;
    if !server.may_create_databases {
        return Err(Failure::new(
            BackupProblem::NoScratch,
            format!(
                "a backup is verified in a scratch database, and the role {} may create none. Run, as an administrator of the \
                 database: ALTER ROLE {} CREATEDB",
                server.role,
                quoted_name(&server.role)
            ),
        ));
    }
    let (name, config) = maintenance.create_scratch().await?;
    match restored(settings, config, server, archive, keys).await {
        Ok(proven) => Ok((name, proven)),
        Err(failure) => {
            clear_away(maintenance, &name).await;
            Err(failure)
        }
    }
}

/// Drops a scratch database. That it stays is no failure of the proof: the next run drops it.
pub(super) async fn clear_away(maintenance: &mut Maintenance, scratch: &str) {
    if let Err(error) = maintenance.drop_database(scratch).await {
        tracing::warn!(%error, scratch, "the scratch database could not be dropped; the next backup or restore drops it");
    }
}

/// Restores a backup into an empty database, and proves it there. If anything fails, the database is empty again.
pub(super) async fn into_empty(
    settings: &Settings,
    config: DatabaseConfig,
    server: &ServerFacts,
    archive: Archive,
    keys: Vec<Kek>,
) -> Step<Proven> {
    let mut maintenance = Maintenance::connect(&config).await?;
    let before = maintenance.objects().await?;
    maintenance.close().await;
    match restored(settings, config.clone(), server, archive, keys).await {
        Ok(proven) => Ok(proven),
        Err(failure) => {
            let emptied = async {
                let mut again = Maintenance::connect(&config).await?;
                again.drop_all_but(&before).await?;
                again.close().await;
                Ok::<_, Failure>(())
            };
            match emptied.await {
                Ok(()) => Err(failure.and("the database is empty again")),
                Err(error) => Err(failure.and(&format!(
                    "what was restored until then is still in the database, because it could not be dropped: {error}"
                ))),
            }
        }
    }
}

/// Restores a backup into an empty database, and proves it there.
pub(super) async fn restored(
    settings: &Settings,
    config: DatabaseConfig,
    server: &ServerFacts,
    mut archive: Archive,
    keys: Vec<Kek>,
) -> Step<Proven> {
    let manifest = archive.manifest.clone();
    let empty = Maintenance::connect(&config).await?;
    let tools = Tools::find(manifest.pg_dump_major.max(server.major()))?;
    let client = Client { tools, environment: empty.environment().to_vec() };
    empty.close().await;
    blocking(move || {
        let dump = archive
            .dump()
            .map_err(|error| Failure::of_file(format!("the backup cannot be read: {error}")))?;
        client.restore(dump)
    })
    .await?;
    prove(settings, config, &manifest, keys).await
}

/// Proves a database: the rows that the manifest counts are there, every value opens, and the audit log is whole. Migrates it
/// after counting.
pub(super) async fn prove(
    settings: &Settings,
    config: DatabaseConfig,
    manifest: &Manifest,
    keys: Vec<Kek>,
) -> Step<Proven> {
    let mut connection = Maintenance::connect(&config).await?;
    let counts = connection.counts().await?;
    connection.close().await;
    let differences = manifest.differences(&counts);
    if !differences.is_empty() {
        return Err(Failure::unproven(format!("what was restored is not what was backed up: {differences}")));
    }
    let config = open::config(settings, config, keys).map_err(Failure::of_database)?;
    let backend = Backend::start(config, clock::now()).await?;
    let proven = opened(&backend).await;
    backend.close().await;
    proven
}

async fn opened(backend: &Backend) -> Step<Proven> {
    let ctx = Ctx::system(Ctx::COMMAND_LINE, clock::now());
    if backend.is_sealed() {
        return Err(Failure::unproven("the key at hand is not the one under which the values are sealed"));
    }
    let values = backend.backups().open_all(&ctx).await.map_err(Failure::of_database)?;
    if values.broken > 0 {
        return Err(Failure::unproven(format!(
            "{} of {} values do not open; the log names them",
            values.broken,
            values.broken + values.opened
        )));
    }
    let verdict = backend.audit().verify(&ctx).await.map_err(Failure::of_database)?;
    command::judged(&verdict).map_err(Failure::unproven)?;
    Ok(Proven { values: values.opened })
}

/// Does work that waits for programs and files, off the threads that answer.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Step<T> + Send + 'static) -> Step<T> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::of_database)?
}
