//! The manifest of a backup.

use backend::{ServerFacts, Snapshot};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The form of the files that this version writes.
pub(super) const FORMAT: u32 = 1;

/// The contents of a backup, for people and for restoring it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The form of the file.
    pub(super) format: u32,
    /// The version of Latchkey that made it.
    pub(super) version: String,
    /// The time at which it was made.
    pub(super) made_at: String,
    /// The newest migration of the database.
    pub(super) schema: i64,
    /// The version of PostgreSQL that held the database, and of the `pg_dump` that read it.
    pub(super) postgresql: String,
    pub(super) postgresql_major: u32,
    pub(super) pg_dump_major: u32,
    /// The key encryption keys that the database knows: values need theirs, and everything that is signed the active one.
    pub(super) keys: Vec<Key>,
    /// The number of rows of each table.
    pub(super) tables: BTreeMap<String, u64>,
}

/// A key encryption key, by its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) active: bool,
    /// The number of values that are sealed under it.
    pub(super) values: u64,
}

impl Manifest {
    pub(super) fn new(
        snapshot: &Snapshot,
        server: &ServerFacts,
        pg_dump_major: u32,
        made_at: String,
    ) -> Self {
        let key =
            |key: &backend::SnapshotKey| Key { id: key.id.clone(), active: key.active, values: key.values };
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            made_at,
            schema: snapshot.schema,
            postgresql: server.version.clone(),
            postgresql_major: server.major(),
            pg_dump_major,
            keys: snapshot.keys.iter().map(key).collect(),
            tables: snapshot.tables.iter().cloned().collect(),
        }
    }

    /// Returns the id of the key that signs; `None` if the portal never started with a key.
    pub(super) fn active_key(&self) -> Option<&str> {
        self.keys.iter().find(|key| key.active).map(|key| key.id.as_str())
    }

    /// Returns the ids of the keys without which something of the backup cannot be used.
    pub(super) fn needed_keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().filter(|key| key.active || key.values > 0).map(|key| key.id.as_str())
    }

    /// Returns the tables whose numbers of rows are others, in words; empty if all are equal.
    pub(super) fn differences(&self, counts: &[(String, u64)]) -> String {
        let found: BTreeMap<&str, u64> = counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        let expected: BTreeMap<&str, u64> =
            self.tables.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        let names: std::collections::BTreeSet<&str> = found.keys().chain(expected.keys()).copied().collect();
        let rows = |counts: &BTreeMap<&str, u64>, name: &str| match counts.get(name) {
            None => "no table".to_owned(),
            Some(1) => "1 row".to_owned(),
            Some(count) => format!("{count} rows"),
        };
        let differing = names.into_iter().filter(|name| found.get(name) != expected.get(name));
        differing
            .map(|name| {
                format!("{name} has {} and should have {}", rows(&found, name), rows(&expected, name))
            })
            .collect::<Vec<_>>()
            .join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_name_tables_with_other_counts() {
        let snapshot = Snapshot {
            name: String::new(),
            schema: 210,
            tables: vec![("a".to_owned(), 1), ("b".to_owned(), 2)],
            keys: Vec::new(),
        };
        let server = ServerFacts {
            number: 150_018,
            id: 5,
            version: "15.18".to_owned(),
            database: "latchkey".to_owned(),
            role: "latchkey".to_owned(),
            may_create_databases: true,
            is_owner: true,
            tables: Vec::new(),
        };
        let manifest = Manifest::new(&snapshot, &server, 15, String::new());
        assert_eq!(manifest.differences(&snapshot.tables), "");
        assert_eq!(
            manifest.differences(&[("b".to_owned(), 3)]),
            "a has no table and should have 1 row, b has 3 rows and should have 2 rows"
        );
        assert_eq!(manifest.active_key(), None);
    }
}
