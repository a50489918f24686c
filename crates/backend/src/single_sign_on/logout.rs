//! Back-channel logout: the provider signs somebody out here (`OpenID` Connect Back-Channel Logout 1.0).

use super::{
    claims::{Claims, TokenError, Verified},
    repository,
    service::{ACTOR, SingleSignOnService, as_portal},
};
use crate::{
    audit::{self, AuditAction, AuditRecord},
    context::Ctx,
    random,
    sessions::repository as sessions,
    users::repository::{self as users, UserRow},
    work::Work,
};
use domain::{access::SignOnProblem, error::Error, sensitive::Sensitive, time::Timestamp};
use std::time::Duration;

/// The member of `events` that marks a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The longest remaining validity of an accepted token: a day. Tokens that must be remembered for longer, so
/// that none is accepted twice, would fill the table.
const LONGEST: Duration = Duration::from_hours(24);

/// The person whom a logout token signs out.
struct Logout {
    subject: Option<String>,
    session: Option<String>,
    /// The hash by which the token is recognized.
    hash: Vec<u8>,
    expires_at: Timestamp,
}

impl SingleSignOnService {
    /// Ends the sessions of the person whom the provider has signed out, and has their API tokens rejected until they sign in
    /// again. Anybody may bring such a token, because only the provider's signature counts.
    ///
    /// Errors: `Invalid`; `Refused` with `Unavailable`, also if the provider's keys cannot be asked for, and `Internal`.
    pub async fn log_out(&self, ctx: &Ctx, token: &Sensitive) -> Result<(), Error> {
        let verified =
            self.provider.logout_token(ctx, token.expose()).await.map_err(|problem| match problem {
                SignOnProblem::Unreachable | SignOnProblem::Misconfigured => Error::Unavailable,
                _ => Error::LogoutToken("the token is not signed by the sign-in provider"),
            })?;
        let read = self.read_logout(&verified, ctx.now);
        let logout = read.map_err(|error| match error {
            TokenError::Wrong(why) => rejected(ctx, why),
            TokenError::UnknownKey => {
                rejected(ctx, "it is signed with a key that the provider does not show")
            }
        })?;
        self.db
            .write(ctx, async |work| {
                users::lock(work).await?;
                let fresh = repository::take_logout(work, ctx, &logout.hash, logout.expires_at).await?;
                if !fresh {
                    return Err(rejected(ctx, "it was taken before").into());
                }
                let users = self.signed_out(work, &logout).await?;
                Ok(self.sign_out(work, &as_portal(ctx), &users, &logout).await?)
            })
            .await
    }

    /// Parses a logout token (section 2.6), and tells it from an ID token.
    fn read_logout(&self, verified: &Verified, now: Timestamp) -> Result<Logout, TokenError> {
        let Verified { claims, kind, .. } = verified;
        let config = self.provider.config();
        // RFC 8725, 3.11: a token that names another type is of another type.
        if kind.as_deref().is_some_and(|kind| kind != "jwt" && kind != "logout+jwt") {
            return Err(TokenError::Wrong("it is no logout token"));
        }
        claims.check(config.issuer.as_str(), &config.client_id, now)?;
        let event = claims.get("events").and_then(|events| events.get(EVENT));
        if !event.is_some_and(serde_json::Value::is_object) {
            return Err(TokenError::Wrong("it is no logout token"));
        }
        if claims.get("nonce").is_some() {
            return Err(TokenError::Wrong("it has a nonce, which no logout token has"));
        }
        let owned = |claims: &Claims, name: &str| claims.text(name).map(str::to_owned);
        let (subject, session) = (owned(claims, "sub"), owned(claims, "sid"));
        if subject.is_none() && session.is_none() {
            return Err(TokenError::Wrong("it names neither a person nor a session"));
        }
        let id = claims.text("jti").ok_or(TokenError::Wrong("it has no jti"))?;
        let hash = random::hash(&Sensitive::new(format!("{}\0{id}", config.issuer.as_str())));
        let expires_at = claims
            .rejected_from()
            .filter(|at| *at <= now + LONGEST)
            .ok_or(TokenError::Wrong("it is good for more than a day"))?;
        Ok(Logout { subject, session, hash, expires_at })
    }

    /// Returns the users whom it signs out; none if nobody of these has ever signed in here, or the session has ended.
    async fn signed_out(&self, work: &mut Work, logout: &Logout) -> Result<Vec<UserRow>, sqlx::Error> {
        let issuer = self.provider.config().issuer.as_str();
        match (&logout.subject, &logout.session) {
            (Some(subject), _) => {
                Ok(users::find_by_subject(work, issuer, subject).await?.into_iter().collect())
            }
            (None, Some(session)) => users::of_provider_session(work, issuer, session).await,
            (None, None) => Ok(Vec::new()),
        }
    }

    /// Signs the users out. Locks rows in the common order: sessions, users by their ids, and the end of the audit log last.
    async fn sign_out(
        &self,
        work: &mut Work,
        portal: &Ctx,
        users: &[UserRow],
        logout: &Logout,
    ) -> Result<(), sqlx::Error> {
        for user in users {
            match &logout.session {
                Some(session) => sessions::end_of_provider(work, user.id, session).await?,
                None => sessions::end_all(work, user.id).await?,
            }
        }
        let mut records = Vec::with_capacity(users.len() * 2);
        for user in users {
            records.push((portal, AuditRecord::done(AuditAction::ProviderLogout, &user.name)));
            let suspends = self.provider.config().logout_suspends_tokens;
            if suspends && users::suspend(work, portal, user).await? {
                records.push((portal, AuditRecord::done(AuditAction::TokensSuspended, &user.name)));
            }
        }
        audit::repository::append_many(work, &records).await?;
        for user in users {
            tracing::info!(
                request_id = portal.request_id,
                user = user.name,
                by = ACTOR,
                "signed out by the provider"
            );
        }
        Ok(())
    }
}

fn rejected(ctx: &Ctx, why: &'static str) -> Error {
    tracing::info!(request_id = ctx.request_id, "a logout token was rejected: {why}");
    Error::LogoutToken(why)
}
