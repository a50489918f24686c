//! The parts around the table of the list: search and filter above, pages below.

use super::{LIST, list_address};
use crate::ui::{list::filter_choice, rendered::rendered};
use domain::{
    connection_test::TestStatus,
    page::{Direction, ListQuery, Need, PageSize, Position, SecretPage, SortColumn, Total, UnusedDays},
    secret::SecretKind,
};
use leptos::{either::Either, prelude::*};

/// Search and type, as a plain GET form.
#[component]
pub fn Filter(query: ListQuery) -> impl IntoView {
    let sort = query.sort_parameter();
    let kinds = SecretKind::ALL.map(|kind| (kind.as_str(), kind.label()));
    let states = TestStatus::ALL.map(|status| (status.as_str(), status.label()));
    let chosen = query.unused.map(|days| days.days().to_string());
    let unused = UnusedDays::ALL.map(|days| (days.days().to_string(), format!("for {} days", days.days())));
    let needs = Need::ALL.map(|need| (need.as_str(), need.label()));
    let unused = unused.iter().map(|(days, label)| (days.as_str(), label.as_str()));
    rendered(view! {
        <form class="filter" method="get" action=LIST role="search" id="filter">
            <div>
                <label for="q">"Search"</label>
                <input
                    type="search"
                    id="q"
                    name="q"
                    value=query.search
                    maxlength="200"
                    placeholder="Name, display name or registry host"
                    autocomplete="off"
                    spellcheck="false"
                />
            </div>
            {filter_choice("type", "Type", query.kind.map(SecretKind::as_str), kinds)}
            {filter_choice("status", "Status", query.status.map(TestStatus::as_str), states)}
            {filter_choice("unused", "Unused", chosen.as_deref(), unused)}
            {filter_choice("needs", "Needs", query.needs.map(Need::as_str), needs)}
            {(!sort.is_empty()).then(|| view! { <input type="hidden" name="sort" value=sort/> })}
            <button>"Search"</button>
        </form>
    })
}

/// A column's heading: a link that sorts by it, in the other direction if the list is already sorted by it.
#[component]
pub fn SortHeading<'a>(
    query: &'a ListQuery,
    column: SortColumn,
    label: &'static str,
) -> impl IntoView + use<> {
    let sorted = (query.sort == column).then_some(query.direction);
    let aria = sorted.map(|direction| match direction {
        Direction::Ascending => "ascending",
        Direction::Descending => "descending",
    });
    let address = list_address(&query.sorted_by(column));
    view! {
        <th scope="col" aria-sort=aria class=column.as_str()>
            <a href=address>{label}</a>
        </th>
    }
}

/// The number of secrets, and links to the other pages.
#[component]
pub fn Pages<'a>(query: &'a ListQuery, page: SecretPage) -> impl IntoView + use<> {
    let SecretPage { rows, total, previous, next, .. } = page;
    let shown = rows.len() as u64;
    let to = |position: Position| list_address(&query.with_position(position));
    let back = previous.map(|cursor| (to(Position::First), to(Position::Before(cursor))));
    let on = next.map(|cursor| (to(Position::After(cursor)), to(Position::Last)));
    let (first, previous) = back.unzip();
    let (next, last) = on.unzip();
    let sizes = PageSize::ALL
        .map(|size| view! { <option selected={size == query.size}>{size.rows()}</option> })
        .collect_view();
    rendered(view! {
        <div class="pages">
            <p>{count(shown, total)}</p>
            <div class="page-size">
                <label for="size">"Rows per page"</label>
                <select id="size" name="size" form="filter" autocomplete="off">
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
    })
}

/// A link to another page, or an empty place.
#[component]
fn PageLink(to: Option<String>, label: &'static str) -> impl IntoView {
    match to {
        Some(address) => Either::Left(view! { <a class="button" href=address>{label}</a> }),
        None => Either::Right(view! { <span class="button" aria-hidden="true">{label}</span> }),
    }
}

/// Returns a text such as "20 of 1,234 secrets"; if counting stopped, "20 of more than 10,000 secrets".
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
    fn count_is_exact_or_more_than() {
        let total = |count, exact| Total { count, exact };
        assert_eq!(count(1, total(1, true)), "1 secret");
        assert_eq!(count(3, total(3, true)), "3 secrets");
        assert_eq!(count(20, total(1_234, true)), "20 of 1,234 secrets");
        assert_eq!(count(20, total(10_000, false)), "20 of more than 10,000 secrets");
        assert_eq!(grouped(100_000), "100,000");
        assert_eq!(grouped(999), "999");
    }
}
