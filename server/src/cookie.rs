//! The cookies that hold a token: that of a session, of a browser, and of a sign-in under way at a provider.

use crate::edge::Arrival;
use axum::http::{HeaderMap, HeaderValue, header};
use domain::sensitive::Sensitive;
use std::time::Duration;

/// A session's token.
pub const SESSION: TokenCookie =
    TokenCookie { secure_name: "__Host-latchkey_session", plain_name: "latchkey_session" };

/// By which a browser is known again in which somebody has signed in.
pub const BROWSER: TokenCookie =
    TokenCookie { secure_name: "__Host-latchkey_browser", plain_name: "latchkey_browser" };

/// What a sign-in at a provider is bound to, and where one wants to go afterwards; one for each that is under way.
pub const SIGN_ON: TokenCookie =
    TokenCookie { secure_name: "__Host-latchkey_sign_on", plain_name: "latchkey_sign_on" };

/// A cookie that scripts never see.
#[derive(Clone, Copy, Debug)]
pub struct TokenCookie {
    /// Where TLS is: the browser itself sees to it that no other host and no plain HTTP has set it (RFC 6265bis, 4.1.3.2).
    secure_name: &'static str,
    /// Over plain HTTP, as on loopback.
    plain_name: &'static str,
}

impl TokenCookie {
    fn name(self, arrival: Arrival) -> &'static str {
        if arrival.secure { self.secure_name } else { self.plain_name }
    }

    /// The token that came with the request.
    pub fn read(self, headers: &HeaderMap, arrival: Arrival) -> Option<Sensitive> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split("; "))
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == self.name(arrival))
            .map(|(_, value)| Sensitive::new(value))
    }

    /// The tokens that came under this name with something after it, the oldest first where that begins with a time.
    pub fn read_all(self, headers: &HeaderMap, arrival: Arrival) -> Vec<(String, Sensitive)> {
        let mut found: Vec<(String, Sensitive)> = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split("; "))
            .filter_map(|pair| pair.split_once('='))
            .filter_map(|(key, value)| {
                let after = key.strip_prefix(self.name(arrival))?.strip_prefix('_')?;
                let plain = !after.is_empty() && after.bytes().all(|byte| byte.is_ascii_alphanumeric());
                plain.then(|| (after.to_owned(), Sensitive::new(value)))
            })
            .collect();
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        found
    }

    /// The `Set-Cookie` line that hands out one of several tokens, told apart by what stands after the name.
    pub fn hand_out_one(
        self,
        after: &str,
        token: &Sensitive,
        life: Duration,
        arrival: Arrival,
    ) -> Option<HeaderValue> {
        Self::line(&format!("{}_{after}", self.name(arrival)), token.expose(), life.as_secs(), arrival)
    }

    /// The `Set-Cookie` line that takes it back.
    pub fn take_back_one(self, after: &str, arrival: Arrival) -> Option<HeaderValue> {
        Self::line(&format!("{}_{after}", self.name(arrival)), "", 0, arrival)
    }

    /// The `Set-Cookie` line that hands a token out. It lasts so long at most, and no longer than the browser is open.
    pub fn hand_out(self, token: &Sensitive, life: Duration, arrival: Arrival) -> Option<HeaderValue> {
        Self::line(self.name(arrival), token.expose(), life.as_secs(), arrival)
    }

    /// The `Set-Cookie` line that takes it back.
    pub fn take_back(self, arrival: Arrival) -> Option<HeaderValue> {
        Self::line(self.name(arrival), "", 0, arrival)
    }

    fn line(name: &str, value: &str, max_age: u64, arrival: Arrival) -> Option<HeaderValue> {
        let secure = if arrival.secure { "; Secure" } else { "" };
        let line = format!("{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}");
        let mut line = HeaderValue::try_from(line).ok()?;
        // Not into anybody's debug output.
        line.set_sensitive(true);
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TLS: Arrival = Arrival { address: None, secure: true };
    const PLAIN: Arrival = Arrival { address: None, secure: false };

    #[test]
    fn the_cookie_is_as_narrow_as_the_way_it_came_allows() {
        let token = Sensitive::new("abc");
        let line = |arrival| SESSION.hand_out(&token, Duration::from_secs(9), arrival).unwrap();
        assert_eq!(
            line(TLS),
            "__Host-latchkey_session=abc; Path=/; Max-Age=9; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(line(PLAIN), "latchkey_session=abc; Path=/; Max-Age=9; HttpOnly; SameSite=Lax");
        assert!(!format!("{:?}", line(TLS)).contains("abc"));
        assert!(SESSION.take_back(TLS).unwrap().to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn a_cookie_of_the_other_way_does_not_count() {
        let headers =
            |line: &'static str| HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(line))]);
        let found =
            |line, arrival| SESSION.read(&headers(line), arrival).map(|token| token.expose().to_owned());
        assert_eq!(found("a=b; latchkey_session=x", PLAIN).as_deref(), Some("x"));
        assert_eq!(found("latchkey_session=x", TLS), None);
        assert_eq!(found("latchkey_session=x; __Host-latchkey_session=y", TLS).as_deref(), Some("y"));
        assert_eq!(found("", TLS), None);
    }

    #[test]
    fn sign_ins_under_way_at_once_have_a_cookie_each() {
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
