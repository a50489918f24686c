//! Everybody's tokens by the API, for whoever audits them.

use super::{Answer, Caller, json, query::Query};
use axum::extract::RawQuery;
use backend::{Stopped, TokenSummary};
use domain::{
    access::{Restriction, TokenScope},
    time::Timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

/// What a token is good for.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenFacts {
    /// The part of the token that is no secret.
    id: String,
    /// What people call it.
    name: String,
    /// Whose it is; null for one of the command line.
    owner: Option<String>,
    /// `read-metadata`, `read-values`, `write`, `read-audit` or `manage-notifications`.
    scope: &'static str,
    /// Only secrets whose name begins so.
    name_prefix: Option<String>,
    /// Only these secrets.
    secrets: Option<Vec<String>>,
    /// Until when it is good; null until it is revoked.
    expires_at: Option<String>,
}

impl TokenFacts {
    /// Returns the facts of the token with this id.
    pub(super) fn new(
        id: String,
        name: String,
        owner: Option<String>,
        scope: TokenScope,
        restriction: &Restriction,
        expires_at: Option<Timestamp>,
    ) -> Self {
        let (name_prefix, secrets) = match restriction {
            Restriction::None => (None, None),
            Restriction::Prefix(prefix) => (Some(prefix.clone()), None),
            Restriction::Secrets(ids) => (None, Some(ids.iter().map(ToString::to_string).collect())),
        };
        let expires_at = expires_at.map(Timestamp::rfc3339);
        Self { id, name, owner, scope: scope.as_str(), name_prefix, secrets, expires_at }
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
        let TokenSummary { id, name, owner, scope, restriction, expires_at, .. } = token;
        Self {
            facts: TokenFacts::new(id, name, owner, scope, &restriction, expires_at),
            created_by: token.created_by,
            created_at: token.created_at.rfc3339(),
            used_at: token.used_at.map(Timestamp::rfc3339),
            revoked_at: token.revoked_at.map(Timestamp::rfc3339),
            stopped: token.stopped.map(Stopped::as_str),
            ends_without_sign_in: token.ends_without_sign_in.map(Timestamp::rfc3339),
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

/// List everyone's tokens, newest first
///
/// Needs a token with the scope `read-audit`.
#[utoipa::path(
    get, path = "/api/v1/tokens", tag = "Tokens", operation_id = "list_tokens",
    params(("after" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, description = "One page", body = TokenList)),
)]
pub async fn list(caller: Caller, RawQuery(query): RawQuery) -> Answer {
    let query = Query::read(query.as_deref(), &["after"])?;
    let beyond = query.parse("after", read_cursor, "Send what the page before says in next.")?;
    let beyond = beyond.as_ref().map(|(at, id)| (*at, id.as_str()));
    let page = caller.backend.tokens().list(&caller.ctx, true, beyond).await?;
    let last = page.tokens.last().filter(|_| page.more);
    let next = last.map(|token| format!("{}~{}", token.created_at.micros(), token.id));
    Ok(json(TokenList { items: page.tokens.into_iter().map(Token::from).collect(), next }))
}

fn read_cursor(text: &str) -> Option<(Timestamp, String)> {
    let (at, id) = text.split_once('~')?;
    let at = Timestamp::parse_micros(at)?;
    let is_id = id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| (at, id.to_owned()))
}
