//! Tests of reading files: by tables, by properties, and against the programs that write them.

mod oracle;
mod properties;
mod reading;
mod round_trip;

use super::{Findings, Found, read};
use domain::{import::ImportProblem, sensitive::Sensitive};

thread_local! {
    /// The number of keys that were parsed.
    pub(super) static KEYS_READ: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    /// The number of times that known hosts were read.
    pub(super) static KNOWN_HOSTS_READ: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// A key made for these tests; it opens nothing.
const KEY: &str = include_str!("../../../backend/src/secrets/seed_key");

fn found(text: &str) -> Vec<Found> {
    findings(text).entries
}

fn findings(text: &str) -> Findings {
    read(&Sensitive::new(text)).unwrap_or_else(|problem| panic!("{problem:?}"))
}

fn problem(text: &str) -> ImportProblem {
    read(&Sensitive::new(text)).err().expect("nothing is found")
}

/// Returns host, username, password and the codes of the notes.
fn told(entry: &Found) -> (String, String, String, String) {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let value = entry.value.as_ref().map_or(String::new(), |value| value.expose().to_owned());
    let notes: Vec<_> = entry.notes.iter().map(domain::import::Note::code).collect();
    (text(&entry.host), text(&entry.username), value, notes.join(" "))
}

fn all_told(text: &str) -> Vec<(String, String, String, String)> {
    found(text).iter().map(told).collect()
}

fn row(host: &str, username: &str, value: &str, notes: &str) -> (String, String, String, String) {
    (host.to_owned(), username.to_owned(), value.to_owned(), notes.to_owned())
}
