//! The page on which a person chooses their mails, and the pages of the links in mails.

use super::{ADDRESS, FORGET, OWN_NOTIFICATIONS, TEST, events};
use crate::{
    account::{ACCOUNT, proof::prove_again},
    failure::{Noun, Subject, loaded, with_loaded},
    form_state::FormState,
    ssr,
    texts::{self, Markup},
    ui::{
        ago::Ago,
        alert::Alert,
        field::FieldText,
        line::Line,
        rendered::rendered,
        select::{option, select_field},
    },
};
use backend::{Addressee, Backend, Ctx, MailChoiceDraft, OwnMail, Proof, may_hear_of};
use domain::{
    access::Role,
    error::{Error, Field},
    mail::MailCadence,
    notice::NoticeEvent,
    secret::SecretKind,
    sensitive::Sensitive,
    time::Timestamp,
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

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
            view! {
                <h2>{t!(mail_address_heading)}</h2>
                {address(&form, &mail, proof, now)}
                <h2>{t!(mail_choice_heading)}</h2>
                {choice(&form, &mail)}
            }
        });
        let off = (!is_on).then(|| view! { <p>{t!(mail_off)}</p> });
        view! {
            <p class="back">
                <a href=ACCOUNT>{t!(account_heading)}</a>
            </p>
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
            <div class="actions">
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
    rendered(view! {
        {dropped}
        {confirmed}
        {pending}
        {none}
        <form method="post" action=ADDRESS class="plain-form">
            {form.line(
                Field::MailAddress,
                t!(mail_address_new),
                t!(mail_address_hint),
                Line { autocomplete: "email", ..Line::TEXT },
            )}
            {prove_again(&form, proof, t!(mail_address_proof), OWN_NOTIFICATIONS)}
            <div class="actions">
                {form.reason()}
                <button class="primary">{t!(mail_address_send)}</button>
            </div>
        </form>
    })
}

/// Renders the form with the choice.
fn choice(state: &MailForm, mail: &OwnMail) -> impl IntoView + use<> {
    let form = if state.draft.is_some() { state.form.clone() } else { FormState::default() };
    let draft = state.draft.clone().unwrap_or_else(|| mail.choice.draft());
    let role = ssr::user().map_or(Role::Reader, |user| user.role);
    let unsubscribed = mail.unsubscribed_at.map(|at| {
        let when = view! { <time datetime=at.rfc3339()>{texts::exact(at)}</time> };
        view! { <p class="warning">{t!(mail_unsubscribed_since, when: Markup::rendered(when))}</p> }
    });
    let events = NoticeEvent::ALL.into_iter().filter(|event| may_hear_of(role, *event)).map(|event| {
        let chosen = draft.events.iter().any(|code| code == event.code());
        tick(&format!("{EVENT}{}", event.code()), events::event(event), chosen)
    });
    let kinds = SecretKind::ALL.map(|kind| {
        let chosen = draft.secret_kinds.iter().any(|code| code == kind.as_str());
        tick(&format!("{KIND}{}", kind.as_str()), texts::kind(kind), chosen)
    });
    let cadences = MailCadence::ALL
        .map(|cadence| option(cadence.as_str(), cadence_name(cadence), cadence.as_str() == draft.cadence));
    let weekdays = (1..=7).map(|day| option(&day.to_string(), weekday_name(day), day == draft.weekday));
    let (from, to) = draft.quiet.unzip();
    // What was typed into a rejected form is in `form`, under the same field.
    let zone = if state.draft.is_some() {
        form.clone()
    } else {
        FormState { typed: vec![(Field::TimeZone, draft.time_zone.clone())], error: None }
    };
    let prefixes = if state.draft.is_some() {
        form.clone()
    } else {
        FormState { typed: vec![(Field::Prefix, draft.name_prefixes.join("\n"))], error: None }
    };
    rendered(view! {
        {unsubscribed}
        <form method="post" action=OWN_NOTIFICATIONS class="plain-form">
            <fieldset class="ticks">
                <legend>{t!(mail_events)}</legend>
                <p class="hint">{t!(mail_events_hint)}</p>
                {events.collect_view()}
            </fieldset>
            <fieldset class="ticks">
                <legend>{t!(mail_kinds)}</legend>
                <p class="hint">{t!(mail_kinds_hint)}</p>
                {kinds.into_iter().collect_view()}
            </fieldset>
            {prefixes.lines(Field::Prefix, t!(mail_prefixes), t!(mail_prefixes_hint))}
            {select_field(plain("cadence", t!(mail_cadence)), cadences.into_iter().collect_view(), None, false)}
            {select_field(plain("hour", t!(mail_hour)), hours(Some(draft.hour), false), None, false)}
            {select_field(plain("weekday", t!(mail_weekday)), weekdays.collect_view(), None, false)}
            {zone.line(
                Field::TimeZone,
                t!(mail_zone),
                t!(mail_zone_hint),
                Line { mono: true, ..Line::TEXT },
            )}
            {select_field(plain("quiet_from", t!(mail_quiet_from)), hours(from, true), None, false)}
            {select_field(plain("quiet_to", t!(mail_quiet_to)), hours(to, true), None, false)}
            {tick("quiet_weekends", t!(mail_quiet_weekends), draft.quiet_weekends)}
            <div class="actions">
                {form.reason()}
                <button class="primary">{t!(mail_save)}</button>
            </div>
        </form>
    })
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

/// Renders the hours of a day, and none if that can be chosen.
fn hours(chosen: Option<u8>, or_none: bool) -> impl IntoView + use<> {
    let none = or_none.then(|| option("", t!(mail_no_hour), chosen.is_none()));
    let hours = (0..24).map(|hour| option(&hour.to_string(), &format!("{hour:02}:00"), chosen == Some(hour)));
    view! {
        {none}
        {hours.collect_view()}
    }
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

/// The page of a link that confirms an address: asks first, because programs that look at mails follow links.
#[component]
pub fn ConfirmMailPage(form: FormState) -> impl IntoView {
    let token = Sensitive::new(ssr::query_parameter("token").unwrap_or_default());
    let load =
        move |backend: Backend, ctx: Ctx| async move { spent_or(backend.mail().pending(&ctx, &token).await) };
    linked(load, move |Addressee { name, address }| {
        view! {
            <h1>{t!(mail_confirm_heading)}</h1>
            {form.summary()}
            <form method="post" class="confirm">
                <p>{t!(mail_confirm_question, name, address)}</p>
                <div class="actions">
                    {form.reason()}
                    <button class="primary">{t!(mail_confirm_button)}</button>
                </div>
            </form>
        }
    })
}

/// The page of a link that ends mails: asks first. Mail programs send the form by themselves when their own button is pressed.
#[component]
pub fn UnsubscribePage(form: FormState) -> impl IntoView {
    let token = ssr::query_parameter("token").unwrap_or_default();
    let load = move |backend: Backend, ctx: Ctx| async move {
        spent_or(backend.mail().subscribed(&ctx, &token).await)
    };
    linked(load, move |Addressee { address, .. }| {
        view! {
            <h1>{t!(mail_unsubscribe_heading)}</h1>
            {form.summary()}
            <form method="post" class="confirm">
                <p>{t!(mail_unsubscribe_question, address)}</p>
                <div class="actions">
                    {form.reason()}
                    <button class="primary">{t!(mail_unsubscribe_button)}</button>
                </div>
            </form>
        }
    })
}

/// The deed of a link in a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkDone {
    /// The address is confirmed.
    Confirmed,
    /// Nothing more is sent to it.
    Unsubscribed,
}

/// The page after a link has done what it is for.
#[component]
pub fn LinkDonePage(done: LinkDone, addressee: Addressee) -> impl IntoView {
    let Addressee { address, .. } = addressee;
    let (heading, said) = match done {
        LinkDone::Confirmed => (t!(mail_confirmed_heading), t!(mail_confirmed, address)),
        LinkDone::Unsubscribed => (t!(mail_unsubscribed_heading), t!(mail_unsubscribed, address)),
    };
    rendered(view! {
        <div class="form-page">
            <h1>{heading}</h1>
            <p>{said}</p>
            <p>
                <a class="button" href=OWN_NOTIFICATIONS>
                    {t!(mail_section_change)}
                </a>
            </p>
        </div>
    })
}

/// Returns nothing for a link that does nothing any more.
fn spent_or(found: Result<Addressee, Error>) -> Result<Option<Addressee>, Error> {
    match found {
        Ok(addressee) => Ok(Some(addressee)),
        Err(Error::LinkSpent) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Renders the page of a link, or says that the link does nothing any more.
fn linked<F, V>(
    load: impl FnOnce(Backend, Ctx) -> F + Send + 'static,
    show: impl FnOnce(Addressee) -> V + Send + 'static,
) -> impl IntoView
where
    F: Future<Output = Result<Option<Addressee>, Error>> + Send + 'static,
    V: IntoView + 'static,
{
    let page = with_loaded(load, move |found| match found {
        Ok(Some(addressee)) => EitherOf3::A(show(addressee)),
        Ok(None) => EitherOf3::B(SpentMailLink()),
        Err(error) => {
            EitherOf3::C(view! { <Alert title=t!(sign_in_link_unavailable)><p>{error.message()}</p></Alert> })
        }
    });
    view! { <div class="form-page">{page}</div> }
}

#[component]
fn SpentMailLink() -> impl IntoView {
    ssr::set_status(http::StatusCode::GONE);
    view! {
        <h1>{t!(mail_spent_heading)}</h1>
        <p>{t!(mail_spent)}</p>
        <p>
            <a class="button" href=OWN_NOTIFICATIONS>
                {t!(mail_section_change)}
            </a>
        </p>
    }
}
