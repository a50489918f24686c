//! From a text to the tree of what stands in it, JSON or YAML, within bounds. What the readers themselves would say of an
//! error may quote a value, so nothing of it but the line is kept.

use domain::{
    import::{ImportProblem, MAX_BYTES},
    sensitive::Sensitive,
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{DuplicateKeyPolicy, Error as YamlError, alias_limits, budget, options};
use std::{cell::Cell, fmt};

/// A Secret in a List is six deep.
const MAX_DEPTH: u8 = 16;

/// More than a hundred credentials need.
const MAX_NODES: usize = 20_000;

/// Whatever may stand in a document. Texts may be values, so all of them are kept as if they were.
pub(super) enum Node {
    Text(Sensitive),
    List(Vec<Node>),
    /// In the order of the document; no name stands twice.
    Map(Vec<(String, Node)>),
    /// Nothing, a number, a truth value: no credential is one.
    Other,
}

impl Node {
    /// The member of this name.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|(key, _)| key == name).map(|(_, node)| node)
    }

    /// The text under this name.
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

/// Reads one JSON document, or any number of YAML documents.
pub(super) fn documents(text: &Sensitive) -> Result<Vec<Node>, ImportProblem> {
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
    if text.trim_start().starts_with(['{', '[']) { Ok(vec![json(text)?]) } else { yaml(text) }
}

/// Reads one JSON document (RFC 8259).
pub(super) fn json(text: &str) -> Result<Node, ImportProblem> {
    let broken = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Seed { depth: MAX_DEPTH, broken: &broken }.deserialize(&mut reader);
    let node = read.and_then(|node| reader.end().map(|()| node));
    node.map_err(|error| {
        let line = u32::try_from(error.line()).unwrap_or(u32::MAX);
        match broken.get() {
            Some(Broken::Doubled) => ImportProblem::Doubled(line),
            Some(Broken::Deep) => ImportProblem::TooDeep,
            None => ImportProblem::Json(line),
        }
    })
}

fn yaml(text: &str) -> Result<Vec<Node>, ImportProblem> {
    let options = options! {
        budget: budget! {
            max_depth: usize::from(MAX_DEPTH),
            max_documents: 1_000,
            max_events: MAX_NODES * 2,
            max_nodes: MAX_NODES,
            max_aliases: 100,
            max_anchors: 100,
            max_recorded_anchor_events: MAX_NODES,
            max_recorded_anchor_bytes: MAX_BYTES * 2,
            max_total_scalar_bytes: MAX_BYTES * 2,
            max_merge_keys: 100,
        },
        alias_limits: alias_limits! {
            max_total_replayed_events: MAX_NODES,
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
            _ => ImportProblem::Yaml(line),
        }
    })
}

/// What went wrong, without where an alias led there.
fn innermost(error: &YamlError) -> &YamlError {
    match error {
        YamlError::AliasError { error, .. } => innermost(error),
        error => error.without_snippet(),
    }
}

/// Why a document is not taken that is well-formed.
#[derive(Clone, Copy)]
enum Broken {
    Doubled,
    Deep,
}

/// Reads a node that may be so deep.
#[derive(Clone, Copy)]
struct Seed<'a> {
    depth: u8,
    broken: &'a Cell<Option<Broken>>,
}

impl Seed<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(self.refuse(Broken::Deep)),
        }
    }

    fn refuse<E: Error>(self, why: Broken) -> E {
        self.broken.set(Some(why));
        E::custom("not taken")
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Seed { depth: MAX_DEPTH, broken: &Cell::new(None) }.deserialize(deserializer)
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

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a document")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(Sensitive::new(text)))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Node, E> {
        // Taken over, so that there is no copy which nobody overwrites.
        Ok(Node::Text(Sensitive::new(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element_seed(inner)? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        let mut members: Vec<(String, Node)> = Vec::new();
        let mut known = std::collections::HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if !known.insert(key.clone()) {
                return Err(self.refuse(Broken::Doubled));
            }
            members.push((key, map.next_value_seed(inner)?));
        }
        Ok(Node::Map(members))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Other)
    }
}
