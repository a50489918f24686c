//! The server's process: whether it is ready, how it ends, and its last log lines.

use crate::error::StartError;
use nix::{sys::signal::Signal, unistd::Pid};
use std::{
    fs,
    path::Path,
    process::Child,
    time::{Duration, Instant},
};

/// The longest time that the server may take to start, because recovery after a crash may replay much.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// The signals that end the server, and how long each may take: to flush everything and end, and then to end without that.
const SHUTDOWN_STEPS: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(10)),
    (Signal::SIGQUIT, Duration::from_secs(2)),
    (Signal::SIGKILL, Duration::from_secs(2)),
];

/// The interval at which a program is checked to be ready or to have ended.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Waits until the server is ready; returns false if it times out.
///
/// Errors: those of `alive`, which is called meanwhile.
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

/// Returns whether a server is ready: the one with this process id, or any. The first line of the file is the id, which tells
/// a starting server from the remains of a killed one; the eighth is its state.
pub(crate) fn is_ready(folder: &Path, id: Option<u32>) -> bool {
    let state = fs::read_to_string(folder.join("postmaster.pid")).unwrap_or_default();
    let mut lines = state.lines();
    let of = lines.next().and_then(|line| line.trim().parse().ok());
    let is_it = id.is_none_or(|id| of == Some(id));
    is_it && lines.nth(6).is_some_and(|line| line.trim() == "ready")
}

/// Ends a server that an earlier process left behind, as after `kill -9`. The lock proves that nobody uses it.
///
/// Errors: those of `go_on`, which is called meanwhile.
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

/// Ends the server by a fast shutdown: sessions are cut, everything is flushed. A server that hangs is killed in the end,
/// which loses nothing that was committed, because that is in the log that is replayed at the next start.
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

/// Returns the last lines of PostgreSQL's log, in which the folder is named as people know it: the programs got it as a descriptor.
pub(crate) fn tail(path: &Path, folder: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(8)..].join("\n");
    let mut parts = last.split(DESCRIPTORS);
    let mut named = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        named.push_str(&folder.display().to_string());
        named.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    named
}

/// The beginning of the path of an open descriptor.
const DESCRIPTORS: &str = "/proc/self/fd/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tail_names_the_folder_and_no_descriptor() {
        let log = std::env::temp_dir().join(format!("latchkey-log-{}", std::process::id()));
        fs::write(&log, "first\nFATAL: \"/proc/self/fd/12/x\" and \"/proc/self/fd/7\"\n").unwrap();
        let said = tail(&log, Path::new("/data/postgres"));
        assert_eq!(said, "first\nFATAL: \"/data/postgres/x\" and \"/data/postgres\"");
        fs::remove_file(log).unwrap();
    }
}
