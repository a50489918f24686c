//! What pages get to see of images and datasets, and of what uses a secret.

use super::UsageKind;
use crate::{
    page::{clean_search, parameter},
    percent,
    secret::{SecretId, SecretName},
    time::Timestamp,
};

/// An image or a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Which of the two.
    pub kind: UsageKind,
    /// Unique within its kind; never changes.
    pub name: SecretName,
    /// The reference of the image, or the URL of the dataset.
    pub target: String,
    /// Of a dataset; `None` is the default one.
    pub branch: Option<String>,
    /// With what it is pulled.
    pub secret: Option<UsedSecret>,
    /// Goes up by one with each change; an edit names the one it began with.
    pub version: i64,
    /// When it was added or last changed.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: String,
}

/// The secret that an image or a dataset uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedSecret {
    /// Which.
    pub id: SecretId,
    /// Of an image-pull secret.
    pub registry_host: Option<String>,
    /// It was moved to "Deleted", and pulls nothing any more.
    pub deleted: bool,
}

/// What a list of images or datasets is asked for; it lives in the address, so reading it never fails.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageQuery {
    /// Words that the name or the reference contains; trimmed, at most 200 characters.
    pub search: String,
    /// Only those that use this secret.
    pub secret: Option<SecretId>,
    /// Those beyond this name.
    pub after: Option<SecretName>,
}

impl UsageQuery {
    /// Reads the query of an address.
    pub fn parse(query: &str) -> Self {
        Self {
            search: parameter(query, "q").map(|text| clean_search(&text)).unwrap_or_default(),
            secret: parameter(query, "secret").and_then(|text| SecretId::parse(&text)),
            after: parameter(query, "after").and_then(|text| SecretName::parse(&text).ok()),
        }
    }

    /// The address of the list of this kind with this query.
    pub fn address(&self, kind: UsageKind) -> String {
        let secret = self.secret.as_ref().map(ToString::to_string);
        let after = self.after.as_ref().map(SecretName::as_str);
        let pairs: Vec<String> =
            [("q", Some(self.search.as_str())), ("secret", secret.as_deref()), ("after", after)]
                .into_iter()
                .filter_map(|(key, value)| Some((key, value.filter(|value| !value.is_empty())?)))
                .map(|(key, value)| format!("{key}={}", percent::encode(value)))
                .collect();
        if pairs.is_empty() { kind.list().to_owned() } else { format!("{}?{}", kind.list(), pairs.join("&")) }
    }

    /// Whether anything is searched or filtered.
    pub fn is_narrowed(&self) -> bool {
        !self.search.is_empty() || self.secret.is_some()
    }
}

/// One page of images or datasets, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsagePage {
    /// In their order.
    pub rows: Vec<Usage>,
    /// The next page begins after this name; `None` on the last.
    pub next: Option<SecretName>,
    /// The server's clock.
    pub now: Timestamp,
}

/// A secret that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretChoice {
    /// Which.
    pub id: SecretId,
    /// The name, where none was given.
    pub display_name: String,
    /// Of an image-pull secret: where, and as whom.
    pub account: Option<(String, String)>,
    /// Its registry host or known hosts are those of what is pulled.
    pub suggested: bool,
}

/// The secrets that may be chosen: the best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretChoices {
    /// Suggested ones first, then by name; what is chosen already is among them.
    pub choices: Vec<SecretChoice>,
    /// There are more than are listed.
    pub more: bool,
}

/// Who uses a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretUsers {
    /// Images or datasets, by name; the first of them.
    pub usages: Vec<(UsageKind, SecretName)>,
    /// How many there are.
    pub usage_count: u32,
    /// API tokens that took the value out in the last 30 days, the latest first; the first of them.
    pub readers: Vec<Reader>,
    /// How many there are.
    pub reader_count: u32,
    /// The server's clock.
    pub now: Timestamp,
}

impl SecretUsers {
    /// As far as a read counts as use, in days.
    pub const READ_DAYS: u16 = 30;

    /// The most that are named of each sort.
    pub const NAMED: usize = 50;

    /// How many use it in all.
    pub fn count(&self) -> u32 {
        self.usage_count + self.reader_count
    }
}

/// A secret among several that were selected, and who uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectedSecret {
    /// Which.
    pub id: SecretId,
    /// The name, where none was given.
    pub display_name: String,
    /// The repository or image that it is tried on.
    pub target: Option<String>,
    /// Images or datasets, by name; the first of them.
    pub usages: Vec<SecretName>,
    /// How many there are.
    pub usage_count: u32,
    /// How many API tokens took the value out in the last 30 days.
    pub reader_count: u32,
}

impl SelectedSecret {
    /// The most images or datasets that are named.
    pub const NAMED: usize = 5;
}

/// An API token that took a value out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The part of the token that is no secret.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whose it is; `None` for one of the command line.
    pub owner: Option<String>,
    /// The last time.
    pub last_read_at: Timestamp,
    /// How often in the last 30 days.
    pub reads: u64,
    /// It can do so no more.
    pub revoked: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read_and_written() {
        for text in [
            "/images",
            "/images?q=a%26b",
            "/images?secret=image-hub",
            "/images?q=a&secret=image-hub&after=b.c",
        ] {
            let query = UsageQuery::parse(text.split_once('?').map_or("", |(_, query)| query));
            assert_eq!(query.address(UsageKind::Image), text);
        }
        for nonsense in ["", "q=%ff", "secret=x", "after=A", "q=++&&=", "q=%00"] {
            assert_eq!(UsageQuery::parse(nonsense), UsageQuery::default(), "{nonsense}");
        }
        assert!(UsageQuery::parse("q=a").is_narrowed() && !UsageQuery::parse("after=a").is_narrowed());
    }
}
