//! The mails, as text and as HTML, in the language of whoever reads them. The HTML loads nothing, sets no colours of its own, so
//! that it is readable on light and on dark, and says what the text says.

use super::{CONFIRM, OWN_NOTIFICATIONS, events};
use crate::{language, texts, ui::html::Html};
use backend::{HeldMail, Letter, Notice, Zone};
use domain::{
    language::Language,
    sensitive::Sensitive,
    time::{Civil, Timestamp},
};

/// The approximate length of a mail, in bytes.
const MAIL: usize = 4_000;

/// A part of a mail.
enum Part {
    /// A sentence or a few.
    Text(String),
    /// A link that is to be followed, with its label.
    Button(&'static str, String),
    /// Things of which the mail tells.
    Items(Vec<Item>),
    /// A remark at the end, or the label of a link there.
    Small(String, Option<String>),
}

/// A thing of which a mail tells.
struct Item {
    headline: String,
    /// The time, and further facts.
    detail: String,
    link: String,
}

/// Returns the mail that asks to confirm an address.
pub fn confirmation(language: Language, public_url: &str, name: &str, token: &Sensitive) -> Letter {
    language::speaking(language, || {
        let link = format!("{public_url}{CONFIRM}?token={}", token.expose());
        letter(
            t!(mail_confirm_subject).to_owned(),
            &[
                Part::Text(t!(mail_confirm_text, name, portal: public_url)),
                Part::Button(t!(mail_confirm_button), link),
                Part::Small(t!(mail_confirm_ignore).to_owned(), None),
            ],
        )
    })
}

/// Returns the mail that somebody sends to themselves to see whether it arrives.
pub fn test(language: Language, public_url: &str, name: &str) -> Letter {
    language::speaking(language, || {
        letter(
            t!(mail_test_subject).to_owned(),
            &[Part::Text(t!(mail_test_text, name, portal: public_url)), settings(public_url)],
        )
    })
}

/// Returns the mail with notices: one by itself, or several with their number.
pub fn notices(public_url: &str, mail: &HeldMail) -> Letter {
    language::speaking(mail.reader.language, || {
        // Expired secrets come first, then those that expire next.
        let mut notices: Vec<&Notice> = mail.notices.iter().collect();
        notices.sort_by_key(|notice| notice.about);
        let items: Vec<Item> =
            notices.into_iter().map(|notice| item(public_url, &mail.zone, notice)).collect();
        let subject = match items.as_slice() {
            [item] => item.headline.clone(),
            items => t!(mail_notices_subject, count: items.len()),
        };
        let hello = t!(mail_notices_text, name: &mail.reader.name, portal: public_url);
        let end = Part::Small(t!(mail_end).to_owned(), Some(mail.unsubscribe.clone()));
        letter(subject, &[Part::Text(hello), Part::Items(items), settings(public_url), end])
    })
}

fn item(public_url: &str, zone: &Zone, notice: &Notice) -> Item {
    let when = time(zone, notice.about);
    let detail = match notice.facts.until {
        Some(until) => t!(mail_from_to, from: when, to: time(zone, until)),
        None if events::is_end(notice.event) => t!(mail_on, when),
        None => t!(mail_since, when),
    };
    let cause = events::cause(notice);
    Item {
        headline: events::headline(notice),
        detail: if cause.is_empty() { detail } else { t!(mail_detail, detail, cause) },
        link: format!("{public_url}{}", notice.path()),
    }
}

/// Returns a time as the clocks of the zone show it: "27 November 2026, 14:05 (Asia/Taipei)".
fn time(zone: &Zone, at: Timestamp) -> String {
    let shown = zone.shown(at);
    let Civil { hour, minute, .. } = shown.civil();
    t!(mail_time, date: texts::date(shown), time: format!("{hour:02}:{minute:02}"), zone: zone.name())
}

/// Returns the remark that leads to the settings.
fn settings(public_url: &str) -> Part {
    Part::Small(t!(mail_settings).to_owned(), Some(format!("{public_url}{OWN_NOTIFICATIONS}")))
}

fn letter(subject: String, parts: &[Part]) -> Letter {
    Letter { text: text(parts), html: html(&subject, parts), subject }
}

fn text(parts: &[Part]) -> String {
    let mut text = String::with_capacity(MAIL);
    let mut add = |lines: &[&str]| {
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        text.push('\n');
    };
    for part in parts {
        match part {
            Part::Button(label, link) => add(&[label, link]),
            Part::Items(items) => {
                for item in items {
                    add(&[&item.headline, &item.detail, &item.link]);
                }
            }
            Part::Text(said) | Part::Small(said, None) => add(&[said]),
            Part::Small(said, Some(link)) => add(&[&format!("{said}:"), link]),
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn html(subject: &str, parts: &[Part]) -> String {
    let mut html = Html::with_capacity(MAIL);
    html.markup("<!DOCTYPE html>\n<html lang=\"").text(language::current().code()).markup("\">");
    html.markup(
        "<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"supported-color-schemes\" content=\"light dark\"><title>",
    );
    html.text(subject).markup("</title></head>\n").markup(
        "<body style=\"margin:0;padding:24px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;overflow-wrap:anywhere\">\
         <div style=\"max-width:560px;margin:0 auto\">\n",
    );
    html.markup("<p style=\"margin:0 0 24px;font-weight:600\">Latchkey</p>\n");
    for part in parts {
        match part {
            Part::Text(said) => {
                html.markup("<p style=\"margin:0 0 16px\">").text(said).markup("</p>\n");
            }
            Part::Button(label, link) => {
                html.markup("<p style=\"margin:24px 0\">").markup(
                    "<a style=\"display:inline-block;padding:10px 20px;border:1px solid;border-radius:8px;color:inherit;\
                     font-weight:600;text-decoration:none\" href=\"",
                );
                html.text(link).markup("\">").text(label).markup("</a></p>\n");
            }
            Part::Items(items) => {
                html.markup("<ul style=\"margin:0 0 24px;padding:0;list-style:none\">\n");
                for item in items {
                    write_item(&mut html, item);
                }
                html.markup("</ul>\n");
            }
            Part::Small(said, link) => {
                html.markup("<p style=\"margin:16px 0 0;font-size:13px;opacity:.8\">");
                match link {
                    Some(link) => html
                        .markup("<a style=\"color:inherit\" href=\"")
                        .text(link)
                        .markup("\">")
                        .text(said)
                        .markup("</a>"),
                    None => html.text(said),
                };
                html.markup("</p>\n");
            }
        }
    }
    html.markup("</div></body></html>\n");
    html.into_string()
}

fn write_item(html: &mut Html, item: &Item) {
    let Item { headline, detail, link } = item;
    html.markup("<li style=\"margin:0;padding:12px 0;border-top:1px solid rgba(128,128,128,.4)\">");
    html.markup("<a style=\"color:inherit;font-weight:600\" href=\"").text(link).markup("\">").text(headline);
    html.markup("</a><div style=\"font-size:14px;opacity:.8\">").text(detail).markup("</div></li>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTAL: &str = "https://portal.example";

    #[test]
    fn confirmation_says_the_same_in_text_and_html() {
        for (language, words) in [
            (Language::English, ["Confirm your mail address", "ana", "Confirm address"]),
            (Language::TraditionalChinese, ["確認", "ana", "確認地址"]),
        ] {
            let token = Sensitive::new("TOKEN");
            let Letter { subject, text, html } = confirmation(language, PORTAL, "ana", &token);
            assert!(subject.contains(words[0]), "{subject}");
            for body in [&text, &html] {
                assert!(body.contains("https://portal.example/mail/confirm?token=TOKEN"), "{body}");
                assert!(words[1..].iter().all(|word| body.contains(word)), "{body}");
            }
            assert!(html.contains(&format!("lang=\"{}\"", language.code())), "{html}");
        }
        assert_eq!(language::current(), Language::English);
    }

    #[test]
    fn html_loads_nothing_and_escapes_names() {
        let hostile = "<img src=x>\"'&\r\n";
        let letter = test(Language::English, PORTAL, hostile);
        assert!(!letter.html.contains("<img") && letter.html.contains("&lt;img"), "{}", letter.html);
        for word in ["src=", "url(", "@import", "<script", "<link", "background", "#"] {
            assert!(!letter.html.replace("src=x", "").contains(word), "{word} in {}", letter.html);
        }
        assert!(letter.html.contains("<meta name=\"color-scheme\" content=\"light dark\">"));
        assert!(letter.text.contains("https://portal.example/account/notifications"), "{}", letter.text);
    }
}
