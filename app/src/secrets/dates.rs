//! The dates of a secret's value: their fields in the form, which the server renders, and their state on pages.

use super::{from_secret, input::Typed};
use crate::{
    error::ApiError,
    mail::{OWN_NOTIFICATIONS, reminder_address},
    messages, ssr,
    texts::{self, Markup},
    ui::{
        field::{FieldText, field_frame},
        icon::icon,
    },
};
use domain::{
    error::{Error, Field},
    secret::{Dates, DatesState, MAX_RENEWAL_DAYS, SecretId, SecretKind},
    time::{Age, Timestamp},
};
use leptos::{either::Either, prelude::*};

/// Renders the fields, folded until one has something in it. `stored` is the secret that is edited.
pub fn fields(
    typed: &Typed,
    rejected: Option<&ApiError>,
    stored: Option<&SecretId>,
) -> impl IntoView + use<> {
    let errors = match rejected {
        Some(ApiError::Rejected(Error::Invalid(errors), _)) => errors.as_slice(),
        _ => &[],
    };
    let first = errors.first().map(|error| error.field);
    let problem = |field| {
        errors.iter().find(|error| error.field == field).map(|error| messages::problem(&error.problem))
    };
    let Typed { expires_at, expires_zone, renew_every_days, stop_when_expired, .. } = typed;
    let stops = !stop_when_expired.is_empty();
    let (wrong_day, wrong_days) = (problem(Field::ExpiresAt), problem(Field::RenewEveryDays));
    let open = stops
        || !expires_at.is_empty()
        || !renew_every_days.is_empty()
        || wrong_day.is_some()
        || wrong_days.is_some();
    let expires = expires(expires_at, expires_zone, wrong_day, first == Some(Field::ExpiresAt));
    let renew = renew(renew_every_days, wrong_days, first == Some(Field::RenewEveryDays));
    let stop = Field::StopWhenExpired.name();
    let remind = ssr::sends_mail().then(|| {
        let address = stored.map_or_else(|| OWN_NOTIFICATIONS.to_owned(), reminder_address);
        view! { <p class="hint remind">{t!(dates_remind_hint, address: &address)}</p> }
    });
    view! {
        <details class="fold dates" open=open>
            <summary>{t!(dates_heading)}</summary>
            {expires}
            <p class="hint without-script">{t!(dates_expires_zone)}</p>
            {(stored.map(|id| id.kind) != Some(SecretKind::GitDataset))
                .then(|| view! { <p class="hint for-image-pull">{t!(dates_known_end)}</p> })}
            {stored.map(|_| view! { <p class="hint">{t!(dates_new_value)}</p> })}
            <label class="tick">
                <input
                    type="checkbox"
                    id=stop
                    name=stop
                    checked=stops
                    aria-describedby="stop-hint"
                    autocomplete="off"
                />
                {texts::field(Field::StopWhenExpired)}
            </label>
            <p class="hint" id="stop-hint">{t!(dates_stop_hint)}</p>
            {renew}
            {remind}
        </details>
    }
}

/// Renders the day of the end. A script shows a stored time as the reader's own day, and sends the reader's zone.
fn expires(typed: &str, zone: &str, problem: Option<String>, autofocus: bool) -> impl IntoView + use<> {
    let field = Field::ExpiresAt;
    let hint = t!(dates_expires_hint);
    let text = FieldText { id: field.name(), label: texts::field(field), mark: t!(form_optional), hint };
    let at = Timestamp::parse_rfc3339(typed);
    let day = at.map_or_else(|| typed.to_owned(), |at| at.rfc3339()[..10].to_owned());
    let input = view! {
        <input
            type="date"
            id=field.name()
            name=field.name()
            value=day
            min="1970-01-01"
            max="9999-12-31"
            data-at=at.map(Timestamp::rfc3339)
            aria-invalid=problem.is_some().then_some("true")
            aria-describedby=text.described_by(problem.is_some())
            autocomplete="off"
            autofocus=autofocus
        />
        <input type="hidden" name="expires_zone" value=zone.to_owned()/>
    };
    field_frame(text, Signal::stored(problem), None, input)
}

/// Renders the number of days between renewals.
fn renew(typed: &str, problem: Option<String>, autofocus: bool) -> impl IntoView + use<> {
    let field = Field::RenewEveryDays;
    let hint = t!(dates_renew_hint);
    let text = FieldText { id: field.name(), label: texts::field(field), mark: t!(form_optional), hint };
    let input = view! {
        <input
            type="number"
            id=field.name()
            name=field.name()
            value=typed.to_owned()
            min="1"
            max=MAX_RENEWAL_DAYS
            step="1"
            aria-invalid=problem.is_some().then_some("true")
            aria-describedby=text.described_by(problem.is_some())
            autocomplete="off"
            autofocus=autofocus
        />
    };
    let with_unit = view! {
        <div class="with-unit">
            {input}
            <span>{t!(dates_days)}</span>
        </div>
    };
    field_frame(text, Signal::stored(problem), None, with_unit)
}

/// Returns how long ago this was, or how long it is until then: "in 3 days".
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    if at <= now {
        return texts::relative(at, now);
    }
    match now.age(at) {
        Age::Now => t!(dates_in_a_moment).to_owned(),
        Age::Minutes(count) => t!(dates_in_minutes, count),
        Age::Hours(count) => t!(dates_in_hours, count),
        Age::Days(count) => t!(dates_in_days, count),
        Age::Months(count) => t!(dates_in_months, count),
        Age::Years(count) => t!(dates_in_years, count),
    }
}

/// Returns a time for a text, with the exact one as its title.
pub(super) fn when(at: Timestamp, now: Timestamp) -> Markup {
    Markup::rendered(view! { <time datetime=at.rfc3339() title=texts::exact(at)>{relative(at, now)}</time> })
}

/// Renders the notice at the top of a secret's page that its value has expired or is to be renewed.
#[component]
pub fn Notice<'a>(id: &'a SecretId, dates: Dates, now: Timestamp, may_write: bool) -> impl IntoView + use<> {
    let address = format!("{}#{}", from_secret(id, "edit", &ssr::query()), Field::ExpiresAt.name());
    let said = match dates.state(now) {
        DatesState::Expired(_) => match (dates.stop_when_expired, may_write) {
            (false, true) => t!(dates_still_handed_out, address),
            (false, false) => t!(dates_still_handed_out_to_see),
            (true, true) => t!(dates_not_handed_out, address),
            (true, false) => t!(dates_not_handed_out_to_see),
        },
        DatesState::RenewalDue(since) => t!(dates_renewal_due_since, when: when(since, now)),
        DatesState::Soon(_) | DatesState::Fine => return Either::Left(()),
    };
    Either::Right(view! {
        <p class="to-do">
            {icon!("clock")}
            <span>{said}</span>
        </p>
    })
}

/// Renders the dates among the facts of a secret, each with its state.
#[component]
pub fn DateFacts<'a>(id: &'a SecretId, dates: Dates, now: Timestamp) -> impl IntoView + use<> {
    let state = dates.state(now);
    let expires = dates.expires_at.map(|at| {
        let (class, said) = match state {
            DatesState::Expired(_) => ("bad", t!(dates_expired_since, when: when(at, now))),
            DatesState::Soon(_) => ("warn", t!(dates_expires_in, when: when(at, now))),
            DatesState::RenewalDue(_) | DatesState::Fine => ("", t!(dates_expires_in, when: when(at, now))),
        };
        let stops = if dates.stop_when_expired { t!(dates_stops) } else { t!(dates_handed_out) };
        view! {
            <dt>{texts::field(Field::ExpiresAt)}</dt>
            <dd>
                <time datetime=at.rfc3339()>{texts::exact(at)}</time>
                <div class=format!("state {class}")>{icon!("clock")} <span>{said}</span></div>
                <p class="hint">{stops}</p>
            </dd>
        }
    });
    let renewal = dates.renew_every_days.zip(dates.renewal_due_at()).map(|(days, due)| {
        let (class, said) = if due <= now {
            ("warn", t!(dates_renewal_due_since, when: when(due, now)))
        } else {
            ("", t!(dates_renewal_from, when: when(due, now)))
        };
        view! {
            <dt>{texts::field(Field::RenewEveryDays)}</dt>
            <dd>
                {t!(dates_every, count: days)}
                <div class=format!("state {class}")>{icon!("clock")} <span>{said}</span></div>
            </dd>
        }
    });
    let remind = (expires.is_some() || renewal.is_some()) && ssr::sends_mail();
    let remind = remind.then(|| {
        view! {
            <dt>{t!(dates_mail)}</dt>
            <dd>
                <a href=reminder_address(id)>{t!(dates_remind)}</a>
            </dd>
        }
    });
    view! {
        {expires}
        {renewal}
        {remind}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        error::{FieldError, Problem},
        secret::DatesProblem,
    };

    fn time(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn rendered(view: impl FnOnce() -> String) -> String {
        Owner::new().with(view)
    }

    fn hub() -> SecretId {
        SecretId::parse("image-hub").unwrap()
    }

    #[test]
    fn relative_looks_both_ways() {
        let now = time("2026-12-01T00:00:00Z");
        for (at, said) in [
            ("2026-11-28T00:00:00Z", "3 days ago"),
            ("2026-12-01T00:00:00Z", "just now"),
            ("2026-12-01T00:00:30Z", "in less than a minute"),
            ("2026-12-01T00:01:00Z", "in 1 minute"),
            ("2026-12-01T12:00:00Z", "in 12 hours"),
            ("2026-12-04T00:00:00Z", "in 3 days"),
            ("2027-02-01T00:00:00Z", "in 2 months"),
            ("2029-12-31T00:00:00Z", "in 3 years"),
        ] {
            assert_eq!(relative(time(at), now), said, "{at}");
        }
    }

    #[test]
    fn fields_are_folded_until_one_has_something_in_it() {
        let html = |typed: &Typed| rendered(|| fields(typed, None, Some(&hub())).into_view().to_html());
        let empty = html(&Typed::default());
        assert!(!empty.contains("<details class=\"fold dates\" open"), "{empty}");
        let typed = Typed { expires_at: "2026-12-01T12:30:00.5Z".to_owned(), ..Typed::default() };
        let shown = html(&typed);
        assert!(shown.contains("open") && shown.contains("value=\"2026-12-01\""), "{shown}");
        assert!(shown.contains("data-at=\"2026-12-01T12:30:00Z\""), "{shown}");
        // A typed day stays as it is.
        let typed = Typed {
            expires_at: "2026-12-01".to_owned(),
            expires_zone: "480".to_owned(),
            stop_when_expired: "on".to_owned(),
            ..Typed::default()
        };
        let shown = html(&typed);
        assert!(shown.contains("value=\"2026-12-01\"") && !shown.contains("data-at"), "{shown}");
        assert!(shown.contains("value=\"480\"") && shown.contains("checked"), "{shown}");
    }

    #[test]
    fn fields_say_what_is_wrong_beside_them() {
        let problem = Problem::Dates(DatesProblem::Days);
        let error = Error::Invalid(vec![FieldError { field: Field::RenewEveryDays, problem }]);
        let typed = Typed { renew_every_days: "9999".to_owned(), ..Typed::default() };
        let html = rendered(|| fields(&typed, Some(&error.into()), None).into_view().to_html());
        assert!(html.contains("renew_every_days-error") && html.contains("from 1 to 3650."), "{html}");
        assert!(!html.contains("If you replace the value"), "{html}");
    }

    #[test]
    fn facts_say_each_state_by_word_and_class() {
        let now = time("2026-12-01T00:00:00Z");
        let html = |dates: Dates| {
            rendered(|| DateFacts(DateFactsProps { id: &hub(), dates, now }).into_view().to_html())
        };
        let of = |at: &str| Dates { expires_at: Some(time(at)), ..Dates::none(now) };
        let expired = html(Dates { stop_when_expired: true, ..of("2026-11-28T00:00:00Z") });
        assert!(expired.contains("state bad") && expired.contains("3 days ago"), "{expired}");
        assert!(expired.contains("Not handed out after that."), "{expired}");
        let soon = html(of("2026-12-04T00:00:00Z"));
        assert!(soon.contains("state warn") && soon.contains("in 3 days"), "{soon}");
        assert!(soon.contains("Still handed out after that."), "{soon}");
        let later = html(of("2027-12-04T00:00:00Z"));
        assert!(
            later.contains("class=\"state") && !later.contains("warn") && !later.contains("bad"),
            "{later}"
        );
        let due = Dates { renew_every_days: Some(30), ..Dates::none(time("2026-10-01T00:00:00Z")) };
        let due = html(due);
        assert!(due.contains("Every 30 days") && due.contains("Renewal due since"), "{due}");
        assert_eq!(html(Dates::none(now)).matches("<dt>").count(), 0);
    }
}
