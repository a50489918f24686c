//! The latest changes, and who made them.

use crate::{
    audit::{AUDIT, labels},
    secrets::LIST,
    texts,
    ui::html::Html,
};
use backend::{AuditAction, Ctx, RecentChange};
use domain::time::Timestamp;

/// Writes the section. Whoever may read the audit log gets a link to it.
pub(super) fn write(html: &mut Html, changes: &[RecentChange], now: Timestamp, may_read_log: bool) {
    html.markup("<section class=changes aria-labelledby=changes><h2 id=changes>");
    html.text(t!(overview_changes)).markup("</h2>");
    if changes.is_empty() {
        html.markup("<p class=muted>").text(t!(overview_no_changes)).markup("</p></section>");
        return;
    }
    html.markup("<ul>");
    for change in changes {
        write_change(html, change, now);
    }
    html.markup("</ul>");
    if may_read_log {
        html.markup("<p class=more><a href=").markup(AUDIT).markup(">");
        html.text(t!(overview_audit_log)).markup("</a></p>");
    }
    html.markup("</section>");
}

fn write_change(html: &mut Html, change: &RecentChange, now: Timestamp) {
    let RecentChange { at, actor_kind, actor, action, object, fields, called } = change;
    html.markup("<li><p title=\"").text(object).markup("\">");
    if let Some(id) = AuditAction::secret_of(action, object).filter(|_| is_there(action)) {
        html.markup("<a href=\"").markup(LIST).markup("/").text(object).markup("\">");
        html.text(id.name.as_str()).markup("</a>");
    } else {
        let object = labels::object(action, name(action, object), called.as_deref());
        html.markup("<b>").text(&object).markup("</b>");
    }
    html.markup("</p><p class=did>").text(&labels::change(action, fields));
    html.markup("</p><p class=muted>")
        .text(who(actor_kind, actor, action))
        .markup(" · <time datetime=")
        .text(&at.rfc3339());
    html.markup(" title=\"")
        .text(&texts::exact(*at))
        .markup("\">")
        .text(&texts::relative(*at, now))
        .markup("</time></p>");
}

/// Returns the actor in words: whatever the server does by itself has the name of a task of its own.
fn who<'a>(actor_kind: &str, actor: &'a str, action: &str) -> &'a str {
    match (actor_kind, actor) {
        ("system", Ctx::COMMAND_LINE) => t!(overview_by_command_line),
        ("system", _) => t!(overview_by_portal),
        _ => labels::actor(actor_kind, actor, action),
    }
}

/// Returns whether the secret is there after this action.
fn is_there(action: &str) -> bool {
    action != AuditAction::SecretDeleted.code() && action != AuditAction::SecretRemoved.code()
}

/// Returns the name of the object: of a secret without the prefix of its type.
fn name<'a>(action: &str, object: &'a str) -> &'a str {
    let id = AuditAction::secret_of(action, object);
    id.and_then(|id| object.get(object.len() - id.name.as_str().len()..)).unwrap_or(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(action: AuditAction, object: &str) -> RecentChange {
        RecentChange {
            at: Timestamp::from_micros(0),
            actor_kind: "user".to_owned(),
            actor: "ana<".to_owned(),
            action: action.code().to_owned(),
            object: object.to_owned(),
            fields: vec!["display_name".to_owned()],
            called: None,
        }
    }

    #[test]
    fn write_names_tokens_and_the_set_up_link() {
        let token =
            RecentChange { called: Some("CI".to_owned()), ..change(AuditAction::TokenCreated, "0a1b") };
        let html = written(token);
        assert!(html.contains("title=\"0a1b\"><b>CI</b>"), "{html}");
        let first = RecentChange {
            actor_kind: "anonymous".to_owned(),
            actor: "anonymous".to_owned(),
            ..change(AuditAction::UserAdded, "ana")
        };
        assert!(written(first).contains(">set-up link · "));
    }

    fn written(change: RecentChange) -> String {
        let mut html = Html::default();
        write(&mut html, &[change], Timestamp::from_micros(120_000_000), false);
        html.into_string()
    }

    #[test]
    fn write_links_a_secret_that_is_there() {
        let html = written(change(AuditAction::SecretChanged, "image-hub"));
        assert!(html.contains("<a href=\"/secrets/image-hub\">hub</a>"), "{html}");
        assert!(html.contains(": display name</p><p class=muted>ana&lt; · <time"), "{html}");
        assert!(html.contains("2 minutes ago"), "{html}");
        let gone = written(change(AuditAction::SecretDeleted, "image-hub"));
        assert!(!gone.contains("<a") && gone.contains("<b>hub</b>"), "{gone}");
        let user = written(change(AuditAction::UserAdded, "ben"));
        assert!(!user.contains("<a") && user.contains("<b>ben</b>"), "{user}");
        let alike = written(change(AuditAction::UserAdded, "image-hub"));
        assert!(!alike.contains("<a") && alike.contains("<b>image-hub</b>"), "{alike}");
    }
}
