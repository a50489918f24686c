//! The list of secrets.

use super::{
    LIST,
    api::list_secrets,
    delete::{DeleteDialog, Doomed},
    list_address,
    list_controls::{Filter, Pages, SortHeading},
    pages::LoadFailure,
    with_list,
};
use crate::ui::{ago::Ago, dom, icon::Icon};
use domain::{
    page::{ListQuery, Position, SecretPage, SortColumn},
    secret::{SecretKind, SecretSummary},
    time::Timestamp,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

/// The list: one page of rows, as the query in the address asks for.
#[component]
pub fn ListPage() -> impl IntoView {
    let location = use_location();
    let query = Memo::new(move |_| ListQuery::parse(location.search.read().trim_start_matches('?')));
    let page = Resource::new(move || query.read().to_query_string(), list_secrets);
    let loading = RwSignal::new(false);
    let doomed = RwSignal::new(None::<Doomed>);
    let add = move || with_list(format!("{LIST}/new"), &query.read().to_query_string());
    view! {
        <Title text="Secrets · Latchkey"/>
        <div class="page-head">
            <div>
                <h1>"Secrets"</h1>
                <p class="lead">"The credentials with which Git datasets and container images are pulled."</p>
            </div>
            <a class="button primary" href=add>
                <Icon name="plus"/>
                "Add"
            </a>
        </div>
        <Filter query/>
        <div class="results" aria-busy=move || loading.get().then_some("true")>
            <Transition set_pending=loading fallback=|| ()>
                {move || {
                    Suspend::new(async move {
                        match page.await {
                            Ok(page) => {
                                view! { <Results query=query.get_untracked() page doomed/> }.into_any()
                            }
                            Err(error) => view! { <LoadFailure error/> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </div>
        <DeleteDialog doomed deleted=move |()| page.refetch()/>
    }
}

/// The table and the pages under it, or what to do where there is nothing to show.
#[component]
fn Results(query: ListQuery, page: SecretPage, doomed: RwSignal<Option<Doomed>>) -> impl IntoView {
    if page.rows.is_empty() {
        return view! { <Nothing query/> }.into_any();
    }
    let list_query = query.to_query_string();
    let now = page.now;
    let rows = page
        .rows
        .iter()
        .cloned()
        .map(|secret| view! { <Row secret now list_query=list_query.clone() doomed/> })
        .collect_view();
    view! {
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
    }
    .into_any()
}

/// One secret.
#[component]
fn Row(
    secret: SecretSummary,
    now: Timestamp,
    list_query: String,
    doomed: RwSignal<Option<Doomed>>,
) -> impl IntoView {
    let SecretSummary { id, display_name, updated_at, registry_host } = secret;
    let name = id.name.as_str().to_owned();
    let edit = with_list(format!("{LIST}/{id}/edit"), &list_query);
    let delete = with_list(format!("{LIST}/{id}/delete"), &list_query);
    let (edit_label, delete_label) = (format!("Edit {name}"), format!("Delete {name}"));
    let icon = match id.kind {
        SecretKind::GitDataset => "git",
        SecretKind::ImagePull => "box",
    };
    let kind = id.kind.label();
    let asked = Doomed { id, display_name: display_name.clone() };
    let ask = move |event: leptos::web_sys::MouseEvent| {
        if !dom::opens_elsewhere(&event) {
            event.prevent_default();
            doomed.set(Some(asked.clone()));
        }
    };
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
                <Icon name=icon/>
                {kind}
            </td>
            <td class="updated">
                <span class="column-word">"Updated"</span>
                <Ago at=updated_at now/>
            </td>
            <td class="row-actions">
                <a href=edit aria-label=edit_label title="Edit">
                    <Icon name="pencil"/>
                </a>
                <a href=delete aria-label=delete_label title="Delete" on:click=ask>
                    <Icon name="bin"/>
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
        view! {
            <div class="nothing">
                <p>
                    <b>"No secret matches."</b>
                    " Search looks at the name, the display name and the registry host."
                </p>
                <a class="button" href=list_address(&all.to_query_string())>
                    "Clear search and filter"
                </a>
            </div>
        }
        .into_any()
    } else {
        view! {
            <div class="nothing">
                <p>
                    <b>"No secrets yet."</b>
                    " Add the SSH key that reads a Git dataset, or the account that pulls container images."
                </p>
                <a class="button primary" href=format!("{LIST}/new")>
                    "Add the first secret"
                </a>
            </div>
        }
        .into_any()
    }
}
