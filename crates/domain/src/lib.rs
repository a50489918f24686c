//! What a secret is.
