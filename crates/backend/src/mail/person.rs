//! Somebody who is written to.

use domain::{access::Role, language::Language, notice::NoticeEvent};

/// The addressee of a link in a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// The name of the person.
    pub name: String,
    /// The address.
    pub address: String,
}

/// The language and the name of somebody who is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The name.
    pub name: String,
    /// The language of the mail: that of their pages, else English.
    pub language: Language,
}

/// Returns whether somebody in this role may be written to about an event: what is not about a secret or one's own token is for
/// administrators.
pub fn may_hear_of(role: Role, event: NoticeEvent) -> bool {
    let own = matches!(event, NoticeEvent::TokenExpires | NoticeEvent::TokenExpired);
    event.is_for_rules() && (role >= Role::Admin || event.is_about_secret() || own)
}
