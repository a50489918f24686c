//! The parts around the table of the list: search, filters and order above, pages below.

use super::{LIST, list_address};
use crate::{
    texts,
    ui::{
        icon::icon,
        rendered::{InEachLanguage, rendered, rendered_once},
        select::option,
    },
};
use domain::{
    connection_test::TestStatus,
    page::{
        Direction, Expires, ListQuery, Need, PageSize, Position, SecretPage, SortColumn, Total, UnusedDays,
    },
    secret::SecretKind,
};
use leptos::{either::Either, prelude::*, tachys::html::InertElement};

/// Search and filters, as a plain GET form; and each filter that applies, as a link without it.
pub fn filter(query: &ListQuery) -> InertElement {
    static UNUSED: InEachLanguage<String> = InEachLanguage::empty();
    let sort = query.sort_parameter();
    if query.is_narrowed() || !sort.is_empty() {
        rendered(filter_form(query, sort))
    } else {
        rendered_once(&UNUSED, || filter_form(query, sort))
    }
}

fn filter_form(query: &ListQuery, sort: String) -> impl IntoView + use<> {
    let chips = query.is_narrowed().then(|| chips(query));
    let kinds = SecretKind::ALL.map(|kind| (kind.as_str().to_owned(), texts::kind(kind).to_owned()));
    let states = TestStatus::ALL.map(|status| (status.as_str().to_owned(), texts::status(status).to_owned()));
    let unused = UnusedDays::ALL.map(|days| (days.days().to_string(), not_used_for(days)));
    let chosen = query.unused.map(|days| days.days().to_string());
    let expires = Expires::ALL.map(|when| (when.as_str().to_owned(), expires_when(when)));
    let needs = Need::ALL.map(|need| (need.as_str().to_owned(), texts::need(need).to_owned()));
    view! {
        <form class="filter" method="get" action=LIST role="search" id="filter" autocomplete="off">
            <div>
                <label for="q">{t!(list_search)}</label>
                <input
                    type="search"
                    id="q"
                    name="q"
                    value=query.search.clone()
                    maxlength="200"
                    placeholder=t!(list_search_hint)
                    spellcheck="false"
                />
            </div>
            // Folds what follows in narrow windows, by the style sheet alone.
            <details class="more-filters">
                <summary>{t!(list_filters)}</summary>
            </details>
            {choice("type", t!(list_type), t!(list_any), query.kind.map(SecretKind::as_str), kinds)}
            {choice("status", t!(list_status), t!(list_any), query.status.map(TestStatus::as_str), states)}
            {choice("unused", t!(list_last_used), t!(list_any_time), chosen.as_deref(), unused)}
            {choice("expires", t!(list_expires), t!(list_any_time), query.expires.map(Expires::as_str), expires)}
            {choice("needs", t!(list_needs), t!(list_any), query.needs.map(Need::as_str), needs)}
            {(!sort.is_empty()).then(|| view! { <input type="hidden" name="sort" value=sort/> })}
            <button>{t!(list_search)}</button>
        </form>
        {chips}
    }
}

/// A choice of the filter: any, or one of these, by value and label.
fn choice<const N: usize>(
    id: &'static str,
    label: &'static str,
    any: &'static str,
    chosen: Option<&str>,
    choices: [(String, String); N],
) -> impl IntoView + use<N> {
    let options = choices.map(|(value, label)| option(&value, &label, chosen == Some(value.as_str())));
    view! {
        <div>
            <label for=id>{label}</label>
            <select id=id name=id>
                {option("", any, chosen.is_none())}
                {options}
            </select>
        </div>
    }
}

fn not_used_for(days: UnusedDays) -> String {
    t!(list_not_used_for, days: days.days())
}

fn expires_when(expires: Expires) -> String {
    match expires.days() {
        None => t!(list_expired).to_owned(),
        Some(days) => t!(list_within, days),
    }
}

/// Renders the search and the filters that apply, each as a link to the list without it.
fn chips(query: &ListQuery) -> impl IntoView + use<> {
    let search = (!query.search.is_empty()).then(|| {
        let without = query.changed(|query| query.search.clear());
        chip(t!(list_search), &query.search, &without)
    });
    let kind = query
        .kind
        .map(|kind| chip(t!(list_type), texts::kind(kind), &query.changed(|query| query.kind = None)));
    let status = query.status.map(|status| {
        chip(t!(list_status), texts::status(status), &query.changed(|query| query.status = None))
    });
    let unused = query.unused.map(|days| {
        chip(t!(list_last_used), &not_used_for(days), &query.changed(|query| query.unused = None))
    });
    let expires = query.expires.map(|expires| {
        chip(t!(list_expires), &expires_when(expires), &query.changed(|query| query.expires = None))
    });
    let needs = query
        .needs
        .map(|needs| chip(t!(list_needs), texts::need(needs), &query.changed(|query| query.needs = None)));
    view! {
        <p class="chips">
            {search} {kind} {status} {unused} {expires} {needs}
            <a href=list_address(&query.widened())>{t!(list_clear_all)}</a>
        </p>
    }
}

fn chip(label: &'static str, value: &str, without: &ListQuery) -> impl IntoView + use<> {
    let filter = t!(list_chip, label, value);
    let action = t!(list_remove_filter, filter: &filter);
    view! {
        <a class="chip" href=list_address(without) aria-label=action>
            <span>{filter}</span>
            {icon!("close")}
        </a>
    }
}

/// The label of a column.
fn label_of(column: SortColumn) -> &'static str {
    match column {
        SortColumn::Name => t!(list_name),
        SortColumn::DisplayName => t!(list_display_name),
        SortColumn::Type => t!(list_type),
        SortColumn::Status => t!(list_status),
        SortColumn::UsedBy => t!(list_used_by),
        SortColumn::LastUsed => t!(list_last_used),
        SortColumn::Expires => t!(list_expires),
        SortColumn::Updated => t!(list_updated),
    }
}

/// Every column to sort by, in one row, for windows in which not every column has room.
pub fn sort_row(query: &ListQuery) -> InertElement {
    static AT_FIRST: InEachLanguage<String> = InEachLanguage::empty();
    if *query == ListQuery::default() {
        rendered_once(&AT_FIRST, || links(query))
    } else {
        rendered(links(query))
    }
}

fn links(query: &ListQuery) -> impl IntoView + use<> {
    let words = SortColumn::ALL.map(|column| {
        let sorted = (query.sort == column).then_some(query.direction);
        let said = sorted.map(|direction| match direction {
            Direction::Ascending => t!(list_ascending),
            Direction::Descending => t!(list_descending),
        });
        let down = (sorted == Some(Direction::Descending)).then_some("");
        view! {
            <a href=list_address(&query.sorted_by(column)) data-down=down aria-current=sorted.map(|_| "true")>
                {label_of(column)}
                {said.map(|said| view! { <span class="unseen">{said}</span> })}
            </a>
        }
    });
    view! {
        <nav class="sort" aria-label=t!(list_sort_by)>
            <span>{t!(list_sort_by)}</span>
            {words}
        </nav>
    }
}

/// The head of the table, with the box that selects every row, which is checked if all are `selected`.
pub fn table_head(query: &ListQuery, selected: bool) -> InertElement {
    static AT_FIRST: InEachLanguage<String> = InEachLanguage::empty();
    if *query == ListQuery::default() && !selected {
        rendered_once(&AT_FIRST, || headings(query, selected))
    } else {
        rendered(headings(query, selected))
    }
}

fn headings(query: &ListQuery, selected: bool) -> impl IntoView + use<> {
    let select_all = match list_address(query) {
        address if address.contains('?') => format!("{address}&select=all"),
        address => format!("{address}?select=all"),
    };
    view! {
        <thead>
            <tr>
                <th scope="col" class="select">
                    <label class="needs-script">
                        <input type="checkbox" aria-label=t!(list_select_all) checked=selected/>
                        <span aria-hidden="true">{t!(list_select_all)}</span>
                    </label>
                    <a class="without-script" href=select_all aria-label=t!(list_select_all)>
                        {t!(list_all)}
                    </a>
                </th>
                {SortColumn::ALL.map(|column| sort_heading(query, column))}
                <th scope="col" class="row-actions">
                    {t!(list_actions)}
                </th>
            </tr>
        </thead>
    }
}

/// Renders a column's heading: a link that sorts by it, in the other direction if the list is already sorted by it.
fn sort_heading(query: &ListQuery, column: SortColumn) -> impl IntoView + use<> {
    let sorted = (query.sort == column).then_some(query.direction);
    let aria = sorted.map(|direction| match direction {
        Direction::Ascending => "ascending",
        Direction::Descending => "descending",
    });
    let address = list_address(&query.sorted_by(column));
    view! {
        <th scope="col" aria-sort=aria class=column.as_str()>
            <a href=address>{label_of(column)}</a>
        </th>
    }
}

/// The numbers of the rows that are shown, and links to the other pages, if there are any.
#[component]
pub fn Pages<'a>(query: &'a ListQuery, page: SecretPage) -> impl IntoView + use<> {
    let before = query.rows_before(&page);
    let SecretPage { rows, total, previous, next, .. } = page;
    let shown = rows.len() as u64;
    let to = |position: Position, before: u64| {
        let rows_before = u32::try_from(before).unwrap_or(u32::MAX);
        list_address(&ListQuery { rows_before, ..query.with_position(position) })
    };
    let paged = previous.is_some() || next.is_some();
    let earlier = before.saturating_sub(query.size.rows().into());
    let back = previous.map(|cursor| (to(Position::First, 0), to(Position::Before(cursor), earlier)));
    let on = next.map(|cursor| (to(Position::After(cursor), before + shown), to(Position::Last, 0)));
    let (first, previous) = back.unzip();
    let (next, last) = on.unzip();
    let nav = paged.then(|| {
        view! {
            <nav aria-label=t!(list_pages)>
                <PageLink to=first label=t!(list_first)/>
                <PageLink to=previous label=t!(list_previous)/>
                <PageLink to=next label=t!(list_next)/>
                <PageLink to=last label=t!(list_last)/>
            </nav>
        }
    });
    // As many rows as the smallest page has fit on any.
    let sizes = (paged || shown > u64::from(PageSize::ALL[0].rows())).then(|| {
        let sizes = PageSize::ALL
            .map(|size| view! { <option selected={size == query.size}>{size.rows()}</option> })
            .collect_view();
        view! {
            <div class="page-size">
                <label for="size">{t!(list_rows_per_page)}</label>
                <select id="size" name="size" form="filter">
                    {sizes}
                </select>
                <button form="filter" class="without-script">{t!(list_apply)}</button>
            </div>
        }
    });
    rendered(view! {
        <div class="pages">
            <p>{count(before, shown, total)}</p>
            {sizes}
            {nav}
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

/// Returns a text such as "1–20 of 1,234 secrets"; if counting stopped, "1–20 of more than 1,000 secrets".
fn count(before: u64, shown: u64, total: Total) -> String {
    let Total { count, exact } = total;
    let (first, last) = (texts::grouped(before + 1), texts::grouped(before + shown));
    if !exact {
        t!(list_some_of_more, first: &first, last: &last, total: &texts::grouped(count))
    } else if shown == count {
        t!(list_count, count)
    } else {
        t!(list_some_of, first: &first, last: &last, total: &texts::grouped(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_is_exact_or_more_than() {
        let total = |count, exact| Total { count, exact };
        assert_eq!(count(0, 1, total(1, true)), "1 secret");
        assert_eq!(count(0, 3, total(3, true)), "3 secrets");
        assert_eq!(count(0, 20, total(1_234, true)), "1–20 of 1,234 secrets");
        assert_eq!(count(1_220, 14, total(1_234, true)), "1,221–1,234 of 1,234 secrets");
        assert_eq!(count(20, 20, total(1_000, false)), "21–40 of more than 1,000 secrets");
    }
}
