//! The context of a request: on whose behalf something is done.

use domain::{
    access::{Restriction, Role, TokenScope},
    language::Language,
    time::Timestamp,
};
use std::net::IpAddr;
use uuid::Uuid;

/// The context of a request, the first argument of every service method.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// The actor.
    pub actor: Actor,
    /// The id by which the log and the audit records name the request.
    pub request_id: String,
    /// The client's address, if known.
    pub address: Option<IpAddr>,
    /// The time of the request.
    pub now: Timestamp,
}

impl Ctx {
    /// The actor of commands that run beside the server, in audit records.
    pub const COMMAND_LINE: &str = "command line";

    /// Returns the context of the server itself, and of its command line.
    pub fn system(name: &'static str, now: Timestamp) -> Self {
        Self { actor: Actor::System(name), request_id: name.to_owned(), address: None, now }
    }
}

/// Whoever asks for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nobody that is known.
    Anonymous,
    /// A signed-in person.
    User(UserActor),
    /// A script with an API token.
    Token(TokenActor),
    /// The server itself, or whoever has its command line.
    System(&'static str),
}

/// A signed-in person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserActor {
    /// The id of the row in `users`.
    pub id: Uuid,
    /// The name, which no other user has or will ever have.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The id of the session, as in audit records.
    pub session: Uuid,
    /// The language that they have chosen for the pages, if any.
    pub language: Option<Language>,
}

/// A script with an API token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenActor {
    /// The public part of the token.
    pub id: String,
    /// The name that people gave it.
    pub name: String,
    /// The owner; `None` for a token of the command line.
    pub owner: Option<String>,
    /// The name of the actor, as `called_token` builds it from name and owner.
    pub called: String,
    /// The scope that it has now: no more than its owner may do.
    pub scope: TokenScope,
    /// The secrets for which it is valid.
    pub restriction: Restriction,
    /// The end of its validity.
    pub expires_at: Option<Timestamp>,
}

/// Returns how a token is stored and shown as an actor, so that no token is mistaken for a person, because whoever
/// creates it chooses its name.
pub fn called_token(name: &str, owner: Option<&str>) -> String {
    format!("token {name} of {}", owner.unwrap_or("the command line"))
}

impl Actor {
    /// Returns the name that is stored and shown.
    pub fn name(&self) -> &str {
        match self {
            Self::Anonymous => "anonymous",
            Self::User(user) => &user.name,
            Self::Token(token) => &token.called,
            Self::System(name) => name,
        }
    }

    /// Returns whether this is a user with this name.
    pub fn is_user_named(&self, name: &str) -> bool {
        matches!(self, Self::User(user) if user.name == name)
    }

    /// Returns the kind of actor that is stored.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::User(_) => "user",
            Self::Token(_) => "token",
            Self::System(_) => "system",
        }
    }

    /// Returns the id of the session or token.
    pub(crate) fn credential(&self) -> Option<String> {
        match self {
            Self::User(user) => Some(user.session.to_string()),
            Self::Token(token) => Some(token.id.clone()),
            Self::Anonymous | Self::System(_) => None,
        }
    }
}

domain::coded_enum! {
    /// An action that is asked for, as far as rights go. The code is stored in records of forbidden attempts and hashed into
    /// the chain: it never changes.
    pub enum Action: code {
        /// See secrets, without values.
        ReadSecrets = "see secrets";
        /// Add, change and delete secrets.
        WriteSecrets = "change secrets";
        /// Read a value.
        ReadValues = "take values out";
        /// Manage one's own password, sessions and tokens.
        OwnAccount = "manage own account";
        /// See, add and change users, and end their sessions.
        ManageUsers = "manage users";
        /// See and revoke everybody's tokens.
        ManageTokens = "manage tokens";
        /// See everybody's API tokens.
        ReadTokens = "see everybody's tokens";
        /// See the whole audit log.
        ReadAudit = "read the audit log";
        /// Rotate the key encryption keys.
        ManageKeys = "manage keys";
        /// Note facts about the portal as a whole.
        ManagePortal = "manage the portal";
        /// Manage channels, rules and deliveries of notices.
        ManageNotices = "manage notifications";
    }
}
