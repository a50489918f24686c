//! Signing in, choosing a password, and one's own account.

use crate::{
    failure::LoadFailure,
    form_state::{FormState, Line},
    secrets::LIST,
    ssr,
    tokens::pages,
    ui::{
        ago::Ago,
        alert::Alert,
        confirm::{ConfirmPage, Consequence},
        theme::ThemeSwitch,
    },
};
use backend::{Proof, SessionSummary, TokenPage, TokenSummary};
use domain::{
    access::{AccessError, AccessField, Role},
    error::Error,
    percent,
    sensitive::Sensitive,
    time::Timestamp,
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

/// Where one signs in.
pub const SIGN_IN: &str = "/sign-in";

/// Where signing in at a provider begins.
pub const SIGN_ON: &str = "/sign-in/single-sign-on";

/// Where the provider sends the browser back to; it is registered there.
pub const SIGN_ON_RETURN: &str = "/sign-in/single-sign-on/return";

/// Where the provider itself tells that it has signed somebody out (back-channel logout); it is registered there.
pub const SIGN_ON_LOGOUT: &str = "/sign-in/single-sign-on/logout";

/// One's own account.
pub const ACCOUNT: &str = "/account";

/// The field, or the way to the provider, with which somebody proves anew who they are before something that a stolen session must
/// not do. `back` is where the provider's answer leads to, unless a form waits to be sent again.
pub(crate) fn prove_again(
    form: &FormState,
    proof: Proof,
    hint: &'static str,
    back: &str,
) -> impl IntoView + use<> {
    let waits = form.error.is_some();
    let address = format!("{SIGN_ON}?again=1&next={}", percent::encode(if waits { ACCOUNT } else { back }));
    match proof {
        Proof::Password => {
            EitherOf3::A(form.line(AccessField::CurrentPassword, "Current password", hint, Line::PASSWORD))
        }
        Proof::Given => EitherOf3::B(view! {
            <p class="hint">"You signed in at your provider a moment ago, which confirms for five minutes that it is you."</p>
        }),
        Proof::AtProvider => EitherOf3::C(view! {
            <p class="hint">
                {hint} " "
                <a href=address target=waits.then_some("_blank") rel=waits.then_some("noopener")>
                    {if waits { "Sign in again in another tab" } else { "Sign in again" }}
                </a>
                {if waits { ", then send this form again." } else { " at your provider; it counts for five minutes." }}
            </p>
        }),
    }
}

/// Username and password, or the way to the provider at which one signs in; afterwards one is where one wanted to go.
#[component]
pub fn SignInPage() -> impl IntoView {
    let form = ssr::form();
    let next = ssr::query_parameter("next").unwrap_or_default();
    let page = Suspend::new(async move {
        match ssr::request() {
            Ok((backend, ctx)) => {
                let by_password = backend.sessions().takes_passwords();
                let provider = backend.single_sign_on().map(|service| service.host().to_owned());
                let nobody = by_password
                    && provider.is_none()
                    && backend.users().any(&ctx).await.is_ok_and(|any| !any);
                Either::Left(view! {
                    {nobody.then(NobodyYet)}
                    {form.summary()}
                    {provider.map(|host| view! { <SignOnLink host next=next.clone() alone=!by_password/> })}
                    {by_password.then(|| password_form(&form, next))}
                })
            }
            Err(error) => Either::Right(view! {
                <Alert title="The portal cannot be used at the moment">
                    <p>{error.message()}</p>
                </Alert>
                {form.summary()}
                {password_form(&form, next)}
            }),
        }
    });
    view! {
        <div class="form-page">
            <h1>"Sign in"</h1>
            {page}
        </div>
    }
}

#[component]
fn NobodyYet() -> impl IntoView {
    view! {
        <Alert title="Nobody can sign in yet">
            <p>
                "The server has printed a link when it was started, with which the first administrator chooses a name and a \
                password. It is good for an hour, and each start prints a new one."
            </p>
        </Alert>
    }
}

/// The way to the provider: a link, since a form must not end at another site.
#[component]
fn SignOnLink(host: String, next: String, alone: bool) -> impl IntoView {
    let address = format!("{SIGN_ON}?next={}", percent::encode(&next));
    view! {
        <p class="sign-on">
            <a class="button primary" href=address>
                "Sign in at "
                {host}
            </a>
        </p>
        {(!alone).then(|| view! { <h2>"Or with a password"</h2> })}
    }
}

fn password_form(form: &FormState, next: String) -> impl IntoView + use<> {
    view! {
        <form method="post" action=SIGN_IN class="plain-form">
            <input type="hidden" name="next" value=next/>
            {form.line(
                AccessField::UserName,
                "Username",
                "",
                Line { autofocus: form.error.is_none(), autocomplete: "username", ..Line::TEXT },
            )}
            {form.line(
                AccessField::Password,
                "Password",
                "",
                Line { autofocus: form.error.is_some(), ..Line::PASSWORD },
            )}
            <div class="actions">
                <button class="primary">"Sign in"</button>
            </div>
        </form>
    }
}

/// The first administrator, by the link that the server printed.
#[component]
pub fn SetUpPage() -> impl IntoView {
    let form = ssr::form();
    with_link(move |name| {
        name.is_none().then(|| {
            view! {
                <h1>"Set up Latchkey"</h1>
                <p class="lead">"Choose the name and the password of the first administrator. This link works once."</p>
                {form.summary()}
                <form method="post" class="plain-form">
                    {form.line(
                        AccessField::UserName,
                        "Username",
                        "Letters a to z, digits and . _ - + @",
                        Line { autofocus: true, autocomplete: "username", ..Line::TEXT },
                    )}
                    {new_password(&form)}
                    <div class="actions">
                        {form.reason()}
                        <button class="primary">"Create administrator"</button>
                    </div>
                </form>
            }
        })
    })
}

/// A password, by a link that an administrator has made.
#[component]
pub fn ChoosePasswordPage() -> impl IntoView {
    let form = ssr::form();
    with_link(move |name| {
        name.map(|name| {
            view! {
                <h1>"Choose a password"</h1>
                <p class="lead">"For the user " <b>{name.clone()}</b> ". This link works once."</p>
                {form.summary()}
                <form method="post" class="plain-form">
                    // So that a password manager knows whose it is.
                    <input type="text" name="username" value=name autocomplete="username" readonly hidden/>
                    {new_password(&form)}
                    <div class="actions">
                        {form.reason()}
                        <button class="primary">"Save password"</button>
                    </div>
                </form>
            }
        })
    })
}

fn new_password(form: &FormState) -> impl IntoView + use<> {
    view! {
        {form.line(
            AccessField::Password,
            "New password",
            "At least 12 characters. A few words in a row are fine.",
            Line::NEW_PASSWORD,
        )}
        {form.line(AccessField::RepeatPassword, "Repeat password", "", Line::NEW_PASSWORD)}
    }
}

/// Shows the form where the link in the address is good: for whom, or `None` for the first administrator.
fn with_link<V: IntoView + 'static>(
    show: impl FnOnce(Option<String>) -> Option<V> + Send + 'static,
) -> impl IntoView {
    let page = Suspend::new(async move {
        let token = Sensitive::new(ssr::query_parameter("token").unwrap_or_default());
        let found = match ssr::request() {
            Ok((backend, ctx)) => backend.users().link(&ctx, &token).await,
            Err(error) => {
                return Either::Right(
                    view! { <Alert title="Not now"><p>{error.message()}</p></Alert> }.into_any(),
                );
            }
        };
        match found {
            Ok(name) => match show(name) {
                Some(view) => Either::Left(view),
                None => Either::Right(SpentLink().into_any()),
            },
            Err(AccessError::Refused(error)) => {
                let error = ssr::refuse(error);
                Either::Right(view! { <Alert title="Not now"><p>{error.message()}</p></Alert> }.into_any())
            }
            Err(_) => Either::Right(SpentLink().into_any()),
        }
    });
    view! { <div class="form-page">{page}</div> }
}

/// The link was used, or its time is over.
#[component]
fn SpentLink() -> impl IntoView {
    ssr::set_status(http::StatusCode::GONE);
    view! {
        <h1>"This link is not good any more"</h1>
        <p>
            "It was used, or its time is over. Ask an administrator for a new one; the link for the first administrator is \
            printed anew each time the server is started, until there is one."
        </p>
        <p>
            <a class="button" href=SIGN_IN>
                "Sign in"
            </a>
        </p>
    }
}

/// One's own password, sessions and theme.
#[component]
pub fn AccountPage() -> impl IntoView {
    let form = ssr::form();
    let page = Suspend::new(async move {
        let loaded = match ssr::request() {
            Ok((backend, ctx)) => {
                let own = async {
                    let issuer = backend.users().own_issuer(&ctx).await?;
                    let tokens = backend.tokens().list(&ctx, false, None).await?;
                    Ok((backend.sessions().own(&ctx).await?, issuer, tokens, ctx.now))
                };
                own.await.map_err(ssr::refuse)
            }
            Err(error) => Err(error),
        };
        match loaded {
            Err(error) => {
                Either::Left(view! { <LoadFailure error heading="Account" noun="account" list=LIST/> })
            }
            Ok((sessions, issuer, tokens, now)) => Either::Right(view! {
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
            }),
        }
    });
    view! { <div class="form-page">{page}</div> }
}

fn change_password(form: &FormState) -> impl IntoView + use<> {
    view! {
        <h2>"Change password"</h2>
        <p>"Every session ends, on every device; in this browser you stay signed in."</p>
        <form method="post" action="/account/password" class="plain-form">
            {form.line(AccessField::CurrentPassword, "Current password", "", Line::PASSWORD)}
            {new_password(form)}
            <label class="tick">
                <input
                    type="checkbox"
                    name="revoke_tokens"
                    value="on"
                    checked=form.ticked(AccessField::RevokeTokens, false)
                />
                "Revoke my API tokens, too: whatever uses one is refused from then on"
            </label>
            <div class="actions">
                {form.reason()}
                <button class="primary">"Change password"</button>
            </div>
        </form>
    }
}

/// One's own tokens that are good, the newest first, each with its last use.
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
                    {token.stopped.map(|stopped| format!(". {}", pages::stopped_words(stopped)))}
                </li>
            }
        })
        .collect();
    let list = if rows.is_empty() {
        Either::Left(view! { <p>"You have none."</p> })
    } else {
        Either::Right(view! { <ul>{rows}</ul> })
    };
    view! {
        {list}
        <p>
            <a href=pages::TOKENS>"Your API tokens"</a>
        </p>
    }
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
                    <td>
                        <span class="column-word">"Address"</span>
                        {session.address.unwrap_or_else(|| "unknown".to_owned())}
                    </td>
                    <td>
                        <span class="column-word">"Begun"</span>
                        <Ago at=session.created_at now/>
                    </td>
                    <td>
                        <span class="column-word">"Last seen"</span>
                        <Ago at=session.seen_at now/>
                    </td>
                    <td class="row-actions">{end}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="sessions">
            <thead>
                <tr>
                    <th scope="col">"Device"</th>
                    <th scope="col">"Address"</th>
                    <th scope="col">"Begun"</th>
                    <th scope="col">"Last seen"</th>
                    <th scope="col" class="row-actions">
                        "Actions"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// The question before one of one's own sessions is ended.
#[component]
pub fn EndSessionPage() -> impl IntoView {
    let id = ssr::path_segment(3).unwrap_or_default();
    let page = Suspend::new(async move {
        let loaded = match ssr::request() {
            Ok((backend, ctx)) => match backend.sessions().own(&ctx).await {
                Ok(sessions) => sessions
                    .into_iter()
                    .find(|session| session.id.to_string() == id)
                    .map(|session| (session, ctx.now))
                    .ok_or(Error::NotFound),
                Err(error) => Err(error),
            }
            .map_err(ssr::refuse),
            Err(error) => Err(error),
        };
        match loaded {
            Ok((session, now)) => Either::Left(view! { <EndQuestion session now/> }),
            Err(error) => {
                Either::Right(view! { <LoadFailure error heading="Account" noun="session" list=ACCOUNT/> })
            }
        }
    });
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
