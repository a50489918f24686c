//! Kept drafts: a cookie keeps what was typed into a secret's form after the session had ended, until its
//! sender signs in again.

use super::input::{RejectedForm, Typed};
use crate::{cookie::SecureCookies, ssr};
use backend::Backend;
use domain::{
    connection_test::{ImageReference, KnownHosts, Repository},
    error::Error,
    secret::{
        DisplayName, NewDates, NewSshKeyKind, RegistryHost, SecretKind, SecretName, TypedExpiry, Username,
    },
};
use http::request::Parts;
use leptos::prelude::*;

/// The cookie with a secret's form, without values.
const COOKIE: &str = "latchkey_draft";

/// The lifetime of the cookie, in seconds.
const MAX_AGE: u64 = 900;

/// The longest cookie that browsers keep, in bytes.
const MAX_BYTES: usize = 3_800;

/// Returns the `Set-Cookie` line that keeps the form for the page at this path, and for whoever signed in
/// last with this browser. `None` if it is too long, or nobody has signed in.
pub fn keep(backend: &Backend, parts: &Parts, typed: &Typed) -> Option<String> {
    let browser = ssr::browser(backend, parts)?;
    let text = serde_urlencoded::to_string(harmless(typed)).ok()?;
    let code = backend.browsers().seal(&browser, parts.uri.path(), &text)?;
    let text = format!("{code}.{text}");
    let line = || SecureCookies::of(parts).line(COOKIE, &text, MAX_AGE);
    (text.len() <= MAX_BYTES).then(line)
}

/// Takes the form that waited for this page: sent after the session had ended, and typed in this browser by
/// the current person. Other drafts are ignored.
pub fn take() -> Option<RejectedForm> {
    let typed = take_typed()?;
    Some(RejectedForm { typed, error: Some(Error::NotSignedIn.into()), value_dropped: true })
}

fn take_typed() -> Option<Typed> {
    let draft = ssr::cookie(COOKIE)?;
    let (parts, backend) = (use_context::<Parts>()?, use_context::<Backend>()?);
    let (code, text) = draft.split_once('.')?;
    let browser = ssr::browser(&backend, &parts)
        .filter(|browser| ssr::user().is_some_and(|user| browser.is_of(user.id)))?;
    if !backend.browsers().is_sealed(&browser, parts.uri.path(), text, code) {
        return None;
    }
    ssr::set_cookie(&ssr::secure_cookies().line(COOKIE, "", 0));
    serde_urlencoded::from_str(text).ok()
}

/// Returns the fields of a form that may wait in a browser: no invalid ones, because a password may have been
/// pasted into them.
fn harmless(typed: &Typed) -> Typed {
    let host = RegistryHost::parse(&typed.registry_host).ok().map(|normalized| normalized.host);
    let keep =
        |text: &str, good: bool| if good && !has_password(text) { text.to_owned() } else { String::new() };
    // Each field by its name, so that the compiler asks for a new one.
    Typed {
        name: keep(&typed.name, SecretName::parse(&typed.name).is_ok()),
        display_name: keep(&typed.display_name, DisplayName::parse(&typed.display_name).is_ok()),
        registry_host: keep(&typed.registry_host, host.is_some()),
        username: keep(&typed.username, Username::parse(&typed.username).is_ok()),
        repository: keep(&typed.repository, Repository::parse(&typed.repository).is_ok()),
        image: keep(&typed.image, ImageReference::parse(&typed.image, host.as_ref()).is_ok()),
        known_hosts: keep(&typed.known_hosts, KnownHosts::parse(&typed.known_hosts, "").is_ok()),
        kind: keep(&typed.kind, SecretKind::parse(&typed.kind).is_some()),
        version: keep(&typed.version, typed.version.parse::<i64>().is_ok()),
        expires_at: keep(
            &typed.expires_at,
            TypedExpiry::parse(&typed.expires_at, &typed.expires_zone).is_ok(),
        ),
        expires_zone: keep(&typed.expires_zone, typed.expires_zone.parse::<i16>().is_ok()),
        renew_every_days: keep(
            &typed.renew_every_days,
            NewDates::parse_days(&typed.renew_every_days).is_ok(),
        ),
        stop_when_expired: keep(&typed.stop_when_expired, typed.stop_when_expired == "on"),
        // Choices and marks of the portal, which nobody types.
        way: keep(&typed.way, matches!(typed.way.as_str(), "paste" | "file" | "generate")),
        generate: keep(&typed.generate, NewSshKeyKind::parse(&typed.generate).is_some()),
        tested: keep(&typed.tested, true),
        submission: keep(&typed.submission, true),
    }
}

/// Returns whether the text contains the form `user:password@host`.
fn has_password(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let word = word.split_once("://").map_or(word, |(_, rest)| rest);
        word.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_draft_drops_fields_with_a_pasted_password() {
        let typed = Typed {
            name: "hub".to_owned(),
            display_name: "Größe".to_owned(),
            registry_host: "ghcr.io".to_owned(),
            username: "robot".to_owned(),
            repository: "git@github.com:group/app.git".to_owned(),
            image: "group/app:1".to_owned(),
            expires_at: "2027-01-31".to_owned(),
            expires_zone: "-300".to_owned(),
            renew_every_days: "90".to_owned(),
            stop_when_expired: "on".to_owned(),
            kind: "image-pull".to_owned(),
            way: "generate".to_owned(),
            generate: "rsa-4096".to_owned(),
            known_hosts: String::new(),
            tested: "ticket".to_owned(),
            submission: "mark".to_owned(),
            version: "3".to_owned(),
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
                expires_at: pasted.to_owned(),
                expires_zone: pasted.to_owned(),
                renew_every_days: pasted.to_owned(),
                stop_when_expired: pasted.to_owned(),
                kind: pasted.to_owned(),
                way: pasted.to_owned(),
                generate: pasted.to_owned(),
                known_hosts: pasted.to_owned(),
                tested: pasted.to_owned(),
                submission: pasted.to_owned(),
                version: pasted.to_owned(),
            };
            assert_eq!(harmless(&all), Typed::default(), "{pasted}");
        }
        // Other invalid fields may hold one too.
        let wrong = Typed { registry_host: "SENTINEL@ghcr.io".to_owned(), ..Typed::default() };
        assert_eq!(harmless(&wrong), Typed::default());
        let wrong = Typed { name: "SENTINEL pw!".to_owned(), ..Typed::default() };
        assert_eq!(harmless(&wrong), Typed::default());
    }
}
