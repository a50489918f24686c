//! The caller of the API.

use super::problem::Problem;
use crate::state::AppState;
use app::ssr::Identified;
use axum::{extract::FromRequestParts, http::request::Parts};
use backend::{Actor, Backend, Ctx, FoundValue, TokenActor};
use domain::error::Error;

/// The owner of a valid token, and the services.
pub struct Caller {
    pub ctx: Ctx,
    pub token: TokenActor,
    pub backend: Backend,
    /// The sealed value that the request asks for, if it was looked up with the token.
    pub found: Option<FoundValue>,
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let found = parts.extensions.remove::<FoundValue>();
        let identified = parts.extensions.get::<Identified>().cloned();
        let ctx = identified.unwrap_or(Err(Error::Unavailable))?;
        let backend = state.backend().cloned().ok_or(Error::Unavailable)?;
        match ctx.actor.clone() {
            Actor::Token(token) => Ok(Self { ctx, token, backend, found }),
            _ => Err(Error::NotSignedIn.into()),
        }
    }
}
