//! A message, as the compiler sees it.

use std::collections::BTreeMap;

/// The messages of a language, by id.
pub(crate) type Messages = BTreeMap<String, Message>;

/// A message of one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// The id, as in the file.
    pub(crate) id: String,
    /// The file, relative to the folder of the catalogue.
    pub(crate) file: String,
    /// The line, from 1 on.
    pub(crate) line: usize,
    /// The parts of the text, in their order.
    pub(crate) pieces: Vec<Piece>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text as it is.
    Text(String),
    /// A tag without an attribute, as it is.
    Tag(&'static str),
    /// The tag that begins a link, to the address with this name.
    Link(String),
    /// The placeholder with this name.
    Placeholder(String),
    /// The placeholder with this name, which is a number.
    Number(String),
    /// The placeholder with this name, which is markup, so that the whole message is.
    Markup(String),
    /// Other parts for each plural category of a number.
    Plural {
        /// The name of the number.
        of: String,
        /// The parts for numbers that have some of their own.
        exactly: Vec<(u64, Vec<Piece>)>,
        /// The parts for each category but `other`.
        categories: Vec<(&'static str, Vec<Piece>)>,
        /// The parts for all other numbers.
        other: Vec<Piece>,
    },
}

/// The kind of a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A text.
    Text,
    /// A number, which is grouped by thousands, and may select a plural form.
    Number,
    /// The address of a link.
    Address,
}

impl Message {
    /// Returns the placeholders with their kinds, by name. A number is one if it selects a form anywhere.
    pub(crate) fn placeholders(&self) -> BTreeMap<String, Kind> {
        let mut found = BTreeMap::new();
        walk(&self.pieces, &mut |piece| {
            let (name, kind) = match piece {
                Piece::Placeholder(name) | Piece::Markup(name) => (name, Kind::Text),
                Piece::Link(name) => (name, Kind::Address),
                Piece::Number(of) | Piece::Plural { of, .. } => (of, Kind::Number),
                Piece::Text(_) | Piece::Tag(_) => return,
            };
            let known = found.entry(name.clone()).or_insert(kind);
            *known = (*known).max(kind);
        });
        found
    }

    /// Returns the tags, each once, and `MARKUP`. A message without any is plain text.
    pub(crate) fn tags(&self) -> Vec<&'static str> {
        let mut found = Vec::new();
        walk(&self.pieces, &mut |piece| match piece {
            Piece::Tag(tag) => found.push(*tag),
            Piece::Link(_) => found.push("<a>"),
            Piece::Markup(_) => found.push("MARKUP"),
            _ => {}
        });
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Calls the function for each piece, and those within it.
fn walk(pieces: &[Piece], call: &mut impl FnMut(&Piece)) {
    for piece in pieces {
        call(piece);
        if let Piece::Plural { exactly, categories, other, .. } = piece {
            for (_, case) in exactly {
                walk(case, call);
            }
            for (_, case) in categories {
                walk(case, call);
            }
            walk(other, call);
        }
    }
}
