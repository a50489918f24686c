//! The table of routes: addresses, their handlers, and their audiences.

use crate::{admission, health, middleware, rejection, rest, state::AppState};
use any_spawner::Executor;
use app::{
    account::{self, END_OTHERS},
    api_docs::{API_DOCS, OPENAPI},
    audit, connection_tests,
    document::Page,
    extract::{Named, page_of},
    form_state::FormState,
    imports,
    language::{LANGUAGE, OWN_LANGUAGE},
    mail::{self, ADDRESS, CONFIRM, FORGET, OWN_NOTIFICATIONS, TEST, UNSUBSCRIBE},
    notices::{self, DELIVERIES, NOTIFICATIONS, channel::ChannelAnswer, rule::RuleForm},
    overview::{self, DISMISS_STEPS, KEY_BACKED_UP, OVERVIEW},
    portal::Portal,
    respond,
    secrets::{
        self,
        deleted::{self, DELETED},
        keys::{self, question::KeyQuestion},
        selection::{self, CHECK as CHECK_SELECTED, DELETE as DELETE_SELECTED, LINES, MANIFESTS},
        versions::{self, question::VersionQuestion},
    },
    sign_in::{self, SIGN_ON, SIGN_ON_LOGOUT, SIGN_ON_RETURN, single_sign_on},
    system::{self, SYSTEM},
    theme, tokens, usages,
    users::{self, question::UserQuestion},
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::Uri,
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
    compression::{
        CompressionLayer, CompressionLevel,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
    csrf::CsrfLayer,
    limit::RequestBodyLimitLayer,
    services::ServeDir,
    timeout::RequestBodyTimeoutLayer,
};

/// The longest pause between two pieces of a request's body.
const BODY_PIECE_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest body that is accepted from anybody, in bytes: names, passwords and addresses.
const OPEN_BODY_LIMIT: usize = 32 * 1024;

/// The people or programs that a route is for. The services decide what is permitted; this is only the way
/// there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Whoever watches over the server: answered under any host, and without identifying the caller, which
    /// would take the database.
    Probes,
    /// Anybody: signing in, the theme.
    Anybody,
    /// Whoever is signed in; others are redirected to the sign-in page.
    SignedIn,
    /// The pages' own server functions, for whoever is signed in.
    Islands,
    /// Whoever has an API token.
    Tokens,
}

/// A route: its path as axum writes it, its handler, and its audience.
pub struct Route {
    pub path: String,
    pub audience: Audience,
    answer: MethodRouter<AppState>,
}

impl Route {
    fn new(path: impl Into<String>, audience: Audience, answer: MethodRouter<AppState>) -> Self {
        Self { path: path.into(), audience, answer }
    }
}

/// Returns every route, except files. The router is made from this list, and so is the test of who reaches
/// what.
pub fn routes(state: &AppState) -> Vec<Route> {
    let signed_in = |(path, answer): (&str, _)| Route::new(path, Audience::SignedIn, answer);
    let mut routes = open_routes(state);
    routes.extend(secret_routes(state).into_iter().map(signed_in));
    routes.extend(people_routes(state).into_iter().map(signed_in));
    routes.extend(notice_routes(state).into_iter().map(signed_in));
    routes.extend(UsageKind::ALL.into_iter().flat_map(|kind| usage_routes(state, kind)));
    routes.extend(
        rest::endpoints::endpoints().map(|(path, answer)| Route::new(path, Audience::Tokens, answer)),
    );
    routes.extend(server_fn_paths().map(|(path, method)| {
        let portal = state.portal.clone();
        let call =
            async move |request| handle_server_fns_with_context(move || portal.provide(), request).await;
        let answer = on(MethodFilter::try_from(method).unwrap_or(MethodFilter::POST), call);
        Route::new(path, Audience::Islands, answer)
    }));
    routes
}

/// Returns the page of the object that the address names.
fn of<T: Named + Send + 'static>(
    portal: &Portal,
    page: impl Fn(T) -> Page + Clone + Send + Sync + 'static,
) -> MethodRouter<AppState> {
    get(page_of(portal, page))
}

/// Returns a route for a form that has no page of its own. Its answer may be a page, and people load that again, or return to it
/// after they have chosen a language: a GET redirects to the page so many path segments above.
fn form_below(segments: usize, answer: MethodRouter<AppState>) -> MethodRouter<AppState> {
    answer.get(async move |uri: Uri| Redirect::to(&page_above(&uri, segments)))
}

/// Returns the address without its last path segments, but with its query.
fn page_above(uri: &Uri, segments: usize) -> String {
    let path = (0..segments).fold(uri.path(), |path, _| path.rsplit_once('/').map_or("", |(above, _)| above));
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{query}", if path.is_empty() { OVERVIEW } else { path })
}

/// Returns the routes that need no sign-in.
fn open_routes(state: &AppState) -> Vec<Route> {
    use Audience::{Anybody, Probes};

    let portal = &state.portal;
    let page = |page| get(respond::page(portal, page));
    // An empty form.
    let form = FormState::default;
    [
        (health::LIVE, Probes, get(health::live)),
        (health::READY, Probes, get(health::ready)),
        ("/theme", Anybody, form_below(1, post(theme::choose))),
        (LANGUAGE, Anybody, form_below(1, post(account::language::choose))),
        ("/sign-in", Anybody, page(Page::SignIn(form())).post(sign_in::post::sign_in)),
        (SIGN_ON, Anybody, get(single_sign_on::begin)),
        (SIGN_ON_RETURN, Anybody, get(single_sign_on::finish)),
        (SIGN_ON_LOGOUT, Anybody, post(single_sign_on::log_out)),
        ("/sign-out", Anybody, form_below(1, post(sign_in::post::sign_out))),
        ("/setup", Anybody, page(Page::SetUp(form())).post(sign_in::post::set_up)),
        (
            "/choose-password",
            Anybody,
            page(Page::ChoosePassword(form())).post(sign_in::post::choose_password),
        ),
        (CONFIRM, Anybody, page(Page::ConfirmMail(form())).post(mail::post::confirm)),
        (UNSUBSCRIBE, Anybody, page(Page::Unsubscribe(form())).post(mail::post::unsubscribe)),
        (OPENAPI, Anybody, get(rest::openapi::show)),
        (API_DOCS, Anybody, get(rest::docs::show)),
    ]
    .into_iter()
    .map(|(path, audience, answer)| Route::new(path, audience, answer))
    .collect()
}

/// Returns the routes of secrets.
fn secret_routes(state: &AppState) -> Vec<(&'static str, MethodRouter<AppState>)> {
    let portal = &state.portal;
    let page = |page| get(respond::page(portal, page));
    let asked_key = |question| of(portal, move |id| Page::AskAboutKey(id, question));
    let asked_version = |question| of(portal, move |id| Page::AskAboutVersion(id, question, None));
    vec![
        (OVERVIEW, page(Page::Overview(None))),
        (KEY_BACKED_UP, form_below(2, post(overview::post::key_backed_up))),
        (DISMISS_STEPS, form_below(2, post(overview::post::dismiss_steps))),
        ("/secrets", page(Page::Secrets)),
        ("/secrets/new", page(Page::AddSecret(None)).post(secrets::post::add)),
        (
            "/secrets/import",
            page(Page::Import(None))
                .post(imports::post::begin)
                .layer(DefaultBodyLimit::max(imports::post::BODY_LIMIT)),
        ),
        ("/secrets/import/{id}", of(portal, |id| Page::ImportChoice(id, None)).post(imports::post::save)),
        ("/secrets/import/{id}/discard", form_below(1, post(imports::post::discard))),
        (DELETED, page(Page::DeletedSecrets(None))),
        ("/secrets/deleted/restore", form_below(1, post(deleted::post::undo))),
        ("/secrets/deleted/{id}/restore", form_below(2, post(deleted::post::restore))),
        (
            "/secrets/deleted/{id}/remove",
            of(portal, |row| Page::RemoveSecret(row, None)).post(deleted::post::remove),
        ),
        (CHECK_SELECTED, get(selection::post::back).post(selection::post::test)),
        (DELETE_SELECTED, page(Page::DeleteSelected(None)).post(selection::post::delete)),
        (MANIFESTS, page(Page::ExportManifests(None)).post(selection::post::manifests)),
        ("/secrets/new/check", page(Page::AddSecret(None)).post(connection_tests::post::new)),
        (
            "/secrets/{id}/edit/check",
            of(portal, |id| Page::EditSecret(id, None)).post(connection_tests::post::edit),
        ),
        (
            "/secrets/{id}/check",
            of(portal, |id| Page::TestSecret(id, None)).post(connection_tests::post::stored),
        ),
        ("/secrets/{id}/known-hosts", form_below(1, post(connection_tests::post::approve))),
        ("/secrets/{id}", of(portal, Page::Secret)),
        ("/secrets/{id}/edit", of(portal, |id| Page::EditSecret(id, None)).post(secrets::post::edit)),
        ("/secrets/{id}/delete", of(portal, |id| Page::DeleteSecret(id, None)).post(secrets::post::delete)),
        ("/secrets/{id}/versions", of(portal, Page::Versions)),
        ("/secrets/{id}/rollback", asked_version(VersionQuestion::RollBack).post(versions::post::roll_back)),
        ("/secrets/{id}/destroy", asked_version(VersionQuestion::Destroy).post(versions::post::destroy)),
        ("/secrets/{id}/key", of(portal, |id| Page::SecretKey(id, None))),
        ("/secrets/{id}/key.pub", get(keys::post::public_key)),
        ("/secrets/{id}/key/new.pub", get(keys::post::new_public_key)),
        ("/secrets/{id}/key/generate", asked_key(KeyQuestion::Generate).post(keys::post::generate)),
        ("/secrets/{id}/key/check", of(portal, |id| Page::SecretKey(id, None)).post(keys::post::test)),
        ("/secrets/{id}/key/switch", asked_key(KeyQuestion::Switch).post(keys::post::switch)),
        ("/secrets/{id}/key/discard", asked_key(KeyQuestion::Discard).post(keys::post::discard)),
    ]
}

/// Returns the routes of people, their tokens and the audit log; and help.
fn people_routes(state: &AppState) -> Vec<(&'static str, MethodRouter<AppState>)> {
    let portal = &state.portal;
    let page = |page| get(respond::page(portal, page));
    let form = FormState::default;
    let asked_user =
        |question| of(portal, move |name| Page::AskAboutUser(name, question, FormState::default()));
    vec![
        ("/account", page(Page::Account(form()))),
        (OWN_LANGUAGE, form_below(1, post(account::language::choose_own))),
        (OWN_NOTIFICATIONS, page(Page::OwnNotifications(Box::default())).post(mail::post::choose)),
        (ADDRESS, form_below(1, post(mail::post::ask_to_confirm))),
        (FORGET, form_below(1, post(mail::post::forget))),
        (TEST, form_below(1, post(mail::post::send_test))),
        ("/account/password", form_below(1, post(account::post::change_password))),
        (END_OTHERS, page(Page::EndOtherSessions).post(account::post::end_other_sessions)),
        ("/account/sessions/{id}/end", of(portal, Page::EndSession).post(account::post::end_session)),
        ("/tokens", page(Page::Tokens)),
        ("/tokens/new", page(Page::AddToken(form())).post(tokens::post::add)),
        (
            "/tokens/{id}/revoke",
            of(portal, |id| Page::RevokeToken(id, FormState::default())).post(tokens::post::revoke),
        ),
        ("/search", page(Page::Search)),
        ("/users", page(Page::Users)),
        ("/users/new", page(Page::AddUser(form())).post(users::post::add)),
        ("/users/{name}", of(portal, |name| Page::User(name, FormState::default()))),
        ("/users/{name}/role", asked_user(UserQuestion::Role).post(users::post::set_role)),
        ("/users/{name}/disable", asked_user(UserQuestion::Disable).post(users::post::disable)),
        ("/users/{name}/enable", asked_user(UserQuestion::Enable).post(users::post::enable)),
        ("/users/{name}/end-sessions", asked_user(UserQuestion::EndSessions).post(users::post::end_sessions)),
        (
            "/users/{name}/password-link",
            asked_user(UserQuestion::PasswordLink).post(users::post::password_link),
        ),
        ("/audit", page(Page::Audit)),
        (SYSTEM, page(Page::System { slow: false }).post(system::post::check_now)),
        ("/audit/export", form_below(1, post(audit::export::export))),
        ("/help", page(Page::Help)),
        ("/help/{topic}", of(portal, Page::HelpTopic)),
    ]
}

/// Returns the routes of notices.
fn notice_routes(state: &AppState) -> Vec<(&'static str, MethodRouter<AppState>)> {
    let portal = &state.portal;
    let page = |page| get(respond::page(portal, page));
    let form = FormState::default;
    vec![
        (NOTIFICATIONS, page(Page::Notifications(form()))),
        ("/notifications/settings", form_below(1, post(notices::post::settings))),
        ("/notifications/channels/new", page(Page::AddChannel(form())).post(notices::post::add_channel)),
        (
            "/notifications/channels/{id}",
            of(portal, |id| Page::Channel(id, ChannelAnswer::default())).post(notices::post::change_channel),
        ),
        (
            "/notifications/channels/{id}/secret",
            of(portal, |id| Page::RotateSecret(id, FormState::default())).post(notices::post::rotate),
        ),
        ("/notifications/channels/{id}/pause", form_below(1, post(notices::post::pause))),
        ("/notifications/channels/{id}/resume", form_below(1, post(notices::post::resume))),
        ("/notifications/channels/{id}/test", form_below(1, post(notices::post::test_channel))),
        (
            "/notifications/channels/{id}/delete",
            of(portal, |id| Page::DeleteChannel(id, FormState::default()))
                .post(notices::post::delete_channel),
        ),
        (
            "/notifications/rules/new",
            page(Page::NoticeRule(None, RuleForm::default())).post(notices::post::add_rule),
        ),
        (
            "/notifications/rules/{id}",
            of(portal, |id| Page::NoticeRule(Some(id), RuleForm::default())).post(notices::post::change_rule),
        ),
        (
            "/notifications/rules/{id}/delete",
            of(portal, |id| Page::DeleteNoticeRule(id, FormState::default()))
                .post(notices::post::delete_rule),
        ),
        (DELIVERIES, page(Page::Deliveries)),
        ("/notifications/deliveries/{id}/again", form_below(2, post(notices::post::send_again))),
    ]
}

/// Returns the routes of images, or of datasets.
fn usage_routes(state: &AppState, kind: UsageKind) -> Vec<Route> {
    let portal = &state.portal;
    let page = |page| get(respond::page(portal, page));
    let adding = || page(Page::AddUsage(kind, None));
    let editing = || of(portal, move |name| Page::EditUsage(kind, name, None));
    let add = move |form| usages::post::add(kind, form);
    let edit = move |name, form| usages::post::edit(kind, name, form);
    let delete = move |name, form| usages::post::delete(kind, name, form);
    let test_new = move |form| usages::post::test_new(kind, form);
    let test_stored = move |name, form| usages::post::test_stored(kind, name, form);
    [
        ("", page(Page::Usages(kind))),
        ("/new", adding().post(add)),
        ("/new/check", adding().post(test_new)),
        ("/{name}/edit", editing().post(edit)),
        ("/{name}/edit/check", editing().post(test_stored)),
        ("/{name}/delete", of(portal, move |name| Page::DeleteUsage(kind, name, None)).post(delete)),
    ]
    .into_iter()
    .map(|(path, answer)| Route::new(format!("{}{path}", kind.list()), Audience::SignedIn, answer))
    .collect()
}

/// Returns the router for everything that the server answers, ready to be served, or to be driven by a test
/// without a socket.
pub fn router(state: AppState) -> Router {
    // Leptos spawns with this executor. Fails if one was set already, which does as well.
    drop(Executor::init_tokio());
    let assets = ServeDir::new(format!("{}/pkg", state.portal.options.site_root))
        .precompressed_br()
        .precompressed_gzip();
    // Not leptos_axum's own file handler: while a page waits for the database, a file served on the same
    // thread takes over the page's headers.
    let files = ServeDir::new(&*state.portal.options.site_root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(any(respond::page(&state.portal, Page::NotFound)));
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
        .merge(open.layer(RequestBodyLimitLayer::new(OPEN_BODY_LIMIT)))
        .merge(functions.layer(from_fn(admission::functions_for_people)))
        .merge(api.layer(from_fn(admission::tokens_first)))
        .fallback_service(files)
        .layer(from_fn_with_state(state.clone(), middleware::identify))
        // Assets are compressed beforehand, and are not compressed again.
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Precise(4))
                .compress_when(SizeAbove::new(512).and(NotForContentType::const_new(LINES))),
        );
    Router::new()
        .nest_service("/pkg", assets)
        .merge(pages)
        .layer(from_fn_with_state(state.clone(), rejection::known_host))
        .merge(probes)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(state.clone(), middleware::context))
                .layer(CatchPanicLayer::custom(middleware::panicked))
                .layer(from_fn(rejection::one_site))
                .layer(own_site(&state))
                .layer(from_fn(middleware::limit_body))
                .layer(RequestBodyTimeoutLayer::new(BODY_PIECE_TIMEOUT)),
        )
        .with_state(state)
}

/// Rejects requests that another site has a browser send. The public address is the portal's own site,
/// whatever host a proxy asks for.
fn own_site(state: &AppState) -> CsrfLayer {
    match state.forwarding.public.as_ref().map(|public| CsrfLayer::new().add_trusted_origin(public.as_text()))
    {
        Some(Ok(layer)) => layer,
        Some(Err(_)) | None => CsrfLayer::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_above_removes_segments_and_keeps_the_query() {
        for (address, segments, expected) in [
            ("/account/password", 1, "/account"),
            ("/overview/key-backed-up", 2, "/"),
            ("/theme", 1, "/"),
            (
                "/secrets/image-a/known-hosts?from=secret&list=q%3Da",
                1,
                "/secrets/image-a?from=secret&list=q%3Da",
            ),
        ] {
            assert_eq!(page_above(&address.parse().unwrap(), segments), expected);
        }
    }
}
