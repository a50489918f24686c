//! Channels, rules and deliveries: the forms.

use super::{NOTIFICATIONS, channel::ChannelAnswer, channel_address, rule::RuleForm};
use crate::{
    document::Page,
    extract::{Nothing, Path, PostForm, SignedIn},
    respond::{Reply, done, own_address, to_sign_in},
    ssr,
    ui::flash::ActionDone,
};
use axum::{http::StatusCode, response::Response};
use backend::{Expected, SavedChannel, Submitted};
use domain::{
    error::{Error, Field},
    notice::{ChannelDraft, RuleDraft},
    sensitive::Sensitive,
};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewChannel {
    name: String,
    preset: String,
    url: Sensitive,
    #[serde(default)]
    current_password: Sensitive,
    #[serde(default)]
    submission: String,
}

/// Handles `POST /notifications/channels/new`.
pub async fn add_channel(PostForm { reply, sent }: PostForm<NewChannel>) -> Response {
    let (SignedIn { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => return reply.render_rejected(error, Vec::new(), Page::AddChannel).await,
    };
    let NewChannel { name, preset, url, current_password, submission } = input;
    let draft = ChannelDraft { name, preset, url, current_password };
    let form = ssr::sent_submission(&submission);
    match backend.notices().add_channel_by_form(&ctx, form, &draft).await {
        Ok(Submitted::First(SavedChannel { id, signing_secret: None, .. })) => {
            done(&channel_address(id), ActionDone::ChannelSaved)
        }
        Ok(saved) => reply.page(StatusCode::OK, Page::SigningSecret(draft.name, saved)).await,
        Err(error) => {
            let typed = vec![(Field::Name, draft.name), (Field::Preset, draft.preset)];
            reply.render_rejected(error, typed, Page::AddChannel).await
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangedChannel {
    #[serde(default)]
    name: String,
    #[serde(default)]
    url: Sensitive,
    #[serde(default)]
    current_password: Sensitive,
    #[serde(default)]
    version: String,
    #[serde(default)]
    overwrite: String,
}

/// Returns the version that a form was opened with, or else the one that is overwritten on request; `None` for a form that names
/// neither, of the version before.
fn expected(version: &str, overwrite: &str) -> Result<Option<Expected>, Error> {
    let text = if overwrite.is_empty() { version } else { overwrite };
    if text.is_empty() {
        return Ok(None);
    }
    text.parse::<i64>().map(|version| Some(version.into())).map_err(|_| Error::BadRequest)
}

/// Handles `POST /notifications/channels/{id}`.
pub async fn change_channel(
    Path(id): Path<Uuid>,
    PostForm { reply, sent }: PostForm<ChangedChannel>,
) -> Response {
    let (SignedIn { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => return rejected(reply, id, error).await,
    };
    let ChangedChannel { name, url, current_password, version, overwrite } = input;
    let draft = ChannelDraft { name, url, current_password, ..ChannelDraft::default() };
    let changed = async {
        let expected = expected(&version, &overwrite)?;
        backend.notices().change_channel(&ctx, id, &draft, expected).await
    };
    match changed.await {
        Ok(()) => done(&channel_address(id), ActionDone::ChannelSaved),
        Err(error) => {
            let dropped = !draft.url.is_empty();
            let page = |form| {
                let answer = ChannelAnswer { form, version: Some(version), dropped, tested: None };
                Page::Channel(id, answer)
            };
            reply.render_rejected(error, vec![(Field::Name, draft.name)], page).await
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    #[serde(default)]
    submission: String,
}

/// Handles `POST /notifications/channels/{id}/secret`.
pub async fn rotate(Path(id): Path<Uuid>, PostForm { reply, sent }: PostForm<Rotation>) -> Response {
    let rotated = async {
        let (SignedIn { backend, ctx }, input) = sent?;
        let form = ssr::sent_submission(&input.submission);
        let saved = backend.notices().rotate_secret(&ctx, id, Some(form)).await?;
        // The new secret is shown once, so nothing that can fail may come between.
        let name = match &saved {
            Submitted::First(saved) => saved.name.clone(),
            Submitted::Again(_) => backend.notices().channel(&ctx, id).await?.name,
        };
        Ok::<_, Error>((name, saved))
    };
    match rotated.await {
        Ok((name, saved)) => reply.page(StatusCode::OK, Page::SigningSecret(name, saved)).await,
        Err(error) => reply.render_rejected(error, Vec::new(), |form| Page::RotateSecret(id, form)).await,
    }
}

/// Handles `POST /notifications/channels/{id}/delete`.
pub async fn delete_channel(Path(id): Path<Uuid>, PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    let deleted = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        backend.notices().delete_channel(&ctx, id, None).await
    };
    match deleted.await {
        Ok(_) => done(NOTIFICATIONS, ActionDone::ChannelDeleted),
        Err(error) => reply.render_rejected(error, Vec::new(), |form| Page::DeleteChannel(id, form)).await,
    }
}

/// Handles `POST /notifications/channels/{id}/pause`.
pub async fn pause(id: Path<Uuid>, form: PostForm<Nothing>) -> Response {
    set_paused(id, form, true).await
}

/// Handles `POST /notifications/channels/{id}/resume`.
pub async fn resume(id: Path<Uuid>, form: PostForm<Nothing>) -> Response {
    set_paused(id, form, false).await
}

async fn set_paused(Path(id): Path<Uuid>, form: PostForm<Nothing>, paused: bool) -> Response {
    let PostForm { reply, sent } = form;
    let set = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        backend.notices().set_paused(&ctx, id, paused).await
    };
    match set.await {
        Ok(_) => {
            let action = if paused { ActionDone::ChannelPaused } else { ActionDone::ChannelResumed };
            done(&channel_address(id), action)
        }
        Err(error) => rejected(reply, id, error).await,
    }
}

/// Renders the page of a channel with the reason why something was not done with it.
async fn rejected(reply: Reply, id: Uuid, error: Error) -> Response {
    let page = |form| Page::Channel(id, ChannelAnswer { form, ..ChannelAnswer::default() });
    reply.render_rejected_at(&channel_address(id), error, Vec::new(), page).await
}

/// Handles `POST /notifications/channels/{id}/test`.
pub async fn test_channel(Path(id): Path<Uuid>, PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    let tested = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        backend.notices().test_channel(&ctx, id).await
    };
    match tested.await {
        Ok(tested) if tested.cause.is_none() => done(&channel_address(id), ActionDone::ChannelTested),
        Ok(tested) => {
            let answer = ChannelAnswer { tested: Some(tested), ..ChannelAnswer::default() };
            reply.page(StatusCode::OK, Page::Channel(id, answer)).await
        }
        Err(error) => rejected(reply, id, error).await,
    }
}

/// The form of a rule.
#[derive(Default)]
struct RuleInput {
    draft: RuleDraft,
    version: String,
    overwrite: String,
}

/// Returns what was typed and ticked in the form of a rule; `None` for a form that is not one.
fn rule(pairs: Vec<(String, String)>) -> Option<RuleInput> {
    let mut input = RuleInput::default();
    let RuleInput { draft, version, overwrite } = &mut input;
    for (name, value) in pairs {
        match name.as_str() {
            "version" if version.is_empty() => *version = value,
            "overwrite" if overwrite.is_empty() => *overwrite = value,
            "channel" if draft.channel.is_empty() => draft.channel = value,
            "event" => draft.events.push(value),
            "type" => draft.kinds.push(value),
            "prefix" if draft.prefixes.is_empty() => draft.prefixes = value,
            _ => return None,
        }
    }
    Some(input)
}

/// Handles `POST /notifications/rules/new`.
pub async fn add_rule(form: PostForm<Vec<(String, String)>>) -> Response {
    save_rule(None, form).await
}

/// Handles `POST /notifications/rules/{id}`.
pub async fn change_rule(Path(id): Path<Uuid>, form: PostForm<Vec<(String, String)>>) -> Response {
    save_rule(Some(id), form).await
}

async fn save_rule(id: Option<Uuid>, form: PostForm<Vec<(String, String)>>) -> Response {
    let PostForm { reply, sent } = form;
    let mut typed = None;
    let saved = async {
        let (SignedIn { backend, ctx }, pairs) = sent?;
        let RuleInput { draft, version, overwrite } = typed.insert(rule(pairs).ok_or(Error::BadRequest)?);
        let expected = expected(version, overwrite)?;
        match id {
            Some(id) => backend.notices().change_rule(&ctx, id, draft, expected).await,
            None => backend.notices().add_rule(&ctx, draft).await.map(drop),
        }
    };
    match saved.await {
        Ok(()) => done(NOTIFICATIONS, ActionDone::NoticeRuleSaved),
        Err(Error::NotSignedIn) => to_sign_in(NOTIFICATIONS),
        Err(error) => {
            let status = ssr::status_of(&error);
            let (draft, version) = typed.map(|typed| (typed.draft, typed.version)).unzip();
            reply.page(status, Page::NoticeRule(id, RuleForm { draft, version, error: Some(error) })).await
        }
    }
}

/// Handles `POST /notifications/rules/{id}/delete`.
pub async fn delete_rule(Path(id): Path<Uuid>, PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    let deleted = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        backend.notices().delete_rule(&ctx, id, None).await
    };
    match deleted.await {
        Ok(()) => done(NOTIFICATIONS, ActionDone::NoticeRuleDeleted),
        Err(error) => reply.render_rejected(error, Vec::new(), |form| Page::DeleteNoticeRule(id, form)).await,
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    failures: String,
}

/// Handles `POST /notifications/settings`.
pub async fn settings(PostForm { reply, sent }: PostForm<Settings>) -> Response {
    let (SignedIn { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => {
            return reply.render_rejected_at(NOTIFICATIONS, error, Vec::new(), Page::Notifications).await;
        }
    };
    match backend.notices().set_failures(&ctx, &input.failures).await {
        Ok(()) => done(NOTIFICATIONS, ActionDone::NoticeSettingsSaved),
        Err(error) => {
            let typed = vec![(Field::Failures, input.failures)];
            reply.render_rejected_at(NOTIFICATIONS, error, typed, Page::Notifications).await
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Again {
    #[serde(default)]
    back: String,
}

/// Handles `POST /notifications/deliveries/{id}/again`.
pub async fn send_again(Path(id): Path<Uuid>, PostForm { reply, sent }: PostForm<Again>) -> Response {
    let again = async {
        let (SignedIn { backend, ctx }, Again { back }) = sent?;
        backend.notices().send_again(&ctx, id).await.map(|()| back)
    };
    match again.await {
        Ok(back) => {
            let back = if back.is_empty() { super::DELIVERIES.to_owned() } else { own_address(&back) };
            done(&back, ActionDone::NoticeSentAgain)
        }
        Err(error) => reply.render_rejected_at(NOTIFICATIONS, error, Vec::new(), Page::Notifications).await,
    }
}
