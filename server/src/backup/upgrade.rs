//! From one major version of the private PostgreSQL to the next: dumped, restored into a new cluster beside the old one, proven,
//! and put in its place.

use super::{
    client::Client,
    failure::{Failure, Step},
    make::need_cluster,
    manifest::Manifest,
    proof::{blocking, keys_at_hand, need_keys, prove},
};
use crate::{
    clock, command,
    config::Settings,
    open::{Outcome, end_database},
};
use backend::{DatabaseConfig, Kek, Maintenance};
use domain::sensitive::Sensitive;
use private_postgres::{DataLock, PrivatePostgres, Stop, Tools};
use std::sync::Arc;

/// The space that a new cluster needs beside the data, in bytes.
const CLUSTER_SPACE: u64 = 128 << 20;

/// Runs `latchkey postgres-upgrade`.
///
/// Errors: the old cluster is in its place; in words.
pub async fn upgrade(settings: &Settings, to: Option<u32>, remove_old: bool) -> Outcome {
    if settings.database.is_configured() {
        return Err("this is for the private PostgreSQL, and DATABASE_URL names another one: upgrade that by its own tools".into());
    }
    need_cluster(settings)?;
    let folder = settings.database.data_dir();
    let Some(lock) = DataLock::take(folder)? else {
        return Err("a server runs on this data folder: stop it first. Nothing was changed".into());
    };
    if remove_old {
        let removed = lock.remove_old()?;
        if removed.is_empty() {
            return Err(format!("no upgrade has kept an old cluster in {}", folder.display()).into());
        }
        return removed.iter().try_for_each(|path| command::print(&format!("removed {}", path.display())));
    }
    let from = lock.major().ok_or("the version of the private PostgreSQL cannot be read")?;
    let Some(to) = to.or_else(|| lock.newest_installed().filter(|newest| *newest > from)) else {
        return Err(format!(
            "the private PostgreSQL is of version {from}, and no newer one is installed. Install it with its tools (Debian: \
             apt-get install postgresql), then run this again"
        )
        .into());
    };
    if let Some(kept) = lock.kept(from) {
        return Err(format!(
            "{} is kept from an earlier upgrade: remove it first by latchkey postgres-upgrade --remove-old",
            kept.display()
        )
        .into());
    }
    let (size, free) = lock.space()?;
    if free < size + CLUSTER_SPACE {
        return Err(format!(
            "the new cluster needs about {} MB beside the old one, and {} MB are free",
            (size + CLUSTER_SPACE) >> 20,
            free >> 20
        )
        .into());
    }
    let lock = Arc::new(lock);
    let next = lock.make_room(from)?;
    let keys = keys_at_hand(settings)?;
    let manifest = match copy(settings, &lock, next, to, &keys).await {
        Ok(manifest) => manifest,
        Err(failure) => {
            lock.make_room(from)?;
            return Err(format!("nothing was changed: {failure}").into());
        }
    };
    let old = lock.put_in_place(from)?;
    if let Err(error) = look(settings, &lock, &manifest, keys).await {
        lock.put_back(from)?;
        return Err(format!(
            "the new cluster does not serve, and the old one is in its place again: {error}"
        )
        .into());
    }
    command::print(&format!(
        "the private PostgreSQL is of version {to} now, with every row and every value. The old cluster is kept in {}; once the \
         portal runs well, remove it by latchkey postgres-upgrade --remove-old",
        old.display()
    ))
}

/// Dumps the old cluster into the next one, and proves what is there. Both are stopped at the end.
async fn copy(
    settings: &Settings,
    lock: &Arc<DataLock>,
    next: &'static str,
    to: u32,
    keys: &[Kek],
) -> Step<Manifest> {
    let old = start(lock, "postgres", None).await?;
    let copied = match start(lock, next, Some(to)).await {
        Ok(new) => {
            let copied = between(settings, &old, &new, to, keys).await;
            end_database(Some(new)).await;
            copied
        }
        Err(failure) => Err(failure),
    };
    end_database(Some(old)).await;
    copied
}

async fn between(
    settings: &Settings,
    old: &PrivatePostgres,
    new: &PrivatePostgres,
    to: u32,
    keys: &[Kek],
) -> Step<Manifest> {
    let mut from = Maintenance::connect(&config(old)).await?;
    let server = from.server().await?;
    if server.tables.is_empty() || !server.is_ours_or_empty() {
        return Err(Failure::of_database(
            "the private PostgreSQL holds no portal: start with an empty data folder instead",
        ));
    }
    let snapshot = from.snapshot().await?;
    let tools = Tools::find(to.max(server.major()))?;
    let manifest = Manifest::new(&snapshot, &server, tools.major, clock::now().rfc3339());
    need_keys(settings, &manifest, keys)?;
    let into = Maintenance::connect(&config(new)).await?;
    let reader = Client { tools: tools.clone(), environment: from.environment().to_vec() };
    let writer = Client { tools, environment: into.environment().to_vec() };
    into.close().await;
    let name = snapshot.name.clone();
    blocking(move || reader.dump(&name, |dump| writer.restore(dump))).await?;
    from.close().await;
    prove(settings, config(new), &manifest, keys.to_vec()).await?;
    Ok(manifest)
}

/// Starts the new cluster in its place, and looks whether it serves what was in the old one.
async fn look(settings: &Settings, lock: &Arc<DataLock>, manifest: &Manifest, keys: Vec<Kek>) -> Step<()> {
    let server = start(lock, "postgres", None).await?;
    let looked = async {
        let connection = Maintenance::connect(&config(&server)).await?;
        connection.close().await;
        let config = crate::open::config(settings, config(&server), keys).map_err(Failure::of_database)?;
        let backend = backend::Backend::start(config, clock::now()).await?;
        let is_sealed = backend.is_sealed() && manifest.active_key().is_some();
        backend.close().await;
        if is_sealed { Err(Failure::unproven("the key at hand does not open it")) } else { Ok(()) }
    }
    .await;
    end_database(Some(server)).await;
    looked
}

async fn start(lock: &Arc<DataLock>, name: &'static str, major: Option<u32>) -> Step<PrivatePostgres> {
    let lock = Arc::clone(lock);
    blocking(move || lock.start(name, major, &Stop::default()).map_err(Failure::of_database)).await
}

fn config(server: &PrivatePostgres) -> DatabaseConfig {
    DatabaseConfig::at(Sensitive::new(server.url()))
}
