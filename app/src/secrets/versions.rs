//! The versions of a secret's value: the section on its page, the page with all of them, and the confirmations before one is
//! rolled back to or destroyed. No value is shown.

pub mod post;
pub mod question;

use super::{LIST, from_secret, page_of};
use crate::{
    connection_tests::answer::CauseWord,
    failure::{Noun, Subject, loaded},
    ssr,
    texts::{self, Markup},
    ui::{
        ago::Ago,
        crumbs::crumbs,
        icon::icon,
        list::ListPage,
        rendered::rendered,
        table::{Cell, action_table, row_action},
    },
};
use backend::{Backend, Ctx};
use domain::{
    access::Role,
    secret::{SecretId, SecretVersion, VersionPage, VersionReason, VersionState},
    time::Timestamp,
    usage::SecretConsumers,
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

/// The section of a secret's page.
#[component]
pub fn VersionsSection<'a>(
    versions: VersionPage,
    consumers: &'a SecretConsumers,
    id: &'a SecretId,
    may_write: bool,
) -> impl IntoView + use<> {
    let all = versions.next.is_some().then(|| {
        let address = page_of(id, "versions", &ssr::query());
        view! {
            <p>
                <a href=address>{t!(version_all)}</a>
            </p>
        }
    });
    let table = table(versions, consumers, id, may_write);
    rendered(view! {
        <section class="versions-section" aria-labelledby="versions-title">
            <h2 id="versions-title">{t!(version_heading)}</h2>
            {table}
            {all}
        </section>
    })
}

/// The page with all versions.
#[component]
pub fn VersionsPage(id: SecretId) -> impl IntoView {
    const NO_FILTER: () = ();
    let before = ssr::query_parameter("before").and_then(|number| number.parse().ok());
    let of = id.clone();
    let load = move |backend: Backend, ctx: Ctx| async move {
        let versions = backend.secrets().versions(&ctx, &of, before).await?;
        Ok((versions, backend.usages().of_secret(&ctx, &of).await?, backend.secrets().keep_versions()))
    };
    let subject = Subject { heading: t!(version_heading), noun: Noun::Secret, list: LIST };
    loaded(subject, load, move |(versions, consumers, keep)| {
        let query = ssr::query();
        let first = page_of(&id, "versions", &query);
        let sign = if first.contains('?') { '&' } else { '?' };
        let next = versions.next.map(|next| format!("{first}{sign}before={next}"));
        let rows = table(versions, &consumers, &id, ssr::may(Role::Editor));
        let (count, days) = (keep.count, keep.days);
        let name = id.name.as_str();
        let explanation = match days {
            Some(days) => t!(version_lead_days, count, days),
            None => t!(version_lead, count),
        };
        let first = before.is_some().then_some(first);
        view! {
            {crumbs(page_of(&id, "", &query), name.to_owned())}
            <ListPage
                heading=t!(version_heading_of, name)
                lead=explanation
                actions=None
                rows
                pages=[(t!(page_first), first), (t!(page_next), next)]
            >
                {NO_FILTER}
            </ListPage>
        }
    })
}

/// Renders the versions, each with what can be done with it.
fn table(
    versions: VersionPage,
    consumers: &SecretConsumers,
    id: &SecretId,
    may_write: bool,
) -> impl IntoView + use<> {
    let VersionPage { items, now, .. } = versions;
    let headings = [
        t!(version_number),
        t!(version_stored),
        t!(version_reason),
        t!(version_belongs),
        t!(version_tested),
        t!(version_state),
    ];
    let rows = items
        .into_iter()
        .map(|version| {
            let holders = holders(consumers, &version);
            row(&version, holders, id, now, may_write)
        })
        .collect_view();
    action_table("versions", headings, rows)
}

/// Returns who has read an earlier version last, and so still has it.
fn holders(consumers: &SecretConsumers, version: &SecretVersion) -> Option<String> {
    if version.state == VersionState::Current {
        return None;
    }
    let outdated = consumers.outdated.iter();
    let names: Vec<String> = outdated
        .filter(|consumer| consumer.version == version.number)
        .map(|consumer| match &consumer.owner {
            Some(owner) => format!("{} ({owner})", consumer.name),
            None => consumer.name.clone(),
        })
        .collect();
    (!names.is_empty()).then(|| t!(version_holders, names: texts::all_of(names)))
}

fn row(
    version: &SecretVersion,
    holders: Option<String>,
    id: &SecretId,
    now: Timestamp,
    may_write: bool,
) -> impl IntoView + use<> {
    let number = version.number.unsigned_abs();
    let at = version.stored_at;
    let when = Markup::rendered(view! { <Ago at now/> });
    let stored = match &version.stored_by {
        Some(name) => t!(version_stored_by, when, name),
        None => when,
    };
    let actions = (may_write && version.state == VersionState::Kept).then(|| {
        let address = |part: &str| {
            let address = from_secret(id, part, &ssr::query());
            format!("{address}&version={number}")
        };
        view! {
            {row_action(address("rollback"), t!(version_roll_back_one, number), t!(version_roll_back), icon!("undo"))}
            {row_action(address("destroy"), t!(version_destroy_one, number), t!(version_destroy), icon!("bin"))}
        }
    });
    let holders = holders.map(|said| {
        view! {
            <span class="against">{icon!("alert")} {said}</span>
        }
    });
    let (reason, belongs) = (reason(version), belongs(version));
    let (tested, state) = (tested(version), state(version, now));
    view! {
        <tr>
            <th scope="row">
                <span class="column-word">{t!(version_number)}</span>
                {number}
            </th>
            <Cell label=t!(version_stored)>{stored}</Cell>
            <Cell label=t!(version_reason)>{reason}</Cell>
            <Cell label=t!(version_belongs)>{belongs}</Cell>
            <Cell label=t!(version_tested)>{tested}</Cell>
            <Cell label=t!(version_state)>{state} {holders}</Cell>
            <td class="row-actions">{actions}</td>
        </tr>
    }
}

/// Returns why the version was stored.
fn reason(version: &SecretVersion) -> String {
    match (version.reason, version.rolled_back_from) {
        (VersionReason::RolledBack, Some(number)) => {
            t!(version_reason_rolled_back, number: number.unsigned_abs())
        }
        (VersionReason::Added, _) => t!(version_reason_added).to_owned(),
        (VersionReason::Edited | VersionReason::RolledBack, _) => t!(version_reason_edited).to_owned(),
        (VersionReason::Api, _) => t!(version_reason_api).to_owned(),
        (VersionReason::Generated, _) => t!(version_reason_generated).to_owned(),
        (VersionReason::Switched, _) => t!(version_reason_switched).to_owned(),
        (VersionReason::Imported, _) => t!(version_reason_imported).to_owned(),
        (VersionReason::Unknown, _) => t!(version_reason_unknown).to_owned(),
    }
}

/// Renders the account or the key that the value belongs to.
fn belongs(version: &SecretVersion) -> impl IntoView + use<> {
    match (version.registry_host.clone().zip(version.username.clone()), version.fingerprint.clone()) {
        (Some((host, username)), _) => EitherOf3::A(view! {
            <code>{host}</code>
            <br/>
            <code>{username}</code>
        }),
        (None, Some(fingerprint)) => EitherOf3::B(view! { <code>{fingerprint}</code> }),
        (None, None) => EitherOf3::C(t!(version_not_known)),
    }
}

/// Renders the result of the last test.
fn tested(version: &SecretVersion) -> impl IntoView + use<> {
    match version.test {
        Some((cause, _)) => Either::Left(view! { <CauseWord cause/> }),
        None => Either::Right(t!(version_not_tested)),
    }
}

/// Renders the state of the value.
fn state(version: &SecretVersion, now: Timestamp) -> impl IntoView + use<> {
    match (version.state, version.destroyed.clone()) {
        (VersionState::Current, _) => EitherOf3::A(view! { <b>{t!(version_in_use)}</b> }),
        (VersionState::Kept, _) => EitherOf3::B(t!(version_kept)),
        (VersionState::Destroyed, Some((at, name))) => {
            let when = Markup::rendered(view! { <Ago at now/> });
            EitherOf3::C(t!(version_destroyed, when, name).view())
        }
        (VersionState::Removed | VersionState::Destroyed, _) => EitherOf3::B(t!(version_removed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::usage::OutdatedConsumer;

    pub(super) fn version(number: i64, state: VersionState, reason: VersionReason) -> SecretVersion {
        SecretVersion {
            number,
            state,
            stored_at: Timestamp::from_micros(0),
            stored_by: Some("<b>ana".to_owned()),
            reason,
            rolled_back_from: (reason == VersionReason::RolledBack).then_some(2),
            registry_host: Some("ghcr.io".to_owned()),
            username: Some("robot".to_owned()),
            fingerprint: None,
            test: None,
            expires_at: None,
            destroyed: None,
        }
    }

    #[test]
    fn holders_names_who_read_an_earlier_version_last() {
        let now = Timestamp::from_micros(0);
        let consumer = |name: &str, owner: Option<&str>, version: i64| OutdatedConsumer {
            id: name.to_owned(),
            name: name.to_owned(),
            owner: owner.map(str::to_owned),
            last_read_at: now,
            version,
        };
        let outdated =
            vec![consumer("ci", None, 1), consumer("argo", None, 2), consumer("cd", Some("ana"), 1)];
        let consumers = SecretConsumers { outdated, ..SecretConsumers::nobody(now) };
        let of = |number, state| holders(&consumers, &version(number, state, VersionReason::Edited));
        let said = of(1, VersionState::Kept).unwrap();
        assert!(said.contains("ci and cd (ana)") && !said.contains("argo"), "{said}");
        assert_eq!(of(2, VersionState::Current), None);
        assert_eq!(of(3, VersionState::Destroyed), None);
    }

    #[test]
    fn reason_names_the_version_that_came_back() {
        let of = |kind| reason(&version(3, VersionState::Current, kind));
        assert_eq!(of(VersionReason::RolledBack), "Rolled back to version 2");
        let all: std::collections::BTreeSet<String> = VersionReason::ALL.into_iter().map(of).collect();
        assert_eq!(all.len(), VersionReason::ALL.len(), "each has its own text");
    }
}
