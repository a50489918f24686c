//! Making a backup.

use super::{
    archive::{Archive, Writer},
    client::Client,
    failure::{Failure, Step},
    manifest::Manifest,
    place::{Place, keep_last},
    proof::{blocking, in_scratch, keys_at_hand},
};
use crate::{
    clock,
    config::{BackupArgs, Settings},
    key_file,
    open::{self, Outcome, end_database, find_database},
};
use app::portal::KeyPlace;
use backend::{Backend, BackupRun, Ctx, DatabaseConfig, Kek, Maintenance};
use private_postgres::{Stop, Tools};
use std::{fs::File, io::Write};

/// Runs `latchkey backup`.
///
/// Errors: there is no backup, or it could not be verified; in words.
pub async fn backup(settings: &Settings, args: &BackupArgs) -> Outcome {
    let began_at = clock::now();
    let place = Place::find(settings, &args.file, args.force, args.keep.is_some(), began_at)?;
    need_cluster(settings)?;
    let keys = keys_at_hand(settings)?;
    let (database, private) = find_database(settings, &Stop::default()).await?;
    let mut run = BackupRun { began_at, ended_at: began_at, bytes: None, verified: false, problem: None };
    let made = make(settings, &database, &place, args.verify, &keys, &mut run).await;
    run.problem = made.as_ref().err().map(|failure| failure.problem);
    run.ended_at = clock::now();
    note(settings, database, keys, &run).await;
    end_database(private).await;
    // A backup that could not be verified is kept, and counted apart from the good ones.
    let made = match (made, args.keep) {
        (Err(failure), Some(_)) if run.bytes.is_some() => match place.mark_unverified() {
            Ok(Some(path)) => Err(failure.and(&format!("the file is now {}", path.display()))),
            Ok(None) => Err(failure),
            Err(error) => Err(failure.and(&format!("the file could not be renamed: {error}"))),
        },
        (made, _) => made,
    };
    if let (Some(count), Some(_)) = (args.keep, run.bytes) {
        match keep_last(&args.file, count.into()) {
            Ok(deleted) => {
                deleted.iter().for_each(|path| say(&place, &format!("deleted {}", path.display())))
            }
            Err(error) if made.is_ok() => return Err(error.into()),
            Err(error) => tracing::warn!("old backups could not be deleted: {error}"),
        }
    }
    Ok(made?)
}

/// Checks that there is a database: no backup is made of one that would have to be created for it.
pub(super) fn need_cluster(settings: &Settings) -> Step<()> {
    let folder = settings.database.data_dir();
    if settings.database.is_configured() || folder.join("postgres/PG_VERSION").exists() {
        return Ok(());
    }
    Err(Failure::of_database(format!(
        "there is no private PostgreSQL in {}: name its folder in LATCHKEY_DATA_DIR, or a database in DATABASE_URL",
        folder.display()
    )))
}

/// Makes the file, delivers it, and verifies it if asked to.
async fn make(
    settings: &Settings,
    database: &DatabaseConfig,
    place: &Place,
    verify: bool,
    keys: &[Kek],
    run: &mut BackupRun,
) -> Step<()> {
    let mut maintenance = Maintenance::connect(database).await?;
    if !maintenance.take_turn().await? {
        return Err(Failure::of_database("another backup or restore of this database is under way"));
    }
    let server = maintenance.server().await?;
    if server.tables.is_empty() || !server.is_ours_or_empty() {
        return Err(Failure::of_database(format!("the database {} holds no portal", server.database)));
    }
    let tools = Tools::find(server.major())?;
    let snapshot = maintenance.snapshot().await?;
    let manifest = Manifest::new(&snapshot, &server, tools.major, run.began_at.rfc3339());
    let client = Client { tools, environment: maintenance.environment().to_vec() };
    let file = place.unfinished()?;
    let output = file.as_file().try_clone().map_err(not_written)?;
    let reader = file.as_file().try_clone().map_err(not_written)?;
    let (ours, described) = (keys.to_vec(), manifest.clone());
    let seconds = u64::try_from(run.began_at.micros() / 1_000_000).unwrap_or_default();
    let bytes = blocking(move || write(&client, &snapshot.name, output, seconds, &described, &ours)).await?;
    maintenance.end().await?;
    let delivered = place.clone();
    blocking(move || delivered.deliver(file)).await?;
    run.bytes = Some(bytes);
    let named =
        if let Place::File { path, .. } = place { format!("{}: ", path.display()) } else { String::new() };
    let secrets = manifest.tables.get("secrets").copied().unwrap_or_default();
    say(
        place,
        &format!(
            "{named}{bytes} bytes, {secrets} secrets, schema {}, PostgreSQL {}",
            manifest.schema, server.version
        ),
    );
    say(place, &about_key(settings, &manifest, keys));
    if verify {
        let archive = blocking(move || opened(reader)).await?;
        let (scratch, proven) =
            in_scratch(settings, &mut maintenance, &server, archive, keys.to_vec()).await?;
        maintenance.drop_database(&scratch).await?;
        run.verified = true;
        let words = format!(
            "verified: restored into a scratch database with every row, {} values opened, the audit log is whole",
            proven.values
        );
        say(place, &words);
    }
    maintenance.close().await;
    Ok(())
}

fn write(
    client: &Client,
    snapshot: &str,
    output: File,
    seconds: u64,
    manifest: &Manifest,
    keys: &[Kek],
) -> Step<u64> {
    let writer = client.dump(snapshot, |dump| Writer::begin(output, seconds, dump).map_err(not_written))?;
    let seal = |sums: &[u8]| backend::seal(keys, manifest.active_key()?, sums);
    writer.finish(manifest, seal).map_err(not_written)
}

fn opened(file: File) -> Step<Archive> {
    Archive::open(file)
        .map_err(|error| Failure::unproven(format!("the backup that was just written: {error}")))
}

#[expect(clippy::needless_pass_by_value, reason = "the form in which it is a step of a chain")]
fn not_written(error: std::io::Error) -> Failure {
    Failure::of_file(format!("the backup cannot be written: {error}"))
}

/// Returns how to keep the key that the backup needs, and that is not in it.
fn about_key(settings: &Settings, manifest: &Manifest, keys: &[Kek]) -> String {
    let Some(id) = manifest.active_key() else {
        return "The portal has no key encryption key yet, and no values.".to_owned();
    };
    let place = match key_file::place(settings) {
        KeyPlace::File(path) => format!("the file {}", path.display()),
        KeyPlace::Environment => "the value of LATCHKEY_KEK".to_owned(),
    };
    if keys.iter().any(|key| key.id() == id) {
        format!(
            "The key encryption key {id} is not in it. Keep a copy of {place} apart from the backups, such as in a password \
             manager: without it no value can be read, and whoever has both can read all of them."
        )
    } else {
        format!(
            "The key encryption key {id} is not in it, and is not at hand here, so the backup is not sealed: `latchkey restore` \
             takes it with --unsealed alone."
        )
    }
}

/// Notes the outcome of the backup, so that the portal can show it. The database may be away, of another version, or its key not
/// at hand: the backup is what it is all the same.
async fn note(settings: &Settings, database: DatabaseConfig, keys: Vec<Kek>, run: &BackupRun) {
    if let Err(error) = try_note(settings, database, keys, run).await {
        tracing::warn!("the outcome of this backup is not noted in the database: {error}");
    }
}

async fn try_note(settings: &Settings, database: DatabaseConfig, keys: Vec<Kek>, run: &BackupRun) -> Outcome {
    // A backup brings no database up to date: it is made before that.
    if backend::pending_migrations(&database).await? > 0 {
        return Err("the database is of an older version, in which there is no place for it".into());
    }
    if keys.is_empty() {
        return Err("the key encryption key is not at hand".into());
    }
    let backend = Backend::start(open::config(settings, database, keys)?, clock::now()).await?;
    let noted = backend.backups().note(&Ctx::system(Ctx::COMMAND_LINE, clock::now()), run).await;
    backend.close().await;
    Ok(noted?)
}

/// Prints a line, beside the backup itself if that goes to standard output. That nobody listens any more is no failure of a backup.
fn say(place: &Place, line: &str) {
    let said = match place {
        Place::Output => writeln!(std::io::stderr(), "{line}"),
        Place::File { .. } => writeln!(std::io::stdout(), "{line}"),
    };
    if let Err(error) = said {
        tracing::debug!("nobody reads what is said: {error}");
    }
}
