//! Registries with one odd behaviour each, and named by it: what a test reports, for the right password and for a wrong
//! one, and whether Skopeo can pull there. The next bug report becomes one more row.

use super::{config, hostile::Scripted, registry_server::reported};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::connection_test::{TestCause, TestReport};
use std::{
    io::Write,
    process::{Command, Stdio},
};

const RIGHT: (&str, &str) = ("robot", "right");
const WRONG: (&str, &str) = ("robot", "wrong");

const APP: Option<&str> = Some("group/app:1.0");
const OTHER: Option<&str> = Some("group/other:1.0");

const MANIFEST: &str = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[]}"#;
const OF_MANIFEST: &str = "Content-Type: application/vnd.oci.image.manifest.v1+json";

/// A request, taken apart.
struct Asked {
    method: String,
    path: String,
    query: String,
    /// Whether the right account was sent, as it is.
    is_right: bool,
    has_account: bool,
    token: Option<String>,
    /// The host and port that were asked.
    here: String,
}

impl Asked {
    fn read(request: &str) -> Self {
        let header = |wanted: &str| {
            let found = request.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case(wanted).then(|| value.to_owned())
            });
            found.unwrap_or_default()
        };
        let mut words = request.split(' ');
        let method = words.next().unwrap_or_default().to_owned();
        let target = words.next().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let authorization = header("authorization");
        let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", RIGHT.0, RIGHT.1)));
        Self {
            method,
            path: path.to_owned(),
            query: domain::percent::decode(query).unwrap_or_default(),
            is_right: authorization == basic,
            has_account: authorization.starts_with("Basic "),
            token: authorization.strip_prefix("Bearer ").map(str::to_owned),
            here: header("host"),
        }
    }

    fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    fn is_manifest(&self) -> bool {
        self.path.contains("/manifests/")
    }
}

type Reply = Vec<u8>;

fn reply(status: &str, headers: &[&str], body: &str) -> Reply {
    let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    format!("{head}\r\n{body}").into_bytes()
}

fn manifest() -> Reply {
    reply("200", &[OF_MANIFEST], MANIFEST)
}

/// Returns a challenge of these bytes.
fn wants(challenge: &[u8]) -> Reply {
    [b"HTTP/1.1 401 X\r\nContent-Length: 0\r\nWWW-Authenticate: ", challenge, b"\r\n\r\n"].concat()
}

/// Answers as a registry that accepts accounts as they are, with one image.
fn basic(asked: &Asked) -> Reply {
    match () {
        () if !asked.is_right => wants(b"Basic realm=\"odd\""),
        () if asked.path == "/v2/" => reply("200", &["Docker-Distribution-Api-Version: registry/2.0"], "{}"),
        () if asked.path == "/v2/group/app/manifests/1.0" => manifest(),
        () => reply("404", &[], ""),
    }
}

/// Answers as a registry that accepts tokens.
fn tokens(asked: &Asked) -> Reply {
    let scope = asked.query.split('&').find_map(|pair| pair.strip_prefix("scope=")).unwrap_or_default();
    let challenge =
        |scope: &str| format!("Bearer realm=\"http://{}/token\",service=\"odd\"{scope}", asked.here);
    match &asked.token {
        _ if asked.path == "/token" => {
            if asked.is_right {
                reply("200", &[], &format!("{{\"token\":\"T-{}\"}}", scope.replace([':', '/'], "-")))
            } else {
                reply("401", &[], "")
            }
        }
        Some(token) if token.starts_with("T-") && asked.path == "/v2/" => reply("200", &[], "{}"),
        Some(token)
            if token == "T-repository-group-app-pull" && asked.path == "/v2/group/app/manifests/1.0" =>
        {
            manifest()
        }
        _ if asked.is_manifest() => {
            let name = asked.path.trim_start_matches("/v2/").split("/manifests/").next().unwrap_or_default();
            wants(challenge(&format!(",scope=\"repository:{name}:pull\"")).as_bytes())
        }
        _ => wants(challenge("").as_bytes()),
    }
}

/// An odd registry.
struct Odd {
    name: &'static str,
    /// The odd answers; `None` for a request that is answered as by the registry below.
    does: fn(&Asked) -> Option<Reply>,
    otherwise: fn(&Asked) -> Reply,
    image: Option<&'static str>,
    right: TestCause,
    wrong: TestCause,
    /// Whether Skopeo can pull with the right password; `None` if it is not run, for the reason beside it.
    skopeo: Option<bool>,
}

fn when(is: bool, reply: impl FnOnce() -> Reply) -> Option<Reply> {
    is.then(reply)
}

fn bearer(asked: &Asked, challenge: &str) -> Option<Reply> {
    let challenge = challenge.replace("HERE", &asked.here);
    when(asked.path.starts_with("/v2/") && asked.token.is_none(), || wants(challenge.as_bytes()))
}

macro_rules! odd {
    ($name:literal, $otherwise:ident, $image:expr, $right:ident, $wrong:ident, $skopeo:expr, $does:expr) => {
        Odd {
            name: $name,
            does: $does,
            otherwise: $otherwise,
            image: $image,
            right: TestCause::$right,
            wrong: TestCause::$wrong,
            skopeo: $skopeo,
        }
    };
}

/// Returns registries that differ in whom they admit to `/v2/` and to images.
#[expect(clippy::too_many_lines, reason = "a table")]
fn doors() -> Vec<Odd> {
    vec![
        odd!("nothing odd, basic", basic, APP, ImageFound, WrongPassword, Some(true), |_| None),
        odd!("nothing odd, tokens", tokens, APP, ImageFound, WrongPassword, Some(true), |_| None),
        odd!("no such image, basic", basic, OTHER, NoAccessToImage, WrongPassword, Some(false), |_| None),
        odd!("no such image, tokens", tokens, OTHER, NoAccessToImage, WrongPassword, Some(false), |_| None),
        // Skopeo asks for an account only if /v2/ does; containerd asks if the image does.
        odd!("open /v2/, closed images", basic, APP, ImageFound, WrongPassword, None, |asked| {
            when(asked.path == "/v2/", || reply("200", &[], "{}"))
        }),
        odd!("open /v2/, images by tokens", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            when(asked.path == "/v2/", || reply("200", &[], ""))
        }),
        odd!("open /v2/, no image named", basic, None, RegistryOpen, RegistryOpen, None, |asked| {
            when(asked.path == "/v2/", || reply("200", &[], "{}"))
        }),
        odd!(
            "open /v2/ to strangers, not to a wrong account",
            basic,
            None,
            RegistryOpen,
            WrongPassword,
            None,
            |asked| { when(asked.path == "/v2/" && !asked.has_account, || reply("200", &[], "{}")) }
        ),
        odd!(
            "open to strangers, tokens for accounts",
            tokens,
            None,
            RegistryOpened,
            WrongPassword,
            None,
            |asked| {
                when(asked.path == "/v2/" && !asked.has_account && asked.token.is_none(), || {
                    reply("200", &[], "{}")
                })
            }
        ),
        odd!("images hidden from strangers", basic, APP, ImageFound, WrongPassword, Some(true), |asked| {
            when(asked.is_manifest() && !asked.is_right, || reply("404", &[], ""))
        }),
        odd!(
            "images forbidden to strangers, open /v2/",
            basic,
            APP,
            ImageFound,
            WrongPassword,
            None,
            |asked| {
                when(asked.path == "/v2/" && !asked.has_account, || reply("200", &[], "{}"))
                    .or_else(|| when(asked.is_manifest() && !asked.has_account, || reply("403", &[], "")))
            }
        ),
        // containerd does not ask for /v2/ at all; Skopeo gives up there.
        odd!("nothing at /v2/, images by account", basic, APP, ImageFound, WrongPassword, None, |asked| {
            when(asked.path == "/v2/", || reply("404", &[], ""))
        }),
        odd!("anybody is let in", basic, APP, ImageOpen, ImageOpen, Some(true), |asked| {
            Some(if asked.is_manifest() { manifest() } else { reply("200", &[], "{}") })
        }),
        odd!("public image, /v2/ by account", basic, APP, ImagePublic, WrongPassword, Some(true), |asked| {
            when(asked.is_manifest(), manifest)
        }),
        odd!("public image, tokens for anybody", tokens, APP, ImageOpen, ImageOpen, Some(true), |asked| {
            when(asked.path == "/token", || reply("200", &[], "{\"token\":\"T-repository-group-app-pull\"}"))
        }),
        odd!(
            "public image, tokens for strangers and right accounts",
            tokens,
            APP,
            ImageOpen,
            WrongPassword,
            Some(true),
            |asked| {
                when(asked.path == "/token" && !asked.has_account, || {
                    reply("200", &[], "{\"token\":\"T-repository-group-app-pull\"}")
                })
            }
        ),
        odd!(
            "public image, strangers sign in nowhere",
            tokens,
            APP,
            ImagePublic,
            WrongPassword,
            Some(true),
            |asked| {
                when(asked.path == "/token" && !asked.has_account && asked.query.contains("scope="), || {
                    reply("200", &[], "{\"token\":\"T-repository-group-app-pull\"}")
                })
            }
        ),
        odd!("a page at every address", basic, None, NotARegistry, NotARegistry, None, |_| Some(page())),
        odd!("a page at every address, image named", basic, APP, NotARegistry, NotARegistry, None, |_| Some(
            page()
        )),
        odd!("a page without its type", basic, None, NotARegistry, NotARegistry, None, |_| {
            Some(reply("200", &[], "\u{feff} <!DOCTYPE html><title>Welcome</title>"))
        }),
        odd!("a word at every address", basic, None, NotARegistry, NotARegistry, None, |_| {
            Some(reply("200", &["Content-Type: text/plain"], "It works!"))
        }),
        // As Quay answers.
        odd!("JSON that is called a page", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| {
            when(asked.path == "/v2/" && asked.token.is_some(), || {
                reply("200", &["Content-Type: text/html"], "true")
            })
        }),
    ]
}

fn page() -> Reply {
    reply("200", &["Content-Type: text/html; charset=utf-8"], "<!DOCTYPE html><title>Welcome</title>")
}

/// Returns registries whose place for tokens refuses scopes, or is odd in other ways.
fn token_places() -> Vec<Odd> {
    vec![
        odd!("401 for a scope", tokens, OTHER, NoAccessToImage, WrongPassword, Some(false), |asked| {
            when(asked.is_right && asked.query.contains("other"), || reply("401", &[], ""))
        }),
        odd!("403 for a scope", tokens, OTHER, NoAccessToImage, WrongPassword, Some(false), |asked| {
            when(asked.query.contains("other"), || reply("403", &[], ""))
        }),
        odd!("400 for a scope", tokens, OTHER, NoAccessToImage, WrongPassword, Some(false), |asked| {
            when(asked.query.contains("other"), || reply("400", &[], ""))
        }),
        odd!("404 for a scope", tokens, OTHER, NoAccessToImage, WrongPassword, Some(false), |asked| {
            when(asked.query.contains("other"), || reply("404", &[], ""))
        }),
        odd!("403 for a wrong password", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| {
            when(asked.path == "/token" && !asked.is_right, || reply("403", &[], ""))
        }),
        odd!(
            "403 for a scope, tokens without one for anybody",
            tokens,
            OTHER,
            NoAccessToImage,
            WrongPassword,
            Some(false),
            |asked| {
                let opened = asked.path == "/v2/" && asked.token.as_deref() == Some("anybody");
                when(opened, || wants(b"Bearer realm=\"/\""))
                    .or_else(|| {
                        when(asked.path == "/token" && asked.query.contains("scope="), || {
                            reply("403", &[], "")
                        })
                    })
                    .or_else(|| {
                        when(asked.path == "/token" && !asked.is_right, || {
                            reply("200", &[], "{\"token\":\"anybody\"}")
                        })
                    })
            }
        ),
        odd!(
            "nothing where tokens should be",
            tokens,
            APP,
            TokenNotGiven,
            TokenNotGiven,
            Some(false),
            |asked| { when(asked.path == "/token", || reply("404", &[], "")) }
        ),
        odd!("a page where tokens should be", tokens, None, TokenNotGiven, TokenNotGiven, None, |asked| {
            when(asked.path == "/token", page)
        }),
        odd!("a token by 201", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            when(asked.path == "/token" && asked.is_right, || {
                reply("201", &[], "{\"token\":\"T-repository-group-app-pull\"}")
            })
        }),
        odd!("an empty token and a full one", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| {
            when(asked.path == "/token" && asked.is_right, || {
                reply("200", &[], "{\"token\":\"\",\"access_token\":\"T-repository-group-app-pull\"}")
            })
        }),
        odd!("a full token and an empty one", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| {
            when(asked.path == "/token" && asked.is_right, || {
                reply("200", &[], "{\"access_token\":null,\"token\":\"T-repository-group-app-pull\"}")
            })
        }),
        odd!("tokens one slash on", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| match asked
            .path
            .as_str()
        {
            "/token" => Some(reply("301", &[&format!("Location: /token/?{}", asked.query)], "")),
            "/token/" if asked.is_right =>
                Some(reply("200", &[], "{\"token\":\"T-repository-group-app-pull\"}")),
            "/token/" => Some(reply("401", &[], "")),
            _ => None,
        }),
        odd!("tokens on another host", tokens, None, TokenElsewhere, TokenElsewhere, None, |asked| {
            when(asked.path == "/token", || reply("302", &["Location: https://sign-in.invalid/"], ""))
        }),
    ]
}

/// Returns registries that are odd about HEAD and addresses.
fn requests() -> Vec<Odd> {
    fn head(asked: &Asked, status: &str) -> Option<Reply> {
        when(asked.is_head(), || reply(status, &[], ""))
    }
    vec![
        odd!("HEAD is 405", basic, APP, ImageFound, WrongPassword, Some(true), |asked| head(asked, "405")),
        odd!("HEAD is 404", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| head(asked, "404")),
        odd!("HEAD is 403", basic, APP, ImageFound, WrongPassword, Some(true), |asked| head(asked, "403")),
        odd!("HEAD is 500", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| head(asked, "500")),
        odd!("HEAD is 400", basic, APP, ImageFound, WrongPassword, Some(true), |asked| head(asked, "400")),
        odd!("HEAD is cut off", basic, APP, ImageFound, WrongPassword, Some(true), |asked| {
            when(asked.is_head(), Vec::new)
        }),
        odd!("HEAD without a type", basic, APP, ImageFound, WrongPassword, Some(true), |asked| {
            when(asked.is_head() && asked.is_right, || reply("200", &[], ""))
        }),
        odd!(
            "/v2/ without its slash",
            basic,
            APP,
            ImageFound,
            WrongPassword,
            Some(true),
            |asked| match asked.path.as_str() {
                "/v2/" => Some(reply("301", &["Location: /v2"], "")),
                "/v2" if asked.is_right => Some(reply("200", &[], "{}")),
                _ => None,
            }
        ),
        odd!("manifests from /cdn/", basic, APP, ImageFound, WrongPassword, Some(true), |asked| match asked
            .path
            .as_str()
        {
            "/cdn/1" => Some(manifest()),
            _ => when(asked.is_manifest() && asked.is_right, || {
                reply("307", &[&format!("Location: http://{}/cdn/1?signed=1", asked.here)], "")
            }),
        }),
        odd!("round and round", basic, None, RedirectedInCircles, RedirectedInCircles, None, |_| {
            Some(reply("302", &["Location: /v2/"], ""))
        }),
        odd!("from plain HTTP to HTTPS", basic, None, RedirectedToTls, RedirectedToTls, None, |asked| {
            Some(reply("301", &[&format!("Location: https://{}/v2/", asked.here)], ""))
        }),
        odd!("150 header lines", basic, APP, ImageFound, WrongPassword, Some(true), |asked| {
            let lines: Vec<String> =
                (0..150).map(|number| format!("X-{number}: {}", "x".repeat(300))).collect();
            let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            lines.push(OF_MANIFEST);
            when(asked.is_manifest() && asked.is_right, || reply("200", &lines, MANIFEST))
        }),
        odd!("enough for now", basic, APP, TooManyRequests, TooManyRequests, None, |asked| {
            when(asked.is_manifest(), || reply("429", &["Retry-After: 600"], ""))
        }),
    ]
}

/// Returns registries that ask for an account in odd ways.
fn questions() -> Vec<Odd> {
    vec![
        odd!("realm outside ASCII", basic, APP, ImageFound, WrongPassword, Some(true), |asked| {
            when(!asked.is_right, || wants(b"Basic realm=\"Gesch\xfctzt\""))
        }),
        odd!("service outside ASCII", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| {
            bearer(asked, "Bearer realm=\"http://HERE/token\",service=\"Behälter\"")
        }),
        odd!("a tab after Bearer", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            bearer(asked, "Bearer\trealm=\"http://HERE/token\",service=\"odd\"")
        }),
        odd!("lower case", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            bearer(asked, "bearer REALM=\"http://HERE/token\",Service=\"odd\"")
        }),
        odd!("blanks around equals signs", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            bearer(asked, "Bearer realm = \"http://HERE/token\" , service = \"odd\"")
        }),
        odd!("a blank before the realm's address", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            bearer(asked, "Bearer realm=\" http://HERE/token\",service=\"odd\"")
        }),
        odd!("a realm with a colon too many", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            bearer(asked, "Bearer realm=\"http://HERE:/token\",service=\"odd\"")
        }),
        odd!("escaped quotes", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| {
            bearer(asked, "Bearer service=\"a \\\"b\\\", c\",realm=\"http://HERE/token\"")
        }),
        odd!("basic and bearer in one line", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            bearer(asked, "Basic realm=\"odd\", Bearer realm=\"http://HERE/token\",service=\"odd\"")
        }),
        odd!("Negotiate and NTLM first", basic, APP, ImageFound, WrongPassword, None, |asked| {
            when(!asked.is_right, || wants(b"Negotiate YIIB/w==, NTLM, Basic realm=\"odd\""))
        }),
        odd!("a realm that is none, then basic", basic, APP, ImageFound, WrongPassword, None, |asked| {
            when(!asked.is_right, || wants(b"Bearer realm=\"/nowhere\", Basic realm=\"odd\""))
        }),
        odd!("a place that refuses, then basic", basic, APP, ImageFound, WrongPassword, None, |asked| {
            when(asked.path == "/token", || reply("403", &[], "")).or_else(|| {
                let both = format!("Bearer realm=\"http://{}/token\", Basic realm=\"odd\"", asked.here);
                when(!asked.is_right, || wants(both.as_bytes()))
            })
        }),
        odd!("no question with the no", basic, APP, NotARegistry, NotARegistry, Some(false), |asked| {
            when(!asked.is_right, || reply("401", &[], ""))
        }),
    ]
}

/// Returns a token for the image, whatever scope is asked for.
fn any_scope(asked: &Asked) -> Option<Reply> {
    when(asked.path == "/token" && asked.is_right, || {
        reply("200", &[], "{\"token\":\"T-repository-group-app-pull\"}")
    })
}

/// Returns the manifest of the image with another head, for the right account.
fn as_type(asked: &Asked, content_type: &str, body: &str) -> Option<Reply> {
    when(asked.is_manifest() && asked.is_right, || {
        reply("200", &[&format!("Content-Type: {content_type}")], body)
    })
}

/// Returns registries with other spellings of challenges, answers and what HTTP leaves open.
#[expect(clippy::too_many_lines, reason = "a table")]
fn spellings() -> Vec<Odd> {
    const OLD: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    const INDEX: &str = "{\"schemaVersion\":2,\"manifests\":[]}";
    vec![
        odd!(
            "a realm with a query of its own",
            tokens,
            APP,
            ImageFound,
            WrongPassword,
            Some(true),
            |asked| { bearer(asked, "Bearer realm=\"http://HERE/token?from=odd\",service=\"odd\"") }
        ),
        odd!("a realm without quotes", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            bearer(asked, "Bearer realm=http://HERE/token,service=odd")
        }),
        odd!("a realm in capitals", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            bearer(asked, "Bearer realm=\"HTTP://HERE/token\",service=\"odd\"")
        }),
        odd!("semicolons between", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            bearer(asked, "Bearer realm=\"http://HERE/token\";service=\"odd\"")
        }),
        odd!("a comma at the end", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            bearer(asked, "Bearer realm=\"http://HERE/token\",service=\"odd\",")
        }),
        odd!("no service", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| {
            bearer(asked, "Bearer realm=\"http://HERE/token\"")
        }),
        odd!("an error beside the realm", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| {
            bearer(asked, "Bearer error=\"invalid_token\",realm=\"http://HERE/token\",service=\"odd\"")
        }),
        odd!("several actions in the scope", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| {
            let scope = "repository:group/app:pull,push,delete";
            let asks = format!("Bearer realm=\"http://HERE/token\",service=\"odd\",scope=\"{scope}\"");
            any_scope(asked).or_else(|| bearer(asked, &asks))
        }),
        odd!("two repositories in the scope", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            let scope = "repository:group/app:pull repository:group/base:pull";
            let asks = format!("Bearer realm=\"http://HERE/token\",service=\"odd\",scope=\"{scope}\"");
            any_scope(asked).or_else(|| bearer(asked, &asks))
        }),
        odd!("two lines that ask", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            let (basic, bearer) = ("WWW-Authenticate: Basic realm=\"odd\"", "WWW-Authenticate: Bearer realm");
            let lines = [basic, &format!("{bearer}=\"http://{}/token\",service=\"odd\"", asked.here)];
            when(asked.path.starts_with("/v2/") && asked.token.is_none(), || reply("401", &lines, ""))
        }),
        odd!("basic without a realm", basic, APP, ImageFound, WrongPassword, Some(true), |asked| {
            when(!asked.is_right, || wants(b"Basic"))
        }),
        odd!("header names in capitals", basic, APP, ImageFound, WrongPassword, Some(true), |asked| {
            when(!asked.is_right, || reply("401", &["WWW-AUTHENTICATE: BASIC REALM=\"odd\""], ""))
        }),
        odd!("403 for a wrong account", basic, APP, ImageFound, WrongPassword, Some(true), |asked| {
            when(asked.has_account && !asked.is_right, || reply("403", &[], ""))
        }),
        odd!("204 at /v2/", basic, None, RegistryOpened, WrongPassword, None, |asked| {
            when(asked.is_right && asked.path == "/v2/", || reply("204", &[], ""))
        }),
        odd!("a type with a charset", basic, APP, ImageFound, WrongPassword, Some(true), |asked| {
            as_type(asked, "application/vnd.oci.image.manifest.v1+json; charset=utf-8", MANIFEST)
        }),
        odd!("a manifest that is called JSON", basic, APP, ImageFound, WrongPassword, None, |asked| {
            as_type(asked, "application/json", MANIFEST)
        }),
        odd!("a manifest that is called text", basic, APP, ImageFound, WrongPassword, None, |asked| {
            as_type(asked, "text/plain; charset=utf-8", MANIFEST)
        }),
        odd!("an old manifest", basic, APP, ImageFound, WrongPassword, None, |asked| {
            as_type(asked, OLD, "{\"schemaVersion\":1,\"name\":\"group/app\",\"tag\":\"1.0\"}")
        }),
        odd!("an index", basic, APP, ImageFound, WrongPassword, Some(true), |asked| {
            as_type(asked, "application/vnd.oci.image.index.v1+json", INDEX)
        }),
        odd!("a manifest in chunks", basic, APP, ImageFound, WrongPassword, Some(true), |asked| {
            let head = format!("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n{OF_MANIFEST}\r\n\r\n");
            let chunk = format!("{:x};x=y\r\n{MANIFEST}\r\n0\r\n\r\n", MANIFEST.len());
            when(asked.is_manifest() && asked.is_right, || [head, chunk].concat().into_bytes())
        }),
        odd!("answers of HTTP/1.0", basic, APP, ImageFound, WrongPassword, Some(true), |asked| {
            when(asked.is_manifest() && asked.is_right, || {
                format!("HTTP/1.0 200 OK\r\n{OF_MANIFEST}\r\n\r\n{MANIFEST}").into_bytes()
            })
        }),
        odd!("a hint before the token", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| {
            let hint = b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n".to_vec();
            any_scope(asked).map(|answer| [hint, answer].concat())
        }),
        odd!("blanks around the token's JSON", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| {
            when(asked.path == "/token" && asked.is_right, || {
                reply("200", &[], "\r\n { \"token\" : \"T-repository-group-app-pull\" } \r\n")
            })
        }),
        odd!("an expiry that is a text", tokens, APP, ImageFound, WrongPassword, None, |asked| {
            when(asked.path == "/token" && asked.is_right, || {
                let token = "\"token\":\"T-repository-group-app-pull\"";
                reply("200", &[], &format!("{{\"expires_in\":\"300\",\"issued_at\":5,{token}}}"))
            })
        }),
        odd!("tokens by 308, whole address", tokens, APP, ImageFound, WrongPassword, Some(true), |asked| {
            let to = format!("Location: http://{}/auth?{}#x", asked.here, asked.query);
            match asked.path.as_str() {
                "/token" => Some(reply("308", &[&to], "")),
                "/auth" if asked.is_right => {
                    Some(reply("200", &[], "{\"token\":\"T-repository-group-app-pull\"}"))
                }
                "/auth" => Some(reply("401", &[], "")),
                _ => None,
            }
        }),
        odd!("a manifest two turns away", basic, APP, ImageFound, WrongPassword, Some(true), |asked| {
            match asked.path.as_str() {
                "/v2/group/one" => Some(reply("302", &["Location: ../../v2/group/two"], "")),
                "/v2/group/two" => Some(manifest()),
                _ => when(asked.is_manifest() && asked.is_right, || {
                    reply("307", &["Location: /v2/group/one"], "")
                }),
            }
        }),
    ]
}

async fn said(odd: &Odd, account: (&str, &str)) -> (TestReport, Scripted) {
    let (does, otherwise) = (odd.does, odd.otherwise);
    let peer = Scripted::doing(move |mut stream, request| {
        let asked = Asked::read(request);
        let mut answer = does(&asked).unwrap_or_else(|| otherwise(&asked));
        if asked.is_head() {
            let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").map_or(0, |at| at + 4);
            answer.truncate(end);
        }
        drop(stream.write_all(&answer));
    });
    let report = reported(&config(&[&peer.host()]), &peer.host(), account, odd.image).await;
    (report, peer)
}

/// Returns whether Skopeo pulls this image with the right password.
fn skopeo_pulls(host: &str, image: &str) -> bool {
    let mut skopeo = Command::new("skopeo");
    skopeo.args(["inspect", "--raw", "--tls-verify=false", "--creds", &format!("{}:{}", RIGHT.0, RIGHT.1)]);
    let child = skopeo.arg(format!("docker://{host}/{image}")).stdin(Stdio::null()).output();
    child.expect("skopeo is missing: apt-get install skopeo").status.success()
}

async fn each_is_what_its_row_says(rows: Vec<Odd>) {
    let mut wrong = Vec::new();
    for odd in rows {
        let (right, peer) = said(&odd, RIGHT).await;
        if right.cause != odd.right {
            wrong.push(format!("{}: {:?}, not {:?}; {:#?}", odd.name, right.cause, odd.right, peer.asked()));
        }
        let (bad, peer) = said(&odd, WRONG).await;
        if bad.cause != odd.wrong {
            wrong.push(format!(
                "{}, wrong: {:?}, not {:?}; {:#?}",
                odd.name,
                bad.cause,
                odd.wrong,
                peer.asked()
            ));
        }
        if let (Some(expected), Some(image)) = (odd.skopeo, odd.image)
            && skopeo_pulls(&peer.host(), image) != expected
        {
            wrong.push(format!("{}: skopeo does not say {expected}", odd.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn test_reads_odd_admissions_as_skopeo_does() {
    each_is_what_its_row_says(doors()).await;
}

#[tokio::test]
async fn test_reads_odd_token_places_as_skopeo_does() {
    each_is_what_its_row_says(token_places()).await;
}

#[tokio::test]
async fn test_reads_odd_requests_and_addresses_as_skopeo_does() {
    each_is_what_its_row_says(requests()).await;
}

#[tokio::test]
async fn test_reads_odd_challenges_as_skopeo_does() {
    each_is_what_its_row_says(questions()).await;
}

#[tokio::test]
async fn test_reads_odd_spellings_as_skopeo_does() {
    each_is_what_its_row_says(spellings()).await;
}

#[tokio::test]
async fn test_never_sends_password_to_a_web_page() {
    for odd in
        doors().into_iter().filter(|odd| odd.name.starts_with("a page") || odd.name.starts_with("a word"))
    {
        let (_, peer) = said(&odd, RIGHT).await;
        assert!(peer.asked().iter().all(|request| !request.contains("uthorization")), "{}", odd.name);
    }
}

#[tokio::test]
async fn test_reports_when_a_busy_host_wants_to_be_asked_again() {
    let enough = |header: &'static str| {
        Scripted::answering(move |_| format!("HTTP/1.1 429 X\r\n{header}Content-Length: 0\r\n\r\n"))
    };
    for (header, expected) in [
        ("", None),
        ("Retry-After: 90\r\n", Some(90)),
        ("Retry-After: 999999999\r\n", Some(86_400)),
        ("Retry-After: soon\r\n", None),
        ("Date: Fri, 27 Nov 2026 10:00:00 GMT\r\nRetry-After: Fri, 27 Nov 2026 10:05:00 GMT\r\n", Some(300)),
    ] {
        let peer = enough(header);
        let report = reported(&config(&[&peer.host()]), &peer.host(), RIGHT, None).await;
        assert_eq!((report.cause, report.retry_after), (TestCause::TooManyRequests, expected), "{header}");
        assert_eq!(report.message().contains("wait for"), expected.is_some());
    }
}

/// Some registries keep manifests elsewhere: Skopeo follows without the account, and so does a test.
#[tokio::test]
async fn test_finds_manifest_kept_elsewhere_without_sending_password() {
    let storage = Scripted::answering(|_| String::from_utf8(manifest()).unwrap());
    let to = storage.host();
    let registry = Scripted::answering(move |request| {
        let asked = Asked::read(request);
        let answer = if asked.is_manifest() && asked.is_right {
            reply("307", &[&format!("Location: http://{to}/storage/1")], "")
        } else {
            basic(&asked)
        };
        String::from_utf8(answer).unwrap()
    });
    let both = config(&[&registry.host(), &storage.host()]);
    let at = async |config| reported(config, &registry.host(), RIGHT, APP).await.cause;
    assert_eq!(at(&both).await, TestCause::ImageFound);
    assert!(skopeo_pulls(&registry.host(), "group/app:1.0"));
    let asked = storage.asked();
    assert!(asked.len() >= 2 && asked.iter().all(|request| !request.contains("uthorization")), "{asked:?}");
    // By plain HTTP only if the operator has listed the host.
    assert_eq!(at(&config(&[&registry.host()])).await, TestCause::Redirected);
    assert_eq!(storage.asked().len(), asked.len());
}
