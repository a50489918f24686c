//! The known hosts of imported keys, cut to as many as a secret keeps.

use domain::connection_test::KnownHosts;
use std::{collections::HashSet, sync::Arc};

/// The longest file that is read, in bytes: the size limit of a Kubernetes Secret.
const MAX_READ_BYTES: usize = 1024 * 1024;

/// The known hosts that are kept.
pub(super) struct Fitting {
    pub(super) text: String,
    /// Whether some were left out.
    pub(super) cut: bool,
}

/// A line that is not a line of known hosts.
#[derive(Debug)]
pub(super) struct Unreadable;

/// Returns the known hosts of a file, without repetitions. If there are too many, it keeps the first ones and
/// all that revoke a key; nothing, if those alone are too many or the file is longer than any Secret.
///
/// Errors: a line that cannot stand in such a file.
pub(super) fn fitting(text: &str) -> Result<Fitting, Unreadable> {
    #[cfg(test)]
    super::tests::KNOWN_HOSTS_READ.with(|count| count.set(count.get() + 1));
    // Revoked keys may stand anywhere in the file, so no part of it is enough.
    if text.len() > MAX_READ_BYTES {
        return Ok(Fitting { text: String::new(), cut: true });
    }
    let (mut revoked, mut others, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for line in text.lines() {
        // Parsed line by line, because all lines together may be too long.
        let line = KnownHosts::parse(line, "").map_err(|_| Unreadable)?.as_str().to_owned();
        if line.is_empty() || !seen.insert(line.clone()) {
            continue;
        }
        if line.starts_with("@revoked") { revoked.push(line) } else { others.push(line) }
    }
    Ok(first(&revoked, &others))
}

/// Merges known hosts of several places, each a result of [`fitting`].
pub(super) fn together(texts: &[Arc<str>]) -> Fitting {
    let mut seen = HashSet::new();
    let lines = texts.iter().flat_map(|text| text.split_inclusive('\n')).filter(|line| seen.insert(*line));
    let (revoked, others): (Vec<_>, Vec<_>) =
        lines.map(str::to_owned).partition(|line| line.starts_with("@revoked"));
    first(&revoked, &others)
}

fn first(revoked: &[String], others: &[String]) -> Fitting {
    let length = |lines: &[String]| lines.iter().map(String::len).sum::<usize>();
    let total = length(revoked) + length(others);
    if length(revoked) > KnownHosts::MAX_BYTES {
        return Fitting { text: String::new(), cut: true };
    }
    let mut text = revoked.concat();
    for line in others {
        if text.len() + line.len() > KnownHosts::MAX_BYTES {
            return Fitting { text, cut: true };
        }
        text.push_str(line);
    }
    Fitting { cut: text.len() < total, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    fn lines(hosts: std::ops::Range<usize>, marker: &str) -> String {
        hosts.fold(String::new(), |text, n| text + &format!("{marker}h{n} ssh-ed25519 {KEY} a comment\n"))
    }

    #[test]
    fn fitting_keeps_the_first_hosts_and_every_revoked_key_where_there_are_too_many() {
        let Fitting { text, cut } = fitting(&lines(0..3, "")).unwrap();
        assert_eq!((text.lines().count(), cut), (3, false));
        let many = format!("{}# a comment\n{}", lines(0..2_000, ""), lines(5_000..5_010, "@revoked "));
        let Fitting { text, cut } = fitting(&many).unwrap();
        let known = KnownHosts::parse(&text, "").unwrap();
        assert!(cut && text.len() > KnownHosts::MAX_BYTES - 200);
        assert_eq!(known.revoked().count(), 10);
        assert_eq!(known.lines().next().map(|(hosts, ..)| hosts), Some("h0"));
        // Nothing is kept if some revoked keys would be missing.
        let Fitting { text, cut } = fitting(&lines(0..2_000, "@revoked ")).unwrap();
        assert!(cut && text.is_empty());
        assert!(fitting("h ssh-ed25519\n").is_err());
        // A file longer than any Secret is not read.
        let Fitting { text, cut } = fitting(&"# a comment\n".repeat(100_000)).unwrap();
        assert!(cut && text.is_empty());
    }

    #[test]
    fn together_keeps_each_line_once_and_says_what_is_left_out() {
        let read = |hosts| Arc::<str>::from(fitting(&lines(hosts, "")).unwrap().text);
        let [a, b] = [read(0..200), read(100..300)];
        let Fitting { text, cut } = together(&[a.clone(), b.clone(), a.clone()]);
        assert_eq!((text.lines().count(), cut), (300, false));
        let c = read(300..600);
        let Fitting { text, cut } = together(&[a, b, c]);
        assert!(cut && KnownHosts::parse(&text, "").is_ok());
    }
}
