//! The page Notifications: channels, rules and settings.

use super::{
    DELIVERIES, NEW_CHANNEL, NOTIFICATIONS, channel_address, deliveries_of, labels, new_rule_address,
    rule_address, subject,
};
use crate::{
    failure::loaded,
    form_state::FormState,
    mail::OWN_NOTIFICATIONS,
    ui::{
        icon::icon,
        line::Line,
        list::{Nothing, add_link, button_link},
        rendered::rendered,
        table::{Cell, action_table, row_action},
    },
};
use backend::{Backend, ChannelSummary, Ctx, NoticeRule};
use domain::{
    error::Field,
    notice::{ChannelState, DeliveryState},
};
use leptos::{either::Either, prelude::*};

/// Everything that the page shows.
struct Shown {
    channels: Vec<ChannelSummary>,
    rules: Vec<NoticeRule>,
    failures: u8,
}

/// The channels, the rules and the settings; with the answer to the form of the settings, if it was rejected.
#[component]
pub fn NotificationsPage(form: FormState) -> impl IntoView {
    let load = async |backend: Backend, ctx: Ctx| {
        let notices = backend.notices();
        Ok(Shown {
            channels: notices.channels(&ctx).await?,
            rules: notices.rules(&ctx).await?,
            failures: notices.failures(&ctx).await?,
        })
    };
    loaded(subject(), load, move |shown| view(shown, &form))
}

fn view(shown: Shown, form: &FormState) -> impl IntoView + use<> {
    let Shown { channels, rules, failures } = shown;
    let failed = format!("{DELIVERIES}?state={}", DeliveryState::Failed.code());
    let (has_channels, has_rules) = (!channels.is_empty(), !rules.is_empty());
    let add_channel = || add_link(NEW_CHANNEL, (icon!("plus"), t!(notices_add_channel)));
    // Where there is nothing yet, the button stands in its place.
    let add_channel_above = has_channels.then(add_channel);
    let add_rule_above = has_rules.then(|| {
        view! {
            <a class="button" href=new_rule_address(None)>
                {icon!("plus")}
                {t!(notices_add_rule)}
            </a>
        }
    });
    let channel_table = if has_channels {
        Either::Left(channel_table(channels, &rules))
    } else {
        Either::Right(view! {
            <Nothing title=t!(notices_no_channels) text=t!(notices_no_channels_text) link=Some(add_channel())/>
        })
    };
    let settings = settings(form, failures);
    rendered(view! {
        <h1>{t!(notices_heading)}</h1>
        <p class="lead">{t!(notices_lead, address: OWN_NOTIFICATIONS)}</p>
        {form.summary()}
        <section class="part-of-page" aria-labelledby="channels">
            <div class="page-head">
                <h2 id="channels">{t!(notices_channels)}</h2>
                {add_channel_above}
            </div>
            {channel_table}
        </section>
        <section class="part-of-page" aria-labelledby="rules">
            <div class="page-head">
                <h2 id="rules">{t!(notices_rules)}</h2>
                {add_rule_above}
            </div>
            {rule_table(rules, has_channels)}
        </section>
        <section class="part-of-page" aria-labelledby="deliveries">
            <h2 id="deliveries">{t!(notices_deliveries)}</h2>
            <p class="hint">{t!(notices_deliveries_lead)}</p>
            <p class="choices">
                {button_link(DELIVERIES, t!(notices_all_deliveries))}
                {button_link(failed, t!(notices_failed_deliveries))}
            </p>
        </section>
        {settings}
    })
}

fn channel_table(channels: Vec<ChannelSummary>, rules: &[NoticeRule]) -> impl IntoView + use<> {
    let rows = channels.into_iter().map(|channel| {
        let address = channel_address(channel.id);
        let edit = row_action(
            address.clone(),
            t!(notices_edit_one, name: &channel.name),
            t!(notices_edit),
            icon!("pencil"),
        );
        let delete = row_action(
            format!("{address}/delete"),
            t!(notices_delete_one, name: &channel.name),
            t!(notices_delete),
            icon!("bin"),
        );
        let state = state(&channel);
        let named = rules.iter().any(|rule| rule.channel.as_ref().is_some_and(|(id, _)| *id == channel.id));
        let silent = (!named).then(|| {
            view! {
                <span class="against">{icon!("alert")} {t!(notices_no_rule_for)}</span>
            }
        });
        let waiting = if channel.waiting == 0 {
            Either::Left(view! { <small>"0"</small> })
        } else {
            let address = deliveries_of(channel.id, Some(DeliveryState::Waiting));
            Either::Right(view! { <a href=address>{channel.waiting.to_string()}</a> })
        };
        let ChannelSummary { name, preset, host, .. } = channel;
        view! {
            <tr>
                <th scope="row">
                    <a href=address>{name}</a>
                </th>
                <Cell label=t!(notices_kind)>{labels::preset(preset)}</Cell>
                <Cell label=t!(notices_host)>
                    <code>{host}</code>
                </Cell>
                <Cell label=t!(notices_state)>{state} {silent}</Cell>
                <Cell label=t!(notices_waiting)>{waiting}</Cell>
                <td class="row-actions">{edit} {delete}</td>
            </tr>
        }
    });
    action_table(
        "channels",
        [t!(notices_name), t!(notices_kind), t!(notices_host), t!(notices_state), t!(notices_waiting)],
        rows.collect_view(),
    )
}

/// Renders whether a channel sends.
pub(super) fn state(channel: &ChannelSummary) -> impl IntoView + use<> {
    let (class, icon, word) = match (channel.state, channel.failing) {
        (ChannelState::Active, false) => ("good", icon!("check"), labels::channel_state(channel.state)),
        (ChannelState::Active, true) => ("warn", icon!("alert"), t!(notices_channel_failing)),
        (ChannelState::Paused, _) => ("", icon!("clock"), labels::channel_state(channel.state)),
        (ChannelState::Disabled, _) => ("bad", icon!("ban"), labels::channel_state(channel.state)),
    };
    rendered(view! { <span class=format!("state {class}")>{icon} {word}</span> })
}

fn rule_table(rules: Vec<NoticeRule>, has_channels: bool) -> impl IntoView {
    if rules.is_empty() {
        let (text, link) = if has_channels {
            let add = add_link(new_rule_address(None), (icon!("plus"), t!(notices_add_rule)));
            (t!(notices_no_rules_text), Some(add))
        } else {
            (t!(notices_no_rules_yet), None)
        };
        return Either::Left(view! { <Nothing title=t!(notices_no_rules) text link/> });
    }
    let rows = rules.into_iter().map(|rule| {
        let by_mail = rule.channel.is_none().then(|| {
            view! {
                <span class="against">{icon!("alert")} {t!(notices_by_mail_no_effect)}</span>
            }
        });
        let name = rule.channel.map_or_else(|| t!(notices_by_mail).to_owned(), |(_, name)| name);
        let address = rule_address(rule.id);
        let edit = row_action(
            address.clone(),
            t!(notices_edit_rule_of, name: &name),
            t!(notices_edit),
            icon!("pencil"),
        );
        let delete = row_action(
            format!("{address}/delete"),
            t!(notices_delete_rule_of, name: &name),
            t!(notices_delete),
            icon!("bin"),
        );
        view! {
            <tr>
                <th scope="row">
                    <a href=address>{name}</a>
                    {by_mail}
                </th>
                <Cell label=t!(notices_events)>{labels::events(&rule.scope.events)}</Cell>
                <Cell label=t!(notices_secrets)>
                    {labels::secrets(&rule.scope.kinds, &rule.scope.prefixes)}
                </Cell>
                <td class="row-actions">{edit} {delete}</td>
            </tr>
        }
    });
    let headings = [t!(notices_channel), t!(notices_events), t!(notices_secrets)];
    Either::Right(action_table("rules", headings, rows.collect_view()))
}

fn settings(form: &FormState, failures: u8) -> impl IntoView + use<> {
    let typed = form.typed(Field::Failures);
    let shown = if typed.is_empty() { failures.to_string() } else { typed };
    let field = FormState { typed: vec![(Field::Failures, shown)], error: form.error.clone() };
    view! {
        <section class="part-of-page" aria-labelledby="settings">
            <h2 id="settings">{t!(notices_settings)}</h2>
            <form method="post" action=format!("{NOTIFICATIONS}/settings") class="plain-form short-form">
                {field.line(
                    Field::Failures,
                    t!(notices_failures),
                    t!(notices_failures_hint),
                    Line { autofocus: form.error.is_some(), ..Line::TEXT },
                )}
                <div class="actions">
                    {form.reason()}
                    <button>{t!(notices_save)}</button>
                </div>
            </form>
        </section>
    }
}
