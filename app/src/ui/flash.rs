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

domain::coded_enum! {
    /// An action on users, sessions, tokens, images, datasets or several secrets. The code stands in the cookie.
    pub enum ActionDone: code, message {
        PasswordChanged = "password-changed", "Password changed.";
        SessionEnded = "session-ended", "Session ended.";
        SessionsEnded = "sessions-ended", "All sessions of this user ended.";
        RoleChanged = "role-changed", "Role changed.";
        UserDisabled = "user-disabled", "User disabled.";
        UserEnabled = "user-enabled", "User enabled.";
        TokenRevoked = "token-revoked", "Token revoked.";
        SignedOut = "signed-out", "You are signed out.";
        ImportDiscarded = "import-discarded", "Nothing was imported.";
        KeySwitched = "key-switched", "The new key is in use.";
        KeyDiscarded = "key-discarded", "New key discarded.";
        ImageSaved = "image-saved", "Image saved.";
        ImageDeleted = "image-deleted", "Image deleted.";
        DatasetSaved = "dataset-saved", "Dataset saved.";
        DatasetDeleted = "dataset-deleted", "Dataset deleted.";
        SecretRestored = "secret-restored", "Secret restored.";
        SecretRemoved = "secret-removed", "Secret removed for good.";
        KeyBackedUp = "key-backed-up", "Noted: the key file is backed up.";
        StepsDismissed = "steps-dismissed", "Set-up steps dismissed.";
        SecretsDeleted = "secrets-deleted", "The selected secrets were deleted.";
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
            let name = id.name.as_str().to_owned();
            let host =
                host.map(|host| view! { " Its registry host was put right: " <code>{host}</code> "." });
            EitherOf3::A(view! {
                "Secret saved: "
                <a href=format!("/secrets/{id}")>{name}</a>
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
    use std::collections::BTreeSet;

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
            "done~x",
            "saved~image-a~user:pw@host",
        ] {
            assert_eq!(Flash::from_cookie(text), None, "{text}");
        }
    }
}
