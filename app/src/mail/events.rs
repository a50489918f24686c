//! The names of events, in the language of the reader.

use crate::messages;
use backend::Notice;
use domain::{connection_test::TestCause, notice::NoticeEvent};

/// Returns the name of an event, as people choose it.
pub(crate) fn event(event: NoticeEvent) -> &'static str {
    match event {
        NoticeEvent::SecretExpires => t!(mail_event_secret_expires),
        NoticeEvent::SecretExpired => t!(mail_event_secret_expired),
        NoticeEvent::RenewalDue => t!(mail_event_renewal_due),
        NoticeEvent::TestFailed => t!(mail_event_test_failed),
        NoticeEvent::TestWorks => t!(mail_event_test_works),
        NoticeEvent::HostKeyChanged => t!(mail_event_host_key_changed),
        NoticeEvent::KeyWaiting => t!(mail_event_key_waiting),
        NoticeEvent::TokenExpires => t!(mail_event_token_expires),
        NoticeEvent::TokenExpired => t!(mail_event_token_expired),
        NoticeEvent::SignInLocked => t!(mail_event_sign_in_locked),
        NoticeEvent::SignOnDown => t!(mail_event_sign_on_down),
        NoticeEvent::SignOnWorks => t!(mail_event_sign_on_works),
        NoticeEvent::DatabaseDown => t!(mail_event_database_down),
        NoticeEvent::PortalSealed => t!(mail_event_portal_sealed),
        NoticeEvent::ChannelTest => t!(mail_event_channel_test),
    }
}

/// Returns whether the time of a notice is that of an end, and not that of a beginning.
pub(super) fn is_end(event: NoticeEvent) -> bool {
    matches!(
        event,
        NoticeEvent::SecretExpires
            | NoticeEvent::SecretExpired
            | NoticeEvent::TokenExpires
            | NoticeEvent::TokenExpired
    )
}

/// Returns what has happened, in a few words.
pub(super) fn headline(notice: &Notice) -> String {
    let (name, days) = (&notice.name, notice.threshold);
    match notice.event {
        NoticeEvent::SecretExpires | NoticeEvent::TokenExpires if days == 0 => t!(mail_notice_expires, name),
        NoticeEvent::SecretExpires => t!(mail_notice_secret_expires, name, days),
        NoticeEvent::SecretExpired => t!(mail_notice_secret_expired, name),
        NoticeEvent::RenewalDue => t!(mail_notice_renewal_due, name),
        NoticeEvent::TestFailed => t!(mail_notice_test_failed, name),
        NoticeEvent::TestWorks => t!(mail_notice_test_works, name),
        NoticeEvent::HostKeyChanged => t!(mail_notice_host_key_changed, name),
        NoticeEvent::KeyWaiting => t!(mail_notice_key_waiting, name),
        NoticeEvent::TokenExpires => t!(mail_notice_token_expires, name, days),
        NoticeEvent::TokenExpired => t!(mail_notice_token_expired, name),
        NoticeEvent::SignInLocked => t!(mail_notice_sign_in_locked, name),
        NoticeEvent::SignOnDown
        | NoticeEvent::SignOnWorks
        | NoticeEvent::DatabaseDown
        | NoticeEvent::PortalSealed
        | NoticeEvent::ChannelTest => event(notice.event).to_owned(),
    }
}

/// Returns why a test failed; empty for other notices.
pub(super) fn cause(notice: &Notice) -> &'static str {
    let code = notice.facts.cause.as_deref().filter(|_| notice.event == NoticeEvent::TestFailed);
    code.and_then(TestCause::parse).map_or("", messages::cause)
}
