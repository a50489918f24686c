//! The texts about files and what was found in them, in the language of the request. The command line says the same in English,
//! by the messages of `domain::import`.

use crate::{messages, texts};
use domain::{
    connection_test::KnownHosts,
    error::Problem,
    import::{
        CredentialHelper, Encryption, ImportProblem, MAX_BYTES, MAX_ENTRIES, Note, Skipped, SkippedCounts,
    },
    secret::PasswordProblem,
};

/// Returns what was found and what to do.
pub fn note(note: &Note) -> String {
    let text = match note {
        Note::HostCorrected => t!(note_host_corrected),
        Note::SameRegistry => t!(note_same_registry),
        Note::Disagreement => t!(note_disagreement),
        Note::Expires(at) => return t!(note_expires, when: &texts::exact(*at)),
        Note::ShortLived(hours) => return t!(note_short_lived, hours: u16::from(*hours)),
        Note::StoredBy(by) => return t!(note_stored_by, helper: helper(*by)),
        Note::HelpedBy(by) if by.makes_its_own() => return t!(note_made_by, helper: helper(*by)),
        Note::HelpedBy(by) => return t!(note_helped_by, helper: helper(*by)),
        Note::IdentityToken => t!(note_identity_token),
        Note::TokenAsUsername => t!(note_token_as_username),
        Note::Empty => t!(note_empty),
        Note::BadAuth => t!(note_bad_auth),
        Note::BadData => t!(note_bad_data),
        Note::BadConfig => t!(note_bad_config),
        Note::HelperFirst(by) => return t!(note_helper_first, helper: helper(*by)),
        Note::DockerSession => t!(note_docker_session),
        Note::Number => t!(note_number),
        Note::NoUsername => t!(note_no_username),
        Note::NoPassword => t!(note_no_password),
        Note::PasswordEnd(end) => return messages::problem(&PasswordProblem::End(*end).into()),
        Note::Encrypted(encryption) => encrypted(*encryption),
        Note::HttpsRepository => t!(note_https_repository),
        Note::ChartRepository => t!(note_chart_repository),
        Note::GithubApp => t!(note_github_app),
        Note::NoHost => t!(note_no_host),
        Note::PathScoped => t!(note_path_scoped),
        Note::RepositoryPrefix => t!(note_repository_prefix),
        Note::RepositoryUnread => t!(note_repository_unread),
        Note::OtherRepositories => t!(note_other_repositories),
        Note::KnownHostsUnread => t!(note_known_hosts_unread),
        Note::KnownHostsCut => return t!(note_known_hosts_cut, most: KnownHosts::MAX_BYTES / 1024),
        Note::RegistriesCut => t!(note_registries_cut),
        Note::Wrong(Problem::Unknown) => t!(note_other_version),
        Note::Wrong(problem) => return messages::problem(problem),
    };
    text.to_owned()
}

/// Returns the name of a program that keeps credentials.
fn helper(helper: CredentialHelper) -> &'static str {
    match helper {
        CredentialHelper::Keychain => t!(note_helper_keychain),
        CredentialHelper::Desktop => t!(note_helper_desktop),
        CredentialHelper::Windows => t!(note_helper_windows),
        CredentialHelper::SecretService => t!(note_helper_secret_service),
        CredentialHelper::Pass => t!(note_helper_pass),
        CredentialHelper::Ecr => t!(note_helper_ecr),
        CredentialHelper::Google => t!(note_helper_google),
        CredentialHelper::Azure => t!(note_helper_azure),
        CredentialHelper::Other => t!(note_helper_other),
    }
}

/// Returns what is wrong with a file, and what to do.
pub fn problem(problem: ImportProblem) -> String {
    let text = match problem {
        ImportProblem::Missing => t!(imports_problem_missing),
        ImportProblem::Both => t!(imports_problem_both),
        ImportProblem::TooLarge => return t!(imports_problem_too_large, most: MAX_BYTES / 1024 / 1024),
        ImportProblem::Binary => t!(imports_problem_binary),
        ImportProblem::Json(line) => return t!(imports_problem_json, line),
        ImportProblem::Yaml(0) => t!(imports_problem_neither),
        ImportProblem::Yaml(line) => return t!(imports_problem_yaml, line),
        ImportProblem::Doubled(line) => return t!(imports_problem_doubled, line),
        ImportProblem::TooDeep => t!(imports_problem_too_deep),
        ImportProblem::Unknown => t!(imports_problem_unknown),
        ImportProblem::TooMany => return t!(imports_problem_too_many, most: MAX_ENTRIES),
        ImportProblem::Encrypted(encryption) => encrypted(encryption),
        ImportProblem::PrivateKey => t!(imports_problem_private_key),
    };
    text.to_owned()
}

/// Returns the kind of encryption, and how to decrypt it.
fn encrypted(encryption: Encryption) -> &'static str {
    match encryption {
        Encryption::Sops => t!(imports_encrypted_sops),
        Encryption::SealedSecret => t!(imports_encrypted_sealed_secret),
        Encryption::AnsibleVault => t!(imports_encrypted_ansible_vault),
        Encryption::Age => t!(imports_encrypted_age),
        Encryption::Pgp => t!(imports_encrypted_pgp),
    }
}

/// Returns the sentence about the objects that were skipped; `None` if nothing was skipped.
pub fn skipped(counts: &SkippedCounts) -> Option<String> {
    (counts.total() > 0).then(|| {
        let objects = counts.iter().map(|(skipped, count)| objects(skipped, count));
        t!(imports_skipped, objects: texts::all_of(objects))
    })
}

/// Returns a number of skipped objects of one kind.
fn objects(skipped: Skipped, count: u32) -> String {
    match skipped {
        Skipped::HelmRelease => t!(imports_skipped_helm_release, count),
        Skipped::ServiceAccountToken => t!(imports_skipped_service_account_token, count),
        Skipped::Certificate => t!(imports_skipped_certificate, count),
        Skipped::BasicAuth => t!(imports_skipped_basic_auth, count),
        Skipped::OtherSecret => t!(imports_skipped_other_secret, count),
        Skipped::OtherObject => t!(imports_skipped_other_object, count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language;
    use domain::{language::Language, secret::PasswordEnd};

    fn notes() -> Vec<Note> {
        let codes = [
            "host-corrected",
            "same-registry",
            "disagreement",
            "short-lived/1",
            "short-lived/12",
            "identity-token",
            "token-as-username",
            "empty",
            "bad-auth",
            "bad-data",
            "bad-config",
            "docker-session",
            "number",
            "no-username",
            "no-password",
            "https-repository",
            "chart-repository",
            "github-app",
            "no-host",
            "path-scoped",
            "repository-prefix",
            "repository-unread",
            "other-repositories",
            "known-hosts-unread",
            "known-hosts-cut",
            "registries-cut",
            "wrong/nonsense",
        ];
        let helpers =
            ["osxkeychain", "desktop", "wincred", "secretservice", "pass", "ecr-login", "gcr", "acr", "x"];
        let helped = ["stored-by", "helped-by", "helper-first"]
            .into_iter()
            .flat_map(|note| helpers.map(|helper| format!("{note}/{helper}")));
        let parsed =
            codes.into_iter().map(str::to_owned).chain(helped).map(|code| Note::parse(&code).unwrap());
        parsed
            .chain(Encryption::ALL.map(Note::Encrypted))
            .chain(PasswordEnd::ALL.map(Note::PasswordEnd))
            .collect()
    }

    #[test]
    fn texts_agree_with_the_command_line_in_english() {
        for found in notes() {
            assert_eq!(note(&found), found.message());
        }
        let mut counts = SkippedCounts::default();
        assert_eq!(skipped(&counts), counts.message());
        for (kind, count) in Skipped::ALL.into_iter().zip(1..) {
            counts.add(kind, count);
            assert_eq!(skipped(&counts), counts.message());
        }
        let problems = [
            ImportProblem::Missing,
            ImportProblem::Both,
            ImportProblem::TooLarge,
            ImportProblem::Binary,
            ImportProblem::Json(7),
            ImportProblem::Yaml(0),
            ImportProblem::Yaml(7),
            ImportProblem::Doubled(7),
            ImportProblem::TooDeep,
            ImportProblem::Unknown,
            ImportProblem::TooMany,
            ImportProblem::PrivateKey,
        ];
        for wrong in problems {
            // The command line writes numbers without commas.
            assert_eq!(problem(wrong).replace("2,000", "2000"), wrong.message());
        }
    }

    #[tokio::test]
    async fn skipped_is_a_list_of_the_language() {
        let mut counts = SkippedCounts::default();
        counts.add(Skipped::HelmRelease, 2_400);
        counts.add(Skipped::Certificate, 1);
        let said = language::within(Language::TraditionalChinese, async { skipped(&counts) }).await;
        assert_eq!(said.unwrap(), "已略過（不含憑證）：2,400 個 Helm release、1 個 TLS 憑證。");
    }
}
