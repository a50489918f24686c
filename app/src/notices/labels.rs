//! The labels of events, channels and deliveries, in the language of the request.

use crate::{language, texts};
use backend::Notice;
use domain::{
    language::Language,
    notice::{ChannelPreset, ChannelState, DeliveryCause, DeliveryState, NoticeEvent},
    secret::SecretKind,
};

/// Returns the label of an event.
pub(super) fn event(event: NoticeEvent) -> &'static str {
    match event {
        NoticeEvent::SecretExpires => t!(notices_event_secret_expires),
        NoticeEvent::SecretExpired => t!(notices_event_secret_expired),
        NoticeEvent::RenewalDue => t!(notices_event_renewal_due),
        NoticeEvent::TestFailed => t!(notices_event_test_failed),
        NoticeEvent::TestWorks => t!(notices_event_test_works),
        NoticeEvent::HostKeyChanged => t!(notices_event_host_key_changed),
        NoticeEvent::KeyWaiting => t!(notices_event_key_waiting),
        NoticeEvent::TokenExpires => t!(notices_event_token_expires),
        NoticeEvent::TokenExpired => t!(notices_event_token_expired),
        NoticeEvent::SignInLocked => t!(notices_event_sign_in_locked),
        NoticeEvent::SignOnDown => t!(notices_event_sign_on_down),
        NoticeEvent::SignOnWorks => t!(notices_event_sign_on_works),
        NoticeEvent::DatabaseDown => t!(notices_event_database_down),
        NoticeEvent::PortalSealed => t!(notices_event_portal_sealed),
        NoticeEvent::ChannelTest => t!(notices_event_channel_test),
    }
}

/// Returns the label of what a notice says, without its subject.
pub(super) fn what(notice: &Notice) -> String {
    match notice.event {
        NoticeEvent::SecretExpires | NoticeEvent::TokenExpires => {
            t!(notices_within, event: event(notice.event), days: notice.threshold)
        }
        other => event(other).to_owned(),
    }
}

/// Returns the label of a kind of channel.
pub(super) fn preset(preset: ChannelPreset) -> &'static str {
    match preset {
        ChannelPreset::Standard => t!(notices_preset_standard),
        ChannelPreset::Slack => t!(notices_preset_slack),
        ChannelPreset::Teams => t!(notices_preset_teams),
    }
}

/// Returns the explanation of a kind of channel.
pub(super) fn preset_meaning(preset: ChannelPreset) -> &'static str {
    match preset {
        ChannelPreset::Standard => t!(notices_preset_standard_meaning),
        ChannelPreset::Slack => t!(notices_preset_slack_meaning),
        ChannelPreset::Teams => t!(notices_preset_teams_meaning),
    }
}

/// Returns the label of a channel's state.
pub(super) fn channel_state(state: ChannelState) -> &'static str {
    match state {
        ChannelState::Active => t!(notices_channel_active),
        ChannelState::Paused => t!(notices_channel_paused),
        ChannelState::Disabled => t!(notices_channel_disabled),
    }
}

/// Returns the label of a delivery's state.
pub(super) fn delivery_state(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Waiting => t!(notices_waiting),
        DeliveryState::Delivered => t!(notices_delivered),
        DeliveryState::Failed => t!(notices_failed),
    }
}

/// Returns the message of why an attempt failed, with the status of the answer if there was one: of HTTP, or by mail of SMTP.
pub(super) fn cause(cause: DeliveryCause, status: Option<u16>, by_mail: bool) -> String {
    let message = match cause {
        DeliveryCause::Rejected => t!(notices_cause_rejected),
        DeliveryCause::Redirected => t!(notices_cause_redirected),
        DeliveryCause::Gone => t!(notices_cause_gone),
        DeliveryCause::Busy => t!(notices_cause_busy),
        DeliveryCause::ServerError => t!(notices_cause_server_error),
        DeliveryCause::NameNotFound => t!(notices_cause_name_not_found),
        DeliveryCause::AddressNotAllowed => t!(notices_cause_address_not_allowed),
        DeliveryCause::AddressForbidden => t!(notices_cause_address_forbidden),
        DeliveryCause::NotReached => t!(notices_cause_not_reached),
        DeliveryCause::Tls => t!(notices_cause_tls),
        DeliveryCause::TimedOut => t!(notices_cause_timed_out),
        DeliveryCause::Unreadable => t!(notices_cause_unreadable),
        DeliveryCause::AddressRejected => t!(notices_cause_address_rejected),
        DeliveryCause::NoAddress => t!(notices_cause_no_address),
        DeliveryCause::NotChosen => t!(notices_cause_not_chosen),
    };
    match status {
        Some(status) if by_mail => t!(notices_cause_reply, message, reply: status.to_string()),
        Some(status) => t!(notices_cause_status, message, status: status.to_string()),
        None => message.to_owned(),
    }
}

/// Returns the labels of these events; of none, that it is all of them.
pub(super) fn events(events: &[NoticeEvent]) -> String {
    if events.is_empty() {
        return t!(notices_all_events).to_owned();
    }
    texts::list(events.iter().enumerate().map(|(place, known)| {
        let label = event(*known);
        if place == 0 { label.to_owned() } else { within_a_sentence(label) }
    }))
}

/// Returns a label as it stands in the middle of a sentence.
fn within_a_sentence(label: &str) -> String {
    // Chinese has no capitals, and its Latin words keep theirs.
    if language::current() == Language::TraditionalChinese {
        return label.to_owned();
    }
    let mut letters = label.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

/// Returns the labels of these types and beginnings of names; of none, that it is all secrets.
pub(super) fn secrets(kinds: &[SecretKind], prefixes: &[String]) -> String {
    let kinds = texts::list(kinds.iter().map(|kind| texts::kind(*kind)));
    let prefixes = texts::list(prefixes.iter().cloned());
    match (kinds.is_empty(), prefixes.is_empty()) {
        (true, true) => t!(notices_all_secrets).to_owned(),
        (false, true) => kinds,
        (true, false) => t!(notices_names, prefixes),
        (false, false) => t!(notices_kinds_and_names, kinds, prefixes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_one_sentence() {
        let some = [NoticeEvent::SecretExpired, NoticeEvent::TokenExpires, NoticeEvent::DatabaseDown];
        assert_eq!(events(&some), "A secret has expired, an API token expires soon, the database was down");
        assert_eq!(events(&[]), "All events");
        let said = language::speaking(Language::TraditionalChinese, || events(&some[..2]));
        assert_eq!(said, "Secret 已到期、API 權杖即將到期");
    }
}
