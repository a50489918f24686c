//! Fields of forms, and their problems.

use super::Problem;
use serde::{Deserialize, Serialize};

coded_enum! {
    /// A field of a form; those of a secret come first, in their order.
    #[derive(Serialize, Deserialize)]
    #[serde(try_from = "String", into = "String")]
    pub enum Field: name, label {
        /// The Kubernetes name without its prefix.
        Name = "name", "Name";
        /// The name that people see.
        DisplayName = "display_name", "Display Name";
        /// The type: Git dataset or image pull.
        Type = "type", "Type";
        /// The private key.
        Secret = "secret", "Secret";
        /// The passphrase of a key, which protects it until it is stored.
        Passphrase = "passphrase", "Passphrase";
        /// The repository that the key opens.
        Repository = "repository", "Test repository";
        /// The trusted keys of hosts.
        KnownHosts = "known_hosts", "Known hosts";
        /// The address of the registry.
        RegistryHost = "registry_host", "Registry Host";
        /// The username at the registry.
        Username = "username", "Username";
        /// The password or token of that account.
        Password = "password", "Password";
        /// The image that the account pulls.
        Image = "image", "Test image";
        /// The end of the value.
        ExpiresAt = "expires_at", "Expires";
        /// The number of days after which the value is to be renewed.
        RenewEveryDays = "renew_every_days", "Renew every";
        /// The choice to hand the value out no more once it is expired.
        StopWhenExpired = "stop_when_expired", "Stop handing out when expired";
        /// The branch of a dataset.
        Branch = "branch", "Branch";
        /// The secret that an image or a dataset is pulled with.
        PullSecret = "pull_secret", "Pull secret";
        /// The name, typed once more before an action that cannot be undone.
        Confirmation = "confirmation", "Name of the secret";
        /// The new password, typed again.
        RepeatPassword = "repeat_password", "Repeat password";
        /// The password that is to be replaced, or that proves a person's identity.
        CurrentPassword = "current_password", "Current password";
        /// The role of a user.
        Role = "role", "Role";
        /// The scope of a token.
        Scope = "scope", "Scope";
        /// The prefix of the names that a token is restricted to.
        Prefix = "prefix", "Only names that begin with";
        /// The secrets that a token is restricted to, one by one.
        Secrets = "secrets", "Only these secrets";
        /// The end of a token's validity.
        Expiry = "expiry", "Expires";
        /// The choice to revoke API tokens, too.
        RevokeTokens = "revoke_tokens", "Revoke API tokens";
        /// The address that a person is written to.
        MailAddress = "mail_address", "Mail address";
        /// The time zone of a person.
        TimeZone = "time_zone", "Time zone";
        /// The end of the hours in which a person is not written to.
        QuietTo = "quiet_to", "Quiet until";
        /// The form in which a channel gets notices.
        Preset = "preset", "Kind";
        /// The address of a channel.
        Url = "url", "Address";
        /// The channel of a rule.
        Channel = "channel", "Channel";
        /// The events of a rule.
        Events = "events", "Events";
        /// The types of secrets of a rule.
        Kinds = "types", "Types of secrets";
        /// The number of failed tests in a row after which a notice says so.
        Failures = "failures", "Failed tests in a row";
    }
}

impl From<Field> for String {
    fn from(field: Field) -> Self {
        field.name().to_owned()
    }
}

impl TryFrom<String> for Field {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a field")
    }
}

/// A field and its problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field.
    pub field: Field,
    /// The problem.
    pub problem: Problem,
}

impl FieldError {
    /// Returns a problem with a field.
    pub fn new(field: Field, problem: impl Into<Problem>) -> Self {
        Self { field, problem: problem.into() }
    }
}
