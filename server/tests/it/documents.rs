//! The commands of the documents about backups and the command line, as people type them.

use crate::{
    bounded,
    docs::blocks,
    harness::{KEY, fresh_folder},
    process::{Running, latchkey},
};
use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::{Command, Output},
};

/// Returns the blocks of the shell in a document.
fn commands_of(page: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    blocks(&fs::read_to_string(root.join(page)).unwrap(), "sh")
}

/// Returns the one block that begins like this.
fn block(page: &str, beginning: &str) -> String {
    let found: Vec<String> =
        commands_of(page).into_iter().filter(|block| block.starts_with(beginning)).collect();
    let [block] = found.as_slice() else { panic!("{page}: {beginning}: {found:?}") };
    block.clone()
}

/// A machine on which somebody types commands: a folder to work in, which is their home as well, and programs that come first on
/// the PATH.
struct Machine<'a> {
    folder: &'a Path,
    data: &'a Path,
}

impl Machine<'_> {
    /// Puts a program that is not installed, or would ask others, on the PATH.
    fn put(&self, name: &str, script: &str) {
        let programs = self.folder.join("bin");
        fs::create_dir_all(&programs).unwrap();
        fs::write(programs.join(name), format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(programs.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn shell(&self, commands: &str, variables: &[(&str, &str)]) -> Output {
        let programs = self.folder.join("bin");
        fs::create_dir_all(&programs).unwrap();
        if !programs.join("latchkey").exists() {
            symlink(env!("CARGO_BIN_EXE_latchkey"), programs.join("latchkey")).unwrap();
        }
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("bash");
        command
            .args(["-euo", "pipefail", "-c", commands])
            .current_dir(self.folder)
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.folder)
            .env("LATCHKEY_DATA_DIR", self.data)
            .envs(variables.iter().copied());
        bounded::output(&mut command)
    }

    fn does(&self, commands: &str) -> String {
        self.does_with(commands, &[])
    }

    fn does_with(&self, commands: &str, variables: &[(&str, &str)]) -> String {
        let output = self.shell(commands, variables);
        let said = [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).concat();
        assert!(output.status.success(), "{commands}\n{said}");
        said
    }

    fn token(&self, scope: &str) -> String {
        self.does(&format!("latchkey token create --name docs-{scope} --scope {scope} 2>/dev/null"))
            .trim()
            .to_owned()
    }
}

/// Follows docs/backup.md and the section of README.md.
#[test]
fn documented_backups_are_made_and_restored() {
    let folder = fresh_folder("documents-backup");
    let data = folder.join("data");
    let mut running = Running::start(latchkey(&data));
    assert!(running.add("data").contains("location: /secrets\r\n"));
    let here = Machine { folder: &folder, data: &data };
    let place = |commands: String| commands.replace("/var/backups/", &format!("{}/", folder.display()));

    let made = here.does(&place(block("docs/backup.md", "latchkey backup --verify")));
    assert!(made.contains("verified: "), "{made}");
    let looked = here.does(&block("docs/backup.md", "tar -xOf"));
    assert!(looked.contains("\"schema\"") && looked.contains("database.dump: OK"), "{looked}");
    running.signal("-TERM");
    assert!(bounded::ended(&mut running.child).success());

    for restore in
        [block("docs/backup.md", "latchkey restore latchkey.tar\n"), block("README.md", "latchkey restore")]
    {
        let new = fresh_folder("documents-restore");
        fs::copy(data.join("key-encryption-key"), new.join("key-encryption-key")).unwrap();
        let there = Machine { folder: &folder, data: &new };
        assert!(there.does(&place(restore)).contains("restored the backup of"));
        let over = there.does(&block("docs/backup.md", "latchkey restore latchkey.tar --replace"));
        assert!(over.contains("is kept as the database latchkey_before_"), "{over}");
    }
    fs::remove_file(folder.join("latchkey.tar")).unwrap();
    let again = here.does(&place(block("README.md", "latchkey backup")));
    assert!(again.contains("verified: "), "{again}");
}

/// Follows docs/command-line.md, a command after the other.
#[test]
fn documented_commands_of_the_command_line_are_understood() {
    let folder = fresh_folder("documents-command-line");
    let data = folder.join("data");
    let server = Running::start(latchkey(&data));
    let here = Machine { folder: &folder, data: &data };
    let (read, write) = (here.token("read-values"), here.token("write"));
    here.put("pass", "echo 'a password'");
    let docker = r#"{"kind":"Secret","apiVersion":"v1","metadata":{"name":"a","namespace":"b"},"type":"kubernetes.io/dockerconfigjson","stringData":{".dockerconfigjson":"{\"auths\":{\"quay.io\":{\"username\":\"u\",\"password\":\"p\"}}}"}}"#;
    fs::write(folder.join("list.json"), format!(r#"{{"kind":"List","apiVersion":"v1","items":[{docker}]}}"#))
        .unwrap();
    here.put(
        "kubectl",
        &format!("[ \"$1\" = get ] && exec cat {0}/list.json\nexec cat >{0}/applied", folder.display()),
    );
    fs::create_dir_all(folder.join(".ssh")).unwrap();
    fs::write(folder.join(".ssh/deploy_key"), KEY).unwrap();
    fs::write(folder.join("new-password"), "another password\n").unwrap();
    for folder in ["local", ".local/share/bash-completion/completions", ".zfunc", ".config/fish/completions"]
        .map(|name| folder.join(name))
    {
        fs::create_dir_all(folder).unwrap();
    }
    let url = server.url();
    let shell = |commands: &str| {
        let reads =
            [" list", " get", " value ", " manifest ", "ssh-add"].iter().any(|word| commands.contains(word));
        let token = if reads && !commands.contains(" import ") { &read } else { &write };
        here.shell(commands, &[("LATCHKEY_URL", &url), ("LATCHKEY_TOKEN", token)])
    };
    let add = "printf 'a password' | latchkey secret add quay --type image-pull --registry-host quay.io --username other";
    assert!(shell(add).status.success());

    let lines = block("docs/command-line.md", "latchkey secret list");
    let mut lines: Vec<&str> = lines.lines().filter(|line| !line.trim().is_empty()).collect();
    // What is added first is there for the others, and what is deleted is so in the end.
    let place = |line: &&str| (!line.contains("secret add"), line.contains("secret delete"));
    lines.sort_by_key(place);
    // The registry is not reached from here, the version is another by now or was never there, and nobody is asked without a
    // terminal.
    let may_fail = |line: &str| {
        ["secret test", "--version 3", "secret delete", "secret rollback", "secret destroy"]
            .iter()
            .any(|word| line.contains(word))
    };
    assert!(lines.len() > 15, "{lines:?}");
    for line in lines {
        let output = shell(line);
        let said = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code();
        assert!(code == Some(0) || matches!(code, Some(1 | 4)) && may_fail(line), "{line}\n{code:?} {said}");
    }
    let applied = fs::read_to_string(folder.join("applied")).unwrap();
    assert!(applied.contains("jobs") && applied.contains("image-hub"), "{applied}");
    assert!(
        fs::read_to_string(folder.join("key")).unwrap().starts_with("-----BEGIN OPENSSH PRIVATE KEY-----")
    );

    let import = shell(&block("docs/command-line.md", "kubectl get secret"));
    assert!(import.status.success(), "{}", String::from_utf8_lossy(&import.stderr));
    let local = format!("{}/local/", folder.display());
    here.does(&block("docs/command-line.md", "ln -s").replace("/usr/local/bin/", &local));
    assert!(folder.join("local/docker-credential-latchkey").exists());
    let ssh = block("docs/command-line.md", "latchkey ssh-add");
    let loaded = shell(&format!("ssh-agent bash -c '{} && ssh-add -l'", ssh.trim()));
    assert!(String::from_utf8_lossy(&loaded.stdout).contains("gitsync-secret-data"), "{loaded:?}");
    here.does(&block("docs/command-line.md", "latchkey completion"));
    assert!(fs::metadata(folder.join(".config/fish/completions/latchkey.fish")).unwrap().len() > 1_000);
}

/// Follows docs/expiry.md, a command after the other.
#[test]
fn documented_dates_of_secrets_are_set_and_found() {
    let folder = fresh_folder("documents-expiry");
    let data = folder.join("data");
    let server = Running::start(latchkey(&data));
    let here = Machine { folder: &folder, data: &data };
    let (read, write) = (here.token("read-metadata"), here.token("write"));
    let url = server.url();
    let at_portal = |commands: &str, token: &str| {
        here.does_with(commands, &[("LATCHKEY_URL", &url), ("LATCHKEY_TOKEN", token)])
    };
    at_portal(
        "printf 'a password' | latchkey secret add hub --type image-pull --registry-host quay.io --username robot",
        &write,
    );

    let block = block("docs/expiry.md", "latchkey secret edit");
    let (edits, lists): (Vec<&str>, Vec<&str>) = block.lines().partition(|line| line.contains(" edit "));
    let [set, stop, clear] = edits.as_slice() else { panic!("{edits:?}") };
    at_portal(set, &write);
    at_portal(stop, &write);
    let dated = at_portal("latchkey secret get image-hub", &read);
    assert!(dated.contains("2099-") && dated.contains("90"), "{dated}");
    assert_eq!(lists.len(), 3, "{lists:?}");
    for list in lists {
        let found = at_portal(list, &read);
        // Its end is far away, so that only the list that is sorted by it has it.
        assert_eq!(found.contains("image-hub"), list.contains("--sort"), "{list}\n{found}");
    }
    at_portal(clear, &write);
    let undated = at_portal("latchkey secret get image-hub", &read);
    assert!(!undated.contains("2099-"), "{undated}");
}
