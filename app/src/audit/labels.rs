//! The labels of what audit records hold as codes, in the language of the request. A code of another version of the portal is
//! its own label.

use crate::texts;
use backend::{Action, AuditAction, BACKUP_OF, Outcome};
use domain::error::Field;
use std::borrow::Cow;

/// Returns the label of an action's code.
pub fn action_of(code: &str) -> &str {
    match AuditAction::parse(code) {
        Some(known) => action(known),
        None => code,
    }
}

/// Returns the label of an action.
pub(super) fn action(action: AuditAction) -> &'static str {
    match action {
        AuditAction::SecretAdded => t!(action_secret_added),
        AuditAction::SecretChanged => t!(action_secret_changed),
        AuditAction::SecretDeleted => t!(action_secret_deleted),
        AuditAction::SecretRestored => t!(action_secret_restored),
        AuditAction::SecretRemoved => t!(action_secret_removed),
        AuditAction::ValueRolledBack => t!(action_value_rolled_back),
        AuditAction::VersionDestroyed => t!(action_version_destroyed),
        AuditAction::VersionsRemoved => t!(action_versions_removed),
        AuditAction::ValueRead => t!(action_value_read),
        AuditAction::ImportBegun => t!(action_import_begun),
        AuditAction::ImportDiscarded => t!(action_import_discarded),
        AuditAction::SshKeyGenerated => t!(action_ssh_key_generated),
        AuditAction::SshKeySwitched => t!(action_ssh_key_switched),
        AuditAction::SshKeyDiscarded => t!(action_ssh_key_discarded),
        AuditAction::SshKeysRead => t!(action_ssh_keys_read),
        AuditAction::ConnectionTested => t!(action_connection_tested),
        AuditAction::UsageAdded => t!(action_usage_added),
        AuditAction::UsageChanged => t!(action_usage_changed),
        AuditAction::UsageDeleted => t!(action_usage_deleted),
        AuditAction::SecretsSeeded => t!(action_secrets_seeded),
        AuditAction::SignIn => t!(action_sign_in),
        AuditAction::AccountLocked => t!(action_account_locked),
        AuditAction::PasswordAsked => t!(action_password_asked),
        AuditAction::ProviderLogout => t!(action_provider_logout),
        AuditAction::TokensSuspended => t!(action_tokens_suspended),
        AuditAction::TokensResumed => t!(action_tokens_resumed),
        AuditAction::SignOut => t!(action_sign_out),
        AuditAction::SessionEnded => t!(action_session_ended),
        AuditAction::UserAdded => t!(action_user_added),
        AuditAction::UserRoleChanged => t!(action_role_changed),
        AuditAction::UserDisabled => t!(action_user_disabled),
        AuditAction::UserEnabled => t!(action_user_enabled),
        AuditAction::PasswordLinkMade => t!(action_password_link_made),
        AuditAction::PasswordChanged => t!(action_password_changed),
        AuditAction::MailAddressEntered => t!(action_mail_address_entered),
        AuditAction::MailAddressConfirmed => t!(action_mail_address_confirmed),
        AuditAction::MailAddressForgotten => t!(action_mail_address_forgotten),
        AuditAction::MailAddressDropped => t!(action_mail_address_dropped),
        AuditAction::MailChoiceChanged => t!(action_mail_choice_changed),
        AuditAction::MailUnsubscribed => t!(action_mail_unsubscribed),
        AuditAction::LanguageChanged => t!(action_language_changed),
        AuditAction::TokenCreated => t!(action_token_created),
        AuditAction::TokenRevoked => t!(action_token_revoked),
        AuditAction::AuditExported => t!(action_audit_exported),
        AuditAction::KeyAdded => t!(action_key_added),
        AuditAction::KeyActivated => t!(action_key_activated),
        AuditAction::ValuesRewrapped => t!(action_values_rewrapped),
        AuditAction::KeyRetired => t!(action_key_retired),
        AuditAction::KeyBackedUp => t!(action_key_backed_up),
        AuditAction::StepsDismissed => t!(action_steps_dismissed),
        AuditAction::BackupMade => t!(action_backup_made),
        AuditAction::DatabaseRestored => t!(action_database_restored),
        AuditAction::ChannelAdded => t!(action_channel_added),
        AuditAction::ChannelChanged => t!(action_channel_changed),
        AuditAction::ChannelSecretRotated => t!(action_channel_secret_rotated),
        AuditAction::ChannelDeleted => t!(action_channel_deleted),
        AuditAction::ChannelDisabled => t!(action_channel_disabled),
        AuditAction::ChannelTested => t!(action_channel_tested),
        AuditAction::NoticeRuleAdded => t!(action_notice_rule_added),
        AuditAction::NoticeRuleChanged => t!(action_notice_rule_changed),
        AuditAction::NoticeRuleDeleted => t!(action_notice_rule_deleted),
        AuditAction::NoticeSettingsChanged => t!(action_notice_settings_changed),
        AuditAction::NoticeSentAgain => t!(action_notice_sent_again),
        AuditAction::RowsTakenOver => t!(action_rows_taken_over),
        AuditAction::RowRefused => t!(action_row_refused),
        AuditAction::RecordCut => t!(action_record_cut),
        AuditAction::ManyRefused => t!(action_many_refused),
        AuditAction::Attempt(denied) => attempt(denied),
    }
}

/// Returns the label of an action that somebody attempted without the right to it.
fn attempt(denied: Action) -> &'static str {
    match denied {
        Action::ReadSecrets => t!(action_denied_read_secrets),
        Action::WriteSecrets => t!(action_denied_write_secrets),
        Action::ReadValues => t!(action_denied_read_values),
        Action::OwnAccount => t!(action_denied_own_account),
        Action::ManageUsers => t!(action_denied_manage_users),
        Action::ManageTokens => t!(action_denied_manage_tokens),
        Action::ReadTokens => t!(action_denied_read_tokens),
        Action::ReadAudit => t!(action_denied_read_audit),
        Action::ManageKeys => t!(action_denied_manage_keys),
        Action::ManagePortal => t!(action_denied_manage_portal),
        Action::ManageNotices => t!(action_denied_manage_notices),
    }
}

/// Returns the label of a kind of actor.
pub(super) fn actor_kind_of(code: &str) -> &str {
    match code {
        "user" => t!(audit_kind_user),
        "token" => t!(audit_kind_token),
        "system" => t!(audit_kind_system),
        "anonymous" => t!(audit_kind_anonymous),
        other => other,
    }
}

/// Returns the actor of a record in words. Nobody is signed in when the first administrator is added, by the link that the
/// server prints.
pub(crate) fn actor<'a>(kind: &str, name: &'a str, action: &str) -> &'a str {
    match kind {
        "anonymous" if action == AuditAction::UserAdded.code() => t!(audit_set_up_link),
        "anonymous" => t!(audit_no_user),
        _ => name,
    }
}

/// Returns the object of a record in words: of an API token its name, if it has one, and of the portal's own things their label.
pub(crate) fn object<'a>(action: &str, object: &'a str, token_name: Option<&'a str>) -> Cow<'a, str> {
    let of_backup = || object.strip_prefix(BACKUP_OF).map(|when| t!(audit_object_backup, when));
    match AuditAction::parse(action) {
        Some(AuditAction::TokenCreated | AuditAction::TokenRevoked) => {
            Cow::Borrowed(token_name.unwrap_or(object))
        }
        Some(AuditAction::KeyBackedUp) => Cow::Borrowed(t!(audit_object_key)),
        Some(AuditAction::StepsDismissed) => Cow::Borrowed(t!(audit_object_steps)),
        Some(AuditAction::AuditExported) => Cow::Borrowed(t!(audit_heading)),
        Some(AuditAction::DatabaseRestored) => of_backup().map_or(Cow::Borrowed(object), Cow::Owned),
        _ => Cow::Borrowed(object),
    }
}

/// Returns the label of an outcome's code.
pub(super) fn outcome_of(code: &str) -> &str {
    match Outcome::parse(code) {
        Some(known) => outcome(known),
        None => code,
    }
}

/// Returns the label of an outcome.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => t!(audit_outcome_done),
        Outcome::Refused => t!(audit_outcome_refused),
        Outcome::Failed => t!(audit_outcome_failed),
        Outcome::IntegrityFailure => t!(audit_outcome_integrity_failure),
    }
}

/// Returns the label of what was done, with the changed fields: "Changed secret: display name, password".
pub fn change(code: &str, fields: &[String]) -> String {
    let action = action_of(code);
    if fields.is_empty() {
        return action.to_owned();
    }
    t!(audit_change, action, fields: texts::list(fields.iter().map(|code| field(code))))
}

/// Returns the label of a changed field.
fn field(code: &str) -> Cow<'static, str> {
    // A rollback names its versions among the fields, as numbers.
    for (prefix, version) in [
        ("from-", (|number| t!(audit_from_version, number)) as fn(u64) -> String),
        ("to-", |number| t!(audit_to_version, number)),
        ("version-", |number| t!(audit_version, number)),
    ] {
        if let Some(number) = code.strip_prefix(prefix).and_then(|number| number.parse().ok()) {
            return Cow::Owned(version(number));
        }
    }
    let known = match Field::parse(code) {
        Some(Field::Name) => t!(audit_field_name),
        Some(Field::DisplayName) => t!(audit_field_display_name),
        Some(Field::Secret) => t!(audit_field_private_key),
        Some(Field::Repository) => t!(audit_field_repository),
        Some(Field::KnownHosts) => t!(audit_field_known_hosts),
        Some(Field::RegistryHost) => t!(audit_field_registry_host),
        Some(Field::Username) => t!(audit_field_username),
        Some(Field::Password) => t!(audit_field_password),
        Some(Field::Image) => t!(audit_field_image),
        Some(Field::Branch) => t!(audit_field_branch),
        Some(Field::PullSecret) => t!(audit_field_pull_secret),
        Some(Field::Role) => t!(audit_field_role),
        Some(Field::ExpiresAt) => t!(audit_field_expires_at),
        Some(Field::RenewEveryDays) => t!(audit_field_renew_every_days),
        Some(Field::StopWhenExpired) => t!(audit_field_stop_when_expired),
        _ if code == "subject" => t!(audit_field_subject),
        _ if code == "address" => t!(audit_field_address),
        _ if code == "unsubscribed" => t!(audit_field_unsubscribed),
        _ => return Cow::Owned(code.replace('_', " ")),
    };
    Cow::Borrowed(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language;
    use domain::language::Language;
    use std::collections::BTreeSet;

    #[test]
    fn action_of_has_its_own_label_for_each_code() {
        let labels: BTreeSet<&str> = AuditAction::all().map(|action| action_of(action.code())).collect();
        assert_eq!(labels.len(), AuditAction::all().count());
        assert_eq!(action_of("moon landed"), "moon landed");
        assert_eq!(Outcome::ALL.map(outcome), ["Succeeded", "Denied", "Failed", "Integrity failure"]);
        assert_eq!(outcome_of("shrugged"), "shrugged");
    }

    #[test]
    fn actor_and_object_are_words_for_people() {
        assert_eq!(actor("anonymous", "anonymous", "user added"), "set-up link");
        assert_eq!(actor("anonymous", "anonymous", "sign-in"), "(no user)");
        assert_eq!(actor("user", "anonymous", "user added"), "anonymous");
        assert_eq!(object("token created", "0123", Some("CI")), "CI");
        assert_eq!(object("token revoked", "0123", None), "0123");
        assert_eq!(object("user added", "0123", Some("CI")), "0123");
        assert_eq!(object("database restored", "backup of 2026-11-28", None), "Backup of 2026-11-28");
        let in_chinese = language::within(Language::TraditionalChinese, async {
            for (action, kept) in [
                ("key backup confirmed", "key encryption key"),
                ("set-up steps dismissed", "set-up steps"),
                ("database restored", "backup of 2026-11-28"),
            ] {
                assert_ne!(object(action, kept, None), kept);
            }
            assert_ne!(actor("anonymous", "anonymous", "user added"), "set-up link");
        });
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(in_chinese);
    }

    #[test]
    fn change_names_the_fields() {
        let change = |fields: &[&str]| {
            change("secret changed", &fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(change(&[]), "Changed secret");
        let expected = "Changed secret: display name, private key, odd field";
        assert_eq!(change(&["display_name", "secret", "odd_field"]), expected);
        let expected = "Changed secret: password, from version 2, to version 5";
        assert_eq!(change(&["password", "from-2", "to-5"]), expected);
    }
}
