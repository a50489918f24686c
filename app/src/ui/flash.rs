//! Short notices at the lower right about what was just done. Never the only place where something is said.

use super::{enhance::REGION, icon::icon};
use crate::{cookie::SecureCookies, texts::Markup};
use domain::{
    percent,
    secret::{RegistryHost, SecretId},
};
use leptos::{either::EitherOf3, prelude::*};

/// The cookie that carries a notice across the redirect after a plain form.
pub const COOKIE: &str = "latchkey_notice";

/// The lifetime of the cookie until a page shows it, in seconds.
pub const COOKIE_MAX_AGE: u64 = 60;

/// The most secrets that a message names.
pub const NAMED: usize = 3;

/// A short message about what was just done.
#[derive(Clone, Debug, PartialEq)]
pub enum Flash {
    /// A secret was added or changed; `host` is the registry host if it was normalized.
    Saved { id: SecretId, host: Option<String> },
    /// The secret with this display name was deleted.
    Deleted { display_name: String },
    /// A number of secrets was imported; these are the first of them, at most `NAMED`.
    Imported { count: u32, first: Vec<SecretId> },
    /// An action whose message needs no data.
    Done(ActionDone),
}

domain::coded_enum! {
    /// An action on users, sessions, tokens, images, datasets or several secrets. The code stands in the cookie.
    pub enum ActionDone: code {
        PasswordChanged = "password-changed";
        SessionEnded = "session-ended";
        SessionsEnded = "sessions-ended";
        RoleChanged = "role-changed";
        UserDisabled = "user-disabled";
        UserEnabled = "user-enabled";
        TokenRevoked = "token-revoked";
        SignedOut = "signed-out";
        ImportDiscarded = "import-discarded";
        KeySwitched = "key-switched";
        KeyDiscarded = "key-discarded";
        ImageSaved = "image-saved";
        ImageDeleted = "image-deleted";
        DatasetSaved = "dataset-saved";
        DatasetDeleted = "dataset-deleted";
        SecretRestored = "secret-restored";
        SecretRemoved = "secret-removed";
        KeyBackedUp = "key-backed-up";
        StepsDismissed = "steps-dismissed";
        SecretsDeleted = "secrets-deleted";
    }
}

impl ActionDone {
    /// Returns the message.
    fn message(self) -> &'static str {
        match self {
            Self::PasswordChanged => t!(flash_password_changed),
            Self::SessionEnded => t!(flash_session_ended),
            Self::SessionsEnded => t!(flash_sessions_ended),
            Self::RoleChanged => t!(flash_role_changed),
            Self::UserDisabled => t!(flash_user_disabled),
            Self::UserEnabled => t!(flash_user_enabled),
            Self::TokenRevoked => t!(flash_token_revoked),
            Self::SignedOut => t!(flash_signed_out),
            Self::ImportDiscarded => t!(flash_import_discarded),
            Self::KeySwitched => t!(flash_key_switched),
            Self::KeyDiscarded => t!(flash_key_discarded),
            Self::ImageSaved => t!(flash_image_saved),
            Self::ImageDeleted => t!(flash_image_deleted),
            Self::DatasetSaved => t!(flash_dataset_saved),
            Self::DatasetDeleted => t!(flash_dataset_deleted),
            Self::SecretRestored => t!(flash_secret_restored),
            Self::SecretRemoved => t!(flash_secret_removed),
            Self::KeyBackedUp => t!(flash_key_backed_up),
            Self::StepsDismissed => t!(flash_steps_dismissed),
            Self::SecretsDeleted => t!(flash_secrets_deleted),
        }
    }
}

impl Flash {
    /// Returns the text form, fit for a cookie.
    pub fn to_cookie(&self) -> String {
        match self {
            Self::Saved { id, host } => {
                format!("saved~{id}~{}", percent::encode(host.as_deref().unwrap_or_default()))
            }
            Self::Deleted { display_name } => format!("deleted~{}", percent::encode(display_name)),
            Self::Imported { count, first } => {
                first.iter().fold(format!("imported~{count}"), |text, id| format!("{text}~{id}"))
            }
            Self::Done(action) => format!("done~{}", action.code()),
        }
    }

    /// Parses the text form; `None` for anything else.
    pub fn from_cookie(text: &str) -> Option<Self> {
        let (what, rest) = text.split_once('~')?;
        match what {
            "saved" => {
                let (id, host) = rest.split_once('~')?;
                let host = percent::decode(host)?;
                let host = match host.as_str() {
                    "" => None,
                    text => Some(RegistryHost::parse(text).ok()?.host.as_str().to_owned()),
                };
                Some(Self::Saved { id: SecretId::parse(id)?, host })
            }
            "deleted" => Some(Self::Deleted { display_name: percent::decode(rest)? }),
            "imported" => {
                let mut parts = rest.split('~');
                let count = parts.next()?.parse().ok()?;
                let first = parts.map(SecretId::parse).collect::<Option<Vec<_>>>()?;
                (first.len() <= NAMED).then_some(Self::Imported { count, first })
            }
            "done" => ActionDone::parse(rest).map(Self::Done),
            _ => None,
        }
    }
}

/// Returns the `Set-Cookie` line of a flash.
pub fn line(secure: SecureCookies, flash: &Flash) -> String {
    secure.line(COOKIE, &flash.to_cookie(), COOKIE_MAX_AGE)
}

/// The live region that notices are announced from, with the flash of the request before.
#[component]
pub fn Flashes(left: Option<Flash>) -> impl IntoView {
    let notice = left.map(|flash| {
        view! {
            <div class="notice">
                {icon!("check")}
                <p>{message(flash)}</p>
                <button type="button" class="quiet needs-script" aria-label=t!(frame_dismiss)>
                    {icon!("close")}
                </button>
            </div>
        }
    });
    view! {
        <div id=REGION class="notices" role="status">
            {notice}
        </div>
    }
}

fn message(flash: Flash) -> impl IntoView {
    match flash {
        Flash::Saved { id, host } => {
            let host = host.map(|host| view! { " " {t!(flash_host_corrected, host)} });
            EitherOf3::A(view! {
                {t!(flash_secret_saved, address: format!("/secrets/{id}"), name: id.name.as_str())}
                {host}
            })
        }
        Flash::Deleted { display_name } => EitherOf3::B(t!(flash_secret_deleted, name: display_name).view()),
        Flash::Imported { count, first } => match imported(count, &first) {
            Some(said) => EitherOf3::B(said.view()),
            None => EitherOf3::C(t!(flash_imported_unnamed, count)),
        },
        Flash::Done(action) => EitherOf3::C(action.message().to_owned()),
    }
}

/// Returns how many secrets were imported, with links to the first of them; `None` if none is named, as by an older version.
fn imported(count: u32, first: &[SecretId]) -> Option<Markup> {
    let more = count.saturating_sub(u32::try_from(first.len()).unwrap_or(u32::MAX));
    let link = |id: &SecretId| t!(flash_link, address: format!("/secrets/{id}"), name: id.name.as_str());
    let names = first.iter().map(link).reduce(|first, next| t!(flash_comma, first, next))?;
    Some(match more {
        0 => t!(flash_imported, count, names),
        more => t!(flash_imported_and_more, count, names, more),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn flash_survives_its_cookie() {
        let id = SecretId::parse("image-hub").unwrap();
        for flash in [
            Flash::Saved { id: id.clone(), host: None },
            Flash::Saved { id, host: Some("https://index.docker.io/v1/".to_owned()) },
            Flash::Done(ActionDone::PasswordChanged),
            Flash::Done(ActionDone::SignedOut),
            Flash::Imported { count: 12, first: Vec::new() },
            Flash::Imported { count: 12, first: vec![SecretId::parse("gitsync-secret-a.b").unwrap()] },
            Flash::Deleted { display_name: "Größe ~ \"; Path=/ </script>".to_owned() },
        ] {
            let cookie = flash.to_cookie();
            assert!(
                cookie.bytes().all(|byte| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte)),
                "{cookie}"
            );
            assert_eq!(Flash::from_cookie(&cookie), Some(flash));
        }
    }

    #[test]
    fn actions_have_unique_codes_and_messages() {
        for action in ActionDone::ALL {
            assert_eq!(ActionDone::parse(action.code()), Some(action));
        }
        let messages: BTreeSet<&str> = ActionDone::ALL.map(ActionDone::message).into();
        assert_eq!(messages.len(), ActionDone::ALL.len());
    }

    #[test]
    fn from_cookie_rejects_forged_text() {
        for text in [
            "",
            "saved",
            "saved~x~",
            "saved~image-a",
            "deleted~%ff",
            "other~x",
            "done~99",
            "imported~x",
            "imported~2~x",
            "imported~9~image-a~image-b~image-c~image-d",
            "done~x",
            "saved~image-a~user:pw@host",
        ] {
            assert_eq!(Flash::from_cookie(text), None, "{text}");
        }
    }
}
