//! Stored keys log in to a real server, with OpenSSH's own client.

use super::*;
use std::{
    collections::HashSet,
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Stdio},
};

/// An SSH server on loopback, which ends with the test.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Server {
    fn start(folder: &Path) -> Self {
        out(Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(folder.join("host")));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = folder.join("sshd_config");
        let path = folder.display();
        fs::write(
            &config,
            format!(
                "Port {port}\nListenAddress 127.0.0.1\nHostKey {path}/host\nPidFile none\nStrictModes no\nUsePAM no\n\
                 AuthorizedKeysFile {path}/authorized_keys\nPasswordAuthentication no\n\
                 PermitRootLogin forced-commands-only\nMaxStartups 100\n"
            ),
        )
        .unwrap();
        let program = ["/usr/sbin/sshd", "/usr/bin/sshd"].into_iter().find(|path| Path::new(path).exists());
        let program = program.expect("sshd is missing: apt-get install openssh-server");
        // As root, sshd needs this folder, empty and owned by root.
        drop(fs::create_dir_all("/run/sshd"));
        let mut child = Command::new(program)
            .args(["-D", "-e", "-f"])
            .arg(&config)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        assert!(first.contains("Server listening"), "{first}");
        // Drained, so that later output does not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, port }
    }
}

#[test]
fn stored_keys_of_every_form_log_in() {
    let folder = folder("log-in");
    let keys: Vec<(String, PathBuf, SshKeyFacts)> = good()
        .into_iter()
        .map(|key| {
            let read = read_text(&key.text, &key.passphrase).unwrap();
            (key.name.clone(), store(&folder, &key.name, &read), read.facts)
        })
        .collect();
    // Each key identifies itself by its forced command.
    let mut lines: Vec<String> = keys
        .iter()
        .map(|(_, _, facts)| {
            format!("restrict,command=\"echo in as {}\" {}", facts.fingerprint, facts.public_line())
        })
        .collect();
    lines.sort();
    lines.dedup();
    fs::write(folder.join("authorized_keys"), lines.join("\n") + "\n").unwrap();
    let server = Server::start(&folder);
    // Equal stored forms of one key log in once.
    let mut tried = HashSet::new();
    for (name, file, facts) in &keys {
        if !tried.insert(fs::read(file).unwrap()) {
            continue;
        }
        assert_eq!(log_in(&server, file), Ok(format!("in as {}\n", facts.fingerprint)), "{name}");
    }
    // An unknown key is rejected, so the key is what counts.
    let stranger = generate(NewSshKeyKind::Ed25519, "stranger", &seed()).unwrap();
    let file = store(&folder, "stranger", &stranger);
    assert!(log_in(&server, &file).unwrap_err().contains("Permission denied"));
}

fn log_in(server: &Server, key: &Path) -> Result<String, String> {
    let user = out(Command::new("id").arg("-un"));
    let output = run(Command::new("ssh")
        .args(["-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"])
        .args([
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "ConnectTimeout=10",
            // A server that is silent for a minute ends the test, however many keys there are.
            "-o",
            "ServerAliveInterval=20",
        ])
        .args(["-p", &server.port.to_string(), "-i"])
        .arg(key)
        .arg(format!("{}@127.0.0.1", user.trim_end()))
        .stdin(Stdio::null()));
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}
