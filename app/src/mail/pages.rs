//! The page on which a person chooses their mails, and its section on the account page.

use super::{
    ADDRESS, FORGET, OWN_NOTIFICATIONS, TEST, events,
    reminder::{self, Reminder},
};
use crate::{
    account::{ACCOUNT, proof::prove_again},
    failure::{Noun, Subject, loaded},
    form_state::FormState,
    notices::event_groups::grouped,
    ssr,
    texts::{self, Markup},
    ui::{
        ago::Ago,
        alert::Alert,
        crumbs::crumbs,
        field::{FieldText, field_frame},
        html::Html,
        line::Line,
        rendered::rendered,
        select::{option, select_field},
    },
};
use backend::{Backend, Ctx, MailChoiceDraft, OwnMail, Proof, Zone, may_hear_of};
use domain::{
    access::Role, error::Field, mail::MailCadence, notice::NoticeEvent, secret::SecretKind, time::Timestamp,
};
use leptos::{either::Either, prelude::*};

/// The answer to a form of the page.
#[derive(Clone, Debug, Default)]
pub struct MailForm {
    /// The rejected form.
    pub form: FormState,
    /// The rejected choice; `None` if another form was rejected.
    pub draft: Option<MailChoiceDraft>,
}

/// The own address, and the own choice.
#[component]
pub fn OwnNotificationsPage(form: MailForm) -> impl IntoView {
    let load = async |backend: Backend, ctx: Ctx| {
        let proof = backend.sessions().proof(&ctx).await?;
        Ok((backend.mail().own(&ctx).await?, proof, ctx.now))
    };
    let subject = Subject { heading: t!(mail_heading), noun: Noun::Account, list: ACCOUNT };
    let page = loaded(subject, load, move |(mail, proof, now)| {
        let OwnMail { is_on, .. } = mail;
        let parts = is_on.then(|| {
            let address = rendered(view! {
                <section aria-labelledby="address">
                    <h2 id="address">{t!(mail_address_heading)}</h2>
                    {address(&form, &mail, proof, now)}
                </section>
            });
            // Whoever wants to be reminded of a secret first sees to what is chosen.
            let reminds = form.draft.is_none().then(|| reminder::of_address(&mail)).flatten();
            let note = reminds.as_ref().map(Reminder::note);
            view! {
                {note}
                {address}
                {choice(&form, &mail, reminds)}
            }
        });
        let off = (!is_on).then(|| view! { <p>{t!(mail_off)}</p> });
        view! {
            {crumbs(ACCOUNT.to_owned(), t!(account_heading).to_owned())}
            <h1>{t!(mail_heading)}</h1>
            <p class="lead">{t!(mail_lead)}</p>
            {form.form.summary()}
            {off}
            {parts}
        }
    });
    view! { <div class="form-page">{page}</div> }
}

/// Returns a relative time, for a text.
fn ago(at: Timestamp, now: Timestamp) -> Markup {
    Markup::rendered(view! { <Ago at now/> })
}

/// Renders the state of the addresses, and the form that asks to confirm one.
fn address(state: &MailForm, mail: &OwnMail, proof: Proof, now: Timestamp) -> impl IntoView + use<> {
    let form = if state.draft.is_none() { state.form.clone() } else { FormState::default() };
    let confirmed = mail.address.clone().map(|(address, at)| {
        view! {
            <p>{t!(mail_address_confirmed, address, when: ago(at, now))}</p>
            <div class="choices">
                <form method="post" action=TEST>
                    <button>{t!(mail_send_test)}</button>
                </form>
                <form method="post" action=FORGET>
                    <button>{t!(mail_forget)}</button>
                </form>
            </div>
        }
    });
    let pending = mail.pending.clone().map(|(address, until)| {
        let until = view! { <time datetime=until.rfc3339()>{texts::exact(until)}</time> };
        view! { <p>{t!(mail_address_pending, address, until: Markup::rendered(until))}</p> }
    });
    let dropped = mail.dropped.clone().map(|dropped| {
        let (address, reply) = (dropped.address, dropped.reply.to_string());
        view! {
            <Alert title=t!(mail_dropped_title)>
                <p>{t!(mail_dropped, address, reply, when: ago(dropped.at, now))}</p>
            </Alert>
        }
    });
    let none = (mail.address.is_none() && mail.pending.is_none()).then(|| {
        view! { <p>{t!(mail_address_none)}</p> }
    });
    let is_changed = mail.address.is_some();
    let label = if is_changed { t!(mail_address_other) } else { t!(mail_address_new) };
    let asks = rendered(view! {
        <form method="post" action=ADDRESS class="plain-form">
            {form.line(
                Field::MailAddress,
                label,
                t!(mail_address_hint),
                Line { autocomplete: "email", ..Line::TEXT },
            )}
            {prove_again(&form, proof, t!(mail_address_proof), OWN_NOTIFICATIONS)}
            <div class="actions">
                {form.reason()}
                <button class="primary">{t!(mail_address_send)}</button>
            </div>
        </form>
    });
    let asks = if is_changed {
        Either::Left(view! {
            <details class="fold" open=form.error.is_some()>
                <summary>{t!(mail_address_change)}</summary>
                {asks}
            </details>
        })
    } else {
        Either::Right(asks)
    };
    rendered(view! {
        {dropped}
        {confirmed}
        {pending}
        {none}
        {asks}
    })
}

/// Renders the form with the choice.
fn choice(state: &MailForm, mail: &OwnMail, reminds: Option<Reminder>) -> impl IntoView + use<> {
    let form = if state.draft.is_some() { state.form.clone() } else { FormState::default() };
    let draft = state.draft.clone().unwrap_or_else(|| {
        reminds.and_then(|reminder| reminder.draft).unwrap_or_else(|| mail.choice.draft())
    });
    let unsubscribed = mail.unsubscribed_at.map(|at| {
        let when = view! { <time datetime=at.rfc3339()>{texts::exact(at)}</time> };
        view! { <p class="warning">{t!(mail_unsubscribed_since, when: Markup::rendered(when))}</p> }
    });
    let no_address =
        mail.address.is_none().then(|| view! { <p class="hint">{t!(mail_choice_no_address)}</p> });
    rendered(view! {
        <form method="post" action=OWN_NOTIFICATIONS class="plain-form">
            <section aria-labelledby="choice">
                <h2 id="choice">{t!(mail_choice_heading)}</h2>
                {unsubscribed}
                {no_address}
                {what(state, &form, &draft)}
            </section>
            <section aria-labelledby="times">
                <h2 id="times">{t!(mail_times_heading)}</h2>
                {when(&form, &draft)}
            </section>
            <div class="actions">
                {form.reason()}
                <button class="primary">{t!(mail_save)}</button>
            </div>
        </form>
    })
}

/// Renders the choice of events and secrets.
fn what(state: &MailForm, form: &FormState, draft: &MailChoiceDraft) -> impl IntoView + use<> {
    let role = ssr::user().map_or(Role::Reader, |user| user.role);
    let events = grouped(NoticeEvent::ALL.into_iter().filter(|event| may_hear_of(role, *event)), |event| {
        let chosen = draft.events.iter().any(|code| code == event.code());
        tick(&format!("{EVENT}{}", event.code()), events::event(event), chosen)
    });
    let kinds = SecretKind::ALL.map(|kind| {
        let chosen = draft.secret_kinds.iter().any(|code| code == kind.as_str());
        tick(&format!("{KIND}{}", kind.as_str()), texts::kind(kind), chosen)
    });
    // What was typed into a rejected form is in `form`, under the same field.
    let prefixes = if state.draft.is_some() {
        form.clone()
    } else {
        FormState { typed: vec![(Field::Prefix, draft.name_prefixes.join("\n"))], error: None }
    };
    rendered(view! {
        <fieldset class="ticks">
            <legend>{t!(mail_events)}</legend>
            <p class="hint">{t!(mail_events_hint)}</p>
            {events}
        </fieldset>
        <fieldset class="ticks">
            <legend>{t!(mail_kinds)}</legend>
            <p class="hint">{t!(mail_kinds_hint)}</p>
            {kinds.into_iter().collect_view()}
        </fieldset>
        {prefixes.lines(Field::Prefix, t!(mail_prefixes), t!(mail_prefixes_hint))}
    })
}

/// Renders the choice of times. The style sheet shows only the fields that matter: no hour for mails at once.
fn when(form: &FormState, draft: &MailChoiceDraft) -> impl IntoView + use<> {
    let cadences = MailCadence::ALL
        .map(|cadence| option(cadence.as_str(), cadence_name(cadence), cadence.as_str() == draft.cadence));
    let weekdays = (1..=7).map(|day| option(&day.to_string(), weekday_name(day), day == draft.weekday));
    let (from, to) = draft.quiet.unwrap_or(NIGHT);
    let quiet_problem = form.problem(Field::QuietTo);
    let is_wrong = quiet_problem.is_some();
    rendered(view! {
        {select_field(plain("cadence", t!(mail_cadence)), cadences.into_iter().collect_view(), None, false)}
        <div class="side-by-side">
            {select_field(plain("weekday", t!(mail_weekday)), weekdays.collect_view(), None, false)}
            {select_field(plain("hour", t!(mail_hour)), hours(draft.hour), None, false)}
        </div>
        {zone(form, draft)}
        <fieldset class="ticks quiet-hours">
            <legend>{t!(mail_quiet)}</legend>
            <p class="hint">{t!(mail_quiet_hint)}</p>
            {tick("quiet", t!(mail_quiet_hours), draft.quiet.is_some())}
            <div class="side-by-side">
                {select_field(plain("quiet_from", t!(mail_quiet_from)), hours(from), None, false)}
                {select_field(plain(Field::QuietTo.name(), t!(mail_quiet_to)), hours(to), quiet_problem, is_wrong)}
            </div>
            {tick("quiet_weekends", t!(mail_quiet_weekends), draft.quiet_weekends)}
        </fieldset>
    })
}

/// The quiet hours that are proposed.
const NIGHT: (u8, u8) = (22, 7);

/// Renders the time zone, with the names that are known. Whoever has chosen nothing yet is proposed their own by a script.
fn zone(form: &FormState, draft: &MailChoiceDraft) -> impl IntoView + use<> {
    let field = Field::TimeZone;
    let text = FieldText { id: field.name(), label: t!(mail_zone), mark: "", hint: t!(mail_zone_hint) };
    let problem = form.problem(field);
    let is_first = draft.events.is_empty() && form.error.is_none();
    let typed = if form.error.is_some() { form.typed(field) } else { draft.time_zone.clone() };
    let mut names = Html::default();
    for name in Zone::names() {
        names.markup("<option").attribute("value", &name).markup(">");
    }
    let input = view! {
        <input
            type="text"
            id=field.name()
            name=field.name()
            value=typed
            list="zones"
            class="mono"
            data-own-zone=is_first.then_some("")
            aria-required="true"
            aria-invalid=problem.is_some().then_some("true")
            aria-describedby=text.described_by(problem.is_some())
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            autofocus=problem.is_some()
        />
        <datalist id="zones" inner_html=names.into_string()></datalist>
    };
    field_frame(text, Signal::stored(problem), None, input)
}

/// The beginnings of the names of fields for events and types.
pub(super) const EVENT: &str = "event:";
pub(super) const KIND: &str = "type:";

fn plain(id: &'static str, label: &'static str) -> FieldText {
    FieldText { id, label, mark: "", hint: "" }
}

fn tick(name: &str, label: &'static str, chosen: bool) -> impl IntoView + use<> {
    view! {
        <label class="tick">
            <input type="checkbox" name=name.to_owned() value="on" checked=chosen/>
            {label}
        </label>
    }
}

/// Renders the hours of a day.
fn hours(chosen: u8) -> impl IntoView + use<> {
    let hours = (0..24).map(|hour| option(&hour.to_string(), &format!("{hour:02}:00"), chosen == hour));
    hours.collect_view()
}

fn cadence_name(cadence: MailCadence) -> &'static str {
    match cadence {
        MailCadence::AtOnce => t!(mail_at_once),
        MailCadence::Daily => t!(mail_daily),
        MailCadence::Weekly => t!(mail_weekly),
    }
}

fn weekday_name(day: u8) -> &'static str {
    match day {
        1 => t!(mail_monday),
        2 => t!(mail_tuesday),
        3 => t!(mail_wednesday),
        4 => t!(mail_thursday),
        5 => t!(mail_friday),
        6 => t!(mail_saturday),
        _ => t!(mail_sunday),
    }
}

/// The section of the account page.
#[component]
pub fn NotificationsSection(mail: OwnMail) -> impl IntoView {
    let OwnMail { is_on, address, choice, unsubscribed_at, .. } = mail;
    let state = match (is_on, address) {
        (false, _) => Either::Left(t!(mail_off)),
        (true, Some((address, _))) if !choice.events.is_empty() && unsubscribed_at.is_none() => {
            let count = choice.events.len();
            Either::Right(
                t!(mail_section_some, address, count, cadence: cadence_name(choice.schedule.cadence)),
            )
        }
        (true, _) => Either::Left(t!(mail_section_none)),
    };
    let change = is_on.then(|| {
        view! {
            <p>
                <a class="button" href=OWN_NOTIFICATIONS>
                    {t!(mail_section_change)}
                </a>
            </p>
        }
    });
    rendered(view! {
        <p>{state}</p>
        {change}
    })
}
