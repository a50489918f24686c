//! The page of the API's description.

use super::{openapi::description, problem::KINDS};
use app::{
    api_docs::{ApiDocs, Member, Operation},
    document::Page,
    respond::Reply,
};
use axum::{http::StatusCode, response::Response};
use serde_json::Value;
use std::sync::LazyLock;

static DOCS: LazyLock<ApiDocs> = LazyLock::new(read);

/// Answers `GET /api/docs`.
pub async fn show(reply: Reply) -> Response {
    reply.page(StatusCode::OK, Page::ApiDocs(&DOCS)).await
}

fn read() -> ApiDocs {
    let description = serde_json::to_value(description()).unwrap_or_default();
    let mut groups: Vec<(String, Vec<Operation>)> = Vec::new();
    for (path, methods) in members_of(&description["paths"]) {
        for (method, operation) in members_of(methods) {
            let heading = text(&operation["tags"][0]);
            let operation = read_operation(&description, path, method, operation);
            match groups.iter_mut().find(|(other, _)| *other == heading) {
                Some((_, operations)) => operations.push(operation),
                None => groups.push((heading, vec![operation])),
            }
        }
    }
    // The groups that most people look for come first.
    groups.sort_by_key(|(heading, _)| heading != "Values" && heading != "Secrets");
    let problems = KINDS.iter().map(|(word, meaning)| ((*word).to_owned(), (*meaning).to_owned()));
    ApiDocs { groups, problems: problems.collect() }
}

fn read_operation(description: &Value, path: &str, method: &str, operation: &Value) -> Operation {
    let parameters = operation["parameters"].as_array().into_iter().flatten().map(|parameter| Member {
        name: text(&parameter["name"]),
        kind: text(&parameter["in"]),
        required: parameter["required"] == true,
        about: text(&parameter["description"]),
    });
    let responses = members_of(&operation["responses"]);
    let answer = responses.iter().find(|(status, _)| status.starts_with('2'));
    let answer =
        answer.map_or(&Value::Null, |(_, response)| &response["content"]["application/json"]["schema"]);
    Operation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        description: text(&operation["description"]),
        parameters: parameters.collect(),
        body: read_schema(description, &operation["requestBody"]["content"]["application/json"]["schema"]),
        answer: read_schema(description, answer),
        statuses: responses
            .iter()
            .map(|(status, response)| ((*status).clone(), text(&response["description"])))
            .collect(),
    }
}

fn read_schema(description: &Value, schema: &Value) -> Vec<Member> {
    let schema = resolve(description, schema);
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let mut members: Vec<Member> = parts.flat_map(|part| read_schema(description, part)).collect();
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, member) in members_of(&schema["properties"]) {
        members.push(Member {
            name: name.clone(),
            kind: kind(member),
            required: required.contains(&name.as_str()),
            about: text(&member["description"]),
        });
    }
    members
}

/// Resolves a reference within the description.
fn resolve<'a>(description: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        Some(name) => &description["components"]["schemas"][name],
        None => schema,
    }
}

/// Returns the type of a member, in a word or two.
fn kind(member: &Value) -> String {
    let named =
        |schema: &Value| schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()).map(str::to_owned);
    if let Some(name) = named(member) {
        return name;
    }
    if let Some(name) = member["oneOf"].as_array().into_iter().flatten().find_map(named) {
        return format!("{name} or null");
    }
    match &member["type"] {
        Value::String(kind) if kind == "array" => format!("array of {}", self::kind(&member["items"])),
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => String::new(),
    }
}

fn members_of(value: &Value) -> Vec<(&String, &Value)> {
    value.as_object().into_iter().flatten().collect()
}

fn text(value: &Value) -> String {
    // The descriptions mark code; the page shows it as plain text.
    value.as_str().unwrap_or_default().replace('`', "")
}
