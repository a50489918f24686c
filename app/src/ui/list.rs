//! Pages that list things: heading, filter, table or what stands in its place, and the way to further pages.

use super::{rendered::rendered, select::option};
use leptos::{either::Either, prelude::*};

/// A page that lists things.
#[component]
pub fn ListPage<L: IntoView + 'static, C: IntoView + 'static, R: IntoView + 'static, const P: usize>(
    #[prop(into)] heading: String,
    /// Says what the list is for.
    lead: L,
    /// What can be done besides, at the right of the heading.
    #[prop(optional_no_strip)]
    actions: Option<AnyView>,
    /// The table, or `Nothing`.
    rows: R,
    /// The labels and addresses of further pages, of which those are shown that there are.
    pages: [(&'static str, Option<String>); P],
    /// The filter, and what else stands above the table.
    children: TypedChildren<C>,
) -> impl IntoView {
    let head = view! {
        <h1>{heading}</h1>
        <p class="lead">{lead}</p>
    };
    let head = match actions {
        Some(actions) => Either::Left(view! {
            <div class="page-head">
                <div>{head}</div>
                {actions}
            </div>
        }),
        None => Either::Right(head),
    };
    let pages = pages
        .map(|(label, address)| address.map(|address| view! { <a class="button" href=address>{label}</a> }));
    rendered(view! {
        {head}
        {children.into_inner()()}
        {rows}
        <nav class="pages" aria-label=t!(page_pages)>{pages}</nav>
    })
}

/// The search of a list, by which its address is asked for again.
#[component]
pub fn SearchForm<C: IntoView + 'static>(
    /// The address of the list.
    action: &'static str,
    value: String,
    /// The most characters that are looked for.
    max_chars: u16,
    /// Says what is searched.
    placeholder: String,
    /// Further fields.
    children: TypedChildren<C>,
) -> impl IntoView {
    view! {
        <form class="filter" method="get" action=action role="search">
            <div>
                <label for="q">{t!(page_search)}</label>
                <input
                    type="search"
                    id="q"
                    name="q"
                    value=value
                    maxlength=max_chars
                    placeholder=placeholder
                    autocomplete="off"
                    spellcheck="false"
                />
            </div>
            <button>{t!(page_search)}</button>
            {children.into_inner()()}
        </form>
    }
}

/// A choice in the filter of a list: one of these, by value and label, or all of them.
pub fn filter_choice<'a>(
    id: &'static str,
    label: &'static str,
    chosen: Option<&str>,
    choices: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> AnyView {
    let options =
        choices.into_iter().map(|(value, label)| option(value, label, chosen == Some(value))).collect_view();
    view! {
        <div>
            <label for=id>{label}</label>
            <select id=id name=id autocomplete="off">
                {option("", t!(page_all), chosen.is_none())}
                {options}
            </select>
        </div>
    }
    .into_any()
}

/// In the place of a table without rows.
#[component]
pub fn Nothing(
    /// Says that there is nothing, in a few words.
    #[prop(into)]
    title: String,
    /// Says more.
    #[prop(optional)]
    text: &'static str,
    /// The way on.
    #[prop(optional_no_strip)]
    link: Option<AnyView>,
) -> impl IntoView {
    let text = (!text.is_empty()).then(|| format!(" {text}"));
    view! {
        <div class="nothing">
            <p>
                <b>{title}</b>
                {text}
            </p>
            {link}
        </div>
    }
}

/// Renders a link that looks like a button.
pub fn button_link(address: impl Into<String>, label: impl Into<String>) -> AnyView {
    let (address, label): (String, String) = (address.into(), label.into());
    view! { <a class="button" href=address>{label}</a> }.into_any()
}

/// Renders the link to the page where something is added.
pub fn add_link(address: impl Into<String>, content: impl IntoView + 'static) -> AnyView {
    let address: String = address.into();
    view! { <a class="button primary" href=address>{content}</a> }.into_any()
}
