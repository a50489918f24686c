//! Objects of a cluster's dump that an import skips.

/// The kind of an object that holds no credential for the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Skipped {
    /// A release that Helm keeps.
    HelmRelease,
    /// The token of a service account.
    ServiceAccountToken,
    /// A certificate with its key.
    Certificate,
    /// A username with a password, for no registry.
    BasicAuth,
    /// A Secret of any other type, without known contents.
    OtherSecret,
    /// An object other than a Secret.
    OtherObject,
}

impl Skipped {
    /// Every variant, in the order of the message.
    pub const ALL: [Self; 6] = [
        Self::HelmRelease,
        Self::ServiceAccountToken,
        Self::Certificate,
        Self::BasicAuth,
        Self::OtherSecret,
        Self::OtherObject,
    ];

    /// Returns the stored form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HelmRelease => "helm-release",
            Self::ServiceAccountToken => "service-account-token",
            Self::Certificate => "certificate",
            Self::BasicAuth => "basic-auth",
            Self::OtherSecret => "other-secret",
            Self::OtherObject => "other-object",
        }
    }

    /// Parses the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|skipped| skipped.as_str() == text)
    }

    fn message(self, count: u32) -> String {
        let (one, several) = match self {
            Self::HelmRelease => ("Helm release", "Helm releases"),
            Self::ServiceAccountToken => ("service account token", "service account tokens"),
            Self::Certificate => ("TLS certificate", "TLS certificates"),
            Self::BasicAuth => {
                ("username with a password and no registry", "usernames with a password and no registry")
            }
            Self::OtherSecret => ("other Secret", "other Secrets"),
            Self::OtherObject => ("other object", "other objects"),
        };
        format!("{count} {}", if count == 1 { one } else { several })
    }
}

/// The numbers of objects that were skipped, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkippedCounts([u32; Skipped::ALL.len()]);

impl SkippedCounts {
    /// Counts more objects of a kind.
    pub fn add(&mut self, skipped: Skipped, count: u32) {
        for (place, known) in self.0.iter_mut().zip(Skipped::ALL) {
            if known == skipped {
                *place = place.saturating_add(count);
            }
        }
    }

    /// Returns the kinds of which there are any, with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (Skipped, u32)> {
        Skipped::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }

    /// Returns how many objects there are in all.
    pub fn total(&self) -> u32 {
        self.0.iter().fold(0, |total, count| total.saturating_add(*count))
    }

    /// Returns the sentence that says what was skipped; `None` if nothing was.
    pub fn message(&self) -> Option<String> {
        let sorts: Vec<String> = self.iter().map(|(skipped, count)| skipped.message(count)).collect();
        let (last, before) = sorts.split_last()?;
        let all = if before.is_empty() { last.clone() } else { format!("{} and {last}", before.join(", ")) };
        Some(format!("Skipped, without a credential of a known form: {all}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_counts_objects_by_kind() {
        let mut counts = SkippedCounts::default();
        assert_eq!((counts.message(), counts.total()), (None, 0));
        counts.add(Skipped::OtherObject, 1);
        counts.add(Skipped::HelmRelease, 2);
        counts.add(Skipped::HelmRelease, 1);
        counts.add(Skipped::OtherSecret, 5);
        let said = counts.message().unwrap();
        assert!(said.ends_with(": 3 Helm releases, 5 other Secrets and 1 other object."), "{said}");
        assert_eq!(counts.total(), 9);
        for skipped in Skipped::ALL {
            assert_eq!(Skipped::parse(skipped.as_str()), Some(skipped));
        }
    }
}
