//! Renders a document as HTML.

use crate::links::{Keys, target};
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};
use std::collections::BTreeMap;

/// A document as HTML.
#[derive(Debug)]
pub struct Rendered {
    /// The text of its first heading, which the HTML is without: the index may have a shorter title.
    pub title: String,
    /// Everything else.
    pub html: String,
    /// Links that lead nowhere, and markup that pages may not have.
    pub mistakes: Vec<String>,
}

/// Renders the document with this path. Links to other documents lead to their help pages; those to files that the portal does
/// not show become plain text, and so do pictures.
pub fn render(text: &str, path: &str, keys: &Keys) -> Rendered {
    let mut rendered = Rendered { title: String::new(), html: String::new(), mistakes: Vec::new() };
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events: Vec<Event<'_>> = Parser::new_ext(text, options).collect();
    let anchors = anchors(&events);
    let mut anchors = anchors.iter();
    let (mut kept, mut in_title, mut in_picture) = (Vec::with_capacity(events.len()), false, false);
    // The link that is open, if it leads somewhere.
    let mut links = Vec::new();
    for event in events {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {
                in_title = true;
                anchors.next();
            }
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => in_title = false,
            Event::Text(text) | Event::Code(text) if in_title => rendered.title.push_str(&text),
            _ if in_title => {}
            Event::Start(Tag::Image { .. }) => in_picture = true,
            Event::End(TagEnd::Image) => in_picture = false,
            _ if in_picture => {}
            Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
                let id = anchors.next().map(|anchor| CowStr::from(anchor.clone()));
                kept.push(Event::Start(Tag::Heading { level, id, classes, attrs }));
            }
            Event::Start(Tag::Link { dest_url, title, id, .. }) => {
                let target = target(path, &dest_url, keys);
                match &target {
                    Ok(Some(address)) => kept.push(Event::Start(Tag::Link {
                        link_type: LinkType::Inline,
                        dest_url: address.clone().into(),
                        title,
                        id,
                    })),
                    Ok(None) => {}
                    Err(mistake) => rendered.mistakes.push(mistake.clone()),
                }
                links.push(matches!(target, Ok(Some(_))));
            }
            Event::End(TagEnd::Link) => {
                if links.pop() == Some(true) {
                    kept.push(Event::End(TagEnd::Link));
                }
            }
            Event::Html(raw) | Event::InlineHtml(raw) => {
                if !raw.trim_start().starts_with("<!--") {
                    rendered.mistakes.push(format!("has HTML of its own: {}", raw.trim()));
                }
            }
            event => kept.push(event),
        }
    }
    html::push_html(&mut rendered.html, kept.into_iter());
    // What scrolls has to be reachable by keyboard.
    rendered.html = rendered
        .html
        .replace("<pre>", "<pre tabindex=\"0\">")
        .replace("<table>", "<div class=\"scrolls\" tabindex=\"0\"><table>")
        .replace("</table>", "</table></div>");
    if rendered.title.is_empty() {
        rendered.mistakes.push("has no heading".to_owned());
    }
    rendered
}

/// Returns the anchor of each heading, in order, as code hosts make them, so that a link works there and in the portal.
fn anchors(events: &[Event<'_>]) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let mut text: Option<String> = None;
    for event in events {
        match event {
            Event::Start(Tag::Heading { .. }) => text = Some(String::new()),
            Event::Text(part) | Event::Code(part) => {
                if let Some(text) = &mut text {
                    text.push_str(part);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let anchor: String = text
                    .take()
                    .unwrap_or_default()
                    .to_lowercase()
                    .chars()
                    .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
                    .map(|letter| if letter == ' ' { '-' } else { letter })
                    .collect();
                let times = taken.entry(anchor.clone()).or_default();
                anchors.push(if *times == 0 { anchor } else { format!("{anchor}-{times}") });
                *times += 1;
            }
            _ => {}
        }
    }
    anchors
}
