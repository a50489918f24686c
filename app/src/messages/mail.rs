//! The messages of mails that were not taken.

use super::cause;
use backend::MailFailure;

/// Returns why the mail server did not take a mail, or cannot be used.
pub(crate) fn mail_failure(failure: MailFailure) -> String {
    match failure {
        MailFailure::Unreachable(reason) => cause(reason).to_owned(),
        MailFailure::NoTls => t!(mail_failure_no_tls).to_owned(),
        MailFailure::NotLoopback => t!(mail_failure_not_loopback).to_owned(),
        MailFailure::NoSignIn => t!(mail_failure_no_sign_in).to_owned(),
        MailFailure::SignInRejected(reply) => t!(mail_failure_sign_in_rejected, reply: reply.to_string()),
        MailFailure::Later(reply) => t!(mail_failure_later, reply: reply.to_string()),
        MailFailure::AddressRejected(reply) => t!(mail_failure_address_rejected, reply: reply.to_string()),
        MailFailure::Rejected(reply) => t!(mail_failure_rejected, reply: reply.to_string()),
        MailFailure::NotSmtp => t!(mail_failure_not_smtp).to_owned(),
        MailFailure::TimedOut => t!(mail_failure_timed_out).to_owned(),
    }
}
