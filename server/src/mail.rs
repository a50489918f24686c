//! Sends the notices that people receive by mail.

use crate::clock;
use app::mail::{UNSUBSCRIBE, letters};
use backend::{Backend, Ctx, TakenMail};
use std::time::Duration;

/// The pause while nothing is due.
const PAUSE: Duration = Duration::from_secs(5);

/// The name of the actor in audit records.
const ACTOR: &str = "mail";

/// Sends mails, one after the other, until the task is dropped. Any number of servers may do so.
pub async fn run(backend: Backend) {
    while let Some(public_url) = backend.mail().public_url() {
        let ctx = || Ctx::system(ACTOR, clock::now());
        match backend.mail().take_due(&ctx(), UNSUBSCRIBE).await {
            Ok(TakenMail::Held(mail)) => {
                let letter = letters::notices(public_url, &mail);
                // An error is logged already, and another server takes the mail once its hold expires.
                let _ = backend.mail().deliver(&ctx(), &mail, &letter).await;
            }
            Ok(TakenMail::PutOff) => {}
            Ok(TakenMail::Nothing) | Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
