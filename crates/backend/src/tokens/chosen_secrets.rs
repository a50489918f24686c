//! The secrets to which a person restricts a token in the form: a token for a mistyped id would be of no use.

mod repository;
#[cfg(test)]
mod tests;

use crate::{context::Ctx, db::Db};
use domain::{
    access::{AccessProblem, Restriction},
    error::{Error, Field, FieldError, Problem},
    secret::{SecretId, SecretKind},
};

/// The most ids of a form that are reported at once.
const MAX_REPORTED: usize = 3;

/// Returns the result of parsing a form, unless ids in it are those of no secret; each is reported, with the id that was
/// probably meant.
///
/// Errors: those of the result, with the ids; `Unavailable`, `Internal`.
pub(super) async fn checked<T>(
    db: &Db,
    ctx: &Ctx,
    typed: &str,
    parsed: Result<T, Error>,
) -> Result<T, Error> {
    let texts: Vec<&str> = typed
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|text| !text.is_empty())
        .take(Restriction::MAX_SECRETS)
        .collect();
    let not_ids = FieldError::new(Field::Secrets, AccessProblem::TokenSecret);
    let may_ask = match &parsed {
        Ok(_) => true,
        Err(Error::Invalid(wrong)) => {
            wrong.iter().all(|wrong| wrong.field != Field::Secrets || *wrong == not_ids)
        }
        Err(_) => false,
    };
    if !may_ask || texts.is_empty() {
        return parsed;
    }
    let found = db.read(ctx, async |connection| {
        let ids: Vec<Option<SecretId>> = texts.iter().map(|text| SecretId::parse(text)).collect();
        let known: Vec<SecretId> = ids.iter().flatten().cloned().collect();
        let there = repository::existing(connection, &known).await?;
        let mut found = Vec::new();
        for (text, id) in texts.iter().zip(ids) {
            if found.len() == MAX_REPORTED || id.as_ref().is_some_and(|id| there.contains(id)) {
                continue;
            }
            let (kind, name) =
                id.as_ref().map_or_else(|| parts(text), |id| (Some(id.kind), id.name.as_str()));
            let meant = repository::most_alike(connection, kind, &name.to_lowercase()).await?;
            found.extend(match (id, meant) {
                (Some(id), meant) => Some(Problem::NoSecret(id, meant)),
                (None, Some(meant)) => Some(Problem::SecretMeant(meant)),
                (None, None) => None,
            });
        }
        Ok(found)
    });
    let found = found.await?;
    if found.is_empty() {
        return parsed;
    }
    let mut wrong = match parsed {
        Err(Error::Invalid(wrong)) => wrong,
        _ => Vec::new(),
    };
    if found.iter().any(|problem| matches!(problem, Problem::SecretMeant(_))) {
        wrong.retain(|wrong| *wrong != not_ids);
    }
    // In the order of the form.
    let place = wrong.iter().position(|wrong| matches!(wrong.field, Field::Expiry | Field::CurrentPassword));
    let place = place.unwrap_or(wrong.len());
    wrong
        .splice(place..place, found.into_iter().map(|problem| FieldError { field: Field::Secrets, problem }));
    Err(Error::Invalid(wrong))
}

/// Returns the type and the name in a text that is no id.
fn parts(text: &str) -> (Option<SecretKind>, &str) {
    let of = |kind: SecretKind| text.strip_prefix(kind.id_prefix()).map(|name| (Some(kind), name));
    SecretKind::ALL.into_iter().find_map(of).unwrap_or((None, text))
}
