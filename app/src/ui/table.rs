//! A table of objects with actions.

use leptos::prelude::*;

/// Renders a table with these headings, and one more for the actions of each row. Rows without actions have
/// that cell, too.
pub fn action_table<const N: usize>(
    class: &'static str,
    headings: [&'static str; N],
    rows: impl IntoView,
) -> impl IntoView {
    let headings = headings.map(|heading| view! { <th scope="col">{heading}</th> });
    view! {
        <table class=class>
            <thead>
                <tr>
                    {headings}
                    <th scope="col" class="row-actions">
                        "Actions"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
