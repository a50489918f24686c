//! The list of deliveries.

use super::{DELIVERIES, channel_address, crumbs, labels, subject};
use crate::{
    failure::loaded,
    secrets::secret_address,
    ssr,
    ui::{
        ago::Ago,
        icon::icon,
        list::{ListPage, Nothing, button_link, filter_choice},
        rendered::rendered,
        table::{Cell, action_table},
    },
};
use backend::{Backend, Ctx, Delivery, DeliveryPage, DeliveryQuery};
use domain::{notice::DeliveryState, percent, time::Timestamp};
use leptos::{either::Either, prelude::*};
use uuid::Uuid;

/// Returns the query of the address. Whatever cannot be parsed counts as left out.
fn query() -> DeliveryQuery {
    let parameter = |name: &str| ssr::query_parameter(name).filter(|text| !text.is_empty());
    let after = parameter("after").and_then(|text| {
        let (at, id) = text.split_once('~')?;
        Some((Timestamp::parse_micros(at)?, id.parse::<Uuid>().ok()?))
    });
    DeliveryQuery {
        state: parameter("state").and_then(|code| DeliveryState::parse(&code)),
        channel: parameter("channel").and_then(|id| id.parse().ok()),
        after,
    }
}

/// Returns the address of the list with these filters.
fn address(query: &DeliveryQuery, after: Option<(Timestamp, Uuid)>) -> String {
    let channel = query.channel.map(|channel| format!("&channel={channel}")).unwrap_or_default();
    let after = after.map(|(at, id)| format!("&after={}", percent::encode(&format!("{}~{id}", at.micros()))));
    let state = query.state.map_or("", DeliveryState::code);
    format!("{DELIVERIES}?state={state}{channel}{}", after.unwrap_or_default())
}

/// Deliveries, newest first.
#[component]
pub fn DeliveriesPage() -> impl IntoView {
    let query = query();
    let load = move |backend: Backend, ctx: Ctx| async move {
        let channels = backend.notices().channels(&ctx).await?;
        Ok((channels, backend.notices().deliveries(&ctx, &query).await?))
    };
    loaded(subject(), load, move |(channels, page): (Vec<backend::ChannelSummary>, DeliveryPage)| {
        let channels = channels.into_iter().map(|channel| (channel.id.to_string(), channel.name));
        list(page, query, &channels.collect::<Vec<_>>())
    })
}

fn list(page: DeliveryPage, query: DeliveryQuery, channels: &[(String, String)]) -> impl IntoView + use<> {
    let DeliveryPage { deliveries, more, now } = page;
    let next =
        deliveries.last().filter(|_| more).map(|last| address(&query, Some((last.created_at, last.id))));
    let first = query.after.map(|_| address(&query, None));
    let rows = if deliveries.is_empty() {
        let clear =
            (query != DeliveryQuery::default()).then(|| button_link(DELIVERIES, t!(page_clear_filters)));
        Either::Left(view! { <Nothing title=t!(notices_no_deliveries) link=clear/> })
    } else {
        let back = address(&query, query.after);
        let rows = deliveries.into_iter().map(|delivery| row(&delivery, now, &back)).collect_view();
        Either::Right(action_table(
            "deliveries",
            [
                t!(notices_notice),
                t!(notices_recipient),
                t!(notices_state),
                t!(notices_attempts),
                t!(notices_created),
            ],
            rows,
        ))
    };
    let states = DeliveryState::ALL.map(|state| (state.code(), labels::delivery_state(state)));
    let chosen = query.channel.map(|id| id.to_string());
    let names = channels.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    let filter = view! {
        <form class="filter" method="get" action=DELIVERIES role="search" id="filter">
            {filter_choice("state", t!(notices_state), query.state.map(DeliveryState::code), states)}
            {filter_choice("channel", t!(notices_channel), chosen.as_deref(), names)}
            <button>{t!(notices_filter)}</button>
        </form>
    };
    let lead = t!(notices_deliveries_lead);
    rendered(view! {
        {crumbs()}
        <ListPage
            heading=t!(notices_deliveries)
            lead
            actions=None
            rows
            pages=[(t!(page_first), first), (t!(page_next), next)]
        >
            {filter}
        </ListPage>
    })
}

fn row(delivery: &Delivery, now: Timestamp, back: &str) -> impl IntoView + use<> {
    let notice = &delivery.notice;
    let subject = match &notice.secret {
        Some(id) => Either::Left(view! { <a href=secret_address(id)>{notice.name.clone()}</a> }),
        None => Either::Right(notice.name.clone()),
    };
    let recipient = match &delivery.channel {
        Some((id, name)) => Either::Left(view! { <a href=channel_address(*id)>{name.clone()}</a> }),
        None => Either::Right(view! {
            {delivery.person.clone().unwrap_or_default()}
            <span class="by">{t!(notices_by_mail)}</span>
        }),
    };
    let (class, icon) = match delivery.state {
        DeliveryState::Delivered => ("good", icon!("check")),
        DeliveryState::Waiting => ("", icon!("clock")),
        DeliveryState::Failed => ("bad", icon!("alert")),
    };
    let state = labels::delivery_state(delivery.state);
    let cause = delivery.cause.map(
        |cause| view! { <div>{labels::cause(cause, delivery.status, delivery.channel.is_none())}</div> },
    );
    let next = delivery.next_at.filter(|_| delivery.attempts > 0).map(|at| {
        view! { <div>{t!(notices_next, when: super::channel::exact(at))}</div> }
    });
    let (what, attempts, created_at) =
        (labels::what(notice), delivery.attempts.to_string(), delivery.created_at);
    let again = (delivery.state != DeliveryState::Waiting || delivery.attempts > 0).then(|| {
        let (label, label_of_one) = if delivery.state == DeliveryState::Waiting {
            (t!(notices_send_now), t!(notices_send_now_one, name: &notice.name))
        } else {
            (t!(notices_again), t!(notices_again_one, name: &notice.name))
        };
        // A delivery that arrived is seldom sent again.
        let quiet = (delivery.state == DeliveryState::Delivered).then_some("quiet");
        view! {
            <form method="post" action=format!("{DELIVERIES}/{}/again", delivery.id)>
                <input type="hidden" name="back" value=back.to_owned()/>
                <button class=quiet aria-label=label_of_one>
                    {label}
                </button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row">
                {what}
                <div class="mono">{subject}</div>
            </th>
            <Cell label=t!(notices_recipient)>{recipient}</Cell>
            <Cell label=t!(notices_state)>
                <span class=format!("state {class}")>{icon} {state}</span>
                {cause}
                {next}
            </Cell>
            <Cell label=t!(notices_attempts)>{attempts}</Cell>
            <Cell label=t!(notices_created)>
                <Ago at=created_at now/>
            </Cell>
            <td class="row-actions">{again}</td>
        </tr>
    }
}
