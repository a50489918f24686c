//! The messages of problems with the fields of secrets, in the language of the request.

use domain::{
    connection_test::TargetProblem,
    error::Problem,
    invisible::is_invisible,
    secret::{
        DatesProblem, DisplayName, DisplayNameProblem, HostProblem, NameProblem, PasswordEnd,
        PasswordProblem, SecretKind, SecretName, SshKeyProblem, UsernameProblem,
    },
};

/// Returns the message of a problem with a field of a secret; for another one, that the portal does not accept it.
pub(super) fn of_secrets(problem: &Problem) -> String {
    match problem {
        Problem::Name(problem) => name(*problem),
        Problem::NameTaken(id) => match id.kind {
            SecretKind::GitDataset => t!(problem_name_taken_git).to_owned(),
            SecretKind::ImagePull => t!(problem_name_taken_image).to_owned(),
        },
        Problem::SameName => t!(problem_name_same).to_owned(),
        Problem::DisplayName(problem) => display_name(*problem),
        Problem::Type => t!(problem_type).to_owned(),
        Problem::Key(problem) => key(*problem).to_owned(),
        Problem::Host(problem) => host(*problem).to_owned(),
        Problem::Username(problem) => username(*problem).to_owned(),
        Problem::Password(problem) => password(*problem).to_owned(),
        Problem::Target(problem) => target(*problem),
        Problem::Dates(DatesProblem::Date) => t!(problem_dates_date).to_owned(),
        Problem::Dates(DatesProblem::Days) => t!(problem_dates_days).to_owned(),
        Problem::Usage(_)
        | Problem::Access(_)
        | Problem::NoSecret(..)
        | Problem::SecretMeant(_)
        | Problem::Unknown => t!(problem_unknown).to_owned(),
    }
}

fn name(problem: NameProblem) -> String {
    match problem {
        NameProblem::Missing => t!(problem_name_missing),
        NameProblem::TooLong(_) => return t!(problem_name_too_long, most: SecretName::MAX_CHARS),
        NameProblem::UpperCase(_) | NameProblem::Character(_) => t!(problem_name_character),
        NameProblem::Start => t!(problem_name_start),
        NameProblem::End => t!(problem_name_end),
        NameProblem::Label => t!(problem_name_label),
    }
    .to_owned()
}

fn display_name(problem: DisplayNameProblem) -> String {
    match problem {
        DisplayNameProblem::TooLong(_) => t!(problem_display_too_long, most: DisplayName::MAX_CHARS),
        DisplayNameProblem::Control => t!(problem_display_control).to_owned(),
        DisplayNameProblem::Direction => t!(problem_display_direction).to_owned(),
    }
}

fn key(problem: SshKeyProblem) -> &'static str {
    match problem {
        SshKeyProblem::Missing => t!(problem_key_missing),
        SshKeyProblem::TooLong => t!(problem_key_too_long),
        SshKeyProblem::Binary => t!(problem_key_binary),
        SshKeyProblem::PublicKey => t!(problem_key_public_key),
        SshKeyProblem::Certificate => t!(problem_key_certificate),
        SshKeyProblem::TwoKeys => t!(problem_key_two_keys),
        SshKeyProblem::OneLine => t!(problem_key_one_line),
        SshKeyProblem::WrittenNewlines => t!(problem_key_written_newlines),
        SshKeyProblem::Truncated => t!(problem_key_truncated),
        SshKeyProblem::Damaged => t!(problem_key_damaged),
        SshKeyProblem::Surrounded => t!(problem_key_surrounded),
        SshKeyProblem::Dsa => t!(problem_key_dsa),
        SshKeyProblem::Passphrase => t!(problem_key_passphrase),
        SshKeyProblem::WrongPassphrase => t!(problem_key_wrong_passphrase),
        SshKeyProblem::TooProtected => t!(problem_key_too_protected),
        SshKeyProblem::UnknownProtection => t!(problem_key_unknown_protection),
        SshKeyProblem::OldPutty => t!(problem_key_old_putty),
        SshKeyProblem::ShortRsa => t!(problem_key_short_rsa),
        SshKeyProblem::HardwareKey => t!(problem_key_hardware_key),
        SshKeyProblem::Unsupported => t!(problem_key_unsupported),
        SshKeyProblem::NotAKey => t!(problem_key_not_a_key),
        SshKeyProblem::Base64 => t!(problem_key_base64),
        SshKeyProblem::SmartDashes => t!(problem_key_smart_dashes),
        SshKeyProblem::SshCom => t!(problem_key_ssh_com),
        SshKeyProblem::UnevenPrimes => t!(problem_key_uneven_primes),
        SshKeyProblem::ReaderFailed => t!(problem_key_reader_failed),
        SshKeyProblem::StrayCharacter => t!(problem_key_stray_character),
        SshKeyProblem::UnevenBase64 => t!(problem_key_uneven_base64),
        SshKeyProblem::Longer => t!(problem_key_longer),
        SshKeyProblem::OtherForm => t!(problem_key_other_form),
        SshKeyProblem::HalvesDiffer => t!(problem_key_halves_differ),
        SshKeyProblem::RsaPrimes => t!(problem_key_rsa_primes),
        SshKeyProblem::RsaExponents => t!(problem_key_rsa_exponents),
        SshKeyProblem::LargeExponent => t!(problem_key_large_exponent),
        SshKeyProblem::CheckNumbers => t!(problem_key_check_numbers),
        SshKeyProblem::Padding => t!(problem_key_padding),
        SshKeyProblem::Checksum => t!(problem_key_checksum),
        SshKeyProblem::UnknownCipher => t!(problem_key_unknown_cipher),
    }
}

fn host(problem: HostProblem) -> &'static str {
    match problem {
        HostProblem::Missing => t!(problem_host_missing),
        HostProblem::UserInfo => t!(problem_host_user_info),
        HostProblem::Query => t!(problem_host_query),
        HostProblem::Scheme => t!(problem_host_scheme),
        HostProblem::Port => t!(problem_host_port),
        HostProblem::Path => t!(problem_host_path),
        HostProblem::Label => t!(problem_host_label),
        HostProblem::NotAscii => t!(problem_host_not_ascii),
        HostProblem::TooLong => t!(problem_host_too_long),
        HostProblem::Address => t!(problem_host_address),
        HostProblem::Pattern => t!(problem_host_pattern),
    }
}

fn username(problem: UsernameProblem) -> &'static str {
    match problem {
        UsernameProblem::Missing => t!(problem_username_missing),
        UsernameProblem::Colon => t!(problem_username_colon),
        UsernameProblem::Control => t!(problem_username_control),
        UsernameProblem::Space => t!(problem_username_space),
        UsernameProblem::TooLong => t!(problem_username_too_long),
    }
}

fn password(problem: PasswordProblem) -> &'static str {
    match problem {
        PasswordProblem::Missing => t!(problem_value_missing),
        PasswordProblem::TooLong => t!(problem_value_too_long),
        PasswordProblem::HostChanged => t!(problem_value_host_changed),
        PasswordProblem::End(PasswordEnd::LineBreak) => t!(problem_value_line_break),
        PasswordProblem::End(PasswordEnd::Blank) => t!(problem_value_blank),
        PasswordProblem::End(PasswordEnd::Invisible) => t!(problem_value_invisible),
    }
}

fn target(problem: TargetProblem) -> String {
    match problem {
        TargetProblem::RepositoryByHttps => t!(problem_repository_by_https),
        TargetProblem::RepositoryForm => t!(problem_repository_form),
        TargetProblem::RepositoryQuoted => t!(problem_repository_quoted),
        TargetProblem::RepositoryPrefix => t!(problem_repository_prefix),
        TargetProblem::RepositoryCommand => t!(problem_repository_command),
        TargetProblem::RepositoryLocal => t!(problem_repository_local),
        TargetProblem::RepositoryDrive => t!(problem_repository_drive),
        TargetProblem::RepositoryBrackets => t!(problem_repository_brackets),
        TargetProblem::RepositoryPort => t!(problem_repository_port),
        TargetProblem::RepositoryPath => t!(problem_repository_path),
        TargetProblem::RepositoryPathForm => t!(problem_repository_path_form),
        TargetProblem::RepositoryUser => t!(problem_repository_user),
        TargetProblem::RepositoryHost => t!(problem_repository_host),
        TargetProblem::RepositoryTooLong => t!(problem_repository_too_long),
        TargetProblem::ImageForm => t!(problem_image_form),
        TargetProblem::ImageElsewhere => t!(problem_image_elsewhere),
        TargetProblem::ImageOutside => t!(problem_image_outside),
        TargetProblem::ImageHubOtherwise => t!(problem_image_hub_otherwise),
        TargetProblem::KnownHostsTooLong => t!(problem_known_hosts_too_long),
        TargetProblem::RepositoryUserHas(c) => return t!(problem_repository_user_has, character: named(c)),
        TargetProblem::RepositoryHostHas(c) => return t!(problem_repository_host_has, character: named(c)),
        TargetProblem::KnownHostsLine(line) => return t!(problem_known_hosts_line, line),
        TargetProblem::KnownHostsPort(line) => return t!(problem_known_hosts_port, line),
    }
    .to_owned()
}

/// Returns a character in the form for a sentence.
fn named(character: char) -> String {
    match character {
        space if space.is_whitespace() => t!(problem_character_space).to_owned(),
        unseen if unseen.is_control() || is_invisible(unseen) => {
            t!(problem_character_unseen, code: format_args!("U+{:04X}", u32::from(unseen)))
        }
        character => t!(problem_character, character),
    }
}
