//! The slow checks: the provider of single sign-on, the mail server, and the portal's own public address. By the one way to the outside, each with
//! a deadline.

use super::facts::{Outside, ProviderSettings, PublicAnswer};
use crate::{
    connection_tests::http::{Http, Origin, Plain},
    mail::{MailFailure, Mailer},
    single_sign_on::{Provider, ProviderFacts, ProviderTrouble},
};
use domain::connection_test::TestCause;
use hyper::{
    HeaderMap, Method,
    body::Bytes,
    header::{ACCEPT, CONTENT_SECURITY_POLICY, HeaderValue, STRICT_TRANSPORT_SECURITY},
};
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// The longest time of each slow check.
const DEADLINE: Duration = Duration::from_secs(12);

/// The longest answer that is read, in bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// The page that is asked for at the public address: everybody may see it, and the portal rejects it for other hosts than its own.
const ASKED: &str = "/sign-in";

/// The means of the slow checks. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct OutsideClient {
    http: Http,
    provider: Option<Provider>,
    mailer: Option<Mailer>,
}

impl OutsideClient {
    pub(crate) fn new(http: Http, provider: Option<Provider>, mailer: Option<Mailer>) -> Self {
        Self { http, provider, mailer }
    }

    /// Returns the name of the server that takes mails.
    pub(super) fn mail_server(&self) -> Option<String> {
        self.mailer.as_ref().map(|mailer| mailer.config().server.shown())
    }

    /// Returns the provider, as the settings name it.
    pub(super) fn provider(&self) -> Option<ProviderSettings> {
        self.provider.as_ref().map(|provider| {
            let config = provider.config();
            let (issuer, groups_claim) = (config.issuer.as_str().to_owned(), config.groups_claim.clone());
            ProviderSettings { issuer, groups_claim }
        })
    }

    /// Makes the slow checks, all at once.
    pub(super) async fn ask(&self, public: Option<&str>) -> Outside {
        let public = async {
            match public {
                Some(address) => Some(self.public(address).await),
                None => None,
            }
        };
        let provider = async {
            match &self.provider {
                Some(provider) => Some(described(provider).await),
                None => None,
            }
        };
        let mail = async {
            match &self.mailer {
                Some(mailer) => {
                    let tried = timeout(DEADLINE, mailer.try_server()).await;
                    Some(tried.unwrap_or(Err(MailFailure::TimedOut)))
                }
                None => None,
            }
        };
        // On the heap, because otherwise the future of every page would carry them.
        let (public, provider, mail) = Box::pin(async { tokio::join!(public, provider, mail) }).await;
        Outside { asked: true, public, provider, mail }
    }

    async fn public(&self, address: &str) -> Result<PublicAnswer, TestCause> {
        let url = Url::parse(address).map_err(|_| TestCause::NameNotFound)?;
        let host = url.host_str().ok_or(TestCause::NameNotFound)?.to_owned();
        let port = url.port_or_known_default().ok_or(TestCause::NameNotFound)?;
        let origin = Origin { tls: url.scheme() == "https", host, port };
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/html"));
        let plain = Plain {
            method: Method::GET,
            origin: &origin,
            path: ASKED,
            headers,
            body: Bytes::new(),
            longest: MAX_BYTES,
        };
        let http = self.http.with_host(&origin.host);
        let answer = timeout(DEADLINE, http.send(plain)).await.map_err(|_| TestCause::TimedOut)??;
        let policy = answer.headers.get(CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
        let marked = policy.is_some_and(|policy| {
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'")
        });
        Ok(PublicAnswer {
            status: answer.status.as_u16(),
            is_ours: marked || answer.body.windows(NAME.len()).any(|part| part == NAME),
            has_hsts: answer.headers.contains_key(STRICT_TRANSPORT_SECURITY),
        })
    }
}

/// The name in the title of every page, by which the portal is recognized behind a proxy that replaces its headers.
const NAME: &[u8] = b"Latchkey</title>";

async fn described(provider: &Provider) -> Result<ProviderFacts, ProviderTrouble> {
    let late = || format!("it did not answer within {} seconds", DEADLINE.as_secs());
    timeout(DEADLINE, provider.describe()).await.unwrap_or_else(|_| Err(ProviderTrouble::Unreachable(late())))
}
