//! Which tokens may be made, and when one is good no more though nobody has revoked it.

use crate::{
    context::{Actor, Ctx},
    users::repository::UserRow,
};
use domain::{
    access::{AccessProblem, Expiry, NewToken, Restriction, Role, TokenScope},
    error::{Field, FieldError},
    time::Timestamp,
};

const DAY: i64 = 86_400 * 1_000_000;

/// What the operator says of API tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLimits {
    /// How many days after the last sign-in of a person whom a provider vouches for their tokens end.
    pub days_after_sign_in: u16,
    /// The most days that a token may last from now on; `None` sets no limit.
    pub most_days: Option<u16>,
    /// Editors make tokens that take values out or write for chosen secrets alone.
    pub restricted_editors: bool,
}

impl Default for TokenLimits {
    fn default() -> Self {
        Self { days_after_sign_in: 30, most_days: None, restricted_editors: false }
    }
}

domain::coded_enum! {
    /// Why a token that was neither revoked nor has expired is refused at the moment.
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
    /// Returns the expiry where nothing is typed.
    pub(super) fn default_expiry(self) -> Expiry {
        match (self.most_days, Expiry::DEFAULT) {
            (Some(most), Expiry::Days(days)) => Expiry::Days(days.min(most)),
            (Some(most), Expiry::Never) => Expiry::Days(most),
            (None, default) => default,
        }
    }

    /// Returns what these limits have against a token that whoever asks may make otherwise.
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
        let life = i64::from(self.days_after_sign_in) * DAY;
        let at = owner.signed_in_at.max(owner.tokens_kept_from).map_or(0, |at| at.timestamp_micros());
        Some(Timestamp::from_micros(at.saturating_add(life)))
    }

    /// Returns why the tokens of this person are refused, if they are.
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
