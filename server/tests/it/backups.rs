//! Backups: made beside a running server, verified, restored, and rejected for every reason; and the private PostgreSQL brought
//! from one version to the next.

use crate::{
    bounded::{self, ended},
    harness::{KEY, fresh_folder},
    process::{Running, latchkey, password_in},
};
use std::{
    fs,
    io::Read,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

const ODD: &str = " \"\\:🔑' SENTINEL-VALUE";

/// The outcome of a command, with both outputs.
struct Ran {
    done: bool,
    said: String,
}

fn finished(mut command: Command) -> Ran {
    let output = bounded::output(&mut command);
    let said = [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).concat();
    Ran { done: output.status.success(), said }
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = latchkey(folder);
    command.args(arguments);
    finished(command)
}

/// Runs a command that has to do what it says, and returns what it prints.
fn done(folder: &Path, arguments: &[&str]) -> String {
    let ran = run(folder, arguments);
    assert!(ran.done, "{arguments:?}: {}", ran.said);
    ran.said
}

/// Runs a command that has to fail with these words.
fn fails(folder: &Path, arguments: &[&str], words: &str) {
    let ran = run(folder, arguments);
    assert!(!ran.done && ran.said.contains(words), "{arguments:?} without {words:?}: {}", ran.said);
}

/// Returns a data folder with two secrets and the server that still runs on it.
fn portal(name: &str) -> (PathBuf, Running) {
    let folder = fresh_folder(name);
    let running = Running::start(latchkey(&folder));
    let image = [
        ("name", "hub"),
        ("type", "image-pull"),
        ("registry_host", "ghcr.io"),
        ("username", "u"),
        ("password", ODD),
        ("password_ends", "keep"),
    ];
    assert!(running.post("/secrets/new", &image).contains("location: /secrets\r\n"));
    assert!(running.add("data").contains("location: /secrets\r\n"));
    (folder, running)
}

fn stopped((folder, mut running): (PathBuf, Running)) -> PathBuf {
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    folder
}

/// Runs statements in the private PostgreSQL of a folder, which a command beside it keeps running meanwhile.
fn sql(folder: &Path, statements: &str) -> String {
    let stop = private_postgres::Stop::default();
    let server = private_postgres::PrivatePostgres::start(folder, &stop).unwrap();
    let socket = fs::canonicalize(folder.join("postgres")).unwrap();
    let mut command = Command::new("psql");
    command
        .args(["-qXAt", "-v", "ON_ERROR_STOP=1", "-U", "latchkey", "-d", "latchkey", "-c", statements])
        .arg(format!("--host={}", socket.display()));
    let output = bounded::output(&mut command);
    server.stop();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn has(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

/// Returns the names and contents of a tar archive.
fn parts(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(fs::File::open(path).unwrap());
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.path().unwrap().to_string_lossy().into_owned(), bytes)
    });
    entries.collect()
}

fn written(path: &Path, parts: &[(String, Vec<u8>)]) {
    let mut builder = tar::Builder::new(fs::File::create(path).unwrap());
    for (name, bytes) in parts {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        builder.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    builder.finish().unwrap();
}

/// Follows docs/backup.md: a backup beside a running server and the key file, restored into an empty data folder.
#[test]
fn backup_and_key_file_restore_every_value() {
    let (old, running) = portal("backup");
    let (new, backups) = (fresh_folder("restore"), fresh_folder("backup-files"));
    let said = done(&old, &["backup", "--verify", "--keep", "1", text(&backups)]);
    assert!(
        said.contains("2 secrets, schema") && said.contains("verified") && said.contains("2 values opened"),
        "{said}"
    );
    assert!(said.contains("is not in it. Keep a copy of the file"), "{said}");
    let again = done(&old, &["backup", "--keep", "1", text(&backups)]);
    let old = stopped((old, running));
    let files: Vec<PathBuf> = fs::read_dir(&backups).unwrap().map(|entry| entry.unwrap().path()).collect();
    // Two of one second are one file, which is not replaced: then the second command failed.
    assert_eq!(files.len(), 1, "{again}");
    let file = &files[0];
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);

    // The file is an archive that everybody's tools check, and neither a key nor a value is in it.
    let of_file = parts(file);
    let names: Vec<&str> = of_file.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["database.dump", "manifest.json", "SHA256SUMS", "SHA256SUMS.seal"]);
    let folder = fresh_folder("backup-parts");
    for (name, bytes) in &of_file {
        fs::write(folder.join(name), bytes).unwrap();
    }
    let mut check = Command::new("sha256sum");
    check.args(["--check", "--strict", "SHA256SUMS"]).current_dir(&folder);
    assert!(finished(check).done);
    let mut plain = Command::new("pg_restore");
    plain.args(["--file=-", text(&folder.join("database.dump"))]);
    let plain = bounded::output(&mut plain).stdout;
    assert!(has(&plain, "COPY public.secret_values"), "the dump is readable");
    let kek = fs::read_to_string(old.join("key-encryption-key")).unwrap();
    let whole = fs::read(file).unwrap();
    for secret in [kek.trim(), "SENTINEL-VALUE", KEY.lines().nth(1).unwrap(), "correct horse battery"] {
        assert!(!has(&whole, secret) && !has(&plain, secret) && !has(said.as_bytes(), secret), "{secret}");
    }

    // Without its key nothing is restored, and with another one neither.
    fails(&new, &["restore", text(file)], "needs the key encryption key");
    fs::write(new.join("key-encryption-key"), "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n").unwrap();
    fs::set_permissions(new.join("key-encryption-key"), fs::Permissions::from_mode(0o600)).unwrap();
    fails(&new, &["restore", text(file)], "needs the key encryption key");
    assert!(!new.join("postgres").exists(), "nothing was made for it");
    fs::copy(old.join("key-encryption-key"), new.join("key-encryption-key")).unwrap();
    let said = done(&new, &["restore", text(file)]);
    assert!(said.contains("2 values opened, the audit log is whole"), "{said}");
    let databases = sql(&new, "SELECT datname FROM pg_database WHERE datname LIKE 'latchkey%'");
    assert_eq!(databases.trim(), "latchkey", "scratch databases are gone");

    let running = Running::start(latchkey(&new));
    assert_eq!(password_in(&new, "image-hub").as_deref(), Ok(ODD));
    assert_eq!(password_in(&new, "gitsync-secret-data").as_deref(), Ok(KEY));
    assert!(running.get("/audit").contains("Restored database"));
    assert!(done(&new, &["audit", "verify"]).starts_with("all "));
    stopped((new, running));
}

/// Replaces the checksum of a manifest that was changed.
fn sum_again(parts: &mut [(String, Vec<u8>)]) {
    let sum = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &parts[1].1);
    let sum = data_encoding::HEXLOWER.encode(sum.as_ref());
    let sums = String::from_utf8(parts[2].1.clone()).unwrap();
    parts[2].1 = format!("{}\n{sum}  manifest.json\n", sums.lines().next().unwrap()).into_bytes();
}

#[test]
fn restore_rejects_every_damaged_file() {
    let folder = stopped(portal("backup-damaged"));
    let files = fresh_folder("backup-damaged-files");
    let file = files.join("whole.tar");
    done(&folder, &["backup", text(&file)]);
    assert!(done(&folder, &["restore", "--verify-only", text(&file)]).contains("can be restored"));
    let whole = fs::read(&file).unwrap();
    let of_file = parts(&file);
    let bad = files.join("bad.tar");
    let rejects = |words: &str| fails(&folder, &["restore", "--verify-only", text(&bad)], words);

    for end in [whole.len() / 2, whole.len() - 3_000] {
        fs::write(&bad, &whole[..end]).unwrap();
        rejects("cut short");
    }
    // A byte of each part, found by the name of the part before it.
    for (place, (name, bytes)) in of_file.iter().enumerate().take(2) {
        let mut changed = of_file.clone();
        changed[place].1[bytes.len() / 2] ^= 1;
        written(&bad, &changed);
        rejects(&format!("its {name} is not what was backed up"));
    }
    let sums = String::from_utf8(of_file[2].1.clone()).unwrap();
    let mut changed = of_file.clone();
    changed[2].1 =
        sums.replacen(&sums[..2], if sums.starts_with("00") { "11" } else { "00" }, 1).into_bytes();
    written(&bad, &changed);
    rejects("its database.dump is not what was backed up");

    // Whoever has not the key may change the file and its checksums, but not the seal over them.
    let mut forged = of_file.clone();
    forged[1].1.extend_from_slice(b"\n");
    sum_again(&mut forged);
    written(&bad, &forged);
    rejects("somebody without the key changed the file");
    forged.truncate(3);
    written(&bad, &forged);
    rejects("not sealed by a key");
    let ran = run(&folder, &["restore", "--verify-only", "--unsealed", text(&bad)]);
    assert!(ran.done, "{}", ran.said);

    // One that says that it needs no key is not trusted for that, either.
    let mut keyless = of_file.clone();
    let mut said: serde_json::Value = serde_json::from_slice(&keyless[1].1).unwrap();
    said["keys"] = serde_json::json!([]);
    keyless[1].1 = said.to_string().into_bytes();
    sum_again(&mut keyless);
    keyless.truncate(3);
    written(&bad, &keyless);
    rejects("not sealed by a key");

    // A newer form of the file; and a newer schema, of which only an unsealed file can be made here.
    for (from, to, words) in [
        ("\"format\": 1", "\"format\": 2", "a newer version of Latchkey made it"),
        ("\"schema\": ", "\"schema\": 9", "this version knows"),
    ] {
        let mut newer = of_file.clone();
        newer[1].1 = String::from_utf8(newer[1].1.clone()).unwrap().replacen(from, to, 1).into_bytes();
        sum_again(&mut newer);
        newer.truncate(3);
        written(&bad, &newer);
        fails(&folder, &["restore", "--verify-only", "--unsealed", text(&bad)], words);
    }

    written(&bad, &[("etc/passwd".to_owned(), b"x".to_vec())]);
    rejects("no backup that `latchkey backup` has made");
    written(&bad, &[of_file[0].clone(), ("SENTINEL".to_owned(), Vec::new())]);
    rejects("no backup that `latchkey backup` has made");
    for other in ["", "not an archive at all"] {
        fs::write(&bad, other).unwrap();
        rejects("no backup that `latchkey backup` has made");
    }
}

#[test]
fn restore_over_a_portal_has_to_be_confirmed_twice() {
    let (folder, running) = portal("backup-over");
    let files = fresh_folder("backup-over-files");
    let (file, broken) = (files.join("whole.tar"), files.join("broken.tar"));
    done(&folder, &["backup", text(&file)]);
    assert!(running.add("later").contains("location: /secrets\r\n"));
    let told = ["restore", text(&file), "--replace", "--confirm", "latchkey"];
    fails(&folder, &told, "a server runs on this data folder");
    let folder = stopped((folder, running));
    fails(
        &folder,
        &["restore", text(&file)],
        "holds a portal (secrets: 3, users: 1), and nothing was changed",
    );
    fails(&folder, &["restore", text(&file), "--replace"], "--confirm latchkey");
    fails(
        &folder,
        &["restore", text(&file), "--replace", "--confirm", "other"],
        "is not the name of the database",
    );

    // One that does not open leaves what was there.
    let was = sql(
        &folder,
        "CREATE TABLE was AS SELECT * FROM secret_values; \
         UPDATE secret_values SET ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1); \
         SELECT count(*) FROM secrets",
    );
    assert_eq!(was.trim(), "3");
    fails(&folder, &["backup", "--verify", text(&broken)], "values do not open");
    assert!(broken.exists(), "a backup that cannot be verified is better than none");
    // In a folder it never takes the place of a good one, however many are kept.
    let kept = fresh_folder("backup-over-kept");
    let good = kept.join("latchkey-20200101T000000Z.tar");
    let unverified = kept.join("latchkey-20200102T000000Z.unverified.tar");
    fs::write(&good, "").unwrap();
    fs::write(&unverified, "").unwrap();
    fails(&folder, &["backup", "--verify", "--keep", "1", text(&kept)], ".unverified.tar");
    let names: Vec<String> = names_in(&kept);
    assert!(good.exists() && !unverified.exists() && names.len() == 2, "{names:?}");
    assert!(names.iter().any(|name| name.ends_with(".unverified.tar")), "{names:?}");
    sql(
        &folder,
        "UPDATE secret_values SET ciphertext = was.ciphertext FROM was \
         WHERE (secret_values.secret_id, secret_values.field) = (was.secret_id, was.field); DROP TABLE was",
    );
    fails(&folder, &["restore", text(&broken), "--replace", "--confirm", "latchkey"], "values do not open");
    let left = sql(
        &folder,
        "SELECT count(*) FROM secrets; SELECT count(*) FROM pg_database WHERE datname LIKE 'latchkey_%'",
    );
    assert_eq!(
        left.split_whitespace().collect::<Vec<_>>(),
        ["3", "0"],
        "nothing was replaced, and nothing is left over"
    );

    let said = done(&folder, &told);
    assert!(said.contains("what was there is kept as the database latchkey_before_"), "{said}");
    assert_eq!(sql(&folder, "SELECT count(*) FROM secrets").trim(), "2");
    assert_eq!(password_in_folder(&folder), ODD);
    let history = sql(&folder, "SELECT verified, problem FROM backups ORDER BY ended_at");
    assert_eq!(history, "", "the history is that of the backup, in which it was not noted yet");
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

fn password_in_folder(folder: &Path) -> String {
    let running = Running::start(latchkey(folder));
    let value = password_in(folder, "image-hub").unwrap();
    stopped((folder.to_owned(), running));
    value
}

#[test]
fn backup_rejects_places_where_it_would_be_lost_or_do_harm() {
    let folder = stopped(portal("backup-places"));
    let files = fresh_folder("backup-places-files");
    let there = files.join("there.tar");
    fs::write(&there, "theirs").unwrap();
    fails(&folder, &["backup", text(&folder.join("backup.tar"))], "is in the data folder");
    fails(&folder, &["backup", text(&there)], "is there already, and was not touched");
    fails(&folder, &["backup", "--force", "/dev/null"], "is there, and is no file");
    fails(&folder, &["backup", "--keep", "3", text(&there)], "--keep is for a folder");
    fails(&folder, &["backup", text(&files.join("missing/x.tar"))], "cannot be used");
    let key = files.join("key");
    fs::copy(folder.join("key-encryption-key"), &key).unwrap();
    let mut over_key = latchkey(&folder);
    over_key.args(["backup", "--force", text(&key)]).env("LATCHKEY_KEK_FILE", &key);
    let ran = finished(over_key);
    assert!(!ran.done && ran.said.contains("never takes its place"), "{}", ran.said);
    assert_eq!(fs::read_to_string(&there).unwrap(), "theirs");
    let empty = fresh_folder("backup-places-empty");
    fails(&empty, &["backup", text(&files.join("x.tar"))], "there is no private PostgreSQL");
    assert!(!empty.join("postgres").exists());

    done(&folder, &["backup", "--force", text(&there)]);
    // Through a pipe, as a CronJob sends it elsewhere.
    let output = bounded::output(latchkey(&folder).args(["backup", "-"]));
    assert!(output.status.success() && output.stdout.len() > 10_000);
    let piped = files.join("piped.tar");
    fs::write(&piped, &output.stdout).unwrap();
    let mut restore = latchkey(&folder);
    restore.args(["restore", "--verify-only", "-"]).stdin(fs::File::open(&piped).unwrap());
    let output = restore.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(names_in(&files).iter().all(|name| !name.contains("unfinished")));
    let history = sql(&folder, "SELECT verified, problem IS NULL, bytes > 10000 FROM backups");
    assert_eq!(history, "f|t|t\nf|t|t\n");

    // Nobody reads what is said: the backup is there all the same. Nobody reads the backup itself: there is no backup.
    let unread = |place: &str| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = latchkey(&folder);
        command.args(["backup", place]).stdout(writer);
        command.output().unwrap()
    };
    let file = unread(text(&files.join("unread.tar")));
    assert!(file.status.success(), "{}", String::from_utf8_lossy(&file.stderr));
    assert!(files.join("unread.tar").exists());
    let nowhere = unread("-");
    let said = String::from_utf8_lossy(&nowhere.stderr);
    assert!(!nowhere.status.success() && said.contains("they have no backup"), "{said}");
}

/// A role of a database that somebody else runs has no right to create another.
#[test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
fn role_without_right_to_create_databases_backs_up_and_restores_into_empty_ones() {
    let folder = stopped(portal("backup-role"));
    let files = fresh_folder("backup-role-files");
    let file = files.join("whole.tar");
    done(&folder, &["backup", text(&file)]);
    let stop = private_postgres::Stop::default();
    let server = private_postgres::PrivatePostgres::start(&folder, &stop).unwrap();
    let socket = fs::canonicalize(folder.join("postgres")).unwrap();
    let psql = |statements: &[&str]| {
        for statement in statements {
            let mut command = Command::new("psql");
            command.args(["-qX", "-U", "latchkey", "-d", "latchkey", "-c", statement]);
            command.arg(format!("--host={}", socket.display()));
            let ran = finished(command);
            assert!(ran.done, "{statement}: {}", ran.said);
        }
    };
    psql(&["CREATE ROLE theirs LOGIN", "CREATE DATABASE theirs OWNER theirs"]);
    let url = format!("postgres://theirs:SENTINEL-PASSWORD@localhost/theirs?host={}", socket.display());
    let as_theirs = |arguments: &[&str]| {
        let mut command = latchkey(&files);
        command.args(arguments).env("DATABASE_URL", &url);
        command.env("LATCHKEY_KEK_FILE", folder.join("key-encryption-key"));
        finished(command)
    };
    // What fails leaves nothing behind, although there is no scratch database.
    let broken = files.join("broken.tar");
    let flip = "UPDATE secret_values SET ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1)";
    psql(&[flip]);
    done(&folder, &["backup", text(&broken)]);
    psql(&[flip]);
    let failed = as_theirs(&["restore", text(&broken)]);
    assert!(
        !failed.done && failed.said.contains("values do not open") && failed.said.contains("is empty again"),
        "{}",
        failed.said
    );
    let restored = as_theirs(&["restore", text(&file)]);
    assert!(restored.done && restored.said.contains("2 values opened"), "{}", restored.said);
    let elsewhere = fresh_folder("backup-role-more").join("theirs.tar");
    let made = as_theirs(&["backup", "--verify", text(&elsewhere)]);
    assert!(!made.done && made.said.contains("ALTER ROLE \"theirs\" CREATEDB"), "{}", made.said);
    assert!(elsewhere.exists());
    let over = as_theirs(&["restore", text(&elsewhere), "--replace", "--confirm", "theirs"]);
    assert!(!over.done && over.said.contains("ALTER ROLE \"theirs\" CREATEDB"), "{}", over.said);
    // With a schema that is not the usual one, and without connections of a server that has nothing to do.
    psql(&["ALTER ROLE theirs CREATEDB"]);
    let mut idle = latchkey(&files);
    idle.env("DATABASE_URL", &url).env("LATCHKEY_KEK_FILE", folder.join("key-encryption-key"));
    let mut idle = Running::start_as(idle, "root", "correct horse battery");
    psql(&["SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'theirs'"]);
    let busy = as_theirs(&["restore", text(&elsewhere), "--replace", "--confirm", "theirs"]);
    assert!(!busy.done && busy.said.contains("a server on "), "{}", busy.said);
    idle.signal("-TERM");
    assert!(ended(&mut idle.child).success());
    let over = as_theirs(&["restore", text(&elsewhere), "--replace", "--confirm", "theirs"]);
    assert!(over.done && over.said.contains("DROP DATABASE \"theirs_before_"), "{}", over.said);
    let pooled = |command: &mut Command| {
        command.env("LATCHKEY_DATABASE_POOLER", "transaction");
    };
    let mut behind = latchkey(&files);
    behind.args(["backup", text(&elsewhere.with_file_name("y.tar"))]).env("DATABASE_URL", &url);
    behind.env("LATCHKEY_KEK_FILE", folder.join("key-encryption-key"));
    pooled(&mut behind);
    let behind = finished(behind);
    assert!(
        !behind.done && behind.said.contains("a pooler in transaction mode does not pass on"),
        "{}",
        behind.said
    );
    psql(&["CREATE DATABASE other OWNER theirs"]);
    let foreign = url.replace("/theirs?", "/other?");
    let mut into_foreign = latchkey(&files);
    let table = format!("--host={}", socket.display());
    let mut made = Command::new("psql");
    made.args(["-qX", "-U", "theirs", "-d", "other", "-c", "CREATE TABLE t ()", &table]);
    assert!(finished(made).done);
    into_foreign
        .args(["restore", text(&file), "--replace", "--confirm", "other"])
        .env("DATABASE_URL", &foreign);
    into_foreign.env("LATCHKEY_KEK_FILE", folder.join("key-encryption-key"));
    let into_foreign = finished(into_foreign);
    assert!(into_foreign.said.contains("holds tables of something else"), "{}", into_foreign.said);
    for ran in [restored, over, into_foreign] {
        assert!(!ran.said.contains("SENTINEL"), "{}", ran.said);
    }
    server.stop();
}

#[test]
fn postgres_upgrade_keeps_the_old_cluster_and_every_value() {
    let (folder, running) = portal("postgres-upgrade");
    let major = fs::read_to_string(folder.join("postgres/PG_VERSION")).unwrap().trim().to_owned();
    let same = ["postgres-upgrade", "--to", &major];
    fails(&folder, &same, "a server runs on this data folder");
    let folder = stopped((folder, running));
    let kept = folder.join(format!("postgres.{major}"));
    fails(&folder, &["postgres-upgrade"], "no newer one is installed");
    fails(&folder, &["postgres-upgrade", "--to", "99"], "PostgreSQL 99");
    fails(&folder, &["postgres-upgrade", "--remove-old"], "no upgrade has kept an old cluster");

    // A value that does not open ends it, with the old cluster in its place.
    let flip = "UPDATE secret_values SET ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1)";
    sql(&folder, flip);
    fails(&folder, &same, "values do not open");
    assert!(!kept.exists());
    sql(&folder, flip);
    assert_eq!(password_in_folder(&folder), ODD);

    let said = done(&folder, &same);
    assert!(said.contains("with every row and every value"), "{said}");
    assert!(kept.join("PG_VERSION").exists() && !folder.join("postgres.next").exists());
    assert_eq!(password_in_folder(&folder), ODD);
    fails(&folder, &same, "is kept from an earlier upgrade");
    assert!(done(&folder, &["postgres-upgrade", "--remove-old"]).contains("removed "));
    assert!(!kept.exists());
    assert_eq!(password_in_folder(&folder), ODD);

    let mut configured = latchkey(&folder);
    configured.arg("postgres-upgrade").env("DATABASE_URL", "postgres://h/d");
    assert!(finished(configured).said.contains("DATABASE_URL names another one"));
}
