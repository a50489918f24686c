//! The messages of test results, in the language of the request.

use crate::texts;
use domain::connection_test::{TestCause, TestReport};

/// Returns what a cause means, and what to do.
pub(crate) fn cause(cause: TestCause) -> &'static str {
    match cause {
        TestCause::NeverTested => t!(cause_never_tested),
        TestCause::NoRepository => t!(cause_no_repository),
        TestCause::HostKeyUnknown => t!(cause_host_key_unknown),
        TestCause::ValueForAnotherHost => t!(cause_value_for_another_host),
        TestCause::RegistryOpened => t!(cause_registry_opened),
        TestCause::ImageFound => t!(cause_image_found),
        TestCause::RegistryOpen => t!(cause_registry_open),
        TestCause::RepositoryRead => t!(cause_repository_read),
        TestCause::WrongPassword => t!(cause_wrong_password),
        TestCause::NoAccessToImage => t!(cause_no_access_to_image),
        TestCause::KeyNotAccepted => t!(cause_key_not_accepted),
        TestCause::NoAccessToRepository => t!(cause_no_access_to_repository),
        TestCause::BranchNotFound => t!(cause_branch_not_found),
        TestCause::KeyNotUsable => t!(cause_key_not_usable),
        TestCause::HostKeyChanged => t!(cause_host_key_changed),
        TestCause::HostKeyNotPublished => t!(cause_host_key_not_published),
        TestCause::NameNotFound => t!(cause_name_not_found),
        TestCause::AddressNotAllowed => t!(cause_address_not_allowed),
        TestCause::AddressForbidden => t!(cause_address_forbidden),
        TestCause::ConnectionRefused => t!(cause_connection_refused),
        TestCause::ConnectionFailed => t!(cause_connection_failed),
        TestCause::TimedOut => t!(cause_timed_out),
        TestCause::CertificateNotTrusted => t!(cause_certificate_not_trusted),
        TestCause::CertificateExpired => t!(cause_certificate_expired),
        TestCause::CertificateForAnother => t!(cause_certificate_for_another),
        TestCause::TlsFailed => t!(cause_tls_failed),
        TestCause::Redirected => t!(cause_redirected),
        TestCause::NotARegistry => t!(cause_not_a_registry),
        TestCause::NotSsh => t!(cause_not_ssh),
        TestCause::NotGit => t!(cause_not_git),
        TestCause::TooMuch => t!(cause_too_much),
        TestCause::TooManyRequests => t!(cause_too_many_requests),
        TestCause::ImagePublic => t!(cause_image_public),
        TestCause::ImageOpen => t!(cause_image_open),
        TestCause::CertificateWithoutName => t!(cause_certificate_without_name),
        TestCause::CertificateUnusable => t!(cause_certificate_unusable),
        TestCause::ClientCertificateWanted => t!(cause_client_certificate_wanted),
        TestCause::TlsTooOld => t!(cause_tls_too_old),
        TestCause::TlsNotAgreed => t!(cause_tls_not_agreed),
        TestCause::RedirectedToTls => t!(cause_redirected_to_tls),
        TestCause::RedirectedInCircles => t!(cause_redirected_in_circles),
        TestCause::TokenElsewhere => t!(cause_token_elsewhere),
        TestCause::TokenByPlainHttp => t!(cause_token_by_plain_http),
        TestCause::TokenNotGiven => t!(cause_token_not_given),
        TestCause::OtherSideFailed => t!(cause_other_side_failed),
        TestCause::HostKeyRevoked => t!(cause_host_key_revoked),
        TestCause::HostKeyForAnotherPort => t!(cause_host_key_for_another_port),
        TestCause::SecondFactorWanted => t!(cause_second_factor_wanted),
        TestCause::NoKeysTaken => t!(cause_no_keys_taken),
        TestCause::RsaOnlyWithSha1 => t!(cause_rsa_only_with_sha1),
        TestCause::WentSilent => t!(cause_went_silent),
        TestCause::TookTooLong => t!(cause_took_too_long),
        TestCause::HostBusy => t!(cause_host_busy),
        TestCause::SpeaksHttp => t!(cause_speaks_http),
        TestCause::SpeaksTls => t!(cause_speaks_tls),
        TestCause::NoKeyExchangeInCommon => t!(cause_no_key_exchange_in_common),
        TestCause::NoCipherInCommon => t!(cause_no_cipher_in_common),
        TestCause::NoMacInCommon => t!(cause_no_mac_in_common),
        TestCause::NoHostKeyInCommon => t!(cause_no_host_key_in_common),
        TestCause::BranchIsTag => t!(cause_branch_is_tag),
        TestCause::NoDefaultBranch => t!(cause_no_default_branch),
    }
}

/// Returns the result in a word or two: the status, unless that would blame a credential that works, or hide that somebody has
/// to act.
pub(crate) fn cause_label(cause: TestCause) -> &'static str {
    match cause {
        TestCause::BranchNotFound | TestCause::BranchIsTag => t!(cause_label_no_such_branch),
        TestCause::NoDefaultBranch => t!(cause_label_no_default_branch),
        _ if cause.asks_for_approval() => t!(status_new_host),
        _ => texts::status(cause.status()),
    }
}

/// Returns the message of a test's result, with the time to wait if the host named one.
pub(crate) fn report(report: &TestReport) -> String {
    let message = cause(report.cause);
    match report.retry_after {
        None => message.to_owned(),
        Some(seconds @ 0..=120) => t!(cause_wait_seconds, message, count: seconds.max(1)),
        Some(seconds @ 121..=7_200) => t!(cause_wait_minutes, message, count: seconds.div_ceil(60)),
        Some(seconds) => t!(cause_wait_hours, message, count: seconds.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The API and the command line answer in English, and say the same as the pages.
    #[test]
    fn report_and_label_agree_with_the_api_in_english() {
        for known in TestCause::ALL {
            assert_eq!(cause(known), known.message());
            assert_eq!(cause_label(known), known.label());
            for retry_after in [None, Some(1), Some(90), Some(600), Some(7_300)] {
                let tested = TestReport { retry_after, ..TestReport::new(known) };
                assert_eq!(report(&tested), tested.message());
            }
        }
    }
}
