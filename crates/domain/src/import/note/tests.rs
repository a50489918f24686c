use super::*;
use crate::secret::{HostProblem, SshKeyProblem};

#[test]
fn note_parse_returns_every_note() {
    let mut all = vec![
        Note::HostCorrected,
        Note::SameRegistry,
        Note::Disagreement,
        Note::ShortLived(12),
        Note::Expires(crate::time::Timestamp::LAST),
        Note::IdentityToken,
        Note::TokenAsUsername,
        Note::Empty,
        Note::BadAuth,
        Note::BadData,
        Note::BadConfig,
        Note::DockerSession,
        Note::Number,
        Note::NoUsername,
        Note::NoPassword,
        Note::HttpsRepository,
        Note::ChartRepository,
        Note::GithubApp,
        Note::NoHost,
        Note::PathScoped,
        Note::RepositoryPrefix,
        Note::RepositoryUnread,
        Note::OtherRepositories,
        Note::KnownHostsUnread,
        Note::KnownHostsCut,
        Note::RegistriesCut,
        Note::Wrong(Problem::Host(HostProblem::Path)),
        Note::Wrong(Problem::Key(SshKeyProblem::Passphrase)),
    ];
    for (helper, _) in CredentialHelper::ALL {
        all.extend([Note::StoredBy(helper), Note::HelpedBy(helper), Note::HelperFirst(helper)]);
    }
    all.extend(PasswordEnd::ALL.map(Note::PasswordEnd));
    all.extend(Encryption::ALL.map(Note::Encrypted));
    for note in all {
        assert_eq!(Note::parse(&note.code()), Some(note.clone()), "{}", note.code());
        assert!(note.message().ends_with(['.', ')']), "{}", note.message());
    }
    assert_eq!(Note::parse("SENTINEL"), None);
    assert_eq!(Note::parse("short-lived/SENTINEL"), None);
}

/// The message is shown with some known hosts, without any, and in the command line's table.
#[test]
fn message_of_known_hosts_cut_is_true_wherever_it_is_shown() {
    let said = Note::KnownHostsCut.message();
    assert!(!said.contains("shown") && said.contains("some or all of them are left out"), "{said}");
}

#[test]
fn helper_named_ignores_unknown_helpers() {
    let said = Note::HelpedBy(CredentialHelper::named("SENTINEL")).message();
    assert!(said.contains("another program") && !said.contains("SENTINEL"), "{said}");
}
