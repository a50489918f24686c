//! Everybody's tokens by the API, for whoever audits them.

use super::{
    Answer, Caller, json,
    query::Query,
    views::{Token, TokenList},
};
use axum::extract::RawQuery;
use domain::time::Timestamp;

/// Everybody's tokens, newest first
///
/// Takes a token of the scope `read-audit`.
#[utoipa::path(
    get, path = "/api/v1/tokens", tag = "Tokens",
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
