//! Verifying at start that the keys at hand are the right ones.

use super::{Kek, Keyring, repository, takeover};
use crate::db::Connections;
use domain::time::Timestamp;

impl Keyring {
    /// Tries the keys on the database's check values, and activates the first if no key is active yet; of servers that start
    /// at once, one does. `None` if the active key is not at hand.
    pub(crate) async fn unlock(
        db: &Connections,
        keys: Vec<Kek>,
        now: Timestamp,
    ) -> Result<Option<Self>, sqlx::Error> {
        let mut keyring = Self::new(keys);
        let Some(first) = keyring.keys.first() else { return Ok(None) };
        let fresh = keyring.check_row(&first.id)?;
        let mut work = db.begin().await?;
        let (known, is_new) = repository::known_or_insert(&mut work, fresh, now).await?;
        keyring.retired = repository::retired(&mut work).await?;
        let waiting = repository::count_by_key(&mut work).await?;
        let active = known.iter().find(|row| row.active && keyring.check(row).is_some());
        if let Some(active) = active {
            takeover::run(&mut work, &keyring, &known, &active.id, is_new, now).await?;
        }
        let open = active.is_some();
        work.commit().await?;
        for (id, count) in waiting {
            if !keyring.has(&id) {
                tracing::error!(
                    key = id,
                    count,
                    "values are sealed under a key that is not at hand: they cannot be opened. Add it to the key file"
                );
            }
        }
        Ok(open.then_some(keyring))
    }
}
