//! The frame around every page: the mark, the navigation, the theme, the flashes.

use super::{
    enhance::EnhanceFrame, flash::Flashes, icon::icon, rendered::rendered, theme_switch::ThemeSwitch,
};
use crate::ssr;
use backend::UserActor;
use domain::access::Role;
use leptos::{either::Either, prelude::*};

/// The frame; the page goes into `main`.
#[component]
pub fn Frame<C: IntoView + 'static>(children: TypedChildren<C>) -> impl IntoView {
    let address = ssr::address();
    view! {
        <a class="skip" href="#main">
            "Skip to the content"
        </a>
        <header class="bar">
            <a class="mark" href="/secrets">
                {icon!("mark")}
                "Latchkey"
            </a>
            <button type="button" class="menu quiet" popovertarget="places">
                {icon!("menu")}
                "Menu"
            </button>
            // On narrow screens a popover under the button, on wide ones always visible: the style sheet
            // decides.
            <div class="places" id="places" popover="auto">
                {match ssr::user() {
                    Some(user) => Either::Left(view! { <Places user address/> }),
                    None => Either::Right(view! { <div class="account"><ThemeSwitch back=address/></div> }),
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
        <nav aria-label="Places">
            {place("/secrets", "Secrets", icon!("key"))}
            {place("/images", "Images", icon!("box"))}
            {place("/datasets", "Datasets", icon!("git"))}
            {place("/tokens", "Tokens", icon!("token"))}
            {admin.then(|| place("/users", "Users", icon!("users")))}
            {admin.then(|| place("/audit", "Audit", icon!("audit")))}
            {place("/help", "Help", icon!("help"))}
        </nav>
        <div class="account">
            {place("/account", "Account", icon!("user"))}
            <p title=user.name.clone()>{user.name.clone()} <span>{user.role.label()}</span></p>
            <form method="post" action="/sign-out">
                <button>"Sign out"</button>
            </form>
            <ThemeSwitch back=address/>
        </div>
    })
}
