//! What is thrown away when its time is over, whether anybody asks for it or not.

use crate::clock;
use backend::{Backend, Ctx};
use std::time::Duration;

/// How often. What is over is refused at once; this is for how long it lies there sealed.
const EVERY: Duration = Duration::from_mins(5);

/// How often who reads secrets is counted anew, in turns: each hour.
const RECOUNT: u32 = 12;

/// Sweeps now and then for as long as the server runs. Any number of servers may.
pub async fn run(backend: Backend) {
    for turn in 0_u32.. {
        tokio::time::sleep(EVERY).await;
        let ctx = Ctx::system("sweep", clock::now());
        // Where the database does not answer, that is in the log, and the next turn will do.
        if let Ok(swept @ 1..) = backend.imports().sweep(&ctx).await {
            tracing::info!(swept, "threw away imports that nobody has chosen from");
        }
        if let Ok(removed @ 1..) = backend.secrets().sweep_deleted(&ctx).await {
            tracing::info!(removed, "removed deleted secrets for good");
        }
        if turn.is_multiple_of(RECOUNT)
            && let Ok(changed @ 1..) = backend.usages().recount(&ctx).await
        {
            tracing::info!(changed, "secrets are read by fewer tokens than before");
        }
    }
}
