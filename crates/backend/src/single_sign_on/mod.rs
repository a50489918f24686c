//! Signing in at a provider by `OpenID` Connect: the authorization code flow with PKCE (`OpenID` Connect Core 1.0, section
//! 3.1; RFC 7636).

mod identity;
mod provider;
mod service;

pub use provider::{Issuer, IssuerError};
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
    /// The claim that names a person's groups.
    pub groups_claim: String,
    /// Which group gives which role. Of several roles the highest counts; whoever is in none of the groups may not sign in.
    pub groups: Vec<(String, Role)>,
}

#[cfg(test)]
mod tests;
