//! The keys of hosts that a secret trusts, in the form of a `known_hosts` file.

use super::TargetProblem;
use crate::invisible::trimmed;
use std::{
    collections::HashSet,
    hash::{Hash, Hasher},
};

/// Lines of a `known_hosts` file (sshd(8), "`SSH_KNOWN_HOSTS` FILE FORMAT"), one key each. Comments, blank lines and
/// duplicates are removed; lines that are of no use here are kept, so that a file stays whole on its way to a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownHosts(String);

/// The types of host keys that are trusted, each with the beginning of such a key: its own name in base64.
const HOST_KEY_TYPES: [(&str, &str); 5] = [
    ("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5"),
    ("ssh-rsa", "AAAAB3NzaC1yc2E"),
    ("ecdsa-sha2-nistp256", "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY"),
    ("ecdsa-sha2-nistp384", "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQ"),
    ("ecdsa-sha2-nistp521", "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjE"),
];

const CERT_AUTHORITY: &str = "@cert-authority";
const REVOKED: &str = "@revoked";

/// The reason why a line of known hosts is not used.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Unused {
    /// The key of an authority that signs host keys.
    Authority,
    /// A key in a hardware token.
    HardwareKey,
    /// DSA, which OpenSSH no longer accepts.
    Dsa,
    /// A certificate in the place of a key.
    Certificate,
    /// A key of version 1 of SSH.
    FirstProtocol,
    /// An unknown type of key.
    OtherType,
}

impl Unused {
    /// Describes the contents of the line, to follow its host.
    pub fn description(self) -> &'static str {
        match self {
            Self::Authority => "a certificate authority",
            Self::HardwareKey => "a key in a hardware token",
            Self::Dsa => "a DSA key",
            Self::Certificate => "a certificate",
            Self::FirstProtocol => "a key of SSH 1",
            Self::OtherType => "a type of key that is not known here",
        }
    }
}

/// A line of known hosts that is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedLine {
    /// The hosts that the line is for; `None` if they are hashed.
    pub hosts: Option<String>,
    /// The reason why it is not used.
    pub why: Unused,
}

/// The words of a line, without the comment.
#[derive(Clone, Copy)]
struct Line<'a> {
    sort: Sort,
    hosts: &'a str,
    kind: &'a str,
    key: &'a str,
    /// The modulus, only in lines of SSH 1.
    last: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Trusted,
    Revoked,
    Unused(Unused),
}

/// A problem with a line.
enum LineProblem {
    Form,
    Port,
}

impl<'a> Line<'a> {
    /// Parses a line that is neither blank nor a comment.
    fn parse(line: &'a str) -> Result<Self, LineProblem> {
        let mut words = line.split_ascii_whitespace().peekable();
        let marker = words.next_if(|word| word.starts_with('@'));
        let mut word = || words.next().unwrap_or_default();
        let (hosts, kind, key, last) = (word(), word(), word(), word());
        let digits = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        if line.contains(|c: char| c.is_control() && c != '\t') {
            return Err(LineProblem::Form);
        }
        if marker.is_none() && [kind, key, last].into_iter().all(digits) {
            return Ok(Self { sort: Sort::Unused(Unused::FirstProtocol), hosts, kind, key, last });
        }
        let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-@.+".contains(&byte);
        let in_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
        // Every key begins with the length of its own type's name, which is less than 256.
        let begins = HOST_KEY_TYPES.iter().find(|(name, _)| *name == kind).map_or("AAAA", |(_, start)| start);
        let good = kind.bytes().all(in_name)
            && key.starts_with(begins)
            && key.bytes().all(in_base64)
            && key.len().is_multiple_of(4);
        let used = HOST_KEY_TYPES.iter().any(|(name, _)| *name == kind);
        let sort = match (marker, used) {
            (_, _) if !good => return Err(LineProblem::Form),
            (Some(CERT_AUTHORITY), _) => Sort::Unused(Unused::Authority),
            (None, true) => Sort::Trusted,
            (Some(REVOKED), true) => Sort::Revoked,
            (None | Some(REVOKED), false) => Sort::Unused(why_unused(kind)),
            (Some(_), _) => return Err(LineProblem::Form),
        };
        if hosts.split(',').any(is_port_without_brackets) {
            return Err(LineProblem::Port);
        }
        Ok(Self { sort, hosts, kind, key, last: "" })
    }

    fn marker(self) -> &'static str {
        match self.sort {
            Sort::Revoked => REVOKED,
            Sort::Unused(Unused::Authority) => CERT_AUTHORITY,
            _ => "",
        }
    }

    /// Returns the words that two lines with the same meaning have in common.
    fn identity(self) -> Identity<'a> {
        Identity([self.marker(), self.hosts, self.kind, self.key, self.last])
    }
}

/// The words of a line, by whose hash the same line is found again, so that no line is compared with all before.
#[derive(Clone, Copy)]
struct Identity<'a>([&'a str; 5]);

impl PartialEq for Identity<'_> {
    fn eq(&self, other: &Self) -> bool {
        #[cfg(test)]
        tests::COMPARED.with(|bytes| bytes.set(bytes.get() + self.0.concat().len()));
        self.0 == other.0
    }
}

impl Eq for Identity<'_> {}

impl Hash for Identity<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

fn why_unused(kind: &str) -> Unused {
    match kind {
        kind if kind.contains("-cert-") => Unused::Certificate,
        kind if kind.starts_with("sk-") => Unused::HardwareKey,
        "ssh-dss" => Unused::Dsa,
        _ => Unused::OtherType,
    }
}

/// Returns whether the pattern is `host:2222`, by which OpenSSH finds nothing. More than one colon makes an IPv6 address.
fn is_port_without_brackets(pattern: &str) -> bool {
    match pattern.trim_start_matches('!').split_once(':') {
        Some((host, port)) => {
            !host.starts_with(['[', '|'])
                && !port.is_empty()
                && port.bytes().all(|byte| byte.is_ascii_digit())
        }
        None => false,
    }
}

impl KnownHosts {
    /// The maximum length, in bytes.
    pub const MAX_BYTES: usize = 32 * 1024;

    /// Parses pasted lines, and adds approved ones. Takes linear time, and ends as soon as more than `MAX_BYTES` would be
    /// kept.
    ///
    /// Errors: the number of the first invalid line.
    pub fn parse(pasted: &str, approved: &str) -> Result<Self, TargetProblem> {
        let mut text = String::new();
        let mut seen = HashSet::new();
        for (number, line) in (1..).zip(pasted.lines()).chain((1..).zip(approved.lines())) {
            let line = trimmed(line);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let line = Line::parse(line).map_err(|problem| match problem {
                LineProblem::Form => TargetProblem::KnownHostsLine(number),
                LineProblem::Port => TargetProblem::KnownHostsPort(number),
            })?;
            if seen.insert(line.identity()) {
                for word in line.identity().0.into_iter().filter(|word| !word.is_empty()) {
                    text.push_str(word);
                    text.push(' ');
                }
                text.pop();
                text.push('\n');
            }
            if text.len() > Self::MAX_BYTES {
                return Err(TargetProblem::KnownHostsTooLong);
            }
        }
        Ok(Self(text))
    }

    /// Returns stored lines, which `parse` has accepted. Lines that a later rule rejects are not used, and do not affect
    /// others.
    pub fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Adds approved lines.
    ///
    /// Errors: as `parse`, for the lines that are added.
    pub fn with(&self, approved: &str) -> Result<Self, TargetProblem> {
        let more = Self::parse("", approved)?;
        let seen: HashSet<&str> = self.0.lines().collect();
        let mut text = self.0.clone();
        for line in more.0.lines().filter(|line| !seen.contains(line)) {
            text.push_str(line);
            text.push('\n');
        }
        if text.len() > Self::MAX_BYTES { Err(TargetProblem::KnownHostsTooLong) } else { Ok(Self(text)) }
    }

    /// Returns the text; empty if no host is trusted.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns hosts, type and key of each line that trusts a key.
    pub fn lines(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.of(Sort::Trusted)
    }

    /// Returns hosts, type and key of each line that revokes a key.
    pub fn revoked(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.of(Sort::Revoked)
    }

    /// Returns the lines that are not used.
    pub fn unused(&self) -> impl Iterator<Item = UnusedLine> {
        self.parsed().filter_map(|line| match line.sort {
            Sort::Unused(why) => {
                let hosts = (!line.hosts.starts_with('|')).then(|| line.hosts.to_owned());
                Some(UnusedLine { hosts, why })
            }
            _ => None,
        })
    }

    fn of(&self, sort: Sort) -> impl Iterator<Item = (&str, &str, &str)> {
        self.parsed().filter(move |line| line.sort == sort).map(|line| (line.hosts, line.kind, line.key))
    }

    fn parsed(&self) -> impl Iterator<Item = Line<'_>> {
        self.0.lines().filter_map(|line| Line::parse(line).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    thread_local! {
        /// The number of bytes of lines that were compared with other lines.
        pub(super) static COMPARED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    #[test]
    fn known_hosts_parse_compares_no_more_bytes_than_were_typed() {
        let line = |number: usize| format!("h{number} ssh-rsa AAAAB3NzaC1yc2E=\n");
        let distinct = |count: usize| (0..count).map(line).collect::<String>();
        // The shortest possible lines: some 9,000 of them fit into a form.
        for (text, fits) in [(distinct(400), true), (distinct(7_000), false), (line(7).repeat(8_000), true)] {
            COMPARED.with(|bytes| bytes.set(0));
            assert_eq!(KnownHosts::parse(&text, "").is_ok(), fits);
            let compared = COMPARED.with(std::cell::Cell::get);
            assert!(compared <= text.len(), "{compared} bytes compared of {}", text.len());
        }
    }

    #[test]
    fn parse_drops_comments_and_duplicates() {
        let pasted = format!("# github\r\n\r\n github.com,1.2.3.4  ssh-ed25519\t{KEY} a comment\r\n");
        let approved =
            format!("|1|c2FsdA==|aGFzaA== ssh-ed25519 {KEY}\ngithub.com,1.2.3.4 ssh-ed25519 {KEY}");
        let known = KnownHosts::parse(&pasted, &approved).unwrap();
        let hosts: Vec<_> = known.lines().map(|(hosts, ..)| hosts).collect();
        assert_eq!(hosts, ["github.com,1.2.3.4", "|1|c2FsdA==|aGFzaA=="]);
        let added = KnownHosts::parse(&pasted, "").unwrap().with(&approved);
        assert_eq!(added.as_ref(), Ok(&known));
        assert_eq!(KnownHosts::stored("old:22 kept\n").with(&approved).unwrap().lines().count(), 2);
        let full = KnownHosts::stored(&"x".repeat(KnownHosts::MAX_BYTES));
        assert_eq!(full.as_str().len(), KnownHosts::MAX_BYTES);
        assert_eq!(full.with(&approved), Err(TargetProblem::KnownHostsTooLong));
        assert_eq!(KnownHosts::parse(known.as_str(), ""), Ok(known));
        assert_eq!(KnownHosts::parse(" \n# nothing\n", ""), Ok(KnownHosts::default()));
        let many = (0..500).map(|n| format!("h{n} ssh-ed25519 {KEY}\n")).collect::<Vec<_>>().concat();
        assert_eq!(KnownHosts::parse(&many, ""), Err(TargetProblem::KnownHostsTooLong));
    }

    #[test]
    fn parse_names_the_number_of_an_invalid_line() {
        for text in [
            "github.com",
            &format!("ssh-ed25519 {KEY}"),
            &format!("github.com ssh-rsa {KEY}"),
            &format!("@authority *.x ssh-ed25519 {KEY}"),
            &format!("@cert-authority ssh-ed25519 {KEY}"),
            &format!("github.com ssh-ed25519 {KEY}x"),
            &format!("github.com ssh-ed25519 {KEY}\u{7}"),
            "host sk-ssh-ed25519@openssh.com nonsense",
            "host 1024 35",
            "-----BEGIN OPENSSH PRIVATE KEY-----",
        ] {
            assert_eq!(KnownHosts::parse(text, ""), Err(TargetProblem::KnownHostsLine(1)), "{text}");
            let third = format!("# comment\n\n{text}\n");
            let problem = KnownHosts::parse(&third, "").unwrap_err();
            assert_eq!(problem, TargetProblem::KnownHostsLine(3), "{text}");
            assert!(problem.message().contains("Line 3 "), "{}", problem.message());
            assert_eq!(KnownHosts::stored(text).lines().count(), 0, "{text}");
        }
    }

    /// A file that OpenSSH and people have kept for years.
    #[test]
    fn parse_keeps_unused_lines_and_names_them() {
        let text = format!(
            "\u{feff}git.corp ssh-ed25519 {KEY}\n\
             @cert-authority *.corp ssh-ed25519 {KEY} ca\n\
             @revoked old.corp ssh-ed25519 {KEY}\n\
             @revoked old.corp ssh-dss AAAAB3NzaC1kc3MAAACB\n\
             token.corp sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t\n\
             |1|c2FsdA==|aGFzaA== ssh-dss AAAAB3NzaC1kc3MAAACB\n\
             signed.corp ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t\n\
             first.corp 1024 35 1234567890 root@first\n\
             future.corp ssh-mldsa-44@openssh.com AAAAGHNzaC1tbGRz\n\
             git.corp ssh-ed25519 {KEY} once more\n"
        );
        let known = KnownHosts::parse(&text, "").unwrap();
        let hosts =
            |lines: Vec<(&str, &str, &str)>| lines.iter().map(|line| line.0.to_owned()).collect::<Vec<_>>();
        assert_eq!(hosts(known.lines().collect()), ["git.corp"]);
        assert_eq!(hosts(known.revoked().collect()), ["old.corp"]);
        let unused: Vec<_> = known.unused().map(|line| (line.hosts, line.why)).collect();
        let named = |host: &str, why| (Some(host.to_owned()), why);
        assert_eq!(
            unused,
            [
                named("*.corp", Unused::Authority),
                named("old.corp", Unused::Dsa),
                named("token.corp", Unused::HardwareKey),
                (None, Unused::Dsa),
                named("signed.corp", Unused::Certificate),
                named("first.corp", Unused::FirstProtocol),
                named("future.corp", Unused::OtherType),
            ]
        );
        assert_eq!(known.as_str().lines().count(), 9, "{}", known.as_str());
        assert_eq!(KnownHosts::parse(known.as_str(), known.as_str()), Ok(known));
    }

    #[test]
    fn parse_names_the_line_of_a_port_without_brackets() {
        for hosts in ["git.corp:2222", "a,git.corp:22", "!git.corp:2222,*"] {
            let text = format!("a ssh-ed25519 {KEY}\n{hosts} ssh-ed25519 {KEY}");
            let problem = KnownHosts::parse(&text, "").unwrap_err();
            assert_eq!(problem, TargetProblem::KnownHostsPort(2), "{hosts}");
            assert!(problem.message().contains("Line 2 ") && problem.message().contains("]:2222"));
        }
        for hosts in ["[git.corp]:2222", "2001:db8::1", "::1", "[::1]:2222", "fe80::1:22"] {
            let text = format!("{hosts} ssh-ed25519 {KEY}");
            assert!(KnownHosts::parse(&text, "").is_ok(), "{hosts}");
        }
    }

    proptest! {
        #[test]
        fn parse_of_damaged_lines_never_panics_and_is_idempotent(at in any::<prop::sample::Index>(), c in any::<char>()) {
            let good = format!(
                "# a\ngit.corp,!x.corp,*.corp ssh-ed25519 {KEY} b\r\n|1|c2FsdA==|aGFzaA== ssh-ed25519 {KEY}\n\
                 @revoked a ssh-ed25519 {KEY}\nh 1024 35 12345\n"
            );
            let mut text = good.clone();
            let place = at.index(good.len());
            text.replace_range(place..=place, c.encode_utf8(&mut [0; 4]));
            for (pasted, approved) in [(&text, ""), (&good, text.as_str())] {
                if let Ok(known) = KnownHosts::parse(pasted, approved) {
                    prop_assert_eq!(KnownHosts::parse(known.as_str(), ""), Ok(known.clone()));
                }
            }
        }

        #[test]
        fn parse_never_panics(text in any::<String>(), other in "[a-z@:/\\[\\]|.~ -]{0,30}") {
            for text in [&text, &other] {
                drop(KnownHosts::parse(text, text));
                KnownHosts::stored(text).unused().for_each(drop);
            }
        }
    }
}
