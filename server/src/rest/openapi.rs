//! The API's own description, generated from the code that answers.

use super::endpoints::described;
use api_types::ProblemDetails;
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use domain::{
    connection_test::TestStatus,
    page::{Need, PageSize, SortColumn, UnusedDays},
    secret::{ExportFormat, SecretKind},
};
use serde_json::Value;
use utoipa::{
    OpenApi,
    openapi::{
        Content, Ref, RefOr, Required, ResponseBuilder, Schema, Type,
        path::{Operation, Parameter, ParameterIn},
        schema::SchemaType,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Latchkey",
        description = "Credentials for what a platform pulls. Send a token in the header Authorization: Bearer; make one on the page Tokens.",
    ),
    components(schemas(ProblemDetails))
)]
struct Description;

/// Adds the parts that all operations share.
fn complete_all(description: &mut utoipa::openapi::OpenApi) {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let components = description.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    for item in description.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            complete(operation);
            for parameter in operation.parameters.iter_mut().flatten() {
                narrow(parameter);
            }
        }
    }
}

fn complete(operation: &mut Operation) {
    operation.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
    let takes_body = operation.request_body.is_some();
    let mut answers = vec![
        ("400", "The request cannot be read"),
        ("422", "A parameter or a field needs another look"),
        ("401", "The token is missing or not good any more"),
        ("403", "The token does not allow this"),
        ("500", "Something went wrong; the log has the cause"),
        ("503", "The portal is sealed, or its database does not answer. Ask again"),
    ];
    if takes_body {
        answers.push(("413", "The body is too long"));
        answers.push(("415", "The body is not JSON"));
    }
    for (status, what) in answers {
        let problem = Content::builder().schema(Some(Ref::from_schema_name("ProblemDetails"))).build();
        let response = ResponseBuilder::new().description(what).content("application/problem+json", problem);
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(response.build()));
    }
}

/// Lists the values of a parameter, if they can be listed.
fn narrow(parameter: &mut RefOr<Parameter>) {
    let RefOr::T(parameter) = parameter else { return };
    if parameter.parameter_in == ParameterIn::Query && parameter.required == Required::False {
        // See `Query::get`. The library has no name for it.
        parameter.extensions = Some([("allowEmptyValue", true)].into_iter().collect());
    }
    let texts = |texts: &[&str]| Some(texts.iter().map(|text| Value::from(*text)).collect::<Vec<_>>());
    let values = match parameter.name.as_str() {
        "type" => texts(&SecretKind::ALL.map(SecretKind::as_str)),
        "status" => texts(&TestStatus::ALL.map(TestStatus::as_str)),
        "needs" => texts(&Need::ALL.map(Need::as_str)),
        "shape" => texts(&ExportFormat::ALL.map(ExportFormat::as_str)),
        "format" => texts(&["yaml", "json"]),
        "size" => Some(PageSize::ALL.map(|size| size.rows().into()).to_vec()),
        "unused" => Some(UnusedDays::ALL.map(|days| days.days().into()).to_vec()),
        "sort" => Some(
            SortColumn::ALL
                .iter()
                .flat_map(|by| [by.as_str().into(), format!("-{}", by.as_str()).into()])
                .collect(),
        ),
        _ => None,
    };
    if let (Some(values), Some(RefOr::T(Schema::Object(schema)))) = (values, &mut parameter.schema) {
        schema.enum_values = Some(values);
        // The parameter may be omitted, but not null.
        if let SchemaType::Array(types) = &schema.schema_type
            && let Some(kind) = types.iter().find(|kind| **kind != Type::Null)
        {
            schema.schema_type = SchemaType::Type(kind.clone());
        }
    }
}

/// Returns the description: the parts of each endpoint, and those that all share.
pub fn description() -> utoipa::openapi::OpenApi {
    let router = OpenApiRouter::with_openapi(Description::openapi());
    let mut description = described().into_iter().fold(router, OpenApiRouter::routes).into_openapi();
    complete_all(&mut description);
    description
}

/// Returns the description as text, a member on each line.
///
/// Errors: none that a description could cause; the library's signature has one.
pub(crate) fn text() -> Result<String, serde_json::Error> {
    description().to_pretty_json().map(|text| text + "\n")
}

/// Answers `GET /api/openapi.json`.
pub async fn show() -> Response {
    Json(description()).into_response()
}
