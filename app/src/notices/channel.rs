//! The pages of one channel: adding, editing, a new signing secret, deleting.

use super::{NOTIFICATIONS, channel_address, labels, pages::state, subject};
use crate::{
    failure::loaded,
    form_state::{FormState, message},
    texts::{self, Markup},
    ui::{
        alert::Alert,
        confirm::{ConfirmPage, Consequence},
        copy::Once,
        line::Line,
        rendered::rendered,
    },
};
use backend::{Backend, ChannelSummary, ChannelTested, Ctx, SavedChannel, Submitted};
use domain::{
    error::{Error, Field},
    notice::{ChannelPreset, ChannelState},
    time::Timestamp,
};
use leptos::{either::Either, prelude::*};
use uuid::Uuid;

/// The form that adds a channel.
#[component]
pub fn AddChannelPage(form: FormState) -> impl IntoView {
    // Whoever may not see the channels may not add one.
    let load = async |backend: Backend, ctx: Ctx| backend.notices().failures(&ctx).await;
    let page = loaded(subject(), load, move |_| add_form(&form));
    view! { <div class="form-page">{page}</div> }
}

fn add_form(form: &FormState) -> impl IntoView + use<> {
    let presets = ChannelPreset::ALL
        .map(|preset| (preset.code(), labels::preset(preset), labels::preset_meaning(preset)))
        .to_vec();
    rendered(view! {
        <h1>{t!(notices_add_channel)}</h1>
        <p class="lead">{t!(notices_add_channel_lead)}</p>
        {form.summary()}
        <form method="post" class="plain-form">
            {form.submission()}
            {form.line(
                Field::Name,
                t!(notices_name),
                t!(notices_name_hint),
                Line { autofocus: true, ..Line::TEXT },
            )}
            {form.choice(Field::Preset, t!(notices_kind), presets, ChannelPreset::Standard.code())}
            {form.line(Field::Url, t!(notices_url), t!(notices_url_hint), URL)}
            <div class="actions">
                {form.reason()}
                <a class="button" href=NOTIFICATIONS>
                    {t!(page_cancel)}
                </a>
                <button class="primary">{t!(notices_add_channel)}</button>
            </div>
        </form>
    })
}

/// The address, which is never shown again, and so is treated as a secret.
const URL: Line = Line { secret: true, mono: true, autocomplete: "off", ..Line::TEXT };

/// Answers on the page of a channel to its form and its test.
#[derive(Clone, Debug, Default)]
pub struct ChannelAnswer {
    /// The form, if it was rejected.
    pub form: FormState,
    /// The test, if it failed.
    pub tested: Option<ChannelTested>,
}

/// The form of a channel, and what can be done with it.
#[component]
pub fn ChannelPage(id: Uuid, answer: ChannelAnswer) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move { backend.notices().channel(&ctx, id).await };
    let page = loaded(subject(), load, move |channel| edit_form(&channel, answer));
    view! { <div class="form-page">{page}</div> }
}

fn edit_form(channel: &ChannelSummary, answer: ChannelAnswer) -> impl IntoView + use<> {
    let ChannelAnswer { form, tested } = answer;
    let address = channel_address(channel.id);
    let form = if form.error.is_some() {
        form
    } else {
        FormState { typed: vec![(Field::Name, channel.name.clone())], error: None }
    };
    let tested = tested.and_then(|tested| tested.cause.map(|cause| labels::cause(cause, tested.status)));
    let tested = tested.map(|said| view! { <Alert title=t!(notices_test_failed)><p>{said}</p></Alert> });
    rendered(view! {
        <h1>{channel.name.clone()}</h1>
        <p class="lead">
            {t!(notices_channel_lead, kind: labels::preset(channel.preset), host: &channel.host)}
        </p>
        {form.summary()}
        {tested}
        <p>{state(channel)}</p>
        {note(channel)}
        <form method="post" class="plain-form">
            {form.line(Field::Name, t!(notices_name), "", Line::TEXT)}
            {form.line(
                Field::Url,
                t!(notices_new_url),
                t!(notices_new_url_hint),
                Line { optional: true, ..URL },
            )}
            <div class="actions">
                {form.reason()}
                <a class="button" href=NOTIFICATIONS>
                    {t!(page_cancel)}
                </a>
                <button class="primary">{t!(notices_save)}</button>
            </div>
        </form>
        <section aria-labelledby="more">
            <h2 id="more">{t!(notices_more)}</h2>
            <div class="choices">{actions(channel, &address)}</div>
        </section>
    })
}

/// Renders what somebody has to know of the state of a channel.
fn note(channel: &ChannelSummary) -> impl IntoView + use<> {
    let waits = channel.hold_until.map(|until| {
        view! { <p>{t!(notices_held, when: exact(until))}</p> }
    });
    let gone = (channel.state == ChannelState::Disabled).then(|| view! { <p>{t!(notices_cause_gone)}</p> });
    let rotating = channel.rotating_until.map(|until| {
        view! { <p>{t!(notices_rotating, when: exact(until))}</p> }
    });
    view! {
        {gone}
        {waits}
        {rotating}
    }
}

fn actions(channel: &ChannelSummary, address: &str) -> impl IntoView + use<> {
    let button = |path: &str, label: &'static str| {
        view! {
            <form method="post" action=format!("{address}/{path}")>
                <button>{label}</button>
            </form>
        }
    };
    let pause = if channel.state == ChannelState::Active {
        button("pause", t!(notices_pause))
    } else {
        button("resume", t!(notices_resume))
    };
    let rotate = channel.preset.is_signed().then(|| {
        view! { <a class="button" href=format!("{address}/secret")>{t!(notices_rotate)}</a> }
    });
    view! {
        {button("test", t!(notices_test))}
        {pause}
        {rotate}
        <a class="button danger" href=format!("{address}/delete")>
            {t!(notices_delete)}
        </a>
    }
}

/// Returns an exact time, for a text: in UTC, or in the reader's zone with JavaScript.
pub(super) fn exact(at: Timestamp) -> Markup {
    Markup::rendered(view! { <time datetime=at.rfc3339()>{texts::exact(at)}</time> })
}

/// The answer to a form that made a signing secret: the secret, or the statement that the same form made it before.
#[component]
pub fn SigningSecretPage(name: String, saved: Submitted<SavedChannel>) -> impl IntoView {
    match saved {
        Submitted::First(SavedChannel { id, name, signing_secret: Some(secret) }) => {
            Either::Left(rendered(view! {
                <div class="form-page">
                    <h1>{t!(notices_secret_heading)}</h1>
                    <p>{t!(notices_secret_text, name)}</p>
                    <Once id="signing_secret" label=t!(notices_secret) text=&secret/>
                    <p>
                        <a class="button" href=channel_address(id)>
                            {t!(page_done)}
                        </a>
                    </p>
                </div>
            }))
        }
        Submitted::First(SavedChannel { .. }) | Submitted::Again(_) => Either::Right(rendered(view! {
            <div class="form-page">
                <h1>{t!(notices_secret_heading)}</h1>
                <p>{t!(notices_secret_again, name)}</p>
                <p>
                    <a class="button" href=NOTIFICATIONS>
                        {t!(page_done)}
                    </a>
                </p>
            </div>
        })),
    }
}

/// The confirmation before a channel gets another signing secret.
#[component]
pub fn RotateSecretPage(id: Uuid, form: FormState) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move {
        let channel = backend.notices().channel(&ctx, id).await?;
        if channel.preset.is_signed() { Ok(channel) } else { Err(Error::NotFound) }
    };
    let page = loaded(subject(), load, move |channel: ChannelSummary| {
        view! {
            <ConfirmPage
                heading=t!(notices_rotate_heading).to_owned()
                cancel=channel_address(channel.id)
                confirm=t!(notices_rotate)
                rejected=form.error.is_some().then(|| form.summary().into_any())
                reason=form.error.as_ref().map(message)
            >
                {form.submission()}
                <p>{t!(notices_rotate_question, name: channel.name)}</p>
            </ConfirmPage>
        }
    });
    view! { <div class="form-page">{page}</div> }
}

/// The confirmation before a channel is deleted.
#[component]
pub fn DeleteChannelPage(id: Uuid, form: FormState) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move { backend.notices().channel(&ctx, id).await };
    let page = loaded(subject(), load, move |channel: ChannelSummary| {
        view! {
            <ConfirmPage
                heading=t!(notices_delete_channel_heading).to_owned()
                cancel=channel_address(channel.id)
                confirm=t!(notices_delete)
                rejected=form.error.is_some().then(|| form.summary().into_any())
                reason=form.error.as_ref().map(message)
            >
                <p>{t!(notices_delete_channel_question, name: channel.name)}</p>
                <Consequence>{t!(notices_delete_channel_consequence)}</Consequence>
            </ConfirmPage>
        }
    });
    view! { <div class="form-page">{page}</div> }
}
