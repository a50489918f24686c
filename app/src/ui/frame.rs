//! The frame around every page: the mark, the navigation, the theme, the flashes.

use super::{
    enhance::EnhanceFrame, flash::Flashes, icon::icon, rendered::rendered, theme_switch::ThemeSwitch,
};
use crate::ssr;
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
        {match ssr::user().map(|user| (Some(user.name), user.role)).or_else(ssr::last_person) {
            Some((name, role)) => Either::Left(view! { <Bar name role address/> }),
            None => Either::Right(view! { <BarAlone address/> }),
        }}
        <main id="main" tabindex="-1">
            {children.into_inner()()}
        </main>
        <Flashes left=ssr::take_flash()/>
        <EnhanceFrame/>
    }
}

/// The mark, and the navigation.
#[component]
fn Bar(name: Option<String>, role: Role, address: String) -> impl IntoView {
    view! {
        <header class="bar">
            <Mark/>
            <button type="button" class="menu quiet" popovertarget="places">
                {icon!("menu")}
                "Menu"
            </button>
            // On narrow screens a popover under the button, on wide ones always visible: the style sheet
            // decides.
            <div class="places" id="places" popover="auto">
                <Places name role address/>
            </div>
        </header>
    }
}

/// The mark and the theme, above pages for somebody who has not signed in.
#[component]
fn BarAlone(address: String) -> impl IntoView {
    view! {
        <header class="bar alone">
            <Mark/>
            <div class="account">
                <ThemeSwitch back=address/>
            </div>
        </header>
    }
}

#[component]
fn Mark() -> impl IntoView {
    view! {
        <a class="mark" href="/">
            {icon!("mark")}
            "Latchkey"
        </a>
    }
}

/// Navigation for the person's role; and at the foot who that is, with the sign-out.
#[component]
fn Places(
    /// The person's name, if it is known.
    name: Option<String>,
    role: Role,
    address: String,
) -> impl IntoView {
    let place = |path: &'static str, label: &'static str, icon| {
        // Every address begins with the Overview's, which has no pages below it.
        let here = address.split('?').next().is_some_and(|at| {
            at == path || path != "/" && at.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
        });
        view! {
            <a href=path aria-current=here.then_some("page")>
                {icon}
                {label}
            </a>
        }
    };
    let admin = role >= Role::Admin;
    rendered(view! {
        <nav aria-label="Places">
            {place("/", "Overview", icon!("gauge"))}
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
            {name.map(|name| view! { <p title=name.clone()>{name.clone()} <span>{role.label()}</span></p> })}
            <form method="post" action="/sign-out">
                <button>"Sign out"</button>
            </form>
            <ThemeSwitch back=address/>
        </div>
    })
}
