//! The answer to a request that a token does not allow: what the token is for, and what the request needs.

use super::problem::{Problem, ProblemKind};
use app::ssr::Identified;
use axum::{
    extract::Request,
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use backend::{Actor, Ctx, TokenActor};
use domain::{
    access::{Restriction, TokenScope},
    secret::SecretId,
};

/// The most ids that an answer names.
const NAMED: usize = 5;

/// Explains a rejection.
pub(super) async fn explain(request: Request, next: Next) -> Response {
    let token = match request.extensions().get::<Identified>() {
        Some(Ok(Ctx { actor: Actor::Token(token), .. })) => Some(token.clone()),
        _ => None,
    };
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    match token {
        Some(token) if response.status() == StatusCode::FORBIDDEN => {
            let detail = detail(&token, &method, &path);
            Problem::new(StatusCode::FORBIDDEN, ProblemKind::Forbidden, detail).into_response()
        }
        _ => response,
    }
}

/// Returns the scope that a request needs; `ReadMetadata` if every scope will do.
fn needed(method: &Method, path: &str) -> TokenScope {
    match path.rsplit('/').next() {
        _ if path.starts_with("/api/v1/notifications/") => TokenScope::ManageNotices,
        Some("value" | "manifest") => TokenScope::ReadValues,
        Some("audit" | "tokens") => TokenScope::ReadAudit,
        _ if matches!(*method, Method::GET | Method::HEAD) => TokenScope::ReadMetadata,
        _ => TokenScope::Write,
    }
}

fn detail(token: &TokenActor, method: &Method, path: &str) -> String {
    let only_for = match &token.restriction {
        Restriction::None => String::new(),
        Restriction::Prefix(prefix) => format!(", only for secrets whose names start with {prefix}"),
        Restriction::Secrets(ids) => {
            let mut named: Vec<String> = ids.iter().take(NAMED).map(ToString::to_string).collect();
            if ids.len() > NAMED {
                named.push(format!("{} more", ids.len() - NAMED));
            }
            format!(", only for {}", named.join(", "))
        }
    };
    let scope = match needed(method, path) {
        TokenScope::ReadMetadata => "a token".to_owned(),
        scope => format!("the scope {}", scope.as_str()),
    };
    let secret = path.split('/').find_map(SecretId::parse);
    let covers = match (&token.restriction, secret) {
        (Restriction::None, _) => String::new(),
        (_, Some(id)) => format!(" for {id}"),
        (_, None) => " for all secrets".to_owned(),
    };
    format!(
        "The token {:?} has the scope {}{only_for}. This needs {scope}{covers}.",
        token.name,
        token.scope.as_str()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use backend::called_token;

    fn said(scope: TokenScope, restriction: Restriction, method: &Method, path: &str) -> String {
        let (id, name) = (String::new(), "ci".to_owned());
        let called = called_token(&name, None);
        let token = TokenActor { id, name, owner: None, called, scope, restriction, expires_at: None };
        detail(&token, method, path)
    }

    #[test]
    fn detail_names_what_the_token_is_for_and_what_is_needed() {
        let value = "/api/v1/secrets/image-hub/value";
        let prefix = || Restriction::Prefix("team".to_owned());
        assert_eq!(
            said(TokenScope::ReadMetadata, Restriction::None, &Method::GET, value),
            "The token \"ci\" has the scope read-metadata. This needs the scope read-values."
        );
        assert_eq!(
            said(TokenScope::ReadValues, prefix(), &Method::GET, value),
            "The token \"ci\" has the scope read-values, only for secrets whose names start with team. This needs the scope \
             read-values for image-hub."
        );
        assert_eq!(
            said(TokenScope::ReadValues, prefix(), &Method::GET, "/api/v1/secrets/image-hub"),
            "The token \"ci\" has the scope read-values, only for secrets whose names start with team. This needs a token for \
             image-hub."
        );
        let ids = (0..7).filter_map(|number| SecretId::parse(&format!("image-{number}"))).collect();
        let many =
            said(TokenScope::Write, Restriction::Secrets(ids), &Method::GET, "/api/v1/deleted-secrets");
        assert!(many.contains("only for image-0, image-1, image-2, image-3, image-4, 2 more."), "{many}");
        assert!(many.ends_with("This needs a token for all secrets."), "{many}");
    }

    #[test]
    fn needed_is_the_scope_of_each_kind_of_request() {
        for (method, path, scope) in [
            (Method::GET, "/api/v1/secrets", TokenScope::ReadMetadata),
            (Method::POST, "/api/v1/secrets", TokenScope::Write),
            (Method::POST, "/api/v1/secrets/image-a/test", TokenScope::Write),
            (Method::DELETE, "/api/v1/images/value-store", TokenScope::Write),
            (Method::GET, "/api/v1/secrets/image-a/manifest", TokenScope::ReadValues),
            (Method::GET, "/api/v1/audit", TokenScope::ReadAudit),
            (Method::GET, "/api/v1/tokens", TokenScope::ReadAudit),
            (Method::GET, "/api/v1/notifications/rules", TokenScope::ManageNotices),
        ] {
            assert_eq!(needed(&method, path), scope, "{method} {path}");
        }
    }
}
