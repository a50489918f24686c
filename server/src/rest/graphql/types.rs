//! The reference's types. No type of an answer can hold a value.

use async_graphql::{
    Enum, ID, InputObject, InputType, InputValueError, InputValueResult, SimpleObject, Value,
    registry::Registry,
};
use domain::{
    secret::{Dates, SecretDetails, SecretId, SecretKind, SecretSummary},
    sensitive::Sensitive,
    time::Timestamp,
};
use std::borrow::Cow;

/// The text in place of a value. Sent back, it means the stored value.
const MASK: &str = "******";

/// What kind of secret.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(rename_items = "lowercase")]
pub(super) enum SecretType {
    /// Git dataset: an SSH private key.
    Opaque,
    /// Image pull: an account at an image registry.
    Kubernetes,
}

impl From<SecretKind> for SecretType {
    fn from(kind: SecretKind) -> Self {
        match kind {
            SecretKind::GitDataset => Self::Opaque,
            SecretKind::ImagePull => Self::Kubernetes,
        }
    }
}

impl From<SecretType> for SecretKind {
    fn from(kind: SecretType) -> Self {
        match kind {
            SecretType::Opaque => Self::GitDataset,
            SecretType::Kubernetes => Self::ImagePull,
        }
    }
}

/// A secret. Where a value is stored, its field is `******`.
#[derive(SimpleObject)]
#[expect(clippy::struct_field_names, reason = "the reference's name of the field")]
pub(super) struct Secret {
    /// `gitsync-secret-<name>` or `image-<name>`.
    id: ID,
    #[graphql(name = "type")]
    kind: SecretType,
    /// Unique within its type.
    name: String,
    /// The name, where none was given.
    display_name: Option<String>,
    /// `******` or null.
    secret: Option<&'static str>,
    registry_host: Option<String>,
    username: Option<String>,
    /// `******` or null.
    password: Option<&'static str>,
    /// When the value expires.
    expires_at: Option<String>,
    /// After how many days the value is to be renewed.
    renew_every_days: Option<u16>,
    /// Since when, or from when on, it is to be renewed.
    renewal_due_at: Option<String>,
    /// Whether the value is handed out no more once it has expired.
    stop_when_expired: bool,
}

impl Secret {
    fn new(
        id: &SecretId,
        display_name: String,
        account: (Option<String>, Option<String>),
        dates: Option<Dates>,
    ) -> Self {
        let masked = |kind: SecretKind| (id.kind == kind).then_some(MASK);
        Self {
            id: ID(id.to_string()),
            kind: id.kind.into(),
            name: id.name.as_str().to_owned(),
            display_name: Some(display_name),
            secret: masked(SecretKind::GitDataset),
            registry_host: account.0,
            username: account.1,
            password: masked(SecretKind::ImagePull),
            expires_at: dates.and_then(|dates| dates.expires_at).map(Timestamp::rfc3339),
            renew_every_days: dates.and_then(|dates| dates.renew_every_days),
            renewal_due_at: dates.and_then(|dates| dates.renewal_due_at()).map(Timestamp::rfc3339),
            stop_when_expired: dates.is_some_and(|dates| dates.stop_when_expired),
        }
    }

    /// Returns a secret that was just deleted.
    pub(super) fn deleted(id: &SecretId, display_name: String) -> Self {
        Self { secret: None, password: None, ..Self::new(id, display_name, (None, None), None) }
    }
}

impl From<SecretDetails> for Secret {
    fn from(details: SecretDetails) -> Self {
        let account = (details.registry_host, details.username);
        Self::new(&details.id, details.display_name, account, Some(details.dates))
    }
}

impl From<SecretSummary> for Secret {
    fn from(row: SecretSummary) -> Self {
        Self::new(&row.id, row.display_name, (row.registry_host, row.username), Some(row.dates))
    }
}

/// A row of a list.
#[derive(SimpleObject)]
pub(super) struct SecretEdge {
    pub(super) node: Secret,
    /// To be sent as `after`.
    pub(super) cursor: String,
}

/// Where in the list the rows stand.
#[derive(SimpleObject)]
pub(super) struct PageInfo {
    /// Where a page was asked for.
    pub(super) current_page: Option<u32>,
    /// Of ten rows each. Null where a search finds so many that they were not counted.
    pub(super) total_page: Option<u64>,
    pub(super) has_next_page: bool,
    pub(super) has_previous_page: bool,
    pub(super) start_cursor: Option<String>,
    pub(super) end_cursor: Option<String>,
}

/// A part of the list.
#[derive(SimpleObject)]
pub(super) struct SecretConnection {
    pub(super) page_info: PageInfo,
    pub(super) edges: Vec<SecretEdge>,
}

/// The text of a value: a `String` for its sender, and never shown on this side.
pub(super) struct Text(Sensitive);

impl InputType for Text {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <String as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            Some(Value::String(text)) => Ok(Self(Sensitive::new(text))),
            _ => Err(InputValueError::custom("a value is a text")),
        }
    }

    /// Used for defaults only, which values do not have.
    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// Which secret.
#[derive(InputObject)]
pub(super) struct SecretWhereUniqueInput {
    pub(super) id: ID,
}

/// Which secrets.
#[derive(InputObject, Default)]
pub(super) struct SecretWhereInput {
    pub(super) id: Option<ID>,
    /// Words that name, display name, id, registry host, username, repository or fingerprint contain; at most 200 characters.
    pub(super) search: Option<String>,
    /// Only those that wait for a person: for `approval`, `test`, `switch`, `renewal` or `review`, as in the API.
    pub(super) needs: Option<String>,
    /// Only those that have `expired`, or expire within `7`, `30` or `90` days.
    pub(super) expires: Option<String>,
    /// Image pull only.
    pub(super) if_docker_config_json: Option<bool>,
}

/// Which end comes first.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(rename_items = "lowercase")]
pub(super) enum OrderDirection {
    Asc,
    Desc,
}

/// By what the list is sorted; by name, where nothing is said.
#[derive(InputObject, Default)]
pub(super) struct SecretOrderByInput {
    pub(super) name: Option<OrderDirection>,
    pub(super) display_name: Option<OrderDirection>,
    #[graphql(name = "type")]
    pub(super) kind: Option<OrderDirection>,
    /// The next end first with `asc`; secrets without an end come last.
    pub(super) expires_at: Option<OrderDirection>,
}

/// A secret that is to be added.
#[derive(InputObject)]
pub(super) struct SecretCreateInput {
    /// Unique within its type: lower case letters, digits, `-` and `.`.
    pub(super) name: String,
    /// `opaque` where it is left out.
    #[graphql(name = "type")]
    pub(super) kind: Option<SecretType>,
    /// What people see; the name where it is left out.
    pub(super) display_name: Option<String>,
    /// `opaque`: an SSH private key.
    pub(super) secret: Option<Text>,
    /// `kubernetes`: where the registry is.
    pub(super) registry_host: Option<String>,
    /// `kubernetes`: the account there.
    pub(super) username: Option<String>,
    /// `kubernetes`: its password or token.
    pub(super) password: Option<Text>,
    /// `kubernetes`: what becomes of line breaks, blanks and invisible characters at the ends of the password: `keep` or
    /// `without`.
    pub(super) password_ends: Option<String>,
    /// When the value expires: a time (RFC 3339), or a day, for its end in UTC.
    pub(super) expires_at: Option<String>,
    /// After how many days the value is to be renewed, 1 to 3650.
    pub(super) renew_every_days: Option<u32>,
    /// Whether the value is handed out no more once it has expired.
    #[graphql(default)]
    pub(super) stop_when_expired: bool,
    /// Save it although another secret holds the same key or account.
    #[graphql(default)]
    pub(super) allow_duplicate: bool,
    /// The older name of `allowDuplicate`.
    #[graphql(default, deprecation = "Send allowDuplicate.")]
    pub(super) knowingly: bool,
}

/// A change. What is left out, null or a mask stays as it is.
#[derive(InputObject)]
pub(super) struct SecretUpdateInput {
    /// What people see; an empty text makes it the name.
    pub(super) display_name: Option<String>,
    /// As it is: it cannot be changed.
    #[graphql(name = "type")]
    pub(super) kind: Option<SecretType>,
    /// `opaque`: a new SSH private key.
    pub(super) secret: Option<Text>,
    /// `kubernetes`: where the registry is.
    pub(super) registry_host: Option<String>,
    /// `kubernetes`: the account there.
    pub(super) username: Option<String>,
    /// `kubernetes`: its new password or token.
    pub(super) password: Option<Text>,
    /// `kubernetes`: what becomes of line breaks, blanks and invisible characters at the ends of the password: `keep` or
    /// `without`.
    pub(super) password_ends: Option<String>,
    /// When the value expires: a time (RFC 3339), or a day, for its end in UTC; an empty text for no end.
    pub(super) expires_at: Option<String>,
    /// After how many days the value is to be renewed, 1 to 3650; 0 for never.
    pub(super) renew_every_days: Option<u32>,
    /// Whether the value is handed out no more once it has expired.
    pub(super) stop_when_expired: Option<bool>,
    /// Save it although another secret holds the same key or account.
    #[graphql(default)]
    pub(super) allow_duplicate: bool,
    /// The older name of `allowDuplicate`.
    #[graphql(default, deprecation = "Send allowDuplicate.")]
    pub(super) knowingly: bool,
}

/// Returns the value, if one was sent.
pub(super) fn sent(value: Option<Text>) -> Option<Sensitive> {
    value.map(|Text(text)| text).filter(|text| !text.is_empty() && text.expose() != MASK)
}
