//! Whether all is well with the portal's surroundings: settings, database, key, network and provider. `latchkey doctor` and the
//! page System make the same checks: facts are gathered first, and judged by pure functions.

mod facts;
mod finding;
mod judge;
mod judge_backup;
mod judge_database;
mod outside;
mod repository;
mod service;
mod state;
#[cfg(test)]
mod tests;

pub use facts::{
    DiskFact, KeyFact, NetworkFacts, PrivateFacts, RequestFacts, ServerFact, SettingFact, SettingSource,
    SettingsFacts, Surroundings,
};
pub use finding::{Check, CheckArea, Finding, Unlooked};
pub(crate) use outside::OutsideClient;
pub use service::{Examination, SystemReport, SystemService, examine, schema_status};
pub use state::CheckState;
