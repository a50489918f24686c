//! Restoring a backup: proven in a scratch database first, and only then in the place of what was there.

use super::{
    archive::{Archive, ArchiveError},
    failure::{Failure, Step},
    place::{STANDARD, compact},
    proof::{self, Proven, in_scratch, keys_at_hand, need_keys},
};
use crate::{
    clock, command,
    config::{RestoreArgs, Settings},
    open::{self, Outcome, end_database, find_database},
};
use backend::{Backend, Ctx, DatabaseConfig, Kek, Maintenance, SealVerdict, ServerFacts, quoted_name};
use private_postgres::{PrivatePostgres, Stop, connection_words};
use std::{
    fs::File,
    io::{self, IsTerminal, Write},
    path::Path,
};

/// Runs `latchkey restore`.
///
/// Errors: nothing was changed; in words.
pub async fn restore(settings: &Settings, args: &RestoreArgs) -> Outcome {
    let keys = keys_at_hand(settings)?;
    let from = args.file.clone();
    let archive = proof::blocking(move || read(&from)).await?;
    check(settings, args, &archive, &keys)?;
    let (database, private) = find_database(settings, &Stop::default()).await?;
    let outcome = into(settings, args, archive, keys, database, private.as_ref()).await;
    end_database(private).await;
    outcome
}

/// Opens a copy of the file, or of standard input, which nobody can change after its checksums were compared.
fn read(path: &Path) -> Step<Archive> {
    let unusable =
        |error: ArchiveError| Failure::of_file(format!("{} cannot be restored: {error}", path.display()));
    let copied = tempfile::tempfile().and_then(|mut copy| {
        if path == Path::new(STANDARD) {
            io::copy(&mut io::stdin().lock(), &mut copy)?;
        } else {
            io::copy(&mut File::open(path)?, &mut copy)?;
        }
        Ok(copy)
    });
    copied.map_err(ArchiveError::Io).and_then(Archive::open).map_err(unusable)
}

/// Checks that this version and these keys can use the backup, before anything is touched.
fn check(settings: &Settings, args: &RestoreArgs, archive: &Archive, keys: &[Kek]) -> Step<()> {
    let manifest = &archive.manifest;
    // The seal first: until it is verified, every word of the manifest is that of whoever had the file.
    let verdict = archive.seal.as_ref().map(|seal| backend::verify_seal(keys, seal, &archive.sums));
    match verdict {
        Some(SealVerdict::Vouched) => {}
        Some(SealVerdict::OtherKey) => {
            need_keys(settings, manifest, keys)?;
            return Err(Failure::unproven("the backup was sealed by a key that is not at hand"));
        }
        Some(SealVerdict::Wrong) => {
            return Err(Failure::of_file(
                "the seal of the backup does not fit what is in it: somebody without the key changed the file",
            ));
        }
        None if args.unsealed => {}
        None => {
            return Err(Failure::of_file(
                "the backup is not sealed by a key: it was made without one, or its seal was taken away. Restoring runs what is \
                 in the file as the owner of the database. If you know where it comes from, add --unsealed",
            ));
        }
    }
    let newest = backend::newest_schema();
    if manifest.schema > newest {
        return Err(Failure::of_file(format!(
            "the backup was made by Latchkey {} with the schema {}, and this version knows {newest}: restore it with that version \
             or a newer one",
            manifest.version.escape_debug(),
            manifest.schema
        )));
    }
    need_keys(settings, manifest, keys)
}

async fn into(
    settings: &Settings,
    args: &RestoreArgs,
    archive: Archive,
    keys: Vec<Kek>,
    database: DatabaseConfig,
    private: Option<&PrivatePostgres>,
) -> Outcome {
    if !args.verify_only && private.is_some_and(|private| !private.is_owned()) {
        return Err("a server runs on this data folder: stop it first. Nothing was changed".into());
    }
    let mut maintenance = Maintenance::connect(&database).await?;
    if !maintenance.take_turn().await? {
        return Err("another backup or restore of this database is under way".into());
    }
    let server = maintenance.server().await?;
    let made_on = archive.manifest.postgresql_major;
    if server.major() < made_on {
        return Err(format!(
            "the backup was made of PostgreSQL {made_on}, and this is {}: restore it into {made_on} or newer",
            server.version
        )
        .into());
    }
    let made_at = archive.manifest.made_at.clone();
    if args.verify_only {
        let (scratch, proven) = in_scratch(settings, &mut maintenance, &server, archive, keys).await?;
        proof::clear_away(&mut maintenance, &scratch).await;
        return command::print(&format!(
            "the backup of {made_at} can be restored: every row is there, {} values opened, the audit log is whole",
            proven.values
        ));
    }
    may_replace(&mut maintenance, &server, args, private.is_some()).await?;
    let is_empty = server.tables.is_empty();
    if is_empty && !server.may_create_databases {
        maintenance.close().await;
        let proven = proof::into_empty(settings, database.clone(), &server, archive, keys.clone()).await?;
        note(settings, database, keys, &made_at).await?;
        tell(&done(&made_at, proven));
        return Ok(());
    }
    let (scratch, proven) = in_scratch(settings, &mut maintenance, &server, archive, keys.clone()).await?;
    // Recorded in what takes the place, so that no restore goes unrecorded.
    note(settings, maintenance.of_database(&scratch)?, keys, &made_at).await?;
    let lacking = maintenance.copy_rights(&scratch).await?;
    let kept = kept_name(&server.database);
    if let Err(error) = maintenance.replace(&server.database, &scratch, &kept).await {
        let mut again = Maintenance::connect(&database).await?;
        again.drop_database(&scratch).await?;
        return Err(format!(
            "the restored database cannot take the place of the old one, and nothing was changed: {error}"
        )
        .into());
    }
    if is_empty {
        let mut again = Maintenance::connect(&database).await?;
        again.drop_database(&kept).await?;
        again.close().await;
    } else {
        let drop = private.map_or_else(
            || format!("DROP DATABASE {}", quoted_name(&kept)),
            |_| format!("dropdb {} {kept}", connection_words(settings.database.data_dir())),
        );
        tell(&format!(
            "what was there is kept as the database {kept}; once the server runs, remove it with: {drop}"
        ));
    }
    if !lacking.is_empty() {
        tell(&format!(
            "this role may not give to the restored database what the old one had. Give it again, as an administrator: {}",
            lacking.join("; ")
        ));
    }
    tell(&done(&made_at, proven));
    Ok(())
}

/// Says something about what is done already, and does not fail where nobody listens any more.
fn tell(text: &str) {
    if command::print(text).is_err() {
        tracing::warn!("{text}");
    }
}

/// Checks that the database may be replaced: it is a portal's or empty, nobody uses it, and whoever asks has said so twice.
async fn may_replace(
    maintenance: &mut Maintenance,
    server: &ServerFacts,
    args: &RestoreArgs,
    is_private: bool,
) -> Outcome {
    let name = &server.database;
    if !server.is_ours_or_empty() {
        return Err(format!("the database {name} holds tables of something else: name another one").into());
    }
    // A server on the private PostgreSQL is known by the lock on its folder.
    let others = if is_private { maintenance.sessions().await? } else { maintenance.others().await? };
    if !others.is_empty() {
        return Err(format!(
            "the database {name} is in use: stop every server first. Connected are: {}",
            others.join(", ")
        )
        .into());
    }
    if server.tables.is_empty() {
        return Ok(());
    }
    if !server.may_create_databases || !server.is_owner {
        return Err(format!(
            "replacing the database {name} needs a role that owns it and may create databases. Run, as an administrator: ALTER \
             ROLE {} CREATEDB; or restore into an empty database",
            quoted_name(&server.role)
        )
        .into());
    }
    let counts = maintenance.counts().await?;
    let count = |table: &str| counts.iter().find(|(name, _)| name == table).map_or(0, |(_, count)| *count);
    // A portal that was started once and has nothing in it yet, as after its installation.
    if count("secrets") == 0 && count("users") == 0 {
        return Ok(());
    }
    let held = format!(
        "the database {name} holds a portal (secrets: {}, users: {})",
        count("secrets"),
        count("users")
    );
    if !args.replace {
        return Err(format!(
            "{held}, and nothing was changed. To put the backup in its place, add: --replace --confirm {name}"
        )
        .into());
    }
    let said = match &args.confirm {
        Some(said) => said.clone(),
        None if io::stdin().is_terminal() && args.file != Path::new(STANDARD) => ask(&held, name)?,
        None => return Err(format!("{held}: confirm that it is replaced by --confirm {name}").into()),
    };
    if said == *name {
        Ok(())
    } else {
        Err(format!("{said:?} is not the name of the database; nothing was changed").into())
    }
}

fn ask(held: &str, name: &str) -> io::Result<String> {
    let mut error = io::stderr();
    write!(error, "{held}, which the backup replaces. Type the name of the database ({name}) to go on: ")?;
    error.flush()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Returns the name under which a replaced database is kept, within the 63 bytes of a name.
fn kept_name(database: &str) -> String {
    let mut start = database;
    while start.len() > 38 {
        start = start.char_indices().next_back().map_or("", |(end, _)| start.get(..end).unwrap_or_default());
    }
    format!("{start}_before_{}", compact(clock::now()).to_lowercase())
}

/// Records the restore in a database.
async fn note(settings: &Settings, database: DatabaseConfig, keys: Vec<Kek>, made_at: &str) -> Outcome {
    let backend = Backend::start(open::config(settings, database, keys)?, clock::now()).await?;
    let noted = backend.backups().note_restored(&Ctx::system(Ctx::COMMAND_LINE, clock::now()), made_at).await;
    backend.close().await;
    Ok(noted?)
}

fn done(made_at: &str, proven: Proven) -> String {
    format!(
        "restored the backup of {made_at}: {} values opened, the audit log is whole. Users, sessions and API tokens are as they were \
         then: what was revoked since has to be revoked again",
        proven.values
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_name_fits_into_a_name_of_postgresql() {
        assert!(kept_name("latchkey").starts_with("latchkey_before_20"));
        for name in ["x".repeat(63), "ß".repeat(31)] {
            assert!(kept_name(&name).len() <= 63, "{name}");
        }
    }
}
