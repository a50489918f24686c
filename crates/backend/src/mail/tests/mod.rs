//! Mail to a real server.

mod outbox;
mod people;
mod transport;
mod waiting;

use super::{MailConfig, MailFrom, SmtpServer, letter::Letter};
use crate::{
    TestConfig,
    connection_tests::{
        http::Http,
        outbound::Outbound,
        tests::peers::{Folder, run},
    },
};
use domain::sensitive::Sensitive;
use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use tls_trust::ExtraRoots;
use tokio::time::{sleep, timeout};

/// The account at the server.
pub(crate) const ACCOUNT: &str = "latchkey:SENTINEL/pass word";

/// A mail server of Python's aiosmtpd, which ends with the test.
pub(crate) struct SmtpPeer {
    pub(crate) port: u16,
    pub(crate) folder: Folder,
    arguments: Vec<String>,
    child: Child,
}

impl Drop for SmtpPeer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl SmtpPeer {
    /// Starts a server with these options; one with `--tls` has a certificate for 127.0.0.1.
    pub(crate) fn start(options: &[&str]) -> Self {
        let folder = Folder::new();
        fs::create_dir(folder.join("mails")).unwrap();
        let mut arguments: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        if options.contains(&"--tls") {
            let recipe = "req -x509 -nodes -subj /CN=127.0.0.1 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
                          -addext subjectAltName=IP:127.0.0.1 -keyout mail.key -out mail.pem";
            run(
                &folder.0,
                "openssl",
                "openssl",
                &recipe.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>(),
            );
            let path = |name: &str| folder.join(name).display().to_string();
            arguments.extend([
                "--certificate".to_owned(),
                path("mail.pem"),
                "--key".to_owned(),
                path("mail.key"),
            ]);
        }
        let (child, port) = spawn(&folder.join("mails"), &arguments);
        Self { port, folder, arguments, child }
    }

    /// Ends the server at once.
    pub(crate) fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts the server again, at the same port.
    pub(crate) fn start_again(&mut self) {
        let arguments = [&self.arguments[..], &["--port".to_owned(), self.port.to_string()]].concat();
        (self.child, self.port) = spawn(&self.folder.join("mails"), &arguments);
    }

    /// Returns the certificate of the server.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join("mail.pem")
    }

    /// Waits until the server has a mail to which it is slow to reply.
    pub(crate) async fn until_slow(&self) {
        let file = self.folder.join("mails").join("is-waiting");
        let there = async {
            while !file.exists() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(20), there).await.expect("the server has the mail");
    }

    /// Returns the mails that were taken, in their order.
    pub(crate) fn mails(&self) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(self.folder.join("mails")).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.retain(|name| name.extension().is_some_and(|extension| extension == "eml"));
        names.sort();
        names.iter().map(|name| fs::read_to_string(name).unwrap()).collect()
    }
}

/// Starts the script with the interpreter's packages where `scripts/setup` has put them.
fn spawn(mails: &Path, arguments: &[String]) -> (Child, u16) {
    let paths = env::var_os("PATH").unwrap();
    let tool = env::split_paths(&paths).map(|folder| folder.join("aiosmtpd")).find(|tool| tool.is_file());
    let packages = tool.expect("aiosmtpd is missing: run scripts/setup test");
    let packages = packages.parent().and_then(Path::parent).unwrap().join("aiosmtpd");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../end2end/support/smtp_server.py");
    let mut child = Command::new("python3")
        .env("PYTHONPATH", packages)
        .arg(script)
        .arg(mails)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().parse().expect("the mail server prints its port");
    (child, port)
}

/// Returns a configuration for a server at this address.
pub(crate) fn mail_config(url: &str) -> MailConfig {
    MailConfig {
        server: SmtpServer::parse(&Sensitive::new(url)).unwrap(),
        from: MailFrom::parse("Latchkey <latchkey@portal.example>").unwrap(),
        public_url: "https://portal.example".to_owned(),
    }
}

/// Returns an address with the account of the tests.
pub(crate) fn with_account(scheme: &str, port: u16, more: &str) -> String {
    let (user, password) = ACCOUNT.split_once(':').unwrap();
    let password = password.replace('/', "%2F").replace(' ', "%20");
    format!("{scheme}://{user}:{password}@127.0.0.1:{port}{more}")
}

/// Returns the client of outgoing connections, which trusts this certificate, too.
fn http(certificate: Option<&Path>) -> Http {
    let extra_roots = certificate.map(|path| ExtraRoots::read(path).unwrap()).unwrap_or_default();
    let config = TestConfig { extra_roots, ..TestConfig::default() };
    Http::new(&config, Outbound::new(&config, []))
}

fn letter() -> Letter {
    Letter { subject: "A test".to_owned(), text: "Hello\n.\nEnd".to_owned(), html: "<p>Hello</p>".to_owned() }
}
