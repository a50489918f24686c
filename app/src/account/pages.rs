//! The account page, and the confirmation before a session is ended.

use super::ACCOUNT;
use crate::{
    failure::{Subject, loaded},
    form_state::FormState,
    secrets::LIST,
    ssr,
    tokens::{TOKENS, stopped_words},
    ui::{
        ago::Ago,
        confirm::{ConfirmPage, Consequence},
        line::Line,
        rendered::rendered,
        table::{Cell, action_table},
        theme_switch::ThemeSwitch,
    },
};
use backend::{Backend, Ctx, SessionSummary, TokenPage, TokenSummary};
use domain::{
    access::Role,
    error::{Error, Field},
    time::Timestamp,
};
use leptos::{either::Either, prelude::*};

/// The account page: password, sessions, tokens and theme.
#[component]
pub fn AccountPage(form: FormState) -> impl IntoView {
    let load = async |backend: Backend, ctx: Ctx| {
        let issuer = backend.users().own_issuer(&ctx).await?;
        let tokens = backend.tokens().list(&ctx, false, None).await?;
        Ok((backend.sessions().own(&ctx).await?, issuer, tokens, ctx.now))
    };
    let subject = Subject { heading: "Account", noun: "account", list: LIST };
    let page = loaded(subject, load, move |(sessions, issuer, tokens, now)| {
        view! {
            <h1>"Account"</h1>
            <WhoAmI/>
            {form.summary()}
            {match issuer {
                Some(issuer) => Either::Left(view! {
                    <h2>"Password"</h2>
                    <p>"You sign in at " <b>{issuer}</b> ": your password is kept there, and so are the groups that say what you may do here."</p>
                }),
                None => Either::Right(change_password(&form)),
            }}
            <h2>"Sessions"</h2>
            <Sessions sessions now/>
            <h2>"API tokens"</h2>
            <OwnTokens tokens/>
            <h2>"Theme"</h2>
            <ThemeSwitch back=ACCOUNT.to_owned()/>
        }
    });
    view! { <div class="form-page">{page}</div> }
}

fn change_password(form: &FormState) -> impl IntoView + use<> {
    rendered(view! {
        <h2>"Change password"</h2>
        <p>"Every session ends, on every device; in this browser you stay signed in."</p>
        <form method="post" action="/account/password" class="plain-form">
            {form.line(Field::CurrentPassword, "Current password", "", Line::PASSWORD)}
            {form.new_password()}
            <label class="tick">
                <input
                    type="checkbox"
                    name="revoke_tokens"
                    value="on"
                    checked=form.ticked(Field::RevokeTokens, false)
                />
                "Revoke my API tokens, too: whatever uses one is refused from then on"
            </label>
            <div class="actions">
                {form.reason()}
                <button class="primary">"Change password"</button>
            </div>
        </form>
    })
}

/// The person's valid tokens, the newest first, each with its last use.
#[component]
fn OwnTokens(tokens: TokenPage) -> impl IntoView {
    let TokenPage { tokens, now, .. } = tokens;
    let over =
        |token: &TokenSummary| token.revoked_at.is_some() || token.expires_at.is_some_and(|at| at <= now);
    let rows: Vec<_> = tokens
        .into_iter()
        .filter(|token| !over(token))
        .map(|token| {
            let used = match token.used_at {
                Some(at) => Either::Left(view! { ", used " <Ago at now/> }),
                None => Either::Right(", never used"),
            };
            view! {
                <li>
                    <b>{token.name}</b> {format!(": {}", token.scope.label())} {used}
                    {token.stopped.map(|stopped| format!(". {}", stopped_words(stopped)))}
                </li>
            }
        })
        .collect();
    let list = if rows.is_empty() {
        Either::Left(view! { <p>"You have none."</p> })
    } else {
        Either::Right(view! { <ul>{rows}</ul> })
    };
    rendered(view! {
        {list}
        <p>
            <a href=TOKENS>"Your API tokens"</a>
        </p>
    })
}

#[component]
fn WhoAmI() -> impl IntoView {
    ssr::user().map(|user| {
        let role: Role = user.role;
        view! {
            <p class="lead">
                "You are signed in as " <b>{user.name}</b> ", in the role " <b>{role.label()}</b>
                {format!(": {}.", role.allows())}
            </p>
        }
    })
}

#[component]
fn Sessions(sessions: Vec<SessionSummary>, now: Timestamp) -> impl IntoView {
    let rows = sessions
        .into_iter()
        .map(|session| {
            let device = if session.device.is_empty() { "Unknown device".to_owned() } else { session.device };
            let end = if session.is_this {
                Either::Left(view! { <b>"This session"</b> })
            } else {
                Either::Right(view! {
                    <a class="button" href=format!("{ACCOUNT}/sessions/{}/end", session.id)>
                        "End session"
                    </a>
                })
            };
            view! {
                <tr>
                    <th scope="row" title=device.clone()>
                        {device.clone()}
                    </th>
                    <Cell label="Address">{session.address.unwrap_or_else(|| "unknown".to_owned())}</Cell>
                    <Cell label="Begun">
                        <Ago at=session.created_at now/>
                    </Cell>
                    <Cell label="Last seen">
                        <Ago at=session.seen_at now/>
                    </Cell>
                    <td class="row-actions">{end}</td>
                </tr>
            }
        })
        .collect_view();
    action_table("sessions", ["Device", "Address", "Begun", "Last seen"], rows)
}

/// The confirmation before one of one's own sessions is ended.
#[component]
pub fn EndSessionPage(id: String) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move {
        let mut sessions = backend.sessions().own(&ctx).await?.into_iter();
        let session = sessions.find(|session| session.id.to_string() == id).ok_or(Error::NotFound)?;
        Ok((session, ctx.now))
    };
    let subject = Subject { heading: "Account", noun: "session", list: ACCOUNT };
    let page = loaded(subject, load, |(session, now)| view! { <EndQuestion session now/> });
    view! { <div class="form-page">{page}</div> }
}

#[component]
fn EndQuestion(session: SessionSummary, now: Timestamp) -> impl IntoView {
    let SessionSummary { device, address, seen_at, is_this, .. } = session;
    let device = if device.is_empty() { "Unknown device".to_owned() } else { device };
    let you = is_this.then(|| {
        view! {
            <Consequence>
                <b>"This is the session that you are using. "</b>
                "You are signed out at once."
            </Consequence>
        }
    });
    view! {
        <ConfirmPage heading="End session".to_owned() cancel=ACCOUNT.to_owned() confirm="End session">
            <p>
                "End the session on " <b>{device}</b> {address.map(|address| format!(" ({address})"))} ", last seen "
                <Ago at=seen_at now/> "? Whoever uses it has to sign in again; work that is not saved may be lost."
            </p>
            {you}
        </ConfirmPage>
    }
}
