use super::*;
use crate::{
    access::AccessProblem,
    connection_test::TargetProblem,
    secret::{
        DatesProblem, DisplayNameProblem, HostProblem, NameProblem, PasswordProblem, SshKeyProblem,
        UsernameProblem,
    },
    usage::UsageProblem,
};
use std::collections::BTreeSet;

/// Every problem whose code is parsed again.
fn problems() -> Vec<Problem> {
    let mut all = vec![
        Problem::NameTaken(SecretId::parse("image-a.b").unwrap()),
        Problem::SameName,
        Problem::Type,
        Problem::DisplayName(DisplayNameProblem::Control),
        Problem::DisplayName(DisplayNameProblem::Direction),
        Problem::DisplayName(DisplayNameProblem::TooLong(201)),
        Problem::Unknown,
    ];
    all.extend(
        [
            NameProblem::Missing,
            NameProblem::Start,
            NameProblem::End,
            NameProblem::Label,
            NameProblem::TooLong(239),
            NameProblem::UpperCase('É'),
            NameProblem::Character(':'),
            NameProblem::Character('\0'),
        ]
        .map(Problem::Name),
    );
    all.extend(SshKeyProblem::ALL.map(Problem::Key));
    all.extend(HostProblem::ALL.map(Problem::Host));
    all.extend(UsernameProblem::ALL.map(Problem::Username));
    all.extend(PasswordProblem::ALL.map(Problem::Password));
    all.extend(TargetProblem::ALL.map(Problem::Target));
    all.extend(
        [
            TargetProblem::KnownHostsLine(12),
            TargetProblem::KnownHostsPort(u32::MAX),
            TargetProblem::RepositoryUserHas(':'),
            TargetProblem::RepositoryHostHas('ü'),
        ]
        .map(Problem::Target),
    );
    all.extend(DatesProblem::ALL.map(Problem::Dates));
    all.extend(UsageProblem::ALL.map(Problem::Usage));
    all
}

#[test]
fn problem_from_text_returns_every_problem() {
    let all = problems();
    for field in Field::ALL {
        for problem in &all {
            let error = FieldError { field, problem: problem.clone() };
            let wire = serde_json::to_string(&error).unwrap();
            assert_eq!(serde_json::from_str::<FieldError>(&wire).unwrap(), error, "{wire}");
        }
    }
}

#[test]
fn problem_code_is_a_word_of_its_own_and_no_place_in_a_list() {
    let all = problems();
    let codes: BTreeSet<String> = all.iter().map(Problem::code).collect();
    assert_eq!(codes.len(), all.len(), "each once");
    for problem in all {
        let code = problem.code();
        let (kind, word) = code.split_once(':').unwrap();
        let carries = kind.contains('-') || kind == "taken" || kind == "unknown";
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(carries || word.bytes().all(is_word), "{code}");
        assert!(carries || word.starts_with(|c: char| c.is_ascii_lowercase()), "{code}");
    }
}

#[test]
fn problem_of_another_version_has_a_general_message() {
    // Codes of other versions: an unknown word, a place in a list, and garbage.
    for code in ["key:a-new-one", "news:a", "key:3", "usage:0", "name:1", "SENTINEL", "", "hosts-line:x"] {
        let problem: Problem = serde_json::from_str(&format!("{code:?}")).unwrap();
        assert_eq!(problem, Problem::Unknown, "{code}");
        let message = problem.message();
        assert!(message.contains("Load the page again") && !message.contains("SENTINEL"), "{message}");
    }
    assert_eq!(Problem::parse(&Problem::Access(AccessProblem::PasswordWrong).code()), Problem::Unknown);
}

#[test]
fn code_of_an_error_is_a_word_and_its_status_one_of_a_failure() {
    let id = || SecretId::parse("image-a").unwrap();
    let change = Change {
        by: "ana".to_owned(),
        at: Timestamp::from_micros(0),
        now: Timestamp::from_micros(0),
        version: 1,
        own: false,
        fields: Vec::new(),
    };
    let mut all = vec![
        Error::Invalid(Vec::new()),
        Error::NotFound,
        Error::Changed(change),
        Error::Duplicate(id()),
        Error::Sealed,
        Error::Unavailable,
        Error::TooManyTests(7),
        Error::BadRequest,
        Error::NotSignedIn,
        Error::Forbidden,
        Error::Internal("a".to_owned()),
        Error::WrongPassword,
        Error::Locked(7),
        Error::LockedOut(7),
        Error::Busy(7),
        Error::LinkSpent,
        Error::LastAdmin,
        Error::NoPasswords,
        Error::KeptByProvider,
        Error::ProveAtProvider,
        Error::LogoutToken("a"),
        Error::Import(ImportProblem::TooLarge),
        Error::Rows(Vec::new()),
        Error::NothingChosen,
        Error::ImportGone,
        Error::WrongShape,
        Error::NoUrl(vec![id()]),
        Error::OtherHost(id()),
        Error::Expired(id(), Timestamp::from_micros(0)),
    ];
    all.extend(SignOnProblem::ALL.map(Error::SignOn));
    let codes: BTreeSet<&str> = all.iter().map(Error::code).collect();
    assert_eq!(codes.len(), all.len(), "each once");
    assert!(codes.iter().all(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
    for error in all {
        assert!((400..=503).contains(&error.status()), "{error:?}");
        assert!(!matches!(error.status(), 429) || error.retry_after() == Some(7), "{error:?}");
    }
}

#[test]
fn retry_after_is_said_where_waiting_helps() {
    assert_eq!((Error::Sealed.retry_after(), Error::Unavailable.retry_after()), (Some(5), Some(5)));
    for waiting in [Error::TooManyTests(7), Error::Locked(7), Error::LockedOut(7), Error::Busy(7)] {
        assert_eq!(waiting.retry_after(), Some(7), "{waiting:?}");
    }
    assert_eq!(Error::NotFound.retry_after(), None);
}
