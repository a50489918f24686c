//! Signing in at a provider by `OpenID` Connect: the authorization code flow with PKCE (`OpenID` Connect Core 1.0, section
//! 3.1; RFC 7636).

mod claims;
mod http;
mod identity;
mod issuer;
mod logout;
mod provider;
mod repository;
mod service;
mod tokens;

pub use issuer::{Issuer, IssuerError};
pub use service::{BegunSignOn, ProviderAnswer, SingleSignOnService};

use domain::{access::Role, sensitive::Sensitive};

/// What is agreed with the provider.
#[derive(Clone, Debug)]
pub struct SingleSignOnConfig {
    /// Where the provider is.
    pub issuer: Issuer,
    /// Under which the portal is registered there.
    pub client_id: String,
    /// What the portal proves itself with; `None` for a public client, which PKCE alone protects.
    pub client_secret: Option<Sensitive>,
    /// The claim that names a person's groups, or the way to it through others, such as `realm_access.roles`.
    pub groups_claim: String,
    /// Which group gives which role. Of several roles the highest counts; whoever is in none of the groups may not sign in.
    pub groups: Vec<(String, Role)>,
    /// What counts as a fresh proof of who somebody is.
    pub step_up: StepUp,
    /// Whether the API tokens of somebody whom the provider signs out are refused until they sign in again.
    pub logout_suspends_tokens: bool,
}

/// What counts as a fresh proof of who somebody is at the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StepUp {
    /// That the provider says when it was (`auth_time`).
    #[default]
    AuthTime,
    /// Also a sign-in of which a provider that never says so does not tell whether it asked the person anew.
    SignIn,
}

#[cfg(test)]
mod tests;
