//! The provider's side of sign-in: discovery, keys, and the exchange of a code for an identity.

use super::{
    SingleSignOnConfig, StepUp,
    claims::{Claims, TokenError, Verified, usable_keys, verify},
    description::{ProviderFacts, ProviderTrouble},
    http::{HttpError, ProviderHttp},
    identity::{Identity, groups, left_out},
    tokens::Tokens,
};
use crate::{connection_tests::http::Http, context::Ctx};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::{access::SignOnProblem, sensitive::Sensitive, time::Timestamp};
use openidconnect::{
    AccessTokenHash, AuthType, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    DiscoveryError, EmptyAdditionalClaims, EndpointMaybeSet, EndpointNotSet, EndpointSet, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    StandardErrorResponse,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim,
        CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreProviderMetadata, CoreResponseType,
        CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse,
    },
    http::{Request, StatusCode, header},
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Mutex, time::Instant};

/// How long the provider's metadata is cached: an hour.
const KNOWN_FOR: Duration = Duration::from_hours(1);

/// The shortest interval between requests for new keys when a token names an unknown one.
const KEYS_AGAIN_AFTER: Duration = Duration::from_mins(1);

/// How long the provider is left alone after it did not answer.
const LEFT_ALONE_FOR: Duration = Duration::from_secs(5);

/// The most that is shown of an answer that is not usable, in characters.
const MAX_SHOWN: usize = 300;

type Client = openidconnect::Client<
    EmptyAdditionalClaims,
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

/// The provider. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Provider {
    config: Arc<SingleSignOnConfig>,
    http: ProviderHttp,
    known: Arc<Mutex<Known>>,
}

/// The cached metadata of the provider, with its time.
#[derive(Debug, Default)]
struct Known {
    metadata: Option<(Arc<CoreProviderMetadata>, Timestamp)>,
    /// The time of the last failure. Not the time of a request, because whoever has waited in line began long before.
    failed_at: Option<Instant>,
}

/// The values that bind one sign-in: all follow from one random text that the browser keeps.
pub(super) struct Binding {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: Sensitive,
}

impl Provider {
    pub(crate) fn new(config: SingleSignOnConfig, http: &Http) -> Self {
        let http = ProviderHttp::new(http, &config.issuer);
        Self { config: Arc::new(config), http, known: Arc::default() }
    }

    pub(crate) fn config(&self) -> &SingleSignOnConfig {
        &self.config
    }

    /// Returns the address at which the browser signs in; with `again` the provider asks the person again.
    pub(super) async fn address(
        &self,
        ctx: &Ctx,
        redirect: &str,
        binding: Binding,
        again: bool,
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
        if again {
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        Ok(request.url().0.into())
    }

    /// Exchanges the code for the identity for which the provider vouches.
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
        let id_token = tokens.id_token().ok_or_else(|| untrusted(ctx, &"there is no ID token"))?;
        let (metadata, verified) = self.verified(ctx, metadata, id_token).await?;
        self.check(&verified, &binding.nonce, &tokens, ctx.now).map_err(|error| untrusted(ctx, &error))?;
        self.whom(ctx, &metadata, &verified.claims, &tokens).await
    }

    /// Verifies a token that the provider has signed; if its key is unknown, asks the provider for its keys again.
    async fn verified(
        &self,
        ctx: &Ctx,
        metadata: Arc<CoreProviderMetadata>,
        token: &str,
    ) -> Result<(Arc<CoreProviderMetadata>, Verified), SignOnProblem> {
        match verify(token, metadata.jwks()) {
            Ok(verified) => Ok((metadata, verified)),
            Err(TokenError::UnknownKey) => {
                let metadata = self.metadata(ctx, true).await?;
                let verified = verify(token, metadata.jwks()).map_err(|error| untrusted(ctx, &error))?;
                Ok((metadata, verified))
            }
            Err(error) => Err(untrusted(ctx, &error)),
        }
    }

    /// Checks everything that an ID token must satisfy (`OpenID` Connect Core 1.0, 3.1.3.7).
    fn check(
        &self,
        verified: &Verified,
        nonce: &str,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<(), TokenError> {
        let Verified { claims, kind, algorithm, key } = verified;
        if kind.as_deref() == Some("logout+jwt") {
            return Err(TokenError::Wrong("it is no ID token"));
        }
        claims.check(self.config.issuer.as_str(), &self.config.client_id, now)?;
        let same = |claim: &str| verify_slices_are_equal(claim.as_bytes(), nonce.as_bytes()).is_ok();
        if !claims.text("nonce").is_some_and(same) {
            return Err(TokenError::Wrong("it is of another sign-in"));
        }
        if let Some(expected) = claims.text("at_hash") {
            let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
            if hash.ok().is_none_or(|hash| hash.as_str() != expected) {
                return Err(TokenError::Wrong("the access token is another one's"));
            }
        }
        Ok(())
    }

    /// Returns the person whom the ID token names; asks the provider for groups that the token lacks.
    async fn whom(
        &self,
        ctx: &Ctx,
        metadata: &CoreProviderMetadata,
        claims: &Claims,
        tokens: &Tokens,
    ) -> Result<Identity, SignOnProblem> {
        let subject = claims.text("sub").ok_or_else(|| untrusted(ctx, &"it names no subject"))?.to_owned();
        let proven_at = claims.past("auth_time", ctx.now);
        let mut identity = Identity {
            names: names(claims),
            groups: groups(claims, &self.config),
            left_out: left_out(claims, &self.config.groups_claim),
            proven_at: match self.config.step_up {
                // If no time is named, a sign-in now counts as a proof.
                StepUp::SignIn if claims.get("auth_time").is_none() => Some(ctx.now),
                StepUp::SignIn | StepUp::AuthTime => proven_at,
            },
            session: claims.text("sid").map(str::to_owned),
            subject,
        };
        if identity.groups.is_none()
            && let Some(endpoint) = metadata.userinfo_endpoint()
        {
            let more = self.user_info(ctx, endpoint.as_str(), metadata, tokens).await?;
            if more.text("sub") != Some(identity.subject.as_str()) {
                return Err(untrusted(ctx, &"what it says of the person is of another one"));
            }
            identity.groups = groups(&more, &self.config);
            identity.left_out |= left_out(&more, &self.config.groups_claim);
            identity.names.extend(names(&more));
        }
        Ok(identity)
    }

    /// Returns what else the provider knows of the person (`OpenID` Connect Core 1.0, 5.3), plain or signed.
    async fn user_info(
        &self,
        ctx: &Ctx,
        endpoint: &str,
        metadata: &CoreProviderMetadata,
        tokens: &Tokens,
    ) -> Result<Claims, SignOnProblem> {
        let bearer = format!("Bearer {}", tokens.access_token().secret());
        let request = Request::get(endpoint)
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, bearer)
            .body(Vec::new())
            .map_err(|error| misconfigured(ctx, &error))?;
        let answer = self.http.ask(request).await.map_err(|error| unreachable(ctx, &error))?;
        if answer.status() != StatusCode::OK {
            let status = answer.status().as_u16();
            tracing::error!(
                request_id = ctx.request_id,
                status,
                "the sign-in provider refuses to say who somebody is"
            );
            return Err(SignOnProblem::Misconfigured);
        }
        let signed = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if signed.is_some_and(|kind| kind.trim().to_ascii_lowercase().starts_with("application/jwt")) {
            let text = std::str::from_utf8(answer.body()).unwrap_or_default();
            let Verified { claims, .. } =
                verify(text.trim(), metadata.jwks()).map_err(|error| untrusted(ctx, &error))?;
            if claims.text("iss") != Some(self.config.issuer.as_str()) {
                return Err(untrusted(ctx, &"what it says of the person is of another issuer"));
            }
            return Ok(claims);
        }
        Claims::from_json(answer.body()).ok_or_else(|| {
            untrusted(ctx, &"what it says of the person is not in the form that the standard asks for")
        })
    }

    /// Verifies a logout token of the provider's.
    pub(super) async fn logout_token(&self, ctx: &Ctx, token: &str) -> Result<Verified, SignOnProblem> {
        let metadata = self.metadata(ctx, false).await?;
        self.verified(ctx, metadata, token).await.map(|(_, verified)| verified)
    }

    /// Returns the provider's metadata; asks for it once an hour, or if `anew` says so, but no more than once a minute.
    async fn metadata(&self, ctx: &Ctx, anew: bool) -> Result<Arc<CoreProviderMetadata>, SignOnProblem> {
        let mut known = self.known.lock().await;
        let limit = if anew { KEYS_AGAIN_AFTER } else { KNOWN_FOR };
        if let Some((metadata, at)) = &known.metadata
            && ctx.now < *at + limit
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

    /// Returns the description that the provider gives of itself, asked for anew.
    ///
    /// Errors: in words for whoever runs the portal.
    pub(crate) async fn describe(&self) -> Result<ProviderFacts, ProviderTrouble> {
        match CoreProviderMetadata::discover_async(self.config.issuer.url.clone(), &self.http).await {
            Ok(metadata) => Ok(ProviderFacts {
                keys: usable_keys(metadata.jwks()),
                claims: metadata
                    .claims_supported()
                    .map(|claims| claims.iter().map(|claim| claim.as_str().to_owned()).collect()),
            }),
            Err(DiscoveryError::Request(error)) => Err(ProviderTrouble::Unreachable(chain(&error))),
            Err(error) => Err(ProviderTrouble::Wrong(shown(&chain(&error)))),
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
            // The default if nothing is named (`OpenID` Connect Discovery 1.0, section 3).
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

/// Returns the names that the person has there, the most fitting first.
fn names(claims: &Claims) -> Vec<String> {
    ["preferred_username", "email"]
        .into_iter()
        .filter_map(|name| claims.text(name))
        .map(str::to_owned)
        .collect()
}

// The following log lines come from the provider's answers, which may contain tokens: the libraries' errors name what is
// wrong, and never what was sent.

fn unreachable(ctx: &Ctx, error: &dyn std::error::Error) -> SignOnProblem {
    tracing::warn!(request_id = ctx.request_id, "the sign-in provider does not answer: {}", chain(error));
    SignOnProblem::Unreachable
}

fn misconfigured(ctx: &Ctx, error: &dyn std::error::Error) -> SignOnProblem {
    tracing::error!(
        request_id = ctx.request_id,
        "single sign-on is not configured correctly: {}",
        chain(error)
    );
    SignOnProblem::Misconfigured
}

fn untrusted(ctx: &Ctx, what: &dyn std::fmt::Display) -> SignOnProblem {
    tracing::error!(request_id = ctx.request_id, "the sign-in provider's answer cannot be trusted: {what}");
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

/// Returns a text that may repeat a part of the provider's answer, in one short line.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_SHOWN).collect()
}

/// Returns the error with its causes, because any of them may say what is wrong.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
