//! What the API sends. No type here can hold a value.

use backend::{AuditEntry, DeletedSecret, Stopped, TokenActor, TokenSummary};
use domain::{
    access::Restriction,
    check::{CheckReport, CheckState, Published, Refs, UnusedLine},
    page::{Position, SecretPage},
    secret::{KeyFacts, PendingKey, SecretDetails, SecretId, SecretKind, SecretSummary, StoredKey},
    time::Timestamp,
    usage::{SecretUsers, Usage, UsageKind, UsagePage},
};
use serde::Serialize;
use utoipa::ToSchema;

/// A secret, without its value.
#[derive(Debug, Serialize, ToSchema)]
pub struct Secret {
    /// `gitsync-secret-<name>` or `image-<name>`.
    #[schema(example = "image-hub")]
    id: String,
    /// `git-dataset` or `image-pull`.
    r#type: &'static str,
    /// Unique within its type.
    name: String,
    /// The name, where none was given.
    display_name: String,
    /// Image pull only.
    registry_host: Option<String>,
    /// Image pull only.
    username: Option<String>,
    /// The image that it is tried on.
    image: Option<String>,
    /// The repository that it is tried on.
    repository: Option<String>,
    /// Keys of hosts that are trusted, as in a `known_hosts` file. Handed out with the key.
    known_hosts: Option<String>,
    /// What is known of the key. Git dataset only.
    key: Option<Key>,
    /// A pair that waits to take its place.
    pending_key: Option<Key>,
    /// Whether it works, as far as is known.
    connection: Connection,
    /// The Kubernetes Secrets that it was imported from, as `namespace/name` or `name`: the first 100 of them.
    imported_from: Vec<String>,
    /// How many there were.
    imported_from_total: u32,
    /// Goes up by one with each change.
    version: i64,
    /// When it was added or last changed.
    updated_at: String,
    /// By whom.
    updated_by: String,
}

impl Secret {
    pub fn new(details: SecretDetails, state: CheckState) -> Self {
        let is_git = details.id.kind == SecretKind::GitDataset;
        let (repository, image) = if is_git { (details.target, None) } else { (None, details.target) };
        Self {
            r#type: details.id.kind.as_str(),
            name: details.id.name.as_str().to_owned(),
            id: details.id.to_string(),
            display_name: details.display_name,
            registry_host: details.registry_host,
            username: details.username,
            repository,
            image,
            known_hosts: is_git.then_some(details.known_hosts),
            key: match details.key {
                StoredKey::Known(facts) => Some(Key::from(facts)),
                StoredKey::Unknown | StoredKey::Unreadable => None,
            },
            pending_key: details.pending.map(|PendingKey { facts, .. }| Key::from(facts)),
            connection: Connection::from(state),
            imported_from: details.origins.places().to_vec(),
            imported_from_total: details.origins.total(),
            version: details.version,
            updated_at: details.updated_at.rfc3339(),
            updated_by: details.updated_by,
        }
    }
}

/// What adding a secret would come to.
#[derive(Debug, Serialize, ToSchema)]
pub struct WouldBeAdded {
    /// The id that it would have.
    #[schema(example = "image-hub")]
    id: String,
    /// What is known of the key. Git dataset only.
    key: Option<Key>,
}

impl WouldBeAdded {
    pub fn new(id: &SecretId, facts: Option<KeyFacts>) -> Self {
        Self { id: id.to_string(), key: facts.map(Key::from) }
    }
}

/// What is known of an SSH key.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "public_key is the field's own term")]
pub struct Key {
    /// Such as `ssh-ed25519`.
    algorithm: &'static str,
    /// Its size, as `ssh-keygen -l` prints it.
    bits: u32,
    /// As `ssh-keygen -l` prints it.
    fingerprint: String,
    /// What its maker noted.
    comment: String,
    /// A line of `authorized_keys`, to be registered as a deploy key.
    public_key: String,
}

impl From<KeyFacts> for Key {
    fn from(facts: KeyFacts) -> Self {
        Self {
            algorithm: facts.algorithm.as_str(),
            bits: facts.bits,
            public_key: facts.public_line(),
            fingerprint: facts.fingerprint,
            comment: facts.comment,
        }
    }
}

/// The last test of a secret's connection.
#[derive(Debug, Serialize, ToSchema)]
pub struct Connection {
    /// `works`, `open`, `refused`, `unreachable`, `host-key-changed` or `not-tested`.
    status: &'static str,
    /// Why: a word that stays the same.
    cause: &'static str,
    /// Why, in words, and what to do.
    detail: &'static str,
    /// When it was tested.
    tested_at: Option<String>,
    /// By whom.
    tested_by: Option<String>,
    /// The branch that a clone begins with.
    branch: Option<String>,
    /// How many branches, tags and other refs there are.
    refs: Option<u32>,
    /// Whether there are more refs than were counted.
    refs_truncated: Option<bool>,
    /// Whether HEAD names a branch that does not exist: a clone comes out empty.
    head_missing: Option<bool>,
}

impl From<CheckState> for Connection {
    fn from(state: CheckState) -> Self {
        let (tested_at, tested_by) = state.last.unzip();
        let Found { branch, refs, refs_truncated, head_missing } = state.refs.into();
        Self {
            status: state.cause.status().as_str(),
            cause: state.cause.as_str(),
            detail: state.cause.message(),
            tested_at: tested_at.map(Timestamp::rfc3339),
            tested_by,
            branch,
            refs,
            refs_truncated,
            head_missing,
        }
    }
}

fn unused(line: &UnusedLine) -> String {
    let hosts = line.hosts.as_deref().unwrap_or("a hashed name");
    format!("{hosts} ({})", line.why.description())
}

/// What was found in a repository, as the API tells it.
#[derive(Default)]
struct Found {
    branch: Option<String>,
    refs: Option<u32>,
    refs_truncated: Option<bool>,
    head_missing: Option<bool>,
}

impl From<Option<Refs>> for Found {
    fn from(refs: Option<Refs>) -> Self {
        let Some(Refs { branch, count, exact, headless }) = refs else { return Self::default() };
        Self { branch, refs: Some(count), refs_truncated: Some(!exact), head_missing: Some(headless) }
    }
}

/// What a test came to just now.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestResult {
    /// `works`, `open`, `refused`, `unreachable`, `host-key-changed` or `not-tested`.
    status: &'static str,
    /// Why: a word that stays the same.
    cause: &'static str,
    /// Why, in words, and what to do.
    detail: String,
    /// In how many seconds the host wants to be asked again, where it says so.
    retry_after: Option<u32>,
    /// The host that was asked.
    host: Option<String>,
    /// The port that was asked, of Git servers.
    port: Option<u16>,
    /// The address that may have been meant, where a port stands in the place of a folder: `host:2222/group/app`.
    address_hint: Option<String>,
    /// The lines of the known hosts that are not used, and why.
    known_hosts_unused: Vec<String>,
    /// The branch that a clone begins with.
    branch: Option<String>,
    /// How many branches, tags and other refs there are.
    refs: Option<u32>,
    /// Whether there are more refs than were counted.
    refs_truncated: Option<bool>,
    /// Whether HEAD names a branch that does not exist: a clone comes out empty.
    head_missing: Option<bool>,
    /// The host's keys, where they are to be approved or are not the known ones.
    host_keys: Vec<HostKey>,
}

/// A key with which a host proves who it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct HostKey {
    /// Such as `ssh-ed25519`.
    algorithm: String,
    /// As `ssh-keygen -l` prints it.
    fingerprint: String,
    /// The line of a `known_hosts` file. Added to the secret's `known_hosts`, it is trusted.
    line: String,
    /// Whether the host's operator publishes this key; null where nothing is known of that.
    published: Option<bool>,
}

impl From<CheckReport> for TestResult {
    fn from(report: CheckReport) -> Self {
        let detail = report.message();
        let Found { branch, refs, refs_truncated, head_missing } = report.refs.into();
        let host_keys = report.host_keys.into_iter().map(|key| HostKey {
            algorithm: key.algorithm,
            fingerprint: key.fingerprint,
            line: key.line,
            published: match key.published {
                Published::Unknown => None,
                Published::By(_) => Some(true),
                Published::Otherwise(_) => Some(false),
            },
        });
        Self {
            status: report.cause.status().as_str(),
            cause: report.cause.as_str(),
            detail,
            retry_after: report.retry_after,
            host: report.host,
            port: report.port,
            address_hint: report.hint,
            known_hosts_unused: report.unused.iter().map(unused).collect(),
            branch,
            refs,
            refs_truncated,
            head_missing,
            host_keys: host_keys.collect(),
        }
    }
}

/// A row of the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecretRow {
    /// `gitsync-secret-<name>` or `image-<name>`.
    id: String,
    /// `git-dataset` or `image-pull`.
    r#type: &'static str,
    /// Unique within its type.
    name: String,
    /// The name, where none was given.
    display_name: String,
    /// Image pull only.
    registry_host: Option<String>,
    /// The key's fingerprint. Git dataset only.
    fingerprint: Option<String>,
    /// `works`, `open`, `refused`, `unreachable`, `host-key-changed` or `not-tested`.
    status: &'static str,
    /// How many use it: images and datasets, and tokens that read it in the last 30 days.
    used_by: u32,
    /// When a token last read it, give or take a minute.
    last_used_at: Option<String>,
    /// When it was added or last changed.
    updated_at: String,
    /// By whom.
    updated_by: String,
}

impl From<SecretSummary> for SecretRow {
    fn from(row: SecretSummary) -> Self {
        Self {
            r#type: row.id.kind.as_str(),
            name: row.id.name.as_str().to_owned(),
            id: row.id.to_string(),
            display_name: row.display_name,
            registry_host: row.registry_host,
            fingerprint: row.key.map(|(_, fingerprint)| fingerprint),
            status: row.status.as_str(),
            used_by: row.used_by,
            last_used_at: row.last_used.map(Timestamp::rfc3339),
            updated_at: row.updated_at.rfc3339(),
            updated_by: row.updated_by,
        }
    }
}

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

impl From<SecretUsers> for Users {
    fn from(users: SecretUsers) -> Self {
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
