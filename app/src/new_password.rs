//! A new password, as forms ask for it: twice.

use domain::{
    access::{AccessProblem, NewPassword, UserName},
    error::{Error, Field, FieldError},
    sensitive::Sensitive,
};

/// Checks that both passwords are the same. If they differ, the other problems that are plain to see are returned too, so that
/// nobody learns of their mistakes one by one.
///
/// Errors: `Invalid`.
pub fn typed_twice(new_user: Option<&str>, password: &Sensitive, repeated: &Sensitive) -> Result<(), Error> {
    if password.expose() == repeated.expose() {
        return Ok(());
    }
    let name = new_user.and_then(|name| UserName::parse(name).err());
    let short = NewPassword::parse(password).err();
    let differs = FieldError::new(Field::RepeatPassword, AccessProblem::PasswordDiffers);
    let wrong = [
        name.map(|problem| FieldError::new(Field::Username, problem)),
        short.map(|problem| FieldError::new(Field::Password, problem)),
        Some(differs),
    ];
    Err(Error::Invalid(wrong.into_iter().flatten().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_twice_returns_all_problems_at_once() {
        let fields = |new_user, password: &str, repeated: &str| match typed_twice(
            new_user,
            &Sensitive::new(password),
            &Sensitive::new(repeated),
        ) {
            Ok(()) => Vec::new(),
            Err(Error::Invalid(wrong)) => wrong.into_iter().map(|wrong| wrong.field).collect(),
            Err(error) => panic!("{error:?}"),
        };
        let all = [Field::Username, Field::Password, Field::RepeatPassword];
        assert_eq!(fields(Some("Äd min"), "short", "other"), all);
        assert_eq!(fields(Some("ana"), "long enough, surely", "other"), all[2..]);
        assert_eq!(fields(None, "short", "other"), all[1..]);
        // The service judges the rest.
        assert_eq!(fields(Some(""), "short", "short"), []);
    }
}
