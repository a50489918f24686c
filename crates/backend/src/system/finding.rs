//! The checks, and what each can find.

use super::state::CheckState;
use crate::{backups::BackupProblem, mail::MailFailure};
use domain::{connection_test::TestCause, time::Timestamp};

domain::coded_enum! {
    /// A part of the portal's surroundings, under which its checks are shown. The code is sent.
    pub enum CheckArea: code {
        /// The program and its settings.
        Program = "program";
        /// The database.
        Database = "database";
        /// The key encryption key.
        Key = "key";
        /// The way from browsers to the portal.
        Network = "network";
        /// Single sign-on.
        SignOn = "single-sign-on";
        /// Mail.
        Mail = "mail";
    }
}

domain::coded_enum! {
    /// A check. The code is sent, and never changes.
    pub enum Check: code {
        /// The running server.
        Server = "server";
        /// The settings as a whole.
        Settings = "settings";
        /// The file with settings.
        SettingsFile = "settings-file";
        /// The room in the data folder.
        Disk = "disk";
        /// The private PostgreSQL.
        PrivatePostgres = "private-postgres";
        /// The connection to the database.
        Connection = "database-connection";
        /// The version of PostgreSQL.
        Version = "database-version";
        /// The encoding of the database.
        Encoding = "database-encoding";
        /// The rights of the role.
        Rights = "database-rights";
        /// The extensions of the database.
        Extensions = "database-extensions";
        /// The migrations.
        Schema = "schema";
        /// The number of connections, against what the server allows.
        Pool = "database-pool";
        /// The clock, against the database's.
        Clock = "database-clock";
        /// TLS on the way to the database.
        DatabaseTls = "database-tls";
        /// The last backup of the database.
        LastBackup = "last-backup";
        /// The key encryption key.
        Key = "key";
        /// The check value of the key.
        KeyCheck = "key-check";
        /// The backup of the key.
        KeyBackup = "key-backup";
        /// The address that people type.
        PublicAddress = "public-address";
        /// The proxies that are trusted.
        Proxies = "proxies";
        /// The headers of the request for the page.
        Forwarded = "forwarded-headers";
        /// The answer at the public address.
        Reachability = "reachability";
        /// Strict transport security at the public address.
        Hsts = "hsts";
        /// The provider of single sign-on.
        SignOn = "single-sign-on";
        /// The provider's keys.
        SignOnKeys = "single-sign-on-keys";
        /// The claims that would be read.
        SignOnClaims = "single-sign-on-claims";
        /// The server that takes mails.
        Mail = "mail-server";
    }
}

impl Check {
    /// Returns the area under which the check is shown.
    pub fn area(self) -> CheckArea {
        match self {
            Self::Server | Self::Settings | Self::SettingsFile | Self::Disk => CheckArea::Program,
            Self::PrivatePostgres
            | Self::Connection
            | Self::Version
            | Self::Encoding
            | Self::Rights
            | Self::Extensions
            | Self::Schema
            | Self::Pool
            | Self::Clock
            | Self::DatabaseTls
            | Self::LastBackup => CheckArea::Database,
            Self::Key | Self::KeyCheck | Self::KeyBackup => CheckArea::Key,
            Self::PublicAddress | Self::Proxies | Self::Forwarded | Self::Reachability | Self::Hsts => {
                CheckArea::Network
            }
            Self::SignOn | Self::SignOnKeys | Self::SignOnClaims => CheckArea::SignOn,
            Self::Mail => CheckArea::Mail,
        }
    }
}

/// Declares the findings: each with its check, its state and its code, which is sent and never changes.
macro_rules! findings {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$doc:meta])* $variant:ident $({ $($field:ident: $of:ty),+ })? = $check:ident, $state:ident, $code:literal;)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant $({ $($field: $of),+ })?,)+
            /// The check could not be made.
            NotLooked { check: Check, because: Unlooked },
        }

        impl $name {
            /// The codes of all findings but those of checks that could not be made.
            pub const CODES: &[&str] = &[$($code),+];

            /// Returns the check.
            pub fn check(&self) -> Check {
                match self {
                    $(Self::$variant { .. } => Check::$check,)+
                    Self::NotLooked { check, .. } => *check,
                }
            }

            /// Returns the state.
            pub fn state(&self) -> CheckState {
                match self {
                    $(Self::$variant { .. } => CheckState::$state,)+
                    Self::NotLooked { .. } => CheckState::NotLooked,
                }
            }

            /// Returns the code, which is sent and never changes.
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $code,)+
                    Self::NotLooked { because, .. } => because.code(),
                }
            }
        }
    };
}

domain::coded_enum! {
    /// The reason why a check could not be made. The code is sent, and never changes.
    pub enum Unlooked: code {
        /// The address of the database is not known, or it is not started.
        NotStarted = "not-started";
        /// There is no connection to the database.
        DatabaseAway = "no-database";
        /// The database has no tables yet, or those of another version.
        OtherSchema = "other-schema";
        /// The key is not at hand.
        NoKey = "no-key";
        /// Only a request that came by the proxy shows it.
        OnlyOnPage = "only-on-page";
        /// Nobody has asked for slow checks.
        NotAsked = "not-asked";
        /// No public address is set.
        NoPublicAddress = "no-public-address";
        /// The public address is not an https address.
        NoHttps = "no-https";
        /// Outgoing connections may not go to the public address.
        AddressNotAllowed = "address-not-allowed";
        /// The public address does not answer.
        NoAnswer = "no-answer";
        /// The provider does not answer.
        NoProvider = "no-provider";
    }
}

findings! {
    /// The result of a check. Texts in it are for people and never contain a secret.
    pub enum Finding {
        /// The server serves requests.
        ServerReady { version: String } = Server, Well, "server-ready";
        /// The server answers, and cannot serve.
        ServerNotReady { said: String } = Server, Broken, "server-not-ready";
        /// The server is of another version than the command.
        ServerOtherVersion { server: String, command: String } = Server, Look, "server-other-version";
        /// No server answers on this machine.
        ServerDown { address: String } = Server, Look, "server-down";

        /// All settings are known.
        SettingsKnown { count: usize } = Settings, Well, "settings-known";
        /// Variables look like settings, but are unknown.
        SettingsUnknown { names: String } = Settings, Look, "settings-unknown";
        /// The server would not start with these settings.
        SettingsWrong { why: String } = Settings, Broken, "settings-wrong";

        /// The settings file was read.
        FileRead { path: String } = SettingsFile, Well, "settings-file-read";
        /// The settings file holds a secret, and everybody on the machine may read it.
        FileExposed { path: String, mode: String } = SettingsFile, Look, "settings-file-exposed";
        /// There is no settings file.
        FileNone = SettingsFile, Well, "settings-file-none";
        /// The settings file cannot be read.
        FileUnreadable { why: String } = SettingsFile, Broken, "settings-file-unreadable";

        /// There is enough room.
        DiskEnough { free: String, folder: String } = Disk, Well, "disk-enough";
        /// There is little room.
        DiskLow { free: String, folder: String } = Disk, Look, "disk-low";
        /// There is no room.
        DiskFull { free: String, folder: String } = Disk, Broken, "disk-full";

        /// The private PostgreSQL runs.
        PrivateRuns { version: String, folder: String } = PrivatePostgres, Well, "private-runs";
        /// The private PostgreSQL does not run.
        PrivateStopped { version: String, folder: String } = PrivatePostgres, Look, "private-stopped";
        /// There is no private PostgreSQL yet.
        PrivateNone { folder: String } = PrivatePostgres, Look, "private-none";
        /// Others may enter the folder.
        PrivateExposed { folder: String, mode: String } = PrivatePostgres, Broken, "private-exposed";
        /// The folder may not be looked into by the current user.
        PrivateDenied { folder: String } = PrivatePostgres, Look, "private-denied";
        /// The installed programs do not fit.
        PrivateUnusable { why: String } = PrivatePostgres, Broken, "private-unusable";

        /// The database answers and takes writes.
        ConnectionMade { database: String } = Connection, Well, "database-connected";
        /// The database can only be read.
        ConnectionReadOnly { database: String } = Connection, Broken, "database-read-only";
        /// The database does not answer, or rejects the role.
        ConnectionFailed { why: String } = Connection, Broken, "database-unreachable";

        /// The version is supported.
        VersionSupported { version: String } = Version, Well, "database-version-supported";
        /// The version gets no fixes any more.
        VersionEnded { version: String } = Version, Look, "database-version-ended";
        /// The migrations do not run on the version.
        VersionTooOld { version: String } = Version, Broken, "database-version-too-old";

        /// The encoding is UTF8.
        EncodingRight = Encoding, Well, "database-encoding-utf8";
        /// The encoding is another one.
        EncodingOther { encoding: String } = Encoding, Broken, "database-encoding-other";

        /// The role has what it needs.
        RightsEnough { role: String } = Rights, Well, "database-rights-enough";
        /// The role may do everything on the whole server.
        RightsSuperuser { role: String } = Rights, Look, "database-rights-superuser";
        /// The role may use no schema.
        RightsNoSchema { role: String } = Rights, Broken, "database-rights-no-schema";
        /// The role may not read which migrations were applied.
        RightsNoMigrations { role: String, schema: String } = Rights, Broken, "database-rights-no-migrations";
        /// The role lacks rights on tables.
        RightsLacking { role: String, tables: String } = Rights, Broken, "database-rights-lacking";
        /// Migrations are pending, and the role may create nothing.
        RightsNoCreate { role: String, schema: String } = Rights, Broken, "database-rights-no-create";
        /// Migrations are pending, and a table belongs to another role.
        RightsForeign { role: String, table: String, owner: String } = Rights, Broken, "database-rights-foreign";

        /// The extension is there.
        ExtensionsThere = Extensions, Well, "database-extensions-there";
        /// The migrations will create the extension.
        ExtensionsAddable = Extensions, Well, "database-extensions-addable";
        /// The extension is not installed on the server.
        ExtensionsNotInstalled = Extensions, Broken, "database-extensions-not-installed";
        /// The role may not create the extension.
        ExtensionsNotAllowed { role: String, database: String } = Extensions, Broken, "database-extensions-not-allowed";

        /// All migrations are applied.
        SchemaCurrent { count: usize, newest: i64 } = Schema, Well, "schema-current";
        /// No migration is applied.
        SchemaEmpty = Schema, Look, "schema-empty";
        /// Migrations are pending.
        SchemaPending { count: usize, first: i64 } = Schema, Look, "schema-pending";
        /// Migrations were applied that this version does not know.
        SchemaNewer { found: i64, known: i64 } = Schema, Broken, "schema-newer";
        /// An applied migration is not the one that this version knows.
        SchemaDiffers { version: i64 } = Schema, Broken, "schema-differs";

        /// The connections of two servers fit, as in a rolling update.
        PoolFits { pool: u32, limit: u32 } = Pool, Well, "database-pool-fits";
        /// The connections of one server fit, and not those of two.
        PoolTight { pool: u32, limit: u32 } = Pool, Look, "database-pool-tight";
        /// The server allows fewer connections than one portal would use.
        PoolTooLarge { pool: u32, limit: u32 } = Pool, Look, "database-pool-too-large";
        /// The pooler in between has limits of its own.
        PoolBehindPooler { pool: u32 } = Pool, Well, "database-pool-behind-pooler";

        /// Both clocks agree.
        ClockAgrees = Clock, Well, "database-clock-agrees";
        /// The clocks differ.
        ClockDiffers { seconds: u64 } = Clock, Look, "database-clock-differs";

        /// The connection does not leave this machine.
        TlsLocal = DatabaseTls, Well, "database-tls-local";
        /// The connection is encrypted, and the database proves its identity.
        TlsProven { version: String } = DatabaseTls, Well, "database-tls-proven";
        /// The connection is encrypted, and nobody knows to whom.
        TlsUnproven { version: String } = DatabaseTls, Look, "database-tls-unproven";
        /// The connection leaves this machine in the clear.
        TlsOff = DatabaseTls, Look, "database-tls-off";

        /// The last backup was proven to restore.
        LastBackupVerified { at: Timestamp, size: String } = LastBackup, Well, "last-backup-verified";
        /// The last backup was made, and nobody asked to verify it.
        LastBackupMade { at: Timestamp, size: String } = LastBackup, Well, "last-backup-made";
        /// The last backup is old.
        LastBackupOld { at: Timestamp } = LastBackup, Look, "last-backup-old";
        /// The last backup is there, and could not be verified; `good` is the time of the last good one.
        LastBackupUnproven { at: Timestamp, problem: BackupProblem, good: Option<Timestamp> } = LastBackup, Look, "last-backup-unproven";
        /// The last backup failed; `good` is the time of the last good one.
        LastBackupFailed { at: Timestamp, problem: BackupProblem, good: Option<Timestamp> } = LastBackup, Look, "last-backup-failed";
        /// The private PostgreSQL was never backed up.
        LastBackupNever = LastBackup, Look, "last-backup-never";
        /// The portal knows of no backup, and the operator of the database may have one.
        LastBackupUnknown = LastBackup, Note, "last-backup-unknown";

        /// The key is at hand.
        KeyAtHand { count: usize, place: String } = Key, Well, "key-at-hand";
        /// The first start will make the key.
        KeyUnmade { place: String } = Key, Look, "key-unmade";
        /// The database knows a key, and its file is missing.
        KeyGone { place: String } = Key, Broken, "key-gone";
        /// There is no usable key.
        KeyMissing { why: String } = Key, Broken, "key-missing";

        /// The key is the one under which values are encrypted.
        KeyRight = KeyCheck, Well, "key-right";
        /// The database knows no key yet.
        KeyUnused = KeyCheck, Well, "key-unused";
        /// The key is another one.
        KeyWrong = KeyCheck, Broken, "key-wrong";
        /// The active key is right, and values are encrypted with others that are not at hand.
        KeyValuesLost { values: u64, keys: String } = KeyCheck, Broken, "key-values-lost";

        /// Somebody confirmed that the key is backed up.
        BackupConfirmed { at: Timestamp, by: String } = KeyBackup, Well, "key-backup-confirmed";
        /// A key was added after that.
        BackupOutdated { at: Timestamp } = KeyBackup, Look, "key-backup-outdated";
        /// Nobody ever confirmed it.
        BackupUnconfirmed = KeyBackup, Look, "key-backup-unconfirmed";

        /// People reach the portal by https.
        PublicHttps { address: String } = PublicAddress, Well, "public-address-https";
        /// Only this machine reaches the portal.
        PublicLocal { address: String } = PublicAddress, Well, "public-address-local";
        /// Only this machine reaches the portal, and others use it.
        PublicNotForOthers { address: String } = PublicAddress, Look, "public-address-not-for-others";
        /// People reach the portal without TLS.
        PublicPlain { address: String } = PublicAddress, Look, "public-address-plain";
        /// Nobody has said how people reach the portal.
        PublicUnset { address: String } = PublicAddress, Look, "public-address-unset";

        /// No proxy is trusted, and none is expected.
        ProxiesNone = Proxies, Well, "proxies-none";
        /// Proxies are trusted.
        ProxiesNamed { networks: String } = Proxies, Well, "proxies-named";
        /// There is a proxy with TLS, and it is not named.
        ProxiesUnnamed = Proxies, Look, "proxies-unnamed";
        /// Everybody is trusted as a proxy.
        ProxiesAnybody { networks: String } = Proxies, Look, "proxies-anybody";

        /// The request came by a trusted proxy.
        ForwardedTrusted { proxy: String, client: String } = Forwarded, Well, "forwarded-trusted";
        /// The request came without a proxy.
        ForwardedNone { client: String } = Forwarded, Well, "forwarded-none";
        /// A trusted proxy does not say for whom it asks.
        ForwardedSilent { proxy: String } = Forwarded, Look, "forwarded-silent";
        /// Headers of a proxy were ignored, because it is not trusted.
        ForwardedIgnored { proxy: String } = Forwarded, Look, "forwarded-ignored";

        /// The portal answers at its public address.
        ReachableHere { address: String } = Reachability, Well, "reachability-here";
        /// The portal answers there, and rejects the host that the proxy names.
        ReachableRejected { address: String } = Reachability, Broken, "reachability-rejected";
        /// Something else answers there.
        ReachableOther { address: String, status: u16 } = Reachability, Broken, "reachability-other";
        /// Nothing answers there, as seen from here.
        ReachableNot { address: String, cause: TestCause } = Reachability, Look, "reachability-not";

        /// The header that keeps browsers with TLS arrives.
        HstsSent = Hsts, Well, "hsts-sent";
        /// The proxy removes that header.
        HstsMissing = Hsts, Look, "hsts-missing";

        /// There is no provider.
        SignOnOff = SignOn, Well, "single-sign-on-off";
        /// The provider describes itself as it should.
        SignOnAnswers { issuer: String } = SignOn, Well, "single-sign-on-answers";
        /// The provider does not answer.
        SignOnUnreachable { issuer: String, why: String } = SignOn, Broken, "single-sign-on-unreachable";
        /// The provider's description is not usable.
        SignOnWrong { issuer: String, why: String } = SignOn, Broken, "single-sign-on-wrong";

        /// The provider has keys that sign in a way that is accepted.
        SignOnKeysUsable { count: usize } = SignOnKeys, Well, "single-sign-on-keys-usable";
        /// The provider has no such keys.
        SignOnKeysNone = SignOnKeys, Broken, "single-sign-on-keys-none";

        /// The provider lists the claims.
        ClaimsListed { claims: String } = SignOnClaims, Well, "single-sign-on-claims-listed";
        /// The provider lists claims, and not the one with groups.
        ClaimsWithoutGroups { groups: String, claims: String } = SignOnClaims, Look, "single-sign-on-claims-without-groups";
        /// The provider does not list its claims.
        ClaimsUnlisted { claims: String } = SignOnClaims, Well, "single-sign-on-claims-unlisted";

        /// No server takes mails.
        MailOff = Mail, Well, "mail-off";
        /// The settings of the server cannot be used.
        MailWrong { why: String } = Mail, Broken, "mail-wrong";
        /// The server takes the portal's mails, as far as can be seen without sending one.
        MailReady { server: String } = Mail, Well, "mail-ready";
        /// The server cannot be used.
        MailFailed { server: String, failure: MailFailure } = Mail, Broken, "mail-failed";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_words_and_distinct() {
        let codes = Finding::CODES.iter().copied().chain(Unlooked::ALL.map(Unlooked::code));
        let codes: Vec<&str> = codes.collect();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
        let is_word =
            |code: &&str| code.bytes().all(|byte| byte.is_ascii_lowercase() || b"-8".contains(&byte));
        assert!(codes.iter().all(is_word), "{codes:?}");
    }

    #[test]
    fn not_looked_keeps_its_check_and_names_the_reason() {
        let finding = Finding::NotLooked { check: Check::Schema, because: Unlooked::DatabaseAway };
        assert_eq!(finding.check(), Check::Schema);
        assert_eq!((finding.state(), finding.code()), (CheckState::NotLooked, "no-database"));
        assert!(CheckState::Broken.is_worse_than(CheckState::Look));
        assert!(!CheckState::NotLooked.is_worse_than(CheckState::Look));
    }
}
