//! What is answered where, and for whom.

use crate::{
    admission,
    forms::{
        self, account, audit, checks, imports, keys, secrets, selection, sign_in, single_sign_on, tokens,
        usages, users,
    },
    health, middleware, pages, rejection, rest,
    state::AppState,
};
use any_spawner::Executor;
use app::{
    account::{SIGN_ON, SIGN_ON_LOGOUT, SIGN_ON_RETURN},
    api_docs::API_DOCS,
    document::Page,
    secrets::{
        deleted::DELETED,
        keys::question::KeyQuestion,
        selection::{CHECK as CHECK_SELECTED, DELETE as DELETE_SELECTED, MANIFESTS},
    },
    users::question::UserQuestion,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    middleware::{from_fn, from_fn_with_state},
    response::Redirect,
    routing::{MethodFilter, MethodRouter, any, get, on, post},
};
use domain::usage::UsageKind;
use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::handle_server_fns_with_context;
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, CompressionLevel, predicate::SizeAbove},
    csrf::CsrfLayer,
    limit::RequestBodyLimitLayer,
    services::ServeDir,
    timeout::RequestBodyTimeoutLayer,
};

/// How long the next piece of a request's body may take.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// The longest body from somebody who need not be known, in bytes: names, passwords and addresses.
const OPEN_BODY_LIMIT: usize = 32 * 1024;

/// Whom a route is for. What may be done there is for the services to say; this is how one gets there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Whoever watches over the server: answered under any host, and without asking who it is, since that takes the
    /// database.
    Probes,
    /// Anybody: signing in, the theme.
    Anybody,
    /// Whoever has signed in; others are sent to where one does.
    SignedIn,
    /// Server functions: the pages' own, for whoever has signed in.
    Islands,
    /// Whoever has an API token.
    Tokens,
}

/// A route: its path as axum writes it, what answers there, and whom it is for.
pub struct Route {
    pub path: String,
    pub audience: Audience,
    answer: MethodRouter<AppState>,
}

/// Every route there is, but for files. The router is made of this, and so is the test of who gets where.
#[expect(clippy::too_many_lines, reason = "a table: a line for each route")]
pub fn routes(state: &AppState) -> Vec<Route> {
    use Audience::{Anybody, Islands, Probes, SignedIn, Tokens};

    let page = |page| get(pages::page(state, page));
    let asked_key = |question| page(Page::AskAboutKey(question));
    let asked_user = |question| page(Page::AskAboutUser(question));
    let mut routes: Vec<Route> = vec![
        ("/livez", Probes, get(health::live)),
        ("/readyz", Probes, get(health::ready)),
        ("/theme", Anybody, post(forms::choose_theme)),
        ("/sign-in", Anybody, page(Page::SignIn).post(sign_in::sign_in)),
        (SIGN_ON, Anybody, get(single_sign_on::begin)),
        (SIGN_ON_RETURN, Anybody, get(single_sign_on::finish)),
        (SIGN_ON_LOGOUT, Anybody, post(single_sign_on::log_out)),
        ("/sign-out", Anybody, post(sign_in::sign_out)),
        ("/setup", Anybody, page(Page::SetUp).post(sign_in::set_up)),
        ("/choose-password", Anybody, page(Page::ChoosePassword).post(sign_in::choose_password)),
        ("/", SignedIn, get(async || Redirect::to(app::secrets::LIST))),
        ("/secrets", SignedIn, page(Page::Secrets)),
        ("/secrets/new", SignedIn, page(Page::AddSecret).post(secrets::add)),
        (
            "/secrets/import",
            SignedIn,
            page(Page::Import).post(imports::begin).layer(DefaultBodyLimit::max(imports::BODY_LIMIT)),
        ),
        ("/secrets/import/{id}", SignedIn, page(Page::ImportChoice).post(imports::save)),
        ("/secrets/import/{id}/discard", SignedIn, post(imports::discard)),
        (DELETED, SignedIn, page(Page::DeletedSecrets)),
        ("/secrets/deleted/{id}/restore", SignedIn, post(secrets::restore)),
        ("/secrets/deleted/{id}/remove", SignedIn, page(Page::RemoveSecret).post(secrets::remove)),
        (CHECK_SELECTED, SignedIn, get(selection::back).post(selection::check)),
        (DELETE_SELECTED, SignedIn, page(Page::DeleteSelected).post(selection::delete)),
        (MANIFESTS, SignedIn, page(Page::ExportManifests).post(selection::manifests)),
        ("/secrets/new/check", SignedIn, page(Page::AddSecret).post(checks::new)),
        ("/secrets/{id}/edit/check", SignedIn, page(Page::EditSecret).post(checks::edit)),
        ("/secrets/{id}/check", SignedIn, page(Page::CheckSecret).post(checks::stored)),
        ("/secrets/{id}/known-hosts", SignedIn, post(checks::approve)),
        ("/secrets/{id}", SignedIn, page(Page::Secret)),
        ("/secrets/{id}/edit", SignedIn, page(Page::EditSecret).post(secrets::edit)),
        ("/secrets/{id}/delete", SignedIn, page(Page::DeleteSecret).post(secrets::delete)),
        ("/secrets/{id}/key", SignedIn, page(Page::SecretKey)),
        ("/secrets/{id}/key.pub", SignedIn, get(keys::public_key)),
        ("/secrets/{id}/key/new.pub", SignedIn, get(keys::new_public_key)),
        ("/secrets/{id}/key/generate", SignedIn, asked_key(KeyQuestion::Generate).post(keys::generate)),
        ("/secrets/{id}/key/check", SignedIn, page(Page::SecretKey).post(keys::check)),
        ("/secrets/{id}/key/switch", SignedIn, asked_key(KeyQuestion::Switch).post(keys::switch)),
        ("/secrets/{id}/key/discard", SignedIn, asked_key(KeyQuestion::Discard).post(keys::discard)),
        ("/account", SignedIn, page(Page::Account)),
        ("/account/password", SignedIn, post(account::change_password)),
        ("/account/sessions/{id}/end", SignedIn, page(Page::EndSession).post(account::end_session)),
        ("/tokens", SignedIn, page(Page::Tokens)),
        ("/tokens/new", SignedIn, page(Page::AddToken).post(tokens::add_token)),
        ("/tokens/{id}/revoke", SignedIn, page(Page::RevokeToken).post(tokens::revoke_token)),
        ("/users", SignedIn, page(Page::Users)),
        ("/users/new", SignedIn, page(Page::AddUser).post(users::add_user)),
        ("/users/{name}", SignedIn, page(Page::User)),
        ("/users/{name}/role", SignedIn, asked_user(UserQuestion::Role).post(users::set_role)),
        ("/users/{name}/disable", SignedIn, asked_user(UserQuestion::Disable).post(users::disable)),
        ("/users/{name}/enable", SignedIn, asked_user(UserQuestion::Enable).post(users::enable)),
        (
            "/users/{name}/end-sessions",
            SignedIn,
            asked_user(UserQuestion::EndSessions).post(users::end_sessions),
        ),
        (
            "/users/{name}/password-link",
            SignedIn,
            asked_user(UserQuestion::PasswordLink).post(users::password_link),
        ),
        ("/audit", SignedIn, page(Page::Audit)),
        ("/audit/export", SignedIn, post(audit::export)),
        ("/help", SignedIn, page(Page::Help)),
        ("/help/{topic}", SignedIn, page(Page::HelpTopic)),
        ("/api/openapi.json", Anybody, get(rest::openapi::show)),
        (API_DOCS, Anybody, get(rest::docs::show)),
    ]
    .into_iter()
    .map(|(path, audience, answer)| Route { path: path.to_owned(), audience, answer })
    .collect();
    routes.extend(UsageKind::ALL.into_iter().flat_map(|kind| usage_routes(state, kind)));
    let of_api = |(path, answer): (&str, _)| Route { path: path.to_owned(), audience: Tokens, answer };
    routes.extend(rest::endpoints().into_iter().map(of_api));
    routes.extend(server_fn_paths().map(|(path, method)| {
        let state = state.clone();
        let call =
            async move |request| handle_server_fns_with_context(move || state.provide(), request).await;
        let answer = on(MethodFilter::try_from(method).unwrap_or(MethodFilter::POST), call);
        Route { path: path.to_owned(), audience: Islands, answer }
    }));
    routes
}

/// Those of images, or of datasets.
fn usage_routes(state: &AppState, kind: UsageKind) -> Vec<Route> {
    let page = |page| get(pages::page(state, page));
    let (adding, editing) = (Page::AddUsage(kind), Page::EditUsage(kind));
    let add = move |State(state), request| usages::add(kind, state, request);
    let edit = move |State(state), request| usages::edit(kind, state, request);
    let delete = move |State(state), request| usages::delete(kind, state, request);
    let check = |page| move |State(state), request| usages::check(kind, page, state, request);
    [
        ("", page(Page::Usages(kind))),
        ("/new", page(adding).post(add)),
        ("/new/check", page(adding).post(check(adding))),
        ("/{name}/edit", page(editing).post(edit)),
        ("/{name}/edit/check", page(editing).post(check(editing))),
        ("/{name}/delete", page(Page::DeleteUsage(kind)).post(delete)),
    ]
    .into_iter()
    .map(|(path, answer)| Route {
        path: format!("{}{path}", kind.list()),
        audience: Audience::SignedIn,
        answer,
    })
    .collect()
}

/// Everything the server answers, ready to be served or to be driven by a test without a socket.
pub fn router(state: AppState) -> Router {
    // Leptos spawns by it. Fails where it was done already, which is as good.
    drop(Executor::init_tokio());
    let assets =
        ServeDir::new(format!("{}/pkg", state.options.site_root)).precompressed_br().precompressed_gzip();
    // Not leptos_axum's own file handler: while a page waits for the database, a file served beside it on the same
    // thread takes the page's headers with it.
    let files = ServeDir::new(&*state.options.site_root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(any(pages::page(&state, Page::NotFound)));
    let (mut probes, mut open, mut guarded) = (Router::new(), Router::new(), Router::new());
    let (mut functions, mut api) = (Router::new(), Router::new());
    for Route { path, audience, answer } in routes(&state) {
        let part = match audience {
            Audience::Probes => &mut probes,
            Audience::SignedIn => &mut guarded,
            Audience::Anybody => &mut open,
            Audience::Islands => &mut functions,
            Audience::Tokens => &mut api,
        };
        *part = std::mem::take(part).route(&path, answer);
    }
    let pages = guarded
        .layer(from_fn_with_state(state.clone(), admission::sign_in_first))
        .layer(from_fn_with_state(state.clone(), admission::only_names))
        .merge(open.layer(RequestBodyLimitLayer::new(OPEN_BODY_LIMIT)))
        .merge(functions.layer(from_fn(admission::functions_for_people)))
        .merge(api.layer(from_fn(admission::tokens_first)))
        .fallback_service(files)
        .layer(from_fn_with_state(state.clone(), middleware::identify))
        // Assets are compressed beforehand and stay out of this.
        .layer(
            CompressionLayer::new().quality(CompressionLevel::Precise(4)).compress_when(SizeAbove::new(512)),
        );
    Router::new()
        .nest_service("/pkg", assets)
        .merge(pages)
        .layer(from_fn_with_state(state.clone(), rejection::known_host))
        .merge(probes)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(state.clone(), middleware::context))
                .layer(from_fn(middleware::headers))
                .layer(CatchPanicLayer::custom(middleware::panicked))
                .layer(from_fn(rejection::one_host))
                .layer(from_fn(rejection::cross_site))
                .layer(own_site(&state))
                .layer(from_fn(middleware::limit_body))
                .layer(from_fn(middleware::body_in_time))
                .layer(RequestBodyTimeoutLayer::new(BODY_PATIENCE)),
        )
        .with_state(state)
}

/// Turns away what another site has a browser send. The public address is the portal's own site, whatever host a proxy
/// asks for.
fn own_site(state: &AppState) -> CsrfLayer {
    match state.edge.public.as_ref().map(|public| CsrfLayer::new().add_trusted_origin(public.as_text())) {
        Some(Ok(layer)) => layer,
        Some(Err(_)) | None => CsrfLayer::new(),
    }
}
