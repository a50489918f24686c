//! Random bytes from the system's generator, and the ids and texts made of them. All randomness comes from here.

use crate::context::{Actor, Ctx};
use aws_lc_rs::digest::{Context, SHA256, digest};
use data_encoding::HEXLOWER;
use domain::sensitive::Sensitive;
use std::time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The error of a system that returned no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random bytes")]
pub(crate) struct NoRandomness;

/// Returns `N` random bytes.
#[expect(clippy::disallowed_methods, reason = "randomness is asked for here")]
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// Returns 256 bits as 64 hexadecimal digits: for cookies, links and tokens.
pub(crate) fn token() -> Result<Sensitive, NoRandomness> {
    let bytes = Zeroizing::new(bytes::<32>()?);
    Ok(Sensitive::new(hex(bytes.as_slice())))
}

/// Returns the hash of a token, which is what is stored. A plain hash reveals nothing of 256 random bits.
pub(crate) fn hash(token: &Sensitive) -> Vec<u8> {
    digest(&SHA256, token.expose().as_bytes()).as_ref().to_vec()
}

/// Returns an id for a row or a request: later ids sort after earlier ones, so that an index grows at its end.
#[expect(clippy::disallowed_methods, reason = "ids are made here")]
pub fn sortable_id() -> Uuid {
    Uuid::now_v7()
}

/// Returns an id that reveals nothing, not even its time.
#[expect(clippy::disallowed_methods, reason = "ids are made here")]
pub fn random_id() -> Uuid {
    Uuid::new_v4()
}

/// Returns the mark of a request that may be sent again: the same for the same key of the same actor, and for nobody else.
pub fn submission_of(ctx: &Ctx, key: &str) -> Uuid {
    let of = ctx.actor.credential().unwrap_or_default();
    mark_of(&format!("{of}\n{key}"))
}

/// Returns the mark of a form for the person who sends it, in any of their sessions.
pub(crate) fn form_of(ctx: &Ctx, mark: Uuid) -> Uuid {
    let of = match &ctx.actor {
        Actor::User(user) => user.id.to_string(),
        other => other.name().to_owned(),
    };
    mark_of(&format!("form\n{}\n{of}\n{mark}", ctx.actor.kind()))
}

/// Returns the mark of a form about one thing, for the person who sends it.
pub(crate) fn form_about(ctx: &Ctx, mark: Uuid, thing: &str) -> Uuid {
    mark_of(&format!("{}\n{thing}", form_of(ctx, mark)))
}

fn mark_of(text: &str) -> Uuid {
    let hash = digest(&SHA256, text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Returns a tag for the contents of an answer, of 16 hexadecimal digits.
pub fn entity_tag(parts: &[&[u8]]) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&part.len().to_be_bytes());
        context.update(part);
    }
    hex(&context.finish().as_ref()[..8])
}

/// Returns a random share of a span of time, by which those who wait do not all come at once; nothing of it if the system gives
/// no random bytes.
pub(crate) fn share_of(span: Duration) -> Duration {
    let part = bytes::<4>().map(u32::from_be_bytes).unwrap_or_default();
    span.mul_f64(f64::from(part) / f64::from(u32::MAX))
}

/// Returns the bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_long_and_differs_each_time() {
        let (one, two) = (token().unwrap(), token().unwrap());
        assert_eq!(one.len(), 64);
        assert_ne!(one.expose(), two.expose());
        assert_eq!(hash(&one).len(), 32);
        assert_eq!(hex(&[0, 0x1f, 0xff]), "001fff");
    }
}
