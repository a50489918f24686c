//! The facts from which the checks are judged.

use crate::{
    mail::MailFailure,
    single_sign_on::{ProviderFacts, ProviderTrouble},
};
use domain::{connection_test::TestCause, time::Timestamp};

domain::coded_enum! {
    /// The place from which a setting came. The code is sent.
    pub enum SettingSource: code {
        /// A flag of the command line.
        Flag = "flag";
        /// A variable of the environment.
        Environment = "environment";
        /// A line of the settings file.
        File = "file";
        /// Nowhere: its default counts.
        Default = "default";
    }
}

/// A setting, as it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingFact {
    /// The name of its variable.
    pub name: String,
    /// The place from which it came.
    pub source: SettingSource,
    /// The value. `None` without a value, and for secrets.
    pub value: Option<String>,
    /// Whether the value is a secret that is set.
    pub is_secret: bool,
}

/// The settings as a whole.
#[derive(Clone, Debug, Default)]
pub struct SettingsFacts {
    /// All settings of the server, those with defaults too.
    pub all: Vec<SettingFact>,
    /// Variables that look like settings, but are unknown.
    pub unknown: Vec<String>,
    /// The reason why the server would not start with them.
    pub wrong: Option<String>,
    /// The reason why the settings of the mail server cannot be used.
    pub mail_wrong: Option<String>,
    /// The path of the settings file, if there is one.
    pub file: Option<String>,
    /// The reason why that file cannot be read.
    pub file_unreadable: Option<String>,
    /// The permissions of that file, if it holds a secret and everybody on the machine may read it.
    pub file_exposed: Option<String>,
}

/// The running server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerFact {
    /// The server that makes this check.
    This { version: String },
    /// The server on this machine says that it is ready.
    Ready { version: String, command: String },
    /// The server on this machine says that it is not.
    NotReady { said: String },
    /// No server answers.
    Down { address: String },
}

/// The room in the data folder, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskFact {
    pub folder: String,
    pub free: u64,
}

/// The private PostgreSQL, as its folder shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivateFacts {
    pub folder: String,
    /// The version of the cluster; `None` without one.
    pub version: Option<String>,
    /// The permissions of the folder with the cluster.
    pub mode: u32,
    pub runs: bool,
    /// Whether this user may not look into the folder.
    pub denied: bool,
    /// The reason why the installed programs do not fit.
    pub unusable: Option<String>,
}

/// The key encryption key, as its setting or file shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFact {
    /// So many keys are at hand.
    AtHand { count: usize, place: String },
    /// No key was made yet.
    Unmade { place: String },
    /// There is no usable key, because of this.
    Missing { why: String },
}

/// The addresses of the portal, and the proxies before it.
#[derive(Clone, Debug, Default)]
pub struct NetworkFacts {
    /// The address that people type.
    pub public: Option<String>,
    /// The address on which the server listens.
    pub listens: String,
    /// Whether only this machine reaches that address.
    pub is_local: bool,
    /// The trusted proxies.
    pub trusted: Vec<String>,
    /// Whether one of the trusted networks is everybody.
    pub trusts_anybody: bool,
}

/// The request for the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFacts {
    /// The other end of the connection.
    pub peer: String,
    /// The client that the request counts as.
    pub client: String,
    /// Whether the peer is a trusted proxy.
    pub is_trusted: bool,
    /// Whether the request has headers of a proxy.
    pub is_forwarded: bool,
}

/// Everything that the process knows without asking others.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The time by this machine's own clock.
    pub now: Timestamp,
    pub settings: SettingsFacts,
    pub server: ServerFact,
    /// The data folder; `None` if nothing is kept in it.
    pub disk: Option<DiskFact>,
    /// The private PostgreSQL; `None` if another database is configured.
    pub private: Option<PrivateFacts>,
    pub key: KeyFact,
    pub network: NetworkFacts,
    /// The request for the page; `None` for the command line.
    pub request: Option<RequestFacts>,
    /// The most connections at once.
    pub pool: u32,
    /// Whether a pooler stands between the portal and the database.
    pub pooler: bool,
    /// Whether the database is on another machine and need not prove its identity.
    pub unproven: bool,
}

/// The answer at the public address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicAnswer {
    pub status: u16,
    /// Whether the answer has the headers that the portal gives each of its answers.
    pub is_ours: bool,
    pub has_hsts: bool,
}

/// The results of the slow checks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outside {
    /// Whether the slow checks were made.
    pub asked: bool,
    /// The answer at the public address, if there is such an address.
    pub public: Option<Result<PublicAnswer, TestCause>>,
    /// The provider, if there is one.
    pub provider: Option<Result<ProviderFacts, ProviderTrouble>>,
    /// The server that takes mails, if there is one.
    pub mail: Option<Result<(), MailFailure>>,
}

/// The provider, as the settings name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProviderSettings {
    pub issuer: String,
    /// The claim with the groups, or the path to it.
    pub groups_claim: String,
}

/// The key encryption keys, as the database describes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoredKeyFacts {
    /// Whether a key is active.
    pub is_known: bool,
    /// Whether the active key is at hand.
    pub opens: bool,
    /// The ids of keys that are not at hand, and the number of values under them.
    pub lost: Vec<(String, u64)>,
    /// The time at which the newest key was added that is in use.
    pub newest: Option<Timestamp>,
    /// The time and the name of whoever confirmed that the key is backed up.
    pub confirmed: Option<(Timestamp, String)>,
}
