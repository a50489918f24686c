//! The pages Users, Add user and of a user.

use super::{MadeLink, USERS, is_oneself, user_address};
use crate::{
    account::proof::prove_again,
    audit::AUDIT,
    failure::{Noun, Subject, loaded},
    form_state::FormState,
    here_only::HereOnly,
    ssr,
    texts::{self, Markup},
    ui::{
        ago::Ago,
        copy::Once,
        icon::icon,
        line::Line,
        list::{ListPage, Nothing, SearchForm, add_link, button_link},
        rendered::rendered,
        table::{Cell, action_table, row_action},
    },
};
use backend::{Backend, Ctx, Proof, UserPage, UserSummary};
use domain::{
    access::Role,
    error::{Error, Field},
    percent,
    sensitive::Sensitive,
    time::Timestamp,
};
use leptos::{either::Either, prelude::*};

fn subject() -> Subject {
    Subject { heading: t!(users_heading), noun: Noun::User, list: USERS }
}

/// Users by name, with a search.
#[component]
pub fn UsersPage() -> impl IntoView {
    let search = ssr::query_parameter("q").unwrap_or_default();
    let beyond = ssr::query_parameter("after").unwrap_or_default();
    let wanted = (search.clone(), beyond.clone());
    let load = move |backend: Backend, ctx: Ctx| async move {
        let (search, beyond) = wanted;
        backend.users().list(&ctx, &search, &beyond).await
    };
    loaded(subject(), load, move |page| view! { <List page search beyond/> })
}

#[component]
fn List(page: UserPage, search: String, beyond: String) -> impl IntoView {
    let UserPage { users, next, now } = page;
    let first = format!("{USERS}?q={}", percent::encode(&search));
    let next = next.map(|name| format!("{first}&after={}", percent::encode(&name)));
    let first = (!beyond.is_empty()).then_some(first);
    let rows = if users.is_empty() {
        let clear = button_link(USERS, t!(page_clear_search));
        Either::Left(view! { <Nothing title=t!(users_none) link=Some(clear)/> })
    } else {
        let rows = users.into_iter().map(|user| view! { <Row user now/> }).collect_view();
        Either::Right(action_table(
            "users",
            [t!(users_username), t!(users_role), t!(users_state), t!(users_last_sign_in)],
            rows,
        ))
    };
    view! {
        <ListPage
            heading=t!(users_heading)
            lead=t!(users_lead)
            actions=Some(add_link(format!("{USERS}/new"), (icon!("plus"), t!(page_add))))
            rows
            pages=[(t!(page_first), first), (t!(page_next), next)]
        >
            <SearchForm action=USERS value=search max_chars=64 placeholder=t!(users_username).to_owned()>
                ""
            </SearchForm>
        </ListPage>
    }
}

/// Renders whether the user is active, disabled or invited.
fn state(user: &UserSummary) -> impl IntoView + use<> {
    let (class, icon, word) = match (user.disabled, user.has_password || user.issuer.is_some()) {
        (true, _) => ("bad", icon!("ban"), t!(users_disabled)),
        (false, false) => ("", icon!("clock"), t!(users_invited)),
        (false, true) => ("good", icon!("check"), t!(users_active)),
    };
    rendered(view! { <span class=format!("state {class}")>{icon} {word}</span> })
}

#[component]
fn Row(user: UserSummary, now: Timestamp) -> impl IntoView {
    let state = state(&user);
    let edit = row_action(
        user_address(&user.name),
        t!(users_edit_one, name: &user.name),
        t!(users_edit),
        icon!("pencil"),
    );
    let signed_in = match user.signed_in_at {
        Some(at) => Either::Left(view! { <Ago at now/> }),
        None => Either::Right(t!(page_never)),
    };
    view! {
        <tr>
            <th scope="row" class="name" title=user.issuer.map(|issuer| t!(users_signs_in_at, provider: issuer))>
                <a href=user_address(&user.name)>{user.name.clone()}</a>
            </th>
            <Cell label=t!(users_role)>{texts::role(user.role)}</Cell>
            <Cell label=t!(users_state)>{state}</Cell>
            <Cell label=t!(users_last_sign_in)>{signed_in}</Cell>
            <td class="row-actions">{edit}</td>
        </tr>
    }
}

fn role_choice(form: &FormState, default: Role) -> impl IntoView + use<> {
    let choices = Role::ALL.map(|role| (role.as_str(), texts::role(role), texts::role_allows(role))).to_vec();
    form.choice(Field::Role, t!(users_role), choices, default.as_str())
}

/// The form that adds a user.
#[component]
pub fn AddUserPage(form: FormState) -> impl IntoView {
    // What is done by the form, the service guards.
    let is_admin = ssr::may(Role::Admin);
    let load = move |backend: Backend, ctx: Ctx| async move {
        if is_admin { backend.sessions().proof(&ctx).await } else { Err(Error::Forbidden) }
    };
    let subject = Subject { heading: t!(users_add), ..subject() };
    let page = loaded(subject, load, move |proof| add_form(&form, proof));
    view! { <div class="form-page">{page}</div> }
}

fn add_form(form: &FormState, proof: Proof) -> impl IntoView + use<> {
    rendered(view! {
        <h1>{t!(users_add)}</h1>
        <p class="lead">{t!(users_add_lead)}</p>
        {form.summary()}
        <form method="post" class="plain-form">
            {form.submission()}
            {form.line(
                Field::Username,
                t!(users_username),
                t!(users_username_hint),
                Line { autofocus: true, mono: true, ..Line::TEXT },
            )}
            {role_choice(form, Role::Reader)}
            {prove_again(form, proof, t!(users_proof_hint), "/users/new")}
            <div class="actions">
                {form.reason()}
                <a class="button" href=USERS>
                    {t!(page_cancel)}
                </a>
                <button class="primary">{t!(users_add)}</button>
            </div>
        </form>
    })
}

/// The link with which a user chooses a password, or the statement that the same form made it before.
#[component]
pub fn LinkPage<'a>(link: &'a MadeLink) -> impl IntoView + use<> {
    match &link.address {
        Some(address) => Either::Left(new_link(link, address)),
        None => Either::Right(made_before(link)),
    }
}

fn new_link(link: &MadeLink, address: &Sensitive) -> impl IntoView + use<> {
    rendered(view! {
        <div class="form-page">
            <h1>{if link.added { t!(users_added) } else { t!(users_link_heading) }}</h1>
            <p>{t!(users_link_lead, name: &link.name)}</p>
            <HereOnly/>
            <Once id="link" label=t!(users_link) text=address/>
            <p>
                <a class="button" href=user_address(&link.name)>
                    {t!(page_done)}
                </a>
            </p>
        </div>
    })
}

fn made_before(link: &MadeLink) -> impl IntoView + use<> {
    let address = user_address(&link.name);
    rendered(view! {
        <div class="form-page">
            <h1>{if link.added { t!(users_again_added) } else { t!(users_again_heading) }}</h1>
            <p>{t!(users_again, name: &link.name)}</p>
            <div class="actions">
                <a class="button" href=address.clone()>
                    {t!(page_done)}
                </a>
                <a class="button" href=format!("{address}/password-link")>
                    {t!(users_another_link)}
                </a>
            </div>
        </div>
    })
}

/// The page of a user: role, state, sessions, password.
#[component]
pub fn UserPageView(name: String, form: FormState) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move {
        backend.users().get(&ctx, &name).await.map(|user| (user, ctx.now))
    };
    let page = loaded(subject(), load, move |(user, now)| view! { <OneUser user now form/> });
    view! { <div class="form-page">{page}</div> }
}

#[component]
fn OneUser(user: UserSummary, now: Timestamp, form: FormState) -> impl IntoView {
    let address = user_address(&user.name);
    let ago = |at| Markup::rendered(view! { <Ago at now/> });
    let state = Markup::rendered(state(&user));
    let lead = match user.signed_in_at {
        Some(at) => t!(users_signed_in, state, when: ago(at)),
        None => t!(users_never_signed_in, state),
    };
    let suspended = user.suspended_at.map(|at| {
        view! { <p>{t!(users_suspended, when: ago(at))}</p> }
    });
    let kept = match user.issuer.clone() {
        Some(issuer) => Either::Left(view! {
            <h2>{t!(users_role_and_password)}</h2>
            <p>{t!(users_role_at_provider, provider: issuer, role: texts::role(user.role))}</p>
        }),
        None => Either::Right(role_and_password(&form, user.role, &address)),
    };
    rendered(view! {
        <h1>{t!(users_one, name: &user.name)}</h1>
        <p class="lead">{is_oneself(&user).then(|| view! { <b>{t!(users_you)}</b> " " })} {lead}</p>
        {form.summary()}
        {kept}
        <h2>{t!(users_sessions)}</h2>
        <p>{t!(users_session_count, count: user.sessions)}</p>
        {(user.sessions > 0)
            .then(|| {
                view! {
                    <p>
                        <a class="button" href=format!("{address}/end-sessions")>
                            {t!(users_end_sessions)}
                        </a>
                    </p>
                }
            })}
        <h2>{t!(users_tokens)}</h2>
        <p>{t!(users_token_count, count: user.tokens)}</p>
        {suspended}
        <p>
            <a href=format!("{AUDIT}?actor={}", percent::encode(&user.name))>{t!(users_records)}</a>
        </p>
        <h2>{if user.disabled { t!(users_enable) } else { t!(users_disable) }}</h2>
        {enable_or_disable(user.disabled, &address)}
    })
}

/// Renders the settings of a user without a provider.
fn role_and_password(form: &FormState, role: Role, address: &str) -> impl IntoView + use<> {
    view! {
        <form method="get" action=format!("{address}/role") class="plain-form short-form">
            {role_choice(form, role)}
            <div class="actions">
                <button class="primary">{t!(users_change_role)}</button>
            </div>
        </form>
        <h2>{t!(users_password)}</h2>
        <p>{t!(users_password_lead)}</p>
        <p>
            <a class="button" href=format!("{address}/password-link")>
                {t!(users_reset_password)}
            </a>
        </p>
    }
}

fn enable_or_disable(disabled: bool, address: &str) -> impl IntoView + use<> {
    if disabled {
        Either::Left(view! {
            <p>{t!(users_is_disabled)}</p>
            <p>
                <a class="button" href=format!("{address}/enable")>
                    {t!(users_enable_user)}
                </a>
            </p>
        })
    } else {
        Either::Right(view! {
            <p>{t!(users_disable_lead)}</p>
            <p>
                <a class="button danger" href=format!("{address}/disable")>
                    {t!(users_disable_user)}
                </a>
            </p>
        })
    }
}
