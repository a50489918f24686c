//! Errors under the codes that the reference's clients know, which never repeat what was sent.

use super::super::Problem;
use async_graphql::{Error, ErrorExtensions};
use domain::error::{Error as DomainError, FieldError, Problem as FieldProblem};

/// Returns the GraphQL name of the field.
pub(super) fn member(field: &str) -> &str {
    match field {
        "display_name" => "displayName",
        "registry_host" => "registryHost",
        "expires_at" => "expiresAt",
        "renew_every_days" => "renewEveryDays",
        "stop_when_expired" => "stopWhenExpired",
        "allow_duplicate" => "allowDuplicate",
        other => other,
    }
}

pub(super) fn bad_input(message: &str) -> Error {
    coded(message, "BAD_USER_INPUT")
}

fn coded(message: impl Into<String>, code: &'static str) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

/// Returns an error of the services under the code that the reference's clients know.
pub(super) fn error_of(error: DomainError) -> Error {
    let taken = |error: &FieldError| matches!(error.problem, FieldProblem::NameTaken(_));
    let code = match &error {
        DomainError::Invalid(errors) if errors.iter().any(taken) => "RESOURCE_CONFLICT",
        DomainError::NotFound => "NOT_FOUND",
        DomainError::Changed(_) => "CHANGED",
        DomainError::Duplicate(_) => "TWIN",
        DomainError::NotSignedIn => "UNAUTHENTICATED",
        DomainError::Forbidden => "FORBIDDEN",
        DomainError::TooManyTests(_) => "TOO_MANY_REQUESTS",
        DomainError::Sealed | DomainError::Unavailable => "SERVICE_UNAVAILABLE",
        error if error.status() >= 500 => "INTERNAL_SERVER_ERROR",
        // Fields that need another look. Accounts, imports and values are not in this API.
        _ => "BAD_USER_INPUT",
    };
    let problem = Problem::from(error);
    let message = if problem.0.errors.is_empty() {
        problem.0.detail.replace("allow_duplicate", member("allow_duplicate"))
    } else {
        let said = problem.0.errors.iter().map(|error| format!("{}: {}", member(&error.field), error.detail));
        said.collect::<Vec<_>>().join(" ")
    };
    coded(message, code)
}
