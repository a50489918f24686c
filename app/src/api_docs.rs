//! The page that describes the API. What it says is made from the API's own description, by whoever serves it.

use leptos::{either::Either, prelude::*};

/// Where the page stands.
pub const API_DOCS: &str = "/api/docs";

/// Where the description is that machines read.
pub const OPENAPI: &str = "/api/openapi.json";

/// What there is to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiDocs {
    /// Headings, and what can be done under them.
    pub groups: Vec<(String, Vec<Operation>)>,
    /// The words that problems bear, and what they mean.
    pub problems: Vec<(String, String)>,
}

/// Something that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    pub method: String,
    pub path: String,
    pub summary: String,
    pub description: String,
    pub parameters: Vec<Member>,
    pub body: Vec<Member>,
    pub answer: Vec<Member>,
    /// Statuses, and what they say.
    pub statuses: Vec<(String, String)>,
}

/// A parameter, or a member of a JSON object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// Such as `string`, or `query` for a parameter.
    pub kind: String,
    pub required: bool,
    pub about: String,
}

impl Operation {
    /// By which the page is linked to.
    fn anchor(&self) -> String {
        let words =
            self.path.split('/').map(|part| part.trim_matches(['{', '}'])).filter(|part| !part.is_empty());
        std::iter::once(self.method.to_lowercase())
            .chain(words.map(str::to_owned))
            .collect::<Vec<_>>()
            .join("-")
    }
}

#[component]
pub fn ApiDocsPage() -> impl IntoView {
    let ApiDocs { groups, problems } = use_context().unwrap_or_default();
    let contents = groups
        .iter()
        .flat_map(|(_, operations)| operations)
        .map(|operation| {
            view! {
                <li>
                    <a href=format!("#{}", operation.anchor())>{operation.summary.clone()}</a>
                </li>
            }
        })
        .collect_view();
    let groups = groups
        .into_iter()
        .map(|(heading, operations)| {
            view! {
                <h2>{heading}</h2>
                {operations.into_iter().map(section).collect_view()}
            }
        })
        .collect_view();
    let problems = problems
        .into_iter()
        .map(|(word, meaning)| {
            view! {
                <tr id=word.clone()>
                    <th scope="row">
                        <code>{word.clone()}</code>
                    </th>
                    <td>{meaning}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="form-page help api-docs">
            <h1>"API"</h1>
            <p class="lead">
                "For clusters and scripts: JSON over HTTP, with a token. Machines read "
                <a href=OPENAPI>"its description in OpenAPI 3.1"</a> "."
            </p>
            <p>
                "Make a token on the page " <a href=crate::tokens::pages::TOKENS>"Tokens"</a>
                " and send it in the header Authorization. It may do what its scope says, with the secrets that it is for:"
            </p>
            <pre>"curl -H \"Authorization: Bearer $LATCHKEY_TOKEN\" https://latchkey.example/api/v1/secrets"</pre>
            <ul>{contents}</ul>
            {groups}
            <h2>"Problems"</h2>
            <p>
                "What goes wrong is told as application/problem+json (RFC 9457): status, type, detail, and for each field that "
                "needs another look an entry in errors. The type ends in one of these words."
            </p>
            <div class="table-frame">
                <table>
                    <tbody>{problems}</tbody>
                </table>
            </div>
        </div>
    }
}

fn section(operation: Operation) -> impl IntoView {
    let anchor = operation.anchor();
    let Operation { method, path, summary, description, parameters, body, answer, statuses } = operation;
    let statuses = statuses
        .into_iter()
        .map(|(status, about)| {
            view! {
                <tr>
                    <th scope="row">{status}</th>
                    <td>{about}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section id=anchor>
            <h3>{summary}</h3>
            <p>
                <code>{format!("{method} {path}")}</code>
            </p>
            {(!description.is_empty()).then(|| view! { <p>{description}</p> })}
            {members("Parameters", parameters)}
            {members("Body", body)}
            {members("Answer", answer)}
            <details>
                <summary>"Statuses"</summary>
                <div class="table-frame">
                    <table>
                        <tbody>{statuses}</tbody>
                    </table>
                </div>
            </details>
        </section>
    }
}

fn members(heading: &'static str, members: Vec<Member>) -> impl IntoView {
    if members.is_empty() {
        return Either::Left(());
    }
    let rows = members
        .into_iter()
        .map(|Member { name, kind, required, about }| {
            let kind = if required { format!("{kind}, required") } else { kind };
            view! {
                <tr>
                    <th scope="row">
                        <code>{name}</code>
                    </th>
                    <td>{kind}</td>
                    <td>{about}</td>
                </tr>
            }
        })
        .collect_view();
    Either::Right(view! {
        <h4>{heading}</h4>
        <div class="table-frame">
            <table>
                <tbody>{rows}</tbody>
            </table>
        </div>
    })
}
