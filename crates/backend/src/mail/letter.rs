//! A mail and its form on the wire.

use super::config::MailFrom;
use domain::{mail::MailAddress, time::Timestamp};
use lettre::{
    Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use std::time::{Duration, SystemTime};
use uuid::Uuid;

/// The text of a mail: the same thing said twice, because not every reader shows HTML. Never contains a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML, a whole document.
    pub html: String,
}

/// The data of a mail besides its text.
#[derive(Clone, Debug)]
pub(super) struct Envelope<'a> {
    /// The id of the mail, which stays the same however often it is tried, so that readers recognize a copy.
    pub(super) id: Uuid,
    pub(super) to: &'a MailAddress,
    /// The time at which the mail was written.
    pub(super) at: Timestamp,
    /// The address at which a POST ends all further mails.
    pub(super) unsubscribe: Option<String>,
}

/// The error of a mail that cannot be put into form.
#[derive(Debug, thiserror::Error)]
#[error("a mail cannot be put into form")]
pub(super) struct NoForm;

/// Returns the mail as it is sent. Programs that answer by themselves recognize it (RFC 3834), and the
/// button of mail programs for ending such mails works by one request (RFC 8058).
pub(super) fn format(from: &MailFrom, envelope: &Envelope<'_>, letter: &Letter) -> Result<Vec<u8>, NoForm> {
    let Envelope { id, to, at, unsubscribe } = envelope;
    let to: Mailbox = to.as_str().parse().map_err(|_| NoForm)?;
    let date = SystemTime::UNIX_EPOCH + Duration::from_micros(at.micros().unsigned_abs());
    let mut builder = Message::builder()
        .from(from.mailbox().clone())
        .to(to)
        .subject(letter.subject.clone())
        .date(date)
        .message_id(Some(format!("<{id}@{}>", from.address().domain())))
        .raw_header(plain("Auto-Submitted", "auto-generated"));
    if let Some(address) = unsubscribe {
        builder = builder
            .raw_header(plain("List-Unsubscribe", &format!("<{address}>")))
            .raw_header(plain("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    // A fixed boundary, so that each try sends the same bytes.
    let parts = MultiPart::alternative().boundary(format!("latchkey-{}", id.simple())).build();
    let part = |kind, body: &str| SinglePart::builder().header(kind).body(body.to_owned());
    let parts = parts
        .singlepart(part(ContentType::TEXT_PLAIN, &letter.text))
        .singlepart(part(ContentType::TEXT_HTML, &letter.html));
    builder.multipart(parts).map(|message| message.formatted()).map_err(|_| NoForm)
}

/// Returns a header of the portal's own words and addresses, which are printable ASCII and are not broken into lines.
fn plain(name: &'static str, value: &str) -> HeaderValue {
    let value: String = value.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(letter: &Letter, unsubscribe: Option<&str>) -> String {
        let to = MailAddress::parse("ana@example.org").unwrap();
        let envelope = Envelope {
            id: Uuid::max(),
            to: &to,
            at: Timestamp::from_micros(1_795_476_245_000_000),
            unsubscribe: unsubscribe.map(str::to_owned),
        };
        let from = MailFrom::parse("Latchkey <latchkey@portal.example>").unwrap();
        String::from_utf8(format(&from, &envelope, letter).unwrap()).unwrap()
    }

    fn letter(subject: &str) -> Letter {
        Letter {
            subject: subject.to_owned(),
            text: "Text.\n.\nEnd".to_owned(),
            html: "<p>Text</p>".to_owned(),
        }
    }

    #[test]
    fn format_has_the_headers_of_an_automatic_mail() {
        let mail =
            formatted(&letter("Expires soon"), Some("https://portal.example/mail/unsubscribe?token=ab"));
        let (head, body) = mail.split_once("\r\n\r\n").unwrap();
        for line in [
            "From: Latchkey <latchkey@portal.example>",
            "To: ana@example.org",
            "Subject: Expires soon",
            "Date: Mon, 23 Nov 2026 23:24:05 +0000",
            "Message-ID: <ffffffff-ffff-ffff-ffff-ffffffffffff@portal.example>",
            "Auto-Submitted: auto-generated",
            "List-Unsubscribe: <https://portal.example/mail/unsubscribe?token=ab>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "MIME-Version: 1.0",
        ] {
            assert!(head.lines().any(|found| found == line), "{line} in {head}");
        }
        assert!(head.contains("multipart/alternative"), "{head}");
        let (text, html) = (body.find("text/plain").unwrap(), body.find("text/html").unwrap());
        assert!(text < html, "readers show the last part that they can");
        assert_eq!(
            mail,
            formatted(&letter("Expires soon"), Some("https://portal.example/mail/unsubscribe?token=ab"))
        );
        assert!(!formatted(&letter("Confirm"), None).contains("List-"));
    }

    #[test]
    fn format_lets_no_text_become_a_header() {
        let mail = formatted(&letter("A\r\nBcc: eve@example.org\r\n\r\n<p>"), Some("https://a\r\nBcc: b"));
        let (head, _) = mail.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        let chinese = formatted(&letter("憑證即將到期"), None);
        assert!(chinese.is_ascii(), "{chinese}");
        assert!(chinese.lines().all(|line| line.len() <= 998), "{chinese}");
    }
}
