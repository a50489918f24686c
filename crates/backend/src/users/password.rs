//! Hashing passwords: Argon2id, a few at a time.

use crate::{context::Ctx, error::internal};
use argon2::{
    Argon2, Params,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use domain::{
    access::{AccessProblem, NewPassword},
    error::{Error, Field, FieldError},
    sensitive::Sensitive,
};
use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::{sync::Semaphore, time::timeout};

/// The most hashes at once: each takes 19 MiB and a core for some 40 ms.
const AT_ONCE: usize = 2;

/// The longest wait for a turn. Whoever waits longer would have gone, and would delay everybody else.
const TURN_TIMEOUT: Duration = Duration::from_secs(5);

/// The number of seconds after which another try makes sense.
const BUSY_SECONDS: u32 = 5;

/// The hash that is compared if there is no user, so that the answer takes as long.
static NOBODY: LazyLock<Option<String>> =
    LazyLock::new(|| hash_now(&Sensitive::new("nobody has this password")).ok());

/// Hashes and verifies passwords. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    /// Whether anybody signs in with a password.
    in_use: bool,
    turns: Arc<Semaphore>,
    /// The algorithm and parameters of each hash that a password was compared with.
    #[cfg(test)]
    pub(crate) compared: Arc<std::sync::Mutex<Vec<String>>>,
}

/// The reason why a password was not hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HashError {
    /// Out of memory or randomness.
    #[error("a password could not be hashed")]
    Failed,
    /// Too many callers wait already.
    #[error("too many passwords wait to be hashed")]
    Busy,
}

impl HashError {
    /// Logs the reason, and returns the error for the caller.
    pub(crate) fn reject(self, ctx: &Ctx) -> Error {
        match self {
            Self::Failed => internal(ctx, &self),
            Self::Busy => {
                tracing::warn!(request_id = ctx.request_id, "{self}");
                Error::Busy(BUSY_SECONDS)
            }
        }
    }
}

impl Passwords {
    pub(crate) fn new(in_use: bool) -> Self {
        Self {
            in_use,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            #[cfg(test)]
            compared: Arc::default(),
        }
    }

    /// Checks that passwords are in use.
    ///
    /// Errors: `NoPasswords` if people sign in only at a provider.
    pub(crate) fn in_use(&self) -> Result<(), Error> {
        if self.in_use { Ok(()) } else { Err(Error::NoPasswords) }
    }

    /// Returns the hash in PHC form, with its parameters and a fresh salt.
    pub(crate) async fn hash(&self, password: &NewPassword) -> Result<String, HashError> {
        let password = password.value().clone();
        self.in_turn(move || hash_now(&password)).await?
    }

    /// Returns whether this is the password. Takes as long if there is no password.
    pub(crate) async fn verify(
        &self,
        stored: Option<String>,
        password: &Sensitive,
    ) -> Result<bool, HashError> {
        let password = password.clone();
        #[cfg(test)]
        let compared = Arc::clone(&self.compared);
        self.in_turn(move || {
            let known = stored.is_some();
            let stored = stored.or_else(|| NOBODY.clone()).ok_or(HashError::Failed)?;
            #[cfg(test)]
            compared.lock().unwrap().push(stored.rsplitn(3, '$').last().unwrap().to_owned());
            let stored = PasswordHash::new(&stored).map_err(|_| HashError::Failed)?;
            // Limited like a new password: nobody has a longer one.
            let bytes = password.expose().as_bytes();
            let bytes = bytes.get(..NewPassword::MAX_BYTES).unwrap_or(bytes);
            let right = argon2().verify_password(bytes, &stored).is_ok();
            Ok(right && known && password.len() <= NewPassword::MAX_BYTES)
        })
        .await?
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let turn = timeout(TURN_TIMEOUT, Arc::clone(&self.turns).acquire_owned());
        let turn = turn.await.map_err(|_| HashError::Busy)?.map_err(|_| HashError::Failed)?;
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await
        .map_err(|_| HashError::Failed)
    }
}

/// Returns OWASP's first choice: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    Argon2::from(Params::default())
}

fn hash_now(password: &Sensitive) -> Result<String, HashError> {
    let hash = argon2().hash_password(password.expose().as_bytes()).map_err(|_| HashError::Failed)?;
    Ok(hash.to_string())
}

/// Rejects what anybody would try first: common passwords, keyboard walks, dates, and the name itself.
fn reject_common(password: &NewPassword, name: &str) -> Result<(), AccessProblem> {
    let guesses = zxcvbn::zxcvbn(password.value().expose(), &[name, "latchkey"]);
    if guesses.score() < zxcvbn::Score::Two { Err(AccessProblem::PasswordCommon) } else { Ok(()) }
}

/// Returns the password, if a user with this name may choose it.
pub(super) fn chosen(password: &Sensitive, name: &str) -> Result<NewPassword, FieldError> {
    NewPassword::parse(password)
        .and_then(|password| reject_common(&password, name).map(|()| password))
        .map_err(|problem| FieldError::new(Field::Password, problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(text: &str) -> NewPassword {
        NewPassword::parse(&Sensitive::new(text)).unwrap()
    }

    #[tokio::test]
    async fn verify_accepts_only_the_hashed_password() {
        let passwords = Passwords::new(true);
        let hash = passwords.hash(&new("correct horse battery")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, passwords.hash(&new("correct horse battery")).await.unwrap());
        let right = Sensitive::new("correct horse battery");
        assert_eq!(passwords.verify(Some(hash.clone()), &right).await, Ok(true));
        for wrong in ["correct horse batterY", "", "correct horse battery "] {
            assert_eq!(passwords.verify(Some(hash.clone()), &Sensitive::new(wrong)).await, Ok(false));
        }
        assert_eq!(passwords.verify(None, &Sensitive::new("nobody has this password")).await, Ok(false));
        let long = new(&"x".repeat(1_024));
        let hash = passwords.hash(&long).await.unwrap();
        assert_eq!(passwords.verify(Some(hash.clone()), long.value()).await, Ok(true));
        assert_eq!(passwords.verify(Some(hash), &Sensitive::new("x".repeat(1_025))).await, Ok(false));
    }

    #[tokio::test(start_paused = true)]
    async fn hash_times_out_after_long_wait_for_a_turn() {
        let passwords = Passwords::new(true);
        let turns =
            Arc::clone(&passwords.turns).acquire_many_owned(u32::try_from(AT_ONCE).unwrap()).await.unwrap();
        let began = tokio::time::Instant::now();
        let password = Sensitive::new("correct horse battery");
        let waiting = (0..100).map(|_| passwords.verify(None, &password));
        for waited in futures_util::future::join_all(waiting).await {
            assert_eq!(waited, Err(HashError::Busy));
        }
        assert_eq!(began.elapsed().as_secs(), TURN_TIMEOUT.as_secs(), "nobody waits for those before");
        assert_eq!(HashError::Busy.reject(&crate::tests::at(1)), Error::Busy(BUSY_SECONDS));
        drop(turns);
        assert_eq!(passwords.verify(None, &password).await, Ok(false));
    }

    #[test]
    fn chosen_rejects_common_passwords() {
        for common in [
            "password1234",
            "aaaaaaaaaaaa",
            "123456789012",
            "qwertyuiop12",
            "latchkeylatchkey",
            "anaanaanaana",
        ] {
            assert_eq!(reject_common(&new(common), "ana"), Err(AccessProblem::PasswordCommon), "{common}");
        }
        for fine in
            ["correct horse battery", "tiefer Brunnen im Hof", "x7Kq-29vLm-Tz", "пароль на каждый день"]
        {
            assert_eq!(reject_common(&new(fine), "ana"), Ok(()), "{fine}");
        }
    }
}
