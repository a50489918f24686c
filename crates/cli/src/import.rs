//! `latchkey secret import`: the file is read here, by the rules of the page, and each credential is sent by itself.

use crate::{
    args::ImportArgs,
    body::Body,
    failure::{Failure, Outcome},
    http::{Api, parse},
    input,
    output::{print, print_exactly, table},
};
use api_types::WouldBeAdded;
use domain::{
    import::Note,
    secret::{Origins, SecretKind},
    sensitive::Sensitive,
};
use formats::imports::{self, Found};
use serde::Serialize;
use std::collections::{HashMap, hash_map::Entry};

/// The result for one thing found.
#[derive(Serialize)]
struct Row {
    name: String,
    r#type: &'static str,
    registry_host: Option<String>,
    username: Option<String>,
    /// The Kubernetes Secrets that it stood in, as namespace/name.
    places: Vec<String>,
    /// The repository that stood beside a key.
    repository: Option<String>,
    /// The id, if it was added.
    id: Option<String>,
    result: Fate,
    /// The reason why it was not added, and remarks.
    detail: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Fate {
    Added,
    WouldBeAdded,
    NotAdded,
    /// The portal would reject it.
    WouldNotBeAdded,
    /// The finding has no credential, or was not chosen.
    LeftOut,
}

impl Fate {
    fn label(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::WouldBeAdded => "would be added",
            Self::NotAdded => "not added",
            Self::WouldNotBeAdded => "would not be added",
            Self::LeftOut => "left out",
        }
    }
}

/// The credentials that would have been added before, by key or account.
#[derive(Default)]
struct Before(HashMap<(Option<String>, String), String>);

impl Before {
    /// Returns the name of the duplicate before this one, or notes this one as the first.
    fn duplicate(&mut self, entry: &Found, added: WouldBeAdded) -> Option<String> {
        let shared = match (added.key, &entry.username) {
            (Some(key), _) => (None, key.fingerprint),
            (None, Some(username)) => (entry.host.clone(), username.clone()),
            (None, None) => return None,
        };
        match self.0.entry(shared) {
            Entry::Occupied(first) => Some(first.get().clone()),
            Entry::Vacant(place) => {
                place.insert(added.id);
                None
            }
        }
    }
}

/// Adds what was chosen, one after the other; for a dry run, asks what adding each would result in, or without a portal goes by
/// the file alone.
///
/// Errors: the file has nothing to choose from, or something that was chosen was not added.
pub(super) async fn run(api: Option<&Api>, args: &ImportArgs) -> Outcome {
    let text = input::import(&args.file)?;
    let passphrase = args.passphrase_file.as_deref().map(input::value).transpose()?;
    let findings = imports::read(&text).map_err(|problem| Failure::new(problem.message()))?;
    let found = findings.entries;
    let usable = |name: &String| found.iter().any(|entry| entry.value.is_some() && entry.suggested == *name);
    if let Some(unknown) = args.only.iter().find(|name| !usable(name)) {
        return Err(Failure::new(format!(
            "there is no credential that would be named {unknown}; see --dry-run"
        )));
    }
    if api.is_none() {
        eprintln!(
            "No server was asked, so that names that are taken and secrets that hold the same are not told: LATCHKEY_URL \
             and LATCHKEY_TOKEN say where to ask."
        );
    }
    let mut importing =
        Importing { api, args, passphrase, before: Before::default(), stopped: None, told_older: false };
    let mut rows = Vec::with_capacity(found.len());
    for entry in &found {
        rows.push(importing.row(entry).await);
    }
    report(&rows, args.output.json)?;
    if let Some(skipped) = findings.skipped.message() {
        eprintln!("{skipped}");
    }
    if let Some(failure) = importing.stopped {
        let message = format!("{failure} Nothing more was sent.");
        return Err(Failure { message: message.into(), ..failure });
    }
    let failed = rows.iter().filter(|row| row.result == Fate::NotAdded).count();
    if failed > 0 {
        return Err(Failure::new(format!("{failed} not added; the others are as they are listed")));
    }
    let refused = rows.iter().filter(|row| row.result == Fate::WouldNotBeAdded).count();
    if refused > 0 {
        return Err(Failure::new(format!("{refused} would not be added; the others are as they are listed")));
    }
    if rows.iter().all(|row| row.result == Fate::LeftOut) {
        return Err(Failure::new("there is no credential in it that can be added"));
    }
    Ok(())
}

/// Returns the remarks on a thing found, with what is left out of it unless a flag asks for it.
fn detail(entry: &Found, args: &ImportArgs) -> String {
    let mut said: Vec<String> = entry.notes.iter().map(Note::message).collect();
    if entry.notes.iter().any(|note| matches!(note, Note::PasswordEnd(_))) {
        let how =
            if args.trim_passwords { "It is taken without." } else { "--trim-passwords takes it without." };
        said.push(how.to_owned());
    }
    if !entry.known_hosts.is_empty() && !args.trust_known_hosts {
        said.push(
            "Its known hosts are left out: look at them, and --trust-known-hosts takes them along."
                .to_owned(),
        );
    }
    said.join(" ")
}

/// The state of an import between one thing and the next.
struct Importing<'a> {
    api: Option<&'a Api>,
    args: &'a ImportArgs,
    passphrase: Option<Sensitive>,
    before: Before,
    /// The reason why nothing more is sent: the token is not valid for it.
    stopped: Option<Failure>,
    /// Whether the remark that the portal is older was printed.
    told_older: bool,
}

impl Importing<'_> {
    /// Adds what was chosen, or asks what adding it would result in.
    async fn row(&mut self, entry: &Found) -> Row {
        let args = self.args;
        let mut row = Row {
            name: entry.suggested.clone(),
            r#type: entry.kind.as_str(),
            registry_host: entry.host.clone(),
            username: entry.username.clone(),
            places: entry.places.clone(),
            repository: entry.repository.clone(),
            id: None,
            result: Fate::LeftOut,
            detail: detail(entry, args),
        };
        let chosen = args.only.is_empty() || args.only.contains(&entry.suggested);
        if !chosen || entry.value.is_none() {
            return row;
        }
        let refused = if args.dry_run { Fate::WouldNotBeAdded } else { Fate::NotAdded };
        if let Some(problem) = entry.key_problem(self.passphrase.as_ref()) {
            row.result = refused;
            row.detail = format!("{} --passphrase-file names a file with it.", problem.message());
            return row;
        }
        let Some(api) = self.api else {
            row.result = Fate::WouldBeAdded;
            return row;
        };
        if self.stopped.is_some() {
            row.result = refused;
            "It was not sent: the token is not good for one before it.".clone_into(&mut row.detail);
            return row;
        }
        match self.add(api, entry).await {
            Ok(added) if args.dry_run => {
                row.result = Fate::WouldBeAdded;
                // Saving one after the other, the portal would know the duplicate by then.
                if let Some(name) = self.before.duplicate(entry, added).filter(|_| !args.allow_duplicate) {
                    row.result = Fate::WouldNotBeAdded;
                    row.detail =
                        format!("{name}, in the same file, holds the same. --allow-duplicate adds both.");
                }
            }
            Ok(added) => (row.id, row.result) = (Some(added.id), Fate::Added),
            Err(failure) => {
                row.result = refused;
                row.detail = failure.message.replace("\n  ", " ");
                if failure.code == Failure::NOT_ALLOWED {
                    self.stopped = Some(failure);
                }
            }
        }
        row
    }

    async fn add(&mut self, api: &Api, entry: &Found) -> Result<WouldBeAdded, Failure> {
        let args = self.args;
        let display_name = entry.display_name();
        let body = Body {
            r#type: Some(entry.kind.as_str()),
            name: Some(&entry.suggested),
            display_name: Some(&display_name),
            registry_host: entry.host.as_deref(),
            username: entry.username.as_deref(),
            // The flags settle what to do with the ends of all passwords.
            password_ends: (entry.kind == SecretKind::ImagePull).then_some(if args.trim_passwords {
                "without"
            } else {
                "keep"
            }),
            repository: entry.repository.as_deref(),
            known_hosts: Some(&*entry.known_hosts)
                .filter(|hosts| args.trust_known_hosts && !hosts.is_empty()),
            passphrase: self.passphrase.as_ref().filter(|_| entry.needs_passphrase).map(Sensitive::expose),
            allow_duplicate: args.allow_duplicate,
            dry_run: args.dry_run,
            ..Body::default()
        };
        let plain = body.with_value(entry.kind, entry.value.as_ref());
        if entry.places.is_empty() || self.told_older {
            return parse(&api.add(&["secrets"], &plain.json()?).await?);
        }
        let told = Body {
            imported_from: &entry.places[..entry.places.len().min(Origins::MAX_PLACES)],
            imported_from_total: Some(entry.places.len()),
            ..plain
        };
        let (answer, older) = api.add_to_any(&["secrets"], &told.json()?, &plain.json()?).await?;
        if older {
            eprintln!("The portal is older than this command, and does not keep where secrets came from.");
            self.told_older = true;
        }
        parse(&answer)
    }
}

/// Returns the first of `total` places, and how many more there are.
pub(super) fn from_words(places: &[String], total: usize) -> String {
    match places {
        [] => String::new(),
        [place] if total <= 1 => place.clone(),
        [first, ..] => format!("{first} and {} more", total.max(places.len()) - 1),
    }
}

fn report(rows: &[Row], json: bool) -> Outcome {
    if json {
        return print(&serde_json::to_string(rows).map_err(|_| Failure::new("the list cannot be written"))?);
    }
    let mut lines = vec![["NAME", "TYPE", "HOST", "USERNAME", "FROM", "RESULT", "NOTE"].map(str::to_owned)];
    lines.extend(rows.iter().map(|row| {
        let told = |text: &Option<String>| text.clone().unwrap_or_default();
        let name = row.id.clone().unwrap_or_else(|| row.name.clone());
        let (host, username) = (told(&row.registry_host), told(&row.username));
        let from = from_words(&row.places, row.places.len());
        let result = row.result.label().to_owned();
        [name, row.r#type.to_owned(), host, username, from, result, row.detail.clone()]
    }));
    print_exactly(&table(&lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_words_counts_the_places_whatever_the_total() {
        let places = ["a/x", "b/x"].map(str::to_owned);
        assert_eq!(from_words(&places, 30), "a/x and 29 more");
        // A server with another idea of the total may answer so.
        for total in [0, 1, 2] {
            assert_eq!(from_words(&places, total), "a/x and 1 more", "{total}");
            assert_eq!(from_words(&places[..1], total.min(1)), "a/x");
        }
        assert_eq!(from_words(&[], 0), "");
    }
}
