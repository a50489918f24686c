//! The page, which is written as text: it is mostly a list.

use super::{
    FROM_SYSTEM, SYSTEM,
    message::{self, Message},
};
use crate::{
    failure::{Noun, Subject, loaded},
    overview::KEY_BACKED_UP,
    portal::LookAround,
    texts,
    ui::html::Html,
};
use backend::{Backend, CheckArea, CheckState, Ctx, Finding, SettingFact, SettingSource, SystemReport};
use domain::error::Error;
use http::request::Parts;
use leptos::prelude::*;

/// The approximate length of the page's own part, in bytes.
const PAGE: usize = 24_000;

/// The checks of the portal's surroundings.
#[component]
pub fn SystemPage(
    /// Whether the slow checks are made too.
    slow: bool,
) -> impl IntoView {
    let subject = Subject { heading: t!(system_heading), noun: Noun::Page, list: SYSTEM };
    let around = use_context::<LookAround>().zip(use_context::<Parts>());
    let load = async move |backend: Backend, ctx: Ctx| {
        let (around, request) = around.ok_or(Error::Unavailable)?;
        backend.system().look(&ctx, || around.look(&request), slow).await
    };
    loaded(subject, load, move |report| {
        let parts = written(&report);
        view! {
            <h1>{t!(system_heading)}</h1>
            <div class="system" inner_html=parts></div>
        }
    })
}

/// Returns the parts of the page.
fn written(report: &SystemReport) -> String {
    let mut html = Html::with_capacity(PAGE);
    html.markup("<p class=lead>");
    prose(&mut html, t!(system_lead));
    html.markup("</p>");
    write_summary(&mut html, report);
    for area in CheckArea::ALL {
        let mut of = report.findings.iter().filter(|found| found.check().area() == area).peekable();
        if of.peek().is_none() {
            continue;
        }
        html.markup("<section aria-labelledby=area-").markup(area.code()).markup("><h2 id=area-");
        html.markup(area.code()).markup(">").text(message::area(area)).markup("</h2><ul class=checks>");
        for finding in of {
            write_finding(&mut html, finding);
        }
        html.markup("</ul></section>");
    }
    write_settings(&mut html, &report.settings);
    html.into_string()
}

/// Writes the gravest state, with a link to each check that asks for somebody; and the form.
fn write_summary(html: &mut Html, report: &SystemReport) {
    html.markup("<section class=summary><div role=status>");
    let of = |state| report.findings.iter().filter(move |found| found.state() == state);
    if report.state() == CheckState::Well {
        html.markup("<p class=well><i class=\"icon i-check\"></i>").text(t!(system_all_well)).markup("</p>");
    }
    for state in [CheckState::Broken, CheckState::Look] {
        let count = of(state).count();
        if count == 0 {
            continue;
        }
        let said = match state {
            CheckState::Broken => t!(system_some_broken, count),
            _ => t!(system_some_look, count),
        };
        html.markup("<p class=").markup(state.code()).markup("><i class=\"icon i-").markup(icon(state));
        html.markup("\"></i><span>").text(&said);
        for finding in of(state) {
            let check = finding.check();
            html.markup(" <a href=#").markup(check.code()).markup(">");
            html.text(message::check(check)).markup("</a>");
        }
        html.markup("</span></p>");
    }
    html.markup("<p class=muted>").text(&t!(system_checked_at, when: texts::exact(report.at)));
    html.markup("</p></div><form method=post action=").markup(SYSTEM).markup("><button>");
    html.text(t!(system_check_now)).markup("</button><p class=hint>").text(t!(system_check_now_hint));
    html.markup("</p></form></section>");
}

fn write_finding(html: &mut Html, finding: &Finding) {
    let (check, state) = (finding.check(), finding.state());
    let Message { seen, advice } = message::message(finding);
    html.markup("<li id=").markup(check.code()).markup(" class=").markup(state.code()).markup("><h3>");
    html.text(message::check(check)).markup("</h3><p class=state><i class=\"icon i-").markup(icon(state));
    html.markup("\"></i>").text(message::state(state)).markup("</p><div><p>");
    prose(html, &seen);
    html.markup("</p>");
    if let Some(advice) = advice {
        html.markup("<p class=advice><span class=unseen>").text(t!(system_do)).markup(" </span>");
        prose(html, &advice);
        html.markup("</p>");
    }
    if matches!(finding, Finding::BackupUnconfirmed | Finding::BackupOutdated { .. }) {
        html.markup("<form method=post action=\"").markup(KEY_BACKED_UP).markup("?").markup(FROM_SYSTEM);
        html.markup("\"><button>").text(t!(overview_step_key_done)).markup("</button></form>");
    }
    html.markup("</div>");
}

fn icon(state: CheckState) -> &'static str {
    match state {
        CheckState::Well => "check",
        CheckState::Note | CheckState::NotLooked => "dash",
        CheckState::Look => "alert",
        CheckState::Broken => "ban",
    }
}

/// Writes a text whose commands, settings and names stand between backticks.
fn prose(html: &mut Html, text: &str) {
    for (number, part) in text.split('`').enumerate() {
        if number % 2 == 1 {
            html.markup("<code>").text(part).markup("</code>");
        } else {
            html.text(part);
        }
    }
}

fn write_settings(html: &mut Html, settings: &[SettingFact]) {
    let set = settings.iter().filter(|setting| setting.source != SettingSource::Default).count();
    html.markup("<section aria-labelledby=all-settings><h2 id=all-settings>").text(t!(system_settings));
    html.markup("</h2><details><summary>").text(&t!(system_settings_summary, count: set));
    html.markup("</summary><table class=settings><thead><tr><th scope=col>").text(t!(system_setting_name));
    html.markup("<th scope=col>").text(t!(system_setting_source)).markup("<th scope=col>");
    html.text(t!(system_setting_value)).markup("<tbody>");
    for SettingFact { name, source, value, is_secret } in settings {
        html.markup("<tr").markup(if *source == SettingSource::Default { ">" } else { " class=given>" });
        html.markup("<th scope=row><code>").text(name).markup("</code><td>").text(message::source(*source));
        html.markup("<td>");
        match value {
            Some(value) => html.markup("<code>").text(value).markup("</code>"),
            None if *is_secret => html.text(t!(system_setting_set)),
            None => html.markup("<span class=muted>").text(t!(system_setting_none)).markup("</span>"),
        };
    }
    html.markup("</table></details></section>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use backend::{Check, Unlooked};
    use domain::time::Timestamp;

    fn report(findings: Vec<Finding>) -> SystemReport {
        let setting = |name: &str, source, value: Option<&str>, is_secret| SettingFact {
            name: name.to_owned(),
            source,
            value: value.map(str::to_owned),
            is_secret,
        };
        let settings = vec![
            setting("DATABASE_URL", SettingSource::File, None, true),
            setting("LATCHKEY_LOG", SettingSource::Default, Some("info"), false),
            setting("LATCHKEY_EXTRA_CA_FILE", SettingSource::Default, None, false),
        ];
        SystemReport { findings, settings, migrations: Vec::new(), at: Timestamp::from_micros(0) }
    }

    #[test]
    fn written_links_what_asks_for_somebody_and_escapes() {
        let html = written(&report(vec![
            Finding::FileNone,
            Finding::ConnectionFailed { why: "<refused>".to_owned() },
            Finding::NotLooked { check: Check::Schema, because: Unlooked::DatabaseAway },
            Finding::BackupUnconfirmed,
        ]));
        assert!(html.contains("1 thing is broken. <a href=#database-connection>Connection</a>"), "{html}");
        assert!(html.contains("1 check needs a look. <a href=#key-backup>"), "{html}");
        assert!(html.contains("No connection: &lt;refused&gt;"), "{html}");
        assert!(html.contains("<code>DATABASE_URL</code> names its host"), "{html}");
        assert!(html.contains("action=\"/overview/key-backed-up?from=system\""), "{html}");
        assert!(html.contains("<li id=schema class=not-looked>"), "{html}");
        // Only the areas with checks.
        assert_eq!(html.matches("<ul class=checks>").count(), 3, "{html}");
    }

    #[test]
    fn written_is_calm_if_all_is_well_and_shows_no_secret_setting() {
        let html = written(&report(vec![Finding::FileNone]));
        assert!(html.contains("Everything that was checked is fine."), "{html}");
        assert!(html.contains("<code>DATABASE_URL</code><td>Settings file<td>set"), "{html}");
        assert!(html.contains("<code>LATCHKEY_LOG</code><td>Default<td><code>info</code>"), "{html}");
        assert!(html.contains("1 setting is set. All others"), "{html}");
    }
}
