//! Several secrets, selected for one operation on all of them.

use super::SecretId;
use std::collections::BTreeMap;

/// At least one secret and at most 100, each once, in the order of their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection(Vec<SecretId>);

impl Selection {
    /// The name of each id in forms and addresses.
    pub const PARAM: &str = "id";

    /// The maximum number of secrets: the rows of the longest page of the list.
    pub const MAX: usize = 100;

    /// Selects the secrets with these ids; `None` for no id or too many.
    pub fn of(ids: impl IntoIterator<Item = SecretId>) -> Option<Self> {
        let sorted: BTreeMap<String, SecretId> = ids.into_iter().map(|id| (id.to_string(), id)).collect();
        (1..=Self::MAX).contains(&sorted.len()).then(|| Self(sorted.into_values().collect()))
    }

    /// Parses the values that a form sent under `PARAM`; `None` also if a text is not an id, because nobody may guess which
    /// secret was meant to be deleted.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        Self::of(texts.into_iter().map(SecretId::parse).collect::<Option<Vec<_>>>()?)
    }

    /// Parses the query of an address in the same way.
    pub fn parse_query(query: &str) -> Option<Self> {
        // The characters of ids have no special meaning in a query, so nothing is decoded.
        Self::parse(
            query
                .split('&')
                .filter_map(|pair| pair.strip_prefix(Self::PARAM))
                .filter_map(|id| id.strip_prefix('=')),
        )
    }

    /// Returns the ids.
    pub fn ids(&self) -> &[SecretId] {
        &self.0
    }

    /// Returns the number in words: "1 secret", "3 secrets".
    pub fn count_words(&self) -> String {
        match self.0.len() {
            1 => "1 secret".to_owned(),
            count => format!("{count} secrets"),
        }
    }

    /// Returns the text that must be typed before secrets in use are deleted.
    pub fn confirmation(&self) -> String {
        match self.0.as_slice() {
            [id] => id.name.as_str().to_owned(),
            _ => format!("delete {}", self.count_words()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selection_parse_query_rejects_invalid_ids() {
        let read = Selection::parse_query("id=image-b&list=q%3Da&id=gitsync-secret-a&id=image-b").unwrap();
        let ids: Vec<String> = read.ids().iter().map(ToString::to_string).collect();
        assert_eq!(ids, ["gitsync-secret-a", "image-b"]);
        for query in ["", "id=", "id", "list=image-a", "id=image-a&id=x", "id=image-A", "ids=image-a"] {
            assert_eq!(Selection::parse_query(query), None, "{query}");
        }
    }

    #[test]
    fn selection_of_rejects_none_and_too_many() {
        let many = |count: usize| {
            Selection::of((0..count).map(|number| SecretId::parse(&format!("image-{number}")).unwrap()))
        };
        assert!(many(0).is_none() && many(Selection::MAX).is_some() && many(Selection::MAX + 1).is_none());
        assert_eq!(many(1).unwrap().confirmation(), "0");
        assert_eq!(many(3).unwrap().confirmation(), "delete 3 secrets");
    }
}
