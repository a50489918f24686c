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
        return Finding::RightsNoMigrations { role, schema };
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

#[cfg(test)]
mod tests {
    use super::*;

    fn migration(version: i64, state: MigrationState) -> MigrationFact {
        MigrationFact { version, name: String::new(), state }
    }

    fn facts() -> DatabaseFacts {
        DatabaseFacts {
            version: (170_002, "17.2".to_owned()),
            oldest: 140_000,
            encoding: "UTF8".to_owned(),
            read_only: false,
            role: "portal".to_owned(),
            database: "latchkey".to_owned(),
            schema: Some("public".to_owned()),
            superuser: false,
            may_create: true,
            may_create_extensions: true,
            has_trigrams: true,
            trigrams_available: true,
            may_read_migrations: true,
            migrations: vec![migration(1, MigrationState::Applied)],
            newest: 1,
            barred: Vec::new(),
            foreign: None,
            limit: 97,
            now: Timestamp::from_micros(0),
            over_network: true,
            tls: Some("TLSv1.3".to_owned()),
        }
    }

    #[test]
    fn version_judges_what_gets_fixes_and_what_runs() {
        for (number, code) in [
            (170_000, "database-version-supported"),
            (150_000, "database-version-supported"),
            (140_020, "database-version-ended"),
            (130_000, "database-version-too-old"),
        ] {
            assert_eq!(version(&(number, "x".to_owned()), 140_000).code(), code, "{number}");
        }
    }

    #[test]
    fn rights_names_the_gravest_lack_and_needs_creation_only_if_pending() {
        let pending = || vec![migration(1, MigrationState::Pending)];
        let foreign = Some(("secrets".to_owned(), "owner".to_owned()));
        for (changed, code) in [
            (facts(), "database-rights-enough"),
            (DatabaseFacts { schema: None, ..facts() }, "database-rights-no-schema"),
            (DatabaseFacts { may_read_migrations: false, ..facts() }, "database-rights-no-migrations"),
            (DatabaseFacts { barred: vec!["secrets".to_owned()], ..facts() }, "database-rights-lacking"),
            (DatabaseFacts { may_create: false, ..facts() }, "database-rights-enough"),
            (
                DatabaseFacts { may_create: false, migrations: pending(), ..facts() },
                "database-rights-no-create",
            ),
            (DatabaseFacts { foreign: foreign.clone(), ..facts() }, "database-rights-enough"),
            (DatabaseFacts { foreign, migrations: pending(), ..facts() }, "database-rights-foreign"),
            (DatabaseFacts { superuser: true, ..facts() }, "database-rights-superuser"),
        ] {
            assert_eq!(rights(&changed, false).code(), code);
        }
        let owner = DatabaseFacts { superuser: true, ..facts() };
        assert_eq!(rights(&owner, true).code(), "database-rights-enough");
    }

    #[test]
    fn extensions_judges_whether_the_migrations_can_add_them() {
        let without = DatabaseFacts { has_trigrams: false, ..facts() };
        assert_eq!(extensions(&facts()), Finding::ExtensionsThere);
        assert_eq!(extensions(&without), Finding::ExtensionsAddable);
        let barred = DatabaseFacts { may_create_extensions: false, ..without.clone() };
        assert_eq!(extensions(&barred).code(), "database-extensions-not-allowed");
        let absent = DatabaseFacts { trigrams_available: false, ..without };
        assert_eq!(extensions(&absent), Finding::ExtensionsNotInstalled);
    }

    #[test]
    fn schema_names_the_gravest_migration() {
        use MigrationState::{Applied, Differs, Newer, Pending};
        let judged = |states: &[MigrationState]| {
            let all: Vec<_> = (1..).zip(states).map(|(version, state)| migration(version, *state)).collect();
            schema(&all, 9)
        };
        assert_eq!(judged(&[Applied, Applied]), Finding::SchemaCurrent { count: 2, newest: 9 });
        assert_eq!(judged(&[Pending, Pending]), Finding::SchemaEmpty);
        assert_eq!(judged(&[Applied, Pending, Pending]), Finding::SchemaPending { count: 2, first: 2 });
        assert_eq!(judged(&[Differs, Pending]), Finding::SchemaDiffers { version: 1 });
        assert_eq!(judged(&[Differs, Pending, Newer, Newer]), Finding::SchemaNewer { found: 4, known: 9 });
    }

    #[test]
    fn pool_has_room_for_the_two_servers_of_a_rolling_update() {
        assert_eq!(pool(16, 32, false).code(), "database-pool-fits");
        assert_eq!(pool(16, 31, false).code(), "database-pool-tight");
        assert_eq!(pool(16, 15, false).code(), "database-pool-too-large");
        assert_eq!(pool(16, 3, true).code(), "database-pool-behind-pooler");
    }

    #[test]
    fn clock_ignores_the_time_that_a_query_takes() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        assert_eq!(clock(at(10), at(12)), Finding::ClockAgrees);
        assert_eq!(clock(at(10), at(13)), Finding::ClockDiffers { seconds: 3 });
        assert_eq!(clock(at(100), at(0)), Finding::ClockDiffers { seconds: 100 });
    }

    #[test]
    fn tls_judges_encryption_and_identity_on_the_network_alone() {
        let version = || "TLSv1.3".to_owned();
        assert_eq!(tls(&facts(), false), Finding::TlsProven { version: version() });
        assert_eq!(tls(&facts(), true), Finding::TlsUnproven { version: version() });
        assert_eq!(tls(&DatabaseFacts { tls: None, ..facts() }, false), Finding::TlsOff);
        let local = DatabaseFacts { over_network: false, tls: None, ..facts() };
        assert_eq!(tls(&local, false), Finding::TlsLocal);
    }
}
