//! The list of secrets.

use super::{
    LIST,
    delete::{DeleteDialog, question_with_places},
    deleted::DELETED,
    list_address,
    list_controls::{Pages, filter, sort_row, table_head},
    list_rows::{Labels, Rows},
    selection::{FORM, SelectionBar},
    with_list,
};
use crate::{
    error::ApiError,
    failure::{LoadFailure, Noun},
    imports::IMPORT,
    island_texts::DialogTexts,
    ssr,
    ui::{icon::icon, instant_controls::InstantControls},
};
use domain::{
    access::Role,
    page::{ListQuery, SecretPage},
};
use leptos::{either::Either, prelude::*};

/// The list: one page of rows, as the query in the address asks for.
#[component]
pub fn ListPage() -> impl IntoView {
    let query = ListQuery::parse(&ssr::query());
    let add = with_list(format!("{LIST}/new"), &query.to_query_string());
    let may_write = ssr::may(Role::Editor);
    Suspend::new(async move {
        match load(&query).await {
            Ok(page) => Either::Left(view! { <List query page may_write add/> }),
            Err(error) => Either::Right(
                view! { <LoadFailure error heading=t!(list_title) noun=Noun::Secret list=LIST/> },
            ),
        }
    })
}

/// The page around the table.
#[component]
fn List(
    query: ListQuery,
    page: SecretPage,
    may_write: bool,
    /// The address of the form that adds a secret.
    add: String,
) -> impl IntoView {
    let filter = filter(&query);
    view! {
        <div class="page-head">
            <div>
                <h1>{t!(list_title)}</h1>
                <p class="lead">{t!(list_lead)}</p>
            </div>
            {may_write
                .then(|| {
                    view! {
                        <div class="choices">
                            <a class="button" href=DELETED>
                                {icon!("clock")}
                                {t!(list_deleted)}
                            </a>
                            <a class="button" href=IMPORT>
                                {icon!("file")}
                                {t!(list_import)}
                            </a>
                            <a class="button primary" href=add>
                                {icon!("plus")}
                                {t!(list_add)}
                            </a>
                        </div>
                    }
                })}
        </div>
        {filter}
        <Results query page may_write/>
        <InstantControls/>
        {may_write
            .then(|| {
                let keep_days = ssr::request().map_or(0, |(backend, _)| backend.secrets().keep_deleted().0);
                view! {
                    <DialogTexts/>
                    <DeleteDialog question=question_with_places(keep_days)/>
                }
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
    let rows = Rows { now: page.now, list_query: &list_query, search: &query.search, may_write, selected }
        .of(&page.rows);
    Either::Right(view! {
        <form method="get" id=FORM class="selectable" autocomplete="off">
        <Labels/>
        {sort_row(&query)}
        <table class="secrets">
            {table_head(&query, selected)}
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
                    <b>{t!(list_none_match)}</b>
                    {format!(" {}", t!(list_search_covers))}
                </p>
                <a class="button" href=list_address(&all)>
                    {t!(list_clear_search)}
                </a>
            </div>
        })
    } else {
        Either::Right(view! {
            <div class="nothing at-first">
                <p>
                    <b>{t!(list_empty)}</b>
                    {format!(" {}", t!(list_empty_text))}
                </p>
                {may_write
                    .then(|| {
                        view! {
                            <a class="button primary" href=format!("{LIST}/new")>
                                {t!(list_add_first)}
                            </a>
                            " "
                            <a class="button" href=IMPORT>
                                {t!(list_import)}
                            </a>
                        }
                    })}
            </div>
        })
    }
}
