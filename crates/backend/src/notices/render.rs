//! Bodies of webhooks: thin, below 20 kB, and never with a value.

use super::{message::sentence, notice::Notice};
use domain::notice::{ChannelPreset, NoticeEvent, SubjectKind};
use serde_json::{Value, json};

/// Returns the body for a channel of this preset. `public` is the portal's public address, for links.
pub(super) fn body(preset: ChannelPreset, notice: &Notice, public: Option<&str>) -> Vec<u8> {
    let link = public.map(|public| format!("{}{}", public.trim_end_matches('/'), notice.path()));
    let body = match preset {
        ChannelPreset::Standard => standard(notice, link.as_deref()),
        ChannelPreset::Slack => slack(notice, link.as_deref()),
        ChannelPreset::Teams => teams(notice, link.as_deref()),
    };
    body.to_string().into_bytes()
}

/// Returns the payload of Standard Webhooks: type, time, and the facts that a receiver needs to ask further.
fn standard(notice: &Notice, link: Option<&str>) -> Value {
    let id = match notice.subject_kind {
        SubjectKind::Secret | SubjectKind::SignIn => &notice.name,
        SubjectKind::Token | SubjectKind::Portal | SubjectKind::Channel => &notice.subject,
    };
    let mut data = json!({
        "id": id,
        "name": notice.facts.display_name.as_ref().unwrap_or(&notice.name),
        "what": sentence(notice),
        "when": notice.about.rfc3339(),
    });
    if let Some(data) = data.as_object_mut() {
        let mut add = |name: &str, value: Value| data.insert(name.to_owned(), value);
        if matches!(notice.event, NoticeEvent::SecretExpires | NoticeEvent::TokenExpires) {
            add("days", notice.threshold.into());
        }
        if let Some(cause) = &notice.facts.cause {
            add("cause", cause.as_str().into());
        }
        if let Some(link) = link {
            add("link", link.into());
        }
    }
    json!({ "type": notice.event.code(), "timestamp": notice.at.rfc3339(), "data": data })
}

/// Returns a message of Slack's incoming webhooks: a text for notifications, and blocks.
fn slack(notice: &Notice, link: Option<&str>) -> Value {
    let (title, text) = (notice.event.label(), sentence(notice));
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut shown = format!("*{title}*\n{}", escaped(&text));
    if let Some(link) = link {
        shown = format!("{shown}\n<{}|Open in Latchkey>", escaped(link));
    }
    json!({
        "text": format!("{title}: {}", escaped(&text)),
        "blocks": [{ "type": "section", "text": { "type": "mrkdwn", "text": shown } }],
    })
}

/// Returns a message with an adaptive card, as workflows of Microsoft Teams take it.
fn teams(notice: &Notice, link: Option<&str>) -> Value {
    let block = |text: &str| json!({ "type": "TextBlock", "text": text, "wrap": true });
    let mut title = block(notice.event.label());
    title["weight"] = "Bolder".into();
    title["size"] = "Medium".into();
    let actions: Vec<Value> = link
        .map(|link| json!({ "type": "Action.OpenUrl", "title": "Open in Latchkey", "url": link }))
        .into_iter()
        .collect();
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [title, block(&sentence(notice))],
        "actions": actions,
    });
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": card,
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notices::NoticeFacts;
    use domain::{secret::SecretId, time::Timestamp};
    use uuid::Uuid;

    fn notice(event: NoticeEvent, name: &str) -> Notice {
        Notice {
            id: Uuid::nil(),
            event,
            subject_kind: SubjectKind::Secret,
            subject: Uuid::nil().to_string(),
            name: name.to_owned(),
            secret: SecretId::parse(name),
            threshold: 7,
            about: Timestamp::parse_date("2026-12-05").unwrap(),
            facts: NoticeFacts { display_name: Some("<b> & \"x\"".to_owned()), ..NoticeFacts::default() },
            at: Timestamp::parse_date("2026-11-28").unwrap(),
        }
    }

    fn parsed(preset: ChannelPreset, notice: &Notice, public: Option<&str>) -> Value {
        let body = body(preset, notice, public);
        assert!(body.len() < 20_000);
        serde_json::from_slice(&body).unwrap()
    }

    #[test]
    fn standard_body_is_thin_and_links_to_the_page() {
        let notice = notice(NoticeEvent::SecretExpires, "image-a");
        let body = parsed(ChannelPreset::Standard, &notice, Some("https://keys.example/"));
        let expected = json!({
            "type": "secret.expires",
            "timestamp": "2026-11-28T00:00:00Z",
            "data": {
                "id": "image-a",
                "name": "<b> & \"x\"",
                "what": "Secret image-a expires within 7 days, on 2026-12-05 00:00 UTC.",
                "when": "2026-12-05T00:00:00Z",
                "days": 7,
                "link": "https://keys.example/secrets/image-a",
            }
        });
        assert_eq!(body, expected);
        let without = parsed(ChannelPreset::Standard, &notice, None);
        assert_eq!(without["data"].get("link"), None);
    }

    #[test]
    fn slack_text_escapes_its_marks() {
        let notice = Notice {
            name: "a<!channel>&b".to_owned(),
            secret: None,
            ..notice(NoticeEvent::SignInLocked, "image-a")
        };
        let body = parsed(ChannelPreset::Slack, &notice, Some("https://keys.example"));
        let text = body["text"].as_str().unwrap();
        assert!(text.contains("a&lt;!channel&gt;&amp;b") && !text.contains("<!channel>"), "{text}");
        let shown = body["blocks"][0]["text"]["text"].as_str().unwrap();
        assert!(shown.contains("|Open in Latchkey>") && !shown.contains("<!channel>"), "{shown}");
    }

    #[test]
    fn teams_body_is_an_adaptive_card() {
        let notice = notice(NoticeEvent::TestFailed, "image-a");
        let body = parsed(ChannelPreset::Teams, &notice, Some("https://keys.example"));
        let attachment = &body["attachments"][0];
        assert_eq!(body["type"], "message");
        assert_eq!(attachment["contentType"], "application/vnd.microsoft.card.adaptive");
        assert_eq!(attachment["content"]["type"], "AdaptiveCard");
        assert_eq!(attachment["content"]["actions"][0]["url"], "https://keys.example/secrets/image-a");
        let none = parsed(ChannelPreset::Teams, &notice, None);
        assert_eq!(none["attachments"][0]["content"]["actions"], json!([]));
    }

    #[test]
    fn every_event_has_a_sentence_and_a_body() {
        for event in NoticeEvent::ALL {
            let notice = notice(event, "image-a");
            let said = sentence(&notice);
            assert!(said.ends_with('.') && !said.contains("  "), "{said}");
            for preset in ChannelPreset::ALL {
                parsed(preset, &notice, None);
            }
        }
    }
}
