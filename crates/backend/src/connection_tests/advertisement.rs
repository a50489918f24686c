//! Parses the refs that `git-upload-pack` begins with, in packets with a length prefix (gitprotocol-common(5)).

use domain::{connection_test::Refs, usage::Branch};

/// The number of refs at which counting stops, and reading too unless a branch is looked for: a server that lists more
/// has accepted the key.
const MAX_REFS: u32 = 20_000;

/// The number of lines at which looking for a branch stops.
const MAX_LINES: u32 = 500_000;

/// The maximum length of a branch name that is shown, in characters.
const MAX_BRANCH: usize = 200;

/// The next step after the data that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    More,
    Done,
    /// The server says why it refuses.
    Refused,
    /// The data is not Git's protocol.
    NotGit,
}

/// The result of looking for the branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Yes,
    No,
    /// There is a tag with this name.
    Tag,
    /// No branch was looked for, and HEAD names none that exists.
    NoDefault,
    /// There are more refs than are read.
    Unknown,
}

/// The part of the advertisement that was read so far.
#[expect(clippy::struct_excessive_bools, reason = "each notes one thing that was seen")]
#[derive(Debug, Default)]
pub(super) struct Advertisement {
    /// An incomplete packet, at most 64 KiB by its own length.
    rest: Vec<u8>,
    branch: Option<String>,
    count: u32,
    more: bool,
    begun: bool,
    /// The branch that is looked for, without `refs/heads/`, until it is found.
    wanted: Option<Vec<u8>>,
    looked: bool,
    tag: bool,
    /// Whether HEAD leads to a commit: only then the server lists it.
    head: bool,
    lines: u32,
}

impl Advertisement {
    /// Returns a parser that looks for this branch, if any.
    pub(super) fn looking_for(branch: Option<&Branch>) -> Self {
        let wanted = branch.map(|branch| branch.as_str().as_bytes().to_vec());
        Self { looked: wanted.is_some(), wanted, ..Self::default() }
    }

    /// Returns whether there are refs and HEAD names none of them. HEAD comes first, so the first line decides.
    fn headless(&self) -> bool {
        !self.head && self.count > 0
    }

    /// Returns whether the branch was found; to be called when everything is read.
    pub(super) fn found(&self) -> Found {
        match self.wanted {
            None if self.headless() && !self.looked => Found::NoDefault,
            None => Found::Yes,
            Some(_) if self.lines >= MAX_LINES => Found::Unknown,
            Some(_) if self.tag => Found::Tag,
            Some(_) => Found::No,
        }
    }

    /// Parses the next piece of data.
    pub(super) fn feed(&mut self, data: &[u8]) -> Reading {
        self.rest.extend_from_slice(data);
        let mut from = 0;
        let reading = loop {
            let Some(head) = self.rest.get(from..from + 4) else { break Reading::More };
            let length = std::str::from_utf8(head).ok().and_then(|hex| usize::from_str_radix(hex, 16).ok());
            match length {
                Some(0) => break Reading::Done,
                Some(length @ 5..) => {
                    let Some(packet) = self.rest.get(from + 4..from + length) else { break Reading::More };
                    let packet = packet.strip_suffix(b"\n").unwrap_or(packet).to_vec();
                    from += length;
                    match self.line(&packet) {
                        Reading::More => {}
                        reading => break reading,
                    }
                }
                _ => break Reading::NotGit,
            }
        };
        self.rest.drain(..from);
        reading
    }

    /// Parses a packet: `id name`, and in the first also the server's capabilities after a NUL.
    fn line(&mut self, packet: &[u8]) -> Reading {
        if packet.starts_with(b"ERR ") {
            return Reading::Refused;
        }
        if !self.begun && packet == b"version 1" {
            return Reading::More;
        }
        let (line, abilities) = match packet.iter().position(|byte| *byte == 0) {
            Some(at) if !self.begun => (&packet[..at], &packet[at + 1..]),
            _ => (packet, &[][..]),
        };
        // An id is 40 digits of SHA-1, or 64 of SHA-256.
        let id = line.iter().position(|byte| *byte == b' ').unwrap_or_default();
        let (id, name) = (&line[..id], line.get(id + 1..).unwrap_or_default());
        // The shallow boundary of a repository, after its refs.
        if self.begun && id == b"shallow" {
            return Reading::More;
        }
        if !matches!(id.len(), 40 | 64) || !id.iter().all(u8::is_ascii_hexdigit) {
            return Reading::NotGit;
        }
        if !self.begun {
            self.begun = true;
            let head =
                abilities.split(|byte| *byte == b' ').find_map(|word| word.strip_prefix(b"symref=HEAD:"));
            self.branch = head.map(shown);
        }
        self.head |= name == b"HEAD";
        let is = |start: &[u8]| self.wanted.is_some() && name.strip_prefix(start) == self.wanted.as_deref();
        let (found, tag) = (is(b"refs/heads/"), is(b"refs/tags/"));
        self.tag |= tag;
        self.wanted.take_if(|_| found);
        self.lines += 1;
        // HEAD is another name for one of the refs, a peeled tag repeats one, and an empty repository has none.
        if name != b"HEAD" && !name.ends_with(b"^{}") && !self.more {
            self.count += 1;
        }
        self.more = self.count >= MAX_REFS;
        if self.more && (self.wanted.is_none() || self.lines >= MAX_LINES) {
            return Reading::Done;
        }
        Reading::More
    }
}

/// Returns a branch as people call it, without characters that could disturb a page, because whoever runs the server
/// chose the name.
fn shown(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name.strip_prefix(b"refs/heads/").unwrap_or(name)).into_owned();
    let disturbing = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    name.chars().filter(|c| !disturbing(*c)).take(MAX_BRANCH).collect()
}

impl From<Advertisement> for Refs {
    fn from(read: Advertisement) -> Self {
        let headless = read.headless();
        Self { branch: read.branch.filter(|_| !headless), count: read.count, exact: !read.more, headless }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn packet(text: &str) -> String {
        format!("{:04x}{text}", text.len() + 4)
    }

    /// Returns the refs, which must be the same in whatever pieces they arrive.
    fn refs(text: &str) -> Option<Refs> {
        let in_pieces = |size: usize| -> Option<Refs> {
            let mut read = Advertisement::default();
            let pieces = text.as_bytes().chunks(size);
            let end = pieces.map(|piece| read.feed(piece)).find(|reading| *reading != Reading::More);
            (end == Some(Reading::Done)).then(|| read.into())
        };
        let whole = in_pieces(text.len());
        for size in 1..text.len() {
            assert_eq!(in_pieces(size), whole, "in pieces of {size}");
        }
        whole
    }

    #[test]
    fn feed_counts_refs() {
        let whole = [
            packet(&format!("{ID} HEAD\0multi_ack symref=HEAD:refs/heads/main agent=git/2\n")),
            packet(&format!("{ID} refs/heads/main\n")),
            packet(&format!("{ID} refs/tags/v1\n")),
            packet(&format!("{ID} refs/tags/v1^{{}}\n")),
            "0000".to_owned(),
        ];
        let found = refs(&whole.concat()).unwrap();
        assert_eq!(found, Refs { branch: Some("main".to_owned()), count: 2, exact: true, headless: false });
        let empty = packet(&format!("{} capabilities^{{}}\0agent=git/2\n", "0".repeat(40))) + "0000";
        assert_eq!(refs(&empty), Some(Refs { branch: None, count: 0, exact: true, headless: false }));
        let versioned = packet("version 1\n") + &packet(&format!("{ID} refs/heads/x\0\n")) + "0000";
        assert_eq!(refs(&versioned).unwrap().count, 1);
    }

    #[test]
    fn found_matches_branch_by_whole_name() {
        let looked_for = |branch: &str, refs: &[&str]| {
            let mut read = Advertisement::looking_for(Branch::parse(branch).unwrap().as_ref());
            let mut text = packet(&format!("{ID} HEAD\0symref=HEAD:refs/heads/main\n"));
            text.extend(refs.iter().map(|name| packet(&format!("{ID} {name}\n"))));
            assert_eq!(read.feed((text + "0000").as_bytes()), Reading::Done);
            read.found()
        };
        let refs = ["refs/heads/main", "refs/heads/fix/a", "refs/tags/v1", "refs/tags/v1^{}"];
        for (branch, found) in [
            ("", Found::Yes),
            ("main", Found::Yes),
            ("fix/a", Found::Yes),
            ("fix", Found::No),
            ("mai", Found::No),
            ("Main", Found::No),
            ("v1", Found::Tag),
            ("HEAD", Found::No),
        ] {
            assert_eq!(looked_for(branch, &refs), found, "{branch}");
        }
        assert_eq!(looked_for("main", &[]), Found::No);
    }

    #[test]
    fn found_reports_head_that_leads_nowhere() {
        let read = |branch: &str, lines: &[&str]| {
            let mut read = Advertisement::looking_for(Branch::parse(branch).unwrap().as_ref());
            let text: Vec<_> = lines.iter().map(|line| packet(&format!("{ID} {line}\n"))).collect();
            assert_eq!(read.feed((text.concat() + "0000").as_bytes()), Reading::Done);
            (read.found(), Refs::from(read))
        };
        let (found, refs) = read("", &["refs/heads/main\0agent=git/2"]);
        assert_eq!((found, refs.headless, refs.branch), (Found::NoDefault, true, None));
        assert_eq!(read("main", &["refs/heads/main\0agent=git/2"]).0, Found::Yes);
        // A HEAD at a commit without a branch can be cloned all the same.
        let (found, refs) = read("", &["HEAD\0agent=git/2", "refs/heads/main"]);
        assert_eq!((found, refs.headless, refs.branch), (Found::Yes, false, None));
    }

    /// The branch may come after very many others; if there are too many, the result is unknown.
    #[test]
    fn found_looks_for_branch_beyond_counted_refs() {
        let changes = |count: u32| (0..count).map(|n| packet(&format!("{ID} refs/changes/{n}\n")));
        let main = packet(&format!("{ID} refs/heads/main\n"));
        let looked_for = |count: u32| {
            let mut read = Advertisement::looking_for(Branch::parse("main").unwrap().as_ref());
            let ends = changes(count).chain([main.clone()]).map(|packet| read.feed(packet.as_bytes()));
            let end = ends.into_iter().find(|reading| *reading != Reading::More);
            assert_eq!(end, Some(Reading::Done));
            (read.found(), Refs::from(read))
        };
        let most = Refs { branch: None, count: MAX_REFS, exact: false, headless: true };
        assert_eq!(looked_for(MAX_REFS + 5), (Found::Yes, most.clone()));
        assert_eq!(looked_for(MAX_LINES), (Found::Unknown, most));
    }

    #[test]
    fn feed_rejects_other_protocols() {
        let feed = |text: &str| Advertisement::default().feed(text.as_bytes());
        assert_eq!(feed("SSH says hello"), Reading::NotGit);
        assert_eq!(feed("Welcome\n"), Reading::NotGit);
        assert_eq!(feed("0003"), Reading::NotGit);
        assert_eq!(feed(&packet("hello")), Reading::NotGit);
        assert_eq!(feed(&packet("ERR Repository not found.")), Reading::Refused);
        assert_eq!(feed("00"), Reading::More);
    }

    #[test]
    fn feed_ends_at_limit() {
        let mut read = Advertisement::default();
        let line = packet(&format!("{ID} refs/heads/x\0\n"));
        let count = (0..100_000).take_while(|_| read.feed(line.as_bytes()) == Reading::More).count();
        assert_eq!(count, 19_999);
        assert!(!Refs::from(read).exact);
    }

    #[test]
    fn shown_removes_disturbing_characters() {
        assert_eq!(shown("refs/heads/a\u{202e}\n\u{1b}[1m<b>é".as_bytes()), "a[1m<b>é");
        assert_eq!(shown(&[b'x'; 500]).len(), 200);
    }
}
