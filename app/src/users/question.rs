//! The confirmations before a user is changed: what ends with it (sessions, the password, rights), and what
//! it grants.

use super::{PROOF_HINT, USERS, is_oneself, user_address};
use crate::{
    account::proof::prove_again,
    failure::{Subject, loaded},
    form_state::{FormState, message},
    ssr,
    ui::confirm::{ConfirmPage, Consequence, NotPossible},
};
use backend::{Backend, Ctx, Proof, UserSummary};
use domain::access::{AccessField, Role};
use leptos::{either::Either, prelude::*};

/// The subject of a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserQuestion {
    /// Whether the user gets another role.
    Role,
    /// Whether the user is disabled.
    Disable,
    /// Whether the disabled user may sign in again.
    Enable,
    /// Whether all sessions of the user end.
    EndSessions,
    /// Whether the password is removed, for a link with which another is chosen.
    PasswordLink,
}

impl UserQuestion {
    /// Returns the heading of the page.
    fn heading(self) -> &'static str {
        match self {
            Self::Role => "Change role",
            Self::Disable => "Disable user",
            Self::Enable => "Enable user",
            Self::EndSessions => "End all sessions",
            Self::PasswordLink => "Make password link",
        }
    }

    /// Returns whether a yes requires a proof, because what it grants outlasts a stolen session.
    fn asks_for_proof(self) -> bool {
        match self {
            Self::Role | Self::Enable | Self::PasswordLink => true,
            Self::Disable | Self::EndSessions => false,
        }
    }

    /// Returns the last part of the address, which the form on the page is also sent to.
    fn segment(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::EndSessions => "end-sessions",
            Self::PasswordLink => "password-link",
        }
    }
}

/// The confirmation for the user with this name.
#[component]
pub fn UserQuestionPage(name: String, question: UserQuestion, form: FormState) -> impl IntoView {
    // Chosen on the page of the user, or on this page, which was sent back.
    let chosen =
        if form.error.is_some() { Some(form.typed(AccessField::Role)) } else { ssr::query_parameter("role") };
    let role = chosen.and_then(|role| Role::parse(&role));
    let load = move |backend: Backend, ctx: Ctx| async move {
        let user = backend.users().get(&ctx, &name).await?;
        let last = backend.users().is_last_admin(&ctx, &name).await?;
        let proof =
            if question.asks_for_proof() { Some(backend.sessions().proof(&ctx).await?) } else { None };
        Ok((user, last, proof))
    };
    let subject = Subject { heading: "Users", noun: "user", list: USERS };
    let page = loaded(subject, load, move |(user, last, proof)| {
        view! { <Question question user last role proof form/> }
    });
    view! { <div class="form-page">{page}</div> }
}

#[component]
fn Question(
    question: UserQuestion,
    user: UserSummary,
    /// Whether nobody else could administer the portal.
    last: bool,
    /// The role that was chosen.
    role: Option<Role>,
    /// The proof that is asked for, if any.
    proof: Option<Proof>,
    /// The form that was rejected before.
    form: FormState,
) -> impl IntoView {
    let back = user_address(&user.name);
    let role = role.unwrap_or(user.role);
    let heading = question.heading().to_owned();
    if let Some(reason) = impossible(question, &user, last, role) {
        return Either::Left(view! { <NotPossible heading reason back label="Back to the user"/> });
    }
    let action = format!("{back}/{}", question.segment());
    let confirm = question.heading();
    let you = is_oneself(&user).then(|| {
        view! { <Consequence><b>"This is you. "</b> {to_oneself(question, role)}</Consequence> }
    });
    let name = user.name.clone();
    let tokens =
        (question == UserQuestion::PasswordLink && user.tokens > 0).then(|| revoke_box(&form, user.tokens));
    let asked = match question {
        UserQuestion::Role => Either::Left(view! {
            <p>
                "Change the role of " <b>{name}</b> " from " {user.role.label()} " to " <b>{role.label()}</b>
                "? All sessions end, and from the next sign-in on the role " {format!("{}.", role.allows())}
            </p>
            <input type="hidden" name="role" value=role.as_str()/>
        }),
        question => Either::Right(view! {
            <p>{before(question)} <b>{name}</b> {after(question, &user)}</p>
        }),
    };
    let page = match question {
        UserQuestion::Role => format!("{action}?role={}", role.as_str()),
        _ => action.clone(),
    };
    let proof = proof.map(|proof| prove_again(&form, proof, PROOF_HINT, &page));
    let rejected = form.error.is_some().then(|| form.summary().into_any());
    let reason = form.error.as_ref().map(message);
    Either::Right(view! {
        <ConfirmPage heading action=Some(action) cancel=back confirm rejected reason>
            {asked}
            {tokens}
            {you}
            {proof}
        </ConfirmPage>
    })
}

/// Returns why a yes would be rejected in any case.
fn impossible(question: UserQuestion, user: &UserSummary, last: bool, role: Role) -> Option<String> {
    let same_role = question == UserQuestion::Role && role == user.role;
    let locks_out = match question {
        UserQuestion::Role => role != Role::Admin,
        UserQuestion::Disable => true,
        UserQuestion::Enable | UserQuestion::EndSessions | UserQuestion::PasswordLink => false,
    };
    if last && locks_out && !same_role {
        ssr::set_status(http::StatusCode::CONFLICT);
        let this_is_you = if is_oneself(user) { "This is you, and you are" } else { "This is" };
        return Some(format!(
            "{this_is_you} the last administrator, and somebody has to be one. Make another user an admin first."
        ));
    }
    if same_role {
        return Some(format!("{} has the role {} already. Choose another one.", user.name, role.label()));
    }
    (question == UserQuestion::Enable && !user.disabled)
        .then(|| format!("{} is not disabled, and may sign in.", user.name))
}

/// Renders the box to tick if so many API tokens would be revoked with the password.
fn revoke_box(form: &FormState, tokens: u32) -> impl IntoView + use<> {
    let tokens = if tokens == 1 { "API token".to_owned() } else { format!("{tokens} API tokens") };
    view! {
        <label class="tick">
            <input
                type="checkbox"
                name="revoke_tokens"
                value="on"
                checked=form.ticked(AccessField::RevokeTokens, true)
            />
            {format!("Revoke their {tokens}, too: whatever uses one is refused from then on")}
        </label>
    }
}

/// Returns the question, up to the name.
fn before(question: UserQuestion) -> &'static str {
    match question {
        UserQuestion::Disable => "Disable ",
        UserQuestion::EndSessions => "End all sessions of ",
        UserQuestion::PasswordLink => "Make a one-time link with which ",
        UserQuestion::Enable => "Enable ",
        UserQuestion::Role => "",
    }
}

/// Returns the question from the name on, and the consequences of a yes.
fn after(question: UserQuestion, user: &UserSummary) -> String {
    match question {
        UserQuestion::Disable => {
            "? They are signed out everywhere, can no longer sign in, and their API tokens stop working. Nothing is deleted, \
             and you can enable them again."
                .to_owned()
        }
        UserQuestion::Enable => format!("? {}", let_in(user)),
        UserQuestion::EndSessions => match user.sessions {
            0 => "? There are none at the moment.".to_owned(),
            1 => "? There is one. They have to sign in again; work that is not saved may be lost.".to_owned(),
            count => format!(
                "? There are {count}. They have to sign in again on every device; work that is not saved may be lost."
            ),
        },
        UserQuestion::PasswordLink if user.has_password => {
            " chooses a new password? The current password stops working and all sessions end at once, before the link is \
             used. The next page shows the link, once."
                .to_owned()
        }
        UserQuestion::PasswordLink => {
            " chooses a password? There is none yet. The next page shows the link, once.".to_owned()
        }
        UserQuestion::Role => String::new(),
    }
}

/// Returns what somebody may do again once enabled.
fn let_in(user: &UserSummary) -> String {
    let tokens = if user.suspended_at.is_some() {
        "Their API tokens stay refused until they have signed in there."
    } else if user.issuer.is_some() {
        "Their API tokens that have not ended work again, unless the last sign-in is too long ago: then from the next one on."
    } else {
        "Their API tokens that have not ended work again."
    };
    let sign_in = if user.issuer.is_some() {
        "They may sign in again where they do, in the role that their groups there give.".to_owned()
    } else if user.has_password {
        format!("They can sign in again in the role {}.", user.role.label())
    } else {
        "They have no password, and can sign in once they have chosen one by a link.".to_owned()
    };
    format!("{sign_in} {tokens}")
}

/// Returns what a yes does to the caller.
fn to_oneself(question: UserQuestion, role: Role) -> String {
    match question {
        UserQuestion::Role => format!(
            "You are signed out at once, and can no longer look after users: only another administrator can undo it. As {}, \
             your role {}.",
            role.label(),
            role.allows()
        ),
        UserQuestion::Disable => {
            "You are signed out at once, and only another administrator can let you in again.".to_owned()
        }
        // A disabled person does not get here.
        UserQuestion::Enable => String::new(),
        UserQuestion::EndSessions => "You are signed out at once, here too.".to_owned(),
        UserQuestion::PasswordLink => {
            "You are signed out at once, and only the link on the next page lets you in again. To change your password and \
             stay signed in, use your account page."
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::Timestamp;

    #[test]
    fn let_in_promises_only_what_enabling_gives() {
        let at = Some(Timestamp::from_micros(0));
        let user = |issuer: bool, has_password: bool, suspended_at| UserSummary {
            name: "ana".to_owned(),
            role: Role::Editor,
            disabled: true,
            has_password,
            signed_in_at: at,
            sessions: 0,
            issuer: issuer.then(|| "https://login.example".to_owned()),
            suspended_at,
            tokens: 2,
        };
        let said = |issuer, has_password, suspended| {
            after(UserQuestion::Enable, &user(issuer, has_password, suspended))
        };
        let plain = said(false, true, None);
        assert!(
            plain.contains("in the role Editor") && plain.contains("have not ended work again."),
            "{plain}"
        );
        let without = said(false, false, None);
        assert!(without.contains("no password") && without.contains("by a link"), "{without}");
        assert!(!without.contains("can sign in again"), "{without}");
        let provided = said(true, false, None);
        assert!(provided.contains("groups there") && provided.contains("too long ago"), "{provided}");
        assert!(!provided.contains("Editor") && !provided.contains("password"), "{provided}");
        let suspended = said(true, false, at);
        assert!(suspended.contains("stay refused until they have signed in there"), "{suspended}");
        assert!(!suspended.contains("work again"), "{suspended}");
    }
}
