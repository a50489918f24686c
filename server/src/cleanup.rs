//! Deletes what has expired, whether anybody asks for it or not.

use crate::{clock, status::Status};
use backend::{Backend, Ctx};
use std::{sync::Arc, time::Duration};

/// The pause between two cleanups. Expired rows are rejected at once; this is how long they stay in the
/// database, sealed.
const EVERY: Duration = Duration::from_mins(5);

/// The number of cleanups between two recounts of the tokens that read secrets: each hour.
const RECOUNT: u32 = 12;

/// Cleans up at intervals for as long as the server runs. Any number of servers may do so.
pub async fn run(backend: Backend, status: Arc<Status>) {
    let mut versions_done = true;
    for turn in 0_u32.. {
        tokio::time::sleep(EVERY).await;
        let ctx = Ctx::system("sweep", clock::now());
        if let Ok(health) = backend.health(&ctx).await {
            clock::set_by(health.now);
        }
        // A database that does not answer is in the log, and the next round tries again.
        let imports = backend.imports().delete_expired(&ctx).await;
        if let Ok(swept @ 1..) = imports {
            tracing::info!(swept, "deleted imports that nobody has chosen from");
        }
        let deleted = backend.secrets().sweep_deleted(&ctx).await;
        if let Ok(removed @ 1..) = deleted {
            tracing::info!(removed, "removed deleted secrets whose time has ended");
        }
        // Until it succeeds, not only once an hour.
        if turn.is_multiple_of(RECOUNT) || !versions_done {
            let versions = backend.secrets().clean_up_versions(&ctx).await;
            versions_done = versions.is_ok();
            if let Ok(removed @ 1..) = versions {
                tracing::info!(
                    removed,
                    "removed earlier values whose time has ended, of this number of secrets"
                );
            }
        }
        let tidied = backend.overview().tidy(&ctx).await;
        if imports.is_ok() && deleted.is_ok() && tidied.is_ok() && versions_done {
            status.cleaned(clock::now());
        }
        if turn.is_multiple_of(RECOUNT)
            && let Ok(changed @ 1..) = backend.usages().recount(&ctx).await
        {
            tracing::info!(changed, "updated the counts of secrets that fewer tokens read now");
        }
    }
}
