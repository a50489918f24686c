//! The steps of setting up: on an empty portal the page's content, later a strip until all are done or dismissed.

use super::{DISMISS_STEPS, KEY_BACKED_UP};
use crate::{imports::IMPORT, portal::KeyPlace, secrets::LIST, ui::html::Html};
use backend::SetUpSteps;
use domain::access::Role;

/// The reader of the steps.
pub(super) struct Reader<'a> {
    pub(super) role: Role,
    /// The place of the key, for administrators alone.
    pub(super) key: Option<&'a KeyPlace>,
    /// The address of the portal, for administrators, if others cannot reach it.
    pub(super) here_only: Option<&'a str>,
}

/// Writes the steps.
pub(super) fn write(html: &mut Html, steps: SetUpSteps, reader: &Reader<'_>) {
    let admin = reader.role >= Role::Admin;
    html.markup(if steps.has_secrets {
        "<section class=\"set-up strip\" aria-labelledby=steps>"
    } else {
        "<section class=set-up aria-labelledby=steps>"
    });
    html.markup("<h2 id=steps>").text(t!(overview_steps)).markup("</h2><ol>");
    begin(html, steps.key_backed_up, t!(overview_step_key));
    write_key(html, steps, reader);
    begin(html, steps.has_secrets, t!(overview_step_secrets));
    html.markup("<p>").text(t!(overview_step_secrets_how)).markup("</p>");
    if reader.role >= Role::Editor && !steps.has_secrets {
        html.markup("<p class=choices><a class=\"button primary\" href=").markup(LIST).markup("/new>");
        html.text(t!(overview_step_secrets_add))
            .markup("</a><a class=button href=")
            .markup(IMPORT)
            .markup(">");
        html.text(t!(overview_step_secrets_import)).markup("</a></p>");
    }
    begin(html, steps.has_people, t!(overview_step_people));
    html.markup("<p>").text(t!(overview_step_people_how)).markup("</p>");
    if admin && !steps.has_people {
        html.markup("<p class=choices><a class=button href=/users/new>").text(t!(overview_step_people_add));
        html.markup("</a></p>");
        if let Some(address) = reader.here_only {
            html.markup("<p class=warning><i class=\"icon i-alert\"></i><span>");
            html.piece(&t!(page_here_only, address)).markup("</span></p>");
        }
    }
    html.markup("</ol>");
    if admin {
        html.markup("<form method=post action=").markup(DISMISS_STEPS).markup("><button class=quiet>");
        html.text(t!(overview_steps_dismiss)).markup("</button></form>");
    }
    html.markup("</section>");
}

fn begin(html: &mut Html, done: bool, title: &str) {
    html.markup(if done {
        "<li class=done><h3><i class=\"icon i-check\"></i>"
    } else {
        "<li><h3><i class=number></i>"
    });
    html.text(title).markup(if done { " <span>" } else { " <span class=unseen>" });
    html.text(if done { t!(overview_step_done) } else { t!(overview_step_to_do) }).markup("</span></h3>");
}

fn write_key(html: &mut Html, steps: SetUpSteps, reader: &Reader<'_>) {
    html.markup("<p>").text(t!(overview_step_key_why)).markup("</p>");
    if reader.role < Role::Admin || steps.key_backed_up {
        return;
    }
    match reader.key {
        Some(KeyPlace::File(path)) => {
            html.markup("<p>").text(t!(overview_step_key_file)).markup(" <code>");
            html.text(&path.display().to_string()).markup("</code></p>");
        }
        Some(KeyPlace::Environment) => {
            html.markup("<p>").text(t!(overview_step_key_setting)).markup(" <code>LATCHKEY_KEK</code></p>");
        }
        None => {}
    }
    html.markup("<form method=post action=").markup(KEY_BACKED_UP).markup("><button>");
    html.text(t!(overview_step_key_done)).markup("</button></form>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn written(steps: SetUpSteps, role: Role) -> String {
        let key = KeyPlace::File(PathBuf::from("/srv/key"));
        let mut html = Html::default();
        let admin = role >= Role::Admin;
        let here_only = admin.then_some("http://127.0.0.1:3000");
        write(&mut html, steps, &Reader { role, key: admin.then_some(&key), here_only });
        html.into_string()
    }

    const NONE: SetUpSteps = SetUpSteps { key_backed_up: false, has_secrets: false, has_people: false };

    #[test]
    fn write_offers_each_role_only_what_it_may_do() {
        let admin = written(NONE, Role::Admin);
        for part in [
            "/srv/key",
            KEY_BACKED_UP,
            DISMISS_STEPS,
            "/secrets/new",
            "/secrets/import",
            "/users/new",
            "127.0.0.1",
        ] {
            assert!(admin.contains(part), "{part}");
        }
        let editor = written(NONE, Role::Editor);
        assert!(editor.contains("/secrets/new") && editor.contains("/secrets/import"));
        let reader = written(NONE, Role::Reader);
        for html in [&editor, &reader] {
            for part in ["/srv/key", "<form", "/users", "127.0.0.1"] {
                assert!(!html.contains(part), "{part}");
            }
        }
        assert!(!reader.contains("href"));
    }

    #[test]
    fn write_marks_steps_that_are_done() {
        let html = written(SetUpSteps { key_backed_up: true, has_secrets: true, ..NONE }, Role::Admin);
        assert_eq!(html.matches("<li class=done>").count(), 2);
        assert!(html.contains("set-up strip"));
        assert!(
            !html.contains(KEY_BACKED_UP) && !html.contains("/srv/key") && !html.contains("/secrets/new")
        );
        assert!(html.contains("/users/new"));
    }
}
