//! Notices against receivers on loopback, and the reference verifier of Standard Webhooks.

mod channels;
mod deliveries;
mod events;
mod receiver;

use super::raise::raise;
use super::subject::{NewNotice, Subject};
use crate::{
    Backend, Ctx, Kek, PrivateHost, SavedChannel, TestConfig,
    tests::{at, reaching},
};
use domain::{
    notice::{ChannelDraft, NoticeEvent, RuleDraft},
    sensitive::Sensitive,
};
use receiver::Receiver;
use sqlx::PgPool;
use uuid::Uuid;

fn config() -> TestConfig {
    TestConfig {
        allow_private: vec![PrivateHost::parse("127.0.0.0/8").unwrap()],
        plain_http: vec!["127.0.0.1".to_owned()],
        ..TestConfig::default()
    }
}

async fn backend(pool: &PgPool) -> Backend {
    reaching(pool.clone(), vec![Kek::generate().unwrap()], &config()).await
}

async fn add_channel(backend: &Backend, name: &str, preset: &str, url: &str) -> SavedChannel {
    let draft = ChannelDraft {
        name: name.to_owned(),
        preset: preset.to_owned(),
        url: Sensitive::new(url),
        ..ChannelDraft::default()
    };
    backend.notices().add_channel(&at(1), &draft).await.unwrap()
}

/// Adds a channel to this receiver, and a rule by which it gets everything.
async fn channel_for_all(backend: &Backend, receiver: &Receiver) -> SavedChannel {
    let saved = add_channel(backend, "all", "standard", &receiver.url("/hook")).await;
    add_rule(backend, saved.id, RuleDraft::default()).await;
    saved
}

async fn add_rule(backend: &Backend, channel: Uuid, draft: RuleDraft) -> Uuid {
    let draft = RuleDraft { channel: channel.to_string(), ..draft };
    backend.notices().add_rule(&at(1), &draft).await.unwrap()
}

/// Raises a notice about a token of this name, which expires at that second.
async fn raise_about(backend: &Backend, ctx: &Ctx, token: &str, expires: i64) -> Option<Uuid> {
    let subject = Subject::Token { id: token.to_owned(), name: token.to_owned() };
    let notice =
        NewNotice { threshold: 7, ..NewNotice::new(NoticeEvent::TokenExpires, subject, at(expires).now) };
    let raised = backend
        .notices()
        .db
        .write::<_, domain::error::Error>(ctx, async |work| Ok(raise(work, ctx, &notice).await?));
    raised.await.unwrap()
}

/// Sends everything that is due at this second, and returns the number of attempts.
async fn send_all(backend: &Backend, second: i64) -> usize {
    let mut count = 0;
    while let Some(held) = backend.notices().take_due(&at(second)).await.unwrap() {
        backend.notices().deliver(&at(second), held).await.unwrap();
        count += 1;
    }
    count
}
