//! The provider, as the portal speaks with it: discovery, keys, the exchange of a code for who somebody is.

use super::{
    SingleSignOnConfig,
    identity::{Identity, groups},
};
use crate::{context::Ctx, db::instant};
use domain::{access::SignOnProblem, sensitive::Sensitive, time::Timestamp};
use openidconnect::{
    AccessTokenHash, AsyncHttpClient, AuthType, AuthenticationFlow, AuthorizationCode,
    ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, DiscoveryError, EmptyExtraTokenFields,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdTokenFields, IssuerUrl,
    Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim,
        CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata,
        CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse,
        CoreTokenType,
    },
};
use reqwest::redirect::Policy;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::HashMap,
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// How long one answer of the provider may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest answer of the provider that is read, in bytes.
const MOST_BYTES: usize = 1024 * 1024;

/// How long what the provider says of itself is believed, in microseconds: an hour.
const KNOWN_FOR: i64 = 3_600_000_000;

/// How soon it is asked anew where a token bears a key that is not known, in microseconds: a minute.
const KEYS_AGAIN_AFTER: i64 = 60_000_000;

/// How long it is left alone after it did not answer.
const LEFT_ALONE_FOR: Duration = Duration::from_secs(5);

/// Signatures by keys that the provider alone has: never `none`, and none by the shared secret.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 10] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EcdsaP521Sha512,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Where a provider is: `https`, or `http` on this very machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    url: IssuerUrl,
    host: String,
    secure: bool,
}

/// Why a text is no issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// No address, or one with an account, a query or a fragment.
    #[error("this is not an address such as https://login.example/realms/main")]
    NotAnAddress,
    /// Plain HTTP to elsewhere, on which anybody in between could vouch for anybody.
    #[error("the provider has to be reached by https")]
    Plain,
}

impl Issuer {
    /// Reads the address, which has to equal the provider's own word for itself to the letter.
    pub fn parse(text: &str) -> Result<Self, IssuerError> {
        let url = IssuerUrl::new(text.trim().to_owned()).map_err(|_| IssuerError::NotAnAddress)?;
        let parsed = url.url();
        let host = parsed.host_str().ok_or(IssuerError::NotAnAddress)?.to_owned();
        let is_bare = parsed.username().is_empty() && parsed.password().is_none();
        if !is_bare || parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(IssuerError::NotAnAddress);
        }
        let is_here = host == "localhost"
            || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let secure = match parsed.scheme() {
            "https" => true,
            "http" if is_here => false,
            "http" => return Err(IssuerError::Plain),
            _ => return Err(IssuerError::NotAnAddress),
        };
        Ok(Self { url, host, secure })
    }

    /// As it is stored with users.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// As people are told where they sign in.
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// Claims beyond the standard's own; in which of them groups stand is for the settings to say.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct OtherClaims(HashMap<String, Value>);

impl openidconnect::AdditionalClaims for OtherClaims {}

type Tokens = StandardTokenResponse<
    IdTokenFields<
        OtherClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type Client = openidconnect::Client<
    OtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Provider {
    config: Arc<SingleSignOnConfig>,
    http: Http,
    known: Arc<Mutex<Known>>,
}

/// What is known of the provider, and since when.
#[derive(Debug, Default)]
struct Known {
    metadata: Option<(Arc<CoreProviderMetadata>, Timestamp)>,
    /// Not the request's own time: whoever has waited in line began long before.
    failed_at: Option<Instant>,
}

/// What one sign-in is bound to: all of it follows from one random text that the browser keeps.
pub(super) struct Binding {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: Sensitive,
}

impl Provider {
    pub(super) fn new(config: SingleSignOnConfig) -> Result<Self, reqwest::Error> {
        let http = Http::new(config.issuer.secure)?;
        Ok(Self { config: Arc::new(config), http, known: Arc::default() })
    }

    pub(super) fn config(&self) -> &SingleSignOnConfig {
        &self.config
    }

    /// Where the browser is sent to sign in.
    pub(super) async fn address(
        &self,
        ctx: &Ctx,
        redirect: &str,
        binding: Binding,
    ) -> Result<String, SignOnProblem> {
        let metadata = self.metadata(ctx, false).await?;
        let client = self.client(ctx, &metadata, redirect)?;
        let Binding { state, nonce, verifier } = binding;
        let verifier = PkceCodeVerifier::new(verifier.expose().to_owned());
        let mut request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_scope(Scope::new("profile".to_owned()))
            .add_scope(Scope::new("email".to_owned()));
        // Some providers refuse a scope that they do not know.
        let groups = Scope::new("groups".to_owned());
        if metadata.scopes_supported().is_some_and(|known| known.contains(&groups)) {
            request = request.add_scope(groups);
        }
        Ok(request.url().0.into())
    }

    /// Exchanges the code for whom the provider vouches for.
    pub(super) async fn identify(
        &self,
        ctx: &Ctx,
        redirect: &str,
        code: &Sensitive,
        binding: Binding,
    ) -> Result<Identity, SignOnProblem> {
        let metadata = self.metadata(ctx, false).await?;
        let client = self.client(ctx, &metadata, redirect)?;
        let request = client
            .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
            .map_err(|error| misconfigured(ctx, &error))?
            .set_pkce_verifier(PkceCodeVerifier::new(binding.verifier.expose().to_owned()));
        let tokens = request.request_async(&self.http).await.map_err(|error| not_exchanged(ctx, &error))?;
        let nonce = Nonce::new(binding.nonce);
        match self.verified(ctx, &client, &tokens, &nonce).await {
            Err(Unverified::UnknownKey) => {
                let metadata = self.metadata(ctx, true).await?;
                let client = self.client(ctx, &metadata, redirect)?;
                self.verified(ctx, &client, &tokens, &nonce).await
            }
            outcome => outcome,
        }
        .map_err(|unverified| match unverified {
            Unverified::UnknownKey => {
                untrusted(ctx, &"it is signed with a key that the provider does not show")
            }
            Unverified::For(problem) => problem,
        })
    }

    /// Whom the ID token names, once all of it holds; groups it is silent on are asked for.
    async fn verified(
        &self,
        ctx: &Ctx,
        client: &Client,
        tokens: &Tokens,
        nonce: &Nonce,
    ) -> Result<Identity, Unverified> {
        let now = instant(ctx.now).map_err(|error| Unverified::For(untrusted(ctx, &error)))?;
        let token =
            tokens.id_token().ok_or_else(|| Unverified::For(untrusted(ctx, &"there is no ID token")))?;
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || now);
        let claims = token.claims(&verifier, nonce).map_err(|error| match error {
            ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
                Unverified::UnknownKey
            }
            other => Unverified::For(untrusted(ctx, &other)),
        })?;
        if let Some(expected) = claims.access_token_hash() {
            let key =
                token.signing_key(&verifier).map_err(|error| Unverified::For(untrusted(ctx, &error)))?;
            let alg = token.signing_alg().map_err(|error| Unverified::For(untrusted(ctx, &error)))?;
            let hash = AccessTokenHash::from_token(tokens.access_token(), alg, key);
            if hash.ok().as_ref() != Some(expected) {
                return Err(Unverified::For(untrusted(ctx, &"the access token is another one's")));
            }
        }
        let claim = self.config.groups_claim.as_str();
        let mut identity = Identity {
            subject: claims.subject().as_str().to_owned(),
            names: [
                claims.preferred_username().map(|name| name.as_str()),
                claims.email().map(|email| email.as_str()),
            ]
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .collect(),
            groups: groups(claims.additional_claims().0.get(claim)),
        };
        if identity.groups.is_none()
            && let Ok(request) =
                client.user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
        {
            let more: UserInfoClaims<OtherClaims, CoreGenderClaim> = request
                .request_async(&self.http)
                .await
                .map_err(|error| Unverified::For(unreachable(ctx, &error)))?;
            identity.groups = groups(more.additional_claims().0.get(claim));
            let names = [
                more.preferred_username().map(|name| name.as_str()),
                more.email().map(|email| email.as_str()),
            ];
            identity.names.extend(names.into_iter().flatten().map(str::to_owned));
        }
        Ok(identity)
    }

    /// What the provider says of itself; asked once an hour, or where `anew` says so, though not more than once a minute.
    async fn metadata(&self, ctx: &Ctx, anew: bool) -> Result<Arc<CoreProviderMetadata>, SignOnProblem> {
        let mut known = self.known.lock().await;
        let age = |at: Timestamp| ctx.now.micros().saturating_sub(at.micros());
        let limit = if anew { KEYS_AGAIN_AFTER } else { KNOWN_FOR };
        if let Some((metadata, at)) = &known.metadata
            && age(*at) < limit
        {
            return Ok(Arc::clone(metadata));
        }
        if known.failed_at.is_some_and(|at| at.elapsed() < LEFT_ALONE_FOR) {
            return Err(SignOnProblem::Unreachable);
        }
        match CoreProviderMetadata::discover_async(self.config.issuer.url.clone(), &self.http).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *known = Known { metadata: Some((Arc::clone(&metadata), ctx.now)), failed_at: None };
                Ok(metadata)
            }
            Err(error) => {
                known.failed_at = Some(Instant::now());
                Err(match error {
                    DiscoveryError::Request(error) => unreachable(ctx, &error),
                    other => misconfigured(ctx, &other),
                })
            }
        }
    }

    fn client(
        &self,
        ctx: &Ctx,
        metadata: &Arc<CoreProviderMetadata>,
        redirect: &str,
    ) -> Result<Client, SignOnProblem> {
        let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|error| misconfigured(ctx, &error))?;
        let secret = self.config.client_secret.as_ref();
        let by_basic = metadata
            .token_endpoint_auth_methods_supported()
            // Where nothing is said, it is this (OpenID Connect Discovery 1.0, section 3).
            .is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        Ok(Client::from_provider_metadata(
            (**metadata).clone(),
            ClientId::new(self.config.client_id.clone()),
            secret.map(|secret| ClientSecret::new(secret.expose().to_owned())),
        )
        .set_auth_type(if by_basic { AuthType::BasicAuth } else { AuthType::RequestBody })
        .set_redirect_uri(redirect))
    }
}

/// Why an ID token is not believed.
enum Unverified {
    /// Perhaps the provider has changed its keys.
    UnknownKey,
    For(SignOnProblem),
}

// What is logged here comes from the provider's answers, in which there may be tokens: the libraries' errors name what is
// wrong, and never what was sent.

fn unreachable(ctx: &Ctx, error: &dyn std::error::Error) -> SignOnProblem {
    tracing::warn!(request_id = ctx.request_id, "the sign-in provider does not answer: {}", chain(error));
    SignOnProblem::Unreachable
}

fn misconfigured(ctx: &Ctx, error: &dyn std::error::Error) -> SignOnProblem {
    tracing::error!(request_id = ctx.request_id, "single sign-on is not set up right: {}", chain(error));
    SignOnProblem::Misconfigured
}

fn untrusted(ctx: &Ctx, what: &dyn std::fmt::Display) -> SignOnProblem {
    tracing::error!(
        request_id = ctx.request_id,
        "the sign-in provider's answer is not to be trusted: {what}"
    );
    SignOnProblem::Untrusted
}

fn not_exchanged(
    ctx: &Ctx,
    error: &RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>,
) -> SignOnProblem {
    match error {
        RequestTokenError::Request(error) => unreachable(ctx, error),
        RequestTokenError::ServerResponse(refusal) => match refusal.error() {
            CoreErrorResponseType::InvalidGrant => SignOnProblem::Expired,
            code => {
                let code = code.as_ref();
                tracing::error!(
                    request_id = ctx.request_id,
                    code,
                    "the sign-in provider refuses this portal"
                );
                SignOnProblem::Misconfigured
            }
        },
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            untrusted(ctx, &"it is not in the form that the standard asks for")
        }
    }
}

/// The error with its causes: which of them tells what is wrong differs.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Speaks with the provider alone: no redirects, and with bounds to time and size.
#[derive(Clone, Debug)]
struct Http(reqwest::Client);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum HttpError {
    #[error(transparent)]
    Failed(#[from] reqwest::Error),
    #[error("the answer is longer than a megabyte")]
    TooLong,
    /// It, or a proxy before it, is not well.
    #[error("the answer is {0}")]
    Down(reqwest::StatusCode),
    #[error(transparent)]
    NoAnswer(#[from] openidconnect::http::Error),
}

impl Http {
    fn new(secure: bool) -> Result<Self, reqwest::Error> {
        let builder =
            reqwest::Client::builder().redirect(Policy::none()).timeout(PATIENCE).https_only(secure);
        builder.user_agent("latchkey").build().map(Self)
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut answer = self.0.execute(request.try_into()?).await.map_err(reqwest::Error::without_url)?;
        if answer.status().is_server_error() {
            return Err(HttpError::Down(answer.status()));
        }
        let mut response = openidconnect::http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
            if body.len() + piece.len() > MOST_BYTES {
                return Err(HttpError::TooLong);
            }
            body.extend_from_slice(&piece);
        }
        Ok(response.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_reached_by_tls_or_on_this_machine() {
        for good in [
            "https://login.example/realms/main",
            "http://127.0.0.1:3119",
            "http://[::1]:1/",
            "http://localhost",
        ] {
            assert_eq!(Issuer::parse(good).unwrap().as_str(), good);
        }
        assert_eq!(Issuer::parse("https://login.example:8443/x").unwrap().host(), "login.example");
        for (bad, error) in [
            ("http://login.example", IssuerError::Plain),
            ("http://127.0.0.1.evil.example", IssuerError::Plain),
            ("ftp://login.example", IssuerError::NotAnAddress),
            ("login.example", IssuerError::NotAnAddress),
            ("https://u:p@login.example", IssuerError::NotAnAddress),
            ("https://login.example/?a", IssuerError::NotAnAddress),
            ("", IssuerError::NotAnAddress),
        ] {
            assert_eq!(Issuer::parse(bad), Err(error), "{bad}");
        }
    }
}
