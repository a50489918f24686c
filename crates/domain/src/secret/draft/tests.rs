use super::*;
use crate::secret::{HostProblem, NameProblem, UsernameProblem};

fn draft(kind: SecretKind) -> SecretDraft {
    SecretDraft {
        name: "a".to_owned(),
        kind: kind.as_str().to_owned(),
        registry_host: "GHCR.io".to_owned(),
        username: "robot".to_owned(),
        password: Sensitive::new("pw"),
        ..SecretDraft::default()
    }
}

#[test]
fn new_secret_parse_returns_all_problems_in_the_order_of_the_form() {
    let image = SecretDraft { kind: "image-pull".to_owned(), ..SecretDraft::default() };
    let problems: Vec<_> =
        NewSecret::parse(image).unwrap_err().into_iter().map(|error| error.problem).collect();
    assert_eq!(
        problems,
        [
            Problem::Name(NameProblem::Missing),
            Problem::Host(HostProblem::Missing),
            Problem::Username(UsernameProblem::Missing),
            Problem::Password(PasswordProblem::Missing)
        ]
    );
    let git = SecretDraft { kind: "git-dataset".to_owned(), ..draft(SecretKind::GitDataset) };
    assert_eq!(NewSecret::parse(git).unwrap_err()[0].problem, Problem::Key(SshKeyProblem::Missing));
    let none = SecretDraft { kind: "SENTINEL".to_owned(), ..draft(SecretKind::GitDataset) };
    let wrong = NewSecret::parse(none).unwrap_err();
    assert_eq!(wrong[0].problem, Problem::Type);
    assert!(!format!("{wrong:?}").contains("SENTINEL"));
}

#[test]
fn update_parse_keeps_the_stored_value_if_blank() {
    let image = SecretDraft { password: Sensitive::default(), ..draft(SecretKind::ImagePull) };
    let update = SecretUpdate::parse(SecretKind::ImagePull, image).unwrap();
    let CredentialUpdate::ImagePull { host, password: None, .. } = update.credential else {
        panic!("the password is to be kept");
    };
    assert_eq!(host.as_str(), "ghcr.io");
    let git = SecretDraft { private_key: Sensitive::new(" \r\n"), ..draft(SecretKind::GitDataset) };
    let update = SecretUpdate::parse(SecretKind::GitDataset, git).unwrap();
    assert!(matches!(update.credential, CredentialUpdate::GitDataset { private_key: None }));
}

#[test]
fn parse_asks_about_invisible_ends_of_a_password() {
    for (typed, ends, stored) in [
        ("pw\n", "", Err(PasswordEnd::LineBreak)),
        (" pw", "anything else", Err(PasswordEnd::Blank)),
        ("pw\n", "keep", Ok("pw\n")),
        ("pw\n", "without", Ok("pw")),
        ("pw", "", Ok("pw")),
    ] {
        let draft = SecretDraft {
            password: Sensitive::new(typed),
            password_ends: ends.to_owned(),
            ..draft(SecretKind::ImagePull)
        };
        let found = NewSecret::parse(draft.clone()).map(|secret| match secret.credential {
            Credential::ImagePull { password, .. } => password.value().expose().to_owned(),
            Credential::GitDataset { .. } => String::new(),
        });
        let expected = stored.map(str::to_owned).map_err(|end| {
            vec![FieldError { field: Field::Password, problem: Problem::Password(PasswordProblem::End(end)) }]
        });
        assert_eq!(found, expected, "{typed:?} {ends}");
        assert_eq!(
            SecretUpdate::parse(SecretKind::ImagePull, draft).is_ok(),
            stored.is_ok(),
            "{typed:?} {ends}"
        );
    }
}

#[test]
fn parse_reads_test_settings_only_for_the_type() {
    let both = SecretDraft {
        repository: "git@host:a".to_owned(),
        image: "ghcr.io/group/app".to_owned(),
        ..draft(SecretKind::ImagePull)
    };
    let image = SecretUpdate::parse(SecretKind::ImagePull, both.clone()).unwrap();
    assert_eq!(image.settings.target(), Some("group/app"));
    let git = SecretUpdate::parse(SecretKind::GitDataset, both).unwrap();
    assert_eq!(git.settings.target(), Some("git@host:a"));
    let wrong = SecretDraft {
        kind: "git-dataset".to_owned(),
        repository: "https://host/a".to_owned(),
        known_hosts: "x".to_owned(),
        image: "A A".to_owned(),
        ..SecretDraft::default()
    };
    let fields: Vec<_> = NewSecret::parse(wrong).unwrap_err().iter().map(|error| error.field).collect();
    assert_eq!(fields, [Field::Name, Field::Secret, Field::Repository, Field::KnownHosts]);
}

#[test]
fn problems_while_typing_are_those_of_parse_without_the_settings_of_tests() {
    let wrong = |kind: &str| SecretDraft {
        kind: kind.to_owned(),
        repository: "https://host/a".to_owned(),
        known_hosts: "x".to_owned(),
        image: "A A".to_owned(),
        ..SecretDraft::default()
    };
    let settings = [Field::Repository, Field::KnownHosts, Field::Image];
    for kind in SecretKind::ALL {
        let all = NewSecret::parse(wrong(kind.as_str())).unwrap_err();
        let typed = NewSecret::problems_while_typing(wrong(kind.as_str())).unwrap();
        assert!(all.len() > typed.len());
        assert!(typed.iter().eq(all.iter().filter(|error| !settings.contains(&error.field))));
        let all = SecretUpdate::parse(kind, wrong("")).unwrap_err();
        let typed = SecretUpdate::problems_while_typing(kind, wrong("")).unwrap_or_default();
        assert!(typed.iter().eq(all.iter().filter(|error| !settings.contains(&error.field))));
    }
}

#[test]
fn debug_of_a_new_secret_shows_no_value() {
    let shown = format!("{:?}", NewSecret::parse(draft(SecretKind::ImagePull)).unwrap());
    assert!(!shown.contains("pw"), "{shown}");
}

#[test]
fn connection_test_parse_needs_a_value_unless_one_is_stored() {
    for (kind, field) in [(SecretKind::GitDataset, Field::Secret), (SecretKind::ImagePull, Field::Password)] {
        let blank = || SecretDraft { password: Sensitive::default(), ..draft(kind) };
        let problems = ConnectionTest::parse(kind, blank(), false).unwrap_err();
        assert_eq!(problems.iter().map(|problem| problem.field).collect::<Vec<_>>(), [field]);
        assert!(ConnectionTest::parse(kind, blank(), true).is_ok());
    }
}
