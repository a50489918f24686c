//! Deleted secrets: the list, and the confirmation before one is removed for good.

pub mod post;

use crate::{
    failure::{Noun, Subject, loaded},
    secrets::{LIST, secret_address},
    ssr,
    ui::{
        ago::Ago,
        alert::Alert,
        confirm::ConfirmPage,
        icon::icon,
        list::{ListPage, Nothing, button_link},
        table::{Cell, action_table, row_action},
    },
};
use backend::{Backend, Ctx, DeletedPage, DeletedSecret};
use domain::{
    access::Role,
    error::{Error, Problem},
    percent,
    time::Timestamp,
    usage::UsageKind,
};
use leptos::{either::Either, prelude::*};
use uuid::Uuid;

/// The address of the list.
pub const DELETED: &str = "/secrets/deleted";

const SUBJECT: Subject = Subject { heading: "Deleted secrets", noun: Noun::Secret, list: LIST };

/// Deleted secrets, the latest first.
#[component]
pub fn DeletedSecretsPage(
    /// The reason why a secret was not restored.
    rejected: Option<Error>,
) -> impl IntoView {
    let beyond = ssr::query_parameter("after").and_then(|text| {
        let (at, row) = text.split_once('~')?;
        Some((Timestamp::parse_micros(at)?, row.parse().ok()?))
    });
    // The page that answers a forbidden restore says so.
    let forbidden = rejected == Some(Error::Forbidden);
    let load = move |backend: Backend, ctx: Ctx| async move {
        if forbidden {
            return Err(Error::Forbidden);
        }
        let page = backend.secrets().deleted(&ctx, beyond).await?;
        Ok((page, backend.secrets().keep_deleted().0))
    };
    loaded(SUBJECT, load, move |(page, days)| view! { <List page days first={beyond.is_none()} rejected/> })
}

#[component]
fn List(page: DeletedPage, days: u16, first: bool, rejected: Option<Error>) -> impl IntoView {
    let DeletedPage { rows, more, now } = page;
    let may_write = ssr::may(Role::Editor);
    let next = rows.last().filter(|_| more).map(|row| {
        let after = format!("{}~{}", row.deleted_at.micros(), row.row);
        format!("{DELETED}?after={}", percent::encode(&after))
    });
    let first = (!first).then(|| DELETED.to_owned());
    let rejected = rejected.map(|error| view! { <NotRestored error/> });
    let rows = if rows.is_empty() {
        Either::Left(view! {
            <Nothing
                title="Nothing here."
                text="Secrets that are deleted wait here until their time is over."
                link=Some(button_link(LIST, "Go to the secrets"))
            />
        })
    } else {
        let rows = rows.into_iter().map(|secret| view! { <Row secret now may_write/> }).collect_view();
        Either::Right(view! {
            {action_table("deleted", ["Name", "Display Name", "Type", "Deleted", "Kept until"], rows)}
            <form method="post" id="restore"></form>
        })
    };
    let lead = match days {
        0 => "Secrets that are deleted are not kept here: they are removed at once.".to_owned(),
        1 => "Secrets that were deleted are kept for one day, and can be restored as they were.".to_owned(),
        days => {
            format!("Secrets that were deleted are kept for {days} days, and can be restored as they were.")
        }
    };
    view! {
        <ListPage heading="Deleted secrets" lead actions=None rows pages=[("First", first), ("Next", next)]>
            {rejected}
        </ListPage>
        <p>{button_link(LIST, "Back to the secrets")}</p>
    }
}

/// The reason why a secret was not restored, and what to do.
#[component]
fn NotRestored(error: Error) -> impl IntoView {
    let taken = match &error {
        Error::Invalid(problems) => problems.iter().find_map(|error| match &error.problem {
            Problem::NameTaken(id) => Some(id.clone()),
            _ => None,
        }),
        _ => None,
    };
    view! {
        <Alert title="Not restored">
            {match taken {
                Some(id) => Either::Left(view! {
                    <p>
                        {format!("There is another {} secret of this name by now: ", id.kind.label())}
                        <a href=secret_address(&id)>{id.name.as_str().to_owned()}</a>
                        ". Delete that one first, then restore this one; both are kept."
                    </p>
                }),
                None => Either::Right(view! { <p>{crate::messages::error(&error)}</p> }),
            }}
        </Alert>
    }
}

#[component]
fn Row(secret: DeletedSecret, now: Timestamp, may_write: bool) -> impl IntoView {
    let DeletedSecret { row, id, display_name, deleted_at, deleted_by, until, .. } = secret;
    let name = id.name.as_str().to_owned();
    let actions = may_write.then(|| {
        view! {
            <button
                class="quiet"
                form="restore"
                formaction=format!("{DELETED}/{row}/restore")
                aria-label=format!("Restore {name}")
                title="Restore"
            >
                {icon!("undo")}
            </button>
            {row_action(
                format!("{DELETED}/{row}/remove"),
                format!("Remove {name} for good"),
                "Remove for good",
                icon!("bin"),
            )}
        }
    });
    view! {
        <tr>
            <th scope="row" class="name" title=name.clone()>
                {name.clone()}
            </th>
            <Cell label="Display Name" title=display_name.clone()>
                {display_name.clone()}
            </Cell>
            <Cell label="Type">{id.kind.label()}</Cell>
            <Cell label="Deleted">
                <Ago at=deleted_at now/>
                <span class="by">{format!(" by {deleted_by}")}</span>
            </Cell>
            <Cell label="Kept until">
                <time datetime=until.rfc3339()>{crate::texts::exact(until)}</time>
            </Cell>
            <td class="row-actions">{actions}</td>
        </tr>
    }
}

/// The confirmation before a secret is removed for good.
#[component]
pub fn RemoveSecretPage(
    row: Uuid,
    /// The reason why it was not removed the last time.
    failure: Option<Error>,
) -> impl IntoView {
    let load =
        move |backend: Backend, ctx: Ctx| async move { backend.secrets().deleted_one(&ctx, row).await };
    let page = loaded(SUBJECT, load, move |secret| view! { <Question secret failure/> });
    view! { <div class="form-page">{page}</div> }
}

#[component]
fn Question(secret: DeletedSecret, failure: Option<Error>) -> impl IntoView {
    let DeletedSecret { id, display_name, usage_count, .. } = secret;
    let noun = UsageKind::of(id.kind).as_str();
    let users = match usage_count {
        0 => None,
        1 => Some(format!("1 {noun} still points to it, and will have none. ")),
        count => Some(format!("{count} {noun}s still point to it, and will have none. ")),
    };
    let reason = failure.map(|error| crate::messages::error(&error));
    let rejected =
        reason.clone().map(|said| view! { <Alert title="Not removed"><p>{said}</p></Alert> }.into_any());
    view! {
        <ConfirmPage
            heading="Remove for good".to_owned()
            cancel=DELETED.to_owned()
            confirm="Remove for good"
            rejected
            reason
        >
            <p>
                "Are you sure to remove " <b>{display_name}</b> " (" <code>{id.name.as_str().to_owned()}</code>
                ") for good? " {users} "Its value cannot be brought back."
            </p>
        </ConfirmPage>
    }
}
