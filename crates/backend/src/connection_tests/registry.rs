//! Tests whether a registry accepts an account, in the way its clients find out: `/v2/`, a token if one is wanted, and
//! the manifest of an image (OCI distribution specification; Docker's registry token specification).

mod answers;
mod token;

use super::{
    challenge::{Challenge, challenges},
    http::{Answer, Http, Origin, Question},
};
use answers::{Stop, is_manifest, is_manifest_by_head, is_registry, unexpected};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    connection_test::{ImageReference, TestCause, TestReport},
    percent,
    secret::{Password, RegistryHost, Username},
};
use hyper::{Method, StatusCode, header::HeaderValue};
use token::{Given, header};
use zeroize::Zeroizing;

/// The host of Docker Hub's registry.
const DOCKER_HUB: &str = "registry-1.docker.io";

const ANY: &str = "*/*";

/// All media types of manifests; without them a registry may answer with an old one.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// An account, and the image that it is tested on.
pub(super) struct Account<'a> {
    pub(super) host: &'a RegistryHost,
    pub(super) username: &'a Username,
    pub(super) password: &'a Password,
    pub(super) image: Option<&'a ImageReference>,
}

/// Tests the account.
pub(super) async fn check(http: &Http, account: &Account<'_>) -> TestReport {
    let test = RegistryTest { http, account, origin: origin(http, account.host) };
    match test.run().await {
        Ok(cause) => TestReport::new(cause),
        Err(Stop { cause, retry_after }) => TestReport { retry_after, ..TestReport::new(cause) },
    }
}

/// How `/v2/` answers without an account.
enum Door {
    /// A success; and whether there is any sign of a registry behind it.
    Open { is_registry: bool },
    /// A challenge for an account.
    Closed(Vec<Challenge>),
    /// Any other refusal.
    Other,
}

/// The answer to a request for a manifest.
enum Manifest {
    Found,
    /// 401, with its challenges.
    NotAllowed(Vec<Challenge>),
    /// Any other refusal.
    Missing(StatusCode),
}

/// An authorization for requests.
enum Ticket {
    /// With the scope that was asked for.
    Full(HeaderValue),
    /// Without the scope: the account was accepted, but not for it.
    WithoutScope(HeaderValue),
}

/// An image, by this registry's names.
struct Image {
    path: String,
    /// The scope as it stands in a query.
    scope: String,
}

struct RegistryTest<'a> {
    http: &'a Http,
    account: &'a Account<'a>,
    origin: Origin,
}

impl RegistryTest<'_> {
    async fn run(&self) -> Result<TestCause, Stop> {
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

    /// Asks for `/v2/`.
    async fn base(&self, authorization: Option<&HeaderValue>) -> Result<Answer, Stop> {
        let question =
            Question { method: &Method::GET, origin: &self.origin, path: "/v2/", accept: ANY, authorization };
        Ok(self.http.ask(question).await?)
    }

    /// Tests the account without an image.
    async fn alone(&self, door: &Door) -> Result<TestCause, Stop> {
        match door {
            Door::Closed(ways) => {
                self.sign_in(ways).await?;
                Ok(TestCause::RegistryOpened)
            }
            Door::Open { is_registry: true } => {
                if self.knock().await? {
                    Ok(TestCause::RegistryOpened)
                } else {
                    Ok(TestCause::RegistryOpen)
                }
            }
            Door::Open { is_registry: false } | Door::Other => Err(TestCause::NotARegistry.into()),
        }
    }

    /// Shows the account at `/v2/` that is open anyway. Returns whether the registry looked at it and accepted it.
    async fn knock(&self) -> Result<bool, Stop> {
        let answer = self.base(Some(&self.basic()?)).await?;
        match answer.status {
            StatusCode::UNAUTHORIZED => {
                let ways: Vec<Challenge> =
                    challenges(&answer.headers).into_iter().filter(|way| *way != Challenge::Basic).collect();
                if ways.is_empty() {
                    return Err(TestCause::WrongPassword.into());
                }
                self.sign_in(&ways).await?;
                Ok(true)
            }
            StatusCode::FORBIDDEN => Err(TestCause::WrongPassword.into()),
            _ => unexpected(&self.origin, &answer).map_or(Ok(false), Err),
        }
    }

    /// Opens `/v2/` with the account, by the first challenge that works, and returns that challenge.
    async fn sign_in<'w>(&self, ways: &'w [Challenge]) -> Result<&'w Challenge, Stop> {
        let mut kept: Option<Stop> = None;
        for way in ways {
            match self.sign_in_by(way).await {
                Ok(()) => return Ok(way),
                Err(stop) if stop.cause == TestCause::TooManyRequests => return Err(stop),
                Err(stop) => kept = Some(kept.map_or(stop, |kept| kept.or(stop))),
            }
        }
        Err(kept.unwrap_or(TestCause::NotARegistry.into()))
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
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(TestCause::WrongPassword.into()),
            _ => Err(unexpected(&self.origin, &answer).unwrap_or(TestCause::NotARegistry.into())),
        }
    }

    /// Tests the account on an image, by the challenge in the image's own answer.
    async fn with_image(&self, door: &Door, image: &Image) -> Result<TestCause, Stop> {
        let asked = match self.manifest(image, None).await? {
            Manifest::Found => return self.public(door, image).await,
            Manifest::NotAllowed(ways) => ways,
            Manifest::Missing(_) => Vec::new(),
        };
        let ways = match door {
            _ if !asked.is_empty() => asked,
            Door::Closed(ways) => ways.clone(),
            // Hidden from strangers, or missing.
            Door::Open { is_registry: true } => vec![Challenge::Basic],
            Door::Open { is_registry: false } | Door::Other => return Err(TestCause::NotARegistry.into()),
        };
        let mut kept: Option<Stop> = None;
        for way in &ways {
            match self.image_by(door, image, way).await {
                Ok(cause) => return Ok(cause),
                Err(stop) if stop.cause == TestCause::TooManyRequests => return Err(stop),
                Err(stop) => kept = Some(kept.map_or(stop, |kept| kept.or(stop))),
            }
        }
        Err(kept.unwrap_or(TestCause::NotARegistry.into()))
    }

    async fn image_by(&self, door: &Door, image: &Image, way: &Challenge) -> Result<TestCause, Stop> {
        let scope = match way {
            Challenge::Bearer(bearer) => bearer.scope.as_deref().unwrap_or(&image.scope),
            Challenge::Basic => &image.scope,
        };
        let ticket = match self.ticket(way, Some(scope)).await? {
            Ticket::Full(ticket) => ticket,
            Ticket::WithoutScope(ticket) => {
                // Some registries issue such tokens to anybody: only what they open is proof.
                let accepted =
                    !matches!(door, Door::Closed(_)) || self.base(Some(&ticket)).await?.status.is_success();
                return Err(
                    if accepted { TestCause::NoAccessToImage } else { TestCause::WrongPassword }.into()
                );
            }
        };
        let refused = match self.manifest(image, Some(&ticket)).await? {
            Manifest::Found => {
                let Challenge::Bearer(bearer) = way else { return Ok(TestCause::ImageFound) };
                // A request without the account. If it fails, nothing is known against the account.
                let anybody = token::ask(self.http, bearer, Some(scope), None).await;
                let Ok(Given::Token(anybody)) = anybody else { return Ok(TestCause::ImageFound) };
                return match self.manifest(image, Some(&anybody)).await {
                    // Docker Hub refuses a wrong password for public images, too.
                    Ok(Manifest::Found) if self.account.host.is_docker_hub() => Ok(TestCause::ImagePublic),
                    Ok(Manifest::Found) => self.public(door, image).await,
                    _ => Ok(TestCause::ImageFound),
                };
            }
            Manifest::NotAllowed(_) => StatusCode::UNAUTHORIZED,
            Manifest::Missing(status) => status,
        };
        Err(self.why_not(door, way, &ticket, refused).await?.into())
    }

    /// Finds out why an image cannot be pulled: because of the account itself, or because of its rights.
    async fn why_not(
        &self,
        door: &Door,
        way: &Challenge,
        ticket: &HeaderValue,
        refused: StatusCode,
    ) -> Result<TestCause, Stop> {
        let (no_access, wrong) = (TestCause::NoAccessToImage, TestCause::WrongPassword);
        let is_basic = *way == Challenge::Basic;
        if is_basic && refused == StatusCode::UNAUTHORIZED && !matches!(door, Door::Closed(_)) {
            return Ok(wrong);
        }
        // A token for it was issued, and looked at.
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

    /// Returns what else is known of the account if anybody may pull the image.
    async fn public(&self, door: &Door, image: &Image) -> Result<TestCause, Stop> {
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
                    return Err(TestCause::WrongPassword.into());
                }
                looked_at
            }
        };
        Ok(if proved { TestCause::ImagePublic } else { TestCause::ImageOpen })
    }

    /// Returns whether `/v2/`, which the account opened by this challenge, stays closed without it.
    async fn keeps_strangers_out(&self, way: &Challenge) -> bool {
        let Challenge::Bearer(bearer) = way else { return true };
        match token::ask(self.http, bearer, bearer.scope.as_deref(), None).await {
            Ok(Given::Token(anybody)) => {
                self.base(Some(&anybody)).await.is_ok_and(|answer| !answer.status.is_success())
            }
            Ok(Given::Refused(_)) => true,
            Err(_) => false,
        }
    }

    /// Asks for a manifest. HEAD first, because some registries count each GET as a pull; others answer HEAD wrongly,
    /// so that only GET decides that an image is missing.
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
                return Err(unexpected(&self.origin, &head).unwrap_or(TestCause::TooManyRequests.into()));
            }
            Ok(head) if head.status.is_success() && is_manifest_by_head(&head) => return Ok(Manifest::Found),
            // Some servers answer with something that is not HTTP.
            Ok(_)
            | Err(
                TestCause::ConnectionFailed
                | TestCause::NotARegistry
                | TestCause::TooMuch
                | TestCause::RedirectedInCircles,
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
                    Err(TestCause::NotARegistry.into())
                }
            }
            status => unexpected(&self.origin, &answer).map_or(Ok(Manifest::Missing(status)), Err),
        }
    }

    /// Returns what a challenge asks for: the account itself, or a token for it. If no token is issued for this scope,
    /// asks once more without it, to tell an account without the right from a wrong one.
    async fn ticket(&self, way: &Challenge, scope: Option<&str>) -> Result<Ticket, Stop> {
        let Challenge::Bearer(bearer) = way else { return Ok(Ticket::Full(self.basic()?)) };
        let account = self.basic()?;
        let mut refused = match token::ask(self.http, bearer, scope, Some(&account)).await? {
            Given::Token(token) => return Ok(Ticket::Full(token)),
            Given::Refused(status) => status,
        };
        if scope.is_some() {
            refused = match token::ask(self.http, bearer, None, Some(&account)).await? {
                Given::Token(token) => return Ok(Ticket::WithoutScope(token)),
                Given::Refused(status) => status,
            };
        }
        Err(match refused {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => {
                TestCause::WrongPassword
            }
            _ => TestCause::TokenNotGiven,
        }
        .into())
    }

    fn basic(&self) -> Result<HeaderValue, Stop> {
        let Account { username, password, .. } = self.account;
        let pair = Zeroizing::new(format!("{}:{}", username.as_str(), password.value().expose()));
        header("Basic", &Zeroizing::new(STANDARD.encode(pair.as_bytes())))
    }
}

/// Returns the origin of the registry with this name.
fn origin(http: &Http, host: &RegistryHost) -> Origin {
    if host.is_docker_hub() {
        return Origin { tls: true, host: DOCKER_HUB.to_owned(), port: 443 };
    }
    let text = host.authority();
    // A colon within the brackets of IPv6 does not begin a port.
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port.parse().ok()),
        _ => (text, None),
    };
    let tls = !http.is_plain(name, port);
    Origin { tls, host: name.to_owned(), port: port.unwrap_or(if tls { 443 } else { 80 }) }
}

/// Returns the image's name at this registry: on Docker Hub an image without a group is an official one.
fn name_at(host: &RegistryHost, image: &ImageReference) -> String {
    host.full_name(image.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection_tests::{config::TestConfig, outbound::Outbound};

    #[test]
    fn origin_finds_registry_by_host() {
        let config = TestConfig { plain_http: vec!["plain".to_owned()], ..TestConfig::default() };
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
