//! Facts about a database.

/// The beginning of the names of scratch databases.
pub const SCRATCH: &str = "latchkey_scratch_";

/// The properties of the database and of the role there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFacts {
    /// The version of PostgreSQL as a number, such as 150018.
    pub number: u32,
    /// The version of PostgreSQL as text, such as 15.18.
    pub version: String,
    /// The number of the database on its server, which no other database has.
    pub id: u32,
    /// The name of the database.
    pub database: String,
    /// The name of the role.
    pub role: String,
    /// Whether the role may create databases.
    pub may_create_databases: bool,
    /// Whether the role owns the database.
    pub is_owner: bool,
    /// The names of its tables.
    pub tables: Vec<String>,
}

impl ServerFacts {
    /// Returns the major version of PostgreSQL.
    pub fn major(&self) -> u32 {
        self.number / 10_000
    }

    /// Returns whether there is a portal's database, or nothing at all.
    pub fn is_ours_or_empty(&self) -> bool {
        let has = |name: &str| self.tables.iter().any(|table| table == name);
        self.tables.is_empty() || has("_sqlx_migrations") && has("key_encryption_keys") && has("secrets")
    }
}

/// The contents of the database at one moment, which `pg_dump` sees as long as the connection is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The name of the snapshot, for `pg_dump`.
    pub name: String,
    /// The newest applied migration.
    pub schema: i64,
    /// The number of rows of each table.
    pub tables: Vec<(String, u64)>,
    /// The key encryption keys that are known to it.
    pub keys: Vec<SnapshotKey>,
}

/// A key encryption key that the database knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotKey {
    /// The id, 16 hexadecimal digits.
    pub id: String,
    /// Whether new values are sealed under it.
    pub active: bool,
    /// The number of values that are sealed under it.
    pub values: u64,
}
