//! Short notices at the lower right about what was just done. Never the only place where something is said.

use super::{enhance::REGION, icon::icon};
use crate::{
    addresses::{DELETED, secret_address},
    cookie::SecureCookies,
    texts::Markup,
};
use domain::{
    percent,
    secret::{RegistryHost, SecretId},
    time::Timestamp,
};
use leptos::prelude::*;

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
    Deleted { display_name: String, undo: Undo },
    /// So many secrets were deleted at once.
    DeletedSeveral { count: u32, undo: Undo },
    /// A deleted secret was restored.
    Restored(SecretId),
    /// So many deleted secrets were restored at once.
    RestoredSeveral(u32),
    /// A number of secrets was imported; these are the first of them, at most `NAMED`.
    Imported { count: u32, first: Vec<SecretId> },
    /// An action whose message needs no data.
    Done(ActionDone),
}

/// The time of a deletion, by which it is undone; `None` if it cannot be.
pub type Undo = Option<Timestamp>;

domain::coded_enum! {
    /// An action on users, sessions, tokens, images, datasets or a secret. The code stands in the cookie.
    pub enum ActionDone: code {
        PasswordChanged = "password-changed";
        SessionEnded = "session-ended";
        OtherSessionsEnded = "other-sessions-ended";
        SessionsEnded = "sessions-ended";
        RoleChanged = "role-changed";
        UserDisabled = "user-disabled";
        UserEnabled = "user-enabled";
        TokenRevoked = "token-revoked";
        SignedOut = "signed-out";
        ImportDiscarded = "import-discarded";
        KeySwitched = "key-switched";
        KeyDiscarded = "key-discarded";
        RolledBack = "rolled-back";
        AlreadyCurrent = "already-current";
        VersionDestroyed = "version-destroyed";
        ImageSaved = "image-saved";
        ImageDeleted = "image-deleted";
        DatasetSaved = "dataset-saved";
        DatasetDeleted = "dataset-deleted";
        SecretRemoved = "secret-removed";
        KeyBackedUp = "key-backed-up";
        StepsDismissed = "steps-dismissed";
        MailAsked = "mail-asked";
        MailForgotten = "mail-forgotten";
        MailTested = "mail-tested";
        MailChosen = "mail-chosen";
        ChannelSaved = "channel-saved";
        ChannelDeleted = "channel-deleted";
        ChannelPaused = "channel-paused";
        ChannelResumed = "channel-resumed";
        ChannelTested = "channel-tested";
        NoticeRuleSaved = "notice-rule-saved";
        NoticeRuleDeleted = "notice-rule-deleted";
        NoticeSettingsSaved = "notice-settings-saved";
        NoticeSentAgain = "notice-sent-again";
    }
}

impl ActionDone {
    /// Returns the message.
    fn message(self) -> &'static str {
        match self {
            Self::PasswordChanged => t!(flash_password_changed),
            Self::SessionEnded => t!(flash_session_ended),
            Self::OtherSessionsEnded => t!(flash_other_sessions_ended),
            Self::SessionsEnded => t!(flash_sessions_ended),
            Self::RoleChanged => t!(flash_role_changed),
            Self::UserDisabled => t!(flash_user_disabled),
            Self::UserEnabled => t!(flash_user_enabled),
            Self::TokenRevoked => t!(flash_token_revoked),
            Self::SignedOut => t!(flash_signed_out),
            Self::ImportDiscarded => t!(flash_import_discarded),
            Self::KeySwitched => t!(flash_key_switched),
            Self::KeyDiscarded => t!(flash_key_discarded),
            Self::RolledBack => t!(flash_rolled_back),
            Self::AlreadyCurrent => t!(version_already_current),
            Self::VersionDestroyed => t!(flash_version_destroyed),
            Self::ImageSaved => t!(flash_image_saved),
            Self::ImageDeleted => t!(flash_image_deleted),
            Self::DatasetSaved => t!(flash_dataset_saved),
            Self::DatasetDeleted => t!(flash_dataset_deleted),
            Self::SecretRemoved => t!(flash_secret_removed),
            Self::KeyBackedUp => t!(flash_key_backed_up),
            Self::StepsDismissed => t!(flash_steps_dismissed),
            Self::MailAsked => t!(flash_mail_asked),
            Self::MailForgotten => t!(flash_mail_forgotten),
            Self::MailTested => t!(flash_mail_tested),
            Self::MailChosen => t!(flash_mail_chosen),
            Self::ChannelSaved => t!(flash_channel_saved),
            Self::ChannelDeleted => t!(flash_channel_deleted),
            Self::ChannelPaused => t!(flash_channel_paused),
            Self::ChannelResumed => t!(flash_channel_resumed),
            Self::ChannelTested => t!(flash_channel_tested),
            Self::NoticeRuleSaved => t!(flash_notice_rule_saved),
            Self::NoticeRuleDeleted => t!(flash_notice_rule_deleted),
            Self::NoticeSettingsSaved => t!(flash_notice_settings_saved),
            Self::NoticeSentAgain => t!(flash_notice_sent_again),
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
            Self::Deleted { display_name, undo } => {
                format!("deleted~{}~{}", undo_code(*undo), percent::encode(display_name))
            }
            Self::DeletedSeveral { count, undo } => format!("several-deleted~{}~{count}", undo_code(*undo)),
            Self::Restored(id) => format!("restored~{id}"),
            Self::RestoredSeveral(count) => format!("several-restored~{count}"),
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
            "deleted" => {
                let (undo, name) = rest.split_once('~')?;
                Some(Self::Deleted { display_name: percent::decode(name)?, undo: parse_undo(undo)? })
            }
            "several-deleted" => {
                let (undo, count) = rest.split_once('~')?;
                Some(Self::DeletedSeveral { count: count.parse().ok()?, undo: parse_undo(undo)? })
            }
            "restored" => SecretId::parse(rest).map(Self::Restored),
            "several-restored" => Some(Self::RestoredSeveral(rest.parse().ok()?)),
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

fn undo_code(undo: Undo) -> String {
    undo.map(|at| at.micros().to_string()).unwrap_or_default()
}

fn parse_undo(code: &str) -> Option<Undo> {
    if code.is_empty() { Some(None) } else { Timestamp::parse_micros(code).map(Some) }
}

/// Returns the `Set-Cookie` line of a flash.
pub fn line(secure: SecureCookies, flash: &Flash) -> String {
    secure.line(COOKIE, &flash.to_cookie(), COOKIE_MAX_AGE)
}

/// The live region that notices are announced from, with the flash of the request before.
#[component]
pub fn Flashes<'a>(
    left: Option<Flash>,
    /// The address of this page, to come back to.
    back: &'a str,
) -> impl IntoView + use<> {
    let notice = left.map(|flash| {
        let undo = match flash {
            Flash::Deleted { undo, .. } | Flash::DeletedSeveral { undo, .. } => {
                undo.map(|at| undo_form(at, back.to_owned()))
            }
            _ => None,
        };
        view! {
            <div class="notice">
                {icon!("check")}
                <p>{message(flash)}</p>
                {undo}
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

/// Renders the button that restores what was deleted at this time, and returns to this page.
fn undo_form(at: Timestamp, back: String) -> impl IntoView {
    view! {
        <form method="post" action=format!("{DELETED}/restore")>
            <input type="hidden" name="at" value=at.micros()/>
            <input type="hidden" name="back" value=back/>
            <button>{t!(flash_undo)}</button>
        </form>
    }
}

fn message(flash: Flash) -> AnyView {
    match flash {
        Flash::Saved { id, host } => {
            let host = host.map(|host| view! { " " {t!(flash_host_corrected, host)} });
            view! {
                {t!(flash_secret_saved, address: secret_address(&id), name: id.name.as_str())}
                {host}
            }
            .into_any()
        }
        Flash::Deleted { display_name, .. } => t!(flash_secret_deleted, name: display_name).view().into_any(),
        Flash::DeletedSeveral { count, .. } => t!(flash_secrets_deleted, count).into_any(),
        Flash::Restored(id) => {
            t!(flash_secret_restored, address: secret_address(&id), name: id.name.as_str()).view().into_any()
        }
        Flash::RestoredSeveral(count) => t!(flash_secrets_restored, count).into_any(),
        Flash::Imported { count, first } => match imported(count, &first) {
            Some(said) => said.view().into_any(),
            None => t!(flash_imported_unnamed, count).into_any(),
        },
        Flash::Done(action) => action.message().into_any(),
    }
}

/// Returns how many secrets were imported, with links to the first of them; `None` if none is named, as by an older version.
fn imported(count: u32, first: &[SecretId]) -> Option<Markup> {
    let more = count.saturating_sub(u32::try_from(first.len()).unwrap_or(u32::MAX));
    let link = |id: &SecretId| t!(flash_link, address: secret_address(id), name: id.name.as_str());
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
            Flash::Deleted { display_name: "Größe ~ \"; Path=/ </script>".to_owned(), undo: None },
            Flash::Deleted { display_name: "1~2".to_owned(), undo: Some(Timestamp::from_micros(1)) },
            Flash::DeletedSeveral { count: 3, undo: Some(Timestamp::from_micros(1_700_000_000_000_001)) },
            Flash::Restored(SecretId::parse("image-hub").unwrap()),
            Flash::RestoredSeveral(2),
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
            "deleted~x~name",
            "deleted~-1~name",
            "several-deleted~1~x",
            "restored~x",
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
