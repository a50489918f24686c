//! Tokens of a registry: the place that issues them, and asking for one (Docker's registry token specification).

use super::answers::{Stop, unexpected};
use crate::connection_tests::{
    challenge::Bearer,
    http::{Http, Origin, Question},
};
use domain::{connection_test::TestCause, sensitive::Sensitive};
use hyper::{Method, StatusCode, Uri, header::HeaderValue};
use serde_json::Value;
use zeroize::Zeroizing;

/// The longest token that is sent on.
const MAX_TOKEN: usize = 64 * 1024;

/// The result of asking for a token.
pub(super) enum Given {
    Token(HeaderValue),
    Refused(StatusCode),
}

/// Asks for a token at the place that the registry names; that place is checked as the registry itself was. Without an
/// account, asks as anybody.
pub(super) async fn ask(
    http: &Http,
    bearer: &Bearer,
    scope: Option<&str>,
    account: Option<&HeaderValue>,
) -> Result<Given, Stop> {
    let (origin, mut path) = read_realm(http, &bearer.realm)?;
    for (key, value) in [("service", bearer.service.as_deref()), ("scope", scope)] {
        if let Some(value) = value {
            path.push(if path.contains('?') { '&' } else { '?' });
            path.extend([key, "=", value]);
        }
    }
    let question = Question {
        method: &Method::GET,
        origin: &origin,
        path: &path,
        accept: "*/*",
        authorization: account,
    };
    let answer = http.ask(question).await?;
    if !answer.status.is_success() {
        return match unexpected(&origin, &answer) {
            Some(Stop { cause: TestCause::Redirected | TestCause::RedirectedToTls, .. }) => {
                Err(TestCause::TokenElsewhere.into())
            }
            Some(stop) => Err(stop),
            None => Ok(Given::Refused(answer.status)),
        };
    }
    if answer.truncated {
        return Err(TestCause::TooMuch.into());
    }
    let read: Value = serde_json::from_slice(&answer.body).map_err(|_| TestCause::TokenNotGiven)?;
    let token = ["token", "access_token"]
        .into_iter()
        .filter_map(|member| read.get(member)?.as_str())
        .find(|token| !token.is_empty() && token.len() <= MAX_TOKEN);
    let token = Sensitive::new(token.ok_or(TestCause::TokenNotGiven)?);
    Ok(Given::Token(header("Bearer", token.expose())?))
}

pub(super) fn header(scheme: &str, value: &str) -> Result<HeaderValue, Stop> {
    let text = Zeroizing::new(format!("{scheme} {value}"));
    let mut value = HeaderValue::try_from(text.as_str()).map_err(|_| TestCause::TokenNotGiven)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Parses the place that issues tokens: by TLS, unless the operator lists the host, and without a name or password in
/// it. Ignores leftovers of templates: blanks at either end of the host, and a colon without a port.
fn read_realm(http: &Http, realm: &str) -> Result<(Origin, String), Stop> {
    let (scheme, rest) = realm.split_once("://").ok_or(TestCause::NotARegistry)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (place, path) = rest.split_at(end);
    let place = place.replace("%20", "").replace("%09", "");
    let place = place.strip_suffix(':').unwrap_or(&place);
    let uri: Uri = format!("{scheme}://{place}{path}").parse().map_err(|_| TestCause::NotARegistry)?;
    let authority = uri.authority().ok_or(TestCause::NotARegistry)?;
    let host = authority.host().to_ascii_lowercase();
    let port = authority.port_u16();
    if authority.as_str().contains('@') {
        return Err(TestCause::NotARegistry.into());
    }
    let tls = match uri.scheme_str() {
        Some("https") => true,
        Some("http") if http.is_plain(&host, port) => false,
        Some("http") => return Err(TestCause::TokenByPlainHttp.into()),
        _ => return Err(TestCause::NotARegistry.into()),
    };
    let origin = Origin { tls, host, port: port.unwrap_or(if tls { 443 } else { 80 }) };
    Ok((origin, uri.path_and_query().map_or("/", |path| path.as_str()).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection_tests::{config::TestConfig, outbound::Outbound};

    #[test]
    fn read_realm_requires_tls_unless_listed() {
        let config = TestConfig { plain_http: vec!["plain:5000".to_owned()], ..TestConfig::default() };
        let http = Http::new(&config, Outbound::new(&config, None));
        let at = |tls, host: &str, port| Origin { tls, host: host.to_owned(), port };
        let read = |realm| read_realm(&http, realm).map_err(|stop| stop.cause);
        assert_eq!(read("https://Auth.io/t?x=1"), Ok((at(true, "auth.io", 443), "/t?x=1".to_owned())));
        assert_eq!(read("https://[::1]:5001"), Ok((at(true, "[::1]", 5001), "/".to_owned())));
        assert_eq!(read("http://plain:5000/t"), Ok((at(false, "plain", 5000), "/t".to_owned())));
        assert_eq!(read("http://plain/t"), Err(TestCause::TokenByPlainHttp));
        // As a template leaves them.
        assert_eq!(read("https://a:5000:/t"), Ok((at(true, "a", 5000), "/t".to_owned())));
        assert_eq!(read("https://a:/t"), Ok((at(true, "a", 443), "/t".to_owned())));
        assert_eq!(read("https://a%20/x%20y"), Ok((at(true, "a", 443), "/x%20y".to_owned())));
        assert_eq!(read("HTTPS://a/t"), Ok((at(true, "a", 443), "/t".to_owned())));
        for realm in ["", "/token", "ftp://a/t", "https://u:p@a/t", "https://"] {
            assert_eq!(read(realm), Err(TestCause::NotARegistry), "{realm}");
        }
    }
}
