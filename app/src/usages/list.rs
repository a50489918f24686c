//! The lists of images and of datasets, and the confirmation before one is deleted.

use crate::{
    failure::{Subject, loaded},
    secrets::secret_address,
    ssr,
    ui::{
        ago::Ago,
        alert::Alert,
        confirm::ConfirmPage,
        icon::icon,
        list::{ListPage, Nothing, SearchForm, add_link, button_link},
        table::{Cell, action_table, row_action},
    },
};
use backend::{Backend, Ctx};
use domain::{
    access::Role,
    error::Error,
    secret::SecretName,
    time::Timestamp,
    usage::{ImageAddress, Usage, UsageKind, UsagePage, UsageQuery, UsageTarget, UsedSecret},
};
use leptos::{either::Either, prelude::*};

/// Returns the address of a page about an image or dataset, such as `edit`.
pub fn address_of(kind: UsageKind, name: &SecretName, what: &str) -> String {
    format!("{}/{}/{what}", kind.list(), name.as_str())
}

/// Returns the subject of pages about images or datasets.
pub fn subject(kind: UsageKind) -> Subject {
    Subject { heading: kind.plural(), noun: kind.as_str(), list: kind.list() }
}

/// Returns the address at which an image or dataset is shown to the caller: readers find it in its list.
pub fn usage_address(kind: UsageKind, name: &SecretName) -> String {
    if ssr::may(Role::Editor) {
        address_of(kind, name, "edit")
    } else {
        UsageQuery { search: name.as_str().to_owned(), ..UsageQuery::default() }.address(kind)
    }
}

/// Returns the purpose of the list.
fn lead(kind: UsageKind) -> &'static str {
    match kind {
        UsageKind::Image => "The container images that are pulled, and the secret with which each is.",
        UsageKind::Dataset => "The Git repositories that are pulled, and the secret with which each is.",
    }
}

/// Images or datasets by name, with a search.
#[component]
pub fn UsagesPage(kind: UsageKind) -> impl IntoView {
    let query = UsageQuery::parse(&ssr::query());
    let wanted = query.clone();
    let load =
        move |backend: Backend, ctx: Ctx| async move { backend.usages().list(&ctx, kind, &wanted).await };
    loaded(subject(kind), load, move |page| view! { <List kind page query/> })
}

#[component]
fn List(kind: UsageKind, page: UsagePage, query: UsageQuery) -> impl IntoView {
    let UsagePage { rows, next, now } = page;
    let may_write = ssr::may(Role::Editor);
    let to = |after: Option<SecretName>| UsageQuery { after, ..query.clone() }.address(kind);
    let first = query.after.is_some().then(|| to(None));
    let next = next.map(|name| to(Some(name)));
    let add = may_write.then(|| add_link(format!("{}/new", kind.list()), (icon!("plus"), "Add")));
    let rows = if rows.is_empty() {
        Either::Left(nothing(kind, query.is_narrowed(), may_write))
    } else {
        let rows = rows.into_iter().map(|usage| view! { <Row usage now may_write/> }).collect_view();
        Either::Right(action_table("usages", ["Name", target_label(kind), "Secret", "Updated"], rows))
    };
    let secret = query.secret.as_ref().map(|id| {
        let all = UsageQuery { secret: None, after: None, ..query.clone() }.address(kind);
        view! {
            <input type="hidden" name="secret" value=id.to_string()/>
            <p class="filtered">
                "Only those that use " <a href=secret_address(id)>{id.name.as_str().to_owned()}</a> ". "
                <a href=all>"Show all"</a>
            </p>
        }
    });
    view! {
        <ListPage
            heading=kind.plural()
            lead=lead(kind)
            actions=add
            rows
            pages=[("First", first), ("Next", next)]
        >
            <SearchForm
                action=kind.list()
                value=query.search.clone()
                max_chars=200
                placeholder=format!("Name or {}", target_label(kind))
            >
                {secret}
            </SearchForm>
        </ListPage>
    }
}

/// Returns the label of the image or repository.
pub fn target_label(kind: UsageKind) -> &'static str {
    match kind {
        UsageKind::Image => "Image",
        UsageKind::Dataset => "Git URL",
    }
}

#[component]
fn Row(usage: Usage, now: Timestamp, may_write: bool) -> impl IntoView {
    let Usage { kind, name, target, branch, secret, updated_at, updated_by, .. } = usage;
    let text = name.as_str().to_owned();
    let secret = match secret {
        Some(secret) => Either::Left(view! { <Used kind target=target.clone() secret/> }),
        None => Either::Right("none"),
    };
    let actions = may_write.then(|| {
        let edit =
            row_action(address_of(kind, &name, "edit"), format!("Edit {text}"), "Edit", icon!("pencil"));
        let delete =
            row_action(address_of(kind, &name, "delete"), format!("Delete {text}"), "Delete", icon!("bin"));
        (edit, delete)
    });
    view! {
        <tr>
            <th scope="row" class="name" title=text.clone()>
                {text.clone()}
            </th>
            <Cell label=target_label(kind) class="mono" title=target.clone()>
                {target.clone()}
                {branch.map(|branch| view! { <span class="by">{format!("branch {branch}")}</span> })}
            </Cell>
            <Cell label="Secret">{secret}</Cell>
            <Cell label="Updated" class="updated">
                <Ago at=updated_at now/>
                <span class="by">{format!(" by {updated_by}")}</span>
            </Cell>
            <td class="row-actions">{actions}</td>
        </tr>
    }
}

/// The secret that is used, and the reasons against it.
#[component]
fn Used(kind: UsageKind, target: String, secret: UsedSecret) -> impl IntoView {
    let name = secret.id.name.as_str().to_owned();
    let target = match kind {
        UsageKind::Image => ImageAddress::parse(&target).ok().map(UsageTarget::Image),
        UsageKind::Dataset => None,
    };
    let elsewhere = target.is_some_and(|target| !target.is_served_by(secret.registry_host.as_deref()));
    let against = match (secret.deleted, elsewhere) {
        (true, _) => Some("deleted"),
        (false, true) => Some("for another registry"),
        (false, false) => None,
    };
    let against = against.map(|words| view! { <span class="against">{icon!("alert")} {words}</span> });
    if secret.deleted {
        Either::Left(view! { <code>{name}</code> " " {against} })
    } else {
        Either::Right(view! { <a href=secret_address(&secret.id)><code>{name}</code></a> " " {against} })
    }
}

/// Says why there are no rows: because there is nothing, or because the search found nothing.
fn nothing(kind: UsageKind, narrowed: bool, may_write: bool) -> impl IntoView {
    let noun = kind.as_str();
    let (title, text, link) = if narrowed {
        (format!("No {noun} matches."), "", Some(button_link(kind.list(), "Clear search and filter")))
    } else {
        let text = match kind {
            UsageKind::Image => "Add the images that your secrets pull, and see where each is used.",
            UsageKind::Dataset => "Add the repositories that your keys read, and see where each is used.",
        };
        let add = || add_link(format!("{}/new", kind.list()), format!("Add the first {noun}"));
        (format!("No {noun}s yet."), text, may_write.then(add))
    };
    view! { <Nothing title text link/> }
}

/// The confirmation before an image or dataset is deleted.
#[component]
pub fn DeleteUsagePage(
    kind: UsageKind,
    name: SecretName,
    /// The reason why it was not deleted the last time.
    failure: Option<Error>,
) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move {
        backend.usages().may_change(&ctx, kind, Some(&name)).await?;
        backend.usages().get(&ctx, kind, &name).await
    };
    let page = loaded(subject(kind), load, move |Usage { name, target, .. }| {
        let reason = failure.map(|error| error.message());
        let rejected =
            reason.clone().map(|said| view! { <Alert title="Not deleted"><p>{said}</p></Alert> }.into_any());
        view! {
            <ConfirmPage
                heading=format!("Delete {}", kind.as_str())
                cancel=kind.list().to_owned()
                confirm="OK"
                rejected
                reason
            >
                <p>
                    "Are you sure to delete " <b>{name.as_str().to_owned()}</b> " (" <code>{target}</code>
                    ")? The secret that it uses stays."
                </p>
            </ConfirmPage>
        }
    });
    view! { <div class="form-page">{page}</div> }
}
