//! The rows of the list, as text: there are up to a hundred on a page, and a page costs what its bytes cost.
//! Cells have no class, and end tags and quotation marks that HTML does not need are omitted;
//! `style/secrets.css` knows the columns by their places.

use super::{LIST, with_list};
use crate::ui::html::Html;
use domain::{
    secret::{SecretKind, SecretSummary, Selection},
    time::Timestamp,
};
use leptos::prelude::*;

/// The approximate length of a row, in bytes.
const ROW: usize = 1_000;

/// The data that all rows of a page share.
pub struct Rows<'a> {
    /// The server's clock.
    pub now: Timestamp,
    /// The query of the list, to which the pages behind the links return.
    pub list_query: &'a str,
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
            <span id="l-s">"Select"</span>
            <span id="l-t">"Test connection of"</span>
            <span id="l-e">"Edit"</span>
            <span id="l-d">"Delete"</span>
            <span id="l-v">"View"</span>
        </div>
    }
}

impl Rows<'_> {
    /// Returns the rows of these secrets.
    pub fn of(&self, secrets: &[SecretSummary]) -> String {
        let mut html = Html::with_capacity(secrets.len() * ROW);
        let list = with_list(String::new(), self.list_query);
        for (number, secret) in secrets.iter().enumerate() {
            let path = format!("{LIST}/{}", secret.id);
            self.facts(&mut html, number, secret, &path, &list);
            self.actions(&mut html, number, secret, &path, &list);
        }
        html.into_string()
    }

    fn facts(&self, html: &mut Html, number: usize, secret: &SecretSummary, path: &str, list: &str) {
        let id = &secret.id;
        let name = id.name.as_str();
        html.markup("<tr><td><input type=checkbox name=")
            .markup(Selection::PARAM)
            .markup(" value=\"")
            .value(id);
        html.markup("\" aria-labelledby=\"l-s r").value(number).markup("\"");
        if self.selected {
            html.markup(" checked");
        }
        html.markup("><th scope=row id=r").value(number).markup(" title=\"").text(name);
        html.markup("\"><span>").text(name).markup("</span><td title=\"").text(&secret.display_name);
        html.markup("\"><span>").text(&secret.display_name).markup("</span><td");
        if let Some(host) = &secret.registry_host {
            html.markup(" title=\"").text(host).markup("\"");
        }
        html.markup(match id.kind {
            SecretKind::GitDataset => "><i class=\"icon i-git\"></i>",
            SecretKind::ImagePull => "><i class=\"icon i-box\"></i>",
        });
        html.text(id.kind.label());
        if let Some((algorithm, fingerprint)) = &secret.key {
            html.markup("<a class=key href=\"").text(path).markup("/key");
            html.markup("\" title=\"").text(fingerprint).markup("\">");
            html.text(algorithm.label()).markup(" ").text(fingerprint).markup("</a>");
        }
        html.markup("<td><a class=").markup(secret.status.as_str());
        html.markup(" href=\"").text(path).markup("/check").text(list);
        html.markup("\" title=\"")
            .text(secret.cause.message())
            .markup("\">")
            .text(secret.status.label())
            .markup("</a><td>")
            .value(secret.used_by)
            .markup("<td>");
        match secret.last_used {
            Some(at) => self.ago(html, at),
            None => {
                html.markup("never");
            }
        }
        html.markup("<td>");
        self.ago(html, secret.updated_at);
        html.markup("<span> by ").text(&secret.updated_by).markup("</span>");
    }

    /// Adds how long ago this was, as `ui::ago` renders it.
    fn ago(&self, html: &mut Html, at: Timestamp) {
        html.markup("<time datetime=").text(&at.rfc3339()).markup(" title=\"").text(&at.utc_text());
        html.markup("\">").text(&at.relative(self.now)).markup("</time>");
    }

    fn actions(&self, html: &mut Html, number: usize, secret: &SecretSummary, path: &str, list: &str) {
        html.markup("<td>");
        if !self.may_write {
            html.markup("<a href=\"").text(path).text(list);
            html.markup("\" aria-labelledby=\"l-v r").value(number).markup("\" title=View></a>");
            return;
        }
        html.markup("<button form=check formaction=\"").text(path).markup("/check").text(list);
        html.markup("\" aria-labelledby=\"l-t r").value(number);
        html.markup("\" title=\"Test connection\"></button><a href=\"").text(path).markup("/edit").text(list);
        html.markup("\" aria-labelledby=\"l-e r").value(number);
        html.markup("\" title=Edit></a><a href=\"").text(path).markup("/delete").text(list);
        html.markup("\" aria-labelledby=\"l-d r").value(number).markup("\" title=Delete");
        if secret.used_by == 0 {
            html.markup(" data-delete");
        }
        html.markup("></a>");
    }
}
