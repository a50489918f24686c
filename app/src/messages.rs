//! The messages of errors and problems, in the language of the request: what happened, then what to do. Outside of a request,
//! and in the API, they are in English.

mod causes;
mod mail;
mod problems;

pub(crate) use causes::{cause, cause_label, report};
pub(crate) use mail::mail_failure;

use crate::{imports, texts};
use domain::{
    access::{AccessProblem, Role, SignOnProblem, limits},
    error::{Error, Problem},
    notice::NoticeProblem,
    usage::UsageProblem,
};

/// Returns the message of an error. Problems of fields are shown beside their fields instead.
pub fn error(error: &Error) -> String {
    match error {
        Error::Invalid(_) => t!(error_fields).to_owned(),
        Error::Rows(_) => t!(error_rows).to_owned(),
        Error::NotFound => t!(error_not_found).to_owned(),
        Error::Duplicate(duplicate) => t!(error_duplicate, name: duplicate.name.as_str()),
        Error::Changed(_) => t!(error_changed).to_owned(),
        Error::Sealed => t!(error_sealed).to_owned(),
        Error::Unavailable => t!(error_unavailable).to_owned(),
        Error::TooManyTests(seconds) => t!(error_too_many_tests, seconds),
        Error::NotSignedIn => t!(error_not_signed_in).to_owned(),
        Error::Forbidden => t!(error_forbidden).to_owned(),
        Error::Internal(reference) => t!(error_internal, reference),
        Error::BadRequest => t!(error_bad_request).to_owned(),
        Error::WrongPassword => t!(error_wrong_password).to_owned(),
        Error::Locked(seconds) => t!(error_locked, minutes: minutes(*seconds)),
        Error::LockedOut(seconds) => t!(error_locked_out, minutes: minutes(*seconds)),
        Error::Busy(seconds) => t!(error_busy, seconds: *seconds),
        Error::LinkSpent => t!(error_link_spent).to_owned(),
        Error::LastAdmin => t!(error_last_admin).to_owned(),
        Error::SignOn(problem) => sign_on(*problem).to_owned(),
        Error::NoPasswords => t!(error_no_passwords).to_owned(),
        Error::KeptByProvider => t!(error_kept_by_provider).to_owned(),
        Error::ProveAtProvider => t!(error_prove_at_provider).to_owned(),
        // For the provider, which sent it.
        Error::LogoutToken(why) => (*why).to_owned(),
        Error::Import(problem) => imports::texts::problem(*problem),
        Error::NothingChosen => t!(error_nothing_chosen).to_owned(),
        Error::ImportGone => t!(error_import_gone).to_owned(),
        Error::WrongShape => t!(error_wrong_shape).to_owned(),
        Error::NoUrl(ids) => {
            let names: Vec<&str> = ids.iter().map(|id| id.name.as_str()).collect();
            t!(error_no_url, names: names.join(", "))
        }
        Error::OtherHost(id) => t!(error_other_host, name: id.name.as_str()),
        Error::VersionGone => t!(error_version_gone).to_owned(),
        Error::CurrentVersion => t!(error_current_version).to_owned(),
        Error::ChannelDisabled => t!(error_channel_disabled).to_owned(),
        Error::TestFailed(cause) => t!(error_test_failed, cause: causes::cause(*cause)),
        Error::Expired(id, at) => {
            t!(error_expired, name: id.name.as_str(), when: &texts::exact(*at))
        }
    }
}

/// Returns the message for a signed-in person who must prove their identity again, and is locked.
pub(crate) fn locked_inside(seconds: u32) -> String {
    t!(error_locked_inside, minutes: minutes(seconds))
}

fn minutes(seconds: u32) -> u32 {
    seconds.div_ceil(60)
}

fn sign_on(problem: SignOnProblem) -> &'static str {
    match problem {
        SignOnProblem::Expired => t!(error_sign_on_expired),
        SignOnProblem::Unreachable => t!(error_sign_on_unreachable),
        SignOnProblem::Misconfigured => t!(error_sign_on_misconfigured),
        SignOnProblem::Untrusted => t!(error_sign_on_untrusted),
        SignOnProblem::Denied => t!(error_sign_on_denied),
        SignOnProblem::NoGroup => t!(error_sign_on_no_group),
        SignOnProblem::GroupsLeftOut => t!(error_sign_on_groups_left_out),
        SignOnProblem::NoGroupsTold => t!(error_sign_on_no_groups_told),
        SignOnProblem::NotAskedAgain => t!(error_sign_on_not_asked_again),
        SignOnProblem::Disabled => t!(error_sign_on_disabled),
        SignOnProblem::NameTaken => t!(error_sign_on_name_taken),
    }
}

/// Returns the message of a problem with a field. Never contains what was typed.
pub fn problem(problem: &Problem) -> String {
    match problem {
        Problem::Usage(problem) => usage(*problem).to_owned(),
        Problem::Access(problem) => access(*problem),
        Problem::Notice(problem) => notice(*problem).to_owned(),
        Problem::NoSecret(id, None) => t!(problem_token_no_secret, id: id.to_string()),
        Problem::NoSecret(id, Some(meant)) => {
            t!(problem_token_no_secret_meant, id: id.to_string(), meant: meant.to_string())
        }
        Problem::SecretMeant(meant) => t!(problem_token_secret_meant, meant: meant.to_string()),
        other => problems::of_secrets(other),
    }
}

fn access(problem: AccessProblem) -> String {
    match problem {
        AccessProblem::UserNameMissing => t!(problem_user_name_missing).to_owned(),
        AccessProblem::UserNameTooLong => {
            t!(problem_user_name_too_long, most: limits::MAX_USER_NAME_CHARS)
        }
        AccessProblem::UserNameCharacter => t!(problem_user_name_character).to_owned(),
        AccessProblem::UserNameTaken => t!(problem_user_name_taken).to_owned(),
        AccessProblem::PasswordShort => t!(problem_password_short, least: limits::MIN_PASSWORD_CHARS),
        AccessProblem::PasswordLong => t!(problem_password_long, most: limits::MAX_PASSWORD_BYTES),
        AccessProblem::PasswordCommon => t!(problem_password_common).to_owned(),
        AccessProblem::PasswordDiffers => t!(problem_password_differs).to_owned(),
        AccessProblem::PasswordWrong => t!(problem_password_wrong).to_owned(),
        AccessProblem::PasswordMissing => t!(problem_password_missing).to_owned(),
        AccessProblem::Role => {
            let [reader, editor, admin] = Role::ALL.map(texts::role);
            t!(problem_role, reader, editor, admin)
        }
        AccessProblem::TokenNameMissing => t!(problem_token_name_missing).to_owned(),
        AccessProblem::TokenName => t!(problem_token_name).to_owned(),
        AccessProblem::TokenNameMark => t!(problem_token_name_mark).to_owned(),
        AccessProblem::TokenNameReserved => t!(problem_token_name_reserved).to_owned(),
        AccessProblem::TokenNameOf => t!(problem_token_name_of).to_owned(),
        AccessProblem::TokenNameTaken => t!(problem_token_name_taken).to_owned(),
        AccessProblem::TokensTooMany(most) => t!(problem_tokens_too_many, most),
        AccessProblem::TokenScope => t!(problem_token_scope).to_owned(),
        AccessProblem::TokenScopeBeyondRole(scope) => {
            let role = texts::role(scope.least_role());
            t!(problem_token_scope_beyond_role, scope: texts::scope(scope), role)
        }
        AccessProblem::TokenPrefix => t!(problem_token_prefix).to_owned(),
        AccessProblem::TokenSecret => t!(problem_token_secret).to_owned(),
        AccessProblem::TokenSecretsTooMany => {
            t!(problem_token_secrets_too_many, most: limits::MAX_TOKEN_SECRETS)
        }
        AccessProblem::TokenRestrictedTwice => t!(problem_token_restricted_twice).to_owned(),
        AccessProblem::TokenExpiry => t!(problem_token_expiry, most: limits::MAX_TOKEN_DAYS),
        AccessProblem::TokenExpiryBeyond(days) => t!(problem_token_expiry_beyond, days),
        AccessProblem::TokenUnrestricted => t!(problem_token_unrestricted).to_owned(),
        AccessProblem::MailAddress => t!(problem_mail_address).to_owned(),
        AccessProblem::MailTooSoon(seconds) => t!(problem_mail_too_soon, seconds),
        AccessProblem::MailRejected => t!(problem_mail_rejected).to_owned(),
        AccessProblem::MailNotSent => t!(problem_mail_not_sent).to_owned(),
        AccessProblem::TimeZone => t!(problem_time_zone).to_owned(),
        AccessProblem::QuietHours => t!(problem_quiet_hours).to_owned(),
    }
}

fn notice(problem: NoticeProblem) -> &'static str {
    match problem {
        NoticeProblem::NameMissing => t!(problem_channel_name_missing),
        NoticeProblem::Name => t!(problem_channel_name),
        NoticeProblem::NameTaken => t!(problem_channel_name_taken),
        NoticeProblem::Preset => t!(problem_channel_preset),
        NoticeProblem::UrlMissing => t!(problem_channel_url_missing),
        NoticeProblem::Url => t!(problem_channel_url),
        NoticeProblem::UrlNotTls => t!(problem_channel_url_not_tls),
        NoticeProblem::UrlNotAllowed => t!(problem_channel_url_not_allowed),
        NoticeProblem::UrlForbidden => t!(problem_channel_url_forbidden),
        NoticeProblem::Channel => t!(problem_rule_channel),
        NoticeProblem::Event => t!(problem_rule_event),
        NoticeProblem::Kind => t!(problem_rule_type),
        NoticeProblem::Prefix => t!(problem_rule_prefix),
        NoticeProblem::PrefixesTooMany => t!(problem_rule_prefixes_too_many),
        NoticeProblem::Failures => t!(problem_failures),
    }
}

fn usage(problem: UsageProblem) -> &'static str {
    match problem {
        UsageProblem::NameTaken => t!(problem_usage_name_taken),
        UsageProblem::ImageForm => t!(problem_usage_image_form),
        UsageProblem::GitForm => t!(problem_usage_git_form),
        UsageProblem::GitUserInfo => t!(problem_usage_git_user_info),
        UsageProblem::Branch => t!(problem_usage_branch),
        UsageProblem::NoSuchSecret => t!(problem_usage_no_such_secret),
        UsageProblem::KeyForHttps => t!(problem_usage_key_for_https),
        UsageProblem::NothingToTest => t!(problem_usage_nothing_to_test),
        UsageProblem::OtherRegistry => t!(problem_usage_other_registry),
        UsageProblem::NameNotTyped => t!(problem_usage_name_not_typed),
        UsageProblem::ConfirmationNotTyped => t!(problem_usage_confirmation_not_typed),
        UsageProblem::NoSuchBranch => t!(problem_usage_no_such_branch),
        UsageProblem::BranchIsTag => t!(problem_usage_branch_is_tag),
        UsageProblem::NoDefaultBranch => t!(problem_usage_no_default_branch),
        UsageProblem::HubOtherwise => t!(problem_usage_hub_otherwise),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ApiError;
    use domain::{
        connection_test::TargetProblem,
        error::Change,
        secret::{
            DatesProblem, DisplayNameProblem, HostProblem, NameProblem, PasswordProblem, SecretId,
            SshKeyProblem, UsernameProblem,
        },
        time::Timestamp,
    };

    /// The page of the same form without JavaScript says what the answer to an island does.
    #[test]
    fn error_is_sent_to_islands_with_the_message_of_pages() {
        let id = || SecretId::parse("image-hub").unwrap();
        let at = Timestamp::from_micros(0);
        for shared in [
            Error::Invalid(Vec::new()),
            Error::NotFound,
            Error::Changed(Change {
                by: String::new(),
                at,
                now: at,
                version: 1,
                own: false,
                fields: Vec::new(),
            }),
            Error::Duplicate(id()),
            Error::Sealed,
            Error::Unavailable,
            Error::TooManyTests(7),
            Error::BadRequest,
            Error::NotSignedIn,
            Error::Forbidden,
            Error::Internal("a".to_owned()),
        ] {
            let said = error(&shared);
            let changed = matches!(shared, Error::Changed(_));
            let sent = ApiError::from(shared);
            let read: ApiError = serde_json::from_str(&serde_json::to_string(&sent).unwrap()).unwrap();
            assert_eq!(read, sent);
            // A conflict has a heading that says by whom, and the rest as HTML.
            assert!(changed || read.message() == said, "{read:?}");
        }
    }

    /// The command line shows the problems of imported secrets in the English of `domain`.
    #[test]
    fn problem_agrees_with_the_command_line_in_english() {
        let mut all = vec![
            Problem::NameTaken(SecretId::parse("image-hub").unwrap()),
            Problem::NameTaken(SecretId::parse("gitsync-secret-data").unwrap()),
            Problem::SameName,
            Problem::Type,
            Problem::Name(NameProblem::TooLong(300)),
            Problem::Name(NameProblem::UpperCase('A')),
            Problem::Name(NameProblem::Character(' ')),
            Problem::DisplayName(DisplayNameProblem::TooLong(300)),
            Problem::Unknown,
        ];
        all.extend(NameProblem::PLAIN.map(Problem::Name));
        all.extend(DisplayNameProblem::PLAIN.map(Problem::DisplayName));
        all.extend(SshKeyProblem::ALL.map(Problem::Key));
        all.extend(HostProblem::ALL.map(Problem::Host));
        all.extend(UsernameProblem::ALL.map(Problem::Username));
        all.extend(PasswordProblem::ALL.map(Problem::Password));
        all.extend(TargetProblem::ALL.map(Problem::Target));
        all.extend(DatesProblem::ALL.map(Problem::Dates));
        let differ = all.iter().filter(|found| problem(found) != found.message());
        assert_eq!(differ.map(|found| (problem(found), found.message())).collect::<Vec<_>>(), []);
    }

    #[test]
    fn error_of_a_lock_says_what_whoever_reads_it_can_do() {
        let at_door = error(&Error::Locked(900));
        assert!(at_door.contains("Try again in 15 minutes"), "{at_door}");
        let inside = locked_inside(61);
        assert!(inside.contains("You stay signed in: try again in 2 minutes"), "{inside}");
        let out = error(&Error::LockedOut(60));
        assert!(
            out.contains("Your session has ended") && out.contains("Sign in again in 1 minute."),
            "{out}"
        );
        for said in [inside, out] {
            assert!(said.contains("latchkey user reset-password"), "{said}");
        }
    }

    #[test]
    fn access_of_reserved_token_names_is_true_for_every_role() {
        // Administrators may use no person's name, and everybody else none of those that they see anyway.
        let reserved = access(AccessProblem::TokenNameReserved);
        assert!(
            reserved.contains("the name of a person") && !reserved.contains("administrator"),
            "{reserved}"
        );
        // A person may have more than that from before there was a limit.
        let many = access(AccessProblem::TokensTooMany(200));
        assert!(many.contains("more than 200") && many.contains("as many or more"), "{many}");
    }
}
