//! The roles of people.

/// A role, in order from the fewest rights to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Sees secrets, never their values.
    Reader,
    /// Adds, changes and deletes secrets too.
    Editor,
    /// Manages users, everybody's tokens and the audit log too.
    Admin,
}

impl Role {
    /// Every variant.
    pub const ALL: [Self; 3] = [Self::Reader, Self::Editor, Self::Admin];

    /// Returns the stored and sent form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }

    /// Parses what `as_str` returns.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Returns the label for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Reader => "Reader",
            Self::Editor => "Editor",
            Self::Admin => "Admin",
        }
    }

    /// Describes the rights in a few words.
    pub fn allows(self) -> &'static str {
        match self {
            Self::Reader => "sees secrets, never their values",
            Self::Editor => "changes secrets, and takes their values out by API tokens",
            Self::Admin => "looks after users, tokens and the audit log too",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_parse_returns_what_was_formatted_and_roles_are_ordered() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("Admin"), None);
        assert!(Role::Reader < Role::Editor && Role::Editor < Role::Admin);
    }
}
