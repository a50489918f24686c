//! Small pages for requests that are rejected before they are processed, with a line in the log for the
//! operator.

use crate::{
    forwarded::{self, TwoHosts, settle_host},
    middleware::client_info,
    request_log::logged,
    state::AppState,
};
use app::ssr::PublicAddress;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use backend::Ctx;
use tower_http::csrf::ProtectionError;

/// The style of the small pages, because the style sheet of the others is out of reach under a foreign host.
const STYLE: &str = ":root{color-scheme:light dark}\
     body{margin:0;background:light-dark(#fff,#0e131a);color:light-dark(#1a2130,#e7ebf1);font:16px/24px system-ui,sans-serif}\
     main{max-width:640px;margin:10vh auto;padding:0 24px;overflow-wrap:anywhere}\
     h1{margin:0 0 12px;font-size:22px;line-height:28px}\
     p{margin:0 0 12px}";

/// The policy of the small pages: their own style by its hash, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'sha256-twQcKBBTDFo3/gR3APFCkA4ziWdBVQjrqEw59nPj2YE='; \
                      frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/// The texts for a rejected request.
struct Turned {
    status: StatusCode,
    title: &'static str,
    /// The message: what happened, and what to do.
    said: &'static str,
    /// The advice for the operator.
    operator: &'static str,
}

const OTHER_SITE: Turned = Turned {
    status: StatusCode::FORBIDDEN,
    title: "This came from another site",
    said: "Your browser says that this form was sent from another address than the portal's own, so nothing was changed. \
           Open the portal at its own address and do it there.",
    operator: "If it was the portal's own address, a proxy changes the Host header on the way: have it pass the header on, \
               or set LATCHKEY_PUBLIC_URL to the address that people use. The log has a line about this request.",
};

const OTHER_HOST: Turned = Turned {
    status: StatusCode::MISDIRECTED_REQUEST,
    title: "Not the portal's address",
    said: "The portal does not answer under this host name. Open it at its own address.",
    operator: "If this is its address, set LATCHKEY_PUBLIC_URL to it, or add the host name to LATCHKEY_HOSTS, and start the \
               portal again. The log has a line about this request.",
};

const TWO_HOSTS: Turned = Turned {
    status: StatusCode::BAD_REQUEST,
    title: "Two addresses in one request",
    said: "The request names two hosts, so it is not clear which of them is meant. Nothing was changed. Open the portal at \
           its own address.",
    operator: "A proxy that adds a Host header has to replace the one that is there.",
};

impl Turned {
    fn response(&self, as_page: bool) -> Response {
        let Self { status, title, said, operator } = self;
        if as_page {
            let page = format!(
                "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
                 content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
                 <title>{title} · Latchkey</title><style>{STYLE}</style></head><body><main><h1>{title}</h1><p>{said}</p><p>For whoever runs \
                 the portal: {operator}</p></main></body></html>\n"
            );
            (*status, [(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page)).into_response()
        } else {
            (*status, format!("{title}. {said}\n{operator}\n")).into_response()
        }
    }
}

fn wants_page(headers: &HeaderMap) -> bool {
    text(headers, &header::ACCEPT).contains("text/html")
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn log(parts: &Parts, reason: &'static str) {
    let ctx = parts.extensions.get::<Ctx>();
    tracing::info!(
        request_id = ctx.map(|ctx| ctx.request_id.as_str()),
        address = ctx.and_then(|ctx| ctx.address).map(|address| address.to_string()),
        method = %parts.method,
        path = ?logged(parts.uri.path()),
        host = ?logged(&forwarded::host(parts).unwrap_or_default()),
        origin = ?logged(text(&parts.headers, &header::ORIGIN)),
        site = ?logged(text(&parts.headers, &HeaderName::from_static("sec-fetch-site"))),
        reason,
        "turned a request away"
    );
}

/// Rejects requests that name two hosts, and explains why a request from another site was rejected.
pub async fn one_site(request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let secure = client_info(&parts).secure;
    if let Err(TwoHosts) = settle_host(&mut parts, secure) {
        log(&parts, "it names two hosts");
        return TWO_HOSTS.response(wants_page(&parts.headers));
    }
    // Reading is open to other sites, as links are.
    let may_change = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let seen = may_change.then(|| parts.clone());
    let response = next.run(Request::from_parts(parts, body)).await;
    match seen {
        Some(seen) if response.extensions().get::<ProtectionError>().is_some() => {
            log(&seen, "it came from another site, by Origin or Sec-Fetch-Site");
            OTHER_SITE.response(wants_page(&seen.headers))
        }
        _ => response,
    }
}

/// Rejects requests for foreign hosts, and redirects others to the address under which people know the
/// portal.
pub async fn known_host(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if state.forwarding.answers(&parts) {
        let origin = state.forwarding.origin(&parts, client_info(&parts));
        let elsewhere = state.forwarding.elsewhere(&parts);
        let here_only = state.forwarding.is_here_only(&origin);
        parts.extensions.insert(PublicAddress { origin, elsewhere, here_only });
        return next.run(Request::from_parts(parts, body)).await;
    }
    log(&parts, "its host is neither LATCHKEY_PUBLIC_URL nor in LATCHKEY_HOSTS");
    OTHER_HOST.response(wants_page(&parts.headers))
}
