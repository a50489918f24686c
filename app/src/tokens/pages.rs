//! The Tokens pages.

use super::{TOKENS, first_request, stopped_words};
use crate::{
    account::proof::prove_again,
    api_docs::API_DOCS,
    failure::{Noun, Subject, loaded},
    form_state::{FormState, message},
    here_only::HereOnly,
    secrets::secret_address,
    ssr,
    texts::{self, Markup},
    ui::{
        ago::Ago,
        confirm::ConfirmPage,
        copy::{CopyButton, Once},
        icon::icon,
        line::Line,
        list::{ListPage, Nothing, add_link},
        rendered::rendered,
        table::{Cell, action_table, row_action},
    },
};
use backend::{
    Backend, CreatedToken, Ctx, Proof, Submitted, TokenLimits, TokenPage, TokenSummary, called_token,
};
use domain::{
    access::{Restriction, Role, TokenScope},
    error::Field,
    percent,
    secret::SecretId,
    time::Timestamp,
};
use leptos::{either::Either, prelude::*};
use std::time::Duration;

/// The time before its end in which a token is said to expire soon.
const SOON: Duration = Duration::from_hours(14 * 24);

fn subject() -> Subject {
    Subject { heading: t!(tokens_heading), noun: Noun::Token, list: TOKENS }
}

/// The person's own tokens, or everybody's.
#[component]
pub fn TokensPage() -> impl IntoView {
    let everybodys = ssr::query_parameter("of").is_some_and(|of| of == "everybody");
    let beyond = ssr::query_parameter("after").and_then(|text| {
        let (at, id) = text.split_once('~')?;
        Some((at.parse().ok().filter(|micros| *micros >= 0).map(Timestamp::from_micros)?, id.to_owned()))
    });

    let load = move |backend: Backend, ctx: Ctx| async move {
        let beyond = beyond.as_ref().map(|(at, id)| (*at, id.as_str()));
        backend.tokens().list(&ctx, everybodys, beyond).await
    };
    loaded(subject(), load, move |page| view! { <List page everybodys/> })
}

#[component]
fn List(page: TokenPage, everybodys: bool) -> impl IntoView {
    let TokenPage { tokens, more, now } = page;
    let of = if everybodys { "of=everybody&" } else { "" };
    let next = tokens.last().filter(|_| more).map(|token| {
        let after = format!("{}~{}", token.created_at.micros(), token.id);
        format!("{TOKENS}?{of}after={}", percent::encode(&after))
    });
    let whose = ssr::may(Role::Admin).then(|| {
        let tab = |label, address: &'static str, current: bool| {
            view! { <a class="button" href=address aria-current=current.then_some("page")>{label}</a> }
        };
        view! {
            <nav class="choices" aria-label=t!(tokens_owner)>
                {tab(t!(tokens_mine), TOKENS, !everybodys)}
                {tab(t!(tokens_all), "/tokens?of=everybody", everybodys)}
            </nav>
        }
    });
    let rows = if tokens.is_empty() {
        Either::Left(view! {
            <Nothing title=t!(tokens_none) text=t!(tokens_none_text)/>
        })
    } else {
        let rows = tokens.into_iter().map(|token| view! { <Row token now/> }).collect_view();
        Either::Right(action_table(
            "tokens",
            [
                t!(tokens_name),
                t!(tokens_scope),
                t!(tokens_secrets),
                t!(tokens_created),
                t!(tokens_used),
                t!(tokens_expires),
            ],
            rows,
        ))
    };
    let lead = t!(tokens_lead, address: API_DOCS).view();
    view! {
        <ListPage
            heading=t!(tokens_heading)
            lead
            actions=Some(add_link("/tokens/new", (icon!("plus"), t!(page_add))))
            rows
            pages=[(t!(page_next), next)]
        >
            {whose}
        </ListPage>
    }
}

#[component]
fn Row(token: TokenSummary, now: Timestamp) -> impl IntoView {
    let over = token.revoked_at.is_some() || token.expires_at.is_some_and(|at| at <= now);
    let secrets = match &token.restriction {
        Restriction::None => t!(tokens_every_secret).to_owned(),
        Restriction::Prefix(prefix) => t!(tokens_prefix, prefix),
        Restriction::Secrets(ids) => ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    // Named one by one, each leads to its page.
    let links = match &token.restriction {
        Restriction::Secrets(ids) => {
            let link = |(number, id): (usize, &SecretId)| {
                let before = if number > 0 { ", " } else { "" };
                view! { {before} <a href=secret_address(id)>{id.to_string()}</a> }
            };
            Some(ids.iter().enumerate().map(link).collect_view().into_any())
        }
        Restriction::None | Restriction::Prefix(_) => None,
    };
    let expires = match (token.revoked_at, token.expires_at) {
        (Some(at), _) => t!(tokens_revoked, when: ago(at, now)).view().into_any(),
        (None, None) => t!(page_never).into_any(),
        (None, Some(at)) if at <= now => t!(tokens_expired, when: ago(at, now)).view().into_any(),
        (None, Some(at)) => exact(at).view().into_any(),
    };
    let soon = token
        .expires_at
        .filter(|at| !over && *at <= now + SOON)
        .map(|_| view! { <div class="state warn">{icon!("clock")} {t!(tokens_soon)}</div> });
    let used = match token.used_at {
        Some(at) => Either::Left(view! { <Ago at now/> }),
        None => Either::Right(t!(page_never)),
    };
    let revoke = (!over).then(|| {
        let address = format!("{TOKENS}/{}/revoke", token.id);
        row_action(address, t!(tokens_revoke_one, name: &token.name), t!(tokens_revoke), icon!("bin"))
    });
    let called = called_token(&token.name, token.owner.as_deref());
    let stopped = token.stopped.filter(|_| !over).map(|stopped| {
        view! { <div>{stopped_words(stopped)}</div> }
    });
    // Only if that is earlier.
    let unless = token
        .ends_without_sign_in
        .filter(|end| !over && token.stopped.is_none() && token.expires_at.is_none_or(|at| *end < at))
        .map(|end| {
            view! { <div>{t!(tokens_rejected_from, when: exact(end))}</div> }
        });
    view! {
        <tr>
            <th scope="row" title=format!("{called}, {}", token.id)>
                {token.name.clone()}
            </th>
            <Cell label=t!(tokens_scope)>{texts::scope(token.scope)}</Cell>
            <Cell label=t!(tokens_secrets) title=secrets.clone()>
                {links.unwrap_or_else(|| secrets.clone().into_any())}
            </Cell>
            <Cell label=t!(tokens_created)>
                {t!(tokens_created_by, when: ago(token.created_at, now), name: token.created_by)}
            </Cell>
            <Cell label=t!(tokens_used)>{used}</Cell>
            <Cell label=t!(tokens_expires)>{expires} {soon} {stopped} {unless}</Cell>
            <td class="row-actions">{revoke}</td>
        </tr>
    }
}

/// Returns an exact time, for a text: in UTC, or in the reader's zone with JavaScript.
fn exact(at: Timestamp) -> Markup {
    Markup::rendered(view! { <time datetime=at.rfc3339()>{texts::exact(at)}</time> })
}

/// Returns a relative time, for a text.
fn ago(at: Timestamp, now: Timestamp) -> Markup {
    Markup::rendered(view! { <Ago at now/> })
}

/// The form that adds a token.
#[component]
pub fn AddTokenPage(form: FormState) -> impl IntoView {
    let load = async |backend: Backend, ctx: Ctx| {
        let proof = backend.sessions().proof(&ctx).await?;
        Ok((proof, backend.tokens().limits()))
    };
    let page = loaded(subject(), load, move |(proof, limits)| add_form(&form, proof, limits));
    view! { <div class="form-page">{page}</div> }
}

fn add_form(form: &FormState, proof: Proof, limits: TokenLimits) -> impl IntoView + use<> {
    let role = ssr::user().map_or(Role::Reader, |user| user.role);
    let scopes = TokenScope::ALL
        .into_iter()
        .filter(|scope| role >= scope.least_role())
        .map(|scope| (scope.as_str(), texts::scope(scope), texts::scope_allows(scope)))
        .collect();
    let longest = limits.most_days.map(|days| view! { <p class="hint">{t!(tokens_longest, days)}</p> });
    let restricted = (limits.restricted_editors && role == Role::Editor).then(|| {
        view! { <p class="hint">{t!(tokens_restricted)}</p> }
    });
    rendered(view! {
        <h1>{t!(tokens_add)}</h1>
        <p class="lead">{t!(tokens_add_lead)}</p>
        {form.summary()}
        <form method="post" class="plain-form">
            {form.submission()}
            {form.line(
                Field::Name,
                t!(tokens_name),
                t!(tokens_name_hint),
                Line { autofocus: true, ..Line::TEXT },
            )}
            {form.choice(Field::Scope, t!(tokens_scope), scopes, TokenScope::ReadMetadata.as_str())}
            {restricted}
            {form.line(
                Field::Prefix,
                t!(tokens_only_prefix),
                t!(tokens_only_prefix_hint),
                Line { optional: true, mono: true, ..Line::TEXT },
            )}
            {form.lines(
                Field::Secrets,
                t!(tokens_only_secrets),
                t!(tokens_only_secrets_hint),
            )}
            {form.line(
                Field::Expiry,
                t!(tokens_expiry),
                t!(tokens_expiry_hint),
                Line { optional: true, ..Line::TEXT },
            )}
            {longest}
            {(role > Role::Reader).then(|| prove_again(form, proof, t!(tokens_proof_hint), "/tokens/new"))}
            <div class="actions">
                {form.reason()}
                <a class="button" href=TOKENS>
                    {t!(page_cancel)}
                </a>
                <button class="primary">{t!(tokens_create)}</button>
            </div>
        </form>
    })
}

/// The answer to the form that creates a token: the token, or the statement that the same form created it before.
#[component]
pub fn TokenCreatedPage(name: String, token: Submitted<CreatedToken>) -> impl IntoView {
    match token {
        Submitted::First(token) => Either::Left(created(&token)),
        Submitted::Again(id) => Either::Right(created_before(name, &id)),
    }
}

fn created(token: &CreatedToken) -> impl IntoView + use<> {
    let created = match token.expires_at {
        Some(at) => t!(tokens_created_until, name: &token.name, when: exact(at)),
        None => t!(tokens_created_never, name: &token.name),
    };
    rendered(view! {
        <div class="form-page">
            <h1>{t!(tokens_created_heading)}</h1>
            <p>{created}</p>
            <Once id="token" label=t!(tokens_token) text=&token.text/>
            <HereOnly/>
            <p>{t!(tokens_try)}</p>
            <div class="snippet">
                <pre id="try">{first_request(&ssr::public_origin())}</pre>
                <CopyButton target="try".to_owned() what=t!(examples_copy)/>
            </div>
            <p>
                <a class="button" href=TOKENS>
                    {t!(page_done)}
                </a>
            </p>
        </div>
    })
}

fn created_before(name: String, id: &str) -> impl IntoView + use<> {
    rendered(view! {
        <div class="form-page">
            <h1>{t!(tokens_again_heading)}</h1>
            <p>{t!(tokens_again, name)}</p>
            <div class="actions">
                <a class="button" href=TOKENS>
                    {t!(page_done)}
                </a>
                <a class="button danger" href=format!("{TOKENS}/{id}/revoke")>
                    {t!(tokens_revoke)}
                </a>
                <a class="button primary" href="/tokens/new">
                    {t!(tokens_create_another)}
                </a>
            </div>
        </div>
    })
}

/// The confirmation before a token is revoked.
#[component]
pub fn RevokeTokenPage(id: String, form: FormState) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move { backend.tokens().get(&ctx, &id).await };
    let page = loaded(subject(), load, move |token: TokenSummary| {
        view! {
            <ConfirmPage
                heading=t!(tokens_revoke_heading).to_owned()
                cancel=TOKENS.to_owned()
                confirm=t!(tokens_revoke)
                rejected=form.error.is_some().then(|| form.summary().into_any())
                reason=form.error.as_ref().map(message)
            >
                <p>
                    {
                        let owner = token.owner.unwrap_or_else(|| t!(tokens_command_line).to_owned());
                        t!(tokens_revoke_question, name: token.name, owner, id: token.id)
                    }
                </p>
            </ConfirmPage>
        }
    });
    view! { <div class="form-page">{page}</div> }
}
