//! The queries and mutations, under the reference's names.

use super::{
    super::{
        Caller,
        secrets::change::{SecretChange, apply},
    },
    error::{bad_input, error_of, member},
    list::{Part, find},
    types::{
        Secret, SecretConnection, SecretCreateInput, SecretOrderByInput, SecretType, SecretUpdateInput,
        SecretWhereInput, SecretWhereUniqueInput, sent,
    },
};
use async_graphql::{Context, ID, Object, Result};
use domain::{
    error::Error as DomainError,
    secret::{NewSecret, SecretDraft, SecretId, SecretKind},
};

/// What can be asked for.
pub(super) struct Query;

#[Object]
impl Query {
    /// One secret.
    #[graphql(complexity = "10 + child_complexity")]
    async fn secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] one: SecretWhereUniqueInput,
    ) -> Result<Option<Secret>> {
        let caller = ctx.data::<Caller>()?;
        shown(caller, &id(&one.id)?).await.map(Some)
    }

    /// Secrets: the ten of a page from 1 to 1,000, or `first` after a cursor, or all, of which there may be 1,000.
    #[graphql(complexity = "50 + 10 * child_complexity")]
    async fn secrets(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] which: Option<SecretWhereInput>,
        order_by: Option<SecretOrderByInput>,
        page: Option<i32>,
        after: Option<String>,
        first: Option<i32>,
    ) -> Result<Vec<Secret>> {
        let found = find(ctx.data()?, which, order_by, Part { page, after, first }).await?;
        Ok(found.edges.into_iter().map(|edge| edge.node).collect())
    }

    /// The same as `secrets`, with where in the list they stand.
    #[graphql(complexity = "50 + 10 * child_complexity")]
    async fn secrets_connection(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] which: Option<SecretWhereInput>,
        order_by: Option<SecretOrderByInput>,
        page: Option<i32>,
        after: Option<String>,
        first: Option<i32>,
    ) -> Result<SecretConnection> {
        find(ctx.data()?, which, order_by, Part { page, after, first }).await
    }
}

/// What can be changed.
pub(super) struct Mutation;

#[Object]
impl Mutation {
    /// Adds a secret. A name that is taken is a `RESOURCE_CONFLICT`.
    #[graphql(complexity = "10 + child_complexity")]
    async fn create_secret(&self, ctx: &Context<'_>, data: SecretCreateInput) -> Result<Secret> {
        let caller = ctx.data::<Caller>()?;
        let kind = SecretKind::from(data.kind.unwrap_or(SecretType::Opaque));
        let content = SecretChange {
            display_name: data.display_name,
            registry_host: data.registry_host,
            username: data.username,
            password: sent(data.password),
            password_ends: data.password_ends,
            secret: sent(data.secret),
            allow_duplicate: data.allow_duplicate || data.knowingly,
            ..SecretChange::default()
        };
        let days = data.renew_every_days.map(|days| days.to_string());
        reject_misplaced(&content, kind)?;
        let draft = SecretDraft {
            name: data.name,
            display_name: content.display_name.unwrap_or_default(),
            kind: kind.as_str().to_owned(),
            private_key: content.secret.unwrap_or_default(),
            registry_host: content.registry_host.unwrap_or_default(),
            username: content.username.unwrap_or_default(),
            password: content.password.unwrap_or_default(),
            password_ends: content.password_ends.unwrap_or_default(),
            allow_duplicate: if content.allow_duplicate { "yes".to_owned() } else { String::new() },
            expires_at: data.expires_at.unwrap_or_default(),
            renew_every_days: days.unwrap_or_default(),
            stop_when_expired: if data.stop_when_expired { "yes".to_owned() } else { String::new() },
            ..SecretDraft::default()
        };
        let secret = NewSecret::parse(draft).map_err(|errors| error_of(DomainError::Invalid(errors)))?;
        let id = caller.backend.secrets().create(&caller.ctx, secret, None).await.map_err(error_of)?;
        shown(caller, &id).await
    }

    /// Changes a secret.
    #[graphql(complexity = "10 + child_complexity")]
    async fn update_secret(
        &self,
        ctx: &Context<'_>,
        data: SecretUpdateInput,
        #[graphql(name = "where")] one: SecretWhereUniqueInput,
    ) -> Result<Option<Secret>> {
        let caller = ctx.data::<Caller>()?;
        let id = id(&one.id)?;
        caller.backend.secrets().may_change(&caller.ctx, Some(&id)).await.map_err(error_of)?;
        if data.kind.is_some_and(|kind| SecretKind::from(kind) != id.kind) {
            return Err(bad_input("type: The type of a secret cannot be changed."));
        }
        let change = SecretChange {
            display_name: data.display_name,
            registry_host: data.registry_host,
            username: data.username,
            password: sent(data.password),
            password_ends: data.password_ends,
            secret: sent(data.secret),
            expires_at: data.expires_at,
            renew_every_days: data.renew_every_days,
            stop_when_expired: data.stop_when_expired,
            allow_duplicate: data.allow_duplicate || data.knowingly,
            ..SecretChange::default()
        };
        reject_misplaced(&change, id.kind)?;
        apply(caller, &id, change, None).await.map_err(error_of)?;
        shown(caller, &id).await.map(Some)
    }

    /// Deletes a secret.
    #[graphql(complexity = "10 + child_complexity")]
    async fn delete_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] one: SecretWhereUniqueInput,
    ) -> Result<Option<Secret>> {
        let caller = ctx.data::<Caller>()?;
        let id = id(&one.id)?;
        // Clients of the reference cannot confirm the deletion of a used secret, so it stays.
        let deleted = caller.backend.secrets().delete(&caller.ctx, &id, "").await;
        let display_name = deleted.map_err(error_of)?;
        Ok(Some(Secret::deleted(&id, display_name)))
    }
}

async fn shown(caller: &Caller, id: &SecretId) -> Result<Secret> {
    caller.backend.secrets().get(&caller.ctx, id).await.map(Secret::from).map_err(error_of)
}

/// Parses an id. A text that is not an id names no secret.
fn id(text: &ID) -> Result<SecretId> {
    SecretId::parse(text).ok_or_else(|| error_of(DomainError::NotFound))
}

/// Rejects members that secrets of this type do not have.
fn reject_misplaced(content: &SecretChange, kind: SecretKind) -> Result<()> {
    match content.misplaced(kind) {
        Some(field) => {
            Err(bad_input(&format!("{}: Secrets of this type have no such field.", member(field))))
        }
        None => Ok(()),
    }
}
