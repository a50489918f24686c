//! The one place that reads the server's context: the request, the backend, the answer's status and headers.

use crate::{
    checks::answer::Tested,
    error::ApiError,
    form_state::FormState,
    secrets::input::{Refused, Typed},
    ui::{
        notice::{self, Notice},
        theme,
    },
};
use backend::{Actor, Backend, Browser, Ctx, UserActor};
use domain::{
    access::Role,
    check::{ImageReference, KnownHosts, Repository},
    error::Error,
    secret::{DisplayName, RegistryHost, SecretName, Username},
    sensitive::Sensitive,
};
use http::{HeaderValue, StatusCode, header, request::Parts};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

/// The names of the built assets, with their hashes; read once at start.
#[derive(Clone, Debug)]
pub struct Assets {
    pub css: String,
    pub js: String,
    pub wasm: String,
}

/// The services, and the context of this request.
pub fn request() -> Result<(Backend, Ctx), ApiError> {
    match (use_context::<Backend>(), use_context::<Parts>().map(|parts| identified(&parts))) {
        (Some(backend), Some(Ok(ctx))) => Ok((backend, ctx)),
        (_, Some(Err(error))) => Err(refuse(error)),
        _ => Err(refuse(Error::Unavailable)),
    }
}

/// Who asks, as the server found out before; or why it could not.
pub type Identified = Result<Ctx, Error>;

/// The context of the request with these parts.
pub fn identified(parts: &Parts) -> Identified {
    parts.extensions.get::<Identified>().cloned().unwrap_or(Err(Error::Unavailable))
}

/// Who has signed in, if anybody.
pub fn user() -> Option<UserActor> {
    match identified(&use_context::<Parts>()?).ok()?.actor {
        Actor::User(user) => Some(user),
        _ => None,
    }
}

/// Whether whoever asks may do what takes this role.
pub fn may(role: Role) -> bool {
    user().is_some_and(|user| user.role >= role)
}

/// Turns what an action says into what a server function answers: the notice in its cookie, or the refusal with its
/// status.
pub fn answer(result: Result<Notice, Error>) -> Result<(), ApiError> {
    set_cookie(&secure_cookies().notice_line(&result.map_err(refuse)?));
    Ok(())
}

/// The refusal, with the status of the answer set to match.
pub fn refuse(error: Error) -> ApiError {
    set_status(status_of(&error));
    if let (Some(seconds), Some(options)) = (retry_after(&error), use_context::<ResponseOptions>()) {
        options.insert_header(header::RETRY_AFTER, seconds.into());
    }
    ApiError::Refused(error)
}

/// The status an error travels under.
pub fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Changed(_) | Error::Twin(_) => StatusCode::CONFLICT,
        Error::Sealed | Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Error::TooManyTests(_) => StatusCode::TOO_MANY_REQUESTS,
        Error::BadRequest => StatusCode::BAD_REQUEST,
        Error::NotSignedIn => StatusCode::UNAUTHORIZED,
        Error::Forbidden => StatusCode::FORBIDDEN,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// After how many seconds it is worth asking again, where that is known.
pub fn retry_after(error: &Error) -> Option<u32> {
    match error {
        Error::Sealed | Error::Unavailable => Some(5),
        Error::TooManyTests(seconds) => Some(*seconds),
        _ => None,
    }
}

/// Sets the status of the page or answer being made.
pub fn set_status(status: StatusCode) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(status);
    }
}

/// The theme that the request's cookie asks for.
pub fn theme() -> theme::Theme {
    cookie(theme::COOKIE).and_then(|text| theme::Theme::parse(&text)).unwrap_or_default()
}

/// The notice left by the request before, which is shown once.
pub fn take_notice() -> Option<Notice> {
    let text = cookie(notice::COOKIE)?;
    set_cookie(&secure_cookies().line(notice::COOKIE, "", 0));
    Notice::from_cookie(&text)
}

/// Whether the request came by TLS, where cookies are bound to it and to this very host.
#[derive(Clone, Copy, Debug, Default)]
pub struct SecureCookies(pub bool);

impl SecureCookies {
    /// As the request with these parts came.
    pub fn of(parts: &Parts) -> Self {
        parts.extensions.get().copied().unwrap_or_default()
    }

    /// The name that a cookie has on this way. With the prefix the browser itself sees to it that no other host and no
    /// plain HTTP has set it (RFC 6265bis, 4.1.3.2).
    fn name(self, name: &str) -> String {
        format!("{}{name}", self.prefix())
    }

    /// What stands before the names of cookies.
    pub fn prefix(self) -> &'static str {
        if self.0 { "__Host-" } else { "" }
    }

    /// What stands after the lines of cookies.
    pub fn suffix(self) -> &'static str {
        if self.0 { "; Secure" } else { "" }
    }

    /// The `Set-Cookie` line of a cookie that scripts never see; an age of 0 seconds takes it away.
    fn line(self, name: &str, text: &str, max_age: u32) -> String {
        format!(
            "{}={text}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{}",
            self.name(name),
            self.suffix()
        )
    }

    /// The `Set-Cookie` line that remembers the theme. The page's own script writes the same.
    pub fn theme_line(self, theme: theme::Theme) -> String {
        let (name, theme, age) = (self.name(theme::COOKIE), theme.as_str(), theme::COOKIE_MAX_AGE);
        format!("{name}={theme}; Path=/; Max-Age={age}; SameSite=Lax{}", self.suffix())
    }

    /// The `Set-Cookie` line of a notice.
    pub fn notice_line(self, notice: &Notice) -> String {
        self.line(notice::COOKIE, &notice.to_cookie(), notice::COOKIE_MAX_AGE)
    }
}

/// As the request for this page came.
pub fn secure_cookies() -> SecureCookies {
    use_context::<Parts>().map(|parts| SecureCookies::of(&parts)).unwrap_or_default()
}

fn set_cookie(line: &str) {
    if let Some(options) = use_context::<ResponseOptions>()
        && let Ok(value) = HeaderValue::try_from(line)
    {
        options.append_header(header::SET_COOKIE, value);
    }
}

/// The path and query of the page.
pub fn address() -> String {
    use_context::<Parts>()
        .and_then(|parts| parts.uri.path_and_query().map(ToString::to_string))
        .unwrap_or_default()
}

/// One segment of the page's path, counted from 1.
pub fn path_segment(number: usize) -> Option<String> {
    let parts = use_context::<Parts>()?;
    domain::percent::decode(parts.uri.path().split('/').nth(number)?)
}

/// The query of the page's address.
pub fn query() -> String {
    use_context::<Parts>().and_then(|parts| parts.uri.query().map(ToOwned::to_owned)).unwrap_or_default()
}

/// One parameter of the query.
pub fn query_parameter(name: &str) -> Option<String> {
    parameter(&query(), name)
}

/// One parameter of this query.
pub fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(key, _)| *key == name).find_map(|(_, value)| domain::percent::decode(value))
}

fn cookie(name: &str) -> Option<String> {
    let parts = use_context::<Parts>()?;
    cookie_of(&parts, &SecureCookies::of(&parts).name(name))
}

fn cookie_of(parts: &Parts, name: &str) -> Option<String> {
    parts
        .headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split("; "))
        .find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name))
        .map(|(_, value)| value.to_owned())
}

/// The plain form of a secret that this page is the answer to, where it was refused; or that was sent when the session
/// had ended, and waited in a cookie for its sender to sign in again.
pub fn refused() -> Option<Refused> {
    let tested = || use_context::<(Refused, Tested)>().map(|(refused, _)| refused);
    use_context().or_else(tested).or_else(|| {
        let typed = take_draft()?;
        Some(Refused { typed, error: Some(Error::NotSignedIn), value_dropped: true })
    })
}

/// The cookie by which a browser is known again; the server hands it out.
const BROWSER_COOKIE: &str = "latchkey_browser";

/// The browser that sent the request, where somebody has signed in with it.
pub fn browser(backend: &Backend, parts: &Parts) -> Option<Browser> {
    let mark = cookie_of(parts, &SecureCookies::of(parts).name(BROWSER_COOKIE))?;
    backend.browsers().recognize(&Sensitive::new(mark))
}

/// Where what was typed into a secret's form waits while its sender signs in again; values are not in it.
const DRAFT_COOKIE: &str = "latchkey_draft";

/// How long, in seconds.
const DRAFT_MAX_AGE: u32 = 900;

/// Browsers keep no longer cookies.
const DRAFT_MOST_BYTES: usize = 3_800;

/// The `Set-Cookie` line that keeps what was typed for the page at this path, and for whoever signed in last with this
/// browser. `None` where it is too long, or nobody has.
pub fn kept_draft(backend: &Backend, parts: &Parts, typed: &Typed) -> Option<String> {
    let browser = browser(backend, parts)?;
    let text = serde_urlencoded::to_string(harmless(typed)).ok()?;
    let code = backend.browsers().seal(&browser, parts.uri.path(), &text)?;
    let text = format!("{code}.{text}");
    let line = || SecureCookies::of(parts).line(DRAFT_COOKIE, &text, DRAFT_MAX_AGE);
    (text.len() <= DRAFT_MOST_BYTES).then(line)
}

/// What waited for this page. It was typed in this browser by whoever asks now, or it is none.
fn take_draft() -> Option<Typed> {
    let draft = cookie(DRAFT_COOKIE)?;
    let (parts, backend) = (use_context::<Parts>()?, use_context::<Backend>()?);
    let (code, text) = draft.split_once('.')?;
    let browser =
        browser(&backend, &parts).filter(|browser| user().is_some_and(|user| browser.is_of(user.id)))?;
    if !backend.browsers().is_sealed(&browser, parts.uri.path(), text, code) {
        return None;
    }
    set_cookie(&secure_cookies().line(DRAFT_COOKIE, "", 0));
    serde_urlencoded::from_str(text).ok()
}

/// What of a form may wait in a browser: no field that would be refused, since a password may have been pasted into it.
fn harmless(typed: &Typed) -> Typed {
    let host = RegistryHost::parse(&typed.registry_host).ok().map(|normalized| normalized.host);
    let keep =
        |text: &str, good: bool| if good && !has_password(text) { text.to_owned() } else { String::new() };
    Typed {
        name: keep(&typed.name, SecretName::parse(&typed.name).is_ok()),
        display_name: keep(&typed.display_name, DisplayName::parse(&typed.display_name).is_ok()),
        registry_host: keep(&typed.registry_host, host.is_some()),
        username: keep(&typed.username, Username::parse(&typed.username).is_ok()),
        repository: keep(&typed.repository, Repository::parse(&typed.repository).is_ok()),
        image: keep(&typed.image, ImageReference::parse(&typed.image, host.as_ref()).is_ok()),
        known_hosts: keep(&typed.known_hosts, KnownHosts::parse(&typed.known_hosts, "").is_ok()),
        ..typed.clone()
    }
}

/// Whether the text has the form `user:password@host` somewhere in it.
fn has_password(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let word = word.split_once("://").map_or(word, |(_, rest)| rest);
        word.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
}

/// What was typed into a form about people or tokens, and what was wrong with it.
pub fn form() -> FormState {
    use_context().unwrap_or_default()
}

/// A mark for one form, so that the same form sent twice is saved once.
pub fn new_submission() -> String {
    backend::random_id().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_keeps_no_field_that_a_password_was_pasted_into() {
        let typed = Typed {
            name: "hub".to_owned(),
            display_name: "Größe".to_owned(),
            registry_host: "ghcr.io".to_owned(),
            username: "robot".to_owned(),
            repository: "git@github.com:group/app.git".to_owned(),
            image: "group/app:1".to_owned(),
            ..Typed::default()
        };
        assert_eq!(harmless(&typed), typed);
        for pasted in
            ["robot:SENTINEL@ghcr.io", "https://robot:SENTINEL@ghcr.io/v2/", "see robot:SENTINEL@ghcr.io"]
        {
            let all = Typed {
                name: pasted.to_owned(),
                display_name: pasted.to_owned(),
                registry_host: pasted.to_owned(),
                username: pasted.to_owned(),
                repository: pasted.to_owned(),
                image: pasted.to_owned(),
                ..Typed::default()
            };
            assert_eq!(harmless(&all), Typed::default(), "{pasted}");
        }
        // Whatever else would be refused may hold one too.
        let wrong = Typed { registry_host: "SENTINEL@ghcr.io".to_owned(), ..Typed::default() };
        assert_eq!(harmless(&wrong), Typed::default());
        let wrong = Typed { name: "SENTINEL pw!".to_owned(), ..Typed::default() };
        assert_eq!(harmless(&wrong), Typed::default());
    }
}
