//! The search over everything: secrets, images, datasets, people and pages.

use crate::{
    account::ACCOUNT,
    api_docs::API_DOCS,
    audit::AUDIT,
    failure::{Noun, Subject, loaded},
    help::HELP,
    imports::IMPORT,
    secrets::{self, deleted::DELETED},
    ssr,
    system::SYSTEM,
    texts,
    ui::rendered::rendered,
    usages::list::usage_address,
    users::USERS,
};
use backend::{Backend, Ctx};
use domain::{
    access::Role,
    error::Error,
    page::{ListQuery, PageSize},
    percent,
    usage::{UsageKind, UsageQuery},
};
use futures_util::future::{try_join, try_join3};
use leptos::prelude::*;

/// The address of the search.
pub const SEARCH: &str = "/search";

/// The most results of a kind.
const MAX: usize = 8;

/// A kind of results.
struct Kind {
    heading: &'static str,
    results: Vec<Found>,
    /// The list with all of them, if there are more.
    all: Option<String>,
}

/// A result: a name, what tells it from others, and its page.
struct Found {
    name: String,
    detail: String,
    address: String,
}

/// The search, with the results for the words in the address. The script of the dialog takes `#found` out of it.
#[component]
pub fn SearchPage() -> impl IntoView {
    let ListQuery { search, .. } = ListQuery::parse(&ssr::query());
    let subject = Subject { heading: t!(title_search), noun: Noun::Page, list: SEARCH };
    let wanted = search.clone();
    let load = move |backend: Backend, ctx: Ctx| async move { find(&backend, &ctx, &wanted).await };
    let value = search.clone();
    let results = loaded(subject, load, move |kinds| results(kinds, &search));
    view! {
        <h1>{t!(title_search)}</h1>
        <p class="lead">{t!(search_lead)}</p>
        <form class="filter" method="get" action=SEARCH role="search">
            <div>
                <label for="q">{t!(search_label)}</label>
                <input type="search" id="q" name="q" value=value maxlength="200" autocomplete="off" spellcheck="false"/>
            </div>
            <button>{t!(search_button)}</button>
        </form>
        {results}
    }
}

fn results(kinds: Vec<Kind>, search: &str) -> impl IntoView + use<> {
    let count: usize = kinds.iter().map(|kind| kind.results.len()).sum();
    let said = match (count, search) {
        (_, "") => None,
        (0, _) => Some(t!(search_none, search)),
        (count, _) => Some(t!(search_count, count)),
    };
    let kinds = kinds.into_iter().filter(|kind| !kind.results.is_empty()).map(section).collect_view();
    rendered(view! {
        <div id="found" class="found">
            {said.map(|said| view! { <p class="said">{said}</p> })}
            {kinds}
        </div>
    })
}

fn section(kind: Kind) -> impl IntoView {
    let Kind { heading, results, all } = kind;
    let results = results
        .into_iter()
        .map(|Found { name, detail, address }| {
            view! {
                <li>
                    <a href=address>
                        <span>{name}</span>
                        <small>{detail}</small>
                    </a>
                </li>
            }
        })
        .collect_view();
    let all = all.map(|address| view! { <a class="all" href=address>{t!(search_all)}</a> });
    view! {
        <section>
            <h2>{heading}</h2>
            <ul>{results}</ul>
            {all}
        </section>
    }
}

/// Returns what matches, by kind. Without words, only the pages.
async fn find(backend: &Backend, ctx: &Ctx, search: &str) -> Result<Vec<Kind>, Error> {
    let pages = pages(search);
    if search.is_empty() {
        return Ok(vec![pages]);
    }
    let usages = |kind| found_usages(backend, ctx, kind, search);
    // Boxed, because the future is large.
    let found = Box::pin(try_join3(
        found_secrets(backend, ctx, search),
        usages(UsageKind::Image),
        usages(UsageKind::Dataset),
    ));
    let ((secrets, images, datasets), people) = try_join(found, found_people(backend, ctx, search)).await?;
    Ok(vec![secrets, images, datasets, people, pages])
}

async fn found_secrets(backend: &Backend, ctx: &Ctx, search: &str) -> Result<Kind, Error> {
    let [size, ..] = PageSize::ALL;
    let query = ListQuery { search: search.to_owned(), size, ..ListQuery::default() };
    let page = backend.secrets().list(ctx, &query).await?;
    let all = (page.rows.len() > MAX)
        .then(|| secrets::list_address(&ListQuery { size: PageSize::default(), ..query.clone() }));
    let results = page.rows.into_iter().take(MAX).map(|row| Found {
        name: row.id.name.as_str().to_owned(),
        detail: [Some(texts::kind(row.id.kind).to_owned()), row.registry_host.or(row.target)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
        address: format!("{}/{}", secrets::LIST, row.id),
    });
    Ok(Kind { heading: t!(title_secrets), results: results.collect(), all })
}

async fn found_usages(backend: &Backend, ctx: &Ctx, kind: UsageKind, search: &str) -> Result<Kind, Error> {
    let query = UsageQuery { search: search.to_owned(), ..UsageQuery::default() };
    let rows = backend.usages().list(ctx, kind, &query).await?.rows;
    let all = (rows.len() > MAX).then(|| query.address(kind));
    let results = rows.into_iter().take(MAX).map(|usage| Found {
        address: usage_address(kind, &usage.name),
        name: usage.name.as_str().to_owned(),
        detail: usage.target,
    });
    let heading = match kind {
        UsageKind::Image => t!(title_images),
        UsageKind::Dataset => t!(title_datasets),
    };
    Ok(Kind { heading, results: results.collect(), all })
}

/// Returns the people that match, for administrators alone.
async fn found_people(backend: &Backend, ctx: &Ctx, search: &str) -> Result<Kind, Error> {
    let users =
        if ssr::may(Role::Admin) { backend.users().list(ctx, search, "").await?.users } else { Vec::new() };
    let all = (users.len() > MAX).then(|| format!("{USERS}?q={}", percent::encode(search)));
    let results = users.into_iter().take(MAX).map(|user| Found {
        address: format!("{USERS}/{}", percent::encode(&user.name)),
        detail: texts::role(user.role).to_owned(),
        name: user.name,
    });
    Ok(Kind { heading: t!(title_users), results: results.collect(), all })
}

/// Returns the pages that the person may open and whose title has all the words.
fn pages(search: &str) -> Kind {
    let all = [
        (Role::Reader, t!(title_overview), "/"),
        (Role::Reader, t!(title_secrets), secrets::LIST),
        (Role::Editor, t!(title_add_secret), "/secrets/new"),
        (Role::Editor, t!(title_import), IMPORT),
        (Role::Editor, t!(title_deleted), DELETED),
        (Role::Reader, t!(title_images), "/images"),
        (Role::Editor, t!(title_add_image), "/images/new"),
        (Role::Reader, t!(title_datasets), "/datasets"),
        (Role::Editor, t!(title_add_dataset), "/datasets/new"),
        (Role::Reader, t!(title_tokens), "/tokens"),
        (Role::Reader, t!(title_add_token), "/tokens/new"),
        (Role::Admin, t!(title_users), USERS),
        (Role::Admin, t!(title_add_user), "/users/new"),
        (Role::Admin, t!(title_audit), AUDIT),
        (Role::Admin, t!(title_system), SYSTEM),
        (Role::Reader, t!(title_account), ACCOUNT),
        (Role::Reader, t!(title_help), HELP),
        (Role::Reader, t!(title_api), API_DOCS),
    ];
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let matches = |title: &str| {
        let title = title.to_lowercase();
        words.iter().all(|word| title.contains(word))
    };
    let results = all.into_iter().filter(|(role, title, _)| ssr::may(*role) && matches(title)).map(
        |(_, title, address)| Found {
            name: title.to_owned(),
            detail: String::new(),
            address: address.to_owned(),
        },
    );
    Kind { heading: t!(search_pages), results: results.collect(), all: None }
}
