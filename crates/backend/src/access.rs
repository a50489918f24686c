//! Rights: who may do what. Every method of every service asks here first.

use crate::{
    context::{Action, Actor, Ctx},
    db::Db,
};
use domain::{
    access::{Restriction, Role, TokenScope},
    error::Error,
    secret::SecretId,
};

/// The object of an action.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Object<'a> {
    /// A secret.
    Secret(&'a SecretId),
    /// Anything else, by the name under which a forbidden attempt is recorded.
    Named(&'a str),
    /// A list that shows only those secrets that the actor may see.
    Visible(&'a str),
}

/// Allows the action or rejects it. A forbidden attempt by a known actor is recorded, alone or in a count; if recording
/// fails, the error is `Unavailable`.
///
/// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
pub(crate) async fn authorize(db: &Db, ctx: &Ctx, action: Action, object: Object<'_>) -> Result<(), Error> {
    if ctx.actor == Actor::Anonymous {
        return Err(Error::NotSignedIn);
    }
    if allowed(&ctx.actor, action, object) {
        return Ok(());
    }
    let object = match object {
        Object::Secret(id) => id.to_string(),
        Object::Named(name) | Object::Visible(name) => name.to_owned(),
    };
    db.alarms().forbidden(db, ctx, action, &object).await?;
    Err(Error::Forbidden)
}

/// Returns the restriction of the actor's token; all secrets for every other actor.
pub(crate) fn visible(actor: &Actor) -> &Restriction {
    match actor {
        Actor::Token(token) => &token.restriction,
        _ => &Restriction::None,
    }
}

/// Returns whether the actor may do the action.
pub(crate) fn allowed(actor: &Actor, action: Action, object: Object<'_>) -> bool {
    match actor {
        Actor::Anonymous => false,
        Actor::System(_) => true,
        Actor::User(user) => match action {
            Action::ReadSecrets | Action::OwnAccount => true,
            Action::WriteSecrets => user.role >= Role::Editor,
            // Values go to consumers, by tokens, and no page shows a value; whoever rotates keys has the key file, and
            // therefore the command line.
            Action::ReadValues | Action::ManageKeys => false,
            Action::ManageUsers
            | Action::ManageTokens
            | Action::ReadTokens
            | Action::ReadAudit
            | Action::ManagePortal
            | Action::ManageNotices => user.role >= Role::Admin,
        },
        Actor::Token(token) => {
            let in_scope = match action {
                Action::ReadSecrets => true,
                Action::ReadValues => token.scope == TokenScope::ReadValues,
                Action::WriteSecrets => token.scope == TokenScope::Write,
                Action::ReadTokens | Action::ReadAudit => token.scope == TokenScope::ReadAudit,
                Action::ManageNotices => token.scope == TokenScope::ManageNotices,
                Action::OwnAccount
                | Action::ManageUsers
                | Action::ManageTokens
                | Action::ManageKeys
                | Action::ManagePortal => false,
            };
            let covered = match object {
                Object::Secret(id) => token.restriction.covers(id),
                Object::Named(_) => token.restriction == Restriction::None,
                Object::Visible(_) => true,
            };
            in_scope && covered
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{TokenActor, UserActor, called_token};
    use uuid::Uuid;

    fn user(role: Role) -> Actor {
        Actor::User(UserActor {
            id: Uuid::nil(),
            name: "ana".to_owned(),
            role,
            session: Uuid::nil(),
            language: None,
        })
    }

    fn token(scope: TokenScope, restriction: Restriction) -> Actor {
        let (id, name) = ("id".to_owned(), "ci".to_owned());
        Actor::Token(TokenActor {
            called: called_token(&name, None),
            id,
            name,
            owner: None,
            scope,
            restriction,
            expires_at: None,
        })
    }

    fn may(actor: &Actor) -> Vec<Action> {
        let id = SecretId::parse("image-a").unwrap();
        Action::ALL.into_iter().filter(|action| allowed(actor, *action, Object::Secret(&id))).collect()
    }

    #[test]
    fn allowed_matches_table_for_each_actor() {
        use Action::*;
        assert_eq!(may(&Actor::Anonymous), []);
        assert_eq!(may(&user(Role::Reader)), [ReadSecrets, OwnAccount]);
        assert_eq!(may(&user(Role::Editor)), [ReadSecrets, WriteSecrets, OwnAccount]);
        assert_eq!(
            may(&user(Role::Admin)),
            [
                ReadSecrets,
                WriteSecrets,
                OwnAccount,
                ManageUsers,
                ManageTokens,
                ReadTokens,
                ReadAudit,
                ManagePortal,
                ManageNotices
            ]
        );
        assert_eq!(may(&token(TokenScope::ReadMetadata, Restriction::None)), [ReadSecrets]);
        assert_eq!(may(&token(TokenScope::ReadValues, Restriction::None)), [ReadSecrets, ReadValues]);
        assert_eq!(may(&token(TokenScope::Write, Restriction::None)), [ReadSecrets, WriteSecrets]);
        let auditor = token(TokenScope::ReadAudit, Restriction::None);
        assert_eq!(may(&auditor), [ReadSecrets, ReadTokens, ReadAudit]);
        let notifier = token(TokenScope::ManageNotices, Restriction::None);
        assert_eq!(may(&notifier), [ReadSecrets, ManageNotices]);
        assert_eq!(may(&Actor::System("command line")), Action::ALL);
    }

    #[test]
    fn allowed_limits_restricted_token_to_its_secrets() {
        let id = |text| SecretId::parse(text).unwrap();
        let one = token(TokenScope::ReadValues, Restriction::Secrets(vec![id("image-a")]));
        let some = token(TokenScope::ReadValues, Restriction::Prefix("a".to_owned()));
        for actor in [&one, &some] {
            assert!(allowed(actor, Action::ReadValues, Object::Secret(&id("image-a"))));
            assert!(!allowed(actor, Action::ReadValues, Object::Secret(&id("image-b"))));
            assert!(!allowed(actor, Action::ReadSecrets, Object::Named("secrets")));
            assert!(allowed(actor, Action::ReadSecrets, Object::Visible("secrets")));
        }
        assert!(!allowed(&one, Action::ReadValues, Object::Secret(&id("gitsync-secret-a"))));
        assert!(allowed(&some, Action::ReadValues, Object::Secret(&id("gitsync-secret-ab"))));
    }
}
