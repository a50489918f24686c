//! What stands around the table of the list: search and filter above, pages below.

use super::list_address;
use domain::{
    page::{Direction, ListQuery, PageSize, Position, SecretPage, SortColumn, Total},
    secret::SecretKind,
};
use leptos::{ev::SubmitEvent, html, prelude::*, web_sys::FormData};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// Search and type. A plain GET form; the page answers it in place once it can.
#[component]
pub fn Filter(query: Memo<ListQuery>) -> impl IntoView {
    let form = NodeRef::<html::Form>::new();
    let search = NodeRef::<html::Input>::new();
    let navigate = use_navigate();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(data) = form.get_untracked().and_then(|form| FormData::new_with_form(&form).ok()) else {
            return;
        };
        let text = |name: &str| data.get(name).as_string().unwrap_or_default();
        let current = query.get_untracked();
        let wanted = ListQuery {
            search: text("q"),
            kind: SecretKind::parse(&text("type")),
            size: PageSize::parse(&text("size")),
            position: Position::First,
            ..current
        };
        navigate(
            &list_address(&wanted.to_query_string()),
            NavigateOptions { scroll: false, ..Default::default() },
        );
    };
    // A link such as "Clear the search" changes the query without the box being typed in.
    Effect::new(move |before: Option<String>| {
        let wanted = query.read().search.clone();
        if let (Some(before), Some(input)) = (before, search.get_untracked())
            && before != wanted
        {
            input.set_value(&wanted);
        }
        wanted
    });
    let initial = query.get_untracked();
    view! {
        <form class="filter" method="get" action=super::LIST role="search" id="filter" node_ref=form on:submit=submit>
            <div>
                <label for="q">"Search"</label>
                <input
                    node_ref=search
                    type="search"
                    id="q"
                    name="q"
                    value=initial.search
                    maxlength="200"
                    placeholder="Name, display name or registry host"
                    autocomplete="off"
                    spellcheck="false"
                />
            </div>
            <div>
                <label for="type">"Type"</label>
                <select id="type" name="type" on:change=move |_| resubmit(form) autocomplete="off">
                    <option value="" selected=move || query.read().kind.is_none()>
                        "All"
                    </option>
                    {SecretKind::ALL
                        .map(|kind| {
                            view! {
                                <option value=kind.as_str() selected=move || query.read().kind == Some(kind)>
                                    {kind.label()}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </div>
            {move || {
                let sort = query.read().sort_parameter();
                (!sort.is_empty()).then(|| view! { <input type="hidden" name="sort" value=sort/> })
            }}
            <button>"Search"</button>
        </form>
    }
}

fn resubmit(form: NodeRef<html::Form>) {
    if let Some(form) = form.get_untracked() {
        // Fails only for a form that is not in the document.
        drop(form.request_submit());
    }
}

/// A column's heading: a link that sorts by it, the other way round if it is sorted by already.
#[component]
pub fn SortHeading(query: ListQuery, column: SortColumn, label: &'static str) -> impl IntoView {
    let sorted = (query.sort == column).then_some(query.direction);
    let aria = sorted.map(|direction| match direction {
        Direction::Ascending => "ascending",
        Direction::Descending => "descending",
    });
    let arrow = if sorted == Some(Direction::Descending) { "down" } else { "up" };
    let address = list_address(&query.sorted_by(column).to_query_string());
    view! {
        <th scope="col" aria-sort=aria class=column.as_str()>
            <a href=address>{label} <crate::ui::icon::Icon name=arrow/></a>
        </th>
    }
}

/// How many there are, and the way to the other pages.
#[component]
pub fn Pages(query: ListQuery, page: SecretPage) -> impl IntoView {
    let SecretPage { rows, total, previous, next, .. } = page;
    let shown = rows.len() as u64;
    let to = |position: Position| list_address(&query.with_position(position).to_query_string());
    let back = previous.map(|cursor| (to(Position::First), to(Position::Before(cursor))));
    let on = next.map(|cursor| (to(Position::After(cursor)), to(Position::Last)));
    let (first, previous) = back.unzip();
    let (next, last) = on.unzip();
    let sizes = PageSize::ALL
        .map(|size| view! { <option selected={size == query.size}>{size.rows()}</option> })
        .collect_view();
    view! {
        <div class="pages">
            <p>{count(shown, total)}</p>
            <div class="page-size">
                <label for="size">"Rows per page"</label>
                <select id="size" name="size" form="filter" autocomplete="off" on:change=|event| {
                    let select = event_target::<leptos::web_sys::HtmlSelectElement>(&event);
                    if let Some(form) = select.form() {
                        drop(form.request_submit());
                    }
                }>
                    {sizes}
                </select>
                <button form="filter" class="without-script">"Apply"</button>
            </div>
            <nav aria-label="Pages">
                <PageLink to=first label="First"/>
                <PageLink to=previous label="Previous"/>
                <PageLink to=next label="Next"/>
                <PageLink to=last label="Last"/>
            </nav>
        </div>
    }
}

/// A way to another page, or its place where there is none.
#[component]
fn PageLink(to: Option<String>, label: &'static str) -> impl IntoView {
    match to {
        Some(address) => view! { <a class="button" href=address>{label}</a> }.into_any(),
        None => view! { <span class="button" aria-hidden="true">{label}</span> }.into_any(),
    }
}

/// "20 of 1,234 secrets"; where counting stopped, "20 of more than 10,000 secrets".
fn count(shown: u64, total: Total) -> String {
    let Total { count, exact } = total;
    let noun = if count == 1 { "secret" } else { "secrets" };
    if !exact {
        format!("{shown} of more than {} secrets", grouped(count))
    } else if shown == count {
        format!("{} {noun}", grouped(count))
    } else {
        format!("{shown} of {} {noun}", grouped(count))
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_well() {
        let total = |count, exact| Total { count, exact };
        assert_eq!(count(1, total(1, true)), "1 secret");
        assert_eq!(count(3, total(3, true)), "3 secrets");
        assert_eq!(count(20, total(1_234, true)), "20 of 1,234 secrets");
        assert_eq!(count(20, total(10_000, false)), "20 of more than 10,000 secrets");
        assert_eq!(grouped(100_000), "100,000");
        assert_eq!(grouped(999), "999");
    }
}
