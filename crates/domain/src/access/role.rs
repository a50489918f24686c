//! The roles of people.

coded_enum! {
    /// A role, in order from the fewest rights to the most.
    #[derive(PartialOrd, Ord)]
    pub enum Role: as_str, label {
        /// Sees secrets, never their values.
        Reader = "reader", "Reader";
        /// Adds, changes and deletes secrets too.
        Editor = "editor", "Editor";
        /// Manages users, everybody's tokens and the audit log too.
        Admin = "admin", "Admin";
    }
}

impl Role {
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
