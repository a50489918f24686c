//! The frame around every page: the mark, the navigation, the theme, the flashes.

use super::{
    enhance::EnhanceFrame, flash::Flashes, icon::icon, language_switch::LanguageSwitch, rendered::rendered,
    theme_switch::ThemeSwitch,
};
use crate::{ssr, texts};
use backend::UserActor;
use domain::access::Role;
use leptos::{either::Either, prelude::*};

/// The frame; the page goes into `main`.
#[component]
pub fn Frame<C: IntoView + 'static>(children: TypedChildren<C>) -> impl IntoView {
    let address = ssr::address();
    view! {
        <a class="skip" href="#main">
            {t!(frame_skip)}
        </a>
        <header class="bar">
            <a class="mark" href="/secrets">
                {icon!("mark")}
                "Latchkey"
            </a>
            <button type="button" class="menu quiet" popovertarget="places">
                {icon!("menu")}
                {t!(frame_menu)}
            </button>
            // On narrow screens a popover under the button, on wide ones always visible: the style sheet
            // decides.
            <div class="places" id="places" popover="auto">
                {match ssr::user() {
                    Some(user) => Either::Left(view! { <Places user address/> }),
                    None => Either::Right(view! {
                        <div class="account">
                            <LanguageSwitch back=address.clone()/>
                            <ThemeSwitch back=address/>
                        </div>
                     }),
                }}
            </div>
        </header>
        <main id="main" tabindex="-1">
            {children.into_inner()()}
        </main>
        <Flashes left=ssr::take_flash()/>
        <EnhanceFrame/>
    }
}

/// Navigation for the person's role; and at the foot who that is, with the sign-out.
#[component]
fn Places(user: UserActor, address: String) -> impl IntoView {
    let place = |path: &'static str, label: &'static str, icon| {
        let here = address.split('?').next().is_some_and(|at| {
            at.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        view! {
            <a href=path aria-current=here.then_some("page")>
                {icon}
                {label}
            </a>
        }
    };
    let admin = user.role >= Role::Admin;
    rendered(view! {
        <nav aria-label=t!(frame_navigation)>
            {place("/secrets", t!(frame_secrets), icon!("key"))}
            {place("/images", t!(frame_images), icon!("box"))}
            {place("/datasets", t!(frame_datasets), icon!("git"))}
            {place("/tokens", t!(frame_tokens), icon!("token"))}
            {admin.then(|| place("/users", t!(frame_users), icon!("users")))}
            {admin.then(|| place("/audit", t!(frame_audit), icon!("audit")))}
            {place("/help", t!(frame_help), icon!("help"))}
        </nav>
        <div class="account">
            {place("/account", t!(frame_account), icon!("user"))}
            <p title=user.name.clone()>{user.name.clone()} <span>{texts::role(user.role)}</span></p>
            <form method="post" action="/sign-out">
                <button>{t!(frame_sign_out)}</button>
            </form>
            <LanguageSwitch back=address.clone()/>
            <ThemeSwitch back=address/>
        </div>
    })
}
