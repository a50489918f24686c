//! Parses `WWW-Authenticate`, which says how a registry wants to be asked, by RFC 9110 (11.6.1) and as leniently as
//! clients do.

use hyper::{HeaderMap, header::WWW_AUTHENTICATE};
use std::fmt::Write as _;

/// The most parameters of one challenge that are read, and the most challenges that are answered: a registry has a few,
/// and each answer sends the password to the place that the challenge names.
const MAX_PARAMETERS: usize = 32;
const MAX_CHALLENGES: usize = 8;

/// The most challenges, of any scheme, that are read from one line.
const MAX_SCHEMES: usize = 64;

/// A challenge that clients of registries can answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    Basic,
    Bearer(Bearer),
}

/// The place that issues tokens, and the scope. Values are percent-encoded as they are sent, because they may have any
/// bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bearer {
    /// An address in which everything but visible ASCII is percent-encoded.
    pub(super) realm: String,
    pub(super) service: Option<String>,
    pub(super) scope: Option<String>,
}

/// Returns the challenges that can be answered, those for a token first, because a registry that offers both prefers
/// tokens.
pub(super) fn challenges(headers: &HeaderMap) -> Vec<Challenge> {
    let read = headers.get_all(WWW_AUTHENTICATE).iter().flat_map(|line| split(line.as_bytes()));
    let mut found: Vec<Challenge> = Vec::new();
    for challenge in read.filter_map(|read| known(&read)) {
        if found.len() < MAX_SCHEMES && !found.contains(&challenge) {
            found.push(challenge);
        }
    }
    found.sort_by_key(|challenge| matches!(challenge, Challenge::Basic));
    found.truncate(MAX_CHALLENGES);
    found
}

/// A challenge of any scheme.
#[derive(Debug, Default)]
struct Read {
    scheme: Vec<u8>,
    parameters: Vec<(Vec<u8>, Vec<u8>)>,
}

fn known(read: &Read) -> Option<Challenge> {
    if read.scheme.eq_ignore_ascii_case(b"basic") {
        return Some(Challenge::Basic);
    }
    if !read.scheme.eq_ignore_ascii_case(b"bearer") {
        return None;
    }
    let take = |wanted: &str| {
        let found = read.parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted.as_bytes()));
        found.map(|(_, value)| value.as_slice()).filter(|value| !value.is_empty())
    };
    let encoded =
        |value: &[u8]| encode(value, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let realm = encode(take("realm")?.trim_ascii(), |byte| {
        byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)
    });
    Some(Challenge::Bearer(Bearer {
        realm,
        service: take("service").map(encoded),
        scope: take("scope").map(encoded),
    }))
}

fn encode(bytes: &[u8], is_kept: impl Fn(u8) -> bool) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        if is_kept(*byte) {
            out.push(char::from(*byte));
        } else {
            // Writing to a string never fails.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Splits one line into its challenges: schemes, each with parameters or with one token.
fn split(line: &[u8]) -> Vec<Read> {
    let mut found: Vec<Read> = Vec::new();
    let mut rest = line;
    loop {
        rest = without_start(rest, |byte| is_blank(byte) || byte == b',');
        let (word, after) = split_start(rest, is_token);
        if word.is_empty() {
            match rest.split_first() {
                // A character that is invalid here.
                Some((_, after)) => rest = after,
                None => return found,
            }
            continue;
        }
        let next = without_start(after, is_blank);
        match (next.strip_prefix(b"="), found.last_mut()) {
            (Some(value), Some(challenge)) => {
                let (value, after) = value_of(without_start(value, is_blank));
                // Of two parameters with one name, the first counts.
                if challenge.parameters.len() < MAX_PARAMETERS
                    && !challenge.parameters.iter().any(|(name, _)| name.eq_ignore_ascii_case(word))
                {
                    challenge.parameters.push((word.to_vec(), value));
                }
                rest = after;
            }
            // A parameter without a name.
            (Some(value), None) => rest = value_of(without_start(value, is_blank)).1,
            (None, _) => {
                if found.len() == MAX_SCHEMES {
                    return found;
                }
                found.push(Read { scheme: word.to_vec(), parameters: Vec::new() });
                rest = without_token68(next);
            }
        }
    }
}

/// Skips a token in the place of parameters, as in Negotiate and NTLM.
fn without_token68(text: &[u8]) -> &[u8] {
    let (token, after) = split_start(text, |byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte));
    let end = without_start(without_start(after, |byte| byte == b'='), is_blank);
    let is_alone = end.is_empty() || end.starts_with(b",");
    if !token.is_empty() && is_alone { end } else { text }
}

/// Splits off a value: a quoted string, whose end may be missing, or the text before a comma or a blank.
fn value_of(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let (value, after) = split_start(text, |byte| byte != b',' && !is_blank(byte));
        return (value.to_vec(), after);
    };
    let mut value = Vec::new();
    let mut bytes = quoted.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return (value, &quoted[at + 1..]),
            b'\\' => value.extend(bytes.next().map(|(_, escaped)| *escaped)),
            byte => value.push(*byte),
        }
    }
    (value, b"")
}

fn split_start(text: &[u8], is_in: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| !is_in(*byte)).unwrap_or(text.len()))
}

fn without_start(text: &[u8], is_in: impl Fn(u8) -> bool) -> &[u8] {
    split_start(text, is_in).1
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Returns whether a byte is a `tchar` of RFC 9110.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;
    use proptest::prelude::*;

    fn read(lines: &[&[u8]]) -> Vec<Challenge> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_bytes(line).unwrap());
        }
        challenges(&headers)
    }

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Challenge {
        let (service, scope) = (service.map(str::to_owned), scope.map(str::to_owned));
        Challenge::Bearer(Bearer { realm: realm.to_owned(), service, scope })
    }

    #[test]
    fn challenges_parse_as_clients_do() {
        let token = || bearer("https://a/t", None, None);
        let cases: Vec<(&[&[u8]], Vec<Challenge>)> = vec![
            (&[b"Basic realm=\"x\""], vec![Challenge::Basic]),
            (&[b"basic"], vec![Challenge::Basic]),
            (&[b"Basic realm=\"Gesch\xfctzt\""], vec![Challenge::Basic]),
            (&[b"Basic realm=\"Gesch\xc3\xbctzt\""], vec![Challenge::Basic]),
            (
                &[b"Bearer realm=\"https://a/t\",service=\"s, \\\"x\\\"\", scope=\"a b\""],
                vec![bearer("https://a/t", Some("s%2C%20%22x%22"), Some("a%20b"))],
            ),
            (&[b"Basic realm=x", b"BEARER Realm=https://a/t"], vec![token(), Challenge::Basic]),
            (&[b"Basic realm=\"x\", Bearer realm=\"https://a/t\""], vec![token(), Challenge::Basic]),
            (&[b"Bearer realm=\"https://a/t\", Basic realm=\"x\""], vec![token(), Challenge::Basic]),
            (&[b"bearer realm=\"https://a/t\""], vec![token()]),
            (&[b"Bearer\trealm=\"https://a/t\""], vec![token()]),
            (
                &[b"Bearer   realm = \"https://a/t\" , service\t=\ts"],
                vec![bearer("https://a/t", Some("s"), None)],
            ),
            (&[b"Bearer realm=\"https://a/t\" service=\"s\""], vec![bearer("https://a/t", Some("s"), None)]),
            (
                &[b"Bearer service=\"s\",,realm=\"https://a/t\","],
                vec![bearer("https://a/t", Some("s"), None)],
            ),
            (&[b"Bearer realm=\" https://a/t \""], vec![token()]),
            (&[b"Bearer realm=\"https://a/x y\""], vec![bearer("https://a/x%20y", None, None)]),
            (
                &[b"Bearer realm=\"https://a/t\",service=\"\xfc\""],
                vec![bearer("https://a/t", Some("%FC"), None)],
            ),
            (&[b"Bearer realm=\"https://a/t\",service=\"\",scope=\"\""], vec![token()]),
            (&[b"Bearer realm=\"https://a/t\",realm=\"https://b/t\""], vec![token()]),
            (&[b"Negotiate, NTLM, Basic realm=\"x\""], vec![Challenge::Basic]),
            (&[b"Negotiate YIIBhg==, Basic realm=\"x\""], vec![Challenge::Basic]),
            (&[b"NTLM TlRMTVNTUAAC", b"Bearer realm=\"https://a/t\""], vec![token()]),
            (&[b"Digest realm=\"a, Basic b\", qop=\"auth\", Basic realm=x"], vec![Challenge::Basic]),
            (&[b"Basic realm=My Registry, charset=\"UTF-8\""], vec![Challenge::Basic]),
            (&[b"Basic realm=\"a\\\\\", Bearer realm=\"https://a/t\""], vec![token(), Challenge::Basic]),
            (&[b"Basic realm=\"a\"", b"Basic realm=\"b\""], vec![Challenge::Basic]),
            (&[b"Bearer realm=\"unclosed"], vec![bearer("unclosed", None, None)]),
            (&[b"realm=\"https://a/t\", Bearer realm=\"https://a/t\""], vec![token()]),
        ];
        for (lines, expected) in cases {
            let shown: Vec<_> = lines.iter().map(|line| String::from_utf8_lossy(line)).collect();
            assert_eq!(read(lines), expected, "{shown:?}");
        }
        for lines in [
            &[][..],
            &[&b""[..]],
            &[b"Digest realm=\"x\""],
            &[b"Bearer"],
            &[b"Bearer realm"],
            &[b"Bearer realm=\"\""],
            &[b"Bearer service=\"x\""],
            &[b"Negotiate"],
            &[b"Digest realm=\"Basic\", nonce=\"Bearer realm=x\""],
        ] {
            assert_eq!(read(lines), [], "{lines:?}");
        }
    }

    #[test]
    fn challenges_stop_at_limit() {
        let mut line = b"Bearer realm=\"https://a/t\"".to_vec();
        for n in 0..20_000 {
            line.extend(format!(",p{n}=x").bytes());
        }
        assert_eq!(split(&line)[0].parameters.len(), MAX_PARAMETERS);
        assert_eq!(read(&[&line]), vec![bearer("https://a/t", None, None)]);
        let many: Vec<u8> =
            (0..5_000).flat_map(|n| format!("Bearer realm=\"https://a/{n}\", ").into_bytes()).collect();
        assert_eq!(read(&[&many]).len(), MAX_CHALLENGES);
    }

    proptest! {
        #[test]
        fn challenges_never_panic_on_random_lines(line in "[a-zA-Z=\",\\\\ \t/:;é-]{0,60}") {
            if let Ok(value) = HeaderValue::from_bytes(line.as_bytes()) {
                let mut headers = HeaderMap::new();
                headers.insert(WWW_AUTHENTICATE, value);
                drop(challenges(&headers));
            }
        }
    }
}
