//! Objects of a cluster's dump that an import skips.

coded_enum! {
    /// The kind of an object that holds no credential for the portal.
    #[derive(Hash, PartialOrd, Ord)]
    pub enum Skipped: as_str {
        /// A release that Helm keeps.
        HelmRelease = "helm-release";
        /// The token of a service account.
        ServiceAccountToken = "service-account-token";
        /// A certificate with its key.
        Certificate = "certificate";
        /// A username with a password, for no registry.
        BasicAuth = "basic-auth";
        /// A Secret of any other type, without known contents.
        OtherSecret = "other-secret";
        /// An object other than a Secret.
        OtherObject = "other-object";
    }
}

impl Skipped {
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
        Some(format!("Skipped (no credentials): {all}."))
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
