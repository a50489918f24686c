//! The proof of who somebody is.

use super::ACCOUNT;
use crate::{form_state::FormState, sign_in::SIGN_ON, ui::line::Line};
use backend::Proof;
use domain::{access::AccessField, percent};
use leptos::{either::EitherOf3, prelude::*};

/// Renders the field, or the link to the provider, with which somebody proves again who they are before
/// something that a stolen session must not do. `back` is where the provider's answer leads to, unless a form
/// waits to be sent again.
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
