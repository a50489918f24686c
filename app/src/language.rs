//! The language of a request.

use crate::cookie::{self, SecureCookies};
use axum::http::{HeaderMap, HeaderValue, header, request::Parts};
use backend::{Actor, Ctx};
use domain::{error::Error, language::Language};
use tokio::task::futures::TaskLocalFuture;

/// The cookie with the language that was chosen in this browser.
const COOKIE: &str = "latchkey_language";

/// The lifetime of the cookie, in seconds: a year.
const COOKIE_MAX_AGE: u64 = 365 * 24 * 60 * 60;

/// The address of the form for anybody.
pub const LANGUAGE: &str = "/language";

/// The address of the form for a signed-in person.
pub const OWN_LANGUAGE: &str = "/account/language";

/// The most languages of a browser that are looked at.
const MAX_TAGS: usize = 20;

tokio::task_local! {
    /// The language of the request that the task answers.
    static CURRENT: Language;
}

/// Returns the language of the request that is being answered; English outside of one.
pub fn current() -> Language {
    CURRENT.try_with(|language| *language).unwrap_or_default()
}

/// Answers a request in this language.
pub fn within<F: Future>(language: Language, answer: F) -> TaskLocalFuture<Language, F> {
    CURRENT.scope(language, answer)
}

/// Writes something in this language, outside of a request.
pub fn speaking<T>(language: Language, write: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(language, write)
}

/// Returns the language of the answer to a request: the person's own choice, else that of the browser's cookie, else the first
/// of the browser's languages that there is, else English. The pseudo-language is chosen only where it is `offered`.
pub fn chosen(identified: &Result<Ctx, Error>, parts: &Parts, pseudo_offered: bool) -> Language {
    let own = match identified {
        Ok(Ctx { actor: Actor::User(user), .. }) => user.language,
        _ => None,
    };
    let kept =
        || cookie::find(&parts.headers, &SecureCookies::of(parts).name(COOKIE)).and_then(Language::parse);
    let offered = |language: &Language| pseudo_offered || *language != Language::Pseudo;
    own.or_else(|| kept().filter(offered))
        .or_else(|| accepted(&parts.headers, pseudo_offered))
        .unwrap_or_default()
}

/// Returns the first of the browser's languages that there is.
fn accepted(headers: &HeaderMap, pseudo_offered: bool) -> Option<Language> {
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
    let mut wanted: Vec<(u16, Language)> = lines
        .flat_map(|line| line.split(','))
        .take(MAX_TAGS)
        .filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
            let language = Language::of_tag(tag.trim())?;
            // The pseudo-language is a kind of English for everybody else.
            let language =
                if pseudo_offered || language != Language::Pseudo { language } else { Language::English };
            Some((quality(weight)?, language))
        })
        .collect();
    // Stable: of equal ones the first.
    wanted.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
    wanted.first().map(|(_, language)| *language)
}

/// Returns the quality value in thousandths (RFC 9110, 12.4.2); `None` if the language is not acceptable, or the value none.
fn quality(weight: &str) -> Option<u16> {
    let weight = weight.trim();
    if weight.is_empty() {
        return Some(1_000);
    }
    let (name, value) = weight.split_once('=')?;
    let (whole, thousandths) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !name.trim().eq_ignore_ascii_case("q")
        || !matches!(whole, "0" | "1")
        || thousandths.len() > 3
        || !digits(thousandths)
    {
        return None;
    }
    let quality = format!("{whole}{thousandths:0<3}").parse().ok()?;
    (1..=1_000).contains(&quality).then_some(quality)
}

/// Returns the `Set-Cookie` line that remembers the language, or none any more.
pub fn line(secure: SecureCookies, language: Option<Language>) -> String {
    match language {
        Some(language) => secure.line(COOKIE, language.code(), COOKIE_MAX_AGE),
        None => secure.line(COOKIE, "", 0),
    }
}

/// Adds the headers of a page in the language of the request.
pub fn describe(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(current().code()));
    headers.append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;
    use backend::UserActor;
    use domain::access::Role;

    const ENGLISH: Language = Language::English;
    const CHINESE: Language = Language::TraditionalChinese;

    /// Returns the language of a request with this `Accept-Language` and this cookie, of somebody with this choice.
    fn language_of(accept: &str, cookie: &str, own: Option<Language>) -> Language {
        let request =
            Request::get("/").header(header::ACCEPT_LANGUAGE, accept).header(header::COOKIE, cookie);
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let mut ctx = Ctx::system("test", domain::time::Timestamp::from_micros(0));
        let (id, name) = (uuid::Uuid::nil(), "ana".to_owned());
        ctx.actor = Actor::User(UserActor { id, name, role: Role::Reader, session: id, language: own });
        chosen(&Ok(ctx), &parts, false)
    }

    #[test]
    fn chosen_prefers_person_to_cookie_to_browser() {
        assert_eq!(language_of("zh-TW", "latchkey_language=zh-Hant", Some(ENGLISH)), ENGLISH);
        assert_eq!(language_of("en", "a=b; latchkey_language=zh-Hant", None), CHINESE);
        assert_eq!(language_of("zh-TW", "latchkey_language=en", None), ENGLISH);
        assert_eq!(language_of("zh-TW", "latchkey_language=xx", None), CHINESE);
        assert_eq!(language_of("", "", None), ENGLISH);
    }

    #[test]
    fn chosen_weighs_the_languages_of_the_browser() {
        for (accept, language) in [
            ("zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", CHINESE),
            ("zh-HK", CHINESE),
            ("en;q=0.8, zh-Hant-TW", CHINESE),
            ("en-US,en;q=0.9,zh-TW;q=0.8", ENGLISH),
            ("zh-CN,zh;q=0.9", ENGLISH),
            ("zh-CN,zh;q=0.9,zh-TW;q=0.5,en;q=0.4", CHINESE),
            ("zh", ENGLISH),
            ("de, fr;q=0.9, zh-TW;q=0.1", CHINESE),
            ("zh-TW;q=0, en;q=0.1", ENGLISH),
            ("zh-TW;q=nan, en;q=0.1", ENGLISH),
            ("zh-TW;q=1.001, en;q=0.1", ENGLISH),
            ("zh-TW;q=0.9999, en;q=0.1", ENGLISH),
            ("zh-TW ; Q = 0.200 , en;q=0.100", CHINESE),
            ("zh-TW;level=1", ENGLISH),
            (",;,;q=", ENGLISH),
            ("*", ENGLISH),
        ] {
            assert_eq!(language_of(accept, "", None), language, "{accept}");
        }
    }

    #[test]
    fn chosen_takes_pseudo_language_only_where_it_is_offered() {
        let request = Request::get("/").header(header::ACCEPT_LANGUAGE, "en-XA, zh-TW;q=0.5");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        assert_eq!(chosen(&Err(Error::Unavailable), &parts, true), Language::Pseudo);
        assert_eq!(chosen(&Err(Error::Unavailable), &parts, false), ENGLISH);
        assert_eq!(language_of("zh-TW", "latchkey_language=en-XA", None), CHINESE);
    }

    #[test]
    fn current_is_that_of_the_request() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let within = |language| runtime.block_on(within(language, async { current() }));
        assert_eq!((within(CHINESE), within(ENGLISH), current()), (CHINESE, ENGLISH, ENGLISH));
    }
}
