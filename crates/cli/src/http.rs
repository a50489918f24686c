//! Requests to the portal, and its answers.

use crate::{
    args::Connection,
    environment::{secret_line, token_in_environment},
    failure::Failure,
    output::plain,
};
use api_types::FieldDetail;
use domain::sensitive::Sensitive;
use reqwest::{
    Method, RequestBuilder, Response, StatusCode, Url,
    header::{self, HeaderValue},
    redirect::Policy,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::{error::Error as _, net::IpAddr, time::Duration};
use tls_trust::ExtraRoots;

/// The longest time for an answer, because a connection test waits for another host.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(2);

/// The longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest answer that is read: more than the largest page or value.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// The most attempts of a request that may safely be repeated.
const MAX_ATTEMPTS: u32 = 3;

/// A portal, with the token that is sent to it.
pub(super) struct Api {
    http: reqwest::Client,
    base: Url,
    token: HeaderValue,
}

impl Api {
    /// Returns a client of the portal; nothing is sent yet.
    ///
    /// Errors: the address, the token or a file is not valid.
    pub(super) fn new(connection: &Connection) -> Result<Self, Failure> {
        let Some(url) = &connection.url else {
            return Err(Failure::new("say where the portal is: set LATCHKEY_URL, or give --url"));
        };
        let base = base(url, connection.allow_plain_http)?;
        let token = token(connection)?;
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .user_agent("latchkey");
        if base.scheme() == "http" {
            // A configured proxy would see the token.
            builder = builder.no_proxy();
        }
        let extra = if let Some(path) = &connection.ca_file {
            let wrong = |why: String| Failure::new(format!("LATCHKEY_CA_FILE, {}: {why}", path.display()));
            ExtraRoots::read(path).map_err(wrong)?
        } else {
            ExtraRoots::default()
        };
        let tls = tls_trust::client_config(&extra).map_err(|error| Failure::new(error.to_string()))?;
        builder = builder.tls_backend_preconfigured(tls);
        let http = builder.build().map_err(|error| Failure::new(reasons(&error)))?;
        Ok(Self { http, base, token })
    }

    /// Gets a text.
    pub(super) async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Sensitive, Failure> {
        self.send(self.request(Method::GET, path, query)).await
    }

    /// Gets JSON and parses it.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, Failure> {
        parse(&self.get(path, query).await?)
    }

    /// Posts a body that adds something once: without an answer, it is sent again under the same idempotency key.
    pub(super) async fn add(&self, path: &[&str], body: &Sensitive) -> Result<Sensitive, Failure> {
        text(self.offer(path, body).await?).await
    }

    /// Posts `body` as [`Self::add`] does, and then `older` if a portal of an older version rejects it, having added nothing.
    /// Returns the answer, and whether it is the answer to `older`.
    pub(super) async fn add_to_any(
        &self,
        path: &[&str],
        body: &Sensitive,
        older: &Sensitive,
    ) -> Result<(Sensitive, bool), Failure> {
        let response = self.offer(path, body).await?;
        if response.status() != StatusCode::BAD_REQUEST {
            return Ok((text(response).await?, false));
        }
        Ok((self.add(path, older).await?, true))
    }

    #[expect(clippy::disallowed_methods, reason = "the command line makes no other id, and knows no backend")]
    async fn offer(&self, path: &[&str], body: &Sensitive) -> Result<Response, Failure> {
        let key = uuid::Uuid::new_v4().to_string();
        let mut attempts = 1;
        loop {
            let request = self
                .request(Method::POST, path, &[])
                .header("idempotency-key", &key)
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.expose().to_owned());
            let answer = self.answer(request).await;
            let passing = match &answer {
                Ok(response) => response.status() == StatusCode::SERVICE_UNAVAILABLE,
                Err(_) => true,
            };
            if !passing || attempts == MAX_ATTEMPTS {
                return answer;
            }
            tokio::time::sleep(Duration::from_secs(attempts.into())).await;
            attempts += 1;
        }
    }

    /// Posts a request without a body.
    pub(super) async fn post(&self, path: &[&str]) -> Result<Sensitive, Failure> {
        self.send(self.request(Method::POST, path, &[])).await
    }

    /// Changes something, if it still has this version.
    pub(super) async fn change(
        &self,
        path: &[&str],
        body: &Sensitive,
        version: Option<i64>,
    ) -> Result<Sensitive, Failure> {
        let request = self
            .request(Method::PATCH, path, &[])
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.expose().to_owned());
        self.send(of_version(request, version)).await
    }

    /// Posts a body once, if the secret still has this version.
    pub(super) async fn post_body(
        &self,
        path: &[&str],
        body: &Sensitive,
        version: Option<i64>,
    ) -> Result<Sensitive, Failure> {
        let request = self
            .request(Method::POST, path, &[])
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.expose().to_owned());
        self.send(of_version(request, version)).await
    }

    /// Deletes something, if it still has this version.
    pub(super) async fn delete(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        version: Option<i64>,
    ) -> Result<(), Failure> {
        self.send(of_version(self.request(Method::DELETE, path, query), version)).await.map(drop)
    }

    fn request(&self, method: Method, path: &[&str], query: &[(&str, &str)]) -> RequestBuilder {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v1"]).extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.http.request(method, url).header(header::AUTHORIZATION, self.token.clone())
    }

    async fn send(&self, request: RequestBuilder) -> Result<Sensitive, Failure> {
        text(self.answer(request).await?).await
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Response, Failure> {
        request.send().await.map_err(|error| {
            let place = self.base.host_str().unwrap_or_default();
            Failure::new(format!("{place} cannot be asked: {}", reasons(&error.without_url())))
        })
    }
}

/// Returns the request, for this version alone if there is one.
fn of_version(request: RequestBuilder, version: Option<i64>) -> RequestBuilder {
    match version {
        Some(version) => request.header(header::IF_MATCH, format!("\"{version}\"")),
        None => request,
    }
}

/// Parses the address before `/api`.
fn base(text: &str, allow_plain_http: bool) -> Result<Url, Failure> {
    // The text is not repeated, because it may contain a password.
    let url = Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url else {
        return Err(Failure::new("LATCHKEY_URL is no address such as https://latchkey.example"));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::new("LATCHKEY_URL has an account in it; the token alone is what lets in"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Failure::new("LATCHKEY_URL has a ? or # in it; give the portal's address alone"));
    }
    if url.scheme() == "http" && !allow_plain_http && !is_loopback(&url) {
        return Err(Failure::new(
            "LATCHKEY_URL begins with http://, so the token could be read on the way. Use https://, or allow it with \
             LATCHKEY_ALLOW_PLAIN_HTTP=true",
        ));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Returns the header with the token, marked so that nothing shows it.
fn token(connection: &Connection) -> Result<HeaderValue, Failure> {
    let token = match (token_in_environment(), &connection.token_file) {
        (Some(_), Some(_)) => {
            return Err(Failure::new("there are both LATCHKEY_TOKEN and LATCHKEY_TOKEN_FILE: take one away"));
        }
        (Some(token), None) => token,
        (None, Some(path)) => secret_line(path, "LATCHKEY_TOKEN_FILE").map_err(Failure::new)?,
        (None, None) => {
            return Err(Failure::new("there is no token: set LATCHKEY_TOKEN or LATCHKEY_TOKEN_FILE"));
        }
    };
    let line = Sensitive::new(format!("Bearer {}", token.expose().trim()));
    let mut value = HeaderValue::from_str(line.expose())
        .map_err(|_| Failure::new("the token has characters that no token has"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Reads an answer; a rejection becomes a failure.
async fn text(mut response: Response) -> Result<Sensitive, Failure> {
    let status = response.status();
    let is_problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem+json"));
    // Allocated for most answers, because a buffer that grows leaves copies behind.
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(128 * 1024));
    while let Some(piece) = response
        .chunk()
        .await
        .map_err(|error| Failure::new(format!("the answer broke off: {}", reasons(&error.without_url()))))?
    {
        if bytes.len() + piece.len() > MAX_ANSWER_BYTES {
            return Err(Failure::new("the answer is longer than anything that the portal sends"));
        }
        bytes.extend_from_slice(&piece);
    }
    let text = std::str::from_utf8(&bytes).map(Sensitive::new);
    let text = text.map_err(|_| Failure::new("the answer is no text"))?;
    match status {
        status if status.is_success() => Ok(text),
        status if is_problem => Err(failure_of(status, &text)),
        status if status.is_redirection() => Err(Failure::new(format!(
            "the answer leads elsewhere ({status}), where the token is not sent: set LATCHKEY_URL to the portal's own \
             address"
        ))),
        status => {
            Err(Failure::new(format!("the answer is {status}, and not the portal's: look at LATCHKEY_URL")))
        }
    }
}

fn failure_of(status: StatusCode, text: &Sensitive) -> Failure {
    // A proxy's own problems have a detail, and may have any form otherwise.
    let problem: Value = serde_json::from_str(text.expose()).unwrap_or_default();
    let message = match problem["detail"].as_str() {
        Some(detail) => {
            let errors = Vec::<FieldDetail>::deserialize(&problem["errors"]).unwrap_or_default();
            let errors = errors.iter().map(|error| format!("\n  {}: {}", error.field, error.detail));
            format!("{detail}{}", errors.collect::<String>())
        }
        None => status.to_string(),
    };
    // The request is valid JSON in this version's API, so a portal that rejects it is older.
    let message = if status == StatusCode::BAD_REQUEST {
        format!("{message} The portal may be of an older version than this command: update it first.")
    } else {
        message
    };
    let code = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Failure::NOT_ALLOWED,
        StatusCode::NOT_FOUND => Failure::NOT_FOUND,
        _ => Failure::FAILED,
    };
    Failure { message: plain(&message).into_owned().into(), code }
}

/// Parses JSON. The failure does not repeat it, because there may be a value in it.
pub(super) fn parse<T: DeserializeOwned>(text: &Sensitive) -> Result<T, Failure> {
    serde_json::from_str(text.expose()).map_err(|_| unexpected())
}

/// Returns the failure for an answer that cannot be parsed.
pub(super) fn unexpected() -> Failure {
    Failure::new("the answer is not the JSON that was expected: is the portal of another version?")
}

/// Returns an error with its causes, which its own message leaves out.
fn reasons(error: &reqwest::Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        said = format!("{said}: {cause}");
        source = cause.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_rejects_plain_http_over_a_network() {
        for good in [
            "https://latchkey.example",
            "http://127.0.0.1:3000",
            "http://localhost:3000/",
            "http://[::1]:3000",
            "https://x.example/latchkey/",
        ] {
            assert!(base(good, false).is_ok(), "{good}");
        }
        for bad in [
            "http://latchkey.example",
            "http://10.0.0.1",
            "http://127.0.0.1.example",
            "http://localhost.example",
        ] {
            assert!(base(bad, false).unwrap_err().message.contains("LATCHKEY_ALLOW_PLAIN_HTTP"), "{bad}");
            assert!(base(bad, true).is_ok(), "{bad}");
        }
        for bad in [
            "",
            "latchkey.example",
            "ftp://x",
            "https://u:SENTINEL@x",
            "https://x/?SENTINEL",
            "https://x/#SENTINEL",
        ] {
            let said = base(bad, true).unwrap_err().message;
            assert!(!said.contains("SENTINEL"), "{said}");
        }
    }

    #[test]
    fn rejected_answer_lists_its_fields_and_strips_terminal_controls() {
        let text =
            Sensitive::new(r#"{"detail":"No.\u001b[2J","errors":[{"field":"name","detail":"Short."}]}"#);
        let failure = failure_of(StatusCode::UNPROCESSABLE_ENTITY, &text);
        assert_eq!(
            (failure.message.as_ref(), failure.code),
            ("No.\u{fffd}[2J\n  name: Short.", Failure::FAILED)
        );
        assert_eq!(failure_of(StatusCode::NOT_FOUND, &text).code, Failure::NOT_FOUND);
        assert!(
            failure_of(StatusCode::BAD_REQUEST, &text).message.contains("older version than this command")
        );
        let of_a_proxy = Sensitive::new(r#"{"type":null,"status":"503","detail":"Full."}"#);
        assert_eq!(failure_of(StatusCode::SERVICE_UNAVAILABLE, &of_a_proxy).message, "Full.");
        assert_eq!(failure_of(StatusCode::FORBIDDEN, &Sensitive::new("x")).code, Failure::NOT_ALLOWED);
    }
}
