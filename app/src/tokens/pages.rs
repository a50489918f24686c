//! The Tokens pages.

use super::{TOKENS, stopped_words};
use crate::{
    account::proof::prove_again,
    api_docs::API_DOCS,
    failure::{Subject, loaded},
    form_state::{FormState, message},
    secrets::secret_address,
    ssr,
    ui::{
        ago::Ago,
        confirm::ConfirmPage,
        copy::Once,
        icon::icon,
        line::Line,
        list::{ListPage, Nothing, add_link},
        rendered::rendered,
        table::{Cell, action_table, row_action},
    },
};
use backend::{Backend, CreatedToken, Ctx, Proof, TokenLimits, TokenPage, TokenSummary, called_token};
use domain::{
    access::{Restriction, Role, TokenScope},
    error::Field,
    percent,
    secret::SecretId,
    time::Timestamp,
};
use leptos::{either::Either, prelude::*};

/// The reason why a proof is asked for.
const PROOF_HINT: &str =
    "For every scope but “Read metadata”: a token outlasts your session, so confirm that it is you.";

const SUBJECT: Subject = Subject { heading: "Tokens", noun: "token", list: TOKENS };

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
    loaded(SUBJECT, load, move |page| view! { <List page everybodys/> })
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
            <nav class="choices" aria-label="Whose">
                {tab("My tokens", TOKENS, !everybodys)}
                {tab("Everybody’s tokens", "/tokens?of=everybody", everybodys)}
            </nav>
        }
    });
    let rows = if tokens.is_empty() {
        Either::Left(view! {
            <Nothing
                title="No tokens."
                text="A script or cluster that reads or changes secrets shows one with each request."
            />
        })
    } else {
        let rows = tokens.into_iter().map(|token| view! { <Row token now/> }).collect_view();
        Either::Right(action_table(
            "tokens",
            ["Name", "Scope", "Secrets", "Created", "Last used", "Expires"],
            rows,
        ))
    };
    let lead = view! {
        "For scripts and clusters: each may do what its scope says, and can be revoked at any time. "
        <a href=API_DOCS>"What the API can do"</a>
    };
    view! {
        <ListPage
            heading="Tokens"
            lead
            actions=Some(add_link("/tokens/new", (icon!("plus"), "Add")))
            rows
            pages=[("Next", next)]
        >
            {whose}
        </ListPage>
    }
}

#[component]
fn Row(token: TokenSummary, now: Timestamp) -> impl IntoView {
    let over = token.revoked_at.is_some() || token.expires_at.is_some_and(|at| at <= now);
    let secrets = match &token.restriction {
        Restriction::None => "all".to_owned(),
        Restriction::Prefix(prefix) => format!("names that begin with {prefix}"),
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
        (Some(at), _) => view! { "revoked " <Ago at now/> }.into_any(),
        (None, None) => "never".into_any(),
        (None, Some(at)) if at <= now => view! { "expired " <Ago at now/> }.into_any(),
        (None, Some(at)) => view! { <time datetime=at.rfc3339()>{at.utc_text()}</time> }.into_any(),
    };
    let used = match token.used_at {
        Some(at) => Either::Left(view! { <Ago at now/> }),
        None => Either::Right("never"),
    };
    let revoke = (!over).then(|| {
        let address = format!("{TOKENS}/{}/revoke", token.id);
        row_action(address, format!("Revoke {}", token.name), "Revoke", icon!("bin"))
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
            view! {
                <div>
                    "refused from " <time datetime=end.rfc3339()>{end.utc_text()}</time> " unless its person signs in before"
                </div>
            }
        });
    view! {
        <tr>
            <th scope="row" title=format!("{called}, {}", token.id)>
                {token.name.clone()}
            </th>
            <Cell label="Scope">{token.scope.label()}</Cell>
            <Cell label="Secrets" title=secrets.clone()>
                {links.unwrap_or_else(|| secrets.clone().into_any())}
            </Cell>
            <Cell label="Created">
                <Ago at=token.created_at now/>
                {format!(" by {}", token.created_by)}
            </Cell>
            <Cell label="Last used">{used}</Cell>
            <Cell label="Expires">{expires} {stopped} {unless}</Cell>
            <td class="row-actions">{revoke}</td>
        </tr>
    }
}

/// The form that adds a token.
#[component]
pub fn AddTokenPage(form: FormState) -> impl IntoView {
    let load = async |backend: Backend, ctx: Ctx| {
        let proof = backend.sessions().proof(&ctx).await?;
        Ok((proof, backend.tokens().limits()))
    };
    let page = loaded(SUBJECT, load, move |(proof, limits)| add_form(&form, proof, limits));
    view! { <div class="form-page">{page}</div> }
}

fn add_form(form: &FormState, proof: Proof, limits: TokenLimits) -> impl IntoView + use<> {
    let role = ssr::user().map_or(Role::Reader, |user| user.role);
    let scopes = TokenScope::ALL
        .into_iter()
        .filter(|scope| role >= scope.least_role())
        .map(|scope| (scope.as_str(), scope.label(), scope.allows()))
        .collect();
    let longest = limits.most_days.map(|days| {
        let plural = if days == 1 { "" } else { "s" };
        view! { <p class="hint">{format!("Tokens of this portal last {days} day{plural} at most.")}</p> }
    });
    let restricted = (limits.restricted_editors && role == Role::Editor).then(|| {
        view! {
            <p class="hint">
                "To take values out or to write, a token of yours has to be for chosen secrets: enter how their names begin, \
                or their ids."
            </p>
        }
    });
    rendered(view! {
        <h1>"Add token"</h1>
        <p class="lead">"Its text is shown once, on the next page. A token may do no more than you."</p>
        {form.summary()}
        <form method="post" class="plain-form">
            {form.line(
                Field::Name,
                "Name",
                "What it is for, such as the cluster or script that has it.",
                Line { autofocus: true, ..Line::TEXT },
            )}
            {form.choice(Field::Scope, "Scope", scopes, TokenScope::ReadMetadata.as_str())}
            {restricted}
            {form.line(
                Field::Prefix,
                "Only names that begin with",
                "",
                Line { optional: true, mono: true, ..Line::TEXT },
            )}
            {form.lines(
                Field::Secrets,
                "Only these secrets",
                "Ids such as image-hub or gitsync-secret-data, separated by spaces or line ends.",
            )}
            {form.line(
                Field::Expiry,
                "Expires after (days)",
                "30 days where it stays empty; “never” for a token that does not expire.",
                Line { optional: true, ..Line::TEXT },
            )}
            {longest}
            {(role > Role::Reader).then(|| prove_again(form, proof, PROOF_HINT, "/tokens/new"))}
            <div class="actions">
                {form.reason()}
                <a class="button" href=TOKENS>
                    "Cancel"
                </a>
                <button class="primary">"Create token"</button>
            </div>
        </form>
    })
}

/// The token that was just made.
#[component]
pub fn TokenCreatedPage(token: CreatedToken) -> impl IntoView {
    let until = match token.expires_at {
        Some(at) => format!("It is good until {}.", at.utc_text()),
        None => "It never expires.".to_owned(),
    };
    rendered(view! {
        <div class="form-page">
            <h1>"Token created"</h1>
            <p>
                "This is the token " <b>{token.name}</b> ". Copy it now: it is shown only here, and stored only as a hash. "
                {until}
            </p>
            <Once id="token" label="Token" text=&token.text/>
            <p>
                <a class="button" href=TOKENS>
                    "Done"
                </a>
            </p>
        </div>
    })
}

/// The confirmation before a token is revoked.
#[component]
pub fn RevokeTokenPage(id: String, form: FormState) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move { backend.tokens().get(&ctx, &id).await };
    let page = loaded(SUBJECT, load, move |token: TokenSummary| {
        view! {
            <ConfirmPage
                heading="Revoke token".to_owned()
                cancel=TOKENS.to_owned()
                confirm="Revoke"
                rejected=form.error.is_some().then(|| form.summary().into_any())
                reason=form.error.as_ref().map(message)
            >
                <p>
                    "Are you sure to revoke the token " <b>{token.name}</b> " of "
                    {token.owner.unwrap_or_else(|| "the command line".to_owned())} " (" <code>{token.id}</code>
                    ")? Whatever uses it is refused from then on, and it cannot be brought back."
                </p>
            </ConfirmPage>
        }
    });
    view! { <div class="form-page">{page}</div> }
}
