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
            <h1>{t!(sign_in_heading)}</h1>
            {form.summary()}
            {provider.map(|host| view! { <SignOnLink host next=next.clone() alone=!by_password/> })}
            {by_password.then(|| password_form(&form, next))}
        }),
        Err(error) => EitherOf3::C(view! {
            <h1>{t!(sign_in_heading)}</h1>
            <Alert title=t!(sign_in_unavailable)>
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
            <h1>{t!(sign_in_set_up_first)}</h1>
            <p>{t!(sign_in_set_up_link)}</p>
            <p>
                <a class="button" href=SIGN_IN>
                    {t!(sign_in_try_again)}
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
                {t!(sign_in_continue, provider: host)}
            </a>
        </p>
        {(!alone).then(|| view! { <h2>{t!(sign_in_or_password)}</h2> })}
    }
}

fn password_form(form: &FormState, next: String) -> impl IntoView + use<> {
    rendered(view! {
        <form method="post" action=SIGN_IN class="plain-form">
            <input type="hidden" name="next" value=next/>
            {form.line(
                Field::Username,
                t!(sign_in_username),
                "",
                Line { autofocus: form.error.is_none(), autocomplete: "username", ..Line::TEXT },
            )}
            {form.line(
                Field::Password,
                t!(sign_in_password),
                "",
                Line { autofocus: form.error.is_some(), ..Line::PASSWORD },
            )}
            <div class="actions">
                <button class="primary">{t!(sign_in_submit)}</button>
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
                <h1>{t!(sign_in_setup_heading)}</h1>
                <p class="lead">{t!(sign_in_setup_lead)}</p>
                {form.summary()}
                <form method="post" class="plain-form">
                    {form.line(
                        Field::Username,
                        t!(sign_in_username),
                        t!(sign_in_setup_username_hint),
                        Line { autofocus: true, autocomplete: "username", ..Line::TEXT },
                    )}
                    {form.new_password()}
                    <div class="actions">
                        {form.reason()}
                        <button class="primary">{t!(sign_in_setup_submit)}</button>
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
                <h1>{t!(sign_in_choose_heading)}</h1>
                <p class="lead">{t!(sign_in_choose_lead, name: &name)}</p>
                {form.summary()}
                <form method="post" class="plain-form">
                    // So that a password manager knows whose password it is.
                    <input type="text" name="username" value=name autocomplete="username" readonly hidden/>
                    {form.new_password()}
                    <div class="actions">
                        {form.reason()}
                        <button class="primary">{t!(sign_in_choose_submit)}</button>
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
        Err(error) => {
            EitherOf3::C(view! { <Alert title=t!(sign_in_link_unavailable)><p>{error.message()}</p></Alert> })
        }
    });
    view! { <div class="form-page">{page}</div> }
}

/// The page of a link that was used, or has expired.
#[component]
fn SpentLink() -> impl IntoView {
    ssr::set_status(http::StatusCode::GONE);
    view! {
        <h1>{t!(sign_in_spent_heading)}</h1>
        <p>{t!(sign_in_spent_text)}</p>
        <p>
            <a class="button" href=SIGN_IN>
                {t!(sign_in_heading)}
            </a>
        </p>
    }
}
