//! Limits of the fields of people and tokens, which the messages of problems name.

/// The most characters of a username.
pub const MAX_USER_NAME_CHARS: usize = 64;
/// The fewest characters of a new password.
pub const MIN_PASSWORD_CHARS: usize = 12;
/// The most bytes of a new password.
pub const MAX_PASSWORD_BYTES: usize = 1_024;
/// The most secrets that a token is restricted to one by one.
pub const MAX_TOKEN_SECRETS: usize = 100;
/// The most days that a token lasts.
pub const MAX_TOKEN_DAYS: u16 = 3_650;
