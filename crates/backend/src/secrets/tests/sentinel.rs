//! A planted value is nowhere but where it belongs.

use super::{KEY, dataset, id, image, new, password, update};
use crate::{
    Backend, ImportChoice,
    tests::{at, backend, signed_in, waiting},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    access::Role,
    secret::{Credential, GeneratedSecret, NewSshKeyKind, SecretDraft, SecretKind},
    sensitive::Sensitive,
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{
    io::Write,
    process::Command,
    sync::{Arc, Mutex},
};
use tracing_subscriber::fmt::MakeWriter;

const PASSWORD: &str = "PLANTED-4d1f-value-9b7c";
const CHANGED: &str = "PLANTED-e2a8-other-63f0";

/// A key that was protected when it was pasted, and its passphrase.
const PROTECTED: &str = include_str!("../keys/protected_key");
const PASSPHRASE: &str = "correct horse";

/// The shortest piece that does not turn up by chance.
const PIECE: usize = 8;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[sqlx::test]
async fn value_is_in_no_dump_and_no_log(pool: PgPool) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    // For all threads: the log of other tests may be in here too, and must show nothing either.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let plain = Arc::unwrap_or_clone(pool.connect_options());
    // The temporary database of the tests has its log beside its socket. Its contents up to here are of other runs.
    let server_log = plain.get_socket().map(|folder| folder.join("log")).filter(|file| file.exists());
    let logged_before = server_log.as_ref().map_or(0, |file| std::fs::metadata(file).unwrap().len());
    // PostgreSQL logs every statement with all bound values.
    let logged = plain.clone().options([("log_statement", "all"), ("log_min_duration_statement", "0")]);
    let backend = backend(PgPoolOptions::new().connect_with(logged).await.unwrap()).await;
    let generated = use_every_way(&backend, &pool).await;
    let activity: Vec<String> =
        sqlx::query_scalar("SELECT query FROM pg_stat_activity WHERE query IS NOT NULL")
            .fetch_all(&pool)
            .await
            .unwrap();
    let records: Vec<String> =
        sqlx::query_scalar("SELECT audit_records::text FROM audit_records").fetch_all(&pool).await.unwrap();

    let dump = dump(&plain);
    assert!(dump.contains("secret added") && dump.contains("ghcr.io"));
    let traced = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(traced.contains("INSERT INTO secret_values"), "statements are to be seen in this log");
    assert!(
        traced.contains("read{request_id=") && traced.contains("write{request_id="),
        "and whose they are"
    );
    assert!(traced.contains("SecretService>::update_tested"), "and of which method");
    let mut places = vec![("dump", dump), ("trace", traced), ("activity", activity.join("\n"))];
    places.push(("audit records", records.join("\n")));
    if let Some(file) = server_log {
        let bytes = std::fs::read(file).unwrap();
        let text = String::from_utf8_lossy(&bytes[usize::try_from(logged_before).unwrap()..]).into_owned();
        assert!(text.contains("parameters: $1"), "what is bound is to be seen in this log");
        places.push(("PostgreSQL's log", text));
    }
    // The public halves are there, as they should be; in the files, only secret parts are looked for.
    let mut values = vec![PASSWORD.to_owned(), CHANGED.to_owned(), PASSPHRASE.to_owned(), seed_of(KEY)];
    values.extend(generated.iter().map(|key| seed_of(key)));
    for value in &values {
        for piece in pieces(value) {
            for (place, text) in &places {
                assert!(!text.contains(&piece), "{piece} is in the {place}");
            }
        }
    }
}

/// Adds, fails to add, changes, reads and deletes a secret of each type, and has keys generated; returns these keys.
async fn use_every_way(backend: &Backend, pool: &PgPool) -> Vec<String> {
    let secrets = backend.secrets();
    for _ in 0..2 {
        drop(secrets.create(&at(1), new(image("a", PASSWORD)), None).await);
        drop(secrets.create(&at(1), new(dataset("b")), None).await);
    }
    for (version, outcome) in [(1, true), (1, false)] {
        let changed = update(SecretKind::ImagePull, image("", CHANGED));
        let done = secrets.update(&at(2), &id("image-a"), changed, version).await;
        assert_eq!(done.is_ok(), outcome);
        let changed = update(SecretKind::GitDataset, dataset(""));
        let done = secrets.update(&at(2), &id("gitsync-secret-b"), changed, version).await;
        assert_eq!(done.is_ok(), outcome);
    }
    assert_eq!(password(backend, "image-a").await, CHANGED);
    let opened = secrets.credential(&at(3), &id("gitsync-secret-b")).await.unwrap();
    assert!(!format!("{opened:?}").contains("b3BlbnNzaC1rZXk"));
    secrets.create(&at(4), new(image("c", PASSWORD)), None).await.unwrap();
    secrets.delete(&at(5), &id("image-c"), "").await.unwrap();
    import_every_way(backend).await;

    let protected = |passphrase: &str| SecretDraft {
        private_key: Sensitive::new(PROTECTED),
        passphrase: Sensitive::new(passphrase),
        ..dataset("d")
    };
    assert!(secrets.create(&at(6), new(protected(PASSWORD)), None).await.is_err());
    secrets.create(&at(6), new(protected(PASSPHRASE)), None).await.unwrap();
    let mut opened = vec![secrets.credential(&at(7), &id("gitsync-secret-d")).await.unwrap()];
    let wanted = SecretDraft { name: "e".to_owned(), ..SecretDraft::default() };
    let wanted = GeneratedSecret::parse(&wanted, NewSshKeyKind::Ed25519).unwrap();
    secrets.create_generated(&at(8), wanted, None).await.unwrap();
    let e = id("gitsync-secret-e");
    opened.push(secrets.credential(&at(8), &e).await.unwrap());
    let mut made = Vec::new();
    for switched in [true, false] {
        secrets.generate_key(&at(9), &e, NewSshKeyKind::Ed25519).await.unwrap();
        made.push(waiting(backend, pool, &e).await);
        let waiting = secrets.get(&at(9), &e).await.unwrap().pending.unwrap().facts.fingerprint;
        if switched {
            secrets.switch_key(&at(9), &e, &waiting).await.unwrap();
        } else {
            secrets.discard_key(&at(9), &e, &waiting).await.unwrap();
        }
    }
    let text = |opened: Credential| match opened {
        Credential::GitDataset { private_key } => private_key.value().expose().to_owned(),
        Credential::ImagePull { .. } => panic!("not a Git dataset"),
    };
    made.extend(opened.into_iter().map(text));
    made
}

/// Imports, fails to import, and leaves an import waiting.
async fn import_every_way(backend: &Backend) {
    let (ana, imports) = (signed_in(backend, "ana", Role::Editor, 6).await, backend.imports());
    let config = format!(r#"{{"auths":{{"ghcr.io":{{"username":"u","password":"{PASSWORD}"}}}}}}"#);
    let manifest = format!(
        "kind: Secret\ndata:\n  .dockerconfigjson: {}\n  ssh: {}\n",
        STANDARD.encode(&config),
        STANDARD.encode(KEY)
    );
    for broken in
        [&config[..60], &manifest.replace("kind: ", "kind: kind: "), &manifest.replace("Secret", "Other")]
    {
        imports.begin(&ana, Sensitive::new(broken)).await.unwrap_err();
    }
    let chosen =
        |number: u32, name: &str| ImportChoice { number, name: name.to_owned(), ..ImportChoice::default() };
    let first = imports.begin(&ana, Sensitive::new(manifest.as_str())).await.unwrap();
    imports.get(&ana, first).await.unwrap();
    imports.save(&ana, first, &[chosen(1, "Not A Name")]).await.unwrap_err();
    imports.save(&ana, first, &[chosen(1, "imported"), chosen(2, "imported")]).await.unwrap();
    imports.begin(&ana, Sensitive::new(manifest)).await.unwrap();
}

/// Returns the digits of the file that hold nothing but the secret half of an Ed25519 key.
fn seed_of(key: &str) -> String {
    let digits: String = key.lines().filter(|line| !line.starts_with('-')).collect();
    let bytes = STANDARD.decode(&digits).unwrap();
    let name = b"ssh-ed25519";
    let second = bytes.windows(name.len()).rposition(|window| window == name).unwrap();
    // After the name come the public key and then the seed, each after its length.
    let start = second + name.len() + 4 + 32 + 4;
    digits[(start * 8).div_ceil(6)..(start + 32) * 8 / 6].to_owned()
}

/// Returns every piece of the text, of its base64 at each of the three offsets, and of its bytes in hexadecimal.
fn pieces(text: &str) -> Vec<String> {
    let hex = text.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let mut forms = vec![(text.to_owned(), PIECE), (hex, 2 * PIECE)];
    for offset in 0..3 {
        let padded = [&b"   "[..offset], text.as_bytes()].concat();
        let encoded = STANDARD.encode(padded);
        // The characters at the ends depend on what is beside the text.
        forms.push((encoded[4..encoded.len() - 4].to_owned(), PIECE + 4));
    }
    forms
        .iter()
        .flat_map(|(form, length)| {
            (0..=form.len().saturating_sub(*length)).map(move |start| form[start..start + length].to_owned())
        })
        .collect()
}

pub(in crate::secrets) fn dump(options: &PgConnectOptions) -> String {
    let mut command = Command::new("pg_dump");
    command
        .args(["-U", options.get_username(), "-d", options.get_database().unwrap()])
        .args(["-p", &options.get_port().to_string()]);
    match options.get_socket() {
        Some(socket) => command.arg("-h").arg(socket),
        None => command.args(["-h", options.get_host()]),
    };
    let output = command.output().expect("pg_dump is missing: apt-get install postgresql");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
