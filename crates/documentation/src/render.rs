//! Renders a document as HTML.

use crate::links::{Keys, target};
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};
use std::{collections::BTreeMap, fmt::Write as _};

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

/// The comment after which a document is for those who have no portal yet, or change its code; and the one that ends this part.
const LEAVE_OUT: &str = "<!-- not in Help -->";
const GO_ON: &str = "<!-- in Help -->";

/// The fewest headings with which a document has a list of them.
const CONTENTS_FROM: usize = 5;

/// Renders the document with this path. Links to other documents lead to their help pages; those to files that the portal does
/// not show become plain text, and so do pictures. Parts that are not for users of the portal are left out, and a long document
/// begins with its contents.
pub fn render(text: &str, path: &str, keys: &Keys) -> Rendered {
    let mut rendered = Rendered { title: String::new(), html: String::new(), mistakes: Vec::new() };
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events: Vec<Event<'_>> = Parser::new_ext(text, options).collect();
    let anchors = anchors(&events);
    let mut anchors = anchors.iter();
    let (mut kept, mut in_title, mut in_picture) = (Vec::with_capacity(events.len()), false, false);
    let (mut left_out, mut contents) = (false, Contents::default());
    // The link that is open, if it leads somewhere.
    let mut links = Vec::new();
    for event in events {
        match &event {
            Event::Html(raw) if raw.trim() == LEAVE_OUT => left_out = true,
            Event::Html(raw) if raw.trim() == GO_ON => left_out = false,
            Event::Start(Tag::Heading { .. }) if left_out => drop(anchors.next()),
            _ => {}
        }
        if left_out {
            continue;
        }
        contents.note(&event);
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
                contents.begin(level, id.as_deref().unwrap_or_default());
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
    rendered.html.insert_str(0, &contents.html());
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

/// The headings of a document, of the levels 2 and 3.
#[derive(Default)]
struct Contents {
    /// Whether each is of level 3, with its anchor and its text.
    headings: Vec<(bool, String, String)>,
    /// Whether a heading has begun.
    open: bool,
}

impl Contents {
    fn begin(&mut self, level: HeadingLevel, anchor: &str) {
        if matches!(level, HeadingLevel::H2 | HeadingLevel::H3) {
            self.headings.push((level == HeadingLevel::H3, anchor.to_owned(), String::new()));
            self.open = true;
        }
    }

    fn note(&mut self, event: &Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) if self.open => {
                if let Some((_, _, title)) = self.headings.last_mut() {
                    title.push_str(text);
                }
            }
            Event::End(TagEnd::Heading(_)) => self.open = false,
            _ => {}
        }
    }

    /// Returns the list of the headings; nothing for a short document.
    fn html(&self) -> String {
        if self.headings.len() < CONTENTS_FROM {
            return String::new();
        }
        let mut markdown = String::new();
        for (below, anchor, title) in &self.headings {
            let _ = write!(markdown, "{}- [", if *below { "  " } else { "" });
            for letter in title.chars() {
                markdown.extend(letter.is_ascii_punctuation().then_some('\\'));
                markdown.push(letter);
            }
            let _ = writeln!(markdown, "](#{anchor})");
        }
        let mut list = String::from("<nav class=\"contents\" aria-label=\"Contents\">\n");
        html::push_html(&mut list, Parser::new(&markdown));
        list.push_str("</nav>\n");
        list
    }
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
