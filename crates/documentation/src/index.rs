//! Reads the index of the documents.

use crate::render::resolved;
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

/// Documents that belong together.
#[derive(Debug, PartialEq, Eq)]
pub struct Group {
    pub title: String,
    pub entries: Vec<Entry>,
}

/// A document, as the index names it.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path in the repository, such as `docs/kubectl.md`.
    pub path: String,
    /// The last part of its address, such as `kubectl`.
    pub key: String,
    /// Its title in the index.
    pub title: String,
    /// Its purpose, in a few words.
    pub about: String,
}

impl Entry {
    /// Returns its path and its key.
    pub(crate) fn place(&self) -> (String, String) {
        (self.path.clone(), self.key.clone())
    }
}

/// Returns the groups of an index: the headings of level 2 that have a list with links to documents.
pub fn index(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let (mut heading, mut in_link, mut item) = (None, false, None);
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                heading = Some(level);
                if level == HeadingLevel::H2 {
                    groups.push(Group { title: String::new(), entries: Vec::new() });
                }
            }
            Event::End(TagEnd::Heading(_)) => heading = None,
            Event::Start(Tag::Item) => {
                item = Some(Entry {
                    path: String::new(),
                    key: String::new(),
                    title: String::new(),
                    about: String::new(),
                });
            }
            Event::End(TagEnd::Item) => {
                let found = item.take().filter(|entry: &Entry| !entry.path.is_empty());
                if let (Some(mut entry), Some(group)) = (found, groups.last_mut()) {
                    entry.about = entry.about.trim_start_matches(':').trim().into();
                    group.entries.push(entry);
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                if let Some(entry) = item.as_mut().filter(|entry| entry.path.is_empty()) {
                    in_link = true;
                    entry.path = resolved("docs/README.md", &dest_url).0;
                    entry.key = key(&entry.path);
                }
            }
            Event::End(TagEnd::Link) => in_link = false,
            Event::Text(text) | Event::Code(text) => match (&heading, &mut item, groups.last_mut()) {
                (Some(HeadingLevel::H2), _, Some(group)) => group.title.push_str(&text),
                (None, Some(entry), _) if in_link => entry.title.push_str(&text),
                (None, Some(entry), _) => entry.about.push_str(&text),
                _ => {}
            },
            Event::SoftBreak => {
                if let Some(entry) = item.as_mut() {
                    entry.about.push(' ');
                }
            }
            _ => {}
        }
    }
    groups.retain(|group| !group.entries.is_empty());
    groups
}

/// Returns the key of a document: the name of its file, in small letters.
fn key(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.trim_end_matches(".md").to_lowercase()
}
