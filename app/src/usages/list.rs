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
    Subject { heading: heading(kind), noun: kind.into(), list: kind.list() }
}

/// Returns the address at which an image or dataset is shown to the caller: readers find it in its list.
pub fn usage_address(kind: UsageKind, name: &SecretName) -> String {
    if ssr::may(Role::Editor) {
        address_of(kind, name, "edit")
    } else {
        UsageQuery { search: name.as_str().to_owned(), ..UsageQuery::default() }.address(kind)
    }
}

/// Returns the heading of the list.
fn heading(kind: UsageKind) -> &'static str {
    match kind {
        UsageKind::Image => t!(usages_images),
        UsageKind::Dataset => t!(usages_datasets),
    }
}

/// Returns the purpose of the list.
fn lead(kind: UsageKind) -> &'static str {
    match kind {
        UsageKind::Image => t!(usages_images_lead),
        UsageKind::Dataset => t!(usages_datasets_lead),
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
    let add = may_write.then(|| add_link(format!("{}/new", kind.list()), (icon!("plus"), t!(page_add))));
    let rows = if rows.is_empty() {
        Either::Left(nothing(kind, query.is_narrowed(), may_write))
    } else {
        let rows = rows.into_iter().map(|usage| view! { <Row usage now may_write/> }).collect_view();
        Either::Right(action_table(
            "usages",
            [t!(usages_name), target_label(kind), t!(usages_secret), t!(usages_updated)],
            rows,
        ))
    };
    let secret = query.secret.as_ref().map(|id| {
        let all = UsageQuery { secret: None, after: None, ..query.clone() }.address(kind);
        view! {
            <input type="hidden" name="secret" value=id.to_string()/>
            <p class="filtered">
                {t!(usages_only_of, address: secret_address(id), name: id.name.as_str(), all)}
            </p>
        }
    });
    view! {
        <ListPage
            heading=heading(kind)
            lead=lead(kind)
            actions=add
            rows
            pages=[(t!(page_first), first), (t!(page_next), next)]
        >
            <SearchForm
                action=kind.list()
                value=query.search.clone()
                max_chars=200
                placeholder=match kind {
                    UsageKind::Image => t!(usages_search_image),
                    UsageKind::Dataset => t!(usages_search_dataset),
                }
                .to_owned()
            >
                {secret}
            </SearchForm>
        </ListPage>
    }
}

/// Returns the label of the image or repository.
pub fn target_label(kind: UsageKind) -> &'static str {
    match kind {
        UsageKind::Image => t!(usages_image),
        UsageKind::Dataset => t!(usages_git_url),
    }
}

#[component]
fn Row(usage: Usage, now: Timestamp, may_write: bool) -> impl IntoView {
    let Usage { kind, name, target, branch, secret, updated_at, updated_by, .. } = usage;
    let text = name.as_str().to_owned();
    let secret = match secret {
        Some(secret) => Either::Left(view! { <Used kind target=target.clone() secret/> }),
        None => Either::Right(t!(usages_no_secret)),
    };
    let actions = may_write.then(|| {
        let edit = row_action(
            address_of(kind, &name, "edit"),
            t!(usages_edit_one, name: &text),
            t!(usages_edit),
            icon!("pencil"),
        );
        let delete = row_action(
            address_of(kind, &name, "delete"),
            t!(usages_delete_one, name: &text),
            t!(usages_delete),
            icon!("bin"),
        );
        (edit, delete)
    });
    view! {
        <tr>
            <th scope="row" class="name" title=text.clone()>
                {text.clone()}
            </th>
            <Cell label=target_label(kind) class="mono" title=target.clone()>
                {target.clone()}
                {branch.map(|branch| view! { <span class="by">{t!(usages_branch_of, branch)}</span> })}
            </Cell>
            <Cell label=t!(usages_secret)>{secret}</Cell>
            <Cell label=t!(usages_updated) class="updated">
                <Ago at=updated_at now/>
                " "
                <span class="by">{t!(usages_by, name: updated_by)}</span>
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
        (true, _) => Some(t!(usages_deleted)),
        (false, true) => Some(t!(usages_other_registry)),
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
    let (title, text, link) = if narrowed {
        let title = match kind {
            UsageKind::Image => t!(usages_no_image_matches),
            UsageKind::Dataset => t!(usages_no_dataset_matches),
        };
        (title, "", Some(button_link(kind.list(), t!(usages_clear))))
    } else {
        let (title, text, add) = match kind {
            UsageKind::Image => (t!(usages_no_images), t!(usages_no_images_text), t!(usages_add_first_image)),
            UsageKind::Dataset => {
                (t!(usages_no_datasets), t!(usages_no_datasets_text), t!(usages_add_first_dataset))
            }
        };
        (title, text, may_write.then(|| add_link(format!("{}/new", kind.list()), add)))
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
        let reason = failure.map(|error| crate::messages::error(&error));
        let rejected = reason
            .clone()
            .map(|said| view! { <Alert title=t!(page_not_deleted)><p>{said}</p></Alert> }.into_any());
        view! {
            <ConfirmPage
                heading=match kind {
                    UsageKind::Image => t!(usages_delete_image),
                    UsageKind::Dataset => t!(usages_delete_dataset),
                }
                .to_owned()
                cancel=kind.list().to_owned()
                confirm=t!(page_ok)
                rejected
                reason
            >
                <p>{t!(usages_delete_question, name: name.as_str(), target)}</p>
            </ConfirmPage>
        }
    });
    view! { <div class="form-page">{page}</div> }
}
