//! Deleted secrets: the list, and the confirmation before one is removed for good.

pub mod post;

use crate::{
    failure::{Noun, Subject, loaded},
    secrets::{LIST, secret_address},
    ssr, texts,
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
    secret::SecretKind,
    time::Timestamp,
};
use leptos::{either::Either, prelude::*};
use uuid::Uuid;

/// The address of the list.
pub use crate::addresses::DELETED;

/// Returns the subject of the pages.
fn subject() -> Subject {
    Subject { heading: t!(deleted_heading), noun: Noun::Secret, list: LIST }
}

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
    loaded(subject(), load, move |(page, days)| view! { <List page days first={beyond.is_none()} rejected/> })
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
                title=t!(deleted_empty)
                text=t!(deleted_empty_text)
                link=Some(button_link(LIST, t!(page_to_secrets)))
            />
        })
    } else {
        let headings =
            [t!(list_name), t!(list_display_name), t!(list_type), t!(deleted_when), t!(deleted_until)];
        let rows = rows.into_iter().map(|secret| view! { <Row secret now may_write/> }).collect_view();
        Either::Right(view! {
            {action_table("deleted", headings, rows)}
            <form method="post" id="restore"></form>
        })
    };
    let lead = t!(deleted_lead, days);
    view! {
        <ListPage
            heading=t!(deleted_heading)
            lead
            actions=None
            rows
            pages=[(t!(page_first), first), (t!(page_next), next)]
        >
            {rejected}
        </ListPage>
        <p>{button_link(LIST, t!(secret_back_to_list))}</p>
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
        <Alert title=t!(deleted_not_restored)>
            {match taken {
                Some(id) => {
                    let (address, name) = (secret_address(&id), id.name.as_str());
                    let said = match id.kind {
                        SecretKind::GitDataset => t!(deleted_git_name_taken, address, name),
                        SecretKind::ImagePull => t!(deleted_image_name_taken, address, name),
                    };
                    Either::Left(view! { <p>{said}</p> })
                }
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
                aria-label=t!(deleted_restore_one, name: &name)
                title=t!(deleted_restore)
            >
                {icon!("undo")}
            </button>
            {row_action(
                format!("{DELETED}/{row}/remove"),
                t!(deleted_remove_one, name: &name),
                t!(deleted_remove),
                icon!("bin"),
            )}
        }
    });
    view! {
        <tr>
            <th scope="row" class="name" title=name.clone()>
                {name.clone()}
            </th>
            <Cell label=t!(list_display_name) title=display_name.clone()>
                {display_name.clone()}
            </Cell>
            <Cell label=t!(list_type)>{texts::kind(id.kind)}</Cell>
            <Cell label=t!(deleted_when)>
                <Ago at=deleted_at now/>
                <span class="by">{format!(" {}", t!(deleted_by, name: deleted_by))}</span>
            </Cell>
            <Cell label=t!(deleted_until)>
                <time datetime=until.rfc3339()>{texts::exact(until)}</time>
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
    let page = loaded(subject(), load, move |secret| view! { <Question secret failure/> });
    view! { <div class="form-page">{page}</div> }
}

#[component]
fn Question(secret: DeletedSecret, failure: Option<Error>) -> impl IntoView {
    let DeletedSecret { id, display_name, usage_count, .. } = secret;
    let users = (usage_count > 0).then(|| match id.kind {
        SecretKind::GitDataset => t!(deleted_remove_datasets, count: usage_count),
        SecretKind::ImagePull => t!(deleted_remove_images, count: usage_count),
    });
    let question = t!(deleted_remove_question, display_name, name: id.name.as_str());
    let reason = failure.map(|error| crate::messages::error(&error));
    let rejected = reason
        .clone()
        .map(|said| view! { <Alert title=t!(deleted_not_removed)><p>{said}</p></Alert> }.into_any());
    view! {
        <ConfirmPage
            heading=t!(deleted_remove).to_owned()
            cancel=DELETED.to_owned()
            confirm=t!(deleted_remove)
            rejected
            reason
        >
            <p>{question} " " {users} " " {t!(deleted_remove_value)}</p>
        </ConfirmPage>
    }
}
