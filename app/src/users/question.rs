//! The confirmations before a user is changed: what ends with it (sessions, the password, rights), and what
//! it grants.

use super::{USERS, is_oneself, user_address};
use crate::{
    account::proof::prove_again,
    failure::{Noun, Subject, loaded},
    form_state::{FormState, message},
    ssr,
    texts::{self, Markup},
    ui::confirm::{ConfirmPage, Consequence, NotPossible},
};
use backend::{Backend, Ctx, Proof, UserSummary};
use domain::{access::Role, error::Field};
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
            Self::Role => t!(users_change_role),
            Self::Disable => t!(users_disable_user),
            Self::Enable => t!(users_enable_user),
            Self::EndSessions => t!(users_end_sessions),
            Self::PasswordLink => t!(users_reset_password),
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
        if form.error.is_some() { Some(form.typed(Field::Role)) } else { ssr::query_parameter("role") };
    let role = chosen.and_then(|role| Role::parse(&role));
    let load = move |backend: Backend, ctx: Ctx| async move {
        let user = backend.users().get(&ctx, &name).await?;
        let last = backend.users().is_last_admin(&ctx, &name).await?;
        let proof =
            if question.asks_for_proof() { Some(backend.sessions().proof(&ctx).await?) } else { None };
        Ok((user, last, proof))
    };
    let subject = Subject { heading: t!(users_heading), noun: Noun::User, list: USERS };
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
        return Either::Left(view! { <NotPossible heading reason back label=t!(users_back)/> });
    }
    let action = format!("{back}/{}", question.segment());
    let confirm = question.heading();
    let you = is_oneself(&user)
        .then(|| to_oneself(question, role).map(|what| view! { <Consequence>{what}</Consequence> }));
    let tokens =
        (question == UserQuestion::PasswordLink && user.tokens > 0).then(|| revoke_box(&form, user.tokens));
    let chosen = (question == UserQuestion::Role)
        .then(|| view! { <input type="hidden" name="role" value=role.as_str()/> });
    let enabled = (question == UserQuestion::Enable).then(|| format!(" {}", let_in(&user)));
    let asked = view! {
        <p>{ask(question, &user, role)} {enabled}</p>
        {chosen}
    };
    let page = match question {
        UserQuestion::Role => format!("{action}?role={}", role.as_str()),
        _ => action.clone(),
    };
    let proof = proof.map(|proof| prove_again(&form, proof, t!(users_proof_hint), &page));
    let submission = (question == UserQuestion::PasswordLink).then(|| form.submission());
    let rejected = form.error.is_some().then(|| form.summary().into_any());
    let reason = form.error.as_ref().map(message);
    Either::Right(view! {
        <ConfirmPage heading action=Some(action) cancel=back confirm rejected reason>
            {submission}
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
        let reason = if is_oneself(user) { t!(users_last_admin_you) } else { t!(users_last_admin) };
        return Some(reason.to_owned());
    }
    if same_role {
        return Some(t!(users_same_role, name: &user.name, role: texts::role(role)));
    }
    (question == UserQuestion::Enable && !user.disabled).then(|| t!(users_not_disabled, name: &user.name))
}

/// Renders the box to tick if so many API tokens would be revoked with the password.
fn revoke_box(form: &FormState, tokens: u32) -> impl IntoView + use<> {
    view! {
        <label class="tick">
            <input
                type="checkbox"
                name="revoke_tokens"
                value="on"
                checked=form.ticked(Field::RevokeTokens, true)
            />
            {t!(users_revoke_tokens, count: tokens)}
        </label>
    }
}

/// Returns the question, with the consequences of a yes.
fn ask(question: UserQuestion, user: &UserSummary, role: Role) -> Markup {
    let name = &user.name;
    match question {
        UserQuestion::Role => t!(
            users_ask_role,
            name,
            from: texts::role(user.role),
            to: texts::role(role),
            allows: texts::role_allows(role)
        ),
        UserQuestion::Disable => t!(users_ask_disable, name),
        UserQuestion::Enable => t!(users_ask_enable, name),
        UserQuestion::EndSessions => t!(users_ask_end_sessions, name, count: user.sessions),
        UserQuestion::PasswordLink if user.has_password => t!(users_ask_reset, name),
        UserQuestion::PasswordLink => t!(users_ask_set, name),
    }
}

/// Returns what somebody may do again once enabled.
fn let_in(user: &UserSummary) -> String {
    let tokens = if user.suspended_at.is_some() {
        t!(users_enable_tokens_suspended)
    } else if user.issuer.is_some() {
        t!(users_enable_tokens_provider)
    } else {
        t!(users_enable_tokens)
    };
    let sign_in = if user.issuer.is_some() {
        t!(users_enable_provider).to_owned()
    } else if user.has_password {
        t!(users_enable_role, role: texts::role(user.role))
    } else {
        t!(users_enable_no_password).to_owned()
    };
    format!("{sign_in} {tokens}")
}

/// Returns what a yes does to the caller.
fn to_oneself(question: UserQuestion, role: Role) -> Option<Markup> {
    match question {
        UserQuestion::Role => {
            Some(t!(users_you_role, role: texts::role(role), allows: texts::role_allows(role)))
        }
        UserQuestion::Disable => Some(t!(users_you_disable)),
        // A disabled person does not get here.
        UserQuestion::Enable => None,
        UserQuestion::EndSessions => Some(t!(users_you_end_sessions)),
        UserQuestion::PasswordLink => Some(t!(users_you_reset)),
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
        let said = |issuer, has_password, suspended| let_in(&user(issuer, has_password, suspended));
        let plain = said(false, true, None);
        assert!(
            plain.contains("in the role Editor") && plain.contains("have not ended work again."),
            "{plain}"
        );
        let without = said(false, false, None);
        assert!(without.contains("no password") && without.contains("with a link"), "{without}");
        assert!(!without.contains("can sign in again"), "{without}");
        let provided = said(true, false, None);
        assert!(provided.contains("groups there") && provided.contains("too long ago"), "{provided}");
        assert!(!provided.contains("Editor") && !provided.contains("password"), "{provided}");
        let suspended = said(true, false, at);
        assert!(suspended.contains("stay rejected until they have signed in there"), "{suspended}");
        assert!(!suspended.contains("work again"), "{suspended}");
    }
}
