//! Raising a notice, in the transaction that makes its event true.

use super::{
    repository,
    subject::{NewNotice, Subject},
};
use crate::{context::Ctx, mail::recipients::repository as recipients, random, work::Work};
use domain::{notice::NoticeEvent, time::Timestamp};
use uuid::Uuid;

/// Writes a notice in the transaction that makes its event true, and a delivery for each recipient whom a rule names. Returns
/// its id; `None` if the same was raised before. Takes no key, and writes no audit record, so it may stand anywhere before
/// those.
pub(crate) async fn raise(work: &mut Work, ctx: &Ctx, new: &NewNotice) -> Result<Option<Uuid>, sqlx::Error> {
    let id = random::sortable_id();
    if !repository::insert(work, ctx, id, new).await? {
        return Ok(None);
    }
    // A test of a channel goes to that channel alone, whatever the rules say.
    if new.event != NoticeEvent::ChannelTest {
        fan_out(work, ctx, id).await?;
    }
    Ok(Some(id))
}

/// Makes the deliveries of a new notice: each kind of recipient has a line here.
async fn fan_out(work: &mut Work, ctx: &Ctx, id: Uuid) -> Result<(), sqlx::Error> {
    repository::deliver_to_channels(work, ctx, id).await?;
    recipients::deliver_to_people(work, ctx, id).await
}

/// Raises that signing in under a name is locked, in an hour once for each name. Names that nobody has count as one, under the
/// name that their audit record has.
pub(crate) async fn sign_in_locked(work: &mut Work, ctx: &Ctx, name: &str) -> Result<(), sqlx::Error> {
    const HOUR: i64 = 3_600_000_000;
    let hour = Timestamp::from_micros(ctx.now.micros().div_euclid(HOUR) * HOUR);
    let subject = Subject::SignIn(name.to_owned());
    raise(work, ctx, &NewNotice::new(NoticeEvent::SignInLocked, subject, hour)).await.map(drop)
}
