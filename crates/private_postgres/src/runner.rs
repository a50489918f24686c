//! Running the programs: as another account if this process is root, and without its environment.

use crate::{
    process::{POLL_INTERVAL, end},
    programs::{PATH, Programs},
    stop::Stop,
};
use nix::{
    fcntl::{FcntlArg, FdFlag, fcntl},
    sys::{prctl, signal::Signal},
    unistd::User,
};
use std::{
    fs::File,
    io::{self, Write},
    os::{
        fd::{AsRawFd, BorrowedFd},
        unix::process::CommandExt,
    },
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

/// The name of the database and of its owner.
pub(crate) const DATABASE: &str = "latchkey";

/// The circumstances in which the programs run.
pub(crate) struct Runner<'a> {
    pub(crate) account: Option<&'a User>,
    pub(crate) entrance: &'a Arc<File>,
    pub(crate) stop: &'a Stop,
}

impl Runner<'_> {
    pub(crate) fn make_cluster(&self, programs: &Programs, log: &File) -> io::Result<()> {
        let folder = self.folder_argument();
        let mut initdb = self.command(&programs.initdb);
        initdb
            .args(["-D", &folder, "-U", DATABASE, "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"])
            .args(["--auth-local=trust", "--auth-host=reject", "--no-instructions"])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?);
        self.finish(initdb.spawn()?)?;
        let mut single = self.command(&programs.postgres);
        let mut child = single
            .args(["--single", "-D", &folder, "postgres"])
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?)
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            writeln!(input, "CREATE DATABASE {DATABASE}")?;
        }
        self.finish(child)
    }

    /// Waits until a program has done its work, or ends it if asked to stop.
    fn finish(&self, mut child: Child) -> io::Result<()> {
        loop {
            if let Some(status) = child.try_wait()? {
                return if status.success() { Ok(()) } else { Err(io::Error::other(status.to_string())) };
            }
            if self.stop.is_asked() {
                end(&mut child);
                return Err(io::Error::other("asked to stop"));
            }
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    pub(crate) fn server(&self, programs: &Programs, log: File) -> Command {
        let mut command = self.command(&programs.postgres);
        command.arg("-D").arg(self.folder_argument());
        for setting in [
            "listen_addresses=",
            "unix_socket_directories=.",
            "unix_socket_permissions=0700",
            "jit=off",
            "max_connections=100",
            "shared_buffers=128MB",
            // A failed statement may contain what people typed.
            "log_min_error_statement=panic",
            "log_error_verbosity=terse",
        ] {
            command.args(["-c", setting]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).process_group(0);
        command
    }

    /// Returns the folder's path through its open descriptor, which the child inherits, because the account may not enter the
    /// folders above, such as root's home.
    fn folder_argument(&self) -> String {
        format!("/proc/self/fd/{}", self.entrance.as_raw_fd())
    }

    #[expect(unsafe_code, reason = "the hook runs between fork and exec, and makes two system calls there")]
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        // Without our environment, which may contain keys.
        command.env_clear().env("PATH", PATH).env("LC_ALL", "C.UTF-8").current_dir("/");
        if let Some(account) = self.account {
            command.uid(account.uid.as_raw()).gid(account.gid.as_raw());
        }
        let entrance = self.entrance.as_raw_fd();
        // SAFETY: both calls are async-signal-safe, and the descriptor is open in the child.
        unsafe {
            command.pre_exec(move || {
                // If this process is killed, the server shuts down by itself.
                prctl::set_pdeathsig(Signal::SIGINT)?;
                fcntl(BorrowedFd::borrow_raw(entrance), FcntlArg::F_SETFD(FdFlag::empty()))?;
                Ok(())
            });
        }
        command
    }
}
