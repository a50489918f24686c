//! The account page, and the confirmation before a session is ended.

use super::{ACCOUNT, END_OTHERS, device};
use crate::{
    failure::{Noun, Subject, loaded},
    form_state::FormState,
    language::OWN_LANGUAGE,
    mail::pages::NotificationsSection,
    secrets::LIST,
    ssr,
    texts::{self, Markup},
    tokens::{TOKENS, stopped_words},
    ui::{
        ago::Ago,
        confirm::{ConfirmPage, Consequence, NotPossible},
        line::Line,
        rendered::rendered,
        table::{Cell, action_table},
        theme_switch::ThemeSwitch,
    },
};
use backend::{Backend, Ctx, SessionSummary, TokenPage, TokenSummary};
use domain::{
    error::{Error, Field},
    language::Language,
    time::Timestamp,
};
use leptos::{either::Either, prelude::*};

/// The account page: password, sessions, tokens and theme.
#[component]
pub fn AccountPage(form: FormState) -> impl IntoView {
    let load = async |backend: Backend, ctx: Ctx| {
        let issuer = backend.users().own_issuer(&ctx).await?;
        let tokens = backend.tokens().list(&ctx, false, None).await?;
        let mail = backend.mail().own(&ctx).await?;
        Ok((backend.sessions().own(&ctx).await?, issuer, tokens, mail, ctx.now))
    };
    let subject = Subject { heading: t!(account_heading), noun: Noun::Account, list: LIST };
    let page = loaded(subject, load, move |(sessions, issuer, tokens, mail, now)| {
        view! {
            <h1>{t!(account_heading)}</h1>
            <WhoAmI/>
            {form.summary()}
            {match issuer {
                Some(issuer) => Either::Left(view! {
                    <h2>{t!(account_password)}</h2>
                    <p>{t!(account_password_at, provider: issuer)}</p>
                }),
                None => Either::Right(change_password(&form)),
            }}
            <h2>{t!(account_sessions)}</h2>
            <Sessions sessions now/>
            <h2>{t!(account_tokens)}</h2>
            <OwnTokens tokens/>
            <h2>{t!(account_notifications)}</h2>
            <NotificationsSection mail/>
            <h2>{t!(frame_language)}</h2>
            <OwnLanguage/>
            <h2>{t!(frame_theme)}</h2>
            <ThemeSwitch back=ACCOUNT.to_owned()/>
        }
    });
    view! { <div class="form-page">{page}</div> }
}

fn change_password(form: &FormState) -> impl IntoView + use<> {
    rendered(view! {
        <h2>{t!(account_change_password)}</h2>
        <p>{t!(account_change_password_lead)}</p>
        <form method="post" action="/account/password" class="plain-form">
            {form.line(Field::CurrentPassword, t!(account_current_password), "", Line::PASSWORD)}
            {form.new_password()}
            <label class="tick">
                <input
                    type="checkbox"
                    name="revoke_tokens"
                    value="on"
                    checked=form.ticked(Field::RevokeTokens, false)
                />
                {t!(account_revoke_tokens)}
            </label>
            <div class="actions">
                {form.reason()}
                <button class="primary">{t!(account_change_password)}</button>
            </div>
        </form>
    })
}

/// The languages, with that of the browser.
#[component]
fn OwnLanguage() -> impl IntoView {
    let own = ssr::user().and_then(|user| user.language);
    let choices = Language::OFFERED.map(|language| {
        view! {
            <button name="language" value=language.code() lang=language.code() aria-pressed=(own == Some(language)).to_string()>
                {language.own_name()}
            </button>
        }
    });
    rendered(view! {
        <form class="languages" method="post" action=OWN_LANGUAGE>
            <input type="hidden" name="back" value=ACCOUNT/>
            <button name="language" value="" aria-pressed=own.is_none().to_string()>
                {t!(account_language_of_browser)}
            </button>
            {choices}
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
            let (name, scope) = (token.name, texts::scope(token.scope));
            let line = match token.used_at {
                Some(at) => {
                    t!(account_token_used, name, scope, when: Markup::rendered(view! { <Ago at now/> }))
                }
                None => t!(account_token_unused, name, scope),
            };
            view! {
                <li>
                    {line} {token.stopped.map(|stopped| format!(". {}", stopped_words(stopped)))}
                </li>
            }
        })
        .collect();
    let list = if rows.is_empty() {
        Either::Left(view! { <p>{t!(account_no_tokens)}</p> })
    } else {
        Either::Right(view! { <ul>{rows}</ul> })
    };
    rendered(view! {
        {list}
        <p>
            <a href=TOKENS>{t!(account_your_tokens)}</a>
        </p>
    })
}

#[component]
fn WhoAmI() -> impl IntoView {
    ssr::user().map(|user| {
        let (role, allows) = (texts::role(user.role), texts::role_allows(user.role));
        view! { <p class="lead">{t!(account_who, name: user.name, role, allows)}</p> }
    })
}

#[component]
fn Sessions(sessions: Vec<SessionSummary>, now: Timestamp) -> impl IntoView {
    let end_others = (sessions.len() > 1).then(|| {
        view! {
            <p>
                <a class="button" href=END_OTHERS>
                    {t!(account_end_others)}
                </a>
            </p>
        }
    });
    let rows = sessions
        .into_iter()
        .map(|session| {
            let device = device::name(&session.device);
            let end = if session.is_this {
                Either::Left(view! { <b>{t!(account_this_session)}</b> })
            } else {
                Either::Right(view! {
                    <a class="button" href=format!("{ACCOUNT}/sessions/{}/end", session.id)>
                        {t!(account_end_session)}
                    </a>
                })
            };
            view! {
                <tr>
                    <th scope="row" title=session.device>
                        {device}
                    </th>
                    <Cell label=t!(account_address)>
                        {session.address.unwrap_or_else(|| t!(account_unknown_address).to_owned())}
                    </Cell>
                    <Cell label=t!(account_begun)>
                        <Ago at=session.created_at now/>
                    </Cell>
                    <Cell label=t!(account_seen)>
                        <Ago at=session.seen_at now/>
                    </Cell>
                    <td class="row-actions">{end}</td>
                </tr>
            }
        })
        .collect_view();
    let headings = [t!(account_device), t!(account_address), t!(account_begun), t!(account_seen)];
    view! {
        {action_table("sessions", headings, rows)}
        {end_others}
    }
}

/// The confirmation before one of one's own sessions is ended.
#[component]
pub fn EndSessionPage(id: String) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move {
        let mut sessions = backend.sessions().own(&ctx).await?.into_iter();
        let session = sessions.find(|session| session.id.to_string() == id).ok_or(Error::NotFound)?;
        Ok((session, ctx.now))
    };
    let subject = Subject { heading: t!(account_heading), noun: Noun::Session, list: ACCOUNT };
    let page = loaded(subject, load, |(session, now)| view! { <EndQuestion session now/> });
    view! { <div class="form-page">{page}</div> }
}

/// The confirmation before all of one's own sessions but the current one are ended.
#[component]
pub fn EndOthersPage() -> impl IntoView {
    let load = async |backend: Backend, ctx: Ctx| backend.sessions().own(&ctx).await;
    let subject = Subject { heading: t!(account_heading), noun: Noun::Session, list: ACCOUNT };
    let page = loaded(subject, load, |sessions| {
        let (heading, cancel) = (t!(account_end_others).to_owned(), ACCOUNT.to_owned());
        let others: Vec<_> = sessions.into_iter().filter(|session| !session.is_this).collect();
        if others.is_empty() {
            let reason = t!(account_no_others).to_owned();
            let label = t!(account_back);
            return Either::Left(view! { <NotPossible heading reason back=cancel label/> });
        }
        let named = others.iter().map(|session| {
            let address = session.address.as_ref().map(|address| format!(" ({address})"));
            view! { <li>{device::name(&session.device)} {address}</li> }
        });
        let named = named.collect_view();
        Either::Right(view! {
            <ConfirmPage heading cancel confirm=t!(account_end_others)>
                <p>{t!(account_end_others_question, count: others.len())}</p>
                <ul>{named}</ul>
            </ConfirmPage>
        })
    });
    view! { <div class="form-page">{page}</div> }
}

#[component]
fn EndQuestion(session: SessionSummary, now: Timestamp) -> impl IntoView {
    let SessionSummary { device, address, seen_at, is_this, .. } = session;
    let (device, when) = (device::name(&device), Markup::rendered(view! { <Ago at=seen_at now/> }));
    let question = match address {
        Some(address) => t!(account_end_question_at, device, address, when),
        None => t!(account_end_question, device, when),
    };
    let you = is_this.then(|| view! { <Consequence>{t!(account_end_this)}</Consequence> });
    let end = t!(account_end_session);
    view! {
        <ConfirmPage heading=end.to_owned() cancel=ACCOUNT.to_owned() confirm=end>
            <p>{question}</p>
            {you}
        </ConfirmPage>
    }
}
