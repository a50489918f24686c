//! Cookies: those that hold a token, and how each is bound to TLS and host.

use axum::http::{HeaderMap, HeaderValue, header, request::Parts};
use domain::sensitive::Sensitive;
use std::time::Duration;

/// Whether the request came by TLS; cookies are then bound to TLS and to this host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecureCookies(pub bool);

impl SecureCookies {
    /// Returns whether the request with these parts came by TLS.
    pub fn of(parts: &Parts) -> Self {
        parts.extensions.get().copied().unwrap_or_default()
    }

    /// Returns the name of a cookie. With the prefix, the browser itself ensures that no other host and no
    /// plain HTTP has set it (RFC 6265bis, 4.1.3.2).
    pub fn name(self, name: &str) -> String {
        format!("{}{name}", self.prefix())
    }

    /// Returns the prefix of the names of cookies.
    pub fn prefix(self) -> &'static str {
        if self.0 { "__Host-" } else { "" }
    }

    /// Returns the end of the lines of cookies.
    pub fn suffix(self) -> &'static str {
        if self.0 { "; Secure" } else { "" }
    }

    /// Returns the `Set-Cookie` line of a cookie that scripts cannot read; an age of 0 seconds deletes it.
    pub fn line(self, name: &str, text: &str, max_age: u64) -> String {
        format!(
            "{}={text}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{}",
            self.name(name),
            self.suffix()
        )
    }
}

/// Returns the text of the cookie with exactly this name.
pub fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    pairs(headers).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// Returns the cookies of a request, by name and text.
fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split("; "))
        .filter_map(|pair| pair.split_once('='))
}

/// The cookie with a session's token.
pub const SESSION: TokenCookie = TokenCookie("latchkey_session");

/// The cookie with the mark of a browser in which somebody has signed in.
pub const BROWSER: TokenCookie = TokenCookie("latchkey_browser");

/// The cookie with the token that a sign-in at a provider is bound to, and the address to go to afterwards;
/// one for each sign-in in progress.
pub const SIGN_ON: TokenCookie = TokenCookie("latchkey_sign_on");

/// A cookie that scripts cannot read.
#[derive(Clone, Copy, Debug)]
pub struct TokenCookie(&'static str);

impl TokenCookie {
    /// Returns the token that came with the request.
    pub fn read(self, headers: &HeaderMap, secure: SecureCookies) -> Option<Sensitive> {
        find(headers, &secure.name(self.0)).map(Sensitive::new)
    }

    /// Returns the tokens of all cookies whose names begin with this name, oldest first if the rest begins
    /// with a time.
    pub fn read_all(self, headers: &HeaderMap, secure: SecureCookies) -> Vec<(String, Sensitive)> {
        let name = secure.name(self.0);
        let mut found: Vec<(String, Sensitive)> = pairs(headers)
            .filter_map(|(key, value)| {
                let after = key.strip_prefix(name.as_str())?.strip_prefix('_')?;
                let plain = !after.is_empty() && after.bytes().all(|byte| byte.is_ascii_alphanumeric());
                plain.then(|| (after.to_owned(), Sensitive::new(value)))
            })
            .collect();
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        found
    }

    /// Returns the `Set-Cookie` line of one of several tokens, distinguished by the end of the name.
    pub fn hand_out_one(
        self,
        after: &str,
        token: &Sensitive,
        life: Duration,
        secure: SecureCookies,
    ) -> Option<HeaderValue> {
        sensitive_line(&format!("{}_{after}", self.0), token.expose(), life.as_secs(), secure)
    }

    /// Returns the `Set-Cookie` line that deletes it.
    pub fn take_back_one(self, after: &str, secure: SecureCookies) -> Option<HeaderValue> {
        sensitive_line(&format!("{}_{after}", self.0), "", 0, secure)
    }

    /// Returns the `Set-Cookie` line of a token, which lasts at most `life`, and no longer than the browser
    /// is open.
    pub fn hand_out(self, token: &Sensitive, life: Duration, secure: SecureCookies) -> Option<HeaderValue> {
        sensitive_line(self.0, token.expose(), life.as_secs(), secure)
    }

    /// Returns the `Set-Cookie` line that deletes it.
    pub fn take_back(self, secure: SecureCookies) -> Option<HeaderValue> {
        sensitive_line(self.0, "", 0, secure)
    }
}

/// Returns a line that debug output does not show.
fn sensitive_line(name: &str, value: &str, max_age: u64, secure: SecureCookies) -> Option<HeaderValue> {
    let mut line = HeaderValue::try_from(secure.line(name, value, max_age)).ok()?;
    line.set_sensitive(true);
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TLS: SecureCookies = SecureCookies(true);
    const PLAIN: SecureCookies = SecureCookies(false);

    #[test]
    fn token_cookie_is_bound_to_host_and_tls_behind_tls() {
        let token = Sensitive::new("abc");
        let line = |secure| SESSION.hand_out(&token, Duration::from_secs(9), secure).unwrap();
        assert_eq!(
            line(TLS),
            "__Host-latchkey_session=abc; Path=/; Max-Age=9; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(line(PLAIN), "latchkey_session=abc; Path=/; Max-Age=9; HttpOnly; SameSite=Lax");
        assert!(!format!("{:?}", line(TLS)).contains("abc"));
        assert!(SESSION.take_back(TLS).unwrap().to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn token_cookie_ignores_the_name_of_the_other_scheme() {
        let headers =
            |line: &'static str| HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(line))]);
        let found =
            |line, secure| SESSION.read(&headers(line), secure).map(|token| token.expose().to_owned());
        assert_eq!(found("a=b; latchkey_session=x", PLAIN).as_deref(), Some("x"));
        assert_eq!(found("latchkey_session=x", TLS), None);
        assert_eq!(found("latchkey_session=x; __Host-latchkey_session=y", TLS).as_deref(), Some("y"));
        assert_eq!(found("", TLS), None);
    }

    #[test]
    fn read_all_returns_a_token_per_sign_in_in_progress() {
        let token = Sensitive::new("abc");
        let line = SIGN_ON.hand_out_one("7f", &token, Duration::from_secs(9), TLS).unwrap();
        assert!(line.to_str().unwrap().starts_with("__Host-latchkey_sign_on_7f=abc; Path=/; Max-Age=9;"));
        let headers = HeaderMap::from_iter([(
            header::COOKIE,
            HeaderValue::from_static(
                "latchkey_sign_on_b2=two; x=y; latchkey_sign_on_a1=one; latchkey_sign_on=old; latchkey_sign_on_=x; \
                 latchkey_sign_on_;=x; __Host-latchkey_sign_on_c3=tls",
            ),
        )]);
        let found: Vec<_> = SIGN_ON
            .read_all(&headers, PLAIN)
            .into_iter()
            .map(|(after, token)| (after, token.expose().to_owned()))
            .collect();
        assert_eq!(found, [("a1".to_owned(), "one".to_owned()), ("b2".to_owned(), "two".to_owned())]);
        assert!(
            SIGN_ON
                .take_back_one("a1", PLAIN)
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("latchkey_sign_on_a1=; ")
        );
    }
}
