//! The rows of the list, as text: there are up to a hundred on a page, and a page costs what its bytes cost.
//! Cells have no class, and end tags and quotation marks that HTML does not need are omitted;
//! `style/secrets.css` knows the columns by their places.

use super::{LIST, dates::relative, with_list};
use crate::{connection_tests::answer::class_of, messages, texts, ui::html::Html};
use domain::{
    connection_test::{TestCause, TestStatus},
    secret::{Dates, DatesState, SecretKind, SecretSummary, Selection},
    time::Timestamp,
};
use leptos::prelude::*;

/// The approximate length of a row, in bytes.
const ROW: usize = 1_000;

/// The characters that the narrowest column holds in any font: two lines of a name, three of a display name.
const TWO_LINES: usize = 28;

/// The characters that one line holds in any font.
const ONE_LINE: usize = 16;

/// The data that all rows of a page share.
pub struct Rows<'a> {
    /// The server's clock.
    pub now: Timestamp,
    /// The query of the list, to which the pages behind the links return.
    pub list_query: &'a str,
    /// The words that were searched.
    pub search: &'a str,
    /// Whether the caller may change secrets.
    pub may_write: bool,
    /// Whether every box is checked when the page opens.
    pub selected: bool,
}

/// The words that the controls of rows begin with. Their accessible names are made of these:
/// `aria-labelledby` refers to one of them, and to the cell with the secret's name.
#[component]
pub fn Labels() -> impl IntoView {
    view! {
        <div hidden>
            <span id="s">{t!(list_select)}</span>
            <span id="t">{t!(list_test)}</span>
            <span id="e">{t!(list_edit)}</span>
            <span id="d">{t!(list_delete)}</span>
            <span id="v">{t!(list_view)}</span>
        </div>
    }
}

impl Rows<'_> {
    /// Returns the rows of these secrets.
    pub fn of(&self, secrets: &[SecretSummary]) -> String {
        let mut html = Html::with_capacity(secrets.len() * ROW);
        let mut address = Address { list: with_list(String::new(), self.list_query), ..Address::default() };
        for (number, secret) in secrets.iter().enumerate() {
            address.secret = secret.id.to_string();
            self.facts(&mut html, number, secret, &mut address);
            self.actions(&mut html, number, secret, &mut address);
        }
        html.into_string()
    }

    fn facts(&self, html: &mut Html, number: usize, secret: &SecretSummary, address: &mut Address) {
        let id = &secret.id;
        let name = id.name.as_str();
        html.markup("<tr><td><input type=checkbox name=")
            .markup(Selection::PARAM)
            .attribute("value", &address.secret);
        html.markup(" aria-labelledby=\"s r").value(number).markup("\"");
        if self.selected {
            html.markup(" checked");
        }
        // The name alone heads the row, and not its second line.
        html.markup("><th scope=row aria-labelledby=r").value(number);
        if name.len() > TWO_LINES {
            html.attribute("title", name);
        }
        html.markup("><p id=r").value(number).markup("><a").attribute("href", address.of_this_list(""));
        html.markup(">").text(name).markup("</a>");
        self.second_line(html, secret);
        html.markup("<td");
        if secret.display_name.len() > TWO_LINES {
            html.attribute("title", &secret.display_name);
        }
        html.markup("><p>").text(&secret.display_name);
        html.markup(match id.kind {
            SecretKind::GitDataset => "<td><i class=i-git></i>",
            SecretKind::ImagePull => "<td><i class=i-box></i>",
        });
        html.text(texts::kind(id.kind));
        if let Some((algorithm, _)) = &secret.key {
            html.markup("<p>").text(algorithm.label());
        }
        html.markup("<td><a");
        // What nobody has tested looks like a state with no name.
        if class_of(secret.cause) != TestStatus::NotTested.as_str() {
            html.attribute("class", class_of(secret.cause));
        }
        html.attribute("href", address.of_this_list("/check"));
        // "Not tested" says it all, beside the button that tests.
        if secret.cause != TestCause::NeverTested {
            html.attribute("title", messages::cause(secret.cause));
        }
        // A host that nobody trusts yet waits for somebody, and is more than not tested.
        let word =
            if secret.cause.asks_for_approval() { t!(status_new_host) } else { texts::status(secret.status) };
        html.markup(">").text(word).markup("</a>");
        if secret.key_pending {
            html.markup("<p class=\"state warn waits\"><i class=\"icon i-key\"></i>");
            html.text(t!(overview_new_key_waiting)).markup("</p>");
        }
        self.end(html, secret.dates);
        html.markup("<td>");
        if secret.used_by == 0 {
            html.markup("<small>0</small>");
        } else {
            html.value(secret.used_by);
        }
        html.markup("<td>");
        match secret.last_used {
            Some(at) => self.ago(html, at),
            None => {
                html.markup("<small>").text(t!(list_never)).markup("</small>");
            }
        }
        html.markup("<td>");
        self.dates(html, secret.dates);
        html.markup("<td>");
        self.ago(html, secret.updated_at);
        html.markup("<p> ").text(&t!(list_by, name: &secret.updated_by));
    }

    /// Adds the host or the repository; and what was found, if the row shows it nowhere else.
    fn second_line(&self, html: &mut Html, secret: &SecretSummary) {
        let host = match secret.id.kind {
            SecretKind::GitDataset => secret.target.as_deref(),
            SecretKind::ImagePull => secret.registry_host.as_deref(),
        };
        let fingerprint = secret.key.as_ref().map(|(_, fingerprint)| fingerprint.as_str());
        let parts = [host]
            .into_iter()
            .chain(found_elsewhere(
                self.search,
                secret,
                [secret.username.as_deref(), secret.target.as_deref(), fingerprint],
            ))
            .flatten();
        let line = parts.collect::<Vec<_>>().join(" · ");
        if line.is_empty() {
            return;
        }
        html.markup("<p");
        if line.len() > ONE_LINE {
            html.attribute("title", &line);
        }
        html.markup(">").text(&line);
    }

    /// Adds when the value expires; or that it has, or is to be renewed.
    fn dates(&self, html: &mut Html, dates: Dates) {
        let (class, word) = match dates.state(self.now) {
            DatesState::Expired(_) => ("bad", Some(t!(dates_expired))),
            DatesState::Soon(_) => ("warn", None),
            DatesState::RenewalDue(_) => ("warn", Some(t!(dates_renewal_due))),
            DatesState::Fine => ("", None),
        };
        if !class.is_empty() {
            html.markup("<span class=\"state ").markup(class).markup("\"><i class=\"icon i-clock\"></i>");
            if let Some(word) = word {
                html.text(word).markup("</span>");
            }
        }
        match dates.expires_at {
            Some(at) => {
                html.markup(if word.is_some() { "<p><time" } else { "<time" });
                html.attribute("datetime", &at.rfc3339()).attribute("title", &texts::exact(at));
                html.markup(">").text(&relative(at, self.now)).markup("</time>");
            }
            None if class.is_empty() => {
                html.markup("<small>–</small>");
            }
            None => {}
        }
        if !class.is_empty() && word.is_none() {
            html.markup("</span>");
        }
    }

    /// Adds to the status, for windows without room for a column, that the value has expired, expires soon or is to be renewed.
    fn end(&self, html: &mut Html, dates: Dates) {
        let (class, said) = match dates.state(self.now) {
            DatesState::Expired(_) => ("bad", t!(dates_expired).to_owned()),
            DatesState::Soon(at) => ("warn", t!(dates_ends, when: relative(at, self.now))),
            DatesState::RenewalDue(_) => ("warn", t!(dates_renewal_due).to_owned()),
            DatesState::Fine => return,
        };
        html.markup("<p class=\"state ")
            .markup(class)
            .markup("\"><i class=\"icon i-clock\"></i>")
            .text(&said);
        html.markup("</p>");
    }

    /// Adds how long ago this was, as `ui::ago` renders it.
    fn ago(&self, html: &mut Html, at: Timestamp) {
        html.markup("<time").attribute("datetime", &at.rfc3339()).attribute("title", &texts::exact(at));
        html.markup(">").text(&texts::relative(at, self.now)).markup("</time>");
    }

    fn actions(&self, html: &mut Html, number: usize, secret: &SecretSummary, address: &mut Address) {
        html.markup("<td>");
        if !self.may_write {
            html.markup("<a").attribute("href", address.of_this_list(""));
            html.markup(" aria-labelledby=\"v r").value(number).markup("\"");
            html.attribute("title", t!(list_view)).markup("></a>");
            return;
        }
        html.markup("<button form=c").attribute("formaction", address.of_this_list("/check"));
        html.markup(" aria-labelledby=\"t r")
            .value(number)
            .markup("\"")
            .attribute("title", t!(test_connection))
            .markup("></button><a");
        html.attribute("href", address.of_this_list("/edit"));
        html.markup(" aria-labelledby=\"e r").value(number).markup("\"");
        html.attribute("title", t!(list_edit)).markup("></a><a");
        html.attribute("href", address.of_this_list("/delete"));
        html.markup(" aria-labelledby=\"d r").value(number).markup("\"");
        html.attribute("title", t!(list_delete));
        if secret.used_by > 0 {
            html.markup(" data-used");
        }
        html.markup("></a>");
    }
}

/// Returns those of these facts that have a word of the search, if the name, the display name, the host and the repository of
/// the row do not have it.
fn found_elsewhere<'a, const N: usize>(
    search: &str,
    secret: &'a SecretSummary,
    facts: [Option<&'a str>; N],
) -> [Option<&'a str>; N] {
    if search.is_empty() {
        return [None; N];
    }
    let has = |text: &str, word: &str| text.to_lowercase().contains(word);
    let repository = secret.target.as_deref().filter(|_| secret.id.kind == SecretKind::GitDataset);
    let shown = [
        Some(secret.id.name.as_str()),
        Some(secret.display_name.as_str()),
        secret.registry_host.as_deref(),
        repository,
    ];
    let words: Vec<String> = search
        .split_whitespace()
        .map(str::to_lowercase)
        .filter(|word| !shown.iter().flatten().any(|text| has(text, word)))
        .collect();
    facts
        .map(|fact| fact.filter(|fact| Some(*fact) != repository && words.iter().any(|word| has(fact, word))))
}

/// The addresses of a secret's pages, one after the other in the same piece of memory.
#[derive(Default)]
struct Address {
    /// The secret's id.
    secret: String,
    /// What says at the end which list one comes from.
    list: String,
    text: String,
}

impl Address {
    /// Returns the address of this page of the secret.
    fn of(&mut self, page: &str) -> &str {
        self.text.clear();
        for part in [LIST, "/", &self.secret, page] {
            self.text.push_str(part);
        }
        &self.text
    }

    /// Returns the address of this page of the secret, which leads back to this list.
    fn of_this_list(&mut self, page: &str) -> &str {
        self.of(page);
        self.text.push_str(&self.list);
        &self.text
    }
}
