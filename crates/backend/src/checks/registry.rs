//! Whether a registry accepts an account: `/v2/`, and where it wants one, a token (OCI distribution specification; Docker's
//! registry token specification).

use super::http::{Answer, Http, Origin};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    check::{CheckCause, ImageReference},
    percent,
    secret::{Password, RegistryHost, Username},
    sensitive::Sensitive,
};
use hyper::{
    HeaderMap, Method, StatusCode, Uri,
    header::{HeaderValue, WWW_AUTHENTICATE},
};
use serde_json::Value;
use zeroize::Zeroizing;

/// Where Docker Hub's registry really is.
const DOCKER_HUB: &str = "registry-1.docker.io";

/// The longest token that is sent on.
const MOST_TOKEN: usize = 64 * 1024;

const ANY: &str = "*/*";

/// The sorts of manifests that there are; without them a registry may answer with an old one.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// An account, and what it is tried on.
pub(super) struct Account<'a> {
    pub(super) host: &'a RegistryHost,
    pub(super) username: &'a Username,
    pub(super) password: &'a Password,
    pub(super) image: Option<&'a ImageReference>,
}

/// Tries the account.
pub(super) async fn check(http: &Http, account: &Account<'_>) -> CheckCause {
    match attempt(http, account).await {
        Ok(cause) | Err(cause) => cause,
    }
}

async fn attempt(http: &Http, account: &Account<'_>) -> Result<CheckCause, CheckCause> {
    let origin = origin(http, account.host);
    let first = http.ask(Method::GET, &origin, "/v2/", ANY, None).await?;
    match first.status {
        StatusCode::OK => return Ok(CheckCause::RegistryOpen),
        StatusCode::UNAUTHORIZED => {}
        _ => return Err(unexpected(&first).unwrap_or(CheckCause::NotARegistry)),
    }
    let image = account.image.map(|image| (image, name_at(account.host, image)));
    let authorization = match challenge(&first.headers).ok_or(CheckCause::NotARegistry)? {
        Challenge::Basic => basic(account)?,
        Challenge::Bearer { realm, service, scope } => {
            let scope = image.as_ref().map(|(_, name)| format!("repository:{name}:pull")).or(scope);
            token(http, account, &realm, service.as_deref(), scope.as_deref()).await?
        }
    };
    let Some((image, name)) = image else {
        let second = http.ask(Method::GET, &origin, "/v2/", ANY, Some(&authorization)).await?;
        return match second.status {
            StatusCode::OK => Ok(CheckCause::RegistryOpened),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(CheckCause::WrongPassword),
            _ => Err(unexpected(&second).unwrap_or(CheckCause::NotARegistry)),
        };
    };
    // HEAD, since some registries count each GET of a manifest as a pull.
    let path = format!("/v2/{name}/manifests/{}", image.reference());
    let manifest = http.ask(Method::HEAD, &origin, &path, MANIFESTS, Some(&authorization)).await?;
    match manifest.status {
        StatusCode::OK => Ok(CheckCause::ImageFound),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
            // With the password alone, the image's absence does not tell whether that was right.
            let second = http.ask(Method::GET, &origin, "/v2/", ANY, Some(&authorization)).await?;
            let accepted = second.status == StatusCode::OK || manifest.status == StatusCode::NOT_FOUND;
            Err(if accepted { CheckCause::NoAccessToImage } else { CheckCause::WrongPassword })
        }
        _ => Err(unexpected(&manifest).unwrap_or(CheckCause::NotARegistry)),
    }
}

/// Where the registry of this name is asked.
fn origin(http: &Http, host: &RegistryHost) -> Origin {
    if host.is_docker_hub() {
        return Origin { tls: true, host: DOCKER_HUB.to_owned(), port: 443 };
    }
    let text = host.authority();
    // A colon within the brackets of IPv6 is not the port's.
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port.parse().ok()),
        _ => (text, None),
    };
    let tls = !http.is_plain(name, port);
    Origin { tls, host: name.to_owned(), port: port.unwrap_or(if tls { 443 } else { 80 }) }
}

/// On Docker Hub an image without a group is one of the official ones.
fn name_at(host: &RegistryHost, image: &ImageReference) -> String {
    host.full_name(image.name())
}

/// What an answer says besides yes and no; `None` where it makes no sense here.
fn unexpected(answer: &Answer) -> Option<CheckCause> {
    match answer.status {
        StatusCode::TOO_MANY_REQUESTS => Some(CheckCause::TooManyRequests),
        status if status.is_redirection() => Some(CheckCause::Redirected),
        status if status.is_server_error() => Some(CheckCause::OtherSideFailed),
        _ => None,
    }
}

fn basic(account: &Account<'_>) -> Result<HeaderValue, CheckCause> {
    let pair = Zeroizing::new(format!("{}:{}", account.username.as_str(), account.password.value().expose()));
    header("Basic", &Zeroizing::new(STANDARD.encode(pair.as_bytes())))
}

fn header(scheme: &str, value: &str) -> Result<HeaderValue, CheckCause> {
    let text = Zeroizing::new(format!("{scheme} {value}"));
    let mut value = HeaderValue::try_from(text.as_str()).map_err(|_| CheckCause::NotARegistry)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Asks for a token where the registry says that they are given out; that place is looked at as the registry itself was.
async fn token(
    http: &Http,
    account: &Account<'_>,
    realm: &str,
    service: Option<&str>,
    scope: Option<&str>,
) -> Result<HeaderValue, CheckCause> {
    let (origin, mut path) = read_realm(http, realm)?;
    for (key, value) in [("service", service), ("scope", scope)] {
        if let Some(value) = value {
            path.push(if path.contains('?') { '&' } else { '?' });
            path.extend([key, "=", &percent::encode(value)]);
        }
    }
    let answer = http.ask(Method::GET, &origin, &path, ANY, Some(&basic(account)?)).await?;
    match answer.status {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => {
            return Err(CheckCause::WrongPassword);
        }
        _ => return Err(unexpected(&answer).unwrap_or(CheckCause::NotARegistry)),
    }
    let read: Value = serde_json::from_slice(&answer.body).map_err(|_| CheckCause::NotARegistry)?;
    let token = ["token", "access_token"].into_iter().find_map(|member| read.get(member)?.as_str());
    let token = token.filter(|token| !token.is_empty() && token.len() <= MOST_TOKEN);
    let token = Sensitive::new(token.ok_or(CheckCause::NotARegistry)?);
    header("Bearer", token.expose())
}

/// Where tokens are given out: by TLS, unless the operator lists the host, and without a name or password in it.
fn read_realm(http: &Http, realm: &str) -> Result<(Origin, String), CheckCause> {
    let uri: Uri = realm.parse().map_err(|_| CheckCause::NotARegistry)?;
    let authority = uri.authority().ok_or(CheckCause::NotARegistry)?;
    let host = authority.host().to_ascii_lowercase();
    let port = authority.port_u16();
    if authority.as_str().contains('@') {
        return Err(CheckCause::NotARegistry);
    }
    let tls = match uri.scheme_str() {
        Some("https") => true,
        Some("http") if http.is_plain(&host, port) => false,
        Some("http") => return Err(CheckCause::TlsFailed),
        _ => return Err(CheckCause::NotARegistry),
    };
    let origin = Origin { tls, host, port: port.unwrap_or(if tls { 443 } else { 80 }) };
    Ok((origin, uri.path_and_query().map_or("/", |path| path.as_str()).to_owned()))
}

/// How a registry wants to be asked.
#[derive(Debug, PartialEq, Eq)]
enum Challenge {
    Basic,
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

/// The first challenge that we can answer (RFC 9110, 11.6.1); a token where there is a choice.
fn challenge(headers: &HeaderMap) -> Option<Challenge> {
    let mut found = None;
    for line in headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|line| line.to_str().ok()) {
        let (scheme, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        if scheme.eq_ignore_ascii_case("basic") {
            found = found.or(Some(Challenge::Basic));
        } else if scheme.eq_ignore_ascii_case("bearer") {
            let mut parameters = parameters(rest);
            let mut take = |wanted: &str| {
                let at = parameters.iter().position(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
                Some(parameters.swap_remove(at).1)
            };
            if let Some(realm) = take("realm") {
                return Some(Challenge::Bearer { realm, service: take("service"), scope: take("scope") });
            }
        }
    }
    found
}

/// `name="value"` and `name=value`, separated by commas, of which there may be some within the quotes.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',', '\t']).to_owned();
        let mut value = String::new();
        let mut characters = after.char_indices();
        if after.starts_with('"') {
            characters.next();
            while let Some((_, c)) = characters.next() {
                match c {
                    '"' => break,
                    '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
                    c => value.push(c),
                }
            }
            rest = characters.as_str();
        } else {
            let end = after.find(',').unwrap_or(after.len());
            after[..end].trim().clone_into(&mut value);
            rest = &after[end..];
        }
        found.push((name, value));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{config::CheckConfig, outbound::Outbound};

    fn challenges(lines: &[&str]) -> Option<Challenge> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_str(line).unwrap());
        }
        challenge(&headers)
    }

    #[test]
    fn challenges_are_read() {
        let bearer = |realm: &str, service: Option<&str>, scope: Option<&str>| {
            let (service, scope) = (service.map(str::to_owned), scope.map(str::to_owned));
            Some(Challenge::Bearer { realm: realm.to_owned(), service, scope })
        };
        assert_eq!(challenges(&["Basic realm=\"x\""]), Some(Challenge::Basic));
        assert_eq!(challenges(&["basic"]), Some(Challenge::Basic));
        assert_eq!(
            challenges(&["Bearer realm=\"https://a/t\",service=\"s, \\\"x\\\"\", scope=\"a b\""]),
            bearer("https://a/t", Some("s, \"x\""), Some("a b"))
        );
        assert_eq!(
            challenges(&["Basic realm=x", "BEARER Realm=https://a/t"]),
            bearer("https://a/t", None, None)
        );
        for lines in
            [&[][..], &["Digest realm=\"x\""], &["Bearer"], &["Bearer realm"], &["Bearer service=\"x\""]]
        {
            assert_eq!(challenges(lines), None, "{lines:?}");
        }
        assert_eq!(challenges(&["Bearer realm=\"unclosed"]), bearer("unclosed", None, None));
    }

    #[test]
    fn realms_are_by_tls_unless_listed() {
        let config = CheckConfig { plain_http: vec!["plain:5000".to_owned()], ..CheckConfig::default() };
        let http = Http::new(&config, Outbound::new(&config, None));
        let at = |tls, host: &str, port| Origin { tls, host: host.to_owned(), port };
        let read = |realm| read_realm(&http, realm);
        assert_eq!(read("https://Auth.io/t?x=1"), Ok((at(true, "auth.io", 443), "/t?x=1".to_owned())));
        assert_eq!(read("https://[::1]:5001"), Ok((at(true, "[::1]", 5001), "/".to_owned())));
        assert_eq!(read("http://plain:5000/t"), Ok((at(false, "plain", 5000), "/t".to_owned())));
        assert_eq!(read("http://plain/t"), Err(CheckCause::TlsFailed));
        for realm in ["", "/token", "ftp://a/t", "https://u:p@a/t", "https://"] {
            assert_eq!(read(realm), Err(CheckCause::NotARegistry), "{realm}");
        }
    }

    #[test]
    fn registries_are_found_where_they_are() {
        let config = CheckConfig { plain_http: vec!["plain".to_owned()], ..CheckConfig::default() };
        let http = Http::new(&config, Outbound::new(&config, None));
        for (text, tls, host, port) in [
            ("docker.io", true, "registry-1.docker.io", 443),
            ("ghcr.io", true, "ghcr.io", 443),
            ("reg:5000", true, "reg", 5000),
            ("[::1]", true, "[::1]", 443),
            ("[::1]:5000", true, "[::1]", 5000),
            ("plain", false, "plain", 80),
            ("plain:5000", false, "plain", 5000),
            ("reg:5000/group/app", true, "reg", 5000),
            ("docker.io/team", true, "registry-1.docker.io", 443),
        ] {
            let found = origin(&http, &RegistryHost::parse(text).unwrap().host);
            assert_eq!(found, Origin { tls, host: host.to_owned(), port }, "{text}");
        }
    }
}
