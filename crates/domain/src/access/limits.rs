//! Limits of the fields of people and tokens. They have a module of their own because the messages of problems name them.

pub(super) const MAX_USER_NAME_CHARS: usize = 64;
pub(super) const MIN_PASSWORD_CHARS: usize = 12;
pub(super) const MAX_PASSWORD_BYTES: usize = 1_024;
pub(super) const MAX_TOKEN_SECRETS: usize = 100;
pub(super) const MAX_TOKEN_DAYS: u16 = 3_650;
