//! Images, datasets and consumers as pages show them.

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
    /// The kind.
    pub kind: UsageKind,
    /// The name, unique within its kind; never changes.
    pub name: SecretName,
    /// The reference of the image, or the URL of the dataset.
    pub target: String,
    /// The branch of a dataset; `None` for the default branch.
    pub branch: Option<String>,
    /// The secret that it is pulled with.
    pub secret: Option<UsedSecret>,
    /// The version, which goes up by one with each change; an edit names the one it began with.
    pub version: i64,
    /// The time of the last change.
    pub updated_at: Timestamp,
    /// The name of the actor who made it.
    pub updated_by: String,
}

/// The secret that an image or a dataset uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedSecret {
    /// The id.
    pub id: SecretId,
    /// The registry host of an image-pull secret.
    pub registry_host: Option<String>,
    /// Whether the secret is deleted, and pulls nothing any more.
    pub deleted: bool,
}

/// The query of a list of images or datasets. The query is in the address, so parsing it never fails.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageQuery {
    /// Words that the name or the reference contains; trimmed, at most 200 characters.
    pub search: String,
    /// Only usages of this secret.
    pub secret: Option<SecretId>,
    /// The name after which the page begins.
    pub after: Option<SecretName>,
}

impl UsageQuery {
    /// Parses the query of an address.
    pub fn parse(query: &str) -> Self {
        Self {
            search: parameter(query, "q").map(|text| clean_search(&text)).unwrap_or_default(),
            secret: parameter(query, "secret").and_then(|text| SecretId::parse(&text)),
            after: parameter(query, "after").and_then(|text| SecretName::parse(&text).ok()),
        }
    }

    /// Returns the address of the list of this kind with this query.
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

    /// Returns whether the list is searched or filtered.
    pub fn is_narrowed(&self) -> bool {
        !self.search.is_empty() || self.secret.is_some()
    }
}

/// A page of images or datasets, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsagePage {
    /// The rows, in their order.
    pub rows: Vec<Usage>,
    /// The name after which the next page begins; `None` on the last.
    pub next: Option<SecretName>,
    /// The server's time.
    pub now: Timestamp,
}

/// A secret that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretChoice {
    /// The id.
    pub id: SecretId,
    /// The display name, or the name if none was given.
    pub display_name: String,
    /// The registry host and username of an image-pull secret.
    pub account: Option<(String, String)>,
    /// Whether its registry host or known hosts match the target.
    pub suggested: bool,
}

/// The secrets that may be chosen, the best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretChoices {
    /// The secrets: suggested ones first, then by name, with the chosen one among them.
    pub choices: Vec<SecretChoice>,
    /// Whether there are more than are listed.
    pub more: bool,
}

/// The consumers of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretConsumers {
    /// The first images or datasets, by name.
    pub usages: Vec<(UsageKind, SecretName)>,
    /// The number of all images or datasets.
    pub usage_count: u32,
    /// The API tokens that read the value in the last 30 days, the latest first, up to the limit.
    pub readers: Vec<TokenConsumer>,
    /// The number of all such tokens.
    pub reader_count: u32,
    /// The API tokens that read an earlier version last, however long ago, the latest first, up to the limit: whoever uses them
    /// still has the old value.
    pub outdated: Vec<OutdatedConsumer>,
    /// The number of all such tokens.
    pub outdated_count: u32,
    /// The server's time.
    pub now: Timestamp,
}

impl SecretConsumers {
    /// The number of days for which a read counts as a use.
    pub const READ_DAYS: u16 = 30;

    /// The most consumers of each kind that are named.
    pub const NAMED: usize = 50;

    /// Returns that nobody uses the secret.
    pub fn nobody(now: Timestamp) -> Self {
        Self {
            usages: Vec::new(),
            usage_count: 0,
            readers: Vec::new(),
            reader_count: 0,
            outdated: Vec::new(),
            outdated_count: 0,
            now,
        }
    }

    /// Returns the number of all consumers.
    pub fn count(&self) -> u32 {
        self.usage_count + self.reader_count
    }
}

/// A secret among several that were selected, with its consumers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectedSecret {
    /// The id.
    pub id: SecretId,
    /// The display name, or the name if none was given.
    pub display_name: String,
    /// The repository or image that it is tested on.
    pub target: Option<String>,
    /// The first images or datasets, by name.
    pub usages: Vec<SecretName>,
    /// The number of all images or datasets.
    pub usage_count: u32,
    /// The number of API tokens that read the value in the last 30 days.
    pub reader_count: u32,
}

impl SelectedSecret {
    /// The most images or datasets that are named.
    pub const NAMED: usize = 5;
}

/// An API token that read a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenConsumer {
    /// The public part of the token.
    pub id: String,
    /// The name that people gave it.
    pub name: String,
    /// The owner; `None` for a token of the command line.
    pub owner: Option<String>,
    /// The time of its last read.
    pub last_read_at: Timestamp,
    /// The number of reads in the last 30 days.
    pub reads: u64,
    /// Whether the token has been revoked.
    pub revoked: bool,
    /// The version of the value that it read last, if that is known.
    pub version: Option<i64>,
}

/// An API token, not revoked, that read an earlier version of a value last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutdatedConsumer {
    /// The public part of the token.
    pub id: String,
    /// The name that people gave it.
    pub name: String,
    /// The owner; `None` for a token of the command line.
    pub owner: Option<String>,
    /// The time of its last read.
    pub last_read_at: Timestamp,
    /// The version that it read.
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_query_parse_returns_what_was_formatted() {
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
