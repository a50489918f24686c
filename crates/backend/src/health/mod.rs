//! Whether requests can be served.

mod repository;

use crate::db::Db;

/// Whether requests can be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Yes.
    Ready,
    /// No: the key encryption key is not the right one.
    Sealed,
    /// No: the database does not answer.
    Unavailable,
}

pub(crate) async fn probe(db: &Db) -> Readiness {
    match db.read(|mut reader| async move { Ok((repository::ping(&mut reader).await?, reader)) }).await {
        Ok(()) => Readiness::Ready,
        Err(_) => Readiness::Unavailable,
    }
}
