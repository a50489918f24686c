//! The proof of who somebody is.

use super::ACCOUNT;
use crate::{form_state::FormState, sign_in::SIGN_ON, ui::line::Line};
use backend::Proof;
use domain::{error::Field, percent};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

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
        Proof::Password => EitherOf3::A(form.line(
            Field::CurrentPassword,
            t!(account_current_password),
            hint,
            Line::PASSWORD,
        )),
        Proof::Given => EitherOf3::B(view! {
            <p class="hint">{t!(account_proof_given)}</p>
        }),
        Proof::AtProvider => EitherOf3::C(view! {
            <p class="hint">
                {if waits {
                    Either::Left(view! {
                        {t!(account_proof_again_tab, why: hint)}
                        " "
                        <a href=address target="_blank" rel="noopener">
                            {t!(account_proof_tab)}
                        </a>
                    })
                } else {
                    Either::Right(t!(account_proof_again, why: hint, address).view())
                }}
            </p>
        }),
    }
}
