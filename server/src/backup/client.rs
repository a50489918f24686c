//! Running PostgreSQL's own tools: without this process's environment, and with a password that no argument shows.

use super::failure::{Failure, Step};
use backend::BackupProblem;
use domain::sensitive::Sensitive;
use private_postgres::Tools;
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    process::{Child, Command, Stdio},
};

/// The most of a program's messages that is repeated, in bytes.
const MAX_SAID: u64 = 4_096;

/// The folder that a program is started in, as it names it itself.
const OWN_FOLDER: &str = "/proc/self/cwd";

/// The address of a database, with the tools that fit.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) tools: Tools,
    /// The variables of libpq.
    pub(super) environment: Vec<(&'static str, Sensitive)>,
}

/// A program that runs, and what it says.
struct Running {
    name: &'static str,
    child: Child,
    said: File,
}

impl Client {
    /// Runs `pg_dump` on a snapshot, and gives its output to `take`.
    pub(super) fn dump<T>(&self, snapshot: &str, take: impl FnOnce(&mut dyn Read) -> Step<T>) -> Step<T> {
        let mut command = self.command(&self.tools.pg_dump);
        command.args(["--format=custom", "--no-password", "--lock-wait-timeout=60s"]);
        command.arg(format!("--snapshot={snapshot}")).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut running = Running::start("pg_dump", command)?;
        let taken = match running.child.stdout.take() {
            Some(mut output) => take(&mut output),
            None => Err(Failure::new(BackupProblem::Dump, "pg_dump has no output")),
        };
        match taken {
            Ok(taken) => running.finish().map(|()| taken),
            // Nobody reads what the program would still write.
            Err(failure) => {
                running.end();
                Err(failure)
            }
        }
    }

    /// Restores a dump into this database, which has to be empty.
    pub(super) fn restore(&self, mut dump: impl Read) -> Step<()> {
        let database = self.environment.iter().find(|(name, _)| *name == "PGDATABASE");
        let database = database.map(|(_, name)| name.expose()).unwrap_or_default();
        let mut command = self.command(&self.tools.pg_restore);
        command.args(["--no-password", "--no-owner", "--no-privileges", "--no-comments"]);
        command.args(["--exit-on-error", "--single-transaction"]);
        command.arg(format!("--dbname=dbname='{}'", database.replace('\\', "\\\\").replace('\'', "\\'")));
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut running = Running::start("pg_restore", command)?;
        if let Some(mut input) = running.child.stdin.take() {
            match io::copy(&mut dump, &mut input).and_then(|_| input.flush()) {
                // The program has ended, and says why itself.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                Err(error) => {
                    running.end();
                    return Err(Failure::of_file(format!("the backup cannot be read: {error}")));
                }
                Ok(()) => {}
            }
        }
        running.finish()
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            // Neither a file with passwords nor one with services or certificates of somebody's home.
            .env("HOME", "/nonexistent")
            .env("PGCONNECT_TIMEOUT", "15");
        for (name, value) in &self.environment {
            let value = value.expose();
            if *name == "PGHOST" && value.starts_with('/') {
                // The folder may be known to this process alone, by a descriptor: the child enters it, and finds the socket there.
                command.current_dir(value).env(name, OWN_FOLDER);
            } else {
                command.env(name, value);
            }
        }
        command
    }
}

impl Running {
    fn start(name: &'static str, mut command: Command) -> Step<Self> {
        let failed = |error| Failure::new(BackupProblem::Tools, format!("{name} cannot be started: {error}"));
        let said = tempfile::tempfile().map_err(failed)?;
        let errors = said.try_clone().map_err(failed)?;
        let child = command.stderr(errors).spawn().map_err(failed)?;
        Ok(Self { name, child, said })
    }

    /// Waits for the program's end.
    ///
    /// Errors: it failed; with its own messages, without what they quote.
    fn finish(mut self) -> Step<()> {
        let status = self.child.wait();
        if status.is_ok_and(|status| status.success()) {
            return Ok(());
        }
        let mut said = Vec::new();
        // Without its words, it has failed all the same.
        let _ = self
            .said
            .seek(SeekFrom::Start(0))
            .and_then(|_| (&self.said).take(MAX_SAID).read_to_end(&mut said));
        let words = own_words(self.name, &String::from_utf8_lossy(&said))
            .replace(OWN_FOLDER, "the private PostgreSQL");
        Err(Failure::new(BackupProblem::Dump, format!("{} failed: {words}", self.name)))
    }

    /// Ends a program that is of no use any more.
    fn end(mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the messages that a program itself wrote. Lines that follow one quote statements and rows.
fn own_words(name: &str, said: &str) -> String {
    let lines: Vec<&str> = said
        .lines()
        .filter_map(|line| {
            let line = line.strip_prefix(name)?.strip_prefix(": ")?;
            Some(line.strip_prefix("error: ").unwrap_or(line))
        })
        .collect();
    if lines.is_empty() { "it says no reason".to_owned() } else { lines.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_has_the_password_in_its_environment_alone() {
        let client = Client {
            tools: Tools { pg_dump: "pg_dump".into(), pg_restore: "pg_restore".into(), major: 15 },
            environment: vec![
                ("PGPASSWORD", Sensitive::new("SENTINEL")),
                ("PGHOST", Sensitive::new("/proc/self/fd/9")),
            ],
        };
        let command = client.command(&client.tools.pg_dump);
        assert!(command.get_args().all(|argument| !argument.to_string_lossy().contains("SENTINEL")));
        let of =
            |name: &str| command.get_envs().find(|(other, _)| *other == name).and_then(|(_, value)| value);
        assert_eq!(of("PGPASSWORD").unwrap(), "SENTINEL");
        assert_eq!(of("PGHOST").unwrap(), "/proc/self/cwd");
        assert_eq!(command.get_current_dir(), Some(Path::new("/proc/self/fd/9")));
        assert!(!format!("{client:?}").contains("SENTINEL"));
    }

    #[test]
    fn own_words_leave_out_what_messages_quote() {
        let said = "pg_restore: while PROCESSING TOC:\npg_restore: error: COPY failed for table \"secrets\": ERROR:  bad\n\
                    DETAIL:  Key (name)=(SENTINEL) is there\nCONTEXT:  COPY secrets, line 1: \"SENTINEL\"\nCommand was: SENTINEL\n";
        let words = own_words("pg_restore", said);
        assert_eq!(words, "while PROCESSING TOC:; COPY failed for table \"secrets\": ERROR:  bad");
        assert_eq!(own_words("pg_dump", "SENTINEL"), "it says no reason");
    }
}
