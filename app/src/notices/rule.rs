//! The pages of one rule: adding, editing, deleting.

use super::{
    NOTIFICATIONS,
    channel::{FORM, reason, summary},
    crumbs,
    event_groups::grouped,
    labels, rule_address, subject,
};
use crate::{
    conflict::ChangedObject,
    failure::loaded,
    form_state::{FormState, message},
    ssr, texts,
    ui::{
        confirm::ConfirmPage,
        field::FieldText,
        rendered::rendered,
        select::{option, select_field},
    },
};
use backend::{Backend, ChannelSummary, Ctx, NoticeRule};
use domain::{
    error::{Error, Field},
    notice::{NoticeEvent, RuleDraft},
    secret::SecretKind,
};
use leptos::prelude::*;
use uuid::Uuid;

/// The form of a rule that was rejected, or an empty one.
#[derive(Clone, Debug, Default)]
pub struct RuleForm {
    /// The fields as they were filled in.
    pub draft: Option<RuleDraft>,
    /// The version that the form was opened with.
    pub version: Option<String>,
    /// The reason for the rejection.
    pub error: Option<Error>,
}

/// The form of a new rule, or of a stored one.
#[component]
pub fn RulePage(id: Option<Uuid>, form: RuleForm) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move {
        let notices = backend.notices();
        let channels = notices.channels(&ctx).await?;
        let stored = match id {
            Some(id) => Some(notices.rule(&ctx, id).await?),
            None => None,
        };
        Ok((channels, stored))
    };
    let page = loaded(subject(), load, move |(channels, stored)| rule_form(&channels, stored.as_ref(), form));
    view! { <div class="form-page">{page}</div> }
}

/// Returns a stored rule as it would be typed.
fn typed(rule: &NoticeRule) -> RuleDraft {
    RuleDraft {
        channel: rule.channel.as_ref().map(|(id, _)| id.to_string()).unwrap_or_default(),
        events: rule.scope.events.iter().map(|event| event.code().to_owned()).collect(),
        kinds: rule.scope.kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
        prefixes: rule.scope.prefixes.join("\n"),
    }
}

fn rule_form(
    channels: &[ChannelSummary],
    stored: Option<&NoticeRule>,
    form: RuleForm,
) -> impl IntoView + use<> {
    let RuleForm { draft, version, error } = form;
    let version = version.or_else(|| stored.map(|rule| rule.version.to_string()));
    // The page of a channel leads to a rule for it.
    let first =
        || RuleDraft { channel: ssr::query_parameter("channel").unwrap_or_default(), ..RuleDraft::default() };
    let draft = draft.or_else(|| stored.map(typed)).unwrap_or_else(first);
    // A rule by mail, which an older version took, has no effect: a channel is to be chosen.
    let none = (stored.is_some_and(|rule| rule.channel.is_none()) || channels.is_empty())
        .then(|| option("", t!(notices_choose_channel), true));
    let options = channels.iter().map(|channel| {
        let id = channel.id.to_string();
        option(&id, &channel.name, draft.channel == id)
    });
    let options = (none, options.collect_view());
    let state = FormState { typed: vec![(Field::Prefix, draft.prefixes.clone())], error };
    let channel = FieldText { id: Field::Channel.name(), label: t!(notices_channel), mark: "", hint: "" };
    let events = grouped(NoticeEvent::ALL.into_iter().filter(|event| event.is_for_rules()), |event| {
        let ticked = draft.events.iter().any(|code| code == event.code());
        tick("event", event.code(), labels::event(event), ticked)
    });
    let kinds = SecretKind::ALL.into_iter().map(|kind| {
        let ticked = draft.kinds.iter().any(|code| code == kind.as_str());
        tick("type", kind.as_str(), texts::kind(kind), ticked)
    });
    let heading = if stored.is_some() { t!(notices_edit_rule) } else { t!(notices_add_rule) };
    rendered(view! {
        {crumbs()}
        <h1>{heading}</h1>
        <p class="lead">{t!(notices_rule_lead)}</p>
        {summary(&state, ChangedObject::Rule)}
        <form method="post" id=FORM class="plain-form">
            <input type="hidden" name="version" value=version.unwrap_or_default() autocomplete="off"/>
            {select_field(channel, options, state.problem(Field::Channel), true)}
            <fieldset class="ticks" id=Field::Events.name()>
                <legend>{t!(notices_events)}</legend>
                <p class="hint">{t!(notices_events_hint)}</p>
                {events}
            </fieldset>
            <fieldset class="ticks" id=Field::Kinds.name()>
                <legend>{t!(notices_kinds)}</legend>
                <p class="hint">{t!(notices_kinds_hint)}</p>
                {kinds.collect_view()}
            </fieldset>
            {state.lines(Field::Prefix, t!(notices_prefixes), t!(notices_prefixes_hint))}
            <div class="actions">
                {reason(&state, ChangedObject::Rule)}
                <a class="button" href=NOTIFICATIONS>
                    {t!(page_cancel)}
                </a>
                <button class="primary">{t!(notices_save)}</button>
            </div>
        </form>
    })
}

/// Renders a box to tick; several have the same name.
fn tick(name: &'static str, value: &'static str, label: &'static str, ticked: bool) -> impl IntoView + use<> {
    view! {
        <label class="tick">
            <input type="checkbox" name=name value=value checked=ticked autocomplete="off"/>
            {label}
        </label>
    }
}

/// The confirmation before a rule is deleted.
#[component]
pub fn DeleteRulePage(id: Uuid, form: FormState) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move { backend.notices().rule(&ctx, id).await };
    let page = loaded(subject(), load, move |rule: NoticeRule| {
        let events = labels::events(&rule.scope.events);
        let name = rule.channel.map_or_else(|| t!(notices_by_mail).to_owned(), |(_, name)| name);
        view! {
            <ConfirmPage
                heading=t!(notices_delete_rule_heading).to_owned()
                cancel=rule_address(rule.id)
                confirm=t!(notices_delete)
                rejected=form.error.is_some().then(|| form.summary().into_any())
                reason=form.error.as_ref().map(message)
            >
                <p>{t!(notices_delete_rule_question, name, events)}</p>
            </ConfirmPage>
        }
    });
    view! { <div class="form-page">{page}</div> }
}
