//! The filter for secrets that wait for a person.

/// The number of days without any use after which a secret needs a review.
pub const REVIEW_DAYS: u64 = 90;

coded_enum! {
    /// The thing that a secret needs a person to do. The code stands in addresses.
    pub enum Need: as_str, label {
        /// The keys of its host are to be compared and approved.
        Approval = "approval", "Host key approval";
        /// The connection was never tested since the secret was added or changed.
        Test = "test", "First test";
        /// A new key pair waits to be used.
        Switch = "switch", "Key switch";
        /// The value is older than its owner wants it to become.
        Renewal = "renewal", "Renewal";
        /// Nothing has used the secret for 90 days, and it is at least that old.
        Review = "review", "Review of use";
    }
}
