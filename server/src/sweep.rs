//! What is thrown away when its time is over, whether anybody asks for it or not.

use crate::{clock, status::Status};
use backend::{Backend, Ctx};
use std::{sync::Arc, time::Duration};

/// How often. What is over is refused at once; this is for how long it lies there sealed.
const EVERY: Duration = Duration::from_mins(5);

/// How often who reads secrets is counted anew, in turns: each hour.
const RECOUNT: u32 = 12;

/// Sweeps now and then for as long as the server runs. Any number of servers may.
pub async fn run(backend: Backend, status: Arc<Status>) {
    for turn in 0_u32.. {
        tokio::time::sleep(EVERY).await;
        let ctx = Ctx::system("sweep", clock::now());
        if let Ok(health) = backend.health(&ctx).await {
            clock::set_by(health.now);
        }
        // Where the database does not answer, that is in the log, and the next turn will do.
        let imports = backend.imports().sweep(&ctx).await;
        if let Ok(swept @ 1..) = imports {
            tracing::info!(swept, "threw away imports that nobody has chosen from");
        }
        let deleted = backend.secrets().sweep_deleted(&ctx).await;
        if let Ok(removed @ 1..) = deleted {
            tracing::info!(removed, "removed deleted secrets for good");
        }
        if imports.is_ok() && deleted.is_ok() {
            status.cleaned(clock::now());
        }
        if turn.is_multiple_of(RECOUNT)
            && let Ok(changed @ 1..) = backend.usages().recount(&ctx).await
        {
            tracing::info!(changed, "secrets are read by fewer tokens than before");
        }
    }
}
