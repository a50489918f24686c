//! The cookie that holds a session's token.

use crate::edge::Arrival;
use axum::http::{HeaderMap, HeaderValue, header};
use domain::sensitive::Sensitive;
use std::time::Duration;

/// Where TLS is: the browser itself sees to it that no other host and no plain HTTP has set it (RFC 6265bis, 4.1.3.2).
const SECURE_NAME: &str = "__Host-latchkey_session";

/// Over plain HTTP, as on loopback.
const PLAIN_NAME: &str = "latchkey_session";

fn name(arrival: Arrival) -> &'static str {
    if arrival.secure { SECURE_NAME } else { PLAIN_NAME }
}

/// The token that came with the request.
pub fn read(headers: &HeaderMap, arrival: Arrival) -> Option<Sensitive> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split("; "))
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name(arrival))
        .map(|(_, value)| Sensitive::new(value))
}

/// The `Set-Cookie` line that hands a token out. It lasts as long as the browser is open, or the session at most.
pub fn hand_out(token: &Sensitive, life: Duration, arrival: Arrival) -> Option<HeaderValue> {
    line(token.expose(), life.as_secs(), arrival)
}

/// The `Set-Cookie` line that takes it back.
pub fn take_back(arrival: Arrival) -> Option<HeaderValue> {
    line("", 0, arrival)
}

fn line(value: &str, max_age: u64, arrival: Arrival) -> Option<HeaderValue> {
    let secure = if arrival.secure { "; Secure" } else { "" };
    let line =
        format!("{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}", name(arrival));
    let mut line = HeaderValue::try_from(line).ok()?;
    // Not into anybody's debug output.
    line.set_sensitive(true);
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TLS: Arrival = Arrival { address: None, secure: true };
    const PLAIN: Arrival = Arrival { address: None, secure: false };

    #[test]
    fn the_cookie_is_as_narrow_as_the_way_it_came_allows() {
        let token = Sensitive::new("abc");
        let line = |arrival| hand_out(&token, Duration::from_secs(9), arrival).unwrap();
        assert_eq!(
            line(TLS),
            "__Host-latchkey_session=abc; Path=/; Max-Age=9; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(line(PLAIN), "latchkey_session=abc; Path=/; Max-Age=9; HttpOnly; SameSite=Lax");
        assert!(!format!("{:?}", line(TLS)).contains("abc"));
        assert!(take_back(TLS).unwrap().to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn a_cookie_of_the_other_way_does_not_count() {
        let headers =
            |line: &'static str| HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(line))]);
        let found = |line, arrival| read(&headers(line), arrival).map(|token| token.expose().to_owned());
        assert_eq!(found("a=b; latchkey_session=x", PLAIN).as_deref(), Some("x"));
        assert_eq!(found("latchkey_session=x", TLS), None);
        assert_eq!(found("latchkey_session=x; __Host-latchkey_session=y", TLS).as_deref(), Some("y"));
        assert_eq!(found("", TLS), None);
    }
}
