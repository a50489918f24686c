//! The pages of one channel: adding, editing, a new signing secret, deleting.

use super::{
    NEW_CHANNEL, NOTIFICATIONS, channel_address, crumbs, deliveries_of, labels, new_rule_address,
    pages::state, rule_address, subject,
};
use crate::{
    account::proof::prove_again,
    conflict::{self, ChangedObject},
    failure::loaded,
    form_state::{FormState, message},
    texts::{self, Markup},
    ui::{
        alert::Alert,
        confirm::{ConfirmPage, Consequence, not_done},
        copy::Once,
        icon::icon,
        line::Line,
        list::button_link,
        rendered::rendered,
    },
};
use backend::{Backend, ChannelSummary, ChannelTested, Ctx, NoticeRule, Proof, SavedChannel, Submitted};
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
    let load = async |backend: Backend, ctx: Ctx| {
        backend.notices().may_manage(&ctx).await?;
        backend.sessions().proof(&ctx).await
    };
    let page = loaded(subject(), load, move |proof| add_form(&form, proof));
    view! { <div class="form-page">{page}</div> }
}

fn add_form(form: &FormState, proof: Proof) -> impl IntoView + use<> {
    let presets = ChannelPreset::ALL
        .map(|preset| (preset.code(), labels::preset(preset), labels::preset_meaning(preset)))
        .to_vec();
    rendered(view! {
        {crumbs()}
        <h1>{t!(notices_add_channel)}</h1>
        <p class="lead">{t!(notices_add_channel_lead, address: HELP)}</p>
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
            {prove_again(form, proof, t!(notices_proof), NEW_CHANNEL)}
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

/// The document about channels.
const HELP: &str = "/help/notifications";

/// The address, which is never shown again, and so is treated as a secret.
const URL: Line = Line { secret: true, mono: true, autocomplete: "off", ..Line::TEXT };

/// Answers on the page of a channel to its form and its test.
#[derive(Clone, Debug, Default)]
pub struct ChannelAnswer {
    /// The form, if it was rejected.
    pub form: FormState,
    /// The version that the rejected form was opened with.
    pub version: Option<String>,
    /// Whether an address was typed into the rejected form, which is not sent back.
    pub dropped: bool,
    /// The test, if it failed.
    pub tested: Option<ChannelTested>,
}

/// The form of a channel, and what can be done with it.
#[component]
pub fn ChannelPage(id: Uuid, answer: ChannelAnswer) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move {
        let channel = backend.notices().channel(&ctx, id).await?;
        let mut rules = backend.notices().rules(&ctx).await?;
        rules.retain(|rule| rule.channel.as_ref().is_some_and(|(channel, _)| *channel == id));
        Ok((channel, rules, backend.sessions().proof(&ctx).await?))
    };
    let page =
        loaded(subject(), load, move |(channel, rules, proof)| edit_form(&channel, (rules, proof), answer));
    view! { <div class="form-page">{page}</div> }
}

fn edit_form(
    channel: &ChannelSummary,
    (rules, proof): (Vec<NoticeRule>, Proof),
    answer: ChannelAnswer,
) -> impl IntoView + use<> {
    let ChannelAnswer { form, version, dropped, tested } = answer;
    let address = channel_address(channel.id);
    let back = address.clone();
    let version = version.unwrap_or_else(|| channel.version.to_string());
    let form = if form.error.is_some() {
        form
    } else {
        FormState { typed: vec![(Field::Name, channel.name.clone())], error: None }
    };
    let tested =
        tested.and_then(|tested| tested.cause.map(|cause| labels::cause(cause, tested.status, false)));
    let tested = tested.map(|said| view! { <Alert title=t!(notices_test_failed)><p>{said}</p></Alert> });
    rendered(view! {
        {crumbs()}
        <div class="page-head">
            <div class="names">
                <h1>{channel.name.clone()}</h1>
                <p class="lead">
                    {state(channel)}
                    <span>{t!(notices_channel_lead, kind: labels::preset(channel.preset), host: &channel.host)}</span>
                </p>
            </div>
            <div class="choices">{actions(channel, &address)}</div>
        </div>
        {summary(&form, ChangedObject::Channel)}
        {tested}
        {notes(channel, rules.is_empty())}
        <form method="post" action=address id=FORM class="plain-form">
            <input type="hidden" name="version" value=version autocomplete="off"/>
            {form.line(Field::Name, t!(notices_name), "", Line::TEXT)}
            {form.line(
                Field::Url,
                t!(notices_new_url),
                if dropped { t!(notices_new_url_dropped) } else { t!(notices_new_url_hint) },
                Line { optional: true, ..URL },
            )}
            {prove_again(&form, proof, t!(notices_proof_of_new), &back)}
            <div class="actions">
                {reason(&form, ChangedObject::Channel)}
                <a class="button" href=NOTIFICATIONS>
                    {t!(page_cancel)}
                </a>
                <button class="primary">{t!(notices_save)}</button>
            </div>
        </form>
        {rules_of(channel.id, rules)}
        <section aria-labelledby="deliveries">
            <h2 id="deliveries">{t!(notices_deliveries)}</h2>
            <p class="choices">
                {button_link(deliveries_of(channel.id, None), t!(notices_deliveries_of_channel))}
            </p>
        </section>
    })
}

/// The id of the form of a channel or a rule.
pub(super) const FORM: &str = "notice-form";

/// Renders why the form was not saved, above it.
pub(super) fn summary(form: &FormState, object: ChangedObject) -> impl IntoView + use<> {
    match &form.error {
        Some(Error::Changed(change)) => Either::Left(conflict::alert(change, object, FORM)),
        _ => Either::Right(form.summary()),
    }
}

/// Renders the reason again, for the place beside the button that was pressed.
pub(super) fn reason(form: &FormState, object: ChangedObject) -> impl IntoView + use<> {
    not_done(form.error.as_ref().map(|error| match error {
        Error::Changed(change) => conflict::title(change, object).to_owned(),
        error => message(error),
    }))
}

/// Renders the rules that name the channel.
fn rules_of(channel: Uuid, rules: Vec<NoticeRule>) -> impl IntoView + use<> {
    // Without any, a note above asks for one.
    (!rules.is_empty()).then(|| {
        let rules = rules.into_iter().map(|rule| {
            let secrets = labels::secrets(&rule.scope.kinds, &rule.scope.prefixes);
            view! {
                <li>
                    <a href=rule_address(rule.id)>{labels::events(&rule.scope.events)}</a>
                    <span class="hint">{secrets}</span>
                </li>
            }
        });
        view! {
            <section aria-labelledby="rules">
                <h2 id="rules">{t!(notices_rules)}</h2>
                <ul class="short-list">{rules.collect_view()}</ul>
                <p class="choices">{button_link(new_rule_address(Some(channel)), t!(notices_add_rule))}</p>
            </section>
        }
    })
}

/// Renders what somebody has to know of a channel, and is to do about it.
fn notes(channel: &ChannelSummary, has_no_rule: bool) -> impl IntoView + use<> {
    let gone = (channel.state == ChannelState::Disabled).then(|| note(t!(notices_cause_gone)));
    let paused = (channel.state == ChannelState::Paused).then(|| note(t!(notices_paused_note)));
    let waits = channel.hold_until.map(|until| note(t!(notices_held, when: exact(until)).view()));
    let rotating = channel.rotating_until.map(|until| note(t!(notices_rotating, when: exact(until)).view()));
    let no_rule = has_no_rule
        .then(|| note(t!(notices_no_rule_note, address: &new_rule_address(Some(channel.id))).view()));
    view! {
        {gone}
        {paused}
        {waits}
        {rotating}
        {no_rule}
    }
}

fn note(said: impl IntoView + 'static) -> impl IntoView {
    view! {
        <p class="to-do">
            {icon!("alert")}
            <span>{said}</span>
        </p>
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
    let rotate =
        channel.preset.is_signed().then(|| button_link(format!("{address}/secret"), t!(notices_rotate)));
    view! {
        {button("test", t!(notices_test))}
        {pause}
        {rotate}
        <a class="button delete" href=format!("{address}/delete")>
            {icon!("bin")}
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
