//! The pages of the links in mails.

use super::OWN_NOTIFICATIONS;
use crate::{
    failure::with_loaded,
    form_state::FormState,
    ssr,
    ui::{alert::Alert, rendered::rendered},
};
use backend::{Addressee, Backend, Ctx};
use domain::{error::Error, sensitive::Sensitive};
use leptos::{either::EitherOf3, prelude::*};

/// The page of a link that confirms an address: asks first, because programs that look at mails follow links.
#[component]
pub fn ConfirmMailPage(form: FormState) -> impl IntoView {
    let token = Sensitive::new(ssr::query_parameter("token").unwrap_or_default());
    let load =
        move |backend: Backend, ctx: Ctx| async move { spent_or(backend.mail().pending(&ctx, &token).await) };
    linked(load, move |Addressee { name, address }| {
        view! {
            <h1>{t!(mail_confirm_heading)}</h1>
            {form.summary()}
            <form method="post" class="confirm">
                <p>{t!(mail_confirm_question, name, address)}</p>
                <div class="actions">
                    {form.reason()}
                    <button class="primary">{t!(mail_confirm_button)}</button>
                </div>
            </form>
        }
    })
}

/// The page of a link that ends mails: asks first. Mail programs send the form by themselves when their own button is pressed.
#[component]
pub fn UnsubscribePage(form: FormState) -> impl IntoView {
    let token = ssr::query_parameter("token").unwrap_or_default();
    let load = move |backend: Backend, ctx: Ctx| async move {
        spent_or(backend.mail().subscribed(&ctx, &token).await)
    };
    linked(load, move |Addressee { address, .. }| {
        view! {
            <h1>{t!(mail_unsubscribe_heading)}</h1>
            {form.summary()}
            <form method="post" class="confirm">
                <p>{t!(mail_unsubscribe_question, address)}</p>
                <div class="actions">
                    {form.reason()}
                    <button class="primary">{t!(mail_unsubscribe_button)}</button>
                </div>
            </form>
        }
    })
}

/// The deed of a link in a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkDone {
    /// The address is confirmed.
    Confirmed,
    /// Nothing more is sent to it.
    Unsubscribed,
}

/// The page after a link has done what it is for.
#[component]
pub fn LinkDonePage(done: LinkDone, addressee: Addressee) -> impl IntoView {
    let Addressee { address, .. } = addressee;
    let (heading, said) = match done {
        LinkDone::Confirmed => (t!(mail_confirmed_heading), t!(mail_confirmed, address)),
        LinkDone::Unsubscribed => (t!(mail_unsubscribed_heading), t!(mail_unsubscribed, address)),
    };
    rendered(view! {
        <div class="form-page">
            <h1>{heading}</h1>
            <p>{said}</p>
            <p>
                <a class="button" href=OWN_NOTIFICATIONS>
                    {t!(mail_section_change)}
                </a>
            </p>
        </div>
    })
}

/// Returns nothing for a link that does nothing any more.
fn spent_or(found: Result<Addressee, Error>) -> Result<Option<Addressee>, Error> {
    match found {
        Ok(addressee) => Ok(Some(addressee)),
        Err(Error::LinkSpent) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Renders the page of a link, or says that the link does nothing any more.
fn linked<F, V>(
    load: impl FnOnce(Backend, Ctx) -> F + Send + 'static,
    show: impl FnOnce(Addressee) -> V + Send + 'static,
) -> impl IntoView
where
    F: Future<Output = Result<Option<Addressee>, Error>> + Send + 'static,
    V: IntoView + 'static,
{
    let page = with_loaded(load, move |found| match found {
        Ok(Some(addressee)) => EitherOf3::A(show(addressee)),
        Ok(None) => EitherOf3::B(SpentMailLink()),
        Err(error) => {
            EitherOf3::C(view! { <Alert title=t!(sign_in_link_unavailable)><p>{error.message()}</p></Alert> })
        }
    });
    view! { <div class="form-page">{page}</div> }
}

#[component]
fn SpentMailLink() -> impl IntoView {
    ssr::set_status(http::StatusCode::GONE);
    view! {
        <h1>{t!(mail_spent_heading)}</h1>
        <p>{t!(mail_spent)}</p>
        <p>
            <a class="button" href=OWN_NOTIFICATIONS>
                {t!(mail_section_change)}
            </a>
        </p>
    }
}
