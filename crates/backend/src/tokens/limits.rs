//! Limits on new tokens, and the end of tokens that nobody has revoked.

use crate::{
    context::{Actor, Ctx},
    db::timestamp,
    users::repository::UserRow,
};
use domain::{
    access::{AccessProblem, Expiry, NewToken, Restriction, Role, TokenScope},
    error::{Field, FieldError},
    time::Timestamp,
};
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

/// The operator's settings for API tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLimits {
    /// The number of days after a person's last sign-in at the provider after which their tokens end.
    pub days_after_sign_in: u16,
    /// The most days for which a new token may be valid; `None` sets no limit.
    pub most_days: Option<u16>,
    /// Whether editors may create tokens that read values or write only for chosen secrets.
    pub restricted_editors: bool,
}

impl Default for TokenLimits {
    fn default() -> Self {
        Self { days_after_sign_in: 30, most_days: None, restricted_editors: false }
    }
}

domain::coded_enum! {
    /// The reason why a token that is neither revoked nor expired is rejected at the moment.
    pub enum Stopped: as_str {
        /// The person is disabled here.
        Disabled = "owner-disabled";
        /// The provider has signed the person out, or has them in none of the groups any more.
        Suspended = "owner-suspended";
        /// The person has not signed in at the provider for too long.
        NotSeen = "owner-not-signed-in";
    }
}

impl TokenLimits {
    /// Returns the default expiry.
    pub(super) fn default_expiry(self) -> Expiry {
        match (self.most_days, Expiry::DEFAULT) {
            (Some(most), Expiry::Days(days)) => Expiry::Days(days.min(most)),
            (Some(most), Expiry::Never) => Expiry::Days(most),
            (None, default) => default,
        }
    }

    /// Returns the problem of a new token by these limits.
    pub(super) fn problem(self, ctx: &Ctx, token: &NewToken) -> Option<FieldError> {
        let beyond = |most: &u16| match token.expiry {
            Expiry::Never => true,
            Expiry::Days(days) => days > *most,
        };
        if let Some(most) = self.most_days.filter(|most| beyond(most)) {
            return Some(FieldError::new(Field::Expiry, AccessProblem::TokenExpiryBeyond(most)));
        }
        let is_editor = matches!(&ctx.actor, Actor::User(user) if user.role < Role::Admin);
        let reaches_all = token.restriction == Restriction::None && token.scope != TokenScope::ReadMetadata;
        (self.restricted_editors && is_editor && reaches_all)
            .then(|| FieldError::new(Field::Prefix, AccessProblem::TokenUnrestricted))
    }

    /// Returns when the tokens of this person end unless they sign in at the provider before.
    pub(super) fn end_without_sign_in(self, owner: &UserRow) -> Option<Timestamp> {
        owner.oidc_issuer.as_ref()?;
        let at = owner.signed_in_at.max(owner.tokens_kept_from).map_or(Timestamp::from_micros(0), timestamp);
        Some(at + DAY * self.days_after_sign_in.into())
    }

    /// Returns why the tokens of this person are rejected, if they are.
    pub(super) fn stopped(self, owner: &UserRow, now: Timestamp) -> Option<Stopped> {
        if owner.disabled {
            Some(Stopped::Disabled)
        } else if owner.suspended_at.is_some() {
            Some(Stopped::Suspended)
        } else {
            self.end_without_sign_in(owner).filter(|end| *end <= now).map(|_| Stopped::NotSeen)
        }
    }
}
