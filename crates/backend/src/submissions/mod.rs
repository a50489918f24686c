//! Forms whose answer shows a thing once. The browser sends such a form again when its answer is reloaded.

mod repository;

pub(crate) use repository::note;

use crate::{context::Ctx, db::Db, random};
use domain::error::Error;
use uuid::Uuid;

/// The answer to a form whose result is shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted<T> {
    /// The thing that was created now.
    First(T),
    /// The id or name of the thing that the same form created when it was sent before.
    Again(String),
}

/// Returns the mark of a form about this name, as its sender typed it. Somebody who goes back to the form and types another name
/// means another thing.
pub(crate) fn mark(ctx: &Ctx, form: Uuid, action: &str, name: &str) -> Uuid {
    random::form_about(ctx, form, &format!("{action}\n{}", name.trim()))
}

/// Returns the thing that the form with this mark created before.
pub(crate) async fn find(db: &Db, ctx: &Ctx, mark: Uuid) -> Result<Option<String>, Error> {
    db.read(ctx, async |connection| repository::find(connection, mark).await).await
}
