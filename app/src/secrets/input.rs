//! The fields of a form, and those that may be sent back.

use crate::error::ApiError;
#[cfg(feature = "ssr")]
use domain::{
    connection_test::KnownHosts,
    secret::{NewSshKeyKind, SecretDetails},
};
use domain::{
    error::Error,
    secret::{RegistryHost, SecretDraft, SecretId, SecretKind},
    sensitive::Sensitive,
};
use serde::{Deserialize, Serialize};

/// The value of `way` with which the portal generates the key.
#[cfg(feature = "ssr")]
pub const GENERATE: &str = "generate";

/// The submission of an Edit form that asks for a new password, and the parameter of its page's address.
#[cfg(feature = "ssr")]
pub const ROTATE: &str = "rotate";

/// The fields of the Add and Edit forms, as typed. Plain forms and server functions send the same.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecretInput {
    pub name: String,
    pub display_name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub secret: Sensitive,
    /// The passphrase of the key, if it has one.
    pub passphrase: Sensitive,
    pub registry_host: String,
    /// The host of the registry that was chosen from the list, used if the host was left empty.
    pub registry: String,
    pub username: String,
    pub password: Sensitive,
    /// The choice for invisible characters at the password's ends, if there are any.
    pub password_ends: String,
    /// Not empty if the secret is to be saved although another one holds the same.
    #[serde(alias = "knowingly", skip_serializing_if = "String::is_empty")]
    pub allow_duplicate: String,
    /// The way in which the key of a Git dataset comes, where the form offers several: `paste`, `file` or `generate`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub way: String,
    /// The kind of key to generate; empty for none.
    pub generate: String,
    pub repository: String,
    pub known_hosts: String,
    /// Lines of known hosts that were shown after a test, and approved.
    pub approved_hosts: String,
    pub image: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expires_at: String,
    /// The zone of the day: its minutes east of UTC.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expires_zone: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub renew_every_days: String,
    /// Not empty if the value is not handed out any more once it is expired.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stop_when_expired: String,
    /// The result of a test of this form, signed by the server.
    pub tested: String,
    /// The submission, which the server adds to the Add form: the same form sent twice is saved once. Of the Edit form `ROTATE`,
    /// if it asks for a new password.
    pub submission: String,
    /// The version that the Edit form was opened with.
    pub version: String,
    /// The version that is overwritten on request, if the secret has changed since.
    pub overwrite: String,
}

impl SecretInput {
    /// Returns the draft for the rules of `domain`.
    pub fn draft(&self) -> SecretDraft {
        let draft = SecretDraft {
            name: self.name.clone(),
            display_name: self.display_name.clone(),
            kind: self.kind.clone(),
            private_key: self.secret.clone(),
            passphrase: self.passphrase.clone(),
            registry_host: self.host().to_owned(),
            username: self.username.clone(),
            password: self.password.clone(),
            password_ends: self.password_ends.clone(),
            allow_duplicate: self.allow_duplicate.clone(),
            ..SecretDraft::default()
        };
        // The browser leaves the rules of these fields to the server.
        #[cfg(feature = "ssr")]
        let draft = SecretDraft {
            repository: self.repository.clone(),
            known_hosts: self.known_hosts.clone(),
            approved_hosts: self.approved_hosts.clone(),
            image: self.image.clone(),
            expires_at: self.expires_at.clone(),
            expires_zone: self.expires_zone.clone(),
            renew_every_days: self.renew_every_days.clone(),
            stop_when_expired: self.stop_when_expired.clone(),
            ..draft
        };
        draft
    }

    /// Returns the code of the kind of key that is to be generated, if one is: a form that offers several ways sends the kind
    /// in any case.
    #[cfg(feature = "ssr")]
    pub fn key_to_generate(&self) -> Option<&str> {
        let wanted = match self.way.as_str() {
            "" => true,
            way => way == GENERATE && SecretKind::parse(&self.kind) == Some(SecretKind::GitDataset),
        };
        (wanted && !self.generate.is_empty()).then_some(self.generate.as_str())
    }

    fn host(&self) -> &str {
        if self.registry_host.trim().is_empty() { &self.registry } else { &self.registry_host }
    }

    /// Returns the fields that may be shown again: everything but values.
    #[cfg(feature = "ssr")]
    pub fn typed(&self) -> Typed {
        Typed {
            name: self.name.clone(),
            display_name: self.display_name.clone(),
            // Any other type was not chosen but made up, and is not repeated.
            kind: SecretKind::parse(&self.kind).map_or("", SecretKind::as_str).to_owned(),
            way: self.way.clone(),
            generate: NewSshKeyKind::parse(&self.generate).map_or("", NewSshKeyKind::as_str).to_owned(),
            registry_host: self.host().to_owned(),
            username: self.username.clone(),
            repository: self.repository.clone(),
            known_hosts: self.hosts(),
            image: self.image.clone(),
            expires_at: self.expires_at.clone(),
            expires_zone: self.expires_zone.clone(),
            renew_every_days: self.renew_every_days.clone(),
            stop_when_expired: self.stop_when_expired.clone(),
            tested: self.tested.clone(),
            submission: self.submission.clone(),
            version: self.version.clone(),
        }
    }

    /// Returns the known hosts, with those that were approved; as typed if they are invalid.
    #[cfg(feature = "ssr")]
    fn hosts(&self) -> String {
        KnownHosts::parse(&self.known_hosts, &self.approved_hosts)
            .map_or_else(|_| self.known_hosts.clone(), |hosts| hosts.as_str().to_owned())
    }

    /// Returns whether a value was typed, which is not sent back.
    #[cfg(feature = "ssr")]
    pub fn has_value(&self) -> bool {
        !(self.secret.is_empty() && self.password.is_empty())
    }

    /// Returns whether this form asks for a new password, and has none.
    #[cfg(feature = "ssr")]
    pub fn lacks_new_password(&self) -> bool {
        self.submission == ROTATE && self.password.is_empty()
    }

    /// Returns the version that this form may replace.
    pub fn expected_version(&self) -> Result<i64, Error> {
        let text = if self.overwrite.is_empty() { &self.version } else { &self.overwrite };
        text.parse().map_err(|_| Error::BadRequest)
    }

    /// Returns the registry host in stored form, if that differs from what was typed.
    pub fn corrected_host(&self, kind: SecretKind) -> Option<String> {
        if kind != SecretKind::ImagePull {
            return None;
        }
        let normalized = RegistryHost::parse(&self.registry_host).ok()?;
        (normalized.host.as_str() != self.registry_host).then(|| normalized.host.as_str().to_owned())
    }
}

/// The fields of a form besides values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Typed {
    pub name: String,
    pub display_name: String,
    pub kind: String,
    pub registry_host: String,
    pub username: String,
    /// The way in which the key comes, not in any island, like the next nine: the browser ignores them.
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    pub way: String,
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    pub generate: String,
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    pub repository: String,
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    pub known_hosts: String,
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    pub image: String,
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    pub expires_at: String,
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    pub expires_zone: String,
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    pub renew_every_days: String,
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    pub stop_when_expired: String,
    /// The ticket of the last test, which a rejected form keeps.
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    pub tested: String,
    /// The submission, unchanged: a rejected form is still the same form, begun with the same version.
    pub submission: String,
    pub version: String,
}

#[cfg(feature = "ssr")]
impl Typed {
    /// Returns whether the form asks for a new password.
    pub fn rotates(&self) -> bool {
        self.submission == ROTATE
    }

    /// Returns the content of the Edit form at first.
    pub fn stored(details: &SecretDetails) -> Self {
        Self {
            name: details.id.name.as_str().to_owned(),
            display_name: details.display_name.clone(),
            kind: details.id.kind.as_str().to_owned(),
            registry_host: details.registry_host.clone().unwrap_or_default(),
            username: details.username.clone().unwrap_or_default(),
            version: details.version.to_string(),
            ..Self::default()
        }
    }
}

/// A plain form that was rejected: the typed fields and the reason, for the page that is sent in answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RejectedForm {
    pub typed: Typed,
    /// The reason; `None` if the form was only tested.
    pub error: Option<ApiError>,
    /// Whether a value was typed, which is not sent back and must be typed again.
    pub value_dropped: bool,
}

/// The answer to a form, for the page that shows the form again.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug)]
pub struct Returned {
    pub form: RejectedForm,
    /// The result of a test of the form, as HTML.
    pub tested: Option<String>,
}

/// An edit of one secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretEdit {
    pub id: SecretId,
    pub form: SecretInput,
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn key_to_generate_follows_the_way_and_the_type() {
        let input = |way: &str, kind: &str, generate: &str| SecretInput {
            way: way.to_owned(),
            kind: kind.to_owned(),
            generate: generate.to_owned(),
            ..SecretInput::default()
        };
        for (way, kind, generate, wanted) in [
            ("", "git-dataset", "", None),
            ("", "git-dataset", "ed25519", Some("ed25519")),
            ("generate", "git-dataset", "rsa-4096", Some("rsa-4096")),
            ("generate", "image-pull", "ed25519", None),
            ("paste", "git-dataset", "ed25519", None),
            ("file", "git-dataset", "ed25519", None),
        ] {
            assert_eq!(input(way, kind, generate).key_to_generate(), wanted, "{way} {kind} {generate}");
        }
    }
}
