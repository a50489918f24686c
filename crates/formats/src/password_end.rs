//! The end of a password, where it can be seen in the password itself or follows from its kind.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use domain::{secret::short_life, sensitive::Sensitive, time::Timestamp};
use serde::Deserialize;
use std::time::Duration;
use zeroize::Zeroizing;

/// The longest password that is looked into, in bytes: those of Amazon ECR have some 3,000.
const MAX_BYTES: usize = 16 * 1024;

/// The members of a token that name its end. Others are skipped, and copied nowhere.
#[derive(Deserialize)]
struct Ends {
    /// Of a JSON Web Token (RFC 7519).
    exp: Option<serde_json::Number>,
    /// Of a password of Amazon ECR.
    expiration: Option<serde_json::Number>,
}

/// Returns the end of a new password: the one that it contains, or the one that follows from its kind.
pub fn known_end(username: &str, password: &Sensitive, now: Timestamp) -> Option<Timestamp> {
    let by_kind = || short_life(username, password).map(|hours| now + Duration::from_hours(hours.into()));
    visible_end(password).or_else(by_kind)
}

/// Returns the end that a password contains: a JSON Web Token with `exp`, or a password of Amazon ECR. Nobody has verified it,
/// and it grants nothing.
pub fn visible_end(password: &Sensitive) -> Option<Timestamp> {
    let text = password.expose().trim();
    if text.len() > MAX_BYTES {
        return None;
    }
    let parts: Vec<&str> = text.splitn(4, '.').collect();
    let (bytes, is_jwt) = match parts[..] {
        [header, payload, _] => {
            // A token has a header of the same kind before its payload.
            Zeroizing::new(URL_SAFE_NO_PAD.decode(header).ok()?).starts_with(b"{").then_some(())?;
            (URL_SAFE_NO_PAD.decode(payload).ok()?, true)
        }
        [whole] => (STANDARD.decode(whole).ok()?, false),
        _ => return None,
    };
    let bytes = Zeroizing::new(bytes);
    if !bytes.starts_with(b"{") {
        return None;
    }
    let Ends { exp, expiration } = serde_json::from_slice(&bytes).ok()?;
    let number = if is_jwt { exp } else { expiration }?;
    let seconds: i64 = number.to_string().split('.').next()?.parse().ok()?;
    let micros = seconds.checked_mul(1_000_000)?;
    (1..=Timestamp::LAST.micros()).contains(&micros).then(|| Timestamp::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    const END: i64 = 1_795_476_245;

    fn jwt(payload: &str) -> Sensitive {
        let [header, payload] =
            [r#"{"alg":"RS256","typ":"JWT"}"#, payload].map(|text| URL_SAFE_NO_PAD.encode(text));
        Sensitive::new(format!("{header}.{payload}.c2lnbmF0dXJl"))
    }

    fn ecr(payload: &str) -> Sensitive {
        Sensitive::new(STANDARD.encode(payload))
    }

    fn end() -> Option<Timestamp> {
        Some(Timestamp::from_micros(END * 1_000_000))
    }

    #[test]
    fn visible_end_is_read_from_json_web_tokens_and_passwords_of_ecr() {
        assert_eq!(visible_end(&jwt(&format!(r#"{{"sub":"robot","exp":{END},"aud":["a"]}}"#))), end());
        assert_eq!(visible_end(&jwt(&format!(r#"{{"exp":{END}.75}}"#))), end());
        let payload = format!(
            r#"{{"payload":"{}","datakey":"x","version":"2","type":"DATA_KEY","expiration":{END}}}"#,
            "p".repeat(2_000)
        );
        assert_eq!(visible_end(&ecr(&payload)), end());
        assert_eq!(visible_end(&Sensitive::new(format!(" {}\n", ecr(&payload).expose()))), end());
    }

    #[test]
    fn visible_end_of_other_passwords_is_unknown() {
        for password in [
            jwt(r#"{"sub":"robot"}"#),
            jwt(r#"{"exp":"soon"}"#),
            jwt(r#"{"exp":0}"#),
            jwt(r#"{"exp":-5}"#),
            jwt(r#"{"exp":99999999999999999}"#),
            jwt(r#"{"expiration":1795476245}"#),
            jwt("[1795476245]"),
            jwt("{"),
            ecr(r#"{"exp":1795476245}"#),
            ecr("robot:password"),
            Sensitive::new("a.b.c"),
            Sensitive::new("a.b.c.d"),
            Sensitive::new("glpat-xxxxxxxxxxxxxxxxxxxx"),
            Sensitive::new(""),
            Sensitive::new("ab".repeat(MAX_BYTES)),
        ] {
            assert_eq!(visible_end(&password), None, "{}", password.expose());
        }
    }

    #[test]
    fn known_end_prefers_what_the_password_contains() {
        let now = Timestamp::from_micros(0);
        let hours = |hours| Some(now + Duration::from_hours(hours));
        let plain = Sensitive::new("plain");
        assert_eq!(known_end("AWS", &plain, now), hours(12));
        assert_eq!(known_end("AWS", &ecr(&format!(r#"{{"expiration":{END}}}"#)), now), end());
        assert_eq!(
            known_end("robot", &Sensitive::new("ghs_16C7e42F292c6912E7710c838347Ae178B4a"), now),
            hours(1)
        );
        assert_eq!(known_end("robot", &plain, now), None);
    }

    proptest! {
        #[test]
        fn visible_end_of_any_text_does_not_panic(text in "\\PC{0,200}", dots in "[A-Za-z0-9_.{}:=-]{0,200}") {
            let _ = (visible_end(&Sensitive::new(text)), visible_end(&Sensitive::new(dots)));
        }
    }
}
