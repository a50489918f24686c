//! The contents of the provider's signed tokens: first the signature, then only the claims that are used, because providers
//! write the others in ways of their own.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::time::Timestamp;
use openidconnect::{
    JsonWebKey, JsonWebKeyUse,
    core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJsonWebKeyType, CoreJwsSigningAlgorithm},
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The accepted difference between the provider's clock and ours, in seconds.
const LEEWAY: i64 = 60;

/// Algorithms of signatures by keys that only the provider has: never `none`, and none with the shared secret.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 10] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EcdsaP521Sha512,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The reason why a token is rejected. Names what is wrong, and never what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TokenError {
    /// The key is unknown; the provider may have changed its keys.
    #[error("it is signed with a key that the provider does not show")]
    UnknownKey,
    #[error("{0}")]
    Wrong(&'static str),
}

/// The claims of a token.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims(Map<String, Value>);

/// A token with a valid signature.
#[derive(Debug)]
pub(super) struct Verified {
    pub(super) claims: Claims,
    /// The type that it names (RFC 8725, 3.11), in lower case.
    pub(super) kind: Option<String>,
    pub(super) algorithm: CoreJwsSigningAlgorithm,
    pub(super) key: CoreJsonWebKey,
}

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

/// Verifies that a signed token (RFC 7515, 7.1) was signed with one of these keys, and returns its contents.
pub(super) fn verify(token: &str, keys: &CoreJsonWebKeySet) -> Result<Verified, TokenError> {
    const FORM: TokenError = TokenError::Wrong("it is not a signed token");
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(FORM);
    };
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| FORM);
    let header_bytes = decoded(header)?;
    let header_read: Header = serde_json::from_slice(&header_bytes).map_err(|_| FORM)?;
    let Header { alg, kid, typ, crit } = header_read;
    if crit.is_some() {
        return Err(TokenError::Wrong("it asks for an extension that the portal does not know"));
    }
    if !ALGORITHMS.contains(&alg) {
        return Err(TokenError::Wrong("it is not signed by a key that the provider alone has"));
    }
    let fits = |key: &&CoreJsonWebKey| {
        let named = match (&kid, key.key_id()) {
            (Some(kid), Some(id)) => id.as_str() == kid,
            (Some(_), None) | (None, _) => true,
        };
        named && key.key_use().is_none_or(JsonWebKeyUse::allows_signature)
    };
    let mut candidates = keys.keys().iter().filter(fits).peekable();
    if candidates.peek().is_none() {
        return Err(TokenError::UnknownKey);
    }
    let signature = decoded(signature)?;
    let signed = token.get(..header.len() + 1 + payload.len()).ok_or(FORM)?;
    let key = candidates
        .find(|key| key.verify_signature(&alg, signed.as_bytes(), &signature).is_ok())
        .ok_or(TokenError::Wrong("its signature does not hold"))?
        .clone();
    let claims = serde_json::from_slice(&decoded(payload)?).map_err(|_| FORM)?;
    Ok(Verified { claims: Claims(claims), kind: typ.map(|kind| kind.to_lowercase()), algorithm: alg, key })
}

/// Returns the number of keys with which a signature can be verified.
pub(super) fn usable_keys(keys: &CoreJsonWebKeySet) -> usize {
    let fits = |key: &&CoreJsonWebKey| {
        *key.key_type() != CoreJsonWebKeyType::Symmetric
            && key.key_use().is_none_or(JsonWebKeyUse::allows_signature)
    };
    keys.keys().iter().filter(fits).count()
}

impl Claims {
    pub(super) fn from_json(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok().map(Self)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn all(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Returns a text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// Returns a time in seconds, in whatever form the number is written.
    pub(super) fn seconds(&self, name: &str) -> Option<i64> {
        // Far beyond the calendar, and far within what can be computed with.
        const MOST: f64 = 1e12;
        let number = match self.0.get(name)? {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        #[expect(clippy::cast_possible_truncation, reason = "a whole number of at most 40 bits")]
        (number.is_finite() && number.abs() < MOST).then(|| number.floor() as i64)
    }

    /// Returns a time in the past, or the present time if the provider's clock is slightly ahead of ours.
    pub(super) fn past(&self, name: &str, now: Timestamp) -> Option<Timestamp> {
        let at = self.seconds(name)?;
        let now_seconds = now.micros().div_euclid(1_000_000);
        (at >= 0 && at <= now_seconds + LEEWAY)
            .then(|| Timestamp::from_micros((at * 1_000_000).min(now.micros())))
    }

    /// Checks that the token is by this issuer, for us, and valid now, give or take a minute.
    pub(super) fn check(&self, issuer: &str, client_id: &str, now: Timestamp) -> Result<(), TokenError> {
        if self.text("iss") != Some(issuer) {
            return Err(TokenError::Wrong("it is of another issuer"));
        }
        let audience: Vec<&str> = match self.0.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let party = self.text("azp");
        // OpenID Connect Core 1.0, 3.1.3.7: there may be other audiences only if the token says that it was made for us.
        let ours =
            audience.contains(&client_id) && party.map_or(audience.len() == 1, |party| party == client_id);
        if !ours {
            return Err(TokenError::Wrong("it is for another audience"));
        }
        let now = now.micros().div_euclid(1_000_000);
        if self.seconds("exp").is_none_or(|at| at + LEEWAY <= now) {
            return Err(TokenError::Wrong("it has expired"));
        }
        if self.seconds("nbf").is_some_and(|at| at - LEEWAY > now)
            || self.seconds("iat").is_none_or(|at| at - LEEWAY > now)
        {
            return Err(TokenError::Wrong("it is of a later time than now"));
        }
        Ok(())
    }

    /// Returns the time from which it is rejected as expired.
    pub(super) fn rejected_from(&self) -> Option<Timestamp> {
        self.seconds("exp")
            .map(|at| Timestamp::from_micros(at.saturating_add(LEEWAY).saturating_mul(1_000_000)))
    }
}
