//! The reasons for attention: a number for each reason, which leads to the list of these secrets.

use super::grouped;
use crate::{secrets::LIST, ui::html::Html};
use backend::Attention;

/// A reason why secrets need attention. A new reason is a line in `rows`.
struct Row {
    count: u64,
    /// Whether there may be more than `count`.
    at_least: bool,
    /// The name of the icon, and the class of its colour.
    icon: &'static str,
    class: &'static str,
    /// The label, also of a reason without secrets.
    label: &'static str,
    /// Says what that means, or what to do.
    hint: &'static str,
    /// The filter of the list.
    query: &'static str,
}

impl Row {
    const fn new(count: u64, icon: &'static str, class: &'static str, label: &'static str) -> Self {
        Self { count, at_least: false, icon, class, label, hint: "", query: "" }
    }

    const fn leading_to(self, query: &'static str, hint: &'static str) -> Self {
        Self { query, hint, ..self }
    }
}

/// Returns the reasons, the gravest first.
fn rows(of: &Attention) -> [Row; 7] {
    [
        Row::new(of.host_key_changed, "shield", "danger", "Host key changed")
            .leading_to("status=host-key-changed", "The host has another key than the one you trust. Ask its operator why."),
        Row::new(of.refused, "ban", "danger", "Refused")
            .leading_to("status=refused", "The registry or Git host rejects the credential."),
        Row::new(of.unreachable, "unplugged", "warn", "Unreachable")
            .leading_to("status=unreachable", "The last test got no answer."),
        Row::new(of.host_key_unknown, "shield", "warn", "Host key to approve")
            .leading_to("needs=approval", "Compare the host's key with the one its operator publishes."),
        Row::new(of.key_pending, "key", "warn", "New key waiting")
            .leading_to("needs=switch", "A new key pair is ready and not in use yet."),
        Row::new(of.never_tested, "dash", "plain", "Never tested")
            .leading_to("needs=test", "Not tested since they were added or changed."),
        Row {
            at_least: !of.unused.exact,
            ..Row::new(of.unused.count, "box", "plain", "Unused for 90 days")
                .leading_to("unused=90", "No image, dataset or API token uses them.")
        },
    ]
}

/// Writes the section.
pub(super) fn write(html: &mut Html, of: &Attention) {
    let rows = rows(of);
    html.markup("<section class=attention aria-labelledby=attention><h2 id=attention>Needs attention</h2>");
    if rows.iter().all(|row| row.count == 0) {
        html.markup("<p class=all-well><i class=\"icon i-check\"></i>Nothing needs attention.</p></section>");
        return;
    }
    html.markup("<ul>");
    for row in rows.iter().filter(|row| row.count > 0) {
        html.markup("<li><a").attribute("class", row.class).markup(" href=\"").markup(LIST).markup("?");
        html.markup(row.query).markup("\"><b>").text(&grouped(row.count));
        html.markup(if row.at_least { "+</b>" } else { "</b>" });
        html.markup("<i class=\"icon i-").markup(row.icon).markup("\"></i><span>").markup(row.label);
        html.markup("</span><small>").markup(row.hint).markup("</small></a>");
    }
    html.markup("</ul>");
    let mut quiet = rows.iter().filter(|row| row.count == 0).map(|row| row.label);
    if let Some(first) = quiet.next() {
        html.markup("<p class=quiet-ones><i class=\"icon i-check\"></i><span>None: ").text(&first.to_lowercase());
        for label in quiet {
            html.markup(", ").text(&label.to_lowercase());
        }
        html.markup("</span></p>");
    }
    html.markup("</section>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::page::{ListQuery, Total};

    fn nothing() -> Attention {
        Attention {
            host_key_changed: 0,
            refused: 0,
            unreachable: 0,
            host_key_unknown: 0,
            never_tested: 0,
            key_pending: 0,
            unused: Total { count: 0, exact: true },
        }
    }

    fn written(of: &Attention) -> String {
        let mut html = Html::default();
        write(&mut html, of);
        html.into_string()
    }

    #[test]
    fn write_is_calm_if_nothing_needs_attention() {
        let html = written(&nothing());
        assert!(html.contains("Nothing needs attention."));
        assert!(!html.contains("<li>") && !html.contains("href"), "{html}");
    }

    #[test]
    fn write_links_each_number_and_names_the_others_quietly() {
        let some = Attention { refused: 1_234, unused: Total { count: 1_000, exact: false }, ..nothing() };
        let html = written(&some);
        assert!(html.contains("href=\"/secrets?status=refused\"><b>1,234</b>"), "{html}");
        assert!(html.contains("href=\"/secrets?unused=90\"><b>1,000+</b>"), "{html}");
        assert!(html.contains("None: host key changed, unreachable"), "{html}");
        assert_eq!(html.matches("<li>").count(), 2);
    }

    #[test]
    fn rows_lead_to_filters_that_the_list_has() {
        for row in rows(&nothing()) {
            let query = ListQuery::parse(row.query);
            assert!(query.is_narrowed(), "{}", row.query);
            assert_eq!(query.to_query_string(), row.query);
        }
    }
}
