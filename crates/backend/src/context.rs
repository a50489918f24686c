//! On whose behalf something is done.

use domain::{
    access::{Restriction, Role, TokenScope},
    time::Timestamp,
};
use std::net::IpAddr;
use uuid::Uuid;

/// Goes first into every method of a service.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Who asks.
    pub actor: Actor,
    /// Under which the log and the audit records name the request.
    pub request_id: String,
    /// From where, where that is known.
    pub address: Option<IpAddr>,
    /// When the request came in.
    pub now: Timestamp,
}

impl Ctx {
    /// For what the server does by itself, and for its command line.
    pub fn system(name: &'static str, now: Timestamp) -> Self {
        Self { actor: Actor::System(name), request_id: name.to_owned(), address: None, now }
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nobody that is known.
    Anonymous,
    /// A person who has signed in.
    User(UserActor),
    /// A script with an API token.
    Token(TokenActor),
    /// The server itself, or whoever has its command line.
    System(&'static str),
}

/// A person who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserActor {
    /// The row in `users`.
    pub id: Uuid,
    /// The name, which no other user has or will have.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The session, by which audit records name it.
    pub session: Uuid,
}

/// A script with an API token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenActor {
    /// The part of the token that is no secret.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whose it is; `None` for one of the command line.
    pub owner: Option<String>,
    /// As `called_token` puts name and owner: as what it acts.
    pub called: String,
    /// What it allows now: no more than its owner may.
    pub scope: TokenScope,
    /// With which secrets.
    pub restriction: Restriction,
    /// Until when.
    pub expires_at: Option<Timestamp>,
}

/// Returns how a token is stored and shown wherever it acted, so that none is taken for a person: whoever makes it chooses its
/// name.
pub fn called_token(name: &str, owner: Option<&str>) -> String {
    format!("token {name} of {}", owner.unwrap_or("the command line"))
}

impl Actor {
    /// By what it is stored and shown.
    pub fn name(&self) -> &str {
        match self {
            Self::Anonymous => "anonymous",
            Self::User(user) => &user.name,
            Self::Token(token) => &token.called,
            Self::System(name) => name,
        }
    }

    /// Which sort of actor it is, as it is stored.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::User(_) => "user",
            Self::Token(_) => "token",
            Self::System(_) => "system",
        }
    }

    /// The id of the session or token.
    pub(crate) fn credential(&self) -> Option<String> {
        match self {
            Self::User(user) => Some(user.session.to_string()),
            Self::Token(token) => Some(token.id.clone()),
            Self::Anonymous | Self::System(_) => None,
        }
    }
}

domain::coded_enum! {
    /// What is asked for, as far as rights go. The code is stored in records of refusals and hashed into the chain: it never
    /// changes.
    pub enum Action: code, label {
        /// See secrets, without values.
        ReadSecrets = "see secrets", "see secrets";
        /// Add, change and delete secrets.
        WriteSecrets = "change secrets", "change secrets";
        /// Take a value out.
        ReadValues = "take values out", "take values out";
        /// Look after one's own password, sessions and tokens.
        OwnAccount = "manage own account", "manage own account";
        /// See, add and change users, and end their sessions.
        ManageUsers = "manage users", "manage users";
        /// See and revoke everybody's tokens.
        ManageTokens = "manage tokens", "manage tokens";
        /// See everybody's API tokens.
        ReadTokens = "see everybody's tokens", "see everybody's tokens";
        /// See the whole audit log.
        ReadAudit = "read the audit log", "read the audit log";
        /// Rotate the key encryption keys.
        ManageKeys = "manage keys", "manage keys";
    }
}
