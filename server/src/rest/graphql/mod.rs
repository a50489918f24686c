//! `POST /api/graphql`: the part of the reference's GraphQL that is about secrets, for its clients. It uses
//! the same services as the rest of the API.

mod error;
mod list;
mod schema;
mod types;

use super::{
    Caller, body, json,
    problem::{Problem, ProblemKind},
};
use crate::state::AppState;
use async_graphql::{EmptySubscription, ErrorExtensionValues, Request, Schema, ServerError, Variables};
use axum::{
    body::Body,
    extract::{self, FromRequestParts, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::sensitive::Sensitive;
use schema::{Mutation, Query};
use serde::Deserialize;
use serde_json::json;
use std::sync::LazyLock;

/// The deepest query: enough for the one with which tools ask for the schema.
const DEPTH_LIMIT: usize = 16;

/// The highest complexity: one for each field, and more for those that query the database.
const COMPLEXITY_LIMIT: usize = 500;

/// The longest query, in bytes. Values are in the variables, and an alias is repeated in every row.
const QUERY_LIMIT: usize = 8 * 1024;

/// The most spreads of fragments: fragments that spread each other double with each step, and all of them are
/// visited before the query is found too complex.
const SPREAD_LIMIT: usize = 32;

static SCHEMA: LazyLock<Schema<Query, Mutation, EmptySubscription>> = LazyLock::new(|| {
    Schema::build(Query, Mutation, EmptySubscription)
        .limit_depth(DEPTH_LIMIT)
        .limit_complexity(COMPLEXITY_LIMIT)
        .disable_suggestions()
        .finish()
});

/// Answers `POST /api/graphql`.
pub async fn answer(State(state): State<AppState>, request: extract::Request) -> Response {
    match execute(&state, request).await {
        Ok(response) => json(response),
        Err(problem) => spelled(problem),
    }
}

async fn execute(state: &AppState, request: extract::Request) -> Result<async_graphql::Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, state).await?;
    let operation = read(state, extract::Request::from_parts(parts, body)).await?;
    if operation.query.len() > QUERY_LIMIT {
        return Err(bad_request(
            "The query is longer than anything that is asked here. Send values as variables.",
        ));
    }
    if operation.query.matches("...").count() > SPREAD_LIMIT {
        return Err(bad_request("The query has more fragments than anything that is asked here."));
    }
    let mut response = SCHEMA.execute(operation.data(caller)).await;
    response.errors.iter_mut().for_each(silence);
    Ok(response)
}

/// Reads JSON, as most clients send it, or a form with the variables as JSON in one of its fields, as the
/// reference's SDK sends it.
async fn read(state: &AppState, request: extract::Request) -> Result<Request, Problem> {
    #[derive(Deserialize)]
    struct Form {
        query: String,
        variables: Option<Sensitive>,
        #[serde(rename = "operationName")]
        operation_name: Option<String>,
    }
    let media_type = body::media_type(request.headers());
    let text = match media_type.as_str() {
        "application/json" | "application/x-www-form-urlencoded" => body::text(request, state).await?,
        _ => {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                ProblemKind::UnsupportedMediaType,
                "Send JSON or a form, and say so in the header Content-Type.",
            ));
        }
    };
    if media_type == "application/json" {
        return body::parse(&text);
    }
    let form: Form = serde_urlencoded::from_str(text.expose())
        .map_err(|_| bad_request("The body is not a form with the field query."))?;
    let variables = form.variables.filter(|text| !text.is_empty());
    let variables: Variables = variables.as_ref().map(body::parse).transpose()?.unwrap_or_default();
    let mut request = Request::new(form.query).variables(variables);
    request.operation_name = form.operation_name;
    Ok(request)
}

fn bad_request(detail: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, ProblemKind::BadRequest, detail)
}

/// Replaces the library's message by the place alone, because it quotes queries and variables, which may
/// contain values.
fn silence(error: &mut ServerError) {
    if error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some()) {
        return;
    }
    error.message = match error.locations.first() {
        Some(place) => {
            format!(
                "This is not what is taken here, or not with these variables: line {}, column {}.",
                place.line, place.column
            )
        }
        None => "The query is longer, deeper or more complex than anything that is asked here.".to_owned(),
    };
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", "GRAPHQL_VALIDATION_FAILED");
    error.extensions = Some(extensions);
    error.source = None;
}

/// Adds `errors` to a problem, which clients of GraphQL look for.
fn spelled(problem: Problem) -> Response {
    let code = match problem.0.status {
        401 => "UNAUTHENTICATED",
        503 => "SERVICE_UNAVAILABLE",
        500 => "INTERNAL_SERVER_ERROR",
        _ => "BAD_REQUEST",
    };
    let mut body = json!(problem.0);
    body["errors"] = json!([{ "message": problem.0.detail, "extensions": { "code": code } }]);
    let (parts, _) = problem.into_response().into_parts();
    Response::from_parts(parts, Body::from(body.to_string()))
}
