//! The facts that this process knows without asking others, for the checks of `latchkey doctor` and of the page System.

use crate::{
    clock,
    config::{Settings, unknown_settings},
    forwarded::{Forwarding, Origin},
    from_file::FromFile,
    key_file::{self, KeyFileError},
    open,
};
use app::portal::{KeyPlace, LookAround};
use backend::{
    DiskFact, KeyFact, NetworkFacts, PrivateFacts, RequestFacts, ServerFact, SettingFact, SettingsFacts,
    Surroundings,
};
use nix::sys::statvfs::statvfs;
use private_postgres::{Cluster, find_cluster};
use std::path::Path;

/// The version of this program.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The settings, and where each came from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Every setting, as it counts.
    pub settings: Vec<SettingFact>,
    /// The settings file.
    pub file: FromFile,
}

/// Returns the function with which the page looks around.
pub fn of_server(settings: &Settings, sources: Sources, forwarding: Forwarding) -> LookAround {
    let settings = settings.clone();
    LookAround::new(move |request| {
        let server = ServerFact::This { version: VERSION.to_owned() };
        look(&settings, &sources, server, forwarding.facts(request))
    })
}

/// Returns the facts.
pub(crate) fn look(
    settings: &Settings,
    sources: &Sources,
    server: ServerFact,
    request: Option<RequestFacts>,
) -> Surroundings {
    let database = settings.database.config().ok().flatten();
    Surroundings {
        now: clock::of_this_machine(),
        settings: SettingsFacts {
            all: sources.settings.clone(),
            unknown: [unknown_settings(), sources.file.foreign.clone()].concat(),
            wrong: wrong(settings),
            mail_wrong: mail_wrong(settings),
            file: sources.file.path.clone(),
            file_unreadable: sources.file.unreadable.clone(),
            file_exposed: sources.file.exposed.clone(),
        },
        server,
        disk: disk(settings),
        private: (!settings.database.is_configured() && open::may_start(settings).is_ok())
            .then(|| private(settings.database.data_dir())),
        key: key(settings),
        network: network(settings),
        request,
        pool: settings.database.database_connections,
        pooler: database.as_ref().is_some_and(|database| database.pooler),
        unproven: database.is_some_and(|database| backend::is_database_unproven(&database.url)),
    }
}

/// Returns the first reason why the server would not start with the settings, besides the key.
fn wrong(settings: &Settings) -> Option<String> {
    let database = settings.database.config().and_then(|_| open::may_start(settings));
    let sign_in = || settings.sign_in().map(drop);
    let first_admin = || settings.sign_in.first_admin().map(drop);
    let tests = || settings.connection_tests.config(settings.network.addr.port()).map(drop);
    let wrong = database.and_then(|()| sign_in()).and_then(|()| first_admin()).and_then(|()| tests());
    wrong.err().or_else(|| mail_wrong(settings))
}

/// Returns the reason why the settings of the mail server cannot be used.
fn mail_wrong(settings: &Settings) -> Option<String> {
    settings.mail.config(settings.network.public_url.as_ref()).err()
}

fn key(settings: &Settings) -> KeyFact {
    let place = match key_file::place(settings) {
        KeyPlace::File(path) => path.display().to_string(),
        KeyPlace::Environment => "LATCHKEY_KEK".to_owned(),
    };
    match key_file::find(settings) {
        Ok(Some(keys)) => KeyFact::AtHand { count: keys.len(), place },
        Ok(None) => KeyFact::Unmade { place },
        Err(error) => KeyFact::Missing { why: sentence(&error) },
    }
}

/// Returns an error as a sentence of its own.
fn sentence(error: &KeyFileError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// Returns the room where the portal keeps files; `None` if it keeps none.
fn disk(settings: &Settings) -> Option<DiskFact> {
    let folder = settings.database.data_dir();
    let keeps_key = matches!(key_file::place(settings), KeyPlace::File(path) if path.starts_with(folder));
    if settings.database.is_configured() && !keeps_key {
        return None;
    }
    // The first start makes the folder in the nearest that is there.
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let room = statvfs(there).ok()?;
    let free = room.blocks_available().saturating_mul(room.fragment_size());
    Some(DiskFact { folder: folder.display().to_string(), free })
}

fn private(data_dir: &Path) -> PrivateFacts {
    let folder = data_dir.join("postgres").display().to_string();
    match find_cluster(data_dir) {
        Ok(Some(Cluster { version, mode, runs, unusable, .. })) => {
            PrivateFacts { folder, version: Some(version), mode, runs, denied: false, unusable }
        }
        Ok(None) => PrivateFacts { folder, ..PrivateFacts::default() },
        Err(_) => PrivateFacts { folder, denied: true, ..PrivateFacts::default() },
    }
}

fn network(settings: &Settings) -> NetworkFacts {
    let network = &settings.network;
    NetworkFacts {
        public: network.public_url.as_ref().map(Origin::as_text),
        listens: network.addr.to_string(),
        is_local: network.addr.ip().is_loopback(),
        trusted: network.trusted_proxies.iter().map(ToString::to_string).collect(),
        trusts_anybody: network.trusted_proxies.iter().any(|network| network.prefix_len() == 0),
    }
}
