//! The page of the API's description, generated from the description by the server.

use crate::{
    here_only::HereOnly,
    ssr,
    tokens::{TOKENS, first_request},
    ui::{copy::CopyButton, rendered::rendered},
};
use leptos::{either::Either, prelude::*};

/// The address of the page.
pub const API_DOCS: &str = "/api/docs";

/// The address of the description that machines read.
pub const OPENAPI: &str = "/api/openapi.json";

/// The groups of operations, and the problems.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiDocs {
    /// The headings, and the operations under them.
    pub groups: Vec<(String, Vec<Operation>)>,
    /// The words of problems, and their meanings.
    pub problems: Vec<(String, String)>,
}

/// An operation of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    pub method: String,
    pub path: String,
    pub summary: String,
    pub description: String,
    pub parameters: Vec<Member>,
    pub body: Vec<Member>,
    pub answer: Vec<Member>,
    /// The statuses, and their descriptions.
    pub statuses: Vec<(String, String)>,
}

/// A parameter, or a member of a JSON object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// The type, such as `string`, or `query` for a parameter.
    pub kind: String,
    pub required: bool,
    pub about: String,
}

impl Operation {
    /// Returns the anchor that links lead to.
    fn anchor(&self) -> String {
        let words =
            self.path.split('/').map(|part| part.trim_matches(['{', '}'])).filter(|part| !part.is_empty());
        std::iter::once(self.method.to_lowercase())
            .chain(words.map(str::to_owned))
            .collect::<Vec<_>>()
            .join("-")
    }
}

/// Returns the anchor of a heading.
fn slug(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}

/// The heading after the operations.
const PROBLEMS: &str = "Problems";

#[component]
pub fn ApiDocsPage(docs: &'static ApiDocs) -> impl IntoView {
    let ApiDocs { groups, problems } = docs.clone();
    let contents = groups
        .iter()
        .map(|(heading, operations)| {
            let operations = operations
                .iter()
                .map(|operation| {
                    view! {
                        <li>
                            <a href=format!("#{}", operation.anchor())>{operation.summary.clone()}</a>
                        </li>
                    }
                })
                .collect_view();
            view! {
                <li>
                    <a href=format!("#{}", slug(heading))>{heading.clone()}</a>
                    <ul>{operations}</ul>
                </li>
            }
        })
        .collect_view();
    let groups = groups
        .into_iter()
        .map(|(heading, operations)| {
            view! {
                <h2 id=slug(&heading)>{heading.clone()}</h2>
                {operations.into_iter().map(section).collect_view()}
            }
        })
        .collect_view();
    let problems = problems
        .into_iter()
        .map(|(word, meaning)| {
            view! {
                <dt id=word.clone()>
                    <code>{word.clone()}</code>
                </dt>
                <dd>{meaning}</dd>
            }
        })
        .collect_view();
    rendered(view! {
        <div class="form-page api-docs">
            <h1>"API"</h1>
            <p class="lead">
                "For clusters and scripts: JSON over HTTP, with a token. "
                <a href=OPENAPI>"OpenAPI 3.1 description"</a>
            </p>
            <p>
                "Create a token on the page " <a href=TOKENS>"Tokens"</a>
                " and send it in the header Authorization. Its scope and its secrets limit what it can do. "
                "To try it, paste the token when this asks for it; it is passed on stdin so that it doesn't show in the process list:"
            </p>
            <HereOnly/>
            <div class="snippet">
                <pre id="first-request">{first_request(&ssr::public_origin())}</pre>
                <CopyButton target="first-request".to_owned() what="the example"/>
            </div>
            <nav aria-label="On this page">
                <ul>
                    {contents}
                    <li>
                        <a href=format!("#{}", slug(PROBLEMS))>{PROBLEMS}</a>
                    </li>
                </ul>
            </nav>
            {groups}
            <h2 id=slug(PROBLEMS)>{PROBLEMS}</h2>
            <p>
                "Errors are application/problem+json (RFC 9457): status, type, detail, and in errors an entry for each invalid "
                "field. The type ends in one of these words."
            </p>
            <dl>{problems}</dl>
        </div>
    })
}

fn section(operation: Operation) -> impl IntoView {
    let anchor = operation.anchor();
    let Operation { method, path, summary, description, parameters, body, answer, statuses } = operation;
    let statuses = statuses
        .into_iter()
        .map(|(status, about)| view! { <dt>{status}</dt><dd>{about}</dd> })
        .collect_view();
    view! {
        <section id=anchor>
            <h3>{summary}</h3>
            <p class="operation">
                <code>{format!("{method} {path}")}</code>
            </p>
            {(!description.is_empty()).then(|| view! { <p>{description}</p> })}
            {members("Parameters", parameters)}
            {members("Body", body)}
            {members("Response", answer)}
            <details>
                <summary>"Status codes"</summary>
                <dl>{statuses}</dl>
            </details>
        </section>
    }
}

fn members(heading: &'static str, members: Vec<Member>) -> impl IntoView {
    if members.is_empty() {
        return Either::Left(());
    }
    let members = members
        .into_iter()
        .map(|Member { name, kind, required, about }| {
            let kind = if required { format!("{kind}, required") } else { kind };
            view! {
                <dt>
                    <code>{name}</code>
                    <span>{kind}</span>
                </dt>
                <dd>{about}</dd>
            }
        })
        .collect_view();
    Either::Right(view! {
        <h4>{heading}</h4>
        <dl>{members}</dl>
    })
}
