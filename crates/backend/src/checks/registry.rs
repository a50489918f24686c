//! Whether a registry accepts an account, as its clients would find: `/v2/`, a token where one is wanted, and the manifest of
//! an image (OCI distribution specification; Docker's registry token specification).

use super::{
    challenge::{Bearer, Challenge, challenges},
    http::{Answer, Http, Origin, Question, redirected},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    check::{CheckCause, CheckReport, CheckStatus, ImageReference},
    percent,
    secret::{Password, RegistryHost, Username},
    sensitive::Sensitive,
};
use hyper::{
    Method, StatusCode, Uri,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use serde::de::IgnoredAny;
use serde_json::Value;
use zeroize::Zeroizing;

/// Where Docker Hub's registry really is.
const DOCKER_HUB: &str = "registry-1.docker.io";

/// The longest token that is sent on.
const MAX_TOKEN: usize = 64 * 1024;

const ANY: &str = "*/*";

/// The sorts of manifests that there are; without them a registry may answer with an old one.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// By these headers a registry is known, and a manifest.
const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// An account, and what it is tried on.
pub(super) struct Account<'a> {
    pub(super) host: &'a RegistryHost,
    pub(super) username: &'a Username,
    pub(super) password: &'a Password,
    pub(super) image: Option<&'a ImageReference>,
}

/// Tries the account.
pub(super) async fn check(http: &Http, account: &Account<'_>) -> CheckReport {
    let trial = Trial { http, account, origin: origin(http, account.host) };
    match trial.run().await {
        Ok(cause) => CheckReport::new(cause),
        Err(Stop { cause, retry_after }) => CheckReport { retry_after, ..CheckReport::new(cause) },
    }
}

/// Why a trial ends without the account having opened anything.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
struct Stop {
    cause: CheckCause,
    /// In how many seconds the host wants to be asked again.
    retry_after: Option<u32>,
}

impl From<CheckCause> for Stop {
    fn from(cause: CheckCause) -> Self {
        Self { cause, retry_after: None }
    }
}

impl Stop {
    /// Returns the one of two that says more of the account.
    fn or(self, other: Self) -> Self {
        let says = |stop: Self| match stop.cause {
            CheckCause::NoAccessToImage => 2,
            cause => u8::from(cause.status() == CheckStatus::Refused),
        };
        if says(other) > says(self) { other } else { self }
    }
}

/// How `/v2/` meets somebody without an account.
enum Door {
    /// With a yes; whether there is any sign of a registry behind it.
    Open { is_registry: bool },
    /// With a question for an account.
    Closed(Vec<Challenge>),
    /// With a no.
    Other,
}

/// What came of asking for a manifest.
enum Manifest {
    Found,
    /// 401, and what it asks for.
    NotAllowed(Vec<Challenge>),
    /// Any other no.
    Missing(StatusCode),
}

/// What came of asking for a token.
enum Given {
    Token(HeaderValue),
    Refused(StatusCode),
}

/// A right to ask.
enum Ticket {
    /// As it was asked for.
    Full(HeaderValue),
    /// The account was accepted, and not for this scope.
    WithoutScope(HeaderValue),
}

/// An image, as this registry knows it.
struct Image {
    path: String,
    /// As it stands in a query.
    scope: String,
}

struct Trial<'a> {
    http: &'a Http,
    account: &'a Account<'a>,
    origin: Origin,
}

impl Trial<'_> {
    async fn run(&self) -> Result<CheckCause, Stop> {
        let first = self.base(None).await?;
        let door = match first.status {
            StatusCode::UNAUTHORIZED => Door::Closed(challenges(&first.headers)),
            status if status.is_success() => Door::Open { is_registry: is_registry(&first)? },
            _ => match unexpected(&self.origin, &first) {
                Some(stop) => return Err(stop),
                None => Door::Other,
            },
        };
        match self.account.image {
            None => self.alone(&door).await,
            Some(image) => {
                let name = name_at(self.account.host, image);
                let image = Image {
                    path: format!("/v2/{name}/manifests/{}", image.reference()),
                    scope: percent::encode(&format!("repository:{name}:pull")),
                };
                self.with_image(&door, &image).await
            }
        }
    }

    /// Asks for the registry itself.
    async fn base(&self, authorization: Option<&HeaderValue>) -> Result<Answer, Stop> {
        let question =
            Question { method: &Method::GET, origin: &self.origin, path: "/v2/", accept: ANY, authorization };
        Ok(self.http.ask(question).await?)
    }

    /// Tries the account without an image.
    async fn alone(&self, door: &Door) -> Result<CheckCause, Stop> {
        match door {
            Door::Closed(ways) => {
                self.sign_in(ways).await?;
                Ok(CheckCause::RegistryOpened)
            }
            Door::Open { is_registry: true } => {
                if self.knock().await? {
                    Ok(CheckCause::RegistryOpened)
                } else {
                    Ok(CheckCause::RegistryOpen)
                }
            }
            Door::Open { is_registry: false } | Door::Other => Err(CheckCause::NotARegistry.into()),
        }
    }

    /// Shows the account at a door that is open anyway. Returns whether it was looked at and accepted.
    async fn knock(&self) -> Result<bool, Stop> {
        let answer = self.base(Some(&self.basic()?)).await?;
        match answer.status {
            StatusCode::UNAUTHORIZED => {
                let ways: Vec<Challenge> =
                    challenges(&answer.headers).into_iter().filter(|way| *way != Challenge::Basic).collect();
                if ways.is_empty() {
                    return Err(CheckCause::WrongPassword.into());
                }
                self.sign_in(&ways).await?;
                Ok(true)
            }
            StatusCode::FORBIDDEN => Err(CheckCause::WrongPassword.into()),
            _ => unexpected(&self.origin, &answer).map_or(Ok(false), Err),
        }
    }

    /// Opens `/v2/` with the account, in the first of these ways that does. Returns that way.
    async fn sign_in<'w>(&self, ways: &'w [Challenge]) -> Result<&'w Challenge, Stop> {
        let mut kept: Option<Stop> = None;
        for way in ways {
            match self.sign_in_by(way).await {
                Ok(()) => return Ok(way),
                Err(stop) if stop.cause == CheckCause::TooManyRequests => return Err(stop),
                Err(stop) => kept = Some(kept.map_or(stop, |kept| kept.or(stop))),
            }
        }
        Err(kept.unwrap_or(CheckCause::NotARegistry.into()))
    }

    async fn sign_in_by(&self, way: &Challenge) -> Result<(), Stop> {
        let scope = match way {
            Challenge::Bearer(bearer) => bearer.scope.as_deref(),
            Challenge::Basic => None,
        };
        let (Ticket::Full(ticket) | Ticket::WithoutScope(ticket)) = self.ticket(way, scope).await?;
        let answer = self.base(Some(&ticket)).await?;
        match answer.status {
            status if status.is_success() => Ok(()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(CheckCause::WrongPassword.into()),
            _ => Err(unexpected(&self.origin, &answer).unwrap_or(CheckCause::NotARegistry.into())),
        }
    }

    /// Tries the account on an image, by what the image's own answer asks for.
    async fn with_image(&self, door: &Door, image: &Image) -> Result<CheckCause, Stop> {
        let asked = match self.manifest(image, None).await? {
            Manifest::Found => return self.public(door, image).await,
            Manifest::NotAllowed(ways) => ways,
            Manifest::Missing(_) => Vec::new(),
        };
        let ways = match door {
            _ if !asked.is_empty() => asked,
            Door::Closed(ways) => ways.clone(),
            // Hidden from strangers, or not there at all.
            Door::Open { is_registry: true } => vec![Challenge::Basic],
            Door::Open { is_registry: false } | Door::Other => return Err(CheckCause::NotARegistry.into()),
        };
        let mut kept: Option<Stop> = None;
        for way in &ways {
            match self.image_by(door, image, way).await {
                Ok(cause) => return Ok(cause),
                Err(stop) if stop.cause == CheckCause::TooManyRequests => return Err(stop),
                Err(stop) => kept = Some(kept.map_or(stop, |kept| kept.or(stop))),
            }
        }
        Err(kept.unwrap_or(CheckCause::NotARegistry.into()))
    }

    async fn image_by(&self, door: &Door, image: &Image, way: &Challenge) -> Result<CheckCause, Stop> {
        let scope = match way {
            Challenge::Bearer(bearer) => bearer.scope.as_deref().unwrap_or(&image.scope),
            Challenge::Basic => &image.scope,
        };
        let ticket = match self.ticket(way, Some(scope)).await? {
            Ticket::Full(ticket) => ticket,
            Ticket::WithoutScope(ticket) => {
                // Some give such tokens to anybody: only what they open tells.
                let accepted =
                    !matches!(door, Door::Closed(_)) || self.base(Some(&ticket)).await?.status.is_success();
                return Err(
                    if accepted { CheckCause::NoAccessToImage } else { CheckCause::WrongPassword }.into()
                );
            }
        };
        let refused = match self.manifest(image, Some(&ticket)).await? {
            Manifest::Found => {
                let Challenge::Bearer(bearer) = way else { return Ok(CheckCause::ImageFound) };
                // A look without the account. Where that does not work out, nothing is known against it.
                let anybody = self.token(bearer, Some(scope), None).await;
                let Ok(Given::Token(anybody)) = anybody else { return Ok(CheckCause::ImageFound) };
                return match self.manifest(image, Some(&anybody)).await {
                    // Docker Hub refuses a wrong password for public images, too.
                    Ok(Manifest::Found) if self.account.host.is_docker_hub() => Ok(CheckCause::ImagePublic),
                    Ok(Manifest::Found) => self.public(door, image).await,
                    _ => Ok(CheckCause::ImageFound),
                };
            }
            Manifest::NotAllowed(_) => StatusCode::UNAUTHORIZED,
            Manifest::Missing(status) => status,
        };
        Err(self.why_not(door, way, &ticket, refused).await?.into())
    }

    /// Finds out why an image is not to be had: for the account itself, or for what it may.
    async fn why_not(
        &self,
        door: &Door,
        way: &Challenge,
        ticket: &HeaderValue,
        refused: StatusCode,
    ) -> Result<CheckCause, Stop> {
        let (no_access, wrong) = (CheckCause::NoAccessToImage, CheckCause::WrongPassword);
        let is_basic = *way == Challenge::Basic;
        if is_basic && refused == StatusCode::UNAUTHORIZED && !matches!(door, Door::Closed(_)) {
            return Ok(wrong);
        }
        // A token for it was given, and looked at.
        if !is_basic && refused == StatusCode::NOT_FOUND {
            return Ok(no_access);
        }
        let answer = self.base(Some(ticket)).await?;
        match answer.status {
            status if status.is_success() => Ok(no_access),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if !is_basic => {
                // A token for one image need not open anything else.
                match self.sign_in_by(way).await {
                    Ok(()) => Ok(no_access),
                    Err(stop) if stop.cause == wrong => Ok(wrong),
                    Err(stop) => Err(stop),
                }
            }
            StatusCode::UNAUTHORIZED => Ok(wrong),
            StatusCode::FORBIDDEN if refused != StatusCode::NOT_FOUND => Ok(wrong),
            _ => unexpected(&self.origin, &answer).map_or(Ok(no_access), Err),
        }
    }

    /// An image that anybody may pull: what else is known of the account.
    async fn public(&self, door: &Door, image: &Image) -> Result<CheckCause, Stop> {
        let proved = match door {
            Door::Closed(ways) => {
                let way = self.sign_in(ways).await?;
                self.keeps_strangers_out(way).await
            }
            Door::Open { .. } | Door::Other => {
                let looked_at = self.knock().await?;
                if !looked_at
                    && matches!(self.manifest(image, Some(&self.basic()?)).await?, Manifest::NotAllowed(_))
                {
                    return Err(CheckCause::WrongPassword.into());
                }
                looked_at
            }
        };
        Ok(if proved { CheckCause::ImagePublic } else { CheckCause::ImageOpen })
    }

    /// Whether the door that the account opened in this way stays closed without it.
    async fn keeps_strangers_out(&self, way: &Challenge) -> bool {
        let Challenge::Bearer(bearer) = way else { return true };
        match self.token(bearer, bearer.scope.as_deref(), None).await {
            Ok(Given::Token(anybody)) => {
                self.base(Some(&anybody)).await.is_ok_and(|answer| !answer.status.is_success())
            }
            Ok(Given::Refused(_)) => true,
            Err(_) => false,
        }
    }

    /// Asks for a manifest. HEAD first, since some registries count each GET as a pull; others answer it wrongly, so that
    /// only a GET decides that an image is not there.
    async fn manifest(&self, image: &Image, authorization: Option<&HeaderValue>) -> Result<Manifest, Stop> {
        let question = |method| Question {
            method,
            origin: &self.origin,
            path: &image.path,
            accept: MANIFESTS,
            authorization,
        };
        match self.http.ask_anywhere(question(&Method::HEAD)).await {
            Ok(head) if head.status == StatusCode::UNAUTHORIZED => {
                return Ok(Manifest::NotAllowed(challenges(&head.headers)));
            }
            Ok(head) if head.status == StatusCode::TOO_MANY_REQUESTS => {
                return Err(unexpected(&self.origin, &head).unwrap_or(CheckCause::TooManyRequests.into()));
            }
            Ok(head) if head.status.is_success() && is_manifest_by_head(&head) => return Ok(Manifest::Found),
            // Some servers make something of it that is no HTTP.
            Ok(_)
            | Err(
                CheckCause::ConnectionFailed
                | CheckCause::NotARegistry
                | CheckCause::TooMuch
                | CheckCause::RedirectedInCircles,
            ) => {}
            Err(cause) => return Err(cause.into()),
        }
        let answer = self.http.ask_anywhere(question(&Method::GET)).await?;
        match answer.status {
            StatusCode::UNAUTHORIZED => Ok(Manifest::NotAllowed(challenges(&answer.headers))),
            status if status.is_success() => {
                if is_manifest(&answer) {
                    Ok(Manifest::Found)
                } else {
                    Err(CheckCause::NotARegistry.into())
                }
            }
            status => unexpected(&self.origin, &answer).map_or(Ok(Manifest::Missing(status)), Err),
        }
    }

    /// Gets what a challenge asks for: the account itself, or a token for it. A place that gives none for this scope is
    /// asked once more without: that tells an account that may not from a wrong one.
    async fn ticket(&self, way: &Challenge, scope: Option<&str>) -> Result<Ticket, Stop> {
        let Challenge::Bearer(bearer) = way else { return Ok(Ticket::Full(self.basic()?)) };
        let account = self.basic()?;
        let mut refused = match self.token(bearer, scope, Some(&account)).await? {
            Given::Token(token) => return Ok(Ticket::Full(token)),
            Given::Refused(status) => status,
        };
        if scope.is_some() {
            refused = match self.token(bearer, None, Some(&account)).await? {
                Given::Token(token) => return Ok(Ticket::WithoutScope(token)),
                Given::Refused(status) => status,
            };
        }
        Err(match refused {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => {
                CheckCause::WrongPassword
            }
            _ => CheckCause::TokenNotGiven,
        }
        .into())
    }

    /// Asks for a token where the registry says that they are given out; that place is looked at as the registry itself
    /// was. Without an account, as anybody.
    async fn token(
        &self,
        bearer: &Bearer,
        scope: Option<&str>,
        account: Option<&HeaderValue>,
    ) -> Result<Given, Stop> {
        let (origin, mut path) = read_realm(self.http, &bearer.realm)?;
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
            accept: ANY,
            authorization: account,
        };
        let answer = self.http.ask(question).await?;
        if !answer.status.is_success() {
            return match unexpected(&origin, &answer) {
                Some(Stop { cause: CheckCause::Redirected | CheckCause::RedirectedToTls, .. }) => {
                    Err(CheckCause::TokenElsewhere.into())
                }
                Some(stop) => Err(stop),
                None => Ok(Given::Refused(answer.status)),
            };
        }
        if answer.truncated {
            return Err(CheckCause::TooMuch.into());
        }
        let read: Value = serde_json::from_slice(&answer.body).map_err(|_| CheckCause::TokenNotGiven)?;
        let token = ["token", "access_token"]
            .into_iter()
            .filter_map(|member| read.get(member)?.as_str())
            .find(|token| !token.is_empty() && token.len() <= MAX_TOKEN);
        let token = Sensitive::new(token.ok_or(CheckCause::TokenNotGiven)?);
        Ok(Given::Token(header("Bearer", token.expose())?))
    }

    fn basic(&self) -> Result<HeaderValue, Stop> {
        let Account { username, password, .. } = self.account;
        let pair = Zeroizing::new(format!("{}:{}", username.as_str(), password.value().expose()));
        header("Basic", &Zeroizing::new(STANDARD.encode(pair.as_bytes())))
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

/// Returns what an answer says besides yes and no; `None` where it makes no sense here.
fn unexpected(origin: &Origin, answer: &Answer) -> Option<Stop> {
    let cause = match answer.status {
        StatusCode::TOO_MANY_REQUESTS => CheckCause::TooManyRequests,
        status if status.is_server_error() => CheckCause::OtherSideFailed,
        // nginx says 400, and some proxies have numbers of their own for it.
        status if answer.certificate_wanted && matches!(status.as_u16(), 400 | 403 | 495 | 496) => {
            CheckCause::ClientCertificateWanted
        }
        _ => redirected(origin, answer)?,
    };
    Some(Stop { cause, retry_after: answer.retry_after() })
}

fn is_page(answer: &Answer) -> bool {
    let start = answer.body.trim_ascii_start();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    answer.text(CONTENT_TYPE).to_ascii_lowercase().contains("html") || start.starts_with(b"<")
}

/// Whether what answers at `/v2/` shows any sign of being a registry: its header, JSON, or nothing at all, which the
/// specification allows. Quay answers with JSON that is called HTML.
///
/// Errors: `TooMuch` for an answer without an end that shows none.
fn is_registry(answer: &Answer) -> Result<bool, Stop> {
    if answer.headers.contains_key(API_VERSION) {
        return Ok(true);
    }
    if answer.truncated {
        return if is_page(answer) { Ok(false) } else { Err(CheckCause::TooMuch.into()) };
    }
    let is_json = serde_json::from_slice::<IgnoredAny>(&answer.body).is_ok();
    Ok(is_json || (answer.body.is_empty() && !is_page(answer)))
}

fn is_manifest_by_head(answer: &Answer) -> bool {
    let kind = answer.text(CONTENT_TYPE).to_ascii_lowercase();
    !kind.contains("html")
        && (kind.contains("manifest")
            || kind.contains("image.index")
            || answer.headers.contains_key(CONTENT_DIGEST))
}

fn is_manifest(answer: &Answer) -> bool {
    let members = ["schemaVersion", "manifests", "layers", "fsLayers"];
    let known = || match serde_json::from_slice::<Value>(&answer.body) {
        Ok(Value::Object(read)) => members.iter().any(|member| read.contains_key(*member)),
        _ => false,
    };
    (is_manifest_by_head(answer) && !is_page(answer)) || known()
}

fn header(scheme: &str, value: &str) -> Result<HeaderValue, Stop> {
    let text = Zeroizing::new(format!("{scheme} {value}"));
    let mut value = HeaderValue::try_from(text.as_str()).map_err(|_| CheckCause::TokenNotGiven)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Where tokens are given out: by TLS, unless the operator lists the host, and without a name or password in it. What
/// templates leave behind is passed over: blanks at either end of the host, and a colon without a port.
fn read_realm(http: &Http, realm: &str) -> Result<(Origin, String), Stop> {
    let (scheme, rest) = realm.split_once("://").ok_or(CheckCause::NotARegistry)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (place, path) = rest.split_at(end);
    let place = place.replace("%20", "").replace("%09", "");
    let place = place.strip_suffix(':').unwrap_or(&place);
    let uri: Uri = format!("{scheme}://{place}{path}").parse().map_err(|_| CheckCause::NotARegistry)?;
    let authority = uri.authority().ok_or(CheckCause::NotARegistry)?;
    let host = authority.host().to_ascii_lowercase();
    let port = authority.port_u16();
    if authority.as_str().contains('@') {
        return Err(CheckCause::NotARegistry.into());
    }
    let tls = match uri.scheme_str() {
        Some("https") => true,
        Some("http") if http.is_plain(&host, port) => false,
        Some("http") => return Err(CheckCause::TokenByPlainHttp.into()),
        _ => return Err(CheckCause::NotARegistry.into()),
    };
    let origin = Origin { tls, host, port: port.unwrap_or(if tls { 443 } else { 80 }) };
    Ok((origin, uri.path_and_query().map_or("/", |path| path.as_str()).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{config::CheckConfig, outbound::Outbound};

    #[test]
    fn realms_are_by_tls_unless_listed() {
        let config = CheckConfig { plain_http: vec!["plain:5000".to_owned()], ..CheckConfig::default() };
        let http = Http::new(&config, Outbound::new(&config, None));
        let at = |tls, host: &str, port| Origin { tls, host: host.to_owned(), port };
        let read = |realm| read_realm(&http, realm).map_err(|stop| stop.cause);
        assert_eq!(read("https://Auth.io/t?x=1"), Ok((at(true, "auth.io", 443), "/t?x=1".to_owned())));
        assert_eq!(read("https://[::1]:5001"), Ok((at(true, "[::1]", 5001), "/".to_owned())));
        assert_eq!(read("http://plain:5000/t"), Ok((at(false, "plain", 5000), "/t".to_owned())));
        assert_eq!(read("http://plain/t"), Err(CheckCause::TokenByPlainHttp));
        // As a template leaves them.
        assert_eq!(read("https://a:5000:/t"), Ok((at(true, "a", 5000), "/t".to_owned())));
        assert_eq!(read("https://a:/t"), Ok((at(true, "a", 443), "/t".to_owned())));
        assert_eq!(read("https://a%20/x%20y"), Ok((at(true, "a", 443), "/x%20y".to_owned())));
        assert_eq!(read("HTTPS://a/t"), Ok((at(true, "a", 443), "/t".to_owned())));
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
