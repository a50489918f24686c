//! The reasons why a mail was not taken. Nothing that a server says is repeated, except the number of its reply.

use domain::connection_test::TestCause;

/// The step of a conversation with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Greeting, names, STARTTLS.
    Begin,
    /// Signing in.
    SignIn,
    /// The sender.
    Sender,
    /// The recipient.
    Recipient,
    /// The mail itself.
    Content,
}

/// The reason why a mail was not taken, or the server could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailFailure {
    /// The server cannot be reached, or TLS failed.
    Unreachable(TestCause),
    /// The server does not offer STARTTLS.
    NoTls,
    /// The server is not this machine, and would be spoken to without TLS.
    NotLoopback,
    /// The server offers no way of signing in that the portal knows.
    NoSignIn,
    /// The server rejects the account, with this reply.
    SignInRejected(u16),
    /// The server does not take the mail for now, with this reply (4xx).
    Later(u16),
    /// The server does not take mail for this recipient, with this reply (5xx).
    AddressRejected(u16),
    /// The server rejects something else: the sender, the mail, the portal; with this reply (5xx).
    Rejected(u16),
    /// The answer is not SMTP.
    NotSmtp,
    /// The server did not answer in time.
    TimedOut,
}

impl MailFailure {
    /// Returns the code, which is stored, and the number of the reply. Codes never change.
    pub fn code(self) -> (&'static str, Option<u16>) {
        match self {
            Self::Unreachable(cause) => (cause.as_str(), None),
            Self::NoTls => ("no-tls", None),
            Self::NotLoopback => ("not-loopback", None),
            Self::NoSignIn => ("no-sign-in", None),
            Self::SignInRejected(reply) => ("sign-in-rejected", Some(reply)),
            Self::Later(reply) => ("later", Some(reply)),
            Self::AddressRejected(reply) => ("address-rejected", Some(reply)),
            Self::Rejected(reply) => ("rejected", Some(reply)),
            Self::NotSmtp => ("not-smtp", None),
            Self::TimedOut => ("timed-out", None),
        }
    }

    /// Parses what `code` returned; `NotSmtp` for the code of another version.
    pub fn parse(code: &str, reply: Option<u16>) -> Self {
        let reply = reply.unwrap_or_default();
        match code {
            "no-tls" => Self::NoTls,
            "not-loopback" => Self::NotLoopback,
            "no-sign-in" => Self::NoSignIn,
            "sign-in-rejected" => Self::SignInRejected(reply),
            "later" => Self::Later(reply),
            "address-rejected" => Self::AddressRejected(reply),
            "rejected" => Self::Rejected(reply),
            "timed-out" => Self::TimedOut,
            other => TestCause::parse(other).map_or(Self::NotSmtp, Self::Unreachable),
        }
    }

    /// Returns the failure that a reply at this step means. `detail` is what the server said: only an enhanced status code at
    /// its beginning counts (RFC 3463), because 5.7 is about the portal's rights and not about the recipient.
    pub(super) fn of_reply(step: Step, reply: u16, detail: &str) -> Self {
        match (step, reply) {
            (_, 400..500) => Self::Later(reply),
            (Step::SignIn, _) => Self::SignInRejected(reply),
            // Unknown commands, wrong order, no account: nothing about the recipient.
            (Step::Recipient, 500..=504 | 530 | 535 | 538) => Self::Rejected(reply),
            (Step::Recipient, _) if detail.trim_start().starts_with("5.7.") => Self::Rejected(reply),
            (Step::Recipient, 500..600) => Self::AddressRejected(reply),
            (_, 500..600) => Self::Rejected(reply),
            _ => Self::NotSmtp,
        }
    }

    /// Returns the failure that an error of the library means.
    pub(super) fn of(step: Step, error: &lettre::transport::smtp::Error) -> Self {
        if let Some(reply) = error.status() {
            let detail = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            return Self::of_reply(step, reply.into(), &detail);
        }
        if error.is_timeout() {
            Self::TimedOut
        } else if error.is_client() && step == Step::SignIn {
            Self::NoSignIn
        } else if error.is_client() || error.is_response() {
            Self::NotSmtp
        } else {
            Self::Unreachable(TestCause::ConnectionFailed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_reply_blames_recipient_alone_for_what_is_about_it() {
        for (step, reply, detail, failure) in [
            (Step::Recipient, 550, "5.1.1 no such user", MailFailure::AddressRejected(550)),
            (Step::Recipient, 550, "no such user", MailFailure::AddressRejected(550)),
            (Step::Recipient, 554, "5.7.1 Relay access denied", MailFailure::Rejected(554)),
            (Step::Recipient, 530, "5.7.0 sign in first", MailFailure::Rejected(530)),
            (Step::Recipient, 503, "wrong order", MailFailure::Rejected(503)),
            (Step::Recipient, 451, "4.7.1 greylisted", MailFailure::Later(451)),
            (Step::Sender, 550, "5.1.8 bad sender", MailFailure::Rejected(550)),
            (Step::Content, 552, "too large", MailFailure::Rejected(552)),
            (Step::Content, 421, "", MailFailure::Later(421)),
            (Step::SignIn, 535, "5.7.8 wrong", MailFailure::SignInRejected(535)),
            (Step::SignIn, 454, "4.7.0 later", MailFailure::Later(454)),
            (Step::Begin, 554, "go away", MailFailure::Rejected(554)),
            (Step::Begin, 354, "", MailFailure::NotSmtp),
        ] {
            assert_eq!(MailFailure::of_reply(step, reply, detail), failure, "{step:?} {reply} {detail}");
        }
    }

    #[test]
    fn parse_returns_what_code_returned() {
        use MailFailure::{
            AddressRejected, Later, NoSignIn, NoTls, NotLoopback, NotSmtp, Rejected, SignInRejected,
            TimedOut, Unreachable,
        };
        for failure in [
            Unreachable(TestCause::TlsFailed),
            NoTls,
            NotLoopback,
            NoSignIn,
            SignInRejected(535),
            Later(451),
            AddressRejected(550),
            Rejected(554),
            NotSmtp,
            TimedOut,
        ] {
            let (code, reply) = failure.code();
            assert_eq!(MailFailure::parse(code, reply), failure);
        }
        assert_eq!(MailFailure::parse("a-new-one", None), NotSmtp);
    }
}
