//! The frame around every page: the mark, the navigation, the theme, the flashes.

use super::{
    enhance::EnhanceFrame, flash::Flashes, icon::icon, language_switch::LanguageSwitch, rendered::rendered,
    theme_switch::ThemeSwitch,
};
use crate::{ssr, texts};
use domain::access::Role;
use leptos::{either::Either, prelude::*};

/// The frame; the page goes into `main`.
#[component]
pub fn Frame<C: IntoView + 'static>(children: TypedChildren<C>) -> impl IntoView {
    let address = ssr::address();
    let person = ssr::user().map(|user| (Some(user.name), user.role)).or_else(ssr::last_person);
    // For nobody in particular there is no place to go to: the switches are below the page.
    let foot = person.is_none().then(|| {
        view! {
            <footer class="account alone">
                <LanguageSwitch back=address.clone()/>
                <ThemeSwitch back=address.clone()/>
            </footer>
        }
    });
    view! {
        <a class="skip" href="#main">
            {t!(frame_skip)}
        </a>
        {match &person {
            Some((name, role)) => Either::Left(view! {
                <Bar name=name.clone() role=*role address=address.clone()/>
            }),
            None => Either::Right(view! {
                <header class="bar alone">
                    <Mark/>
                </header>
            }),
        }}
        <main id="main" tabindex="-1">
            {children.into_inner()()}
        </main>
        {foot}
        <Flashes left=ssr::take_flash() back=&address/>
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
                {t!(frame_menu)}
            </button>
            // On narrow screens a popover under the button, on wide ones always visible: the style sheet
            // decides.
            <div class="places" id="places" popover="auto">
                <Places name role address/>
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
        // `public/search.js` has no texts of its own.
        let unreachable = (path == "/search").then(|| t!(search_unreachable));
        // Every address begins with the Overview's, which has no pages below it.
        let here = address.split('?').next().is_some_and(|at| {
            at == path || path != "/" && at.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
        });
        view! {
            <a href=path aria-current=here.then_some("page") data-unreachable=unreachable>
                {icon}
                {label}
            </a>
        }
    };
    let admin = role >= Role::Admin;
    rendered(view! {
        <nav aria-label=t!(frame_navigation)>
            {place("/", t!(frame_overview), icon!("gauge"))}
            {place("/search", t!(frame_search), icon!("search"))}
            {place("/secrets", t!(frame_secrets), icon!("key"))}
            {place("/images", t!(frame_images), icon!("box"))}
            {place("/datasets", t!(frame_datasets), icon!("git"))}
            {place("/tokens", t!(frame_tokens), icon!("token"))}
            {admin.then(|| place("/users", t!(frame_users), icon!("users")))}
            {admin.then(|| place("/audit", t!(frame_audit), icon!("audit")))}
            {admin.then(|| place("/notifications", t!(frame_notifications), icon!("bell")))}
            {admin.then(|| place("/system", t!(frame_system), icon!("pulse")))}
            {place("/help", t!(frame_help), icon!("help"))}
        </nav>
        <div class="account">
            {place("/account", t!(frame_account), icon!("user"))}
            {name.map(|name| view! { <p title=name.clone()>{name.clone()} <span>{texts::role(role)}</span></p> })}
            <form method="post" action="/sign-out">
                <button>{t!(frame_sign_out)}</button>
            </form>
            <LanguageSwitch back=address.clone()/>
            <ThemeSwitch back=address/>
        </div>
    })
}
