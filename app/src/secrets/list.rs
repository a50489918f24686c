//! The list of secrets.

use super::{
    LIST,
    delete::DeleteDialog,
    list_address,
    list_controls::{Filter, Pages, SortHeading},
    pages::LoadFailure,
};
use crate::{
    error::ApiError,
    ssr,
    ui::{ago::Ago, icon::icon, submit_on_change::SubmitOnChange},
};
use domain::{
    page::{ListQuery, Position, SecretPage, SortColumn},
    percent,
    secret::{SecretKind, SecretSummary},
    time::Timestamp,
};
use leptos::{either::Either, prelude::*};

/// The list: one page of rows, as the query in the address asks for.
#[component]
pub fn ListPage() -> impl IntoView {
    let query = ListQuery::parse(&ssr::query());
    let add = with_list(format!("{LIST}/new"), &query.to_query_string());
    let wanted = query.clone();
    let results = Suspend::new(async move {
        match load(&wanted).await {
            Ok(page) => Either::Left(view! { <Results query=wanted page/> }),
            Err(error) => Either::Right(view! { <LoadFailure error/> }),
        }
    });
    view! {
        <div class="page-head">
            <div>
                <h1>"Secrets"</h1>
                <p class="lead">"The credentials with which Git datasets and container images are pulled."</p>
            </div>
            <a class="button primary" href=add>
                {icon!("plus")}
                "Add"
            </a>
        </div>
        <Filter query/>
        {results}
        <SubmitOnChange/>
        <DeleteDialog/>
    }
}

async fn load(query: &ListQuery) -> Result<SecretPage, ApiError> {
    let (backend, ctx) = ssr::request()?;
    backend.secrets().list(&ctx, query).await.map_err(ssr::refuse)
}

/// Adds the list's query to the address of a page that comes back to it.
fn with_list(address: String, list_query: &str) -> String {
    if list_query.is_empty() { address } else { format!("{address}?list={}", percent::encode(list_query)) }
}

/// The table and the pages under it, or what to do where there is nothing to show.
#[component]
fn Results(query: ListQuery, page: SecretPage) -> impl IntoView {
    if page.rows.is_empty() {
        return Either::Left(view! { <Nothing query/> });
    }
    let SecretPage { rows, now, .. } = &page;
    let now = *now;
    let list_query = query.to_query_string();
    let rows = rows
        .iter()
        .cloned()
        .map(|secret| view! { <Row secret now list_query=list_query.clone()/> })
        .collect_view();
    Either::Right(view! {
        <table>
            <thead>
                <tr>
                    <SortHeading query=query.clone() column=SortColumn::Name label="Name"/>
                    <SortHeading query=query.clone() column=SortColumn::DisplayName label="Display Name"/>
                    <SortHeading query=query.clone() column=SortColumn::Type label="Type"/>
                    <SortHeading query=query.clone() column=SortColumn::Updated label="Updated"/>
                    <th scope="col" class="row-actions">
                        "Actions"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <Pages query page/>
    })
}

/// One secret.
#[component]
fn Row(secret: SecretSummary, now: Timestamp, list_query: String) -> impl IntoView {
    let SecretSummary { id, display_name, updated_at, registry_host } = secret;
    let name = id.name.as_str().to_owned();
    let edit = with_list(format!("{LIST}/{id}/edit"), &list_query);
    let delete = with_list(format!("{LIST}/{id}/delete"), &list_query);
    let (edit_label, delete_label) = (format!("Edit {name}"), format!("Delete {name}"));
    let icon = match id.kind {
        SecretKind::GitDataset => icon!("git"),
        SecretKind::ImagePull => icon!("box"),
    };
    let kind = id.kind.label();
    view! {
        <tr>
            <th scope="row" class="name" title=name.clone()>
                {name.clone()}
            </th>
            <td class="display" title=display_name.clone()>
                <span class="column-word">"Display Name"</span>
                {display_name.clone()}
            </td>
            <td class="type" title=registry_host>
                <span class="column-word">"Type"</span>
                {icon}
                {kind}
            </td>
            <td class="updated">
                <span class="column-word">"Updated"</span>
                <Ago at=updated_at now/>
            </td>
            <td class="row-actions">
                <a href=edit aria-label=edit_label title="Edit">
                    {icon!("pencil")}
                </a>
                <a
                    href=delete
                    aria-label=delete_label
                    title="Delete"
                    data-delete=id.to_string()
                    data-display-name=display_name
                >
                    {icon!("bin")}
                </a>
            </td>
        </tr>
    }
}

/// No rows: because there are none, or because the search found none.
#[component]
fn Nothing(query: ListQuery) -> impl IntoView {
    let searched = !query.search.is_empty() || query.kind.is_some();
    if searched {
        let all = ListQuery { search: String::new(), kind: None, position: Position::First, ..query.clone() };
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
                <a class="button primary" href=format!("{LIST}/new")>
                    "Add the first secret"
                </a>
            </div>
        })
    }
}
