//! The pages Users, Add user and of a user.

use super::{MadeLink, PROOF_HINT, USERS, is_oneself, user_address};
use crate::{
    account::proof::prove_again,
    failure::{Subject, loaded},
    form_state::FormState,
    ssr,
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
    time::Timestamp,
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

const SUBJECT: Subject = Subject { heading: "Users", noun: "user", list: USERS };

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
    loaded(SUBJECT, load, move |page| view! { <List page search beyond/> })
}

#[component]
fn List(page: UserPage, search: String, beyond: String) -> impl IntoView {
    let UserPage { users, next, now } = page;
    let first = format!("{USERS}?q={}", percent::encode(&search));
    let next = next.map(|name| format!("{first}&after={}", percent::encode(&name)));
    let first = (!beyond.is_empty()).then_some(first);
    let rows = if users.is_empty() {
        let clear = button_link(USERS, "Clear search");
        Either::Left(view! { <Nothing title="No user matches." link=Some(clear)/> })
    } else {
        let rows = users.into_iter().map(|user| view! { <Row user now/> }).collect_view();
        Either::Right(action_table("users", ["Username", "Role", "State", "Last sign-in"], rows))
    };
    view! {
        <ListPage
            heading="Users"
            lead="The people who may sign in, and what each may do."
            actions=Some(add_link(format!("{USERS}/new"), (icon!("plus"), "Add")))
            rows
            pages=[("First", first), ("Next", next)]
        >
            <SearchForm action=USERS value=search max_chars=64 placeholder="Username".to_owned()>
                ""
            </SearchForm>
        </ListPage>
    }
}

/// Returns "Active", "Disabled" or "Has no password yet".
fn state(user: &UserSummary) -> &'static str {
    match (user.disabled, user.has_password || user.issuer.is_some()) {
        (true, _) => "Disabled",
        (false, false) => "Has no password yet",
        (false, true) => "Active",
    }
}

#[component]
fn Row(user: UserSummary, now: Timestamp) -> impl IntoView {
    let state = state(&user);
    let edit = row_action(user_address(&user.name), format!("Edit {}", user.name), "Edit", icon!("pencil"));
    let signed_in = match user.signed_in_at {
        Some(at) => Either::Left(view! { <Ago at now/> }),
        None => Either::Right("never"),
    };
    view! {
        <tr>
            <th scope="row" class="name" title=user.issuer.map(|issuer| format!("Signs in at {issuer}"))>
                {user.name}
            </th>
            <Cell label="Role">{user.role.label()}</Cell>
            <Cell label="State">{state}</Cell>
            <Cell label="Last sign-in">{signed_in}</Cell>
            <td class="row-actions">{edit}</td>
        </tr>
    }
}

fn role_choice(form: &FormState, default: Role) -> impl IntoView + use<> {
    let choices = Role::ALL.map(|role| (role.as_str(), role.label(), role.allows())).to_vec();
    form.choice(Field::Role, "Role", choices, default.as_str())
}

/// The form that adds a user.
#[component]
pub fn AddUserPage(form: FormState) -> impl IntoView {
    // What is done by the form, the service guards.
    let is_admin = ssr::may(Role::Admin);
    let load = move |backend: Backend, ctx: Ctx| async move {
        if is_admin { backend.sessions().proof(&ctx).await } else { Err(Error::Forbidden) }
    };
    let subject = Subject { heading: "Add user", ..SUBJECT };
    let page = loaded(subject, load, move |proof| add_form(&form, proof));
    view! { <div class="form-page">{page}</div> }
}

fn add_form(form: &FormState, proof: Proof) -> impl IntoView + use<> {
    rendered(view! {
        <h1>"Add user"</h1>
        <p class="lead">"The new user chooses a password by a link that works once. You get it on the next page, to pass on."</p>
        {form.summary()}
        <form method="post" class="plain-form">
            {form.line(
                Field::Username,
                "Username",
                "Letters a to z, digits and . _ - + @",
                Line { autofocus: true, mono: true, ..Line::TEXT },
            )}
            {role_choice(form, Role::Reader)}
            {prove_again(form, proof, PROOF_HINT, "/users/new")}
            <div class="actions">
                {form.reason()}
                <a class="button" href=USERS>
                    "Cancel"
                </a>
                <button class="primary">"Add user"</button>
            </div>
        </form>
    })
}

/// The link with which a user chooses a password.
#[component]
pub fn LinkPage<'a>(link: &'a MadeLink) -> impl IntoView + use<> {
    rendered(view! {
        <div class="form-page">
            <h1>{if link.added { "User added" } else { "Password link" }}</h1>
            <p>
                "Pass this link on to " <b>{link.name.clone()}</b>
                ". Whoever opens it chooses the password. It works once, within a day, and is shown only here."
            </p>
            <Once id="link" label="Link" text=&link.address/>
            <p>
                <a class="button" href=user_address(&link.name)>
                    "Done"
                </a>
            </p>
        </div>
    })
}

/// The page of a user: role, state, sessions, password.
#[component]
pub fn UserPageView(name: String, form: FormState) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move {
        backend.users().get(&ctx, &name).await.map(|user| (user, ctx.now))
    };
    let page = loaded(SUBJECT, load, move |(user, now)| view! { <OneUser user now form/> });
    view! { <div class="form-page">{page}</div> }
}

#[component]
fn OneUser(user: UserSummary, now: Timestamp, form: FormState) -> impl IntoView {
    let address = user_address(&user.name);
    let seen = match user.signed_in_at {
        Some(at) => Either::Left(view! { ", signed in " <Ago at now/> }),
        None => Either::Right(", has never signed in"),
    };
    let suspended = user.suspended_at.map(|at| {
        view! {
            <h2>"API tokens"</h2>
            <p>
                "This user’s API tokens are refused since the place where they sign in refused them or signed them out, "
                <Ago at now/> ". They are taken again as soon as the user signs in there and has a role."
            </p>
        }
    });
    let sessions = match user.sessions {
        0 => EitherOf3::A("There are none."),
        1 => EitherOf3::B("There is one."),
        count => EitherOf3::C(format!("There are {count}.")),
    };
    let kept = match user.issuer.clone() {
        Some(issuer) => Either::Left(view! {
            <h2>"Role and password"</h2>
            <p>
                "This user signs in at " <b>{issuer}</b> ". The role there is " <b>{user.role.label()}</b>
                ", by the groups they were in when they signed in last; both groups and password are kept there."
            </p>
        }),
        None => Either::Right(role_and_password(&form, user.role, &address)),
    };
    rendered(view! {
        <h1>{format!("User {}", user.name)}</h1>
        <p class="lead">{is_oneself(&user).then(|| view! { <b>"This is you. "</b> })} {state(&user)} {seen} "."</p>
        {form.summary()}
        {kept}
        <h2>"Sessions"</h2>
        <p>{sessions}</p>
        {(user.sessions > 0)
            .then(|| {
                view! {
                    <p>
                        <a class="button" href=format!("{address}/end-sessions")>
                            "End all sessions"
                        </a>
                    </p>
                }
            })}
        {suspended}
        <h2>{if user.disabled { "Enable" } else { "Disable" }}</h2>
        {enable_or_disable(user.disabled, &address)}
    })
}

/// Renders the settings of a user without a provider.
fn role_and_password(form: &FormState, role: Role, address: &str) -> impl IntoView + use<> {
    view! {
        <h2>"Role"</h2>
        <form method="get" action=format!("{address}/role") class="plain-form">
            {role_choice(form, role)}
            <div class="actions">
                <button class="primary">"Change role"</button>
            </div>
        </form>
        <h2>"Password"</h2>
        <p>"A link with which the user chooses a new password. The old one and every session end at once."</p>
        <p>
            <a class="button" href=format!("{address}/password-link")>
                "Make password link"
            </a>
        </p>
    }
}

fn enable_or_disable(disabled: bool, address: &str) -> impl IntoView + use<> {
    if disabled {
        Either::Left(view! {
            <p>"This user may not sign in."</p>
            <p>
                <a class="button" href=format!("{address}/enable")>
                    "Enable user"
                </a>
            </p>
        })
    } else {
        Either::Right(view! {
            <p>"A disabled user may not sign in, every session ends, and every API token stops working. Nothing is deleted."</p>
            <p>
                <a class="button danger" href=format!("{address}/disable")>
                    "Disable user"
                </a>
            </p>
        })
    }
}
