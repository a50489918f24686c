//! The forms that choose a language.

use super::ACCOUNT;
use crate::{
    cookie::SecureCookies,
    document::Page,
    extract::{PostForm, RawForm, SignedIn},
    language::line,
    respond::{Reply, own_address},
};
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::{error::Error, language::Language};
use serde::Deserialize;

/// A choice of a language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The code; empty for the language of the browser.
    language: String,
    #[serde(default)]
    back: String,
}

impl Choice {
    /// Returns the chosen language; `None` for that of the browser.
    ///
    /// Errors: the code is unknown.
    fn parse(&self) -> Result<Option<Language>, StatusCode> {
        if self.language.is_empty() {
            return Ok(None);
        }
        let language = Language::OFFERED.into_iter().find(|language| language.code() == self.language);
        language.map(Some).ok_or(StatusCode::BAD_REQUEST)
    }

    /// Returns the way back, with the cookie.
    fn redirect(&self, reply: &Reply, language: Option<Language>) -> Response {
        let cookie = line(SecureCookies::of(&reply.parts), language);
        ([(header::SET_COOKIE, cookie)], Redirect::to(&own_address(&self.back))).into_response()
    }
}

/// Handles `POST /language`.
#[expect(clippy::unused_async, reason = "handlers are asynchronous")]
pub async fn choose(RawForm { reply, form }: RawForm<Choice>) -> Response {
    let Ok(choice) = form else { return StatusCode::BAD_REQUEST.into_response() };
    match choice.parse() {
        Ok(language) => choice.redirect(&reply, language),
        Err(status) => status.into_response(),
    }
}

/// Handles `POST /account/language`: keeps the language with the person, and in the browser's cookie for the time after
/// signing out.
pub async fn choose_own(PostForm { reply, sent }: PostForm<Choice>) -> Response {
    let (SignedIn { backend, ctx }, choice) = match sent {
        Ok(sent) => sent,
        Err(error) => return again(reply, error).await,
    };
    let language = match choice.parse() {
        Ok(language) => language,
        Err(status) => return status.into_response(),
    };
    match backend.users().set_language(&ctx, language).await {
        Ok(()) => choice.redirect(&reply, language),
        Err(error) => again(reply, error).await,
    }
}

/// Renders the account with the reason why nothing was done.
async fn again(reply: Reply, error: Error) -> Response {
    reply.render_rejected_at(ACCOUNT, error, Vec::new(), Page::Account).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choice_parse_takes_offered_languages_alone() {
        let parse = |code: &str| Choice { language: code.to_owned(), back: String::new() }.parse();
        assert_eq!(parse(""), Ok(None));
        assert_eq!(parse("zh-Hant"), Ok(Some(Language::TraditionalChinese)));
        for code in ["en-XA", "zh-Hans", "EN"] {
            assert_eq!(parse(code), Err(StatusCode::BAD_REQUEST), "{code}");
        }
    }
}
