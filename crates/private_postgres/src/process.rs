//! The server's process: whether it is ready, how it ends, and what it said last.

use crate::error::StartError;
use nix::{sys::signal::Signal, unistd::Pid};
use std::{
    fs,
    path::Path,
    process::Child,
    time::{Duration, Instant},
};

/// How long the server may take to start: recovery after a crash may replay much.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// How long the server may take to write everything out and end, and then to end without that.
const SHUTDOWN_STEPS: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(10)),
    (Signal::SIGQUIT, Duration::from_secs(2)),
    (Signal::SIGKILL, Duration::from_secs(2)),
];

/// How often to look whether a program is ready or has ended.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Waits until the server says that it is ready; returns false where it does not in time.
///
/// Errors: those of `alive`, which is asked meanwhile.
pub(crate) fn wait(
    folder: &Path,
    id: Option<u32>,
    mut alive: impl FnMut() -> Result<(), StartError>,
) -> Result<bool, StartError> {
    let began = Instant::now();
    while began.elapsed() < START_TIMEOUT {
        if is_ready(folder, id) {
            return Ok(true);
        }
        alive()?;
        std::thread::sleep(POLL_INTERVAL);
    }
    Ok(false)
}

/// Returns whether a server is ready: that of this process id, or any. The first line of the file is the id, which tells a
/// server that is starting from what one that was killed has left; the eighth says what it is doing.
pub(crate) fn is_ready(folder: &Path, id: Option<u32>) -> bool {
    let state = fs::read_to_string(folder.join("postmaster.pid")).unwrap_or_default();
    let mut lines = state.lines();
    let of = lines.next().and_then(|line| line.trim().parse().ok());
    let is_it = id.is_none_or(|id| of == Some(id));
    is_it && lines.nth(6).is_some_and(|line| line.trim() == "ready")
}

/// Ends a server that an earlier process left behind, as after `kill -9`. The lock says that nobody uses it.
///
/// Errors: those of `go_on`, which is asked meanwhile.
pub(crate) fn end_orphan(
    folder: &Path,
    go_on: impl Fn() -> Result<(), StartError>,
) -> Result<(), StartError> {
    let pid_file = folder.join("postmaster.pid");
    let Some(pid) = fs::read_to_string(&pid_file)
        .ok()
        .and_then(|text| text.lines().next()?.trim().parse::<i32>().ok())
        .filter(|pid| is_postgres(*pid))
    else {
        return Ok(());
    };
    tracing::warn!(pid, "ending a PostgreSQL that was left behind in the data folder");
    let began = Instant::now();
    while is_postgres(pid) && began.elapsed() < START_TIMEOUT {
        // An error means that it has ended already.
        let _ = nix::sys::signal::kill(Pid::from_raw(pid), Signal::SIGINT);
        go_on()?;
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn is_postgres(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "postgres")
}

/// Ends the server by a fast shutdown: sessions are cut, everything is written. One that hangs is killed in the end, which loses nothing
/// that was told as done: it is in the log that is replayed at the next start.
pub(crate) fn end(child: &mut Child) {
    for (signal, patience) in SHUTDOWN_STEPS {
        let Ok(pid) = i32::try_from(child.id()) else { return };
        // An error means that it has ended already.
        let _ = nix::sys::signal::kill(Pid::from_raw(pid), signal);
        let began = Instant::now();
        while began.elapsed() < patience {
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(POLL_INTERVAL);
        }
    }
}

/// Returns the last lines of PostgreSQL's log.
pub(crate) fn tail(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}
