//! Traces by OpenTelemetry, where its variables name a collector: a span for each request, and below it one for each read and
//! transaction. A span has codes, routes and names of methods, and nothing that somebody typed or stored.

use crate::metrics::http::{method, route};
use async_trait::async_trait;
use axum::{
    body::Bytes,
    extract::Request,
    http::{Request as HttpRequest, Response, StatusCode, Uri},
};
use backend::{NamedHostClient, TestConfig};
use cli::environment;
use opentelemetry::{
    propagation::TextMapPropagator,
    trace::{SpanId, TraceContextExt, TraceId, TracerProvider},
};
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{IdGenerator, RandomIdGenerator, SdkTracer, SdkTracerProvider},
};
use std::{cell::Cell, error::Error, time::Duration};
use tokio::{runtime::Handle, time::timeout};
use tracing::{Metadata, Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use uuid::Uuid;

/// The longest time that sending spans may take.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest time that sending the last spans may take, when the server stops.
pub(crate) const END_TIMEOUT: Duration = Duration::from_secs(3);

/// The time of that which is left for ending.
const SEND_MARGIN: Duration = Duration::from_millis(500);

/// The name of this service, unless OpenTelemetry's variables give it another.
const SERVICE: &str = "latchkey";

thread_local! {
    /// The id of the trace that this thread begins next.
    static NEXT: Cell<Option<TraceId>> = const { Cell::new(None) };
}

/// The traces of this process.
#[derive(Clone, Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Returns traces that are sent to a collector, if OpenTelemetry's variables name one. Within a tokio runtime, which
    /// sends them.
    ///
    /// Errors: what they name cannot be used; in words.
    pub fn find(config: &TestConfig) -> Result<Option<Self>, Box<dyn Error + Send + Sync>> {
        let Some(endpoint) = endpoint(text) else { return Ok(None) };
        // Its text is not repeated, because it may contain a password.
        let wrong = "OTEL_EXPORTER_OTLP_ENDPOINT is no address such as http://collector:4318";
        let uri: Uri = endpoint.parse().map_err(|_| wrong)?;
        let host = uri.host().filter(|_| matches!(uri.scheme_str(), Some("http" | "https"))).ok_or(wrong)?;
        let client = NamedHostClient::new(config, host);
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector { client, runtime: Handle::current() })
            .build()?;
        let resource = Resource::builder();
        let is_named = text("OTEL_SERVICE_NAME").is_some()
            || text("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|text| text.contains("service.name="));
        let resource = if is_named { resource } else { resource.with_service_name(SERVICE) };
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_id_generator(Ids(RandomIdGenerator::default()))
            .with_resource(resource.build())
            .build();
        Ok(Some(Self(provider)))
    }

    /// Returns what makes spans.
    pub fn tracer(&self) -> SdkTracer {
        self.0.tracer(SERVICE)
    }

    /// Sends the last spans, for a bounded time.
    pub async fn end(self) {
        let ended =
            tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(END_TIMEOUT - SEND_MARGIN));
        if !matches!(ended.await, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent");
        }
    }
}

/// Returns a variable that is set to a text.
fn text(name: &str) -> Option<String> {
    environment::variable(name)?.into_string().ok().filter(|text| !text.trim().is_empty())
}

/// Returns the address of the collector by these variables; `None` without one, or if traces are switched off.
fn endpoint(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let is = |name, value: &str| variable(name).is_some_and(|text| text.trim().eq_ignore_ascii_case(value));
    if is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none") {
        return None;
    }
    variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or_else(|| variable("OTEL_EXPORTER_OTLP_ENDPOINT"))
}

/// Returns whether this is a span that belongs into a trace: that of a request, or of work on the database.
pub fn is_traced(metadata: &Metadata<'_>) -> bool {
    metadata.is_span()
        && ["server::traces", "backend::db"].iter().any(|target| metadata.target().starts_with(target))
}

/// Begins the span of a request, within the trace of the caller if its headers name one. Otherwise the id of the request is
/// that of the trace.
pub fn begin(request: &Request, request_id: Uuid) -> Span {
    let (route, method) = (route(request), method(request.method()));
    let span = tracing::debug_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        request_id = %request_id,
    );
    let caller = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
    if caller.span().span_context().is_valid() {
        // Fails only if the span is not traced.
        let _ = span.set_parent(caller);
    } else {
        NEXT.set(Some(TraceId::from_bytes(*request_id.as_bytes())));
        // Gives the span its ids.
        let _ = span.context();
        NEXT.set(None);
    }
    span
}

/// Notes the status of the answer.
pub fn end(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// Makes the ids of spans and, unless a request gives its own, of traces.
#[derive(Debug)]
struct Ids(RandomIdGenerator);

impl IdGenerator for Ids {
    fn new_trace_id(&self) -> TraceId {
        NEXT.take().unwrap_or_else(|| self.0.new_trace_id())
    }

    fn new_span_id(&self) -> SpanId {
        self.0.new_span_id()
    }
}

/// The collector, which is asked on the runtime, because the thread that has spans sent has none.
#[derive(Debug)]
struct Collector {
    client: NamedHostClient,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: HttpRequest<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move { timeout(SEND_TIMEOUT, client.send(request)).await });
        Ok(sent.await??.map_err(|cause| cause.as_str())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoint_follows_the_variables_of_opentelemetry() {
        let of = |variables: &[(&str, &str)]| {
            let variables: Vec<(String, String)> =
                variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            endpoint(move |name| {
                variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
            })
        };
        let (all, traces) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(all, "http://a:4318")]).as_deref(), Some("http://a:4318"));
        assert_eq!(of(&[(all, "http://a"), (traces, "http://b/x")]).as_deref(), Some("http://b/x"));
        for off in [("OTEL_SDK_DISABLED", "TRUE"), ("OTEL_TRACES_EXPORTER", "none")] {
            assert_eq!(of(&[(all, "http://a:4318"), off]), None, "{off:?}");
        }
    }
}
