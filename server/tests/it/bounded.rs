//! Waits within a limit for what a process prints and for its end, so that a regression fails instead of
//! hanging.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{
        Mutex, PoisonError,
        mpsc::{self, Receiver},
    },
    time::{Duration, Instant},
};

/// The longest time that anything may take: far more than on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(90);

/// The lines of an output, read by a thread so that the writer never blocks.
pub(crate) struct Lines(Mutex<Receiver<String>>);

impl Lines {
    pub(crate) fn of(output: impl Read + Send + 'static) -> Self {
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // The receiver is gone once the test has what it wanted; the rest still has to be drained
                // from the pipe.
                let _ = send.send(line);
            }
        });
        Self(Mutex::new(receive))
    }

    fn next(&self, limit: Duration) -> Result<String, mpsc::RecvTimeoutError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(limit)
    }

    /// Waits for the first line for which `wanted` returns something.
    pub(crate) fn find<T>(&self, wanted: impl Fn(&str) -> Option<T>) -> T {
        let (until, mut seen) = (Instant::now() + LIMIT, Vec::new());
        loop {
            match self.next(until.saturating_duration_since(Instant::now())) {
                Ok(line) => match wanted(&line) {
                    Some(found) => return found,
                    None => seen.push(line),
                },
                Err(error) => panic!("the process did not say it ({error}), but this:\n{}", seen.join("\n")),
            }
        }
    }

    /// Waits for the end of the output, and returns the lines that are left.
    pub(crate) fn rest(&self) -> Vec<String> {
        let (until, mut lines) = (Instant::now() + LIMIT, Vec::new());
        loop {
            match self.next(until.saturating_duration_since(Instant::now())) {
                Ok(line) => lines.push(line),
                Err(mpsc::RecvTimeoutError::Disconnected) => return lines,
                Err(error) => panic!("the output does not end ({error}):\n{}", lines.join("\n")),
            }
        }
    }
}

/// Waits until the process ends; kills it after the limit, and fails the test.
pub(crate) fn ended(child: &mut Child) -> ExitStatus {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if began.elapsed() > LIMIT {
            drop(child.kill());
            drop(child.wait());
            panic!("the process does not end");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Runs a command to its end.
pub(crate) fn output(command: &mut Command) -> Output {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let read = |mut pipe: Box<dyn Read + Send>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            drop(pipe.read_to_end(&mut bytes));
            bytes
        })
    };
    let stdout = read(Box::new(child.stdout.take().unwrap()));
    let stderr = read(Box::new(child.stderr.take().unwrap()));
    let status = ended(&mut child);
    Output { status, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

/// Sends the process a signal.
pub(crate) fn signal(child: &Child, name: &str) {
    assert!(output(Command::new("kill").args([name, &child.id().to_string()])).status.success());
}
