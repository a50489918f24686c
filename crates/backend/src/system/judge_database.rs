//! From what the database says to findings: pure functions.

use super::{
    facts::Surroundings,
    finding::{Check, Finding},
};
use crate::db::{DatabaseFacts, MigrationFact, MigrationState};
use domain::time::Timestamp;

/// The oldest version of PostgreSQL that still gets fixes.
const OLDEST_FIXED: i32 = 150_000;

/// The largest difference of two clocks that does not count, in microseconds: a query takes about as long.
const TOLERANCE_MICROS: u64 = 2_000_000;

/// The checks that need the database.
pub(super) const CHECKS: [Check; 8] = [
    Check::Version,
    Check::Encoding,
    Check::Rights,
    Check::Extensions,
    Check::Schema,
    Check::Pool,
    Check::Clock,
    Check::DatabaseTls,
];

/// Judges the database. `now` is this machine's time at which the database was asked for its own.
pub(super) fn database(facts: &DatabaseFacts, around: &Surroundings, now: Timestamp) -> Vec<Finding> {
    let database = facts.database.clone();
    vec![
        if facts.read_only {
            Finding::ConnectionReadOnly { database }
        } else {
            Finding::ConnectionMade { database }
        },
        version(&facts.version, facts.oldest),
        match facts.encoding.as_str() {
            "UTF8" => Finding::EncodingRight,
            other => Finding::EncodingOther { encoding: other.to_owned() },
        },
        rights(facts, around.private.is_some()),
        extensions(facts),
        schema(&facts.migrations, facts.newest),
        pool(around.pool, facts.limit, around.pooler),
        clock(facts.now, now),
        tls(facts, around.unproven),
    ]
}

fn version((number, name): &(i32, String), oldest: i32) -> Finding {
    let version = name.clone();
    if *number < oldest {
        Finding::VersionTooOld { version }
    } else if *number < OLDEST_FIXED {
        Finding::VersionEnded { version }
    } else {
        Finding::VersionSupported { version }
    }
}

fn is_pending(facts: &DatabaseFacts) -> bool {
    facts.migrations.iter().any(|migration| migration.state == MigrationState::Pending)
}

/// Judges the rights of the role; of the private PostgreSQL it is the owner of everything.
fn rights(facts: &DatabaseFacts, is_private: bool) -> Finding {
    let role = facts.role.clone();
    let pending = is_pending(facts);
    let Some(schema) = facts.schema.clone() else { return Finding::RightsNoSchema { role } };
    if !facts.may_read_migrations {
        return Finding::RightsNoMigrations { role };
    }
    if !facts.barred.is_empty() {
        return Finding::RightsLacking { role, tables: facts.barred.join(", ") };
    }
    if pending && !facts.may_create {
        return Finding::RightsNoCreate { role, schema };
    }
    if let Some((table, owner)) = facts.foreign.clone().filter(|_| pending) {
        return Finding::RightsForeign { role, table, owner };
    }
    if facts.superuser && !is_private {
        return Finding::RightsSuperuser { role };
    }
    Finding::RightsEnough { role }
}

fn extensions(facts: &DatabaseFacts) -> Finding {
    if facts.has_trigrams {
        Finding::ExtensionsThere
    } else if !facts.trigrams_available {
        Finding::ExtensionsNotInstalled
    } else if facts.may_create_extensions {
        Finding::ExtensionsAddable
    } else {
        Finding::ExtensionsNotAllowed { role: facts.role.clone(), database: facts.database.clone() }
    }
}

/// Judges the migrations, the gravest first.
pub(super) fn schema(migrations: &[MigrationFact], newest: i64) -> Finding {
    let of = |state| migrations.iter().filter(move |migration| migration.state == state);
    if let Some(newer) = of(MigrationState::Newer).next_back() {
        return Finding::SchemaNewer { found: newer.version, known: newest };
    }
    if let Some(other) = of(MigrationState::Differs).next() {
        return Finding::SchemaDiffers { version: other.version };
    }
    let applied = of(MigrationState::Applied).count();
    match of(MigrationState::Pending).next() {
        None => Finding::SchemaCurrent { count: applied, newest },
        Some(_) if applied == 0 => Finding::SchemaEmpty,
        Some(first) => {
            Finding::SchemaPending { count: of(MigrationState::Pending).count(), first: first.version }
        }
    }
}

fn pool(pool: u32, limit: u32, pooler: bool) -> Finding {
    if pooler {
        Finding::PoolBehindPooler { pool }
    } else if pool > limit {
        Finding::PoolTooLarge { pool, limit }
    } else if pool.saturating_mul(2) > limit {
        Finding::PoolTight { pool, limit }
    } else {
        Finding::PoolFits { pool, limit }
    }
}

fn clock(theirs: Timestamp, ours: Timestamp) -> Finding {
    let apart = theirs.micros().abs_diff(ours.micros());
    if apart > TOLERANCE_MICROS {
        Finding::ClockDiffers { seconds: apart.div_ceil(1_000_000) }
    } else {
        Finding::ClockAgrees
    }
}

fn tls(facts: &DatabaseFacts, unproven: bool) -> Finding {
    match facts.tls.clone() {
        _ if !facts.over_network => Finding::TlsLocal,
        None => Finding::TlsOff,
        Some(version) if unproven => Finding::TlsUnproven { version },
        Some(version) => Finding::TlsProven { version },
    }
}
