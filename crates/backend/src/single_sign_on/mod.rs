//! Sign-in at a provider by `OpenID` Connect: the authorization code flow with PKCE (`OpenID` Connect Core 1.0, section 3.1;
//! RFC 7636).

mod claims;
mod description;
mod http;
mod identity;
mod issuer;
mod logout;
mod provider;
mod repository;
mod service;
mod tokens;

pub(crate) use description::{ProviderFacts, ProviderTrouble};
pub use issuer::{Issuer, IssuerError};
pub(crate) use provider::Provider;
pub use service::{BegunSignOn, ProviderAnswer, SingleSignOnService};

use domain::{access::Role, sensitive::Sensitive};

/// The configuration of single sign-on.
#[derive(Clone, Debug)]
pub struct SingleSignOnConfig {
    /// The address of the provider.
    pub issuer: Issuer,
    /// The id under which the portal is registered there.
    pub client_id: String,
    /// The portal's own proof of identity; `None` for a public client, which only PKCE protects.
    pub client_secret: Option<Sensitive>,
    /// The claim that names a person's groups, or the path to it through others, such as `realm_access.roles`.
    pub groups_claim: String,
    /// The role that each group gives. Of several roles the highest counts; whoever is in none of the groups may not sign in.
    pub groups: Vec<(String, Role)>,
    /// The kinds of sign-in that count as a fresh proof of identity.
    pub step_up: StepUp,
    /// Whether the API tokens of somebody whom the provider signs out are rejected until they sign in again.
    pub logout_suspends_tokens: bool,
}

/// The kinds of sign-in that count as a fresh proof of identity at the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StepUp {
    /// The time of the proof, if the provider names it (`auth_time`).
    #[default]
    AuthTime,
    /// Also any sign-in at a provider that never names the time, though it may not have asked the person again.
    SignIn,
}

#[cfg(test)]
mod tests;
