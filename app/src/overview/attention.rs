//! The reasons for attention: a number for each, which leads to the list of these secrets.

use crate::{secrets::LIST, texts::grouped, ui::html::Html};
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
    /// Says what the reason means, or what to do.
    hint: &'static str,
    /// The filter of the list.
    query: &'static str,
}

impl Row {
    const fn new(
        count: u64,
        (icon, class): (&'static str, &'static str),
        (label, hint): (&'static str, &'static str),
        query: &'static str,
    ) -> Self {
        Self { count, at_least: false, icon, class, label, hint, query }
    }
}

/// Returns the reasons, the gravest first.
fn rows(of: &Attention) -> [Row; 10] {
    [
        Row::new(
            of.host_key_changed,
            ("shield", "danger"),
            (t!(overview_host_key_changed), t!(overview_host_key_changed_hint)),
            "status=host-key-changed",
        ),
        Row::new(
            of.refused,
            ("ban", "danger"),
            (t!(overview_refused), t!(overview_refused_hint)),
            "status=refused",
        ),
        Row::new(
            of.unreachable,
            ("unplugged", "warn"),
            (t!(overview_unreachable), t!(overview_unreachable_hint)),
            "status=unreachable",
        ),
        Row {
            at_least: !of.expired.exact,
            ..Row::new(
                of.expired.count,
                ("clock", "danger"),
                (t!(overview_expired), t!(overview_expired_hint)),
                "expires=expired",
            )
        },
        Row {
            at_least: !of.expire_soon.exact,
            ..Row::new(
                of.expire_soon.count,
                ("clock", "warn"),
                (t!(overview_expire_soon), t!(overview_expire_soon_hint)),
                "expires=30",
            )
        },
        Row::new(
            of.host_key_unknown,
            ("shield", "warn"),
            (t!(overview_host_key_to_approve), t!(overview_host_key_to_approve_hint)),
            "needs=approval",
        ),
        Row::new(
            of.key_pending,
            ("key", "warn"),
            (t!(overview_new_key_waiting), t!(overview_new_key_waiting_hint)),
            "needs=switch",
        ),
        Row::new(
            of.never_tested,
            ("dash", "plain"),
            (t!(overview_never_tested), t!(overview_never_tested_hint)),
            "needs=test",
        ),
        Row {
            at_least: !of.renewal_due.exact,
            ..Row::new(
                of.renewal_due.count,
                ("clock", "plain"),
                (t!(overview_renewal_due), t!(overview_renewal_due_hint)),
                "needs=renewal",
            )
        },
        Row {
            at_least: !of.unused.exact,
            ..Row::new(
                of.unused.count,
                ("box", "plain"),
                (t!(overview_unused), t!(overview_unused_hint)),
                "needs=review",
            )
        },
    ]
}

/// Writes the section, with the number of all secrets.
pub(super) fn write(html: &mut Html, of: &Attention, secrets: u64) {
    let rows = rows(of);
    html.markup("<section class=attention aria-labelledby=attention><div class=head><h2 id=attention>");
    html.text(t!(overview_attention)).markup("</h2><p><a href=").markup(LIST).markup(">");
    html.text(&t!(overview_secrets, count: secrets)).markup("</a></p></div>");
    if rows.iter().all(|row| row.count == 0) {
        html.markup("<p class=all-well><i class=\"icon i-check\"></i>").text(t!(overview_all_well));
        html.markup("</p></section>");
        return;
    }
    html.markup("<ul>");
    for row in rows.iter().filter(|row| row.count > 0) {
        html.markup("<li><a").attribute("class", row.class).markup(" href=\"").markup(LIST).markup("?");
        html.markup(row.query).markup("\"><b>").text(&grouped(row.count));
        html.markup(if row.at_least { "+</b>" } else { "</b>" });
        html.markup("<i class=\"icon i-").markup(row.icon).markup("\"></i><span>").text(row.label);
        html.markup("</span><small>").text(row.hint).markup("</small></a>");
    }
    html.markup("</ul>");
    let quiet: Vec<&str> = rows.iter().filter(|row| row.count == 0).map(|row| row.label).collect();
    if !quiet.is_empty() {
        html.markup("<p class=quiet-ones><i class=\"icon i-check\"></i><span>");
        // No line begins with the dot.
        html.text(&t!(overview_none, reasons: quiet.join("\u{a0}· "))).markup("</span></p>");
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
            expired: Total { count: 0, exact: true },
            expire_soon: Total { count: 0, exact: true },
            renewal_due: Total { count: 0, exact: true },
            unused: Total { count: 0, exact: true },
        }
    }

    fn written(of: &Attention) -> String {
        let mut html = Html::default();
        write(&mut html, of, 1_500);
        html.into_string()
    }

    #[test]
    fn write_is_calm_if_nothing_needs_attention() {
        let html = written(&nothing());
        assert!(html.contains("Nothing needs attention."));
        assert!(html.contains("<a href=/secrets>1,500 secrets</a>"), "{html}");
        assert_eq!(html.matches("href").count(), 1, "{html}");
    }

    #[test]
    fn write_links_each_number_and_names_the_others_quietly() {
        let some = Attention { refused: 1_234, unused: Total { count: 1_000, exact: false }, ..nothing() };
        let html = written(&some);
        assert!(html.contains("href=\"/secrets?status=refused\"><b>1,234</b>"), "{html}");
        assert!(html.contains("href=\"/secrets?needs=review\"><b>1,000+</b>"), "{html}");
        assert!(html.contains("None: Host key changed\u{a0}· Unreachable"), "{html}");
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
