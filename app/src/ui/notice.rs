//! Short notices at the lower right: what was just done. Never the only place where something is said.

use super::{icon::icon, in_place::REGION};
use crate::cookie::SecureCookies;
use domain::{
    percent,
    secret::{RegistryHost, SecretId},
};
use leptos::{either::EitherOf3, prelude::*};

/// The cookie in which a notice crosses the redirect after a plain form.
pub const COOKIE: &str = "latchkey_notice";

/// How long the cookie waits for the page that shows it, in seconds.
pub const COOKIE_MAX_AGE: u64 = 60;

/// What was done.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// A secret was added or changed; `host` is the registry host where it was put right on the way.
    Saved { id: SecretId, host: Option<String> },
    /// The secret of this display name was deleted.
    Deleted { display_name: String },
    /// So many secrets were imported.
    Imported(u32),
    /// Something that these words are enough for.
    Done(Deed),
}

/// What was done to users, sessions, tokens, images and datasets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
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

impl Deed {
    const ALL: [Self; 18] = [
        Self::PasswordChanged,
        Self::SessionEnded,
        Self::SessionsEnded,
        Self::RoleChanged,
        Self::UserDisabled,
        Self::UserEnabled,
        Self::TokenRevoked,
        Self::SignedOut,
        Self::ImportDiscarded,
        Self::KeySwitched,
        Self::KeyDiscarded,
        Self::ImageSaved,
        Self::ImageDeleted,
        Self::DatasetSaved,
        Self::DatasetDeleted,
        Self::SecretRestored,
        Self::SecretRemoved,
        Self::SecretsDeleted,
    ];

    fn words(self) -> &'static str {
        match self {
            Self::PasswordChanged => "Password changed.",
            Self::SessionEnded => "Session ended.",
            Self::SessionsEnded => "All sessions of this user ended.",
            Self::RoleChanged => "Role changed.",
            Self::UserDisabled => "User disabled.",
            Self::UserEnabled => "User enabled.",
            Self::TokenRevoked => "Token revoked.",
            Self::SignedOut => "You are signed out.",
            Self::ImportDiscarded => "Nothing was imported.",
            Self::KeySwitched => "The new key is in use.",
            Self::KeyDiscarded => "New key discarded.",
            Self::ImageSaved => "Image saved.",
            Self::ImageDeleted => "Image deleted.",
            Self::DatasetSaved => "Dataset saved.",
            Self::DatasetDeleted => "Dataset deleted.",
            Self::SecretRestored => "Secret restored.",
            Self::SecretRemoved => "Secret removed for good.",
            Self::SecretsDeleted => "The selected secrets were deleted.",
        }
    }
}

impl Notice {
    /// The text form, fit for a cookie.
    pub fn to_cookie(&self) -> String {
        match self {
            Self::Saved { id, host } => {
                format!("saved~{id}~{}", percent::encode(host.as_deref().unwrap_or_default()))
            }
            Self::Deleted { display_name } => format!("deleted~{}", percent::encode(display_name)),
            Self::Imported(count) => format!("imported~{count}"),
            Self::Done(deed) => format!("done~{}", *deed as u8),
        }
    }

    /// Reads the text form; anything else is no notice.
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
            "done" => Deed::ALL.get(rest.parse::<usize>().ok()?).copied().map(Self::Done),
            _ => None,
        }
    }
}

/// The `Set-Cookie` line of a notice.
pub fn line(secure: SecureCookies, notice: &Notice) -> String {
    secure.line(COOKIE, &notice.to_cookie(), COOKIE_MAX_AGE)
}

/// The live region that notices are read out from, with what the request before has left to say.
#[component]
pub fn Notices(left: Option<Notice>) -> impl IntoView {
    let notice = left.map(|notice| {
        view! {
            <div class="notice">
                {icon!("check")}
                <p>{words(notice)}</p>
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

fn words(notice: Notice) -> impl IntoView {
    match notice {
        Notice::Saved { id, host } => {
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
        Notice::Deleted { display_name } => {
            EitherOf3::B(view! { "Secret deleted: " <b>{display_name}</b> "." })
        }
        Notice::Imported(1) => EitherOf3::C("1 secret imported.".to_owned()),
        Notice::Imported(count) => EitherOf3::C(format!("{count} secrets imported.")),
        Notice::Done(deed) => EitherOf3::C(deed.words().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_survives_its_cookie() {
        let id = SecretId::parse("image-hub").unwrap();
        for notice in [
            Notice::Saved { id: id.clone(), host: None },
            Notice::Saved { id, host: Some("https://index.docker.io/v1/".to_owned()) },
            Notice::Done(Deed::PasswordChanged),
            Notice::Done(Deed::SignedOut),
            Notice::Imported(12),
            Notice::Deleted { display_name: "Größe ~ \"; Path=/ </script>".to_owned() },
        ] {
            let cookie = notice.to_cookie();
            assert!(
                cookie.bytes().all(|byte| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte)),
                "{cookie}"
            );
            assert_eq!(Notice::from_cookie(&cookie), Some(notice));
        }
    }

    #[test]
    fn a_forged_cookie_is_no_notice() {
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
            assert_eq!(Notice::from_cookie(text), None, "{text}");
        }
    }
}
