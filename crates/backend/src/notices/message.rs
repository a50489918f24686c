//! The message of a notice, in English: for programs, and for rooms that have no language of their own. Pages and mails have texts
//! in the reader's language.

use super::notice::Notice;
use domain::{connection_test::TestCause, notice::NoticeEvent, time::Timestamp};

/// Returns what has happened, in one or two sentences without a value.
pub(crate) fn sentence(notice: &Notice) -> String {
    let name = &notice.name;
    // The zone belongs to it: the day alone would be another one for many readers.
    let minute = |at: Timestamp| {
        let at = at.rfc3339();
        format!("{} {} UTC", &at[..10], &at[11..16])
    };
    let days =
        || if notice.threshold == 1 { "1 day".to_owned() } else { format!("{} days", notice.threshold) };
    let about = notice.about;
    let cause = || {
        let cause = notice.facts.cause.as_deref().and_then(TestCause::parse);
        cause.map(|cause| format!(" {}", cause.message())).unwrap_or_default()
    };
    match notice.event {
        NoticeEvent::SecretExpires => {
            format!("Secret {name} expires within {}, on {}.", days(), minute(about))
        }
        NoticeEvent::SecretExpired => format!("Secret {name} expired on {}.", minute(about)),
        NoticeEvent::RenewalDue => format!("Secret {name} is due for renewal since {}.", minute(about)),
        NoticeEvent::TestFailed => {
            format!("Secret {name} has failed its tests since {}.{}", minute(about), cause())
        }
        NoticeEvent::TestWorks => {
            format!("Secret {name} works again. Its tests had failed since {}.", minute(about))
        }
        NoticeEvent::HostKeyChanged => {
            format!("The host of secret {name} has another key than the trusted one since {}.", minute(about))
        }
        NoticeEvent::KeyWaiting => {
            format!("A key pair of secret {name}, generated on {}, still waits to be used.", minute(about))
        }
        NoticeEvent::TokenExpires => {
            format!("API token {name} expires within {}, on {}.", days(), minute(about))
        }
        NoticeEvent::TokenExpired => format!("API token {name} expired on {}.", minute(about)),
        NoticeEvent::SignInLocked => format!("Signing in as {name} is locked after several failures."),
        NoticeEvent::SignOnDown => format!("Single sign-on has not worked since {}.", minute(about)),
        NoticeEvent::SignOnWorks => {
            format!("Single sign-on works again. It had not worked since {}.", minute(about))
        }
        NoticeEvent::DatabaseDown => {
            let until = notice.facts.until.unwrap_or(notice.at);
            format!("The portal's database did not answer from {} to {}.", minute(about), minute(until))
        }
        NoticeEvent::PortalSealed => {
            "A server of the portal is sealed: its key encryption key is not the one that sealed the values."
                .to_owned()
        }
        NoticeEvent::ChannelTest => format!("This is a test of the channel {name}."),
    }
}
