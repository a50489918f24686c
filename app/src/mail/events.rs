//! The names of events, in the language of the reader.

use domain::notice::NoticeEvent;

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
