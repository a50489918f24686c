//! Every form of key that common tools make, with `ssh-keygen` and `sshd` as judges of the result.

use super::*;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
    time::Instant,
};

mod hostile;
mod log_in;

/// The keys, made once for all tests of a run.
static CORPUS: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = folder("corpus");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/key-corpus");
    let made = run(Command::new(script).arg(&folder));
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    folder
});

/// Creates a folder for this process alone, which the next run deletes.
fn folder(name: &str) -> PathBuf {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tmp/ssh-keys");
    let folder = all.join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder.canonicalize().unwrap()
}

fn run(command: &mut Command) -> Output {
    let program = command.get_program().to_owned();
    command.output().unwrap_or_else(|error| panic!("{}: {error}: see scripts/setup", program.display()))
}

fn out(command: &mut Command) -> String {
    let output = run(command);
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn pasted(text: &str, passphrase: &str) -> Result<PrivateKeyText, SshKeyProblem> {
    PrivateKeyText::parse_with(&Sensitive::new(text), Sensitive::new(passphrase))
}

/// Parses a text as the form does: by the browser's rules and the server's.
fn read_text(text: &str, passphrase: &str) -> Result<ReadKey, SshKeyProblem> {
    read(&pasted(text, passphrase)?)
}

/// A key that has to be accepted.
struct Good {
    name: String,
    text: String,
    passphrase: String,
    /// Its public key, as `ssh-keygen` prints it.
    public: String,
}

fn good() -> Vec<Good> {
    let mut all: Vec<Good> = fs::read_dir(CORPUS.join("good"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|end| end != "pub" && end != "pass"))
        .map(|path| Good {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            text: fs::read_to_string(&path).unwrap(),
            passphrase: fs::read_to_string(format!("{}.pass", path.display())).unwrap_or_default(),
            public: fs::read_to_string(format!("{}.pub", path.display())).unwrap().trim_end().to_owned(),
        })
        .collect();
    all.sort_by(|one, two| one.name.cmp(&two.name));
    assert!(all.len() > 80, "{} keys", all.len());
    all
}

/// Writes the stored text to a file for `ssh-keygen` and `ssh`.
fn store(folder: &Path, name: &str, key: &ReadKey) -> PathBuf {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let file = folder.join(name);
    let mut open = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file).unwrap();
    open.write_all(key.text.value().expose().as_bytes()).unwrap();
    file
}

#[test]
fn read_accepts_every_form_and_writes_what_openssh_can_use() {
    let stored = folder("stored");
    for Good { name, text, passphrase, public } in good() {
        let key = read_text(&text, &passphrase).unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
        let file = store(&stored, &name, &key);
        let told = out(Command::new("ssh-keygen").args(["-y", "-P", "", "-f"]).arg(&file));
        // The same key as the one that the form was made from.
        let two_words = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
        assert_eq!(two_words(told.trim_end()), two_words(&public), "{name}");
        let facts = &key.facts;
        assert_eq!(
            format!("{} {}", facts.algorithm.as_str(), facts.public_key),
            two_words(&public),
            "{name}"
        );

        // Size, fingerprint, comment and type, word for word.
        fs::write(format!("{}.pub", file.display()), facts.public_line()).unwrap();
        let listed = out(Command::new("ssh-keygen").arg("-lf").arg(format!("{}.pub", file.display())));
        let comment = if facts.comment.is_empty() { "no comment" } else { &facts.comment };
        let sort = facts.algorithm.label().to_uppercase();
        assert_eq!(listed, format!("{} {} {comment} ({sort})\n", facts.bits, facts.fingerprint), "{name}");
        // A comment in the form is kept; puttygen invents one for keys without.
        let stated = public.splitn(3, ' ').nth(2).unwrap_or_default();
        if (name.contains("openssh") || name.contains("putty")) && !name.contains("zero") {
            assert_eq!(facts.comment, stated, "{name}");
        }

        // In stored form: only the key, and parsed again to the same.
        let text = key.text.value().expose();
        assert!(text.ends_with("-----\n") && !text.contains('\r') && !text.contains("\n\n"), "{name}");
        assert!(!text.contains("ENCRYPTED") && !text.starts_with("PuTTY"), "{name}");
        assert_eq!(
            text.starts_with("-----BEGIN OPENSSH"),
            facts.bits == 256 && sort == "ED25519"
                || !(name.starts_with("pem-") && passphrase.is_empty()
                    || name.starts_with("pkcs8-") && passphrase.is_empty()
                    || ["sec1-with-parameters", "bom-pem", "blank-lines-pkcs8"].contains(&name.as_str())),
            "{name}"
        );
        let again = read(&key.text).unwrap();
        assert_eq!((again.text.value().expose(), &again.facts), (text, facts), "{name}");
        assert!(key.text.passphrase().is_empty());
        let loaded = load(&key.text).unwrap().public_key().to_openssh().unwrap();
        assert!(loaded.contains(&facts.public_key), "{name}");
        assert!(!format!("{key:?}").contains(text.lines().nth(1).unwrap()), "{name}");
    }
}

#[test]
fn read_tells_a_wrong_passphrase_from_a_damaged_key() {
    for Good { name, text, passphrase, .. } in good() {
        if passphrase.is_empty() {
            // An unneeded passphrase does no harm.
            assert!(read_text(&text, "not needed").is_ok(), "{name}");
            continue;
        }
        assert_eq!(read_text(&text, "").err(), Some(SshKeyProblem::Passphrase), "{name}");
        for wrong in ["wrong", &passphrase[1..].replace('ä', "a"), " "] {
            assert_eq!(read_text(&text, wrong).err(), Some(SshKeyProblem::WrongPassphrase), "{name} {wrong}");
        }
    }
}

#[test]
fn read_rejects_everything_else_with_the_reason() {
    let known: BTreeSet<String> = SshKeyProblem::ALL.iter().map(|problem| format!("{problem:?}")).collect();
    let mut seen = BTreeSet::new();
    let passphrase = fs::read_to_string(CORPUS.join("raw/pass")).unwrap();
    for folder in fs::read_dir(CORPUS.join("bad")).unwrap() {
        let folder = folder.unwrap().path();
        let reason = folder.file_name().unwrap().to_string_lossy().into_owned();
        assert!(known.contains(&reason), "{reason}");
        for file in fs::read_dir(&folder).unwrap() {
            let file = file.unwrap().path();
            let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
            let began = Instant::now();
            let problem = read_text(&text, &passphrase).err().map(|problem| format!("{problem:?}"));
            assert_eq!(problem.as_ref(), Some(&reason), "{}", file.display());
            assert!(began.elapsed().as_secs() < 5, "{}", file.display());
        }
        seen.insert(reason);
    }
    // The passphrases are tested above, hardware keys below; the last is for failures that are not known yet.
    seen.extend(["Passphrase", "WrongPassphrase", "HardwareKey", "ReaderFailed"].map(ToOwned::to_owned));
    assert_eq!(seen, known);
}

/// No hardware token is at hand, but the public half is enough to detect one.
#[test]
fn read_rejects_a_key_in_a_hardware_token() {
    let string = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
    for name in [b"sk-ssh-ed25519@openssh.com".as_slice(), b"sk-ecdsa-sha2-nistp256@openssh.com"] {
        let mut private = [[1, 2, 3, 4, 1, 2, 3, 4].as_slice(), &string(name), &string(&[7; 32])].concat();
        private.resize(160, 1);
        let parts: [&[u8]; 3] = [b"none", b"none", b""];
        let mut bytes = b"openssh-key-v1\0".to_vec();
        for part in parts {
            bytes.extend(string(part));
        }
        bytes.extend(1_u32.to_be_bytes());
        bytes.extend(string(&[string(name), string(&[7; 32])].concat()));
        bytes.extend(string(&private));
        let text = hostile::armoured("OPENSSH PRIVATE KEY", &bytes);
        assert_eq!(read_text(&text, "").err(), Some(SshKeyProblem::HardwareKey));
        assert_eq!(pem::read(&text, &Sensitive::default()).err(), Some(SshKeyProblem::HardwareKey));
    }
}

/// Returns 256 random bits.
fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    aws_lc_rs::rand::fill(&mut seed).unwrap();
    seed
}

#[test]
fn generate_makes_valid_pairs() {
    let folder = folder("made");
    for (kind, sort) in [(NewSshKeyKind::Ed25519, "256 ED25519"), (NewSshKeyKind::Rsa4096, "4096 RSA")] {
        let mut seen = BTreeSet::new();
        for turn in 0..2 {
            let key = generate(kind, "data@latchkey", &seed()).unwrap();
            let file = store(&folder, &format!("{}-{turn}", kind.as_str()), &key);
            let listed = out(Command::new("ssh-keygen").arg("-lf").arg(&file));
            let (bits, name) = sort.split_once(' ').unwrap();
            assert_eq!(listed, format!("{bits} {} data@latchkey ({name})\n", key.facts.fingerprint));
            let told = out(Command::new("ssh-keygen").args(["-y", "-P", "", "-f"]).arg(&file));
            assert_eq!(told.trim_end(), key.facts.public_line());
            seen.insert(key.facts.fingerprint);
        }
        assert_eq!(seen.len(), 2);
    }
}

/// `PuTTYgen` on Windows writes comments, and takes passphrases, in the code page of the system.
#[test]
fn read_decodes_files_of_windows_by_its_code_page() {
    let folder = folder("windows");
    fs::write(folder.join("pass"), b"Stra\xdfe \x80").unwrap();
    out(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(folder.join("key")));
    for version in ["2", "3"] {
        for comment in [&b"M\xfcller"[..], b"M\xfcller \x80"] {
            use std::os::unix::ffi::OsStrExt;
            let file = folder.join("file.ppk");
            out(Command::new("puttygen")
                .arg(folder.join("key"))
                .args(["-O", "private", "--ppk-param", &format!("version={version}"), "-C"])
                .arg(std::ffi::OsStr::from_bytes(comment))
                .arg("--new-passphrase")
                .arg(folder.join("pass"))
                .arg("-o")
                .arg(&file));
            let bytes = fs::read(&file).unwrap();
            assert!(bytes.windows(comment.len()).any(|part| part == comment));
            // As editors show it that know the code page, and as editors do that lose what is not UTF-8.
            let known: String =
                bytes.iter().map(|byte| if *byte == 0x80 { '€' } else { char::from(*byte) }).collect();
            for text in [known, String::from_utf8_lossy(&bytes).into_owned()] {
                let read =
                    read_text(&text, "Straße €").unwrap_or_else(|problem| panic!("{problem:?}: {text}"));
                assert!(read.facts.comment.starts_with('M'));
                assert_eq!(read_text(&text, "Strasse €").err(), Some(SshKeyProblem::WrongPassphrase));
            }
        }
    }
}
