//! Channels, and the deliveries of notices.

coded_enum! {
    /// The form in which a channel gets notices. The code is stored and sent.
    pub enum ChannelPreset: code, label {
        /// Standard Webhooks, signed.
        Standard = "standard", "Webhook (Standard Webhooks)";
        /// An incoming webhook of Slack, or of whatever takes the same.
        Slack = "slack", "Slack";
        /// A workflow of Microsoft Teams.
        Teams = "teams", "Microsoft Teams";
    }
}

impl ChannelPreset {
    /// Returns whether notices are signed, by a secret that the receiver knows.
    pub fn is_signed(self) -> bool {
        self == Self::Standard
    }
}

coded_enum! {
    /// Whether a channel sends. The code is stored and sent.
    pub enum ChannelState: code, label {
        /// The channel sends.
        Active = "active", "Active";
        /// Somebody has paused the channel: its notices wait.
        Paused = "paused", "Paused";
        /// The receiver has answered that it is gone (410): nothing is sent any more.
        Disabled = "disabled", "Disabled";
    }
}

coded_enum! {
    /// The state of a delivery. The code is stored and sent.
    pub enum DeliveryState: code, label {
        /// The first or the next attempt is to be made.
        Waiting = "waiting", "Waiting";
        /// The recipient has it.
        Delivered = "delivered", "Delivered";
        /// No further attempt is made, unless somebody sends it again.
        Failed = "failed", "Failed";
    }
}

coded_enum! {
    /// The reason why an attempt failed. The code is stored and sent.
    pub enum DeliveryCause: code, label {
        /// The answer has another status than those below.
        Rejected = "rejected", "The receiver rejected the notice.";
        /// The answer is a redirect, which is never followed.
        Redirected = "redirected", "The receiver redirects to another address. Enter that address instead.";
        /// The answer is 410.
        Gone = "gone", "The receiver says that it is gone for good (410), so the channel was disabled.";
        /// The answer is 429, 502, 503 or 504.
        Busy = "busy", "The receiver asks to be sent less, or is not available at the moment.";
        /// The answer is another 5xx.
        ServerError = "server-error", "The receiver failed.";
        /// No name server knows the host.
        NameNotFound = "name-not-found", "No host has this name.";
        /// The address is private, and no setting allows it.
        AddressNotAllowed = "address-not-allowed", "The portal may not connect to this address. Add the host to LATCHKEY_ALLOW_PRIVATE_HOSTS.";
        /// Nobody may connect to the address, whatever the settings.
        AddressForbidden = "address-forbidden", "The portal never connects to this address: it belongs to a cloud's metadata service or to the portal itself, or is reserved.";
        /// No connection was made, or it broke off.
        NotReached = "not-reached", "The receiver was not reached.";
        /// TLS failed, such as for a certificate that is not trusted.
        Tls = "tls", "TLS with the receiver failed: its certificate is not trusted, or has expired.";
        /// The answer did not arrive in time.
        TimedOut = "timed-out", "The receiver did not answer in time.";
        /// The stored address or signing secret does not open.
        Unreadable = "unreadable", "The stored address or signing secret cannot be opened.";
        /// The mail server takes no mail for the address (5xx).
        AddressRejected = "address-rejected", "The mail server takes no mail for the address, which is no longer used.";
        /// The person has no confirmed address any more, has ended their mails, or may not hear of the event.
        NoAddress = "no-address", "The person gets no mail any more.";
        /// The person has chosen otherwise since.
        NotChosen = "not-chosen", "The person no longer wants mails about this.";
    }
}

impl DeliveryCause {
    /// Returns the cause of an answer with this HTTP status; `None` for a success.
    pub fn of_status(status: u16) -> Option<Self> {
        match status {
            200..=299 => None,
            300..=399 => Some(Self::Redirected),
            410 => Some(Self::Gone),
            429 | 502 | 503 | 504 => Some(Self::Busy),
            500..=599 => Some(Self::ServerError),
            _ => Some(Self::Rejected),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_status_follows_standard_webhooks() {
        use DeliveryCause::{Busy, Gone, Redirected, Rejected, ServerError};
        for (status, cause) in [
            (200, None),
            (202, None),
            (204, None),
            (299, None),
            (301, Some(Redirected)),
            (302, Some(Redirected)),
            (308, Some(Redirected)),
            (400, Some(Rejected)),
            (404, Some(Rejected)),
            (410, Some(Gone)),
            (429, Some(Busy)),
            (500, Some(ServerError)),
            (501, Some(ServerError)),
            (502, Some(Busy)),
            (503, Some(Busy)),
            (504, Some(Busy)),
            (101, Some(Rejected)),
        ] {
            assert_eq!(DeliveryCause::of_status(status), cause, "{status}");
        }
    }
}
