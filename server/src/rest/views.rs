//! The answers of the API that the command line does not read; `api_types` has the others. No type here can hold a value.

use api_types::SecretRow;
use backend::{AuditEntry, DeletedSecret, Stopped, TokenActor, TokenSummary};
use domain::{
    access::Restriction,
    page::{Position, SecretPage},
    time::Timestamp,
    usage::{SecretConsumers, Usage, UsageKind, UsagePage},
};
use serde::Serialize;
use utoipa::ToSchema;

/// One page of the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecretList {
    /// In the order that was asked for.
    items: Vec<SecretRow>,
    /// How many there are on all pages.
    total: u64,
    /// False where counting stopped, and there are more.
    total_is_exact: bool,
    /// What to send as `after` for the next page; null on the last.
    next: Option<String>,
    /// What to send as `before` for the previous page; null on the first.
    previous: Option<String>,
}

impl From<SecretPage> for SecretList {
    fn from(page: SecretPage) -> Self {
        Self {
            items: page.rows.into_iter().map(SecretRow::from).collect(),
            total: page.total.count,
            total_is_exact: page.total.exact,
            next: page.next.map(|cursor| Position::After(cursor).text()),
            previous: page.previous.map(|cursor| Position::Before(cursor).text()),
        }
    }
}

/// The token that is asked with.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// Always `token`.
    kind: &'static str,
    #[serde(flatten)]
    token: TokenFacts,
}

/// What a token is good for.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenFacts {
    /// The part of the token that is no secret.
    id: String,
    /// What people call it.
    name: String,
    /// Whose it is; null for one of the command line.
    owner: Option<String>,
    /// `read-metadata`, `read-values`, `write` or `read-audit`.
    scope: &'static str,
    /// Only secrets whose name begins so.
    name_prefix: Option<String>,
    /// Only these secrets.
    secrets: Option<Vec<String>>,
    /// Until when it is good; null until it is revoked.
    expires_at: Option<String>,
}

fn restriction(restriction: &Restriction) -> (Option<String>, Option<Vec<String>>) {
    match restriction {
        Restriction::None => (None, None),
        Restriction::Prefix(prefix) => (Some(prefix.clone()), None),
        Restriction::Secrets(ids) => (None, Some(ids.iter().map(ToString::to_string).collect())),
    }
}

impl From<&TokenActor> for Me {
    fn from(token: &TokenActor) -> Self {
        let (name_prefix, secrets) = restriction(&token.restriction);
        let token = TokenFacts {
            id: token.id.clone(),
            name: token.name.clone(),
            owner: token.owner.clone(),
            scope: token.scope.as_str(),
            name_prefix,
            secrets,
            expires_at: token.expires_at.map(Timestamp::rfc3339),
        };
        Self { kind: "token", token }
    }
}

/// A token, as everybody's are listed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    #[serde(flatten)]
    facts: TokenFacts,
    /// By whom it was made.
    created_by: String,
    /// When.
    created_at: String,
    /// When it was used last, give or take a minute.
    used_at: Option<String>,
    /// When it was revoked.
    revoked_at: Option<String>,
    /// Why it is refused at the moment, because of its person: `owner-disabled`, `owner-suspended` or `owner-not-signed-in`.
    stopped: Option<&'static str>,
    /// When it is refused unless its person signs in at the provider before.
    ends_without_sign_in: Option<String>,
}

impl From<TokenSummary> for Token {
    fn from(token: TokenSummary) -> Self {
        let (name_prefix, secrets) = restriction(&token.restriction);
        Self {
            created_by: token.created_by,
            created_at: token.created_at.rfc3339(),
            used_at: token.used_at.map(Timestamp::rfc3339),
            revoked_at: token.revoked_at.map(Timestamp::rfc3339),
            stopped: token.stopped.map(Stopped::as_str),
            ends_without_sign_in: token.ends_without_sign_in.map(Timestamp::rfc3339),
            facts: TokenFacts {
                id: token.id,
                name: token.name,
                owner: token.owner,
                scope: token.scope.as_str(),
                name_prefix,
                secrets,
                expires_at: token.expires_at.map(Timestamp::rfc3339),
            },
        }
    }
}

/// One page of tokens, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenList {
    pub items: Vec<Token>,
    /// What to send as `after` for the next page; null on the last.
    pub next: Option<String>,
}

/// One audit record.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditItem {
    /// Its number in the chain.
    id: i64,
    at: String,
    /// `user`, `token`, `system` or `anonymous`.
    actor_kind: String,
    actor: String,
    /// The id of the session or token that was used.
    credential: Option<String>,
    address: Option<String>,
    request_id: String,
    action: String,
    /// The id of a secret, the name of a user, the id of a token.
    object: String,
    outcome: String,
    /// The names of the fields that were changed.
    fields: Vec<String>,
    /// SHA-256 over this record and the hash before.
    hash: String,
}

impl From<AuditEntry> for AuditItem {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at.rfc3339(),
            actor_kind: entry.actor_kind,
            actor: entry.actor,
            credential: entry.credential,
            address: entry.address,
            request_id: entry.request_id,
            action: entry.action,
            object: entry.object,
            outcome: entry.outcome,
            fields: entry.fields,
            hash: entry.hash,
        }
    }
}

/// One page of audit records, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditList {
    pub items: Vec<AuditItem>,
    /// What to send as `older_than` for the next page; null on the last.
    pub next: Option<i64>,
}

/// An image or a dataset.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageItem {
    /// `image` or `dataset`.
    kind: &'static str,
    name: String,
    /// Of an image: where it is pulled from.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    /// Of a dataset: its Git address.
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<String>,
    /// Of a dataset: the branch; null for the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    /// The id of the secret that it uses.
    pull_secret: Option<String>,
    /// That secret was deleted, and pulls nothing any more.
    pull_secret_is_deleted: bool,
    /// Goes up by one with each change.
    version: i64,
    updated_at: String,
    updated_by: String,
}

impl From<Usage> for UsageItem {
    fn from(usage: Usage) -> Self {
        let (image, repository) = match usage.kind {
            UsageKind::Image => (Some(usage.target), None),
            UsageKind::Dataset => (None, Some(usage.target)),
        };
        Self {
            kind: usage.kind.as_str(),
            name: usage.name.as_str().to_owned(),
            image,
            repository,
            branch: usage.branch,
            pull_secret_is_deleted: usage.secret.as_ref().is_some_and(|secret| secret.deleted),
            pull_secret: usage.secret.map(|secret| secret.id.to_string()),
            version: usage.version,
            updated_at: usage.updated_at.rfc3339(),
            updated_by: usage.updated_by,
        }
    }
}

/// One page of images or datasets, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageList {
    items: Vec<UsageItem>,
    /// What to send as `after` for the next page; null on the last.
    next: Option<String>,
}

impl From<UsagePage> for UsageList {
    fn from(page: UsagePage) -> Self {
        Self {
            items: page.rows.into_iter().map(UsageItem::from).collect(),
            next: page.next.map(|name| name.as_str().to_owned()),
        }
    }
}

/// Who uses a secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Users {
    /// Images and datasets, by name; at most 50.
    usages: Vec<UserOfSecret>,
    /// How many there are.
    usage_count: u32,
    /// Tokens that took the value out in the last 30 days, the latest first; at most 50.
    readers: Vec<ReaderItem>,
    /// How many there are.
    reader_count: u32,
}

/// An image or a dataset that uses a secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserOfSecret {
    /// `image` or `dataset`.
    kind: &'static str,
    name: String,
}

/// A token that took a value out.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReaderItem {
    /// The part of the token that is no secret.
    token: String,
    /// What people call it.
    name: String,
    /// Whose it is; null for one of the command line.
    owner: Option<String>,
    /// The last time.
    last_read_at: String,
    /// How often in the last 30 days.
    reads: u64,
    /// It can do so no more.
    revoked: bool,
}

impl From<SecretConsumers> for Users {
    fn from(users: SecretConsumers) -> Self {
        let usages = users.usages.into_iter();
        let readers = users.readers.into_iter();
        Self {
            usages: usages
                .map(|(kind, name)| UserOfSecret { kind: kind.as_str(), name: name.as_str().to_owned() })
                .collect(),
            usage_count: users.usage_count,
            readers: readers
                .map(|reader| ReaderItem {
                    token: reader.id,
                    name: reader.name,
                    owner: reader.owner,
                    last_read_at: reader.last_read_at.rfc3339(),
                    reads: reader.reads,
                    revoked: reader.revoked,
                })
                .collect(),
            reader_count: users.reader_count,
        }
    }
}

/// A deleted secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletedItem {
    /// Tells it from others that had the same name.
    row: String,
    /// What it was, and is when it is restored.
    id: String,
    display_name: String,
    deleted_at: String,
    deleted_by: String,
    /// When it is removed for good.
    kept_until: String,
    /// How many images or datasets still point to it.
    usage_count: u32,
}

impl From<DeletedSecret> for DeletedItem {
    fn from(secret: DeletedSecret) -> Self {
        Self {
            row: secret.row.to_string(),
            id: secret.id.to_string(),
            display_name: secret.display_name,
            deleted_at: secret.deleted_at.rfc3339(),
            deleted_by: secret.deleted_by,
            kept_until: secret.until.rfc3339(),
            usage_count: secret.usage_count,
        }
    }
}

/// One page of deleted secrets, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletedList {
    pub items: Vec<DeletedItem>,
    /// What to send as `after` for the next page; null on the last.
    pub next: Option<String>,
}
