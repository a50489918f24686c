//! The list of secrets.

use super::{
    LIST,
    delete::DeleteDialog,
    deleted::DELETED,
    list_address,
    list_controls::{Filter, Pages, SortHeading},
    selection::{FORM, SelectionBar},
    with_list,
};
use crate::{
    checks::answer::StatusWord,
    error::ApiError,
    failure::LoadFailure,
    imports::IMPORT,
    ssr,
    ui::{ago::Ago, icon::icon, instant_controls::InstantControls},
};
use domain::{
    access::Role,
    page::{ListQuery, SecretPage, SortColumn},
    secret::{SecretKind, SecretSummary, Selection},
    time::Timestamp,
};
use leptos::{either::Either, prelude::*};

/// The list: one page of rows, as the query in the address asks for.
#[component]
pub fn ListPage() -> impl IntoView {
    let query = ListQuery::parse(&ssr::query());
    let add = with_list(format!("{LIST}/new"), &query.to_query_string());
    let may_write = ssr::may(Role::Editor);
    let wanted = query.clone();
    let results = Suspend::new(async move {
        match load(&wanted).await {
            Ok(page) => Either::Left(view! { <Results query=wanted page may_write/> }),
            Err(error) => {
                Either::Right(view! { <LoadFailure error heading="Secrets" noun="secret" list=LIST/> })
            }
        }
    });
    view! {
        <div class="page-head">
            <div>
                <h1>"Secrets"</h1>
                <p class="lead">"The credentials with which Git datasets and container images are pulled."</p>
            </div>
            {may_write
                .then(|| {
                    view! {
                        <div class="choices">
                            <a class="button" href=DELETED>
                                {icon!("bin")}
                                "Deleted"
                            </a>
                            <a class="button" href=IMPORT>
                                {icon!("file")}
                                "Import"
                            </a>
                            <a class="button primary" href=add>
                                {icon!("plus")}
                                "Add"
                            </a>
                        </div>
                    }
                })}
        </div>
        <Filter query/>
        {results}
        <InstantControls/>
        {may_write
            .then(|| {
                let keep_days = ssr::request().map_or(0, |(backend, _)| backend.secrets().keep_deleted().0);
                view! { <DeleteDialog keep_days/> }
            })}
    }
}

async fn load(query: &ListQuery) -> Result<SecretPage, ApiError> {
    let (backend, ctx) = ssr::request()?;
    backend.secrets().list(&ctx, query).await.map_err(ssr::refuse)
}

/// The table and the pages under it, or what to do where there is nothing to show.
#[component]
fn Results(query: ListQuery, page: SecretPage, may_write: bool) -> impl IntoView {
    if page.rows.is_empty() {
        return Either::Left(view! { <Nothing query may_write/> });
    }
    let SecretPage { rows, now, .. } = &page;
    let now = *now;
    let list_query = query.to_query_string();
    let all = ssr::query_parameter("select").is_some_and(|which| which == "all");
    let rows = rows
        .iter()
        .cloned()
        .map(|secret| view! { <Row secret now list_query=list_query.clone() may_write selected=all/> })
        .collect_view();
    let select_all = match list_address(&query) {
        address if address.contains('?') => format!("{address}&select=all"),
        address => format!("{address}?select=all"),
    };
    Either::Right(view! {
        <div class="selectable">
        <table>
            <thead>
                <tr>
                    <th scope="col" class="select">
                        <input
                            type="checkbox"
                            class="needs-script"
                            aria-label="Select all on this page"
                            checked=all
                            autocomplete="off"
                        />
                        <a class="without-script" href=select_all aria-label="Select all on this page">
                            "All"
                        </a>
                    </th>
                    <SortHeading query=query.clone() column=SortColumn::Name label="Name"/>
                    <SortHeading query=query.clone() column=SortColumn::DisplayName label="Display Name"/>
                    <SortHeading query=query.clone() column=SortColumn::Type label="Type"/>
                    <th scope="col" class="status">
                        "Status"
                    </th>
                    <SortHeading query=query.clone() column=SortColumn::UsedBy label="Used by"/>
                    <SortHeading query=query.clone() column=SortColumn::LastUsed label="Last used"/>
                    <SortHeading query=query.clone() column=SortColumn::Updated label="Updated"/>
                    <th scope="col" class="row-actions three">
                        "Actions"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <SelectionBar list_query may_write/>
        </div>
        <form method="post" id="check"></form>
        <Pages query page/>
    })
}

/// One secret.
#[component]
fn Row(
    secret: SecretSummary,
    now: Timestamp,
    list_query: String,
    may_write: bool,
    /// Whether its box is checked when the page opens.
    selected: bool,
) -> impl IntoView {
    let SecretSummary {
        id,
        display_name,
        updated_at,
        updated_by,
        registry_host,
        key,
        status,
        cause,
        used_by,
        last_used,
        ..
    } = secret;
    let name = id.name.as_str().to_owned();
    let actions = if may_write {
        let edit = with_list(format!("{LIST}/{id}/edit"), &list_query);
        let delete = with_list(format!("{LIST}/{id}/delete"), &list_query);
        let (edit_label, delete_label) = (format!("Edit {name}"), format!("Delete {name}"));
        let check = with_list(format!("{LIST}/{id}/check"), &list_query);
        let check_label = format!("Test connection of {name}");
        Either::Left(view! {
            <button class="quiet" form="check" formaction=check aria-label=check_label title="Test connection">
                {icon!("plug")}
            </button>
            <a href=edit aria-label=edit_label title="Edit">
                {icon!("pencil")}
            </a>
            <a
                href=delete
                aria-label=delete_label
                title="Delete"
                data-delete=(used_by == 0).then(|| id.to_string())
                data-display-name=display_name.clone()
            >
                {icon!("bin")}
            </a>
        })
    } else {
        let details = with_list(format!("{LIST}/{id}"), &list_query);
        Either::Right(view! {
            <a href=details aria-label=format!("View {name}") title="View">
                {icon!("eye")}
            </a>
        })
    };
    let icon = match id.kind {
        SecretKind::GitDataset => icon!("git"),
        SecretKind::ImagePull => icon!("box"),
    };
    let kind = id.kind.label();
    let key = key.map(|(algorithm, fingerprint)| {
        view! {
            <a class="key" href=format!("{LIST}/{id}/key") title=fingerprint.clone()>
                {format!("{} {fingerprint}", algorithm.label())}
            </a>
        }
    });
    let connection = with_list(format!("{LIST}/{id}/check"), &list_query);
    view! {
        <tr>
            <td class="select">
                <input
                    type="checkbox"
                    name=Selection::PARAM
                    value=id.to_string()
                    form=FORM
                    checked=selected
                    aria-label=format!("Select {name}")
                    autocomplete="off"
                />
            </td>
            <th scope="row" class="name" title=name.clone()>
                <span class="two-lines">{name.clone()}</span>
            </th>
            <td class="display" title=display_name.clone()>
                <span class="column-word">"Display Name"</span>
                <span class="two-lines">{display_name.clone()}</span>
            </td>
            <td class="type" title=registry_host>
                <span class="column-word">"Type"</span>
                {icon}
                {kind}
                {key}
            </td>
            <td class="status">
                <span class="column-word">"Status"</span>
                <a href=connection title=cause.message()>
                    <StatusWord status/>
                </a>
            </td>
            <td class="used-by">
                <span class="column-word">"Used by"</span>
                {used_by}
            </td>
            <td class="last-used">
                <span class="column-word">"Last used"</span>
                {match last_used {
                    Some(at) => Either::Left(view! { <Ago at now/> }),
                    None => Either::Right("never"),
                }}
            </td>
            <td class="updated">
                <span class="column-word">"Updated"</span>
                <Ago at=updated_at now/>
                <span class="by">{format!(" by {updated_by}")}</span>
            </td>
            <td class="row-actions three">{actions}</td>
        </tr>
    }
}

/// No rows: because there are none, or because the search found none.
#[component]
fn Nothing(query: ListQuery, may_write: bool) -> impl IntoView {
    if query.is_narrowed() {
        let all = query.widened();
        Either::Left(view! {
            <div class="nothing">
                <p>
                    <b>"No secret matches."</b>
                    " Search looks at the name, the display name and the registry host."
                </p>
                <a class="button" href=list_address(&all)>
                    "Clear search and filter"
                </a>
            </div>
        })
    } else {
        Either::Right(view! {
            <div class="nothing">
                <p>
                    <b>"No secrets yet."</b>
                    " Add the SSH key that reads a Git dataset, or the account that pulls container images."
                </p>
                {may_write
                    .then(|| {
                        view! {
                            <a class="button primary" href=format!("{LIST}/new")>
                                "Add the first secret"
                            </a>
                        }
                    })}
            </div>
        })
    }
}
