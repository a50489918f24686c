//! The sign-in page, and the pages of one-time links.

use super::{SIGN_IN, SIGN_ON};
use crate::{
    failure::with_loaded,
    form_state::FormState,
    ssr,
    ui::{alert::Alert, line::Line, rendered::rendered},
};
use backend::{Backend, Ctx};
use domain::{
    error::{Error, Field},
    percent,
    sensitive::Sensitive,
};
use leptos::{either::EitherOf3, prelude::*};

/// Username and password, or the link to the provider; afterwards the requested page follows.
#[component]
pub fn SignInPage(form: FormState) -> impl IntoView {
    let next = ssr::query_parameter("next").unwrap_or_default();
    let load = async |backend: Backend, ctx: Ctx| {
        let by_password = backend.sessions().takes_passwords();
        let provider = backend.single_sign_on().map(|service| service.host().to_owned());
        let nobody =
            by_password && provider.is_none() && backend.users().any(&ctx).await.is_ok_and(|any| !any);
        Ok((by_password, provider, nobody))
    };
    let page = with_loaded(load, move |loaded| match loaded {
        Ok((_, _, true)) => EitherOf3::A(NobodyYet()),
        Ok((by_password, provider, false)) => EitherOf3::B(view! {
            <h1>"Sign in"</h1>
            {form.summary()}
            {provider.map(|host| view! { <SignOnLink host next=next.clone() alone=!by_password/> })}
            {by_password.then(|| password_form(&form, next))}
        }),
        Err(error) => EitherOf3::C(view! {
            <h1>"Sign in"</h1>
            <Alert title="The portal cannot be used at the moment">
                <p>{error.message()}</p>
            </Alert>
            {form.summary()}
            {password_form(&form, next)}
        }),
    });
    view! { <div class="form-page sign-in">{page}</div> }
}

/// The way to the first account, in the place of a form with which nobody could sign in yet.
#[component]
fn NobodyYet() -> impl IntoView {
    rendered(view! {
        <div class="card">
            <h1>"Set up Latchkey first"</h1>
            <p>"No one has an account yet. The server printed a one-time set-up link in its log: open it to create the first \
                administrator."</p>
            <p class="muted">"The link is valid for one hour. Restart the server to get a new one."</p>
            <p>
                <a class="button" href=SIGN_IN>
                    "Try again"
                </a>
            </p>
        </div>
    })
}

/// The link to the provider: not a form, because a form must not end at another site.
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
    rendered(view! {
        <form method="post" action=SIGN_IN class="plain-form">
            <input type="hidden" name="next" value=next/>
            {form.line(
                Field::Username,
                "Username",
                "",
                Line { autofocus: form.error.is_none(), autocomplete: "username", ..Line::TEXT },
            )}
            {form.line(
                Field::Password,
                "Password",
                "",
                Line { autofocus: form.error.is_some(), ..Line::PASSWORD },
            )}
            <div class="actions">
                <button class="primary">"Sign in"</button>
            </div>
        </form>
    })
}

/// The form for the first administrator, by the link that the server printed.
#[component]
pub fn SetUpPage(form: FormState) -> impl IntoView {
    with_link(move |name| {
        name.is_none().then(|| {
            view! {
                <h1>"Set up Latchkey"</h1>
                <p class="lead">"Choose the name and the password of the first administrator. This link works once."</p>
                {form.summary()}
                <form method="post" class="plain-form">
                    {form.line(
                        Field::Username,
                        "Username",
                        "Letters a to z, digits and . _ - + @",
                        Line { autofocus: true, autocomplete: "username", ..Line::TEXT },
                    )}
                    {form.new_password()}
                    <div class="actions">
                        {form.reason()}
                        <button class="primary">"Create administrator"</button>
                    </div>
                </form>
            }
        })
    })
}

/// The form for a new password, by the link that an administrator has made.
#[component]
pub fn ChoosePasswordPage(form: FormState) -> impl IntoView {
    with_link(move |name| {
        name.map(|name| {
            view! {
                <h1>"Choose a password"</h1>
                <p class="lead">"For the user " <b>{name.clone()}</b> ". This link works once."</p>
                {form.summary()}
                <form method="post" class="plain-form">
                    // So that a password manager knows whose password it is.
                    <input type="text" name="username" value=name autocomplete="username" readonly hidden/>
                    {form.new_password()}
                    <div class="actions">
                        {form.reason()}
                        <button class="primary">"Save password"</button>
                    </div>
                </form>
            }
        })
    })
}

/// Renders the form if the link in the address is valid: for a user, or `None` for the first administrator.
fn with_link<V: IntoView + 'static>(
    show: impl FnOnce(Option<String>) -> Option<V> + Send + 'static,
) -> impl IntoView {
    let token = Sensitive::new(ssr::query_parameter("token").unwrap_or_default());
    let load = move |backend: Backend, ctx: Ctx| async move {
        match backend.users().link(&ctx, &token).await {
            Ok(name) => Ok(Some(name)),
            Err(Error::LinkSpent) => Ok(None),
            Err(error) => Err(error),
        }
    };
    let page = with_loaded(load, move |link| match link {
        Ok(name) => match name.and_then(show) {
            Some(view) => EitherOf3::A(view),
            None => EitherOf3::B(SpentLink()),
        },
        Err(error) => EitherOf3::C(view! { <Alert title="Not now"><p>{error.message()}</p></Alert> }),
    });
    view! { <div class="form-page">{page}</div> }
}

/// The page of a link that was used, or has expired.
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
