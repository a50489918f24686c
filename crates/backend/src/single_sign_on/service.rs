//! Sign-in at a provider. Between the two steps nothing is kept but one random text in the browser's cookie, from which all
//! values that bind them follow, so that any server can do the second.

use super::{
    SingleSignOnConfig,
    description::ProviderTrouble,
    identity::Identity,
    provider::{Binding, Provider},
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction, AuditRecord, Outcome},
    connection_tests::http::Http,
    context::{Action, Actor, Ctx},
    db::Db,
    error::internal,
    random,
    sessions::{
        NewSession, SessionService,
        attempts::Attempts,
        is_recent,
        repository::{self as sessions, Beginning},
    },
    users::repository::{self as users, UserRow},
    work::Work,
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::{
    access::{Role, SignOnProblem},
    error::Error,
    sensitive::Sensitive,
};
use std::time::Duration;
use tokio::time::timeout;

/// The time in which a provider that works describes itself.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(12);

/// The actor of changes that the portal makes on the provider's word.
pub(super) const ACTOR: &str = "single sign-on";

/// Sign-in at a provider. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SingleSignOnService {
    pub(super) db: Db,
    sessions: SessionService,
    pub(super) provider: Provider,
}

/// A sign-in that was begun.
#[derive(Clone, Debug)]
pub struct BegunSignOn {
    /// The address to which the browser is redirected.
    pub address: String,
    /// The text that the browser keeps meanwhile, in a cookie: 256 random bits.
    pub token: Sensitive,
}

/// The parameters with which the provider redirects the browser back.
#[derive(Clone, Debug, Default)]
pub struct ProviderAnswer {
    /// The code, to be exchanged once.
    pub code: Option<Sensitive>,
    /// The state with which the sign-in was begun.
    pub state: String,
    /// The issuer of the answer (RFC 9207), if it is named.
    pub issuer: Option<String>,
    /// The reason why there is no code.
    pub error: Option<String>,
}

impl SingleSignOnService {
    pub(crate) fn new(db: Db, sessions: SessionService, config: SingleSignOnConfig, http: &Http) -> Self {
        Self { db, sessions, provider: Provider::new(config, http) }
    }

    /// Returns the provider.
    pub(crate) fn provider(&self) -> &Provider {
        &self.provider
    }

    /// Returns whether the provider answers with its description, asked for anew.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn is_answering(&self, ctx: &Ctx) -> Result<bool, Error> {
        authorize(&self.db, ctx, Action::ManageNotices, Object::Named("single sign-on")).await?;
        // On the heap, because the answer of a provider is large.
        let described = Box::pin(timeout(ANSWER_TIMEOUT, self.provider.describe())).await;
        Ok(matches!(described, Ok(Ok(_) | Err(ProviderTrouble::Wrong(_)))))
    }

    /// Returns the provider's host, which people see when they sign in.
    pub fn host(&self) -> &str {
        self.provider.config().issuer.host()
    }

    /// Begins a sign-in that returns to this address of ours; with `again` the provider asks the person again.
    ///
    /// Errors: `SignOn` if the provider does not answer or does not match the settings; `Refused`.
    pub async fn begin(&self, ctx: &Ctx, redirect: &str, again: bool) -> Result<BegunSignOn, Error> {
        let token = random::token().map_err(|error| internal(ctx, &error))?;
        let address = self.provider.address(ctx, redirect, binding(&token), again).await?;
        Ok(BegunSignOn { address, token })
    }

    /// Returns whether this is the state of the sign-in that was begun with this token.
    pub fn is_of(begun: &Sensitive, state: &str) -> bool {
        verify_slices_are_equal(binding(begun).state.as_bytes(), state.as_bytes()).is_ok()
    }

    /// Signs in the person for whom the provider vouches, who is recognized by issuer and subject. Whoever comes for the
    /// first time becomes a user. The role is that of the groups now; if it has changed, all older sessions end. Whoever is
    /// in no group that gives a role loses every session, has their API tokens rejected until a sign-in gives a role again,
    /// and is not signed in, and neither is whoever is disabled here. If the sign-in was begun with `again`, the provider
    /// must say that it asked the person a moment ago.
    ///
    /// Errors: `SignOn`; and as usual.
    pub async fn finish(
        &self,
        ctx: &Ctx,
        redirect: &str,
        begun: Option<&Sensitive>,
        answer: &ProviderAnswer,
        device: &str,
        again: bool,
    ) -> Result<NewSession, Error> {
        let identity = self.identity(ctx, redirect, begun, answer).await;
        match identity.and_then(|identity| asked_again(ctx, identity, again)) {
            Ok(identity) => self.admit(ctx, &identity, device).await,
            Err(problem) => {
                // An answer that a stranger sends without having begun is nobody's attempt.
                if begun.is_some() && problem != SignOnProblem::Expired {
                    let source = Attempts::of(ctx, ACTOR).source();
                    let what = (AuditAction::SignIn, ACTOR, Outcome::Failed);
                    self.db.alarms().tried(&self.db, ctx, &source, what).await?;
                }
                Err(problem.into())
            }
        }
    }

    async fn identity(
        &self,
        ctx: &Ctx,
        redirect: &str,
        begun: Option<&Sensitive>,
        answer: &ProviderAnswer,
    ) -> Result<Identity, SignOnProblem> {
        let binding = binding(begun.ok_or(SignOnProblem::Expired)?);
        if verify_slices_are_equal(binding.state.as_bytes(), answer.state.as_bytes()).is_err() {
            return Err(SignOnProblem::Expired);
        }
        let ours = self.provider.config().issuer.as_str();
        if answer.issuer.as_deref().is_some_and(|issuer| issuer != ours) {
            tracing::error!(request_id = ctx.request_id, "an answer of another sign-in provider than ours");
            return Err(SignOnProblem::Untrusted);
        }
        match (&answer.code, &answer.error) {
            (Some(code), None) => self.provider.identify(ctx, redirect, code, binding).await,
            (_, Some(error)) if error == "access_denied" => Err(SignOnProblem::Denied),
            // RFC 6749, 4.1.2.1: the provider is not well.
            (_, Some(error)) if error == "temporarily_unavailable" || error == "server_error" => {
                Err(SignOnProblem::Unreachable)
            }
            _ => {
                tracing::error!(
                    request_id = ctx.request_id,
                    "the sign-in provider sent no code, but an error"
                );
                Err(SignOnProblem::Misconfigured)
            }
        }
    }

    pub(super) async fn admit(
        &self,
        ctx: &Ctx,
        identity: &Identity,
        device: &str,
    ) -> Result<NewSession, Error> {
        let portal = &as_portal(ctx);
        let admitted = self.db.write::<_, Error>(ctx, async |work| {
            users::lock(work).await?;
            match self.decide(work, portal, identity).await? {
                Admission::Granted(user, changes) => {
                    let (proven_at, provider_session) = (identity.proven_at, identity.session.clone());
                    let beginning = Beginning { proven_at, provider_session };
                    let record = |(action, fields): &(AuditAction, &'static [&'static str])| {
                        (portal, AuditRecord { fields, ..AuditRecord::done(*action, &user.name) })
                    };
                    let before: Vec<_> = changes.iter().map(record).collect();
                    self.sessions.begin(work, ctx, &user, device, &beginning, &before).await.map(Ok)
                }
                Admission::Denied(user, problem) => {
                    self.log_rejection(ctx, identity, problem);
                    deny(work, ctx, user.as_ref()).await?;
                    // The denial has ended sessions and is recorded, so the work is committed.
                    Ok(Err(problem))
                }
            }
        });
        Ok(admitted.await??)
    }

    /// Decides whether this person is signed in, and sets the role that their groups give now.
    async fn decide(
        &self,
        work: &mut Work,
        portal: &Ctx,
        identity: &Identity,
    ) -> Result<Admission, sqlx::Error> {
        let mut changes = Changes::new();
        let issuer = self.provider.config().issuer.as_str();
        let known = users::find_by_subject(work, issuer, &identity.subject).await?;
        Ok(match (known, identity.role(self.provider.config())) {
            (Some(user), _) if user.disabled => Admission::Denied(Some(user), SignOnProblem::Disabled),
            (known, None) => Admission::Denied(known, identity.without_role()),
            (Some(user), Some(role)) => {
                if users::resume(work, &user).await? {
                    changes.push((AuditAction::TokensResumed, &[]));
                }
                let user = with_role(work, user, role, &mut changes).await?;
                Admission::Granted(user, changes)
            }
            (None, Some(role)) => {
                changes.push((AuditAction::UserAdded, &["role", "subject"]));
                match self.add(work, portal, identity, role).await? {
                    Some(user) => Admission::Granted(user, changes),
                    None => Admission::Denied(None, SignOnProblem::NameTaken),
                }
            }
        })
    }

    /// Logs one line for the operator, because what has to change is nearly always at the provider.
    fn log_rejection(&self, ctx: &Ctx, identity: &Identity, problem: SignOnProblem) {
        let claim = self.provider.config().groups_claim.as_str();
        let person = identity.names.first().unwrap_or(&identity.subject);
        let groups = identity.groups.as_deref().unwrap_or_default();
        let why = match problem {
            SignOnProblem::NoGroup => {
                "none of the person's groups gives a role: compare them with LATCHKEY_OIDC_ADMIN_GROUP, \
                 LATCHKEY_OIDC_EDITOR_GROUP and LATCHKEY_OIDC_READER_GROUP"
            }
            SignOnProblem::GroupsLeftOut => {
                "the provider leaves the groups out because the person is in too many (Entra's overage): there, pass on only \
                 the groups assigned to the application, or use app roles and LATCHKEY_OIDC_GROUPS_CLAIM=roles"
            }
            SignOnProblem::NoGroupsTold => {
                "the provider says nothing of groups in the claim that LATCHKEY_OIDC_GROUPS_CLAIM names: add it to what it \
                 passes on. Google has no such claim: put a provider that has before it, such as Dex or Keycloak"
            }
            SignOnProblem::Disabled => "the user is disabled here",
            SignOnProblem::NameTaken => "every name for the new user is somebody else's",
            _ => "the provider's answer",
        };
        let shown: Vec<&str> = groups.iter().take(20).map(String::as_str).collect();
        tracing::info!(
            request_id = ctx.request_id,
            ?person,
            claim,
            groups = groups.len(),
            ?shown,
            "a sign-in at the provider was rejected: {why}"
        );
    }

    /// Adds a user under the first free name; `None` if all are taken. Not recorded yet.
    async fn add(
        &self,
        work: &mut Work,
        portal: &Ctx,
        identity: &Identity,
        role: Role,
    ) -> Result<Option<UserRow>, sqlx::Error> {
        let issuer = &self.provider.config().issuer;
        for name in identity.user_names(issuer.host()) {
            if users::find_unproven(work, name.as_str()).await?.is_some() {
                continue;
            }
            let person = (issuer.as_str(), identity.subject.as_str());
            return users::insert_vouched(work, portal, &name, role, person).await.map(Some);
        }
        Ok(None)
    }
}

/// The changes of a user by a sign-in, each with the names of the changed fields.
type Changes = Vec<(AuditAction, &'static [&'static str])>;

/// The result of a sign-in at the provider.
enum Admission {
    /// The user is signed in, with these changes.
    Granted(UserRow, Changes),
    /// Nobody is signed in, for this reason; with the user, if there is one.
    Denied(Option<UserRow>, SignOnProblem),
}

/// Ends every session of somebody who is denied, has their API tokens rejected, and records it.
async fn deny(work: &mut Work, ctx: &Ctx, user: Option<&UserRow>) -> Result<(), sqlx::Error> {
    let portal = &as_portal(ctx);
    if let Some(user) = user {
        sessions::end_all(work, user.id).await?;
    }
    let object = user.map_or("unknown user", |user| user.name.as_str());
    let mut records = Vec::new();
    if let Some(user) = user.filter(|user| !user.disabled)
        && users::suspend(work, portal, user).await?
    {
        records.push((portal, AuditRecord::done(AuditAction::TokensSuspended, object)));
    }
    let refused = AuditRecord { outcome: Outcome::Refused, ..AuditRecord::done(AuditAction::SignIn, object) };
    records.push((ctx, refused));
    audit::repository::append_many(work, &records).await
}

/// Sets the role that the user's groups give now, and notes whether it has changed.
async fn with_role(
    work: &mut Work,
    user: UserRow,
    role: Role,
    changes: &mut Changes,
) -> Result<UserRow, sqlx::Error> {
    if user.role == role.as_str() {
        return Ok(user);
    }
    users::set_role(work, user.id, role).await?;
    sessions::end_all(work, user.id).await?;
    changes.push((AuditAction::UserRoleChanged, &["role"]));
    Ok(UserRow { role: role.as_str().to_owned(), ..user })
}

/// Accepts a sign-in with `again` only if the provider says that it asked the person a moment ago.
fn asked_again(ctx: &Ctx, identity: Identity, again: bool) -> Result<Identity, SignOnProblem> {
    if !again || identity.proven_at.is_some_and(|at| is_recent(at, ctx.now)) {
        return Ok(identity);
    }
    let why = match identity.proven_at {
        Some(_) => {
            "it signed the person in without asking anew who they are, though prompt=login and max_age=0 ask for that"
        }
        None => {
            "it does not say when it asked the person who they are (the claim auth_time): have it pass that on, in Entra as an \
             optional claim of ID tokens; where it cannot, set LATCHKEY_OIDC_STEP_UP=sign-in"
        }
    };
    tracing::warn!(request_id = ctx.request_id, "a sign-in at the provider was not fresh: {why}");
    Err(SignOnProblem::NotAskedAgain)
}

pub(super) fn as_portal(ctx: &Ctx) -> Ctx {
    Ctx { actor: Actor::System(ACTOR), ..ctx.clone() }
}

/// Returns the values that bind a sign-in. Each follows from the browser's token only, and reveals nothing of it or of the
/// others.
fn binding(token: &Sensitive) -> Binding {
    let derived = |purpose: &str| {
        let labelled = Sensitive::new(format!("latchkey single sign-on\0{purpose}\0{}", token.expose()));
        random::hex(&random::hash(&labelled))
    };
    // 64 hexadecimal digits: between the 43 and 128 characters that RFC 7636, 4.1, requires of a verifier.
    Binding {
        state: derived("state"),
        nonce: derived("nonce"),
        verifier: Sensitive::new(derived("verifier")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binding_derives_all_values_and_reveals_no_token() {
        let of = |token: &str| {
            let Binding { state, nonce, verifier } = binding(&Sensitive::new(token));
            [state, nonce, verifier.expose().to_owned()]
        };
        assert_eq!(of("a"), of("a"));
        let all = [of("a"), of("b")].concat();
        for (place, text) in all.iter().enumerate() {
            assert_eq!(text.len(), 64);
            assert!(!all[..place].contains(text));
        }
    }
}
