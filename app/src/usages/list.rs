//! The lists of images and of datasets, and the confirmation before one is deleted.

use crate::{
    error::ApiError,
    failure::{Subject, loaded},
    ssr,
    ui::{ago::Ago, alert::Alert, confirm::ConfirmPage, icon::icon, pages::Pages, table::action_table},
};
use backend::{Backend, Ctx};
use domain::{
    access::Role,
    error::Error,
    secret::{SecretId, SecretName},
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

/// Returns the address at which a secret is shown to the caller.
pub fn secret_address(id: &SecretId) -> String {
    let what = if ssr::may(Role::Editor) { "/edit" } else { "" };
    format!("{}/{id}{what}", crate::secrets::LIST)
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
    let add = may_write.then(|| {
        view! {
            <a class="button primary" href=format!("{}/new", kind.list())>
                {icon!("plus")}
                "Add"
            </a>
        }
    });
    let narrowed = query.is_narrowed();
    let rows = if rows.is_empty() {
        Either::Left(view! { <Nothing kind narrowed may_write/> })
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
        <div class="page-head">
            <div>
                <h1>{kind.plural()}</h1>
                <p class="lead">{lead(kind)}</p>
            </div>
            {add}
        </div>
        <form class="filter" method="get" action=kind.list() role="search">
            <div>
                <label for="q">"Search"</label>
                <input
                    type="search"
                    id="q"
                    name="q"
                    value=query.search.clone()
                    maxlength="200"
                    placeholder=format!("Name or {}", target_label(kind))
                    autocomplete="off"
                    spellcheck="false"
                />
            </div>
            <button>"Search"</button>
            {secret}
        </form>
        {rows}
        <Pages first next/>
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
        view! {
            <a href=address_of(kind, &name, "edit") aria-label=format!("Edit {text}") title="Edit">
                {icon!("pencil")}
            </a>
            <a href=address_of(kind, &name, "delete") aria-label=format!("Delete {text}") title="Delete">
                {icon!("bin")}
            </a>
        }
    });
    view! {
        <tr>
            <th scope="row" class="name" title=text.clone()>
                {text.clone()}
            </th>
            <td class="mono" title=target.clone()>
                <span class="column-word">{target_label(kind)}</span>
                {target.clone()}
                {branch.map(|branch| view! { <span class="by">{format!("branch {branch}")}</span> })}
            </td>
            <td>
                <span class="column-word">"Secret"</span>
                {secret}
            </td>
            <td class="updated">
                <span class="column-word">"Updated"</span>
                <Ago at=updated_at now/>
                <span class="by">{format!(" by {updated_by}")}</span>
            </td>
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

/// The notice of an empty list, or of an empty search result.
#[component]
fn Nothing(kind: UsageKind, narrowed: bool, may_write: bool) -> impl IntoView {
    let noun = kind.as_str();
    if narrowed {
        Either::Left(view! {
            <div class="nothing">
                <p><b>{format!("No {noun} matches.")}</b></p>
                <a class="button" href=kind.list()>
                    "Clear search and filter"
                </a>
            </div>
        })
    } else {
        Either::Right(view! {
            <div class="nothing">
                <p>
                    <b>{format!("No {noun}s yet.")}</b>
                    {match kind {
                        UsageKind::Image => " Add the images that your secrets pull, and see where each is used.",
                        UsageKind::Dataset => " Add the repositories that your keys read, and see where each is used.",
                    }}
                </p>
                {may_write
                    .then(|| {
                        view! {
                            <a class="button primary" href=format!("{}/new", kind.list())>
                                {format!("Add the first {noun}")}
                            </a>
                        }
                    })}
            </div>
        })
    }
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
        let reason = failure.map(|error| ApiError::Refused(error).message());
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
