//! A table of objects with actions.

use super::rendered::rendered;
use leptos::prelude::*;

/// Renders a table with these headings, and one more for the actions of each row. Rows without actions have
/// that cell, too.
pub fn action_table<const N: usize>(
    class: &'static str,
    headings: [&'static str; N],
    rows: impl IntoView,
) -> impl IntoView {
    let headings = headings.map(|heading| view! { <th scope="col">{heading}</th> });
    rendered(view! {
        <table class=class>
            <thead>
                <tr>
                    {headings}
                    <th scope="col" class="row-actions">
                        {t!(page_actions)}
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    })
}

/// A cell. In narrow windows, where each row is a card, it begins with the heading of its column.
#[component]
pub fn Cell<C: IntoView + 'static>(
    /// The heading of the column.
    label: &'static str,
    #[prop(optional)] class: Option<&'static str>,
    #[prop(optional)] title: Option<String>,
    children: TypedChildren<C>,
) -> impl IntoView {
    view! {
        <td class=class title=title>
            <span class="column-word">{label}</span>
            {children.into_inner()()}
        </td>
    }
}

/// Renders something that can be done with a row, as an icon.
pub fn row_action(
    address: String,
    // The name of the row is in it.
    label: String,
    title: &'static str,
    icon: impl IntoView + 'static,
) -> impl IntoView {
    view! {
        <a href=address aria-label=label title=title>
            {icon}
        </a>
    }
}
