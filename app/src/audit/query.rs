//! The query of the audit log in an address.

use super::AUDIT;
use crate::ssr::parameter;
use backend::{AuditCursor, AuditQuery};
use domain::{percent, time::Timestamp};

/// The longest text of a filter, in characters.
const MAX_CHARS: usize = 300;

/// Parses the query of an address; invalid filters are ignored.
pub fn parse(query: &str) -> AuditQuery {
    let text = |name: &str| {
        parameter(query, name)
            .map(|value| value.trim().chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect::<String>())
            .unwrap_or_default()
    };
    let number = |name: &str| text(name).parse::<i64>().ok().filter(|id| *id >= 0);
    let cursor = match (number("older"), number("newer")) {
        (Some(id), _) => AuditCursor::OlderThan(id),
        (None, Some(id)) => AuditCursor::NewerThan(id),
        (None, None) => AuditCursor::Newest,
    };
    AuditQuery {
        actor: text("actor"),
        action: text("action"),
        object: text("object"),
        outcome: text("outcome"),
        parts: true,
        from: Timestamp::parse_date(&text("from")),
        // The named day is included.
        until: Timestamp::parse_date(&text("until")).map(Timestamp::next_day),
        cursor,
    }
}

/// Returns the filters of a query as an address has them, without the page.
pub(super) fn filters(query: &AuditQuery) -> String {
    let mut out = String::new();
    let day = |at: Timestamp| at.rfc3339()[..10].to_owned();
    for (name, value) in [
        ("actor", query.actor.clone()),
        ("action", query.action.clone()),
        ("object", query.object.clone()),
        ("outcome", query.outcome.clone()),
        ("from", query.from.map(day).unwrap_or_default()),
        ("until", query.until.map(Timestamp::previous_day).map(day).unwrap_or_default()),
    ] {
        if !value.is_empty() {
            if !out.is_empty() {
                out.push('&');
            }
            out.push_str(name);
            out.push('=');
            out.push_str(&percent::encode(&value));
        }
    }
    out
}

pub(super) fn address(filters: &str, page: &str) -> String {
    let parts: Vec<&str> = [filters, page].into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { AUDIT.to_owned() } else { format!("{AUDIT}?{}", parts.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_and_filters_agree_and_ignore_nonsense() {
        let text =
            "actor=ana&action=secret%20added&object=image-a&outcome=done&from=2026-11-01&until=2026-11-24";
        let query = parse(text);
        assert_eq!(filters(&query), text);
        assert_eq!(query.until.unwrap().rfc3339(), "2026-11-25T00:00:00Z");
        assert_eq!(parse("older=7").cursor, AuditCursor::OlderThan(7));
        assert_eq!(parse("newer=7").cursor, AuditCursor::NewerThan(7));
        for nonsense in ["older=-1", "older=x", "from=yesterday&until=2026-13-45", "actor=%00%01", ""] {
            assert_eq!(parse(nonsense), AuditQuery { parts: true, ..AuditQuery::default() }, "{nonsense}");
        }
        assert_eq!(parse(&format!("actor={}", "x".repeat(9_000))).actor.len(), MAX_CHARS);
    }
}
