//! The list of secrets.

use super::{
    LIST,
    delete::DeleteDialog,
    deleted::DELETED,
    list_address,
    list_controls::{Filter, Pages, SortHeading},
    list_rows::{Labels, Rows},
    selection::{FORM, SelectionBar},
    with_list,
};
use crate::{
    error::ApiError,
    failure::LoadFailure,
    imports::IMPORT,
    ssr,
    ui::{icon::icon, instant_controls::InstantControls},
};
use domain::{
    access::Role,
    page::{ListQuery, SecretPage, SortColumn},
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
    backend.secrets().list(&ctx, query).await.map_err(ssr::respond_with)
}

/// The table and the links under it, or what to do if there is nothing to show.
#[component]
fn Results(query: ListQuery, page: SecretPage, may_write: bool) -> impl IntoView {
    if page.rows.is_empty() {
        return Either::Left(view! { <Nothing query may_write/> });
    }
    let list_query = query.to_query_string();
    let selected = ssr::query_parameter("select").is_some_and(|which| which == "all");
    let rows = Rows { now: page.now, list_query: &list_query, may_write, selected }.of(&page.rows);
    let select_all = match list_address(&query) {
        address if address.contains('?') => format!("{address}&select=all"),
        address => format!("{address}?select=all"),
    };
    Either::Right(view! {
        <form method="get" id=FORM class="selectable" autocomplete="off">
        <Labels/>
        <table class="secrets">
            <thead>
                <tr>
                    <th scope="col" class="select">
                        <input type="checkbox" class="needs-script" aria-label="Select all on this page" checked=selected/>
                        <a class="without-script" href=select_all aria-label="Select all on this page">
                            "All"
                        </a>
                    </th>
                    <SortHeading query=&query column=SortColumn::Name label="Name"/>
                    <SortHeading query=&query column=SortColumn::DisplayName label="Display Name"/>
                    <SortHeading query=&query column=SortColumn::Type label="Type"/>
                    <th scope="col" class="status">
                        "Status"
                    </th>
                    <SortHeading query=&query column=SortColumn::UsedBy label="Used by"/>
                    <SortHeading query=&query column=SortColumn::LastUsed label="Last used"/>
                    <SortHeading query=&query column=SortColumn::Updated label="Updated"/>
                    <th scope="col" class="row-actions three">
                        "Actions"
                    </th>
                </tr>
            </thead>
            <tbody inner_html=rows></tbody>
        </table>
        <SelectionBar list_query may_write/>
        </form>
        <form method="post" id="c"></form>
        <Pages query=&query page/>
    })
}

/// The notice of an empty list, or of an empty search result.
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
