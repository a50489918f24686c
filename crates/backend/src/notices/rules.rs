//! The operations on rules and on the settings of notices.

use super::service::NoticeService;
use crate::{
    audit::{self, AuditAction},
    context::Ctx,
    random,
    revision::Expected,
};
use domain::{
    error::{Error, Field, FieldError},
    notice::{MAIL, NoticeProblem, RuleDraft, RuleScope},
};
use uuid::Uuid;

pub use rule::NoticeRule;

mod repository;
mod rule;

impl NoticeRule {
    /// Returns the name of the recipient, as it is in audit records.
    fn recipient(&self) -> String {
        self.channel.as_ref().map_or_else(|| MAIL.to_owned(), |(_, name)| name.clone())
    }
}

impl NoticeService {
    /// Returns all rules, the oldest first.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn rules(&self, ctx: &Ctx) -> Result<Vec<NoticeRule>, Error> {
        self.may(ctx).await?;
        self.db.read(ctx, async |connection| repository::list(connection, None).await).await
    }

    /// Returns a rule.
    ///
    /// Errors: `NotFound`; as `rules`.
    pub async fn rule(&self, ctx: &Ctx, id: Uuid) -> Result<NoticeRule, Error> {
        self.may(ctx).await?;
        let found = self.db.read(ctx, async |connection| repository::list(connection, Some(id)).await);
        found.await?.pop().ok_or(Error::NotFound)
    }

    /// Adds a rule, and returns its id. Its recipient is a channel: whom mails go to, each person chooses.
    ///
    /// Errors: `Invalid`, `Sealed`; as `rules`.
    pub async fn add_rule(&self, ctx: &Ctx, draft: &RuleDraft) -> Result<Uuid, Error> {
        self.save_rule(ctx, None, draft, None).await
    }

    /// Replaces what a rule says in the expected state, if one is given.
    ///
    /// Errors: `Changed` with who and when; `NotFound`, `Invalid`, `Sealed`; as `rules`.
    pub async fn change_rule(
        &self,
        ctx: &Ctx,
        id: Uuid,
        draft: &RuleDraft,
        expected: Option<Expected>,
    ) -> Result<(), Error> {
        self.save_rule(ctx, Some(id), draft, expected).await.map(drop)
    }

    async fn save_rule(
        &self,
        ctx: &Ctx,
        stored: Option<Uuid>,
        draft: &RuleDraft,
        expected: Option<Expected>,
    ) -> Result<Uuid, Error> {
        self.unsealed(ctx).await?;
        let no_channel = || FieldError::new(Field::Channel, NoticeProblem::Channel);
        let channel = draft.channel.trim().parse::<Uuid>().map_err(|_| no_channel());
        let (channel, scope) = match (channel, RuleScope::parse(draft)) {
            (Ok(channel), Ok(scope)) => (channel, scope),
            (channel, Err(Error::Invalid(wrong))) => {
                return Err(Error::Invalid(channel.err().into_iter().chain(wrong).collect()));
            }
            (_, Err(error)) => return Err(error),
            (Err(problem), Ok(_)) => return Err(Error::Invalid(vec![problem])),
        };
        self.db
            .write(ctx, async |work| {
                let recipient = repository::channel_name(work, channel)
                    .await?
                    .ok_or_else(|| Error::Invalid(vec![no_channel()]))?;
                let (id, action) = match stored {
                    None => {
                        let id = random::sortable_id();
                        repository::insert(work, ctx, id, channel, &scope).await?;
                        (id, AuditAction::NoticeRuleAdded)
                    }
                    Some(id) => {
                        let last_change = repository::lock(work, id).await?.ok_or(Error::NotFound)?;
                        last_change.require(ctx, expected)?;
                        repository::update(work, ctx, id, channel, &scope).await?;
                        (id, AuditAction::NoticeRuleChanged)
                    }
                };
                audit::record(work, ctx, action, &recipient).await?;
                Ok(id)
            })
            .await
    }

    /// Deletes a rule in the expected state, if one is given.
    ///
    /// Errors: `Changed` with who and when; `NotFound`, `Sealed`; as `rules`.
    pub async fn delete_rule(&self, ctx: &Ctx, id: Uuid, expected: Option<Expected>) -> Result<(), Error> {
        self.unsealed(ctx).await?;
        self.db
            .write(ctx, async |work| {
                let last_change = repository::lock(work, id).await?.ok_or(Error::NotFound)?;
                last_change.require(ctx, expected)?;
                let rule = repository::list(work, Some(id)).await?.pop().ok_or(Error::NotFound)?;
                if !repository::delete(work, id).await? {
                    return Err(Error::NotFound.into());
                }
                audit::record(work, ctx, AuditAction::NoticeRuleDeleted, &rule.recipient()).await?;
                Ok(())
            })
            .await
    }

    /// Returns after how many failed tests in a row a notice says so.
    ///
    /// Errors: as `rules`.
    pub async fn failures(&self, ctx: &Ctx) -> Result<u8, Error> {
        self.may(ctx).await?;
        let found = self.db.read(ctx, async |connection| repository::failures(connection).await);
        Ok(u8::try_from(found.await?).unwrap_or(u8::MAX))
    }

    /// Sets after how many failed tests in a row a notice says so: 1 to 20.
    ///
    /// Errors: `Invalid`, `Sealed`; as `rules`.
    pub async fn set_failures(&self, ctx: &Ctx, text: &str) -> Result<(), Error> {
        self.unsealed(ctx).await?;
        let count = text.trim().parse::<i32>().ok().filter(|count| (1..=20).contains(count));
        let count = count.ok_or_else(|| Error::field(Field::Failures, NoticeProblem::Failures))?;
        self.db
            .write(ctx, async |work| {
                if repository::set_failures(work, count).await? {
                    let fields = &["failures"];
                    audit::record_change(
                        work,
                        ctx,
                        AuditAction::NoticeSettingsChanged,
                        "notifications",
                        fields,
                    )
                    .await?;
                }
                Ok(())
            })
            .await
    }
}
