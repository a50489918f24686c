//! The list of endpoints: the router and the description are both made of it.

use super::{
    Caller, Problem, audit, deleted, denied, graphql, keys, mail, me, notices, secrets, tokens,
    usages::{datasets, images},
    values, versions,
};
use crate::state::AppState;
use axum::{
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::{MethodRouter, any, post},
};
use domain::error::Error;
use utoipa_axum::{router::UtoipaMethodRouter, routes};

/// Returns the endpoints that the description names, the methods of one path together. What each handler says of itself has
/// its path, its method and its schemas.
#[expect(deprecated, reason = "an older address still answers, and is described as deprecated")]
pub(super) fn described() -> Vec<UtoipaMethodRouter<AppState>> {
    vec![
        routes!(me::show),
        routes!(mail::show, mail::change),
        routes!(secrets::list::list, secrets::add::create),
        routes!(secrets::show, secrets::change::change, secrets::delete),
        routes!(secrets::test),
        routes!(values::value),
        routes!(values::kubernetes_manifest),
        routes!(versions::list),
        routes!(versions::roll_back),
        routes!(versions::destroy),
        routes!(keys::generate, keys::discard),
        routes!(keys::switch),
        routes!(secrets::consumers::of_secret),
        routes!(secrets::consumers::at_older_address),
        routes!(deleted::list),
        routes!(deleted::remove),
        routes!(deleted::restore),
        routes!(images::list, images::create),
        routes!(images::show, images::change, images::delete),
        routes!(images::test),
        routes!(datasets::list, datasets::create),
        routes!(datasets::show, datasets::change, datasets::delete),
        routes!(datasets::test),
        routes!(tokens::list),
        routes!(notices::channels::list, notices::channels::add),
        routes!(notices::channels::show, notices::channels::change, notices::channels::delete),
        routes!(notices::channels::rotate),
        routes!(notices::channels::pause),
        routes!(notices::channels::resume),
        routes!(notices::channels::test),
        routes!(notices::rules::list, notices::rules::add),
        routes!(notices::rules::show, notices::rules::change, notices::rules::delete),
        routes!(notices::deliveries::list),
        routes!(notices::deliveries::again),
        routes!(notices::settings, notices::change_settings),
        routes!(audit::list),
    ]
}

/// Returns what answers at each path of the API: what is described, GraphQL, which describes itself, and a 404.
pub fn endpoints() -> impl Iterator<Item = (String, MethodRouter<AppState>)> {
    let described = described().into_iter().flat_map(|(_, paths, answer)| {
        paths.paths.into_keys().map(move |path| (path, only_its_methods(answer.clone())))
    });
    described.chain([
        ("/api/graphql".to_owned(), only_its_methods(post(graphql::answer))),
        ("/api/v1/{*path}".to_owned(), any(nowhere)),
    ])
}

/// Adds a problem in JSON for the methods that an address does not have, and the reason where a token is not enough.
fn only_its_methods(answer: MethodRouter<AppState>) -> MethodRouter<AppState> {
    answer.fallback(async |_: Caller| Problem::no_such_method()).layer(from_fn(denied::explain))
}

/// Answers addresses of the API that lead nowhere.
async fn nowhere(_: Caller) -> Response {
    Problem::from(Error::NotFound).into_response()
}
