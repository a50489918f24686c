//! What is thrown away when its time is over, whether anybody asks for it or not.

use crate::clock;
use backend::{Backend, Ctx};
use std::time::Duration;

/// How often. What is over is refused at once; this is for how long it lies there sealed.
const EVERY: Duration = Duration::from_mins(5);

/// Sweeps now and then for as long as the server runs. Any number of servers may.
pub async fn run(backend: Backend) {
    loop {
        tokio::time::sleep(EVERY).await;
        // Where the database does not answer, that is in the log, and the next turn will do.
        if let Ok(swept @ 1..) = backend.imports().sweep(&Ctx::system("sweep", clock::now())).await {
            tracing::info!(swept, "threw away imports that nobody has chosen from");
        }
    }
}
