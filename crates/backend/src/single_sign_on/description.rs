//! The provider's description of itself, for whoever checks the configuration.

/// The description that the provider gives of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProviderFacts {
    /// The number of keys that sign in a way that is accepted.
    pub(crate) keys: usize,
    /// The claims that it lists, if it does.
    pub(crate) claims: Option<Vec<String>>,
}

/// The reason why the provider could not be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProviderTrouble {
    Unreachable(String),
    Wrong(String),
}
