//! Short notices at the lower right about what was just done. Never the only place where something is said.

use super::{enhance::REGION, icon::icon};
use crate::cookie::SecureCookies;
use domain::{
    percent,
    secret::{RegistryHost, SecretId},
};
use leptos::{either::EitherOf3, prelude::*};

/// The cookie that carries a notice across the redirect after a plain form.
pub const COOKIE: &str = "latchkey_notice";

/// The lifetime of the cookie until a page shows it, in seconds.
pub const COOKIE_MAX_AGE: u64 = 60;

/// A short message about what was just done.
#[derive(Clone, Debug, PartialEq)]
pub enum Flash {
    /// A secret was added or changed; `host` is the registry host if it was normalized.
    Saved { id: SecretId, host: Option<String> },
    /// The secret with this display name was deleted.
    Deleted { display_name: String },
    /// A number of secrets was imported.
    Imported(u32),
    /// An action whose message needs no data.
    Done(ActionDone),
}

/// An action on users, sessions, tokens, images, datasets or several secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionDone {
    PasswordChanged,
    SessionEnded,
    SessionsEnded,
    RoleChanged,
    UserDisabled,
    UserEnabled,
    TokenRevoked,
    SignedOut,
    ImportDiscarded,
    KeySwitched,
    KeyDiscarded,
    ImageSaved,
    ImageDeleted,
    DatasetSaved,
    DatasetDeleted,
    SecretRestored,
    SecretRemoved,
    SecretsDeleted,
}

impl ActionDone {
    /// Each action with its code in the cookie, and its message.
    const ALL: [(Self, &'static str, &'static str); 18] = [
        (Self::PasswordChanged, "password-changed", "Password changed."),
        (Self::SessionEnded, "session-ended", "Session ended."),
        (Self::SessionsEnded, "sessions-ended", "All sessions of this user ended."),
        (Self::RoleChanged, "role-changed", "Role changed."),
        (Self::UserDisabled, "user-disabled", "User disabled."),
        (Self::UserEnabled, "user-enabled", "User enabled."),
        (Self::TokenRevoked, "token-revoked", "Token revoked."),
        (Self::SignedOut, "signed-out", "You are signed out."),
        (Self::ImportDiscarded, "import-discarded", "Nothing was imported."),
        (Self::KeySwitched, "key-switched", "The new key is in use."),
        (Self::KeyDiscarded, "key-discarded", "New key discarded."),
        (Self::ImageSaved, "image-saved", "Image saved."),
        (Self::ImageDeleted, "image-deleted", "Image deleted."),
        (Self::DatasetSaved, "dataset-saved", "Dataset saved."),
        (Self::DatasetDeleted, "dataset-deleted", "Dataset deleted."),
        (Self::SecretRestored, "secret-restored", "Secret restored."),
        (Self::SecretRemoved, "secret-removed", "Secret removed for good."),
        (Self::SecretsDeleted, "secrets-deleted", "The selected secrets were deleted."),
    ];

    fn code(self) -> &'static str {
        Self::ALL.iter().find(|(action, ..)| *action == self).map_or("", |(_, code, _)| code)
    }

    fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == code).map(|(action, ..)| *action)
    }

    fn message(self) -> &'static str {
        Self::ALL.iter().find(|(action, ..)| *action == self).map_or("", |(.., message)| message)
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
            Self::Imported(count) => format!("imported~{count}"),
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
            "imported" => Some(Self::Imported(rest.parse().ok()?)),
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
                <button type="button" class="quiet needs-script" aria-label="Dismiss">
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
            let name = id.name.as_str().to_owned();
            let host =
                host.map(|host| view! { " Its registry host was put right: " <code>{host}</code> "." });
            EitherOf3::A(view! {
                "Secret saved: "
                <a href=format!("/secrets/{id}/edit")>{name}</a>
                "."
                {host}
            })
        }
        Flash::Deleted { display_name } => {
            EitherOf3::B(view! { "Secret deleted: " <b>{display_name}</b> "." })
        }
        Flash::Imported(1) => EitherOf3::C("1 secret imported.".to_owned()),
        Flash::Imported(count) => EitherOf3::C(format!("{count} secrets imported.")),
        Flash::Done(action) => EitherOf3::C(action.message().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flash_survives_its_cookie() {
        let id = SecretId::parse("image-hub").unwrap();
        for flash in [
            Flash::Saved { id: id.clone(), host: None },
            Flash::Saved { id, host: Some("https://index.docker.io/v1/".to_owned()) },
            Flash::Done(ActionDone::PasswordChanged),
            Flash::Done(ActionDone::SignedOut),
            Flash::Imported(12),
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
        for (action, code, message) in ActionDone::ALL {
            assert_eq!(ActionDone::parse(code), Some(action));
            assert_eq!((action.code(), action.message()), (code, message));
        }
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
            "done~x",
            "saved~image-a~user:pw@host",
        ] {
            assert_eq!(Flash::from_cookie(text), None, "{text}");
        }
    }
}
