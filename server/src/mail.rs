//! Sends the notices that people receive by mail.

use crate::clock;
use app::mail::{UNSUBSCRIBE, letters};
use backend::{Backend, Ctx, TakenMail};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

/// The pause while nothing is due.
const PAUSE: Duration = Duration::from_secs(5);

/// The name of the actor in audit records.
const ACTOR: &str = "mail";

/// The most mails that this server sends at once, so that a receiver that takes its time keeps nobody waiting.
const AT_ONCE: usize = 4;

fn ctx() -> Ctx {
    Ctx::system(ACTOR, clock::now())
}

/// Sends mails until the task is dropped, which ends every conversation at once. Any number of servers may do so.
pub async fn run(backend: Backend) {
    let Some(public_url) = backend.mail().public_url() else { return };
    let public_url: Arc<str> = public_url.into();
    let mut sending = JoinSet::new();
    loop {
        if sending.len() < AT_ONCE {
            match backend.mail().take_due(&ctx(), UNSUBSCRIBE).await {
                Ok(TakenMail::Held(mail)) => {
                    let (backend, public_url) = (backend.clone(), Arc::clone(&public_url));
                    sending.spawn(async move {
                        let letter = letters::notices(&public_url, &mail);
                        // An error is logged already, and another server takes the mail once its hold expires.
                        drop(backend.mail().deliver(&ctx(), &mail, &letter).await);
                    });
                    continue;
                }
                Ok(TakenMail::PutOff) => continue,
                Ok(TakenMail::Nothing) | Err(_) => {}
            }
        }
        tokio::select! {
            Some(_) = sending.join_next() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}
