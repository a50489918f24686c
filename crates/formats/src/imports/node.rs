//! Parses JSON or YAML into a tree, within limits. Each item of a list, such as the dump of a whole cluster,
//! is reduced to its findings as soon as it is parsed, so that at most one item is held as a tree. Of a
//! parser's error only the line is kept, because its text may quote a value.

use domain::{
    import::{ImportProblem, MAX_BYTES},
    sensitive::Sensitive,
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{DuplicateKeyPolicy, Error as YamlError, alias_limits, budget, options};
use std::{cell::Cell, fmt, marker::PhantomData};

/// The most places of findings, before equal ones are merged.
pub(super) const MAX_PLACES: usize = 50_000;

/// The deepest nesting: a Secret in a List has six levels; the API server's notes of who manages its fields
/// have more.
const MAX_DEPTH: u8 = 32;

/// The most nodes of one tree: enough for a Secret, or a docker config with some ten thousand registries.
const MAX_NODES: u32 = 100_000;

/// The most documents in one text, and the most nodes in all: more than real Secrets of that size have.
const MAX_DOCUMENTS: usize = 100_000;
const MAX_EVENTS: usize = 8_000_000;
const MAX_ALIAS_EVENTS: usize = 20_000;

/// A node of a document. Texts may be values, so all of them are kept as sensitive.
pub(super) enum Node {
    Text(Sensitive),
    /// A list within a tree, whose content is not kept because it is never a credential.
    List,
    /// The members in the order of the document; names are unique.
    Map(Vec<(String, Node)>),
    Number,
    /// Null or a truth value, which is never a credential.
    Other,
}

impl Node {
    /// Returns the member with this name.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|(key, _)| key == name).map(|(_, node)| node)
    }

    /// Returns the text with this name.
    pub(super) fn text(&self, name: &str) -> Option<&Sensitive> {
        match self.get(name) {
            Some(Self::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Map(members) => members,
            _ => &[],
        }
    }
}

/// The result to which an item of a list is reduced as soon as it is parsed.
pub(super) trait Item {
    fn of(node: Node) -> Self;

    /// Returns the number of places with findings in it.
    fn places(&self) -> usize;
}

/// A document: its tree without the items of its list.
pub(super) struct Document<T> {
    pub(super) top: Node,
    /// The reduced items: those of a map's `items`, or of a list.
    pub(super) items: Option<Vec<T>>,
}

/// Parses any number of documents: JSON, one after the other (JSON lines), or YAML.
pub(super) fn documents<T: Item>(text: &Sensitive) -> Result<Vec<Document<T>>, ImportProblem> {
    let text = text.expose();
    if text.len() > MAX_BYTES {
        return Err(ImportProblem::TooLarge);
    }
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(ImportProblem::Missing);
    }
    if text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(ImportProblem::Binary);
    }
    if !text.trim_start().starts_with(['{', '[']) {
        return yaml(text);
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut found = Vec::new();
    loop {
        let state = State::default();
        let read = Top { seed: Seed { depth: MAX_DEPTH, state: &state }, item: PhantomData }
            .deserialize(&mut reader);
        match read {
            Ok(document) => found.push(document),
            // JSON documents separated as in YAML.
            Err(_) if state.broken.get().is_none() && text.contains("\n---") => return yaml(text),
            Err(error) => return Err(problem_of(&error, &state)),
        }
        if reader.end().is_ok() {
            return Ok(found);
        }
        if found.len() >= MAX_DOCUMENTS {
            return Err(ImportProblem::TooDeep);
        }
    }
}

/// Parses one JSON document (RFC 8259).
pub(super) fn json(text: &str) -> Result<Node, ImportProblem> {
    let state = State::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Seed { depth: MAX_DEPTH, state: &state }.deserialize(&mut reader);
    let node = read.and_then(|node| reader.end().map(|()| node));
    node.map_err(|error| problem_of(&error, &state))
}

fn problem_of(error: &serde_json::Error, state: &State) -> ImportProblem {
    let line = u32::try_from(error.line()).unwrap_or(u32::MAX);
    match state.broken.get() {
        Some(Broken::Doubled) => ImportProblem::Doubled(line),
        Some(Broken::Deep) => ImportProblem::TooDeep,
        Some(Broken::Many) => ImportProblem::TooMany,
        None => ImportProblem::Json(line),
    }
}

fn yaml<T: Item>(text: &str) -> Result<Vec<Document<T>>, ImportProblem> {
    let options = options! {
        budget: budget! {
            max_depth: usize::from(MAX_DEPTH),
            max_documents: MAX_DOCUMENTS,
            max_events: MAX_EVENTS,
            max_nodes: MAX_EVENTS,
            max_aliases: 10_000,
            max_anchors: 10_000,
            max_recorded_anchor_events: MAX_ALIAS_EVENTS,
            max_recorded_anchor_bytes: MAX_ALIAS_EVENTS * 64,
            max_total_scalar_bytes: MAX_BYTES * 2,
            max_merge_keys: 100,
        },
        alias_limits: alias_limits! {
            max_total_replayed_events: MAX_ALIAS_EVENTS,
            max_replay_stack_depth: 8,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        with_snippet: false,
    };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|error| {
        let line = error.location().map_or(0, |place| u32::try_from(place.line()).unwrap_or(u32::MAX));
        match innermost(&error) {
            YamlError::DuplicateMappingKey { .. } => ImportProblem::Doubled(line),
            YamlError::Budget { .. }
            | YamlError::AliasReplayLimitExceeded { .. }
            | YamlError::AliasExpansionLimitExceeded { .. }
            | YamlError::AliasReplayStackDepthExceeded { .. } => ImportProblem::TooDeep,
            other if other.to_string().contains(NOT_TAKEN) => ImportProblem::TooDeep,
            other if other.to_string().contains(TOO_MANY) => ImportProblem::TooMany,
            _ => ImportProblem::Yaml(line),
        }
    })
}

/// Returns the error itself, without the aliases that led there.
fn innermost(error: &YamlError) -> &YamlError {
    match error {
        YamlError::AliasError { error, .. } => innermost(error),
        error => error.without_snippet(),
    }
}

/// The messages of our own visitors, by which their errors are recognized.
const NOT_TAKEN: &str = "latchkey does not take this";
const TOO_MANY: &str = "latchkey takes no more";

/// The reason for rejecting a well-formed document.
#[derive(Clone, Copy)]
enum Broken {
    Doubled,
    Deep,
    /// There are more places with findings than are accepted.
    Many,
}

/// Implements the visitor's methods for null, truth values and numbers.
macro_rules! scalars {
    ($answer:ty, $nothing:expr, $number:expr) => {
        fn visit_unit<E>(self) -> Result<$answer, E> {
            Ok($nothing)
        }

        fn visit_none<E>(self) -> Result<$answer, E> {
            Ok($nothing)
        }

        fn visit_bool<E>(self, _: bool) -> Result<$answer, E> {
            Ok($nothing)
        }

        fn visit_i64<E>(self, _: i64) -> Result<$answer, E> {
            Ok($number)
        }

        fn visit_u64<E>(self, _: u64) -> Result<$answer, E> {
            Ok($number)
        }

        fn visit_i128<E>(self, _: i128) -> Result<$answer, E> {
            Ok($number)
        }

        fn visit_u128<E>(self, _: u128) -> Result<$answer, E> {
            Ok($number)
        }

        fn visit_f64<E>(self, _: f64) -> Result<$answer, E> {
            Ok($number)
        }
    };
}

/// The state of parsing a document: its counts, and what is wrong with it.
#[derive(Default)]
struct State {
    broken: Cell<Option<Broken>>,
    /// The number of nodes of the current tree.
    nodes: Cell<u32>,
}

/// Parses a node with a limit on its depth.
#[derive(Clone, Copy)]
struct Seed<'a> {
    depth: u8,
    state: &'a State,
}

impl Seed<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(self.reject(Broken::Deep)),
        }
    }

    fn reject<E: Error>(self, why: Broken) -> E {
        self.state.broken.set(Some(why));
        E::custom(if matches!(why, Broken::Many) { TOO_MANY } else { NOT_TAKEN })
    }

    fn count<E: Error>(self) -> Result<(), E> {
        let nodes = self.state.nodes.get() + 1;
        self.state.nodes.set(nodes);
        if nodes > MAX_NODES { Err(self.reject(Broken::Deep)) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    scalars!(Node, Node::Other, Node::Number);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a document")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(Sensitive::new(text)))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Node, E> {
        // Moved, because a copy would not be overwritten.
        Ok(Node::Text(Sensitive::new(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        while list.next_element_seed(inner)?.is_some() {
            self.count()?;
        }
        Ok(Node::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        let mut members: Vec<(String, Node)> = Vec::new();
        let mut known = std::collections::HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if !known.insert(key.clone()) {
                return Err(self.reject(Broken::Doubled));
            }
            self.count()?;
            members.push((key, map.next_value_seed(inner)?));
        }
        Ok(Node::Map(members))
    }
}

/// Parses a document.
struct Top<'a, T> {
    seed: Seed<'a>,
    item: PhantomData<T>,
}

impl<'de, T: Item> Deserialize<'de> for Document<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let state = State::default();
        Top { seed: Seed { depth: MAX_DEPTH, state: &state }, item: PhantomData }.deserialize(deserializer)
    }
}

impl<'de, T: Item> DeserializeSeed<'de> for Top<'_, T> {
    type Value = Document<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Document<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Item> Visitor<'de> for Top<'_, T> {
    type Value = Document<T>;

    scalars!(
        Document<T>,
        Document { top: Node::Other, items: None },
        Document { top: Node::Number, items: None }
    );

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document<T>, A::Error> {
        let (seed, inner) = (self.seed, self.seed.deeper()?);
        let mut members: Vec<(String, Node)> = Vec::new();
        let mut known = std::collections::HashSet::new();
        let mut items = None;
        while let Some(key) = map.next_key::<String>()? {
            if !known.insert(key.clone()) {
                return Err(seed.reject(Broken::Doubled));
            }
            if key == "items" {
                let value = map.next_value_seed(Items { seed: inner, item: PhantomData })?;
                match value {
                    Listed::Items(found) => items = Some(found),
                    Listed::Node(node) => members.push((key, node)),
                }
            } else {
                seed.count()?;
                members.push((key, map.next_value_seed(inner)?));
            }
        }
        Ok(Document { top: Node::Map(members), items })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Document<T>, A::Error> {
        let items = read_items(self.seed.deeper()?, list)?;
        Ok(Document { top: Node::List, items: Some(items) })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Document<T>, E> {
        Ok(Document { top: self.seed.visit_str(text)?, items: None })
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Document<T>, E> {
        Ok(Document { top: self.seed.visit_string(text)?, items: None })
    }
}

/// The content of `items`: a list, or something else.
enum Listed<T> {
    Items(Vec<T>),
    Node(Node),
}

struct Items<'a, T> {
    seed: Seed<'a>,
    item: PhantomData<T>,
}

impl<'de, T: Item> DeserializeSeed<'de> for Items<'_, T> {
    type Value = Listed<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Listed<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Item> Visitor<'de> for Items<'_, T> {
    type Value = Listed<T>;

    scalars!(Listed<T>, Listed::Node(Node::Other), Listed::Node(Node::Number));

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Listed<T>, A::Error> {
        read_items(self.seed.deeper()?, list).map(Listed::Items)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Listed<T>, A::Error> {
        self.seed.visit_map(map).map(Listed::Node)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Listed<T>, E> {
        self.seed.visit_str(text).map(Listed::Node)
    }
}

/// Reads the items, each of which begins a tree of its own. Stops when there are too many findings.
fn read_items<'de, T: Item, A: SeqAccess<'de>>(inner: Seed<'_>, mut list: A) -> Result<Vec<T>, A::Error> {
    let (mut items, mut places) = (Vec::new(), 0);
    loop {
        inner.state.nodes.set(0);
        let Some(node) = list.next_element_seed(inner)? else { return Ok(items) };
        let item = T::of(node);
        places += item.places();
        if places > MAX_PLACES {
            return Err(inner.reject(Broken::Many));
        }
        items.push(item);
    }
}
